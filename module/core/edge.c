// SPDX-License-Identifier: GPL-2.0-only
#include "edge.h"

/* A jump may pass over a function's landing mark. */
#define ENTRY_BYTES 4
#define NOBODY 0xff

static int lift_at(struct stackanno_edge_search *search, u64 address)
{
	struct stackanno_insn insn;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len;

	if (!search->left)
		return -ETIME;
	search->left--;
	len = search->ops->read(search->ops, address, bytes, sizeof(bytes));
	if (!len || search->ops->decode(search->ops, bytes, len, &insn) || !insn.length)
		return -ENOENT;
	stackanno_arch_lift(&insn, address, search->ops->canary, &search->list);
	return 0;
}

static struct stackanno_edge_function *find(struct stackanno_edge_search *search, u64 address)
{
	u32 i;

	for (i = 0; i < search->functions; i++)
		if (address - search->function[i].begin < search->function[i].size)
			return &search->function[i];
	return NULL;
}

/* One more way to a function, from the @from-th. */
static void arrive(struct stackanno_edge_function *to, u32 from, u32 depth)
{
	/* Several jumps from one function to another are one way. */
	if (to->seen_by != from && to->depth == depth)
		to->several = true;
	to->seen_by = (u8)from;
}

static void reach(struct stackanno_edge_search *search, u32 from, u64 jump, u64 target)
{
	u32 depth = search->function[from].depth + 1;
	struct stackanno_edge_function *to = &search->goal;

	if (!to->depth) {
		to->depth = (u8)depth;
		to->from = (u8)from;
		to->jump = jump;
		to->seen_by = (u8)from;
		to->several = search->function[from].several;
		to->begin = target;
	} else {
		arrive(to, from, depth);
	}
}

static void visit(struct stackanno_edge_search *search, u32 from, u64 jump, u64 target)
{
	const struct stackanno_edge_function *before = &search->function[from];
	struct stackanno_edge_function *to = find(search, target);
	struct stackanno_extent extent;
	enum stackanno_edge_place place;
	u32 depth = before->depth + 1;

	if (to) {
		/* What a cold part jumps back to is the function's own. */
		if (target - to->begin <= ENTRY_BYTES)
			arrive(to, from, depth);
		return;
	}
	/* Each return of a kernel may be a jump to the one thunk. */
	if (target == search->returns)
		return;
	/* To ask what it is takes long, and there is no room for what is learned. */
	if (search->functions == STACKANNO_EDGE_FUNCTIONS) {
		search->open = true;
		return;
	}
	place = search->world->place(search->world, target, &extent);
	if (place == STACKANNO_PLACE_RETURN) {
		search->returns = target;
		return;
	}
	if (place == STACKANNO_PLACE_NOWHERE ||
	    (place == STACKANNO_PLACE_FUNCTION &&
	     (target - extent.begin > ENTRY_BYTES || depth >= STACKANNO_EDGE_HOPS))) {
		search->open = true;
		return;
	}
	search->function[search->functions++] = (struct stackanno_edge_function){
		.begin = extent.begin, .size = extent.size, .jump = jump, .from = (u8)from,
		/* A part is its function's, and no hop. */
		.depth = (u8)(place == STACKANNO_PLACE_PART ? before->depth : depth),
		.seen_by = (u8)from, .several = before->several };
}

/* Whether code may run on behind an instruction, out of the function. */
static bool goes_on(const struct stackanno_ir_list *list, bool before)
{
	switch (list->exit) {
	case STACKANNO_EXIT_NEXT:
		/* Padding. */
		return list->count || list->unknown ? true : before;
	case STACKANNO_EXIT_BRANCH:
		return true;
	case STACKANNO_EXIT_STOP:
		return before;
	default:
		/* At a function's end only what does not return is called. */
		return false;
	}
}

/* All code of a function, from its first byte to its last. */
static void pass(struct stackanno_edge_search *search, u32 index, u64 to)
{
	const struct stackanno_edge_function function = search->function[index];
	const struct stackanno_ir_list *list = &search->list;
	/* The first one's own beginning is a goal for others alone. */
	bool own = !function.depth && to - search->function[0].begin < search->function[0].size;
	bool on = true;
	u32 at;

	for (at = 0; at < function.size; at += list->length) {
		u64 address = function.begin + at;

		if (lift_at(search, address)) {
			search->open = true;
			return;
		}
		on = goes_on(list, on);
		if (list->exit != STACKANNO_EXIT_JUMP && list->exit != STACKANNO_EXIT_BRANCH)
			continue;
		if (!list->target)
			search->open = true;
		else if (list->target - to <= ENTRY_BYTES && !own)
			reach(search, index, address, to);
		else if (list->target - function.begin >= function.size)
			visit(search, index, address, list->target);
	}
	if (on)
		search->open = true;
}

/* From the goal back; parts are passed over. */
static void collect(struct stackanno_edge_search *search)
{
	const struct stackanno_edge_function *at = &search->goal;
	u32 i = search->goal.depth;

	search->hops = i;
	while (i) {
		u64 jump = at->jump;

		at = &search->function[at->from];
		while (at->from != NOBODY && search->function[at->from].depth == at->depth) {
			/* In the part, the jump is not the function's own. */
			at = &search->function[at->from];
		}
		search->hop[--i] = *at;
		search->hop[i].jump = jump;
	}
}

enum stackanno_edge_end stackanno_edge_find(struct stackanno_edge_search *search,
					    const struct stackanno_extent *from, u64 to)
{
	u32 i;

	memset(&search->goal, 0, sizeof(search->goal));
	search->left = STACKANNO_EDGE_INSTRUCTIONS;
	search->open = false;
	search->functions = 1;
	search->hops = 0;
	search->returns = 0;
	search->function[0] = (struct stackanno_edge_function){
		.begin = from->begin, .size = from->size, .from = NOBODY, .seen_by = NOBODY };
	/* Parts come behind functions that are further away. */
	for (i = 0; i < search->functions; i++)
		if (!search->goal.depth || search->function[i].depth < search->goal.depth)
			pass(search, i, to);
	if (!search->goal.depth)
		return search->open ? STACKANNO_EDGE_OPEN : STACKANNO_EDGE_CLOSED;
	collect(search);
	return search->goal.several ? STACKANNO_EDGE_AMBIGUOUS : STACKANNO_EDGE_UNIQUE;
}
