// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two functions, one calling the other, and what each is told of its arguments.
 * Both lie at the same place: a call of WORLD_BODY is the one of the other.
 */
#include "core/argument.h"
#include "core/arch.h"
#include "core/chain.h"
#include "core/describe.h"
#include "core/suspect.h"
#include "sample.h"
#include "world.h"

#include "kselftest_harness.h"

#define STACK 0xffa0000000013a00ULL
#define CANARY 0x359851eca901cb00ULL
#define WORDS 10
#define REGS 4
#define POINTER 0xff11000005638b40ULL
#define OTHER 0xff11000005638b48ULL
/* What a call of a thunk calls, and one whose target nobody knows. */
#define THUNK (WORLD_BODY + 0x205)

struct function {
	const char *body;
	u32 at;			/* offset of ip */
	u64 words[WORDS];	/* of its frame, the lowest first */
	u32 count;		/* with the return address */
};

static const struct chain_case {
	const char *name;
	struct function callee, caller;
	/* Registers of the callee, which was stopped: by number of the field, and value. */
	struct { u32 field; u64 value; } regs[REGS];
	u32 known;		/* of them; 0: it calls on */
	bool stopped;		/* without any of them known */
	bool torn, doubted;	/* the picture; the caller's frame */
	u64 passed[2];		/* words that the callee was given; 0: not looked at */
	const char *other;	/* code of a function at WORLD_COLD */
	const char *in, *out;	/* arguments of callee and caller */
	const char *hidden;	/* of one between them that is not on the stack */
	const char *suspect;	/* the only note there is */
	u32 faults;		/* calls that do not lead on */
} cases[] = {
	/* callee: push %rbx; mov %rdi,%rbx; nop; caller: push %rbx; mov $7,%edi; call; pop; ret */
	{ "both know it, and agree",
	  { "53 4889fb 90", 4, { 1, 2 }, 2 },
	  { "53 bf07000000 e8f5ffffff 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 7 } }, 1, .in = "rdi=0000000000000007", .out = "" },
	{ "both know it, and do not agree",
	  { "53 4889fb 90", 4, { 1, 2 }, 2 },
	  { "53 bf07000000 e8f5ffffff 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 8 } }, 1,
	  .in = "rdi=0000000000000008|0000000000000007 ?", .out = "",
	  .suspect = "suspect: #0: by itself it was given 0000000000000008, by its caller 0000000000000007, in rdi" },
	/* callee: push %rbx; mov %edi,%ebx; nop */
	{ "the callee has half of it, the caller all",
	  { "53 89fb 90", 3, { 1, 2 }, 2 },
	  { "53 bf07000000 e8f5ffffff 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 7 } }, 1, .in = "rdi=0000000000000007", .out = "" },
	{ "the callee has half of it, the caller none",
	  { "53 89fb 90", 3, { 1, 2 }, 2 },
	  { "53 ffd0 89c7 e8f6ffffff 5b c3", 0xa, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 7 } }, 1, .in = "rdi=..00000007", .out = "" },
	/* callee: movzbl %dil,%ebx after push */
	{ "a byte of it",
	  { "53 400fb6df 90", 5, { 1, 2 }, 2 },
	  { "53 ffd0 89c7 e8f6ffffff 5b c3", 0xa, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 0x15 } }, 1, .in = "rdi=..15", .out = "" },
	/* callee: nop, stopped; caller: push %rbx; mov %rdi,%rbx; call */
	{ "registers of a stopped function are its own, and its caller's",
	  { "90", 0, { 2 }, 1 },
	  { "53 4889fb 90 e8f6ffffff 5b c3", 0xa, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, POINTER }, { STACKANNO_X86_BX, POINTER } }, 2,
	  .in = "rdi=ff11000005638b40", .out = "rdi=ff11000005638b40" },
	{ "what the caller keeps is what the callee was given",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 4889fb 90 e8f6ffffff 5b c3", 0xa, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 }, { STACKANNO_X86_BX, POINTER } }, 2,
	  .in = "rdi=ff11000005638b40", .out = "rdi=ff11000005638b40" },
	{ "what the callee keeps the caller was given, which passed it on",
	  { "53 4889fb 90", 4, { 1, 2 }, 2 },
	  { "4883ec08 e8f7ffffff 4883c408 c3", 9, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, POINTER } }, 1,
	  .in = "rdi=ff11000005638b40", .out = "rdi=ff11000005638b40" },
	/* caller: push %rbx; mov %rdi,%rbx; lea 8(%rdi),%rdi; call */
	{ "and of a sum, what it was made of",
	  { "90", 0, { 2 }, 1 },
	  { "53 4889fb 488d7f08 e8f3ffffff 5b c3", 0xd, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, OTHER } }, 1,
	  .in = "rdi=ff11000005638b48", .out = "rdi=ff11000005638b40" },
	/* caller: push %rbx; lea 0(%rsp),%rdi; call */
	{ "an address in the caller's frame",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "4883ec08 488d3c24 e8f3ffffff 4883c408 c3", 0xd, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .in = "rdi=ffa0000000013a08 {#1+0x0}", .out = "" },
	/* caller: call *%rax */
	{ "a call by pointer may have been jumped on from",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 ffd0 5b c3", 8, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .in = "rdi=0000000000000007 ?", .out = "" },
	{ "so may one by a thunk",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 e8fa010000 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .in = "rdi=0000000000000007 ?", .out = "" },
	{ "one of another function says nothing",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 e8f5010000 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .in = "", .out = "" },
	{ "a call by pointer, and the callee agrees: by what the callee says",
	  { "53 4889fb 90", 4, { 1, 2 }, 2 },
	  { "53 bf07000000 ffd0 5b c3", 8, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 7 } }, 1, .in = "rdi=0000000000000007", .out = "" },
	{ "a torn picture makes nothing certain, though both agree",
	  { "53 4889fb 90", 4, { 1, 2 }, 2 },
	  { "53 bf07000000 e8f5ffffff 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 7 } }, 1, .torn = true,
	  .in = "rdi=0000000000000007 ?", .out = "" },
	{ "nor does a frame that is doubted of its callee",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 4889fb 90 e8f6ffffff 5b c3", 0xa, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, POINTER } }, 1, .doubted = true,
	  .in = "rdi=ff11000005638b40 ?", .out = "rdi=ff11000005638b40 ?" },
	/* callee: sub $0x18,%rsp; mov %rdi,(%rsp); lea 8(%rsp),%rdi; call *%rax */
	{ "where an object may reach to, it is doubted",
	  { "4883ec18 48893c24 488d7c2408 ffd0", 15, { POINTER, 0, 0, 2 }, 4 },
	  { "53 31ff ffd0 5b c3", 5, { 3, 4 }, 2 }, .known = 0,
	  .in = "rdi=ff11000005638b40|0000000000000000 ?", .out = "" },
	/* the same, called by pointer with a pointer that the caller kept in its frame */
	{ "two doubts that have nothing in common are none",
	  { "4883ec18 48893c24 488d7c2408 ffd0", 15, { POINTER, 0, 0, 2 }, 4 },
	  { "4883ec08 48893c24 ffd0 c3", 0xa, { POINTER, 4 }, 2 }, .known = 0,
	  .in = "rdi=ff11000005638b40", .out = "rdi=ff11000005638b40" },
	{ "but for numbers that are anywhere",
	  { "4883ec18 48893c24 488d7c2408 ffd0", 15, { 5, 0, 0, 2 }, 4 },
	  { "4883ec08 48893c24 ffd0 c3", 0xa, { 5, 4 }, 2 }, .known = 0,
	  .in = "rdi=0000000000000005 ?", .out = "rdi=0000000000000005" },
	/* callee: test %rdi,%rdi; jne; nop (stopped where it is 0) */
	{ "a branch that was taken tells it",
	  { "4885ff 7501 90 c3", 5, { 2 }, 1 },
	  { "53 ffd0 4889c7 e8f5ffffff 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BX, 9 } }, 1, .in = "rdi=0000000000000000", .out = "" },
	/* callee: rep stos %rax,(%rdi), stopped in it */
	{ "what a string instruction counts by is not what it was",
	  { "f348ab 90", 0, { 2 }, 1 },
	  { "53 31ff ffd0 5b c3", 5, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, OTHER }, { STACKANNO_X86_SI, POINTER } }, 2,
	  .in = "rdi=0000000000000000 ?, rsi=ff11000005638b40",
	  .out = "rdi=?, rsi=ff11000005638b40 ?" },
	/* callee: push %rbp; xor %ebp,%ebp; nop; caller: push %rbp; mov %rsp,%rbp; call */
	{ "a frame pointer that was saved as it should be",
	  { "55 31ed 90", 3, { STACK + 0x10, 2 }, 2 },
	  { "55 4889e5 e8f7ffffff 5d c3", 9, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BP, 0 } }, 1, .in = "", .out = "" },
	{ "a frame pointer that was written over",
	  { "55 31ed 90", 3, { 5, 2 }, 2 },
	  { "55 4889e5 e8f7ffffff 5d c3", 9, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BP, 0 } }, 1, .in = "", .out = "",
	  .suspect = "suspect: #1: the word at ffa0000000013a00 holds 0000000000000005, and should hold #1+0x0" },
	{ "but in a torn picture",
	  { "55 31ed 90", 3, { 5, 2 }, 2 },
	  { "55 4889e5 e8f7ffffff 5d c3", 9, { 3, 4 }, 2 },
	  { { STACKANNO_X86_BP, 0 } }, 1, .torn = true, .in = "", .out = "" },
	/* caller: sub $8,%rsp; movq $5,(%rsp); call */
	{ "a constant in a word",
	  { "90", 0, { 2 }, 1 },
	  { "4883ec08 48c7042405000000 e8efffffff 4883c408 c3", 17, { 5, 4 }, 2 },
	  .known = 0, .stopped = true, .in = "", .out = "" },
	{ "that is another by now",
	  { "90", 0, { 2 }, 1 },
	  { "4883ec08 48c7042405000000 e8efffffff 4883c408 c3", 17, { 7, 4 }, 2 },
	  .known = 0, .stopped = true, .in = "", .out = "",
	  .suspect = "suspect: #1: the word at ffa0000000013a08 holds 0000000000000007, and should hold 0x5" },
	/* caller: call of another, which jumps to the callee */
	{ "a function that jumped on was given what the call gave",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 e8f5ff0000 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .other = "e9fbfffeff",
	  .in = "", .hidden = "rdi=0000000000000007", .out = "" },
	{ "one that did not cannot have been called",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 e8f5ff0000 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .other = "c3", .in = "", .out = "", .faults = 1 },
	{ "but may have been, where it is not certain",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 e8f5ff0000 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .doubted = true, .other = "c3", .in = "", .out = "" },
	{ "or where it jumps by a pointer",
	  { "31ff 90", 2, { 2 }, 1 },
	  { "53 bf07000000 e8f5ff0000 5b c3", 0xb, { 3, 4 }, 2 },
	  { { STACKANNO_X86_DI, 0 } }, 1, .other = "ffe0", .in = "", .out = "" },
	/* callee: mov 8(%rsp),%eax; caller: push $9; push $8; call; the first of them read */
	{ "words above the return address are the caller's to write",
	  { "8b442408 90", 4, { 2 }, 1 },
	  { "6a09 6a08 e8f7ffffff 4883c410 c3", 9, { 8, 9, 4 }, 3 },
	  .known = 0, .stopped = true, .in = "", .out = "", .passed = { 8, 9 } },
};

