// SPDX-License-Identifier: GPL-2.0-only
#include "holder.h"

#include "arch.h"
#include "frame.h"
#include "parameter.h"

#define WORD 8

void stackanno_holders_begin(struct stackanno_holders *holders)
{
	holders->next = STACKANNO_NONE;
	holders->waiting = 0;
	holders->found = 0;
	holders->count = 0;
	holders->dropped = 0;
}

static bool is_saved(u32 reg)
{
	return stackanno_arch_abi.saved >> reg & 1 && reg != stackanno_arch_abi.sp;
}

static void wait_for(struct stackanno_holders *holders, u32 word, u32 reg)
{
	if (holders->waiting == ARRAY_SIZE(holders->wait)) {
		holders->dropped++;
		return;
	}
	holders->wait[holders->waiting].word = word;
	holders->wait[holders->waiting++].reg = reg;
}

static void find(struct stackanno_holders *holders, u32 word, struct stackanno_value value,
		 u32 evidence)
{
	if (value.kind != STACKANNO_VALUE_ENTRY && value.kind != STACKANNO_VALUE_PASSED &&
	    value.kind != STACKANNO_VALUE_RESULT)
		return;
	if (holders->found == ARRAY_SIZE(holders->find)) {
		holders->dropped++;
		return;
	}
	holders->find[holders->found].word = word;
	holders->find[holders->found].evidence = evidence;
	holders->find[holders->found++].value = value;
}

/* ---- words that wait ---- */

/* The registers that an entry laid down are those of the function that it stopped. */
static void wait_for_regs(struct stackanno_holders *holders,
			  const struct stackanno_builder *builder,
			  const struct stackanno_frame *frame)
{
	const struct stackanno_regs *regs;
	u32 reg, field, word;

	regs = stackanno_builder_entry(builder, STACKANNO_SECTION_REGS, frame->regs);
	if (!regs || !regs->address)
		return;
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++) {
		field = stackanno_arch_register_field(reg);
		if (reg != stackanno_arch_abi.sp && regs->known >> field & 1 &&
		    stackanno_frame_find(builder, regs->address + field * WORD, &word) !=
			    STACKANNO_NONE)
			wait_for(holders, word, reg);
	}
}

static void wait_for_saved(struct stackanno_holders *holders,
			   const struct stackanno_builder *builder,
			   const struct stackanno_frame *frame)
{
	const struct stackanno_word *word;
	u32 i, reg;

	for (i = frame->first_word; i < frame->first_word + frame->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i);
		if (!word || word->role != STACKANNO_ROLE_SAVED)
			continue;
		for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
			if (is_saved(reg) && stackanno_arch_register_field(reg) == word->arg)
				wait_for(holders, i, reg);
	}
}

/* A frame that does not follow the one before: only what lies right below is its. */
static void begin_frame(struct stackanno_holders *holders,
			const struct stackanno_builder *builder,
			const struct stackanno_frame *frame, u32 index)
{
	const struct stackanno_frame *block;

	if (holders->next == index && !(frame->flags & STACKANNO_FRAME_INTERRUPTED))
		return;
	holders->waiting = 0;
	if (frame->flags & STACKANNO_FRAME_INTERRUPTED) {
		wait_for_regs(holders, builder, frame);
		return;
	}
	block = index ? stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index - 1) :
			NULL;
	if (block && block->kind == STACKANNO_FRAME_ENTRY &&
	    block->entry == STACKANNO_ENTRY_SWITCH)
		wait_for_saved(holders, builder, block);
}

/* Those whose register the function has not touched go on waiting, for its caller. */
static void settle_waiting(struct stackanno_holders *holders,
			   const struct stackanno_flow_state *state, u32 evidence)
{
	u32 i, waiting = holders->waiting;

	holders->waiting = 0;
	for (i = 0; i < waiting; i++) {
		struct stackanno_value value = state->reg[holders->wait[i].reg];
		u32 word = holders->wait[i].word;

		if (value.kind == STACKANNO_VALUE_ENTRY && is_saved(value.id)) {
			if (value.width == 3 && !value.offset && !value.soft)
				wait_for(holders, word, value.id);
			continue;
		}
		find(holders, word, value, evidence);
	}
}

/* ---- words of the frame's own ---- */

static bool is_own(const struct stackanno_word *word)
{
	return word->role == STACKANNO_ROLE_SPILL || word->role == STACKANNO_ROLE_LOCAL ||
	       word->role == STACKANNO_ROLE_OUTGOING;
}

static void find_own(struct stackanno_holders *holders, const struct stackanno_builder *builder,
		     u32 index, const struct stackanno_flow *flow,
		     const struct stackanno_flow_state *state, u64 cfa, u32 evidence)
{
	u64 aligned = stackanno_role_base(flow, state, cfa), base;
	const struct stackanno_flow_slot *slot;
	const struct stackanno_word *word;
	u32 i, at;

	for (i = 0; i < state->slots; i++) {
		slot = &state->slot[i];
		base = slot->base == STACKANNO_BASE_CFA ? cfa : aligned;
		if (slot->size != WORD || !base ||
		    stackanno_frame_find(builder, base + (u64)(s64)slot->offset, &at) != index)
			continue;
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, at);
		if (word && is_own(word))
			find(holders, at, slot->value, evidence);
	}
}

