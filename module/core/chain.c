// SPDX-License-Identifier: GPL-2.0-only
#include "chain.h"

#include "arch.h"
#include "effect.h"
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
	struct stackanno_value value[STACKANNO_CHAIN_ARGUMENTS];
	enum stackanno_chain_edge edge;
};

static const struct stackanno_known nothing;

void stackanno_chain_begin(struct stackanno_chain *chain)
{
	memset(chain->reg, 0, sizeof(chain->reg));
	chain->next = 0;
	chain->frames = 0;
	chain->left_out = 0;
}

/* ---- what is known, and how well ---- */

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

static struct stackanno_known known(u64 value, u32 bytes, u32 source)
{
	return (struct stackanno_known){ .value = cut(value, bytes), .bytes = bytes,
					 .source = source,
					 .evidence = STACKANNO_EVIDENCE_CERTAIN };
}

static struct stackanno_known doubt(struct stackanno_known known, u32 evidence, u32 doubts)
{
	if (evidence > STACKANNO_EVIDENCE_CERTAIN) {
		known.evidence = max_t(u32, known.evidence, evidence);
		known.doubts |= doubts;
	}
	return known;
}

/* As far as the frame itself can be believed. */
static struct stackanno_known by_frame(const struct look *look, struct stackanno_known known)
{
	return doubt(known, look->evidence, STACKANNO_DOUBT_FRAME);
}

/* Something that code alone says, in a frame that is where it is said to be. */
static struct stackanno_known by_code(const struct look *look, u64 value)
{
	return by_frame(look, known(value, WORD, STACKANNO_NONE));
}

/* The one that says more, or says it more surely. */
static void better(struct stackanno_known *best, struct stackanno_known other)
{
	if (other.bytes > best->bytes ||
	    (other.bytes == best->bytes && other.evidence < best->evidence))
		*best = other;
}

/* ---- registers ---- */

static u32 find_word(const struct stackanno_builder *builder, u64 address)
{
	u32 slot;

	return stackanno_frame_find(builder, address, &slot) == STACKANNO_NONE ? STACKANNO_NONE :
										 slot;
}

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
			chain->reg[reg] = doubt(known(regs->value[field], WORD,
						      find_word(builder, regs->address +
								field * WORD)),
						frame->evidence, STACKANNO_DOUBT_FRAME);
	}
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
	for (i = block->first_word; i < block->first_word + block->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i);
		if (!word || word->role != STACKANNO_ROLE_SAVED ||
		    word->flags & STACKANNO_WORD_UNREADABLE)
			continue;
		for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
			if (stackanno_arch_register_field(reg) == word->arg)
				chain->reg[reg] = doubt(known(word->value, WORD, i),
							word->evidence, STACKANNO_DOUBT_FRAME);
	}
}

/* ---- where a value is ---- */

static struct stackanno_known word_at(const struct look *look, u64 address, u32 bytes)
{
	u64 low = address & ~(u64)(WORD - 1);
	u32 slot = find_word(look->builder, low);
	const struct stackanno_word *word;

	word = stackanno_builder_entry(look->builder, STACKANNO_SECTION_WORDS, slot);
	if (!word || word->flags & STACKANNO_WORD_UNREADABLE || address + bytes > low + WORD)
		return nothing;
	return by_frame(look, known(word->value >> (8 * (address - low)), bytes, slot));
}

/*
 * @at and @wanted are of one kind and id, x: @at is the low bytes of x and a number,
 * and @held what the run had there.
 */
static struct stackanno_known derive(struct stackanno_value at, struct stackanno_known held,
				     struct stackanno_value wanted)
{
	u32 have = min_t(u32, held.bytes, 1U << at.width), want = 1U << wanted.width;
	u64 value = held.value - (u64)(s64)at.offset + (u64)(s64)wanted.offset;

