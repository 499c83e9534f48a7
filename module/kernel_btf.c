// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "kernel_btf.h"

#include <linux/printk.h>
#include <linux/vmalloc.h>

#include "ksyms.h"

static struct stackanno_btf btf;
static u32 *memory;
static size_t memory_bytes;

/* The image's own copy: read-only, and there for good. */
static int open_image(void)
{
	unsigned long start = stackanno_ksyms_address(STACKANNO_KSYM_BTF_START);
	unsigned long stop = stackanno_ksyms_address(STACKANNO_KSYM_BTF_STOP);
	u32 words;

	if (!start || stop <= start || stop - start > U32_MAX ||
	    stackanno_btf_measure((void *)start, stop - start, &words))
		return -ENOENT;
	memory = vmalloc_array(words, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	memory_bytes = words * sizeof(*memory);
	return stackanno_btf_open((void *)start, stop - start, NULL, memory, words, &btf);
}

void stackanno_kernel_btf_init(void)
{
	int ret = open_image();

	if (!ret)
		return;
	pr_info("parameters will have no names, and memory is not told by kind: %s\n",
		ret == -ENOMEM ? "out of memory" : "the kernel's BTF cannot be used");
	stackanno_kernel_btf_exit();
}

void stackanno_kernel_btf_exit(void)
{
	vfree(memory);
	memory = NULL;
	memory_bytes = 0;
}

const struct stackanno_btf *stackanno_kernel_btf(void)
{
	return memory ? &btf : NULL;
}

size_t stackanno_kernel_btf_bytes(void)
{
	return memory_bytes;
}
