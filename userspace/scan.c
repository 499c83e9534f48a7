// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "scan.h"

#define VALUE_DIGITS 16

bool scan_literal(struct scan *scan, const char *literal)
{
	size_t len = strlen(literal);

	if (scan_left(scan) < len || memcmp(scan->at, literal, len))
		return false;
	scan->at += len;
	return true;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool scan_number(struct scan *scan, unsigned int base, u64 *value)
{
	const char *at = scan->at;
	u64 number = 0;

	while (at < scan->end) {
		int digit = digit_of(*at);

		if (digit < 0 || (unsigned int)digit >= base)
			break;
		if (number > (~(u64)0 - (unsigned int)digit) / base)
			return false;
		number = number * base + (unsigned int)digit;
		at++;
	}
	if (at == scan->at)
		return false;
	scan->at = at;
	*value = number;
	return true;
}

bool scan_decimal(struct scan *scan, u64 *value)
{
	return scan_number(scan, 10, value);
}

bool scan_signed(struct scan *scan, s32 *value)
{
	struct scan rest = *scan;
	bool negative = scan_literal(&rest, "-");
	u64 number;

	if (!scan_decimal(&rest, &number) || number > (u64)INT32_MAX + negative)
		return false;
	*value = (s32)(negative ? -(s64)number : (s64)number);
	*scan = rest;
	return true;
}

bool scan_hex(struct scan *scan, u64 *value)
{
	return scan_number(scan, 16, value);
}

enum scan_value scan_value(struct scan *scan, u64 *value)
{
	struct scan digits = { scan->at, scan->at + VALUE_DIGITS };

	*value = 0;
	if (scan_left(scan) < VALUE_DIGITS)
		return SCAN_NO_VALUE;
	if (scan_literal(scan, "----------------"))
		return SCAN_HIDDEN;
	if (scan_literal(scan, "????????????????"))
		return SCAN_UNREADABLE;
	if (!scan_hex(&digits, value) || !scan_done(&digits))
		return SCAN_NO_VALUE;
	scan->at += VALUE_DIGITS;
	return SCAN_SHOWN;
}

bool scan_until(struct scan *scan, const char *literal, struct scan *before)
{
	size_t len = strlen(literal);
	const char *found = memmem(scan->at, scan_left(scan), literal, len);

	if (!found)
		return false;
	before->at = scan->at;
	before->end = found;
	scan->at = found + len;
	return true;
}

bool scan_tail(struct scan *scan, const char *literal)
{
	size_t len = strlen(literal);

	if (scan_left(scan) < len || memcmp(scan->end - len, literal, len))
		return false;
	scan->end -= len;
	return true;
}

bool scan_is(const struct scan *scan, const char *literal)
{
	return scan_left(scan) == strlen(literal) && !memcmp(scan->at, literal, scan_left(scan));
}

bool scan_unescape(const struct scan *scan, char *buf, size_t *len)
{
	const char *at = scan->at;
	size_t out = 0;

	while (at < scan->end) {
		int high, low;

		if (*at != '\\') {
			buf[out++] = *at++;
			continue;
		}
		if (scan->end - at < 4 || at[1] != 'x')
			return false;
		high = digit_of(at[2]);
		low = digit_of(at[3]);
		if (high < 0 || low < 0 || !(high | low))
			return false;
		buf[out++] = (char)(high << 4 | low);
		at += 4;
	}
	*len = out;
	return true;
}
