// SPDX-License-Identifier: GPL-2.0-only
#include "blob.h"

void blob_word(struct blob *blob, u32 word)
{
	memcpy(blob->type + blob->types, &word, sizeof(word));
	blob->types += sizeof(word);
}

static u32 name(struct blob *blob, const char *text)
{
	u32 at = blob->strings;

	if (!*text)
		return 0;
	memcpy(blob->string + at, text, strlen(text) + 1);
	blob->strings += (u32)strlen(text) + 1;
	return blob->first_string + at;
}

void blob_type(struct blob *blob, const char *text, u32 kind, u32 vlen, u32 size)
{
	blob_word(blob, name(blob, text));
	blob_word(blob, kind << 24 | vlen);
	blob_word(blob, size);
}

void blob_member(struct blob *blob, const char *text, u32 id, u32 bit)
{
	blob_word(blob, name(blob, text));
	blob_word(blob, id);
	blob_word(blob, bit);
}

void blob_parameter(struct blob *blob, const char *text, u32 id)
{
	blob_word(blob, name(blob, text));
	blob_word(blob, id);
}

void blob_begin(struct blob *blob)
{
	memset(blob, 0, sizeof(*blob));
	blob->strings = 1;
}

u32 blob_finish(struct blob *blob)
{
	u32 header = blob->layouts ? 32 : 24;
	u32 words[8] = { 0x0001eb9f, header, 0, blob->types, blob->types, blob->strings,
			 blob->types + blob->strings, blob->layouts };

	memcpy(blob->bytes, words, header);
	memcpy(blob->bytes + header, blob->type, blob->types);
	memcpy(blob->bytes + header + blob->types, blob->string, blob->strings);
	memcpy(blob->bytes + header + blob->types + blob->strings, blob->layout, blob->layouts);
	return header + blob->types + blob->strings + blob->layouts;
}

int blob_open(struct blob *blob, const struct stackanno_btf *base)
{
	return stackanno_btf_open(blob->bytes, blob_finish(blob), base, blob->memory, BLOB_WORDS,
				  &blob->btf);
}
