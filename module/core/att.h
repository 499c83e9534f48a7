/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One instruction for people: as an assembler would have it, what of memory it
 * touches, and what it calls. x86_64_att.c answers; what it does not know it says so.
 */
#ifndef STACKANNO_CORE_ATT_H
#define STACKANNO_CORE_ATT_H

#include "env.h"
#include "ir.h"
#include "ops.h"
#include "text.h"

/* Longest text of an instruction. */
#define STACKANNO_ATT_MAX 96
/* Places that one instruction touches. */
#define STACKANNO_ATT_ACCESSES 2

/* stackanno_access.kind */
#define STACKANNO_ACCESS_READ	(1U << 0)
#define STACKANNO_ACCESS_WRITE	(1U << 1)

/* What an instruction touches in memory. */
struct stackanno_access {
	u8 kind;	/* STACKANNO_ACCESS_*; 0: nothing */
	u8 segment;	/* register that holds the segment's base: 4 fs, 5 gs; 0: none */
	u16 size;	/* bytes; 0: not known */
	struct stackanno_ir_mem mem;
};

/**
 * stackanno_arch_print() - an instruction as text
 * @insn: as decoded
 * @address: of its first byte
 * @text: where it is appended, in AT&T's syntax as objdump writes it; addresses have
 *	16 digits, and the one that is relative to ip stands behind a "#"
 *
 * Context: any.
 * Return: true; false for an instruction that is not known, and nothing is appended.
 */
bool stackanno_arch_print(const struct stackanno_insn *insn, u64 address,
			  struct stackanno_text *text);

/**
 * stackanno_arch_accesses() - what of memory an instruction touches
 * @insn: as decoded
 * @address: of its first byte
 * @access: set, in the order in which it does
 *
 * Of an instruction that stackanno_arch_print() does not know nothing is said.
 *
 * Context: any.
 * Return: how many there are.
 */
u32 stackanno_arch_accesses(const struct stackanno_insn *insn, u64 address,
			    struct stackanno_access access[STACKANNO_ATT_ACCESSES]);

/**
 * stackanno_arch_operands() - the general registers that are operands themselves
 * @insn: as decoded
 * @reg: set: first the one that memory could stand in place of
 *
 * Context: any.
 * Return: how many of them there are; 0 for an instruction that is not known, too.
 */
u32 stackanno_arch_operands(const struct stackanno_insn *insn, u8 reg[2]);

/* Whether a branch may go by what an instruction found: that it compares, or counts. */
bool stackanno_arch_compares(const struct stackanno_insn *insn);

/* Whether an instruction surely leaves the flags that branches go by as they are. */
bool stackanno_arch_keeps_flags(const struct stackanno_insn *insn);

/* The register that a thunk of a name jumps to; STACKANNO_IR_NO_REG: it is none. */
u8 stackanno_arch_thunk(const char *name);

#endif /* STACKANNO_CORE_ATT_H */
