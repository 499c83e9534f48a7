// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of the frame that leave the function's sight ("escape") are kept in the
 * state, as far down as the lowest of them: a call, or a store through a pointer, may
 * then have changed whatever lies at or above it.
 */
#include "effect.h"

#include "slots.h"

#define WORD 8
#define PASSED_LAST (STACKANNO_FLOW_PASSED - 1)

#define S64_MAXIMUM 0x7fffffffffffffffLL

static const struct stackanno_value unknown;

static void set_bit_of(u8 *bits, u32 n)
{
	bits[n / 8] |= 1 << (n % 8);
}

int stackanno_flow_word(u32 base, s64 offset)
{
	s64 above = base == STACKANNO_BASE_CFA ? 64 : 0;
	s64 index = (above - offset + WORD - 1) / WORD;

	return offset > above || index >= STACKANNO_FLOW_WORDS ? -1 : (int)index;
}

/* ---- what is said of the function as a whole ---- */

static void touch(struct stackanno_flow *flow, u32 base, s32 offset, s64 bytes, bool write)
{
	struct stackanno_flow_summary *summary = &flow->summary;
	s64 lowest = 64 - (s64)STACKANNO_FLOW_WORDS * WORD;
	s64 end = min(offset + bytes, (s64)64 + WORD), at;
	int word;

	/* Only words that have an entry: a length may be anything. */
	for (at = max((s64)offset & ~(WORD - 1), lowest); at < end; at += WORD) {
		word = stackanno_flow_word(base, at);
		if (word < 0)
			continue;
		set_bit_of(summary->touched[base], word);
		if (!write)
			continue;
		if (summary->writer[base][word] == STACKANNO_FLOW_NOWHERE)
			summary->writer[base][word] = flow->at;
		else if (summary->writer[base][word] != flow->at)
			summary->writer[base][word] = STACKANNO_FLOW_MANY;
	}
}

/* ---- words above the CFA ---- */

bool stackanno_flow_passed(const struct stackanno_flow_state *state, u32 word)
{
	return word < PASSED_LAST && !(state->escape.passed >> word & 1);
}

/* Bytes [offset, end) from the CFA may have been written. */
static void spoil_passed(struct stackanno_flow_escape *escape, s64 offset, s64 end)
{
	u32 first, last;

	if (end <= 0)
		return;
	first = offset <= 0 ? 0 : (u32)min(offset / WORD, (s64)PASSED_LAST);
	last = (u32)min((end - 1) / WORD, (s64)PASSED_LAST);
	escape->passed |= (u32)((2ULL << last) - (1ULL << first));
}

static u32 base_of(struct stackanno_value value)
{
	return value.kind == STACKANNO_VALUE_CFA ? STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED;
}

void stackanno_effect_escape(struct stackanno_flow *flow, struct stackanno_flow_escape *set,
			     struct stackanno_value value)
{
	struct stackanno_flow_summary *summary = &flow->summary;
	u32 base = base_of(value);
	int word;

	if (!stackanno_value_in_frame(value))
		return;
	word = stackanno_flow_word(base, value.offset & ~(WORD - 1));
	if (word >= 0) {
		set_bit_of(summary->escaped[base], word);
		set_bit_of(summary->touched[base], word);
	}
	summary->escape_low[base] = min(summary->escape_low[base], value.offset);
	set->low[base] = min(set->low[base], value.offset);
	/* An object above the return address is an argument, as long as it may be. */
	if (base == STACKANNO_BASE_CFA && value.offset >= 0)
		spoil_passed(set, value.offset, S64_MAXIMUM);
}

static void escape(struct stackanno_flow *flow, struct stackanno_value value)
{
	stackanno_effect_escape(flow, &flow->work.escape, value);
}

/* ---- slots ---- */

