// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks begin where a jump leads; the state at each such place is kept, and
 * code is decoded again on every visit. Where paths meet, locations that held
 * equal values on each path stay equal; nothing else is assumed, and a partition
 * that is only ever refined comes to rest.
 *
 * Addresses of the frame that leave the function's sight ("escape") are gathered
 * for the function as a whole: the interpretation is repeated until the set no
 * longer grows. A call, or a store through a pointer, may then have changed
 * whatever lies at or above the lowest of them.
 */
#include "flow.h"

#define S32_MAXIMUM 0x7fffffff
#define WORD 8
#define ROUNDS 6
#define TRACER_AT_MAX 4
/* An object's address may be that of a member: so far below it is doubted. */
#define OBJECT_REACH 256
/* Locations of a join: registers, then slots by offset in steps of four bytes. */
#define LOCATION_BITS 13
#define LOCATION_STEP 4
#define LOCATION_ABOVE 256
#define LOCATION_ALIGNED 4080
#define LOCATION_NONE 0xffffffffU

/* A state as it is kept: the slots follow. */
struct kept {
	struct stackanno_value reg[STACKANNO_IR_REGS];
	struct stackanno_value link_at, link;
};

static const struct stackanno_value unknown;

static bool bit_of(const u8 *bits, u32 n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

static void set_bit_of(u8 *bits, u32 n)
{
	bits[n / 8] |= 1 << (n % 8);
}

/* ---- positions ---- */

static u32 position_of(const struct stackanno_flow *flow, u64 address)
{
	u32 i;

	for (i = 0; i < flow->parts; i++)
		if (address - flow->part[i].begin < flow->part[i].size)
			return flow->part[i].position + (u32)(address - flow->part[i].begin);
	return STACKANNO_FLOW_NOWHERE;
}

static const struct stackanno_flow_part *part_of(const struct stackanno_flow *flow, u32 position)
{
	u32 i;

	for (i = 0; i < flow->parts; i++)
		if (position - flow->part[i].position < flow->part[i].size)
			return &flow->part[i];
	return NULL;
}

u64 stackanno_flow_address(const struct stackanno_flow *flow, u32 position)
{
	const struct stackanno_flow_part *part = part_of(flow, position);

	return part ? part->begin + (position - part->position) : 0;
}

static int add_part(struct stackanno_flow *flow, const struct stackanno_extent *extent)
{
	struct stackanno_flow_part *part = &flow->part[flow->parts];

	if (flow->parts == STACKANNO_FLOW_EXTENTS ||
	    extent->size > STACKANNO_FLOW_CODE_MAX - flow->code_bytes)
		return -E2BIG;
	part->begin = extent->begin;
	part->size = extent->size;
	part->position = flow->code_bytes;
	flow->code_bytes += extent->size;
	flow->parts++;
	return 0;
}

int stackanno_flow_word(u32 base, s32 offset)
{
	s32 above = base == STACKANNO_BASE_CFA ? 64 : 0;
	s32 index = (above - offset + WORD - 1) / WORD;

	return offset > above || index < 0 || index >= STACKANNO_FLOW_WORDS ? -1 : index;
}

/* ---- what is said of the function as a whole ---- */

static void touch(struct stackanno_flow *flow, u32 base, s32 offset, s64 bytes, bool write)
{
	struct stackanno_flow_summary *summary = &flow->summary;
	s64 end = offset + bytes, at;
	int word;

	for (at = offset & ~(WORD - 1); at < end; at += WORD) {
		word = stackanno_flow_word(base, (s32)at);
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
	if (write && base == STACKANNO_BASE_CFA && end > 0 && !summary->passed_written) {
		summary->passed_written = true;
		flow->again = true;
	}
}

static u32 base_of(struct stackanno_value value)
{
	return value.kind == STACKANNO_VALUE_CFA ? STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED;
}

static void escape(struct stackanno_flow *flow, struct stackanno_value value)
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
	if (value.offset < summary->escape_low[base]) {
		summary->escape_low[base] = value.offset;
		flow->again = true;
	}
	if (base == STACKANNO_BASE_CFA && value.offset > 0 && !summary->passed_written) {
		summary->passed_written = true;
		flow->again = true;
	}
}

/* ---- slots ---- */

static bool is_protected(struct stackanno_value value)
{
	if (value.width != 3)
		return false;
	switch (value.kind) {
	case STACKANNO_VALUE_ENTRY:
		return !value.offset && stackanno_arch_abi.saved >> value.id & 1;
	case STACKANNO_VALUE_CFA:
		return !value.offset;
	case STACKANNO_VALUE_CANARY:
	case STACKANNO_VALUE_RETURN:
		return true;
	default:
		return false;
	}
}

/* Nothing is known any more of what overlaps [offset, offset + bytes). */
static void forget(struct stackanno_flow_state *state, u32 base, s64 offset, s64 bytes)
{
	u32 i, kept = 0;

	for (i = 0; i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];

		if (slot->base == base && slot->offset < offset + bytes &&
		    slot->offset + slot->size > offset)
			continue;
		if (kept != i)
			state->slot[kept] = *slot;
		kept++;
	}
	state->slots = kept;
}

