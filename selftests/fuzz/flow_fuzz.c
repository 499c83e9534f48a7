// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any code, with any answers to what the analysis asks of the world: it ends
 * within its limits, what it keeps is in order, and what it says of a place it
 * says again. Then the roles of a frame that may or may not fit the code.
 *
 * Bytes: 2 where to look, 2 what frame, world_take()'s.
 */
#include "core/flow.h"
#include "core/ir.h"
#include "core/record.h"
#include "core/role.h"
#include "world.h"

/* Places asked for, and how many bytes of code the walks to them may come to. */
#define PLACES_MAX 48
#define WALKS_BYTES (16 << 10)
#define FRAME_WORDS_MAX 96
#define STACK 0xffa0000000010000ULL
#define STACK_BYTES 0x4000

static struct stackanno_flow flow;
static struct stackanno_flow_state before;
static struct stackanno_flow_summary found;

/* One that is too large has a beginning to be looked at all the same. */
static u32 code_bytes(void)
{
	return flow.code_bytes || !flow.parts ? flow.code_bytes : flow.part[0].size;
}

static void check_value(struct stackanno_value value)
{
	CHECK(value.kind < STACKANNO_VALUE_KINDS);
	switch (value.kind) {
	case STACKANNO_VALUE_ENTRY:
		CHECK(value.id < STACKANNO_IR_REGS);
		break;
	case STACKANNO_VALUE_RESULT:
		CHECK(value.id >> 8 < code_bytes());
		break;
	case STACKANNO_VALUE_ALIGNED:
		CHECK(value.id == flow.summary.align_at);
		break;
	default:
		break;
	}
}

static void check_state(const struct stackanno_flow_state *state)
{
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		check_value(state->reg[i]);
	check_value(state->link_at);
	check_value(state->link);
	CHECK(state->slots <= STACKANNO_FLOW_SLOTS);
	for (i = 0; i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i], *last = slot - 1;

		check_value(slot->value);
		CHECK(slot->base < STACKANNO_BASES);
		CHECK(slot->size >= 1 && slot->size <= 8);
		CHECK(slot->writer < code_bytes() || slot->writer == STACKANNO_FLOW_MANY);
		CHECK(stackanno_flow_slot(state, slot->base, slot->offset) == slot);
		CHECK(!i || last->base < slot->base ||
		      (s64)last->offset + last->size <= slot->offset);
	}
}

static void check_limits(const struct world *world, int ret)
{
	const struct stackanno_flow_summary *summary = &flow.summary;
	u32 i;

	switch (summary->end) {
	case STACKANNO_FLOW_WHOLE:
		CHECK(!ret);
		break;
	case STACKANNO_FLOW_TOO_LARGE:
		CHECK(ret == -E2BIG);
		break;
	case STACKANNO_FLOW_NO_MEMORY:
		CHECK(ret == -ENOSPC);
		break;
	case STACKANNO_FLOW_BUDGET_USED:
		CHECK(ret == -ETIME);
		break;
	default:
		CHECK(false);
	}
	CHECK(summary->blocks <= STACKANNO_FLOW_BLOCKS);
	CHECK(flow.cached <= STACKANNO_FLOW_ARENA &&
	      summary->arena <= STACKANNO_FLOW_ARENA - flow.cached);
	CHECK(summary->instructions <= STACKANNO_FLOW_BUDGET + 1);
	/* Once for each instruction interpreted, and once for each place it may stand. */
	CHECK(world->decoded <= STACKANNO_FLOW_BUDGET + STACKANNO_FLOW_CODE_MAX +
	      STACKANNO_FLOW_BLOCKS);
	CHECK(flow.code_bytes <= STACKANNO_FLOW_CODE_MAX);
	CHECK(flow.parts <= STACKANNO_FLOW_EXTENTS);
	for (i = 0; i < flow.parts; i++)
		CHECK(flow.part[i].position + flow.part[i].size <= code_bytes());
	if (ret)
		return;
	for (i = 1; i < summary->blocks; i++)
		CHECK(flow.leader[i - 1] < flow.leader[i]);
	for (i = 0; i < summary->blocks; i++)
		CHECK(flow.state_of[i] <= STACKANNO_FLOW_ARENA / sizeof(flow.arena[0]));
	CHECK(summary->align_at == STACKANNO_FLOW_NOWHERE ||
	      (summary->align_at < flow.code_bytes && summary->align_bytes &&
	       !(summary->align_bytes & (summary->align_bytes - 1))));
}

