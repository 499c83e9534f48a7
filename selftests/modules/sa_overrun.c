// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/sched.h>

#include "sa_fault.h"
#include "sa_known.h"
#include "sa_overrun.h"

#define BYTES 16
/* How many bytes of the canary go. */
#define OVER 5

/* The compiler may leave room between an array and the canary. */
static unsigned long *canary_above(char *array)
{
	unsigned long *at = (unsigned long *)array;

	while (READ_ONCE(*at) != current->stack_canary)
		at++;
	return at;
}

/* Each byte that should not be written is changed for sure. */
static noinline __noclone void sa_overrun_write(const char *who, char *array)
{
	unsigned long *canary = canary_above(array);
	char *end = (char *)canary + OVER, *at;

	sa_known_at(who, "array", who, (unsigned long)array, (unsigned long)canary);
	sa_known_at(who, "guard", who, (unsigned long)canary, current->stack_canary);
	for (at = array; at < end; at++)
		WRITE_ONCE(*at, at < array + BYTES ? 'A' : ~READ_ONCE(*at));
	sa_known_at(who, "broken", who, (unsigned long)canary, READ_ONCE(*canary));
}

noinline __noclone void sa_overrun_crash(const char *who)
{
	char array[BYTES];

	SA_KNOWN_FRAME(who, "sa_level8");
	OPTIMIZER_HIDE_VAR(who);
	sa_overrun_write(who, array);
	sa_fault_plain();
	/* So that it is live until here. */
	barrier_data(array);
}

noinline __noclone void sa_overrun_return(const char *who)
{
	char array[BYTES];

	SA_KNOWN_FRAME(who, "sa_level8");
	sa_overrun_write(who, array);
	barrier_data(array);
}
