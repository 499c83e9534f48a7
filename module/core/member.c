// SPDX-License-Identifier: GPL-2.0-only
#include "member.h"

/* A type on the way, and which of its members comes next. */
struct level {
	u32 type;
	u32 offset;	/* of what is looked for, in it */
	u32 next;
};

struct search {
	const struct stackanno_btf *btf;
	struct level level[STACKANNO_MEMBER_STEPS + 1];
	u32 depth;
	u32 work;	/* that is left */
};

static bool has_members(const struct stackanno_btf_type *type)
{
	return type->kind == STACKANNO_BTF_STRUCT || type->kind == STACKANNO_BTF_UNION ||
	       type->kind == STACKANNO_BTF_ARRAY;
}

/* Whether the way may end here. */
static bool fits(const struct search *search, const struct level *level,
		 const struct stackanno_member_step *step, u32 size)
{
	struct stackanno_btf_type type;

	if (level->offset)
		return false;
	if (!size)
		return !step->name || step->name[0];
	return !stackanno_btf_strip(search->btf, level->type, &type) && !has_members(&type) &&
	       stackanno_btf_size(search->btf, level->type) == size;
}

/* An array that ends a struct may have no length: as many as there are, then. */
static bool reaches(const struct stackanno_btf *btf, u32 id, u32 offset, u32 size, bool last)
{
	u32 bytes = stackanno_btf_size(btf, id), element, count;
	struct stackanno_btf_type type;

	if (offset < bytes)
		return size <= bytes - offset;
	return last && !bytes && !stackanno_btf_strip(btf, id, &type) &&
	       !stackanno_btf_element(&type, &element, &count) && !count;
}

/* The next step from the level that was reached; false: there is none. */
static bool step_on(struct search *search, u32 size, struct stackanno_member_step *step)
{
	struct level *level = &search->level[search->depth], *below = level + 1;
	struct stackanno_btf_member member;
	struct stackanno_btf_type type;
	u32 element, count, bytes;

	if (stackanno_btf_strip(search->btf, level->type, &type))
		return false;
	if (!stackanno_btf_element(&type, &element, &count)) {
		bytes = stackanno_btf_size(search->btf, element);
		if (level->next++ || !bytes || (count && level->offset / bytes >= count))
			return false;
		*step = (struct stackanno_member_step){ .index = level->offset / bytes };
		*below = (struct level){ .type = element, .offset = level->offset % bytes };
		return true;
	}
	for (; search->work && !stackanno_btf_member(search->btf, &type, level->next, &member);
	     level->next++) {
		search->work--;
		if (member.bits || member.bit % 8 || member.bit / 8 > level->offset ||
		    !reaches(search->btf, member.type, level->offset - member.bit / 8, size,
			     level->next + 1 == type.vlen))
			continue;
		level->next++;
		*step = (struct stackanno_member_step){ .name = member.name };
		*below = (struct level){ .type = member.type,
					 .offset = level->offset - member.bit / 8 };
		return true;
	}
	return false;
}

int stackanno_member_find(const struct stackanno_btf *btf, u32 id, u32 offset, u32 size,
			  struct stackanno_member_path *path)
{
	struct search search = { .btf = btf, .work = STACKANNO_MEMBER_WORK,
				 .level[0] = { .type = id, .offset = offset } };

	while (search.work) {
		if (search.depth == STACKANNO_MEMBER_STEPS ||
		    !step_on(&search, size, &path->step[search.depth])) {
			if (!search.depth)
				break;
			search.depth--;
			search.work--;
			continue;
		}
		search.depth++;
		if (fits(&search, &search.level[search.depth], &path->step[search.depth - 1],
			 size)) {
			path->steps = search.depth;
			path->type = search.level[search.depth].type;
			return 0;
		}
	}
	return search.work ? -ENOENT : -E2BIG;
}

/* The next member of the level; one without a name is gone into, where it has members. */
static bool look_at(struct search *search, const char *name, struct stackanno_btf_member *member)
{
	struct level *level = &search->level[search->depth];
	struct stackanno_btf_type type;

	if (stackanno_btf_strip(search->btf, level->type, &type) ||
	    stackanno_btf_member(search->btf, &type, level->next, member)) {
		if (search->depth)
			search->depth--;
		else
			search->work = 1;
		return false;
	}
	level->next++;
	if (member->bits || member->bit % 8)
		return false;
	if (member->name[0])
		return !strcmp(member->name, name);
	if (search->depth < STACKANNO_MEMBER_STEPS)
		search->level[++search->depth] = (struct level){
			.type = member->type, .offset = level->offset + member->bit / 8 };
	return false;
}

int stackanno_member_named(const struct stackanno_btf *btf, u32 id, const char *name,
			   u32 *offset, u32 *type)
{
	struct search search = { .btf = btf, .work = STACKANNO_MEMBER_WORK,
				 .level[0] = { .type = id } };
	struct stackanno_btf_member member;

	for (; search.work; search.work--) {
		u32 base = search.level[search.depth].offset;

		if (!look_at(&search, name, &member))
			continue;
		*offset = base + member.bit / 8;
		*type = member.type;
		return 0;
	}
	return -ENOENT;
}

void stackanno_member_print(const struct stackanno_member_path *path, struct stackanno_text *text)
{
	bool any = false;
	u32 i;

	for (i = 0; i < path->steps; i++) {
		const struct stackanno_member_step *step = &path->step[i];

		if (!step->name) {
			stackanno_text_string(text, "[");
			stackanno_text_decimal(text, step->index, 0);
			stackanno_text_string(text, "]");
			any = true;
		} else if (step->name[0]) {
			if (any)
				stackanno_text_string(text, ".");
			stackanno_text_string(text, step->name);
			any = true;
		}
	}
}
