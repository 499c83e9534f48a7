/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Abstract values: what a register or a slot holds, said in terms that do not
 * depend on the run. Two locations with the same value hold the same bits;
 * STACKANNO_VALUE_UNKNOWN is equal to nothing, itself included.
 */
#ifndef STACKANNO_CORE_VALUE_H
#define STACKANNO_CORE_VALUE_H

#include "env.h"

enum stackanno_value_kind {
	STACKANNO_VALUE_UNKNOWN,
	STACKANNO_VALUE_ENTRY,		/* what register id held at entry */
	STACKANNO_VALUE_CFA,		/* the address above the return address */
	STACKANNO_VALUE_ALIGNED,	/* the stack pointer, rounded by instruction id */
	STACKANNO_VALUE_CONST,		/* the offset itself */
	STACKANNO_VALUE_RESULT,		/* output of an instruction: position and number */
	STACKANNO_VALUE_JOIN,		/* what a location held when its block was entered */
	STACKANNO_VALUE_CANARY,
	STACKANNO_VALUE_RETURN,		/* the return address */
	STACKANNO_VALUE_PASSED,		/* entry value of stack word id above the CFA */
	STACKANNO_VALUE_KINDS
};

/* Number of the output that an instruction stored: registers have lower ones. */
#define STACKANNO_VALUE_STORED 0xff

/* (the value of kind and id) + offset, then cut to 1 << width bytes and extended. */
struct stackanno_value {
	u32 kind:4;	/* enum stackanno_value_kind */
	u32 width:2;	/* 0 to 3 for 1 to 8 bytes */
	u32 sext:1;	/* extended with its sign, else with zeroes */
	u32 soft:1;	/* true unless an object is written below its known bound */
	u32 id:24;
	s32 offset;
};
static_assert(sizeof(struct stackanno_value) == 8);

/**
 * stackanno_value_make() - a whole value
 * @kind: enum stackanno_value_kind
 * @id: as the kind says, below 1 << 24
 * @offset: added to it
 *
 * Return: the value, 8 bytes wide.
 */
static inline struct stackanno_value stackanno_value_make(enum stackanno_value_kind kind, u32 id,
							  s32 offset)
{
	return (struct stackanno_value){ .kind = kind, .width = 3, .id = id, .offset = offset };
}

/* Whether both are written alike, the unknown too; what is soft does not matter. */
static inline bool stackanno_value_same(struct stackanno_value a, struct stackanno_value b)
{
	u64 x, y;

	/* Most of an analysis is spent here: one comparison instead of five. */
	a.soft = 0;
	b.soft = 0;
	memcpy(&x, &a, sizeof(x));
	memcpy(&y, &b, sizeof(y));
	return x == y;
}

/* Whether both surely hold the same bits; what is soft does not matter. */
static inline bool stackanno_value_equal(struct stackanno_value a, struct stackanno_value b)
{
	return a.kind != STACKANNO_VALUE_UNKNOWN && stackanno_value_same(a, b);
}

/**
 * stackanno_value_add() - add a constant
 * @value: to what
 * @delta: what
 * @size: bytes of the addition: 1, 2, 4 or 8; above them the result is zero
 * @result: set on success
 *
 * Return: whether the sum can be said.
 */
bool stackanno_value_add(struct stackanno_value value, s64 delta, u32 size,
			 struct stackanno_value *result);

/**
 * stackanno_value_cut() - the low bytes of a value, extended
 * @value: of what
 * @size: bytes kept: 1, 2, 4 or 8
 * @sign: extend with the sign
 * @result: set on success
 *
 * Return: whether that can be said.
 */
bool stackanno_value_cut(struct stackanno_value value, u32 size, bool sign,
			 struct stackanno_value *result);

/* Whether the value is a whole address in the function's own frame. */
static inline bool stackanno_value_in_frame(struct stackanno_value value)
{
	return value.width == 3 && (value.kind == STACKANNO_VALUE_CFA ||
				    value.kind == STACKANNO_VALUE_ALIGNED);
}

#endif /* STACKANNO_CORE_VALUE_H */
