// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "prototypes.h"

#include <linux/printk.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "kernel_btf.h"
#include "ksyms.h"
#include "module_btf.h"

/* How many symbols have the name of the function that is at this place in the index. */
static u8 *symbols;
static struct stackanno_typed typed;

static int count_symbol(void *data, const char *name, unsigned long address)
{
	u32 index = stackanno_btf_named(stackanno_kernel_btf(), name);

	if (index != STACKANNO_BTF_NONE && symbols[index] < U8_MAX)
		symbols[index]++;
	return 0;
}

static int count_symbols(void)
{
	symbols = vzalloc(stackanno_kernel_btf()->functions);
	if (!symbols)
		return -ENOMEM;
	return stackanno_ksyms_each(count_symbol, NULL);
}

void stackanno_prototypes_init(void)
{
	int ret;

	if (!stackanno_kernel_btf())
		return;
	ret = count_symbols();
	if (!ret) {
		stackanno_typed_resolve(stackanno_kernel_btf(), &typed);
		return;
	}
	pr_info("parameters will have no names: %s\n", ret == -ENOMEM ?
		"out of memory" : "the kernel's symbols cannot be walked");
	stackanno_prototypes_exit();
}

void stackanno_prototypes_exit(void)
{
	vfree(symbols);
	symbols = NULL;
}

size_t stackanno_prototypes_bytes(void)
{
	return symbols ? stackanno_kernel_btf()->functions : 0;
}

const struct stackanno_typed *stackanno_prototypes_typed(void)
{
	return &typed;
}

static int find(const struct stackanno_btf *btf, const u8 *counted, const char *name,
		struct stackanno_signature *signature)
{
	struct stackanno_btf_prototype *prototype = &signature->prototype;

	if (stackanno_btf_function(btf, name, prototype) ||
	    counted[prototype->first] > prototype->functions)
		return -ENOENT;
	signature->btf = btf;
	return 0;
}

int stackanno_prototypes_find(const char *name, u64 module,
			      struct stackanno_signature *signature)
{
	const struct stackanno_module_types *types;

	if (!symbols)
		return -ENOENT;
	if (!module)
		return find(stackanno_kernel_btf(), symbols, name, signature);
	types = stackanno_module_btf(module);
	return types ? find(&types->btf, types->symbols, name, signature) : -ENOENT;
}
