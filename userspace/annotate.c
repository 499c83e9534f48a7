// SPDX-License-Identifier: GPL-2.0-only
#include "annotate.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/arch.h"
#include "core/builder.h"
#include "core/flow.h"
#include "core/role.h"
#include "steps.h"

#define WORD 8
#define TEXT_BYTES 200
/* Code of a function that is kept, around its ip. */
#define CODE_BEFORE 64
#define CODE_AFTER 32

/* The words of the listing, for the layout. */
struct words {
	struct stackanno_reader reader;	/* first */
	const struct listing *listing;
};

struct annotation {
	struct steps steps;
	struct stackanno_flow flow;
	struct stackanno_builder builder;
	struct words words;
	u32 frame_of[STACKANNO_PICTURE_STEPS];	/* index of each step's frame; STACKANNO_NONE */
};

static int read_word(struct stackanno_reader *reader, u64 address, u64 *value)
{
	const struct words *words = (struct words *)reader;
	const struct listing_word *word = listing_word(words->listing, address);

	if (!word)
		return -EFAULT;
	*value = word->value;
	return 0;
}

static struct stackanno_frame *frame_at(const struct annotation *a, u32 index)
{
	return stackanno_builder_entry(&a->builder, STACKANNO_SECTION_FRAMES, index);
}

static void add_note(struct annotation *a, enum stackanno_note_kind kind, u32 flags, u32 frame,
		     u64 value, const char *text)
{
	struct stackanno_note *note;

	note = stackanno_builder_add(&a->builder, STACKANNO_SECTION_NOTES, NULL);
	if (!note)
		return;
	note->kind = kind;
	note->flags = (u16)flags;
	note->frame = frame;
	note->word = STACKANNO_NONE;
	note->text = stackanno_builder_text(&a->builder, text);
	note->value[0] = value;
}

/* Each step but user mode's has a numbered frame, in their order. */
static void find_frames(struct annotation *a)
{
	const struct stackanno_picture *picture = &a->steps.picture;
	u32 i, index = 0, frames = a->builder.section[STACKANNO_SECTION_FRAMES].count;

	for (i = 0; i < picture->steps; i++) {
		a->frame_of[i] = STACKANNO_NONE;
		if (picture->step[i].flags & STACKANNO_FRAME_USER)
			continue;
		while (index < frames && frame_at(a, index)->kind != STACKANNO_FRAME_CALL)
			index++;
		if (index < frames)
			a->frame_of[i] = index++;
	}
}

/* crash's numbers, moved on by the frames that it does not have. */
static void number_frames(struct annotation *a)
{
	u32 i, unlisted = 0, next = 0;
	bool moved = false;

	for (i = 0; i < a->steps.picture.steps; i++) {
		u32 listed = a->steps.code[i].listed;

		if (a->frame_of[i] == STACKANNO_NONE)
			continue;
		if (listed == STACKANNO_NONE) {
			unlisted++;
		} else {
			next = a->steps.listing->frame[listed].number + unlisted;
			moved |= unlisted;
		}
		frame_at(a, a->frame_of[i])->number = (u16)next++;
	}
	if (moved)
		add_note(a, STACKANNO_NOTE_TEXT, 0, STACKANNO_NONE, 0,
			 "numbers are not crash's behind a frame that it does not list");
}

static void name_frame(struct annotation *a, u32 step)
{
	const struct step_code *code = &a->steps.code[step];
	struct stackanno_frame *frame = frame_at(a, a->frame_of[step]);
	const struct image *image = a->steps.image;
	const struct listing_frame *listed = NULL;
	const struct function *function = code->function;

	if (code->listed != STACKANNO_NONE)
		listed = &a->steps.listing->frame[code->listed];
	if (function && !listed)
		frame->name = stackanno_builder_text(&a->builder, function->name);
	else if (listed)
		frame->name = stackanno_builder_text(&a->builder, listed->name);
	if (listed)
		frame->module = stackanno_builder_text(&a->builder, listed->module);
	else if (function && function->module)
		frame->module = stackanno_builder_text(&a->builder,
						       image->module[function->module - 1].name);
	if (!function || code->place.part)
		return;
	frame->func = function->begin;
	frame->func_size = function->size;
}

