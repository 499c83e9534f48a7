// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "sa_compiled.h"
#include "sa_fault.h"
#include "sa_known.h"

/* No value is in two places, but where the compiler copies it. */
#define VALUE(function, n) (0x5ac0de0000000000UL + ((function) << 8) + (n))

/* A word of @function's frame that holds @value is labelled so: a pattern. */
static void known_value(const char *who, const char *function, unsigned long value,
			const char *label)
{
	pr_info("sa_known: who=%s kind=value name=%s addr=%016x value=%016lx label=%s\n",
		who, function, 0, value, label);
}

struct object {
	unsigned long first, second;
	unsigned long *link;
	unsigned int half;
	u8 byte;
};

static noinline __noclone void sa_compiled_leaf(struct object *object)
{
	barrier_data(object);
	sa_fault_plain();
}

/* An object of which a member is given away as well. */
static noinline __noclone void sa_compiled_object(const char *who)
{
	struct object object = { .first = VALUE(5, 1), .second = VALUE(5, 2),
				 .half = 0x5a5a5a5a, .byte = 0x5a };

	object.link = &object.second;
	known_value(who, __func__, VALUE(5, 1), "buf_[?]$");
	known_value(who, __func__, VALUE(5, 2), "buf([+]0x8)?_[?]$");
	sa_compiled_leaf(&object);
	barrier_data(&object);
}

/* A frame that is aligned for what is in it. */
static noinline __noclone void sa_compiled_aligned(const char *who)
{
	unsigned long array[4] __aligned(64);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(array); i++) {
		array[i] = VALUE(4, i);
		known_value(who, __func__, VALUE(4, i), i ? "buf[+]0x[0-9a-f]+_[?]$" : "buf_[?]$");
	}
	barrier_data(array);
	sa_compiled_object(who);
	barrier_data(array);
}

static noinline __noclone unsigned long
sa_compiled_nine(const char *who, unsigned long b, unsigned long c, unsigned long d,
		 unsigned long e, unsigned long f, unsigned long g, unsigned long h,
		 unsigned long i)
{
	sa_compiled_aligned(who);
	return b + c + d + e + f + g + h + i;
}

/* Nine arguments, of which three are words of the caller's frame. */
static noinline __noclone unsigned long sa_compiled_arguments(const char *who)
{
	unsigned long g = VALUE(3, 7), h = VALUE(3, 8), i = VALUE(3, 9);

	OPTIMIZER_HIDE_VAR(g);
	OPTIMIZER_HIDE_VAR(h);
	OPTIMIZER_HIDE_VAR(i);
	known_value(who, __func__, VALUE(3, 7), "out7_[?]$");
	known_value(who, __func__, VALUE(3, 8), "out8_[?]$");
	known_value(who, __func__, VALUE(3, 9), "out9_[?]$");
	return sa_compiled_nine(who, 2, 3, 4, 5, 6, g, h, i) + 1;
}

/* An array that the stack protector guards. */
static noinline __noclone unsigned long sa_compiled_array(const char *who)
{
	unsigned long array[4], sum;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(array); i++) {
		array[i] = VALUE(2, i);
		known_value(who, __func__, VALUE(2, i), i ? "buf[+]0x[0-9a-f]+_[?]$" : "buf_[?]$");
	}
	known_value(who, __func__, current->stack_canary, "canary$");
	barrier_data(array);
	sum = sa_compiled_arguments(who);
	barrier_data(array);
	return sum;
}

/* More values than registers that survive a call: some must be in the frame. */
static noinline __noclone unsigned long sa_compiled_locals(const char *who)
{
	unsigned long value[8], sum;
	unsigned int i;

#pragma GCC unroll 8
	for (i = 0; i < ARRAY_SIZE(value); i++) {
		value[i] = VALUE(1, i);
		OPTIMIZER_HIDE_VAR(value[i]);
	}
	for (i = 0; i < ARRAY_SIZE(value); i++)
		known_value(who, __func__, VALUE(1, i), "rsp[+]0x[0-9a-f]+(_[?])?$");
	sum = sa_compiled_array(who);
#pragma GCC unroll 8
	for (i = 0; i < ARRAY_SIZE(value); i++)
		sum ^= value[i];
	return sum;
}

static unsigned long sum;

noinline __noclone void sa_compiled_crash(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	WRITE_ONCE(sum, sa_compiled_locals(who));
}
