// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "label.h"
#include "record.h"
#include "tally.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

/* What version 1.0 of the format began with: no section may have less. */
static const struct layout {
	u32 size;	/* of an entry as this program knows it */
	u32 least;	/* of an entry in version 1.0 */
} layouts[] = {
	[STACKANNO_SECTION_NONE] = { 0, 0 },
	[STACKANNO_SECTION_STRINGS] = { 1, 1 },
	[STACKANNO_SECTION_STACKS] = { sizeof(struct stackanno_stack), 40 },
	[STACKANNO_SECTION_FRAMES] = { sizeof(struct stackanno_frame), 120 },
	[STACKANNO_SECTION_WORDS] = { sizeof(struct stackanno_word), 40 },
	[STACKANNO_SECTION_MEANINGS] = { sizeof(struct stackanno_meaning), 40 },
	[STACKANNO_SECTION_REGS] = { sizeof(struct stackanno_regs), 208 },
	[STACKANNO_SECTION_CODES] = { sizeof(struct stackanno_code), 16 },
	[STACKANNO_SECTION_BYTES] = { 1, 1 },
	[STACKANNO_SECTION_NOTES] = { sizeof(struct stackanno_note), 32 },
	[STACKANNO_SECTION_FINDINGS] = { sizeof(struct stackanno_finding), 16 },
};
static_assert(ARRAY_SIZE(layouts) == STACKANNO_SECTION_COUNT);
static_assert(sizeof(struct stackanno_stack) == 40);
static_assert(sizeof(struct stackanno_frame) == 120);
static_assert(sizeof(struct stackanno_word) == 40);
static_assert(sizeof(struct stackanno_meaning) == 40);
static_assert(sizeof(struct stackanno_regs) == 208);
static_assert(sizeof(struct stackanno_code) == 16);
static_assert(sizeof(struct stackanno_note) == 32);
static_assert(sizeof(struct stackanno_finding) == 16);

#define HEADER_LEAST 144U
static_assert(sizeof(struct stackanno_record) == HEADER_LEAST);
static_assert(sizeof(struct stackanno_section) == 16);

u32 stackanno_record_entry_size(u32 kind)
{
	return layouts[kind].size;
}

bool stackanno_record_is_entries(u32 kind)
{
	return kind > STACKANNO_SECTION_NONE && kind < STACKANNO_SECTION_COUNT &&
	       kind != STACKANNO_SECTION_STRINGS && kind != STACKANNO_SECTION_BYTES;
}

static int refuse(struct stackanno_refusal *refusal, const char *what)
{
	refusal->what = what;
	return -EBADMSG;
}

/* Copy what both know of a structure; what an older writer left out is zero. */
static void take(void *to, u32 size, const u8 *from, u32 stride)
{
	memcpy(to, from, min(size, stride));
	if (stride < size)
		memset((u8 *)to + stride, 0, size - stride);
}

static int view_entry(const struct stackanno_view *view, u32 kind, u32 index, void *entry)
{
	if (index >= view->count[kind])
		return -ENOENT;
	take(entry, layouts[kind].size, view->at[kind] + (size_t)index * view->stride[kind],
	     view->stride[kind]);
	return 0;
}

const char *stackanno_view_string(const struct stackanno_view *view, u32 offset)
{
	return offset < view->string_bytes ? view->strings + offset : "";
}

int stackanno_view_stack(const struct stackanno_view *view, u32 index,
			 struct stackanno_stack *stack)
{
	return view_entry(view, STACKANNO_SECTION_STACKS, index, stack);
}

int stackanno_view_frame(const struct stackanno_view *view, u32 index,
			 struct stackanno_frame *frame)
{
	return view_entry(view, STACKANNO_SECTION_FRAMES, index, frame);
}

int stackanno_view_word(const struct stackanno_view *view, u32 index,
			struct stackanno_word *word)
{
	return view_entry(view, STACKANNO_SECTION_WORDS, index, word);
}

int stackanno_view_meaning(const struct stackanno_view *view, u32 index,
			   struct stackanno_meaning *meaning)
{
	return view_entry(view, STACKANNO_SECTION_MEANINGS, index, meaning);
}

int stackanno_view_regs(const struct stackanno_view *view, u32 index,
			struct stackanno_regs *regs)
{
	return view_entry(view, STACKANNO_SECTION_REGS, index, regs);
}

