// SPDX-License-Identifier: GPL-2.0-only
#include "chain.h"

#include "arch.h"
#include "frame.h"

#define WORD 8
#define WHOLE 3
/* A jump may pass over a function's landing mark. */
#define ENTRY_BYTES 4
#define RESULT_POSITION_SHIFT 8

/* A frame, and what its code says at its ip. */
struct look {
	const struct stackanno_chain *chain;
	const struct stackanno_builder *builder;
	const struct stackanno_frame *frame;
	const struct stackanno_flow_state *state;
	u64 cfa;
	u64 base;	/* the rounded stack pointer; 0 */
	u32 evidence;	/* the best that may be said */
};

/* What a call gives, before it is made. */
struct given {
	struct stackanno_value value[STACKANNO_IR_ARGUMENTS];
	enum stackanno_chain_edge edge;
};

static const struct stackanno_known nothing;

void stackanno_chain_begin(struct stackanno_chain *chain)
{
	memset(chain->reg, 0, sizeof(chain->reg));
	chain->next = 0;
	chain->frames = 0;
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

static struct stackanno_known known(u64 value, u32 bytes, u32 evidence)
{
	return (struct stackanno_known){ .value = cut(value, bytes), .bytes = bytes,
					 .evidence = evidence };
}

/* The one that says more, or says it more surely. */
static void better(struct stackanno_known *best, struct stackanno_known other)
{
	if (other.bytes > best->bytes ||
	    (other.bytes == best->bytes && other.evidence < best->evidence))
		*best = other;
}

/* ---- registers ---- */

static void take_regs(struct stackanno_chain *chain, const struct stackanno_builder *builder,
		      const struct stackanno_frame *frame)
{
	const struct stackanno_regs *regs;
	u32 reg, field;

	memset(chain->reg, 0, sizeof(chain->reg));
	regs = stackanno_builder_entry(builder, STACKANNO_SECTION_REGS, frame->regs);
	if (!regs)
		return;
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++) {
		field = stackanno_arch_register_field(reg);
		if (regs->known >> field & 1)
			chain->reg[reg] = known(regs->value[field], WORD, frame->evidence);
	}
}

/* What a word that is labelled as a register's says of it. */
static struct stackanno_known saved_word(const struct stackanno_word *word)
{
	if (word->flags & STACKANNO_WORD_UNREADABLE)
		return nothing;
	return known(word->value, WORD, word->evidence);
}

/* A task that was switched out left registers in words of their own. */
static void take_switched(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			  u32 index)
{
	const struct stackanno_frame *block;
	const struct stackanno_word *word;
	u32 i, reg;

	memset(chain->reg, 0, sizeof(chain->reg));
	block = index ? stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index - 1) :
			NULL;
	if (!block || block->kind != STACKANNO_FRAME_ENTRY ||
	    block->entry != STACKANNO_ENTRY_SWITCH)
		return;
	for (i = 0; i < block->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       block->first_word + i);
		if (!word || word->role != STACKANNO_ROLE_SAVED)
			continue;
		for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
			if (stackanno_arch_register_field(reg) == word->arg)
				chain->reg[reg] = saved_word(word);
	}
}

/* ---- where a value is ---- */

static struct stackanno_known word_at(const struct look *look, u64 address, u32 bytes)
{
	const struct stackanno_word *word;
	u64 low = address & ~(u64)(WORD - 1);
	u32 slot;

	if (address + bytes > low + WORD ||
	    stackanno_frame_find(look->builder, low, &slot) == STACKANNO_NONE)
		return nothing;
	word = stackanno_builder_entry(look->builder, STACKANNO_SECTION_WORDS, slot);
	if (!word || word->flags & STACKANNO_WORD_UNREADABLE)
		return nothing;
	/* A store that was not seen may have changed all but what a prologue saves. */
	return known(word->value >> (8 * (address - low)), bytes,
		     max_t(u32, word->role == STACKANNO_ROLE_SAVED ? word->evidence :
			   STACKANNO_EVIDENCE_LIKELY, look->evidence));
}

/*
 * @at and @wanted are of one kind and id, x: @at is the low bytes of x and a number,
 * and @held what the run had there.
 */
static struct stackanno_known derive(struct stackanno_value at, struct stackanno_known held,
				     struct stackanno_value wanted)
{
	u32 have = min((u32)held.bytes, 1U << at.width), want = 1U << wanted.width;
	u64 value = held.value - (u64)(s64)at.offset + (u64)(s64)wanted.offset;

	if (!have)
		return nothing;
	if (at.soft)
		held.evidence = max_t(u32, held.evidence, STACKANNO_EVIDENCE_LIKELY);
	if (have < want)
		return known(value, have, held.evidence);
	return known(extend(value, want, wanted.sext), WORD, held.evidence);
}

static bool is_of(struct stackanno_value a, struct stackanno_value b)
{
	return a.kind == b.kind && a.id == b.id;
}

