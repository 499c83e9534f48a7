/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pieces that every text of a record is made of: what one line says of the
 * record, a fault, a stack, a frame, a word. render.c puts them in order.
 * Documentation/output-format.rst has the grammar.
 */
#ifndef STACKANNO_CORE_DESCRIBE_H
#define STACKANNO_CORE_DESCRIBE_H

#include "record.h"
#include "text.h"

enum stackanno_redact {
	STACKANNO_REDACT_NONE,
	STACKANNO_REDACT_DATA,	/* values that are not the kernel's own addresses */
	STACKANNO_REDACT_ALL,	/* every value and every address */
	STACKANNO_REDACT_COUNT
};

/*
 * A symbol in a console line, which must stand whole behind what precedes it;
 * one that is longer cannot be resolved anyway.
 */
#define STACKANNO_SYMBOL_MAX 150

/* What the functions below share; too large for the stack of a crash. */
struct stackanno_describer {
	const struct stackanno_view *view;
	enum stackanno_redact redact;
	bool console;		/* symbols last, for scripts that resolve them */
	/* Scratch, valid within one call only. */
	struct stackanno_frame frame;
	struct stackanno_stack stack;
	struct stackanno_meaning meaning;
	char args[STACKANNO_MAX_STRING];
	char symbol[STACKANNO_SYMBOL_MAX + 1];
};

/**
 * stackanno_describe_begin() - set up for one record
 * @describer: what is set up
 * @view: an open record
 * @redact: what is hidden; a record flagged WITHHELD hides everything
 * @console: whether the lines are for the kernel's log
 */
void stackanno_describe_begin(struct stackanno_describer *describer,
			      const struct stackanno_view *view, enum stackanno_redact redact,
			      bool console);

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

/* ` #4 [...] name(args) at ... [module]`, or the console's form of it. */
void stackanno_describe_call(struct stackanno_describer *describer,
			     const struct stackanno_frame *frame, struct stackanno_text *text);

/* `[exception frame: page fault, read of 0x18]` or `[words in no frame]` */
void stackanno_describe_block(struct stackanno_describer *describer,
			      const struct stackanno_frame *frame, struct stackanno_text *text);

/* `return address replaced on the stack by ...: the real one is shown` */
void stackanno_describe_replaced(struct stackanno_describer *describer,
				 const struct stackanno_frame *frame,
				 struct stackanno_text *text);

/* `ffa0...`: the address that a line of words begins with */
void stackanno_describe_address(struct stackanno_describer *describer, u64 address,
				struct stackanno_text *text);

/* `ff11000005638b40[rbx {...}]` */
void stackanno_describe_word(struct stackanno_describer *describer,
			     const struct stackanno_word *word, struct stackanno_text *text);

/* The label alone, with its brackets; nothing for a word that has none. */
void stackanno_describe_label(struct stackanno_describer *describer,
			      const struct stackanno_word *word, struct stackanno_text *text);

/* Whether redaction hides a word's value. */
bool stackanno_describe_hides_word(struct stackanno_describer *describer,
				   const struct stackanno_word *word);

/* Whether redaction hides an address that no symbol explains. */
bool stackanno_describe_hides_address(struct stackanno_describer *describer, u64 address);

/**
 * stackanno_describe_stale() - a word that only looks like a return address
 * @describer: set up
 * @word: any
 * @text: gets `ffff... ? symbol+0x../0x..`, which scripts resolve
 *
 * Return: false, and nothing appended, when the word is no such.
 */
bool stackanno_describe_stale(struct stackanno_describer *describer,
			      const struct stackanno_word *word, struct stackanno_text *text);

/**
 * stackanno_describe_summary() - the record's line in a list of records
 * @view: an open record
 * @text: gets as many blank-separated columns as the header has
 */
void stackanno_describe_summary(const struct stackanno_view *view, struct stackanno_text *text);

/* The line above those, without a newline. */
const char *stackanno_describe_summary_header(void);

#endif /* STACKANNO_CORE_DESCRIBE_H */
