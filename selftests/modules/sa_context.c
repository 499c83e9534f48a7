// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/timer.h>
#include <asm/nmi.h>

#include "compat.h"
#include "sa_chain.h"
#include "sa_context.h"
#include "sa_fault.h"

/* How long the interrupted loop leaves its prints time to get out. */
#define DELAY_MS 300
/* How long to wait for what ought to happen at once. */
#define PATIENCE_MS 15000

static int stop;

static void leaf_spin(const char *who)
{
	sa_fault_spin(who, &stop);
}

static enum hrtimer_restart irq_crash(struct hrtimer *timer)
{
	sa_chain_run("irq", sa_fault_null_read);
	WRITE_ONCE(stop, 1);
	return HRTIMER_NORESTART;
}

int sa_context_irq(void)
{
	struct hrtimer timer;

	hrtimer_setup(&timer, irq_crash, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	preempt_disable();
	WRITE_ONCE(stop, 0);
	hrtimer_start(&timer, ms_to_ktime(DELAY_MS), HRTIMER_MODE_REL_PINNED_HARD);
	sa_chain_run("interrupted", leaf_spin);
	preempt_enable();
	hrtimer_cancel(&timer);
	return -ETIMEDOUT;
}

int sa_context_irq_later(void)
{
	static struct hrtimer timer;

	hrtimer_setup(&timer, irq_crash, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	hrtimer_start(&timer, ms_to_ktime(MSEC_PER_SEC), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

int sa_context_broken_end(void)
{
	/* From here to the fault nothing may schedule: the scheduler looks at it. */
	preempt_disable();
	*end_of_stack(current) = 0x4141414141414141;
	sa_chain_run("self", sa_fault_null_read);
	preempt_enable();
	return 0;
}

static void softirq_crash(struct timer_list *timer)
{
	sa_chain_run("softirq", sa_fault_null_read);
	WRITE_ONCE(stop, 1);
}

static DEFINE_TIMER(softirq_timer, softirq_crash);

int sa_context_softirq(void)
{
	preempt_disable();
	WRITE_ONCE(stop, 0);
	softirq_timer.expires = jiffies + msecs_to_jiffies(DELAY_MS);
	add_timer_on(&softirq_timer, raw_smp_processor_id());
	sa_chain_run("interrupted", leaf_spin);
	preempt_enable();
	timer_delete_sync(&softirq_timer);
	return -ETIMEDOUT;
}

static int nmi_crash(unsigned int type, struct pt_regs *regs)
{
	if (raw_smp_processor_id() || READ_ONCE(stop))
		return NMI_DONE;
	WRITE_ONCE(stop, 1);
	sa_chain_run("nmi", sa_fault_null_read);
	return NMI_HANDLED;
}

static enum hrtimer_restart nmi_missing(struct hrtimer *timer)
{
	WRITE_ONCE(stop, 1);
	return HRTIMER_NORESTART;
}

int sa_context_nmi(void)
{
	struct hrtimer timer;
	int ret;

	/* The machine's NMI line leads to CPU 0 alone. */
	ret = set_cpus_allowed_ptr(current, cpumask_of(0));
	if (ret)
		return ret;
	WRITE_ONCE(stop, 0);
	ret = register_nmi_handler(NMI_LOCAL, nmi_crash, 0, "sa_crash");
	if (ret)
		return ret;
	hrtimer_setup(&timer, nmi_missing, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	preempt_disable();
	hrtimer_start(&timer, ms_to_ktime(PATIENCE_MS), HRTIMER_MODE_REL_PINNED_HARD);
	sa_chain_run("interrupted", leaf_spin);
	preempt_enable();
	hrtimer_cancel(&timer);
	unregister_nmi_handler(NMI_LOCAL, "sa_crash");
	return -ETIMEDOUT;
}

/* Waits until a task is dead and drops the reference to it. */
static int await_death(struct task_struct *task)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(PATIENCE_MS);
	int ret = 0;

	while (!READ_ONCE(task->exit_state)) {
		if (time_after(jiffies, deadline)) {
			ret = -ETIMEDOUT;
			break;
		}
		msleep(20);
	}
	put_task_struct(task);
	return ret;
}

static int kthread_crash(void *unused)
{
	sa_chain_run("thread", sa_fault_null_read);
	return 0;
}

int sa_context_kthread(void)
{
	struct task_struct *task = kthread_create(kthread_crash, NULL, "sa_kthread");

	if (IS_ERR(task))
		return PTR_ERR(task);
	get_task_struct(task);
	wake_up_process(task);
	return await_death(task);
}

static int together_crash(void *who)
{
	sa_chain_run(who, sa_fault_together);
	return 0;
}

int sa_context_two(void)
{
	static const char * const names[] = { "cpu0", "cpu1" };
	struct task_struct *task[2];
	unsigned int i;
	int ret;

	if (!cpu_online(0) || num_possible_cpus() < 2 || !cpu_online(1))
		return -ENODEV;
	for (i = 0; i < 2; i++) {
		task[i] = kthread_create(together_crash, (void *)names[i], "sa_%s", names[i]);
		if (IS_ERR(task[i])) {
			ret = PTR_ERR(task[i]);
			goto stop_first;
		}
		get_task_struct(task[i]);
		kthread_bind(task[i], i);
	}
	for (i = 0; i < 2; i++)
		wake_up_process(task[i]);
	ret = await_death(task[0]);
	return await_death(task[1]) ?: ret;

stop_first:
	if (i) {
		kthread_stop(task[0]);
		put_task_struct(task[0]);
	}
	return ret;
}
