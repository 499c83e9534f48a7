/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Abstract interpretation of one function: what its registers and the words of
 * its frame hold at an instruction, on every path that leads there.
 *
 * Offsets of slots count from the CFA, the address above the return address, or
 * from the base that a function made by rounding its stack pointer.
 *
 * body.c finds the instructions and blocks, effect.c says what an instruction
 * does to a state, join.c keeps the states of blocks, flow.c runs them.
 */
#ifndef STACKANNO_CORE_FLOW_H
#define STACKANNO_CORE_FLOW_H

#include "env.h"
#include "ir.h"
#include "ops.h"
#include "value.h"

/* Code of one function with its cold part and detours. */
#define STACKANNO_FLOW_CODE_MAX 32768
#define STACKANNO_FLOW_EXTENTS 48
#define STACKANNO_FLOW_BLOCKS 1536
#define STACKANNO_FLOW_SLOTS 160
/* Words below the CFA, and below the rounded base, that are looked after. */
#define STACKANNO_FLOW_WORDS 512
/* States, and instructions as long as there is room for both. */
#define STACKANNO_FLOW_ARENA (152 * 1024)
/* Instructions interpreted, over all visits. */
#define STACKANNO_FLOW_BUDGET 400000

enum stackanno_flow_base {
	STACKANNO_BASE_CFA,
	STACKANNO_BASE_ALIGNED,
	STACKANNO_BASES
};

enum stackanno_flow_end {
	STACKANNO_FLOW_NOT_RUN,
	STACKANNO_FLOW_WHOLE,
	STACKANNO_FLOW_TOO_LARGE,	/* more code, blocks or parts than there is room for */
	STACKANNO_FLOW_NO_MEMORY,	/* states did not fit */
	STACKANNO_FLOW_BUDGET_USED,
	STACKANNO_FLOW_ENDS
};

/* Words of a table that a jump goes by. */
#define STACKANNO_FLOW_TABLE 512

/* No single instruction, or none. */
#define STACKANNO_FLOW_NOWHERE 0xffff
#define STACKANNO_FLOW_MANY 0xfffe

/* stackanno_flow_slot.flags */
#define STACKANNO_SLOT_PUSHED (1U << 0)

struct stackanno_flow_slot {
	struct stackanno_value value;
	s32 offset;
	u8 size;	/* bytes, at most 8 */
	u8 base:1;	/* enum stackanno_flow_base */
	u8 flags:7;	/* STACKANNO_SLOT_* */
	u16 writer;	/* position of the instruction, STACKANNO_FLOW_MANY */
};
static_assert(sizeof(struct stackanno_flow_slot) == 16);

/* What of the frame others may write to: addresses that left the function's sight. */
struct stackanno_flow_escape {
	s32 low[STACKANNO_BASES];	/* the lowest; S32_MAX: none */
	u32 passed;	/* bit: that word above the CFA; the last: all from there on */
	u32 reserved;
};

/*
 * Arguments that are constants on the path, since a branch was taken: of what a
 * register held at entry, by its number among the arguments.
 */
struct stackanno_flow_facts {
	s32 value[STACKANNO_IR_ARGUMENTS];
	u16 whole;	/* bit: all of it is the value, extended with its sign */
	u16 half;	/* bit: its low four bytes are */
	u32 reserved;
};

#define STACKANNO_FLOW_PASSED 32

struct stackanno_flow_state {
	struct stackanno_value reg[STACKANNO_IR_REGS];
	/* The stack pointer kept at the top of another stack, and where. */
	struct stackanno_value link_at, link;
	struct stackanno_flow_escape escape;
	struct stackanno_flow_facts facts;
	u32 slots;	/* sorted by base, then offset */
	struct stackanno_flow_slot slot[STACKANNO_FLOW_SLOTS];
};

/* What a comparison has on both sides. */
struct stackanno_flow_compare {
	struct stackanno_value value;
	s32 with;
	u8 size;	/* bytes; 0: there was none */
	u8 reserved[3];
};

struct stackanno_flow_part {
	u64 begin;
	u32 size;
	u32 position;	/* of its first byte */
	bool shared;	/* as in struct stackanno_extent */
};

