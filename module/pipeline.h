/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One annotation from end to end.
 */
#ifndef STACKANNO_PIPELINE_H
#define STACKANNO_PIPELINE_H

#include <linux/types.h>

#include "identify.h"
#include "unwind.h"

struct stackanno_request {
	enum stackanno_reason reason;
	struct stackanno_origin origin;
	struct stackanno_cause cause;
	const char *title;	/* the kernel's word for it; may be NULL */
	u32 flags;		/* STACKANNO_RECORD_FAULT */
	u32 trap;
	u32 signal;
	u64 error;
	u32 budget_us;		/* 0: no limit */
	bool withhold;		/* no values: the kernel is locked down */
	bool room_only;		/* only while a record is free */
	bool report;		/* to be printed when the time comes */
};

/**
 * stackanno_pipeline_run() - annotate
 * @request: what, why and how
 * @id: set to the record's id; may be NULL
 *
 * Context: any, also NMI. A task that is not current has its stack pinned.
 * Return: 0; -EBUSY when an annotation is under way on this CPU, or the task
 * runs on another; -ENOSPC when no record may give way; -ECANCELED after a
 * fault inside an annotation.
 */
int stackanno_pipeline_run(const struct stackanno_request *request, u64 *id);

/**
 * stackanno_pipeline_take() - take the picture of an annotation, to be explained later
 * @request: what, why and how
 *
 * The words and what is known of the task are copied; names, code and roles come
 * with stackanno_pipeline_explain(). For a way in that holds up others.
 *
 * Context: any, also NMI. A task that is not current has its stack pinned.
 * Return: as stackanno_pipeline_run().
 */
int stackanno_pipeline_take(const struct stackanno_request *request);

/**
 * stackanno_pipeline_explain() - finish the annotations whose picture is taken
 *
 * Where an annotation is under way on this CPU they are left to the next time.
 *
 * Context: any.
 */
void stackanno_pipeline_explain(void);

#endif /* STACKANNO_PIPELINE_H */
