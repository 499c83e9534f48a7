// SPDX-License-Identifier: GPL-2.0-only
/* Records: built, opened, refused. */
#include "core/label.h"
#include "sample.h"

#include "kselftest_harness.h"

static struct sample sample;

FIXTURE(record)
{
	struct stackanno_view view;
	u8 *copy;		/* of exactly its size: reading past it is seen */
	u32 size;
};

FIXTURE_SETUP(record)
{
	sample_oops(&sample, &self->view);
	self->size = sample.size;
	self->copy = malloc(self->size);
	ASSERT_NE(NULL, self->copy);
	memcpy(self->copy, sample.memory, self->size);
}

FIXTURE_TEARDOWN(record)
{
	free(self->copy);
}

TEST(what_was_put_in_comes_out)
{
	struct stackanno_record *head;
	struct stackanno_stack stack;
	struct stackanno_frame frame;
	struct stackanno_view view;
	struct stackanno_word word;

	sample_everything(&sample, &view);
	head = &view.head;
	EXPECT_EQ(1, head->id);
	EXPECT_EQ(STACKANNO_REASON_OOPS, head->reason);
	EXPECT_STREQ("6.1.0-56-amd64", stackanno_view_string(&view, head->release));
	EXPECT_STREQ("", stackanno_view_string(&view, 0));
	ASSERT_EQ(0, stackanno_view_stack(&view, 6, &stack));
	EXPECT_EQ(STACKANNO_STACK_EXCEPTION, stack.kind);
	EXPECT_STREQ("#DF", stackanno_view_string(&view, stack.name));
	ASSERT_EQ(0, stackanno_view_frame(&view, 0, &frame));
	EXPECT_STREQ("every_role", stackanno_view_string(&view, frame.name));
	ASSERT_EQ(0, stackanno_view_word(&view, frame.first_word + 2, &word));
	EXPECT_EQ(frame.low + 16, word.address);
	EXPECT_EQ(-ENOENT, stackanno_view_word(&view, head->words, &word));
	EXPECT_EQ(-ENOENT, stackanno_view_frame(&view, STACKANNO_NONE, &frame));
}

TEST(header_counts_what_is_there)
{
	u32 explained = 0, suspect = 0, frames = 0;
	struct stackanno_frame frame;
	struct stackanno_word word;
	struct stackanno_view view;
	struct stackanno_note note;
	u32 i;

	sample_everything(&sample, &view);

	for (i = 0; !stackanno_view_word(&view, i, &word); i++) {
		explained += word.role != STACKANNO_ROLE_NONE;
		suspect += word.flags & STACKANNO_WORD_SUSPECT;
	}
	EXPECT_EQ(i, view.head.words);
	for (i = 0; !stackanno_view_note(&view, i, &note); i++)
		suspect += note.flags & STACKANNO_NOTE_SUSPECT;
	for (i = 0; !stackanno_view_frame(&view, i, &frame); i++)
		frames += frame.number != STACKANNO_NONE16;
	EXPECT_EQ(explained, view.head.explained);
	EXPECT_EQ(suspect, view.head.suspect);
	EXPECT_EQ(frames, view.head.frames);
	EXPECT_NE(0, explained);
	EXPECT_NE(0, suspect);
}

TEST_F(record, opens_at_any_alignment)
{
	struct stackanno_frame frame, moved_frame;
	struct stackanno_view view;
	u8 *moved = malloc(self->size + 8);
	unsigned int shift;

	ASSERT_NE(NULL, moved);
	for (shift = 1; shift < 8; shift++) {
		memcpy(moved + shift, self->copy, self->size);
		ASSERT_EQ(0, stackanno_record_open(moved + shift, self->size, &view));
		ASSERT_EQ(0, stackanno_view_frame(&view, 1, &moved_frame));
		ASSERT_EQ(0, stackanno_view_frame(&self->view, 1, &frame));
		EXPECT_EQ(0, memcmp(&frame, &moved_frame, sizeof(frame)));
	}
	free(moved);
}

TEST_F(record, what_follows_it_is_left_alone)
{
	struct stackanno_view view;
	u8 *longer = calloc(1, self->size + 100);

	ASSERT_NE(NULL, longer);
	memcpy(longer, self->copy, self->size);
	EXPECT_EQ(0, stackanno_record_open(longer, self->size + 100, &view));
	free(longer);
}

