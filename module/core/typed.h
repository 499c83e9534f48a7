/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What tells an object to people: the path of a file, the name of a task. Which
 * members those are stands in a table; where they lie is taken from BTF once.
 */
#ifndef STACKANNO_CORE_TYPED_H
#define STACKANNO_CORE_TYPED_H

#include "btf.h"
#include "ops.h"

#define STACKANNO_TYPED_ROWS 20
#define STACKANNO_TYPED_FIELDS 3
#define STACKANNO_TYPED_HOPS 4
/* What a field takes at most. */
#define STACKANNO_TYPED_TEXT 64

/* Where a field lies: at the last offset, from what the words at those before it say. */
struct stackanno_typed_way {
	u32 offset[STACKANNO_TYPED_HOPS];
	u8 hops;		/* 0: this kernel has no such field */
	u8 size;		/* bytes of what lies there */
	u8 reserved[2];
};

struct stackanno_typed {
	const struct stackanno_btf *btf;	/* the kernel's; NULL: nothing is known */
	u32 id[STACKANNO_TYPED_ROWS];		/* of each row's type; 0: there is none */
	struct stackanno_typed_way way[STACKANNO_TYPED_ROWS][STACKANNO_TYPED_FIELDS];
	struct stackanno_typed_way parent, name, pid, comm;	/* of dentries, of tasks */
};

/**
 * stackanno_typed_resolve() - find the table's types and members
 * @btf: the kernel's; stays as long as @typed is used
 * @typed: set
 *
 * What is not there costs the field that needs it. Of several structs of one name none
 * is taken.
 *
 * Context: process; looks at every type.
 * Return: how many of the types were found.
 */
u32 stackanno_typed_resolve(const struct stackanno_btf *btf, struct stackanno_typed *typed);

/**
 * stackanno_typed_print() - append what is known of the object that a pointer points to
 * @typed: resolved
 * @btf: that @id is of: the kernel's, or a module's that builds on it
 * @id: the pointer's type
 * @value: the pointer
 * @memory: how to read
 * @text: ` {path="/a/b", sb="vda1"}` is appended, or nothing: when the type is none of
 *	the table's, or memory is not readable, or holds what no such object does
 *
 * It is what memory holds now. Values have the form NAME=VALUE, or are quoted; a quote
 * in a text is written as an apostrophe. Others than those of text hold no blank, comma
 * or brace.
 *
 * Context: any. Bounded.
 */
void stackanno_typed_print(const struct stackanno_typed *typed, const struct stackanno_btf *btf,
			   u32 id, u64 value, struct stackanno_memory *memory,
			   struct stackanno_text *text);

#endif /* STACKANNO_CORE_TYPED_H */
