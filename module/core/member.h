/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lies at an offset in a type, as C names it: `f_path.dentry`, `a[3]`.
 */
#ifndef STACKANNO_CORE_MEMBER_H
#define STACKANNO_CORE_MEMBER_H

#include "btf.h"

#define STACKANNO_MEMBER_STEPS 8
/* Members looked at on the way; the kernel's largest struct has some hundreds. */
#define STACKANNO_MEMBER_WORK 4096

/* One step into a type: a member by its name, or an element by its number. */
struct stackanno_member_step {
	const char *name;	/* NULL: an element; "": an unnamed struct or union */
	u32 index;
};

struct stackanno_member_path {
	struct stackanno_member_step step[STACKANNO_MEMBER_STEPS];
	u32 steps;
	u32 type;		/* where it ends */
};

/**
 * stackanno_member_find() - what is read or written at an offset in a type
 * @btf: opened
 * @id: of a struct, a union or an array, beneath typedefs
 * @offset: bytes
 * @size: bytes of the access; 0: none, the address is taken
 * @path: set on success
 *
 * An access ends at what begins at @offset, has that size and no members; an address
 * is that of the outermost which has a name and begins there. Of what shares its
 * place, as in unions, the first that fits is taken. Bit fields never fit.
 *
 * Context: any. Bounded by STACKANNO_MEMBER_WORK.
 * Return: 0; -ENOENT when nothing fits; -E2BIG when the bound was met before.
 */
int stackanno_member_find(const struct stackanno_btf *btf, u32 id, u32 offset, u32 size,
			  struct stackanno_member_path *path);

/**
 * stackanno_member_named() - the way to a member by its name
 * @btf: opened
 * @id: of a struct or a union, beneath typedefs
 * @name: of a member, also of one in an unnamed struct or union within
 * @offset: set to its distance in bytes from the begin of @id
 * @type: set to its type
 *
 * Context: any. Bounded by STACKANNO_MEMBER_WORK.
 * Return: 0; -ENOENT when there is none, it is a bit field, or the bound was met before.
 */
int stackanno_member_named(const struct stackanno_btf *btf, u32 id, const char *name,
			   u32 *offset, u32 *type);

/* Append a path as C writes it: no dot before the first name. */
void stackanno_member_print(const struct stackanno_member_path *path,
			    struct stackanno_text *text);

#endif /* STACKANNO_CORE_MEMBER_H */
