// SPDX-License-Identifier: GPL-2.0-only
#include "text.h"

static const char ellipsis[] = "...";
#define ELLIPSIS (sizeof(ellipsis) - 1)

static const char digits_of[] = "0123456789abcdef";

void stackanno_text_begin(struct stackanno_text *text, char *buf, u32 size)
{
	text->buf = buf;
	text->size = size;
	text->len = 0;
	text->cut = false;
	buf[0] = '\0';
}

void stackanno_text_bytes(struct stackanno_text *text, const char *bytes, u32 len)
{
	u32 room = text->size - 1 - text->len;

	if (text->cut)
		return;
	memcpy(text->buf + text->len, bytes, min(len, room));
	text->len += min(len, room);
	text->buf[text->len] = '\0';
	if (len > room) {
		text->cut = true;
		if (text->len >= ELLIPSIS)
			memcpy(text->buf + text->len - ELLIPSIS, ellipsis, ELLIPSIS);
	}
}

void stackanno_text_string(struct stackanno_text *text, const char *string)
{
	stackanno_text_bytes(text, string, strlen(string));
}

void stackanno_text_fill(struct stackanno_text *text, char byte, u32 count)
{
	while (count-- && !text->cut)
		stackanno_text_bytes(text, &byte, 1);
}

void stackanno_text_decimal(struct stackanno_text *text, u64 value, u32 width)
{
	char digits[20];
	u32 at = sizeof(digits);

	do {
		digits[--at] = '0' + value % 10;
		value /= 10;
	} while (value);
	if (width > sizeof(digits) - at)
		stackanno_text_fill(text, ' ', width - (sizeof(digits) - at));
	stackanno_text_bytes(text, digits + at, sizeof(digits) - at);
}

void stackanno_text_hex(struct stackanno_text *text, u64 value, u32 digits)
{
	char hex[16];
	u32 at = sizeof(hex);

	do {
		hex[--at] = digits_of[value & 15];
		value >>= 4;
	} while (value || (sizeof(hex) - at < digits && at));
	stackanno_text_bytes(text, hex + at, sizeof(hex) - at);
}

static bool is_name(u8 c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.' || c == '$';
}

static bool is_plain(u8 c, enum stackanno_escape escape, bool brackets)
{
	if (c < ' ' || c > '~' || c == '\\')
		return false;
	switch (escape) {
	case STACKANNO_ESCAPE_NAME:
		return is_name(c);
	case STACKANNO_ESCAPE_PHRASE:
		return c != '{' && c != '}' && c != '[' && c != ']' && c != ',' && c != '"';
	case STACKANNO_ESCAPE_QUOTED:
		return c != '"';
	case STACKANNO_ESCAPE_WORD:
		if (c == '[' || c == ']')
			return brackets;
		return c != '{' && c != '}' && c != ' ';
	default:
		return true;
	}
}

/* Bytes before the NUL, and whether each [ among them has its ]. */
static u32 measure(const char *string, u32 len, bool *balanced)
{
	u32 depth = 0;
	u32 at;

	*balanced = true;
	for (at = 0; at < len && string[at]; at++) {
		if (string[at] == '[')
			depth++;
		if (string[at] == ']' && !depth--)
			break;
	}
	if (at < len && string[at]) {
		*balanced = false;
		while (at < len && string[at])
			at++;
	} else if (depth) {
		*balanced = false;
	}
	return at;
}

static u32 width_of(char c, enum stackanno_escape escape, bool brackets)
{
	return is_plain(c, escape, brackets) ? 1 : 4;
}

/*
 * How many bytes of the string are written: all when they fit, else those that
 * leave room for the ellipsis, and that part no [ from its ] where those are
 * written as they are. @width gets the columns they take, without the ellipsis.
 */
static u32 fit(const char *string, u32 len, enum stackanno_escape escape, bool brackets,
	       u32 limit, u32 *width)
{
	u32 kept = 0, kept_width = 0;
	u32 columns = 0;
	u32 depth = 0;
	u32 at;

	for (at = 0; at < len; at++) {
		columns += width_of(string[at], escape, brackets);
		if (columns > limit)
			break;
		if (brackets && string[at] == '[')
			depth++;
		if (brackets && string[at] == ']' && !depth--)
			break;
		if (!depth && columns + ELLIPSIS <= limit) {
			kept = at + 1;
			kept_width = columns;
		}
	}
	if (at == len && !depth) {
		*width = columns;
		return len;
	}
	*width = kept_width;
	return kept;
}

/* What is kept of a string, so that the result, read back, is kept whole. */
static u32 choose(const char *string, u32 *len, enum stackanno_escape escape, u32 limit,
		  bool *brackets, u32 *width)
{
	bool pairs = escape == STACKANNO_ESCAPE_WORD;
	u32 kept;

	*len = measure(string, *len, brackets);
	if (pairs && !*brackets) {
		kept = fit(string, *len, escape, false, limit, width);
		if (kept == *len)
			return kept;
	}
	*brackets = pairs;
	return fit(string, *len, escape, pairs, limit, width);
}

void stackanno_text_escaped(struct stackanno_text *text, const char *string, u32 len,
			    enum stackanno_escape escape, u32 limit)
{
	bool brackets;
	u32 width;
	u32 kept;
	u32 at;

	kept = choose(string, &len, escape, limit, &brackets, &width);
	for (at = 0; at < kept; at++) {
		u8 c = string[at];

		if (is_plain(c, escape, brackets)) {
			stackanno_text_bytes(text, string + at, 1);
			continue;
		}
		stackanno_text_bytes(text, "\\x", 2);
		stackanno_text_hex(text, c, 2);
	}
	if (kept < len)
		stackanno_text_bytes(text, ellipsis, ELLIPSIS);
}
