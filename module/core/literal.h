/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values that tell by themselves what they are, wherever they lie: errors, what
 * the kernel poisons and fills memory with, text, small numbers.
 */
#ifndef STACKANNO_CORE_LITERAL_H
#define STACKANNO_CORE_LITERAL_H

#include "env.h"

/* The last of the values that an error pointer may have; the others are -1 on. */
#define STACKANNO_ERRNO_MAX 4095

/* What the kernel fills memory with, a byte that is repeated. */
enum stackanno_fill {
	STACKANNO_FILL_SLAB_FREE = 0x6b,
	STACKANNO_FILL_SLAB_INUSE = 0x5a,
	STACKANNO_FILL_RED_INACTIVE = 0xbb,
	STACKANNO_FILL_RED_ACTIVE = 0xcc,	/* also of memory of init that was freed */
	STACKANNO_FILL_PAGE = 0xaa,
};

/* The word at the end of each task's stack. */
#define STACKANNO_STACK_END_MAGIC 0x57ac6e9dULL

struct stackanno_literal {
	u16 kind;		/* enum stackanno_meaning_kind */
	u16 evidence;		/* enum stackanno_evidence */
	u32 aux;		/* as that kind has it */
	u64 offset;
	u64 size;
	const char *name;	/* of a constant; NULL: none */
	char text[sizeof(u64) + 1];	/* of STACKANNO_MEANING_STRING */
};

/**
 * stackanno_literal_classify() - what a value is by itself
 * @value: any
 * @delta: POISON_POINTER_DELTA of the kernel that it is of
 * @literal: set on success
 *
 * The constants are those of include/linux/poison.h, magic.h and the sanitizers.
 *
 * Return: 0; -ENOENT when the value says nothing.
 */
int stackanno_literal_classify(u64 value, u64 delta, struct stackanno_literal *literal);

/**
 * stackanno_literal_errno() - name of an error
 * @number: positive
 *
 * Return: "ENOMEM" and so on; NULL when no error has that number.
 */
const char *stackanno_literal_errno(u32 number);

/**
 * stackanno_literal_flipped() - the bit that keeps an address from being canonical
 * @value: any
 * @bits: that an address has: 48, or 57 where there are five levels of page tables
 *
 * Of addresses of the kernel only, whose upper bits are all set.
 *
 * Return: the bit's number; -ENOENT when not exactly one is wrong.
 */
int stackanno_literal_flipped(u64 value, u32 bits);

#endif /* STACKANNO_CORE_LITERAL_H */
