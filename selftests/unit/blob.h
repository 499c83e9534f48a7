/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF laid down by hand: types in the order of the calls, the first has id 1.
 */
#ifndef BLOB_H
#define BLOB_H

#include "core/btf.h"

#define BLOB_WORDS 256

struct blob {
	u8 bytes[2048];
	u32 types, strings;	/* bytes of each so far */
	u8 type[1024];
	char string[512];
	u8 layout[128 * 4];
	u32 layouts;
	u32 memory[BLOB_WORDS];
	struct stackanno_btf btf;
	u32 first_string;
};

/* Forget what is there. */
void blob_begin(struct blob *blob);

/* A type, and what follows it: as many words, members or parameters as its kind says. */
void blob_type(struct blob *blob, const char *text, u32 kind, u32 vlen, u32 size);
void blob_word(struct blob *blob, u32 word);
void blob_member(struct blob *blob, const char *text, u32 id, u32 bit);
void blob_parameter(struct blob *blob, const char *text, u32 id);

/* Return: bytes of the whole. */
u32 blob_finish(struct blob *blob);

/* Return: as stackanno_btf_open(). */
int blob_open(struct blob *blob, const struct stackanno_btf *base);

#endif /* BLOB_H */
