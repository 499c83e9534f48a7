/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pieces that the lines of a record are made of, by short names: what
 * describe.c, describe_frame.c and describe_word.c have in common.
 */
#ifndef STACKANNO_CORE_PUT_H
#define STACKANNO_CORE_PUT_H

#include "describer.h"

/* Columns that foreign strings may take. */
#define STACKANNO_PUT_NAME	96
#define STACKANNO_PUT_MODULE	56
#define STACKANNO_PUT_PHRASE	120

static inline void put(struct stackanno_text *text, const char *string)
{
	stackanno_text_string(text, string);
}

static inline void put_decimal(struct stackanno_text *text, u64 value)
{
	stackanno_text_decimal(text, value, 0);
}

static inline void put_signed(struct stackanno_text *text, s32 value)
{
	if (value < 0)
		put(text, "-");
	put_decimal(text, value < 0 ? -(s64)value : value);
}

static inline void put_hex(struct stackanno_text *text, u64 value)
{
	put(text, "0x");
	stackanno_text_hex(text, value, 1);
}

/* A string of the record, escaped, in at most @limit columns. */
void stackanno_put_string(struct stackanno_describer *describer, u32 string,
			  enum stackanno_escape escape, u32 limit, struct stackanno_text *text);

/* A symbol's name; words within brackets or braces. */
void stackanno_put_name(struct stackanno_describer *describer, u32 string,
			struct stackanno_text *text);
void stackanno_put_phrase(struct stackanno_describer *describer, u32 string,
			  struct stackanno_text *text);

/* 16 dashes. */
void stackanno_put_hidden(struct stackanno_text *text);

/* 16 digits: an address of the kernel's own. */
void stackanno_put_address(struct stackanno_describer *describer, u64 address,
			   struct stackanno_text *text);

/* 16 digits: an address that may be anyone's. */
void stackanno_put_datum(struct stackanno_describer *describer, u64 address,
			 struct stackanno_text *text);

/* ` [module]`, or nothing for the kernel itself. */
void stackanno_put_module(struct stackanno_describer *describer, u32 module,
			  struct stackanno_text *text);

/* ` ?` or ` ??`, or nothing when it is certain. */
void stackanno_put_mark(u32 evidence, struct stackanno_text *text);

/* An exception's name, or `vector N`. */
void stackanno_put_vector(u32 vector, struct stackanno_text *text);

#endif /* STACKANNO_CORE_PUT_H */
