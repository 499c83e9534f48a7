// SPDX-License-Identifier: GPL-2.0-only
#include "area.h"

#define PAGE_BYTES 4096ULL

static const struct stackanno_layout_member wanted[] = {
	[STACKANNO_VA_START] = { .type = "vmap_area", .name = "va_start", .size = 8 },
	[STACKANNO_VA_END] = { .type = "vmap_area", .name = "va_end", .size = 8 },
	[STACKANNO_VA_NODE] = { .type = "vmap_area", .name = "rb_node", .size = 24 },
	[STACKANNO_VA_VM] = { .type = "vmap_area", .name = "vm", .size = 8 },
	[STACKANNO_RB_LEFT] = { .type = "rb_node", .name = "rb_left", .size = 8 },
	[STACKANNO_RB_RIGHT] = { .type = "rb_node", .name = "rb_right", .size = 8 },
	[STACKANNO_VM_ADDR] = { .type = "vm_struct", .name = "addr", .size = 8 },
	[STACKANNO_VM_SIZE] = { .type = "vm_struct", .name = "size", .size = 8 },
	[STACKANNO_VM_FLAGS] = { .type = "vm_struct", .name = "flags", .size = 8 },
	[STACKANNO_VM_CALLER] = { .type = "vm_struct", .name = "caller", .size = 8 },
	[STACKANNO_VMAP_BUSY] = { .type = "vmap_node", .name = "busy" },
};
static_assert(ARRAY_SIZE(wanted) == STACKANNO_AREA_FIELDS);

int stackanno_area_open(const struct stackanno_btf *btf, struct stackanno_area_layout *layout)
{
	struct stackanno_layout_member root = { .type = "rb_list", .name = "root", .size = 8 };
	u32 i;

	memcpy(layout->at, wanted, sizeof(wanted));
	stackanno_layout_members(btf, layout->at, STACKANNO_AREA_FIELDS);
	for (i = 0; i < STACKANNO_VMAP_BUSY; i++)
		if (!layout->at[i].found)
			return -ENOENT;
	layout->tree_bytes = stackanno_layout_size(btf, "vmap_node");
	if (!layout->at[STACKANNO_VMAP_BUSY].found)
		return 0;
	stackanno_layout_members(btf, &root, 1);
	if (!root.found || !layout->tree_bytes)
		return -ENOENT;
	layout->at[STACKANNO_VMAP_BUSY].offset += root.offset;
	return 0;
}

static int take(const struct stackanno_area_layout *layout, const struct stackanno_source *memory,
		u64 base, enum stackanno_area_field field, u64 *value)
{
	return stackanno_layout_read(memory, base, &layout->at[field], value);
}

static bool within(const struct stackanno_span *span, u64 address)
{
	return address >= span->begin && address < span->end;
}

static bool is_readable(const struct stackanno_area_layout *layout, u64 address)
{
	return !(address % sizeof(u64)) &&
	       (within(&layout->heap, address) || within(&layout->image, address));
}

/* What the area is for, as the one that asked for it keeps it. */
static int take_vm(const struct stackanno_area_layout *layout,
		   const struct stackanno_source *memory, u64 vm, u64 address,
		   struct stackanno_area_found *area)
{
	u64 begin, size, flags;

	if (!vm) {
		area->kind = STACKANNO_AREA_VM_MAP_RAM;
		return 0;
	}
	if (!is_readable(layout, vm) || take(layout, memory, vm, STACKANNO_VM_ADDR, &begin) ||
	    take(layout, memory, vm, STACKANNO_VM_SIZE, &size) ||
	    take(layout, memory, vm, STACKANNO_VM_FLAGS, &flags) ||
	    take(layout, memory, vm, STACKANNO_VM_CALLER, &area->caller))
		return -ENOENT;
	/* Its begin may have been aligned within the area. */
	if (begin < area->begin || size > area->bytes || begin - area->begin > area->bytes - size ||
	    size <= PAGE_BYTES || size % PAGE_BYTES || address < begin)
		return -ENOENT;
	area->begin = begin;
	area->bytes = flags & STACKANNO_AREA_NO_GUARD ? size : size - PAGE_BYTES;
	if (address - begin >= area->bytes)
		area->kind = STACKANNO_AREA_GUARD;
	else if (flags & STACKANNO_AREA_IS_ALLOC)
		area->kind = STACKANNO_AREA_VMALLOC;
	else if (flags & STACKANNO_AREA_IS_MAP)
		area->kind = STACKANNO_AREA_VMAP;
	else if (flags & STACKANNO_AREA_IS_IOREMAP)
		area->kind = STACKANNO_AREA_IOREMAP;
	return 0;
}

static int search_tree(const struct stackanno_area_layout *layout,
		       const struct stackanno_source *memory, u64 root, u64 address,
		       struct stackanno_area_found *area)
{
	u64 node, begin, end, vm, base;
	u32 depth;

	if (memory->read(memory, root, &node, sizeof(node)))
		return -ENOENT;
	for (depth = 0; depth < STACKANNO_AREA_DEPTH; depth++) {
		if (!is_readable(layout, node))
			return -ENOENT;
		base = node - layout->at[STACKANNO_VA_NODE].offset;
		if (take(layout, memory, base, STACKANNO_VA_START, &begin) ||
		    take(layout, memory, base, STACKANNO_VA_END, &end))
			return -ENOENT;
		if (address >= begin && address < end) {
			area->begin = begin;
			area->bytes = end - begin;
			return take(layout, memory, base, STACKANNO_VA_VM, &vm) ? -ENOENT :
			       take_vm(layout, memory, vm, address, area);
		}
		if (take(layout, memory, node, address < begin ? STACKANNO_RB_LEFT :
			 STACKANNO_RB_RIGHT, &node))
			return -ENOENT;
	}
	area->limited = true;
	return -ENOENT;
}

int stackanno_area_find(const struct stackanno_area_layout *layout,
			const struct stackanno_source *memory, u64 address,
			struct stackanno_area_found *area)
{
	u32 count = min(layout->count, STACKANNO_AREA_TREES), first, i;
	u64 tree;

	memset(area, 0, sizeof(*area));
	if (!count)
		return -ENOENT;
	area->limited = layout->count > count;
	if (!layout->at[STACKANNO_VMAP_BUSY].found)
		return search_tree(layout, memory, layout->trees, address, area);
	/*
	 * 72210662c5a2 ("mm: vmalloc: offload free_vmap_area_lock lock"), v6.9: an area
	 * is in the tree of the zone that it begins in, whose number is not far off.
	 */
	first = layout->zone ? (u32)(address / layout->zone % count) : 0;
	for (i = 0; i < count; i++) {
		tree = layout->trees + (u64)((first + count - i) % count) * layout->tree_bytes;
		if (!search_tree(layout, memory, tree + layout->at[STACKANNO_VMAP_BUSY].offset,
				 address, area))
			return 0;
	}
	return -ENOENT;
}
