/* SPDX-License-Identifier: GPL-2.0-only */
/* The tasks that can be told without a lock: those that run, and the record's own. */
#ifndef STACKANNO_TASK_H
#define STACKANNO_TASK_H

#include <linux/sched.h>

#include "uapi/stackanno.h"

struct stackanno_task {
	enum stackanno_meaning_kind kind;	/* STACKANNO_MEANING_TASK or _TASK_STACK */
	u64 offset;
	u32 pid;
	char comm[TASK_COMM_LEN];
};

/**
 * stackanno_task_find() - the running task whose memory an address lies in
 * @address: in its task_struct, or on its stack
 * @task: set on success
 *
 * Reads with nofault what a task says of itself; that it still runs afterwards
 * tells that it was one.
 *
 * Context: any.
 * Return: 0; -ENOENT.
 */
int stackanno_task_find(unsigned long address, struct stackanno_task *task);

#endif /* STACKANNO_TASK_H */
