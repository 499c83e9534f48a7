/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One annotation or report at a time on each CPU, and what happens when a
 * fault comes out of one.
 */
#ifndef STACKANNO_GUARD_H
#define STACKANNO_GUARD_H

#include <linux/types.h>

/**
 * stackanno_guard_enter() - begin work on this CPU
 *
 * Context: any, also NMI.
 * Return: true with preemption off, to be followed by stackanno_guard_leave();
 * false when work is under way here already (counted) or all work was stopped.
 */
bool stackanno_guard_enter(void);

/**
 * stackanno_guard_leave() - end work on this CPU
 *
 * Context: as stackanno_guard_enter() was called.
 */
void stackanno_guard_leave(void);

/**
 * stackanno_guard_fault() - tell of an oops, which may be one of our own
 *
 * When work is under way on this CPU the oops came out of it, or out of what
 * interrupted it: nothing further is ever started, and the module stays, since
 * its text may be returned to. The kernel's own report goes on.
 *
 * Context: die notifier.
 * Return: true when that is the case (counted, and said in one line).
 */
bool stackanno_guard_fault(void);

/**
 * stackanno_guard_stopped() - whether all work was stopped
 *
 * Context: any.
 * Return: true after a fault inside an annotation.
 */
bool stackanno_guard_stopped(void);

#endif /* STACKANNO_GUARD_H */
