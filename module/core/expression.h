/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value as what it was loaded from: `file->f_mapping`. From the code comes a chain
 * of loads that begins with what a function was given; from types come the names.
 */
#ifndef STACKANNO_CORE_EXPRESSION_H
#define STACKANNO_CORE_EXPRESSION_H

#include "btf.h"
#include "flow.h"

struct stackanno_signature;

/* Loads one after the other. */
#define STACKANNO_EXPRESSION_LOADS 6

/* It begins with the task that runs, which no caller has given. */
#define STACKANNO_EXPRESSION_CURRENT 0xff

/* Of @from bytes at an offset from what is there so far; extended to a word. */
struct stackanno_expression_load {
	s64 offset;
	u8 from;
	bool sign;
	u8 reserved[6];
};

struct stackanno_expression {
	u8 argument;	/* that it begins with: by its register's number, words behind those;
			 * or STACKANNO_EXPRESSION_CURRENT
			 */
	u8 bytes;	/* of that value: 8, or the low ones alone, above which it is zero */
	u8 loads;
	u8 evidence;	/* enum stackanno_evidence */
	u8 reserved[4];
	struct stackanno_expression_load load[STACKANNO_EXPRESSION_LOADS];
	s64 offset;	/* added to what was loaded last */
};

/* What a chain begins with. */
struct stackanno_expression_root {
	const struct stackanno_btf *btf;	/* NULL: no type is known */
	const char *name;
	u32 type;
	bool points;	/* it is a pointer to @type */
};

/**
 * stackanno_expression_trace() - follow a value back to what the function was given, or
 *	to current
 * @flow: after a stackanno_flow_run() that returned 0; states asked for before are lost
 * @value: of any kind
 * @expression: set on success; its evidence says whether objects must keep to their
 *	bounds for it, and nothing of the function as a whole
 *
 * Each hop is one that the instruction makes whenever it is run, so that a name lasts
 * as long as the value does. What is computed from more than constants and one value,
 * or came from elsewhere than memory, is nothing that can be followed.
 *
 * Context: any. Bounded: each of STACKANNO_EXPRESSION_LOADS hops runs one block again.
 * Return: 0; -ENOENT when it does not come from an entry value; -E2BIG when the chain
 * is longer.
 */
int stackanno_expression_trace(struct stackanno_flow *flow, struct stackanno_value value,
			       struct stackanno_expression *expression);

/**
 * stackanno_expression_root() - what came as an argument, or current
 * @signature: of the function; NULL: not known, and the register's name stands for it
 * @number: of the argument, as in struct stackanno_expression
 * @root: set on success; without types where there are none of it
 *
 * Context: any; bounded by the parameters.
 * Return: 0; -ENOENT where nothing came as that, or only a part of something.
 */
int stackanno_expression_root(const struct stackanno_signature *signature, u32 number,
			      struct stackanno_expression_root *root);

/**
 * stackanno_expression_print() - append an expression as C writes it
 * @expression: traced
 * @root: what its entry value is
 * @text: where to; what is in it already stays before
 *
 * A hop has a name where a member has its very offset and size; else, and where types
 * end, it is written as bytes: `*(file+0x20)`.
 *
 * Context: any. Bounded by STACKANNO_EXPRESSION_LOADS times what a member takes.
 * Return: 0; -EINVAL when the entry value is only a part of what @root is.
 */
int stackanno_expression_print(const struct stackanno_expression *expression,
			       const struct stackanno_expression_root *root,
			       struct stackanno_text *text);

/**
 * stackanno_expression_now() - make the loads again
 * @expression: traced
 * @entry: the entry value
 * @ops: reads memory
 * @value: set on success
 *
 * Context: any.
 * Return: 0; -EFAULT when memory could not be read.
 */
int stackanno_expression_now(const struct stackanno_expression *expression, u64 entry,
			     struct stackanno_memory *ops, u64 *value);

#endif /* STACKANNO_CORE_EXPRESSION_H */
