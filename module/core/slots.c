// SPDX-License-Identifier: GPL-2.0-only
#include "slots.h"

#include "effect.h"

#define WORD 8
/* An object's address may be that of a member: so far below it is doubted. */
#define OBJECT_REACH 256
/* Below all offsets. */
#define LOWEST (-0x7fffffffffffffffLL)

/* Index of the first slot of @base at or above an offset. */
static u32 slot_index(const struct stackanno_flow_state *state, u32 base, s64 offset)
{
	u32 low = 0, high = state->slots, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (state->slot[middle].base < base ||
		    (state->slot[middle].base == base && state->slot[middle].offset < offset))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void remove_slots(struct stackanno_flow_state *state, u32 first, u32 end)
{
	if (first == end)
		return;
	memmove(&state->slot[first], &state->slot[end],
		(state->slots - end) * sizeof(state->slot[0]));
	state->slots -= end - first;
}

/* Nothing is known any more of what overlaps [offset, offset + bytes). */
void stackanno_slots_forget(struct stackanno_flow_state *state, u32 base, s64 offset, s64 bytes)
{
	u32 first = slot_index(state, base, offset - WORD + 1), end;

	/* No slot is larger than a word: few begin below and reach in. */
	while (first < state->slots && state->slot[first].base == base &&
	       (s64)state->slot[first].offset + state->slot[first].size <= offset)
		first++;
	for (end = first; end < state->slots && state->slot[end].base == base &&
	     state->slot[end].offset < offset + bytes; end++)
		;
	remove_slots(state, first, end);
}

void stackanno_slots_put(struct stackanno_flow *flow, u32 base, s32 offset, u32 size,
			 struct stackanno_value value, u32 flags)
{
	struct stackanno_flow_state *state = &flow->work;
	u32 i;

	stackanno_slots_forget(state, base, offset, size);
	if (state->slots == STACKANNO_FLOW_SLOTS) {
		flow->summary.slots_dropped++;
		return;
	}
	i = slot_index(state, base, offset);
	memmove(&state->slot[i + 1], &state->slot[i],
		(state->slots - i) * sizeof(state->slot[0]));
	state->slot[i] = (struct stackanno_flow_slot){
		.value = value, .offset = offset, .size = size, .flags = flags, .base = base,
		.writer = flow->at };
	state->slots++;
}

const struct stackanno_flow_slot *stackanno_flow_slot(const struct stackanno_flow_state *state,
						      u32 base, s32 offset)
{
	u32 i = slot_index(state, base, offset);

	return i < state->slots && state->slot[i].base == base &&
	       state->slot[i].offset == offset ? &state->slot[i] : NULL;
}

/* Somebody who has the escaped addresses may have written. */
void stackanno_slots_foreign_write(struct stackanno_flow_state *state)
{
	u32 i, kept = 0;

	if (state->escape.low[STACKANNO_BASE_CFA] == STACKANNO_EFFECT_NO_LOW &&
	    state->escape.low[STACKANNO_BASE_ALIGNED] == STACKANNO_EFFECT_NO_LOW)
		return;
	for (i = 0; i < state->slots; i++) {
		struct stackanno_flow_slot *slot = &state->slot[i];
		s64 low = state->escape.low[slot->base];

		if (low != STACKANNO_EFFECT_NO_LOW && (s64)slot->offset + OBJECT_REACH > low &&
		    !stackanno_effect_protects(slot)) {
			if ((s64)slot->offset + slot->size > low)
				continue;
			slot->value.soft = 1;
		}
		if (kept != i)
			state->slot[kept] = *slot;
		kept++;
	}
	state->slots = kept;
}

/* What lies below the stack pointer is nobody's. */
void stackanno_slots_drop_below(struct stackanno_flow_state *state, struct stackanno_value sp)
{
	u32 base = sp.kind == STACKANNO_VALUE_CFA ? STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED;

	if (!stackanno_value_in_frame(sp))
		return;
	remove_slots(state, slot_index(state, base, LOWEST),
		     slot_index(state, base, sp.offset));
	/* What was rounded lies below all that was not. */
	if (base == STACKANNO_BASE_CFA)
		remove_slots(state, slot_index(state, STACKANNO_BASE_ALIGNED, LOWEST),
			     state->slots);
}
