// SPDX-License-Identifier: GPL-2.0-only
#include "record.h"

#include <err.h>
#include <stdio.h>

#define KEPT_MAX 8

int record_next(const uint8_t **at, const uint8_t *end, struct record *record)
{
	const struct stackanno_section *section;
	size_t left = end - *at;
	uint32_t i;

	*record = (struct record){ .head = (const void *)*at };
	if (!left)
		return 0;
	if (left < sizeof(*record->head) || record->head->magic != STACKANNO_MAGIC ||
	    record->head->total_size > left || record->head->total_size < record->head->header_size)
		errx(1, "raw: no record where one should be");
	section = (const void *)(*at + record->head->header_size);
	for (i = 0; i < record->head->section_count; i++)
		if (section[i].kind < STACKANNO_SECTION_COUNT)
			record->section[section[i].kind] = &section[i];
	*at += record->head->total_size;
	return 1;
}

const void *record_entry(const struct record *record, enum stackanno_section_kind kind,
			 uint32_t index)
{
	const struct stackanno_section *section = record->section[kind];

	if (!section || index >= section->count)
		return NULL;
	return (const uint8_t *)record->head + section->offset + (size_t)index * section->entry_size;
}

const char *record_string(const struct record *record, uint32_t offset)
{
	const char *string = record_entry(record, STACKANNO_SECTION_STRINGS, offset);

	return string ? string : "";
}

void record_keep(const struct record *record, const char *what)
{
	static unsigned int kept;
	char name[64];
	FILE *file;

	if (kept++ >= KEPT_MAX)
		return;
	snprintf(name, sizeof(name), "/tmp/%s-%u.raw", what, kept);
	file = fopen(name, "w");
	if (!file || fwrite(record->head, record->head->total_size, 1, file) != 1)
		err(1, "%s", name);
	fclose(file);
}
