// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "core/label.h"
#include "core/render.h"
#include "parse_frame.h"
#include "parse_head.h"
#include "parse_note.h"
#include "parse_word.h"

static bool parse_line(struct parser *p, struct scan line)
{
	struct scan counts;
	bool finding, good;

	if (p->line == 1)
		return parse_head(p, line);
	good = parse_finding(p, line, &finding);
	if (finding)
		return good;
	if (scan_literal(&line, "fault: "))
		return parse_fault(p, line);
	if (scan_literal(&line, "context: "))
		return parse_context(p, line);
	if (scan_literal(&line, "stack "))
		return parse_stack(p, line);
	if (scan_literal(&line, "note: "))
		return parse_note(p, line, false);
	if (scan_literal(&line, "suspect: "))
		return parse_note(p, line, true);
	if (scan_literal(&line, " #") || scan_literal(&line, "#"))
		return parse_call(p, line);
	if (scan_literal(&line, "    ["))
		return parse_block(p, line);
	if (scan_literal(&line, "    ("))
		return parse_remark(p, line);
	if (scan_literal(&line, "    --- "))
		return parse_switch(p, line);
	if (scan_literal(&line, "    "))
		return parse_words(p, line);
	/* Both say what was seen before or comes later; the comparison checks. */
	counts = line;
	if (scan_is(&line, "values and addresses are withheld") ||
	    scan_until(&counts, " words, ", &line))
		return true;
	return parser_fail(p, "no line of a record");
}

static bool parse_lines(struct parser *p, const char *text, size_t len)
{
	struct scan rest = { text, text + len };
	struct scan line;

	while (!scan_done(&rest)) {
		p->line++;
		if (!scan_until(&rest, "\n", &line))
			return parser_fail(p, "the last line does not end");
		if (!parse_line(p, line))
			return false;
	}
	return true;
}

/* Compares what is rendered with what was parsed, line by line. */
struct comparison {
	struct stackanno_sink sink;
	struct parser *parser;
	struct scan rest;
	bool failed;
};

static void compare_line(struct stackanno_sink *sink, const char *line, size_t len)
{
	struct comparison *c = (struct comparison *)sink;
	struct scan is;

	if (c->failed)
		return;
	c->parser->line++;
	if (!scan_until(&c->rest, "\n", &is)) {
		c->failed = !parser_fail(c->parser, "a line is missing here: \"%.*s\"",
					 (int)len, line);
	} else if (scan_left(&is) != len || memcmp(is.at, line, len)) {
		c->failed = !parser_fail(c->parser, "not as stackanno writes it: \"%.*s\"",
					 (int)len, line);
	}
}

static bool verify(struct parser *p, u32 size, const char *text, size_t len)
{
	static const struct stackanno_render_options options = { .form = STACKANNO_FORM_FULL };
	struct comparison c = {
		.sink.line = compare_line,
		.parser = p,
		.rest = { text, text + len },
	};
	struct stackanno_render_buffer *buffer;
	struct stackanno_refusal refusal;
	struct stackanno_view view;

	p->line = 1;
	if (stackanno_record_check(p->record, size, &view, &refusal))
		return parser_fail(p, "no record comes of it (%s, entry %u: %s)",
			    stackanno_label_section(refusal.kind), refusal.index, refusal.what);
	p->line = 0;
	buffer = malloc(sizeof(*buffer));
	if (!buffer)
		return parser_fail(p, "out of memory");
	stackanno_render(&view, &options, buffer, &c.sink);
	free(buffer);
	if (!c.failed && !scan_done(&c.rest)) {
		p->line++;
		return parser_fail(p, "a line too many");
	}
	return !c.failed;
}

static size_t count_string(const char *text, size_t len, const char *string)
{
	struct scan scan = { text, text + len };
	struct scan before;
	size_t count = 0;

	while (scan_until(&scan, string, &before))
		count++;
	return count;
}

/* As many entries as the text can hold of each kind, by what they look like. */
static bool measure(const char *text, size_t len, struct stackanno_capacity *capacity)
{
	size_t lines = count_string(text, len, "\n");

	if (len > STACKANNO_MAX_SIZE)
		return false;
	capacity->count[STACKANNO_SECTION_STRINGS] = (u32)(2 * len + 1);
	capacity->count[STACKANNO_SECTION_STACKS] = (u32)count_string(text, len, "\nstack ");
	capacity->count[STACKANNO_SECTION_FRAMES] =
		(u32)(count_string(text, len, "\n #") + count_string(text, len, "\n#") +
		      count_string(text, len, "\n    ["));
	capacity->count[STACKANNO_SECTION_WORDS] =
		(u32)(2 * count_string(text, len, "\n    "));
	capacity->count[STACKANNO_SECTION_MEANINGS] =
		(u32)(count_string(text, len, "{") + count_string(text, len, ", ") +
		      count_string(text, len, "[ret "));
	capacity->count[STACKANNO_SECTION_NOTES] = (u32)lines;
	capacity->count[STACKANNO_SECTION_FINDINGS] = (u32)lines;
	return true;
}

static int parse_begun(struct parser *p, const struct stackanno_capacity *capacity, u32 bytes,
		       const char *text, size_t len, u32 *size)
{
	if (stackanno_builder_init(p->record, bytes, capacity, &p->builder)) {
		parser_fail(p, "the text is too long");
		return -EBADMSG;
	}
	p->builder.record->arch = STACKANNO_ARCH_X86_64;
	if (p->withheld)
		p->builder.record->flags |= STACKANNO_RECORD_WITHHELD;
	if (!parse_lines(p, text, len) || !parser_resolve(p))
		return -EBADMSG;
	if (!p->line) {
		parser_fail(p, "there is no text");
		return -EBADMSG;
	}
	*size = stackanno_builder_finish(&p->builder);
	return verify(p, *size, text, len) ? 0 : -EBADMSG;
}

int parse_text(const char *text, size_t len, void **record, u32 *size,
	       struct parse_error *error)
{
	struct stackanno_capacity capacity = { 0 };
	struct parser parser = { .error = error, .stack = STACKANNO_NONE16 };
	u32 bytes = 0;
	int ret;

	/* Of an address that is withheld, any place will do, but for 0. */
	parser.next_address = 0x1000;
	parser.withheld = count_string(text, len, "\nvalues and addresses are withheld\n");
	if (measure(text, len, &capacity))
		bytes = stackanno_capacity_bytes(&capacity);
	if (!bytes) {
		parser_fail(&parser, "the text is too long");
		return -EBADMSG;
	}
	parser.fixups_max = count_string(text, len, "#");
	parser.record = calloc(1, bytes);
	parser.scratch = malloc(len + 1);
	parser.fixup = calloc(parser.fixups_max + 1, sizeof(*parser.fixup));
	if (!parser.record || !parser.scratch || !parser.fixup) {
		parser_fail(&parser, "out of memory");
		ret = -ENOMEM;
	} else {
		ret = parse_begun(&parser, &capacity, bytes, text, len, size);
	}
	free(parser.scratch);
	free(parser.fixup);
	if (ret)
		free(parser.record);
	else
		*record = parser.record;
	return ret;
}

size_t parse_length(const char *text, size_t len)
{
	struct scan scan = { text, text + len };
	struct scan before;

	if (scan_until(&scan, "\nrecord ", &before))
		return (size_t)(before.end - text) + 1;
	return len;
}
