// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks begin where a jump leads. They are found from the function's first
 * instruction on, following every jump, and then put into reverse postorder: code
 * that is seldom run stands at a function's end, and what it jumps back to is better
 * visited behind it. Each instruction is decoded once as long as the arena has room
 * for what it was lifted to; states take that room when they need it, and
 * instructions are decoded again then.
 */
#include "body.h"

#define TRACER_AT_MAX 4
#define WORD 8
#define WORD_BITS 64

/* stands before the operations of a cached instruction. */
struct entry {
	u16 position;
	u16 target;
	u8 length;
	u8 count;
	u8 exit;
	u8 flags;	/* ENTRY_* */
};
static_assert(sizeof(struct entry) == WORD);

#define ENTRY_ON	(1U << 0)
#define ENTRY_TRACER	(1U << 1)
#define ENTRY_UNKNOWN	(1U << 2)
#define ENTRY_WHEN_SHIFT 3
#define ENTRY_WHEN_MASK 3
#define ENTRY_MENDED	(1U << 5)
#define ENTRY_TABLE	(1U << 6)

/* follows the operations then. */
struct mended {
	u16 landing;
	u16 spoiled;
	u16 cleared;
	s16 value;
	u8 given;
	u8 reserved[7];
};
static_assert(sizeof(struct mended) == 2 * WORD);

/* What finding the order needs, behind the cache: a way through all blocks. */
struct way {
	struct stackanno_body_cursor cursor;
	u16 block;
	u16 word;	/* of the table that the instruction at the cursor jumps by */
};

#define WAYS_BYTES (STACKANNO_FLOW_BLOCKS * sizeof(struct way))
#define CACHE_MAX (STACKANNO_FLOW_ARENA - WAYS_BYTES)

