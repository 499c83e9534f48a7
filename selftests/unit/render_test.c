// SPDX-License-Identifier: GPL-2.0-only
/* What the renderer writes, form by form. */
#include "core/arch.h"
#include "core/label.h"
#include "lines.h"
#include "sample.h"

#include "kselftest_harness.h"

static struct sample sample;
static struct lines lines;

/* A record of one frame and one word, for looking at a single label. */
static struct stackanno_word *one_word(u64 value, u16 role, u16 arg)
{
	sample_begin(&sample);
	sample_call(&sample, 7, "f", 0xffffffff81000082ULL, 0xffa0000000013ab8ULL);
	return sample_word(&sample, value, role, arg);
}

/* The label of that word, as the last line of the full form has it. */
static const char *label(void)
{
	struct stackanno_view view;
	char *last;

	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	lines.text[lines.len - 1] = '\0';
	last = strrchr(lines.text, '\n') + 1;
	return last + strlen("    ffa0000000013ab8: ") + 16;
}

TEST(each_role_has_its_label)
{
	static const struct {
		u16 role;
		u16 arg;
		const char *label;
	} cases[] = {
		{ STACKANNO_ROLE_NONE, 0, "" },
		{ STACKANNO_ROLE_RETURN, 0, "[ret]" },
		{ STACKANNO_ROLE_REGS, STACKANNO_X86_R15, "[r15]" },
		{ STACKANNO_ROLE_REGS, STACKANNO_X86_BP, "[bp]" },
		{ STACKANNO_ROLE_REGS, STACKANNO_X86_ORIG_AX, "[orig_ax]" },
		{ STACKANNO_ROLE_REGS, STACKANNO_X86_FLAGS, "[flags]" },
		{ STACKANNO_ROLE_REGS, STACKANNO_X86_SS, "[ss]" },
		{ STACKANNO_ROLE_EVENT, STACKANNO_X86_EVENT_DATA, "[event_data]" },
		{ STACKANNO_ROLE_SAVED, STACKANNO_X86_BP, "[rbp]" },
		{ STACKANNO_ROLE_SAVED, STACKANNO_X86_BX, "[rbx]" },
		{ STACKANNO_ROLE_SAVED, STACKANNO_X86_R12, "[r12]" },
		{ STACKANNO_ROLE_SPILL, STACKANNO_X86_DI, "[spill rdi]" },
		{ STACKANNO_ROLE_LOCAL, 0, "[rsp+0x0]" },
		{ STACKANNO_ROLE_LOCAL, 5, "[rsp+0x28]" },
		{ STACKANNO_ROLE_BUFFER, 0, "[buf]" },
		{ STACKANNO_ROLE_OUTGOING, 7, "[out7]" },
		{ STACKANNO_ROLE_CANARY, 0, "[canary]" },
		{ STACKANNO_ROLE_PADDING, 0, "[pad]" },
		{ STACKANNO_ROLE_REALIGN, 0, "[align]" },
		{ STACKANNO_ROLE_OFFSET_GAP, 0, "[gap]" },
		{ STACKANNO_ROLE_UNWRITTEN, 0, "[unwritten]" },
		{ STACKANNO_ROLE_STALE, 0, "[stale]" },
		{ STACKANNO_ROLE_STACK_END, 0, "[magic]" },
		{ STACKANNO_ROLE_STACK_TOP, 0, "[top]" },
		{ STACKANNO_ROLE_STACK_LINK, 0, "[link]" },
	};
	bool seen[STACKANNO_ROLE_COUNT] = { false };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		one_word(1, cases[i].role, cases[i].arg);
		EXPECT_STREQ(cases[i].label, label());
		seen[cases[i].role] = true;
	}
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		EXPECT_TRUE(seen[i]);
}

