/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From frame to frame, the innermost first: what registers held at each call, and
 * from that the arguments of each function, by what it kept of them itself and by
 * what its caller had put there. The two do not know of each other.
 *
 * Analyses come one at a time, so that what is asked of a frame's caller is kept
 * here until the caller's own frame is.
 */
#ifndef STACKANNO_CORE_CHAIN_H
#define STACKANNO_CORE_CHAIN_H

#include "env.h"
#include "builder.h"
#include "flow.h"
#include "role.h"

/* Frames beyond have no arguments, and are counted. */
#define STACKANNO_CHAIN_FRAMES 64
/* Arguments that are followed: those in registers, and words above the return address. */
#define STACKANNO_CHAIN_WORDS 4
#define STACKANNO_CHAIN_ARGUMENTS (STACKANNO_IR_ARGUMENTS + STACKANNO_CHAIN_WORDS)
#define STACKANNO_CHAIN_TEXT 1000

/* stackanno_known.doubts: why something is likely at most. */
#define STACKANNO_DOUBT_FRAME	(1U << 0)  /* a frame, its code or the picture */
#define STACKANNO_DOUBT_OBJECT	(1U << 1)  /* an object may reach up to where it was kept */
#define STACKANNO_DOUBT_CALL	(1U << 2)  /* by pointer: another may have been called, and jumped on */

/* The low bytes of something; 0 bytes: nothing is known. */
struct stackanno_known {
	u64 value;
	u32 source;	/* index of the word that holds it; STACKANNO_NONE: the code says it */
	u8 bytes;
	u8 evidence;	/* enum stackanno_evidence */
	u8 doubts;	/* STACKANNO_DOUBT_* */
	u8 reserved;
};
static_assert(sizeof(struct stackanno_known) == 16);

/* An entry value, by each who may know it. */
struct stackanno_chain_argument {
	struct stackanno_known own;	/* the function itself */
	struct stackanno_known caller;
	struct stackanno_known callee;	/* which was given it unchanged */
	struct stackanno_value link;	/* what the caller gave: an argument of its own, by number */
	u8 link_evidence;
	u8 link_doubts;
	u8 reserved[6];
};
static_assert(sizeof(struct stackanno_chain_argument) == 64);

struct stackanno_chain_frame {
	u32 index;	/* in the record */
	u32 adjoins;	/* whether the frame after it is the one of its caller */
	u64 function;
	struct stackanno_chain_argument argument[STACKANNO_CHAIN_ARGUMENTS];
};

struct stackanno_chain {
	struct stackanno_known reg[STACKANNO_IR_REGS];	/* at the call of the frame to come */
	u32 next;		/* index of the frame that they are of */
	u32 frames;
	u32 left_out;		/* frames that there was no room for */
	struct stackanno_chain_frame frame[STACKANNO_CHAIN_FRAMES];
	char text[STACKANNO_CHAIN_TEXT];
};
static_assert(sizeof(struct stackanno_chain) <= 44 * 1024);

/* How a call reaches the function of the frame that it led to. */
enum stackanno_chain_edge {
	STACKANNO_EDGE_OTHER,		/* not by itself: a jump of another function did */
	STACKANNO_EDGE_POINTER,		/* by a pointer, if nobody jumped on */
	STACKANNO_EDGE_DIRECT,
	STACKANNO_EDGES
};

/* What the chain asks of the world. */
struct stackanno_chain_ops {
	/* Whether a call of @target calls what a register points to. */
	bool (*thunk)(struct stackanno_chain_ops *ops, u64 target);
};

/**
 * stackanno_chain_begin() - before the first frame
 * @chain: memory; what it held is lost
 *
 * Context: any.
 */
void stackanno_chain_begin(struct stackanno_chain *chain);

/**
 * stackanno_chain_frame() - take what a frame says of registers and arguments
 * @chain: begun; frames come by rising index, and those left out are unknown
 * @builder: with the frame's roles
 * @index: of a frame of kind CALL
 * @flow: the analysis of its function
 * @fit: what stackanno_role_frame() returned of it
 * @ops: the world
 *
 * Context: any; bounded by registers and slots.
 */
void stackanno_chain_frame(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			   u32 index, struct stackanno_flow *flow, enum stackanno_fit fit,
			   struct stackanno_chain_ops *ops);

/**
 * stackanno_chain_wild() - the frame of a call that led to where no code is
 * @chain: begun
 * @builder: after stackanno_frame_layout()
 * @index: of a frame of kind CALL that has registers
 *
 * Nothing was run there: its registers are what it was called with.
 *
 * Context: any.
 */
void stackanno_chain_wild(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			  u32 index);

/**
 * stackanno_chain_settle() - after the last frame: callers' own arguments
 * @chain: with all frames
 *
 * Context: any.
 */
void stackanno_chain_settle(struct stackanno_chain *chain);

#endif /* STACKANNO_CORE_CHAIN_H */