static bool bit_of(const u8 *bits, u32 n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

static void set_bit_of(u8 *bits, u32 n)
{
	bits[n / 8] |= 1 << (n % 8);
}

/* ---- positions ---- */

u32 stackanno_body_position(const struct stackanno_flow *flow, u64 address)
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

static u32 part_end(const struct stackanno_flow *flow, u32 position)
{
	const struct stackanno_flow_part *part = part_of(flow, position);

	return part ? part->position + part->size : 0;
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
	part->shared = extent->shared;
	flow->code_bytes += extent->size;
	flow->parts++;
	return 0;
}

/* ---- one instruction and where it leads ---- */

static u32 find_target(struct stackanno_flow *flow, u64 address, int *error)
{
	struct stackanno_extent extent;
	u32 position = stackanno_body_position(flow, address);

	if (position != STACKANNO_FLOW_NOWHERE || !address || flow->scanned)
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
	return *error ? STACKANNO_FLOW_NOWHERE : stackanno_body_position(flow, address);
}

/* The same of a place that no jump names: to find it outside says nothing. */
static u32 open_part(struct stackanno_flow *flow, u64 address, int *error)
{
	struct stackanno_extent extent;
	u32 position = stackanno_body_position(flow, address);

	if (position != STACKANNO_FLOW_NOWHERE || !address || flow->scanned ||
	    flow->ops->part(flow->ops, flow->part[0].begin, address, &extent))
		return position;
	*error = add_part(flow, &extent);
	return *error ? STACKANNO_FLOW_NOWHERE : stackanno_body_position(flow, address);
}

/* ---- jumps by a table ---- */

/* A load from a table may be what the next instruction jumps by: a fence may lie between. */
static void note_table(struct stackanno_flow *flow)
{
	const struct stackanno_ir_list *list = &flow->list;

	if (list->table && list->exit == STACKANNO_EXIT_NEXT) {
		flow->table = list->table;
		flow->table_into = list->op[0].dst;
		flow->table_behind = flow->at + list->length;
	} else if (flow->table_behind == flow->at && !list->count && !list->unknown &&
		   list->exit == STACKANNO_EXIT_NEXT) {
		flow->table_behind += list->length;
	}
}

/* By a jump that leads out of the function, as one by a thunk seems to. */
static u64 table_of(const struct stackanno_flow *flow)
{
	const struct stackanno_ir_list *list = &flow->list;

	if (list->table)
		return list->table;
	if (flow->table_behind != flow->at ||
	    (list->by == STACKANNO_IR_NO_REG ? !list->target : list->by != flow->table_into))
		return 0;
	return flow->table;
}

u32 stackanno_body_way(const struct stackanno_flow *flow, const struct stackanno_body_step *step,
		       u32 n)
{
	if (n >= STACKANNO_FLOW_TABLE)
		return STACKANNO_FLOW_NOWHERE;
	return stackanno_body_position(flow, flow->ops->constant(flow->ops,
								 step->table + n * WORD));
}

/* Finds the parts that a table leads to. Return: whether it leads anywhere. */
static bool opens_table(struct stackanno_flow *flow, u64 table, int *error)
{
	u32 n;

	for (n = 0; n < STACKANNO_FLOW_TABLE && !*error; n++)
		if (open_part(flow, flow->ops->constant(flow->ops, table + n * WORD), error) ==
		    STACKANNO_FLOW_NOWHERE)
			break;
	if (n == STACKANNO_FLOW_TABLE)
		flow->summary.out_of_sight++;
	flow->summary.tables += n != 0;
	return n;
}

/* ---- an instruction's ways out ---- */

/* Where an exception is mended; the handlers of assembly may be out of any function. */
static u32 find_landing(struct stackanno_flow *flow, u64 address, int *error)
{
	u32 position;

	if (!flow->ops->fixup(flow->ops, address, &flow->fixup))
		return STACKANNO_FLOW_NOWHERE;
	/* A handler that moves the stack pointer is not followed. */
	if (flow->fixup.spoiled >> stackanno_arch_abi.sp & 1 ||
	    flow->fixup.cleared >> stackanno_arch_abi.sp & 1 ||
	    flow->fixup.given == stackanno_arch_abi.sp) {
		flow->summary.out_of_sight++;
		return STACKANNO_FLOW_NOWHERE;
	}
	position = open_part(flow, flow->fixup.landing, error);
	return position == STACKANNO_FLOW_NOWHERE ? STACKANNO_FLOW_MANY : position;
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

static int read_insn(struct stackanno_flow *flow, u64 address, struct stackanno_insn *insn)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len = flow->ops->read(flow->ops, address, bytes, sizeof(bytes));

	if (!len || flow->ops->decode(flow->ops, bytes, len, insn) || !insn->length)
		return -EINVAL;
	return 0;
}

static int decode_at(struct stackanno_flow *flow, u32 position, u64 address)
{
	struct stackanno_insn insn;

	if (read_insn(flow, address, &insn))
		return -EINVAL;
	flow->at = position;
	stackanno_arch_lift(&insn, address, flow->ops->canary, &flow->list);
	return 0;
}

static int find_leads(struct stackanno_flow *flow, u64 address, struct stackanno_body_step *step)
{
	const struct stackanno_ir_list *list = &flow->list;
	int error = 0;

	switch (list->exit) {
	case STACKANNO_EXIT_BRANCH:
		step->on = true;
		step->target = find_target(flow, list->target, &error);
		break;
	case STACKANNO_EXIT_JUMP:
		step->target = find_target(flow, list->target, &error);
		if (step->target == STACKANNO_FLOW_NOWHERE && !error)
			step->table = table_of(flow);
		if (step->table && !opens_table(flow, step->table, &error))
			step->table = 0;
		break;
	case STACKANNO_EXIT_CALL:
		step->on = !list->target || !flow->ops->noreturn(flow->ops, list->target);
		step->tracer = is_tracer(flow);
		break;
	case STACKANNO_EXIT_STOP:
		/* A breakpoint stands where another instruction stood. */
		flow->summary.out_of_sight++;
		break;
	case STACKANNO_EXIT_TRAP:
		step->on = flow->ops->warns(flow->ops, address);
		break;
	case STACKANNO_EXIT_NEXT:
		step->on = true;
		break;
	}
	return error;
}

/* Text that was patched since it was scanned may lead where no block begins. */
static void still_leads(struct stackanno_flow *flow, u16 *position)
{
	if (*position >= STACKANNO_FLOW_MANY || bit_of(flow->leads, *position))
		return;
	flow->summary.out_of_sight++;
	*position = STACKANNO_FLOW_NOWHERE;
}

/* Return: 0; -EINVAL when there is no instruction; -E2BIG for too much code. */
static int decode(struct stackanno_flow *flow, u32 position, struct stackanno_body_step *step)
{
	u64 address = stackanno_flow_address(flow, position), other;
	struct stackanno_ir_list *list = &flow->list;
	int ret;

	if (decode_at(flow, position, address))
		return -EINVAL;
	note_table(flow);
	if (may_be_patched(list)) {
		other = flow->ops->jump_label(flow->ops, address);
		if (other) {
			list->exit = STACKANNO_EXIT_BRANCH;
			list->target = other;
			list->when = STACKANNO_WHEN_ANY;
		}
	}
	*step = (struct stackanno_body_step){
		.op = list->op, .count = list->count, .length = list->length,
		.exit = list->exit, .when = list->when, .unknown = list->unknown,
		.target = STACKANNO_FLOW_NOWHERE, .landing = STACKANNO_FLOW_NOWHERE };
	ret = find_leads(flow, address, step);
	if (!ret)
		step->landing = find_landing(flow, address, &ret);
	if (flow->scanned) {
		still_leads(flow, &step->target);
		still_leads(flow, &step->landing);
	}
	return ret;
}

/* ---- the cache ---- */

static struct entry *entry_at(struct stackanno_flow *flow, u32 offset)
{
	return (struct entry *)((u8 *)flow->arena + offset);
}

static u32 entry_bytes(const struct entry *entry)
{
	return sizeof(*entry) + entry->count * sizeof(struct stackanno_ir) +
	       (entry->flags & ENTRY_MENDED ? sizeof(struct mended) : 0) +
	       (entry->flags & ENTRY_TABLE ? sizeof(u64) : 0);
}

/* The address of a table is the last of an entry. */
static u64 *table_in(struct entry *entry)
{
	return (u64 *)((u8 *)entry + entry_bytes(entry)) - 1;
}

static struct mended *mended_of(struct entry *entry)
{
	return (struct mended *)((struct stackanno_ir *)(entry + 1) + entry->count);
}

/* All instructions are in the cache, or none: what overflows it is large. */
static void cache(struct stackanno_flow *flow, const struct stackanno_body_step *step, bool *full)
{
	bool mended = step->landing != STACKANNO_FLOW_NOWHERE;
	u32 bytes = sizeof(struct entry) + step->count * sizeof(struct stackanno_ir) +
		    (mended ? sizeof(struct mended) : 0) + (step->table ? sizeof(u64) : 0);
	struct entry *entry = entry_at(flow, flow->cached);

	if (*full)
		return;
	if (bytes > CACHE_MAX - flow->cached) {
		*full = true;
		flow->cached = 0;
		return;
	}
	*entry = (struct entry){
		.position = flow->at, .target = step->target, .length = step->length,
		.count = step->count, .exit = step->exit,
		.flags = (step->on ? ENTRY_ON : 0) | (step->tracer ? ENTRY_TRACER : 0) |
			 (step->unknown ? ENTRY_UNKNOWN : 0) | (mended ? ENTRY_MENDED : 0) |
			 (step->table ? ENTRY_TABLE : 0) |
			 step->when << ENTRY_WHEN_SHIFT };
	memcpy(entry + 1, step->op, step->count * sizeof(struct stackanno_ir));
	if (mended)
		*mended_of(entry) = (struct mended){
			.landing = step->landing, .spoiled = flow->fixup.spoiled,
			.cleared = flow->fixup.cleared, .given = flow->fixup.given,
			.value = flow->fixup.value };
	if (step->table)
		*table_in(entry) = step->table;
	flow->cached += bytes;
}

bool stackanno_body_forget(struct stackanno_flow *flow)
{
	u32 words = flow->cached / WORD, i;

	if (!words)
		return false;
	memmove(flow->arena, flow->arena + words, flow->summary.arena);
	memset(flow->code_of, 0, sizeof(flow->code_of));
	for (i = 0; i < flow->summary.blocks; i++)
		if (flow->state_of[i])
			flow->state_of[i] -= words;
	flow->cached = 0;
	return true;
}

static void index_cache(struct stackanno_flow *flow)
{
	u32 offset;

	for (offset = 0; offset < flow->cached; offset += entry_bytes(entry_at(flow, offset)))
		if (bit_of(flow->leads, entry_at(flow, offset)->position))
			flow->code_of[stackanno_body_block(flow,
				entry_at(flow, offset)->position)] = offset / WORD + 1;
}

u32 stackanno_body_open(const struct stackanno_flow *flow, u32 block,
			struct stackanno_body_cursor *cursor)
{
	cursor->position = flow->leader[block];
	cursor->cached = flow->code_of[block];
	return part_end(flow, cursor->position);
}

/* The state behind the exception is kept first, and may take the cache's room. */
static void take_mended(struct stackanno_flow *flow, struct entry *entry,
			struct stackanno_body_step *step)
{
	const struct mended *mended = mended_of(entry);

	step->landing = mended->landing;
	flow->fixup = (struct stackanno_fixup){
		.spoiled = mended->spoiled, .cleared = mended->cleared,
		.given = mended->given, .value = mended->value };
	memcpy(flow->list.op, step->op, step->count * sizeof(struct stackanno_ir));
	step->op = flow->list.op;
}

int stackanno_body_next(struct stackanno_flow *flow, struct stackanno_body_cursor *cursor,
			struct stackanno_body_step *step)
{
	struct entry *entry;
	u32 offset;
	int ret;

	flow->renewed = false;
	offset = (cursor->cached - 1) * WORD;
	if (!cursor->cached || offset >= flow->cached) {
		ret = decode(flow, cursor->position, step);
		cursor->cached = 0;
		cursor->position += step->length;
		return ret;
	}
	entry = entry_at(flow, offset);
	*step = (struct stackanno_body_step){
		.op = (const struct stackanno_ir *)(entry + 1), .count = entry->count,
		.length = entry->length, .exit = entry->exit, .target = entry->target,
		.landing = STACKANNO_FLOW_NOWHERE, .on = entry->flags & ENTRY_ON, .tracer = entry->flags & ENTRY_TRACER,
		.unknown = entry->flags & ENTRY_UNKNOWN,
		.when = entry->flags >> ENTRY_WHEN_SHIFT & ENTRY_WHEN_MASK };
	if (entry->flags & ENTRY_MENDED)
		take_mended(flow, entry, step);
	if (entry->flags & ENTRY_TABLE)
		step->table = *table_in(entry);
	flow->at = entry->position;
	cursor->position += entry->length;
	offset += entry_bytes(entry);
	cursor->cached = offset < flow->cached &&
		entry_at(flow, offset)->position == cursor->position ? offset / WORD + 1 : 0;
	return 0;
}

/* ---- finding the blocks ---- */

bool stackanno_body_leads(const struct stackanno_flow *flow, u32 position)
{
	return bit_of(flow->leads, position);
}

static int add_leader(struct stackanno_flow *flow, u32 position)
{
	if (position >= STACKANNO_FLOW_MANY || bit_of(flow->leads, position))
		return 0;
	if (flow->summary.blocks == STACKANNO_FLOW_BLOCKS)
		return -E2BIG;
	set_bit_of(flow->leads, position);
	flow->leader[flow->summary.blocks++] = position;
	return 0;
}

static int scan_run(struct stackanno_flow *flow, u32 position, bool *full)
{
	struct stackanno_body_step step;
	u32 end = part_end(flow, position), way, n;
	int ret;

	while (position < end) {
		if (bit_of(flow->seen, position))
			return add_leader(flow, position);
		ret = decode(flow, position, &step);
		if (ret == -EINVAL) {
			flow->summary.undecoded++;
			return 0;
		}
		if (!ret)
			ret = add_leader(flow, step.target);
		if (!ret)
			ret = add_leader(flow, step.landing);
		for (n = 0; !ret && step.table; n++) {
			way = stackanno_body_way(flow, &step, n);
			if (way == STACKANNO_FLOW_NOWHERE)
				break;
			ret = add_leader(flow, way);
		}
		if (ret)
			return ret;
		set_bit_of(flow->seen, position);
		cache(flow, &step, full);
		/*
		 * Where an interrupt's return is made by hand to go on in the same
		 * function, its address was pushed a few instructions before: taken
		 * for the next one.
		 */
		if (!step.on && step.exit != STACKANNO_EXIT_RESUME)
			return 0;
		position += step.length;
	}
	return 0;
}

/* Which of the positions from @word * WORD_BITS on lead: in one load. */
static u64 leads_of(const struct stackanno_flow *flow, u32 word)
{
	const u8 *bits = flow->leads + word * WORD;

	return (u64)bits[0] | (u64)bits[1] << 8 | (u64)bits[2] << 16 | (u64)bits[3] << 24 |
	       (u64)bits[4] << 32 | (u64)bits[5] << 40 | (u64)bits[6] << 48 | (u64)bits[7] << 56;
}

static void sort_leaders(struct stackanno_flow *flow)
{
	u32 word, n = 0;
	u64 bits;

	for (word = 0; word * WORD_BITS < flow->code_bytes; word++) {
		flow->leads_before[word] = n;
		for (bits = leads_of(flow, word); bits && n < STACKANNO_FLOW_BLOCKS; bits &= bits - 1)
			flow->leader[n++] = word * WORD_BITS + __builtin_ctzll(bits);
	}
}

static u32 count_bits(u64 bits)
{
	bits -= bits >> 1 & 0x5555555555555555ULL;
	bits = (bits & 0x3333333333333333ULL) + (bits >> 2 & 0x3333333333333333ULL);
	bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (u32)(bits * 0x0101010101010101ULL >> 56);
}

/* Counted rather than searched for: the way of a search is never foreseen. */
u32 stackanno_body_block(const struct stackanno_flow *flow, u32 position)
{
	u32 word = position / WORD_BITS;
	u64 behind = ~1ULL << position % WORD_BITS;

	return flow->leads_before[word] + count_bits(leads_of(flow, word) & ~behind) - 1;
}

/* ---- their order ---- */

static u32 not_visited(struct stackanno_flow *flow, u32 position)
{
	u32 block;

	if (position >= STACKANNO_FLOW_MANY || !bit_of(flow->leads, position))
		return STACKANNO_FLOW_NOWHERE;
	block = stackanno_body_block(flow, position);
	return bit_of(flow->visited, block) ? STACKANNO_FLOW_NOWHERE : block;
}

/* The table is gone through once, from block to block. */
static u32 way_not_visited(struct stackanno_flow *flow, const struct stackanno_body_step *step,
			   struct way *way)
{
	u32 position, block;

	for (;;) {
		position = stackanno_body_way(flow, step, way->word++);
		if (position == STACKANNO_FLOW_NOWHERE)
			return STACKANNO_FLOW_NOWHERE;
		block = not_visited(flow, position);
		if (block != STACKANNO_FLOW_NOWHERE)
			return block;
	}
}

/* While blocks are put in order: where the run of one ends. Slots are counted later. */
static u16 *end_of(struct stackanno_flow *flow, u32 block)
{
	return &flow->slots_of[block];
}

/* A block that @way leads to and that was not visited; STACKANNO_FLOW_NOWHERE: no more. */
static u32 follow(struct stackanno_flow *flow, struct way *way)
{
	u32 end = part_end(flow, flow->leader[way->block]), block;
	struct stackanno_body_cursor before;
	struct stackanno_body_step step;

	while (way->cursor.position < end) {
		before = way->cursor;
		/* The run goes on in another block, which is the last way out. */
		if (way->cursor.position != flow->leader[way->block] &&
		    bit_of(flow->leads, way->cursor.position)) {
			block = not_visited(flow, way->cursor.position);
			way->cursor.position = end;
			return block;
		}
		if (stackanno_body_next(flow, &way->cursor, &step))
			break;
		*end_of(flow, way->block) = way->cursor.position;
		if (!step.on && step.exit != STACKANNO_EXIT_RESUME)
			way->cursor.position = end;
		block = not_visited(flow, step.target);
		if (step.table) {
			block = way_not_visited(flow, &step, way);
			if (block != STACKANNO_FLOW_NOWHERE)
				way->cursor = before;
		}
		/* No jump is mended, but where the code is garbage. */
		if (block == STACKANNO_FLOW_NOWHERE)
			block = not_visited(flow, step.landing);
		if (block != STACKANNO_FLOW_NOWHERE)
			return block;
	}
	return STACKANNO_FLOW_NOWHERE;
}

/*
 * Depth first, without recursion: at most one way a block is open at a time. Each
 * instruction is passed once, so that all of it takes one more walk over the code.
 */
static void rank_blocks(struct stackanno_flow *flow)
{
	struct way *way = (struct way *)((u8 *)flow->arena + flow->cached);
	u32 depth = 0, rank = flow->summary.blocks, block = 0;

	memset(flow->visited, 0, sizeof(flow->visited));
	do {
		if (block != STACKANNO_FLOW_NOWHERE) {
			set_bit_of(flow->visited, block);
			*end_of(flow, block) = flow->leader[block];
			way[depth].block = block;
			way[depth].word = 0;
			stackanno_body_open(flow, block, &way[depth++].cursor);
		} else {
			block = way[--depth].block;
			flow->rank[block] = --rank;
			flow->ranked[rank] = block;
		}
		if (depth)
			block = follow(flow, &way[depth - 1]);
	} while (depth);
	/* All were found from the first; code that was patched since may have lost some. */
	for (block = 0; rank && block < flow->summary.blocks; block++)
		if (!bit_of(flow->visited, block)) {
			*end_of(flow, block) = flow->leader[block];
			flow->rank[block] = --rank;
			flow->ranked[rank] = block;
		}
}

/* ---- what no path leads to ---- */

static bool is_filler(struct stackanno_flow *flow, u32 position, u32 end)
{
	struct stackanno_insn insn;

	for (; position < end; position += insn.length)
		if (read_insn(flow, stackanno_flow_address(flow, position), &insn) ||
		    !stackanno_arch_is_filler(&insn))
			return false;
	return true;
}

/* Blocks are sorted, and so are the positions of parts. */
static bool leaves_code_out(struct stackanno_flow *flow)
{
	const struct stackanno_flow_part *part;
	u32 block = 0, i, at, end;

	for (i = 0; i < flow->parts; i++) {
		part = &flow->part[i];
		at = part->position;
		end = at + part->size;
		for (; block < flow->summary.blocks && flow->leader[block] < end; block++) {
			if (!part->shared && flow->leader[block] > at &&
			    !is_filler(flow, at, flow->leader[block]))
				return true;
			at = max_t(u32, at, *end_of(flow, block));
		}
		if (!part->shared && !is_filler(flow, at, end))
			return true;
	}
	return false;
}

int stackanno_body_scan(struct stackanno_flow *flow, u64 begin, u32 size)
{
	struct stackanno_extent body = { .begin = begin, .size = size };
	bool full = false;
	u32 i;
	int ret;

	if (!size)
		return -E2BIG;
	ret = add_part(flow, &body);
	if (ret) {
		/* Its beginning can be looked at all the same. */
		flow->part[0] = (struct stackanno_flow_part){ .begin = begin, .size = size };
		flow->parts = 1;
		return ret;
	}
	ret = add_leader(flow, 0);
	/* The list grows while it is walked. */
	for (i = 0; !ret && i < flow->summary.blocks; i++)
		ret = scan_run(flow, flow->leader[i], &full);
	if (ret)
		return ret;
	flow->scanned = true;
	sort_leaders(flow);
	index_cache(flow);
	rank_blocks(flow);
	flow->summary.unreached = leaves_code_out(flow);
	return 0;
}
