// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <stdlib.h>

#include "core/builder.h"
#include "core/role.h"

#define WORD 8
#define WORDS_MAX 1024U
/* Any address will do; a function that rounds its stack pointer finds a gap. */
#define CFA 0xffffc90000013ff0ULL

struct words {
	struct stackanno_builder builder;
	struct stackanno_frame *frame;
	struct stackanno_word *word;	/* WORDS_MAX of them */
	struct words_entry entry[WORDS_MAX];
};

int words_open(struct oracle *oracle)
{
	static const struct stackanno_capacity capacity = { .count = {
		[STACKANNO_SECTION_FRAMES] = 1, [STACKANNO_SECTION_WORDS] = WORDS_MAX } };
	u32 bytes = stackanno_capacity_bytes(&capacity), i;
	struct words *words = calloc(1, sizeof(*words));
	void *buf = calloc(1, bytes);

	if (!words || !buf || stackanno_builder_init(buf, bytes, &capacity, &words->builder)) {
		free(words);
		free(buf);
		return -ENOMEM;
	}
	words->frame = stackanno_builder_add(&words->builder, STACKANNO_SECTION_FRAMES, NULL);
	for (i = 0; i < WORDS_MAX; i++)
		stackanno_builder_add(&words->builder, STACKANNO_SECTION_WORDS, NULL);
	words->word = stackanno_builder_entry(&words->builder, STACKANNO_SECTION_WORDS, 0);
	oracle->words = words;
	return 0;
}

s32 words_rounded(const struct oracle *oracle)
{
	const struct stackanno_flow_summary *summary = &oracle->flow.summary;

	if (summary->align_at == STACKANNO_FLOW_NOWHERE)
		return 0;
	return (s32)(((CFA + summary->align_from) & ~((u64)summary->align_bytes - 1)) - CFA);
}

/* The address that a value of the frame stands for; 0: it stands for none. */
static u64 address_of(const struct oracle *oracle, struct stackanno_value value)
{
	if (!stackanno_value_in_frame(value))
		return 0;
	return CFA + value.offset +
	       (value.kind == STACKANNO_VALUE_CFA ? 0 : words_rounded(oracle));
}

/* The address of one of DWARF's places in memory; 0: it is not in the frame. */
static u64 address_at(const struct oracle *oracle, const struct stackanno_flow_state *state,
		      const struct place *place)
{
	struct stackanno_value at;

	if (place->kind == PLACE_CFA)
		return CFA + place->offset;
	if (place->kind != PLACE_MEMORY || !state ||
	    !stackanno_value_add(state->reg[place->reg], place->offset, WORD, &at))
		return 0;
	return address_of(oracle, at);
}

/* The lowest word at the call; 0 when neither side says where that is. */
static u64 stack_pointer(const struct oracle *oracle, const struct stackanno_flow_state *state,
			 const struct place *cfa)
{
	u8 sp = stackanno_arch_abi.sp;
	u64 address = state ? address_of(oracle, state->reg[sp]) : 0;

	if (!address && cfa->kind == PLACE_REG && cfa->reg == sp)
		address = CFA - cfa->offset;
	return address;
}

static void lay_out(struct words *words, const struct subject *subject, u64 sp, u32 count)
{
	u32 i;

	*words->frame = (struct stackanno_frame){
		.ip = subject->ip, .ip_slot = sp - WORD, .low = sp, .high = CFA,
		.func = subject->function->begin, .func_size = subject->function->size,
		.kind = STACKANNO_FRAME_CALL, .evidence = STACKANNO_EVIDENCE_CERTAIN,
		.word_count = count, .regs = STACKANNO_NONE, .code = STACKANNO_NONE };
	for (i = 0; i < count; i++)
		words->word[i] = (struct stackanno_word){
			.address = sp + WORD * i, .meaning = STACKANNO_NONE,
			.where = STACKANNO_NONE };
	words->word[count - 1].role = STACKANNO_ROLE_RETURN;
	words->word[count - 1].evidence = STACKANNO_EVIDENCE_CERTAIN;
}

/* Marks the words that a variable lies in. */
static void cover(struct oracle *oracle, const struct subject *subject,
		  const struct stackanno_flow_state *state, struct variable *variable,
		  struct words_entry *entry, u32 count)
{
	struct place place = truth_variable(&oracle->truth, variable, subject->ip - 1);
	u64 address = address_at(oracle, state, &place);
	s64 first, i;

	first = (s64)(CFA - address);
	if (!address || first <= 0 || first > (s64)count * WORD)
		return;
	for (i = 0; i < count; i++)
		if (entry[i].offset < (s64)(address - CFA) + variable->size &&
		    entry[i].offset + WORD > (s64)(address - CFA))
			entry[i].variable = variable;
}