TEST(each_meaning_has_its_label)
{
	static const struct {
		u16 kind;
		const char *name;
		const char *module;
		u64 offset;
		u32 aux;
		const char *label;
	} cases[] = {
		{ STACKANNO_MEANING_TEXT, "f", NULL, 0x82, 0, "[{f+0x82}]" },
		{ STACKANNO_MEANING_TEXT, "f", "m", 0, 0, "[{f+0x0 [m]}]" },
		{ STACKANNO_MEANING_TEXT, NULL, "m", 0, 0, "[{text [m]}]" },
		{ STACKANNO_MEANING_RODATA, "fops", NULL, 8, 0, "[{rodata fops+0x8}]" },
		{ STACKANNO_MEANING_DATA, "x", "m", 8, 0, "[{data x+0x8 [m]}]" },
		{ STACKANNO_MEANING_DATA, NULL, NULL, 8, 0, "[{data}]" },
		{ STACKANNO_MEANING_PERCPU, "hot", NULL, 8, 1, "[{percpu hot+0x8 cpu 1}]" },
		{ STACKANNO_MEANING_PERCPU, "hot", "m", 8, STACKANNO_NONE,
		  "[{percpu hot+0x8 [m]}]" },
		{ STACKANNO_MEANING_MODULE, NULL, "m", 0x2010, 0, "[{module m+0x2010}]" },
		{ STACKANNO_MEANING_OWN_SLOT, NULL, NULL, 0x10, 0, "[{#7+0x10}]" },
		{ STACKANNO_MEANING_STACK, NULL, NULL, 0x3ab8, 0, "[{stack 0+0x3ab8}]" },
		{ STACKANNO_MEANING_SYSCALL, "read", NULL, 0, 0, "[{syscall 0 read}]" },
		{ STACKANNO_MEANING_SYSCALL, NULL, NULL, 0, 999, "[{syscall 999}]" },
		{ STACKANNO_MEANING_VECTOR, "local timer", NULL, 0, 236,
		  "[{vector 236 local timer}]" },
		{ STACKANNO_MEANING_NO_SYSCALL, NULL, NULL, 0, 0, "[{no syscall}]" },
		{ STACKANNO_MEANING_ERROR_CODE, "kernel read of not-present page", NULL, 0, 0,
		  "[{kernel read of not-present page}]" },
		{ STACKANNO_MEANING_SEGMENT, "kernel code", NULL, 0, 0, "[{kernel code}]" },
		{ STACKANNO_MEANING_FLAGS, "IF ZF", NULL, 0, 0, "[{IF ZF}]" },
		{ STACKANNO_MEANING_FLAGS, NULL, NULL, 0, 0, "[{no flags}]" },
		{ STACKANNO_MEANING_NAMED, "kmalloc-64+0x20", NULL, 0, 0, "[{kmalloc-64+0x20}]" },
		{ STACKANNO_MEANING_ERRNO, NULL, NULL, 0, 12, "[{-ENOMEM}]" },
		{ STACKANNO_MEANING_ERRNO, NULL, NULL, 0, 4000, "[{-4000}]" },
		{ STACKANNO_MEANING_ERRNO, NULL, NULL, 0, STACKANNO_NONE, "[{error}]" },
		{ STACKANNO_MEANING_POISON, "list 1", NULL, 0, 0, "[{poison list 1}]" },
		{ STACKANNO_MEANING_POISON, "slab free", NULL, 0x18, 0,
		  "[{poison slab free+0x18}]" },
		{ STACKANNO_MEANING_POISON, "list 1", NULL, -0x18ULL, 0, "[{poison list 1-0x18}]" },
		{ STACKANNO_MEANING_STRING, "a\\ \"b", NULL, 0, 0, "[{\"a\\x5c \\x22b\"}]" },
		{ STACKANNO_MEANING_STRING, NULL, NULL, 0, 0, "[{characters}]" },
		{ STACKANNO_MEANING_FLIPPED, "vfs_read+0x34", NULL, 0, 61,
		  "[{bit 61 flipped: vfs_read+0x34}]" },
		{ STACKANNO_MEANING_FLIPPED, NULL, NULL, 0, 61, "[{bit 61 flipped}]" },
		{ STACKANNO_MEANING_TASK, "sh", NULL, 0, 159, "[{task sh/159}]" },
		{ STACKANNO_MEANING_TASK, "kworker/0:1", NULL, 0x10, 9,
		  "[{task kworker/0:1/9+0x10}]" },
		{ STACKANNO_MEANING_TASK_STACK, "sh", NULL, 0x10, 159, "[{stack of sh/159+0x10}]" },
		{ STACKANNO_MEANING_DIRECT_MAP, NULL, NULL, 0x1234040, 0, "[{pfn 0x1234+0x40}]" },
		{ STACKANNO_MEANING_DIRECT_MAP, NULL, NULL, 0, STACKANNO_NONE, "[{direct map}]" },
		{ STACKANNO_MEANING_VMEMMAP, NULL, NULL, 0x1234008, 0,
		  "[{struct page of pfn 0x1234+0x8}]" },
		{ STACKANNO_MEANING_VMEMMAP, NULL, NULL, 0, STACKANNO_NONE, "[{vmemmap}]" },
		{ STACKANNO_MEANING_VMALLOC, NULL, NULL, 0, 0, "[{vmalloc}]" },
		{ STACKANNO_MEANING_MODULE_AREA, NULL, NULL, 0, 0, "[{module area}]" },
		{ STACKANNO_MEANING_FIXMAP, NULL, NULL, 0, 0, "[{fixmap}]" },
		{ STACKANNO_MEANING_CPU_ENTRY_AREA, NULL, NULL, 0, 0, "[{cpu entry area}]" },
		{ STACKANNO_MEANING_USER, NULL, NULL, 0, 0, "[{user}]" },
		{ STACKANNO_MEANING_KASAN_SHADOW, NULL, NULL, 0xff11000001234560ULL, 0,
		  "[{KASAN shadow of ff11000001234560}]" },
		{ STACKANNO_MEANING_KASAN_SHADOW, NULL, NULL, 0, STACKANNO_NONE,
		  "[{KASAN shadow}]" },
		{ STACKANNO_MEANING_NUMBER, NULL, NULL, 4242, 0, "[{4242}]" },
		{ STACKANNO_MEANING_PERCPU, NULL, NULL, 0, 1, "[{percpu cpu 1}]" },
		{ STACKANNO_MEANING_USER, "libc.so.6", NULL, 0x28123, 0, "[{user libc.so.6+0x28123}]" },
		{ STACKANNO_MEANING_USER, "(stack)", NULL, 0, 0, "[{user (stack)}]" },
		{ STACKANNO_MEANING_DIRECT_MAP, "free", NULL, 0x1234040, 0,
		  "[{pfn 0x1234+0x40 free}]" },
		{ STACKANNO_MEANING_VMEMMAP, "page table", NULL, 0x1234008, 0,
		  "[{struct page of pfn 0x1234+0x8 page table}]" },
		{ STACKANNO_MEANING_SLAB, "dentry", NULL, 0x20, 1, "[{slab dentry+0x20 allocated}]" },
		{ STACKANNO_MEANING_SLAB, "kmalloc-64", NULL, 0, 2, "[{slab kmalloc-64+0x0 free}]" },
		{ STACKANNO_MEANING_SLAB, "a+b", NULL, 0x8, 0, "[{slab a+b+0x8}]" },
		{ STACKANNO_MEANING_SLAB, "x", NULL, 0x8, 77, "[{slab x+0x8}]" },
		{ STACKANNO_MEANING_KFENCE, "kmalloc-8", NULL, 0x8, 2, "[{kfence kmalloc-8+0x8 free}]" },
		{ STACKANNO_MEANING_KFENCE, NULL, NULL, 0, 0, "[{kfence guard}]" },
		{ STACKANNO_MEANING_AREA, "load+0x7", "m", 0x1018, 1,
		  "[{vmalloc+0x1018 of 0x0 by load+0x7 [m]}]" },
		{ STACKANNO_MEANING_AREA, NULL, NULL, 0, 3, "[{ioremap+0x0 of 0x0}]" },
		{ STACKANNO_MEANING_AREA, "fork+0x7", NULL, 0x4010, 5,
		  "[{guard page of area+0x4010 of 0x0 by fork+0x7}]" },
		{ STACKANNO_MEANING_AREA, NULL, NULL, 0, 99, "[{area+0x0 of 0x0}]" },
		{ STACKANNO_MEANING_NAMED, "a, [b] {c}", NULL, 0, 0,
		  "[{a\\x2c \\x5bb\\x5d \\x7bc\\x7d}]" },
		{ STACKANNO_MEANING_CHANGED, NULL, NULL, 0x18, 0,
		  "[{was 0000000000000000, now 0000000000000018}]" },
		{ STACKANNO_MEANING_CHANGED, NULL, NULL, 0, STACKANNO_NONE,
		  "[{was ----------------, now ----------------}]" },
	};
	bool seen[STACKANNO_MEANING_COUNT] = { true };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_meaning *meaning;

		meaning = sample_meaning(&sample, one_word(1, STACKANNO_ROLE_NONE, 0),
					 cases[i].kind, cases[i].name, cases[i].offset);
		meaning->module = sample_string(&sample, cases[i].module);
		meaning->aux = cases[i].aux;
		EXPECT_STREQ(cases[i].label, label());
		seen[cases[i].kind] = true;
	}
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		EXPECT_TRUE(seen[i]);
}

