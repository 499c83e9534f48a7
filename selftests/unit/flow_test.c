// SPDX-License-Identifier: GPL-2.0-only
/*
 * Byte sequences, and what is known behind them. Each stands for a class of code
 * that an analysis can get wrong.
 */
#include "core/flow.h"
#include "world.h"

#include "kselftest_harness.h"

enum reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10 };

enum what { NOTHING, REG, SLOT, ALIGNED_SLOT, NO_SLOT, NO_STATE };

struct fact {
	enum what what;
	s32 where;		/* register, or offset of a slot */
	u32 kind, id;
	s32 offset;
	u32 width;		/* bytes; 0: 8 */
	bool soft;
};

static struct stackanno_flow flow;

static bool holds(const struct stackanno_flow_state *state, const struct fact *fact)
{
	const struct stackanno_flow_slot *slot;
	struct stackanno_value value;

	if (fact->what == NO_STATE)
		return !state;
	if (!state)
		return false;
	slot = stackanno_flow_slot(state, fact->what == ALIGNED_SLOT, fact->where);
	if (fact->what == NO_SLOT)
		return !slot || slot->value.kind == STACKANNO_VALUE_UNKNOWN;
	if (fact->what != REG && !slot)
		return false;
	value = fact->what == REG ? state->reg[fact->where] : slot->value;
	return value.kind == fact->kind && value.id == fact->id && value.offset == fact->offset &&
	       1U << value.width == (fact->width ? fact->width : 8) && value.soft == fact->soft;
}

#define FACTS 6

