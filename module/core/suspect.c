// SPDX-License-Identifier: GPL-2.0-only
#include "suspect.h"

#include "arch.h"
#include "effect.h"
#include "frame.h"
#include "text.h"

#define WORD 8
#define TEXT_BYTES 64

static bool is_certain(struct stackanno_known known)
{
	return known.bytes && known.evidence == STACKANNO_EVIDENCE_CERTAIN;
}

/* ---- what the code says of a word's content ---- */

/* An address in the frame by its words, as labels have them; a constant as it is. */
static void put_expected(struct stackanno_text *text, const struct stackanno_look *look,
			 struct stackanno_value value, u64 expected)
{
	if (value.kind == STACKANNO_VALUE_CONST) {
		stackanno_text_string(text, "0x");
		stackanno_text_hex(text, expected, 1);
		return;
	}
	stackanno_text_string(text, "#");
	stackanno_text_decimal(text, look->frame->number, 0);
	stackanno_text_string(text, expected < look->frame->low ? "-0x" : "+0x");
	stackanno_text_hex(text, expected < look->frame->low ? look->frame->low - expected :
							       expected - look->frame->low, 1);
}

static struct stackanno_note *note_word(struct stackanno_builder *builder, u32 index,
					u32 source)
{
	struct stackanno_word *word;
	struct stackanno_note *note;

	word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, source);
	if (!word || word->flags & STACKANNO_WORD_SUSPECT)
		return NULL;
	word->flags |= STACKANNO_WORD_SUSPECT;
	note = stackanno_builder_note(builder, STACKANNO_NOTE_OTHER_VALUE, STACKANNO_NOTE_SUSPECT,
				      index, word->address, word->value);
	if (note)
		note->word = source;
	return note;
}

static void accuse_word(struct stackanno_builder *builder, u32 index,
			const struct stackanno_look *look, struct stackanno_value value,
			u64 expected, u32 source)
{
	struct stackanno_note *note = note_word(builder, index, source);
	struct stackanno_text text;
	char bytes[TEXT_BYTES];

	if (!note)
		return;
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	put_expected(&text, look, value, expected);
	note->text = stackanno_builder_string(builder, bytes, text.len);
}

/* Whether @held is surely not what @value says; @expected is set. */
static bool is_other(const struct stackanno_look *look, struct stackanno_value value,
		     struct stackanno_known held, u64 *expected)
{
	struct stackanno_known fixed = stackanno_look_fixed(look, value);
	u64 mask = held.bytes < WORD ? (1ULL << (8 * held.bytes)) - 1 : ~0ULL;

	*expected = fixed.value & mask;
	return !value.soft && is_certain(fixed) && is_certain(held) &&
	       held.source != STACKANNO_NONE && *expected != (held.value & mask);
}

void stackanno_suspect_values(struct stackanno_builder *builder, u32 index,
			      const struct stackanno_look *look, struct stackanno_known *reg)
{
	const struct stackanno_flow_slot *slot;
	struct stackanno_known held;
	u64 expected;
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++) {
		if (i == stackanno_arch_abi.sp ||
		    !is_other(look, look->state->reg[i], reg[i], &expected))
			continue;
		accuse_word(builder, index, look, look->state->reg[i], expected, reg[i].source);
		memset(&reg[i], 0, sizeof(reg[i]));
	}
	for (i = 0; i < look->state->slots; i++) {
		slot = &look->state->slot[i];
		/* What was pushed may be an argument, which its callee may change. */
		if (slot->flags & STACKANNO_SLOT_PUSHED && !stackanno_effect_protects(slot))
			continue;
		held = stackanno_look_slot(look, slot);
		if (is_other(look, slot->value, held, &expected))
			accuse_word(builder, index, look, slot->value, expected, held.source);
	}
}

