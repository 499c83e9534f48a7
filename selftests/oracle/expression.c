// SPDX-License-Identifier: GPL-2.0-only
#include "expression.h"

#include <dwarf.h>

#define WORD 8
#define STACK 16

static const struct stackanno_value unknown;

struct stackanno_value expression_slot(const struct stackanno_flow_state *state,
				       struct stackanno_value at)
{
	const struct stackanno_flow_slot *slot;

	if (!stackanno_value_in_frame(at))
		return unknown;
	slot = stackanno_flow_slot(state, at.kind == STACKANNO_VALUE_CFA ?
				   STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED, at.offset);
	return slot ? slot->value : unknown;
}

struct stackanno_value expression_place(const struct stackanno_flow_state *state,
					const struct place *place)
{
	struct stackanno_value at;

	switch (place->kind) {
	case PLACE_REG:
		return state->reg[place->reg];
	case PLACE_CFA:
		return expression_slot(state, stackanno_value_make(STACKANNO_VALUE_CFA, 0,
								   (s32)place->offset));
	case PLACE_MEMORY:
		if (!stackanno_value_add(state->reg[place->reg], place->offset, WORD, &at))
			return unknown;
		return expression_slot(state, at);
	default:
		return unknown;
	}
}

struct machine {
	const struct stackanno_flow_state *state;
	struct stackanno_value stack[STACK];
	u32 depth;
	bool memory;
};

static void push(struct machine *machine, struct stackanno_value value)
{
	if (machine->depth < STACK)
		machine->stack[machine->depth++] = value;
}

static struct stackanno_value pop(struct machine *machine)
{
	return machine->depth ? machine->stack[--machine->depth] : unknown;
}

static void push_number(struct machine *machine, s64 number)
{
	struct stackanno_value value = stackanno_value_make(STACKANNO_VALUE_CONST, 0, 0);

	push(machine, stackanno_value_add(value, number, WORD, &value) ? value : unknown);
}

static void push_sum(struct machine *machine, struct stackanno_value value, s64 delta)
{
	push(machine, stackanno_value_add(value, delta, WORD, &value) ? value : unknown);
}

static bool is_number(struct stackanno_value value)
{
	return value.kind == STACKANNO_VALUE_CONST;
}

static s64 number_of(struct stackanno_value value)
{
	return value.width == 3 ? (s64)value.offset : (s64)(u32)value.offset;
}

static void read_memory(struct machine *machine, u32 size)
{
	struct stackanno_value at = pop(machine), value = expression_slot(machine->state, at);

	if (value.kind == STACKANNO_VALUE_UNKNOWN)
		machine->memory = true;
	push(machine, stackanno_value_cut(value, size, false, &value) ? value : unknown);
}

/* What a register held when the function was entered. */
static void push_entry(struct machine *machine, const Dwarf_Attribute *attribute,
		       const Dwarf_Op *op)
{
	Dwarf_Attribute block;
	Dwarf_Op *inner;
	size_t count;

	if (dwarf_getlocation_attr((Dwarf_Attribute *)attribute, op, &block) ||
	    dwarf_getlocation(&block, &inner, &count) || count != 1 ||
	    inner->atom < DW_OP_reg0 || truth_register(inner->atom - DW_OP_reg0) == 0xff)
		push(machine, unknown);
	else
		push(machine, stackanno_value_make(STACKANNO_VALUE_ENTRY,
						   truth_register(inner->atom - DW_OP_reg0), 0));
}

static void two_operands(struct machine *machine, u8 atom)
{
	struct stackanno_value b = pop(machine), a = pop(machine), value = unknown;
	u32 bytes;

	if (atom == DW_OP_plus && is_number(a)) {
		value = a;
		a = b;
		b = value;
	}
	if (!is_number(b)) {
		push(machine, unknown);
		return;
	}
	switch (atom) {
	case DW_OP_plus:
		push_sum(machine, a, number_of(b));
		return;
	case DW_OP_minus:
		push_sum(machine, a, -number_of(b));
		return;
	case DW_OP_and:
		for (bytes = 1; bytes < WORD; bytes *= 2)
			if (number_of(b) == (s64)((1ULL << (8 * bytes)) - 1))
				break;
		if (bytes == WORD || !stackanno_value_cut(a, bytes, false, &value))
			value = unknown;
		push(machine, value);
		return;
	case DW_OP_shl:
		if (is_number(a) && number_of(b) >= 0 && number_of(b) < 64) {
			push_number(machine, (s64)((u64)number_of(a) << number_of(b)));
			return;
		}
		break;
	}
	push(machine, unknown);
}