static const struct {
	const char *name;
	struct world_code code;
	u64 ip;
	bool returning;
	struct fact fact[FACTS];
} cases[] = {
	{ "realigned, with the frame pointer: the case that started it",
	  { .body = "0f1f440000 55 4889e5 4883e4e0 4883ec40 90" }, WORLD_BODY + 17, false, {
		{ REG, RSP, STACKANNO_VALUE_ALIGNED, 9, -0x40 },
		{ REG, RBP, STACKANNO_VALUE_CFA, 0, -16 },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RBP },
		{ SLOT, -8, STACKANNO_VALUE_RETURN } } },
	{ "realigned, with r10 for the arguments",
	  { .body = "4c8d542408 4883e4f0 41ff72f8 55 4889e5 4152 90" }, WORLD_BODY + 19, false, {
		{ REG, RBP, STACKANNO_VALUE_ALIGNED, 5, -16 },
		{ ALIGNED_SLOT, -16, STACKANNO_VALUE_ENTRY, RBP },
		{ ALIGNED_SLOT, -24, STACKANNO_VALUE_CFA },
		{ REG, R10, STACKANNO_VALUE_CFA } } },
	{ "or $1,%ah is not about rsp",
	  { .body = "80cc01 90" }, WORLD_BODY + 3, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 },
		{ REG, RAX, STACKANNO_VALUE_RESULT, 0 << 8 | RAX } } },
	{ "a write of 32 bits clears the rest",
	  { .body = "89fb 4863ee 90" }, WORLD_BODY + 5, false, {
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI, 0, 4 },
		{ REG, RBP, STACKANNO_VALUE_ENTRY, RSI, 0, 4 } } },
	{ "a write of 16 bits leaves the rest",
	  { .body = "6689fb 90" }, WORLD_BODY + 3, false, {
		{ REG, RBX, STACKANNO_VALUE_RESULT, 0 << 8 | RBX } } },
	{ "what was popped is no slot any more",
	  { .body = "53 4889fb 5b 90" }, WORLD_BODY + 5, false, {
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RBX },
		{ NO_SLOT, -16 } } },
	{ "a call gives back the callee-saved registers and no others",
	  { .body = "53 4889fb e800010000 90" }, WORLD_BODY + 9, true, {
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI },
		{ REG, RDI, STACKANNO_VALUE_RESULT, 4 << 8 | RDI },
		{ REG, RAX, STACKANNO_VALUE_RESULT, 4 << 8 | RAX },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RBX } } },
	{ "the tracer's call changes nothing",
	  { .body = "e800010000 90" }, WORLD_BODY + 5, true, {
		{ REG, RDI, STACKANNO_VALUE_ENTRY, RDI },
		{ REG, RAX, STACKANNO_VALUE_ENTRY, RAX } } },
	{ "nor does it behind the mark of an indirect call's target",
	  { .body = "f30f1efa e8fc000000 90" }, WORLD_BODY + 9, true, {
		{ REG, RDI, STACKANNO_VALUE_ENTRY, RDI },
		{ REG, RCX, STACKANNO_VALUE_ENTRY, RCX } } },
	{ "another function's call in the tracer's place changes what calls do",
	  { .body = "e801010000 90" }, WORLD_BODY + 5, true, {
		{ REG, RDI, STACKANNO_VALUE_RESULT, 0 << 8 | RDI } } },
	{ "a callee may write where it was shown, and a little below",
	  { .body = "4883ec18 48897c2408 48893424 488d7c2408 e800010000 90" }, WORLD_BODY + 23, true, {
		{ NO_SLOT, -24 },
		{ SLOT, -32, STACKANNO_VALUE_ENTRY, RSI, 0, 8, true } } },
	{ "a callee may not write what it was not shown",
	  { .body = "4883ec18 48893424 e800010000 90" }, WORLD_BODY + 13, true, {
		{ SLOT, -32, STACKANNO_VALUE_ENTRY, RSI } } },
	{ "a callee moves along the arguments that a va_list leads to",
	  { .body = "4883ec18 488d442420 4889442408 4889e7 e800010000 90" }, WORLD_BODY + 22, true, {
		{ NO_SLOT, -24 },
		{ SLOT, -8, STACKANNO_VALUE_RETURN } } },
	{ "a callee may write over a copy of the return address in an object",
	  { .body = "4883ec18 488b442418 4889442408 4889e7 e800010000 90" }, WORLD_BODY + 22, true, {
		{ NO_SLOT, -24 },
		{ SLOT, -8, STACKANNO_VALUE_RETURN } } },
	{ "a callee may write the arguments that were pushed for it",
	  { .body = "57 4889fb e800010000 90" }, WORLD_BODY + 9, true, {
		{ NO_SLOT, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI } } },
	{ "a store through an argument does not reach the frame",
	  { .body = "4883ec18 48897c2408 488d442408 4889442410 48893e 90" }, WORLD_BODY + 22, false, {
		{ SLOT, -24, STACKANNO_VALUE_ENTRY, RDI } } },
	{ "a store through an unknown pointer reaches what escaped",
	  { .body = "4883ec18 48897c2408 488d442408 488906 488b07 48c70000000000 90" },
	  WORLD_BODY + 27, false, {
		{ NO_SLOT, -24 } } },
	{ "the canary's slot",
	  { .body = "4883ec18 65488b042528000000 4889442410 31c0 90" }, WORLD_BODY + 20, false, {
		{ SLOT, -16, STACKANNO_VALUE_CANARY },
		{ REG, RAX, STACKANNO_VALUE_CONST } } },
	{ "two ways that agree",
	  { .body = "53 85ff 7405 4889fb eb03 4889fb 90" }, WORLD_BODY + 13, false, {
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI } } },
	/* Block 2 begins at +0x13, where the ways meet; its lowest location is rbx. */
	{ "two ways that differ: what was equal on each stays equal",
	  { .body = "85ff 7408 4889fb 4889fd eb06 4889f3 4889f5 90" }, WORLD_BODY + 18, false, {
		{ REG, RBX, STACKANNO_VALUE_JOIN, 2 << 13 | RBX },
		{ REG, RBP, STACKANNO_VALUE_JOIN, 2 << 13 | RBX } } },
	{ "what an instruction made in the round before is something else",
	  { .body = "488b07 4889c3 488b07 85f6 75f3 90" }, WORLD_BODY + 13, false, {
		{ REG, RAX, STACKANNO_VALUE_RESULT, 6 << 8 | RAX },
		{ REG, RBX, STACKANNO_VALUE_RESULT, 0 << 8 | RAX } } },
	{ "code goes on behind a warning",
	  { .body = "0f0b 90", .warns = true }, WORLD_BODY + 2, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 } } },
	{ "code does not go on behind BUG()",
	  { .body = "0f0b 90" }, WORLD_BODY + 2, false, { { NO_STATE } } },
	{ "a call that never returns still has a return address",
	  { .body = "90 e800010000 90", .noreturn = WORLD_BODY + 6 + 0x100 }, WORLD_BODY + 6, true, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 } } },
	{ "and behind it there is nothing",
	  { .body = "90 e800010000 90", .noreturn = WORLD_BODY + 6 + 0x100 }, WORLD_BODY + 6, false, {
		{ NO_STATE } } },
	{ "a nop that may be a jump leads both ways",
	  { .body = "90 0f1f440000 c3 57 90", .patched = 1, .patched_to = WORLD_BODY + 7 },
	  WORLD_BODY + 8, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 } } },
	{ "a cold part goes on with the frame of its function",
	  { .body = "53 85ff 0f84f7ff0000 5b c3", .cold = "4889fb 90" }, WORLD_COLD + 3, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI } } },
	{ "a stack is switched, and switched back",
	  { .body = "4c8b1f 498923 4c89dc e800010000 5c 90" }, WORLD_BODY + 15, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 } } },
	{ "leave takes the frame down",
	  { .body = "55 4889e5 4883ec20 c9 90" }, WORLD_BODY + 9, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 },
		{ REG, RBP, STACKANNO_VALUE_ENTRY, RBP },
		{ NO_SLOT, -16 } } },
	{ "room of a size that is computed: the frame below is not known",
	  { .body = "55 4889e5 4829fc 90" }, WORLD_BODY + 7, false, {
		{ REG, RSP, STACKANNO_VALUE_RESULT, 4 << 8 | RSP },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RBP } } },
	{ "rep stos writes as much as it is told",
	  { .body = "4883ec28 48893424 4889542420 488d7c2408 b902000000 f348ab 90" },
	  WORLD_BODY + 26, false, {
		{ SLOT, -48, STACKANNO_VALUE_ENTRY, RSI },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RDX },
		{ REG, RDI, STACKANNO_VALUE_CFA, 0, -24 } } },
	{ "FineIBT's check of who calls: the function begins behind it",
	  { .body = "f30f1efa 4181ea78563412 7402 0f0b 90 53 90" }, WORLD_BODY + 17, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RDI, STACKANNO_VALUE_ENTRY, RDI },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RBX } } },
	{ "a landing mark that was sealed",
	  { .body = "660f1f00 53 90" }, WORLD_BODY + 5, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 } } },
	{ "calls are counted before they are made",
	  { .body = "53 4889fb 6548c13c25d0ff020005 e800010000 90" }, WORLD_BODY + 19, true, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RBX } } },
	{ "a call by pointer through a thunk",
	  { .body = "53 4889fb e800010000 90" }, WORLD_BODY + 9, true, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI } } },
	{ "and where that was patched to be direct",
	  { .body = "53 4889fb 0faee8 ffd0 90" }, WORLD_BODY + 9, true, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI } } },
	{ "a static call of nothing, which returns 0",
	  { .body = "53 2e2e2e31c0 90" }, WORLD_BODY + 6, false, {
		{ REG, RAX, STACKANNO_VALUE_CONST, 0, 0 },
		{ REG, RDI, STACKANNO_VALUE_ENTRY, RDI } } },
	{ "words passed on the stack",
	  { .body = "488b442408 90" }, WORLD_BODY + 5, false, {
		{ REG, RAX, STACKANNO_VALUE_PASSED, 0 } } },
	{ "a word above the CFA that was written does not speak for the next",
	  { .body = "48897c2408 488b442410 90" }, WORLD_BODY + 10, false, {
		{ REG, RAX, STACKANNO_VALUE_PASSED, 1 } } },
	{ "an address is published by a compare-and-exchange",
	  { .body = "4883ec18 48897c2408 488d5c2408 f0480fb11e 31db e800010000 90" },
	  WORLD_BODY + 26, true, {
		{ NO_SLOT, -24 } } },
	{ "an address that one way alone has put into a slot is lost sight of",
	  { .body = "4883ec18 48897c2408 31c0 85f6 740b 488d442408 48890424 31c0 e800010000 90" },
	  WORLD_BODY + 31, true, {
		{ NO_SLOT, -24 } } },
	{ "what is copied out of the frame may be addresses",
	  { .body = "4883ec18 48891424 4889e0 4889442408 488d742408 31c0 48a5 e800010000 90" },
	  WORLD_BODY + 30, true, {
		{ NO_SLOT, -32 } } },
	{ "a prefix names the register that blsr writes",
	  { .body = "c4e2e0f3cf 90" }, WORLD_BODY + 5, false, {
		{ REG, RBX, STACKANNO_VALUE_RESULT, 0 << 8 | RBX },
		{ REG, RCX, STACKANNO_VALUE_ENTRY, RCX },
		{ REG, R9, STACKANNO_VALUE_ENTRY, R9 } } },
	{ "shlx writes one register, mulx two",
	  { .body = "c462f1f7cf c462e3f6ce 90" }, WORLD_BODY + 10, false, {
		{ REG, RBX, STACKANNO_VALUE_RESULT, 5 << 8 | RBX },
		{ REG, R9, STACKANNO_VALUE_RESULT, 5 << 8 | R9 },
		{ REG, RCX, STACKANNO_VALUE_ENTRY, RCX },
		{ REG, RBP, STACKANNO_VALUE_ENTRY, RBP },
		{ REG, RSI, STACKANNO_VALUE_ENTRY, RSI } } },
	{ "a length beyond all frames",
	  { .body = "b9ffffff7f 4889e7 f348ab 90" }, WORLD_BODY + 11, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 } } },
	{ "a frame as large as an offset can be",
	  { .body = "4881ecf0ffff7f 50 90" }, WORLD_BODY + 8, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -0x7fffffff - 1 } } },
	{ "what lies before the place that is jumped to in a part is not its beginning",
	  { .body = "e9fdff0000", .cold = "909090 c3" }, WORLD_COLD, false, { { NO_STATE } } },
	/* push %rbx; mov %rdi,%rbx; mov (%rdi),%rax; ret; nop */
	{ "an exception that is mended leads where no jump does",
	  { .body = "53 4889fb 488b07 c3 90", .mended = 4, .landing = WORLD_BODY + 8, .how = 3 },
	  WORLD_BODY + 8, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI },
		{ REG, RDI, STACKANNO_VALUE_ENTRY, RDI },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RBX } } },
	/* xor %ebx,%ebx; mov (%rdi),%rax, on an exception rbx = -EFAULT; test %ebx,%ebx */
	{ "what the handler gives is not what was there",
	  { .body = "31db 488b07 85db 90", .mended = 2, .landing = WORLD_BODY + 5,
	    .how = 0xfff20311 }, WORLD_BODY + 7, false, {
		{ REG, RBX, STACKANNO_VALUE_JOIN, 1 << 13 | RBX } } },
	{ "and is known where nothing else leads",
	  { .body = "31db 488b07 c3 90", .mended = 2, .landing = WORLD_BODY + 6,
	    .how = 0xfff21311 }, WORLD_BODY + 6, false, {
		{ REG, RBX, STACKANNO_VALUE_CONST, 0, -14 },
		{ REG, RAX, STACKANNO_VALUE_CONST, 0, 0 } } },
	{ "what was to be loaded was loaded, or not, or its rest was cleared",
	  { .body = "90 488b3f c3 90", .mended = 1, .landing = WORLD_BODY + 5, .how = 20 },
	  WORLD_BODY + 5, false, {
		{ REG, RDI, STACKANNO_VALUE_UNKNOWN, 0, 0, 1 },
		{ REG, RSI, STACKANNO_VALUE_ENTRY, RSI } } },
	{ "the number of the exception, or of the bytes that are left",
	  { .body = "90 48890e c3 90", .mended = 1, .landing = WORLD_BODY + 5, .how = 0x80213 },
	  WORLD_BODY + 5, false, {
		{ REG, RCX, STACKANNO_VALUE_UNKNOWN, 0, 0, 1 },
		{ REG, RDX, STACKANNO_VALUE_ENTRY, RDX },
		{ REG, RAX, STACKANNO_VALUE_ENTRY, RAX } } },
	{ "a read that failed: zero, and an error in the register of its choice",
	  { .body = "90 0f32 c3 90", .mended = 1, .landing = WORLD_BODY + 4, .how = 0x60b },
	  WORLD_BODY + 4, false, {
		{ REG, RSI, STACKANNO_VALUE_CONST, 0, -5 },
		{ REG, RAX, STACKANNO_VALUE_CONST, 0, 0 },
		{ REG, RDX, STACKANNO_VALUE_CONST, 0, 0 },
		{ REG, RCX, STACKANNO_VALUE_ENTRY, RCX } } },
	{ "a handler that does not return leads nowhere",
	  { .body = "90 0f32 c3 90", .mended = 1, .landing = WORLD_BODY + 4, .how = 13 },
	  WORLD_BODY + 4, false, { { NO_STATE } } },
	/* push (%rdi) */
	{ "nothing was pushed by a push that failed",
	  { .body = "90 ff37 c3 90", .mended = 1, .landing = WORLD_BODY + 4, .how = 3 },
	  WORLD_BODY + 4, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 },
		{ NO_SLOT, -16 } } },
	/*
	 * sub $0x28,%rsp; rsi to 0 and 8(%rsp), rdx to 0x20(%rsp); lea 8(%rsp),%rdi; mov $2,%ecx;
	 * rep stos; ret; nop
	 */
	{ "rep stos stops in its midst",
	  { .body = "4883ec28 48893424 4889542420 4889742408 488d7c2408 b902000000 f348ab c3 90",
	    .mended = 28, .landing = WORLD_BODY + 32, .how = 3 }, WORLD_BODY + 32, false, {
		{ SLOT, -48, STACKANNO_VALUE_ENTRY, RSI },
		{ SLOT, -16, STACKANNO_VALUE_ENTRY, RDX },
		{ NO_SLOT, -40 },
		{ REG, RDI, STACKANNO_VALUE_JOIN, 1 << 13 | RDI },
		{ REG, RCX, STACKANNO_VALUE_JOIN, 1 << 13 | RCX } } },
	{ "a cold part that only an exception leads to",
	  { .body = "53 488b07 5b c3", .cold = "4889fb 90", .mended = 1, .landing = WORLD_COLD,
	    .how = 3 }, WORLD_COLD + 3, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RDI } } },
	/* push %rbx; jmp *table(,%rdx,8); mov %rdi,%rbx; ret; mov %rsi,%rbx; ret; nop */
	{ "a jump by a table leads where each of its words does",
	  { .body = "53 ff24d500000300 4889fb c3 4889f3 c3 90",
	    .table = { WORLD_BODY + 8, WORLD_BODY + 12 } }, WORLD_BODY + 15, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RSI } } },
	{ "and nowhere else",
	  { .body = "53 ff24d500000300 4889fb c3 4889f3 c3 90",
	    .table = { WORLD_BODY + 8, WORLD_BODY + 12 } }, WORLD_BODY + 16, false, {
		{ NO_STATE } } },
	{ "the cold part as well",
	  { .body = "53 ff24d500000300 4889fb c3", .cold = "4889f3 90",
	    .table = { WORLD_BODY + 8, WORLD_COLD } }, WORLD_COLD + 3, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ REG, RBX, STACKANNO_VALUE_ENTRY, RSI } } },
	/* push 8(%rsp): the first word passed on the stack */
	{ "a word that is pushed out of memory is what stood there",
	  { .body = "ff742408 90" }, WORLD_BODY + 4, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -16 },
		{ SLOT, -16, STACKANNO_VALUE_PASSED, 0 } } },
	{ "as is the return address, of which a realigned frame has a copy",
	  { .body = "4c8d542408 4883e4f0 41ff72f8 90" }, WORLD_BODY + 13, false, {
		{ REG, RSP, STACKANNO_VALUE_ALIGNED, 5, -8 },
		{ ALIGNED_SLOT, -8, STACKANNO_VALUE_RETURN } } },
	/* push (%rdi) */
	{ "what others' memory holds has the push for its name",
	  { .body = "ff37 90" }, WORLD_BODY + 2, false, {
		{ SLOT, -16, STACKANNO_VALUE_RESULT, 0 << 8 | 0xff } } },
	{ "bytes that are no instruction end their path only",
	  { .body = "85ff 7401 06 90" }, WORLD_BODY + 5, false, {
		{ REG, RSP, STACKANNO_VALUE_CFA, 0, -8 } } },
};

