// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/label.h"
#include "parse.h"
#include "records.h"

#define READ_STEP (256UL << 10)
/* More than all records that a module can keep; a mistaken file is refused early. */
#define READ_MAX (1UL << 30)

static int read_all(int fd, struct bytes *bytes)
{
	size_t room = 0;
	ssize_t got;

	do {
		if (room - bytes->len < READ_STEP) {
			unsigned char *more;

			room = room ? 2 * room : READ_STEP;
			if (room > READ_MAX)
				return -EFBIG;
			more = realloc(bytes->at, room);
			if (!more)
				return -ENOMEM;
			bytes->at = more;
		}
		got = read(fd, bytes->at + bytes->len, room - bytes->len);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			bytes->len += (size_t)got;
	} while (got);
	return 0;
}

int bytes_read(const char *path, struct bytes *bytes)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	memset(bytes, 0, sizeof(*bytes));
	if (fd < 0)
		return -errno;
	ret = read_all(fd, bytes);
	if (!is_stdin)
		close(fd);
	if (ret) {
		free(bytes->at);
		bytes->at = NULL;
	}
	return ret;
}

static int add_view(struct records *records, const struct stackanno_view *view)
{
	struct stackanno_view *more;

	more = realloc(records->view, (records->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	records->view = more;
	records->view[records->count++] = *view;
	return 0;
}

static void tell_refusal(const char *name, size_t at, const struct stackanno_refusal *refusal)
{
	if (refusal->kind == STACKANNO_SECTION_NONE) {
		fprintf(stderr, "stackanno: %s: record at byte %zu: %s\n", name, at,
			refusal->what);
		return;
	}
	fprintf(stderr, "stackanno: %s: record at byte %zu: %s, entry %u: %s\n", name, at,
		stackanno_label_section(refusal->kind) ?: "section of an unknown kind",
		refusal->index, refusal->what);
}

/*
 * The length that a refused record claims, if it can be trusted to lead to the
 * next one; else 0.
 */
static size_t claimed_size(const unsigned char *at, size_t left)
{
	struct stackanno_record head;
	u64 magic;

	if (left < sizeof(head))
		return 0;
	memcpy(&head, at, sizeof(head));
	if (head.magic != STACKANNO_MAGIC || head.total_size < sizeof(head) ||
	    head.total_size % 8 || head.total_size > left)
		return 0;
	if (head.total_size == left)
		return left;
	if (left - head.total_size < sizeof(magic))
		return 0;
	memcpy(&magic, at + head.total_size, sizeof(magic));
	return magic == STACKANNO_MAGIC ? head.total_size : 0;
}

static int take_raw(struct records *records, const char *name)
{
	size_t at = 0;
	int ret;

	while (at < records->source.len) {
		size_t left = records->source.len - at;
		struct stackanno_refusal refusal;
		struct stackanno_view view;
		size_t size;

		if (!stackanno_record_check(records->source.at + at, left, &view, &refusal)) {
			ret = add_view(records, &view);
			if (ret)
				return ret;
			at += view.head.total_size;
			continue;
		}
		records->damaged++;
		tell_refusal(name, at, &refusal);
		size = claimed_size(records->source.at + at, left);
		if (!size) {
			fprintf(stderr,
				"stackanno: %s: what follows byte %zu cannot be read\n", name, at);
			return 0;
		}
		at += size;
	}
	return 0;
}

static unsigned long lines_of(const char *text, size_t len)
{
	unsigned long lines = 0;
	size_t i;

	for (i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static int add_parsed(struct records *records, void *record, u32 size)
{
	struct stackanno_view view;
	void **more;

	more = realloc(records->parsed, (records->parsed_count + 1) * sizeof(*more));
	if (!more) {
		free(record);
		return -ENOMEM;
	}
	records->parsed = more;
	records->parsed[records->parsed_count++] = record;
	if (stackanno_record_open(record, size, &view)) {
		records->damaged++;
		return 0;
	}
	return add_view(records, &view);
}

static int take_text(struct records *records, const char *name)
{
	const char *text = (const char *)records->source.at;
	size_t left = records->source.len;
	unsigned long line = 0;
	int ret;

	while (left) {
		size_t len = parse_length(text, left);
		struct parse_error error;
		void *record;
		u32 size;

		ret = parse_text(text, len, &record, &size, &error);
		if (ret == -ENOMEM)
			return ret;
		if (ret) {
			records->damaged++;
			fprintf(stderr, "stackanno: %s:%lu: %s\n", name, line + error.line,
				error.what);
		} else {
			ret = add_parsed(records, record, size);
			if (ret)
				return ret;
		}
		line += lines_of(text, len);
		text += len;
		left -= len;
	}
	return 0;
}

static int by_id(const void *a, const void *b)
{
	u64 first = ((const struct stackanno_view *)a)->head.id;
	u64 second = ((const struct stackanno_view *)b)->head.id;

	return (first > second) - (first < second);
}

int records_take(struct bytes bytes, const char *name, struct records *records)
{
	static const char head[] = "record ";
	int ret;

	memset(records, 0, sizeof(*records));
	records->source = bytes;
	if (bytes.len >= sizeof(head) - 1 && !memcmp(bytes.at, head, sizeof(head) - 1))
		ret = take_text(records, name);
	else
		ret = take_raw(records, name);
	if (records->count)
		qsort(records->view, records->count, sizeof(*records->view), by_id);
	return ret;
}

const struct stackanno_view *records_find(const struct records *records, u64 id)
{
	size_t i;

	for (i = 0; i < records->count; i++) {
		if (records->view[i].head.id == id)
			return &records->view[i];
	}
	return NULL;
}

void records_free(struct records *records)
{
	size_t i;

	for (i = 0; i < records->parsed_count; i++)
		free(records->parsed[i]);
	free(records->parsed);
	free(records->view);
	free(records->source.at);
	memset(records, 0, sizeof(*records));
}
