// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a value came from. Each step is what the analysis holds on every path; what a
 * load read is in a register by now, and what memory holds is said apart.
 */
#include "att.h"
#include "fault_say.h"

#include "frame.h"
#include "origin.h"

#define WORD 8
/* Steps within all functions: more would push frames out of a report. */
#define STEPS_MAX 12
/* Columns of an expression: behind a longer one the place would be cut off. */
#define EXPRESSION_MAX 48

static void end(struct stackanno_fault *fault, const char *sentence)
{
	fault->stage = STACKANNO_FAULT_DONE;
	stackanno_fault_say(fault, STACKANNO_FINDING_END, evidence_of(fault), sentence);
}

/* Of the same instruction or argument, another constant added to it. */
static bool is_kin(struct stackanno_value a, struct stackanno_value b)
{
	a.offset = 0;
	b.offset = 0;
	return stackanno_value_equal(a, b);
}

static bool slot_holds(struct stackanno_fault *fault, const struct stackanno_flow_slot *slot,
		       u64 *held)
{
	const struct stackanno_frame *frame;
	const struct stackanno_word *word;

	if (slot->size != WORD || slot->base != STACKANNO_BASE_CFA)
		return false;
	frame = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_FRAMES, fault->index);
	word = stackanno_frame_word(fault->builder, frame, frame->high + (u64)(s64)slot->offset);
	if (!word || word->flags & STACKANNO_WORD_UNREADABLE)
		return false;
	*held = word->value;
	return true;
}

bool stackanno_fault_resolve(struct stackanno_fault *fault, struct stackanno_flow *flow,
			     struct stackanno_value value, u64 *held)
{
	const struct stackanno_flow_state *state;
	u32 i;

	if (!fault->regs.known)
		return false;
	state = stackanno_flow_at(flow, fault->ip, false);
	if (!state)
		return false;
	for (i = 0; i < STACKANNO_IR_REGS; i++) {
		if (!is_kin(state->reg[i], value) || !stackanno_fault_held(fault, (u8)i, held))
			continue;
		*held += (u64)((s64)value.offset - state->reg[i].offset);
		return true;
	}
	for (i = 0; i < state->slots; i++) {
		if (!is_kin(state->slot[i].value, value) ||
		    !slot_holds(fault, &state->slot[i], held))
			continue;
		*held += (u64)((s64)value.offset - state->slot[i].value.offset);
		return true;
	}
	return false;
}

/* `argument 2`, or `what its caller had in rbx`. */
static void say_entry(struct stackanno_fault *fault, struct stackanno_value value)
{
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++) {
		if (stackanno_arch_abi.argument[i] != value.id)
			continue;
		say(fault, "argument ");
		stackanno_text_decimal(&fault->text, i + 1, 0);
		break;
	}
	if (i == stackanno_arch_abi.arguments) {
		say(fault, "what its caller had in ");
		say(fault, stackanno_fault_register((u8)value.id));
	}
	if (value.offset)
		stackanno_fault_offset(fault, value.offset);
}

/*
 * ` (file->f_mapping)`: what a value is in the function's names. States that were asked
 * for are lost. Return: whether it has one.
 */
static bool say_expression(struct stackanno_fault *fault, struct stackanno_flow *flow,
			   struct stackanno_value value)
{
	struct stackanno_expression_root root;
	struct stackanno_text before = fault->text;

	if (!fault->signature ||
	    stackanno_expression_trace(flow, value, &fault->expression) ||
	    stackanno_expression_root(fault->signature, fault->expression.argument, &root))
		return false;
	say(fault, " (");
	if (!stackanno_expression_print(&fault->expression, &root, &fault->text) &&
	    fault->text.len - before.len <= EXPRESSION_MAX) {
		if (fault->expression.evidence > (u32)evidence_of(fault))
			say(fault, " ?");
		say(fault, ")");
		return true;
	}
	fault->text = before;
	fault->buf[before.len] = 0;
	return false;
}

static void say_held(struct stackanno_fault *fault, u8 reg, const u64 *held)
{
	say(fault, stackanno_fault_register(reg));
	if (!held)
		return;
	say(fault, "=");
	stackanno_fault_value(fault, *held);
}

/* The rest of the way is the caller's. */
static void give(struct stackanno_fault *fault, struct stackanno_flow *flow,
		 struct stackanno_value value)
{
	fault->stage = STACKANNO_FAULT_GIVEN;
	fault->reg = (u8)value.id;
	fault->callee = flow->part[0].begin;
	fault->tails = flow->summary.tails;
}

