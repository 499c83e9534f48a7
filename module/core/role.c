// SPDX-License-Identifier: GPL-2.0-only
/*
 * Roles go by location alone. What a slot holds on every path decides first;
 * where nothing is known of it, what the function as a whole does there.
 */
#include "role.h"

#include "arch.h"
#include "effect.h"
#include "frame.h"
#include "text.h"

#define WORD 8
/* A frame larger than a stack is none. */
#define FRAME_BYTES_MAX (64 * 1024)
#define WHOLE 3
/* An object's address may be that of a member: so far below it nothing is certain. */
#define OBJECT_REACH 256
#define TEXT_BYTES 128
/* The exception, whose ip is behind its instruction. */
#define BREAKPOINT 3
#define BREAKPOINT_BYTES 1

struct context {
	struct stackanno_builder *builder;
	struct stackanno_frame *frame;
	struct stackanno_flow *flow;
	const struct stackanno_flow_state *state;
	const u64 *canary;
	u64 cfa;
	u64 base;	/* the rounded stack pointer; 0: the function rounds none */
	u64 sp;		/* address of the frame's first word */
	u32 index;	/* of the frame */
	u64 object;	/* lowest known word of what the words are in now; 0: of nothing */
	u32 object_base;
	bool returning;
	bool part;	/* code of the function is missing */
	u32 excuse;	/* STACKANNO_FRAME_*: why a word got no role; 0: none did not */
	enum stackanno_fit fit;
	enum stackanno_evidence evidence;	/* the best that may be said */
};

u64 stackanno_role_cfa(const struct stackanno_builder *builder,
		       const struct stackanno_frame *frame)
{
	const struct stackanno_word *word;

	if (!frame->word_count)
		return 0;
	word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
				       frame->first_word + frame->word_count - 1);
	return word && word->role == STACKANNO_ROLE_RETURN ? word->address + WORD : 0;
}

u64 stackanno_role_ip(const struct stackanno_builder *builder, u32 index)
{
	const struct stackanno_frame *frame, *block;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame)
		return 0;
	block = index ? stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index - 1) :
			NULL;
	if (frame->flags & STACKANNO_FRAME_INTERRUPTED && block &&
	    block->kind == STACKANNO_FRAME_ENTRY && block->entry == STACKANNO_ENTRY_EXCEPTION &&
	    block->vector == BREAKPOINT)
		return frame->ip - BREAKPOINT_BYTES;
	return frame->ip;
}

u64 stackanno_role_base(const struct stackanno_flow *flow,
			const struct stackanno_flow_state *state, u64 cfa)
{
	struct stackanno_value sp = state->reg[stackanno_arch_abi.sp];

	/* Before the stack pointer is rounded, and once it is put back, there is no gap. */
	if (flow->summary.align_at == STACKANNO_FLOW_NOWHERE || sp.kind == STACKANNO_VALUE_CFA ||
	    flow->straight)
		return 0;
	return (cfa + flow->summary.align_from) & ~((u64)flow->summary.align_bytes - 1);
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

enum stackanno_evidence stackanno_role_evidence(const struct stackanno_builder *builder,
						const struct stackanno_frame *frame,
						const struct stackanno_flow *flow,
						enum stackanno_fit fit)
{
	bool torn = builder->record->flags & STACKANNO_RECORD_TORN;

	if (fit == STACKANNO_FIT_DIFFERS)
		return STACKANNO_EVIDENCE_GUESS;
	/* In a torn picture the words may be of another moment than the frames. */
	if (fit != STACKANNO_FIT_AGREES || !stackanno_flow_saw_all(flow) || torn ||
	    frame->flags & STACKANNO_FRAME_UNRELIABLE)
		return max_t(u32, STACKANNO_EVIDENCE_LIKELY, frame->evidence);
	return frame->evidence;
}

static enum stackanno_evidence evidence_of(const struct context *context)
{
	u32 evidence = stackanno_role_evidence(context->builder, context->frame, context->flow,
					       context->fit);

	return context->part ? max_t(u32, STACKANNO_EVIDENCE_LIKELY, evidence) : evidence;
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
 * stack pointer up that pushes made, but for what a prologue keeps.
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
		if (!at || !(at->flags & STACKANNO_SLOT_PUSHED) || stackanno_effect_protects(at))
			return 0;
	}
	return stackanno_arch_abi.arguments + 1 + (slot->offset - sp.offset) / WORD;
}

