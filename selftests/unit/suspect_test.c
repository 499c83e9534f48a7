// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is held against a record, and what is not; and frames that are put between others.
 */
#include "core/arch.h"
#include "core/describe.h"
#include "core/frame.h"
#include "core/suspect.h"
#include "sample.h"
#include "world.h"

#include "kselftest_harness.h"

#define STACK 0xffa0000000013a00ULL

static struct sample sample;
static struct stackanno_flow flow;
static struct world world;

/* All that is noted. */
static const char *notes(void)
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

static const struct {
	const char *name;
	u64 cs, flags, ss;
	enum stackanno_entry entry;
	const char *note;
	bool torn, doubted;
} saved[] = {
	{ "as the kernel has them", 0x10, 0x246, 0x18, STACKANNO_ENTRY_EXCEPTION, "" },
	{ "ss is null on a stack that the CPU changed to", 0x10, 0x2, 0, STACKANNO_ENTRY_NMI, "" },
	{ "FRED says more in them", 0x12340010, 0x246, 0x50018, STACKANNO_ENTRY_INTERRUPT, "" },
	{ "those of Xen", 0xe030, 0x246, 0xe02b, STACKANNO_ENTRY_INTERRUPT, "" },
	{ "user code", 0x33, 0x246, 0x18, STACKANNO_ENTRY_EXCEPTION,
	  "suspect: #3: impossible registers: cs" },
	{ "the bit that is always set is not", 0x10, 0x244, 0x18, STACKANNO_ENTRY_INTERRUPT,
	  "suspect: #3: impossible registers: flags" },
	{ "virtual 8086 mode", 0x10, 0x20246, 0x18, STACKANNO_ENTRY_INTERRUPT,
	  "suspect: #3: impossible registers: flags" },
	{ "all of them are text", 0x4141414141414141, 0x4141414141414141, 0x4141414141414141,
	  STACKANNO_ENTRY_EXCEPTION, "suspect: #3: impossible registers: cs, flags, ss" },
	{ "what a probe laid down may not be there yet", 0, 0, 0, STACKANNO_ENTRY_PROBE, "" },
	{ "a torn picture", 0x33, 0x246, 0x18, STACKANNO_ENTRY_EXCEPTION, "", .torn = true },
	{ "a frame that is doubted", 0x33, 0x246, 0x18, STACKANNO_ENTRY_EXCEPTION, "",
	  .doubted = true },
};

TEST(registers_that_no_cpu_saves_are_suspect)
{
	struct stackanno_frame *frame;
	struct stackanno_regs *regs;
	u32 i, index;

	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		TH_LOG("%s", saved[i].name);
		sample_begin(&sample);
		if (saved[i].torn)
			sample.builder.record->flags |= STACKANNO_RECORD_TORN;
		frame = sample_frame(&sample, STACKANNO_FRAME_ENTRY, STACK);
		frame->entry = (u8)saved[i].entry;
		regs = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_REGS, &index);
		regs->value[STACKANNO_X86_CS] = saved[i].cs;
		regs->value[STACKANNO_X86_FLAGS] = saved[i].flags;
		regs->value[STACKANNO_X86_SS] = saved[i].ss;
		regs->known = 1 << STACKANNO_X86_CS | 1 << STACKANNO_X86_FLAGS |
			      1 << STACKANNO_X86_SS;
		frame = sample_call(&sample, 3, "f", WORLD_BODY, STACK + 0x100);
		frame->flags |= STACKANNO_FRAME_INTERRUPTED;
		frame->regs = index;
		if (saved[i].doubted)
			frame->evidence = STACKANNO_EVIDENCE_LIKELY;
		stackanno_suspect_regs(&sample.builder);
		EXPECT_STREQ(saved[i].note, notes());
	}
}

/* sub $8,%rsp; call: a frame of two words, the return address with them. */
static const struct world_code code = { .body = "4883ec08 e8f7ffffff 4883c408 c3" };