/* What a value is that is no result: nothing is left to follow within the function. */
static void finish(struct stackanno_fault *fault, struct stackanno_flow *flow,
		   struct stackanno_value value, u8 reg, const u64 *held, bool told)
{
	switch (value.kind) {
	case STACKANNO_VALUE_ENTRY:
		if (!told) {
			stackanno_fault_open(fault);
			say_held(fault, reg, held);
			say(fault, " is ");
			say_entry(fault, value);
			say_expression(fault, flow, value);
			stackanno_fault_close(fault, STACKANNO_FINDING_ORIGIN, evidence_of(fault), 0);
		}
		give(fault, flow, value);
		return;
	case STACKANNO_VALUE_CONST:
		stackanno_fault_open(fault);
		say(fault, stackanno_fault_register(reg));
		say(fault, " is the constant ");
		stackanno_fault_value(fault, (u64)(s64)value.offset);
		stackanno_fault_close(fault, STACKANNO_FINDING_END, evidence_of(fault), 0);
		fault->stage = STACKANNO_FAULT_DONE;
		return;
	case STACKANNO_VALUE_CFA:
	case STACKANNO_VALUE_ALIGNED:
		end(fault, "it is an address in its own frame");
		return;
	case STACKANNO_VALUE_JOIN:
		end(fault, "which of several it is depends on the way taken, or it changes in a loop");
		return;
	case STACKANNO_VALUE_PASSED:
		end(fault, "it is an argument that was passed on the stack");
		return;
	default:
		end(fault, "what it was is not known: what it was kept in may have been written since");
		return;
	}
}

/* What memory holds now, where its address can still be told. */
static void say_now(struct stackanno_fault *fault, struct stackanno_flow *flow,
		    const struct stackanno_origin *origin, const u64 *held)
{
	u64 base = 0, index = 0, address, now;

	if (!fault->values || origin->foreign || origin->from != WORD)
		return;
	if (!stackanno_origin_lasts(flow, origin->base, origin->position, fault->ip) ||
	    !stackanno_origin_lasts(flow, origin->index, origin->position, fault->ip))
		return;
	if (origin->base.kind != STACKANNO_VALUE_CONST &&
	    !stackanno_fault_resolve(fault, flow, origin->base, &base))
		return;
	if (origin->index.kind != STACKANNO_VALUE_CONST &&
	    !stackanno_fault_resolve(fault, flow, origin->index, &index))
		return;
	address = base + index * origin->scale + (u64)origin->disp;
	say(fault, ", from ");
	stackanno_fault_value(fault, address);
	if (!held || !fault->ops->word(fault->ops, address, &now) || now == *held)
		return;
	say(fault, ", which now holds ");
	stackanno_fault_value(fault, now);
}

static void finish_per_cpu(struct stackanno_fault *fault, const struct stackanno_origin *origin)
{
	u64 segment = fault->ops->segment;
	u32 before;

	fault->stage = STACKANNO_FAULT_DONE;
	stackanno_fault_open(fault);
	say(fault, "it was read from per-CPU memory");
	before = fault->text.len;
	if (segment && origin->base.kind == STACKANNO_VALUE_CONST &&
	    origin->index.kind == STACKANNO_VALUE_CONST) {
		say(fault, ": ");
		/* Of whatever CPU it was then: the variable is the same. */
		if (!fault->ops->variable(fault->ops, segment + (u64)origin->base.offset +
					  (u64)origin->index.offset * origin->scale +
					  (u64)origin->disp, &fault->text)) {
			fault->text.len = before;
			fault->buf[before] = 0;
		}
	}
	stackanno_fault_close(fault, STACKANNO_FINDING_END, evidence_of(fault), 0);
}

/* A load by an address that code names, or of memory that nobody follows. */
static void finish_load(struct stackanno_fault *fault, const struct stackanno_origin *origin)
{
	if (origin->foreign) {
		finish_per_cpu(fault, origin);
	} else if (stackanno_value_in_frame(origin->base)) {
		end(fault, "it was read from its own frame, which others may have written to");
	} else {
		stackanno_fault_open(fault);
		say(fault, "it was read from ");
		if (!fault->ops->name(fault->ops, (u64)origin->disp, &fault->text))
			stackanno_fault_value(fault, (u64)origin->disp);
		fault->stage = STACKANNO_FAULT_DONE;
		stackanno_fault_close(fault, STACKANNO_FINDING_END, evidence_of(fault), 0);
	}
}

static void finish_call(struct stackanno_fault *fault, const struct stackanno_origin *origin)
{
	stackanno_fault_open(fault);
	say(fault, "it is the result of ");
	if (!origin->target)
		say(fault, "a call through a pointer");
	else if (!fault->ops->name(fault->ops, origin->target, &fault->text))
		stackanno_fault_value(fault, origin->target);
	fault->stage = STACKANNO_FAULT_DONE;
	stackanno_fault_close(fault, STACKANNO_FINDING_END, evidence_of(fault), 0);
}

