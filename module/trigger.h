/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way in.
 */
#ifndef STACKANNO_TRIGGER_H
#define STACKANNO_TRIGGER_H

#include <linux/types.h>

/**
 * stackanno_trigger_init() - register with everything that tells of a crash
 *
 * Context: process, may sleep; everything else is ready.
 * Return: 0; what a registration that nothing works without said.
 */
int stackanno_trigger_init(void);

/**
 * stackanno_trigger_exit() - unregister, and wait for what is under way
 *
 * Context: process, may sleep.
 */
void stackanno_trigger_exit(void);

/**
 * stackanno_trigger_describe() - which ways in are open
 * @index: counts from 0
 * @name: set to the way's name
 * @open: set to whether it is
 *
 * Return: true; false when there is no such way.
 */
bool stackanno_trigger_describe(unsigned int index, const char **name, bool *open);

/**
 * stackanno_trigger_self() - annotate the current task
 *
 * Context: process.
 * Return: 0; errors of stackanno_pipeline_run().
 */
int stackanno_trigger_self(void);

/**
 * stackanno_trigger_pid() - annotate a task
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
int stackanno_trigger_pid(pid_t pid);

/**
 * stackanno_trigger_cpu() - annotate what runs on a CPU, from an interrupt there
 * @cpu: which
 *
 * Context: process, may sleep.
 * Return: 0; -EINVAL when there is no such CPU, -ENODEV when it is offline;
 * -EBUSY when it did not answer in time or has not answered the last time yet;
 * errors of stackanno_pipeline_run().
 */
int stackanno_trigger_cpu(unsigned int cpu);

/**
 * stackanno_trigger_blocked() - annotate uninterruptible tasks while room
 *
 * Context: process.
 * Return: how many were; -ESRCH when there is none; -ENOSPC when no record is
 * free; -EOPNOTSUPP as stackanno_trigger_pid().
 */
int stackanno_trigger_blocked(void);

#endif /* STACKANNO_TRIGGER_H */