TEST_F(record, truncated_at_any_length_is_refused)
{
	struct stackanno_view view;
	u32 len;

	for (len = 0; len < self->size; len++) {
		/* Memory of that very length, for the sanitizer to guard. */
		u8 *part = malloc(len ? len : 1);

		ASSERT_NE(NULL, part);
		memcpy(part, self->copy, len);
		ASSERT_EQ(-ENODATA, stackanno_record_open(part, len, &view)) {
			TH_LOG("length %u", len);
		}
		free(part);
	}
}

/* Walk everything that a reader may follow. */
static u64 walk(const struct stackanno_view *view)
{
	struct stackanno_meaning meaning;
	struct stackanno_frame frame;
	struct stackanno_stack stack;
	struct stackanno_regs regs;
	struct stackanno_code code;
	struct stackanno_word word;
	struct stackanno_note note;
	u64 sum = 0;
	u32 i, k;

	for (i = 0; !stackanno_view_stack(view, i, &stack); i++)
		sum += strlen(stackanno_view_string(view, stack.name));
	for (i = 0; !stackanno_view_frame(view, i, &frame); i++) {
		sum += strlen(stackanno_view_string(view, frame.name));
		sum += strlen(stackanno_view_string(view, frame.args));
		for (k = 0; k < frame.word_count; k++)
			sum += stackanno_view_word(view, frame.first_word + k, &word);
		sum += stackanno_view_regs(view, frame.regs, &regs);
	}
	for (i = 0; !stackanno_view_word(view, i, &word); i++) {
		u32 next = word.meaning;

		while (!stackanno_view_meaning(view, next, &meaning)) {
			sum += strlen(stackanno_view_string(view, meaning.name));
			next = meaning.next;
		}
	}
	for (i = 0; !stackanno_view_code(view, i, &code); i++) {
		for (k = 0; k < code.size; k++)
			sum += view->bytes[code.offset + k];
	}
	for (i = 0; !stackanno_view_note(view, i, &note); i++)
		sum += strlen(stackanno_view_string(view, note.text));
	return sum;
}

static u64 random_state = 88172645463325252ULL;

static u64 random_u64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

TEST(random_bytes_are_refused_or_harmless)
{
	struct stackanno_view view;
	unsigned int round;
	u64 opened = 0;

	for (round = 0; round < 20000; round++) {
		size_t len = random_u64() % 600;
		u8 *bytes = malloc(len ? len : 1);
		size_t i;

		ASSERT_NE(NULL, bytes);
		for (i = 0; i < len; i++)
			bytes[i] = (u8)random_u64();
		/* Every second one gets further than the magic. */
		if (round & 1 && len >= sizeof(struct stackanno_record)) {
			struct stackanno_record *head = (void *)bytes;

			head->magic = STACKANNO_MAGIC;
			head->version_major = STACKANNO_VERSION_MAJOR;
			head->header_size = sizeof(*head);
			head->total_size = (u32)len & ~7U;
			head->section_count &= 31;
			head->reason = STACKANNO_REASON_OOPS;
			head->arch = STACKANNO_ARCH_X86_64;
		}
		if (!stackanno_record_open(bytes, len, &view)) {
			walk(&view);
			opened++;
		}
		free(bytes);
	}
	EXPECT_EQ(0, opened);
}

TEST_F(record, any_byte_changed_is_refused_or_harmless)
{
	struct stackanno_view view;
	u32 refused = 0, opened = 0;
	u32 at;

	for (at = 0; at < self->size; at++) {
		u8 was = self->copy[at];

		/* Each once flipped whole, once by its highest bit. */
		self->copy[at] = (u8)~was;
		if (stackanno_record_open(self->copy, self->size, &view))
			refused++;
		else
			opened += walk(&view) < ~0ULL;
		self->copy[at] = was ^ 0x80;
		if (stackanno_record_open(self->copy, self->size, &view))
			refused++;
		else
			opened += walk(&view) < ~0ULL;
		self->copy[at] = was;
	}
	EXPECT_NE(0, refused);
	EXPECT_NE(0, opened);
	EXPECT_EQ(0, stackanno_record_open(self->copy, self->size, &view));
}

