// SPDX-License-Identifier: GPL-2.0-only
/*
 * Roles go by location alone. What a slot holds on every path decides first;
 * where nothing is known of it, what the function as a whole does there.
 */
#include "role.h"

#include "arch.h"

#define WORD 8
/* A frame larger than a stack is none. */
#define FRAME_BYTES_MAX (64 * 1024)
#define WHOLE 3

struct context {
	struct stackanno_builder *builder;
	struct stackanno_frame *frame;
	const struct stackanno_flow *flow;
	const struct stackanno_flow_state *state;
	const u64 *canary;
	u64 cfa;
	u64 base;	/* the rounded stack pointer; 0: the function rounds none */
	u64 sp;		/* address of the frame's first word */
	bool returning;
	enum stackanno_fit fit;
	enum stackanno_evidence evidence;	/* the best that may be said */
};

/* The word that a function returns to its caller with is its frame's last. */
static u64 cfa_of(const struct stackanno_builder *builder, const struct stackanno_frame *frame)
{
	const struct stackanno_word *word;

	if (!frame->word_count)
		return 0;
	word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
				       frame->first_word + frame->word_count - 1);
	return word && word->role == STACKANNO_ROLE_RETURN ? word->address + WORD : 0;
}

static u64 sp_of(const struct context *context)
{
	const struct stackanno_frame *frame = context->frame;
	const struct stackanno_regs *regs;

	if (context->returning)
		return frame->ip_slot ? frame->ip_slot + WORD : frame->low;
	regs = stackanno_builder_entry(context->builder, STACKANNO_SECTION_REGS, frame->regs);
	if (!regs || !(regs->known >> STACKANNO_X86_SP & 1))
		return 0;
	return regs->value[STACKANNO_X86_SP];
}

static enum stackanno_fit fit_of(const struct context *context)
{
	struct stackanno_value sp = context->state->reg[stackanno_arch_abi.sp];

	if (!context->sp || !stackanno_value_in_frame(sp))
		return STACKANNO_FIT_UNKNOWN;
	if (sp.kind == STACKANNO_VALUE_CFA)
		return context->sp == context->cfa + sp.offset ? STACKANNO_FIT_AGREES :
								 STACKANNO_FIT_DIFFERS;
	return context->base && context->sp == context->base + sp.offset ?
		STACKANNO_FIT_AGREES : STACKANNO_FIT_DIFFERS;
}

static enum stackanno_evidence evidence_of(const struct context *context)
{
	const struct stackanno_flow_summary *summary = &context->flow->summary;

	if (context->fit == STACKANNO_FIT_DIFFERS)
		return STACKANNO_EVIDENCE_GUESS;
	if (context->fit != STACKANNO_FIT_AGREES || summary->undecoded || summary->conflicts ||
	    summary->out_of_sight)
		return max_t(u32, STACKANNO_EVIDENCE_LIKELY, context->frame->evidence);
	return context->frame->evidence;
}

static void set_role(const struct context *context, struct stackanno_word *word,
		     enum stackanno_role role, u16 arg, enum stackanno_evidence evidence)
{
	word->role = role;
	word->arg = arg;
	word->evidence = max_t(u32, evidence, context->evidence);
}

static void set_where(const struct context *context, struct stackanno_word *word, u32 writer)
{
	u64 address = stackanno_flow_address(context->flow, writer);

	/* In another part of the function it has no offset from this one. */
	if (writer < STACKANNO_FLOW_MANY &&
	    address - context->frame->func < context->frame->func_size)
		word->where = (u32)(address - context->frame->func);
}

static void set_local(const struct context *context, struct stackanno_word *word,
		      enum stackanno_evidence evidence, u32 writer)
{
	u64 above = (word->address - context->sp) / WORD;

	set_where(context, word, writer);
	set_role(context, word, STACKANNO_ROLE_LOCAL, above < 0xffff ? (u16)above : 0, evidence);
}

