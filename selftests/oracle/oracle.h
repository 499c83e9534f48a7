/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of oracle 1 share: a kernel, its DWARF, the analysis of one function. */
#ifndef STACKANNO_ORACLE_H
#define STACKANNO_ORACLE_H

#include "core/flow.h"
#include "image.h"
#include "table.h"
#include "truth.h"

#define REGISTERS STACKANNO_IR_REGS
#define POINTS_MAX 16384

/* An instruction of a function that is looked at. */
struct point {
	u64 ip;
	u32 function;	/* whose code it is: the body's or the cold part's */
	bool call;	/* a return address */
};

/* The function that is being looked at. */
struct subject {
	const struct function *function;
	const struct subprogram *subprogram;	/* NULL: DWARF has none */
	const struct function *part;		/* of the point: body or cold part */
	u32 index;				/* of function */
	u32 offset;				/* of the point in part */
	u64 ip;
	bool analysed;
};

struct sites;
struct words;
struct canaries;
struct prototypes;

struct oracle {
	struct image image;
	struct truth truth;
	struct table table;
	struct stackanno_flow flow;
	struct point point[POINTS_MAX];
	u32 points;
	u32 boundary;			/* counts instructions */
	struct sites *sites;		/* of call sites.h */
	struct words *words;		/* of words.h */
	struct prototypes *prototypes;	/* of prototype.h */
	u64 functions, refused, refused_calls, calls;
};

#endif /* STACKANNO_ORACLE_H */