static struct sample sample;
static struct stackanno_flow flow;
static struct stackanno_chain chain;
static struct world world;

static bool is_thunk(struct stackanno_chain_ops *ops __attribute__((unused)), u64 target)
{
	return target == THUNK;
}

static enum stackanno_edge_place place(struct stackanno_edge_ops *edge __attribute__((unused)),
				       u64 address, struct stackanno_extent *extent)
{
	extent->begin = address < WORLD_COLD ? WORLD_BODY : WORLD_COLD;
	extent->size = address < WORLD_COLD ? world.body_bytes : world.cold_bytes;
	return address - extent->begin < extent->size ? STACKANNO_PLACE_FUNCTION :
							STACKANNO_PLACE_NOWHERE;
}

static bool stays(struct stackanno_chain_ops *ops __attribute__((unused)),
		  u64 begin __attribute__((unused)), u32 size __attribute__((unused)))
{
	return true;
}

static struct stackanno_chain_ops ops = {
	.edge = { .place = place }, .thunk = is_thunk, .stays = stays };

static struct stackanno_frame *lay(const struct function *function, u16 number, u64 low,
				   u32 bytes)
{
	struct stackanno_frame *frame;
	u32 i;

	frame = sample_call(&sample, number, "f", WORLD_BODY + function->at, low);
	frame->func = WORLD_BODY;
	frame->func_size = bytes;
	for (i = 0; i < function->count; i++)
		sample_word(&sample, function->words[i], i + 1 < function->count ?
			    STACKANNO_ROLE_NONE : STACKANNO_ROLE_RETURN, 0);
	return frame;
}