TEST(known_behind_the_code)
{
	struct world world;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct stackanno_flow_state *state;

		ASSERT_EQ(0, world_run(&world, &cases[i].code, &flow));
		state = stackanno_flow_at(&flow, cases[i].ip, cases[i].returning);
		for (j = 0; j < FACTS && cases[i].fact[j].what; j++) {
			EXPECT_TRUE(holds(state, &cases[i].fact[j])) {
				TH_LOG("%s: fact %u does not hold", cases[i].name, j);
			}
		}
		EXPECT_LT(0, j);
	}
}

TEST(what_a_patched_return_leaves_behind_hides_nothing)
{
	/* A jump to the return thunk, and the return that takes its place. */
	static const char * const bodies[] = {
		"85ff 7406 e900010000 90 90", "85ff 7406 c3cccccccc 90 90",
	};
	struct world world;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct world_code code = { .body = bodies[i] };

		ASSERT_EQ(0, world_run(&world, &code, &flow));
		EXPECT_EQ(0, flow.summary.out_of_sight);
		EXPECT_EQ(0, flow.summary.undecoded);
		EXPECT_NE(NULL, stackanno_flow_at(&flow, WORLD_BODY + 10, false));
	}
}

TEST(a_breakpoint_hides_what_stood_there)
{
	struct world_code code = { .body = "90 cc 90" };
	struct world world;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	EXPECT_NE(0, flow.summary.out_of_sight);
	EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY + 2, false));
}