static void put_slot(struct stackanno_flow *flow, u32 base, s32 offset, u32 size,
		     struct stackanno_value value, u32 flags)
{
	struct stackanno_flow_state *state = &flow->work;
	struct stackanno_flow_slot *slot;
	u32 i;

	forget(state, base, offset, size);
	if (state->slots == STACKANNO_FLOW_SLOTS) {
		flow->summary.slots_dropped++;
		return;
	}
	for (i = state->slots; i > 0; i--) {
		slot = &state->slot[i - 1];
		if (slot->base < base || (slot->base == base && slot->offset < offset))
			break;
		state->slot[i] = *slot;
	}
	state->slot[i] = (struct stackanno_flow_slot){
		.value = value, .offset = offset, .size = size, .flags = flags, .base = base,
		.writer = flow->at };
	state->slots++;
}

const struct stackanno_flow_slot *stackanno_flow_slot(const struct stackanno_flow_state *state,
						      u32 base, s32 offset)
{
	u32 i;

	for (i = 0; i < state->slots; i++)
		if (state->slot[i].base == base && state->slot[i].offset == offset)
			return &state->slot[i];
	return NULL;
}

/* Somebody who has the escaped addresses may have written. */
static void foreign_write(struct stackanno_flow *flow)
{
	struct stackanno_flow_state *state = &flow->work;
	u32 i, kept = 0;

	for (i = 0; i < state->slots; i++) {
		struct stackanno_flow_slot slot = state->slot[i];
		s64 low = flow->summary.escape_low[slot.base];

		if (!is_protected(slot.value)) {
			if (slot.offset + slot.size > low)
				continue;
			if (low != S32_MAXIMUM && slot.offset + OBJECT_REACH > low)
				slot.value.soft = 1;
		}
		state->slot[kept++] = slot;
	}
	state->slots = kept;
}

/* What lies below the stack pointer is nobody's. */
static void drop_below(struct stackanno_flow *flow)
{
	struct stackanno_flow_state *state = &flow->work;
	struct stackanno_value sp = state->reg[stackanno_arch_abi.sp];
	u32 base = base_of(sp), i, kept = 0;

	if (!stackanno_value_in_frame(sp))
		return;
	for (i = 0; i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];

		if (slot->base == base ? slot->offset < sp.offset : slot->base > base)
			continue;
		if (kept != i)
			state->slot[kept] = *slot;
		kept++;
	}
	state->slots = kept;
}

/* ---- values of one instruction ---- */

static void forget_results(struct stackanno_flow *flow)
{
	struct stackanno_flow_state *state = &flow->work;
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (state->reg[i].kind == STACKANNO_VALUE_RESULT &&
		    state->reg[i].id >> 8 == flow->at)
			state->reg[i] = unknown;
	for (i = 0; i < state->slots; i++)
		if (state->slot[i].value.kind == STACKANNO_VALUE_RESULT &&
		    state->slot[i].value.id >> 8 == flow->at)
			state->slot[i].value = unknown;
	if (state->link_at.kind == STACKANNO_VALUE_RESULT && state->link_at.id >> 8 == flow->at)
		state->link_at = unknown;
}

/*
 * A value that this instruction makes. What an earlier pass over it made is
 * something else: it loses its name.
 */
static struct stackanno_value fresh(struct stackanno_flow *flow, u32 output)
{
	if (!flow->renewed) {
		forget_results(flow);
		flow->renewed = true;
	}
	return stackanno_value_make(STACKANNO_VALUE_RESULT, (u32)flow->at << 8 | output, 0);
}

