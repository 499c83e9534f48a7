// SPDX-License-Identifier: GPL-2.0-only
#include "sinks.h"

#include "json.h"
#include "parse.h"
#include "taker.h"

#define TEXT_BYTES (16U << 20)
static const char prefix[] = "stackanno: ";

/* What stands in the console contract. */
static const char * const forbidden[] = {
	"BUG:", "WARNING:", "INFO:", "panic:", "UBSAN:", "KASAN:", "Kernel panic",
	"general protection fault", "Call Trace", "Backtrace:", "Allocated by task", "Code:",
	"Comm:", "---[ end",
};

struct sink {
	struct stackanno_sink sink;
	bool console;
	u32 lines;
	size_t len;
	bool cut;		/* the text is longer than there is memory for */
	char *text;		/* TEXT_BYTES */
};

static void check_line(const struct sink *sink, const char *line, size_t len)
{
	size_t i;

	CHECK(strlen(line) == len);
	CHECK(len <= (sink->console ? STACKANNO_LINE_MAX : STACKANNO_FULL_LINE_MAX));
	for (i = 0; i < len; i++)
		CHECK(line[i] >= ' ' && line[i] <= '~');
	if (!sink->console)
		return;
	CHECK(!strncmp(line, prefix, sizeof(prefix) - 1));
	for (i = 0; i < ARRAY_SIZE(forbidden); i++)
		CHECK(!strstr(line, forbidden[i]));
}

static void keep(struct stackanno_sink *at, const char *line, size_t len)
{
	struct sink *sink = (struct sink *)at;

	check_line(sink, line, len);
	sink->lines++;
	if (sink->len + len + 1 > TEXT_BYTES) {
		sink->cut = true;
		return;
	}
	memcpy(sink->text + sink->len, line, len);
	sink->len += len;
	sink->text[sink->len++] = '\n';
}

static void render(struct sink *sink, const struct stackanno_view *view,
		   const struct stackanno_render_options *options)
{
	static struct stackanno_render_buffer buffer;

	/* It need not be clean. */
	memset(&buffer, 0x5a, sizeof(buffer));
	*sink = (struct sink){ .sink.line = keep, .text = sink->text,
		.console = options->form != STACKANNO_FORM_FULL };
	CHECK(stackanno_render(view, options, &buffer, &sink->sink) == sink->lines);
	CHECK(!options->max_lines || !sink->console || sink->lines <= options->max_lines);
	CHECK(!options->max_bytes || !sink->console || sink->len <= options->max_bytes);
}

static void check_summary(struct sink *sink, const struct stackanno_view *view)
{
	static struct stackanno_render_buffer buffer;

	*sink = (struct sink){ .sink.line = keep, .text = sink->text };
	memset(&buffer, 0x5a, sizeof(buffer));
	stackanno_render_summary(view, &buffer, &sink->sink);
	CHECK(sink->lines == 1);
}

static void check_json(struct json_object *object)
{
	enum json_tokener_error error;
	struct json_object *again;
	const char *text;

	CHECK(object);
	text = json_object_to_json_string(object);
	CHECK(text);
	again = json_tokener_parse_verbose(text, &error);
	CHECK(error == json_tokener_success);
	CHECK(json_object_equal(object, again));
	json_object_put(again);
	json_object_put(object);
}

static bool check_parse(const struct sink *sink)
{
	struct parse_error error;
	struct stackanno_view view;
	void *record;
	u32 size;
	int ret;

	CHECK(parse_length(sink->text, sink->len) == sink->len);
	ret = parse_text(sink->text, sink->len, &record, &size, &error);
	CHECK(!ret || ret == -EBADMSG);
	if (ret)
		return false;
	CHECK(!stackanno_record_open(record, size, &view));
	CHECK(sinks_same_text(&view, sink->text, sink->len));
	free(record);
	return true;
}

bool sinks_same_text(const struct stackanno_view *view, const char *text, size_t len)
{
	static const struct stackanno_render_options options = { .form = STACKANNO_FORM_FULL };
	static struct sink sink;

	if (!sink.text)
		sink.text = malloc(TEXT_BYTES);
	CHECK(sink.text);
	render(&sink, view, &options);
	return !sink.cut && sink.len == len && !memcmp(sink.text, text, len);
}

bool sinks_check(const struct stackanno_view *view, u32 choice, u32 lines, u32 bytes)
{
	struct stackanno_render_options options = { .max_lines = lines, .max_bytes = bytes,
		.redact = choice % STACKANNO_REDACT_COUNT };
	static struct sink sink;
	bool parsed = false;

	if (!sink.text)
		sink.text = malloc(TEXT_BYTES);
	CHECK(sink.text);
	for (options.form = 0; options.form < STACKANNO_FORM_COUNT; options.form++) {
		render(&sink, view, &options);
		if (options.form == STACKANNO_FORM_FULL && !sink.cut)
			parsed = check_parse(&sink);
	}
	check_json(json_record(view, options.redact));
	check_summary(&sink, view);
	check_json(json_head(view));
	return parsed;
}
