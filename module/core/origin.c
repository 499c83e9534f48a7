// SPDX-License-Identifier: GPL-2.0-only
#include "origin.h"

#define WORD 8
/* A join is named after its block and a location; flow.c packs them so. */
#define JOIN_BLOCK_SHIFT 13
#define RESULT_POSITION_SHIFT 8

static int lift_again(struct stackanno_flow *flow, u64 address)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 len;

	len = flow->ops->read(flow->ops, address, bytes, sizeof(bytes));
	if (!len || flow->ops->decode(flow->ops, bytes, len, &insn) || !insn.length)
		return -ENOENT;
	stackanno_arch_lift(&insn, address, flow->ops->canary, &flow->list);
	return 0;
}

static bool writes(const struct stackanno_ir *ir, u8 reg)
{
	switch (ir->op) {
	case STACKANNO_IR_NONE:
	case STACKANNO_IR_STORE:
	case STACKANNO_IR_STORE_SET:
	case STACKANNO_IR_STORE_ANY:
	case STACKANNO_IR_MOVE:
		return false;
	case STACKANNO_IR_SWAP:
		return ir->dst == reg || ir->src == reg;
	default:
		return ir->dst == reg;
	}
}

/* A register's value before the @n-th step of the instruction. */
static struct stackanno_value operand_of(const struct stackanno_flow *flow, u32 n, u8 reg)
{
	static const struct stackanno_value unknown;
	u32 i;

	if (reg >= STACKANNO_IR_REGS)
		return stackanno_value_make(STACKANNO_VALUE_CONST, 0, 0);
	for (i = 0; i < n; i++)
		if (writes(&flow->list.op[i], reg))
			return unknown;
	return flow->work.reg[reg];
}

static u8 how_of(const struct stackanno_ir *ir)
{
	switch (ir->op) {
	case STACKANNO_IR_ADD:
		return STACKANNO_HOW_ADD;
	case STACKANNO_IR_ALIGN:
		return STACKANNO_HOW_AND;
	default:
		return ir->how;
	}
}

static void take_operands(const struct stackanno_flow *flow, u32 n,
			  struct stackanno_origin *origin)
{
	const struct stackanno_ir *ir = &flow->list.op[n];

	origin->how = how_of(ir);
	origin->kind = origin->how ? STACKANNO_ORIGIN_COMPUTED : STACKANNO_ORIGIN_MIX;
	origin->base = operand_of(flow, n, ir->dst);
	if (ir->src < STACKANNO_IR_REGS || !origin->how)
		origin->index = operand_of(flow, n, ir->src);
	else if (ir->imm == (s32)ir->imm)
		origin->index = stackanno_value_make(STACKANNO_VALUE_CONST, 0, (s32)ir->imm);
	else
		origin->kind = STACKANNO_ORIGIN_MIX;
}

static void take_apart(const struct stackanno_flow *flow, u32 n, struct stackanno_origin *origin)
{
	const struct stackanno_ir *ir = &flow->list.op[n];

	origin->size = ir->size;
	origin->from = ir->from ? ir->from : ir->size;
	origin->sign = ir->flags & STACKANNO_IR_SIGNED;
	switch (ir->op) {
	case STACKANNO_IR_LOAD:
	case STACKANNO_IR_LEA:
	case STACKANNO_IR_MOVE:
		origin->kind = ir->op == STACKANNO_IR_LEA ? STACKANNO_ORIGIN_SUM :
							    STACKANNO_ORIGIN_LOAD;
		origin->foreign = ir->mem.foreign;
		origin->scale = ir->mem.scale;
		origin->disp = ir->mem.disp;
		origin->base = operand_of(flow, n, ir->mem.base);
		origin->index = operand_of(flow, n, ir->mem.index);
		break;
	case STACKANNO_IR_COPY:
		origin->kind = STACKANNO_ORIGIN_PART;
		origin->base = operand_of(flow, n, ir->src);
		break;
	case STACKANNO_IR_ADD:
	case STACKANNO_IR_ALIGN:
	case STACKANNO_IR_MIX:
		take_operands(flow, n, origin);
		break;
	}
	/* What stays of the register is one more operand. */
	if (ir->flags & STACKANNO_IR_PARTIAL)
		origin->kind = STACKANNO_ORIGIN_OTHER;
}

