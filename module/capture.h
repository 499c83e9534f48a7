/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copying what is to be explained: words of stacks and bytes of functions,
 * once, by reads that survive any address.
 */
#ifndef STACKANNO_CAPTURE_H
#define STACKANNO_CAPTURE_H

#include <linux/sched.h>

#include "core/frame.h"
#include "probed.h"

/* Whether a task ran between two looks at it. */
struct stackanno_stamp {
	unsigned long switches;
	bool running;
};

/**
 * stackanno_capture_stamp() - note how often a task was switched out
 * @task: any
 * @stamp: set
 *
 * Context: any.
 */
void stackanno_capture_stamp(const struct task_struct *task, struct stackanno_stamp *stamp);

/**
 * stackanno_capture_stands() - whether a task did not run since
 * @task: any
 * @stamp: from stackanno_capture_stamp()
 *
 * Context: any.
 * Return: true when what was copied since is one consistent picture.
 */
bool stackanno_capture_stands(const struct task_struct *task,
			      const struct stackanno_stamp *stamp);

/**
 * stackanno_capture_stacks() - copy and lay out the words of a picture
 * @picture: from stackanno_unwind_run()
 * @builder: receives frames and words
 *
 * Context: any.
 * Return: 0; -ENOSPC when something found no room (counted).
 */
int stackanno_capture_stacks(const struct stackanno_picture *picture,
			     struct stackanno_builder *builder);

/**
 * stackanno_capture_code() - copy the code of every numbered frame
 * @builder: with named frames
 * @probes: working memory
 *
 * A function is copied whole up to 4 KB; of a larger one a window around ip.
 * Frames of one function share the bytes. What kprobes took the place of is put
 * back: it is what was compiled, and what the roles of the words come from.
 *
 * Context: any, preemption off.
 */
void stackanno_capture_code(struct stackanno_builder *builder, struct stackanno_probes *probes);

#endif /* STACKANNO_CAPTURE_H */