TEST(a_branch_tells_what_an_argument_is)
{
	/*
	 * test %rdi,%rdi; je 1f; cmp $7,%esi; jne 2f; nop; 2: ret; 1: nop; mov %rsi,%rdi;
	 * call; nop
	 */
	struct world_code code = {
		.body = "4885ff 7407 83fe07 7501 90 c3 90 4889f7 e800010000 90" };
	const struct stackanno_flow_state *state;
	struct world world;
	bool half = true;
	s32 value = 1;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	/* Where it is zero, and still behind the call. */
	state = stackanno_flow_at(&flow, WORLD_BODY + 21, true);
	ASSERT_NE(NULL, state);
	EXPECT_TRUE(stackanno_flow_fact(state, RDI, &value, &half));
	EXPECT_EQ(0, value);
	EXPECT_FALSE(half);
	EXPECT_FALSE(stackanno_flow_fact(state, RSI, &value, &half));
	/* Where the other one is seven, of which four bytes were looked at. */
	state = stackanno_flow_at(&flow, WORLD_BODY + 10, false);
	ASSERT_NE(NULL, state);
	EXPECT_TRUE(stackanno_flow_fact(state, RSI, &value, &half));
	EXPECT_EQ(7, value);
	EXPECT_TRUE(half);
	EXPECT_FALSE(stackanno_flow_fact(state, RDI, &value, &half));
	/* Where both ways meet again. */
	state = stackanno_flow_at(&flow, WORLD_BODY + 11, false);
	ASSERT_NE(NULL, state);
	EXPECT_FALSE(stackanno_flow_fact(state, RSI, &value, &half));
}

