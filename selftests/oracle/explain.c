// SPDX-License-Identifier: GPL-2.0-only
#include "explain.h"

#include <stdio.h>

#include "core/arch.h"
#include "core/label.h"
#include "expression.h"
#include "prototype.h"
#include "words.h"

#define WORDS_SHOWN 1024

static void print_value(struct stackanno_value value)
{
	static const char * const kinds[] = {
		"?", "entry", "CFA", "aligned", "const", "result", "join", "canary", "return",
		"passed",
	};
	static_assert(ARRAY_SIZE(kinds) == STACKANNO_VALUE_KINDS);

	if (value.kind == STACKANNO_VALUE_ENTRY)
		printf("entry %s", stackanno_arch_register_name(
			stackanno_arch_register_field(value.id)));
	else if (value.kind == STACKANNO_VALUE_RESULT)
		printf("result of +0x%x (%u)", value.id >> 8, value.id & 0xff);
	else if (value.kind == STACKANNO_VALUE_JOIN)
		printf("join %u of block %u", value.id & 0x1fff, value.id >> 13);
	else if (value.kind == STACKANNO_VALUE_PASSED)
		printf("passed word %u", value.id);
	else
		printf("%s", kinds[value.kind]);
	if (value.offset || value.kind == STACKANNO_VALUE_CONST)
		printf("%+d", value.offset);
	if (value.width != 3)
		printf(" %s%d", value.sext ? "s" : "u", 8 << value.width);
	if (value.soft)
		printf(" soft");
}

static void print_place(const struct place *place)
{
	static const char * const kinds[] = {
		"not said", "same", "in", "at CFA", "at", "elsewhere",
	};

	printf("%s", kinds[place->kind]);
	if (place->kind == PLACE_REG || place->kind == PLACE_MEMORY)
		printf(" %s", stackanno_arch_register_name(
			stackanno_arch_register_field(place->reg)));
	if (place->offset)
		printf("%+lld", (long long)place->offset);
}

static const char *name_of(u32 reg)
{
	return stackanno_arch_register_name(stackanno_arch_register_field(reg));
}

static void print_parameters(const struct oracle *oracle, const struct subject *subject,
			     const struct stackanno_flow_state *state, u64 ip)
{
	u32 i;

	for (i = 0; subject->subprogram && i < subject->subprogram->count; i++) {
		const struct parameter *parameter =
			&oracle->truth.parameter[subject->subprogram->first + i];
		struct place place = truth_parameter(parameter, ip);

		printf("parameter %s: entered ", parameter->name ? parameter->name : "?");
		print_place(&parameter->entry);
		printf(", now ");
		print_place(&place);
		if (state && place.kind != PLACE_NONE && place.kind != PLACE_OTHER) {
			printf(", where is ");
			print_value(expression_place(state, &place));
		}
		printf("\n");
	}
}

static void print_rules(const struct rules *rules)
{
	u32 i;

	printf("DWARF: CFA ");
	print_place(&rules->cfa);
	for (i = 0; i < REGISTERS; i++) {
		if (rules->saved[i].kind != PLACE_CFA && rules->saved[i].kind != PLACE_MEMORY)
			continue;
		printf(", %s ", name_of(i));
		print_place(&rules->saved[i]);
	}
	printf("\n");
}

static void print_slot(const struct oracle *oracle, const struct subject *subject,
		       const struct stackanno_flow_slot *slot)
{
	u64 writer = stackanno_flow_address(&oracle->flow, slot->writer);

	printf(" [");
	if (slot->size != 8)
		printf("%u bytes at %+d: ", slot->size, slot->offset);
	print_value(slot->value);
	if (writer)
		printf(", by +0x%llx", (unsigned long long)(writer - subject->function->begin));
	printf("]");
}

/* Slots of the state that lie in one word, the CFA's base or the rounded one. */
static void print_slots(const struct oracle *oracle, const struct subject *subject,
			const struct stackanno_flow_state *state, u32 base, s32 offset)
{
	u32 i;

	for (i = 0; i < state->slots; i++)
		if (state->slot[i].base == base && state->slot[i].offset < offset + 8 &&
		    state->slot[i].offset + state->slot[i].size > offset)
			print_slot(oracle, subject, &state->slot[i]);
}

