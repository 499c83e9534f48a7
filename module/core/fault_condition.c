// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a BUG or a warning was raised: the comparison before the branch that leads to its
 * trap; and where the kernel has a function to complain with, what it was given.
 */
#include "att.h"
#include "body.h"
#include "fault_say.h"

/* Instructions between a branch and the trap: calls that print, mostly. */
#define STRAIGHT_MAX 24

/* The branch that leads to a trap, and what is compared before it. */
struct condition {
	u64 compare;
	u64 branch;
	u32 branches;	/* that lead there */
	bool equal;	/* the trap is met where both are equal */
};

/* Whether control comes from one place to another without a branch. */
static bool leads_straight(struct stackanno_fault *fault, struct stackanno_flow *flow, u64 from,
			   u64 to)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 i;

	for (i = 0; i < STRAIGHT_MAX; i++) {
		if (from == to)
			return true;
		if (stackanno_fault_decode(fault, from, &insn, bytes))
			return false;
		stackanno_arch_lift(&insn, from, 0, &flow->list);
		from += insn.length;
		switch (flow->list.exit) {
		case STACKANNO_EXIT_NEXT:
		case STACKANNO_EXIT_CALL:
			break;
		case STACKANNO_EXIT_JUMP:
			from = flow->list.target;
			if (!from)
				return false;
			break;
		default:
			return false;
		}
	}
	return false;
}

static void find(struct condition *found, u64 compare, u64 branch, bool equal)
{
	found->compare = compare;
	found->branch = branch;
	found->equal = equal;
	found->branches++;
}

/* Go through one part of the function, from its first instruction. */
static void scan_part(struct stackanno_fault *fault, struct stackanno_flow *flow,
		      const struct stackanno_flow_part *part, struct condition *found)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	u64 address = part->begin, compare = 0, target;
	struct stackanno_insn insn;
	u8 when;

	while (address - part->begin < part->size) {
		if (stackanno_fault_decode(fault, address, &insn, bytes)) {
			compare = 0;
			address++;
			continue;
		}
		if (stackanno_body_leads(flow, part->position + (u32)(address - part->begin)))
			compare = 0;
		stackanno_arch_lift(&insn, address, 0, &flow->list);
		target = flow->list.target;
		if (flow->list.exit == STACKANNO_EXIT_BRANCH) {
			when = flow->list.when;
			if (leads_straight(fault, flow, target, fault->ip))
				find(found, compare, address, when == STACKANNO_WHEN_EQUAL);
			else if (leads_straight(fault, flow, address + insn.length, fault->ip))
				find(found, compare, address, when == STACKANNO_WHEN_DIFFERENT);
		} else if (flow->list.exit != STACKANNO_EXIT_NEXT) {
			compare = 0;
		} else if (stackanno_arch_compares(&insn)) {
			compare = address;
		} else if (!stackanno_arch_keeps_flags(&insn)) {
			compare = 0;
		}
		address += insn.length;
	}
}

static void say_operands(struct stackanno_fault *fault, struct stackanno_flow *flow,
			 const struct stackanno_insn *insn, u64 address)
{
	const struct stackanno_flow_state *state;
	struct stackanno_value value[2];
	u8 reg[2];
	u64 held;
	u32 i, count = stackanno_arch_operands(insn, reg);

	state = stackanno_flow_at(flow, address, false);
	if (!state)
		return;
	for (i = 0; i < count; i++)
		value[i] = state->reg[reg[i]];
	for (i = 0; i < count; i++) {
		if (i && reg[i] == reg[0])
			continue;
		say(fault, i ? ", " : "; ");
		say(fault, stackanno_fault_register(reg[i]));
		if (stackanno_fault_resolve(fault, flow, value[i], &held)) {
			say(fault, "=");
			stackanno_fault_value(fault, held);
		} else {
			say(fault, " is not kept");
		}
	}
}

static bool is_given(struct stackanno_value value)
{
	return value.kind == STACKANNO_VALUE_ENTRY || value.kind == STACKANNO_VALUE_PASSED;
}

/*
 * What the operand that is not memory was made of; else what made its address. Of two
 * that should differ, the one that the function was given is asked after: in a double
 * free, what is freed, and not the list that it is on already.
 */
