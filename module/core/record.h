/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Building a record in memory that somebody else owns, and looking into one
 * that anybody may have written.
 */
#ifndef STACKANNO_CORE_RECORD_H
#define STACKANNO_CORE_RECORD_H

#include "env.h"
#include "../uapi/stackanno.h"

/* How many entries of each kind of section a builder makes room for. */
struct stackanno_capacity {
	u32 count[STACKANNO_SECTION_COUNT];
};

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
	} section[STACKANNO_SECTION_COUNT];
};

/* A validated record, taken apart. Pointers into the caller's bytes. */
struct stackanno_view {
	struct stackanno_record head;	/* a copy, zero where the file's is shorter */
	const u8 *base;
	const char *strings;
	u32 string_bytes;
	const u8 *bytes;
	u32 byte_count;
	const u8 *at[STACKANNO_SECTION_COUNT];
	u32 count[STACKANNO_SECTION_COUNT];
	u32 stride[STACKANNO_SECTION_COUNT];
};

/* Why bytes were refused: for messages, in the words of the format. */
struct stackanno_refusal {
	const char *what;	/* a static string; NULL when nothing was refused */
	u32 kind;		/* enum stackanno_section_kind; NONE: the header */
	u32 index;		/* of the entry in its section */
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

/**
 * stackanno_record_open() - check any bytes to be a record
 * @buf: the bytes; need not be aligned
 * @len: how many; what follows the record is left alone
 * @view: set on success
 *
 * Every offset, index, string and enum that a reader may follow is checked
 * here, once, so that no reader needs to.
 *
 * Context: any.
 * Return: 0; -ENODATA when @len is less than a header or than the record says;
 * -ENOEXEC when the magic is another; -EPROTONOSUPPORT for a newer major
 * version; -EBADMSG when anything in it is impossible.
 */
int stackanno_record_open(const void *buf, size_t len, struct stackanno_view *view);

/**
 * stackanno_record_check() - as stackanno_record_open(), and say what is wrong
 * @buf: the bytes; need not be aligned
 * @len: how many; what follows the record is left alone
 * @view: set on success
 * @refusal: set either way
 *
 * Context: any.
 * Return: as stackanno_record_open().
 */
int stackanno_record_check(const void *buf, size_t len, struct stackanno_view *view,
			   struct stackanno_refusal *refusal);

/**
 * stackanno_view_string() - a string of a record
 * @view: an open record
 * @offset: as the record's fields hold it
 *
 * Return: the string, "" for offset 0; never NULL.
 */
const char *stackanno_view_string(const struct stackanno_view *view, u32 offset);

/*
 * Entries by index, copied out: the record's own may be shorter (an older
 * minor version: the rest is zero) or unaligned. Each returns 0, or -ENOENT.
 */
int stackanno_view_stack(const struct stackanno_view *view, u32 index,
			 struct stackanno_stack *stack);
int stackanno_view_frame(const struct stackanno_view *view, u32 index,
			 struct stackanno_frame *frame);
int stackanno_view_word(const struct stackanno_view *view, u32 index,
			struct stackanno_word *word);
int stackanno_view_meaning(const struct stackanno_view *view, u32 index,
			   struct stackanno_meaning *meaning);
int stackanno_view_regs(const struct stackanno_view *view, u32 index,
			struct stackanno_regs *regs);
int stackanno_view_code(const struct stackanno_view *view, u32 index,
			struct stackanno_code *code);
int stackanno_view_note(const struct stackanno_view *view, u32 index,
			struct stackanno_note *note);

#endif /* STACKANNO_CORE_RECORD_H */