/* One field of a good record overwritten, and the answer to it. */
struct refusal {
	const char *what;	/* as the refusal names it */
	u32 kind;		/* section that the field is in; NONE: the header */
	u32 index;		/* of the entry */
	u32 offset;		/* of the field in the entry */
	u32 size;		/* of the field */
	u64 value;
	int ret;
};

#define HEAD(field, wrong, why, error) \
	{ why, STACKANNO_SECTION_NONE, 0, offsetof(struct stackanno_record, field), \
	  sizeof(((struct stackanno_record *)0)->field), wrong, error }
#define ENTRY(section, type, n, field, wrong, why) \
	{ why, STACKANNO_SECTION_##section, n, offsetof(struct type, field), \
	  sizeof(((struct type *)0)->field), wrong, -EBADMSG }
#define STACK(field, wrong, why) ENTRY(STACKS, stackanno_stack, 0, field, wrong, why)
#define FRAME(field, wrong, why) ENTRY(FRAMES, stackanno_frame, 1, field, wrong, why)
#define WORD(field, wrong, why) ENTRY(WORDS, stackanno_word, 5, field, wrong, why)
#define MEANING(field, wrong, why) ENTRY(MEANINGS, stackanno_meaning, 2, field, wrong, why)
#define NOTE(field, wrong, why) ENTRY(NOTES, stackanno_note, 2, field, wrong, why)

static const struct refusal refusals[] = {
	HEAD(magic, 0x1234, "no record: magic", -ENOEXEC),
	HEAD(version_major, 0, "version 0", -EBADMSG),
	HEAD(version_major, 2, "of a newer version", -EPROTONOSUPPORT),
	HEAD(header_size, 136, "header size", -EBADMSG),
	HEAD(header_size, 145, "header size", -EBADMSG),
	HEAD(header_size, 0xfffffff8, "sections do not fit the total size", -EBADMSG),
	HEAD(total_size, 0, "sections do not fit the total size", -EBADMSG),
	HEAD(total_size, 0x7ffffff8, "total size", -EBADMSG),
	HEAD(total_size, 1001, "total size", -EBADMSG),
	HEAD(section_count, STACKANNO_MAX_SECTIONS + 1, "number of sections", -EBADMSG),
	HEAD(section_count, 0xffffffff, "number of sections", -EBADMSG),
	HEAD(reason, STACKANNO_REASON_COUNT, "reason", -EBADMSG),
	HEAD(arch, STACKANNO_ARCH_NONE, "architecture", -EBADMSG),
	HEAD(arch, STACKANNO_ARCH_COUNT, "architecture", -EBADMSG),
	HEAD(release, 0x7fffffff, "release", -EBADMSG),
	HEAD(title, 0x7fffffff, "title", -EBADMSG),
	HEAD(words, 1, "words", -EBADMSG),
	HEAD(explained, 1, "explained", -EBADMSG),
	HEAD(suspect, 1, "suspect", -EBADMSG),
	HEAD(frames, 1, "frames", -EBADMSG),
	STACK(begin, ~0ULL, "begin, live and end are out of order"),
	STACK(live, 0, "begin, live and end are out of order"),
	STACK(end, 0, "begin, live and end are out of order"),
	STACK(kind, STACKANNO_STACK_COUNT, "kind"),
	STACK(name, 0x7fffffff, "name"),
	FRAME(low, ~0ULL, "low and high are out of order"),
	FRAME(high, 0, "low and high are out of order"),
	FRAME(name, 0x7fffffff, "name"),
	FRAME(module, 0x7fffffff, "module"),
	FRAME(args, 0x7fffffff, "args"),
	FRAME(detail, 0x7fffffff, "detail"),
	FRAME(number, 0, "number is out of order"),
	FRAME(number, STACKANNO_NONE16, "number"),
	FRAME(kind, STACKANNO_FRAME_NONE, "kind"),
	FRAME(kind, STACKANNO_FRAME_REST, "number"),
	FRAME(kind, STACKANNO_FRAME_KIND_COUNT, "kind"),
	FRAME(evidence, STACKANNO_EVIDENCE_COUNT, "evidence"),
	FRAME(entry, STACKANNO_ENTRY_COUNT, "entry"),
	FRAME(stack, 99, "stack"),
	FRAME(first_word, 3, "first word"),
	FRAME(word_count, 0xffffffff, "number of words"),
	ENTRY(FRAMES, stackanno_frame, 2, word_count, 1, "words without a frame"),
	FRAME(regs, 99, "regs"),
	FRAME(code, 99, "code"),
	WORD(role, STACKANNO_ROLE_COUNT, "role"),
	WORD(evidence, STACKANNO_EVIDENCE_COUNT, "evidence"),
	WORD(frame, 9999, "frame"),
	WORD(meaning, 99999, "meaning"),
	WORD(expression, 0x7fffffff, "expression"),
	MEANING(kind, STACKANNO_MEANING_NONE, "kind"),
	MEANING(kind, STACKANNO_MEANING_COUNT, "kind"),
	MEANING(evidence, STACKANNO_EVIDENCE_COUNT, "evidence"),
	MEANING(name, 0x7fffffff, "name"),
	MEANING(module, 0x7fffffff, "module"),
	MEANING(next, 0, "next"),
	MEANING(next, 2, "next"),
	MEANING(next, 99999, "next"),
	NOTE(kind, STACKANNO_NOTE_NONE, "kind"),
	NOTE(kind, STACKANNO_NOTE_COUNT, "kind"),
	NOTE(frame, 9999, "frame"),
	NOTE(word, 99999, "word"),
	NOTE(text, 0x7fffffff, "text"),
	ENTRY(REGS, stackanno_regs, 0, known, 1ULL << STACKANNO_REGS_MAX, "known"),
	ENTRY(CODES, stackanno_code, 0, offset, 0x7fffffff, "bytes"),
	ENTRY(CODES, stackanno_code, 0, size, 0xffffffff, "bytes"),
};

