// SPDX-License-Identifier: GPL-2.0-only
#include "judge.h"

#include "expression.h"
#include "sites.h"

static void count(struct oracle *oracle, const struct subject *subject, enum row row,
		  enum verdict verdict, const char *cause)
{
	table_add(&oracle->table, row, verdict, cause, subject->part->name, subject->offset);
}

static enum verdict judge_cfa(const struct stackanno_flow_state *state, const struct place *cfa)
{
	struct stackanno_value value = expression_place(state, cfa);

	/* DWARF does not know of switched stacks: its rsp is the one left behind. */
	if (cfa->kind == PLACE_REG && cfa->reg == stackanno_arch_abi.sp &&
	    stackanno_value_equal(value, state->link_at))
		value = state->link;
	if (cfa->kind == PLACE_REG && !stackanno_value_add(value, cfa->offset, 8, &value))
		return VERDICT_UNKNOWN;
	if (!stackanno_value_in_frame(value))
		return VERDICT_UNKNOWN;
	return value.kind == STACKANNO_VALUE_CFA && !value.offset ? VERDICT_FOUND : VERDICT_WRONG;
}

static bool is_saved(const struct stackanno_flow_slot *slot, u8 reg)
{
	return slot->size == 8 && slot->value.kind == STACKANNO_VALUE_ENTRY &&
	       slot->value.id == reg && !slot->value.offset && slot->value.width == 3;
}

/* Slots that hold a callee-saved register, both ways. */
static void judge_saved(struct oracle *oracle, const struct subject *subject,
			const struct stackanno_flow_state *state, const struct rules *rules)
{
	u32 i;
	u8 reg;

	for (reg = 0; reg < REGISTERS; reg++) {
		const struct place *place = &rules->saved[reg];
		struct stackanno_value value;

		if (!(stackanno_arch_abi.saved >> reg & 1) || reg == stackanno_arch_abi.sp)
			continue;
		if (place->kind == PLACE_CFA || place->kind == PLACE_MEMORY) {
			value = expression_place(state, place);
			count(oracle, subject, ROW_SAVED,
			      value.kind == STACKANNO_VALUE_ENTRY && value.id == reg &&
			      !value.offset ? VERDICT_FOUND : VERDICT_UNKNOWN, NULL);
		}
		for (i = 0; i < state->slots; i++) {
			const struct stackanno_flow_slot *slot = &state->slot[i];

			if (!is_saved(slot, reg) || place->kind == PLACE_MEMORY ||
			    (place->kind == PLACE_CFA && slot->base == STACKANNO_BASE_CFA &&
			     slot->offset == place->offset))
				continue;
			count(oracle, subject, ROW_SAVED, VERDICT_WRONG, NULL);
		}
	}
}

/* What was added can be taken away again. */
static bool tells(struct stackanno_value value, const struct place *entry)
{
	return (value.kind == STACKANNO_VALUE_ENTRY && entry->kind == PLACE_REG &&
		value.id == entry->reg) ||
	       (value.kind == STACKANNO_VALUE_PASSED && entry->kind == PLACE_CFA &&
		(s64)value.id * 8 == entry->offset);
}

/* Whether a value tells what a parameter was at entry; wrong when it is something else. */
static enum verdict judge_value(struct stackanno_value value, const struct place *entry)
{
	if (tells(value, entry))
		return VERDICT_FOUND;
	switch (value.kind) {
	case STACKANNO_VALUE_ENTRY:
	case STACKANNO_VALUE_PASSED:
	case STACKANNO_VALUE_CFA:
	case STACKANNO_VALUE_ALIGNED:
	case STACKANNO_VALUE_CONST:
	case STACKANNO_VALUE_CANARY:
		return VERDICT_WRONG;
	default:
		return VERDICT_UNKNOWN;
	}
}

