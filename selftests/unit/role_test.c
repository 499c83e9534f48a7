// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions and their frames, and what each word of those is labelled. The
 * frame's words are given lowest first; their labels follow one another.
 */
#include "core/arch.h"
#include "core/describe_word.h"
#include "core/role.h"
#include "sample.h"
#include "world.h"

#include "kselftest_harness.h"

#define STACK 0xffa0000000013a00ULL
#define CANARY 0x359851eca901cb00ULL
#define WORDS 70

struct layout {
	const char *name;
	struct world_code code;
	u32 at;			/* offset of ip */
	bool stopped;		/* there, not returning to it */
	u32 low;		/* of the first word, from the stack's start */
	u32 words;
	const char *labels;
};

static const struct layout layouts[] = {
	/* push %rbx; sub $0x20,%rsp; canary to 0x18(%rsp); lea 8(%rsp),%rdi; call */
	{ "an object ends where the canary is, and may begin below what was taken",
	  { .body = "53 4883ec20 65488b042528000000 4889442418 488d7c2408 e800010000 c3" },
	  0x1d, .words = 6,
	  .labels = "[pad ?][buf ?][buf+0x8 ?][canary][rbx][ret]" },
	/* sub $0x30,%rsp; canary to 0x18(%rsp); lea 8(%rsp),%rdi; call */
	{ "and nothing above the canary belongs to it",
	  { .body = "4883ec30 65488b042528000000 4889442418 488d7c2408 e800010000 c3" },
	  0x1c, .words = 7,
	  .labels = "[pad ?][buf ?][buf+0x8 ?][canary][pad ?][pad ?][ret]" },
	/* sub $0x18,%rsp; movq $5,8(%rsp); call */
	{ "without an object all padding is certain",
	  { .body = "4883ec18 48c744240805000000 e800010000 c3" }, 0x12, .words = 4,
	  .labels = "[pad][rsp+0x8][pad][ret]" },
	/* sub $0x18,%rsp; movb $1,(%rsp); movl $2,0xc(%rsp); mov %rdi,0x10(%rsp); call */
	{ "less than a word is a local, an entry value is spilled",
	  { .body = "4883ec18 c6042401 c744240c02000000 48897c2410 e800010000 c3" }, 0x1a,
	  .words = 4, .labels = "[rsp+0x0][rsp+0x8][spill rdi][ret]" },
	/* push $9; push $8; push $7; call */
	{ "arguments are counted from the stack pointer",
	  { .body = "6a09 6a08 6a07 e800010000 c3" }, 0xb, .words = 4,
	  .labels = "[out7 ?][out8 ?][out9 ?][ret]" },
	{ "what was pushed may be an argument of a call yet to come",
	  { .body = "6a09 6a08 6a07 e800010000 c3" }, 4, true, .words = 3,
	  .labels = "[rsp+0x0 ?][rsp+0x8 ?][ret]" },
	/* lea 8(%rsp),%r10; and $-32,%rsp; push -8(%r10); push %rbp; mov..; push %r10; call */
	{ "what a realigned frame keeps is no argument",
	  { .body = "4c8d542408 4883e4e0 41ff72f8 55 4889e5 4152 e800010000 c3" }, 0x18,
	  .low = 8, .words = 5,
	  .labels = "[rsp+0x0][rbp][rsp+0x10=ret][align][ret]" },
	/* sub $0x18,%rsp; mov 0x18(%rsp),%rax; mov %rax,8(%rsp); call */
	{ "a copy of the return address is called one",
	  { .body = "4883ec18 488b442418 4889442408 e800010000 c3" }, 0x13, .words = 4,
	  .labels = "[pad][rsp+0x8=ret][pad][ret]" },
	/* push %rbp; mov %rsp,%rbp; and $-32,%rsp; sub $0x20,%rsp; mov %rsi,8(%rsp); call */
	{ "the gap of a realigned frame depends on where the frame lies",
	  { .body = "55 4889e5 4883e4e0 4883ec20 4889742408 e800010000 c3" }, 0x16, .words = 8,
	  .labels = "[pad][spill rsi][pad][pad][align][align][rbp][ret]" },
	{ "and may be empty",
	  { .body = "55 4889e5 4883e4e0 4883ec20 4889742408 e800010000 c3" }, 0x16, .words = 6,
	  .labels = "[pad][spill rsi][pad][pad][rbp][ret]" },
	/* push %rbp; mov %rsp,%rbp; push %rbx; sub %rdi,%rsp; call */
	{ "room that is made at run time is for arrays",
	  { .body = "55 4889e5 53 4829fc e800010000 c3" }, 0xd, .words = 6,
	  .labels = "[buf \?\?][buf \?\?][buf \?\?][rbx ?][rbp ?][ret]" },
	/* sub $0x10,%rsp; mov 8(%rsp),%rax; call */
	{ "what is read and never written",
	  { .body = "4883ec10 488b442408 e800010000 c3" }, 0xe, .words = 3,
	  .labels = "[pad][unwritten ?][ret]" },
	{ "a frame of another size is guessed at",
	  { .body = "4883ec18 48c744240805000000 e800010000 c3" }, 0x12, .words = 5,
	  .labels = "[pad \?\?][pad \?\?][rsp+0x10 \?\?][pad \?\?][ret]" },
	/*
	 * sub $0x18,%rsp; mov (%rdi),%rax; call; add $0x18,%rsp; ret;
	 * and, where its exceptions are mended: movq $5,8(%rsp); jmp to the call
	 */
	{ "what is written behind an exception is no padding",
	  { .body = "4883ec18 488b07 e800010000 4883c418 c3 48c744240805000000 ebeb",
	    .mended = 4, .landing = WORLD_BODY + 17, .how = 3 }, 0xc, .words = 4,
	  .labels = "[pad][rsp+0x8 ?][pad][ret]" },
	{ "what code does that nothing is known to lead to is not certain",
	  { .body = "4883ec18 488b07 e800010000 4883c418 c3 48c744240805000000 ebeb" },
	  0xc, .words = 4, .labels = "[pad ?][pad ?][pad ?][ret]" },
	{ "but for what fills the room between jumps",
	  { .body = "4883ec18 488b07 e800010000 4883c418 c3 cc 6690 0f1f440000 90" },
	  0xc, .words = 4, .labels = "[pad][pad][pad][ret]" },
	/* push %rbx; push %rbp; stopped at each */
	{ "stopped before the first push",
	  { .body = "53 55 c3" }, 0, true, .words = 1, .labels = "[ret]" },
	{ "stopped between two pushes",
	  { .body = "53 55 c3" }, 1, true, .words = 2, .labels = "[rbx][ret]" },
	{ "stopped behind both",
	  { .body = "53 55 c3" }, 2, true, .words = 3, .labels = "[rbp][rbx][ret]" },
	/* push %rbp; mov %rsp,%rbp; sub $0x10,%rsp; leave; ret */
	{ "stopped behind leave",
	  { .body = "55 4889e5 4883ec10 c9 c3" }, 9, true, .words = 1, .labels = "[ret]" },
};

