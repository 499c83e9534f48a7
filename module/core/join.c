// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state at the beginning of each block is kept. Where paths meet, locations that
 * held equal values on each path stay equal; nothing else is assumed, and a partition
 * that is only ever refined comes to rest.
 */
#include "join.h"

#include "body.h"
#include "effect.h"

#define WORD 8
/* Locations of a join: registers, then slots by offset in steps of four bytes. */
#define LOCATION_BITS 13
#define LOCATION_MASK ((1U << LOCATION_BITS) - 1)
#define LOCATION_STEP 4
#define LOCATION_ABOVE 256
#define LOCATION_ALIGNED 4080
#define LOCATION_NONE 0xffffffffU

/*
 * A state as it is kept. Where there were any when it was first reached, facts and
 * links follow: later paths only ever take away from them. Then the slots.
 */
struct kept {
	struct stackanno_value reg[STACKANNO_IR_REGS];
	struct stackanno_flow_escape escape;
};

struct links {
	struct stackanno_value at, sp;
};

static_assert(sizeof(struct kept) % WORD == 0);
static_assert(sizeof(struct links) % WORD == 0);
static_assert(sizeof(struct stackanno_flow_facts) % WORD == 0);

/* In stackanno_flow.slots_of: what stands before the slots, and how many there are. */
#define KEPT_FACTS	(1U << 14)
#define KEPT_LINKS	(1U << 15)
#define KEPT_SLOTS	(KEPT_FACTS - 1)

static const struct stackanno_value unknown;

static struct kept *kept_of(struct stackanno_flow *flow, u32 block)
{
	return (struct kept *)(flow->arena + flow->state_of[block] - 1);
}

/* NULL: there are none. */
static struct stackanno_flow_facts *kept_facts(struct stackanno_flow *flow, u32 block)
{
	return flow->slots_of[block] & KEPT_FACTS ?
		(struct stackanno_flow_facts *)(kept_of(flow, block) + 1) : NULL;
}

static struct links *kept_links(struct stackanno_flow *flow, u32 block)
{
	u8 *behind = (u8 *)(kept_of(flow, block) + 1);

	if (!(flow->slots_of[block] & KEPT_LINKS))
		return NULL;
	if (flow->slots_of[block] & KEPT_FACTS)
		behind += sizeof(struct stackanno_flow_facts);
	return (struct links *)behind;
}

static u32 head_bytes(u32 what)
{
	return sizeof(struct kept) +
	       (what & KEPT_FACTS ? sizeof(struct stackanno_flow_facts) : 0) +
	       (what & KEPT_LINKS ? sizeof(struct links) : 0);
}

static struct stackanno_flow_slot *kept_slots(struct stackanno_flow *flow, u32 block)
{
	return (struct stackanno_flow_slot *)((u8 *)kept_of(flow, block) +
					      head_bytes(flow->slots_of[block]));
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
	u32 slots, bytes, what = 0;

	if (flow->summary.lean)
		thin_out(work);
	if (work->facts.whole | work->facts.half)
		what |= KEPT_FACTS;
	if (work->link_at.kind != STACKANNO_VALUE_UNKNOWN)
		what |= KEPT_LINKS;
	slots = work->slots * sizeof(work->slot[0]);
	bytes = head_bytes(what) + slots;
	if (bytes > STACKANNO_FLOW_ARENA - flow->cached - flow->summary.arena)
		stackanno_body_forget(flow);
	if (bytes > STACKANNO_FLOW_ARENA - flow->cached - flow->summary.arena)
		return -ENOSPC;
	flow->state_of[block] = (flow->cached + flow->summary.arena) / WORD + 1;
	flow->slots_of[block] = work->slots | what;
	flow->summary.arena += bytes;
	kept = kept_of(flow, block);
	memcpy(kept->reg, work->reg, sizeof(kept->reg));
	kept->escape = work->escape;
	if (what & KEPT_FACTS)
		*kept_facts(flow, block) = work->facts;
	if (what & KEPT_LINKS)
		*kept_links(flow, block) = (struct links){ work->link_at, work->link };
	memcpy(kept_slots(flow, block), work->slot, slots);
	return 0;
}

static u32 location_of(const struct stackanno_flow_slot *slot)
{
	s64 place;

	if (slot->offset % LOCATION_STEP)
		return LOCATION_NONE;
	if (slot->base == STACKANNO_BASE_CFA) {
		place = (LOCATION_ABOVE - (s64)slot->offset) / LOCATION_STEP;
		if (slot->offset > LOCATION_ABOVE || place >= LOCATION_ALIGNED)
			return LOCATION_NONE;
	} else {
		place = LOCATION_ALIGNED - (s64)slot->offset / LOCATION_STEP;
		if (slot->offset > 0 ||
		    place >= (1 << LOCATION_BITS) - STACKANNO_IR_REGS)
			return LOCATION_NONE;
	}
	return STACKANNO_IR_REGS + (u32)place;
}