static void lay(u32 words)
{
	u32 i;

	sample_begin(&sample);
	sample_call(&sample, 3, "f", WORLD_BODY + 9, STACK);
	for (i = 0; i + 1 < words; i++)
		sample_word(&sample, i, STACKANNO_ROLE_NONE, 0);
	sample_word(&sample, WORLD_BODY + 9, STACKANNO_ROLE_RETURN, 0);
}

TEST(a_frame_of_another_size_is_suspect)
{
	struct stackanno_frame *frame;

	ASSERT_EQ(0, world_run(&world, &code, &flow));
	lay(3);
	stackanno_suspect_size(&sample.builder, sample.frame, &flow);
	EXPECT_STREQ("suspect: #3: its frame begins at ffa0000000013a00, by its code at ffa0000000013a08",
		     notes());
	lay(3);
	frame = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_FRAMES, sample.frame);
	frame->evidence = STACKANNO_EVIDENCE_LIKELY;
	stackanno_suspect_size(&sample.builder, sample.frame, &flow);
	EXPECT_STREQ("", notes());
	lay(3);
	sample.builder.record->flags |= STACKANNO_RECORD_TORN;
	stackanno_suspect_size(&sample.builder, sample.frame, &flow);
	EXPECT_STREQ("", notes());
}

TEST(a_return_address_is_suspect_with_its_word)
{
	struct stackanno_word *word;
	u32 index;

	lay(2);
	sample_call(&sample, 4, "g", WORLD_BODY + 9, STACK + 0x10);
	index = sample.frame;
	sample_call(&sample, 5, "h", WORLD_BODY + 9, STACK + 0x18);
	stackanno_suspect_return(&sample.builder, index);
	word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, 1);
	EXPECT_TRUE(word->flags & STACKANNO_WORD_SUSPECT);
	EXPECT_STREQ("suspect: #4: no call precedes its return address, at ffa0000000013a08",
		     notes());
	/* A CPU comes up by a push and a return: nobody called the outermost. */
	lay(2);
	sample_call(&sample, 4, "g", WORLD_BODY + 9, STACK + 0x10);
	stackanno_suspect_return(&sample.builder, sample.frame);
	EXPECT_STREQ("", notes());
	/* The first has none before it. */
	lay(2);
	stackanno_suspect_return(&sample.builder, sample.frame);
	EXPECT_STREQ("", notes());
}

TEST(a_frame_is_put_between_two)
{
	struct stackanno_frame *frame;
	struct stackanno_note *note;
	struct stackanno_view view;
	struct stackanno_word word;
	u32 before;

	lay(2);
	sample_call(&sample, 4, "g", WORLD_BODY + 9, STACK + 0x10);
	sample_word(&sample, 1, STACKANNO_ROLE_RETURN, 0);
	before = sample.frame;
	note = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_NOTES, NULL);
	note->kind = STACKANNO_NOTE_UNWIND_ERROR;
	note->frame = before;
	note->word = STACKANNO_NONE;
	frame = stackanno_frame_insert(&sample.builder, before);
	ASSERT_NE(NULL, frame);
	EXPECT_EQ(4, frame->number);
	EXPECT_EQ(5, frame[1].number);
	EXPECT_EQ(0, frame->word_count);
	EXPECT_TRUE(frame->flags & STACKANNO_FRAME_TAIL_CALL);
	EXPECT_EQ(before + 1, note->frame);
	sample_finish(&sample, &view);
	ASSERT_EQ(0, stackanno_view_word(&view, 2, &word));
	EXPECT_EQ(before + 1, word.frame);
	ASSERT_EQ(0, stackanno_view_word(&view, 1, &word));
	EXPECT_EQ(before - 1, word.frame);
	/* There is nothing that it could stand before. */
	EXPECT_EQ(NULL, stackanno_frame_insert(&sample.builder, 1000));
}

TEST_HARNESS_MAIN
