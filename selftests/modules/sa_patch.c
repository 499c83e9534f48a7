// SPDX-License-Identifier: GPL-2.0-only
/*
 * sa_patch: a live patch of a function behind /proc/cmdline. Reading that file
 * runs the chain, whose leaf warns, within the function that was patched in.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#include "sa_chain.h"
#include "sa_known.h"

/* What lies on its stack beside the chain's words. */
#define KEPT 0x10ca1000000000ffUL

static noinline void sa_patch_warn(const char *who)
{
	WARN_ON(1);
}

static int sa_patch_show(struct seq_file *file, void *data)
{
	unsigned long kept = KEPT;

	SA_KNOWN_FRAME("patched", "-");
	barrier_data(&kept);
	sa_known_at("patched", "word", "kept", (unsigned long)&kept, kept);
	sa_chain_run("patched", sa_patch_warn);
	seq_printf(file, "patched %lx\n", kept);
	return 0;
}

static struct klp_func functions[] = {
	{ .old_name = "cmdline_proc_show", .new_func = sa_patch_show },
	{ }
};

static struct klp_object objects[] = {
	{ .funcs = functions },
	{ }
};

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objects };

static int __init sa_patch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit sa_patch_exit(void)
{
}

module_init(sa_patch_init);
module_exit(sa_patch_exit);
MODULE_DESCRIPTION("A live patch that warns");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
