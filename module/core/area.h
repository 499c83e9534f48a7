/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The area of vmalloc that an address lies in, out of the kernel's trees of them,
 * read while they may change, and without their locks.
 */
#ifndef STACKANNO_CORE_AREA_H
#define STACKANNO_CORE_AREA_H

#include "layout.h"
#include "../uapi/stackanno.h"

/* Nodes of one tree on the way to an area, and trees. */
#define STACKANNO_AREA_DEPTH	64
#define STACKANNO_AREA_TREES	128U

/* struct vm_struct.flags, as include/linux/vmalloc.h has them. */
#define STACKANNO_AREA_IS_IOREMAP	0x1
#define STACKANNO_AREA_IS_ALLOC		0x2
#define STACKANNO_AREA_IS_MAP		0x4
#define STACKANNO_AREA_NO_GUARD		0x40

enum stackanno_area_field {
	STACKANNO_VA_START,
	STACKANNO_VA_END,
	STACKANNO_VA_NODE,
	STACKANNO_VA_VM,
	STACKANNO_RB_LEFT,
	STACKANNO_RB_RIGHT,
	STACKANNO_VM_ADDR,
	STACKANNO_VM_SIZE,
	STACKANNO_VM_FLAGS,
	STACKANNO_VM_CALLER,
	STACKANNO_VMAP_BUSY,		/* struct vmap_node: where there are several trees */
	STACKANNO_AREA_FIELDS
};

struct stackanno_span {
	u64 begin, end;
};

struct stackanno_area_layout {
	u64 trees;		/* address of the first tree's root, or of what holds it */
	u32 count;		/* of trees */
	u32 tree_bytes;		/* from one to the next */
	u64 zone;		/* bytes of address space that one tree after the other gets */
	struct stackanno_span heap, image; /* where nodes, and what they lead to, may lie */
	struct stackanno_layout_member at[STACKANNO_AREA_FIELDS];
};

struct stackanno_area_found {
	u64 begin;
	u64 bytes;		/* without the guard page */
	u64 caller;		/* an address in the function that asked for it; 0: none is kept */
	u8 kind;		/* enum stackanno_area */
	bool limited;
};

/* Return: 0; -ENOENT when some of it is not found. Sets what is not an address. */
int stackanno_area_open(const struct stackanno_btf *btf, struct stackanno_area_layout *layout);

/**
 * stackanno_area_find() - the area that an address lies in
 * @layout: opened
 * @memory: of the kernel
 * @address: any
 * @area: set on success
 *
 * What is found was there: it has the address within, and what it says of itself
 * and what is said of it agree. What is not found may be there all the same, when
 * a tree is being turned meanwhile.
 *
 * Context: as @memory's. Bounded by the constants above.
 * Return: 0; -ENOENT.
 */
int stackanno_area_find(const struct stackanno_area_layout *layout,
			const struct stackanno_source *memory, u64 address,
			struct stackanno_area_found *area);

#endif /* STACKANNO_CORE_AREA_H */
