/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fault that brought a record about: the instruction, what it touched, why that
 * failed, and where the bad value came from, back through the function and those that
 * called it.
 *
 * Analyses of functions come one at a time, from the innermost frame out, and so does
 * this: what is asked of a frame's caller is kept until that frame's turn.
 */
#ifndef STACKANNO_CORE_FAULT_H
#define STACKANNO_CORE_FAULT_H

#include "env.h"
#include "builder.h"
#include "expression.h"
#include "flow.h"
#include "text.h"

#define STACKANNO_FAULT_TEXT 192

/* What is asked of the world, beside code. Each must be safe for any address. */
struct stackanno_fault_ops {
	/* Append the symbol around an address, with offset and module; false: there is none. */
	bool (*name)(struct stackanno_fault_ops *ops, u64 address, struct stackanno_text *text);
	/* Append the per-CPU variable at an address within a CPU's; false: nobody knows. */
	bool (*variable)(struct stackanno_fault_ops *ops, u64 address,
			 struct stackanno_text *text);
	/* Append in words what part of memory an address is in; false: nobody knows. */
	bool (*place)(struct stackanno_fault_ops *ops, u64 address, struct stackanno_text *text);
	/* Whether 8 bytes can be read; @value is set then. */
	bool (*word)(struct stackanno_fault_ops *ops, u64 address, u64 *value);
	/* The register that a thunk at @target calls through; STACKANNO_IR_NO_REG: it is none. */
	u8 (*thunk)(struct stackanno_fault_ops *ops, u64 target);
	u64 poison_delta;
	u64 segment;		/* base of per-CPU memory; 0: not known */
	u32 address_bits;	/* 48 or 57 */
};

enum stackanno_fault_stage {
	STACKANNO_FAULT_SEEK,	/* the frame that faulted is yet to come */
	STACKANNO_FAULT_CALL,	/* a wild pointer was called: by the frame to come */
	STACKANNO_FAULT_GIVEN,	/* the frame to come gave the value in a register */
	STACKANNO_FAULT_DONE,
	STACKANNO_FAULT_STAGES
};

/* All memory of it; one at a time. */
struct stackanno_fault {
	struct stackanno_builder *builder;
	struct stackanno_ops *code;
	struct stackanno_fault_ops *ops;
	bool values;		/* they may be said */
	bool sure;		/* every step so far was */
	u8 reg;			/* STACKANNO_FAULT_GIVEN */
	u32 stage;		/* enum stackanno_fault_stage */
	u32 index;		/* of the frame at hand */
	u32 steps;
	u64 callee;		/* function that the value was given to */
	bool tails;		/* it may have been jumped to, by what it jumps to itself */
	u64 ip;			/* of the frame at hand */
	const struct stackanno_signature *signature;	/* of its function; NULL */
	struct stackanno_expression expression;
	struct stackanno_regs regs;	/* at the fault; known only in its own frame */
	struct stackanno_text text;
	char buf[STACKANNO_FAULT_TEXT];
};

/**
 * stackanno_fault_begin() - before the first frame
 * @fault: set up
 * @builder: with frames named
 * @code: how code is read and decoded
 * @ops: the world
 * @values: whether values may be said
 *
 * Context: any.
 */
void stackanno_fault_begin(struct stackanno_fault *fault, struct stackanno_builder *builder,
			   struct stackanno_ops *code, struct stackanno_fault_ops *ops,
			   bool values);

/**
 * stackanno_fault_frame() - look at a frame
 * @fault: begun; frames come by rising index
 * @index: of any frame
 * @flow: the analysis of its function, which ended well; NULL: there is none. States
 *	that were asked of it are lost
 * @signature: its parameters; NULL: not known
 *
 * Findings are added to the record.
 *
 * Context: any; bounded by the function's code.
 */
void stackanno_fault_frame(struct stackanno_fault *fault, u32 index,
			   struct stackanno_flow *flow,
			   const struct stackanno_signature *signature);

/**
 * stackanno_fault_end() - after the last frame that is looked at
 * @fault: begun
 *
 * Context: any.
 */
void stackanno_fault_end(struct stackanno_fault *fault);

#endif /* STACKANNO_CORE_FAULT_H */
