/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where members lie and what constants are in the kernel that runs, out of its
 * BTF, by name. What is not there, or there twice and not alike, is not found.
 */
#ifndef STACKANNO_CORE_LAYOUT_H
#define STACKANNO_CORE_LAYOUT_H

#include "btf.h"
#include "source.h"

/* A member that is wanted, and where it lies. */
struct stackanno_layout_member {
	const char *type;	/* name of the struct */
	const char *name;	/* of the member, in unnamed structs and unions within as well */
	u32 size;		/* bytes that it must have; 0: any, or a bit field */
	u32 offset;		/* bytes; of a bit field's first byte */
	u8 shift;		/* of a bit field, from the least bit of that byte */
	u8 bits;		/* of a bit field; 0: it is none */
	bool found;
	u32 seen;		/* structs of that name */
};

/* An enumerator that is wanted, and its value. */
struct stackanno_layout_constant {
	const char *name;
	s64 value;
	bool found;
};

/**
 * stackanno_layout_members() - look for members
 * @btf: opened
 * @members: what is wanted; set
 * @count: how many
 *
 * Context: any; looks at each type once.
 */
void stackanno_layout_members(const struct stackanno_btf *btf,
			      struct stackanno_layout_member *members, u32 count);

/**
 * stackanno_layout_constants() - look for enumerators of a named enum
 * @btf: opened
 * @type: name of the enum
 * @constants: what is wanted; set
 * @count: how many
 *
 * Context: any; looks at each type once.
 */
void stackanno_layout_constants(const struct stackanno_btf *btf, const char *type,
				struct stackanno_layout_constant *constants, u32 count);

/**
 * stackanno_layout_size() - bytes of a struct
 * @btf: opened
 * @type: its name
 *
 * Return: bytes; 0 when it is not found, or there are several that differ.
 */
u32 stackanno_layout_size(const struct stackanno_btf *btf, const char *type);

/**
 * stackanno_layout_read() - the value of a member
 * @memory: where it lies
 * @base: address of the struct
 * @member: found, of at most 8 bytes
 * @value: set on success, not sign-extended
 *
 * Context: as @memory's.
 * Return: 0; -EFAULT when it cannot be read; -EINVAL for a member that is too
 * large for it, or was not found.
 */
int stackanno_layout_read(const struct stackanno_source *memory, u64 base,
			  const struct stackanno_layout_member *member, u64 *value);

#endif /* STACKANNO_CORE_LAYOUT_H */