static void keep_code(struct annotation *a, struct stackanno_frame *frame)
{
	struct stackanno_ops *ops = &a->steps.image->ops;
	u8 bytes[CODE_BEFORE + CODE_AFTER];
	struct stackanno_code *code;
	u64 begin = frame->func, end = frame->func + frame->func_size;
	u32 offset, index, len;
	u8 *room;

	if (!frame->func || frame->ip < begin || frame->ip > end)
		return;
	begin = max(begin, frame->ip - CODE_BEFORE);
	end = min(end, frame->ip + CODE_AFTER);
	len = ops->read(ops, begin, bytes, (u32)(end - begin));
	room = len ? stackanno_builder_bytes(&a->builder, len, &offset) : NULL;
	code = room ? stackanno_builder_add(&a->builder, STACKANNO_SECTION_CODES, &index) : NULL;
	if (!code)
		return;
	memcpy(room, bytes, len);
	code->address = begin;
	code->offset = offset;
	code->size = len;
	frame->code = index;
}

static struct stackanno_meaning *add_meaning(struct annotation *a, struct stackanno_word *word,
					     enum stackanno_meaning_kind kind, const char *name)
{
	struct stackanno_meaning *meaning;
	u32 index;

	if (word->meaning != STACKANNO_NONE || word->flags & STACKANNO_WORD_UNREADABLE)
		return NULL;
	meaning = stackanno_builder_add(&a->builder, STACKANNO_SECTION_MEANINGS, &index);
	if (!meaning)
		return NULL;
	meaning->kind = kind;
	meaning->evidence = STACKANNO_EVIDENCE_CERTAIN;
	meaning->aux = STACKANNO_NONE;
	meaning->next = STACKANNO_NONE;
	meaning->name = stackanno_builder_text(&a->builder, name);
	word->meaning = index;
	return meaning;
}

/* A return address may stand behind its function's last byte. */
static bool explain_text(struct annotation *a, struct stackanno_word *word)
{
	const struct image *image = a->steps.image;
	const struct function *function;
	struct stackanno_meaning *meaning;

	function = image_code(image, word->value - (word->role == STACKANNO_ROLE_RETURN));
	if (!function)
		return false;
	meaning = add_meaning(a, word, STACKANNO_MEANING_TEXT, function->name);
	if (!meaning)
		return true;
	meaning->offset = word->value - function->begin;
	meaning->size = function->size;
	if (function->module)
		meaning->module = stackanno_builder_text(
			&a->builder, image->module[function->module - 1].name);
	return true;
}

static void explain_slot(struct annotation *a, struct stackanno_word *word)
{
	u32 stack = stackanno_picture_stack(&a->steps.picture, word->value);
	struct stackanno_meaning *meaning;
	struct stackanno_frame *frame;
	u32 index, slot;

	if (stack == STACKANNO_NONE)
		return;
	index = stackanno_frame_find(&a->builder, word->value & ~7ULL, &slot);
	frame = frame_at(a, index);
	if (frame && (word->value < frame->low || word->value >= frame->high))
		frame = NULL;
	meaning = add_meaning(a, word, frame ? STACKANNO_MEANING_OWN_SLOT :
			      STACKANNO_MEANING_STACK, "");
	if (!meaning)
		return;
	meaning->aux = frame ? index : stack;
	meaning->offset = word->value - (frame ? frame->low :
					 a->steps.picture.stack[stack].begin);
}

static void explain_orig_ax(struct annotation *a, struct stackanno_word *word,
			    struct stackanno_frame *entry)
{
	struct stackanno_meaning *meaning;
	s64 value = (s64)word->value;
	const char *name;

	if (value == -1) {
		add_meaning(a, word, STACKANNO_MEANING_NO_SYSCALL, "");
	} else if (value < -1 && value >= -256) {
		/* Kernels before 5.8 left an interrupt's vector so. */
		name = stackanno_arch_vector_name((u32)~value);
		meaning = add_meaning(a, word, STACKANNO_MEANING_VECTOR, name ? name : "");
		if (meaning)
			meaning->aux = (u32)~value;
		if (entry->entry == STACKANNO_ENTRY_UNKNOWN) {
			entry->entry = STACKANNO_ENTRY_INTERRUPT;
			entry->vector = (u32)~value;
		}
	} else if (entry->entry == STACKANNO_ENTRY_SYSCALL && value >= 0 && value < 1024) {
		entry->vector = (u32)value;
		meaning = add_meaning(a, word, STACKANNO_MEANING_SYSCALL, "");
		if (meaning)
			meaning->aux = (u32)value;
	}
}