static struct sample sample;
static struct stackanno_flow flow;
static struct world world;
static u64 words[WORDS];

static struct stackanno_frame *make_frame(const struct layout *layout)
{
	u64 low = STACK + layout->low;
	struct stackanno_frame *frame;
	u32 i;

	sample_begin(&sample);
	frame = sample_call(&sample, 3, "f", WORLD_BODY + layout->at, low);
	frame->func = WORLD_BODY;
	frame->func_size = world.body_bytes;
	frame->ip_slot = low - 8;
	for (i = 0; i < layout->words; i++)
		sample_word(&sample, words[i], i + 1 < layout->words ? STACKANNO_ROLE_NONE :
			    STACKANNO_ROLE_RETURN, 0);
	if (layout->stopped) {
		struct stackanno_regs *regs;

		frame->flags |= STACKANNO_FRAME_INTERRUPTED;
		regs = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_REGS,
					     &frame->regs);
		regs->known = 1ULL << STACKANNO_X86_SP;
		regs->value[STACKANNO_X86_SP] = low;
	}
	return frame;
}

static u32 lay(const struct layout *layout)
{
	static const u64 canary = CANARY;

	if (world_run(&world, &layout->code, &flow))
		return STACKANNO_FITS;
	make_frame(layout);
	return stackanno_role_frame(&sample.builder, sample.frame, &flow, &canary);
}

static const char *labels(void)
{
	static char bytes[2048];
	struct stackanno_describer describer;
	struct stackanno_text text;
	struct stackanno_view view;
	struct stackanno_word word;
	u32 i;

	sample_finish(&sample, &view);
	stackanno_describer_begin(&describer, &view, STACKANNO_REDACT_NONE, false);
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	for (i = 0; !stackanno_view_word(&view, i, &word); i++)
		stackanno_describe_label(&describer, &word, &text);
	return bytes;
}

TEST(each_word_has_its_label)
{
	u32 i;

	memset(words, 0, sizeof(words));
	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		/* The canary's words, which are not what is tried here. */
		words[3] = CANARY;
		ASSERT_GT(STACKANNO_FITS, lay(&layouts[i]));
		EXPECT_STREQ(layouts[i].labels, labels()) {
			TH_LOG("%s", layouts[i].name);
		}
	}
}

