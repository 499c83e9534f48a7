// SPDX-License-Identifier: GPL-2.0-only
#include "look.h"

#include "frame.h"

#define WORD 8
#define WHOLE 3

static const struct stackanno_known nothing;

u32 stackanno_look_word(const struct stackanno_builder *builder, u64 address)
{
	u32 slot;

	return stackanno_frame_find(builder, address, &slot) != STACKANNO_NONE ? slot :
										 STACKANNO_NONE;
}

static u64 cut(u64 value, u32 bytes)
{
	return bytes >= WORD ? value : value & ((1ULL << (8 * bytes)) - 1);
}

static u64 extend(u64 value, u32 bytes, bool sign)
{
	value = cut(value, bytes);
	if (sign && bytes < WORD && value >> (8 * bytes - 1) & 1)
		value |= ~0ULL << (8 * bytes);
	return value;
}

struct stackanno_known stackanno_known_make(u64 value, u32 bytes, u32 source)
{
	return (struct stackanno_known){ .value = cut(value, bytes), .bytes = bytes,
					 .source = source,
					 .evidence = STACKANNO_EVIDENCE_CERTAIN };
}

struct stackanno_known stackanno_known_doubt(struct stackanno_known known, u32 evidence,
					     u32 doubts)
{
	if (evidence > STACKANNO_EVIDENCE_CERTAIN) {
		known.evidence = max_t(u32, known.evidence, evidence);
		known.doubts |= doubts;
	}
	return known;
}

/* As far as the frame itself can be believed. */
static struct stackanno_known by_frame(const struct stackanno_look *look,
				       struct stackanno_known known)
{
	return stackanno_known_doubt(known, look->evidence, STACKANNO_DOUBT_FRAME);
}

struct stackanno_known stackanno_look_code(const struct stackanno_look *look, u64 value)
{
	return by_frame(look, stackanno_known_make(value, WORD, STACKANNO_NONE));
}

void stackanno_known_better(struct stackanno_known *best, struct stackanno_known other)
{
	if (other.bytes > best->bytes ||
	    (other.bytes == best->bytes && other.evidence < best->evidence))
		*best = other;
}

static struct stackanno_known word_at(const struct stackanno_look *look, u64 address,
				      u32 bytes)
{
	u64 low = address & ~(u64)(WORD - 1);
	u32 slot = stackanno_look_word(look->builder, low);
	const struct stackanno_word *word;

	word = stackanno_builder_entry(look->builder, STACKANNO_SECTION_WORDS, slot);
	if (!word || word->flags & STACKANNO_WORD_UNREADABLE || address + bytes > low + WORD)
		return nothing;
	return by_frame(look, stackanno_known_make(word->value >> (8 * (address - low)), bytes,
						   slot));
}

struct stackanno_known stackanno_known_derive(struct stackanno_value at,
					      struct stackanno_known held,
					      struct stackanno_value wanted)
{
	u32 have = min_t(u32, held.bytes, 1U << at.width), want = 1U << wanted.width;
	u64 value = held.value - (u64)(s64)at.offset + (u64)(s64)wanted.offset;

	if (!have)
		return nothing;
	if (at.soft || wanted.soft)
		held = stackanno_known_doubt(held, STACKANNO_EVIDENCE_LIKELY,
					     STACKANNO_DOUBT_OBJECT);
	held.bytes = have < want ? have : WORD;
	held.value = have < want ? cut(value, have) : extend(value, want, wanted.sext);
	return held;
}

static u64 slot_address(const struct stackanno_look *look, const struct stackanno_flow_slot *slot)
{
	u64 from = slot->base == STACKANNO_BASE_CFA ? look->cfa : look->base;

	return from ? from + (u64)(s64)slot->offset : 0;
}

struct stackanno_known stackanno_look_slot(const struct stackanno_look *look,
					   const struct stackanno_flow_slot *slot)
{
	u64 address = slot_address(look, slot);

	return address ? word_at(look, address, slot->size) : nothing;
}