static u64 slot_address(const struct look *look, const struct stackanno_flow_slot *slot)
{
	u64 from = slot->base == STACKANNO_BASE_CFA ? look->cfa : look->base;

	return from ? from + (u64)(s64)slot->offset : 0;
}

/* What the run had for a value: wherever the code keeps the same. */
static struct stackanno_known find(const struct look *look, struct stackanno_value wanted)
{
	const struct stackanno_flow_slot *slot;
	struct stackanno_known best = nothing, held;
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++) {
		if (!is_of(look->state->reg[i], wanted))
			continue;
		held = look->chain->reg[i];
		held.evidence = max_t(u32, held.evidence, look->evidence);
		better(&best, derive(look->state->reg[i], held, wanted));
	}
	for (i = 0; i < look->state->slots; i++) {
		slot = &look->state->slot[i];
		if (is_of(slot->value, wanted) && slot_address(look, slot))
			better(&best, derive(slot->value, word_at(look, slot_address(look, slot),
								  slot->size), wanted));
	}
	return best;
}

static struct stackanno_known by_fact(const struct look *look, u32 reg)
{
	bool half;
	s32 value;

	if (!stackanno_flow_fact(look->state, reg, &value, &half))
		return nothing;
	return known((u64)(s64)value, half ? WORD / 2 : WORD, look->evidence);
}

/* What the function itself knows of a register's entry value. */
static struct stackanno_known own_value(const struct look *look, u32 reg)
{
	struct stackanno_known best = by_fact(look, reg);

	better(&best, find(look, stackanno_value_make(STACKANNO_VALUE_ENTRY, reg, 0)));
	return best;
}

/* A value of the caller's, without its own caller's help. */
static struct stackanno_known evaluate(const struct look *look, struct stackanno_value value)
{
	struct stackanno_value at = stackanno_value_make(value.kind, value.id, 0);
	struct stackanno_known best, held;

	switch (value.kind) {
	case STACKANNO_VALUE_UNKNOWN:
	case STACKANNO_VALUE_CANARY:
	case STACKANNO_VALUE_RETURN:
		return nothing;
	case STACKANNO_VALUE_CONST:
		return known(value.width == WHOLE ? (u64)(s64)value.offset :
						    (u64)(u32)value.offset, WORD, look->evidence);
	case STACKANNO_VALUE_CFA:
		return value.width == WHOLE ? known(look->cfa + (u64)(s64)value.offset, WORD,
						    look->evidence) : nothing;
	case STACKANNO_VALUE_ALIGNED:
		return value.width == WHOLE && look->base ?
			known(look->base + (u64)(s64)value.offset, WORD, look->evidence) : nothing;
	}
	best = find(look, value);
	held = nothing;
	if (value.kind == STACKANNO_VALUE_ENTRY)
		held = by_fact(look, value.id);
	else if (value.kind == STACKANNO_VALUE_PASSED &&
		 stackanno_flow_passed(look->state, value.id))
		held = word_at(look, look->cfa + (u64)value.id * WORD, WORD);
	better(&best, derive(at, held, value));
	if (value.soft && best.bytes)
		best.evidence = max_t(u32, best.evidence, STACKANNO_EVIDENCE_LIKELY);
	return best;
}

/* ---- calls ---- */

static int argument_of(u32 reg)
{
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		if (stackanno_arch_abi.argument[i] == reg)
			return (int)i;
	return -1;
}

static enum stackanno_chain_edge edge_of(const struct stackanno_ir_list *call, u64 function,
					 struct stackanno_chain_ops *ops)
{
	if (!call->target)
		return STACKANNO_EDGE_POINTER;
	if (function && call->target - function <= ENTRY_BYTES)
		return STACKANNO_EDGE_DIRECT;
	return ops->thunk(ops, call->target) ? STACKANNO_EDGE_POINTER : STACKANNO_EDGE_OTHER;
}

/* Return: whether what the callee was given can be told at all. */
static bool take_given(struct stackanno_flow *flow, u64 ip, u64 function,
		       struct stackanno_chain_ops *ops, struct given *given)
{
	const struct stackanno_flow_state *state;
	u32 i, position;
	u64 call;

	state = stackanno_flow_calling(flow, ip, &call);
	if (!state)
		return false;
	given->edge = edge_of(&flow->list, function, ops);
	position = flow->at;
	for (i = 0; i < stackanno_arch_abi.arguments; i++) {
		given->value[i] = state->reg[stackanno_arch_abi.argument[i]];
		/* A result of the call itself, the last time round, has a new owner by now. */
		if (given->value[i].kind == STACKANNO_VALUE_RESULT &&
		    (u32)(given->value[i].id >> RESULT_POSITION_SHIFT) == position)
			given->value[i].kind = STACKANNO_VALUE_UNKNOWN;
	}
	return given->edge != STACKANNO_EDGE_OTHER;
}

static u32 weaken(enum stackanno_chain_edge edge, u32 evidence)
{
	return edge == STACKANNO_EDGE_DIRECT ? evidence :
					       max_t(u32, evidence, STACKANNO_EVIDENCE_LIKELY);
}