static void set_reg(struct stackanno_flow *flow, u8 reg, struct stackanno_value value)
{
	flow->work.reg[reg] = value;
	if (reg == stackanno_arch_abi.sp)
		drop_below(flow);
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

static void do_load(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value at, value;
	const struct stackanno_flow_slot *slot;
	enum place place = place_of(flow, &ir->mem, &at);

	if (place == PLACE_NEAR)
		escape(flow, at);
	if (ir->dst == stackanno_arch_abi.sp && ir->from == WORD &&
	    stackanno_value_equal(at, flow->work.link_at)) {
		set_reg(flow, ir->dst, flow->work.link);
		return;
	}
	if (place != PLACE_FRAME) {
		set_reg(flow, ir->dst, fresh(flow, ir->dst));
		return;
	}
	touch(flow, base_of(at), at.offset, ir->from, false);
	slot = stackanno_flow_slot(&flow->work, base_of(at), at.offset);
	value = slot ? slot->value : unknown;
	if (slot && slot->size < ir->from)
		value = unknown;
	if (!slot && at.kind == STACKANNO_VALUE_CFA && at.offset >= 0 && at.offset % WORD == 0 &&
	    !flow->summary.passed_written)
		value = stackanno_value_make(STACKANNO_VALUE_PASSED, at.offset / WORD, 0);
	if (!stackanno_value_cut(value, ir->from, ir->flags & STACKANNO_IR_SIGNED, &value) ||
	    !stackanno_value_cut(value, ir->size, false, &value))
		value = fresh(flow, ir->dst);
	set_reg(flow, ir->dst, value);
}

static void do_store(struct stackanno_flow *flow, const struct stackanno_ir *ir,
		     struct stackanno_value value, bool is_sp)
{
	struct stackanno_value at;
	enum place place = place_of(flow, &ir->mem, &at);

	if (stackanno_value_in_frame(value)) {
		if (is_sp && place != PLACE_FRAME && place != PLACE_NEAR) {
			/* Kept at the top of the stack that is switched to. */
			flow->work.link_at = at;
			flow->work.link = value;
			return;
		}
		if (place != PLACE_FRAME || !is_protected(value))
			escape(flow, value);
	}
	switch (place) {
	case PLACE_FRAME:
		touch(flow, base_of(at), at.offset, ir->size, true);
		if (ir->size == 0 || !stackanno_value_cut(value, ir->size, false, &value))
			value = unknown;
		put_slot(flow, base_of(at), at.offset, ir->size, value,
			 ir->flags & STACKANNO_IR_PUSH ? STACKANNO_SLOT_PUSHED : 0);
		break;
	case PLACE_NEAR:
		escape(flow, at);
		foreign_write(flow);
		break;
	case PLACE_ANYWHERE:
		foreign_write(flow);
		break;
	case PLACE_OTHER:
		break;
	}
}

static void do_store_any(struct stackanno_flow *flow, const struct stackanno_ir *ir)
{
	struct stackanno_value at;
	enum place place = place_of(flow, &ir->mem, &at);
	s64 bytes = ir->imm ? ir->imm : STACKANNO_FLOW_WORDS * WORD;

	if (place == PLACE_FRAME && ir->imm && ir->imm <= WORD) {
		touch(flow, base_of(at), at.offset, bytes, true);
		put_slot(flow, base_of(at), at.offset, (u32)bytes, fresh(flow, 0xff),
			 ir->flags & STACKANNO_IR_PUSH ? STACKANNO_SLOT_PUSHED : 0);
	} else if (place == PLACE_FRAME) {
		if (!ir->imm)
			escape(flow, at);
		touch(flow, base_of(at), at.offset, ir->imm ? bytes : WORD, true);
		forget(&flow->work, base_of(at), at.offset, bytes);
	} else if (place == PLACE_NEAR) {
		escape(flow, at);
		foreign_write(flow);
	} else if (place == PLACE_ANYWHERE) {
		foreign_write(flow);
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
			foreign_write(flow);
		set_reg(flow, ir->dst, fresh(flow, ir->dst));
		return;
	}
	if (bytes < 0) {
		escape(flow, at);
		foreign_write(flow);
		set_reg(flow, ir->dst, fresh(flow, ir->dst));
		return;
	}
	touch(flow, base_of(at), at.offset, bytes, true);
	forget(&flow->work, base_of(at), at.offset, bytes);
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
		if (!slot || !(slot->flags & STACKANNO_SLOT_PUSHED) || is_protected(slot->value))
			return;
		flow->work.slot[slot - flow->work.slot].value = unknown;
	}
}