/*
 * Sign and zero extension as gcc writes them: N, shl, N, shra or shr.
 * Return: how many operations that was; 0: something else.
 */
static u32 extension(struct machine *machine, const Dwarf_Op *op, size_t left)
{
	u64 bits = op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31 ?
		(u64)(op->atom - DW_OP_lit0) : op->number;
	struct stackanno_value value;
	bool sign;

	if (left < 4 || (op->atom != DW_OP_const1u && op->atom < DW_OP_lit0) ||
	    op->atom > DW_OP_lit31 || op[1].atom != DW_OP_shl || op[2].atom != op->atom ||
	    op[2].number != op->number ||
	    (op[3].atom != DW_OP_shra && op[3].atom != DW_OP_shr) ||
	    (bits != 32 && bits != 48 && bits != 56))
		return 0;
	sign = op[3].atom == DW_OP_shra;
	value = pop(machine);
	push(machine, stackanno_value_cut(value, WORD - (u32)bits / 8, sign, &value) ?
	     value : unknown);
	return 4;
}

static void step(struct machine *machine, const Dwarf_Attribute *attribute, const Dwarf_Op *op)
{
	u8 atom = op->atom, reg;

	if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
		push_number(machine, atom - DW_OP_lit0);
		return;
	}
	if ((atom >= DW_OP_breg0 && atom <= DW_OP_breg31) || atom == DW_OP_bregx) {
		reg = truth_register(atom == DW_OP_bregx ? op->number :
				     (u64)(atom - DW_OP_breg0));
		push_sum(machine, reg == 0xff ? unknown : machine->state->reg[reg],
			 (s64)(atom == DW_OP_bregx ? op->number2 : op->number));
		return;
	}
	switch (atom) {
	case DW_OP_addr:
		/* Of another file, or of a section that is laid out nowhere: not linked. */
		if ((s64)op->number < 0)
			push_number(machine, (s64)op->number);
		else
			push(machine, unknown);
		break;
	case DW_OP_const1u: case DW_OP_const1s: case DW_OP_const2u:
	case DW_OP_const2s: case DW_OP_const4u: case DW_OP_const4s: case DW_OP_const8u:
	case DW_OP_const8s: case DW_OP_constu: case DW_OP_consts:
		push_number(machine, (s64)op->number);
		break;
	case DW_OP_fbreg:
		push(machine, stackanno_value_make(STACKANNO_VALUE_CFA, 0, (s32)op->number));
		break;
	case DW_OP_call_frame_cfa:
		push(machine, stackanno_value_make(STACKANNO_VALUE_CFA, 0, 0));
		break;
	case DW_OP_entry_value:
	case DW_OP_GNU_entry_value:
		push_entry(machine, attribute, op);
		break;
	case DW_OP_deref:
		read_memory(machine, WORD);
		break;
	case DW_OP_deref_size:
		read_memory(machine, (u32)op->number);
		break;
	case DW_OP_plus_uconst:
		push_sum(machine, pop(machine), (s64)op->number);
		break;
	case DW_OP_plus: case DW_OP_minus: case DW_OP_and: case DW_OP_shl: case DW_OP_shr:
	case DW_OP_shra: case DW_OP_or: case DW_OP_xor: case DW_OP_mul:
		two_operands(machine, atom);
		break;
	case DW_OP_stack_value:
	case DW_OP_nop:
		break;
	default:
		pop(machine);
		push(machine, unknown);
		break;
	}
}

struct stackanno_value expression_value(const struct stackanno_flow_state *state,
					const Dwarf_Attribute *attribute, bool *memory)
{
	struct machine machine = { .state = state };
	Dwarf_Attribute copy = *attribute;
	Dwarf_Op *op;
	size_t count, i;
	u32 used;

	*memory = false;
	if (dwarf_getlocation(&copy, &op, &count))
		return unknown;
	for (i = 0; i < count; i += used) {
		used = extension(&machine, &op[i], count - i);
		if (used)
			continue;
		step(&machine, attribute, &op[i]);
		used = 1;
	}
	*memory = machine.memory;
	return machine.depth == 1 ? machine.stack[0] : unknown;
}
