/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a call of one function can lead into another: by functions that end in a jump to
 * the next one, and leave no trace on the stack.
 */
#ifndef STACKANNO_CORE_EDGE_H
#define STACKANNO_CORE_EDGE_H

#include "env.h"
#include "ir.h"
#include "ops.h"

/* Functions that are looked into, jumps from one to the next, and code of all of them. */
#define STACKANNO_EDGE_FUNCTIONS 24
#define STACKANNO_EDGE_HOPS 4
#define STACKANNO_EDGE_INSTRUCTIONS 12000

/* What is at a place that code leads to. */
enum stackanno_edge_place {
	STACKANNO_PLACE_NOWHERE,	/* nobody knows, or it may be another by now */
	STACKANNO_PLACE_FUNCTION,
	STACKANNO_PLACE_PART,		/* a cold part, which is entered anywhere */
	STACKANNO_PLACE_RETURN,		/* what returns by itself, in place of an instruction */
	STACKANNO_PLACES
};

/* What a search asks of the world. */
struct stackanno_edge_ops {
	/* @extent is set for functions and parts. */
	enum stackanno_edge_place (*place)(struct stackanno_edge_ops *ops, u64 address,
					   struct stackanno_extent *extent);
};

enum stackanno_edge_end {
	STACKANNO_EDGE_OPEN,		/* none was found, but not all ways were seen */
	STACKANNO_EDGE_CLOSED,		/* none was found, and there is none */
	STACKANNO_EDGE_UNIQUE,		/* one is the shortest */
	STACKANNO_EDGE_AMBIGUOUS,	/* several are as short */
	STACKANNO_EDGE_ENDS
};

struct stackanno_edge_function {
	u64 begin;
	u64 jump;	/* of the function before, that leads here */
	u32 size;
	u8 depth;	/* jumps from the first */
	u8 from;	/* the function before */
	u8 seen_by;	/* the last one that was found to lead here */
	bool several;	/* as short ways lead here */
};

/* All memory of a search. One at a time. */
struct stackanno_edge_search {
	struct stackanno_ops *ops;
	struct stackanno_edge_ops *world;
	struct stackanno_ir_list list;
	struct stackanno_edge_function function[STACKANNO_EDGE_FUNCTIONS];
	struct stackanno_edge_function goal;	/* as it was found; of depth 0: it was not */
	u64 returns;		/* where functions jump to in place of a return; 0: not seen */
	u32 functions;
	u32 left;		/* instructions that may yet be decoded */
	bool open;		/* a way was not followed */
	/* After a search that found a way: the functions passed, the one called first. */
	struct stackanno_edge_function hop[STACKANNO_EDGE_HOPS];
	u32 hops;
};

/**
 * stackanno_edge_find() - the shortest way from one function to another by jumps alone
 * @search: memory; @ops and @world are set
 * @from: what was called
 * @to: address of the function that it is to lead to; @from's own: a way back to it
 *
 * Context: any; bounded by the limits above.
 * Return: enum stackanno_edge_end.
 */
enum stackanno_edge_end stackanno_edge_find(struct stackanno_edge_search *search,
					    const struct stackanno_extent *from, u64 to);

#endif /* STACKANNO_CORE_EDGE_H */