static void set_canary(const struct context *context, struct stackanno_word *word)
{
	set_role(context, word, STACKANNO_ROLE_CANARY, 0, STACKANNO_EVIDENCE_CERTAIN);
	/* An accusation needs more than a likely place. */
	if (context->canary && word->evidence == STACKANNO_EVIDENCE_CERTAIN &&
	    !(word->flags & STACKANNO_WORD_UNREADABLE) && word->value != *context->canary)
		word->flags |= STACKANNO_WORD_SUSPECT;
}

/*
 * Arguments that did not fit into registers are pushed last: the words from the
 * stack pointer up that pushes made, saved registers aside.
 * Return: number of the argument, from 1; 0: none.
 */
static u32 outgoing(const struct context *context, const struct stackanno_flow_slot *slot)
{
	struct stackanno_value sp = context->state->reg[stackanno_arch_abi.sp];
	const struct stackanno_flow_slot *at;
	s32 offset;

	if (!context->returning || !stackanno_value_in_frame(sp) ||
	    slot->base != (sp.kind == STACKANNO_VALUE_CFA ? STACKANNO_BASE_CFA :
							    STACKANNO_BASE_ALIGNED))
		return 0;
	for (offset = sp.offset; offset <= slot->offset; offset += WORD) {
		at = stackanno_flow_slot(context->state, slot->base, offset);
		if (!at || !(at->flags & STACKANNO_SLOT_PUSHED) ||
		    (at->value.kind == STACKANNO_VALUE_ENTRY &&
		     stackanno_arch_abi.saved >> at->value.id & 1))
			return 0;
	}
	return stackanno_arch_abi.arguments + 1 + (slot->offset - sp.offset) / WORD;
}

/* A slot that fills its word, and what it holds on every path. */
static void by_slot(const struct context *context, struct stackanno_word *word,
		    const struct stackanno_flow_slot *slot)
{
	struct stackanno_value value = slot->value;
	enum stackanno_evidence evidence = value.soft ? STACKANNO_EVIDENCE_LIKELY :
							STACKANNO_EVIDENCE_CERTAIN;
	u32 number = outgoing(context, slot);

	if (value.kind == STACKANNO_VALUE_CANARY) {
		set_where(context, word, slot->writer);
		set_canary(context, word);
	} else if (number) {
		set_where(context, word, slot->writer);
		set_role(context, word, STACKANNO_ROLE_OUTGOING, (u16)number,
			 STACKANNO_EVIDENCE_LIKELY);
	} else if (value.kind == STACKANNO_VALUE_ENTRY && !value.offset && value.width == WHOLE) {
		bool saved = stackanno_arch_abi.saved >> value.id & 1;

		/*
		 * Of saved registers DWARF has borne out every slot. What other slots
		 * hold rests on no unseen store, of which the emulator has a few that
		 * are not explained: likely at most.
		 */
		if (!saved)
			evidence = STACKANNO_EVIDENCE_LIKELY;
		set_where(context, word, slot->writer);
		set_role(context, word, saved ? STACKANNO_ROLE_SAVED : STACKANNO_ROLE_SPILL,
			 (u16)stackanno_arch_register_field(value.id), evidence);
	} else {
		set_local(context, word, STACKANNO_EVIDENCE_CERTAIN, slot->writer);
	}
}

static const struct stackanno_flow_slot *slot_over(const struct stackanno_flow_state *state,
						   u32 base, s32 offset)
{
	u32 i;

	for (i = 0; i < state->slots; i++)
		if (state->slot[i].base == base && state->slot[i].offset < offset + WORD &&
		    state->slot[i].offset + state->slot[i].size > offset)
			return &state->slot[i];
	return NULL;
}