/*
 * The CFA and the return address are values that C has names for too: va_list holds
 * the one, _RET_IP_ is the other, and a callee may move or replace them. They are the
 * prologue's where it lays out a realigned frame, by pushing them:
 *	lea    0x8(%rsp),%r10
 *	and    $-32,%rsp
 *	push   -0x8(%r10)
 *	push   %rbp
 *	mov    %rsp,%rbp
 *	push   %r10
 */
bool stackanno_effect_protects(const struct stackanno_flow_slot *slot)
{
	struct stackanno_value value = slot->value;
	bool realigned = slot->base == STACKANNO_BASE_ALIGNED &&
			 slot->flags & STACKANNO_SLOT_PUSHED;

	if (value.width != 3)
		return false;
	switch (value.kind) {
	case STACKANNO_VALUE_ENTRY:
		return !value.offset && stackanno_arch_abi.saved >> value.id & 1;
	case STACKANNO_VALUE_CFA:
		return !value.offset && realigned;
	case STACKANNO_VALUE_RETURN:
		return realigned || (slot->base == STACKANNO_BASE_CFA && slot->offset == -WORD);
	case STACKANNO_VALUE_CANARY:
		return true;
	default:
		return false;
	}
}

/* ---- values of one instruction ---- */

static bool is_older(const struct stackanno_flow *flow, struct stackanno_value value)
{
	return stackanno_effect_made_in(value, flow->at, 1);
}

static void forget_results(struct stackanno_flow *flow)
{
	struct stackanno_flow_state *state = &flow->work;
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (is_older(flow, state->reg[i]))
			state->reg[i] = unknown;
	for (i = 0; i < state->slots; i++)
		if (is_older(flow, state->slot[i].value))
			state->slot[i].value = unknown;
	if (is_older(flow, state->link_at))
		state->link_at = unknown;
}

/*
 * A value that this instruction makes. What an earlier pass over it made is
 * something else: it loses its name.
 */
static struct stackanno_value fresh(struct stackanno_flow *flow, u32 output)
{
	if (!flow->renewed && !flow->first)
		forget_results(flow);
	flow->renewed = true;
	return stackanno_value_make(STACKANNO_VALUE_RESULT, (u32)flow->at << 8 | output, 0);
}

static void set_reg(struct stackanno_flow *flow, u8 reg, struct stackanno_value value)
{
	struct stackanno_value old = flow->work.reg[reg];

	flow->work.reg[reg] = value;
	if (reg != stackanno_arch_abi.sp)
		return;
	/* Downwards there is nothing to drop. */
	if (!stackanno_value_in_frame(old) || old.kind != value.kind || value.offset > old.offset)
		stackanno_slots_drop_below(&flow->work, value);
}

/* ---- memory ---- */

enum place {
	PLACE_FRAME,	/* at a known offset */
	PLACE_NEAR,	/* in the frame, at an offset that varies */
	PLACE_OTHER,	/* surely not in the frame */
	PLACE_ANYWHERE,	/* wherever an escaped address leads */
};

/* Where an operand lies; @at is its address as far as it can be said. */
static enum place place_of(struct stackanno_flow *flow, const struct stackanno_ir_mem *mem,
			   struct stackanno_value *at)
{
	struct stackanno_value base, index;

	*at = unknown;
	if (mem->foreign)
		return PLACE_OTHER;
	if (mem->base == STACKANNO_IR_NO_REG && mem->index == STACKANNO_IR_NO_REG)
		return PLACE_OTHER;
	base = mem->base == STACKANNO_IR_NO_REG ? unknown : flow->work.reg[mem->base];
	if (mem->index != STACKANNO_IR_NO_REG) {
		index = flow->work.reg[mem->index];
		if (!stackanno_value_in_frame(base) && stackanno_value_in_frame(index))
			base = index;
		if (!stackanno_value_in_frame(base))
			return mem->base == STACKANNO_IR_NO_REG && mem->disp < 0 ?
				PLACE_OTHER : PLACE_ANYWHERE;
		if (!stackanno_value_add(base, mem->disp, WORD, at))
			*at = base;
		return PLACE_NEAR;
	}
	if (!stackanno_value_add(base, mem->disp, WORD, at))
		return PLACE_ANYWHERE;
	if (stackanno_value_in_frame(*at))
		return PLACE_FRAME;
	/* What existed at entry cannot lead into a frame that did not. */
	if (at->kind == STACKANNO_VALUE_ENTRY || at->kind == STACKANNO_VALUE_PASSED ||
	    at->kind == STACKANNO_VALUE_CONST)
		return PLACE_OTHER;
	return PLACE_ANYWHERE;
}