TEST(slots_of_unnumbered_frames_are_told_by_their_stack)
{
	static const struct {
		u16 stack;
		const char *label;
	} cases[] = {
		{ 0, "[{stack 0+0x3010}]" }, { STACKANNO_NONE16, "[{block 0+0x10}]" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_frame *frame;
		struct stackanno_word *word;

		sample_begin(&sample);
		frame = sample_frame(&sample, STACKANNO_FRAME_ENTRY, 0xffa0000000013000ULL);
		frame->stack = cases[i].stack;
		sample_call(&sample, 7, "f", 0xffffffff81000082ULL, 0xffa0000000013ab8ULL);
		word = sample_word(&sample, 1, STACKANNO_ROLE_NONE, 0);
		sample_meaning(&sample, word, STACKANNO_MEANING_OWN_SLOT, NULL, 0x10)->aux = 0;
		EXPECT_STREQ(cases[i].label, label());
	}
}

/* How role, expression, meanings, suspicion and doubt stand together. */
TEST(labels_are_put_together)
{
	static const struct {
		u16 role;
		u8 evidence;
		u8 flags;
		const char *expression;
		const char *meaning[3];
		u8 doubt;
		const char *label;
	} cases[] = {
		{ STACKANNO_ROLE_SAVED, 1, 0, "c->w", { "x" }, 1, "[r15=c->w {x}]" },
		{ STACKANNO_ROLE_SAVED, 1, 0, NULL, { "x", "y" }, 1, "[r15 {x, y}]" },
		{ STACKANNO_ROLE_SAVED, 2, 0, NULL, { "x" }, 1, "[r15 {x} ?]" },
		{ STACKANNO_ROLE_SAVED, 3, 0, NULL, { "x" }, 2, "[r15 {x ?} ??]" },
		{ STACKANNO_ROLE_SAVED, 1, 0, NULL, { "x" }, 3, "[r15 {x ??}]" },
		{ STACKANNO_ROLE_NONE, 0, 0, NULL, { "x" }, 2, "[{x} ?]" },
		{ STACKANNO_ROLE_NONE, 0, 0, NULL, { "x", "y", "z" }, 3, "[{x, y, z} ??]" },
		{ STACKANNO_ROLE_NONE, 0, 1, NULL, { NULL }, 0, "[SUSPECT]" },
		{ STACKANNO_ROLE_NONE, 0, 1, NULL, { "x" }, 0, "[SUSPECT {x}]" },
		{ STACKANNO_ROLE_SAVED, 2, 1, "a", { "x" }, 0, "[r15=a SUSPECT {x} ?]" },
		{ STACKANNO_ROLE_CANARY, 1, 1, NULL, { NULL }, 0, "[canary BROKEN]" },
		{ STACKANNO_ROLE_STACK_END, 1, 1, NULL, { NULL }, 0, "[magic BROKEN]" },
		{ STACKANNO_ROLE_LOCAL, 1, 0, "tbl[3]", { NULL }, 0, "[rsp+0x0=tbl[3]]" },
		{ STACKANNO_ROLE_LOCAL, 1, 0, "x]", { NULL }, 0, "[rsp+0x0=x\\x5d]" },
		{ STACKANNO_ROLE_LOCAL, 1, 0, "a b", { NULL }, 0, "[rsp+0x0=a\\x20b]" },
		{ STACKANNO_ROLE_NONE, 0, 0, "file", { NULL }, 0, "[=file]" },
	};
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_word *word = one_word(1, cases[i].role, 0);

		word->evidence = cases[i].evidence;
		word->flags = cases[i].flags;
		word->expression = sample_string(&sample, cases[i].expression);
		for (k = 0; k < 3 && cases[i].meaning[k]; k++)
			sample_meaning(&sample, word, STACKANNO_MEANING_NAMED,
				       cases[i].meaning[k], 0)->evidence = cases[i].doubt;
		EXPECT_STREQ(cases[i].label, label());
	}
}

