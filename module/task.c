// SPDX-License-Identifier: GPL-2.0-only
/*
 * A walk of the kernel's list of tasks in a crash: under RCU, so that a task that
 * ends meanwhile stays readable, with nofault reads of memory alone, and no further
 * than the room for what is found.
 */
#include "task.h"

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "counter.h"
#include "memory.h"

#define TASKS_MAX 8192

struct place {
	unsigned long task;
	unsigned long stack;
};

static struct place *places;
static unsigned int place_count;
/* Only who set it touches the two above. */
static atomic_t gathered;

int stackanno_tasks_init(void)
{
	places = vzalloc(stackanno_tasks_bytes());
	return places ? 0 : -ENOMEM;
}

void stackanno_tasks_exit(void)
{
	vfree(places);
}

size_t stackanno_tasks_bytes(void)
{
	return TASKS_MAX * sizeof(*places);
}

static bool read(const void *at, void *buf, u32 len)
{
	return stackanno_memory_read((unsigned long)at, buf, len);
}

/* Return: whether there was room. */
static bool add(const struct task_struct *task)
{
	struct place *place = &places[place_count];
	void *stack;

	if (place_count == TASKS_MAX)
		return false;
	if (!read(&task->stack, &stack, sizeof(stack)))
		return true;
	place->task = (unsigned long)task;
	place->stack = (unsigned long)stack;
	place_count++;
	return true;
}

/* Return: what follows on a list; NULL when that cannot be read. */
static struct list_head *next_of(const struct list_head *at)
{
	struct list_head *next;

	return read(&at->next, &next, sizeof(next)) ? next : NULL;
}

/* Return: false when not all of the tasks were seen. */
static bool add_threads(const struct task_struct *leader, unsigned int *steps)
{
	struct signal_struct *signal;
	struct list_head *head, *at;

	if (!read(&leader->signal, &signal, sizeof(signal)))
		return false;
	head = &signal->thread_head;
	for (at = next_of(head); at != head; at = next_of(at)) {
		if (!at || ++*steps > TASKS_MAX ||
		    !add(container_of(at, struct task_struct, thread_node)))
			return false;
	}
	return true;
}

static bool add_all(void)
{
	struct list_head *head = &init_task.tasks, *at;
	unsigned int steps = 0;
	bool whole = true;

	for (at = next_of(head); at != head; at = next_of(at)) {
		if (!at || ++steps > TASKS_MAX)
			return false;
		/* One whose threads cannot be had does not hide the others. */
		if (!add_threads(container_of(at, struct task_struct, tasks), &steps))
			whole = false;
	}
	return whole;
}

int stackanno_tasks_gather(void)
{
	unsigned int cpu;
	bool whole = true;

	if (atomic_cmpxchg_acquire(&gathered, 0, 1)) {
		stackanno_counter_add(STACKANNO_COUNT_TASKS_BUSY, 1);
		return -EBUSY;
	}
	place_count = 0;
	rcu_read_lock();
	for_each_online_cpu(cpu)
		whole &= add(stackanno_compat_running(cpu));
	whole &= add_all();
	rcu_read_unlock();
	if (!whole)
		stackanno_counter_add(STACKANNO_COUNT_TASKS_UNSEEN, 1);
	return 0;
}

void stackanno_tasks_release(void)
{
	atomic_set_release(&gathered, 0);
}

static int describe(unsigned long at, struct stackanno_task *found)
{
	const struct task_struct *task = (const struct task_struct *)at;
	pid_t pid;

	if (get_kernel_nofault(pid, &task->pid) ||
	    copy_from_kernel_nofault(found->comm, task->comm, sizeof(found->comm)))
		return -ENOENT;
	found->comm[sizeof(found->comm) - 1] = '\0';
	found->pid = pid;
	return 0;
}

int stackanno_tasks_find(unsigned long address, struct stackanno_task *task)
{
	const struct place *place;

	for (place = places; place < places + place_count; place++) {
		if (address - place->task < STACKANNO_TASK_SIZE) {
			task->kind = STACKANNO_MEANING_TASK;
			task->offset = address - place->task;
		} else if (place->stack && address - place->stack < THREAD_SIZE) {
			task->kind = STACKANNO_MEANING_TASK_STACK;
			task->offset = address - place->stack;
		} else {
			continue;
		}
		return describe(place->task, task);
	}
	return -ENOENT;
}