TEST(what_is_written_later_was_not_written_yet)
{
	/* sub $8,%rsp; nop; mov %rdi,(%rsp); test %esi,%esi; jne 4; nop; call; nop */
	struct world_code once = { .body = "4883ec08 90 48893c24 85f6 9090 90 e800010000 90" };
	struct world_code again = { .body = "4883ec08 90 48893c24 85f6 75f7 90 e800010000 90" };
	static const struct {
		u64 ip;
		bool returning, once, again;
	} places[] = {
		{ WORLD_BODY + 4, false, false, true },
		{ WORLD_BODY + 5, false, false, true },
		{ WORLD_BODY + 9, false, true, true },
		{ WORLD_BODY + 19, true, true, true },
		{ WORLD_BODY, false, false, false },
	};
	struct world world;
	u32 i;

	ASSERT_EQ(0, world_run(&world, &once, &flow));
	for (i = 0; i < ARRAY_SIZE(places); i++)
		EXPECT_EQ(places[i].once, stackanno_flow_reaches(&flow, 5, places[i].ip,
								 places[i].returning));
	ASSERT_EQ(0, world_run(&world, &again, &flow));
	for (i = 0; i < ARRAY_SIZE(places); i++)
		EXPECT_EQ(places[i].again, stackanno_flow_reaches(&flow, 5, places[i].ip,
								  places[i].returning));
	/* Of a place outside nothing is ruled out. */
	EXPECT_TRUE(stackanno_flow_reaches(&flow, 5, WORLD_BODY - 1, false));
}

