// SPDX-License-Identifier: GPL-2.0-only
#include "descriptor.h"

#include "frame.h"
#include "text.h"

#define WORD 8
#define MAGIC 0x41b58ab3U
#define ALIGNMENT 32
/* What a frame begins with, before its first object. */
#define HEAD_BYTES 32
#define OBJECTS_MAX 64
#define NAME_MAX_BYTES 64
#define TEXT_BYTES_MAX 512
#define NUMBER_MAX (64 * 1024)

struct descriptor {
	const struct stackanno_source *memory;
	u64 base;	/* address of the frame's first word */
	u64 text;
	u32 read;	/* bytes of the text */
	int error;
};

struct object {
	u32 offset;	/* from the base */
	u32 size;
	char name[NAME_MAX_BYTES];
};

static char next_char(struct descriptor *descriptor)
{
	char c = 0;

	if (descriptor->error)
		return 0;
	if (descriptor->read == TEXT_BYTES_MAX)
		descriptor->error = -EINVAL;
	else if (descriptor->memory->read(descriptor->memory, descriptor->text + descriptor->read,
					  &c, 1))
		descriptor->error = -EFAULT;
	else
		descriptor->read++;
	return descriptor->error ? 0 : c;
}

/* A number, and the space or the end of the text behind it, which is left in @end. */
static u32 next_number(struct descriptor *descriptor, char *end)
{
	u32 value = 0, digits = 0;
	char c = next_char(descriptor);

	for (; c >= '0' && c <= '9' && value < NUMBER_MAX; c = next_char(descriptor), digits++)
		value = 10 * value + (u32)(c - '0');
	if (!descriptor->error && (!digits || (c && c != ' ')))
		descriptor->error = -EINVAL;
	*end = c;
	return value;
}

/* A name of @bytes, of which ":line" is left out, and the space behind it. */
static void next_name(struct descriptor *descriptor, u32 bytes, struct object *object, char *end)
{
	bool line = false;
	u32 i, len = 0;
	char c = 0;

	for (i = 0; i < bytes && !descriptor->error; i++) {
		c = next_char(descriptor);
		if (c <= ' ' || c > '~')
			break;
		line |= c == ':';
		if (!line)
			object->name[len++] = c;
	}
	object->name[len] = 0;
	if (!descriptor->error && (i < bytes || !len))
		descriptor->error = -EINVAL;
	*end = next_char(descriptor);
	if (!descriptor->error && *end && *end != ' ')
		descriptor->error = -EINVAL;
}

static void next_object(struct descriptor *descriptor, struct object *object, char *end)
{
	u32 bytes;

	object->offset = next_number(descriptor, end);
	object->size = *end ? next_number(descriptor, end) : 0;
	bytes = *end ? next_number(descriptor, end) : 0;
	if (!descriptor->error &&
	    (!*end || !bytes || bytes >= sizeof(object->name) || !object->size ||
	     object->offset < HEAD_BYTES || object->offset % WORD))
		descriptor->error = -EINVAL;
	if (!descriptor->error)
		next_name(descriptor, bytes, object, end);
}

/* A word that belongs to an object whatever the code does with it. */
static bool is_open(u32 role)
{
	return role == STACKANNO_ROLE_NONE || role == STACKANNO_ROLE_PADDING ||
	       role == STACKANNO_ROLE_UNWRITTEN || role == STACKANNO_ROLE_BUFFER;
}

static bool name_word(struct stackanno_builder *builder, struct stackanno_word *word,
		      const struct object *object, u32 within)
{
	char bytes[NAME_MAX_BYTES + 16];
	struct stackanno_text text;

	if (word->expression || (!is_open(word->role) && word->role != STACKANNO_ROLE_LOCAL))
		return false;
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	stackanno_text_string(&text, object->name);
	if (is_open(word->role)) {
		word->role = STACKANNO_ROLE_BUFFER;
		word->arg = (u16)(within / WORD);
		word->evidence = STACKANNO_EVIDENCE_LIKELY;
	} else if (within) {
		stackanno_text_string(&text, "+0x");
		stackanno_text_hex(&text, within, 1);
	}
	word->expression = stackanno_builder_string(builder, bytes, text.len);
	word->evidence = max_t(u32, word->evidence, STACKANNO_EVIDENCE_LIKELY);
	return true;
}

static int name_object(struct stackanno_builder *builder, const struct stackanno_frame *frame,
		       const struct descriptor *descriptor, const struct object *object)
{
	struct stackanno_word *word;
	u32 within;
	int named = 0;

	for (within = 0; within < object->size; within += WORD) {
		word = stackanno_frame_word(builder, frame,
					    descriptor->base + object->offset + within);
		if (word)
			named += name_word(builder, word, object, within);
	}
	return named;
}

/* The whole text, of which no more than its sense is wanted where @builder is NULL. */
static int walk(struct descriptor *descriptor, struct stackanno_builder *builder,
		const struct stackanno_frame *frame)
{
	struct object object;
	u32 objects, i, above = 0;
	int named = 0;
	char end;

	descriptor->read = 0;
	objects = next_number(descriptor, &end);
	if (!descriptor->error && (!objects || objects > OBJECTS_MAX))
		return -EINVAL;
	for (i = 0; i < objects && !descriptor->error; i++) {
		if (!end)
			return -EINVAL;
		next_object(descriptor, &object, &end);
		if (descriptor->error)
			break;
		/* They lie one above the other, with something between them. */
		if (object.offset < above)
			return -EINVAL;
		above = object.offset + object.size;
		if (builder)
			named += name_object(builder, frame, descriptor, &object);
	}
	return descriptor->error ? descriptor->error : named;
}

static u64 word_at(const struct stackanno_builder *builder, const struct stackanno_frame *frame,
		   u64 address)
{
	const struct stackanno_word *word = stackanno_frame_word(builder, frame, address);

	return word ? word->value : 0;
}

int stackanno_descriptor_frame(struct stackanno_builder *builder, u32 index, u64 function,
			       const struct stackanno_source *memory)
{
	struct descriptor descriptor = { .memory = memory };
	const struct stackanno_frame *frame;
	const struct stackanno_word *word;
	int ret;
	u32 i;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	for (i = 0; frame && i < frame->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       frame->first_word + i);
		if (!word || word->value != MAGIC || word->address % ALIGNMENT ||
		    word_at(builder, frame, word->address + 2 * WORD) != function)
			continue;
		if (descriptor.base)
			return -EINVAL;
		descriptor.base = word->address;
	}
	if (!descriptor.base)
		return -ENOENT;
	descriptor.text = word_at(builder, frame, descriptor.base + WORD);
	ret = walk(&descriptor, NULL, frame);
	return ret < 0 ? ret : walk(&descriptor, builder, frame);
}
