/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looking into a record that anybody may have written.
 */
#ifndef STACKANNO_CORE_RECORD_H
#define STACKANNO_CORE_RECORD_H

#include "env.h"
#include "../uapi/stackanno.h"

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
 * stackanno_record_entry_size() - bytes of one entry, as this program knows it
 * @kind: enum stackanno_section_kind, no other
 *
 * Return: the size; 1 for strings and bytes.
 */
u32 stackanno_record_entry_size(u32 kind);

/**
 * stackanno_record_is_entries() - whether a section holds structures
 * @kind: any
 *
 * Return: true for all known kinds but strings and bytes.
 */
bool stackanno_record_is_entries(u32 kind);

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
int stackanno_view_finding(const struct stackanno_view *view, u32 index,
			   struct stackanno_finding *finding);

#endif /* STACKANNO_CORE_RECORD_H */