int stackanno_view_code(const struct stackanno_view *view, u32 index,
			struct stackanno_code *code)
{
	return view_entry(view, STACKANNO_SECTION_CODES, index, code);
}

int stackanno_view_note(const struct stackanno_view *view, u32 index,
			struct stackanno_note *note)
{
	return view_entry(view, STACKANNO_SECTION_NOTES, index, note);
}

int stackanno_view_finding(const struct stackanno_view *view, u32 index,
			   struct stackanno_finding *finding)
{
	return view_entry(view, STACKANNO_SECTION_FINDINGS, index, finding);
}

static void section_at(const struct stackanno_view *view, u32 index,
		       struct stackanno_section *section)
{
	memcpy(section, view->base + view->head.header_size + (size_t)index * sizeof(*section),
	       sizeof(*section));
}

static u64 section_end(const struct stackanno_section *section)
{
	return section->offset + (u64)section->count * section->entry_size;
}

static int check_header(const struct stackanno_record *head, struct stackanno_refusal *refusal)
{
	if (!head->version_major)
		return refuse(refusal, "version 0");
	if (head->header_size < HEADER_LEAST || head->header_size % 8)
		return refuse(refusal, "header size");
	if (head->total_size % 8 || head->total_size > STACKANNO_MAX_SIZE)
		return refuse(refusal, "total size");
	if (head->section_count > STACKANNO_MAX_SECTIONS)
		return refuse(refusal, "number of sections");
	if (head->header_size > head->total_size ||
	    head->section_count * sizeof(struct stackanno_section) >
	    head->total_size - head->header_size)
		return refuse(refusal, "sections do not fit the total size");
	if (!stackanno_label_reason(head->reason))
		return refuse(refusal, "reason");
	if (head->arch == STACKANNO_ARCH_NONE || head->arch >= STACKANNO_ARCH_COUNT)
		return refuse(refusal, "architecture");
	return 0;
}

/* Sections lie behind the table, inside the record, and apart from one another. */
static int check_section_place(const struct stackanno_view *view, u32 index,
			       const struct stackanno_section *section,
			       struct stackanno_refusal *refusal)
{
	u32 table_end = view->head.header_size +
			view->head.section_count * sizeof(struct stackanno_section);
	u32 i;

	if (section->offset % 8 || section->offset < table_end)
		return refuse(refusal, "section offset");
	if (!section->entry_size)
		return refuse(refusal, "size of an entry");
	if (section_end(section) > view->head.total_size)
		return refuse(refusal, "section ends behind the record");
	for (i = 0; i < index; i++) {
		struct stackanno_section other;

		section_at(view, i, &other);
		if (section->offset < section_end(&other) && other.offset < section_end(section))
			return refuse(refusal, "sections overlap");
	}
	return 0;
}

static int check_sections(struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	u32 i;

	for (i = 0; i < view->head.section_count; i++) {
		struct stackanno_section section;
		u32 kind;
		int ret;

		section_at(view, i, &section);
		kind = section.kind;
		refusal->kind = kind;
		ret = check_section_place(view, i, &section, refusal);
		if (ret)
			return ret;
		if (kind == STACKANNO_SECTION_NONE)
			return refuse(refusal, "section without a kind");
		if (kind >= STACKANNO_SECTION_COUNT)
			continue;	/* of a newer version */
		if (view->at[kind])
			return refuse(refusal, "section occurs twice");
		if (section.entry_size < layouts[kind].least ||
		    (!stackanno_record_is_entries(kind) && section.entry_size != 1))
			return refuse(refusal, "size of an entry");
		view->at[kind] = view->base + section.offset;
		view->count[kind] = section.count;
		view->stride[kind] = section.entry_size;
	}
	return 0;
}

/* Once every string is known to end, any offset in the section is a string. */
static int check_strings(struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	const u8 *strings = view->at[STACKANNO_SECTION_STRINGS];
	u32 count = view->count[STACKANNO_SECTION_STRINGS];
	u32 start = 0;
	u32 i;

	refusal->kind = STACKANNO_SECTION_STRINGS;
	if (count && strings[0])
		return refuse(refusal, "first string is not empty");
	for (i = 0; i < count; i++) {
		if (i - start >= STACKANNO_MAX_STRING) {
			refusal->index = start;
			return refuse(refusal, "string is too long");
		}
		if (!strings[i])
			start = i + 1;
	}
	if (start != count) {
		refusal->index = start;
		return refuse(refusal, "last string does not end");
	}
	view->strings = (const char *)strings;
	view->string_bytes = count;
	return 0;
}