void stackanno_suspect_pointer(struct stackanno_builder *builder, u32 index,
			       struct stackanno_flow *flow, const struct stackanno_known *reg)
{
	const struct stackanno_flow_state *state;
	const struct stackanno_frame *frame;
	const struct stackanno_stack *stack;
	struct stackanno_note *note;
	u32 i;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	stack = frame ? stackanno_builder_entry(builder, STACKANNO_SECTION_STACKS, frame->stack) :
			NULL;
	if (!stack || flow->straight || frame->evidence != STACKANNO_EVIDENCE_CERTAIN ||
	    builder->record->flags & STACKANNO_RECORD_TORN ||
	    frame->flags & STACKANNO_FRAME_INTERRUPTED)
		return;
	state = stackanno_flow_at(flow, frame->ip, true);
	for (i = 0; state && i < STACKANNO_IR_REGS; i++) {
		if (i == stackanno_arch_abi.sp || state->reg[i].soft ||
		    !stackanno_value_in_frame(state->reg[i]) || !is_certain(reg[i]) ||
		    (reg[i].value >= stack->begin && reg[i].value < stack->end))
			continue;
		note = note_word(builder, index, reg[i].source);
		if (note)
			note->text = stackanno_builder_text(builder, "an address on its stack");
	}
}

/* ---- arguments ---- */

static bool differ(struct stackanno_known a, struct stackanno_known b)
{
	u32 both = min_t(u32, a.bytes, b.bytes);
	u64 mask = both < WORD ? (1ULL << (8 * both)) - 1 : ~0ULL;

	return is_certain(a) && is_certain(b) && (a.value ^ b.value) & mask;
}

static void accuse_argument(struct stackanno_builder *builder, u32 index, u32 number,
			    struct stackanno_known own, struct stackanno_known other)
{
	struct stackanno_note *note;
	struct stackanno_text text;
	char bytes[TEXT_BYTES];

	note = stackanno_builder_note(builder, STACKANNO_NOTE_ARGUMENTS_DIFFER,
				      STACKANNO_NOTE_SUSPECT, index, own.value, other.value);
	if (!note)
		return;
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	stackanno_text_string(&text, stackanno_arch_register_name(
		stackanno_arch_register_field(stackanno_arch_abi.argument[number])));
	note->text = stackanno_builder_string(builder, bytes, text.len);
}

void stackanno_suspect_arguments(struct stackanno_builder *builder,
				 const struct stackanno_chain *chain)
{
	const struct stackanno_chain_argument *argument;
	u32 n, i;

	for (n = 0; n < chain->frames; n++) {
		/* Words above the return address need not be arguments. */
		for (i = 0; chain->frame[n].certain && i < stackanno_arch_abi.arguments; i++) {
			argument = &chain->frame[n].argument[i];
			if (differ(argument->own, argument->caller))
				accuse_argument(builder, chain->frame[n].index, i, argument->own,
						argument->caller);
			else if (differ(argument->own, argument->callee))
				accuse_argument(builder, chain->frame[n].index, i, argument->own,
						argument->callee);
		}
	}
}

/* ---- frames ---- */

void stackanno_suspect_size(struct stackanno_builder *builder, u32 index,
			    struct stackanno_flow *flow)
{
	const struct stackanno_flow_state *state;
	const struct stackanno_frame *frame, *next;
	struct stackanno_value sp;
	u64 cfa, begin;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	next = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index + 1);
	/* A trampoline that a return address was replaced by was never called. */
	if (next && next->flags & STACKANNO_FRAME_REPLACED)
		return;
	if (!frame || frame->evidence != STACKANNO_EVIDENCE_CERTAIN ||
	    !stackanno_flow_saw_all(flow) ||
	    frame->flags & (STACKANNO_FRAME_INTERRUPTED | STACKANNO_FRAME_REPLACED |
			    STACKANNO_FRAME_UNRELIABLE) ||
	    builder->record->flags & STACKANNO_RECORD_TORN)
		return;
	state = stackanno_flow_at(flow, frame->ip, true);
	cfa = stackanno_role_cfa(builder, frame);
	if (!state || !cfa)
		return;
	sp = state->reg[stackanno_arch_abi.sp];
	begin = sp.kind == STACKANNO_VALUE_CFA ? cfa : stackanno_role_base(flow, state, cfa);
	if (begin)
		stackanno_builder_note(builder, STACKANNO_NOTE_SIZE_DIFFERS, STACKANNO_NOTE_SUSPECT,
				       index, frame->ip_slot + WORD, begin + (u64)(s64)sp.offset);
}

