/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types and prototypes out of BTF, read in place. The blob is not trusted: each
 * index, offset and string is checked when it is used, and every chain of types is
 * followed for a bounded number of steps.
 *
 * The format is that of include/uapi/linux/btf.h. The wide fields of newer
 * headers (7 bits of kind, 24 of length) are read always: older writers leave
 * the bits between zero.
 */
#ifndef STACKANNO_CORE_BTF_H
#define STACKANNO_CORE_BTF_H

#include "env.h"
#include "text.h"

enum stackanno_btf_kind {
	STACKANNO_BTF_VOID,
	STACKANNO_BTF_INT,
	STACKANNO_BTF_PTR,
	STACKANNO_BTF_ARRAY,
	STACKANNO_BTF_STRUCT,
	STACKANNO_BTF_UNION,
	STACKANNO_BTF_ENUM,
	STACKANNO_BTF_FWD,
	STACKANNO_BTF_TYPEDEF,
	STACKANNO_BTF_VOLATILE,
	STACKANNO_BTF_CONST,
	STACKANNO_BTF_RESTRICT,
	STACKANNO_BTF_FUNC,
	STACKANNO_BTF_FUNC_PROTO,
	STACKANNO_BTF_VAR,
	STACKANNO_BTF_DATASEC,
	STACKANNO_BTF_FLOAT,
	STACKANNO_BTF_DECL_TAG,
	STACKANNO_BTF_TYPE_TAG,
	STACKANNO_BTF_ENUM64,
	STACKANNO_BTF_KINDS
};

/* How many steps of a chain of types are followed. */
#define STACKANNO_BTF_DEPTH 16

#define STACKANNO_BTF_NONE 0xffffffffU

struct stackanno_btf {
	const struct stackanno_btf *base;	/* what a module's builds on; NULL */
	const u8 *types;
	const char *strings;
	u32 type_bytes, string_bytes;
	u32 first_id, first_string;	/* lower ones are the base's */
	u32 count;			/* of types */
	u32 functions;
	u32 names;			/* of functions, and behind them of structs and enums */
	u32 *offset;			/* of each type, in types */
	u32 *named;			/* id of what has each name */
	u32 *next;			/* name of the same list; STACKANNO_BTF_NONE */
	u32 *head;			/* lists, by the low bits of names' hashes */
	bool whole;			/* no kind was met whose size is not known */
};

struct stackanno_btf_type {
	u32 id;
	u32 kind;		/* enum stackanno_btf_kind, or a newer one */
	u32 vlen;		/* of members, parameters, values */
	bool flag;		/* members have bit fields' sizes; a forward union */
	u32 size;		/* bytes, or the id of another type, as the kind has it */
	const char *name;	/* "" when it has none */
	const u8 *more;		/* what follows, as much as its kind says */
};

struct stackanno_btf_member {
	const char *name;	/* "" for an unnamed struct or union */
	u32 type;
	u32 bit;		/* offset in bits */
	u32 bits;		/* of a bit field; 0: it is none */
};

struct stackanno_btf_prototype {
	u32 id;			/* of the FUNC_PROTO */
	u32 result;		/* type; 0: void */
	u32 parameters;
	u32 functions;		/* that have the name */
	u32 first;		/* the first of them, in the index's order */
	bool variadic;		/* and others */
	bool unnamed;		/* they do not agree on the names of parameters */
};

struct stackanno_btf_parameter {
	const char *name;
	u32 type;
};

struct stackanno_btf_enumerator {
	const char *name;
	s64 value;
};

/**
 * stackanno_btf_measure() - memory that an index of a blob needs
 * @blob: the bytes
 * @size: how many
 * @words: set to the number of u32 that stackanno_btf_open() wants
 *
 * Context: any; bounded by @size.
 * Return: 0; -EINVAL when it is no BTF, or its sections do not lie in it.
 */
int stackanno_btf_measure(const void *blob, u32 size, u32 *words);