static void explain_field(struct annotation *a, struct stackanno_word *word,
			  struct stackanno_frame *entry)
{
	char text[TEXT_BYTES];
	const char *name;

	if (word->role != STACKANNO_ROLE_REGS || word->flags & STACKANNO_WORD_UNREADABLE)
		return;
	switch (word->arg) {
	case STACKANNO_X86_ORIG_AX:
		explain_orig_ax(a, word, entry);
		break;
	case STACKANNO_X86_CS:
	case STACKANNO_X86_SS:
		name = stackanno_arch_segment_name(word->value);
		if (name)
			add_meaning(a, word, STACKANNO_MEANING_SEGMENT, name);
		break;
	case STACKANNO_X86_FLAGS:
		if (stackanno_arch_flags_text(word->value, text, sizeof(text)))
			add_meaning(a, word, STACKANNO_MEANING_FLAGS, text);
		break;
	default:
		break;
	}
}

static void explain_fields(struct annotation *a, struct stackanno_frame *frame,
			   struct stackanno_frame *entry)
{
	struct stackanno_word *word;
	u32 i;

	for (i = 0; i < frame->word_count; i++) {
		word = stackanno_builder_entry(&a->builder, STACKANNO_SECTION_WORDS,
					       frame->first_word + i);
		if (word)
			explain_field(a, word, entry);
	}
}

static const char *string_at(const struct annotation *a, u32 offset)
{
	return (char *)a->builder.buf + a->builder.section[STACKANNO_SECTION_STRINGS].offset +
	       offset;
}

/* What crash took for a page fault is none when an interrupt's vector was saved. */
static void note_no_fault(struct annotation *a, u32 index, const struct stackanno_frame *before)
{
	const struct stackanno_frame *entry = frame_at(a, index);
	const char *name = before ? string_at(a, before->name) : "", *vector;
	char text[TEXT_BYTES];

	if (entry->entry != STACKANNO_ENTRY_INTERRUPT || entry->vector == STACKANNO_NONE ||
	    !strstr(name, "page_fault"))
		return;
	vector = stackanno_arch_vector_name(entry->vector);
	snprintf(text, sizeof(text), "the registers above #%u are of interrupt vector %u%s%s, not of a page fault",
		 before->number + 1U, entry->vector, vector ? ", " : "", vector ? vector : "");
	add_note(a, STACKANNO_NOTE_TEXT, 0, STACKANNO_NONE, 0, text);
}

static void explain_entries(struct annotation *a)
{
	u32 i, count = a->builder.section[STACKANNO_SECTION_FRAMES].count;
	struct stackanno_frame *frame, *before = NULL, *entry = NULL;

	for (i = 0; i < count; i++, before = frame) {
		frame = frame_at(a, i);
		if (frame->kind == STACKANNO_FRAME_CALL && entry && before == entry)
			explain_fields(a, frame, entry);
		if (frame->kind != STACKANNO_FRAME_ENTRY ||
		    frame->entry == STACKANNO_ENTRY_SWITCH)
			continue;
		entry = frame;
		entry->flags &= ~STACKANNO_FRAME_UNLISTED;
		if (before && before->kind == STACKANNO_FRAME_CALL && before->name)
			entry->entry = (u8)stackanno_arch_entry(string_at(a, before->name),
								&entry->vector);
		explain_fields(a, entry, entry);
		note_no_fault(a, i, before);
	}
}

static bool words_at(const struct annotation *a, const struct stackanno_word *word, u32 *step)
{
	for (*step = 0; *step < a->steps.picture.steps; (*step)++)
		if (a->steps.picture.step[*step].ip_slot == word->address &&
		    !(a->steps.picture.step[*step].flags & STACKANNO_FRAME_NOT_ONE))
			return true;
	return false;
}

/* A word of a function that was not given: nothing at all is claimed of it. */
static bool is_of_unknown(const struct annotation *a, const struct stackanno_word *word)
{
	const struct stackanno_frame *frame = frame_at(a, word->frame);

	return word->role == STACKANNO_ROLE_NONE && frame &&
	       frame->kind == STACKANNO_FRAME_CALL && !frame->func;
}

