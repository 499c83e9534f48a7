// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "prototypes.h"

#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "ksyms.h"

static struct stackanno_btf btf;
static u32 *memory;
static size_t memory_bytes;
/* How many symbols have the name of the function that is at this place in the index. */
static u8 *symbols;

static int count_symbol(void *data, const char *name, unsigned long address)
{
	struct stackanno_btf_prototype prototype;

	/* Where several differ, nobody will ask how many they are. */
	if (!stackanno_btf_function(&btf, name, &prototype) && symbols[prototype.first] < U8_MAX)
		symbols[prototype.first]++;
	return 0;
}

/* The image's own copy: read-only, and there for good. */
static int open_kernel(void)
{
	const void *start = (void *)stackanno_ksyms_find("__start_BTF");
	const void *stop = (void *)stackanno_ksyms_find("__stop_BTF");
	u32 words;

	if (!start || stop <= start || stackanno_btf_measure(start, stop - start, &words))
		return -ENOENT;
	memory = vmalloc_array(words, sizeof(*memory));
	if (!memory)
		return -ENOMEM;
	if (stackanno_btf_open(start, stop - start, NULL, memory, words, &btf))
		return -ENOENT;
	symbols = vzalloc(btf.functions);
	if (!symbols)
		return -ENOMEM;
	memory_bytes = words * sizeof(*memory) + btf.functions;
	return stackanno_ksyms_each(count_symbol, NULL);
}

void stackanno_prototypes_init(void)
{
	int ret = open_kernel();

	if (!ret)
		return;
	pr_info("parameters will have no names: %s\n", ret == -ENOMEM ?
		"out of memory" : "the kernel's BTF cannot be used");
	stackanno_prototypes_exit();
}

void stackanno_prototypes_exit(void)
{
	vfree(symbols);
	vfree(memory);
	symbols = NULL;
	memory = NULL;
	memory_bytes = 0;
}

size_t stackanno_prototypes_bytes(void)
{
	return memory_bytes;
}

int stackanno_prototypes_find(const char *name, struct stackanno_signature *signature)
{
	struct stackanno_btf_prototype *prototype = &signature->prototype;

	if (!symbols || stackanno_btf_function(&btf, name, prototype))
		return -ENOENT;
	if (symbols[prototype->first] > prototype->functions)
		return -ENOENT;
	signature->btf = &btf;
	return 0;
}
