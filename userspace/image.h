/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel's image: its code, its functions, and the tables about its code. */
#ifndef STACKANNO_IMAGE_H
#define STACKANNO_IMAGE_H

#include <stdbool.h>

#include "core/ops.h"

struct function {
	u64 begin;
	u32 size;
	u32 file;	/* number of its source file's symbol; 0: a global symbol */
	const char *name;
	u32 parent;	/* index, of a cold part; NO_FUNCTION */
	u32 cold;	/* index of its cold part; NO_FUNCTION */
	bool noreturn;
};

#define NO_FUNCTION 0xffffffffU

struct image_section {
	u64 begin, end;
	const u8 *bytes;	/* NULL: it has none */
	bool code;
	bool detour;		/* .altinstr_aux */
};

struct jump_label {
	u64 code, target;
};

struct image {
	struct stackanno_ops ops;	/* first: its functions find the rest */
	int fd;
	void *elf;
	struct image_section section[96];
	u32 sections;
	struct function *function;	/* sorted by address, one an address */
	u32 functions;
	struct jump_label *label;	/* sorted by code */
	u32 labels;
	u64 *warning;			/* sorted addresses of warnings' traps */
	u32 warnings;
	u64 tracer;			/* address of __fentry__ */
	char error[256];		/* why it could not be opened */
};

/**
 * image_open() - read what is to be known of a kernel's code
 * @image: set up; what it holds of the file stays mapped until image_close()
 * @path: a vmlinux that has its symbols
 *
 * Return: 0; -errno, -ENOEXEC for what is no such file. @image is closed then, and
 * its error says what was wrong of which file.
 */
int image_open(struct image *image, const char *path);

/* What was opened; that twice, or after an error, does nothing. */
void image_close(struct image *image);

/* The function around an address; NO_FUNCTION. */
u32 image_function(const struct image *image, u64 address);

/* The function of a name, or of a cold part's parent; NO_FUNCTION. */
u32 image_find(const struct image *image, const char *name);

#endif /* STACKANNO_IMAGE_H */