TEST(return_address_shows_its_symbol)
{
	struct stackanno_meaning *meaning;
	struct stackanno_word *word;

	word = one_word(1, STACKANNO_ROLE_RETURN, 0);
	meaning = sample_meaning(&sample, word, STACKANNO_MEANING_TEXT, "pk_list", 0x82);
	EXPECT_STREQ("[ret pk_list+0x82]", label());

	word = one_word(1, STACKANNO_ROLE_RETURN, 0);
	word->evidence = STACKANNO_EVIDENCE_GUESS;
	meaning = sample_meaning(&sample, word, STACKANNO_MEANING_TEXT, "pk_list", 0x82);
	meaning->module = sample_string(&sample, "peer");
	EXPECT_STREQ("[ret pk_list+0x82 [peer] ??]", label());

	/* The symbol's doubt is the label's. */
	word = one_word(1, STACKANNO_ROLE_RETURN, 0);
	meaning = sample_meaning(&sample, word, STACKANNO_MEANING_TEXT, "pk_list", 0x82);
	meaning->evidence = STACKANNO_EVIDENCE_LIKELY;
	sample_meaning(&sample, word, STACKANNO_MEANING_NAMED, "also", 0);
	EXPECT_STREQ("[ret pk_list+0x82 {also} ?]", label());
}

TEST(no_more_than_three_meanings_are_shown)
{
	struct stackanno_word *word = one_word(1, STACKANNO_ROLE_NONE, 0);
	u32 i;

	for (i = 0; i < 50; i++)
		sample_meaning(&sample, word, STACKANNO_MEANING_NAMED, "m", 0);
	EXPECT_STREQ("[{m, m, m, ...}]", label());
}

TEST(values_that_cannot_be_shown_are_not)
{
	char line[256];
	struct stackanno_view view;

	one_word(5, STACKANNO_ROLE_NONE, 0)->flags = STACKANNO_WORD_UNREADABLE;
	sample_word(&sample, 5, STACKANNO_ROLE_NONE, 0)->flags = STACKANNO_WORD_WITHHELD;
	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	ASSERT_TRUE(lines_line(&lines, lines.count - 1, line, sizeof(line)));
	EXPECT_STREQ("    ffa0000000013ab8: ???????????????? ----------------", line);
}

