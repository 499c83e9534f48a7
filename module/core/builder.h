/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building a record in memory that somebody else owns.
 */
#ifndef STACKANNO_CORE_BUILDER_H
#define STACKANNO_CORE_BUILDER_H

#include "env.h"
#include "../uapi/stackanno.h"

/* How many entries of each kind of section a builder makes room for. */
struct stackanno_capacity {
	u32 count[STACKANNO_SECTION_COUNT];
};

/* Strings that an equal one is looked for among, by their hash. */
#define STACKANNO_BUILDER_STRINGS 256

/*
 * A record under construction. Each section has a fixed place, wide enough for
 * its capacity, until stackanno_builder_finish() moves them together. What did
 * not fit is counted, never half written.
 */
struct stackanno_builder {
	u8 *buf;
	u32 size;
	struct stackanno_record *record;
	struct {
		u32 offset;
		u32 count;
		u32 capacity;
		u32 dropped;
		u32 entry;	/* bytes of one; 0: not of structures */
	} section[STACKANNO_SECTION_COUNT];
	u32 last[STACKANNO_BUILDER_STRINGS];	/* offsets of strings; 0: none */
};

/**
 * stackanno_capacity_bytes() - memory that a builder needs
 * @capacity: entries of each section
 *
 * Return: bytes, at most STACKANNO_MAX_SIZE; 0 when it would be more.
 */
u32 stackanno_capacity_bytes(const struct stackanno_capacity *capacity);

/**
 * stackanno_builder_init() - begin a record
 * @buf: memory of @size bytes, aligned to 8; belongs to the builder until finished
 * @size: bytes
 * @capacity: entries of each section
 * @builder: what is set up
 *
 * Context: any, also NMI: touches only its arguments.
 * Return: 0; -EINVAL when @size is too small or @buf not aligned.
 */
int stackanno_builder_init(void *buf, u32 size, const struct stackanno_capacity *capacity,
			   struct stackanno_builder *builder);

/**
 * stackanno_builder_add() - append one zeroed entry to a section
 * @builder: a begun record
 * @kind: which section; neither STRINGS nor BYTES
 * @index: where the new entry's index goes; may be NULL
 *
 * Context: any.
 * Return: the entry to fill in, valid until finished; NULL when the section is
 * full (counted as dropped).
 */
void *stackanno_builder_add(struct stackanno_builder *builder,
			    enum stackanno_section_kind kind, u32 *index);

/**
 * stackanno_builder_note() - append a note
 * @builder: a begun record
 * @kind: enum stackanno_note_kind
 * @flags: STACKANNO_NOTE_* flags
 * @frame: index; STACKANNO_NONE
 * @value0: as the kind says
 * @value1: the same
 *
 * Context: any.
 * Return: the note, which is about no word and has no text yet; NULL when there is no
 * room (counted as dropped).
 */
struct stackanno_note *stackanno_builder_note(struct stackanno_builder *builder,
					      enum stackanno_note_kind kind, u32 flags,
					      u32 frame, u64 value0, u64 value1);

/**
 * stackanno_builder_entry() - an entry added before
 * @builder: a begun record
 * @kind: which section
 * @index: of the entry
 *
 * Return: the entry; NULL when there is none of that index.
 */
void *stackanno_builder_entry(const struct stackanno_builder *builder,
			      enum stackanno_section_kind kind, u32 index);

/**
 * stackanno_builder_string() - add a string, or find it if it is there already
 * @builder: a begun record
 * @text: bytes without NUL
 * @len: how many; cut at STACKANNO_MAX_STRING - 1
 *
 * Context: any. The search for an equal string is bounded.
 * Return: the string's offset; 0 for an empty one, and when there is no room
 * (counted as dropped).
 */
u32 stackanno_builder_string(struct stackanno_builder *builder, const char *text, size_t len);

/**
 * stackanno_builder_text() - as stackanno_builder_string(), of a NUL-terminated one
 * @builder: a begun record
 * @text: the string; its first STACKANNO_MAX_STRING bytes are looked at
 *
 * Context: any.
 * Return: as stackanno_builder_string().
 */
u32 stackanno_builder_text(struct stackanno_builder *builder, const char *text);

/**
 * stackanno_builder_bytes() - make room in the section of bytes
 * @builder: a begun record
 * @len: bytes wanted
 * @offset: where the room's offset in the section goes
 *
 * Return: @len bytes to fill in; NULL when there is no room (counted).
 */
u8 *stackanno_builder_bytes(struct stackanno_builder *builder, u32 len, u32 *offset);

/**
 * stackanno_builder_finish() - count, close gaps, complete the header
 * @builder: a begun record, done with afterwards
 *
 * Adds a note for each section that dropped entries (room for those is kept),
 * sets STACKANNO_RECORD_TRUNCATED then, and sets words, explained, suspect and
 * frames of the header from what is in the record: explained are words with a
 * role, suspect are words and notes flagged so. The caller has set the rest of
 * the header (builder->record), the architecture above all: a record without
 * one is refused by stackanno_record_open().
 *
 * Context: any.
 * Return: total bytes of the record.
 */
u32 stackanno_builder_finish(struct stackanno_builder *builder);

#endif /* STACKANNO_CORE_BUILDER_H */