static bool same_values(const struct stackanno_flow_state *a,
			const struct stackanno_flow_state *b)
{
	return !memcmp(a->reg, b->reg, sizeof(a->reg)) && a->slots == b->slots &&
	       !memcmp(a->slot, b->slot, a->slots * sizeof(a->slot[0]));
}

enum asked { ASKED_AT, ASKED_RETURNING, ASKED_CALLING, ASKED };

static const struct stackanno_flow_state *state_at(u64 ip, enum asked asked, u64 *call)
{
	if (asked == ASKED_CALLING)
		return stackanno_flow_calling(&flow, ip, call);
	return stackanno_flow_at(&flow, ip, asked == ASKED_RETURNING);
}

static void ask(u64 ip, bool fickle)
{
	const struct stackanno_flow_state *state;
	u64 call = 0, again = 0;
	enum asked asked;

	for (asked = 0; asked < ASKED; asked++) {
		state = state_at(ip, asked, &call);
		if (state)
			check_state(state);
		if (state && asked == ASKED_CALLING)
			CHECK(call < ip && ip - call <= STACKANNO_INSN_BYTES);
		if (fickle)
			continue;
		if (state)
			before = *state;
		CHECK(!state == !state_at(ip, asked, &again));
		CHECK(!state || same_values(&before, state));
		CHECK(call == again);
	}
}

/* Questions find nothing that the run has not found. */
static void check_found(void)
{
	const struct stackanno_flow_summary *summary = &flow.summary;

	CHECK(!memcmp(found.writer, summary->writer, sizeof(found.writer)));
	CHECK(!memcmp(found.escaped, summary->escaped, sizeof(found.escaped)));
	CHECK(!memcmp(found.touched, summary->touched, sizeof(found.touched)));
	CHECK(!memcmp(found.escape_low, summary->escape_low, sizeof(found.escape_low)));
	CHECK(found.align_at == summary->align_at);
	CHECK(found.arena == summary->arena && found.blocks == summary->blocks);
}

static const struct stackanno_capacity capacity = {
	.count = {
		[STACKANNO_SECTION_STRINGS] = 64,
		[STACKANNO_SECTION_STACKS] = 1,
		[STACKANNO_SECTION_FRAMES] = 1,
		[STACKANNO_SECTION_WORDS] = FRAME_WORDS_MAX,
		[STACKANNO_SECTION_REGS] = 1,
		[STACKANNO_SECTION_NOTES] = 16,
	},
};

/* A frame of the function at @ip; where the code says its sp is, or anywhere else. */
static void make_frame(struct stackanno_builder *builder, const struct world *world, u64 ip,
		       u32 shape)
{
	struct stackanno_stack *stack;
	struct stackanno_frame *frame;
	struct stackanno_regs *regs;
	struct stackanno_word *word;
	u32 words = (u32)(mix(shape, 0) % FRAME_WORDS_MAX), i;
	u64 low = STACK + (mix(shape, 1) % (STACK_BYTES - 8 * FRAME_WORDS_MAX) & ~7ULL);

	builder->record->arch = STACKANNO_ARCH_X86_64;
	stack = stackanno_builder_add(builder, STACKANNO_SECTION_STACKS, NULL);
	*stack = (struct stackanno_stack){ .begin = STACK, .end = STACK + STACK_BYTES,
		.live = low, .kind = STACKANNO_STACK_TASK };
	regs = stackanno_builder_add(builder, STACKANNO_SECTION_REGS, NULL);
	regs->known = mix(shape, 2) & 0x1fffff;
	for (i = 0; i < STACKANNO_REGS_MAX; i++)
		regs->value[i] = low + (mix(shape, 3 + i) & 0x78);
	frame = stackanno_builder_add(builder, STACKANNO_SECTION_FRAMES, NULL);
	*frame = (struct stackanno_frame){ .ip = ip, .ip_slot = shape & 1 ? low - 8 : 0,
		.low = low, .high = low + 8 * words, .func = WORLD_BODY,
		.func_size = world->size, .kind = STACKANNO_FRAME_CALL,
		.evidence = 1 + shape % 3, .word_count = words,
		.flags = shape & 2 ? STACKANNO_FRAME_INTERRUPTED : 0,
		.regs = shape & 4 ? 0 : STACKANNO_NONE, .code = STACKANNO_NONE,
		.vector = STACKANNO_NONE };
	for (i = 0; i < words; i++) {
		word = stackanno_builder_add(builder, STACKANNO_SECTION_WORDS, NULL);
		*word = (struct stackanno_word){ .address = low + 8 * i, .value = mix(shape, i),
			.meaning = STACKANNO_NONE, .where = STACKANNO_NONE,
			.flags = mix(shape, 100 + i) & 8 ? STACKANNO_WORD_UNREADABLE : 0 };
		if (shape & 8 && !(mix(shape, 200 + i) & 15))
			word->address = mix(shape, 300 + i);
		if (i + 1 == words && !(shape & 16))
			word->role = STACKANNO_ROLE_RETURN;
		else if (!(mix(shape, 400 + i) & 31))
			word->role = STACKANNO_ROLE_STALE;
		if (word->role)
			word->evidence = STACKANNO_EVIDENCE_CERTAIN;
	}
}