TEST(a_jump_by_a_pointer_out_of_a_frame_that_stands_hides_code)
{
	/* push %rbx; jmp *%rax; and without the push, a tail call */
	struct world_code table = { .body = "53 ffe0 90" }, tail = { .body = "90 ffe0 90" };
	struct world world;

	ASSERT_EQ(0, world_run(&world, &table, &flow));
	EXPECT_EQ(1, flow.summary.out_of_sight);
	ASSERT_EQ(0, world_run(&world, &tail, &flow));
	EXPECT_EQ(0, flow.summary.out_of_sight);
}

TEST(a_jump_by_a_table_hides_nothing_where_all_of_it_is_known)
{
	static const struct {
		const char *name, *body;
		u64 table[2];
		bool endless;
		u32 hidden;
	} places[] = {
		/* push %rbx; mov table(,%rdx,8),%rdx; jmp *%rdx; ret */
		{ "by a register", "53 488b14d500000300 ffe2 c3", { WORLD_BODY + 11 }, false, 0 },
		{ "by a thunk", "53 488b14d500000300 e9f27f0000 c3", { WORLD_BODY + 14 }, false, 0 },
		{ "a fence before it", "53 488b14d500000300 0faee8 ffe2 c3", { WORLD_BODY + 14 },
		  false, 0 },
		{ "by another register", "53 488b14d500000300 ffe1 c3", { WORLD_BODY + 11 },
		  false, 1 },
		{ "changed in between", "53 488b14d500000300 4801ca ffe2 c3", { WORLD_BODY + 14 },
		  false, 1 },
		{ "no such table", "53 488b14d500000300 ffe2 c3", { WORLD_COLD + 0x100 }, false, 1 },
		{ "no end", "53 488b14d500000300 ffe2 c3", { WORLD_BODY + 11 }, true, 1 },
		/* test %esi,%esi; je to the jump */
		{ "from elsewhere", "53 85f6 7408 488b14d500000300 ffe2 c3", { WORLD_BODY + 15 },
		  false, 1 },
	};
	struct world world;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		struct world_code code = { .body = places[i].body, .endless = places[i].endless,
					   .table = { places[i].table[0] } };

		ASSERT_EQ(0, world_run(&world, &code, &flow));
		EXPECT_EQ(places[i].hidden, flow.summary.out_of_sight) {
			TH_LOG("%s", places[i].name);
		}
	}
}

