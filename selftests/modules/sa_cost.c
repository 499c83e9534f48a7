// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched/clock.h>
#include <linux/sort.h>
#include <trace/events/error_report.h>

#include "sa_chain.h"
#include "sa_cost.h"

/* stackanno looks at so many warnings in a row, and then at fewer. */
#define TURNS 9

static u64 dumped[TURNS], recorded[TURNS];

static int order(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static u64 median(u64 *times)
{
	sort(times, TURNS, sizeof(times[0]), order, NULL);
	return times[TURNS / 2];
}

/* In turns, so that what slows the machine for a while slows both. */
static noinline void measure(const char *who)
{
	unsigned long flags;
	unsigned int i;
	u64 began;

	for (i = 0; i < TURNS; i++) {
		local_irq_save(flags);
		began = local_clock();
		dump_stack();
		dumped[i] = local_clock() - began;
		local_irq_restore(flags);
		/* stackanno records within the tracepoint; what it prints comes later. */
		local_irq_save(flags);
		began = local_clock();
		trace_error_report_end(ERROR_DETECTOR_WARN, _THIS_IP_);
		recorded[i] = local_clock() - began;
		local_irq_restore(flags);
	}
}

int sa_cost_run(void)
{
	sa_chain_run("cost", measure);
	pr_info("sa_cost: dump_stack %llu record %llu turns %u\n", median(dumped),
		median(recorded), TURNS);
	return 0;
}
