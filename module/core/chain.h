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
#include "edge.h"
#include "flow.h"
#include "look.h"
#include "role.h"

/* Frames beyond have no arguments, and are counted. */
#define STACKANNO_CHAIN_FRAMES 64
/* Arguments that are followed: those in registers, and words above the return address. */
#define STACKANNO_CHAIN_WORDS 4
#define STACKANNO_CHAIN_ARGUMENTS (STACKANNO_IR_ARGUMENTS + STACKANNO_CHAIN_WORDS)
#define STACKANNO_CHAIN_TEXT 1000

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
	u32 index;	/* in the record; STACKANNO_NONE: not in it yet */
	bool adjoins;	/* the frame after it is the one of its caller */
	bool tails;	/* its function may end in a jump to another */
	bool certain;	/* the frame is one, and as its code says; all of that was seen */
	u8 reserved;
	u64 function;
	struct stackanno_chain_argument argument[STACKANNO_CHAIN_ARGUMENTS];
};

/* Frames that tail calls hid, between two that are in the record. */
#define STACKANNO_CHAIN_TAILS 12
struct stackanno_chain_tail {
	u32 before;	/* index of the caller's frame in the record */
	u32 entry;	/* number in the chain of the function called first; STACKANNO_NONE */
	u32 hops;
	u32 reserved;
	struct stackanno_edge_function hop[STACKANNO_EDGE_HOPS];	/* called first: the first */
};

/* Calls that do not lead to the next frame. */
#define STACKANNO_CHAIN_FAULTS 8
struct stackanno_chain_fault {
	u32 index;	/* of the caller's frame in the record */
	bool ambiguous;	/* it does, by several ways */
	u8 reserved[3];
	u64 target;
};

struct stackanno_chain {
	struct stackanno_known reg[STACKANNO_IR_REGS];	/* at the call of the frame to come */
	u32 next;		/* index of the frame that they are of */
	u32 frames;
	u32 left_out;		/* frames that there was no room for */
	struct stackanno_chain_frame frame[STACKANNO_CHAIN_FRAMES];
	struct stackanno_chain_tail tail[STACKANNO_CHAIN_TAILS];
	u32 tails;
	u32 faults;
	struct stackanno_chain_fault fault[STACKANNO_CHAIN_FAULTS];
	struct stackanno_edge_search search;
	char text[STACKANNO_CHAIN_TEXT];
};
static_assert(sizeof(struct stackanno_chain) <= 48 * 1024);

/* What a call says of the function that runs. */
enum stackanno_chain_edge {
	STACKANNO_EDGE_OTHER,		/* nothing: a jump of another function leads to it, or may */
	STACKANNO_EDGE_POINTER,		/* by a pointer, if nobody jumped on */
	STACKANNO_EDGE_DIRECT,
	STACKANNO_EDGE_TAIL,		/* jumps lead to it, by one way */
	STACKANNO_EDGES
};

/* What the chain asks of the world. */
struct stackanno_chain_ops {
	struct stackanno_edge_ops edge;
	/* Whether a call of @target calls what a register points to. */
	bool (*thunk)(struct stackanno_chain_ops *ops, u64 target);
	/* Whether calls and jumps in [begin, begin + size) are what they have always been. */
	bool (*stays)(struct stackanno_chain_ops *ops, u64 begin, u32 size);
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
 * @builder: with the frame's roles; receives notes on what cannot be
 * @index: of a frame of kind CALL
 * @flow: the analysis of its function
 * @fit: what stackanno_role_frame() returned of it
 * @ops: the world
 *
 * Context: any; bounded by registers and slots, and by the limits of core/edge.h.
 */
void stackanno_chain_frame(struct stackanno_chain *chain, struct stackanno_builder *builder,
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
