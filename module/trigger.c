// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifiers, tracepoints, and the sysrq key.
 *
 * An oops is recorded in the die notifier, within the kernel's report, and
 * printed by a kmsg dumper, which runs behind its end marker. A warning is
 * copied in its tracepoint, which may run under any lock, and explained and
 * printed from irq_work. What it says of code is right all the same: whoever
 * patches text waits for this CPU, and whoever frees it for a grace period.
 */
#include "trigger.h"

#include <linux/irq_work.h>
#include <linux/kdebug.h>
#include <linux/kernel.h>
#include <linux/kexec.h>
#include <linux/kmsg_dump.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/percpu.h>
#include <linux/sched/task_stack.h>
#include <linux/sysrq.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <asm/irq_regs.h>
#include <asm/special_insns.h>
#include <asm/trap_pf.h>
#include <trace/events/error_report.h>

#include "compat.h"
#include "console.h"
#include "counter.h"
#include "guard.h"
#include "ksyms.h"
#include "pipeline.h"
#include "policy.h"
#include "store.h"

/* Bytes before ip that the kernel's own report reads as code. */
#define CODE_BEFORE 64

/* The oops that this CPU was in last, so that the panic it ends in is known. */
struct last_oops {
	const struct task_struct *task;
	pid_t pid;
};

static DEFINE_PER_CPU(struct last_oops, last_oops);

static void print_record(struct stackanno_slot *slot,
			 const struct stackanno_render_options *options)
{
	if (stackanno_guard_enter()) {
		stackanno_console_print(slot, options);
		stackanno_guard_leave();
	}
	stackanno_store_release(slot);
}

/* Prints what is due, each record once. */
static void print_due(enum stackanno_due due)
{
	struct stackanno_render_options options;
	struct stackanno_slot *slot;
	unsigned int i;

	for (i = 0; i < stackanno_store_count(); i++) {
		slot = stackanno_store_take_report(due);
		if (!slot)
			return;
		if (stackanno_policy_console(slot->view.head.reason, &options))
			print_record(slot, &options);
		else
			stackanno_store_release(slot);
	}
}

/*
 * As kexec_should_crash(): whether oops_end() is going to start the crash
 * kernel, before the end marker and before any dumper.
 */
static bool crash_kernel_takes_over(void)
{
	unsigned long on_oops = stackanno_ksyms_address(STACKANNO_KSYM_PANIC_ON_OOPS);
	unsigned long later = stackanno_ksyms_address(STACKANNO_KSYM_POST_NOTIFIERS);
	int panic_on_oops = 0;
	bool post_notifiers = false;

	if (!kexec_crash_loaded())
		return false;
	if (later && !get_kernel_nofault(post_notifiers, (bool *)later) && post_notifiers)
		return false;
	if (in_interrupt() || !current->pid || is_global_init(current))
		return true;
	return on_oops && !get_kernel_nofault(panic_on_oops, (int *)on_oops) && panic_on_oops;
}

static void print_last_chance(u64 id)
{
	struct stackanno_render_options options;
	struct stackanno_slot *slot;

	if (!stackanno_policy_last_chance(&options))
		return;
	slot = stackanno_store_pin(id);
	if (slot)
		print_record(slot, &options);
}

/*
 * The address that a page fault was about. CR2 is all there is, and the
 * kernel's own report may have faulted since: on its nofault read of the code
 * around ip, when that is not mapped. An address there is not to be believed,
 * except for the fetch of an instruction, which is about ip itself.
 */
static bool fault_address(const struct pt_regs *regs, unsigned long error, unsigned long cr2,
			  u64 *address)
{
	if (error & X86_PF_INSTR || !regs->ip) {
		*address = regs->ip;
		return true;
	}
	if (cr2 - (regs->ip - CODE_BEFORE) < 2 * CODE_BEFORE)
		return false;
	*address = cr2;
	return true;
}

static void set_fault(struct stackanno_request *request, const struct die_args *args,
		      unsigned long cr2)
{
	request->flags |= STACKANNO_RECORD_FAULT;
	request->trap = args->trapnr;
	request->signal = args->signr;
	request->error = args->err;
	request->cause.regs = (unsigned long)args->regs;
	request->cause.entry = STACKANNO_ENTRY_EXCEPTION;
	request->cause.vector = args->trapnr;
	request->cause.error = args->err;
	request->cause.has_error = true;
	request->cause.has_address = fault_address(args->regs, args->err, cr2,
						   &request->cause.address);
}

