// SPDX-License-Identifier: GPL-2.0-only
#include "claims.h"

#include <stdlib.h>

#include "machine.h"

/* What of the stack is looked at, below the CFA. */
#define FRAME_BYTES 4096
#define STATES_MAX 8192

struct known {
	u64 ip;
	struct stackanno_flow_state *state;	/* NULL: no path leads there */
};

struct stackanno_flow flow;

static struct known known[STATES_MAX];
static u32 knowns;

int claims_lift(u64 ip, struct stackanno_ir_list *list)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 len = image.ops.read(&image.ops, ip, bytes, sizeof(bytes));

	if (!len || image.ops.decode(&image.ops, bytes, len, &insn))
		return -EINVAL;
	stackanno_arch_lift(&insn, ip, image.ops.canary, list);
	return 0;
}

const struct stackanno_flow_state *claims_state(u64 ip)
{
	const struct stackanno_flow_state *state;
	u32 i;

	for (i = 0; i < knowns; i++)
		if (known[i].ip == ip)
			return known[i].state;
	state = stackanno_flow_at(&flow, ip, false);
	if (knowns == STATES_MAX)
		return state;
	known[knowns].ip = ip;
	known[knowns].state = NULL;
	if (state) {
		known[knowns].state = malloc(sizeof(*state));
		memcpy(known[knowns].state, state, sizeof(*state));
	}
	return known[knowns++].state;
}

void claims_forget(void)
{
	u32 i;

	for (i = 0; i < knowns; i++)
		free(known[i].state);
	knowns = 0;
}

static u64 stack_word(const u8 *stack, u64 address, u32 size)
{
	u64 value = 0;

	if (address - STACK <= STACK_BYTES - size)
		memcpy(&value, stack + (address - STACK), size);
	return value;
}

static u64 cut(u64 value, struct stackanno_value as)
{
	u32 shift = 64 - (8U << as.width);

	if (as.width == 3)
		return value;
	value <<= shift;
	return as.sext ? (u64)((s64)value >> shift) : value >> shift;
}

/* The same name must mean the same number wherever it stands. */
struct name {
	u32 kind, id;
	u64 value;
};

static struct name names[REGISTERS + STACKANNO_FLOW_SLOTS];
static u32 named;

static bool check_name(struct stackanno_value claim, u64 value)
{
	u32 i;

	if (claim.width != 3)
		return true;
	value -= (u64)(s64)claim.offset;
	for (i = 0; i < named; i++)
		if (names[i].kind == claim.kind && names[i].id == claim.id)
			return names[i].value == value;
	names[named++] = (struct name){ claim.kind, claim.id, value };
	return true;
}

u64 claims_base(void)
{
	return (CFA_AT + (u64)(s64)flow.summary.align_from) &
	       ~((u64)flow.summary.align_bytes - 1);
}

static bool check_value(struct stackanno_value claim, u64 value, u32 size)
{
	u64 expected;

	switch (claim.kind) {
	case STACKANNO_VALUE_UNKNOWN:
		return true;
	case STACKANNO_VALUE_RESULT:
	case STACKANNO_VALUE_JOIN:
		return size < 8 || check_name(claim, value);
	case STACKANNO_VALUE_ENTRY:
		expected = machine.entry[claim.id];
		break;
	case STACKANNO_VALUE_CFA:
		expected = CFA_AT;
		break;
	case STACKANNO_VALUE_ALIGNED:
		expected = claims_base();
		break;
	case STACKANNO_VALUE_CONST:
		expected = 0;
		break;
	case STACKANNO_VALUE_CANARY:
		expected = machine.canary;
		break;
	case STACKANNO_VALUE_RETURN:
		expected = stack_word(machine.stack_at_entry, CFA_AT - 8, 8);
		break;
	case STACKANNO_VALUE_PASSED:
		expected = stack_word(machine.stack_at_entry, CFA_AT + claim.id * 8ULL, 8);
		break;
	default:
		return false;
	}
	counts->claims++;
	expected = cut(expected + (u64)(s64)claim.offset, claim);
	return size == 8 ? expected == value :
			   !((expected ^ value) & ((1ULL << (8 * size)) - 1));
}

bool claims_linkage(struct stackanno_value value)
{
	return value.kind == STACKANNO_VALUE_CANARY || value.kind == STACKANNO_VALUE_RETURN ||
	       (value.kind == STACKANNO_VALUE_ENTRY &&
		stackanno_arch_abi.saved >> value.id & 1);
}

/*
 * Whether the function wrote over its own frame: through a pointer or an index that
 * chance had made, at a place that no path writes so.
 */
static bool is_overrun(u64 address)
{
	const struct stackanno_flow_state *state;
	u64 writer = machine.writer[(address - STACK) / 8];
	struct stackanno_ir_list list;
	u32 i;

	state = writer ? claims_state(writer) : NULL;
	if (!state || claims_lift(writer, &list))
		return false;
	for (i = 0; i < list.count; i++) {
		const struct stackanno_ir_mem *mem = &list.op[i].mem;

		if (list.op[i].op == STACKANNO_IR_FILL)
			return true;
		if ((list.op[i].op == STACKANNO_IR_STORE ||
		     list.op[i].op == STACKANNO_IR_STORE_SET ||
		     list.op[i].op == STACKANNO_IR_STORE_ANY) &&
		    (mem->index != STACKANNO_IR_NO_REG || mem->base == STACKANNO_IR_NO_REG ||
		     !stackanno_value_in_frame(state->reg[mem->base])))
			return true;
	}
	return false;
}

/* What a branch tells holds only where the data decided it. */
static bool check_facts(const struct stackanno_flow_state *state, int *at)
{
	bool half;
	s32 value;
	u32 i;

	for (i = 0; i < REGISTERS && !machine.forced; i++) {
		if (!stackanno_flow_fact(state, i, &value, &half))
			continue;
		counts->claims++;
		*at = (int)i;
		if (half ? (u32)machine.entry[i] != (u32)value :
			   machine.entry[i] != (u64)(s64)value)
			return false;
	}
	return true;
}

bool claims_hold(const struct stackanno_flow_state *state, const char **what, int *at)
{
	u64 base = claims_base();
	u32 i;

	named = 0;
	*what = "an argument";
	if (!check_facts(state, at))
		return false;
	*what = "a register";
	for (i = 0; i < REGISTERS; i++) {
		uc_reg_read(machine.uc, machine_regs[i], &machine.reg[i]);
		*at = (int)i;
		if (check_value(state->reg[i], machine.reg[i], 8))
			continue;
		if (!state->reg[i].soft)
			return false;
		counts->soft++;
	}
	*what = "a slot";
	uc_mem_read(machine.uc, CFA_AT - FRAME_BYTES, machine.stack + (CFA_AT - FRAME_BYTES - STACK),
		    FRAME_BYTES + 256);
	for (i = 0; i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];
		u64 address = (slot->base ? base : CFA_AT) + (u64)(s64)slot->offset;

		if (address - STACK > STACK_BYTES - 8)
			continue;
		*at = slot->offset;
		if (check_value(slot->value, stack_word(machine.stack, address, slot->size),
				slot->size))
			continue;
		if (slot->value.soft) {
			counts->soft++;
		} else if (claims_linkage(slot->value) && is_overrun(address)) {
			counts->overruns++;
			*what = NULL;
			return false;
		} else {
			return false;
		}
	}
	return true;
}