/**
 * stackanno_btf_open() - make an index of a blob
 * @blob: the bytes; stay where they are as long as @btf is used
 * @size: how many
 * @base: the kernel's, for a module's that builds on it; NULL
 * @memory: of the caller; as long as @btf is used
 * @words: u32 in it
 * @btf: set on success
 *
 * Types behind one of a kind unknown here, whose size the blob does not tell
 * either, are left out, and @btf->whole is false.
 *
 * Context: process.
 * Return: 0; -EINVAL as stackanno_btf_measure(); -ENOSPC when @words are too few.
 */
int stackanno_btf_open(const void *blob, u32 size, const struct stackanno_btf *base,
		       u32 *memory, u32 words, struct stackanno_btf *btf);

/**
 * stackanno_btf_type() - look at a type
 * @btf: opened
 * @id: of the type; 0 is void
 * @type: set on success
 *
 * Return: 0; -ENOENT when there is none.
 */
int stackanno_btf_type(const struct stackanno_btf *btf, u32 id,
		       struct stackanno_btf_type *type);

/**
 * stackanno_btf_strip() - what a type is beneath typedefs and qualifiers
 * @btf: opened
 * @id: of any type
 * @type: set on success
 *
 * Return: 0; -ENOENT when a link leads nowhere; -ELOOP when there are too many.
 */
int stackanno_btf_strip(const struct stackanno_btf *btf, u32 id,
			struct stackanno_btf_type *type);

/* Return: bytes of a type; 0 where it has no size, or it cannot be said. */
u32 stackanno_btf_size(const struct stackanno_btf *btf, u32 id);

/**
 * stackanno_btf_function() - the prototype of a function by its name
 * @btf: opened; its base is not searched
 * @name: as in kallsyms
 * @prototype: set on success
 *
 * Some writers of BTF keep one of several functions of a name: where the kernel has
 * more symbols of it than @prototype->functions, it may be another's.
 *
 * Return: 0; -ENOENT when there is no such function; -EEXIST when there are
 * several whose types do not agree; -EINVAL for one without a prototype.
 */
int stackanno_btf_function(const struct stackanno_btf *btf, const char *name,
			   struct stackanno_btf_prototype *prototype);

/**
 * stackanno_btf_named() - a function's place in the index
 * @btf: opened
 * @name: as in kallsyms
 *
 * Context: any; bounded.
 * Return: what stackanno_btf_function() leaves in @prototype->first; STACKANNO_BTF_NONE.
 */
u32 stackanno_btf_named(const struct stackanno_btf *btf, const char *name);

/**
 * stackanno_btf_declared() - structs and enums by their name
 * @btf: opened; its base is not searched
 * @name: without "struct" or "enum"
 * @after: the one before, for the next; 0
 *
 * Context: any; bounded.
 * Return: id, of the lowest above @after; 0: there is none.
 */
u32 stackanno_btf_declared(const struct stackanno_btf *btf, const char *name, u32 after);

/* Return: 0; -ENOENT when there is no @index-th parameter. Its name may be "". */
int stackanno_btf_parameter(const struct stackanno_btf *btf,
			    const struct stackanno_btf_prototype *prototype, u32 index,
			    struct stackanno_btf_parameter *parameter);

/* Return: 0; -ENOENT when @type has no @index-th member. */
int stackanno_btf_member(const struct stackanno_btf *btf, const struct stackanno_btf_type *type,
			 u32 index, struct stackanno_btf_member *member);

/* Return: 0; -ENOENT when @type has no @index-th enumerator. */
int stackanno_btf_enumerator(const struct stackanno_btf *btf,
			     const struct stackanno_btf_type *type, u32 index,
			     struct stackanno_btf_enumerator *enumerator);

/**
 * stackanno_btf_element() - what an array holds
 * @type: a type of kind ARRAY
 * @element: set to its elements' type
 * @count: set to how many
 *
 * Return: 0; -EINVAL for another kind.
 */
int stackanno_btf_element(const struct stackanno_btf_type *type, u32 *element, u32 *count);

/**
 * stackanno_btf_print() - append a type as C writes it
 * @btf: opened
 * @id: of the type
 * @text: where to ("const struct file *"); a "?" stands for what cannot be said
 */
void stackanno_btf_print(const struct stackanno_btf *btf, u32 id, struct stackanno_text *text);

#endif /* STACKANNO_CORE_BTF_H */