static void trace_operand(struct stackanno_fault *fault, struct stackanno_flow *flow,
			  const struct stackanno_insn *insn, u64 address, bool equal)
{
	struct stackanno_access access[STACKANNO_ATT_ACCESSES];
	const struct stackanno_flow_state *state;
	struct stackanno_value value;
	u32 count = 1;
	u8 reg[2];
	u64 held;
	bool known;

	if (stackanno_arch_accesses(insn, address, access))
		reg[0] = access[0].mem.base;
	else
		count = stackanno_arch_operands(insn, reg);
	if (!count)
		return;
	state = reg[0] < STACKANNO_IR_REGS ? stackanno_flow_at(flow, address, false) : NULL;
	if (!state)
		return;
	if (equal && count == 2 && !is_given(state->reg[reg[0]]) && is_given(state->reg[reg[1]]))
		reg[0] = reg[1];
	value = state->reg[reg[0]];
	known = stackanno_fault_resolve(fault, flow, value, &held);
	stackanno_fault_trace(fault, flow, value, reg[0], known ? &held : NULL);
}

bool stackanno_fault_condition(struct stackanno_fault *fault, struct stackanno_flow *flow)
{
	struct condition found = { .branches = 0 };
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 i;

	for (i = 0; i < flow->parts; i++)
		scan_part(fault, flow, &flow->part[i], &found);
	if (!found.branches) {
		stackanno_fault_say(fault, STACKANNO_FINDING_CONDITION, STACKANNO_EVIDENCE_LIKELY,
				    "no branch leads to it: it is always met, or the branch is not seen");
		return false;
	}
	if (found.branches > 1 || !found.compare ||
	    stackanno_fault_decode(fault, found.compare, &insn, bytes)) {
		stackanno_fault_say(fault, STACKANNO_FINDING_CONDITION, STACKANNO_EVIDENCE_LIKELY,
				    found.branches > 1 ? "several branches lead to it" :
				    "what was compared is not seen");
		return false;
	}
	if (!stackanno_flow_saw_all(flow))
		fault->sure = false;
	stackanno_fault_open(fault);
	stackanno_fault_insn(fault, found.compare);
	say_operands(fault, flow, &insn, found.compare);
	stackanno_fault_at(fault, found.compare);
	stackanno_fault_close(fault, STACKANNO_FINDING_CONDITION, evidence_of(fault), found.compare);
	trace_operand(fault, flow, &insn, found.compare, found.equal);
	return true;
}

/* ---- reports that the kernel has a function for ---- */

static const struct {
	const char *function;
	const char *argument[3];	/* the first is the object */
	bool checks;			/* it compares itself, and does not only complain */
} reporters[] = {
	{ "refcount_warn_saturate", { "r", "t" }, false },
	{ "__list_add_valid", { "new", "prev", "next" }, true },
	{ "__list_add_valid_or_report", { "new", "prev", "next" }, true },
	{ "__list_del_entry_valid", { "entry" }, true },
	{ "__list_del_entry_valid_or_report", { "entry" }, true },
	{ "usercopy_abort", { "name", "detail", "to_user" }, false },
	{ "fortify_panic", { "name" }, false },
	{ "__fortify_panic", { "reason", "avail", "size" }, false },
	{ "__fortify_report", { "reason", "avail", "size" }, false },
};

/* Complaints are mostly in the part of a function that is seldom run. */
static bool is_named(const char *name, const char *function)
{
	static const char cold[] = ".cold";
	size_t len = strlen(function);

	return !strncmp(name, function, len) && (!name[len] || !strcmp(name + len, cold));
}

bool stackanno_fault_object(struct stackanno_fault *fault, struct stackanno_flow *flow,
			    const char *name)
{
	u64 held, object = 0;
	bool known = false;
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(reporters); i++)
		if (is_named(name, reporters[i].function))
			break;
	if (i == ARRAY_SIZE(reporters))
		return false;
	stackanno_fault_open(fault);
	for (k = 0; k < ARRAY_SIZE(reporters[i].argument) && reporters[i].argument[k]; k++) {
		u8 reg = stackanno_arch_abi.argument[k];
		struct stackanno_value value = stackanno_value_make(STACKANNO_VALUE_ENTRY, reg, 0);

		say(fault, k ? ", " : "");
		say(fault, reporters[i].argument[k]);
		say(fault, "=");
		if (!stackanno_fault_resolve(fault, flow, value, &held)) {
			say(fault, "?");
			continue;
		}
		stackanno_fault_value(fault, held);
		if (k)
			continue;
		object = held;
		known = true;
	}
	if (!stackanno_flow_saw_all(flow))
		fault->sure = false;
	stackanno_fault_close(fault, STACKANNO_FINDING_OBJECT, evidence_of(fault), 0);
	/* Where it is told what it found, that is asked after: a neighbour, on a list. */
	if (reporters[i].checks && stackanno_fault_condition(fault, flow))
		return true;
	stackanno_fault_trace(fault, flow,
			      stackanno_value_make(STACKANNO_VALUE_ENTRY,
						   stackanno_arch_abi.argument[0], 0),
			      stackanno_arch_abi.argument[0], known ? &object : NULL);
	return true;
}
