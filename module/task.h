/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tasks that there are, gathered without a lock for one annotation: which one
 * an address belongs to, by its task_struct or its stack.
 */
#ifndef STACKANNO_TASK_H
#define STACKANNO_TASK_H

#include <linux/sched.h>

#include "uapi/stackanno.h"

/*
 * Of a task_struct, up to what the architecture has last in it: that is allocated only as
 * long as the CPU's registers need, and what the type says of its size may be the next one's.
 */
#define STACKANNO_TASK_SIZE offsetof(struct task_struct, thread)

struct stackanno_task {
	enum stackanno_meaning_kind kind;	/* STACKANNO_MEANING_TASK or _TASK_STACK */
	u64 offset;
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * stackanno_tasks_init() - take the memory that tasks are gathered in
 *
 * Context: process.
 * Return: 0; -ENOMEM.
 */
int stackanno_tasks_init(void);

/**
 * stackanno_tasks_exit() - give it back
 *
 * Context: process.
 */
void stackanno_tasks_exit(void);

/**
 * stackanno_tasks_bytes() - memory that tasks are gathered in
 *
 * Return: bytes.
 */
size_t stackanno_tasks_bytes(void);

/**
 * stackanno_tasks_gather() - note which tasks there are, for the caller alone
 *
 * First those that run, which includes idle ones, then the kernel's list. What is
 * beyond the room for them is counted, and so is a list that is not followed to its
 * end.
 *
 * Context: any; ends with stackanno_tasks_release().
 * Return: 0; -EBUSY when another CPU has them gathered (counted).
 */
int stackanno_tasks_gather(void);

/**
 * stackanno_tasks_release() - done with what stackanno_tasks_gather() noted
 *
 * Context: any.
 */
void stackanno_tasks_release(void);

/**
 * stackanno_tasks_find() - the task whose memory an address lies in
 * @address: in a task_struct, or on a task's stack
 * @task: set on success; what it says of itself is read with nofault
 *
 * Context: any, between gather and release.
 * Return: 0; -ENOENT.
 */
int stackanno_tasks_find(unsigned long address, struct stackanno_task *task);

#endif /* STACKANNO_TASK_H */
