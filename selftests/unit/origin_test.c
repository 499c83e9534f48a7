// SPDX-License-Identifier: GPL-2.0-only
/*
 * What results are made of, and whether the names of their operands still mean
 * what they did where the result is used.
 */
#include "core/origin.h"
#include "decode.h"

#include "kselftest_harness.h"

#define BODY 0x10000

enum reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

struct world {
	struct stackanno_ops ops;
	const u8 *bytes;
	u32 count;
};

static u32 world_read(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len)
{
	struct world *world = (struct world *)ops;

	if (address - BODY >= world->count)
		return 0;
	len = min(len, world->count - (u32)(address - BODY));
	memcpy(buf, world->bytes + (address - BODY), len);
	return len;
}

static int world_part(struct stackanno_ops *ops, u64 function, u64 target,
		      struct stackanno_extent *extent)
{
	return -ENOENT;
}

static u64 world_label(struct stackanno_ops *ops, u64 address)
{
	return 0;
}

static bool world_no(struct stackanno_ops *ops, u64 target)
{
	return false;
}

static bool world_fixup(struct stackanno_ops *ops, u64 address, struct stackanno_fixup *fixup)
{
	return false;
}

static u64 world_constant(struct stackanno_ops *ops, u64 address)
{
	return 0;
}

static struct stackanno_flow flow;

/* The state before the call at @at. */
static const struct stackanno_flow_state *analyse(struct world *world, const u8 *bytes, u32 count,
						  u32 at)
{
	*world = (struct world){
		.ops = { .read = world_read, .decode = decode_insn, .part = world_part,
			 .jump_label = world_label, .warns = world_no, .noreturn = world_no,
			 .fixup = world_fixup, .constant = world_constant, .tracer = world_no },
		.bytes = bytes, .count = count };
	if (stackanno_flow_run(&flow, &world->ops, BODY, count))
		return NULL;
	return stackanno_flow_at(&flow, BODY + at, false);
}

TEST(a_load_has_its_address)
{
	static const u8 code[] = {
		0x48, 0x8b, 0x44, 0xf7, 0x18,	/* mov 0x18(%rdi,%rsi,8),%rax */
		0x0f, 0xbe, 0x40, 0x03,		/* movsbl 3(%rax),%eax */
		0xe8, 0, 0, 0, 0,		/* call */
		0xc3,
	};
	const struct stackanno_flow_state *state;
	struct stackanno_origin origin;
	struct world world;

	state = analyse(&world, code, sizeof(code), 9);
	ASSERT_NE(NULL, state);
	ASSERT_EQ(0, stackanno_origin_find(&flow, state->reg[RAX], &origin));
	EXPECT_EQ(STACKANNO_ORIGIN_LOAD, origin.kind);
	EXPECT_EQ(BODY + 5, origin.address);
	EXPECT_EQ(1, origin.from);
	EXPECT_EQ(4, origin.size);
	EXPECT_TRUE(origin.sign);
	EXPECT_EQ(3, origin.disp);
	EXPECT_EQ(STACKANNO_VALUE_RESULT, (u32)origin.base.kind);
	EXPECT_TRUE(stackanno_origin_lasts(&flow, origin.base, origin.position, BODY + 9));

	ASSERT_EQ(0, stackanno_origin_find(&flow, origin.base, &origin));
	EXPECT_EQ(STACKANNO_ORIGIN_LOAD, origin.kind);
	EXPECT_EQ(0x18, origin.disp);
	EXPECT_EQ(8, origin.scale);
	EXPECT_EQ(STACKANNO_VALUE_ENTRY, (u32)origin.base.kind);
	EXPECT_EQ(RDI, (u32)origin.base.id);
	EXPECT_EQ(STACKANNO_VALUE_ENTRY, (u32)origin.index.kind);
	EXPECT_EQ(RSI, (u32)origin.index.id);
}