/* 0 alone is "no string": an empty one elsewhere would look like a string. */
static bool is_string(const struct stackanno_view *view, u32 offset)
{
	return !offset || (offset < view->string_bytes && view->strings[offset]);
}

static bool is_index(const struct stackanno_view *view, u32 kind, u32 index)
{
	return index == STACKANNO_NONE || index < view->count[kind];
}

static bool is_index16(const struct stackanno_view *view, u32 kind, u16 index)
{
	return index == STACKANNO_NONE16 || index < view->count[kind];
}

static int check_head_strings(const struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	refusal->kind = STACKANNO_SECTION_NONE;
	refusal->index = 0;
	if (!is_string(view, view->head.release))
		return refuse(refusal, "release");
	if (!is_string(view, view->head.title))
		return refuse(refusal, "title");
	return 0;
}

static int check_stacks(const struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	struct stackanno_stack stack;
	u32 i;

	refusal->kind = STACKANNO_SECTION_STACKS;
	if (view->count[STACKANNO_SECTION_STACKS] >= STACKANNO_NONE16)
		return refuse(refusal, "number of entries");
	for (i = 0; !stackanno_view_stack(view, i, &stack); i++) {
		refusal->index = i;
		if (stack.begin > stack.live || stack.live > stack.end)
			return refuse(refusal, "begin, live and end are out of order");
		if (!stackanno_label_stack(stack.kind))
			return refuse(refusal, "kind");
		if (!is_string(view, stack.name))
			return refuse(refusal, "name");
	}
	return 0;
}

static const char *frame_fault(const struct stackanno_view *view,
			       const struct stackanno_frame *frame)
{
	if (frame->low > frame->high)
		return "low and high are out of order";
	if (!is_string(view, frame->name))
		return "name";
	if (!is_string(view, frame->module))
		return "module";
	if (!is_string(view, frame->args))
		return "args";
	if (!is_string(view, frame->detail))
		return "detail";
	if (frame->kind == STACKANNO_FRAME_NONE || !stackanno_label_frame(frame->kind))
		return "kind";
	if ((frame->kind == STACKANNO_FRAME_CALL) != (frame->number != STACKANNO_NONE16))
		return "number";
	if (!stackanno_label_evidence(frame->evidence))
		return "evidence";
	if (!stackanno_label_entry(frame->entry))
		return "entry";
	if (!is_index16(view, STACKANNO_SECTION_STACKS, frame->stack))
		return "stack";
	if (!is_index(view, STACKANNO_SECTION_REGS, frame->regs))
		return "regs";
	if (!is_index(view, STACKANNO_SECTION_CODES, frame->code))
		return "code";
	return NULL;
}

/*
 * The frames share out the words among them, in order and without a gap, so
 * that whoever walks the frames has walked all words, each once.
 */
static int check_frames(const struct stackanno_view *view, struct stackanno_tally *tally,
			struct stackanno_refusal *refusal)
{
	u32 words = view->count[STACKANNO_SECTION_WORDS];
	struct stackanno_frame frame;
	u32 number = 0;
	u32 next = 0;
	u32 i;

	refusal->kind = STACKANNO_SECTION_FRAMES;
	if (view->count[STACKANNO_SECTION_FRAMES] >= STACKANNO_NONE16)
		return refuse(refusal, "number of entries");
	for (i = 0; !stackanno_view_frame(view, i, &frame); i++) {
		const char *what = frame_fault(view, &frame);

		refusal->index = i;
		if (what)
			return refuse(refusal, what);
		if (frame.word_count && frame.first_word != next)
			return refuse(refusal, "first word");
		if (frame.word_count > words - next)
			return refuse(refusal, "number of words");
		next += frame.word_count;
		if (frame.number != STACKANNO_NONE16) {
			if (frame.number < number)
				return refuse(refusal, "number is out of order");
			number = frame.number + 1U;
		}
		stackanno_tally_frame(tally, &frame);
	}
	if (next != words)
		return refuse(refusal, "words without a frame");
	return 0;
}

static bool is_role_arg(const struct stackanno_word *word)
{
	switch (word->role) {
	case STACKANNO_ROLE_REGS:
		return stackanno_arch_field_name(word->arg);
	case STACKANNO_ROLE_EVENT:
		return stackanno_arch_event_name(word->arg);
	case STACKANNO_ROLE_SAVED:
	case STACKANNO_ROLE_SPILL:
		return stackanno_arch_register_name(word->arg);
	default:
		return true;
	}
}