TEST(each_note_has_its_sentence)
{
	static const struct {
		u16 kind;
		u64 value[2];
		const char *text;
		const char *sentence;
	} cases[] = {
		{ STACKANNO_NOTE_CHAIN_ENDS_EARLY, { 0 }, NULL,
		  "note: the chain of frames ends early, after #7" },
		{ STACKANNO_NOTE_UNWIND_ERROR, { 0 }, NULL,
		  "note: the unwinder met an error: doubtful from #7 on" },
		{ STACKANNO_NOTE_NO_UNWIND, { 0 }, NULL, "note: the unwinder refused this task" },
		{ STACKANNO_NOTE_TORN, { 3 }, NULL,
		  "note: the task ran while its stack was copied (3 tries): words may not belong together" },
		{ STACKANNO_NOTE_RUNNING, { 0 }, NULL,
		  "note: the task was running meanwhile: words may not belong together" },
		{ STACKANNO_NOTE_TRUNCATED, { STACKANNO_SECTION_WORDS, 12 }, NULL,
		  "note: the section of words ran full: 12 entries dropped" },
		{ STACKANNO_NOTE_NULL_CALL, { 0 }, NULL,
		  "note: #7: a NULL function pointer was called" },
		{ STACKANNO_NOTE_BAD_IP, { 0x1234 }, NULL,
		  "note: #7: ip 0000000000001234 is not in kernel text" },
		{ STACKANNO_NOTE_REPLACED_RETURN, { 0xffffffff81000000 }, "tramp+0x0",
		  "note: #7: return address replaced on the stack by ffffffff81000000 (tramp+0x0)" },
		{ STACKANNO_NOTE_STACK_OVERFLOW, { 0, 0xffa000000000fff8 }, NULL,
		  "note: stack 0 overflowed: sp was ffa000000000fff8" },
		{ STACKANNO_NOTE_END_MAGIC_BROKEN, { 0, 0x41 }, NULL,
		  "note: stack 0: its end magic is broken: 0000000000000041 found" },
		{ STACKANNO_NOTE_BAD_REGS, { 0 }, "ss is 0x1",
		  "note: #7: impossible registers: ss is 0x1" },
		{ STACKANNO_NOTE_NESTED, { 2 }, NULL,
		  "note: 2 oopses inside this annotation were contained" },
		{ STACKANNO_NOTE_TEXT, { 0 }, "anything\n", "note: anything\\x0a" },
		{ STACKANNO_NOTE_CANARY_BROKEN, { 0xffa0000000013ab8 }, "how",
		  "note: #7: the canary at ffa0000000013ab8 is broken (how)" },
		{ STACKANNO_NOTE_OVERRUN, { 0xffa0000000013ab8, 0xffa0000000013aa8 }, "how",
		  "note: #7: the canary at ffa0000000013ab8 is broken; the buffer below it: ffa0000000013aa8 (how)" },
		{ STACKANNO_NOTE_BP_AGREES, { 0xffa0000000013b70 }, "the saved rbp is there",
		  "note: #7: its bp ffa0000000013b70 agrees with its code (the saved rbp is there)" },
		{ STACKANNO_NOTE_SP_AGREES, { 0xffa0000000013b20 }, "(rbp & ~0x1f) - 0x40",
		  "note: #7: its sp ffa0000000013b20 agrees with its code ((rbp & ~0x1f) - 0x40)" },
		{ STACKANNO_NOTE_NOT_A_FRAME, { 0xffa0000000013b50 }, "a stale word within #6 f",
		  "note: #7 is not a frame: what would be its return address, at ffa0000000013b50, is a stale word within #6 f" },
		{ STACKANNO_NOTE_CALL_EDGE, { 0xffffffff81000000 }, "f calls g, trace says h",
		  "note: #7: call edge: f calls g, trace says h" },
		{ STACKANNO_NOTE_TAIL_AMBIGUOUS, { 0xffffffff81000000 },
		  "f calls g, trace says h",
		  "note: #7: several chains of tail calls lead on: f calls g, trace says h" },
		{ STACKANNO_NOTE_NO_CALL, { 0xffa0000000013ab8 }, NULL,
		  "note: #7: no call precedes its return address, at ffa0000000013ab8" },
		{ STACKANNO_NOTE_OTHER_VALUE, { 0xffa0000000013ab8, 5 }, "#7+0x10",
		  "note: #7: the word at ffa0000000013ab8 holds 0000000000000005, and should hold #7+0x10" },
		{ STACKANNO_NOTE_ARGUMENTS_DIFFER, { 8, 7 }, "rdi",
		  "note: #7: by itself it was given 0000000000000008, by its caller 0000000000000007, in rdi" },
		{ STACKANNO_NOTE_SIZE_DIFFERS, { 0xffa0000000013ab8, 0xffa0000000013ab0 }, NULL,
		  "note: #7: its frame begins at ffa0000000013ab8, by its code at ffa0000000013ab0" },
	};
	struct stackanno_view view;
	char line[256];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_note *note;

		EXPECT_EQ(i + 1, cases[i].kind);
		one_word(1, 0, 0);
		note = sample_note(&sample, cases[i].kind, 0, cases[i].text);
		note->value[0] = cases[i].value[0];
		note->value[1] = cases[i].value[1];
		sample_finish(&sample, &view);
		lines_full(&lines, &view);
		ASSERT_TRUE(lines_line(&lines, 3, line, sizeof(line)));
		EXPECT_STREQ(cases[i].sentence, line);
	}
	EXPECT_EQ(STACKANNO_NOTE_COUNT, i + 1);
}

TEST(suspect_notes_come_first)
{
	struct stackanno_view view;
	char line[256];

	one_word(1, 0, 0);
	sample_note(&sample, STACKANNO_NOTE_TEXT, STACKANNO_NONE, "harmless");
	sample_note(&sample, STACKANNO_NOTE_TEXT, STACKANNO_NONE, "bad")->flags =
		STACKANNO_NOTE_SUSPECT;
	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	lines_line(&lines, 3, line, sizeof(line));
	EXPECT_STREQ("suspect: bad", line);
	lines_line(&lines, 4, line, sizeof(line));
	EXPECT_STREQ("note: harmless", line);
}

TEST(each_entry_has_its_line)
{
	static const struct {
		u8 entry;
		u32 vector;
		u32 flags;
		u64 error;
		u64 address;
		const char *detail;
		const char *line;
	} cases[] = {
		{ STACKANNO_ENTRY_UNKNOWN, STACKANNO_NONE, 0, 0, 0, NULL, "    [unknown frame]" },
		{ STACKANNO_ENTRY_EXCEPTION, 14,
		  STACKANNO_FRAME_ERROR | STACKANNO_FRAME_ADDRESS, 0, 0x18, NULL,
		  "    [exception frame: page fault, read of 0x18]" },
		{ STACKANNO_ENTRY_EXCEPTION, 14,
		  STACKANNO_FRAME_ERROR | STACKANNO_FRAME_ADDRESS, 3, 0xffffffff82000000, NULL,
		  "    [exception frame: page fault, write of 0xffffffff82000000]" },
		{ STACKANNO_ENTRY_EXCEPTION, 14,
		  STACKANNO_FRAME_ERROR | STACKANNO_FRAME_ADDRESS, 0x11, 0, NULL,
		  "    [exception frame: page fault, instruction fetch of 0x0]" },
		{ STACKANNO_ENTRY_EXCEPTION, 13, STACKANNO_FRAME_ERROR, 0, 0, NULL,
		  "    [exception frame: general protection, error 0x0]" },
		{ STACKANNO_ENTRY_EXCEPTION, 6, 0, 0, 0, NULL,
		  "    [exception frame: invalid opcode]" },
		{ STACKANNO_ENTRY_EXCEPTION, 31, 0, 0, 0, "odd",
		  "    [exception frame: vector 31; odd]" },
		{ STACKANNO_ENTRY_EXCEPTION, STACKANNO_NONE, 0, 0, 0, NULL,
		  "    [exception frame]" },
		{ STACKANNO_ENTRY_INTERRUPT, 236, 0, 0, 0, NULL,
		  "    [interrupt frame: vector 236, local timer]" },
		{ STACKANNO_ENTRY_INTERRUPT, 35, 0, 0, 0, NULL,
		  "    [interrupt frame: vector 35]" },
		{ STACKANNO_ENTRY_INTERRUPT, STACKANNO_NONE, 0, 0, 0, NULL,
		  "    [interrupt frame]" },
		{ STACKANNO_ENTRY_NMI, STACKANNO_NONE, 0, 0, 0, NULL, "    [NMI frame]" },
		{ STACKANNO_ENTRY_SYSCALL, 1, 0, 0, 0, "write",
		  "    [syscall frame: number 1; write]" },
		{ STACKANNO_ENTRY_PROBE, STACKANNO_NONE, 0, 0, 0, "kretprobe",
		  "    [probe frame; kretprobe]" },
		{ STACKANNO_ENTRY_UNUSED, STACKANNO_NONE, 0, 0, 0, "kept for an exec",
		  "    [unused frame; kept for an exec]" },
		{ STACKANNO_ENTRY_SWITCH, STACKANNO_NONE, 0, 0, 0, NULL,
		  "    [switch frame]" },
	};
	bool seen[STACKANNO_ENTRY_COUNT] = { false };
	struct stackanno_view view;
	char line[256];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_frame *frame;

		sample_begin(&sample);
		frame = sample_frame(&sample, STACKANNO_FRAME_ENTRY, 0xffa0000000013ab8ULL);
		frame->entry = cases[i].entry;
		frame->vector = cases[i].vector;
		frame->flags = cases[i].flags;
		frame->error = cases[i].error;
		frame->address = cases[i].address;
		frame->detail = sample_string(&sample, cases[i].detail);
		sample_finish(&sample, &view);
		lines_full(&lines, &view);
		ASSERT_TRUE(lines_line(&lines, lines.count - 1, line, sizeof(line)));
		EXPECT_STREQ(cases[i].line, line);
		seen[cases[i].entry] = true;
	}
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		EXPECT_TRUE(seen[i]);
}

