// SPDX-License-Identifier: GPL-2.0-only
#include "task.h"

#include <linux/cpumask.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat.h"

/* Machines have more CPUs than are worth asking for each word. */
#define CPUS_MAX 64

static bool take(unsigned long address, const struct task_struct *running,
		 struct stackanno_task *task)
{
	unsigned long begin = (unsigned long)running;
	void *stack;
	pid_t pid;

	if (!begin || get_kernel_nofault(stack, &running->stack))
		return false;
	if (address >= begin && address - begin < sizeof(*running)) {
		task->kind = STACKANNO_MEANING_TASK;
	} else if (stack && address >= (unsigned long)stack &&
		   address - (unsigned long)stack < THREAD_SIZE) {
		task->kind = STACKANNO_MEANING_TASK_STACK;
		begin = (unsigned long)stack;
	} else {
		return false;
	}
	if (get_kernel_nofault(pid, &running->pid) ||
	    copy_from_kernel_nofault(task->comm, running->comm, sizeof(task->comm)))
		return false;
	task->comm[sizeof(task->comm) - 1] = '\0';
	task->pid = pid;
	task->offset = address - begin;
	return true;
}

int stackanno_task_find(unsigned long address, struct stackanno_task *task)
{
	const struct task_struct *running;
	unsigned int cpu, seen = 0;

	if (take(address, current, task))
		return 0;
	for_each_online_cpu(cpu) {
		if (seen++ == CPUS_MAX)
			break;
		running = stackanno_compat_running(cpu);
		if (take(address, running, task) && running == stackanno_compat_running(cpu))
			return 0;
	}
	return -ENOENT;
}
