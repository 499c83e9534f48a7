// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters. Plain atomics: they are touched a few times a crash, and a
 * crash may come while per-CPU memory is what is broken.
 */
#include "counter.h"

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>

static const char * const names[] = {
	[STACKANNO_COUNT_RECORDS] = "records",
	[STACKANNO_COUNT_DROPPED] = "dropped",
	[STACKANNO_COUNT_REUSED] = "reused",
	[STACKANNO_COUNT_RECURSIONS] = "recursions_refused",
	[STACKANNO_COUNT_NESTED_FAULTS] = "nested_faults",
	[STACKANNO_COUNT_NOFAULT] = "nofault_refusals",
	[STACKANNO_COUNT_FRAME_LIMIT] = "frame_limit_hits",
	[STACKANNO_COUNT_SECTION_FULL] = "entries_without_room",
	[STACKANNO_COUNT_UNWIND_ERRORS] = "unwind_errors",
	[STACKANNO_COUNT_TORN] = "torn",
	[STACKANNO_COUNT_RETAKEN] = "retaken",
	[STACKANNO_COUNT_RATE_LIMITED] = "rate_limited",
	[STACKANNO_COUNT_BUDGET_HITS] = "budget_hits",
	[STACKANNO_COUNT_CPU_BUSY] = "cpu_timeouts",
	[STACKANNO_COUNT_MODULES_UNSEEN] = "modules_unseen",
	[STACKANNO_COUNT_MODULES_UNTYPED] = "modules_untyped",
	[STACKANNO_COUNT_PRINTED] = "printed",
	[STACKANNO_COUNT_READ_RETRIES] = "read_retries",
	[STACKANNO_COUNT_ANALYSED] = "functions_analysed",
	[STACKANNO_COUNT_ANALYSIS_REFUSED] = "functions_refused",
	[STACKANNO_COUNT_ANALYSIS_BUSY] = "analysis_busy",
	[STACKANNO_COUNT_NOT_REACHED] = "frames_not_reached",
	[STACKANNO_COUNT_SIZE_DIFFERS] = "frame_size_differs",
	[STACKANNO_COUNT_PROBES_UNSEEN] = "probes_unseen",
	[STACKANNO_COUNT_TASKS_UNSEEN] = "tasks_unseen",
	[STACKANNO_COUNT_TASKS_BUSY] = "tasks_busy",
	[STACKANNO_COUNT_CHAIN_FULL] = "frames_without_arguments",
	[STACKANNO_COUNT_HOLDERS_FULL] = "words_without_expression",
	[STACKANNO_COUNT_IDENTIFY_NS] = "identify_ns",
	[STACKANNO_COUNT_OBJECT_REFUSED] = "objects_refused",
	[STACKANNO_COUNT_OBJECT_UNTOLD] = "objects_untold",
	[STACKANNO_COUNT_LIST_LIMIT] = "list_limit_hits",
	[STACKANNO_COUNT_LIST_BROKEN] = "lists_broken",
};
static_assert(ARRAY_SIZE(names) == STACKANNO_COUNTERS);

static atomic_long_t values[STACKANNO_COUNTERS];

void stackanno_counter_add(enum stackanno_counter counter, unsigned long n)
{
	if (n)
		atomic_long_add(n, &values[counter]);
}

unsigned long stackanno_counter_read(enum stackanno_counter counter)
{
	return atomic_long_read(&values[counter]);
}

const char *stackanno_counter_name(enum stackanno_counter counter)
{
	return names[counter];
}
