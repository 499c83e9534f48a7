// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "sa_chain.h"
#include "sa_fault.h"
#include "sa_known.h"
#include "sa_probe.h"
#include "sa_probe_code.h"

static atomic_t call_hits, return_hits;
static atomic_t nested_left = ATOMIC_INIT(1);
static char nested_symbol[KSYM_NAME_LEN];

static int count_call(struct kprobe *probe, struct pt_regs *regs)
{
	atomic_inc(&call_hits);
	return 0;
}

static int count_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	atomic_inc(&return_hits);
	return 0;
}

static int crash_call(struct kprobe *probe, struct pt_regs *regs)
{
	sa_chain_run("probe", sa_fault_null_read);
	return 0;
}

static int crash_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	sa_chain_run("probe", sa_fault_null_read);
	return 0;
}

static int crash_once(struct kprobe *probe, struct pt_regs *regs)
{
	if (atomic_dec_if_positive(&nested_left) == 0) {
		pr_info("sa_crash: crashing within %s\n", nested_symbol);
		/* In the midst of a report: nothing is printed of this one. */
		sa_chain_run(NULL, sa_fault_null_read);
	}
	return 0;
}

/* In the kernel's way, but no selector of its code. */
#define NO_CODE 0x5a50

static bool spoil_registers;

static int warn_always(struct kprobe *probe, struct pt_regs *regs)
{
	unsigned long cs = regs->cs;

	if (spoil_registers)
		regs->cs = NO_CODE;
	sa_chain_run("probe", sa_fault_warn);
	regs->cs = cs;
	return 0;
}

static int warn_once(struct kprobe *probe, struct pt_regs *regs)
{
	if (atomic_dec_if_positive(&nested_left) == 0)
		sa_chain_run("probe", sa_fault_warn);
	return 0;
}

#define PATIENCE_MS 15000

static struct task_struct *meanwhile_task;

static int meanwhile_thread(void *unused)
{
	sa_chain_run("meanwhile", sa_fault_null_read);
	return 0;
}

/* Holds up its CPU until the other one's crash is over. */
static int crash_meanwhile(struct kprobe *probe, struct pt_regs *regs)
{
	struct task_struct *task = xchg(&meanwhile_task, NULL);
	unsigned int ms;

	if (!task)
		return 0;
	wake_up_process(task);
	for (ms = 0; ms < PATIENCE_MS && !(READ_ONCE(task->flags) & PF_EXITING); ms++)
		mdelay(1);
	pr_info("sa_crash: the other CPU is done: %d\n", ms < PATIENCE_MS);
	put_task_struct(task);
	return 0;
}