TEST(padding_is_certain_beyond_the_reach_of_any_object)
{
	/* sub $0x200,%rsp; lea 0x1f8(%rsp),%rdi; call */
	struct layout layout = { .code.body = "4881ec00020000 488dbc24f8010000 e800010000 c3",
				 .at = 0x14, .words = 65 };
	const struct stackanno_word *word;
	u32 i;

	memset(words, 0, sizeof(words));
	ASSERT_EQ(STACKANNO_FIT_AGREES, lay(&layout));
	for (i = 0; i < 63; i++) {
		word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, i);
		EXPECT_EQ(STACKANNO_ROLE_PADDING, word->role);
		EXPECT_EQ(i < 31 ? STACKANNO_EVIDENCE_CERTAIN : STACKANNO_EVIDENCE_LIKELY,
			  word->evidence);
	}
}

TEST(instructions_that_wrote_are_named)
{
	struct layout layout = layouts[3];
	const struct stackanno_word *word;

	lay(&layout);
	word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, 0);
	EXPECT_EQ(4, word->where);
	word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, 1);
	EXPECT_EQ(8, word->where);
	word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, 2);
	EXPECT_EQ(16, word->where);
}

static const struct stackanno_note *note_at(u32 index)
{
	return stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_NOTES, index);
}

static const char *text_of(u32 string)
{
	return (const char *)sample.builder.buf +
	       sample.builder.section[STACKANNO_SECTION_STRINGS].offset + string;
}

TEST(a_canary_that_holds_is_not_accused)
{
	memset(words, 0, sizeof(words));
	words[3] = CANARY;
	lay(&layouts[0]);
	EXPECT_EQ(NULL, note_at(0));
	EXPECT_STREQ(layouts[0].labels, labels());
}

TEST(a_broken_canary_names_the_buffer_below_it_and_how_it_broke)
{
	static const struct {
		u64 found;
		const char *text;
	} cases[] = {
		{ CANARY ^ 0x41, "16 bytes; the canary's low 1 byte differs; in f" },
		{ CANARY ^ 0x01ffff, "16 bytes; the canary's low 3 bytes differ; in f" },
		{ CANARY ^ 0x0101010101010101, "16 bytes; all of the canary's bytes differ; in f" },
		{ CANARY ^ 0x0101000000000000,
		  "16 bytes; the canary's high 2 bytes differ; in f" },
		{ CANARY ^ 0x010000, "16 bytes; the canary's bytes differ here and there; in f" },
	};
	const struct stackanno_note *note;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		memset(words, 0, sizeof(words));
		words[3] = cases[i].found;
		lay(&layouts[0]);
		note = note_at(0);
		ASSERT_NE(NULL, note);
		EXPECT_EQ(STACKANNO_NOTE_OVERRUN, note->kind);
		EXPECT_EQ(STACKANNO_NOTE_SUSPECT, note->flags);
		EXPECT_EQ(sample.frame, note->frame);
		EXPECT_EQ(3, note->word);
		EXPECT_EQ(STACK + 0x18, note->value[0]);
		EXPECT_EQ(STACK + 8, note->value[1]);
		EXPECT_STREQ(cases[i].text, text_of(note->text));
		EXPECT_EQ(NULL, note_at(1));
		EXPECT_STREQ("[pad ?][buf ?][buf+0x8 ?][canary BROKEN][rbx][ret]", labels());
	}
}

TEST(a_broken_canary_without_a_buffer_is_told_too)
{
	/* sub $0x18,%rsp; canary to 0x10(%rsp); call */
	struct layout layout = { .code.body = "4883ec18 65488b042528000000 4889442410 e800010000 c3",
				 .at = 0x17, .words = 4 };

	memset(words, 0, sizeof(words));
	words[2] = CANARY ^ 1;
	lay(&layout);
	ASSERT_NE(NULL, note_at(0));
	EXPECT_EQ(STACKANNO_NOTE_CANARY_BROKEN, note_at(0)->kind);
	EXPECT_STREQ("the canary's low 1 byte differs; in f", text_of(note_at(0)->text));
}

TEST(nothing_is_accused_where_the_place_is_in_doubt)
{
	static const u64 canary = CANARY;
	struct layout larger = layouts[0];
	struct stackanno_frame *frame;
	u32 i;

	memset(words, 0, sizeof(words));
	larger.words++;
	lay(&larger);
	EXPECT_EQ(NULL, note_at(0));
	for (i = 0; i < 4; i++) {
		ASSERT_EQ(0, world_run(&world, &layouts[0].code, &flow));
		frame = make_frame(&layouts[0]);
		if (i == 0)
			sample.builder.record->flags |= STACKANNO_RECORD_TORN;
		if (i == 1)
			frame->flags |= STACKANNO_FRAME_UNRELIABLE;
		if (i == 2)
			frame->evidence = STACKANNO_EVIDENCE_LIKELY;
		stackanno_role_frame(&sample.builder, sample.frame, &flow, i < 3 ? &canary : NULL);
		EXPECT_EQ(NULL, note_at(0)) {
			TH_LOG("case %u", i);
		}
	}
}