static int die_event(struct notifier_block *nb, unsigned long event, void *data)
{
	/* First of all: the next fault, also one that is survived, overwrites it. */
	unsigned long cr2 = native_read_cr2();
	const struct die_args *args = data;
	struct stackanno_request request;
	bool last_chance;
	u64 id;

	/* The chain also carries breakpoints, traps of user space and the like. */
	if (event != DIE_OOPS || !args->regs)
		return NOTIFY_DONE;
	if (stackanno_guard_fault())
		return NOTIFY_DONE;

	last_chance = crash_kernel_takes_over();
	stackanno_policy_request(&request, STACKANNO_REASON_OOPS, STACKANNO_START_REGS, current);
	request.origin.regs = args->regs;
	request.title = args->str;
	request.report = !last_chance;
	set_fault(&request, args, cr2);

	raw_cpu_write(last_oops.task, current);
	raw_cpu_write(last_oops.pid, current->pid);
	if (!stackanno_pipeline_run(&request, &id) && last_chance)
		print_last_chance(id);
	/* Never NOTIFY_STOP: die() would return into the code that faulted. */
	return NOTIFY_DONE;
}

/* Behind everything else on the chain: debuggers may take an event for their own. */
static struct notifier_block die_notifier = {
	.notifier_call = die_event,
	.priority = INT_MIN,
};

static void dump_log(struct kmsg_dumper *dumper, STACKANNO_DUMP_ARG)
{
	if (STACKANNO_DUMP_REASON == KMSG_DUMP_OOPS)
		print_due(STACKANNO_DUE_OWN_OOPS);
}

static struct kmsg_dumper dumper = {
	.dump = dump_log,
	.max_reason = KMSG_DUMP_OOPS,
};

/*
 * Whether this panic is where an oops of the same task ends. It may have moved
 * to another CPU in between: the oops turns interrupts back on before it panics.
 */
static bool ends_an_oops(void)
{
	const struct last_oops *last;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		last = per_cpu_ptr(&last_oops, cpu);
		if (READ_ONCE(last->task) == current && READ_ONCE(last->pid) == current->pid)
			return true;
	}
	return false;
}

static int panic_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct stackanno_request request;

	if (!ends_an_oops()) {
		stackanno_policy_request(&request, STACKANNO_REASON_PANIC,
					 STACKANNO_START_PANIC, current);
		request.title = data;
		request.report = true;
		stackanno_pipeline_run(&request, NULL);
	}
	print_due(STACKANNO_DUE_FATAL);
	return NOTIFY_DONE;
}

/* Before notifiers that reboot or hang the machine. */
static struct notifier_block panic_notifier = {
	.notifier_call = panic_event,
	.priority = INT_MAX,
};

static void finish_later(struct irq_work *work)
{
	stackanno_pipeline_explain();
	print_due(STACKANNO_DUE_OTHER);
}

static DEFINE_IRQ_WORK(finish_work, finish_later);

static void take_and_finish_later(struct stackanno_request *request)
{
	request->report = true;
	if (!stackanno_pipeline_take(request))
		irq_work_queue(&finish_work);
}

static void error_report_probe(void *unused, enum error_detector detector, unsigned long id)
{
	static const enum stackanno_reason reasons[] = {
		[ERROR_DETECTOR_KFENCE] = STACKANNO_REASON_KFENCE,
		[ERROR_DETECTOR_KASAN] = STACKANNO_REASON_KASAN,
		[ERROR_DETECTOR_WARN] = STACKANNO_REASON_WARN,
	};
	enum stackanno_reason reason = STACKANNO_REASON_REPORT;
	struct stackanno_request request;

	if ((unsigned int)detector < ARRAY_SIZE(reasons) && reasons[detector])
		reason = reasons[detector];
	if (!stackanno_policy_wants(reason))
		return;
	stackanno_policy_request(&request, reason, STACKANNO_START_REPORT, current);
	/* A warning's id is where it was raised; the others' is the object's address. */
	if (reason == STACKANNO_REASON_WARN)
		request.origin.ip = id;
	request.cause.entry = STACKANNO_ENTRY_EXCEPTION;
	take_and_finish_later(&request);
}