/* Keeps a probe an int3: one with a post handler is never made a jump. */
static void keep_breakpoint(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static noinline __noclone void sa_probed(const char *who)
{
	SA_KNOWN_FRAME(who, "-");
	asm volatile(".Lsa_probed:\n\tnop\n\tnop\n\t");
}

static unsigned long probed_address(void)
{
	unsigned long address;

	asm("leaq .Lsa_probed(%%rip), %0" : "=r" (address));
	return address;
}

static struct kprobe calls[] = {
	{ .symbol_name = "sa_level3", .pre_handler = count_call },
	{ .symbol_name = "sa_level5", .pre_handler = count_call },
	{ .symbol_name = "sa_fault_null_read", .pre_handler = count_call },
};

static struct kretprobe returns[] = {
	{ .kp.symbol_name = "sa_level4", .handler = count_return },
	{ .kp.symbol_name = "sa_level6", .handler = count_return },
	{ .kp.symbol_name = "sa_fault_null_read", .handler = count_return },
};

static struct kprobe crash_entry = {
	.symbol_name = "sa_leaf_return", .pre_handler = crash_call,
};

static struct kprobe crash_inside = {
	.pre_handler = crash_call, .post_handler = keep_breakpoint,
};

static struct kretprobe crash_at_return = {
	.kp.symbol_name = "sa_leaf_return", .handler = crash_return,
};

/* Where one byte behind the breakpoint the frame is another one. */
static struct kprobe warn_at_push = {
	.symbol_name = "sa_probe_pushes", .pre_handler = warn_always,
	.post_handler = keep_breakpoint,
};

static struct kprobe nested = {
	.symbol_name = nested_symbol,
};

static struct kprobe meanwhile = {
	.symbol_name = nested_symbol, .pre_handler = crash_meanwhile,
};

static char garbled_symbol[KSYM_NAME_LEN];

static struct kprobe garbled = {
	.symbol_name = garbled_symbol, .pre_handler = count_call, .post_handler = keep_breakpoint,
};

static struct {
	struct hlist_node *next;
	kprobe_opcode_t *addr;
	kprobe_opcode_t opcode;
} before_garbling;

/* What is registered, so that the end removes no more than that. */
static unsigned int call_count, return_count;
static bool entry_on, inside_on, push_on, at_return_on, nested_on, garbled_on, meanwhile_on;

int sa_probe_call(void)
{
	int ret = 0;

	while (call_count < ARRAY_SIZE(calls)) {
		ret = register_kprobe(&calls[call_count]);
		if (ret)
			break;
		call_count++;
	}
	return ret;
}

int sa_probe_return(void)
{
	int ret = 0;

	while (return_count < ARRAY_SIZE(returns)) {
		ret = register_kretprobe(&returns[return_count]);
		if (ret)
			break;
		return_count++;
	}
	return ret;
}

int sa_probe_crash_entry(void)
{
	int ret = entry_on ? -EBUSY : register_kprobe(&crash_entry);

	if (ret)
		return ret;
	entry_on = true;
	sa_chain_run("outer", sa_leaf_return);
	return 0;
}

int sa_probe_crash_inside(void)
{
	int ret = -EBUSY;

	if (!inside_on) {
		crash_inside.addr = (kprobe_opcode_t *)probed_address();
		ret = register_kprobe(&crash_inside);
	}
	if (ret)
		return ret;
	inside_on = true;
	sa_probed("outer");
	return 0;
}

static noinline __noclone void sa_push_leaf(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	sa_probe_pushes();
}

int sa_probe_warn_at_push(void)
{
	int ret = push_on ? -EBUSY : register_kprobe(&warn_at_push);

	if (ret)
		return ret;
	push_on = true;
	sa_chain_run("outer", sa_push_leaf);
	return 0;
}

int sa_probe_warn_of_registers(void)
{
	spoil_registers = true;
	return sa_probe_warn_at_push();
}

int sa_probe_crash_return(void)
{
	int ret = at_return_on ? -EBUSY : register_kretprobe(&crash_at_return);

	if (ret)
		return ret;
	at_return_on = true;
	sa_chain_run("outer", sa_leaf_return);
	return 0;
}

static int probe_once(const char *symbol, kprobe_pre_handler_t handler)
{
	int ret;

	if (nested_on)
		return -EBUSY;
	nested.pre_handler = handler;
	strscpy(nested_symbol, symbol, sizeof(nested_symbol));
	ret = register_kprobe(&nested);
	nested_on = !ret;
	return ret;
}

int sa_probe_nested(const char *symbol)
{
	return probe_once(symbol, crash_once);
}

int sa_probe_warn(const char *symbol)
{
	return probe_once(symbol, warn_once);
}

int sa_probe_meanwhile(const char *symbol)
{
	struct task_struct *task;
	int ret;

	if (meanwhile_on || nested_on)
		return -EBUSY;
	task = kthread_create(meanwhile_thread, NULL, "sa_meanwhile");
	if (IS_ERR(task))
		return PTR_ERR(task);
	kthread_bind(task, 1);
	get_task_struct(task);
	meanwhile_task = task;
	strscpy(nested_symbol, symbol, sizeof(nested_symbol));
	ret = register_kprobe(&meanwhile);
	if (ret) {
		meanwhile_task = NULL;
		kthread_stop(task);
		put_task_struct(task);
	}
	meanwhile_on = !ret;
	return ret;
}

/* What the kernel's table holds: the probe, or one that stands for all at its address. */
static struct kprobe *in_table(void)
{
	return list_empty(&garbled.list) ? &garbled :
		list_first_entry(&garbled.list, struct kprobe, list);
}

static int garble(const char *how)
{
	struct kprobe *probe = in_table();

	before_garbling.next = probe->hlist.next;
	before_garbling.addr = probe->addr;
	before_garbling.opcode = probe->opcode;
	if (!strcmp(how, "opcode"))
		probe->opcode = 0xcc;
	else if (!strcmp(how, "poison"))
		probe->hlist.next = LIST_POISON1;
	else if (!strcmp(how, "loop"))
		probe->hlist.next = &probe->hlist;
	else if (!strcmp(how, "address"))
		probe->addr++;
	else
		return -EINVAL;
	return 0;
}

int sa_probe_garble(const char *text)
{
	char how[16];
	int ret;

	if (garbled_on)
		return -EBUSY;
	/* As wide as the buffers are. */
	if (sscanf(text, "%15s %127[^+]+%u", how, garbled_symbol, &garbled.offset) != 3)
		return -EINVAL;
	garbled.addr = NULL;
	garbled.flags = 0;
	ret = register_kprobe(&garbled);
	if (ret)
		return ret;
	garbled_on = true;
	ret = garble(how);
	if (ret)
		sa_probe_mend();
	return ret;
}

int sa_probe_mend(void)
{
	struct kprobe *probe;

	if (!garbled_on)
		return -ENOENT;
	probe = in_table();
	probe->hlist.next = before_garbling.next;
	probe->addr = before_garbling.addr;
	probe->opcode = before_garbling.opcode;
	unregister_kprobe(&garbled);
	garbled_on = false;
	return 0;
}

int sa_probe_hits(void)
{
	pr_info("sa_crash: hits: kprobe %d, kretprobe %d, nested %d\n",
		atomic_read(&call_hits), atomic_read(&return_hits),
		1 - atomic_read(&nested_left));
	return 0;
}

void sa_probe_end(void)
{
	struct task_struct *task;

	sa_probe_mend();
	if (meanwhile_on)
		unregister_kprobe(&meanwhile);
	task = xchg(&meanwhile_task, NULL);
	if (task) {
		kthread_stop(task);
		put_task_struct(task);
	}
	if (nested_on)
		unregister_kprobe(&nested);
	if (at_return_on)
		unregister_kretprobe(&crash_at_return);
	if (push_on)
		unregister_kprobe(&warn_at_push);
	if (inside_on)
		unregister_kprobe(&crash_inside);
	if (entry_on)
		unregister_kprobe(&crash_entry);
	while (return_count)
		unregister_kretprobe(&returns[--return_count]);
	while (call_count)
		unregister_kprobe(&calls[--call_count]);
}