	if (!have)
		return nothing;
	if (at.soft || wanted.soft)
		held = doubt(held, STACKANNO_EVIDENCE_LIKELY, STACKANNO_DOUBT_OBJECT);
	held.bytes = have < want ? have : WORD;
	held.value = have < want ? cut(value, have) : extend(value, want, wanted.sext);
	return held;
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

static struct stackanno_known in_slot(const struct look *look,
				      const struct stackanno_flow_slot *slot)
{
	u64 address = slot_address(look, slot);

	return address ? word_at(look, address, slot->size) : nothing;
}

/* What the run had for a value: wherever the code keeps the same. */
static struct stackanno_known find(const struct look *look, struct stackanno_value wanted)
{
	const struct stackanno_flow_slot *slot;
	struct stackanno_known best = nothing;
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (is_of(look->state->reg[i], wanted))
			better(&best, derive(look->state->reg[i],
					     by_frame(look, look->chain->reg[i]), wanted));
	for (i = 0; i < look->state->slots; i++) {
		slot = &look->state->slot[i];
		if (is_of(slot->value, wanted))
			better(&best, derive(slot->value, in_slot(look, slot), wanted));
	}
	return best;
}

/* What branches that were taken, or the words above the return address, tell of it. */
static struct stackanno_known find_entry(const struct look *look, struct stackanno_value value)
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
	held = by_code(look, (u64)(s64)fact);
	if (half)
		held.bytes = WORD / 2;
	held.value = cut(held.value, held.bytes);
	return held;
}

/* A value of the frame's, as far as the frame itself tells it. */
static struct stackanno_known evaluate(const struct look *look, struct stackanno_value value)
{
	struct stackanno_value at = stackanno_value_make(value.kind, value.id, 0);
	struct stackanno_known best;

	switch (value.kind) {
	case STACKANNO_VALUE_UNKNOWN:
	case STACKANNO_VALUE_CANARY:
	case STACKANNO_VALUE_RETURN:
		return nothing;
	case STACKANNO_VALUE_CONST:
		return by_code(look, value.width == WHOLE ? (u64)(s64)value.offset :
							    (u64)(u32)value.offset);
	case STACKANNO_VALUE_CFA:
		return value.width == WHOLE ? by_code(look, look->cfa + (u64)(s64)value.offset) :
					      nothing;
	case STACKANNO_VALUE_ALIGNED:
		return value.width == WHOLE && look->base ?
			by_code(look, look->base + (u64)(s64)value.offset) : nothing;
	default:
		break;
	}
	best = find(look, value);
	better(&best, derive(at, find_entry(look, value), value));
	return best;
}

/* ---- arguments by number ---- */

static struct stackanno_value argument_value(u32 number)
{
	if (number < stackanno_arch_abi.arguments)
		return stackanno_value_make(STACKANNO_VALUE_ENTRY,
					    stackanno_arch_abi.argument[number], 0);
	return stackanno_value_make(STACKANNO_VALUE_PASSED,
				    number - stackanno_arch_abi.arguments, 0);
}

/* Return: the number of the argument that a value is made of; -1: of none. */
static int argument_of(struct stackanno_value value)
{
	u32 i;

	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++)
		if (is_of(value, argument_value(i)))
			return (int)i;
	return -1;
}

/* ---- calls ---- */

static enum stackanno_chain_edge edge_of(const struct stackanno_ir_list *call, u64 function,
					 struct stackanno_chain_ops *ops)
{
	if (!call->target)
		return STACKANNO_EDGE_POINTER;
	if (function && call->target - function <= ENTRY_BYTES)
		return STACKANNO_EDGE_DIRECT;
	return ops->thunk(ops, call->target) ? STACKANNO_EDGE_POINTER : STACKANNO_EDGE_OTHER;
}

/* What lies above the return address that the call is about to push. */
static struct stackanno_value outgoing(const struct stackanno_flow_state *state, u32 word)
{
	struct stackanno_value sp = state->reg[stackanno_arch_abi.sp];
	const struct stackanno_flow_slot *slot = NULL;

	if (stackanno_value_in_frame(sp))
		slot = stackanno_flow_slot(state, sp.kind == STACKANNO_VALUE_CFA ?
					   STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED,
					   sp.offset + (s32)word * WORD);
	/* What a prologue saves is for nobody else. */
	if (!slot || slot->size != WORD || stackanno_effect_protects(slot->value))
		return (struct stackanno_value){ .kind = STACKANNO_VALUE_UNKNOWN };
	return slot->value;
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
	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++) {
		given->value[i] = i < stackanno_arch_abi.arguments ?
			state->reg[stackanno_arch_abi.argument[i]] :
			outgoing(state, i - stackanno_arch_abi.arguments);
		/* A result of the call itself, the last time round, has a new owner by now. */
		if (given->value[i].kind == STACKANNO_VALUE_RESULT &&
		    (u32)(given->value[i].id >> RESULT_POSITION_SHIFT) == position)
			given->value[i].kind = STACKANNO_VALUE_UNKNOWN;
	}
	return given->edge != STACKANNO_EDGE_OTHER;
}