int stackanno_origin_find(struct stackanno_flow *flow, struct stackanno_value value,
			  struct stackanno_origin *origin)
{
	u32 position = value.id >> RESULT_POSITION_SHIFT, n;

	if (value.kind != STACKANNO_VALUE_RESULT)
		return -EINVAL;
	*origin = (struct stackanno_origin){
		.kind = STACKANNO_ORIGIN_OTHER, .size = WORD, .from = WORD,
		.reg = (u8)value.id, .position = (u16)position,
		.address = stackanno_flow_address(flow, position),
		.base = stackanno_value_make(STACKANNO_VALUE_CONST, 0, 0),
		.index = stackanno_value_make(STACKANNO_VALUE_CONST, 0, 0) };
	if (!origin->address || !stackanno_flow_at(flow, origin->address, false) ||
	    lift_again(flow, origin->address))
		return -ENOENT;
	/* What was stored to memory has a number that no register has. */
	if (origin->reg >= STACKANNO_IR_REGS) {
		if (flow->list.count && flow->list.op[0].op == STACKANNO_IR_MOVE)
			take_apart(flow, 0, origin);
		return 0;
	}
	if (flow->list.exit == STACKANNO_EXIT_CALL) {
		origin->kind = STACKANNO_ORIGIN_CALL;
		origin->target = flow->list.target;
		return 0;
	}
	for (n = flow->list.count; n > 0; n--) {
		if (!writes(&flow->list.op[n - 1], origin->reg))
			continue;
		take_apart(flow, n - 1, origin);
		return 0;
	}
	return -ENOENT;
}

/* ---- forwards again ---- */

static u64 cut(u64 value, u32 bytes)
{
	return bytes < WORD ? value & ((1ULL << (8 * bytes)) - 1) : value;
}

static u64 with_sign(u64 value, u32 bytes)
{
	u64 sign = 1ULL << (8 * bytes - 1);

	return (cut(value, bytes) ^ sign) - sign;
}

static u64 computed(const struct stackanno_origin *origin, u64 a, u64 b)
{
	u32 bits = origin->size * 8;

	switch (origin->how) {
	case STACKANNO_HOW_ADD:
		return a + b;
	case STACKANNO_HOW_SUB:
		return a - b;
	case STACKANNO_HOW_AND:
		return a & b;
	case STACKANNO_HOW_OR:
		return a | b;
	case STACKANNO_HOW_XOR:
		return a ^ b;
	case STACKANNO_HOW_MUL:
		return a * b;
	case STACKANNO_HOW_SHL:
		return a << (b & (bits - 1));
	case STACKANNO_HOW_SHR:
		return cut(a, origin->size) >> (b & (bits - 1));
	case STACKANNO_HOW_SAR:
		return (u64)((s64)with_sign(a, origin->size) >> (b & (bits - 1)));
	default:
		return -a;
	}
}

int stackanno_origin_compute(const struct stackanno_origin *origin, u64 base, u64 index,
			     u64 *result)
{
	u64 value;

	switch (origin->kind) {
	case STACKANNO_ORIGIN_SUM:
		value = base + index * origin->scale + (u64)origin->disp;
		break;
	case STACKANNO_ORIGIN_PART:
		value = origin->sign ? with_sign(base, origin->from) : cut(base, origin->from);
		break;
	case STACKANNO_ORIGIN_COMPUTED:
		value = computed(origin, base, index);
		break;
	default:
		return -EINVAL;
	}
	*result = cut(value, origin->size);
	return 0;
}

/* ---- whether a name lasts ---- */

/* Blocks that are still to be walked, and those that are or were. */
struct walk {
	struct stackanno_flow *flow;
	u8 pending[STACKANNO_FLOW_BLOCKS / 8];
	u8 known[STACKANNO_FLOW_BLOCKS / 8];
	u32 to, avoid;
};

static u32 position_of(const struct stackanno_flow *flow, u64 address)
{
	u32 i;

	for (i = 0; i < flow->parts; i++)
		if (address - flow->part[i].begin < flow->part[i].size)
			return flow->part[i].position + (u32)(address - flow->part[i].begin);
	return STACKANNO_FLOW_NOWHERE;
}