static void stop(const struct chain_case *one, struct stackanno_frame *frame, u64 low)
{
	struct stackanno_regs *regs;
	u32 i;

	frame->flags |= STACKANNO_FRAME_INTERRUPTED;
	regs = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_REGS, &frame->regs);
	regs->known = 1ULL << STACKANNO_X86_SP;
	regs->value[STACKANNO_X86_SP] = low;
	for (i = 0; i < one->known; i++) {
		regs->known |= 1ULL << one->regs[i].field;
		regs->value[one->regs[i].field] = one->regs[i].value;
	}
}

static int follow(const struct function *function, const char *other, u32 index)
{
	const struct world_code code = { .body = function->body, .cold = other };
	static const u64 canary = CANARY;
	enum stackanno_fit fit;

	if (world_run(&world, &code, &flow))
		return -EINVAL;
	fit = stackanno_role_frame(&sample.builder, index, &flow, &canary);
	stackanno_chain_frame(&chain, &sample.builder, index, &flow, fit, &ops);
	return fit == STACKANNO_FIT_AGREES ? 0 : -EINVAL;
}

static const char *arguments(u32 number)
{
	const struct stackanno_frame *frame;

	stackanno_argument_describe(&chain, number, &sample.builder, NULL, NULL);
	frame = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_FRAMES,
					chain.frame[number].index);
	if (!frame)
		return "";
	return (const char *)sample.builder.buf +
	       sample.builder.section[STACKANNO_SECTION_STRINGS].offset + frame->args;
}

