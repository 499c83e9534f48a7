/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own unwinder, and what its steps say about each stack.
 */
#ifndef STACKANNO_UNWIND_H
#define STACKANNO_UNWIND_H

#include <linux/ptrace.h>
#include <linux/sched.h>

#include "core/frame.h"

/* From where an annotation looks at a task. */
enum stackanno_start {
	STACKANNO_START_HERE,	/* current, from its caller outside this module */
	STACKANNO_START_REGS,	/* current, from registers that were saved */
	STACKANNO_START_PANIC,	/* current, from its call of panic() */
	STACKANNO_START_REPORT,	/* current, from the registers that a report is about */
	STACKANNO_START_ASLEEP,	/* a task that does not run, its stack pinned */
};

struct stackanno_origin {
	enum stackanno_start start;
	struct task_struct *task;
	struct pt_regs *regs;	/* for START_REGS */
	unsigned long ip;	/* for START_REPORT: where it was raised; 0: unknown */
};

/**
 * stackanno_unwind_init() - find what the chains of a panic begin with
 *
 * Context: process, after stackanno_ksyms_init().
 * Return: 0; -ENOMEM.
 */
int stackanno_unwind_init(void);

/**
 * stackanno_unwind_run() - walk a task's stacks
 * @origin: where to begin
 * @picture: filled in; nothing in it need be set before
 *
 * Context: any, preemption off. A sleeping task's stack must be pinned.
 * Return: 0; -EBUSY when the unwinder refused the task because it runs
 * elsewhere.
 */
int stackanno_unwind_run(const struct stackanno_origin *origin,
			 struct stackanno_picture *picture);

#endif /* STACKANNO_UNWIND_H */