/* What a load reads at @at, which lies at @place; @output is its number among results. */
static struct stackanno_value loaded(struct stackanno_flow *flow, const struct stackanno_ir *ir,
				     enum place place, struct stackanno_value at, u32 output)
{
	const struct stackanno_flow_slot *slot;
	struct stackanno_value value;

	if (place == PLACE_NEAR)
		escape(flow, at);
	if (place != PLACE_FRAME)
		return fresh(flow, output);
	touch(flow, base_of(at), at.offset, ir->from, false);
	slot = stackanno_flow_slot(&flow->work, base_of(at), at.offset);
	value = slot ? slot->value : unknown;
	if (slot && slot->size < ir->from)
		value = unknown;
	if (!slot && at.kind == STACKANNO_VALUE_CFA && at.offset >= 0 && at.offset % WORD == 0 &&
	    stackanno_flow_passed(&flow->work, at.offset / WORD))
		value = stackanno_value_make(STACKANNO_VALUE_PASSED, at.offset / WORD, 0);
	if (!stackanno_value_cut(value, ir->from, ir->flags & STACKANNO_IR_SIGNED, &value) ||
	    !stackanno_value_cut(value, ir->size, false, &value))
		value = fresh(flow, output);
	return value;
}

static void do_load(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value at;
	enum place place = place_of(flow, &ir->mem, &at);

	if (ir->dst == stackanno_arch_abi.sp && ir->from == WORD &&
	    stackanno_value_equal(at, flow->work.link_at))
		set_reg(flow, ir->dst, flow->work.link);
	else
		set_reg(flow, ir->dst, loaded(flow, ir, place, at, ir->dst));
}

static void write_frame(struct stackanno_flow *flow, struct stackanno_value at, s64 bytes)
{
	touch(flow, base_of(at), at.offset, bytes, true);
	if (at.kind == STACKANNO_VALUE_CFA)
		spoil_passed(&flow->work.escape, at.offset, at.offset + bytes);
}

static void do_store(struct stackanno_flow *flow, const struct stackanno_ir *ir,
		     struct stackanno_value value, bool is_sp)
{
	u32 flags = ir->flags & STACKANNO_IR_PUSH ? STACKANNO_SLOT_PUSHED : 0;
	struct stackanno_flow_slot to;
	struct stackanno_value at;
	enum place place = place_of(flow, &ir->mem, &at);

	to = (struct stackanno_flow_slot){ .value = value, .offset = at.offset,
					   .base = base_of(at), .flags = flags };
	if (stackanno_value_in_frame(value)) {
		if (is_sp && place != PLACE_FRAME && place != PLACE_NEAR) {
			/* Kept at the top of the stack that is switched to. */
			flow->work.link_at = at;
			flow->work.link = value;
			return;
		}
		if (place != PLACE_FRAME || !stackanno_effect_protects(&to))
			escape(flow, value);
	}
	switch (place) {
	case PLACE_FRAME:
		write_frame(flow, at, ir->size);
		if (ir->size == 0 || !stackanno_value_cut(value, ir->size, false, &value))
			value = unknown;
		stackanno_slots_put(flow, base_of(at), at.offset, ir->size, value, flags);
		break;
	case PLACE_NEAR:
		escape(flow, at);
		stackanno_slots_foreign_write(&flow->work);
		break;
	case PLACE_ANYWHERE:
		stackanno_slots_foreign_write(&flow->work);
		break;
	case PLACE_OTHER:
		break;
	}
}

