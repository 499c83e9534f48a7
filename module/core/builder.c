// SPDX-License-Identifier: GPL-2.0-only
#include "builder.h"
#include "record.h"
#include "tally.h"

/* Every kind but NONE has a place in the table of sections. */
#define TABLE_BYTES ((u32)((STACKANNO_SECTION_COUNT - 1) * sizeof(struct stackanno_section)))

/* Entries that a builder really makes room for: its own needs come on top. */
static u32 builder_capacity(const struct stackanno_capacity *capacity, u32 kind)
{
	u32 count = capacity->count[kind];

	if (kind == STACKANNO_SECTION_STRINGS)
		return max(count, 1U);
	if (kind == STACKANNO_SECTION_NOTES && count < STACKANNO_MAX_SIZE)
		return count + STACKANNO_SECTION_COUNT;
	return count;
}

u32 stackanno_capacity_bytes(const struct stackanno_capacity *capacity)
{
	u64 bytes = sizeof(struct stackanno_record) + TABLE_BYTES;
	u32 kind;

	for (kind = STACKANNO_SECTION_NONE + 1; kind < STACKANNO_SECTION_COUNT; kind++) {
		u64 count = builder_capacity(capacity, kind);

		if (count > STACKANNO_MAX_SIZE)
			return 0;
		bytes += ALIGN(count * stackanno_record_entry_size(kind), 8);
	}
	return bytes <= STACKANNO_MAX_SIZE ? (u32)bytes : 0;
}

int stackanno_builder_init(void *buf, u32 size, const struct stackanno_capacity *capacity,
			   struct stackanno_builder *builder)
{
	u32 offset = sizeof(struct stackanno_record) + TABLE_BYTES;
	u32 bytes = stackanno_capacity_bytes(capacity);
	u32 kind;

	if (!buf || ((uintptr_t)buf & 7) || !bytes || size < bytes)
		return -EINVAL;
	/* A word names its frame by 16 bits, and the last value means none. */
	if (capacity->count[STACKANNO_SECTION_FRAMES] >= STACKANNO_NONE16 ||
	    capacity->count[STACKANNO_SECTION_STACKS] >= STACKANNO_NONE16)
		return -EINVAL;

	memset(builder, 0, sizeof(*builder));
	builder->buf = buf;
	builder->size = size;
	builder->record = buf;
	for (kind = STACKANNO_SECTION_NONE + 1; kind < STACKANNO_SECTION_COUNT; kind++) {
		builder->section[kind].offset = offset;
		builder->section[kind].capacity = builder_capacity(capacity, kind);
		if (stackanno_record_is_entries(kind))
			builder->section[kind].entry = stackanno_record_entry_size(kind);
		offset += ALIGN(builder->section[kind].capacity *
				stackanno_record_entry_size(kind), 8);
	}

	memset(builder->record, 0, sizeof(*builder->record));
	builder->record->magic = STACKANNO_MAGIC;
	builder->record->version_major = STACKANNO_VERSION_MAJOR;
	builder->record->version_minor = STACKANNO_VERSION_MINOR;
	builder->record->header_size = sizeof(*builder->record);

	/* Offset 0 is "no string": an empty one. */
	builder->buf[builder->section[STACKANNO_SECTION_STRINGS].offset] = '\0';
	builder->section[STACKANNO_SECTION_STRINGS].count = 1;
	return 0;
}

static void *append_entry(struct stackanno_builder *builder, u32 kind, u32 capacity, u32 *index)
{
	u32 size = stackanno_record_entry_size(kind);
	u32 count = builder->section[kind].count;
	void *entry;

	if (count >= capacity) {
		builder->section[kind].dropped++;
		return NULL;
	}
	entry = builder->buf + builder->section[kind].offset + count * size;
	memset(entry, 0, size);
	builder->section[kind].count++;
	if (index)
		*index = count;
	return entry;
}

void *stackanno_builder_add(struct stackanno_builder *builder,
			    enum stackanno_section_kind kind, u32 *index)
{
	u32 capacity;

	if (!stackanno_record_is_entries(kind))
		return NULL;
	capacity = builder->section[kind].capacity;
	/* The last notes are kept for what finishing has to say. */
	if (kind == STACKANNO_SECTION_NOTES)
		capacity -= STACKANNO_SECTION_COUNT;
	return append_entry(builder, kind, capacity, index);
}

struct stackanno_note *stackanno_builder_note(struct stackanno_builder *builder,
					      enum stackanno_note_kind kind, u32 flags,
					      u32 frame, u64 value0, u64 value1)
{
	struct stackanno_note *note;

	note = stackanno_builder_add(builder, STACKANNO_SECTION_NOTES, NULL);
	if (!note)
		return NULL;
	note->kind = kind;
	note->flags = flags;
	note->frame = frame;
	note->word = STACKANNO_NONE;
	note->value[0] = value0;
	note->value[1] = value1;
	return note;
}

void *stackanno_builder_entry(const struct stackanno_builder *builder,
			      enum stackanno_section_kind kind, u32 index)
{
	u32 bytes = builder->section[kind].entry;