struct join {
	struct stackanno_flow *flow;
	struct kept *kept;
	u32 block;
	u32 pairs;
	bool changed;
};

static bool is_of_block(struct stackanno_value value, u32 block)
{
	return value.kind == STACKANNO_VALUE_JOIN && (u32)value.id >> LOCATION_BITS == block;
}

/* What holds the same on both sides, and is not of this join's making, stays. */
static bool stays(const struct join *join, struct stackanno_value same)
{
	return same.kind != STACKANNO_VALUE_UNKNOWN && !is_of_block(same, join->block);
}

static void remember(struct join *join, struct stackanno_value old, struct stackanno_value new,
		     u32 location)
{
	if (location != LOCATION_NONE && join->pairs < ARRAY_SIZE(join->flow->pair))
		join->flow->pair[join->pairs++] =
			(struct stackanno_flow_pair){ old, new, location };
}

/* The location that stands for all which held @old on one side and @new on the other. */
static u32 stand_in(struct join *join, struct stackanno_value old, struct stackanno_value new,
		    u32 location)
{
	const struct stackanno_flow_pair *pair = join->flow->pair;
	u32 i;

	if (old.kind == STACKANNO_VALUE_UNKNOWN || new.kind == STACKANNO_VALUE_UNKNOWN)
		return location;
	for (i = 0; i < join->pairs; i++)
		if (stackanno_value_same(pair[i].old, old) && stackanno_value_same(pair[i].new, new))
			return pair[i].location;
	remember(join, old, new, location);
	return location;
}

static struct stackanno_value joined_of(struct join *join, struct stackanno_value old,
					struct stackanno_value new, u32 location)
{
	if (stackanno_value_same(old, new) && stays(join, old))
		return old;
	location = stand_in(join, old, new, location);
	return location == LOCATION_NONE ? unknown :
		stackanno_value_make(STACKANNO_VALUE_JOIN,
				     join->block << LOCATION_BITS | location, 0);
}

/*
 * Of all that hold the join at @location it is the first, so that none before it can
 * stand for it: nothing changes. So it is with what a loop made in a register.
 */
static bool stands(struct join *join, struct stackanno_value old, struct stackanno_value new,
		   u32 location)
{
	if (!is_of_block(old, join->block) || (old.id & LOCATION_MASK) != location ||
	    old.soft < new.soft)
		return false;
	if (new.kind != STACKANNO_VALUE_UNKNOWN)
		remember(join, old, new, location);
	return true;
}

static void join_value(struct join *join, struct stackanno_value *old,
		       struct stackanno_value new, u32 location)
{
	u32 soft = old->soft | new.soft;
	struct stackanno_value joined;

	if (location != stackanno_arch_abi.sp && !stackanno_value_same(*old, new)) {
		if (stackanno_value_in_frame(*old))
			stackanno_effect_escape(join->flow, &join->kept->escape, *old);
		if (stackanno_value_in_frame(new))
			stackanno_effect_escape(join->flow, &join->kept->escape, new);
	}
	if (stands(join, *old, new, location))
		return;
	joined = joined_of(join, *old, new, location);
	joined.soft = joined.kind != STACKANNO_VALUE_UNKNOWN && soft;
	if (!stackanno_value_same(*old, joined) || old->soft != joined.soft) {
		*old = joined;
		join->changed = true;
	}
}

static void join_registers(struct join *join)
{
	struct stackanno_value *old = join->kept->reg;
	const struct stackanno_value *new = join->flow->work.reg;
	u32 reg;

	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (memcmp(&old[reg], &new[reg], sizeof(old[reg])) || !stays(join, old[reg]))
			join_value(join, &old[reg], new[reg], reg);
}

