/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mapping of a process that an address of user space lies in, out of its maple
 * tree, read while it may change, and without its lock.
 */
#ifndef STACKANNO_CORE_VMA_H
#define STACKANNO_CORE_VMA_H

#include "area.h"

/* Nodes on the way: each has ten branches and more. */
#define STACKANNO_VMA_DEPTH	16
#define STACKANNO_VMA_NAME	64

enum stackanno_vma_field {
	STACKANNO_MM_TREE,
	STACKANNO_MM_START_BRK,
	STACKANNO_MM_BRK,
	STACKANNO_MM_START_STACK,
	STACKANNO_MAPLE_ROOT,
	STACKANNO_MAPLE_RANGE_PIVOT,
	STACKANNO_MAPLE_RANGE_SLOT,
	STACKANNO_MAPLE_ARANGE_PIVOT,
	STACKANNO_MAPLE_ARANGE_SLOT,
	STACKANNO_VMA_START,
	STACKANNO_VMA_END,
	STACKANNO_VMA_MM,
	STACKANNO_VMA_FILE,
	STACKANNO_VMA_PGOFF,
	STACKANNO_FILE_PATH,
	STACKANNO_PATH_DENTRY,
	STACKANNO_DENTRY_NAME,
	STACKANNO_QSTR_NAME,
	STACKANNO_VMA_FIELDS
};

enum stackanno_maple_kind {
	STACKANNO_MAPLE_LEAF,
	STACKANNO_MAPLE_RANGE,
	STACKANNO_MAPLE_ARANGE,
	STACKANNO_MAPLE_KINDS
};

struct stackanno_vma_layout {
	struct stackanno_span heap;	/* where all of it lies */
	struct stackanno_layout_member at[STACKANNO_VMA_FIELDS];
	struct stackanno_layout_constant kind[STACKANNO_MAPLE_KINDS];
};

struct stackanno_vma_found {
	u64 begin, end;
	u64 offset;		/* of the address, in the file, or from the begin */
	char name[STACKANNO_VMA_NAME];	/* of the file, or "(heap)", "(stack)", "(anonymous)" */
	bool limited;
};

/* Return: 0; -ENOENT when some of it is not found. */
int stackanno_vma_open(const struct stackanno_btf *btf, struct stackanno_vma_layout *layout);

/**
 * stackanno_vma_find() - the mapping that an address lies in
 * @layout: opened
 * @memory: of the kernel
 * @mm: address of the struct mm_struct
 * @address: of user space
 * @vma: set on success
 *
 * Context: as @memory's. Bounded by the constants above.
 * Return: 0; -ENOENT when there is none, or what was found does not hold together.
 */
int stackanno_vma_find(const struct stackanno_vma_layout *layout,
		       const struct stackanno_source *memory, u64 mm, u64 address,
		       struct stackanno_vma_found *vma);

#endif /* STACKANNO_CORE_VMA_H */