static void print_word(const struct oracle *oracle, const struct subject *subject,
		       const struct stackanno_flow_state *state, const struct words_entry *entry,
		       s32 gap)
{
	const char *variable = entry->variable ?
		truth_variable_name(&oracle->truth, entry->variable) : NULL;
	bool rounded = state && state->reg[stackanno_arch_abi.sp].kind ==
		STACKANNO_VALUE_ALIGNED && entry->offset < gap;

	printf("CFA%-+6d %-9s %-8s", entry->offset, stackanno_label_role(entry->role),
	       entry->role ? stackanno_label_evidence(entry->evidence) : "");
	if (state)
		print_slots(oracle, subject, state, rounded ? STACKANNO_BASE_ALIGNED :
			    STACKANNO_BASE_CFA, entry->offset - (rounded ? gap : 0));
	if (entry->saved != 0xff)
		printf(" DWARF: saved %s", name_of(entry->saved));
	if (entry->variable)
		printf(" DWARF: %s, %u bytes", variable ? variable : "?", entry->variable->size);
	if (entry->evidence == STACKANNO_EVIDENCE_CERTAIN && entry->verdict == VERDICT_WRONG)
		printf(" WRONG: %s", entry->cause);
	printf("\n");
}

/* Each word of the frame on a line of its own; the slots alone, where it has no size. */
static void print_words(struct oracle *oracle, const struct subject *subject,
			const struct rules *rules, bool call)
{
	static struct words_entry entry[WORDS_SHOWN];
	const struct stackanno_flow_state *state;
	u32 count = 0, i;
	s32 gap;

	if (call)
		count = words_of(oracle, subject, rules, entry, WORDS_SHOWN);
	state = subject->analysed ? stackanno_flow_at(&oracle->flow, subject->ip, call) : NULL;
	gap = words_rounded(oracle);
	for (i = 0; i < count; i++)
		print_word(oracle, subject, state, &entry[i], gap);
	for (i = 0; !count && state && i < state->slots; i++) {
		printf("%s%+d", state->slot[i].base ? "rounded" : "CFA", state->slot[i].offset);
		print_slot(oracle, subject, &state->slot[i]);
		printf("\n");
	}
}

static void print_arguments(struct oracle *oracle, const struct subject *subject)
{
	const struct call_site *site = truth_call_site(&oracle->truth, subject->ip);
	const struct stackanno_flow_state *state = NULL;
	bool memory;
	u64 call;
	u32 i;

	if (subject->analysed)
		state = stackanno_flow_calling(&oracle->flow, subject->ip, &call);
	for (i = 0; site && state && i < site->count; i++) {
		const struct argument *argument = &oracle->truth.argument[site->first + i];

		printf("argument %s: ", name_of(argument->reg));
		print_value(state->reg[argument->reg]);
		printf("; DWARF: ");
		print_value(expression_value(state, &argument->value, &memory));
		printf("%s\n", memory ? ", from memory" : "");
	}
}

void explain(struct oracle *oracle, const struct subject *subject, bool call)
{
	const struct stackanno_flow_summary *summary = &oracle->flow.summary;
	const struct stackanno_flow_state *state = NULL;
	u64 ip = call ? subject->ip - 1 : subject->ip;
	struct rules rules = { 0 };
	u32 i;

	printf("%s+0x%x: %s; end %u, %u instructions, %u blocks, %u bytes, %u unknown, %u undecoded, %u conflicts\n",
	       subject->part->name, subject->offset, call ? "return address" : "instruction",
	       summary->end, summary->instructions, summary->blocks, summary->arena,
	       summary->unknown, summary->undecoded, summary->conflicts);
	for (i = 0; i < STACKANNO_BASES; i++)
		if (summary->escape_low[i] != 0x7fffffff)
			printf("lowest escape from %s: %d\n", i ? "the rounded base" : "the CFA",
			       summary->escape_low[i]);
	truth_rules(&oracle->truth, ip, &rules);
	if (subject->analysed)
		state = stackanno_flow_at(&oracle->flow, subject->ip, call);
	if (!state)
		printf("no state\n");
	for (i = 0; state && i < REGISTERS; i++) {
		printf("%-4s", name_of(i));
		print_value(state->reg[i]);
		printf("\n");
	}
	print_rules(&rules);
	prototype_print(oracle, subject->function->name);
	print_parameters(oracle, subject, state, ip);
	if (call)
		print_arguments(oracle, subject);
	print_words(oracle, subject, &rules, call);
}
