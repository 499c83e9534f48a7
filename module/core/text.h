/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing text into a buffer of fixed size, a piece at a time. Formatting is
 * done here by hand and not by the printf family, whose frames alone would take
 * most of the stack that a crash report may use.
 */
#ifndef STACKANNO_CORE_TEXT_H
#define STACKANNO_CORE_TEXT_H

#include "env.h"

struct stackanno_text {
	char *buf;
	u32 size;	/* bytes of @buf, of which one is the terminator's */
	u32 len;
	bool cut;	/* something did not fit: the text ends in "..." */
};

/*
 * Which bytes of a foreign string are written as they are; the others, and all
 * bytes that do not print, are written as \xHH.
 */
enum stackanno_escape {
	STACKANNO_ESCAPE_NAME,		/* symbols, modules: letters, digits, _ . $ */
	STACKANNO_ESCAPE_PHRASE,	/* all but \ { } [ ] , " */
	STACKANNO_ESCAPE_QUOTED,	/* all but \ " */
	STACKANNO_ESCAPE_LINE,		/* all but \ */
	STACKANNO_ESCAPE_WORD,		/* all but \ { } and blank, and [ ] only in pairs */
	STACKANNO_ESCAPE_COUNT
};

/* Begin a text in @buf of @size bytes; @size is at least 1. */
void stackanno_text_begin(struct stackanno_text *text, char *buf, u32 size);

/* Append @len bytes of @bytes as they are. */
void stackanno_text_bytes(struct stackanno_text *text, const char *bytes, u32 len);

/* Append a string as it is. */
void stackanno_text_string(struct stackanno_text *text, const char *string);

/* Append @value in decimal, with blanks before it up to @width columns. */
void stackanno_text_decimal(struct stackanno_text *text, u64 value, u32 width);

/* Append @value in hexadecimal, with zeros before it up to @digits. */
void stackanno_text_hex(struct stackanno_text *text, u64 value, u32 digits);

/* Append @count times @byte. */
void stackanno_text_fill(struct stackanno_text *text, char byte, u32 count);

/**
 * stackanno_text_escaped() - append a foreign string
 * @text: where to
 * @string: its bytes, up to @len or a NUL
 * @len: bytes that may be read
 * @escape: what is written as it is
 * @limit: columns it may take; longer ones are cut between two characters and
 *	end in "...". At least 3.
 *
 * What is written again after it was read back is the same.
 */
void stackanno_text_escaped(struct stackanno_text *text, const char *string, u32 len,
			    enum stackanno_escape escape, u32 limit);

#endif /* STACKANNO_CORE_TEXT_H */
