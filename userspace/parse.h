/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The full text form read back into a record. What the renderer printed is
 * parsed without loss: rendered again, it is the same text, byte for byte.
 */
#ifndef STACKANNO_PARSE_H
#define STACKANNO_PARSE_H

#include "core/env.h"

struct parse_error {
	unsigned long line;	/* of the text, counted from 1 */
	char what[256];
};

/**
 * parse_text() - one record's text to a record
 * @text: lines as STACKANNO_FORM_FULL writes them, each with its newline
 * @len: bytes
 * @record: set to memory that holds the record; the caller frees it
 * @size: bytes of it
 * @error: what is wrong and where, on failure
 *
 * Return: 0; -EBADMSG when the text is not such a text, -ENOMEM.
 */
int parse_text(const char *text, size_t len, void **record, u32 *size,
	       struct parse_error *error);

/**
 * parse_length() - where the text of the first record ends
 * @text: lines
 * @len: bytes
 *
 * Return: the length of the first record's text; @len when there is but one.
 */
size_t parse_length(const char *text, size_t len);

#endif /* STACKANNO_PARSE_H */