static int check_words(const struct stackanno_view *view, struct stackanno_tally *tally,
		       struct stackanno_refusal *refusal)
{
	struct stackanno_word word;
	u32 i;

	refusal->kind = STACKANNO_SECTION_WORDS;
	for (i = 0; !stackanno_view_word(view, i, &word); i++) {
		refusal->index = i;
		if (!stackanno_label_role(word.role))
			return refuse(refusal, "role");
		if (!is_role_arg(&word))
			return refuse(refusal, "arg");
		if (!stackanno_label_evidence(word.evidence))
			return refuse(refusal, "evidence");
		if (!is_index16(view, STACKANNO_SECTION_FRAMES, word.frame))
			return refuse(refusal, "frame");
		if (!is_index(view, STACKANNO_SECTION_MEANINGS, word.meaning))
			return refuse(refusal, "meaning");
		if (!is_string(view, word.expression))
			return refuse(refusal, "expression");
		stackanno_tally_word(tally, &word);
	}
	return 0;
}

static int check_meanings(const struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	u32 count = view->count[STACKANNO_SECTION_MEANINGS];
	struct stackanno_meaning meaning;
	u32 i;

	refusal->kind = STACKANNO_SECTION_MEANINGS;
	for (i = 0; !stackanno_view_meaning(view, i, &meaning); i++) {
		refusal->index = i;
		if (meaning.kind == STACKANNO_MEANING_NONE ||
		    !stackanno_label_meaning(meaning.kind))
			return refuse(refusal, "kind");
		if (!stackanno_label_evidence(meaning.evidence))
			return refuse(refusal, "evidence");
		if (meaning.kind == STACKANNO_MEANING_OWN_SLOT &&
		    meaning.aux >= view->count[STACKANNO_SECTION_FRAMES])
			return refuse(refusal, "aux is no frame");
		if (meaning.kind == STACKANNO_MEANING_STACK &&
		    meaning.aux >= view->count[STACKANNO_SECTION_STACKS])
			return refuse(refusal, "aux is no stack");
		if (!is_string(view, meaning.name))
			return refuse(refusal, "name");
		if (!is_string(view, meaning.module))
			return refuse(refusal, "module");
		if (meaning.next != STACKANNO_NONE &&
		    (meaning.next <= i || meaning.next >= count))
			return refuse(refusal, "next");
	}
	return 0;
}

static int check_regs(const struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	struct stackanno_regs regs;
	u32 i;

	refusal->kind = STACKANNO_SECTION_REGS;
	for (i = 0; !stackanno_view_regs(view, i, &regs); i++) {
		refusal->index = i;
		if (regs.known >> STACKANNO_REGS_MAX)
			return refuse(refusal, "known");
	}
	return 0;
}

static int check_codes(const struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	u32 bytes = view->count[STACKANNO_SECTION_BYTES];
	struct stackanno_code code;
	u32 i;

	refusal->kind = STACKANNO_SECTION_CODES;
	for (i = 0; !stackanno_view_code(view, i, &code); i++) {
		refusal->index = i;
		if (code.offset > bytes || code.size > bytes - code.offset)
			return refuse(refusal, "bytes");
	}
	return 0;
}

static bool is_note_value(const struct stackanno_view *view, const struct stackanno_note *note)
{
	switch (note->kind) {
	case STACKANNO_NOTE_TRUNCATED:
		return note->value[0] && note->value[0] < STACKANNO_SECTION_COUNT;
	case STACKANNO_NOTE_STACK_OVERFLOW:
	case STACKANNO_NOTE_END_MAGIC_BROKEN:
		return note->value[0] < view->count[STACKANNO_SECTION_STACKS];
	default:
		return true;
	}
}

static int check_notes(const struct stackanno_view *view, struct stackanno_tally *tally,
		       struct stackanno_refusal *refusal)
{
	struct stackanno_note note;
	u32 i;

	refusal->kind = STACKANNO_SECTION_NOTES;
	for (i = 0; !stackanno_view_note(view, i, &note); i++) {
		refusal->index = i;
		if (note.kind == STACKANNO_NOTE_NONE || !stackanno_label_note(note.kind))
			return refuse(refusal, "kind");
		if (!is_index(view, STACKANNO_SECTION_FRAMES, note.frame))
			return refuse(refusal, "frame");
		if (!is_index(view, STACKANNO_SECTION_WORDS, note.word))
			return refuse(refusal, "word");
		if (!is_string(view, note.text))
			return refuse(refusal, "text");
		if (!is_note_value(view, &note))
			return refuse(refusal, "value");
		stackanno_tally_note(tally, &note);
	}
	return 0;
}

