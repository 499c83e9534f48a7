/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lines about a record as a whole say. render.c puts them in order;
 * Documentation/output-format.rst has the grammar.
 */
#ifndef STACKANNO_CORE_DESCRIBE_H
#define STACKANNO_CORE_DESCRIBE_H

#include "describer.h"

/*
 * Each appends one line's text, without indentation. Context: any; no locks, no
 * allocation, bounded by the sizes that the text sets to each piece.
 */

/* `record 1: oops "Oops" at 12.345678 (...), cpu 1, pid 123 ...` */
void stackanno_describe_head(struct stackanno_describer *describer, struct stackanno_text *text);

/* `170 words, 120 explained, 0 suspect, 13 frames` */
void stackanno_describe_counts(struct stackanno_describer *describer,
			       struct stackanno_text *text);

/* `hard irq, NMI`; nothing in a task's own context. */
void stackanno_describe_context(struct stackanno_describer *describer,
				struct stackanno_text *text);

/* `page fault, error 0000 (...), address ..., signal 11`; only with a fault. */
void stackanno_describe_fault(struct stackanno_describer *describer, struct stackanno_text *text);

/* `stack 0: task ffa0...-ffa0..., 16384 bytes, ...` */
void stackanno_describe_stack(struct stackanno_describer *describer, u32 index,
			      const struct stackanno_stack *stack, struct stackanno_text *text);

/* `stack 1 (hard irq)`, or `no stack`. */
void stackanno_describe_switch(struct stackanno_describer *describer, u16 index,
			       struct stackanno_text *text);

/* `suspect: stack 0: its end magic is broken: ...` or `note: ...` */
void stackanno_describe_note(struct stackanno_describer *describer,
			     const struct stackanno_note *note, struct stackanno_text *text);

/* `access: #0: read of 8 at 0000000000000018` */
void stackanno_describe_finding(struct stackanno_describer *describer,
				const struct stackanno_finding *finding,
				struct stackanno_text *text);

/**
 * stackanno_describe_summary() - the record's line in a list of records
 * @view: an open record
 * @text: gets as many blank-separated columns as the header has
 */
void stackanno_describe_summary(const struct stackanno_view *view, struct stackanno_text *text);

/* The line above those, without a newline. */
const char *stackanno_describe_summary_header(void);

#endif /* STACKANNO_CORE_DESCRIBE_H */