static u8 *place_of(u8 *copy, const struct stackanno_view *view, u32 kind, u32 index, u32 offset)
{
	if (kind == STACKANNO_SECTION_NONE)
		return copy + offset;
	return copy + (view->at[kind] - view->base) + (size_t)index * view->stride[kind] + offset;
}

/* A record that has every section, code bytes and registers too. */
static void make_complete(struct stackanno_view *view)
{
	struct stackanno_regs *regs;
	struct stackanno_code *code;
	struct stackanno_frame *frame;
	struct stackanno_word *word;
	u16 i;

	sample_begin(&sample);
	for (i = 0; i < 3; i++) {
		frame = sample_call(&sample, i, "f", 0xffffffff81000082ULL,
				    0xffa0000000011000ULL + 0x100 * i);
		word = sample_word(&sample, 1, STACKANNO_ROLE_RETURN, 0);
		sample_meaning(&sample, word, STACKANNO_MEANING_TEXT, "f", 1);
		word = sample_word(&sample, 2, STACKANNO_ROLE_REGS, 3);
		word->flags = STACKANNO_WORD_SUSPECT;
		sample_note(&sample, STACKANNO_NOTE_TEXT, 0, "note");
	}
	regs = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_REGS, &frame->regs);
	regs->known = 1;
	code = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_CODES, &frame->code);
	code->size = 4;
	memset(stackanno_builder_bytes(&sample.builder, 4, &code->offset), 0x90, 4);
	sample_finish(&sample, view);
}

TEST(each_wrong_field_is_refused_by_name)
{
	struct stackanno_refusal refusal;
	struct stackanno_view good, view;
	u32 i;

	make_complete(&good);
	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		const struct refusal *r = &refusals[i];
		u8 *copy = malloc(sample.size);
		int ret;

		ASSERT_NE(NULL, copy);
		memcpy(copy, sample.memory, sample.size);
		memcpy(place_of(copy, &good, r->kind, r->index, r->offset), &r->value, r->size);
		ret = stackanno_record_check(copy, sample.size, &view, &refusal);
		EXPECT_EQ(r->ret, ret) {
			TH_LOG("case %u (%s): %s", i, r->what, refusal.what ?: "opened");
		}
		EXPECT_STREQ(r->what, refusal.what ?: "opened");
		if (r->ret == -EBADMSG && r->kind) {
			EXPECT_EQ(r->kind, refusal.kind);
			EXPECT_EQ(r->index, refusal.index);
		}
		free(copy);
	}
}