static int check_findings(const struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	struct stackanno_finding finding;
	u32 i;

	refusal->kind = STACKANNO_SECTION_FINDINGS;
	for (i = 0; !stackanno_view_finding(view, i, &finding); i++) {
		refusal->index = i;
		if (finding.kind == STACKANNO_FINDING_NONE ||
		    !stackanno_label_finding(finding.kind))
			return refuse(refusal, "kind");
		if (!stackanno_label_evidence(finding.evidence))
			return refuse(refusal, "evidence");
		if (!is_index(view, STACKANNO_SECTION_FRAMES, finding.frame))
			return refuse(refusal, "frame");
		if (!is_string(view, finding.text))
			return refuse(refusal, "text");
	}
	return 0;
}

static int check_counts(const struct stackanno_view *view, const struct stackanno_tally *tally,
			struct stackanno_refusal *refusal)
{
	refusal->kind = STACKANNO_SECTION_NONE;
	refusal->index = 0;
	if (view->head.words != view->count[STACKANNO_SECTION_WORDS])
		return refuse(refusal, "words");
	if (view->head.explained != tally->explained)
		return refuse(refusal, "explained");
	if (view->head.suspect != tally->suspect)
		return refuse(refusal, "suspect");
	if (view->head.frames != tally->frames)
		return refuse(refusal, "frames");
	return 0;
}

static int check_entries(struct stackanno_view *view, struct stackanno_refusal *refusal)
{
	struct stackanno_tally tally = { 0 };
	int ret;

	ret = check_strings(view, refusal);
	if (!ret)
		ret = check_head_strings(view, refusal);
	if (!ret)
		ret = check_stacks(view, refusal);
	if (!ret)
		ret = check_frames(view, &tally, refusal);
	if (!ret)
		ret = check_words(view, &tally, refusal);
	if (!ret)
		ret = check_meanings(view, refusal);
	if (!ret)
		ret = check_regs(view, refusal);
	if (!ret)
		ret = check_codes(view, refusal);
	if (!ret)
		ret = check_notes(view, &tally, refusal);
	if (!ret)
		ret = check_findings(view, refusal);
	if (!ret)
		ret = check_counts(view, &tally, refusal);
	view->bytes = view->at[STACKANNO_SECTION_BYTES];
	view->byte_count = view->count[STACKANNO_SECTION_BYTES];
	return ret;
}

static int open_header(const u8 *buf, size_t len, struct stackanno_view *view,
		       struct stackanno_refusal *refusal)
{
	struct stackanno_record *head = &view->head;
	int ret;

	if (len >= sizeof(head->magic)) {
		memcpy(&head->magic, buf, sizeof(head->magic));
		if (head->magic != STACKANNO_MAGIC) {
			refusal->what = "no record: magic";
			return -ENOEXEC;
		}
	}
	if (len < HEADER_LEAST) {
		refusal->what = "shorter than a header";
		return -ENODATA;
	}
	take(head, sizeof(*head), buf, HEADER_LEAST);
	if (head->version_major > STACKANNO_VERSION_MAJOR) {
		refusal->what = "of a newer version";
		return -EPROTONOSUPPORT;
	}
	ret = check_header(head, refusal);
	if (ret)
		return ret;
	if (head->total_size > len) {
		refusal->what = "shorter than it says";
		return -ENODATA;
	}
	/* Now the header may be taken at its full size. */
	take(head, sizeof(*head), buf, head->header_size);
	return 0;
}

int stackanno_record_check(const void *buf, size_t len, struct stackanno_view *view,
			   struct stackanno_refusal *refusal)
{
	int ret;

	memset(view, 0, sizeof(*view));
	memset(refusal, 0, sizeof(*refusal));
	view->base = buf;
	ret = open_header(buf, len, view, refusal);
	if (ret)
		return ret;
	ret = check_sections(view, refusal);
	if (ret)
		return ret;
	return check_entries(view, refusal);
}

int stackanno_record_open(const void *buf, size_t len, struct stackanno_view *view)
{
	struct stackanno_refusal refusal;

	return stackanno_record_check(buf, len, view, &refusal);
}
