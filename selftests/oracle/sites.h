/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was put into the argument registers at a call, and what of it can still be
 * told while the callee runs: by the caller's frame alone, and by the frames of its
 * callers in turn.
 */
#ifndef STACKANNO_SITES_H
#define STACKANNO_SITES_H

#include "oracle.h"

/* Return: 0; -ENOMEM. The counts are shared with processes forked later. */
int sites_open(struct oracle *oracle);

/**
 * sites_judge() - the argument registers at one call
 * @oracle: counts go to its table, and to the callee's
 * @subject: the caller; its ip is the return address
 */
void sites_judge(struct oracle *oracle, const struct subject *subject);

/* A jump out of one function to the start of another: its caller's frame is gone. */
void sites_tail_call(struct oracle *oracle, u64 target);

/* One pair of call site and parameter of the subject: known in its frame or not. */
void sites_parameter(struct oracle *oracle, const struct subject *subject,
		     const struct place *entry, bool known);

/*
 * When all calls are counted: rows PARAMETER_JOINED and PARAMETER_CHAINED. A pair of
 * call site and parameter that is not known in its frame counts by the share of its
 * function's direct call sites where the argument is known; tail calls are sites
 * where it is not. A function that is never called directly has none known; row
 * PARAMETER_MEAN gives it the mean of the direct calls of all others.
 */
void sites_finish(struct oracle *oracle);

#endif /* STACKANNO_SITES_H */
