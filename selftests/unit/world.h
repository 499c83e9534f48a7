/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A world for the analysis: one function of given bytes, with a cold part.
 */
#ifndef WORLD_H
#define WORLD_H

#include "core/flow.h"

#define WORLD_BODY 0x10000
#define WORLD_COLD 0x20000
#define WORLD_TABLE 0x30000
/* Where each CPU has its current task, in the segment of per-CPU memory. */
#define WORLD_CURRENT 0x3040
/* The callee of these calls is a tracer. */
#define WORLD_TRACER (WORLD_BODY + 0x105)

struct world_code {
	const char *body;	/* bytes, in hexadecimal */
	const char *cold;	/* of the cold part, or of a detour */
	u32 patched;		/* offset of an instruction that may be a jump; 0 */
	u64 patched_to;
	bool warns;		/* traps are warnings */
	u64 noreturn;		/* a function that does not return */
	u32 mended;		/* offset of an instruction whose exceptions are mended; 0 */
	u64 landing;		/* where */
	u64 table[4];		/* words at WORLD_TABLE; 0: the last was the one before */
	bool endless;		/* its first word again and again */
	u32 how;		/* as an entry of the kernel's table says */
};

struct world {
	struct stackanno_ops ops;
	struct world_code code;
	u8 body[256], cold[64];
	u32 body_bytes, cold_bytes;
};

/* Analyse the code. Return: as stackanno_flow_run(). */
int world_run(struct world *world, const struct world_code *code, struct stackanno_flow *flow);

#endif /* WORLD_H */
