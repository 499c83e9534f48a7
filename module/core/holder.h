/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words that hold a value of a function's own: a register that a callee saved, or an
 * interrupt; a spill; a local. What the value is, the code of that function says, and
 * the word gets it as an expression.
 *
 * Analyses come one at a time, the innermost frame first: a saved register waits here
 * for the frame whose it is.
 */
#ifndef STACKANNO_CORE_HOLDER_H
#define STACKANNO_CORE_HOLDER_H

#include "builder.h"
#include "chain.h"
#include "expression.h"
#include "flow.h"
#include "role.h"

struct stackanno_signature;

#define STACKANNO_HOLDERS 160
/* Words that wait for their function, and those that found it. */
#define STACKANNO_HOLDERS_WAITING 64
#define STACKANNO_HOLDERS_FRAME 40
/* Columns that a label has for one. */
#define STACKANNO_HOLDERS_TEXT 96

struct stackanno_holder {
	u32 word;	/* index in the record */
	u32 frame;	/* whose function's names the expression is in */
	struct stackanno_expression expression;
};

struct stackanno_holders {
	u32 next;	/* index of the frame that words wait for */
	u32 waiting;
	u32 found;
	u32 count;
	u32 dropped;	/* found no room */
	u32 reserved;
	struct {
		u32 word, reg;
	} wait[STACKANNO_HOLDERS_WAITING];
	struct {
		u32 word;
		u32 evidence;
		struct stackanno_value value;
	} find[STACKANNO_HOLDERS_FRAME];
	struct stackanno_holder holder[STACKANNO_HOLDERS];
	char text[STACKANNO_HOLDERS_TEXT + 1];
};

/* What an expression is written with. */
struct stackanno_holder_world {
	const struct stackanno_signature *signature;	/* of the function; NULL */
	const struct stackanno_chain_frame *entry;	/* its arguments; NULL */
	struct stackanno_memory *memory;	/* NULL: values are not told */
};

/**
 * stackanno_holders_begin() - before the first frame
 * @holders: memory; what it held is lost
 *
 * Context: any.
 */
void stackanno_holders_begin(struct stackanno_holders *holders);

/**
 * stackanno_holders_frame() - find words that hold values of a frame's function
 * @holders: begun; frames come by rising index, and those left out keep what waits
 *	from all that follow
 * @builder: with the frame's roles
 * @index: of a frame of kind CALL
 * @flow: the analysis of its function; states asked for before are lost
 * @fit: what stackanno_role_frame() returned of it
 *
 * Context: any; bounded by registers and slots.
 */
void stackanno_holders_frame(struct stackanno_holders *holders,
			     const struct stackanno_builder *builder, u32 index,
			     struct stackanno_flow *flow, enum stackanno_fit fit);

/**
 * stackanno_holders_describe() - write the expressions in one function's names
 * @holders: with all frames; its text is written over
 * @builder: words get their expressions
 * @index: of the frame
 * @world: its function and arguments
 *
 * Where memory is read once more and has another value than the word, a meaning
 * CHANGED is added to it.
 *
 * Context: any.
 */
void stackanno_holders_describe(struct stackanno_holders *holders,
				struct stackanno_builder *builder, u32 index,
				const struct stackanno_holder_world *world);

#endif /* STACKANNO_CORE_HOLDER_H */