static u32 edge_evidence(enum stackanno_chain_edge edge)
{
	return edge == STACKANNO_EDGE_DIRECT ? STACKANNO_EVIDENCE_CERTAIN :
					       STACKANNO_EVIDENCE_LIKELY;
}

static struct stackanno_known by_link(const struct stackanno_chain_argument *argument,
				      struct stackanno_known known)
{
	return doubt(known, argument->link_evidence, argument->link_doubts);
}

/* What the frame before was given, in what is known of this one. */
static void give(const struct look *look, const struct given *given,
		 struct stackanno_chain_frame *inner, struct stackanno_chain_frame *outer)
{
	struct stackanno_known link = by_code(look, 0), back;
	struct stackanno_chain_argument *argument;
	struct stackanno_value value;
	int from;
	u32 i;

	link = doubt(link, edge_evidence(given->edge), STACKANNO_DOUBT_CALL);
	inner->adjoins = true;
	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++) {
		argument = &inner->argument[i];
		value = given->value[i];
		argument->link_evidence = link.evidence;
		argument->link_doubts = link.doubts;
		argument->caller = by_link(argument, evaluate(look, value));
		from = argument_of(value);
		if (from < 0)
			continue;
		argument->link = value;
		argument->link.id = (u32)from;
		/* And the other way round: what the callee kept, the caller had. */
		back = argument->own;
		better(&back, argument->callee);
		back = derive(value, back, argument_value((u32)from));
		better(&outer->argument[from].callee, by_link(argument, back));
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

static struct stackanno_chain_frame *add_frame(struct stackanno_chain *chain, u32 index,
					       u64 function)
{
	struct stackanno_chain_frame *frame;

	if (chain->frames == STACKANNO_CHAIN_FRAMES) {
		chain->left_out++;
		return NULL;
	}
	frame = &chain->frame[chain->frames++];
	memset(frame, 0, sizeof(*frame));
	frame->index = index;
	frame->function = function;
	return frame;
}

/* A canary that was written over: so may be all that lies above it. */
static bool is_overrun(const struct look *look)
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
	if (!look.cfa || fit == STACKANNO_FIT_NO_STATE || fit == STACKANNO_FIT_DIFFERS)
		return;
	returning = !(look.frame->flags & STACKANNO_FRAME_INTERRUPTED);
	begin_frame(chain, builder, look.frame, index);
	if (returning && chain->frames && chain->next == index)
		inner = &chain->frame[chain->frames - 1];
	if (inner && !take_given(flow, look.frame->ip, inner->function, ops, &given))
		inner = NULL;
	look.state = stackanno_flow_at(flow, look.frame->ip, returning);
	outer = look.state ? add_frame(chain, index, flow->part[0].begin) : NULL;
	if (!outer)
		return;
	look.base = stackanno_role_base(flow, look.state, look.cfa);
	look.evidence = stackanno_role_evidence(builder, look.frame, flow, fit);
	if (is_overrun(&look))
		look.evidence = max_t(u32, look.evidence, STACKANNO_EVIDENCE_LIKELY);
	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++)
		outer->argument[i].own = evaluate(&look, argument_value(i));
	if (inner)
		give(&look, &given, inner, outer);
	pass_registers(chain, &look);
	chain->next = index + 1;
}

void stackanno_chain_wild(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			  u32 index)
{
	const struct stackanno_frame *frame;
	struct stackanno_chain_frame *entry;
	u32 i;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame || !(frame->flags & STACKANNO_FRAME_INTERRUPTED))
		return;
	entry = add_frame(chain, index, 0);
	if (!entry)
		return;
	take_regs(chain, builder, frame);
	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		entry->argument[i].own = doubt(chain->reg[stackanno_arch_abi.argument[i]],
					       STACKANNO_EVIDENCE_LIKELY, STACKANNO_DOUBT_CALL);
	/* It may as well have been a return that led there. */
	for (i = 0; i < STACKANNO_IR_REGS; i++)
		chain->reg[i] = stackanno_arch_abi.saved >> i & 1 ?
			doubt(chain->reg[i], STACKANNO_EVIDENCE_LIKELY, STACKANNO_DOUBT_FRAME) :
			nothing;
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
		for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++) {
			argument = &chain->frame[n].argument[i];
			if (argument->link.kind == STACKANNO_VALUE_UNKNOWN)
				continue;
			above = from_above(&chain->frame[n + 1].argument[argument->link.id]);
			above = derive(stackanno_value_make(argument->link.kind,
							    argument->link.id, 0), above,
				       argument->link);
			better(&argument->caller, by_link(argument, above));
		}
	}
}
