/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function's code: its parts, the positions in them, the blocks and the order in
 * which they are visited, and its instructions one after the other.
 */
#ifndef STACKANNO_CORE_BODY_H
#define STACKANNO_CORE_BODY_H

#include "env.h"
#include "flow.h"

/* One instruction, and where it leads. */
struct stackanno_body_step {
	const struct stackanno_ir *op;	/* until the next step, or until a state is kept */
	u8 count;
	u8 length;
	u8 exit;	/* enum stackanno_ir_exit */
	u8 when;	/* enum stackanno_ir_when, of a branch */
	bool unknown;
	bool on;	/* to the next instruction */
	bool tracer;	/* a call that leaves everything as it was */
	u16 target;	/* position; STACKANNO_FLOW_NOWHERE: out of the function, or none */
	u64 table;	/* address of the table that it jumps by; 0 */
	u16 landing;	/* the same, behind an exception; STACKANNO_FLOW_MANY: out of it */
};

/* Where the next instruction is. */
struct stackanno_body_cursor {
	u32 position;
	u32 cached;	/* words into the arena, plus 1; 0: it is to be decoded */
};

/**
 * stackanno_body_scan() - find a function's instructions and blocks
 * @flow: with ops set, all else cleared
 * @begin: address
 * @size: bytes
 *
 * Return: 0; -E2BIG when there is more of anything than there is room for.
 */
int stackanno_body_scan(struct stackanno_flow *flow, u64 begin, u32 size);

/**
 * stackanno_body_open() - the cursor of a block's first instruction
 * @flow: after stackanno_body_scan()
 * @block: index
 * @cursor: set
 *
 * Return: the position behind the part that the block lies in.
 */
u32 stackanno_body_open(const struct stackanno_flow *flow, u32 block,
			struct stackanno_body_cursor *cursor);

/**
 * stackanno_body_next() - the instruction at a cursor
 * @flow: after stackanno_body_scan(); its @at becomes the instruction's position
 * @cursor: moved behind it
 * @step: set
 *
 * Return: 0; -EINVAL when there is no instruction.
 */
int stackanno_body_next(struct stackanno_flow *flow, struct stackanno_body_cursor *cursor,
			struct stackanno_body_step *step);

/**
 * stackanno_body_way() - a way out of a jump by a table
 * @flow: after stackanno_body_scan()
 * @step: the jump, of which @table is set
 * @n: number of the way, from 0
 *
 * The words of a table are followed as long as they lead into the function.
 *
 * Return: the position; STACKANNO_FLOW_NOWHERE behind the last.
 */
u32 stackanno_body_way(const struct stackanno_flow *flow, const struct stackanno_body_step *step,
		       u32 n);

/**
 * stackanno_body_forget() - give the room of the cached instructions to the states
 * @flow: after stackanno_body_scan()
 *
 * Return: whether there was any.
 */
bool stackanno_body_forget(struct stackanno_flow *flow);

/* Index of the last block that begins at or before a position, which is in the code. */
u32 stackanno_body_block(const struct stackanno_flow *flow, u32 position);

/* Whether a block begins at a position. */
bool stackanno_body_leads(const struct stackanno_flow *flow, u32 position);

/* Position of an address; STACKANNO_FLOW_NOWHERE. */
u32 stackanno_body_position(const struct stackanno_flow *flow, u64 address);

#endif /* STACKANNO_CORE_BODY_H */
