/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking a line of text apart from its left end, piece by piece. */
#ifndef STACKANNO_SCAN_H
#define STACKANNO_SCAN_H

#include "core/env.h"

/* What is left of a text; never NUL-terminated. */
struct scan {
	const char *at;
	const char *end;
};

/* A run of 16 characters that stands for an address or a value. */
enum scan_value {
	SCAN_NO_VALUE,
	SCAN_SHOWN,		/* 16 hexadecimal digits */
	SCAN_HIDDEN,		/* 16 dashes */
	SCAN_UNREADABLE,	/* 16 question marks */
};

static inline size_t scan_left(const struct scan *scan)
{
	return (size_t)(scan->end - scan->at);
}

/* Each takes what it names off the left end, or leaves all and returns false. */
bool scan_literal(struct scan *scan, const char *literal);
bool scan_decimal(struct scan *scan, u64 *value);
bool scan_signed(struct scan *scan, s32 *value);
bool scan_hex(struct scan *scan, u64 *value);
enum scan_value scan_value(struct scan *scan, u64 *value);

/* Take what stands before @literal, and @literal; @before gets the former. */
bool scan_until(struct scan *scan, const char *literal, struct scan *before);

/* Take @literal off the right end. */
bool scan_tail(struct scan *scan, const char *literal);

/* Whether nothing is left. */
static inline bool scan_done(const struct scan *scan)
{
	return scan->at == scan->end;
}

/* Whether all that is left is @literal. */
bool scan_is(const struct scan *scan, const char *literal);

/**
 * scan_unescape() - undo the renderer's \xHH
 * @scan: the escaped text
 * @buf: as many bytes as the text has
 * @len: set to the bytes written
 *
 * Return: false for an escape that the renderer does not write.
 */
bool scan_unescape(const struct scan *scan, char *buf, size_t *len);

#endif /* STACKANNO_SCAN_H */