TEST(sums_mixtures_and_calls_are_told_apart)
{
	static const u8 code[] = {
		0x48, 0x8d, 0x1c, 0x77,		/* lea (%rdi,%rsi,2),%rbx */
		0x48, 0x11, 0xf7,		/* adc %rsi,%rdi */
		0x48, 0x89, 0xfd,		/* mov %rdi,%rbp */
		0xe8, 0, 0, 0, 0,		/* call */
		0x90, 0xc3,
	};
	const struct stackanno_flow_state *state;
	struct stackanno_value sum, mix, result;
	struct stackanno_origin origin;
	struct world world;

	state = analyse(&world, code, sizeof(code), 15);
	ASSERT_NE(NULL, state);
	sum = state->reg[RBX];
	mix = state->reg[RBP];
	result = state->reg[RAX];
	ASSERT_EQ(0, stackanno_origin_find(&flow, sum, &origin));
	EXPECT_EQ(STACKANNO_ORIGIN_SUM, origin.kind);
	EXPECT_EQ(2, origin.scale);
	ASSERT_EQ(0, stackanno_origin_find(&flow, mix, &origin));
	EXPECT_EQ(STACKANNO_ORIGIN_MIX, origin.kind);
	EXPECT_EQ(RDI, (u32)origin.base.id);
	EXPECT_EQ(RSI, (u32)origin.index.id);
	ASSERT_EQ(0, stackanno_origin_find(&flow, result, &origin));
	EXPECT_EQ(STACKANNO_ORIGIN_CALL, origin.kind);
	EXPECT_EQ(BODY + 15, origin.target);
	EXPECT_EQ(RAX, origin.reg);
	EXPECT_EQ(-EINVAL, stackanno_origin_find(&flow,
		  stackanno_value_make(STACKANNO_VALUE_ENTRY, RDI, 0), &origin));
	EXPECT_EQ(-ENOENT, stackanno_origin_find(&flow,
		  stackanno_value_make(STACKANNO_VALUE_RESULT, 0x7fff << 8, 0), &origin));
}

struct computation {
	const char *name;
	u8 code[8];
	u8 length;
	u8 size;
	bool number;	/* the second operand is one, that of the instruction */
	u64 base, index, result;
};

static const struct computation computations[] = {
	{ "add %rsi,%rdi", { 0x48, 0x01, 0xf7 }, 3, 8, false, 5, -7ULL, -2ULL },
	{ "add %esi,%edi", { 0x01, 0xf7 }, 2, 4, false, 5, -7ULL, 0xfffffffe },
	{ "sub %rsi,%rdi", { 0x48, 0x29, 0xf7 }, 3, 8, false, 5, 7, -2ULL },
	{ "sub %rsi,%rdi, from", { 0x48, 0x2b, 0xfe }, 3, 8, false, 5, 7, -2ULL },
	{ "and $-16,%rdi", { 0x48, 0x83, 0xe7, 0xf0 }, 4, 8, true, 0x1237, 0, 0x1230 },
	{ "and $0x7f,%edi", { 0x83, 0xe7, 0x7f }, 3, 4, true, -1ULL, 0, 0x7f },
	{ "or $0x100,%rdi", { 0x48, 0x81, 0xcf, 0, 1 }, 7, 8, true, 2, 0, 0x102 },
	{ "or %rsi,%rdi", { 0x48, 0x09, 0xf7 }, 3, 8, false, 2, 0x100, 0x102 },
	{ "xor %esi,%edi", { 0x31, 0xf7 }, 2, 4, false, -1ULL, 0xff, 0xffffff00 },
	{ "shl $4,%rdi", { 0x48, 0xc1, 0xe7, 4 }, 4, 8, true, 3, 0, 0x30 },
	{ "shl %edi", { 0xd1, 0xe7 }, 2, 4, true, 0x80000001, 0, 2 },
	{ "shr $3,%edi", { 0xc1, 0xef, 3 }, 3, 4, true, 0xffffffff00000010, 0, 2 },
	{ "sar $2,%rdi", { 0x48, 0xc1, 0xff, 2 }, 4, 8, true, -8ULL, 0, -2ULL },
	{ "sar $2,%edi", { 0xc1, 0xff, 2 }, 3, 4, true, 0x80000000, 0, 0xe0000000 },
	{ "not %rdi", { 0x48, 0xf7, 0xd7 }, 3, 8, true, 0xff, 0, ~0xffULL },
	{ "neg %edi", { 0xf7, 0xdf }, 2, 4, true, 1, 0, 0xffffffff },
	{ "imul %rsi,%rdi", { 0x48, 0x0f, 0xaf, 0xfe }, 4, 8, false, 3, -2ULL, -6ULL },
	{ "imul $24,%rdi,%rdi", { 0x48, 0x6b, 0xff, 24 }, 4, 8, true, 3, 0, 72 },
};

