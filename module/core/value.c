// SPDX-License-Identifier: GPL-2.0-only
#include "value.h"

#define WHOLE 3

static u32 width_of(u32 size)
{
	return size >= 8 ? WHOLE : size >= 4 ? 2 : size >= 2 ? 1 : 0;
}

/* A constant in the one form that it has: whole where its sign allows. */
static bool set_const(s64 number, struct stackanno_value *result)
{
	*result = stackanno_value_make(STACKANNO_VALUE_CONST, 0, (s32)number);
	if (number == (s32)number)
		return true;
	if (number != (s64)(u32)number)
		return false;
	result->width = 2;
	return true;
}

static s64 const_of(struct stackanno_value value)
{
	return value.width == WHOLE ? (s64)value.offset : (s64)(u32)value.offset;
}

static s64 cut_number(s64 number, u32 size, bool sign)
{
	u32 shift = 64 - 8 * size;

	if (size >= 8)
		return number;
	number = (s64)((u64)number << shift);
	return sign ? number >> shift : (s64)((u64)number >> shift);
}

bool stackanno_value_cut(struct stackanno_value value, u32 size, bool sign,
			 struct stackanno_value *result)
{
	u32 width = width_of(size);

	*result = value;
	if (value.kind == STACKANNO_VALUE_UNKNOWN)
		return false;
	if (value.kind == STACKANNO_VALUE_CONST)
		return set_const(cut_number(const_of(value), size, sign), result);
	if (width == WHOLE)
		return true;
	if (value.width < width)
		/* Extended from less: as it is, but for a sign that is then cut. */
		return !value.sext || sign;
	/* Half a pointer into the frame, or half a canary, is of no use. */
	if (stackanno_value_in_frame(value) || value.kind == STACKANNO_VALUE_CANARY ||
	    value.kind == STACKANNO_VALUE_RETURN)
		return false;
	result->width = width;
	result->sext = sign;
	return true;
}

bool stackanno_value_add(struct stackanno_value value, s64 delta, u32 size,
			 struct stackanno_value *result)
{
	s64 sum;

	if (value.kind == STACKANNO_VALUE_CONST)
		return set_const(cut_number((s64)((u64)const_of(value) + (u64)delta), size, false),
				 result);
	if (!stackanno_value_cut(value, size, false, &value))
		return false;
	/* A sum of what was extended is not the extension of a sum. */
	if (delta && value.width != width_of(size))
		return false;
	sum = (s64)value.offset + delta;
	if (size == 4)
		sum = (s32)sum;
	if (sum != (s32)sum || (delta && value.kind == STACKANNO_VALUE_CANARY))
		return false;
	*result = value;
	result->offset = (s32)sum;
	return true;
}
