// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write a sample record to standard output, for tests of programs; or one of the
 * texts that the module writes of it, for the samples in the documentation.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lines.h"
#include "sample.h"

static const struct {
	const char *name;
	void (*make)(struct sample *sample, struct stackanno_view *view);
} samples[] = {
	{ "oops", sample_oops },
	{ "everything", sample_everything },
	{ "hostile", sample_hostile },
};

static const char * const forms[] = {
	[STACKANNO_FORM_FULL] = "full",
	[STACKANNO_FORM_CONSOLE_FULL] = "console",
	[STACKANNO_FORM_CONSOLE_BRIEF] = "brief",
};
static_assert(ARRAY_SIZE(forms) == STACKANNO_FORM_COUNT);

static const char * const redactions[] = {
	[STACKANNO_REDACT_NONE] = "none",
	[STACKANNO_REDACT_DATA] = "data",
	[STACKANNO_REDACT_ALL] = "all",
};
static_assert(ARRAY_SIZE(redactions) == STACKANNO_REDACT_COUNT);

static int bad_usage(void)
{
	fprintf(stderr,
		"usage: make-sample oops|everything|hostile ID [list | FORM REDACT LINES BYTES]\n");
	return 2;
}

static u32 index_of(const char * const *words, size_t count, const char *word)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (!strcmp(words[i], word))
			break;
	}
	return i;
}

static int write_text(const struct stackanno_view *view, char **words)
{
	u32 form = index_of(forms, ARRAY_SIZE(forms), words[0]);
	u32 redact = index_of(redactions, ARRAY_SIZE(redactions), words[1]);
	static struct lines lines;

	if (form == ARRAY_SIZE(forms) || redact == ARRAY_SIZE(redactions))
		return bad_usage();
	lines_render(&lines, view, form, redact, (u32)atoi(words[2]), (u32)atoi(words[3]));
	return fputs(lines.text, stdout) < 0;
}

static int write_list(const struct stackanno_view *view)
{
	static struct stackanno_render_buffer buffer;
	static struct lines lines;

	lines_begin(&lines);
	stackanno_render_summary(NULL, &buffer, &lines.sink);
	stackanno_render_summary(view, &buffer, &lines.sink);
	return fputs(lines.text, stdout) < 0;
}

int main(int argc, char **argv)
{
	static struct sample sample;
	struct stackanno_view view;
	size_t i;

	for (i = 0; argc >= 3 && i < ARRAY_SIZE(samples); i++) {
		if (strcmp(argv[1], samples[i].name))
			continue;
		samples[i].make(&sample, &view);
		view.head.id = strtoull(argv[2], NULL, 10);
		((struct stackanno_record *)sample.memory)->id = view.head.id;
		if (argc == 3)
			return fwrite(sample.memory, sample.size, 1, stdout) != 1;
		if (argc == 4 && !strcmp(argv[3], "list"))
			return write_list(&view);
		if (argc == 7)
			return write_text(&view, argv + 3);
	}
	return bad_usage();
}
