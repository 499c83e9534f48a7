/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts of what happened and of what was given up. Doubt is data: whatever
 * refuses, drops or cuts something counts it here, and debugfs' "stats" shows
 * every one.
 */
#ifndef STACKANNO_COUNTER_H
#define STACKANNO_COUNTER_H

#include <linux/types.h>

enum stackanno_counter {
	STACKANNO_COUNT_RECORDS,	/* finished */
	STACKANNO_COUNT_DROPPED,	/* no record was free to take */
	STACKANNO_COUNT_REUSED,		/* a later record made room for a new one */
	STACKANNO_COUNT_RECURSIONS,	/* refused: an annotation was under way here */
	STACKANNO_COUNT_NESTED_FAULTS,	/* an oops inside an annotation */
	STACKANNO_COUNT_NOFAULT,	/* reads that were refused */
	STACKANNO_COUNT_FRAME_LIMIT,	/* chains cut at the limit of frames */
	STACKANNO_COUNT_SECTION_FULL,	/* entries that found no room in a record */
	STACKANNO_COUNT_UNWIND_ERRORS,	/* chains that the unwinder gave up on */
	STACKANNO_COUNT_TORN,		/* pictures of a task that ran meanwhile */
	STACKANNO_COUNT_RETAKEN,	/* pictures taken again for that */
	STACKANNO_COUNT_RATE_LIMITED,	/* warnings that came too fast to be recorded */
	STACKANNO_COUNT_BUDGET_HITS,	/* annotations cut at budget_us */
	STACKANNO_COUNT_CPU_BUSY,	/* a CPU did not answer in time */
	STACKANNO_COUNT_MODULES_UNSEEN,	/* modules beyond the table of ranges */
	STACKANNO_COUNT_MODULES_UNTYPED,	/* modules whose BTF there was no room for */
	STACKANNO_COUNT_PRINTED,	/* reports on the console */
	STACKANNO_COUNT_READ_RETRIES,	/* a record changed under a reader */
	STACKANNO_COUNT_ANALYSED,	/* functions whose code was analysed */
	STACKANNO_COUNT_ANALYSIS_REFUSED, /* functions beyond the analysis' limits */
	STACKANNO_COUNT_ANALYSIS_BUSY,	/* annotations that went without */
	STACKANNO_COUNT_NOT_REACHED,	/* frames that no path leads to the ip of */
	STACKANNO_COUNT_SIZE_DIFFERS,	/* frames of another size than their code's */
	STACKANNO_COUNT_PROBES_UNSEEN,	/* lists of kprobes that were not followed to the end */
	STACKANNO_COUNT_TASKS_UNSEEN,	/* annotations that did not know of all tasks */
	STACKANNO_COUNT_TASKS_BUSY,	/* annotations that went without them */
	STACKANNO_COUNT_CHAIN_FULL,	/* frames beyond those whose arguments are looked for */
	STACKANNO_COUNT_HOLDERS_FULL,	/* words that there was no room to follow the values of */
	STACKANNO_COUNT_IDENTIFY_NS,	/* time spent on what values are */
	STACKANNO_COUNT_OBJECT_REFUSED,	/* slabs that do not hold together */
	STACKANNO_COUNT_OBJECT_UNTOLD,	/* objects of which it was not told whether they are free */
	STACKANNO_COUNT_LIST_LIMIT,	/* lists and trees that were not followed to their end */
	STACKANNO_COUNT_LIST_BROKEN,	/* lists of free objects that lead elsewhere, or change */
	STACKANNO_COUNTERS
};

/**
 * stackanno_counter_add() - count something
 * @counter: what
 * @n: how many
 *
 * Context: any.
 */
void stackanno_counter_add(enum stackanno_counter counter, unsigned long n);

/**
 * stackanno_counter_read() - a counter's value
 * @counter: which
 *
 * Context: any.
 * Return: its value since the module was loaded.
 */
unsigned long stackanno_counter_read(enum stackanno_counter counter);

/**
 * stackanno_counter_name() - a counter's name in "stats"
 * @counter: which
 *
 * Return: the name, never NULL for a counter.
 */
const char *stackanno_counter_name(enum stackanno_counter counter);

#endif /* STACKANNO_COUNTER_H */
