/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record as debugfs' "raw" holds it. It comes from the machine under test, which made
 * it a moment ago: what names a place outside of it ends the program.
 */
#ifndef TRUTH_RECORD_H
#define TRUTH_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/stackanno.h"

struct record {
	const struct stackanno_record *head;
	const struct stackanno_section *section[STACKANNO_SECTION_COUNT];	/* NULL: absent */
};

/**
 * record_next() - the record at a place, and the place behind it
 * @at: begin, set to the end; @end: of all of them
 * @record: set
 *
 * Return: 1; 0 when there is none more.
 */
int record_next(const uint8_t **at, const uint8_t *end, struct record *record);

/**
 * record_entry() - an entry of a section
 * @record: any
 * @kind: of the section
 * @index: of the entry
 *
 * Return: it; NULL when there is none.
 */
const void *record_entry(const struct record *record, enum stackanno_section_kind kind,
			 uint32_t index);

/**
 * record_string() - a string
 * @record: any
 * @offset: of it; 0 is the empty one
 *
 * Return: the string.
 */
const char *record_string(const struct record *record, uint32_t offset);

/**
 * record_keep() - save a record that something is odd about, for the reader on the host
 * @record: any
 * @what: begin of its file's name in /tmp; what is odd
 *
 * Only the first few are saved.
 */
void record_keep(const struct record *record, const char *what);

#endif /* TRUTH_RECORD_H */
