// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "color.h"

#define BOLD	"\033[1m"
#define RED	"\033[31m"
#define YELLOW	"\033[33m"
#define CYAN	"\033[36m"
#define PLAIN	"\033[0m"

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/* The colour of a whole line; NULL for a line of words. */
static const char *color_of(const char *line)
{
	if (begins(line, "suspect: ") || begins(line, "fault: ") || strstr(line, "end magic BROKEN"))
		return RED;
	if (begins(line, "record ") || begins(line, " #") || begins(line, "#"))
		return BOLD;
	if (begins(line, "    [") || begins(line, "    (") || begins(line, "    --- ") ||
	    begins(line, "note: "))
		return YELLOW;
	if (begins(line, "    "))
		return NULL;
	return "";
}

static size_t label_len(const char *label)
{
	size_t at = 0;
	int depth = 0;

	do {
		if (label[at] == '[')
			depth++;
		if (label[at] == ']')
			depth--;
	} while (label[at++] && depth);
	return at;
}

static bool is_alarming(const char *label, size_t len)
{
	return memmem(label, len, "BROKEN", 6) || memmem(label, len, "SUSPECT", 7);
}

static void write_words(const char *line)
{
	while (*line) {
		size_t len = strcspn(line, "[");

		fwrite(line, 1, len, stdout);
		line += len;
		if (!*line)
			break;
		len = label_len(line);
		fputs(is_alarming(line, len) ? RED : CYAN, stdout);
		fwrite(line, 1, len, stdout);
		fputs(PLAIN, stdout);
		line += len;
	}
}

static void write_line(struct stackanno_sink *sink, const char *line, size_t len)
{
	const struct color_sink *color = (const struct color_sink *)sink;
	const char *whole = color->color ? color_of(line) : "";

	if (!whole)
		write_words(line);
	else if (*whole)
		printf("%s%s%s", whole, line, PLAIN);
	else
		fwrite(line, 1, len, stdout);
	putchar('\n');
}

void color_sink_init(struct color_sink *sink, bool color)
{
	sink->sink.line = write_line;
	sink->color = color;
}