static void do_call(struct stackanno_flow *flow)
{
	u32 reg;

	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (stackanno_arch_abi.passed >> reg & 1)
			escape(flow, flow->work.reg[reg]);
	forget_outgoing(flow);
	foreign_write(flow);
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (!(stackanno_arch_abi.saved >> reg & 1))
			flow->work.reg[reg] = fresh(flow, reg);
}

/* ---- one instruction and where it leads ---- */

struct leads {
	u32 target;	/* position; STACKANNO_FLOW_NOWHERE: out of the function, or none */
	bool on;	/* to the next instruction */
};

static u32 find_target(struct stackanno_flow *flow, u64 address, int *error)
{
	struct stackanno_extent extent;
	u32 position = position_of(flow, address);

	if (position != STACKANNO_FLOW_NOWHERE || !address)
		return position;
	switch (flow->ops->part(flow->ops, flow->part[0].begin, address, &extent)) {
	case 0:
		break;
	case -EFAULT:
		flow->summary.out_of_sight++;
		return STACKANNO_FLOW_NOWHERE;
	default:
		return STACKANNO_FLOW_NOWHERE;
	}
	*error = add_part(flow, &extent);
	return *error ? STACKANNO_FLOW_NOWHERE : position_of(flow, address);
}

/* A tracer's call comes first, but for the mark of an indirect call's target. */
static bool is_tracer(const struct stackanno_flow *flow)
{
	return flow->list.exit == STACKANNO_EXIT_CALL && flow->list.target &&
	       flow->at <= TRACER_AT_MAX && flow->ops->tracer(flow->ops, flow->list.target);
}

static bool may_be_patched(const struct stackanno_ir_list *list)
{
	return (list->length == 2 || list->length == 5) &&
	       (list->exit == STACKANNO_EXIT_JUMP ||
		(list->exit == STACKANNO_EXIT_NEXT && !list->count));
}

static int decode_at(struct stackanno_flow *flow, u32 position, u64 address)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 len;

	len = flow->ops->read(flow->ops, address, bytes, sizeof(bytes));
	if (!len || flow->ops->decode(flow->ops, bytes, len, &insn) || !insn.length)
		return -EINVAL;
	flow->at = position;
	flow->renewed = false;
	stackanno_arch_lift(&insn, address, flow->ops->canary, &flow->list);
	return 0;
}

/* Return: 0; -EINVAL when there is no instruction; -E2BIG for too much code. */
static int take(struct stackanno_flow *flow, u32 position, struct leads *leads)
{
	u64 address = stackanno_flow_address(flow, position), other;
	struct stackanno_ir_list *list = &flow->list;
	int error = 0;

	*leads = (struct leads){ .target = STACKANNO_FLOW_NOWHERE };
	if (decode_at(flow, position, address))
		return -EINVAL;
	if (may_be_patched(list)) {
		other = flow->ops->jump_label(flow->ops, address);
		if (other) {
			list->exit = STACKANNO_EXIT_BRANCH;
			list->target = other;
		}
	}
	switch (list->exit) {
	case STACKANNO_EXIT_BRANCH:
		leads->on = true;
		leads->target = find_target(flow, list->target, &error);
		break;
	case STACKANNO_EXIT_JUMP:
		leads->target = find_target(flow, list->target, &error);
		break;
	case STACKANNO_EXIT_CALL:
		leads->on = !list->target || !flow->ops->noreturn(flow->ops, list->target);
		break;
	case STACKANNO_EXIT_STOP:
		/* A breakpoint stands where another instruction stood. */
		flow->summary.out_of_sight++;
		break;
	case STACKANNO_EXIT_TRAP:
		leads->on = flow->ops->warns(flow->ops, address);
		break;
	case STACKANNO_EXIT_NEXT:
		leads->on = true;
		break;
	}
	return error;
}

/* ---- finding the blocks ---- */

static int add_leader(struct stackanno_flow *flow, u32 position)
{
	if (position == STACKANNO_FLOW_NOWHERE || bit_of(flow->leads, position))
		return 0;
	if (flow->summary.blocks == STACKANNO_FLOW_BLOCKS)
		return -E2BIG;
	set_bit_of(flow->leads, position);
	flow->leader[flow->summary.blocks++] = position;
	return 0;
}