/* The same for words and meanings whose fields depend on one another. */
TEST(arguments_out_of_range_for_their_role_are_refused)
{
	static const struct {
		u16 role;
		u16 arg;
	} cases[] = {
		{ STACKANNO_ROLE_REGS, 21 },
		{ STACKANNO_ROLE_EVENT, 2 },
		{ STACKANNO_ROLE_SAVED, 15 },	/* orig_ax is no register */
		{ STACKANNO_ROLE_SAVED, 24 },
		{ STACKANNO_ROLE_SPILL, 0xffff },
	};
	struct stackanno_refusal refusal;
	struct stackanno_view view;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_word *word;

		make_complete(&view);
		word = (void *)(sample.memory + (view.at[STACKANNO_SECTION_WORDS] - view.base));
		word->role = cases[i].role;
		word->arg = cases[i].arg;
		EXPECT_EQ(-EBADMSG, stackanno_record_check(sample.memory, sample.size, &view,
							   &refusal));
		EXPECT_STREQ("arg", refusal.what);
	}
}

TEST(meanings_that_name_nothing_are_refused)
{
	static const struct {
		u16 kind;
		const char *what;
	} cases[] = {
		{ STACKANNO_MEANING_OWN_SLOT, "aux is no frame" },
		{ STACKANNO_MEANING_STACK, "aux is no stack" },
	};
	struct stackanno_refusal refusal;
	struct stackanno_view view;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_meaning *meaning;

		make_complete(&view);
		meaning = (void *)(sample.memory +
				   (view.at[STACKANNO_SECTION_MEANINGS] - view.base));
		meaning->kind = cases[i].kind;
		meaning->aux = 3;
		EXPECT_EQ(-EBADMSG, stackanno_record_check(sample.memory, sample.size, &view,
							   &refusal));
		EXPECT_STREQ(cases[i].what, refusal.what);
	}
}

TEST(notes_about_no_section_or_stack_are_refused)
{
	static const struct {
		u16 kind;
		u64 value;
	} cases[] = {
		{ STACKANNO_NOTE_TRUNCATED, 0 },
		{ STACKANNO_NOTE_TRUNCATED, STACKANNO_SECTION_COUNT },
		{ STACKANNO_NOTE_STACK_OVERFLOW, 1 },
		{ STACKANNO_NOTE_END_MAGIC_BROKEN, ~0ULL },
	};
	struct stackanno_refusal refusal;
	struct stackanno_view view;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct stackanno_note *note;

		make_complete(&view);
		note = (void *)(sample.memory + (view.at[STACKANNO_SECTION_NOTES] - view.base));
		note->kind = cases[i].kind;
		note->value[0] = cases[i].value;
		EXPECT_EQ(-EBADMSG, stackanno_record_check(sample.memory, sample.size, &view,
							   &refusal));
		EXPECT_STREQ("value", refusal.what);
	}
}

/* Changes to the table of sections; each begins from a good record. */
static struct stackanno_section *table_of(struct stackanno_view *view)
{
	make_complete(view);
	return (void *)(sample.memory + view->head.header_size);
}