static void explain_words(struct annotation *a)
{
	struct stackanno_word *word;
	char text[LISTING_NAME + 8];
	u32 i, step;

	for (i = 0; i < a->builder.section[STACKANNO_SECTION_WORDS].count; i++) {
		word = stackanno_builder_entry(&a->builder, STACKANNO_SECTION_WORDS, i);
		if (word->meaning != STACKANNO_NONE || is_of_unknown(a, word) ||
		    explain_text(a, word))
			continue;
		/* Of a function that was not given its name is known, no more. */
		if ((word->role == STACKANNO_ROLE_RETURN ||
		     (word->role == STACKANNO_ROLE_REGS && word->arg == STACKANNO_X86_IP)) &&
		    words_at(a, word, &step) && a->frame_of[step] != STACKANNO_NONE) {
			snprintf(text, sizeof(text), "into %s",
				 string_at(a, frame_at(a, a->frame_of[step])->name));
			add_meaning(a, word, STACKANNO_MEANING_NAMED, text);
			continue;
		}
		explain_slot(a, word);
	}
}

/* A word that a call did not push is no return address for certain. */
static void doubt_frame(struct annotation *a, u32 step)
{
	struct stackanno_frame *frame = frame_at(a, a->frame_of[step]);
	struct stackanno_word *word;
	u32 holder, slot;

	frame->evidence = max_t(u32, frame->evidence, STACKANNO_EVIDENCE_LIKELY);
	holder = stackanno_frame_find(&a->builder, frame->ip_slot, &slot);
	word = holder == STACKANNO_NONE ? NULL :
		stackanno_builder_entry(&a->builder, STACKANNO_SECTION_WORDS, slot);
	if (word && word->role == STACKANNO_ROLE_RETURN)
		word->evidence = max_t(u32, word->evidence, STACKANNO_EVIDENCE_LIKELY);
}

/*
 * Of a function known in part: that the frame pointer and the stack pointer are both
 * where its first instructions put them says where the saved one is, and the gap.
 */
static void trust_outline(struct annotation *a, u32 step)
{
	const struct stackanno_frame *frame = frame_at(a, a->frame_of[step]);
	struct stackanno_word *word;
	u32 i;

	for (i = 0; i < frame->word_count; i++) {
		word = stackanno_builder_entry(&a->builder, STACKANNO_SECTION_WORDS,
					       frame->first_word + i);
		if (word && (word->role == STACKANNO_ROLE_REALIGN ||
			     (word->role == STACKANNO_ROLE_SAVED &&
			      word->address == a->steps.code[step].bp_slot)))
			word->evidence = STACKANNO_EVIDENCE_CERTAIN;
	}
}

static void give_roles(struct annotation *a, u32 step)
{
	const struct step_code *code = &a->steps.code[step];

	if (!code->size || a->frame_of[step] == STACKANNO_NONE)
		return;
	if (!steps_state(&a->steps, step)) {
		if (code->place.returning)
			doubt_frame(a, step);
		return;
	}
	stackanno_role_frame_at(&a->builder, a->frame_of[step], &a->flow, NULL, &code->place);
	if (code->place.part && code->bp_agrees && code->bp_slot)
		trust_outline(a, step);
}

static void note_agreements(struct annotation *a, u32 step)
{
	const struct step_code *code = &a->steps.code[step];
	const struct stackanno_step *at = &a->steps.picture.step[step];
	u32 frame = a->frame_of[step];
	char text[TEXT_BYTES];

	if (at->flags & STACKANNO_FRAME_NOT_ONE) {
		while (step && (a->steps.picture.step[step].flags & STACKANNO_FRAME_NOT_ONE ||
				a->frame_of[step] == STACKANNO_NONE))
			step--;
		snprintf(text, sizeof(text), "a stale word within #%u %s",
			 frame_at(a, a->frame_of[step])->number,
			 string_at(a, frame_at(a, a->frame_of[step])->name));
		add_note(a, STACKANNO_NOTE_NOT_A_FRAME, STACKANNO_NOTE_SUSPECT, frame,
			 at->ip_slot, text);
		return;
	}
	if (code->bp_agrees)
		add_note(a, STACKANNO_NOTE_BP_AGREES, 0, frame, code->bp,
			 code->bp_slot ? "the saved rbp is there" : "the frame pointer is made so");
	if (code->sp_agrees) {
		if (code->bp == code->end + (u64)(s64)code->align_from)
			snprintf(text, sizeof(text), "(rbp & ~0x%x) - 0x%x",
				 code->align_bytes - 1, (u32)-code->sp_from);
		else
			snprintf(text, sizeof(text), "rounded down to 0x%x, minus 0x%x",
				 code->align_bytes, (u32)-code->sp_from);
		add_note(a, STACKANNO_NOTE_SP_AGREES, 0, frame, code->sp, text);
	}
}