/* A frame whose words stay without a role. */
static const struct {
	struct layout layout;
	bool endless;		/* its last word is no return address */
	u32 flag;
} excuses[] = {
	/* ret; call */
	{ { .code.body = "c3 e800010000 c3", .at = 6, .words = 2 }, false,
	  STACKANNO_FRAME_NOT_REACHED },
	{ { .code.body = "53 e800010000 c3", .at = 6, .words = 2 }, true,
	  STACKANNO_FRAME_NO_END },
};

TEST(words_without_a_role_are_excused)
{
	struct stackanno_word *last;
	struct stackanno_frame *frame;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(excuses); i++) {
		const struct layout *layout = &excuses[i].layout;

		ASSERT_EQ(0, world_run(&world, &layout->code, &flow));
		frame = make_frame(layout);
		last = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS,
					       layout->words - 1);
		if (excuses[i].endless)
			last->role = STACKANNO_ROLE_NONE;
		EXPECT_EQ(STACKANNO_FIT_NO_STATE,
			  stackanno_role_frame(&sample.builder, sample.frame, &flow, NULL));
		EXPECT_EQ(excuses[i].flag, frame->flags);
	}
}

TEST(of_a_function_that_was_given_up_what_it_saved_first_has_a_role)
{
	/* push %rbp; mov %rsp,%rbp; push %rbx; mov %rdi,%rbx; je +0; add $8,%rsp */
	struct layout layout = { .code.body = "55 4889e5 53 4889fb 7400 4883c408 e800010000 c3",
				 .at = 0x13, .words = 4 };
	struct stackanno_frame *frame;

	memset(words, 0, sizeof(words));
	ASSERT_EQ(0, world_run(&world, &layout.code, &flow));
	ASSERT_NE(0, stackanno_flow_run(&flow, &world.ops, WORLD_BODY,
					STACKANNO_FLOW_CODE_MAX + 1));
	frame = make_frame(&layout);
	EXPECT_EQ(STACKANNO_FIT_UNKNOWN,
		  stackanno_role_frame(&sample.builder, sample.frame, &flow, NULL));
	EXPECT_EQ(STACKANNO_FRAME_BEYOND_LIMITS, frame->flags);
	EXPECT_STREQ("[rbx ?][rbp ?][ret]", labels());
}

TEST(words_too_far_below_the_frame_s_end_are_excused)
{
	/* sub $0x1000,%rsp; call */
	struct layout layout = { .code.body = "4881ec00100000 e800010000 c3", .at = 0xc };
	struct stackanno_frame *frame;
	u32 i;

	ASSERT_EQ(0, world_run(&world, &layout.code, &flow));
	frame = make_frame(&layout);
	for (i = 0; i <= 512; i++)
		sample_word(&sample, 0, i < 512 ? STACKANNO_ROLE_NONE : STACKANNO_ROLE_RETURN, 0);
	EXPECT_EQ(STACKANNO_FIT_AGREES,
		  stackanno_role_frame(&sample.builder, sample.frame, &flow, NULL));
	EXPECT_EQ(STACKANNO_FRAME_TOO_DEEP, frame->flags);
}

TEST(no_excuse_is_made_for_a_frame_that_needs_none)
{
	struct layout layout = { .code.body = "c3", .words = 1 };
	struct stackanno_frame *frame = make_frame(&layout);

	stackanno_role_excuse(&sample.builder, sample.frame, STACKANNO_FRAME_BUSY);
	EXPECT_EQ(0, frame->flags);
	layout.words = 2;
	frame = make_frame(&layout);
	stackanno_role_excuse(&sample.builder, sample.frame, STACKANNO_FRAME_BUSY);
	EXPECT_EQ(STACKANNO_FRAME_BUSY, frame->flags);
	frame->flags = STACKANNO_FRAME_CODE_UNREADABLE;
	stackanno_role_excuse(&sample.builder, sample.frame, STACKANNO_FRAME_BUSY);
	EXPECT_EQ(STACKANNO_FRAME_CODE_UNREADABLE, frame->flags);
	frame->flags = 0;
	frame->kind = STACKANNO_FRAME_REST;
	stackanno_role_excuse(&sample.builder, sample.frame, STACKANNO_FRAME_BUSY);
	EXPECT_EQ(0, frame->flags);
}

TEST_HARNESS_MAIN