/* A pair of values that met at a join, and the location that stands for it. */
struct stackanno_flow_pair {
	struct stackanno_value old, new;
	u32 location;
};

/* What is said of a function as a whole. */
struct stackanno_flow_summary {
	u32 end;		/* enum stackanno_flow_end */
	u32 instructions;	/* interpreted */
	u32 blocks;
	u32 arena;		/* bytes of states */
	u32 unknown;		/* instructions that were not known */
	u32 undecoded;		/* places that are no instructions */
	u32 conflicts;		/* joins of different stack pointers */
	u32 out_of_sight;	/* breakpoints; jumps to where no function begins, or nobody knows */
	u32 slots_dropped;	/* stores that found no room */
	u32 tables;		/* jumps by a table that were followed, each time they were met */
	bool unreached;		/* some of its code no known path leads to */
	bool tails;		/* it may end in a jump to another function */
	bool lean;		/* slots of values made in the function were given up */
	u16 align_at;		/* position of the instruction that rounds; NOWHERE */
	u16 align_bytes;
	s32 align_from;		/* the stack pointer before, from the CFA */
	/* Over all paths, not only those to the instruction that is asked about. */
	s32 escape_low[STACKANNO_BASES];	/* lowest address taken; S32_MAX */
	u16 writer[STACKANNO_BASES][STACKANNO_FLOW_WORDS];	/* of each word */
	u8 escaped[STACKANNO_BASES][STACKANNO_FLOW_WORDS / 8];	/* bit: address taken */
	u8 touched[STACKANNO_BASES][STACKANNO_FLOW_WORDS / 8];	/* bit: read or written */
};

/* All memory of an analysis. One at a time. */
struct stackanno_flow {
	struct stackanno_ops *ops;
	struct stackanno_flow_summary summary;
	struct stackanno_flow_part part[STACKANNO_FLOW_EXTENTS];
	u32 parts;
	u32 code_bytes;
	u16 at;			/* position of the current instruction */
	bool scanned;		/* no part and no block is added any more */
	bool straight;		/* given up: states are those of the prologue */
	bool renewed;		/* older results of this instruction are forgotten */
	bool first;		/* it has none: the state that its block began with held none */
	struct stackanno_flow_compare compare;	/* made by this instruction */
	struct stackanno_flow_compare before;	/* by the one before it */
	u32 cached;		/* bytes of instructions at the arena's beginning */
	u16 leader[STACKANNO_FLOW_BLOCKS];	/* sorted */
	u16 rank[STACKANNO_FLOW_BLOCKS];	/* of a block, in reverse postorder */
	u16 ranked[STACKANNO_FLOW_BLOCKS];	/* the block of a rank */
	u16 slots_of[STACKANNO_FLOW_BLOCKS];	/* of its state, and what else is kept of it */
	u16 code_of[STACKANNO_FLOW_BLOCKS];	/* words into the arena, plus 1; 0: not cached */
	u16 state_of[STACKANNO_FLOW_BLOCKS];	/* the same of its state; 0: none */
	u8 pending[STACKANNO_FLOW_BLOCKS / 8];	/* by rank */
	u32 lowest;		/* rank: none below is pending */
	u8 visited[STACKANNO_FLOW_BLOCKS / 8];	/* by block */
	u8 leads[STACKANNO_FLOW_CODE_MAX / 8];
	u8 seen[STACKANNO_FLOW_CODE_MAX / 8];
	u16 leads_before[STACKANNO_FLOW_CODE_MAX / 64];	/* in leads, each 64 positions */
	struct stackanno_flow_pair pair[STACKANNO_IR_REGS + STACKANNO_FLOW_SLOTS];
	struct stackanno_ir_list list;
	u64 table;		/* address of the one that was read last */
	u32 table_behind;	/* position behind what read it */
	u8 table_into;		/* register that it was read into */
	struct stackanno_fixup fixup;	/* of an instruction whose exceptions are mended */
	struct stackanno_flow_state work;
	u64 arena[STACKANNO_FLOW_ARENA / sizeof(u64)];
};
static_assert(sizeof(struct stackanno_flow) <= 192 * 1024);
static_assert(STACKANNO_FLOW_ARENA / sizeof(u64) < 0xffff);

