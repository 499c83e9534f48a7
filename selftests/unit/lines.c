// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

static void keep(struct stackanno_sink *sink, const char *line, size_t len)
{
	struct lines *lines = (struct lines *)sink;

	if (lines->len + len + 2 > sizeof(lines->text)) {
		lines->too_much = true;
		return;
	}
	memcpy(lines->text + lines->len, line, len);
	lines->len += len;
	lines->text[lines->len++] = '\n';
	lines->text[lines->len] = '\0';
	lines->count++;
}

void lines_begin(struct lines *lines)
{
	lines->sink.line = keep;
	lines->len = 0;
	lines->count = 0;
	lines->too_much = false;
	lines->text[0] = '\0';
}

void lines_render(struct lines *lines, const struct stackanno_view *view,
		  enum stackanno_form form, enum stackanno_redact redact, u32 max_lines,
		  u32 max_bytes)
{
	const struct stackanno_render_options options = {
		.form = form,
		.redact = redact,
		.max_lines = max_lines,
		.max_bytes = max_bytes,
	};
	static struct stackanno_render_buffer buffer;

	/* It need not be clean. */
	memset(&buffer, 0x5a, sizeof(buffer));
	lines_begin(lines);
	stackanno_render(view, &options, &buffer, &lines->sink);
}

void lines_full(struct lines *lines, const struct stackanno_view *view)
{
	lines_render(lines, view, STACKANNO_FORM_FULL, STACKANNO_REDACT_NONE, 0, 0);
}

bool lines_line(const struct lines *lines, u32 index, char *buf, size_t size)
{
	const char *at = lines->text;
	size_t len;

	while (index--) {
		at = strchr(at, '\n');
		if (!at)
			return false;
		at++;
	}
	if (!*at)
		return false;
	len = strcspn(at, "\n");
	if (len >= size)
		len = size - 1;
	memcpy(buf, at, len);
	buf[len] = '\0';
	return true;
}
