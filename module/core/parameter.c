// SPDX-License-Identifier: GPL-2.0-only
#include "parameter.h"

#include "ir.h"

#define WORD 8
#define BY_VALUE_MAX (2 * WORD)
/* Members of a parameter in registers: no more than it has bits. */
#define MEMBERS_MAX (8 * BY_VALUE_MAX)
#define NEST_MAX 4

/* Members of one struct that are still to be looked at. */
struct level {
	struct stackanno_btf_type type;
	u32 next;
	u32 at;		/* byte of the parameter that it begins with */
};

static bool is_compound(const struct stackanno_btf_type *type)
{
	return type->kind == STACKANNO_BTF_STRUCT || type->kind == STACKANNO_BTF_UNION;
}

/* What an array is made of, or the type itself. */
static u32 scalar_bytes(const struct stackanno_btf *btf, struct stackanno_btf_type *type)
{
	u32 element, count, depth;

	for (depth = 0; depth < NEST_MAX; depth++) {
		if (stackanno_btf_element(type, &element, &count))
			break;
		if (stackanno_btf_strip(btf, element, type))
			return 0;
	}
	return stackanno_btf_size(btf, type->id);
}

/* Whether each member of a small struct is where its size wants it: none is packed. */
static bool is_aligned(const struct stackanno_btf *btf, const struct stackanno_btf_type *whole)
{
	struct level level[NEST_MAX] = { { .type = *whole } };
	struct stackanno_btf_member member;
	struct stackanno_btf_type type;
	u32 depth = 1, seen = 0, bytes, at;

	while (depth) {
		struct level *top = &level[depth - 1];

		if (stackanno_btf_member(btf, &top->type, top->next++, &member)) {
			depth--;
			continue;
		}
		if (++seen > MEMBERS_MAX)
			return false;
		if (member.bits)
			continue;
		if (stackanno_btf_strip(btf, member.type, &type))
			return false;
		bytes = scalar_bytes(btf, &type);
		at = top->at + member.bit / 8;
		if (is_compound(&type)) {
			if (depth == NEST_MAX)
				return false;
			level[depth++] = (struct level){ .type = type, .at = at };
		} else if (bytes && at % min_t(u32, bytes, WORD)) {
			return false;
		}
	}
	return true;
}

/* Registers that a type takes, when there are enough; 0: it goes to memory. */
static u32 registers_of(const struct stackanno_btf *btf, u32 id, u32 bytes)
{
	struct stackanno_btf_type type;

	if (bytes > BY_VALUE_MAX || stackanno_btf_strip(btf, id, &type) ||
	    (is_compound(&type) && !is_aligned(btf, &type)))
		return 0;
	return (bytes + WORD - 1) / WORD;
}

int stackanno_parameter_place(const struct stackanno_signature *signature, u32 index,
			      struct stackanno_parameter_place *place)
{
	const struct stackanno_btf_prototype *prototype = &signature->prototype;
	const struct stackanno_btf *btf = signature->btf;
	u32 bytes = stackanno_btf_size(btf, prototype->result);
	struct stackanno_btf_parameter parameter;
	/* The address of a result in memory takes the first. */
	u32 next = bytes && !registers_of(btf, prototype->result, bytes);
	u32 words = stackanno_arch_abi.arguments, i, taken;

	for (i = 0; i <= index; i++) {
		if (stackanno_btf_parameter(btf, prototype, i, &parameter))
			return -ENOENT;
		bytes = stackanno_btf_size(btf, parameter.type);
		/* One whose size is not known may be anywhere, and so may all behind it. */
		if (!bytes)
			return -EINVAL;
		taken = registers_of(btf, parameter.type, bytes);
		if (taken && next + taken <= stackanno_arch_abi.arguments) {
			*place = (struct stackanno_parameter_place){ next, taken };
			next += taken;
		} else {
			/* What is aligned to more than a word may lie further up. */
			if (bytes > WORD && bytes % BY_VALUE_MAX == 0 && (words & 1))
				return -EINVAL;
			taken = (bytes + WORD - 1) / WORD;
			*place = (struct stackanno_parameter_place){ words, taken };
			words += taken;
		}
	}
	return 0;
}