/* Whether nothing of the function was out of sight. */
static inline bool stackanno_flow_saw_all(const struct stackanno_flow *flow)
{
	return !flow->straight && !flow->summary.undecoded && !flow->summary.conflicts &&
	       !flow->summary.out_of_sight;
}

/**
 * stackanno_flow_run() - analyse a function
 * @flow: memory; what it held is lost
 * @ops: the world
 * @begin: address of the function
 * @size: bytes of its body
 *
 * Context: any; bounded by the limits above.
 * Return: 0; -E2BIG, -ENOSPC or -ETIME when a limit ended it (summary.end says
 * which): what is known of any place then is what the function's first
 * instructions saved, as far as they lead straight on.
 */
int stackanno_flow_run(struct stackanno_flow *flow, struct stackanno_ops *ops, u64 begin,
		       u32 size);

/**
 * stackanno_flow_at() - the state at an instruction
 * @flow: after stackanno_flow_run()
 * @ip: address
 * @returning: @ip is a return address: what holds when the call comes back,
 *	if it ever does; else what holds before the instruction at @ip
 *
 * Context: any.
 * Return: the state, valid until the next question; NULL when no path leads
 * there.
 */
const struct stackanno_flow_state *stackanno_flow_at(struct stackanno_flow *flow, u64 ip,
						     bool returning);

/**
 * stackanno_flow_calling() - the state at a call, before it is made
 * @flow: after a stackanno_flow_run() that returned 0
 * @ip: the call's return address
 * @call: set to the address of the call
 *
 * What the registers hold is what the callee is given: its entry values.
 * @flow->list is the call, lifted.
 *
 * Context: any.
 * Return: the state, valid until the next question; NULL when no path leads
 * there, or no call ends at @ip.
 */
const struct stackanno_flow_state *stackanno_flow_calling(struct stackanno_flow *flow, u64 ip,
							  u64 *call);

/**
 * stackanno_flow_reaches() - whether one instruction can have been run before another
 * @flow: after a stackanno_flow_run() that returned 0; states already asked for stay
 * @from: position of the one
 * @ip: address of the other
 * @returning: as in stackanno_flow_at()
 *
 * Context: any. Bounded: each block is passed twice at most.
 * Return: false when no path leads from the one to the other.
 */
bool stackanno_flow_reaches(struct stackanno_flow *flow, u32 from, u64 ip, bool returning);

/**
 * stackanno_flow_slot() - a slot of a state
 * @state: the state
 * @base: what @offset counts from
 * @offset: bytes
 *
 * Context: any.
 * Return: the slot that begins there, NULL when nothing is known of it.
 */
const struct stackanno_flow_slot *stackanno_flow_slot(const struct stackanno_flow_state *state,
						      u32 base, s32 offset);

/**
 * stackanno_flow_passed() - whether a word above the CFA is as it was at entry
 * @state: the state
 * @word: its number, from the CFA up
 *
 * Context: any.
 * Return: false when it may have been written.
 */
bool stackanno_flow_passed(const struct stackanno_flow_state *state, u32 word);

/**
 * stackanno_flow_fact() - what an argument is, by the branches that were taken
 * @state: the state
 * @reg: register that it came in
 * @value: set to its value, extended with its sign; @half: to whether only the low
 *	four bytes are known
 *
 * Context: any.
 * Return: whether it is a constant.
 */
bool stackanno_flow_fact(const struct stackanno_flow_state *state, u32 reg, s32 *value,
			 bool *half);

/**
 * stackanno_flow_address() - the address of a position
 * @flow: after stackanno_flow_run()
 * @position: as in a slot's writer
 *
 * Context: any.
 * Return: the address; 0 for a position outside the function.
 */
u64 stackanno_flow_address(const struct stackanno_flow *flow, u32 position);

/* Index of a word of the summary's tables; -1 when it has none. */
int stackanno_flow_word(u32 base, s64 offset);

#endif /* STACKANNO_CORE_FLOW_H */