static void do_move(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_ir to = { .size = ir->size, .flags = ir->flags, .mem = {
		.base = ir->dst, .index = STACKANNO_IR_NO_REG, .scale = 1, .disp = ir->imm } };
	struct stackanno_value at, value;
	enum place place = place_of(flow, &ir->mem, &at);

	value = loaded(flow, ir, place, at, STACKANNO_VALUE_STORED);
	do_store(flow, &to, value, false);
}

static void do_store_any(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value at;
	enum place place = place_of(flow, &ir->mem, &at);
	s64 bytes = ir->imm ? ir->imm : STACKANNO_FLOW_WORDS * WORD;

	if (place == PLACE_FRAME && ir->imm && ir->imm <= WORD) {
		write_frame(flow, at, bytes);
		stackanno_slots_put(flow, base_of(at), at.offset, (u32)bytes, fresh(flow, STACKANNO_VALUE_STORED),
			 ir->flags & STACKANNO_IR_PUSH ? STACKANNO_SLOT_PUSHED : 0);
	} else if (place == PLACE_FRAME) {
		if (!ir->imm)
			escape(flow, at);
		write_frame(flow, at, ir->imm ? bytes : WORD);
		stackanno_slots_forget(&flow->work, base_of(at), at.offset, bytes);
	} else if (place == PLACE_NEAR) {
		escape(flow, at);
		stackanno_slots_foreign_write(&flow->work);
	} else if (place == PLACE_ANYWHERE) {
		stackanno_slots_foreign_write(&flow->work);
	}
}

/* A string instruction: upwards from dst, which moves along. */
static void do_fill(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value at = flow->work.reg[ir->dst], count, end;
	s64 bytes = ir->imm;

	if (ir->src != STACKANNO_IR_NO_REG) {
		count = flow->work.reg[ir->src];
		bytes = count.kind == STACKANNO_VALUE_CONST && count.offset >= 0 ?
			ir->imm * count.offset : -1;
	}
	if (!stackanno_value_in_frame(at)) {
		if (at.kind != STACKANNO_VALUE_ENTRY && at.kind != STACKANNO_VALUE_PASSED &&
		    at.kind != STACKANNO_VALUE_CONST)
			stackanno_slots_foreign_write(&flow->work);
		set_reg(flow, ir->dst, fresh(flow, ir->dst));
		return;
	}
	if (bytes < 0) {
		escape(flow, at);
		stackanno_slots_foreign_write(&flow->work);
		set_reg(flow, ir->dst, fresh(flow, ir->dst));
		return;
	}
	write_frame(flow, at, bytes);
	stackanno_slots_forget(&flow->work, base_of(at), at.offset, bytes);
	if (!stackanno_value_add(at, bytes, WORD, &end))
		end = fresh(flow, ir->dst);
	set_reg(flow, ir->dst, end);
}

/* ---- registers ---- */

static void do_lea(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value at;

	if (ir->mem.base == STACKANNO_IR_NO_REG && ir->mem.index == STACKANNO_IR_NO_REG) {
		at = stackanno_value_make(STACKANNO_VALUE_CONST, 0, (s32)ir->mem.disp);
		if (ir->mem.disp != (s32)ir->mem.disp)
			at = fresh(flow, ir->dst);
		set_reg(flow, ir->dst, at);
		return;
	}
	if (place_of(flow, &ir->mem, &at) == PLACE_NEAR) {
		escape(flow, at);
		at = unknown;
	}
	if (ir->mem.index != STACKANNO_IR_NO_REG ||
	    !stackanno_value_cut(at, ir->size, false, &at))
		at = unknown;
	/* Below eight bytes the sum is another: of cut numbers, not a cut sum. */
	if (ir->size < WORD && ir->mem.base != STACKANNO_IR_NO_REG &&
	    ir->mem.index == STACKANNO_IR_NO_REG &&
	    !stackanno_value_add(flow->work.reg[ir->mem.base], ir->mem.disp, ir->size, &at))
		at = unknown;
	set_reg(flow, ir->dst, at.kind == STACKANNO_VALUE_UNKNOWN ? fresh(flow, ir->dst) : at);
}

