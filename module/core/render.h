/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one renderer: a record goes in, lines of text come out through a sink.
 * Documentation/output-format.rst has the grammar.
 */
#ifndef STACKANNO_CORE_RENDER_H
#define STACKANNO_CORE_RENDER_H

#include "describer.h"
#include "record.h"

/* Longest console line without its newline; the console contract allows 199. */
#define STACKANNO_LINE_MAX 198
/* Longest line of the full form: what all pieces of a word or header can add up to. */
#define STACKANNO_FULL_LINE_MAX 1022

enum stackanno_form {
	STACKANNO_FORM_FULL,		/* as bt -f, every word: debugfs, reader */
	STACKANNO_FORM_CONSOLE_FULL,	/* "stackanno: " lines, every word */
	STACKANNO_FORM_CONSOLE_BRIEF,	/* the same, most useful first, within a budget */
	STACKANNO_FORM_COUNT
};

/* Where lines go. The callee keeps nothing of @line, which a NUL follows. */
struct stackanno_sink {
	void (*line)(struct stackanno_sink *sink, const char *line, size_t len);
};

struct stackanno_render_options {
	enum stackanno_form form;
	enum stackanno_redact redact;
	u32 max_lines;		/* 0: no limit; console forms only */
	u32 max_bytes;		/* 0: no limit; console forms only; newlines count */
};

/*
 * Working memory of a rendering, too large for the stacks that a crash runs
 * on. The caller owns it; no two renderings share it. Its contents are the
 * renderer's own business.
 */
struct stackanno_render_buffer {
	struct stackanno_describer describer;
	const struct stackanno_render_options *options;
	struct stackanno_sink *sink;
	struct stackanno_text line;	/* the line being made */
	struct stackanno_text piece;	/* the next word of it */
	struct stackanno_frame frame;
	struct stackanno_stack stack;
	struct stackanno_word word;
	struct stackanno_note note;
	struct stackanno_finding finding;
	u64 next_address;	/* where a word must lie to go on the same line */
	u32 line_words;		/* words on the line being made */
	u32 words;		/* words written */
	u32 lines;		/* lines written */
	u32 bytes;		/* bytes written, newlines too */
	u32 refused;		/* lines of other kinds that found no room */
	u16 on_stack;		/* the stack that the last frame was on */
	bool full;		/* a line found no room: nothing may follow but the end */
	char line_bytes[STACKANNO_FULL_LINE_MAX + 1];
	char piece_bytes[STACKANNO_FULL_LINE_MAX + 1];
};

/**
 * stackanno_render() - write a record as text
 * @view: an open record
 * @options: form, redaction, budget
 * @buffer: working memory
 * @sink: where the lines go
 *
 * Context: any, also NMI and with interrupts off: no locks, no allocation, less
 * than 512 bytes of stack; bounded by the record's size.
 * Return: lines written.
 */
u32 stackanno_render(const struct stackanno_view *view,
		     const struct stackanno_render_options *options,
		     struct stackanno_render_buffer *buffer, struct stackanno_sink *sink);

/**
 * stackanno_render_summary() - write a record's line in a list of records
 * @view: an open record; NULL for the line above the list, which names columns
 * @buffer: working memory
 * @sink: where the line goes
 *
 * Context: as stackanno_render().
 */
void stackanno_render_summary(const struct stackanno_view *view,
			      struct stackanno_render_buffer *buffer,
			      struct stackanno_sink *sink);

#endif /* STACKANNO_CORE_RENDER_H */