/*
 * Where an interrupt's return is made by hand to go on in the same function,
 * its address was pushed a few instructions before: taken for the next one.
 */
static bool resumes_here(const struct stackanno_flow *flow)
{
	return flow->list.exit == STACKANNO_EXIT_RESUME;
}

static int scan_run(struct stackanno_flow *flow, u32 position)
{
	struct leads leads;
	u32 end;
	int ret;

	end = part_of(flow, position)->position + part_of(flow, position)->size;
	while (position < end) {
		if (bit_of(flow->seen, position))
			return add_leader(flow, position);
		ret = take(flow, position, &leads);
		if (ret == -EINVAL) {
			flow->summary.undecoded++;
			return 0;
		}
		if (!ret)
			ret = add_leader(flow, leads.target);
		if (ret)
			return ret;
		set_bit_of(flow->seen, position);
		if (!leads.on && !resumes_here(flow))
			return 0;
		position += flow->list.length;
	}
	return 0;
}

static void sort_leaders(struct stackanno_flow *flow)
{
	u32 position, n = 0;

	for (position = 0; position < flow->code_bytes; position++) {
		if (!flow->leads[position / 8]) {
			position |= 7;
			continue;
		}
		if (bit_of(flow->leads, position) && n < STACKANNO_FLOW_BLOCKS)
			flow->leader[n++] = position;
	}
}

static int find_blocks(struct stackanno_flow *flow)
{
	u32 i;
	int ret;

	ret = add_leader(flow, 0);
	/* The list grows while it is walked. */
	for (i = 0; !ret && i < flow->summary.blocks; i++)
		ret = scan_run(flow, flow->leader[i]);
	if (!ret)
		sort_leaders(flow);
	return ret;
}

