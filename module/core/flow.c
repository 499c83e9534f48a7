// SPDX-License-Identifier: GPL-2.0-only
#include "flow.h"

#include "body.h"
#include "effect.h"
#include "join.h"

/* Instructions of a prologue, when nothing more can be said of a function. */
#define PROLOGUE_MAX 64

static bool bit_of(const u8 *bits, u32 n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

static bool resumes(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	return step->exit == STACKANNO_EXIT_RESUME &&
	       stackanno_effect_resume(flow, stackanno_flow_address(flow, flow->at) +
					     step->length);
}

/* The state goes both ways; what was compared is equal on one of them. */
static int branch(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	struct stackanno_flow_facts facts = flow->work.facts;
	int ret;

	if (step->when == STACKANNO_WHEN_EQUAL)
		stackanno_effect_learn(flow);
	ret = stackanno_join_arrive(flow, step->target);
	flow->work.facts = facts;
	if (step->when == STACKANNO_WHEN_DIFFERENT)
		stackanno_effect_learn(flow);
	return ret;
}

/* By a table, as far as it leads to places in the function; many are the same. */
static int branch_by_table(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	u32 n, position, last = STACKANNO_FLOW_NOWHERE;
	int ret = 0;

	/* Who jumps to the jump itself comes with another address. */
	flow->summary.out_of_sight += stackanno_body_leads(flow, flow->at);
	for (n = 0; !ret; n++, last = position) {
		position = stackanno_body_way(flow, step, n);
		if (position == STACKANNO_FLOW_NOWHERE)
			break;
		/* What was read when blocks were found may have changed. */
		if (!stackanno_body_leads(flow, position))
			flow->summary.out_of_sight++;
		else if (position != last)
			ret = stackanno_join_arrive(flow, position);
	}
	return ret;
}

/*
 * A jump out of the function, or by a pointer: a tail call, unless the frame still
 * stands. Then it leads to a place in the function that was not found.
 */
static void note_departure(struct stackanno_flow *flow)
{
	struct stackanno_value sp = flow->work.reg[stackanno_arch_abi.sp];

	if (sp.kind != STACKANNO_VALUE_CFA || sp.offset != -stackanno_arch_abi.link_bytes)
		flow->summary.out_of_sight++;
}

/* Where the next block begins, which an instruction that is jumped into runs over. */
static u32 block_end(const struct stackanno_flow *flow, u32 block)
{
	return block + 1 < flow->summary.blocks ? flow->leader[block + 1] : flow->code_bytes;
}

/* Whether the state holds what an instruction of the block made on an earlier pass. */
static bool holds_results(const struct stackanno_flow *flow, u32 block)
{
	const struct stackanno_flow_state *state = &flow->work;
	u32 begin = flow->leader[block], bytes = block_end(flow, block) - begin, i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (stackanno_effect_made_in(state->reg[i], begin, bytes))
			return true;
	for (i = 0; i < state->slots; i++)
		if (stackanno_effect_made_in(state->slot[i].value, begin, bytes))
			return true;
	return stackanno_effect_made_in(state->link_at, begin, bytes);
}

/*
 * The code goes on where an exception of the instruction is mended. Its state is the one
 * before the instruction, and where that can be half done the one behind it as well: what
 * differs between them is known of neither. The stack pointer, @sp, does not move.
 */
static int land(struct stackanno_flow *flow, const struct stackanno_body_step *step,
		struct stackanno_value sp)
{
	struct stackanno_value reg[STACKANNO_IR_REGS];
	int ret;

	if (step->landing == STACKANNO_FLOW_MANY)
		note_departure(flow);
	if (step->landing >= STACKANNO_FLOW_MANY)
		return 0;
	memcpy(reg, flow->work.reg, sizeof(reg));
	flow->work.reg[stackanno_arch_abi.sp] = sp;
	stackanno_effect_mend(flow, step);
	ret = stackanno_join_arrive(flow, step->landing);
	memcpy(flow->work.reg, reg, sizeof(reg));
	return ret;
}

static int step_over(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	struct stackanno_value sp = flow->work.reg[stackanno_arch_abi.sp];
	int ret = 0;

	if (step->landing != STACKANNO_FLOW_NOWHERE)
		ret = land(flow, step, sp);
	stackanno_effect_step(flow, step);
	if (!ret && step->landing < STACKANNO_FLOW_MANY && stackanno_effect_is_divisible(step))
		ret = land(flow, step, sp);
	return ret;
}

static int run_block(struct stackanno_flow *flow, u32 block)
{
	struct stackanno_body_cursor cursor;
	struct stackanno_body_step step;
	u32 end = stackanno_body_open(flow, block, &cursor), last = block_end(flow, block);
	int ret = 0;

	stackanno_join_open(flow, block);
	flow->compare.size = 0;
	flow->first = !bit_of(flow->visited, block) || !holds_results(flow, block);
	flow->visited[block / 8] |= 1 << (block % 8);
	while (cursor.position < end) {
		if (flow->summary.instructions++ >= STACKANNO_FLOW_BUDGET)
			return -ETIME;
		if (stackanno_body_next(flow, &cursor, &step))
			return 0;
		ret = step_over(flow, &step);
		if (cursor.position > last)
			flow->first = false;
		if (step.table)
			ret = ret ? ret : branch_by_table(flow, &step);
		else if (step.exit == STACKANNO_EXIT_JUMP && step.target == STACKANNO_FLOW_NOWHERE)
			note_departure(flow);
		flow->summary.tails |= step.target == STACKANNO_FLOW_NOWHERE &&
				       (step.exit == STACKANNO_EXIT_JUMP ||
					step.exit == STACKANNO_EXIT_BRANCH);
		if (!ret && step.target != STACKANNO_FLOW_NOWHERE)
			ret = branch(flow, &step);
		if (ret)
			return ret;
		if (!step.on && !resumes(flow, &step))
			return 0;
		if (cursor.position < end && stackanno_body_leads(flow, cursor.position))
			return stackanno_join_arrive(flow, cursor.position);
	}
	return 0;
}

/* The first in order that is pending; STACKANNO_FLOW_BLOCKS: none is. */
static u32 next_pending(struct stackanno_flow *flow)
{
	u32 rank;

	for (rank = flow->lowest; rank < flow->summary.blocks; rank++) {
		if (!flow->pending[rank / 8])
			rank |= 7;
		else if (bit_of(flow->pending, rank))
			break;
	}
	flow->lowest = rank;
	return rank < flow->summary.blocks ? rank : STACKANNO_FLOW_BLOCKS;
}

static int run_blocks(struct stackanno_flow *flow)
{
	u32 rank;
	int ret;

	memset(flow->state_of, 0, flow->summary.blocks * sizeof(flow->state_of[0]));
	memset(flow->pending, 0, sizeof(flow->pending));
	memset(flow->visited, 0, sizeof(flow->visited));
	flow->lowest = 0;
	flow->summary.arena = 0;
	flow->summary.conflicts = 0;
	flow->summary.unknown = 0;
	stackanno_effect_enter(flow);
	ret = stackanno_join_arrive(flow, 0);
	while (!ret) {
		rank = next_pending(flow);
		if (rank == STACKANNO_FLOW_BLOCKS)
			break;
		flow->pending[rank / 8] &= ~(1 << (rank % 8));
		ret = run_block(flow, flow->ranked[rank]);
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
		summary->escape_low[base] = STACKANNO_EFFECT_NO_LOW;
	summary->align_at = STACKANNO_FLOW_NOWHERE;
	memset(flow->leads, 0, sizeof(flow->leads));
	memset(flow->seen, 0, sizeof(flow->seen));
	memset(flow->code_of, 0, sizeof(flow->code_of));
	flow->ops = ops;
	flow->parts = 0;
	flow->code_bytes = 0;
	flow->cached = 0;
	flow->table_behind = STACKANNO_FLOW_NOWHERE;
	flow->scanned = false;
	flow->straight = false;
}

int stackanno_flow_run(struct stackanno_flow *flow, struct stackanno_ops *ops, u64 begin,
		       u32 size)
{
	int ret;

	start(flow, ops);
	ret = stackanno_body_scan(flow, begin, size);
	if (!ret)
		ret = run_blocks(flow);
	if (ret == -ENOSPC) {
		flow->summary.lean = true;
		ret = run_blocks(flow);
	}
	flow->straight = ret;
	flow->scanned = true;
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

/*
 * What a function does first is to save registers, and no path leads around that:
 * where they lie does not change any more. All else that is known there may.
 */
static const struct stackanno_flow_state *walk_prologue(struct stackanno_flow *flow, u32 target)
{
	struct stackanno_flow_state *state = &flow->work;
	struct stackanno_body_cursor cursor = { 0 };
	struct stackanno_body_step step;
	u32 i, kept = 0;

	if (!flow->parts)
		return NULL;
	stackanno_effect_enter(flow);
	for (i = 0; i < PROLOGUE_MAX && cursor.position < flow->part[0].size; i++) {
		if (cursor.position == target)
			break;
		if (stackanno_body_next(flow, &cursor, &step) ||
		    (step.exit != STACKANNO_EXIT_NEXT && !step.tracer))
			break;
		stackanno_effect_step(flow, &step);
	}
	memset(state->reg, 0, sizeof(state->reg));
	memset(&state->link, 0, sizeof(state->link));
	memset(&state->link_at, 0, sizeof(state->link_at));
	state->escape.passed = 0xffffffff;
	for (i = 0; i < state->slots; i++) {
		if (!stackanno_effect_protects(&state->slot[i]))
			continue;
		state->slot[kept] = state->slot[i];
		state->slot[kept++].value.soft = 1;
	}
	state->slots = kept;
	return state;
}

static const struct stackanno_flow_state *walk_to(struct stackanno_flow *flow, u32 target,
						  enum moment moment)
{
	struct stackanno_body_cursor cursor;
	struct stackanno_body_step step;
	u32 block, end;

	flow->first = false;
	if (flow->straight)
		return moment == MOMENT_CALLING ? NULL : walk_prologue(flow, target);
	if (target == STACKANNO_FLOW_NOWHERE)
		return NULL;
	block = stackanno_body_block(flow, target);
	end = stackanno_body_open(flow, block, &cursor);
	/* Code is decoded again, for the caller to look at. */
	cursor.cached = 0;
	if (target >= end || !stackanno_join_open(flow, block))
		return NULL;
	flow->compare.size = 0;
	while (cursor.position <= target) {
		if (cursor.position == target && moment == MOMENT_BEFORE)
			return &flow->work;
		if (stackanno_body_next(flow, &cursor, &step))
			return NULL;
		if (moment == MOMENT_CALLING && cursor.position == target + 1)
			return step.exit == STACKANNO_EXIT_CALL ? &flow->work : NULL;
		stackanno_effect_step(flow, &step);
		if (step.when == STACKANNO_WHEN_DIFFERENT)
			stackanno_effect_learn(flow);
		if (moment == MOMENT_RETURNED && cursor.position == target + 1)
			return step.exit == STACKANNO_EXIT_CALL ? &flow->work : NULL;
		if (!step.on && !resumes(flow, &step))
			return NULL;
	}
	return NULL;
}

const struct stackanno_flow_state *stackanno_flow_at(struct stackanno_flow *flow, u64 ip,
						     bool returning)
{
	return walk_to(flow, stackanno_body_position(flow, returning ? ip - 1 : ip),
		       returning ? MOMENT_RETURNED : MOMENT_BEFORE);
}

const struct stackanno_flow_state *stackanno_flow_calling(struct stackanno_flow *flow, u64 ip,
							  u64 *call)
{
	const struct stackanno_flow_state *state;

	state = walk_to(flow, stackanno_body_position(flow, ip - 1), MOMENT_CALLING);
	if (state)
		*call = ip - flow->list.length;
	return state;
}

/* Where a path to a place is looked for. */
struct search {
	u32 target;	/* position */
	bool behind;	/* the instruction there is to be run, too */
};

static void set_next(struct stackanno_flow *flow, u32 position)
{
	u32 block;

	if (position >= STACKANNO_FLOW_MANY || !bit_of(flow->leads, position))
		return;
	block = stackanno_body_block(flow, position);
	if (!bit_of(flow->visited, block))
		flow->pending[block / 8] |= 1 << (block % 8);
}

static void set_all_next(struct stackanno_flow *flow, const struct stackanno_body_step *step)
{
	u32 n, position;

	for (n = 0; step->table; n++) {
		position = stackanno_body_way(flow, step, n);
		if (position == STACKANNO_FLOW_NOWHERE)
			break;
		set_next(flow, position);
	}
}

/* Pass a block behind @from, leaving the ways out of it in @pending. */
static bool finds(struct stackanno_flow *flow, u32 block, u32 from, const struct search *search)
{
	struct stackanno_body_cursor cursor;
	struct stackanno_body_step step;
	u32 end = stackanno_body_open(flow, block, &cursor), at;

	while (cursor.position < end) {
		at = cursor.position;
		if (at != flow->leader[block] && bit_of(flow->leads, at)) {
			set_next(flow, at);
			return false;
		}
		if (stackanno_body_next(flow, &cursor, &step))
			return false;
		if (from == STACKANNO_FLOW_NOWHERE &&
		    (search->behind ? search->target - at < step.length : at == search->target))
			return true;
		/* Behind a call that does not return its return address is still asked for. */
		if (from != STACKANNO_FLOW_NOWHERE && at < from)
			continue;
		from = STACKANNO_FLOW_NOWHERE;
		set_next(flow, step.target);
		set_next(flow, step.landing);
		set_all_next(flow, &step);
		if (!step.on && step.exit != STACKANNO_EXIT_RESUME)
			return false;
	}
	return false;
}

bool stackanno_flow_reaches(struct stackanno_flow *flow, u32 from, u64 ip, bool returning)
{
	struct search search = { .behind = returning };
	u32 block, left;

	search.target = stackanno_body_position(flow, returning ? ip - 1 : ip);
	if (flow->straight || search.target == STACKANNO_FLOW_NOWHERE || from >= flow->code_bytes)
		return true;
	memset(flow->pending, 0, sizeof(flow->pending));
	memset(flow->visited, 0, sizeof(flow->visited));
	/* The first block is passed from the writer on, and whole when a way leads back. */
	if (finds(flow, stackanno_body_block(flow, from), from, &search))
		return true;
	for (left = flow->summary.blocks; left; left--) {
		for (block = 0; block < flow->summary.blocks; block++)
			if (bit_of(flow->pending, block))
				break;
		if (block == flow->summary.blocks)
			return false;
		flow->pending[block / 8] &= ~(1 << (block % 8));
		flow->visited[block / 8] |= 1 << (block % 8);
		if (finds(flow, block, STACKANNO_FLOW_NOWHERE, &search))
			return true;
	}
	return false;
}
