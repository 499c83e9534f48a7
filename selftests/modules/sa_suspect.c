// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>

#include "sa_fault.h"
#include "sa_known.h"
#include "sa_suspect.h"
#include "sa_suspect_code.h"

#define MAGIC 0x5a5a5a5a5a5a5a5aUL
#define CALL 0xe8
#define CALL_BYTES 5
#define NOP 0x90

unsigned long sa_suspect_cfa;

/* What is written, and how far below the CFA; 0: nothing. */
static unsigned long poked, below;

asmlinkage noinline __noclone void sa_suspect_crash(void)
{
	if (below)
		WRITE_ONCE(*(unsigned long *)(sa_suspect_cfa - below), poked);
	sa_fault_plain();
}

static void run(void (*function)(void), unsigned long at, unsigned long value)
{
	below = at;
	poked = value;
	sa_suspect_enter(function);
}

/* Address of the first such byte of a function's code. */
static unsigned long find(void (*function)(void), u8 byte)
{
	const u8 *at = (const u8 *)function;

	while (READ_ONCE(*at) != byte)
		at++;
	return (unsigned long)at;
}

noinline __noclone void sa_suspect_pointer(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_caller, 0x20, MAGIC);
}

noinline __noclone void sa_suspect_constant(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_five, 0x10, MAGIC);
}

noinline __noclone void sa_suspect_return(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_caller, 0x18, find(sa_suspect_odd, NOP) + 1);
}

noinline __noclone void sa_suspect_edge(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_caller, 0x18, find(sa_suspect_other, CALL) + CALL_BYTES);
}

noinline __noclone void sa_suspect_tail(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_tails, 0, 0);
}

noinline __noclone void sa_suspect_argument(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_given, 0x30, MAGIC);
}

noinline __noclone void sa_suspect_frame(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	run(sa_suspect_size, 0, 0);
}