TEST(computations_can_be_done_again)
{
	const struct stackanno_flow_state *state;
	struct stackanno_origin origin;
	struct world world;
	u8 code[16];
	u64 index, result;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(computations); i++) {
		const struct computation *row = &computations[i];

		memset(code, 0xc3, sizeof(code));
		memcpy(code, row->code, row->length);
		state = analyse(&world, code, sizeof(code), row->length);
		ASSERT_NE(NULL, state);
		ASSERT_EQ(0, stackanno_origin_find(&flow, state->reg[RDI], &origin));
		ASSERT_EQ(STACKANNO_ORIGIN_COMPUTED, origin.kind);
		EXPECT_EQ(row->size, origin.size);
		EXPECT_EQ(STACKANNO_VALUE_ENTRY, (u32)origin.base.kind);
		EXPECT_EQ(RDI, (u32)origin.base.id);
		EXPECT_EQ(row->number ? STACKANNO_VALUE_CONST : STACKANNO_VALUE_ENTRY,
			  (u32)origin.index.kind);
		index = row->number ? (u64)(s64)origin.index.offset : row->index;
		ASSERT_EQ(0, stackanno_origin_compute(&origin, row->base, index, &result));
		EXPECT_EQ(row->result, result);
	}
}

TEST(what_operands_do_not_tell_is_not_computed)
{
	struct stackanno_origin origin = { .kind = STACKANNO_ORIGIN_LOAD, .size = 8, .from = 8 };
	u64 result = 1;

	EXPECT_EQ(-EINVAL, stackanno_origin_compute(&origin, 2, 3, &result));
	origin.kind = STACKANNO_ORIGIN_MIX;
	EXPECT_EQ(-EINVAL, stackanno_origin_compute(&origin, 2, 3, &result));
	EXPECT_EQ(1, result);
	origin.kind = STACKANNO_ORIGIN_SUM;
	origin.scale = 4;
	origin.disp = -1;
	EXPECT_EQ(0, stackanno_origin_compute(&origin, 2, 3, &result));
	EXPECT_EQ(13, result);
	origin = (struct stackanno_origin){ .kind = STACKANNO_ORIGIN_PART, .size = 4, .from = 1,
					    .sign = true };
	EXPECT_EQ(0, stackanno_origin_compute(&origin, 0x80, 0, &result));
	EXPECT_EQ(0xffffff80, result);
}

/* Once around, rbx was loaded through the rcx of one round earlier. */
TEST(an_operand_renewed_in_a_loop_does_not_last)
{
	static const u8 code[] = {
		0x48, 0x8b, 0x0f,		/*  0: mov (%rdi),%rcx */
		0x48, 0x85, 0xf6,		/*  3: test %rsi,%rsi */
		0x74, 0x04,			/*  6: je c */
		0x48, 0x8b, 0x59, 0x08,		/*  8: mov 8(%rcx),%rbx */
		0x48, 0xff, 0xce,		/*  c: dec %rsi */
		0x75, 0xef,			/*  f: jne 0 */
		0xc3,				/* 11: ret */
	};
	struct stackanno_value rcx = stackanno_value_make(STACKANNO_VALUE_RESULT,
							  0 << 8 | RCX, 0);
	struct world world;

	ASSERT_NE(NULL, analyse(&world, code, sizeof(code), 0x11));
	EXPECT_FALSE(stackanno_origin_lasts(&flow, rcx, 8, BODY + 0x11));
	EXPECT_FALSE(stackanno_origin_lasts(&flow, rcx, 8, BODY + 0xf));
	/* What was there when the function was entered is never renewed. */
	EXPECT_TRUE(stackanno_origin_lasts(&flow,
		    stackanno_value_make(STACKANNO_VALUE_ENTRY, RDI, 0), 8, BODY + 0x11));
	EXPECT_FALSE(stackanno_origin_lasts(&flow, (struct stackanno_value){ 0 }, 8,
					    BODY + 0x11));
}

/* Here each round that loads rcx loads rbx too. */
TEST(an_operand_renewed_together_with_its_use_lasts)
{
	static const u8 code[] = {
		0x48, 0x8b, 0x0f,		/*  0: mov (%rdi),%rcx */
		0x48, 0x8b, 0x59, 0x08,		/*  3: mov 8(%rcx),%rbx */
		0x48, 0xff, 0xce,		/*  7: dec %rsi */
		0x75, 0xf4,			/*  a: jne 0 */
		0xc3,				/*  c: ret */
	};
	struct stackanno_value rcx = stackanno_value_make(STACKANNO_VALUE_RESULT,
							  0 << 8 | RCX, 0);
	struct world world;

	ASSERT_NE(NULL, analyse(&world, code, sizeof(code), 0xc));
	EXPECT_TRUE(stackanno_origin_lasts(&flow, rcx, 3, BODY + 0xc));
}

TEST_HARNESS_MAIN