TEST(each_frame_flag_has_its_remark)
{
	static const struct {
		u32 flag;
		const char *detail;
		const char *remark;	/* NULL: none, other fields show it */
	} cases[] = {
		{ STACKANNO_FRAME_USER, NULL, "    (user mode)" },
		{ STACKANNO_FRAME_INTERRUPTED, NULL, NULL },
		{ STACKANNO_FRAME_REPLACED, NULL,
		  "    (return address replaced on the stack: the real one is shown)" },
		{ STACKANNO_FRAME_REPLACED, "tramp+0x0",
		  "    (return address replaced on the stack by tramp+0x0: the real one is shown)" },
		{ STACKANNO_FRAME_NULL_CALL, NULL, "    (called through a NULL pointer)" },
		{ STACKANNO_FRAME_BAD_IP, NULL, "    (not in kernel text)" },
		{ STACKANNO_FRAME_UNRELIABLE, NULL,
		  "    (doubtful: the unwinder had an error before here)" },
		{ STACKANNO_FRAME_PARTIAL_REGS, NULL, "    (registers ip to ss only)" },
		{ STACKANNO_FRAME_ERROR, NULL, NULL },
		{ STACKANNO_FRAME_ADDRESS, NULL, NULL },
		{ STACKANNO_FRAME_LAST_UNEXPECTED, NULL,
		  "    (the chain of frames ends here, and should not)" },
		{ STACKANNO_FRAME_TAIL_CALL, NULL,
		  "    (tail call: not in the trace, found by code)" },
		{ STACKANNO_FRAME_SCANNED, NULL,
		  "    (found by scanning the stack, not by the unwinder)" },
		{ STACKANNO_FRAME_CODE_UNREADABLE, NULL, "    (its code could not be read)" },
		{ STACKANNO_FRAME_SIZE_DIFFERS, NULL,
		  "    (by its code its frame is of another size)" },
		{ STACKANNO_FRAME_NO_FUNCTION, NULL,
		  "    (words without a role: no function is known there)" },
		{ STACKANNO_FRAME_NO_END, NULL,
		  "    (words without a role: where its frame ends is not known)" },
		{ STACKANNO_FRAME_NOT_REACHED, NULL,
		  "    (words without a role: no path in its code leads there)" },
		{ STACKANNO_FRAME_BEYOND_LIMITS, NULL,
		  "    (words without a role: its code is beyond the analysis' limits)" },
		{ STACKANNO_FRAME_BUSY, NULL,
		  "    (words without a role: another CPU was using the analysis)" },
		{ STACKANNO_FRAME_LATE, NULL,
		  "    (words without a role: the budget was used up before its code was read)" },
		{ STACKANNO_FRAME_NO_DECODER, NULL,
		  "    (words without a role: the kernel's decoder was not found)" },
		{ STACKANNO_FRAME_TOO_DEEP, NULL,
		  "    (words without a role: too far below the frame's end)" },
		{ STACKANNO_FRAME_NOT_ONE, NULL,
		  "    (not a frame: a stale word was taken for its return address)" },
		{ STACKANNO_FRAME_UNLISTED, NULL,
		  "    (not in the listing: found by code and saved registers)" },
	};
	static const char header[] = " #7 [ffa0000000013ab0] f at ffffffff81000082";
	struct stackanno_view view;
	char line[256];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_frame *frame;

		sample_begin(&sample);
		frame = sample_call(&sample, 7, "f", 0xffffffff81000082ULL,
				    0xffa0000000013ab8ULL);
		frame->flags = cases[i].flag;
		frame->detail = sample_string(&sample, cases[i].detail);
		sample_finish(&sample, &view);
		lines_full(&lines, &view);
		ASSERT_TRUE(lines_line(&lines, lines.count - 1, line, sizeof(line)));
		EXPECT_STREQ(cases[i].remark ?: header, line);
	}
}