static void judge_role(struct words_entry *entry)
{
	entry->verdict = VERDICT_FOUND;
	if (entry->role == STACKANNO_ROLE_SAVED) {
		if (entry->saved == 0xff ||
		    entry->arg != stackanno_arch_register_field(entry->saved)) {
			entry->verdict = VERDICT_WRONG;
			entry->cause = "a saved register that DWARF does not have";
		}
		return;
	}
	if (entry->saved != 0xff) {
		entry->verdict = VERDICT_WRONG;
		entry->cause = "DWARF has a saved register there";
		return;
	}
	switch (entry->role) {
	case STACKANNO_ROLE_PADDING:
		entry->cause = "padding, in a variable";
		break;
	case STACKANNO_ROLE_UNWRITTEN:
		entry->cause = "unwritten, in a variable";
		break;
	case STACKANNO_ROLE_REALIGN:
		entry->cause = "a gap, in a variable";
		break;
	case STACKANNO_ROLE_CANARY:
		entry->cause = "canary, in a variable";
		break;
	default:
		/* What the compiler keeps for itself has no name. */
		entry->verdict = entry->variable ? VERDICT_FOUND : VERDICT_UNKNOWN;
		entry->cause = "DWARF has nothing there";
		return;
	}
	if (entry->variable)
		entry->verdict = VERDICT_WRONG;
}

u32 words_of(struct oracle *oracle, const struct subject *subject, const struct rules *rules,
	     struct words_entry *entry, u32 room)
{
	const struct subprogram *subprogram = subject->subprogram;
	const struct stackanno_flow_state *state = NULL;
	struct words *words = oracle->words;
	u32 count, i, reg;
	u64 sp;

	if (subject->analysed)
		state = stackanno_flow_at(&oracle->flow, subject->ip, true);
	sp = stack_pointer(oracle, state, &rules->cfa);
	if (!sp || sp >= CFA || CFA - sp > WORD * min(room, WORDS_MAX))
		return 0;
	count = (u32)(CFA - sp) / WORD;
	lay_out(words, subject, sp, count);
	if (state) {
		stackanno_role_frame(&words->builder, 0, &oracle->flow, NULL);
		state = stackanno_flow_at(&oracle->flow, subject->ip, true);
	}
	for (i = 0; i < count; i++) {
		entry[i] = (struct words_entry){
			.offset = (s32)(words->word[i].address - CFA),
			.role = words->word[i].role, .arg = words->word[i].arg,
			.evidence = words->word[i].evidence, .saved = 0xff };
		for (reg = 0; reg < REGISTERS; reg++)
			if (reg != stackanno_arch_abi.sp && stackanno_arch_abi.saved >> reg & 1 &&
			    address_at(oracle, state, &rules->saved[reg]) ==
			    words->word[i].address)
				entry[i].saved = (u8)reg;
	}
	for (i = 0; subprogram && i < subprogram->variables; i++)
		cover(oracle, subject, state, &oracle->truth.variable[subprogram->variable + i],
		      entry, count);
	for (i = 0; i < count; i++)
		judge_role(&entry[i]);
	return count;
}

static void count_word(struct oracle *oracle, const struct subject *subject,
		       const struct words_entry *entry)
{
	static const char * const evidences[] = {
		[STACKANNO_EVIDENCE_NONE] = "no role", [STACKANNO_EVIDENCE_CERTAIN] = "",
		[STACKANNO_EVIDENCE_LIKELY] = "", [STACKANNO_EVIDENCE_GUESS] = "a guess" };
	bool some = entry->role != STACKANNO_ROLE_NONE;
	bool strong = some && entry->evidence != STACKANNO_EVIDENCE_GUESS;

	table_add(&oracle->table, ROW_WORDS_STRONG, strong ? VERDICT_FOUND : VERDICT_UNKNOWN,
		  evidences[some ? entry->evidence : STACKANNO_EVIDENCE_NONE],
		  subject->part->name, subject->offset);
	table_add(&oracle->table, ROW_WORDS_SOME, some ? VERDICT_FOUND : VERDICT_UNKNOWN, NULL,
		  subject->part->name, subject->offset);
	if (!some || entry->evidence != STACKANNO_EVIDENCE_CERTAIN)
		return;
	table_add(&oracle->table, ROW_ROLES_CERTAIN, entry->verdict, entry->cause,
		  subject->part->name, subject->offset);
}

void words_judge(struct oracle *oracle, const struct subject *subject, const struct rules *rules)
{
	struct words_entry *entry = oracle->words->entry;
	u32 count = words_of(oracle, subject, rules, entry, WORDS_MAX), i;

	/* The last is the return address, which is found before any analysis. */
	for (i = 0; i + 1 < count; i++)
		count_word(oracle, subject, &entry[i]);
}