TEST(wrong_sections_are_refused)
{
	struct stackanno_section *table;
	struct stackanno_refusal refusal;
	struct stackanno_view view;
	u32 last;

#define EXPECT_SECTION_REFUSED(change, why) do {					\
	table = table_of(&view);							\
	last = view.head.section_count - 1;						\
	change;										\
	EXPECT_EQ(-EBADMSG, stackanno_record_check(sample.memory, sample.size, &view,	\
						   &refusal));				\
	EXPECT_STREQ(why, refusal.what);						\
} while (0)

	EXPECT_SECTION_REFUSED(table[1].kind = 0, "section without a kind");
	EXPECT_SECTION_REFUSED(table[1].kind = table[0].kind, "section occurs twice");
	EXPECT_SECTION_REFUSED(table[1].offset += 4, "section offset");
	EXPECT_SECTION_REFUSED(table[1].offset = 0, "section offset");
	EXPECT_SECTION_REFUSED(table[1].offset = 144, "section offset");
	EXPECT_SECTION_REFUSED(table[last].offset = 0xfffffff8,
			       "section ends behind the record");
	EXPECT_SECTION_REFUSED(table[last].count = 0xffffffff,
			       "section ends behind the record");
	EXPECT_SECTION_REFUSED(table[last].entry_size = 0xffffffff,
			       "section ends behind the record");
	EXPECT_SECTION_REFUSED(table[1].entry_size = 0, "size of an entry");
	EXPECT_SECTION_REFUSED(table[1].entry_size = 32, "size of an entry");
	EXPECT_SECTION_REFUSED(table[0].entry_size = 2; table[0].count /= 2, "size of an entry");
	EXPECT_SECTION_REFUSED(table[2].offset = table[1].offset, "sections overlap");
	EXPECT_SECTION_REFUSED(sample.memory[table[0].offset] = 'x', "first string is not empty");
	EXPECT_SECTION_REFUSED(sample.memory[table[0].offset + table[0].count - 1] = 'x',
			       "last string does not end");
#undef EXPECT_SECTION_REFUSED
}

TEST(section_of_a_newer_kind_is_skipped)
{
	struct stackanno_section *table;
	struct stackanno_view view;

	table = table_of(&view);
	/* Its entries are named by frames: those must not be needed. */
	ASSERT_EQ(STACKANNO_SECTION_NOTES, table[view.head.section_count - 1].kind);
	table[view.head.section_count - 1].kind = STACKANNO_SECTION_COUNT + 3;
	((struct stackanno_record *)sample.memory)->version_minor = 7;
	ASSERT_EQ(0, stackanno_record_open(sample.memory, sample.size, &view));
	EXPECT_EQ(0, view.count[STACKANNO_SECTION_NOTES]);
}

TEST(longer_entries_of_a_newer_version_are_read)
{
	static u8 newer[SAMPLE_BYTES];
	struct stackanno_section *table;
	struct stackanno_view view;
	struct stackanno_note note;
	u32 count, offset, i;

	table = table_of(&view);
	table = &table[view.head.section_count - 1];
	count = table->count;
	offset = table->offset;
	memcpy(newer, sample.memory, sample.size);
	table = (void *)(newer + ((u8 *)table - sample.memory));
	table->entry_size = 48;
	for (i = 0; i < count; i++) {
		memcpy(newer + offset + i * 48, sample.memory + offset + i * 32, 32);
		memset(newer + offset + i * 48 + 32, 0xee, 16);
	}
	((struct stackanno_record *)newer)->total_size = offset + count * 48;
	ASSERT_EQ(0, stackanno_record_open(newer, offset + count * 48, &view));
	ASSERT_EQ(0, stackanno_view_note(&view, count - 1, &note));
	EXPECT_EQ(STACKANNO_NOTE_TEXT, note.kind);
	EXPECT_STREQ("note", stackanno_view_string(&view, note.text));
}

TEST(string_of_more_than_its_limit_is_refused)
{
	static const struct stackanno_capacity capacity = {
		.count[STACKANNO_SECTION_STRINGS] = 4096,
	};
	struct stackanno_refusal refusal;
	struct stackanno_builder *b = &sample.builder;
	struct stackanno_view view;
	char text[2000];
	u32 string, size;

	memset(text, 'x', sizeof(text));
	ASSERT_EQ(0, stackanno_builder_init(sample.memory, SAMPLE_BYTES, &capacity, b));
	b->record->arch = STACKANNO_ARCH_X86_64;
	string = stackanno_builder_string(b, text, sizeof(text));
	b->record->title = string;
	stackanno_builder_string(b, "another", 7);
	size = stackanno_builder_finish(b);
	ASSERT_EQ(0, stackanno_record_check(sample.memory, size, &view, &refusal));
	EXPECT_EQ(STACKANNO_MAX_STRING - 1, strlen(stackanno_view_string(&view, string)));
	/* Join it with the one behind it. */
	((u8 *)view.strings)[string + STACKANNO_MAX_STRING - 1] = 'x';
	EXPECT_EQ(-EBADMSG, stackanno_record_check(sample.memory, size, &view, &refusal));
	EXPECT_STREQ("string is too long", refusal.what);
}