TEST(a_handler_that_is_not_followed_hides_code)
{
	/* push %rbx; mov (%rdi),%rax; ret; nop: a type that no kernel has, and one that pops */
	static const struct {
		const char *body;
		u32 mended, how;
		u64 landing;
		u32 hidden;
	} places[] = {
		{ "53 488b07 c3 90", 1, 99, WORLD_BODY + 5, 1 },
		{ "53 488b07 c3 90", 1, 0x110, WORLD_BODY + 5, 1 },
		{ "53 488b07 c3 90", 1, 0x411, WORLD_BODY + 5, 1 },
		{ "53 488b07 c3 90", 1, 3, WORLD_COLD + 0x1000, 1 },
		/* Without a frame, as in the kernel's own routines for copying. */
		{ "90 488b07 c3 90", 1, 3, WORLD_COLD + 0x1000, 0 },
	};
	struct world world;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		struct world_code code = { .body = places[i].body, .mended = places[i].mended,
					   .how = places[i].how, .landing = places[i].landing };

		ASSERT_EQ(0, world_run(&world, &code, &flow));
		EXPECT_EQ(places[i].hidden, flow.summary.out_of_sight);
		EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY + 5, false));
	}
}

TEST(an_exception_leads_to_what_is_run_behind_it)
{
	/* nop; nop; mov (%rdi),%rax; ret; nop */
	struct world_code code = { .body = "90 90 488b07 c3 90", .mended = 2,
				   .landing = WORLD_BODY + 6, .how = 3 };
	struct world world;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	EXPECT_TRUE(stackanno_flow_reaches(&flow, 1, WORLD_BODY + 6, false));
	code.mended = 0;
	ASSERT_EQ(0, world_run(&world, &code, &flow));
	EXPECT_FALSE(stackanno_flow_reaches(&flow, 1, WORLD_BODY + 6, false));
}