/* Which operand the value is followed by; STACKANNO_IR_NO_REG: none. */
static u8 operand_register(struct stackanno_fault *fault, const struct stackanno_origin *origin,
			   bool *index)
{
	bool base_is = origin->base.kind != STACKANNO_VALUE_CONST;
	bool index_is = origin->index.kind != STACKANNO_VALUE_CONST;
	struct stackanno_access access[STACKANNO_ATT_ACCESSES];
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;

	/* Of an array's place in memory the array is what is told, not the number. */
	*index = !base_is && index_is;
	if (origin->kind == STACKANNO_ORIGIN_LOAD &&
	    !stackanno_fault_decode(fault, origin->address, &insn, bytes) &&
	    stackanno_arch_accesses(&insn, origin->address, access))
		return *index ? access[0].mem.index : access[0].mem.base;
	return STACKANNO_IR_NO_REG;
}

static void say_step(struct stackanno_fault *fault, struct stackanno_flow *flow,
		     struct stackanno_value value, u8 reg, const u64 *held,
		     const struct stackanno_origin *origin)
{
	struct stackanno_value operand = origin->base;
	bool index, named;
	u8 from = operand_register(fault, origin, &index);

	stackanno_fault_open(fault);
	say_held(fault, reg, held);
	say(fault, " <- ");
	stackanno_fault_insn(fault, origin->address);
	if (value.offset)
		stackanno_fault_offset(fault, value.offset);
	named = say_expression(fault, flow, value);
	if (origin->kind == STACKANNO_ORIGIN_LOAD)
		say_now(fault, flow, origin, value.offset ? NULL : held);
	if (index)
		operand = origin->index;
	if (!named && from != STACKANNO_IR_NO_REG && operand.kind == STACKANNO_VALUE_ENTRY) {
		say(fault, "; ");
		say(fault, stackanno_fault_register(from));
		say(fault, " is ");
		say_entry(fault, operand);
	}
	stackanno_fault_at(fault, origin->address);
	stackanno_fault_close(fault, STACKANNO_FINDING_ORIGIN, evidence_of(fault),
			      origin->address);
}

/* Return: whether there is an operand to go on with. */
static bool step_on(struct stackanno_fault *fault, const struct stackanno_origin *origin,
		    struct stackanno_value *value, u8 *reg)
{
	bool index;

	*reg = operand_register(fault, origin, &index);
	*value = index ? origin->index : origin->base;
	switch (origin->kind) {
	case STACKANNO_ORIGIN_LOAD:
		if (origin->foreign || stackanno_value_in_frame(origin->base) ||
		    value->kind == STACKANNO_VALUE_CONST) {
			finish_load(fault, origin);
			return false;
		}
		return true;
	case STACKANNO_ORIGIN_CALL:
		finish_call(fault, origin);
		return false;
	case STACKANNO_ORIGIN_SUM:
	case STACKANNO_ORIGIN_PART:
		return true;
	case STACKANNO_ORIGIN_COMPUTED:
	case STACKANNO_ORIGIN_MIX:
		if (origin->index.kind == STACKANNO_VALUE_CONST &&
		    origin->base.kind != STACKANNO_VALUE_CONST)
			return true;
		end(fault, "it was computed of more than one value");
		return false;
	default:
		end(fault, "the instruction is not followed");
		return false;
	}
}

void stackanno_fault_trace(struct stackanno_fault *fault, struct stackanno_flow *flow,
			   struct stackanno_value value, u8 reg, const u64 *held)
{
	struct stackanno_origin origin;
	bool told = false;
	u64 base;

	if (!stackanno_flow_saw_all(flow))
		fault->sure = false;
	for (;;) {
		if (value.soft)
			fault->sure = false;
		if (value.kind != STACKANNO_VALUE_RESULT) {
			finish(fault, flow, value, reg, held, told);
			return;
		}
		if (fault->steps++ >= STEPS_MAX) {
			end(fault, "further back it is not followed");
			return;
		}
		if (stackanno_origin_find(flow, value, &origin)) {
			end(fault, "no state is known before the instruction that made it");
			return;
		}
		say_step(fault, flow, value, reg, held, &origin);
		if (!step_on(fault, &origin, &value, &reg))
			return;
		told = reg != STACKANNO_IR_NO_REG;
		held = NULL;
		if (value.kind != STACKANNO_VALUE_CONST &&
		    stackanno_origin_lasts(flow, value, origin.position, fault->ip) &&
		    stackanno_fault_resolve(fault, flow, value, &base))
			held = &base;
		/* A register's number is of use to say what is followed. */
		if (reg == STACKANNO_IR_NO_REG && value.kind == STACKANNO_VALUE_ENTRY)
			reg = (u8)value.id;
		else if (reg == STACKANNO_IR_NO_REG && value.kind == STACKANNO_VALUE_RESULT)
			reg = (u8)value.id < STACKANNO_IR_REGS ? (u8)value.id : reg;
	}
}
