/* SPDX-License-Identifier: GPL-2.0-only */
/* Ops whose code and answers are a fuzzer's. */
#ifndef STACKANNO_FUZZ_WORLD_H
#define STACKANNO_FUZZ_WORLD_H

#include "core/ops.h"
#include "taker.h"

#define WORLD_BODY 0xffffffff81000000ULL
/* Where code can be read: it is repeated up to here. */
#define WORLD_BYTES 0x20000

struct world {
	struct stackanno_ops ops;	/* first: its functions find the rest */
	const u8 *code;
	u32 code_bytes;
	u32 size;	/* of the function */
	u64 seed;	/* of the answers */
	u64 asked;	/* questions so far */
	u64 decoded;	/* instructions so far */
	u8 may;		/* WORLD_* */
};

/* What the answers may be, besides what an honest world says. */
#define WORLD_PARTS	(1U << 0)	/* jumps lead to more parts of the function */
#define WORLD_WILD	(1U << 1)	/* of any place and size */
#define WORLD_LABELS	(1U << 2)	/* patched jumps */
#define WORLD_TRACED	(1U << 3)
#define WORLD_HOLES	(1U << 4)	/* code that cannot be read */
#define WORLD_CANARY	(1U << 5)	/* a per-CPU canary of a place of its own */
#define WORLD_FICKLE	(1U << 6)	/* the same question, another answer */
#define WORLD_MENDED	(1U << 7)	/* exceptions that are mended */

/* Takes a world's settings, and the rest of the bytes for its code. */
void world_take(struct world *world, struct taker *taker);

#endif /* STACKANNO_FUZZ_WORLD_H */