/* It would be a string to one reader and none to another. */
TEST(offset_of_an_empty_string_is_refused)
{
	struct stackanno_refusal refusal;
	struct stackanno_record *head = (void *)sample.memory;
	struct stackanno_view view;

	make_complete(&view);
	ASSERT_NE(0, head->title);
	/* The NUL behind it. */
	head->title += strlen(stackanno_view_string(&view, head->title));
	EXPECT_EQ(-EBADMSG, stackanno_record_check(sample.memory, sample.size, &view, &refusal));
	EXPECT_STREQ("title", refusal.what);
}

TEST(equal_strings_are_kept_once)
{
	struct stackanno_view view;
	u32 first, i;

	sample_begin(&sample);
	first = sample_string(&sample, "vfs_read");
	EXPECT_NE(first, sample_string(&sample, "vfs_rea"));
	EXPECT_NE(first, sample_string(&sample, "fs_read"));
	EXPECT_EQ(first, sample_string(&sample, "vfs_read"));
	EXPECT_EQ(0, sample_string(&sample, ""));
	EXPECT_EQ(0, stackanno_builder_string(&sample.builder, "\0behind", 7));
	/* Far behind, the search gives up, and that costs room only. */
	for (i = 0; i < 1000; i++) {
		char text[16];

		snprintf(text, sizeof(text), "symbol_%u", i);
		sample_string(&sample, text);
	}
	EXPECT_NE(0, sample_string(&sample, "vfs_read"));
	sample_finish(&sample, &view);
}

TEST(what_does_not_fit_is_dropped_counted_and_noted)
{
	static const struct stackanno_capacity capacity = { .count = {
		[STACKANNO_SECTION_STRINGS] = 8, [STACKANNO_SECTION_FRAMES] = 1,
		[STACKANNO_SECTION_WORDS] = 2, [STACKANNO_SECTION_BYTES] = 4,
		[STACKANNO_SECTION_NOTES] = 0,
	} };
	struct stackanno_builder *b = &sample.builder;
	struct stackanno_frame *frame;
	struct stackanno_word *word;
	struct stackanno_note note;
	struct stackanno_view view;
	u32 i, size, offset;

	ASSERT_EQ(0, stackanno_builder_init(sample.memory,
					    stackanno_capacity_bytes(&capacity), &capacity, b));
	b->record->arch = STACKANNO_ARCH_X86_64;
	frame = stackanno_builder_add(b, STACKANNO_SECTION_FRAMES, NULL);
	ASSERT_NE(NULL, frame);
	frame->kind = STACKANNO_FRAME_REST;
	frame->number = STACKANNO_NONE16;
	frame->stack = STACKANNO_NONE16;
	frame->regs = STACKANNO_NONE;
	frame->code = STACKANNO_NONE;
	EXPECT_EQ(NULL, stackanno_builder_add(b, STACKANNO_SECTION_FRAMES, NULL));
	for (i = 0; i < 5; i++) {
		word = stackanno_builder_add(b, STACKANNO_SECTION_WORDS, NULL);
		ASSERT_EQ(i < 2, !!word);
		if (word)
			word->meaning = STACKANNO_NONE;
	}
	frame->word_count = 2;
	EXPECT_EQ(NULL, stackanno_builder_add(b, STACKANNO_SECTION_NOTES, NULL));
	EXPECT_NE(0, stackanno_builder_string(b, "seven", 5));
	EXPECT_EQ(0, stackanno_builder_string(b, "more", 4));
	EXPECT_NE(NULL, stackanno_builder_bytes(b, 4, &offset));
	EXPECT_EQ(NULL, stackanno_builder_bytes(b, 1, &offset));
	EXPECT_EQ(NULL, stackanno_builder_add(b, STACKANNO_SECTION_STRINGS, NULL));
	EXPECT_EQ(NULL, stackanno_builder_add(b, STACKANNO_SECTION_COUNT, NULL));
	EXPECT_EQ(NULL, stackanno_builder_entry(b, STACKANNO_SECTION_WORDS, 2));

	size = stackanno_builder_finish(b);
	ASSERT_EQ(0, stackanno_record_open(sample.memory, size, &view));
	EXPECT_NE(0, view.head.flags & STACKANNO_RECORD_TRUNCATED);
	EXPECT_EQ(5, view.count[STACKANNO_SECTION_NOTES]);
	for (i = 0; !stackanno_view_note(&view, i, &note); i++) {
		EXPECT_EQ(STACKANNO_NOTE_TRUNCATED, note.kind);
		EXPECT_EQ(note.value[0] == STACKANNO_SECTION_WORDS ? 3 : 1, note.value[1]);
	}
}