/* Index of the block that begins at a position; STACKANNO_FLOW_BLOCKS: none does. */
static u32 block_at(const struct stackanno_flow *flow, u32 position)
{
	u32 low = 0, high = flow->summary.blocks, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (flow->leader[middle] == position)
			return middle;
		if (flow->leader[middle] < position)
			low = middle + 1;
		else
			high = middle;
	}
	return STACKANNO_FLOW_BLOCKS;
}

static bool visit(struct walk *walk, u32 position)
{
	u32 block = block_at(walk->flow, position);

	if (block == STACKANNO_FLOW_BLOCKS)
		return false;
	if (!(walk->known[block / 8] >> (block % 8) & 1)) {
		walk->known[block / 8] |= 1 << (block % 8);
		walk->pending[block / 8] |= 1 << (block % 8);
	}
	return true;
}

static void visit_all(struct walk *walk)
{
	u32 block;

	for (block = 0; block < walk->flow->summary.blocks; block++)
		visit(walk, walk->flow->leader[block]);
}

/* Where an instruction may go; more than it does is no harm, less would be. */
static bool follow_exits(struct walk *walk, u64 address)
{
	const struct stackanno_ir_list *list = &walk->flow->list;
	struct stackanno_fixup fixup;
	u64 other;

	if (walk->flow->ops->fixup(walk->flow->ops, address, &fixup))
		visit(walk, position_of(walk->flow, fixup.landing));
	switch (list->exit) {
	case STACKANNO_EXIT_BRANCH:
		visit(walk, position_of(walk->flow, list->target));
		return true;
	case STACKANNO_EXIT_JUMP:
		/* One by a table may lead to any. */
		if (!visit(walk, position_of(walk->flow, list->target)) &&
		    walk->flow->summary.tables)
			visit_all(walk);
		break;
	case STACKANNO_EXIT_LEAVE:
	case STACKANNO_EXIT_STOP:
		return false;
	}
	if (list->exit != STACKANNO_EXIT_JUMP && list->count)
		return true;
	other = walk->flow->ops->jump_label(walk->flow->ops, address);
	if (other)
		visit(walk, position_of(walk->flow, other));
	return other || list->exit != STACKANNO_EXIT_JUMP;
}

/* Return: whether the run of instructions from @position leads to the end. */
static bool run_leads(struct walk *walk, u32 position)
{
	bool first = true;
	u64 address;

	for (;; first = false) {
		if (position == walk->to)
			return true;
		if (position == walk->avoid || (!first && visit(walk, position)))
			return false;
		address = stackanno_flow_address(walk->flow, position);
		if (!address || lift_again(walk->flow, address) || !follow_exits(walk, address))
			return false;
		position += walk->flow->list.length;
	}
}

static bool leads(struct walk *walk, u32 from)
{
	u32 block;
	bool any = true;

	if (run_leads(walk, from))
		return true;
	while (any) {
		any = false;
		for (block = 0; block < walk->flow->summary.blocks; block++) {
			if (!(walk->pending[block / 8] >> (block % 8) & 1))
				continue;
			walk->pending[block / 8] &= ~(1 << (block % 8));
			any = true;
			if (run_leads(walk, walk->flow->leader[block]))
				return true;
		}
	}
	return false;
}

bool stackanno_origin_lasts(struct stackanno_flow *flow, struct stackanno_value operand,
			    u16 position, u64 ip)
{
	struct walk walk = { .flow = flow, .to = position_of(flow, ip), .avoid = position };
	u32 from;

	switch (operand.kind) {
	case STACKANNO_VALUE_UNKNOWN:
		return false;
	case STACKANNO_VALUE_RESULT:
		from = operand.id >> RESULT_POSITION_SHIFT;
		if (!stackanno_flow_address(flow, from) ||
		    lift_again(flow, stackanno_flow_address(flow, from)))
			return false;
		/* Its own jump, where it has one, is behind it as well. */
		if (!follow_exits(&walk, stackanno_flow_address(flow, from)))
			return false;
		return !leads(&walk, from + flow->list.length);
	case STACKANNO_VALUE_JOIN:
		from = operand.id >> JOIN_BLOCK_SHIFT;
		if (from >= flow->summary.blocks)
			return false;
		return !leads(&walk, flow->leader[from]);
	default:
		return true;
	}
}