/* ---- expressions ---- */

static void trace(struct stackanno_holders *holders, u32 index, struct stackanno_flow *flow)
{
	struct stackanno_holder *holder;
	u32 i;

	for (i = 0; i < holders->found; i++) {
		/* Of what was given up, only its first instructions are known. */
		if (holders->find[i].value.kind == STACKANNO_VALUE_RESULT && flow->straight)
			continue;
		if (holders->count == ARRAY_SIZE(holders->holder)) {
			holders->dropped++;
			continue;
		}
		holder = &holders->holder[holders->count];
		if (stackanno_expression_trace(flow, holders->find[i].value,
					       &holder->expression))
			continue;
		holder->word = holders->find[i].word;
		holder->frame = index;
		holder->expression.evidence = max_t(u32, holder->expression.evidence,
						    holders->find[i].evidence);
		holders->count++;
	}
	holders->found = 0;
}

void stackanno_holders_frame(struct stackanno_holders *holders,
			     const struct stackanno_builder *builder, u32 index,
			     struct stackanno_flow *flow, enum stackanno_fit fit)
{
	const struct stackanno_flow_state *state;
	const struct stackanno_frame *frame;
	u32 evidence;
	u64 cfa;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	cfa = frame ? stackanno_role_cfa(builder, frame) : 0;
	if (!cfa || fit == STACKANNO_FIT_NO_STATE || fit == STACKANNO_FIT_DIFFERS)
		return;
	begin_frame(holders, builder, frame, index);
	state = stackanno_flow_at(flow, frame->ip, !(frame->flags & STACKANNO_FRAME_INTERRUPTED));
	if (!state)
		return;
	evidence = stackanno_role_evidence(builder, frame, flow, fit);
	settle_waiting(holders, state, evidence);
	find_own(holders, builder, index, flow, state, cfa, evidence);
	trace(holders, index, flow);
	wait_for_saved(holders, builder, frame);
	holders->next = index + 1;
}

/* ---- text ---- */

/* An entry value that nobody doubts. */
static int entry_value(const struct stackanno_chain_frame *entry, u32 number, u64 *value)
{
	const struct stackanno_known *known;

	if (!entry || number >= STACKANNO_CHAIN_ARGUMENTS)
		return -ENOENT;
	known = &entry->argument[number].own;
	if (known->bytes != WORD)
		known = &entry->argument[number].caller;
	if (known->bytes != WORD || known->evidence != STACKANNO_EVIDENCE_CERTAIN)
		return -ENOENT;
	*value = known->value;
	return 0;
}

static void compare(struct stackanno_builder *builder, const struct stackanno_holder *holder,
		    struct stackanno_word *word, const struct stackanno_holder_world *world)
{
	const struct stackanno_expression *expression = &holder->expression;
	struct stackanno_meaning *meaning;
	u64 entry, now;
	u32 index;

	if (!world->memory || !expression->loads || word->flags & STACKANNO_WORD_UNREADABLE ||
	    entry_value(world->entry, expression->argument, &entry) ||
	    stackanno_expression_now(expression, entry, world->memory, &now) ||
	    now == word->value)
		return;
	meaning = stackanno_builder_add(builder, STACKANNO_SECTION_MEANINGS, &index);
	if (!meaning)
		return;
	meaning->kind = STACKANNO_MEANING_CHANGED;
	/* What was loaded then is as sure as the expression. */
	meaning->evidence = max_t(u32, expression->evidence, word->evidence);
	meaning->size = word->value;
	meaning->offset = now;
	meaning->next = word->meaning;
	word->meaning = index;
}

static void describe(struct stackanno_holders *holders, struct stackanno_builder *builder,
		     const struct stackanno_holder *holder,
		     const struct stackanno_holder_world *world)
{
	struct stackanno_expression_root root;
	struct stackanno_text text;
	struct stackanno_word *word;

	word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, holder->word);
	if (!word || word->expression ||
	    holder->expression.evidence > STACKANNO_EVIDENCE_LIKELY ||
	    stackanno_expression_root(world->signature, holder->expression.argument, &root))
		return;
	/* Its role has said which register's entry value it is. */
	if (word->role == STACKANNO_ROLE_SPILL && !root.btf && !holder->expression.loads &&
	    !holder->expression.offset)
		return;
	stackanno_text_begin(&text, holders->text, sizeof(holders->text));
	if (stackanno_expression_print(&holder->expression, &root, &text))
		return;
	if (holder->expression.evidence > word->evidence)
		stackanno_text_string(&text, "?");
	if (text.cut)
		return;
	word->expression = stackanno_builder_string(builder, holders->text, text.len);
	compare(builder, holder, word, world);
}

void stackanno_holders_describe(struct stackanno_holders *holders,
				struct stackanno_builder *builder, u32 index,
				const struct stackanno_holder_world *world)
{
	u32 i;

	for (i = 0; i < holders->count; i++)
		if (holders->holder[i].frame == index)
			describe(holders, builder, &holders->holder[i], world);
}
