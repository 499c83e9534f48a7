// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/stdarg.h>
#include <linux/string.h>

#include "sa_argument.h"
#include "sa_fault.h"
#include "sa_known.h"

#define VALUE(function, n) (0xa46000de00000000UL + ((function) << 8) + (n))

struct pair {
	unsigned long first, second;
};

struct large {
	unsigned long word[5];
};

/* The register that @name's argument was in, by its number, and what it held. */
#define KNOWN(number, value) sa_known_at(who, "arg", __func__, number, value)

/* Kept in registers that are saved since. */
static noinline __noclone unsigned long sa_argument_kept(const char *who, unsigned long b,
							 unsigned long c)
{
	KNOWN(0, (unsigned long)who);
	KNOWN(1, b);
	KNOWN(2, c);
	sa_fault_plain();
	return b + c + (unsigned long)who;
}

/* Looked at once: what they were the caller alone knows. */
static noinline __noclone void sa_argument_dropped(const char *who, unsigned long b,
						   unsigned long c, const unsigned long *local)
{
	KNOWN(0, (unsigned long)who);
	KNOWN(1, b);
	KNOWN(2, c);
	KNOWN(3, (unsigned long)local);
	OPTIMIZER_HIDE_VAR(b);
	sa_argument_kept(who, VALUE(1, 1), VALUE(1, 2));
	barrier();
}

/* Of less than a register: what is above is nobody's. */
static noinline __noclone unsigned int sa_argument_narrow(const char *who, unsigned char b,
							  short c, unsigned int d)
{
	unsigned long local = d;

	KNOWN(0, (unsigned long)who);
	barrier_data(&local);
	sa_argument_dropped(who, VALUE(2, 1), VALUE(2, 2), &local);
	return b + c + d + local;
}

/* A struct in two registers, one in memory, and a register behind them. */
static noinline __noclone unsigned long sa_argument_structs(const char *who, struct pair pair,
							    struct large large, unsigned long last)
{
	KNOWN(0, (unsigned long)who);
	KNOWN(1, pair.first);
	KNOWN(2, pair.second);
	KNOWN(3, last);
	return sa_argument_narrow(who, 0x5a, -3, 0xdeadbeef) + pair.first + pair.second +
	       large.word[4] + last;
}

/* The address of the result comes first. */
static noinline __noclone struct large sa_argument_result(const char *who, unsigned long b)
{
	struct large large = { .word = { b } };

	KNOWN(1, (unsigned long)who);
	KNOWN(2, b);
	barrier_data(&large);
	large.word[1] = sa_argument_structs(who, (struct pair){ VALUE(3, 1), VALUE(3, 2) }, large,
					    VALUE(3, 3));
	return large;
}

static noinline __noclone unsigned long sa_argument_many(const char *who, ...)
{
	unsigned long sum;
	struct large large;
	va_list list;

	KNOWN(0, (unsigned long)who);
	va_start(list, who);
	sum = va_arg(list, unsigned long);
	va_end(list);
	large = sa_argument_result(who, VALUE(4, 1));
	return sum + large.word[1];
}

/* By pointer, and nine of them. */
static noinline __noclone unsigned long
sa_argument_nine(const char *who, unsigned long b, unsigned long c, unsigned long d,
		 unsigned long e, unsigned long f, unsigned long g, unsigned long h,
		 unsigned long i)
{
	KNOWN(0, (unsigned long)who);
	KNOWN(1, b);
	KNOWN(2, c);
	KNOWN(3, d);
	KNOWN(4, e);
	KNOWN(5, f);
	return sa_argument_many(who, VALUE(5, 1), VALUE(5, 2)) + b + c + d + e + f + g + h + i;
}

noinline __noclone void sa_argument_crash(const char *who)
{
	unsigned long (*nine)(const char *who, unsigned long b, unsigned long c, unsigned long d,
			      unsigned long e, unsigned long f, unsigned long g, unsigned long h,
			      unsigned long i) = sa_argument_nine;

	SA_KNOWN_FRAME(who, "sa_level8");
	OPTIMIZER_HIDE_VAR(nine);
	nine(who, VALUE(6, 1), VALUE(6, 2), VALUE(6, 3), VALUE(6, 4), VALUE(6, 5), VALUE(6, 6),
	     VALUE(6, 7), VALUE(6, 8));
	barrier();
}