TEST(headers_of_frames_have_each_form)
{
	static const struct {
		u16 number;
		const char *name;
		const char *module;
		const char *args;
		u8 evidence;
		u64 ip_slot;
		const char *full;
		const char *console;
	} cases[] = {
		{ 0, "f", NULL, NULL, 1, 0x10, " #0 [0000000000000010] f at ffffffff81000082",
		  "stackanno:  #0 [0000000000000010] f+0x82/0x100" },
		{ 12, "f", "m", "c=1 {#9+0x10}, n=2", 1, 0x10,
		  "#12 [0000000000000010] f(c=1 {#9+0x10}, n=2) at ffffffff81000082 [m]",
		  "stackanno: #12 [0000000000000010] (c=1 {#9+0x10}, n=2) f+0x82/0x100 [m]" },
		{ 3, "f", "m", NULL, 2, 0x10, " #3 [0000000000000010] f at ffffffff81000082 [m] ?",
		  "stackanno:  #3 [0000000000000010] ? f+0x82/0x100 [m]" },
		{ 3, "f", NULL, NULL, 3, 0x10, " #3 [0000000000000010] f at ffffffff81000082 ??",
		  "stackanno:  #3 [0000000000000010] ?? f+0x82/0x100" },
		{ 3, NULL, NULL, NULL, 1, 0x10, " #3 [0000000000000010] ?? at ffffffff81000082",
		  "stackanno:  #3 [0000000000000010] at ffffffff81000082" },
		{ 3, "f", NULL, NULL, 1, 0, " #3 [no word] f at ffffffff81000082",
		  "stackanno:  #3 [no word] f+0x82/0x100" },
		{ 65534, "f.constprop.0", NULL, NULL, 1, 0,
		  "#65534 [no word] f.constprop.0 at ffffffff81000082",
		  "stackanno: #65534 [no word] f.constprop.0+0x82/0x100" },
	};
	struct stackanno_view view;
	char line[256];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_frame *frame;

		sample_begin(&sample);
		frame = sample_call(&sample, cases[i].number, cases[i].name,
				    0xffffffff81000082ULL, 0x18);
		frame->module = sample_string(&sample, cases[i].module);
		frame->args = sample_string(&sample, cases[i].args);
		frame->evidence = cases[i].evidence;
		frame->ip_slot = cases[i].ip_slot;
		sample_finish(&sample, &view);
		lines_full(&lines, &view);
		ASSERT_TRUE(lines_line(&lines, lines.count - 1, line, sizeof(line)));
		EXPECT_STREQ(cases[i].full, line);
		lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_FULL, STACKANNO_REDACT_NONE,
			     0, 0);
		ASSERT_TRUE(lines_line(&lines, lines.count - 1, line, sizeof(line)));
		EXPECT_STREQ(cases[i].console, line);
	}
}

TEST(words_stand_two_a_line_while_they_are_neighbours)
{
	struct stackanno_view view;
	char line[256];
	u32 i;

	one_word(1, 0, 0);
	sample_word(&sample, 2, 0, 0);
	sample_word(&sample, 3, 0, 0);
	sample.next += 8;
	sample_word(&sample, 4, 0, 0);
	sample_word(&sample, 5, 0, 0);
	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	for (i = 0; i < 3; i++) {
		static const char * const expected[] = {
			"    ffa0000000013ab8: 0000000000000001 0000000000000002",
			"    ffa0000000013ac8: 0000000000000003",
			"    ffa0000000013ad8: 0000000000000004 0000000000000005",
		};

		ASSERT_TRUE(lines_line(&lines, lines.count - 3 + i, line, sizeof(line)));
		EXPECT_STREQ(expected[i], line);
	}
}

TEST(head_lines_tell_all_they_know)
{
	static const char * const expected[] = {
		"record 1: oops \"Oops\" at 12.345678 (2026-11-22 09:40:12 UTC), cpu 1, pid 123 tgid 123 comm \"sh\", task ff11000005bcb700, kernel 6.12.117+deb12~1-amd64",
		"fault: page fault, error 0002 (kernel write of not-present page), address 0000000000000018, signal 11",
		"0 words, 0 explained, 0 suspect, 0 frames",
		"context: hard irq, NMI",
		"stack 0: task ffa0000000010000-ffa0000000014000, 16384 bytes, 1360 used, 15024 free, end magic intact",
	};
	struct stackanno_record *head;
	struct stackanno_view view;
	char line[256];
	u32 i;

	sample_begin(&sample);
	head = sample.builder.record;
	head->flags |= STACKANNO_RECORD_FAULT | STACKANNO_RECORD_FAULT_ADDRESS |
		       STACKANNO_RECORD_IN_IRQ | STACKANNO_RECORD_IN_NMI;
	head->release = sample_string(&sample, "6.12.117+deb12~1-amd64");
	head->trap = 14;
	head->error = 2;
	head->fault_address = 0x18;
	head->signal = 11;
	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	ASSERT_EQ(ARRAY_SIZE(expected), lines.count);
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		lines_line(&lines, i, line, sizeof(line));
		EXPECT_STREQ(expected[i], line);
	}
}

