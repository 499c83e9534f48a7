/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel's image and its modules: their code, their functions, and the tables
 * about their code.
 */
#ifndef STACKANNO_IMAGE_H
#define STACKANNO_IMAGE_H

#include <stdbool.h>

#include "core/ops.h"

#define IMAGE_KERNEL 0		/* number of the kernel itself among its modules */
#define IMAGE_MODULES 256
/* Stand-ins for symbols that the kernel does not have: between it and its modules. */
#define IMAGE_FOREIGN 0xffffffffbff00000ULL
#define IMAGE_FOREIGN_END 0xffffffffc0000000ULL

struct function {
	u64 begin;
	u32 size;
	u32 file;	/* number of its source file's symbol; 0: a global symbol, or not known */
	const char *name;
	u32 parent;	/* index, of a cold part; NO_FUNCTION */
	u32 cold;	/* index of its cold part; NO_FUNCTION */
	u16 module;	/* IMAGE_KERNEL, or which module's */
	bool noreturn;
	bool stray;	/* a cold part, nobody knows of what */
};

#define NO_FUNCTION 0xffffffffU

struct image_section {
	u64 begin, end;
	const u8 *bytes;	/* NULL: it has none */
	const char *name;
	u16 module;
	bool code;
	bool detour;		/* .altinstr_aux */
};

struct jump_label {
	u64 code, target;
};

/* An instruction whose exceptions are mended. */
struct image_mended {
	u64 code, landing;
	u32 data;
};

/* A symbol that modules are linked against. */
struct image_symbol {
	const char *name;
	u64 value;
};

/* Parts of a module that the kernel gives memory of their own. */
enum image_part {
	IMAGE_TEXT,
	IMAGE_DATA,
	IMAGE_INIT_TEXT,
	IMAGE_INIT_DATA,
	IMAGE_PARTS
};

struct image_module {
	int fd;
	void *elf;
	char name[64];			/* as bt has it: no path, no ending, "_" for "-" */
	u64 bytes[IMAGE_PARTS];
	u64 base[IMAGE_PARTS];		/* set by image_place() */
	u8 *memory[IMAGE_PARTS];
	struct module_section *section;	/* by its number in the file */
	size_t sections;
};

struct image {
	struct stackanno_ops ops;	/* first: its functions find the rest */
	int fd;				/* the kernel's */
	void *elf;
	u64 slide;			/* what the kernel was moved by */
	struct image_module *module;	/* of module n: n - 1 */
	u16 modules;
	struct image_section *section;	/* sorted by address */
	u32 sections;
	u32 recent;			/* section that was read last: so is the next, mostly */
	struct function *function;	/* sorted by address, one an address */
	u32 functions;
	struct function *routine;	/* of assembly, which nobody calls; sorted alike */
	u32 routines;
	u32 files;
	struct jump_label *label;	/* sorted by code */
	u32 labels;
	u64 *warning;			/* sorted addresses of warnings' traps */
	u32 warnings;
	struct image_mended *mended;	/* sorted by code */
	u32 mendeds;
	u64 unmended, unmended_end;	/* between two of them, where was asked last */
	u64 *thunk;			/* sorted addresses of thunks, which no function jumps back from */
	u32 thunks;
	struct image_symbol *symbol;	/* sorted by name; made for the first module */
	u32 symbols;
	u64 tracer;			/* address of __fentry__ */
	void **kept;			/* memory that the rest points into */
	u32 keeps;
	u64 foreign;			/* one past the stand-ins for symbols of other modules */
	char error[1024];		/* why it could not be opened */
};

/**
 * image_open() - read what is to be known of a kernel's code
 * @image: set up; what it holds of the file stays mapped until image_close()
 * @path: a vmlinux that has its symbols; may be compressed
 *
 * Return: 0; -errno, -ENOEXEC for what is no such file. @image is closed then, and
 * its error says what was wrong of which file.
 */
int image_open(struct image *image, const char *path);

/* What was opened; that twice, or after an error, does nothing. */
void image_close(struct image *image);

/**
 * image_slide() - move the kernel to where it ran
 * @image: after image_open(), before its first module is placed
 * @slide: added to all its addresses
 *
 * What its code holds as constants is not changed.
 */
void image_slide(struct image *image, u64 slide);

/**
 * image_add_module() - read a module of the kernel
 * @image: after image_open()
 * @path: a .ko that has its symbols; may be compressed
 * @module: set to its number
 *
 * Nothing of it is found by address before it is placed.
 *
 * Return: 0; -errno as image_open(), -EEXIST when its name is there already. @image
 * stays open either way.
 */
int image_add_module(struct image *image, const char *path, u16 *module);

/* Where a module can be: the address of a function of it, from the start of its part. */
struct image_spot {
	enum image_part part;
	u64 offset;
	u32 size;
};

/**
 * image_spot() - where in a module a function is
 * @image: open
 * @module: one of its modules, placed or not
 * @name: of the function
 * @after: number of the spot, from 0: several functions may have one name
 * @spot: set
 *
 * Return: whether there is one.
 */
bool image_spot(const struct image *image, u16 module, const char *name, u32 after,
		struct image_spot *spot);

/**
 * image_place() - lay a module out, and link it
 * @image: open
 * @module: one of its modules, not placed before
 * @text: where its code is; a page's address
 * @init_text: where its code for initialising is; 0: behind the rest
 *
 * Its data, of which nothing is known, are put behind its code. Symbols that the
 * kernel does not have get addresses where nothing is.
 *
 * Return: 0; -ENOEXEC for relocations that cannot be, -ENOMEM. The image's error
 * says why.
 */
int image_place(struct image *image, u16 module, u64 text, u64 init_text);

/* The module of a name, as bt has it; 0: none. */
u16 image_module(const struct image *image, const char *name);

/* The address of a section of a placed module, or of the kernel (0); 0: none. */
u64 image_section_address(const struct image *image, u16 module, const char *name);

/* The function around an address; NO_FUNCTION. */
u32 image_function(const struct image *image, u64 address);

/* The function or routine around an address; NULL. */
const struct function *image_code(const struct image *image, u64 address);

/* The function of a name, or of a cold part's parent; NO_FUNCTION. */
u32 image_find(const struct image *image, const char *name);

#endif /* STACKANNO_IMAGE_H */