TEST(builder_refuses_memory_that_will_not_do)
{
	struct stackanno_capacity capacity = { .count[STACKANNO_SECTION_WORDS] = 100 };
	u32 bytes = stackanno_capacity_bytes(&capacity);

	EXPECT_LT(4000, bytes);
	EXPECT_EQ(0, stackanno_builder_init(sample.memory, bytes, &capacity, &sample.builder));
	EXPECT_EQ(-EINVAL, stackanno_builder_init(sample.memory, bytes - 1, &capacity,
						  &sample.builder));
	EXPECT_EQ(-EINVAL, stackanno_builder_init(sample.memory + 4, bytes, &capacity,
						  &sample.builder));
	EXPECT_EQ(-EINVAL, stackanno_builder_init(NULL, bytes, &capacity, &sample.builder));
	capacity.count[STACKANNO_SECTION_FRAMES] = STACKANNO_NONE16;
	EXPECT_EQ(-EINVAL, stackanno_builder_init(sample.memory, ~0U, &capacity,
						  &sample.builder));
	capacity.count[STACKANNO_SECTION_FRAMES] = 0;
	capacity.count[STACKANNO_SECTION_WORDS] = STACKANNO_MAX_SIZE / 40;
	EXPECT_EQ(0, stackanno_capacity_bytes(&capacity));
	capacity.count[STACKANNO_SECTION_WORDS] = 0xffffffff;
	EXPECT_EQ(0, stackanno_capacity_bytes(&capacity));
}

TEST(finishing_leaves_no_byte_of_old_memory)
{
	static struct sample other;
	struct stackanno_view view;

	/* Two runs over memory that held different things give the same bytes. */
	sample_oops(&sample, &view);
	memset(&other, 0x3c, sizeof(other));
	sample_oops(&other, &view);
	ASSERT_EQ(sample.size, other.size);
	EXPECT_EQ(0, memcmp(sample.memory, other.memory, sample.size));
}

TEST(each_enum_has_its_words)
{
	static const struct {
		const char *(*label)(u32 number);
		u32 count;
	} tables[] = {
		{ stackanno_label_reason, STACKANNO_REASON_COUNT },
		{ stackanno_label_section, STACKANNO_SECTION_COUNT },
		{ stackanno_label_stack, STACKANNO_STACK_COUNT },
		{ stackanno_label_frame, STACKANNO_FRAME_KIND_COUNT },
		{ stackanno_label_entry, STACKANNO_ENTRY_COUNT },
		{ stackanno_label_evidence, STACKANNO_EVIDENCE_COUNT },
		{ stackanno_label_role, STACKANNO_ROLE_COUNT },
		{ stackanno_label_meaning, STACKANNO_MEANING_COUNT },
		{ stackanno_label_note, STACKANNO_NOTE_COUNT },
		{ stackanno_label_note_sentence, STACKANNO_NOTE_COUNT },
	};
	u32 i, k, m;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		for (k = 0; k < tables[i].count; k++) {
			ASSERT_NE(NULL, tables[i].label(k)) {
				TH_LOG("table %u has no word for %u", i, k);
			}
			/* Two alike could not be told apart in a text. */
			for (m = 0; m < k; m++)
				EXPECT_NE(0, strcmp(tables[i].label(k), tables[i].label(m)));
		}
		EXPECT_EQ(NULL, tables[i].label(tables[i].count));
		EXPECT_EQ(NULL, tables[i].label(~0U));
	}
}

TEST_HARNESS_MAIN
