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

static struct stackanno_flow flow;

/* The state before the call at @at. */
static const struct stackanno_flow_state *analyse(struct world *world, const u8 *bytes, u32 count,
						  u32 at)
{
	*world = (struct world){
		.ops = { .read = world_read, .decode = decode_insn, .part = world_part,
			 .jump_label = world_label, .warns = world_no, .noreturn = world_no,
			 .tracer = world_no },
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
		0x48, 0x21, 0xf7,		/* and %rsi,%rdi */
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
