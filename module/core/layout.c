// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"

/* How deep unnamed structs and unions lie in one another: 6.12's struct slab has seven. */
#define DEPTH 10
/* Members looked at for one name; the kernel's largest structs have some hundreds. */
#define WORK 4096

struct search {
	const struct stackanno_btf *btf;
	const char *name;
	u32 work;
};

static bool is_struct(u32 kind)
{
	return kind == STACKANNO_BTF_STRUCT || kind == STACKANNO_BTF_UNION;
}

static void take(const struct search *search, const struct stackanno_btf_member *member, u32 bit,
		 struct stackanno_layout_member *found)
{
	struct stackanno_btf_type type;
	u32 size = stackanno_btf_size(search->btf, member->type);

	/* An array's of no elements and an empty struct's size is 0, and so is that of what is unknown. */
	if (!size && (stackanno_btf_strip(search->btf, member->type, &type) ||
		      (type.kind != STACKANNO_BTF_ARRAY && !is_struct(type.kind))))
		return;
	if (found->size && (member->bits || size != found->size))
		return;
	found->offset = bit / 8;
	found->shift = bit % 8;
	found->bits = member->bits;
	found->found = true;
}

/*
 * The way down into unnamed structs and unions, without recursion: each level
 * keeps which member of it comes next.
 */
static void find_member(struct search *search, const struct stackanno_btf_type *type,
			struct stackanno_layout_member *found)
{
	struct stackanno_btf_type stack[DEPTH] = { *type }, inner;
	u32 next[DEPTH] = { 0 }, base[DEPTH] = { 0 }, depth = 1;
	struct stackanno_btf_member member;

	while (depth && search->work++ < WORK) {
		u32 at = depth - 1;

		if (stackanno_btf_member(search->btf, &stack[at], next[at]++, &member)) {
			depth--;
			continue;
		}
		if (!strcmp(member.name, search->name)) {
			take(search, &member, base[at] + member.bit, found);
			return;
		}
		if (member.name[0] || depth == DEPTH ||
		    stackanno_btf_strip(search->btf, member.type, &inner) || !is_struct(inner.kind))
			continue;
		stack[depth] = inner;
		next[depth] = 0;
		base[depth] = base[at] + member.bit;
		depth++;
	}
}

static bool is_alike(const struct stackanno_layout_member *a,
		     const struct stackanno_layout_member *b)
{
	return a->found == b->found && a->offset == b->offset && a->shift == b->shift &&
	       a->bits == b->bits;
}

static void take_struct(const struct stackanno_btf *btf, const struct stackanno_btf_type *type,
			struct stackanno_layout_member *wanted)
{
	struct stackanno_layout_member found = { .type = wanted->type, .name = wanted->name,
						 .size = wanted->size };
	struct search search = { .btf = btf, .name = wanted->name };

	find_member(&search, type, &found);
	found.seen = wanted->seen + 1;
	if (wanted->seen && !is_alike(&found, wanted))
		found.found = false;
	/* Once two differ, a third that is like one of them proves nothing. */
	if (wanted->seen > 1 && !wanted->found)
		found.found = false;
	*wanted = found;
}

void stackanno_layout_members(const struct stackanno_btf *btf,
			      struct stackanno_layout_member *members, u32 count)
{
	struct stackanno_btf_type type;
	u32 id, i;

	for (i = 0; i < count; i++) {
		members[i].found = false;
		members[i].seen = 0;
		for (id = 0; (id = stackanno_btf_declared(btf, members[i].type, id));)
			if (!stackanno_btf_type(btf, id, &type) &&
			    type.kind == STACKANNO_BTF_STRUCT)
				take_struct(btf, &type, &members[i]);
	}
}

static void take_constants(const struct stackanno_btf *btf, const struct stackanno_btf_type *type,
			   struct stackanno_layout_constant *constants, u32 count)
{
	struct stackanno_btf_enumerator enumerator;
	u32 i, k;

	for (i = 0; !stackanno_btf_enumerator(btf, type, i, &enumerator); i++) {
		for (k = 0; k < count; k++) {
			if (strcmp(enumerator.name, constants[k].name))
				continue;
			constants[k].value = enumerator.value;
			constants[k].found = true;
		}
	}
}

void stackanno_layout_constants(const struct stackanno_btf *btf, const char *name,
				struct stackanno_layout_constant *constants, u32 count)
{
	struct stackanno_btf_type type;
	bool seen = false;
	u32 id, k;

	for (k = 0; k < count; k++)
		constants[k].found = false;
	for (id = 0; (id = stackanno_btf_declared(btf, name, id));) {
		if (stackanno_btf_type(btf, id, &type) || type.kind == STACKANNO_BTF_STRUCT ||
		    !type.vlen)
			continue;
		if (!seen)
			take_constants(btf, &type, constants, count);
		/* Which of two would be the kernel's is not known. */
		for (k = 0; seen && k < count; k++)
			constants[k].found = false;
		seen = true;
	}
}

u32 stackanno_layout_size(const struct stackanno_btf *btf, const char *name)
{
	struct stackanno_btf_type type;
	u32 id, size = 0;

	for (id = 0; (id = stackanno_btf_declared(btf, name, id));) {
		if (stackanno_btf_type(btf, id, &type) || type.kind != STACKANNO_BTF_STRUCT)
			continue;
		if (size && size != type.size)
			return 0;
		size = type.size;
	}
	return size;
}

int stackanno_layout_read(const struct stackanno_source *memory, u64 base,
			  const struct stackanno_layout_member *member, u64 *value)
{
	u32 bytes = member->bits ? (member->shift + member->bits + 7U) / 8 : member->size;

	if (!member->found || !bytes || bytes > sizeof(*value))
		return -EINVAL;
	*value = 0;
	if (memory->read(memory, base + member->offset, value, bytes))
		return -EFAULT;
	if (member->bits)
		*value = *value >> member->shift & ((1ULL << member->bits) - 1);
	return 0;
}