static void do_mix(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	escape(flow, flow->work.reg[ir->dst]);
	if (ir->src != STACKANNO_IR_NO_REG)
		escape(flow, flow->work.reg[ir->src]);
	set_reg(flow, ir->dst, fresh(flow, ir->dst));
}

static void do_align(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_flow_summary *summary = &flow->summary;
	struct stackanno_value value = flow->work.reg[ir->dst];

	if (ir->dst != stackanno_arch_abi.sp || value.kind != STACKANNO_VALUE_CFA ||
	    value.width != 3 || -ir->imm > 4096 ||
	    (summary->align_at != STACKANNO_FLOW_NOWHERE &&
	     (summary->align_at != flow->at || summary->align_from != value.offset))) {
		do_mix(flow, ir);
		return;
	}
	summary->align_at = flow->at;
	summary->align_bytes = (u16)-ir->imm;
	summary->align_from = value.offset;
	set_reg(flow, ir->dst, stackanno_value_make(STACKANNO_VALUE_ALIGNED, flow->at, 0));
}

static void do_copy(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value value = flow->work.reg[ir->src];

	if (!stackanno_value_cut(value, ir->from, ir->flags & STACKANNO_IR_SIGNED, &value) ||
	    !stackanno_value_cut(value, ir->size, false, &value))
		value = fresh(flow, ir->dst);
	set_reg(flow, ir->dst, value);
}

static void do_op(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_flow_state *state = &flow->work;
	struct stackanno_value value;

	switch (ir->op) {
	case STACKANNO_IR_SET:
	case STACKANNO_IR_STORE_SET:
		value = stackanno_value_make(STACKANNO_VALUE_CONST, 0, 0);
		if (ir->imm != (s32)ir->imm && ir->imm != (s64)(u32)ir->imm)
			value = fresh(flow, ir->op == STACKANNO_IR_SET ? ir->dst : 0xfe);
		else
			stackanno_value_add(value, ir->imm, WORD, &value);
		if (ir->op == STACKANNO_IR_SET)
			set_reg(flow, ir->dst, value);
		else
			do_store(flow, ir, value, false);
		break;
	case STACKANNO_IR_COPY:
		do_copy(flow, ir);
		break;
	case STACKANNO_IR_LEA:
		do_lea(flow, ir);
		break;
	case STACKANNO_IR_LOAD:
		do_load(flow, ir);
		break;
	case STACKANNO_IR_STORE:
		do_store(flow, ir, state->reg[ir->src], ir->src == stackanno_arch_abi.sp);
		break;
	case STACKANNO_IR_STORE_ANY:
		do_store_any(flow, ir);
		break;
	case STACKANNO_IR_MOVE:
		do_move(flow, ir);
		break;
	case STACKANNO_IR_ADD:
		if (!stackanno_value_add(state->reg[ir->dst], ir->imm, ir->size, &value)) {
			do_mix(flow, ir);
			break;
		}
		set_reg(flow, ir->dst, value);
		break;
	case STACKANNO_IR_ALIGN:
		do_align(flow, ir);
		break;
	case STACKANNO_IR_MIX:
		do_mix(flow, ir);
		break;
	case STACKANNO_IR_CLOBBER:
		set_reg(flow, ir->dst, fresh(flow, ir->dst));
		break;
	case STACKANNO_IR_SWAP:
		value = state->reg[ir->dst];
		set_reg(flow, ir->dst, state->reg[ir->src]);
		set_reg(flow, ir->src, value);
		break;
	case STACKANNO_IR_CANARY:
		set_reg(flow, ir->dst, stackanno_value_make(STACKANNO_VALUE_CANARY, 0, 0));
		break;
	case STACKANNO_IR_FILL:
		do_fill(flow, ir);
		break;
	case STACKANNO_IR_LEAK:
		escape(flow, state->reg[ir->src]);
		break;
	case STACKANNO_IR_COMPARE:
		flow->compare = (struct stackanno_flow_compare){
			.value = state->reg[ir->dst], .with = (s32)ir->imm, .size = ir->size };
		break;
	}
}

