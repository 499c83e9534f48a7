// SPDX-License-Identifier: GPL-2.0-only
/*
 * sa_crash: crashes on demand. Write the name of one, and its argument if it
 * takes one, to /sys/kernel/debug/sa_crash/trigger;
 * the names are in "names" beside it, and those of the hand-laid frames in "frames".
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "sa_argument.h"
#include "sa_chain.h"
#include "sa_compiled.h"
#include "sa_context.h"
#include "sa_cost.h"
#include "sa_fault.h"
#include "sa_frame.h"
#include "sa_known.h"
#include "sa_memory.h"
#include "sa_overrun.h"
#include "sa_probe.h"
#include "sa_suspect.h"
#include "sa_values.h"
#include "sa_wait.h"

/* Exactly one of the three is set. */
struct trigger {
	const char *name;
	sa_leaf_t leaf;				/* run eight levels deep */
	int (*run)(void);
	int (*run_on)(const char *argument);
};

/* The chain as it is without probes, to compare a probed one with. */
static noinline __noclone int rehearse(void)
{
	sa_chain_run("rehearsal", sa_leaf_return);
	return 0;
}

static const struct trigger triggers[] = {
	{ "null-read", .leaf = sa_fault_null_read },
	{ "null-call", .leaf = sa_fault_null_call },
	{ "data-call", .leaf = sa_fault_data_call },
	{ "rodata-write", .leaf = sa_fault_rodata_write },
	{ "gpf", .leaf = sa_fault_non_canonical },
	{ "divide", .leaf = sa_fault_divide },
	{ "bug", .leaf = sa_fault_bug },
	{ "warn", .leaf = sa_fault_warn },
	{ "freed-read", .leaf = sa_fault_freed },
	{ "panic", .leaf = sa_fault_panic },
	{ "overflow", .leaf = sa_fault_overflow },
	{ "compiled", .leaf = sa_compiled_crash },
	{ "memory", .leaf = sa_memory_crash },
	{ "overrun", .leaf = sa_overrun_crash },
	{ "values", .leaf = sa_values_crash },
	{ "overrun-return", .leaf = sa_overrun_return },
	{ "arguments", .leaf = sa_argument_crash },
	{ "suspect-pointer", .leaf = sa_suspect_pointer },
	{ "suspect-constant", .leaf = sa_suspect_constant },
	{ "suspect-return", .leaf = sa_suspect_return },
	{ "suspect-edge", .leaf = sa_suspect_edge },
	{ "suspect-argument", .leaf = sa_suspect_argument },
	{ "suspect-size", .leaf = sa_suspect_frame },
	{ "tail-call", .leaf = sa_suspect_tail },
	{ "rehearse", .run = rehearse },
	{ "irq", .run = sa_context_irq },
	{ "irq-later", .run = sa_context_irq_later },
	{ "broken-end", .run = sa_context_broken_end },
	{ "softirq", .run = sa_context_softirq },
	{ "nmi", .run = sa_context_nmi },
	{ "kthread", .run = sa_context_kthread },
	{ "two-cpus", .run = sa_context_two },
	{ "sleep", .run = sa_wait_sleep },
	{ "spin", .run = sa_wait_spin },
	{ "churn", .run = sa_wait_churn },
	{ "end", .run = sa_wait_end },
	{ "kprobe", .run = sa_probe_call },
	{ "kretprobe", .run = sa_probe_return },
	{ "kprobe-entry-crash", .run = sa_probe_crash_entry },
	{ "kprobe-inside-crash", .run = sa_probe_crash_inside },
	{ "kprobe-push", .run = sa_probe_warn_at_push },
	{ "suspect-registers", .run = sa_probe_warn_of_registers },
	{ "kretprobe-crash", .run = sa_probe_crash_return },
	{ "warn-in", .run_on = sa_probe_warn },
	{ "meanwhile", .run_on = sa_probe_meanwhile },
	{ "garble", .run_on = sa_probe_garble },
	{ "mend", .run = sa_probe_mend },
	{ "nested", .run_on = sa_probe_nested },
	{ "hits", .run = sa_probe_hits },
	{ "frame", .run_on = sa_frame_run },
	{ "cost", .run = sa_cost_run },
};

static struct dentry *directory;

static const struct trigger *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(triggers); i++) {
		if (!strcmp(triggers[i].name, name))
			return &triggers[i];
	}
	return NULL;
}

static noinline __noclone int sa_trigger_run(const struct trigger *trigger, const char *argument)
{
	/* One that runs the chain for this task is part of the chain. */
	SA_KNOWN_FRAME(trigger->leaf ? "self" : trigger->name, "sa_trigger_write");
	if (trigger->leaf) {
		sa_chain_run("self", trigger->leaf);
		return 0;
	}
	if (trigger->run)
		return trigger->run();
	return trigger->run_on(argument);
}

static ssize_t sa_trigger_write(struct file *file, const char __user *from, size_t count,
				loff_t *position)
{
	char text[128], *argument, *name;
	const struct trigger *trigger;
	int ret;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	text[count] = 0;
	argument = strim(text);
	name = strsep(&argument, " ");
	trigger = find(name);
	/* An argument where one is taken, and none elsewhere. */
	if (!trigger || !argument != !trigger->run_on)
		return -EINVAL;
	/* What debugfs' own functions, which called this one, keep in registers. */
	if (trigger->leaf) {
		sa_known_at("self", "expression", "filp", 0, (unsigned long)file);
		sa_known_at("self", "expression", "filp->f_path.dentry", 0,
			    (unsigned long)file->f_path.dentry);
	}
	ret = sa_trigger_run(trigger, argument);
	return ret ?: count;
}

static const struct file_operations trigger_operations = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = sa_trigger_write,
	.llseek = noop_llseek,
};

static int names_show(struct seq_file *file, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(triggers); i++)
		seq_printf(file, "%s%s\n", triggers[i].name,
			   triggers[i].run_on ? " ARGUMENT" : "");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(names);

static int frames_show(struct seq_file *file, void *unused)
{
	sa_frame_list(file);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(frames);

static int __init sa_crash_init(void)
{
	directory = debugfs_create_dir("sa_crash", NULL);
	if (IS_ERR(directory))
		return PTR_ERR(directory);
	debugfs_create_file("trigger", 0200, directory, NULL, &trigger_operations);
	debugfs_create_file("names", 0400, directory, NULL, &names_fops);
	debugfs_create_file("frames", 0400, directory, NULL, &frames_fops);
	return 0;
}

static void __exit sa_crash_exit(void)
{
	debugfs_remove(directory);
	sa_wait_end();
	sa_probe_end();
}

module_init(sa_crash_init);
module_exit(sa_crash_exit);
MODULE_DESCRIPTION("Crashes on demand, with known words on the stack");
MODULE_LICENSE("GPL");