static void hang_probe(void *unused, struct task_struct *task)
{
	struct stackanno_request request;

	if (!stackanno_policy_wants(STACKANNO_REASON_HANG))
		return;
	if (!stackanno_ksyms_address(STACKANNO_KSYM_PUT_STACK) || !try_get_task_stack(task))
		return;
	stackanno_policy_request(&request, STACKANNO_REASON_HANG, STACKANNO_START_ASLEEP, task);
	take_and_finish_later(&request);
	stackanno_ksyms_put_task_stack(task);
}

/* Tracepoints by name: one of them is not exported, and either may be absent. */
static struct {
	const char *name;
	void *probe;
	struct tracepoint *tracepoint;
} probes[] = {
	{ "error_report_end", error_report_probe },
	{ "sched_process_hang", hang_probe },
};

static void match_tracepoint(struct tracepoint *tracepoint, void *unused)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tracepoint->name, probes[i].name))
			probes[i].tracepoint = tracepoint;
}

static void register_probes(void)
{
	unsigned int i;

	for_each_kernel_tracepoint(match_tracepoint, NULL);
	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].tracepoint &&
		    tracepoint_probe_register(probes[i].tracepoint, probes[i].probe, NULL))
			probes[i].tracepoint = NULL;
}

static void unregister_probes(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (probes[i].tracepoint)
			tracepoint_probe_unregister(probes[i].tracepoint, probes[i].probe, NULL);
	tracepoint_synchronize_unregister();
}

static void sysrq_pressed(STACKANNO_SYSRQ_KEY key)
{
	struct pt_regs *regs = get_irq_regs();
	struct stackanno_request request;

	stackanno_policy_request(&request, STACKANNO_REASON_SYSRQ,
				 regs ? STACKANNO_START_REGS : STACKANNO_START_HERE, current);
	request.origin.regs = regs;
	request.cause.regs = (unsigned long)regs;
	request.cause.entry = STACKANNO_ENTRY_INTERRUPT;
	take_and_finish_later(&request);
}

static const struct sysrq_key_op sysrq_op = {
	.handler = sysrq_pressed,
	.help_msg = "annotate-stack",
	.action_msg = "Annotate Stack",
	.enable_mask = SYSRQ_ENABLE_DUMP,
};

/* Letters that x86 leaves alone in one kernel or another, in the order they are tried. */
static const struct sysrq_key {
	char key;
	const char *name;
} sysrq_keys[] = {
	{ 'a', "sysrq_a" },
	{ 'y', "sysrq_y" },
	{ 'x', "sysrq_x" },
	{ 'g', "sysrq_g" },
};

static const struct sysrq_key *sysrq_key;

static void register_sysrq(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sysrq_keys) && !sysrq_key; i++)
		if (!register_sysrq_key(sysrq_keys[i].key, &sysrq_op))
			sysrq_key = &sysrq_keys[i];
}

static void unregister_sysrq(void)
{
	if (sysrq_key)
		unregister_sysrq_key(sysrq_key->key, &sysrq_op);
	sysrq_key = NULL;
}

bool stackanno_trigger_describe(unsigned int index, const char **name, bool *open)
{
	if (index < ARRAY_SIZE(probes)) {
		*name = probes[index].name;
		*open = probes[index].tracepoint;
		return true;
	}
	if (index > ARRAY_SIZE(probes))
		return false;
	*name = sysrq_key ? sysrq_key->name : "sysrq";
	*open = sysrq_key;
	return true;
}

int stackanno_trigger_init(void)
{
	int ret;

	ret = kmsg_dump_register(&dumper);
	if (ret)
		return ret;
	ret = register_die_notifier(&die_notifier);
	if (ret) {
		kmsg_dump_unregister(&dumper);
		return ret;
	}
	atomic_notifier_chain_register(&panic_notifier_list, &panic_notifier);
	register_probes();
	register_sysrq();
	return 0;
}

void stackanno_trigger_exit(void)
{
	unregister_sysrq();
	unregister_probes();
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_notifier);
	unregister_die_notifier(&die_notifier);
	/* After what queues it, before what it prints. */
	irq_work_sync(&finish_work);
	kmsg_dump_unregister(&dumper);
}