static bool is_outermost(const struct stackanno_builder *builder, u32 index)
{
	const struct stackanno_frame *frame;

	while ((frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, ++index)))
		if (frame->kind == STACKANNO_FRAME_CALL)
			return false;
	return true;
}

void stackanno_suspect_return(struct stackanno_builder *builder, u32 index)
{
	const struct stackanno_frame *frame, *before;
	struct stackanno_word *word;
	struct stackanno_note *note;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	before = index ? stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index - 1) :
			 NULL;
	word = frame && before ? stackanno_frame_word(builder, before, frame->ip_slot) : NULL;
	if (!word || word->value != frame->ip)
		return;
	/* The first of all frames was not called: a CPU comes up by a push and a return. */
	if (is_outermost(builder, index))
		return;
	word->flags |= STACKANNO_WORD_SUSPECT;
	note = stackanno_builder_note(builder, STACKANNO_NOTE_NO_CALL, STACKANNO_NOTE_SUSPECT,
				      index, frame->ip_slot, 0);
	if (note)
		note->word = stackanno_look_word(builder, frame->ip_slot);
}

/* ---- registers ---- */

static void check_regs(struct stackanno_builder *builder, u32 index,
		       const struct stackanno_regs *regs)
{
	struct stackanno_note *note;
	struct stackanno_text text;
	char bytes[TEXT_BYTES];
	const char *separator = "";
	u32 field;

	stackanno_text_begin(&text, bytes, sizeof(bytes));
	for (field = STACKANNO_X86_CS; field <= STACKANNO_X86_SS; field++) {
		if (!(regs->known >> field & 1) ||
		    stackanno_arch_saves(field, regs->value[field]))
			continue;
		stackanno_text_string(&text, separator);
		stackanno_text_string(&text, stackanno_arch_field_name(field));
		separator = ", ";
	}
	if (!text.len)
		return;
	note = stackanno_builder_note(builder, STACKANNO_NOTE_BAD_REGS, STACKANNO_NOTE_SUSPECT, index,
				      0, 0);
	if (note)
		note->text = stackanno_builder_string(builder, bytes, text.len);
}

void stackanno_suspect_regs(struct stackanno_builder *builder)
{
	const struct stackanno_frame *frame, *before;
	const struct stackanno_regs *regs;
	u32 i;

	for (i = 1; i < builder->section[STACKANNO_SECTION_FRAMES].count; i++) {
		frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i);
		before = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i - 1);
		if (frame->kind != STACKANNO_FRAME_CALL ||
		    frame->evidence != STACKANNO_EVIDENCE_CERTAIN ||
		    !(frame->flags & STACKANNO_FRAME_INTERRUPTED) ||
		    builder->record->flags & STACKANNO_RECORD_TORN ||
		    before->kind != STACKANNO_FRAME_ENTRY ||
		    before->evidence != STACKANNO_EVIDENCE_CERTAIN ||
		    (before->entry != STACKANNO_ENTRY_EXCEPTION &&
		     before->entry != STACKANNO_ENTRY_INTERRUPT &&
		     before->entry != STACKANNO_ENTRY_NMI))
			continue;
		regs = stackanno_builder_entry(builder, STACKANNO_SECTION_REGS, frame->regs);
		if (regs)
			check_regs(builder, i, regs);
	}
}