	if (!bytes || index >= builder->section[kind].count)
		return NULL;
	return builder->buf + builder->section[kind].offset + index * bytes;
}

/* The place of a string among those that are looked for. */
static u32 place_of(const char *text, size_t len)
{
	u32 hash = 0;
	size_t i;

	for (i = 0; i < len; i++)
		hash = hash * 33 + (u8)text[i];
	return (hash ^ hash >> 8) % STACKANNO_BUILDER_STRINGS;
}

u32 stackanno_builder_string(struct stackanno_builder *builder, const char *text, size_t len)
{
	const u32 kind = STACKANNO_SECTION_STRINGS;
	u32 count = builder->section[kind].count;
	u8 *strings = builder->buf + builder->section[kind].offset;
	const char *nul;
	u32 *last;

	if (len > STACKANNO_MAX_STRING - 1)
		len = STACKANNO_MAX_STRING - 1;
	nul = len ? memchr(text, '\0', len) : NULL;
	if (nul)
		len = nul - text;
	if (!len)
		return 0;
	/* One of an equal hash takes the place, and is stored once more itself, at worst. */
	last = &builder->last[place_of(text, len)];
	if (*last && count - *last > len && !memcmp(strings + *last, text, len) &&
	    !strings[*last + len])
		return *last;
	if (builder->section[kind].capacity - count < len + 1) {
		builder->section[kind].dropped++;
		return 0;
	}
	memcpy(strings + count, text, len);
	strings[count + len] = '\0';
	builder->section[kind].count += len + 1;
	*last = count;
	return count;
}

u32 stackanno_builder_text(struct stackanno_builder *builder, const char *text)
{
	return stackanno_builder_string(builder, text, strnlen(text, STACKANNO_MAX_STRING));
}

u8 *stackanno_builder_bytes(struct stackanno_builder *builder, u32 len, u32 *offset)
{
	const u32 kind = STACKANNO_SECTION_BYTES;
	u32 count = builder->section[kind].count;

	if (builder->section[kind].capacity - count < len) {
		builder->section[kind].dropped++;
		return NULL;
	}
	builder->section[kind].count += len;
	*offset = count;
	return builder->buf + builder->section[kind].offset + count;
}

static void note_dropped(struct stackanno_builder *builder)
{
	u32 kind;

	for (kind = STACKANNO_SECTION_NONE + 1; kind < STACKANNO_SECTION_COUNT; kind++) {
		u32 dropped = builder->section[kind].dropped;
		struct stackanno_note *note;

		if (!dropped)
			continue;
		builder->record->flags |= STACKANNO_RECORD_TRUNCATED;
		note = append_entry(builder, STACKANNO_SECTION_NOTES,
				    builder->section[STACKANNO_SECTION_NOTES].capacity, NULL);
		if (!note)
			continue;
		note->kind = STACKANNO_NOTE_TRUNCATED;
		note->frame = STACKANNO_NONE;
		note->word = STACKANNO_NONE;
		note->value[0] = kind;
		note->value[1] = dropped;
	}
}

static void count_entries(struct stackanno_builder *builder)
{
	struct stackanno_tally tally = { 0 };
	void *entry;
	u32 i;

	for (i = 0; (entry = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i)); i++)
		stackanno_tally_word(&tally, entry);
	builder->record->words = i;
	for (i = 0; (entry = stackanno_builder_entry(builder, STACKANNO_SECTION_NOTES, i)); i++)
		stackanno_tally_note(&tally, entry);
	for (i = 0; (entry = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i)); i++)
		stackanno_tally_frame(&tally, entry);
	builder->record->explained = tally.explained;
	builder->record->suspect = tally.suspect;
	builder->record->frames = tally.frames;
}

u32 stackanno_builder_finish(struct stackanno_builder *builder)
{
	struct stackanno_section *table = (void *)(builder->buf + sizeof(*builder->record));
	u32 used = 0;
	u32 end;
	u32 kind;

	note_dropped(builder);
	count_entries(builder);

	for (kind = STACKANNO_SECTION_NONE + 1; kind < STACKANNO_SECTION_COUNT; kind++)
		used += builder->section[kind].count != 0;
	end = sizeof(*builder->record) + used * sizeof(*table);
	builder->record->section_count = used;

	/* Each goes to a lower place than it has, never over a later one. */
	for (kind = STACKANNO_SECTION_NONE + 1; kind < STACKANNO_SECTION_COUNT; kind++) {
		u32 count = builder->section[kind].count;
		u32 bytes = count * stackanno_record_entry_size(kind);

		if (!count)
			continue;
		memmove(builder->buf + end, builder->buf + builder->section[kind].offset, bytes);
		table->kind = kind;
		table->entry_size = stackanno_record_entry_size(kind);
		table->offset = end;
		table->count = count;
		table++;
		memset(builder->buf + end + bytes, 0, ALIGN(bytes, 8) - bytes);
		end += ALIGN(bytes, 8);
	}
	builder->record->total_size = end;
	return end;
}