TEST(head_line_leaves_out_what_it_does_not_know)
{
	struct stackanno_record *head;
	struct stackanno_view view;
	char line[256];

	sample_begin(&sample);
	head = sample.builder.record;
	head->title = 0;
	head->release = 0;
	head->task = 0;
	head->time_real_ns = 0;
	head->time_boot_ns = 5000;
	head->cpu = STACKANNO_NONE;
	head->pid = -1;
	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	lines_line(&lines, 0, line, sizeof(line));
	EXPECT_STREQ("record 1: oops at 0.000005, pid -1 tgid 123 comm \"sh\"", line);
}

TEST(dates_are_right)
{
	static const struct {
		u64 seconds;
		const char *date;
	} cases[] = {
		{ 1, "(1970-01-01 00:00:01 UTC)" },
		{ 951782399, "(2000-02-28 23:59:59 UTC)" },
		{ 951782400, "(2000-02-29 00:00:00 UTC)" },
		{ 951868800, "(2000-03-01 00:00:00 UTC)" },
		{ 1735689599, "(2024-12-31 23:59:59 UTC)" },
		{ 4107542400, "(2100-03-01 00:00:00 UTC)" },
		{ 18446744073, "(2554-07-21 23:34:33 UTC)" },
	};
	struct stackanno_view view;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		sample_begin(&sample);
		sample.builder.record->time_real_ns = cases[i].seconds * 1000000000;
		sample_finish(&sample, &view);
		lines_full(&lines, &view);
		EXPECT_NE(NULL, strstr(lines.text, cases[i].date)) {
			TH_LOG("%s not in %s", cases[i].date, lines.text);
		}
	}
}

TEST(change_of_stack_is_said)
{
	struct stackanno_stack *stack;
	struct stackanno_view view;

	sample_begin(&sample);
	stack = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_STACKS, NULL);
	stack->kind = STACKANNO_STACK_EXCEPTION;
	stack->name = sample_string(&sample, "NMI");
	stack->cpu = 1;
	sample_call(&sample, 0, "f", 0x100, 0x18)->stack = 1;
	sample_call(&sample, 1, "g", 0x100, 0x18)->stack = 1;
	sample_call(&sample, 2, "h", 0x100, 0x18)->stack = 0;
	sample_call(&sample, 3, "i", 0x100, 0x18)->stack = STACKANNO_NONE16;
	sample_finish(&sample, &view);
	lines_full(&lines, &view);
	EXPECT_NE(NULL, strstr(lines.text,
			       "    --- stack 1 (exception \"NMI\" cpu 1) ---\n #0 [0000000000000010] f"));
	EXPECT_NE(NULL, strstr(lines.text,
			       "\n #1 [0000000000000010] g at 0000000000000100\n    --- stack 0 (task) ---\n #2 "));
	EXPECT_NE(NULL, strstr(lines.text, "    --- no stack ---\n #3 "));
}

TEST(list_has_a_line_of_fixed_columns)
{
	static struct stackanno_render_buffer buffer;
	struct stackanno_view view;
	char line[256];

	sample_oops(&sample, &view);
	memcpy(view.head.comm, "kworker/0:1 x\n\0\0", 16);
	lines_begin(&lines);
	stackanno_render_summary(NULL, &buffer, &lines.sink);
	stackanno_render_summary(&view, &buffer, &lines.sink);
	view.head.cpu = STACKANNO_NONE;
	view.head.time_boot_ns = 123456789012345678ULL;
	view.head.id = 123456;
	view.head.reason = STACKANNO_REASON_OFFLINE;
	stackanno_render_summary(&view, &buffer, &lines.sink);
	lines_line(&lines, 0, line, sizeof(line));
	EXPECT_STREQ("   ID           TIME REASON   TASK                    CPU FRAMES  WORDS EXPLAINED SUSPECT",
		     line);
	lines_line(&lines, 1, line, sizeof(line));
	EXPECT_STREQ("    1      12.345678 oops     kworker/0:1\\x20x\\x0a/123   1      5     57        55       0",
		     line);
	lines_line(&lines, 2, line, sizeof(line));
	EXPECT_STREQ("123456 123456789.012345 offline kworker/0:1\\x20x\\x0a/123   -      5     57        55       0",
		     line);
}

/* What is told of the objects that arguments point to is data, its text above all. */
TEST(what_objects_hold_is_hidden_with_values)
{
	static const char args[] = "file=ff11000005638b40 {path=\"/etc/pass, x=1\", sb=\"vda1\"} ?, p=ffa0000000013bb8 {#7+0x8}, task=ff11000005638b40 {comm=\"sh\", pid=152}, n=?";
	static const char * const wanted[] = {
		[STACKANNO_REDACT_NONE] = args,
		[STACKANNO_REDACT_DATA] = "file=---------------- {path=\"--------------\", sb=\"----\"} ?, p=ffa0000000013bb8 {#7+0x8}, task=---------------- {comm=\"--\", pid=---}, n=?",
		[STACKANNO_REDACT_ALL] = "file=---------------- {path=\"--------------\", sb=\"----\"} ?, p=---------------- {#7+0x8}, task=---------------- {comm=\"--\", pid=---}, n=?",
	};
	struct stackanno_view view;
	u32 i;

	for (i = 0; i < STACKANNO_REDACT_COUNT; i++) {
		sample_begin(&sample);
		sample_call(&sample, 7, "f", 0xffffffff81000082ULL, 0xffa0000000013ab8ULL)->args =
			sample_string(&sample, args);
		sample_finish(&sample, &view);
		lines_render(&lines, &view, STACKANNO_FORM_FULL, i, 0, 0);
		EXPECT_NE(NULL, strstr(lines.text, wanted[i])) {
			TH_LOG("%s", lines.text);
		}
	}
}

TEST_HARNESS_MAIN
