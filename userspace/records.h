/* SPDX-License-Identifier: GPL-2.0-only */
/* Records in memory: read from debugfs or from a file, raw or as text. */
#ifndef STACKANNO_RECORDS_H
#define STACKANNO_RECORDS_H

#include "core/record.h"

struct bytes {
	unsigned char *at;
	size_t len;
};

struct records {
	struct stackanno_view *view;	/* in the order of their ids */
	size_t count;
	size_t damaged;		/* how many could not be taken; each was told of */
	struct bytes source;	/* what raw views point into */
	void **parsed;		/* what the views of parsed text point into */
	size_t parsed_count;
};

/**
 * bytes_read() - read a file to its end
 * @path: its name; "-" is standard input
 * @bytes: set on success; bytes->at is the caller's to free
 *
 * Return: 0 or -errno.
 */
int bytes_read(const char *path, struct bytes *bytes);

/**
 * records_take() - find the records in what a file held
 * @bytes: binary records one behind the other, or their text; taken over
 * @name: of the file, for messages
 * @records: set; what could be read is in it, also when some was damaged
 *
 * Says on standard error what is damaged, and where.
 * Return: 0 or -ENOMEM.
 */
int records_take(struct bytes bytes, const char *name, struct records *records);

/* The record with that id; NULL when there is none. */
const struct stackanno_view *records_find(const struct records *records, u64 id);

void records_free(struct records *records);

#endif /* STACKANNO_RECORDS_H */