/* The entry value of a register, which some instruction put here. */
static void set_entry(const struct context *context, struct stackanno_word *word,
		      const struct stackanno_flow_slot *slot)
{
	bool saved = stackanno_arch_abi.saved >> slot->value.id & 1;

	/* What was pushed, and is no callee's to keep, may be an argument yet. */
	set_role(context, word, saved ? STACKANNO_ROLE_SAVED : STACKANNO_ROLE_SPILL,
		 (u16)stackanno_arch_register_field(slot->value.id),
		 slot->value.soft || (!saved && slot->flags & STACKANNO_SLOT_PUSHED) ?
		 STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN);
}

/* A slot that fills its word, and what it holds on every path. */
static void by_slot(const struct context *context, struct stackanno_word *word,
		    const struct stackanno_flow_slot *slot)
{
	struct stackanno_value value = slot->value;
	u32 number = outgoing(context, slot);

	set_where(context, word, slot->writer);
	if (value.kind == STACKANNO_VALUE_CANARY) {
		set_canary(context, word);
	} else if (number) {
		set_role(context, word, STACKANNO_ROLE_OUTGOING, (u16)number,
			 STACKANNO_EVIDENCE_LIKELY);
	} else if (value.kind == STACKANNO_VALUE_ENTRY && !value.offset && value.width == WHOLE) {
		set_entry(context, word, slot);
	} else {
		/* One that was pushed may be an argument of a call yet to come. */
		set_local(context, word, slot->flags & STACKANNO_SLOT_PUSHED && !stackanno_effect_protects(slot) ?
			  STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN, slot->writer);
		/* A realigned frame begins with a copy of it. */
		if (value.kind == STACKANNO_VALUE_RETURN)
			word->expression = stackanno_builder_text(context->builder, "ret");
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

static bool bit_of(const u8 *bits, int n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

/*
 * Words come lowest first. The object that one may belong to begins with the
 * nearest word at or below it whose address was taken; what the code keeps for
 * itself lies in no object, and ends the one below.
 */
static void follow_object(struct context *context, u64 address, u32 base, s32 offset,
			  const struct stackanno_flow_slot *slot)
{
	int index = stackanno_flow_word(base, offset);

	if (base != context->object_base || (slot && stackanno_effect_protects(slot)))
		context->object = 0;
	context->object_base = base;
	if (index >= 0 && bit_of(context->flow->summary.escaped[base], index) &&
	    !(slot && stackanno_effect_protects(slot)))
		context->object = address;
}

/* Whether nothing that the function does is done at or below a word. */
static bool is_lowest(const struct context *context, u32 base, int index)
{
	const u8 *touched = context->flow->summary.touched[base];

	for (; index < STACKANNO_FLOW_WORDS; index++)
		if (bit_of(touched, index))
			return false;
	return true;
}

/* Nothing is done with a word: was it left over, or is it out of sight? */
static void untouched(const struct context *context, struct stackanno_word *word, u32 base,
		      s32 offset, int index)
{
	const struct stackanno_flow_summary *summary = &context->flow->summary;
	bool reached = summary->escape_low[base] < offset + WORD + OBJECT_REACH;

	/* Room that is made at run time lies below all else; it is for arrays. */
	if (context->fit == STACKANNO_FIT_UNKNOWN && is_lowest(context, base, index))
		set_role(context, word, STACKANNO_ROLE_BUFFER, 0, STACKANNO_EVIDENCE_GUESS);
	else
		/* Code that nothing is known to lead to may do something there. */
		set_role(context, word, STACKANNO_ROLE_PADDING, 0,
			 reached || summary->unknown || summary->unreached ?
			 STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN);
}

/* One instruction alone writes the word, and it was not run yet. */
static bool is_written_later(const struct context *context, u32 writer)
{
	return !context->part && writer < STACKANNO_FLOW_MANY &&
	       !stackanno_flow_reaches(context->flow, writer,
				       stackanno_role_ip(context->builder, context->index),
				       context->returning);
}

/* No path is known to have written it last: what is done there at all. */
static void by_function(struct context *context, struct stackanno_word *word, u32 base, s32 offset)
{
	const struct stackanno_flow_summary *summary = &context->flow->summary;
	int index = stackanno_flow_word(base, offset);

	/* Of one that was given up, what is done elsewhere in it was not seen. */
	if (context->flow->straight) {
		context->excuse = STACKANNO_FRAME_BEYOND_LIMITS;
		return;
	}
	if (index < 0) {
		context->excuse = STACKANNO_FRAME_TOO_DEEP;
		return;
	}
	if (context->object) {
		/* An address may be that of an array's end: never certain. */
		set_where(context, word, summary->writer[base][index]);
		set_role(context, word, STACKANNO_ROLE_BUFFER,
			 (u16)((word->address - context->object) / WORD),
			 STACKANNO_EVIDENCE_LIKELY);
	} else if (is_written_later(context, summary->writer[base][index])) {
		set_role(context, word, STACKANNO_ROLE_UNWRITTEN, 0, STACKANNO_EVIDENCE_LIKELY);
	} else if (context->part || summary->writer[base][index] != STACKANNO_FLOW_NOWHERE) {
		set_local(context, word, STACKANNO_EVIDENCE_LIKELY, summary->writer[base][index]);
	} else if (bit_of(summary->touched[base], index)) {
		set_role(context, word, STACKANNO_ROLE_UNWRITTEN, 0, STACKANNO_EVIDENCE_LIKELY);
	} else {
		untouched(context, word, base, offset, index);
	}
}

static void word_role(struct context *context, struct stackanno_word *word)
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
	follow_object(context, word->address, base, offset, slot);
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

static void put_words(struct stackanno_text *text, const char *words)
{
	stackanno_text_string(text, words);
}

static void put_end(struct stackanno_text *text, const char *end, u32 bytes)
{
	put_words(text, "the canary's ");
	put_words(text, end);
	put_words(text, " ");
	stackanno_text_decimal(text, bytes, 0);
	put_words(text, bytes == 1 ? " byte differs" : " bytes differ");
}

/*
 * Which bytes differ says how: an overrun goes upwards from the lowest, whose 0
 * in every canary ends a string. What the canary should be is never told: it
 * still guards the task's other frames.
 */
static void put_damage(struct stackanno_text *text, u64 differing)
{
	u32 low = 0, high = 0;

	while (low < WORD && differing >> (8 * low) & 0xff)
		low++;
	while (high < WORD && differing << (8 * high) >> 56)
		high++;
	if (low == WORD)
		put_words(text, "all of the canary's bytes differ");
	else if (low && !(differing >> (8 * low)))
		put_end(text, "low", low);
	else if (high && !(differing << (8 * high)))
		put_end(text, "high", high);
	else
		put_words(text, "the canary's bytes differ here and there");
}

static void put_function(const struct context *context, struct stackanno_text *text)
{
	const struct stackanno_builder *builder = context->builder;

	if (!context->frame->name)
		return;
	put_words(text, "; in ");
	put_words(text, (const char *)builder->buf +
		  builder->section[STACKANNO_SECTION_STRINGS].offset + context->frame->name);
}

/* The word of a buffer that lies nearest below an address, in the same frame. */
static const struct stackanno_word *buffer_below(const struct context *context, u64 address)
{
	const struct stackanno_word *word;

	while (address > context->sp) {
		address -= WORD;
		word = stackanno_frame_word(context->builder, context->frame, address);
		if (!word)
			return NULL;
		if (word->role == STACKANNO_ROLE_BUFFER)
			return word;
	}
	return NULL;
}

static void note_canary(const struct context *context, u32 index, const struct stackanno_word *word)
{
	const struct stackanno_word *buffer = buffer_below(context, word->address);
	char bytes[TEXT_BYTES];
	struct stackanno_text text;
	struct stackanno_note *note;

	note = stackanno_builder_note(context->builder,
				      buffer ? STACKANNO_NOTE_OVERRUN : STACKANNO_NOTE_CANARY_BROKEN,
				      STACKANNO_NOTE_SUSPECT, context->index, word->address, 0);
	if (!note)
		return;
	note->word = index;
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	if (buffer) {
		note->value[1] = buffer->address - buffer->arg * WORD;
		stackanno_text_decimal(&text, buffer->address + WORD - note->value[1], 0);
		put_words(&text, " bytes; ");
	}
	put_damage(&text, word->value ^ *context->canary);
	put_function(context, &text);
	note->text = stackanno_builder_string(context->builder, bytes, text.len);
}

/* Behind all roles: the buffer is told by its words'. */
static void note_canaries(const struct context *context)
{
	const struct stackanno_frame *frame = context->frame;
	const struct stackanno_word *word;
	u32 i;

	for (i = frame->first_word; i < frame->first_word + frame->word_count; i++) {
		word = stackanno_builder_entry(context->builder, STACKANNO_SECTION_WORDS, i);
		if (word && word->role == STACKANNO_ROLE_CANARY &&
		    word->flags & STACKANNO_WORD_SUSPECT)
			note_canary(context, i, word);
	}
}

void stackanno_role_excuse(struct stackanno_builder *builder, u32 index, u32 flag)
{
	struct stackanno_frame *frame;
	const struct stackanno_word *word;
	u32 i;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame || frame->kind != STACKANNO_FRAME_CALL ||
	    frame->flags & (STACKANNO_FRAME_NULL_CALL | STACKANNO_FRAME_BAD_IP |
			    STACKANNO_FRAME_CODE_UNREADABLE))
		return;
	for (i = 0; i < frame->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       frame->first_word + i);
		if (!word || word->role != STACKANNO_ROLE_NONE)
			continue;
		frame->flags |= flag;
		return;
	}
}

enum stackanno_fit stackanno_role_frame_at(struct stackanno_builder *builder, u32 index,
					   struct stackanno_flow *flow, const u64 *canary,
					   const struct stackanno_role_place *place)
{
	struct context context = { .builder = builder, .flow = flow, .canary = canary,
				   .index = index, .part = place->part };
	struct stackanno_word *word;
	u32 i;

	context.frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	context.cfa = context.frame ? stackanno_role_cfa(builder, context.frame) : 0;
	if (!context.cfa) {
		stackanno_role_excuse(builder, index, STACKANNO_FRAME_NO_END);
		return STACKANNO_FIT_NO_STATE;
	}
	context.returning = !(context.frame->flags & STACKANNO_FRAME_INTERRUPTED);
	context.state = stackanno_flow_at(flow, place->ip, place->returning);
	if (!context.state) {
		stackanno_role_excuse(builder, index, flow->straight ?
				      STACKANNO_FRAME_BEYOND_LIMITS :
				      STACKANNO_FRAME_NOT_REACHED);
		return STACKANNO_FIT_NO_STATE;
	}
	context.base = stackanno_role_base(flow, context.state, context.cfa);
	context.sp = sp_of(&context);
	context.fit = fit_of(&context);
	context.evidence = evidence_of(&context);
	if (context.part && context.fit != STACKANNO_FIT_AGREES)
		return context.fit;
	if (context.fit == STACKANNO_FIT_DIFFERS)
		context.frame->flags |= STACKANNO_FRAME_SIZE_DIFFERS;
	for (i = 0; i < context.frame->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       context.frame->first_word + i);
		if (word)
			word_role(&context, word);
	}
	stackanno_role_excuse(builder, index, context.excuse);
	note_canaries(&context);
	return context.fit;
}

enum stackanno_fit stackanno_role_frame(struct stackanno_builder *builder, u32 index,
					struct stackanno_flow *flow, const u64 *canary)
{
	const struct stackanno_frame *frame;
	struct stackanno_role_place place = { 0 };

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (frame) {
		place.ip = stackanno_role_ip(builder, index);
		place.returning = !(frame->flags & STACKANNO_FRAME_INTERRUPTED);
	}
	return stackanno_role_frame_at(builder, index, flow, canary, &place);
}