/* A callee may do as it likes with what was pushed for it. */
static void forget_outgoing(struct stackanno_flow *flow)
{
	struct stackanno_value sp = flow->work.reg[stackanno_arch_abi.sp];
	const struct stackanno_flow_slot *slot;
	s32 offset = sp.offset;
	u32 i;

	if (!stackanno_value_in_frame(sp))
		return;
	for (i = 0; i < STACKANNO_FLOW_SLOTS; i++, offset += WORD) {
		slot = stackanno_flow_slot(&flow->work, base_of(sp), offset);
		if (!slot || !(slot->flags & STACKANNO_SLOT_PUSHED) || stackanno_effect_protects(slot))
			return;
		flow->work.slot[slot - flow->work.slot].value = unknown;
	}
}

/*
 * The CFA in a register that passes no argument, as a function keeps it that rounds
 * its stack pointer and reads its own arguments by it:
 *	lea	0x8(%rsp),%r10
 *	and	$0xffffffffffffffe0,%rsp
 */
static bool is_argument_pointer(const struct stackanno_flow *flow, u32 reg)
{
	struct stackanno_value value = flow->work.reg[reg];
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		if (stackanno_arch_abi.argument[i] == reg)
			return false;
	return value.kind == STACKANNO_VALUE_CFA && value.width == 3 && !value.offset;
}

static void do_call(struct stackanno_flow *flow)
{
	u32 reg;

	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (stackanno_arch_abi.passed >> reg & 1 && !is_argument_pointer(flow, reg))
			escape(flow, flow->work.reg[reg]);
	forget_outgoing(flow);
	stackanno_slots_foreign_write(&flow->work);
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (!(stackanno_arch_abi.saved >> reg & 1))
			flow->work.reg[reg] = fresh(flow, reg);
}

void stackanno_effect_step(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	u32 i;

	flow->summary.unknown += step->unknown;
	flow->before = flow->compare;
	flow->compare.size = 0;
	for (i = 0; i < step->count; i++)
		do_op(flow, &step->op[i]);
	if (step->exit == STACKANNO_EXIT_CALL && !step->tracer)
		do_call(flow);
}

/* ---- exceptions ---- */

/* Registers that an operation writes. The stack pointer moves last of all. */
static u32 written_by(const struct stackanno_ir *ir)
{
	switch (ir->op) {
	case STACKANNO_IR_STORE:
	case STACKANNO_IR_STORE_SET:
	case STACKANNO_IR_STORE_ANY:
	case STACKANNO_IR_MOVE:
	case STACKANNO_IR_LEAK:
	case STACKANNO_IR_COMPARE:
		return 0;
	case STACKANNO_IR_SWAP:
		return 1U << ir->dst | 1U << ir->src;
	default:
		return 1U << ir->dst;
	}
}

void stackanno_effect_mend(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	const struct stackanno_fixup *fixup = &flow->fixup;
	struct stackanno_value *reg = flow->work.reg;
	u32 spoiled = 0, i;

	for (i = 0; i < step->count; i++)
		spoiled |= written_by(&step->op[i]);
	spoiled &= ~(1U << stackanno_arch_abi.sp);
	spoiled |= fixup->spoiled;
	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (fixup->cleared >> i & 1)
			reg[i] = stackanno_value_make(STACKANNO_VALUE_CONST, 0, 0);
		else if (spoiled >> i & 1)
			reg[i] = unknown;
	if (fixup->given < STACKANNO_IR_REGS)
		reg[fixup->given] = stackanno_value_make(STACKANNO_VALUE_CONST, 0, fixup->value);
}