static void check_frame(const struct stackanno_builder *builder, enum stackanno_fit fit)
{
	struct stackanno_frame *frame =
		stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, 0);
	struct stackanno_word *word;
	u32 i;

	CHECK(fit < STACKANNO_FITS);
	CHECK((fit == STACKANNO_FIT_DIFFERS) ==
	      !!(frame->flags & STACKANNO_FRAME_SIZE_DIFFERS));
	for (i = 0; (word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i)); i++) {
		if (word->role == STACKANNO_ROLE_RETURN || word->role == STACKANNO_ROLE_STALE)
			continue;
		if (fit == STACKANNO_FIT_NO_STATE)
			CHECK(word->role == STACKANNO_ROLE_NONE);
		if (word->role == STACKANNO_ROLE_NONE)
			continue;
		CHECK(word->evidence >= frame->evidence);
		CHECK(fit != STACKANNO_FIT_DIFFERS ||
		      word->evidence == STACKANNO_EVIDENCE_GUESS);
		CHECK(fit == STACKANNO_FIT_AGREES ||
		      word->evidence != STACKANNO_EVIDENCE_CERTAIN);
		CHECK(word->where == STACKANNO_NONE || word->where < frame->func_size);
		CHECK(!(word->flags & STACKANNO_WORD_SUSPECT) ||
		      (word->role == STACKANNO_ROLE_CANARY &&
		       word->evidence == STACKANNO_EVIDENCE_CERTAIN));
	}
}

static void give_roles(const struct world *world, u64 ip, u32 shape)
{
	static u64 memory[16 << 10];
	struct stackanno_builder builder;
	struct stackanno_view view;
	u64 canary = mix(shape, 1);
	enum stackanno_fit fit;

	CHECK(!stackanno_builder_init(memory, sizeof(memory), &capacity, &builder));
	make_frame(&builder, world, ip, shape);
	fit = stackanno_role_frame(&builder, 0, &flow, shape & 32 ? &canary : NULL);
	check_frame(&builder, fit);
	CHECK(!stackanno_record_open(memory, stackanno_builder_finish(&builder), &view));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct taker taker = { data, size };
	u32 where = (u32)take(&taker, 2), shape = (u32)take(&taker, 2), places, i;
	static struct world world;
	bool fickle;
	u64 ip;
	int ret;

	world_take(&world, &taker);
	fickle = world.may & WORLD_FICKLE;
	ret = stackanno_flow_run(&flow, &world.ops, WORLD_BODY, world.size);
	check_limits(&world, ret);
	/* After one that was given up, what the first instructions say may be asked. */
	if (!code_bytes())
		return 0;
	found = flow.summary;
	/* From the place named on, around the end, and what lies outside. */
	places = min(2 + WALKS_BYTES / code_bytes(), PLACES_MAX);
	for (i = 0; i < places; i++) {
		ip = WORLD_BODY + (where + i) % (code_bytes() + 16) - 8;
		ask(ip, fickle);
	}
	for (i = 1; i < flow.parts && i < places; i++)
		ask(flow.part[i].begin + where % (flow.part[i].size + 1), fickle);
	ask(mix(where, 0), fickle);
	if (!fickle && !ret)
		check_found();
	for (i = 0; i < 4; i++)
		give_roles(&world, WORLD_BODY + (where + i) % code_bytes(), shape + 64 * i);
	return 0;
}
