/* SPDX-License-Identifier: GPL-2.0-only */
/* A sink that keeps what it is given. */
#ifndef STACKANNO_UNIT_LINES_H
#define STACKANNO_UNIT_LINES_H

#include "core/render.h"

#define LINES_BYTES (1U << 20)

struct lines {
	struct stackanno_sink sink;
	size_t len;
	u32 count;
	bool too_much;
	char text[LINES_BYTES];		/* each with its newline, and a NUL behind all */
};

/* Render @view; ends with lines->text, and the sum of lines in lines->count. */
void lines_render(struct lines *lines, const struct stackanno_view *view,
		  enum stackanno_form form, enum stackanno_redact redact, u32 max_lines,
		  u32 max_bytes);

/* A full rendering without redaction. */
void lines_full(struct lines *lines, const struct stackanno_view *view);

/* The sink alone, emptied. */
void lines_begin(struct lines *lines);

/* Copy line @index (from 0) without its newline into @buf; false when there is none. */
bool lines_line(const struct lines *lines, u32 index, char *buf, size_t size);

#endif /* STACKANNO_UNIT_LINES_H */
