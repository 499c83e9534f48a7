/* SPDX-License-Identifier: GPL-2.0-only */
/* What an image's parts share while it grows: tables out of one ELF file. */
#ifndef STACKANNO_IMAGE_TABLES_H
#define STACKANNO_IMAGE_TABLES_H

#include <gelf.h>

#include "image.h"

/**
 * image_elf_open() - open an ELF file, compressed or not
 * @image: its error is set
 * @path: the file
 * @type: ET_EXEC or ET_REL, which it must be; x86-64's and of 64 bits as well
 * @fd: set, also on an error; -1
 * @elf: set, also on an error; NULL
 *
 * Return: 0; -errno, -ENOEXEC for another kind of file.
 */
int image_elf_open(struct image *image, const char *path, unsigned int type, int *fd,
		   struct Elf **elf);

/* Keeps why @path was refused, and returns @error. */
int image_fail(struct image *image, const char *path, const char *why, int error);

/* The first section of a type, and its header; NULL. */
Elf_Scn *image_elf_section(Elf *elf, u32 type, GElf_Shdr *header);

/* Has @memory freed with the image, or at once. Return: 0 or -ENOMEM. */
int image_keep(struct image *image, void *memory);

/* Each returns 0 or -ENOMEM. */
int image_add_section(struct image *image, const struct image_section *section);
int image_add_function(struct image *image, const struct function *function);
int image_add_routine(struct image *image, const struct function *routine);
int image_add_thunk(struct image *image, u64 address);
int image_add_labels(struct image *image, u64 begin, u64 end);
int image_add_warnings(struct image *image, u64 begin, u64 end);
int image_add_mended(struct image *image, u64 begin, u64 end);

/* To be called when all of a file has been added. */
void image_sort_sections(struct image *image);
int image_sort_functions(struct image *image);
void image_sort_thunks(struct image *image);

/* Whether a sorted table of addresses has one. */
bool image_has(const u64 *table, u32 count, u64 address);

/* The bytes at an address, at most @len of them, which is cut to what there is; NULL. */
const u8 *image_bytes(const struct image *image, u64 address, u32 *len);

/* What is called by the operations' functions. */
void image_set_ops(struct image *image, u64 canary);

#endif /* STACKANNO_IMAGE_TABLES_H */