static void note_left_out(struct annotation *a)
{
	char text[TEXT_BYTES];

	if (a->steps.runs_left_out) {
		snprintf(text, sizeof(text), "words with holes between them: %u runs of words are left out",
			 a->steps.runs_left_out);
		add_note(a, STACKANNO_NOTE_TEXT, 0, STACKANNO_NONE, 0, text);
	}
	if (a->steps.frames_left_out) {
		snprintf(text, sizeof(text), "%u frames are left out: there are too many",
			 a->steps.frames_left_out);
		add_note(a, STACKANNO_NOTE_TEXT, 0, STACKANNO_NONE, 0, text);
	}
}

static void set_header(struct annotation *a, u64 id)
{
	const struct listing *listing = a->steps.listing;
	struct stackanno_record *record = a->builder.record;

	record->id = id;
	record->reason = STACKANNO_REASON_OFFLINE;
	record->arch = STACKANNO_ARCH_X86_64;
	record->cpu = listing->cpu;
	record->pid = listing->pid;
	record->tgid = listing->pid;
	record->task = listing->task;
	memcpy(record->comm, listing->comm, sizeof(record->comm));
}

static void explain(struct annotation *a)
{
	u32 i;

	find_frames(a);
	for (i = 0; i < a->steps.picture.steps; i++)
		if (a->frame_of[i] != STACKANNO_NONE) {
			name_frame(a, i);
			keep_code(a, frame_at(a, a->frame_of[i]));
		}
	number_frames(a);
	explain_entries(a);
	for (i = 0; i < a->steps.picture.steps; i++) {
		give_roles(a, i);
		if (a->frame_of[i] != STACKANNO_NONE)
			note_agreements(a, i);
	}
	explain_words(a);
	note_left_out(a);
}

int annotate_listing(const struct listing *listing, struct image *image, u64 id, void **record,
		     u32 *size)
{
	struct stackanno_capacity capacity = { .count = {
		[STACKANNO_SECTION_STRINGS] = 256 * 1024,
		[STACKANNO_SECTION_STACKS] = STACKANNO_PICTURE_STACKS,
		[STACKANNO_SECTION_FRAMES] = 2 * STACKANNO_PICTURE_STEPS + 64,
		[STACKANNO_SECTION_WORDS] = listing->words + 64,
		[STACKANNO_SECTION_MEANINGS] = listing->words + 64,
		[STACKANNO_SECTION_REGS] = STACKANNO_PICTURE_STEPS,
		[STACKANNO_SECTION_CODES] = STACKANNO_PICTURE_STEPS,
		[STACKANNO_SECTION_BYTES] = STACKANNO_PICTURE_STEPS * (CODE_BEFORE + CODE_AFTER),
		[STACKANNO_SECTION_NOTES] = 2 * STACKANNO_PICTURE_STEPS + 64,
	} };
	struct annotation *a;
	u32 bytes = stackanno_capacity_bytes(&capacity);

	if (!bytes)
		return -E2BIG;
	a = calloc(1, sizeof(*a));
	*record = calloc(1, bytes);
	if (!a || !*record ||
	    stackanno_builder_init(*record, bytes, &capacity, &a->builder)) {
		free(a);
		free(*record);
		return -ENOMEM;
	}
	a->words = (struct words){ .reader.word = read_word, .listing = listing };
	a->steps.listing = listing;
	a->steps.image = image;
	a->steps.flow = &a->flow;
	steps_make(&a->steps);
	stackanno_frame_layout(&a->steps.picture, &a->words.reader, &a->builder);
	explain(a);
	set_header(a, id);
	*size = stackanno_builder_finish(&a->builder);
	free(a);
	return 0;
}