TEST(a_callee_is_given_what_the_registers_hold_before_the_call)
{
	/* mov $5,%edi; call; ret */
	struct world_code code = { .body = "bf05000000 e8f6ff0000 c3" };
	const struct stackanno_flow_state *state;
	struct world world;
	u64 call = 0;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	state = stackanno_flow_calling(&flow, WORLD_BODY + 10, &call);
	ASSERT_NE(NULL, state);
	EXPECT_EQ(WORLD_BODY + 5, call);
	EXPECT_TRUE(state->reg[RDI].kind == STACKANNO_VALUE_CONST);
	EXPECT_EQ(5, state->reg[RDI].offset);
	state = stackanno_flow_at(&flow, WORLD_BODY + 10, true);
	ASSERT_NE(NULL, state);
	EXPECT_FALSE(state->reg[RDI].kind == STACKANNO_VALUE_CONST);
	call = 0;
	EXPECT_EQ(NULL, stackanno_flow_calling(&flow, WORLD_BODY + 5, &call));
	EXPECT_EQ(0, call);
}

TEST(no_question_has_an_answer_inside_an_instruction)
{
	struct world_code code = { .body = "0f1f440000 90" };
	struct world world;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY + 2, false));
	EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY + 5, true));
	EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY - 1, false));
	EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY + 100, false));
}

TEST(too_large_a_function_is_refused)
{
	struct world_code code = { .body = "90" };
	struct world world;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	EXPECT_EQ(-E2BIG, stackanno_flow_run(&flow, &world.ops, WORLD_BODY,
					     STACKANNO_FLOW_CODE_MAX + 1));
	EXPECT_EQ(STACKANNO_FLOW_TOO_LARGE, flow.summary.end);
	EXPECT_EQ(-E2BIG, stackanno_flow_run(&flow, &world.ops, WORLD_BODY, 0));
	EXPECT_EQ(NULL, stackanno_flow_at(&flow, WORLD_BODY, false));
}

TEST(of_a_function_that_was_refused_what_it_saved_first_is_known)
{
	/* call (the tracer); push %rbp; mov %rsp,%rbp; push %rbx; mov %rdi,%rbx; je +0 */
	struct world_code code = { .body = "e800010000 55 4889e5 53 4889fb 7400 4883c408 90" };
	const struct stackanno_flow_slot *slot;
	const struct stackanno_flow_state *state;
	struct world world;
	u64 call;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	EXPECT_EQ(-E2BIG, stackanno_flow_run(&flow, &world.ops, WORLD_BODY,
					     STACKANNO_FLOW_CODE_MAX + 1));
	state = stackanno_flow_at(&flow, WORLD_BODY + 1000, true);
	ASSERT_NE(NULL, state);
	EXPECT_EQ(3, state->slots);
	EXPECT_TRUE(state->reg[RSP].kind == STACKANNO_VALUE_UNKNOWN);
	EXPECT_TRUE(state->reg[RBX].kind == STACKANNO_VALUE_UNKNOWN);
	EXPECT_FALSE(stackanno_flow_passed(state, 0));
	slot = stackanno_flow_slot(state, STACKANNO_BASE_CFA, -24);
	ASSERT_NE(NULL, slot);
	EXPECT_TRUE(slot->value.kind == STACKANNO_VALUE_ENTRY && slot->value.id == RBX &&
		    slot->value.soft);
	/* Before its push. */
	state = stackanno_flow_at(&flow, WORLD_BODY + 9, false);
	ASSERT_NE(NULL, state);
	EXPECT_EQ(NULL, stackanno_flow_slot(state, STACKANNO_BASE_CFA, -24));
	EXPECT_NE(NULL, stackanno_flow_slot(state, STACKANNO_BASE_CFA, -16));
	EXPECT_EQ(NULL, stackanno_flow_calling(&flow, WORLD_BODY + 5, &call));
}

TEST_HARNESS_MAIN