static int order(const struct stackanno_flow_slot *a, const struct stackanno_flow_slot *b)
{
	if (a->base != b->base)
		return a->base < b->base ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static void join_slot(struct join *join, struct stackanno_flow_slot *slot,
		      const struct stackanno_flow_slot *new)
{
	/* Most slots are written once, and then only saved from here to there. */
	if (!memcmp(slot, new, sizeof(*slot)) && stays(join, slot->value))
		return;
	join_value(join, &slot->value, new->value, location_of(slot));
	slot->flags &= new->flags;
	if (slot->writer != new->writer)
		slot->writer = STACKANNO_FLOW_MANY;
}

static void join_slots(struct join *join)
{
	struct stackanno_flow *flow = join->flow;
	struct stackanno_flow_slot *slot = kept_slots(flow, join->block);
	const struct stackanno_flow_state *work = &flow->work;
	u32 i, j = 0, kept = 0, slots = flow->slots_of[join->block] & KEPT_SLOTS;

	/* What lies in one of them alone is dropped: an address escaped when it was put there. */
	for (i = 0; i < slots; i++) {
		while (j < work->slots && order(&work->slot[j], &slot[i]) < 0)
			j++;
		if (j == work->slots || order(&work->slot[j], &slot[i]) ||
		    work->slot[j].size != slot[i].size)
			continue;
		if (kept != i)
			slot[kept] = slot[i];
		join_slot(join, &slot[kept++], &work->slot[j]);
	}
	if (kept != slots)
		join->changed = true;
	flow->slots_of[join->block] -= slots - kept;
}

static void join_escapes(struct join *join, const struct stackanno_flow_escape *before)
{
	struct stackanno_flow_escape *kept = &join->kept->escape;
	const struct stackanno_flow_escape *new = &join->flow->work.escape;
	u32 base;

	for (base = 0; base < STACKANNO_BASES; base++)
		kept->low[base] = min(kept->low[base], new->low[base]);
	kept->passed |= new->passed;
	if (memcmp(kept, before, sizeof(*kept)))
		join->changed = true;
}

/* What one side does not know, or has other than the other, is none. */
static void join_facts(struct join *join)
{
	struct stackanno_flow_facts *kept = kept_facts(join->flow, join->block);
	const struct stackanno_flow_facts *new = &join->flow->work.facts;
	u16 whole, half;
	u32 i;

	if (!kept)
		return;
	whole = kept->whole & new->whole;
	half = (kept->whole | kept->half) & (new->whole | new->half);
	for (i = 0; i < STACKANNO_IR_ARGUMENTS; i++)
		if (half >> i & 1 && kept->value[i] != new->value[i]) {
			whole &= ~(1U << i);
			half &= ~(1U << i);
		}
	if (whole == kept->whole && half == (kept->whole | kept->half))
		return;
	kept->whole = whole;
	kept->half = half;
	join->changed = true;
}

static void join_links(struct join *join)
{
	const struct stackanno_flow_state *work = &join->flow->work;
	struct links *kept = kept_links(join->flow, join->block);

	if (!kept || (stackanno_value_equal(kept->at, work->link_at) &&
		      stackanno_value_equal(kept->sp, work->link)))
		return;
	if (kept->at.kind != STACKANNO_VALUE_UNKNOWN)
		join->changed = true;
	*kept = (struct links){ unknown, unknown };
}

static void set_pending(struct stackanno_flow *flow, u32 block)
{
	u32 rank = flow->rank[block];

	flow->pending[rank / 8] |= 1 << (rank % 8);
	flow->lowest = min(flow->lowest, rank);
}

int stackanno_join_arrive(struct stackanno_flow *flow, u32 position)
{
	struct join join = { .flow = flow, .block = stackanno_body_block(flow, position) };
	struct stackanno_flow_escape before;
	u8 sp = stackanno_arch_abi.sp;
	int ret;

	if (!flow->state_of[join.block]) {
		ret = keep_first(flow, join.block);
		if (!ret)
			set_pending(flow, join.block);
		return ret;
	}
	join.kept = kept_of(flow, join.block);
	before = join.kept->escape;
	if (stackanno_value_in_frame(join.kept->reg[sp]) &&
	    !stackanno_value_equal(join.kept->reg[sp], flow->work.reg[sp]))
		flow->summary.conflicts++;
	join_registers(&join);
	join_links(&join);
	join_facts(&join);
	join_slots(&join);
	join_escapes(&join, &before);
	if (join.changed)
		set_pending(flow, join.block);
	return 0;
}

bool stackanno_join_open(struct stackanno_flow *flow, u32 block)
{
	struct stackanno_flow_state *work = &flow->work;
	static const struct links no_links;
	const struct stackanno_flow_facts *facts;
	const struct links *links;
	const struct kept *kept;

	if (!flow->state_of[block])
		return false;
	kept = kept_of(flow, block);
	facts = kept_facts(flow, block);
	links = kept_links(flow, block);
	if (!links)
		links = &no_links;
	memcpy(work->reg, kept->reg, sizeof(work->reg));
	work->link_at = links->at;
	work->link = links->sp;
	work->escape = kept->escape;
	memset(&work->facts, 0, sizeof(work->facts));
	if (facts)
		work->facts = *facts;
	work->slots = flow->slots_of[block] & KEPT_SLOTS;
	memcpy(work->slot, kept_slots(flow, block), work->slots * sizeof(work->slot[0]));
	return true;
}
