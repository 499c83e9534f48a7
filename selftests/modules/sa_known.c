// SPDX-License-Identifier: GPL-2.0-only
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include "sa_known.h"

#define FIELD(field) { #field, offsetof(struct pt_regs, field) }

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	FIELD(r15), FIELD(r14), FIELD(r13), FIELD(r12), FIELD(bp), FIELD(bx),
	FIELD(r11), FIELD(r10), FIELD(r9), FIELD(r8), FIELD(ax), FIELD(cx),
	FIELD(dx), FIELD(si), FIELD(di), FIELD(orig_ax), FIELD(ip), FIELD(cs),
	FIELD(flags), FIELD(sp), FIELD(ss),
};

void sa_known_at(const char *who, const char *kind, const char *name,
		 unsigned long addr, unsigned long value)
{
	if (!who)
		return;
	pr_info("sa_known: who=%s kind=%s name=%s addr=%016lx value=%016lx\n",
		who, kind, name, addr, value);
}
EXPORT_SYMBOL_GPL(sa_known_at);

void sa_known_return(const char *who, const char *name, const unsigned long *frame,
		     const char *into)
{
	if (!who)
		return;
	pr_info("sa_known: who=%s kind=ret name=%s addr=%016lx value=%016lx into=%s\n",
		who, name, (unsigned long)(frame + 1), READ_ONCE(frame[1]), into);
}
EXPORT_SYMBOL_GPL(sa_known_return);

static void known_user(const char *who, const struct pt_regs *regs)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		unsigned long addr = (unsigned long)regs + fields[i].offset;

		sa_known_at(who, "user", fields[i].name, addr,
			    *(const unsigned long *)addr);
	}
}

void sa_known_task(const char *who)
{
	unsigned long begin = (unsigned long)task_stack_page(current);

	if (!who)
		return;
	sa_known_at(who, "task", current->comm, (unsigned long)current, current->pid);
	sa_known_at(who, "stack", "task", begin, begin + THREAD_SIZE);
	sa_known_at(who, "magic", "-", begin, STACK_END_MAGIC);
	if (!(current->flags & PF_KTHREAD))
		known_user(who, task_pt_regs(current));
}
