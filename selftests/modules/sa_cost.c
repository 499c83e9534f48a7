// SPDX-License-Identifier: GPL-2.0-only
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
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

static bool behind;

static void get_behind(struct irq_work *work)
{
	WRITE_ONCE(behind, true);
}

static DEFINE_IRQ_WORK(behind_work, get_behind);

/* Not local_clock(): it may stand still with interrupts off. */
static u64 time_dump(void)
{
	unsigned long flags;
	u64 began, ended;

	local_irq_save(flags);
	began = ktime_get_mono_fast_ns();
	dump_stack();
	ended = ktime_get_mono_fast_ns();
	local_irq_restore(flags);
	return ended - began;
}

/*
 * stackanno copies the stack within the tracepoint, and explains it in irq_work. All
 * that a CPU has queued runs in one interrupt: once ours has run, so has stackanno's.
 */
static u64 time_record(void)
{
	unsigned long flags;
	u64 began, ended;

	preempt_disable();
	WRITE_ONCE(behind, false);
	local_irq_save(flags);
	began = ktime_get_mono_fast_ns();
	trace_error_report_end(ERROR_DETECTOR_WARN, _THIS_IP_);
	irq_work_queue(&behind_work);
	local_irq_restore(flags);
	while (!READ_ONCE(behind))
		cpu_relax();
	ended = ktime_get_mono_fast_ns();
	preempt_enable();
	return ended - began;
}

/* In turns, so that what slows the machine for a while slows both. */
static noinline void measure(const char *who)
{
	unsigned int i;

	for (i = 0; i < TURNS; i++) {
		dumped[i] = time_dump();
		recorded[i] = time_record();
	}
}

int sa_cost_run(void)
{
	sa_chain_run("cost", measure);
	pr_info("sa_cost: dump_stack %llu record %llu turns %u\n", median(dumped),
		median(recorded), TURNS);
	return 0;
}
