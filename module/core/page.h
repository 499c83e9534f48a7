/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a page of memory is, by its struct page. The page itself is never read:
 * it may be no memory at all.
 */
#ifndef STACKANNO_CORE_PAGE_H
#define STACKANNO_CORE_PAGE_H

#include "layout.h"

#define STACKANNO_PAGE_SHIFT	12

enum stackanno_page_kind {
	STACKANNO_PAGE_UNKNOWN,
	STACKANNO_PAGE_FREE,		/* in a free block of the page allocator */
	STACKANNO_PAGE_RESERVED,
	STACKANNO_PAGE_TABLE,		/* page table */
	STACKANNO_PAGE_SLAB,
	STACKANNO_PAGE_HUGETLB,
	STACKANNO_PAGE_OFFLINE,
	STACKANNO_PAGE_GUARD,
	STACKANNO_PAGE_ANON,
	STACKANNO_PAGE_FILE,		/* of a mapping: page cache */
	STACKANNO_PAGE_ALLOCATED,	/* no more than that is known */
	STACKANNO_PAGE_NO_REFERENCE,	/* on a CPU's list of free ones, or not counted */
	STACKANNO_PAGE_KINDS
};

enum stackanno_page_field {
	STACKANNO_PAGE_FLAGS,
	STACKANNO_PAGE_HEAD,
	STACKANNO_PAGE_MAPPING,
	STACKANNO_PAGE_PRIVATE,
	STACKANNO_PAGE_TYPE,
	STACKANNO_PAGE_REFCOUNT,
	STACKANNO_PAGE_FIELDS
};

/* How page_type tells what a page is: (page_type & mask) == value. */
struct stackanno_page_type {
	u32 mask, value;
};

struct stackanno_page_layout {
	u64 direct_map;		/* where physical address 0 is mapped */
	u64 memory;		/* bytes from there on that may be memory */
	u64 structs;		/* the struct page of pfn 0 */
	u32 page_bytes;		/* of struct page */
	struct stackanno_layout_member at[STACKANNO_PAGE_FIELDS];
	u64 reserved, head, slab; /* masks in the flags; slab 0: page_type tells */
	struct stackanno_page_type type[STACKANNO_PAGE_KINDS]; /* mask 0: there is none */
};

struct stackanno_page {
	u64 pfn;
	u64 head;		/* pfn of the first page that it was allocated with */
	u64 flags;		/* of the head, as all that follows */
	u64 mapping;
	u32 type;
	u32 references;
	u8 kind;		/* enum stackanno_page_kind */
	u8 evidence;		/* enum stackanno_evidence, for it */
};

/**
 * stackanno_page_open() - how the running kernel lays pages out
 * @btf: the kernel's
 * @old: what its headers say of page_type where the BTF does not; by kind
 * @layout: its addresses are the caller's to set; the rest is set
 *
 * Context: process.
 * Return: 0; -ENOENT when some of it is not found.
 */
int stackanno_page_open(const struct stackanno_btf *btf, const struct stackanno_page_type *old,
			struct stackanno_page_layout *layout);

/**
 * stackanno_page_find() - what the page of an address is
 * @layout: opened
 * @memory: of the kernel
 * @pfn: number of the page
 * @page: set on success
 *
 * Context: as @memory's.
 * Return: 0; -ERANGE when no memory can be there; -EFAULT when its struct page
 * cannot be read; -EINVAL when that is none that could be.
 */
int stackanno_page_find(const struct stackanno_page_layout *layout,
			const struct stackanno_source *memory, u64 pfn,
			struct stackanno_page *page);

/* Return: address of a struct page. */
u64 stackanno_page_struct(const struct stackanno_page_layout *layout, u64 pfn);

/* Return: the kind in words; NULL for UNKNOWN. */
const char *stackanno_page_name(enum stackanno_page_kind kind);

#endif /* STACKANNO_CORE_PAGE_H */
