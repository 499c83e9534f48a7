/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the result of an instruction was made of: the step from "result of insn
 * at +off" to "the word at file + 0x18". The instruction is decoded again, and
 * its operands are what the state before it says.
 */
#ifndef STACKANNO_CORE_ORIGIN_H
#define STACKANNO_CORE_ORIGIN_H

#include "env.h"
#include "flow.h"

/* How long a chain of results may be that is followed. */
#define STACKANNO_ORIGIN_DEPTH 4

enum stackanno_origin_kind {
	STACKANNO_ORIGIN_NONE,
	STACKANNO_ORIGIN_LOAD,	/* from bytes at base + index * scale + disp */
	STACKANNO_ORIGIN_SUM,	/* base + index * scale + disp itself */
	STACKANNO_ORIGIN_PART,	/* the low from bytes of base */
	STACKANNO_ORIGIN_COMPUTED, /* of base and index, as how says */
	STACKANNO_ORIGIN_MIX,	/* made of base and index, in a way the IR does not say */
	STACKANNO_ORIGIN_CALL,	/* what a callee left in a register */
	STACKANNO_ORIGIN_OTHER,
	STACKANNO_ORIGIN_KINDS
};

/* Operands that an instruction does not have are the constant 0. */
struct stackanno_origin {
	u8 kind;		/* enum stackanno_origin_kind */
	u8 size;		/* bytes of the result; above them it is zero */
	u8 from;		/* bytes read; extended to size */
	bool sign;		/* with their sign */
	bool foreign;		/* LOAD: in a segment of its own: per-CPU memory */
	u8 scale;
	u8 reg;			/* where the result went */
	u8 how;			/* COMPUTED: enum stackanno_ir_how */
	u16 position;		/* of the instruction */
	u64 address;		/* of the instruction */
	u64 target;		/* CALL: of what; 0: of a pointer */
	s64 disp;
	struct stackanno_value base, index;
};

/**
 * stackanno_origin_find() - take a result apart
 * @flow: after a stackanno_flow_run() that returned 0; states that were asked
 *	of it before are lost, and so is its list
 * @value: of kind RESULT; its offset and width are not looked at
 * @origin: set on success
 *
 * The operands are named as they were before the instruction; whether a name
 * still means the same elsewhere, stackanno_origin_lasts() says.
 *
 * Context: any; bounded by one block.
 * Return: 0; -EINVAL when @value is no result; -ENOENT when there is no state
 * before its instruction, or no such instruction.
 */
int stackanno_origin_find(struct stackanno_flow *flow, struct stackanno_value value,
			  struct stackanno_origin *origin);

/**
 * stackanno_origin_compute() - the result, from its operands
 * @origin: of kind SUM, PART or COMPUTED
 * @base: what origin->base was
 * @index: what origin->index was
 * @result: set on success
 *
 * Context: any.
 * Return: 0; -EINVAL when @origin is of a kind that operands do not tell.
 */
int stackanno_origin_compute(const struct stackanno_origin *origin, u64 base, u64 index,
			     u64 *result);

/**
 * stackanno_origin_lasts() - whether an operand's name still means the operand
 * @flow: as for stackanno_origin_find()
 * @operand: of the instruction at @position
 * @position: where it was an operand
 * @ip: where its name is to be used: address of an instruction, which has not run
 *
 * In a loop the instruction that an operand is named after may have run once
 * more since: then the name means something newer. It has not when each path
 * from there to @ip passes @position again.
 *
 * Context: any; decodes the function once at most.
 * Return: true when it surely does.
 */
bool stackanno_origin_lasts(struct stackanno_flow *flow, struct stackanno_value operand,
			    u16 position, u64 ip);

#endif /* STACKANNO_CORE_ORIGIN_H */