bool stackanno_effect_is_divisible(const struct stackanno_body_step *step)
{
	u32 i;

	for (i = 0; i < step->count; i++)
		if (step->op[i].op == STACKANNO_IR_FILL ||
		    (step->op[i].op == STACKANNO_IR_STORE_ANY &&
		     (!step->op[i].imm || step->op[i].imm > WORD)))
			return true;
	return step->unknown;
}

/* ---- what a branch tells of arguments ---- */

static u32 argument_of(u32 reg)
{
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		if (stackanno_arch_abi.argument[i] == reg)
			break;
	return i;
}

bool stackanno_flow_fact(const struct stackanno_flow_state *state, u32 reg, s32 *value, bool *half)
{
	const struct stackanno_flow_facts *facts = &state->facts;
	u32 i = argument_of(reg);

	if (i == stackanno_arch_abi.arguments || !((facts->whole | facts->half) >> i & 1))
		return false;
	*value = facts->value[i];
	*half = !(facts->whole >> i & 1);
	return true;
}

void stackanno_effect_learn(struct stackanno_flow *flow)
{
	const struct stackanno_flow_compare *compare = &flow->before;
	struct stackanno_flow_facts *facts = &flow->work.facts;
	s64 entered = (s64)compare->with - compare->value.offset;
	u32 i;

	if (compare->value.kind != STACKANNO_VALUE_ENTRY || compare->size < 4)
		return;
	i = argument_of(compare->value.id);
	if (i == stackanno_arch_abi.arguments)
		return;
	if (compare->size == WORD && compare->value.width == 3 && entered == (s32)entered) {
		facts->value[i] = (s32)entered;
		facts->whole |= 1U << i;
	} else if (compare->size == 4 && compare->value.width >= 2 &&
		   !(facts->whole >> i & 1)) {
		facts->value[i] = (s32)(u32)entered;
		facts->half |= 1U << i;
	}
}

/* ---- entering, and coming back from an interrupt that never was ---- */

void stackanno_effect_enter(struct stackanno_flow *flow)
{
	struct stackanno_flow_state *state = &flow->work;
	u8 sp = stackanno_arch_abi.sp;
	u32 reg, base;

	memset(state, 0, sizeof(*state));
	for (base = 0; base < STACKANNO_BASES; base++)
		state->escape.low[base] = STACKANNO_EFFECT_NO_LOW;
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		state->reg[reg] = stackanno_value_make(STACKANNO_VALUE_ENTRY, reg, 0);
	state->reg[sp] = stackanno_value_make(STACKANNO_VALUE_CFA, 0,
					      -stackanno_arch_abi.link_bytes);
	flow->at = 0;
	stackanno_slots_put(flow, STACKANNO_BASE_CFA, -stackanno_arch_abi.link_bytes, WORD,
		 stackanno_value_make(STACKANNO_VALUE_RETURN, 0, 0), 0);
}

bool stackanno_effect_resume(struct stackanno_flow *flow, u64 next)
{
	struct stackanno_value sp = flow->work.reg[stackanno_arch_abi.sp];
	const struct stackanno_flow_slot *slot;

	if (!stackanno_value_in_frame(sp))
		return false;
	slot = stackanno_flow_slot(&flow->work, base_of(sp), sp.offset);
	if (!slot || slot->value.kind != STACKANNO_VALUE_CONST ||
	    (u64)(s64)slot->value.offset != next)
		return false;
	if (!stackanno_value_add(sp, stackanno_arch_abi.resume_words * WORD, WORD, &sp))
		sp = unknown;
	set_reg(flow, stackanno_arch_abi.sp, sp);
	return true;
}