/* No path is known to have written it last: what is done there at all. */
static void by_function(const struct context *context, struct stackanno_word *word, u32 base,
			s32 offset)
{
	const struct stackanno_flow_summary *summary = &context->flow->summary;
	int index = stackanno_flow_word(base, offset);
	bool touched;

	/* Room that is made at run time is not told from what the compiler left. */
	if (index < 0 || context->fit != STACKANNO_FIT_AGREES)
		return;
	touched = summary->touched[base][index / 8] >> (index % 8) & 1;
	if (summary->escaped[base][index / 8] >> (index % 8) & 1)
		set_role(context, word, STACKANNO_ROLE_BUFFER, 0, STACKANNO_EVIDENCE_CERTAIN);
	else if (offset + WORD > summary->escape_low[base])
		set_role(context, word, STACKANNO_ROLE_BUFFER, 0, STACKANNO_EVIDENCE_LIKELY);
	else if (summary->writer[base][index] != STACKANNO_FLOW_NOWHERE)
		set_local(context, word, STACKANNO_EVIDENCE_LIKELY, summary->writer[base][index]);
	else if (touched)
		set_role(context, word, STACKANNO_ROLE_UNWRITTEN, 0, STACKANNO_EVIDENCE_LIKELY);
	else
		set_role(context, word, STACKANNO_ROLE_PADDING, 0, STACKANNO_EVIDENCE_CERTAIN);
}

static void word_role(const struct context *context, struct stackanno_word *word)
{
	const struct stackanno_flow_slot *slot;
	u32 base = STACKANNO_BASE_CFA;
	s32 offset;

	if (word->role != STACKANNO_ROLE_NONE || word->address >= context->cfa ||
	    context->cfa - word->address > FRAME_BYTES_MAX || word->address < context->sp)
		return;
	offset = (s32)(word->address - context->cfa);
	if (context->base && word->address < context->base) {
		base = STACKANNO_BASE_ALIGNED;
		offset = (s32)(word->address - context->base);
	} else if (context->base && offset < context->flow->summary.align_from) {
		set_role(context, word, STACKANNO_ROLE_REALIGN, 0, STACKANNO_EVIDENCE_CERTAIN);
		return;
	}
	slot = stackanno_flow_slot(context->state, base, offset);
	if (slot && slot->size == WORD) {
		by_slot(context, word, slot);
		return;
	}
	slot = slot_over(context->state, base, offset);
	if (slot)
		set_local(context, word, STACKANNO_EVIDENCE_CERTAIN, slot->writer);
	else
		by_function(context, word, base, offset);
}

enum stackanno_fit stackanno_role_frame(struct stackanno_builder *builder, u32 index,
					struct stackanno_flow *flow, const u64 *canary)
{
	struct context context = { .builder = builder, .flow = flow, .canary = canary };
	struct stackanno_word *word;
	struct stackanno_value sp;
	u32 i;

	context.frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	context.cfa = context.frame ? cfa_of(builder, context.frame) : 0;
	if (!context.cfa)
		return STACKANNO_FIT_NO_STATE;
	context.returning = !(context.frame->flags & STACKANNO_FRAME_INTERRUPTED);
	context.state = stackanno_flow_at(flow, context.frame->ip, context.returning);
	if (!context.state)
		return STACKANNO_FIT_NO_STATE;
	sp = context.state->reg[stackanno_arch_abi.sp];
	/* Before the stack pointer is rounded, and once it is put back, there is no gap. */
	if (flow->summary.align_at != STACKANNO_FLOW_NOWHERE && sp.kind != STACKANNO_VALUE_CFA)
		context.base = (context.cfa + flow->summary.align_from) &
			       ~((u64)flow->summary.align_bytes - 1);
	context.sp = sp_of(&context);
	context.fit = fit_of(&context);
	context.evidence = evidence_of(&context);
	if (context.fit == STACKANNO_FIT_DIFFERS)
		context.frame->flags |= STACKANNO_FRAME_SIZE_DIFFERS;
	for (i = 0; i < context.frame->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       context.frame->first_word + i);
		if (word)
			word_role(&context, word);
	}
	return context.fit;
}