/* All that is noted. */
static const char *note(void)
{
	static char bytes[256];
	struct stackanno_describer describer;
	struct stackanno_text text;
	struct stackanno_view view;
	struct stackanno_note note;
	u32 i;

	sample_finish(&sample, &view);
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	stackanno_describer_begin(&describer, &view, STACKANNO_REDACT_NONE, false);
	for (i = 0; !stackanno_view_note(&view, i, &note); i++)
		stackanno_describe_note(&describer, &note, &text);
	return bytes;
}

static int run(const struct chain_case *one)
{
	u64 low = STACK;
	struct stackanno_frame *frame;
	u32 first;
	int ret;

	sample_begin(&sample);
	if (one->torn)
		sample.builder.record->flags |= STACKANNO_RECORD_TORN;
	frame = lay(&one->callee, 0, low, 64);
	first = sample.frame;
	if (one->known || one->stopped)
		stop(one, frame, low);
	low += one->callee.count * sizeof(u64);
	frame = lay(&one->caller, 1, low, 64);
	if (one->doubted)
		frame->evidence = STACKANNO_EVIDENCE_LIKELY;
	stackanno_chain_begin(&chain);
	ret = follow(&one->callee, NULL, first);
	if (!ret)
		ret = follow(&one->caller, one->other, first + 1);
	stackanno_chain_settle(&chain);
	stackanno_suspect_arguments(&sample.builder, &chain);
	return ret;
}

TEST(an_argument_is_what_callee_and_caller_know)
{
	const struct chain_case *one;
	const char *suspect;
	u32 i, n, hidden;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		one = &cases[i];
		hidden = one->hidden != NULL;
		TH_LOG("%s", one->name);
		ASSERT_EQ(0, run(one));
		ASSERT_EQ(2 + hidden, chain.frames);
		EXPECT_EQ(hidden, chain.tails);
		EXPECT_EQ(one->faults, chain.faults);
		for (n = 0; n < 2 && one->passed[n]; n++)
			EXPECT_EQ(one->passed[n], chain.frame[0].argument[6 + n].own.value);
		/* Frames that are hidden have no place in the record until they are told. */
		if (hidden)
			chain.frame[1].index = 0;
		EXPECT_STREQ(one->in, arguments(0));
		if (hidden)
			EXPECT_STREQ(one->hidden, arguments(1));
		EXPECT_STREQ(one->out, arguments(chain.frames - 1));
		suspect = one->suspect ? one->suspect : "";
		EXPECT_STREQ(suspect, note());
	}
}

TEST_HARNESS_MAIN
