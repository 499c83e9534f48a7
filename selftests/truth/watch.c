// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "record.h"

/* Of the 64 records that are kept: none gives way before it was looked at. */
#define BATCH 60

static unsigned int pending;

/* All that are suspect, as the reader says it of the record that is saved. */
static void complain(const struct record *record)
{
	const struct stackanno_note *note;
	const struct stackanno_word *word;
	uint32_t i;

	printf("suspect: record %" PRIu64 " of %.16s/%d\n", (uint64_t)record->head->id,
	       record->head->comm, record->head->pid);
	for (i = 0; (note = record_entry(record, STACKANNO_SECTION_NOTES, i)); i++)
		if (note->flags & STACKANNO_NOTE_SUSPECT)
			printf("suspect: note of kind %u, frame %d, %016" PRIx64 " %016" PRIx64 " %s\n",
			       note->kind, (int)note->frame, (uint64_t)note->value[0],
			       (uint64_t)note->value[1], record_string(record, note->text));
	for (i = 0; (word = record_entry(record, STACKANNO_SECTION_WORDS, i)); i++)
		if (word->flags & STACKANNO_WORD_SUSPECT)
			printf("suspect: word %016" PRIx64 " of role %u, frame %d: %016" PRIx64 "\n",
			       (uint64_t)word->address, word->role, word->frame, (uint64_t)word->value);
	record_keep(record, "suspect");
}

static void look_at(const struct record *record, struct watched *watched)
{
	watched->frames += record->head->frames;
	watched->words += record->head->words;
	watched->explained += record->head->explained;
	watched->suspects += record->head->suspect;
	watched->torn += !!(record->head->flags & STACKANNO_RECORD_TORN);
	if (record->head->suspect)
		complain(record);
}

static void look_at_all(struct watched *watched)
{
	static struct file_buffer raw;
	struct record record;
	const uint8_t *at;
	unsigned int found = 0;

	file_read(STACKANNO "raw", &raw);
	for (at = raw.bytes; record_next(&at, raw.bytes + raw.count, &record); found++)
		look_at(&record, watched);
	if (found < pending)
		errx(1, "%u records of %u annotations", found, pending);
	file_write(STACKANNO "annotate", "clear");
	watched->annotations += pending;
	pending = 0;
}

static void annotate(const char *request, struct watched *watched)
{
	int refused = file_try(STACKANNO "annotate", request);

	if (refused == ESRCH)
		watched->gone++;
	else if (refused == EBUSY)
		watched->busy++;
	else if (refused)
		errx(1, "%s: %s", request, strerror(refused));
	else if (++pending == BATCH)
		look_at_all(watched);
}

void watch_round(struct watched *watched)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), cpu;
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	char request[64];

	if (!directory)
		err(1, "/proc");
	while ((entry = readdir(directory))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(request, sizeof(request), "pid %.32s", entry->d_name);
		annotate(request, watched);
	}
	closedir(directory);
	for (cpu = 0; cpu < cpus; cpu++) {
		snprintf(request, sizeof(request), "cpu %ld", cpu);
		annotate(request, watched);
	}
	look_at_all(watched);
}

void watch_print(const struct watched *watched)
{
	printf("annotations\t%lu\ngone\t%lu\nbusy\t%lu\ntorn\t%lu\nframes\t%lu\nwords\t%lu\n"
	       "explained\t%lu\nsuspects\t%lu\n", watched->annotations, watched->gone,
	       watched->busy, watched->torn, watched->frames, watched->words, watched->explained,
	       watched->suspects);
}
