// SPDX-License-Identifier: GPL-2.0-only
/*
 * The recursion guard. die_lock lets a CPU that oopses in its own oops in
 * again, so without it a fault in an annotation would annotate itself.
 */
#include "guard.h"

#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/printk.h>

#include "counter.h"

static DEFINE_PER_CPU(int, active);
static bool stopped;

bool stackanno_guard_enter(void)
{
	preempt_disable();
	if (!READ_ONCE(stopped) && !this_cpu_cmpxchg(active, 0, 1))
		return true;
	preempt_enable();
	stackanno_counter_add(STACKANNO_COUNT_RECURSIONS, 1);
	return false;
}

void stackanno_guard_leave(void)
{
	this_cpu_write(active, 0);
	preempt_enable();
}

bool stackanno_guard_fault(void)
{
	if (!raw_cpu_read(active))
		return false;
	stackanno_counter_add(STACKANNO_COUNT_NESTED_FAULTS, 1);
	if (!READ_ONCE(stopped)) {
		WRITE_ONCE(stopped, true);
		__module_get(THIS_MODULE);
	}
	pr_alert("stackanno: a fault inside an annotation: nothing more will be annotated\n");
	return true;
}

bool stackanno_guard_stopped(void)
{
	return READ_ONCE(stopped);
}