/* Index of the last block that begins at or before a position. */
static u32 block_before(const struct stackanno_flow *flow, u32 position)
{
	u32 low = 0, high = flow->summary.blocks, middle;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (flow->leader[middle] <= position)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* ---- joins ---- */

static struct kept *kept_of(struct stackanno_flow *flow, u32 block)
{
	return (struct kept *)((u8 *)flow->arena + flow->state_of[block] - 1);
}

static struct stackanno_flow_slot *kept_slots(struct stackanno_flow *flow, u32 block)
{
	return (struct stackanno_flow_slot *)(kept_of(flow, block) + 1);
}

/* Slots that only say that something was written are the first to go. */
static void thin_out(struct stackanno_flow_state *state)
{
	u32 i, kept = 0;

	for (i = 0; i < state->slots; i++) {
		u32 kind = state->slot[i].value.kind;

		if (kind == STACKANNO_VALUE_UNKNOWN || kind == STACKANNO_VALUE_RESULT ||
		    kind == STACKANNO_VALUE_JOIN || kind == STACKANNO_VALUE_CONST)
			continue;
		state->slot[kept++] = state->slot[i];
	}
	state->slots = kept;
}

static int keep_first(struct stackanno_flow *flow, u32 block)
{
	struct stackanno_flow_state *work = &flow->work;
	struct kept *kept;
	u32 slots, bytes;

	if (flow->summary.lean)
		thin_out(work);
	slots = work->slots * sizeof(work->slot[0]);
	bytes = sizeof(*kept) + slots;
	if (bytes > STACKANNO_FLOW_ARENA - flow->summary.arena)
		return -ENOSPC;
	flow->state_of[block] = flow->summary.arena + 1;
	flow->slots_of[block] = work->slots;
	flow->summary.arena += bytes;
	kept = kept_of(flow, block);
	memcpy(kept->reg, work->reg, sizeof(kept->reg));
	kept->link_at = work->link_at;
	kept->link = work->link;
	memcpy(kept + 1, work->slot, slots);
	return 0;
}

static u32 location_of(const struct stackanno_flow_slot *slot)
{
	s32 place;

	if (slot->offset % LOCATION_STEP)
		return LOCATION_NONE;
	if (slot->base == STACKANNO_BASE_CFA) {
		place = (LOCATION_ABOVE - slot->offset) / LOCATION_STEP;
		if (slot->offset > LOCATION_ABOVE || place >= LOCATION_ALIGNED)
			return LOCATION_NONE;
	} else {
		place = LOCATION_ALIGNED - slot->offset / LOCATION_STEP;
		if (slot->offset > 0 ||
		    place >= (1 << LOCATION_BITS) - STACKANNO_IR_REGS)
			return LOCATION_NONE;
	}
	return STACKANNO_IR_REGS + place;
}

struct join {
	struct stackanno_flow *flow;
	u32 block;
	u32 pairs;
	bool changed;
};

static bool is_of_block(struct stackanno_value value, u32 block)
{
	return value.kind == STACKANNO_VALUE_JOIN && (u32)value.id >> LOCATION_BITS == block;
}

/* The location that stands for all which held @old on one side and @new on the other. */
static u32 stand_in(struct join *join, struct stackanno_value old, struct stackanno_value new,
		    u32 location)
{
	struct stackanno_flow_pair *pair;
	u32 i;

	if (old.kind == STACKANNO_VALUE_UNKNOWN || new.kind == STACKANNO_VALUE_UNKNOWN)
		return location;
	for (i = 0; i < join->pairs; i++) {
		pair = &join->flow->pair[i];
		if (stackanno_value_same(pair->old, old) && stackanno_value_same(pair->new, new))
			return pair->location;
	}
	if (location != LOCATION_NONE && join->pairs < ARRAY_SIZE(join->flow->pair)) {
		pair = &join->flow->pair[join->pairs++];
		*pair = (struct stackanno_flow_pair){ old, new, location };
	}
	return location;
}

static void join_value(struct join *join, struct stackanno_value *old,
		       struct stackanno_value new, u32 location)
{
	u32 soft = old->soft | new.soft;
	struct stackanno_value joined = *old;

	if (!stackanno_value_equal(*old, new) || is_of_block(*old, join->block)) {
		if (location != stackanno_arch_abi.sp && !stackanno_value_equal(*old, new)) {
			escape(join->flow, *old);
			escape(join->flow, new);
		}
		location = stand_in(join, *old, new, location);
		joined = location == LOCATION_NONE ? unknown :
			stackanno_value_make(STACKANNO_VALUE_JOIN,
					     join->block << LOCATION_BITS | location, 0);
	}
	joined.soft = joined.kind != STACKANNO_VALUE_UNKNOWN && soft;
	if (!stackanno_value_same(*old, joined) || old->soft != joined.soft) {
		*old = joined;
		join->changed = true;
	}
}

static int order(const struct stackanno_flow_slot *a, const struct stackanno_flow_slot *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static void join_slots(struct join *join)
{
	struct stackanno_flow *flow = join->flow;
	struct stackanno_flow_slot *slot = kept_slots(flow, join->block);
	const struct stackanno_flow_state *work = &flow->work;
	u32 i, j = 0, kept = 0;

	for (i = 0; i < flow->slots_of[join->block]; i++) {
		while (j < work->slots && order(&work->slot[j], &slot[i]) < 0)
			j++;
		if (j == work->slots || order(&work->slot[j], &slot[i]) ||
		    work->slot[j].size != slot[i].size) {
			/* An address that is lost sight of may turn up anywhere. */
			if (!is_protected(slot[i].value))
				escape(flow, slot[i].value);
			continue;
		}
		slot[kept] = slot[i];
		join_value(join, &slot[kept].value, work->slot[j].value,
			   location_of(&slot[kept]));
		slot[kept].flags &= work->slot[j].flags;
		if (slot[kept].writer != work->slot[j].writer)
			slot[kept].writer = STACKANNO_FLOW_MANY;
		kept++;
	}
	if (kept != flow->slots_of[join->block])
		join->changed = true;
	flow->slots_of[join->block] = kept;
}

/* The state of @work comes to the block at @position as well. */
static int arrive(struct stackanno_flow *flow, u32 position)
{
	struct join join = { .flow = flow, .block = block_before(flow, position) };
	u8 sp = stackanno_arch_abi.sp;
	struct kept *kept;
	u32 reg;
	int ret;

	if (!flow->state_of[join.block]) {
		ret = keep_first(flow, join.block);
		if (!ret)
			set_bit_of(flow->pending, join.block);
		return ret;
	}
	kept = kept_of(flow, join.block);
	if (stackanno_value_in_frame(kept->reg[sp]) &&
	    !stackanno_value_equal(kept->reg[sp], flow->work.reg[sp]))
		flow->summary.conflicts++;
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		join_value(&join, &kept->reg[reg], flow->work.reg[reg], reg);
	if (!stackanno_value_equal(kept->link_at, flow->work.link_at) ||
	    !stackanno_value_equal(kept->link, flow->work.link)) {
		if (kept->link_at.kind != STACKANNO_VALUE_UNKNOWN)
			join.changed = true;
		kept->link_at = unknown;
		kept->link = unknown;
	}
	join_slots(&join);
	if (join.changed)
		set_bit_of(flow->pending, join.block);
	return 0;
}

/* ---- running ---- */

static void open_block(struct stackanno_flow *flow, u32 block)
{
	struct stackanno_flow_state *work = &flow->work;
	const struct kept *kept = kept_of(flow, block);

	memcpy(work->reg, kept->reg, sizeof(work->reg));
	work->link_at = kept->link_at;
	work->link = kept->link;
	work->slots = flow->slots_of[block];
	memcpy(work->slot, kept + 1, work->slots * sizeof(work->slot[0]));
}

static void interpret(struct stackanno_flow *flow)
{
	u32 i;

	flow->summary.unknown += flow->list.unknown;
	for (i = 0; i < flow->list.count; i++)
		do_op(flow, &flow->list.op[i]);
	if (flow->list.exit == STACKANNO_EXIT_CALL && !is_tracer(flow))
		do_call(flow);
}

/* The stack pointer behind a return from an interrupt that never was. */
static void resume(struct stackanno_flow *flow)
{
	struct stackanno_value sp = flow->work.reg[stackanno_arch_abi.sp];

	if (!stackanno_value_add(sp, stackanno_arch_abi.resume_words * WORD, WORD, &sp))
		sp = unknown;
	set_reg(flow, stackanno_arch_abi.sp, sp);
}

static bool resume_stays(const struct stackanno_flow *flow)
{
	struct stackanno_value sp = flow->work.reg[stackanno_arch_abi.sp];
	const struct stackanno_flow_slot *slot;
	u64 next;

	if (!stackanno_value_in_frame(sp))
		return false;
	slot = stackanno_flow_slot(&flow->work, base_of(sp), sp.offset);
	next = stackanno_flow_address(flow, flow->at) + flow->list.length;
	return slot && slot->value.kind == STACKANNO_VALUE_CONST &&
	       (u64)(s64)slot->value.offset == next;
}

static int run_block(struct stackanno_flow *flow, u32 block)
{
	u32 position = flow->leader[block], end;
	struct leads leads;
	int ret = 0;

	end = part_of(flow, position)->position + part_of(flow, position)->size;
	open_block(flow, block);
	while (position < end) {
		if (flow->summary.instructions++ >= STACKANNO_FLOW_BUDGET)
			return -ETIME;
		if (take(flow, position, &leads))
			return 0;
		interpret(flow);
		if (leads.target != STACKANNO_FLOW_NOWHERE)
			ret = arrive(flow, leads.target);
		if (ret)
			return ret;
		if (resumes_here(flow) && resume_stays(flow)) {
			resume(flow);
			leads.on = true;
		}
		if (!leads.on)
			return 0;
		position += flow->list.length;
		if (position < end && bit_of(flow->leads, position))
			return arrive(flow, position);
	}
	return 0;
}

static void enter(struct stackanno_flow *flow)
{
	u8 sp = stackanno_arch_abi.sp;
	u32 reg;

	memset(&flow->work, 0, sizeof(flow->work));
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		flow->work.reg[reg] = stackanno_value_make(STACKANNO_VALUE_ENTRY, reg, 0);
	flow->work.reg[sp] = stackanno_value_make(STACKANNO_VALUE_CFA, 0,
						  -stackanno_arch_abi.link_bytes);
	flow->at = 0;
	put_slot(flow, STACKANNO_BASE_CFA, -stackanno_arch_abi.link_bytes, WORD,
		 stackanno_value_make(STACKANNO_VALUE_RETURN, 0, 0), 0);
}

static u32 next_pending(const struct stackanno_flow *flow)
{
	u32 block;

	for (block = 0; block < flow->summary.blocks; block++) {
		if (!flow->pending[block / 8])
			block |= 7;
		else if (bit_of(flow->pending, block))
			return block;
	}
	return STACKANNO_FLOW_BLOCKS;
}

static int run_round(struct stackanno_flow *flow)
{
	u32 block;
	int ret;

	memset(flow->state_of, 0, flow->summary.blocks * sizeof(flow->state_of[0]));
	memset(flow->pending, 0, sizeof(flow->pending));
	flow->summary.arena = 0;
	flow->summary.conflicts = 0;
	flow->summary.unknown = 0;
	flow->again = false;
	enter(flow);
	ret = arrive(flow, 0);
	while (!ret) {
		block = next_pending(flow);
		if (block == STACKANNO_FLOW_BLOCKS)
			break;
		flow->pending[block / 8] &= ~(1 << (block % 8));
		ret = run_block(flow, block);
	}
	return ret;
}

static void start(struct stackanno_flow *flow, struct stackanno_ops *ops)
{
	struct stackanno_flow_summary *summary = &flow->summary;
	u32 base;

	memset(summary, 0, sizeof(*summary));
	memset(summary->writer, 0xff, sizeof(summary->writer));
	for (base = 0; base < STACKANNO_BASES; base++)
		summary->escape_low[base] = S32_MAXIMUM;
	summary->align_at = STACKANNO_FLOW_NOWHERE;
	memset(flow->leads, 0, sizeof(flow->leads));
	memset(flow->seen, 0, sizeof(flow->seen));
	flow->ops = ops;
	flow->parts = 0;
	flow->code_bytes = 0;
}

int stackanno_flow_run(struct stackanno_flow *flow, struct stackanno_ops *ops, u64 begin,
		       u32 size)
{
	struct stackanno_extent body = { .begin = begin, .size = size };
	u32 round;
	int ret;

	start(flow, ops);
	ret = size ? add_part(flow, &body) : -E2BIG;
	if (!ret)
		ret = find_blocks(flow);
	flow->again = true;
	for (round = 0; !ret && flow->again; round++) {
		ret = round < ROUNDS ? run_round(flow) : -ETIME;
		if (ret != -ENOSPC || flow->summary.lean)
			continue;
		flow->summary.lean = true;
		flow->again = true;
		ret = 0;
	}
	flow->summary.end = !ret ? STACKANNO_FLOW_WHOLE :
		ret == -E2BIG ? STACKANNO_FLOW_TOO_LARGE :
		ret == -ENOSPC ? STACKANNO_FLOW_NO_MEMORY : STACKANNO_FLOW_BUDGET_USED;
	return ret;
}

/* Where in an instruction's course its state is asked for. */
enum moment {
	MOMENT_BEFORE,		/* the instruction at the target */
	MOMENT_CALLING,		/* the call that ends with the byte at the target */
	MOMENT_RETURNED,	/* the same, come back */
};

static const struct stackanno_flow_state *walk_to(struct stackanno_flow *flow, u32 target,
						  enum moment moment)
{
	u32 position, block;
	struct leads leads;

	if (target == STACKANNO_FLOW_NOWHERE)
		return NULL;
	block = block_before(flow, target);
	if (!flow->state_of[block])
		return NULL;
	open_block(flow, block);
	position = flow->leader[block];
	while (position <= target) {
		if (position == target && moment == MOMENT_BEFORE)
			return &flow->work;
		if (take(flow, position, &leads))
			return NULL;
		if (moment == MOMENT_CALLING && position + flow->list.length == target + 1)
			return flow->list.exit == STACKANNO_EXIT_CALL ? &flow->work : NULL;
		interpret(flow);
		if (moment == MOMENT_RETURNED && position + flow->list.length == target + 1)
			return flow->list.exit == STACKANNO_EXIT_CALL ? &flow->work : NULL;
		if (resumes_here(flow) && resume_stays(flow))
			resume(flow);
		else if (!leads.on)
			return NULL;
		position += flow->list.length;
	}
	return NULL;
}

const struct stackanno_flow_state *stackanno_flow_at(struct stackanno_flow *flow, u64 ip,
						     bool returning)
{
	return walk_to(flow, position_of(flow, returning ? ip - 1 : ip),
		       returning ? MOMENT_RETURNED : MOMENT_BEFORE);
}

const struct stackanno_flow_state *stackanno_flow_calling(struct stackanno_flow *flow, u64 ip,
							  u64 *call)
{
	const struct stackanno_flow_state *state;

	state = walk_to(flow, position_of(flow, ip - 1), MOMENT_CALLING);
	if (state)
		*call = ip - flow->list.length;
	return state;
}
