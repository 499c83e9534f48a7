/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * x86-64's instructions as rows of a table: what each is called, its operands, and
 * what it does to the one in memory. Only x86_64_att.c looks into it.
 */
#ifndef STACKANNO_CORE_X86_64_ROWS_H
#define STACKANNO_CORE_X86_64_ROWS_H

#include "env.h"
#include "ops.h"

enum stackanno_row_size {
	SIZE_NONE,
	SIZE_B = 1,
	SIZE_W = 2,
	SIZE_D = 4,
	SIZE_Q = 8,
	SIZE_X = 16,
	SIZE_V,		/* as the operand's prefixes say */
	SIZE_FULL,	/* 8, or 2 */
	SIZE_DQ,	/* 4, or 8 */
	SIZE_FXSAVE,
	SIZE_UNSAID,
};

/* Operands in the order in which they are written. */
enum stackanno_row_layout {
	PLAIN,		/* none, or such as are not written */
	REG_RM, RM_REG, IMM_RM, IMM_RAX, RM, STAR_RM, OPREG, IMM_OPREG, MOVABS_OPREG,
	IMM, TARGET, IMM_RM_REG, CL_RM, IMM_REG_RM, CL_REG_RM, RAX_OPREG,
	EXTEND,		/* rm, of which from bytes are read, to reg */
	MOVS, STOS, LODS, CMPS, SCAS,
	RM_VECTOR, VECTOR_RM,	/* reg is one of vectors, rm of the same or of memory */
	GENERAL_VECTOR, VECTOR_GENERAL,	/* rm is a general register, or memory */
	CONTROL_RM, RM_CONTROL,	/* reg is a control register */
	SEGMENT_RM, RM_SEGMENT,
};

/* stackanno_row.flags */
#define READS	(1U << 0)
#define WRITES	(1U << 1)
#define BOTH	(READS | WRITES)
#define SUFFIX	(1U << 2)	/* when rm is memory, a letter says its size */
#define LETTER	(1U << 3)	/* always */
#define MEMORY	(1U << 4)	/* rm must be */
#define REGISTER (1U << 5)	/* rm must be */
#define LOCKS	(1U << 6)	/* may have a lock prefix */
#define REPEATS	(1U << 7)
#define CONDITION (1U << 8)	/* the opcode's low bits are one */
#define PREFIXED (1U << 9)	/* of: by 66, f3, f2 */
#define GROUP	(1U << 10)	/* of: by the bits of ModRM that choose */
#define PUSHES	(1U << 11)
#define POPS	(1U << 12)
#define REX_W	(1U << 13)	/* the name ends in 64 with it */
#define BITS	(1U << 14)	/* the immediate is a number of bits, without a sign */

struct stackanno_row {
	const char *name;	/* NULL: not known */
	u8 layout;
	u8 size;	/* of registers, and of memory unless from says other */
	u8 from;
	u16 flags;
	const struct stackanno_row *of;
	const char * const *names;	/* by the bits of ModRM that choose */
};

/* Whether an instruction has a legacy prefix. */
static inline bool stackanno_row_prefixed(const struct stackanno_insn *insn, u8 prefix)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(insn->prefix); i++)
		if (insn->prefix[i] == prefix)
			return true;
	return false;
}

/**
 * stackanno_row_find() - the row of an instruction
 * @insn: as decoded
 * @row: set on success
 * @mandatory: set to the prefix that is part of its opcode; 0: none is
 *
 * Context: any.
 * Return: false for an instruction that has none.
 */
bool stackanno_row_find(const struct stackanno_insn *insn, struct stackanno_row *row,
			u8 *mandatory);

#endif /* STACKANNO_CORE_X86_64_ROWS_H */