struct stackanno_known stackanno_look_find(const struct stackanno_look *look,
					   struct stackanno_value wanted)
{
	const struct stackanno_flow_slot *slot;
	struct stackanno_known best = nothing, held;
	struct stackanno_value at;
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++) {
		at = look->state->reg[i];
		if (!stackanno_look_is_of(at, wanted))
			continue;
		held = by_frame(look, look->reg[i]);
		stackanno_known_better(&best, stackanno_known_derive(at, held, wanted));
	}
	for (i = 0; i < look->state->slots; i++) {
		slot = &look->state->slot[i];
		if (!stackanno_look_is_of(slot->value, wanted))
			continue;
		held = stackanno_look_slot(look, slot);
		stackanno_known_better(&best, stackanno_known_derive(slot->value, held, wanted));
	}
	return best;
}

/* What branches that were taken, or the words above the return address, tell of it. */
static struct stackanno_known find_entry(const struct stackanno_look *look,
					 struct stackanno_value value)
{
	struct stackanno_known held;
	bool half;
	s32 fact;

	if (value.kind == STACKANNO_VALUE_PASSED)
		return stackanno_flow_passed(look->state, value.id) ?
			word_at(look, look->cfa + (u64)value.id * WORD, WORD) : nothing;
	if (value.kind != STACKANNO_VALUE_ENTRY ||
	    !stackanno_flow_fact(look->state, value.id, &fact, &half))
		return nothing;
	held = stackanno_look_code(look, (u64)(s64)fact);
	if (half)
		held.bytes = WORD / 2;
	held.value = cut(held.value, held.bytes);
	return held;
}

struct stackanno_known stackanno_look_fixed(const struct stackanno_look *look,
					    struct stackanno_value value)
{
	u64 offset = (u64)(s64)value.offset;

	switch (value.kind) {
	case STACKANNO_VALUE_CONST:
		return stackanno_look_code(look, value.width == WHOLE ? offset : (u32)offset);
	case STACKANNO_VALUE_CFA:
		return value.width == WHOLE ? stackanno_look_code(look, look->cfa + offset) :
					      nothing;
	case STACKANNO_VALUE_ALIGNED:
		return value.width == WHOLE && look->base ?
			stackanno_look_code(look, look->base + offset) : nothing;
	default:
		return nothing;
	}
}

struct stackanno_known stackanno_look_evaluate(const struct stackanno_look *look,
					       struct stackanno_value value)
{
	struct stackanno_value whole = stackanno_value_make(value.kind, value.id, 0);
	struct stackanno_known best;

	switch (value.kind) {
	case STACKANNO_VALUE_ENTRY:
	case STACKANNO_VALUE_PASSED:
	case STACKANNO_VALUE_RESULT:
	case STACKANNO_VALUE_JOIN:
		best = stackanno_look_find(look, value);
		stackanno_known_better(&best, stackanno_known_derive(whole, find_entry(look, value),
								     value));
		return best;
	default:
		return stackanno_look_fixed(look, value);
	}
}

/* A canary that was written over: so may be all that lies above it. */
static bool is_overrun(const struct stackanno_look *look)
{
	const struct stackanno_word *word;
	u32 i;

	for (i = 0; i < look->frame->word_count; i++) {
		word = stackanno_builder_entry(look->builder, STACKANNO_SECTION_WORDS,
					       look->frame->first_word + i);
		if (word && word->role == STACKANNO_ROLE_CANARY &&
		    word->flags & STACKANNO_WORD_SUSPECT)
			return true;
	}
	return false;
}

void stackanno_look_begin(struct stackanno_look *look, const struct stackanno_builder *builder,
			  const struct stackanno_frame *frame, const struct stackanno_flow *flow,
			  const struct stackanno_flow_state *state, enum stackanno_fit fit)
{
	memset(look, 0, sizeof(*look));
	look->builder = builder;
	look->frame = frame;
	look->state = state;
	look->cfa = stackanno_role_cfa(builder, frame);
	look->base = stackanno_role_base(flow, state, look->cfa);
	look->evidence = stackanno_role_evidence(builder, frame, flow, fit);
	if (is_overrun(look))
		look->evidence = max_t(u32, look->evidence, STACKANNO_EVIDENCE_LIKELY);
}