static const char *cause_of(const struct stackanno_flow_state *state,
			    struct stackanno_value value)
{
	if (!state)
		return "no path leads there";
	switch (value.kind) {
	case STACKANNO_VALUE_UNKNOWN:
		return "nothing is known of the place";
	case STACKANNO_VALUE_RESULT:
		return "a new value, of one instruction";
	case STACKANNO_VALUE_JOIN:
		return "a new value on some path";
	default:
		return "a new value, known";
	}
}

static bool is_known(const struct stackanno_flow_state *state, const struct place *entry)
{
	bool half;
	s32 value;
	u32 i;

	if (entry->kind == PLACE_REG && stackanno_flow_fact(state, entry->reg, &value, &half))
		return true;
	for (i = 0; i < REGISTERS; i++)
		if (tells(state->reg[i], entry))
			return true;
	for (i = 0; i < state->slots; i++)
		if (tells(state->slot[i].value, entry))
			return true;
	return entry->kind == PLACE_CFA &&
	       stackanno_flow_passed(state, (u32)(entry->offset / 8));
}

int judge_argument(u8 reg)
{
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		if (stackanno_arch_abi.argument[i] == reg)
			return (int)i;
	return -1;
}

/* Where DWARF itself has the parameter now: what is in the way of knowing it. */
static const char *whereabouts(const struct place *now)
{
	switch (now->kind) {
	case PLACE_NONE:
		return "DWARF does not know it either";
	case PLACE_OTHER:
		return "DWARF has an expression, most often of entry values";
	case PLACE_REG:
		return stackanno_arch_abi.saved >> now->reg & 1 ?
			"DWARF has a value in a callee-saved register" :
			"DWARF has it in a register that the call may change";
	default:
		return "DWARF has a value in memory";
	}
}

static void judge_parameter(struct oracle *oracle, const struct subject *subject,
			    const struct stackanno_flow_state *state,
			    const struct parameter *parameter)
{
	struct place now = truth_parameter(parameter, subject->ip - 1);
	struct stackanno_value value = { 0 };
	enum verdict verdict;
	bool known;

	/* Of some DWARF knows only where they are later. */
	if (parameter->entry.kind == PLACE_REG ? judge_argument(parameter->entry.reg) < 0 :
	    parameter->entry.kind != PLACE_CFA)
		return;
	known = state && is_known(state, &parameter->entry);
	count(oracle, subject, ROW_PARAMETER_KNOWN, known ? VERDICT_FOUND : VERDICT_UNKNOWN,
	      whereabouts(&now));
	sites_parameter(oracle, subject, &parameter->entry, known);
	/* What was passed on the stack and stays there is no finding. */
	if (parameter->entry.kind == PLACE_CFA)
		return;
	if (state)
		value = expression_place(state, &now);
	verdict = judge_value(value, &parameter->entry);
	if (now.kind == PLACE_REG && stackanno_arch_abi.saved >> now.reg & 1)
		count(oracle, subject, ROW_PARAMETER_REGISTER, verdict, cause_of(state, value));
	else if (now.kind == PLACE_CFA || now.kind == PLACE_MEMORY)
		count(oracle, subject, ROW_PARAMETER_SLOT, verdict, cause_of(state, value));
}

void judge_frame(struct oracle *oracle, const struct subject *subject,
		 const struct stackanno_flow_state *state, const struct rules *rules, bool call)
{
	enum verdict verdict = state ? judge_cfa(state, &rules->cfa) : VERDICT_UNKNOWN;
	u32 i;

	if (!call) {
		/* What no path leads to has no state; it is counted at call sites. */
		if (state || !subject->analysed)
			count(oracle, subject, ROW_CFA_BOUNDARIES, verdict, NULL);
		return;
	}
	count(oracle, subject, ROW_REACHED, state ? VERDICT_FOUND : VERDICT_UNKNOWN, NULL);
	count(oracle, subject, ROW_CFA_CALLS, verdict, NULL);
	if (state)
		judge_saved(oracle, subject, state, rules);
	for (i = 0; subject->subprogram && i < subject->subprogram->count; i++)
		judge_parameter(oracle, subject, state,
				&oracle->truth.parameter[subject->subprogram->first + i]);
}
