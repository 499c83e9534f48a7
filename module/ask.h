/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Annotations on request.
 */
#ifndef STACKANNO_ASK_H
#define STACKANNO_ASK_H

#include <linux/types.h>

/**
 * stackanno_ask_self() - annotate the current task
 *
 * Context: process.
 * Return: 0; errors of stackanno_pipeline_run().
 */
int stackanno_ask_self(void);

/**
 * stackanno_ask_pid() - annotate a task
 * @pid: of the thread, in the caller's namespace
 *
 * A task that runs on another CPU is interrupted there.
 *
 * Context: process, may sleep.
 * Return: 0; -ESRCH when there is no such task or it has no stack any more;
 * -EBUSY when it did not hold still or its CPU did not answer; -EOPNOTSUPP when
 * the kernel's way to pin a stack was not found; errors of
 * stackanno_pipeline_run().
 */
int stackanno_ask_pid(pid_t pid);

/**
 * stackanno_ask_cpu() - annotate what runs on a CPU, from an interrupt there
 * @cpu: which
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL when there is no such CPU, -ENODEV when it is offline;
 * -EBUSY when it did not answer in time or has not answered the last time yet;
 * errors of stackanno_pipeline_run().
 */
int stackanno_ask_cpu(unsigned int cpu);

/**
 * stackanno_ask_blocked() - annotate uninterruptible tasks while room
 *
 * Context: process.
 * Return: how many were; -ESRCH when there is none; -ENOSPC when no record is
 * free; -EOPNOTSUPP as stackanno_ask_pid().
 */
int stackanno_ask_blocked(void);

/**
 * stackanno_ask_exit() - wait for a CPU that was asked and has not answered
 *
 * Such a CPU is going to run our text. Nothing may be asked any more.
 *
 * Context: process, may sleep.
 */
void stackanno_ask_exit(void);

#endif /* STACKANNO_ASK_H */
