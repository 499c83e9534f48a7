/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words for the record's enums, as every text and the JSON use them. Each
 * table stands beside its enum's count, so that a new member without its word
 * does not compile.
 */
#ifndef STACKANNO_CORE_LABEL_H
#define STACKANNO_CORE_LABEL_H

#include "env.h"
#include "../uapi/stackanno.h"

/*
 * Each returns a static string, or NULL for a number outside the enum. Members
 * NONE and UNKNOWN have a word as well ("none", "unknown").
 */
const char *stackanno_label_reason(u32 reason);
const char *stackanno_label_section(u32 kind);
const char *stackanno_label_stack(u32 kind);
const char *stackanno_label_frame(u32 kind);
const char *stackanno_label_entry(u32 entry);
const char *stackanno_label_evidence(u32 evidence);
const char *stackanno_label_role(u32 role);
const char *stackanno_label_meaning(u32 kind);
const char *stackanno_label_object(u32 state);
const char *stackanno_label_area(u32 area);
const char *stackanno_label_note(u32 kind);
const char *stackanno_label_finding(u32 kind);

/**
 * stackanno_label_note_sentence() - what a note says, for writer and parser
 * @kind: enum stackanno_note_kind
 *
 * In it stand %f for the frame, %d and %D for value[0] and value[1] in decimal,
 * %x and %X for the same as an address, %s for the section that value[0] names,
 * and %t for the note's text, which is always the last but for ")".
 *
 * Return: the sentence; NULL for a number outside the enum.
 */
const char *stackanno_label_note_sentence(u32 kind);

/* A flag and what is printed when it is set. */
struct stackanno_flag_words {
	u32 flag;
	const char *words;
};

/**
 * stackanno_label_context() - flags of a record that say where the CPU was
 * @index: counts from 0
 *
 * Return: the flag's words; NULL behind the last.
 */
const struct stackanno_flag_words *stackanno_label_context(u32 index);

/**
 * stackanno_label_remark() - flags of a frame that are printed as a remark
 * @index: counts from 0
 *
 * Return: the flag's words; NULL behind the last.
 */
const struct stackanno_flag_words *stackanno_label_remark(u32 index);

#endif /* STACKANNO_CORE_LABEL_H */
