// SPDX-License-Identifier: GPL-2.0-only
/*
 * Annotations that somebody asks for: this task, another, what runs on a CPU.
 *
 * The kernel's unwinder takes the current task or one that does not run. So a
 * task that runs on another CPU is annotated from an interrupt there; the CPU is
 * waited for with interrupts on, and not for ever.
 */
#include "ask.h"

#include <linux/completion.h>
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <asm/irq_regs.h>

#include "compat.h"
#include "counter.h"
#include "ksyms.h"
#include "pipeline.h"
#include "policy.h"

/* How long a CPU may take to answer before it is said to be busy. */
#define CPU_TIMEOUT_MS 2000
#define CPU_POLL_MS 10

/* A task that wakes up and sleeps again is tried this often. */
#define TASK_TRIES 4

int stackanno_ask_self(void)
{
	struct stackanno_request request;

	stackanno_policy_request(&request, STACKANNO_REASON_SELF, STACKANNO_START_HERE, current);
	return stackanno_pipeline_run(&request, NULL);
}

/* What one CPU is asked by another. */
static struct {
	struct mutex lock;	/* one at a time */
	atomic_t pending;	/* the CPU asked last has not answered */
	call_single_data_t call;
	struct completion done;
	const struct task_struct *wanted;	/* NULL: whatever runs */
	enum stackanno_reason reason;
	int result;
} question = {
	.lock = __MUTEX_INITIALIZER(question.lock),
	.done = COMPLETION_INITIALIZER(question.done),
};

static int annotate_interrupted(void)
{
	struct pt_regs *regs = get_irq_regs();
	struct stackanno_request request;

	/* Gone from this CPU since it was asked about: the caller looks again. */
	if (question.wanted && question.wanted != current)
		return -EAGAIN;
	/* The idle loop runs what it was asked without an interrupt. */
	stackanno_policy_request(&request, question.reason,
				 regs ? STACKANNO_START_REGS : STACKANNO_START_HERE, current);
	request.origin.regs = regs;
	request.cause.regs = (unsigned long)regs;
	request.cause.entry = STACKANNO_ENTRY_INTERRUPT;
	return stackanno_pipeline_run(&request, NULL);
}

static void answer(void *unused)
{
	question.result = annotate_interrupted();
	complete(&question.done);
	/* Last: what is asked next may overwrite all of the above. */
	atomic_set_release(&question.pending, 0);
}

static int ask_cpu(unsigned int cpu, enum stackanno_reason reason,
		   const struct task_struct *wanted)
{
	int ret;

	mutex_lock(&question.lock);
	ret = -EBUSY;
	if (atomic_cmpxchg_acquire(&question.pending, 0, 1))
		goto out;
	question.wanted = wanted;
	question.reason = reason;
	reinit_completion(&question.done);
	INIT_CSD(&question.call, answer, NULL);
	ret = smp_call_function_single_async(cpu, &question.call);
	if (ret) {
		atomic_set(&question.pending, 0);
		goto out;
	}
	/* A CPU with interrupts off may never answer: not waited for longer, and said. */
	if (wait_for_completion_timeout(&question.done, msecs_to_jiffies(CPU_TIMEOUT_MS))) {
		ret = question.result;
	} else {
		stackanno_counter_add(STACKANNO_COUNT_CPU_BUSY, 1);
		ret = -EBUSY;
	}
out:
	mutex_unlock(&question.lock);
	return ret;
}

int stackanno_ask_cpu(unsigned int cpu)
{
	int ret;

	if (cpu >= nr_cpu_ids || !cpu_possible(cpu))
		return -EINVAL;
	cpus_read_lock();
	ret = cpu_online(cpu) ? ask_cpu(cpu, STACKANNO_REASON_CPU, NULL) : -ENODEV;
	cpus_read_unlock();
	return ret;
}

static int annotate_asleep(struct task_struct *task, enum stackanno_reason reason,
			   bool room_only)
{
	struct stackanno_request request;
	int ret;

	if (!stackanno_ksyms_address(STACKANNO_KSYM_PUT_STACK))
		return -EOPNOTSUPP;
	if (!try_get_task_stack(task))
		return -ESRCH;
	stackanno_policy_request(&request, reason, STACKANNO_START_ASLEEP, task);
	request.room_only = room_only;
	ret = stackanno_pipeline_run(&request, NULL);
	stackanno_ksyms_put_task_stack(task);
	return ret;
}

static int annotate_task(struct task_struct *task)
{
	unsigned int tries;
	int ret = -EBUSY;

	if (task == current)
		return stackanno_ask_self();
	for (tries = 0; tries < TASK_TRIES && (ret == -EBUSY || ret == -EAGAIN); tries++) {
		if (!stackanno_compat_on_cpu(task)) {
			ret = annotate_asleep(task, STACKANNO_REASON_TASK, false);
			continue;
		}
		cpus_read_lock();
		ret = ask_cpu(task_cpu(task), STACKANNO_REASON_TASK, task);
		cpus_read_unlock();
	}
	return ret == -EAGAIN ? -EBUSY : ret;
}

int stackanno_ask_pid(pid_t pid)
{
	struct task_struct *task;
	int ret;

	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_PID);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	if (!task)
		return -ESRCH;
	ret = annotate_task(task);
	put_task_struct(task);
	return ret;
}

/* As the kernel's own "show blocked tasks": not those that merely idle. */
static bool is_blocked(const struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	return state & TASK_UNINTERRUPTIBLE && !(state & TASK_NOLOAD);
}

int stackanno_ask_blocked(void)
{
	struct task_struct *group, *task;
	int done = 0, ret = -ESRCH;

	rcu_read_lock();
	for_each_process_thread(group, task) {
		if (!is_blocked(task))
			continue;
		ret = annotate_asleep(task, STACKANNO_REASON_BLOCKED, true);
		if (!ret)
			done++;
		if (ret == -ENOSPC || ret == -EOPNOTSUPP || ret == -ECANCELED)
			goto out;
	}
out:
	rcu_read_unlock();
	return done ? done : ret;
}

void stackanno_ask_exit(void)
{
	while (atomic_read_acquire(&question.pending))
		msleep(CPU_POLL_MS);
}