/* What the frame before was given, in what is known of this one. */
static void give(const struct look *look, const struct given *given,
		 struct stackanno_chain_frame *inner, struct stackanno_chain_frame *outer)
{
	struct stackanno_chain_argument *argument;
	struct stackanno_value value;
	struct stackanno_known back;
	int from;
	u32 i;

	inner->adjoins = true;
	for (i = 0; i < stackanno_arch_abi.arguments; i++) {
		argument = &inner->argument[i];
		value = given->value[i];
		argument->caller = evaluate(look, value);
		argument->caller.evidence = weaken(given->edge, argument->caller.evidence);
		if (value.kind != STACKANNO_VALUE_ENTRY)
			continue;
		from = argument_of(value.id);
		if (from < 0)
			continue;
		argument->link = value;
		argument->link.id = (u32)from;
		argument->link_evidence = weaken(given->edge, look->evidence);
		/* And the other way round: what the callee kept, the caller had. */
		back = argument->own;
		better(&back, argument->callee);
		back = derive(value, back, stackanno_value_make(value.kind, value.id, 0));
		back.evidence = max_t(u32, back.evidence, argument->link_evidence);
		better(&outer->argument[from].callee, back);
	}
}

/* From what a frame's registers held to what its caller's did. */
static void pass_registers(struct stackanno_chain *chain, const struct look *look)
{
	struct stackanno_known reg[STACKANNO_IR_REGS] = { 0 };
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (stackanno_arch_abi.saved >> i & 1 && i != stackanno_arch_abi.sp)
			reg[i] = find(look, stackanno_value_make(STACKANNO_VALUE_ENTRY, i, 0));
	memcpy(chain->reg, reg, sizeof(reg));
}

static void begin_frame(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			const struct stackanno_frame *frame, u32 index)
{
	if (frame->flags & STACKANNO_FRAME_INTERRUPTED)
		take_regs(chain, builder, frame);
	else if (!chain->next || chain->next != index)
		take_switched(chain, builder, index);
}

void stackanno_chain_frame(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			   u32 index, struct stackanno_flow *flow, enum stackanno_fit fit,
			   struct stackanno_chain_ops *ops)
{
	struct look look = { .chain = chain, .builder = builder };
	struct stackanno_chain_frame *inner = NULL, *outer;
	struct given given;
	bool returning;
	u32 i;

	look.frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	look.cfa = look.frame ? stackanno_role_cfa(builder, look.frame) : 0;
	if (!look.cfa || fit == STACKANNO_FIT_NO_STATE || fit == STACKANNO_FIT_DIFFERS ||
	    chain->frames == STACKANNO_CHAIN_FRAMES)
		return;
	returning = !(look.frame->flags & STACKANNO_FRAME_INTERRUPTED);
	begin_frame(chain, builder, look.frame, index);
	if (returning && chain->frames && chain->next == index)
		inner = &chain->frame[chain->frames - 1];
	if (inner && !take_given(flow, look.frame->ip, inner->function, ops, &given))
		inner = NULL;
	look.state = stackanno_flow_at(flow, look.frame->ip, returning);
	if (!look.state)
		return;
	look.base = stackanno_role_base(flow, look.state, look.cfa);
	look.evidence = stackanno_role_evidence(builder, look.frame, flow, fit);
	outer = &chain->frame[chain->frames++];
	memset(outer, 0, sizeof(*outer));
	outer->index = index;
	outer->function = flow->part[0].begin;
	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		outer->argument[i].own = own_value(&look, stackanno_arch_abi.argument[i]);
	if (inner)
		give(&look, &given, inner, outer);
	pass_registers(chain, &look);
	chain->next = index + 1;
}

/* A caller's argument, by itself or by its own caller; never by its callee. */
static struct stackanno_known from_above(const struct stackanno_chain_argument *argument)
{
	struct stackanno_known best = argument->own;

	better(&best, argument->caller);
	return best;
}

void stackanno_chain_settle(struct stackanno_chain *chain)
{
	struct stackanno_chain_argument *argument;
	struct stackanno_known above;
	u32 i, n;

	/* From the outermost in, so that each caller's are settled before. */
	for (n = chain->frames; n-- > 0;) {
		if (!chain->frame[n].adjoins || n + 1 == chain->frames)
			continue;
		for (i = 0; i < stackanno_arch_abi.arguments; i++) {
			argument = &chain->frame[n].argument[i];
			if (argument->link.kind != STACKANNO_VALUE_ENTRY)
				continue;
			above = from_above(&chain->frame[n + 1].argument[argument->link.id]);
			above = derive(stackanno_value_make(STACKANNO_VALUE_ENTRY,
							    argument->link.id, 0), above,
				       argument->link);
			above.evidence = max_t(u32, above.evidence, argument->link_evidence);
			better(&argument->caller, above);
		}
	}
}
