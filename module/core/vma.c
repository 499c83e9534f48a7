// SPDX-License-Identifier: GPL-2.0-only
#include "vma.h"

/*
 * lib/maple_tree.c: a node is aligned to 256 bytes, and its address has its kind in
 * bits 3 to 6. The root is told from an entry by its two lowest bits; in the slots
 * of nodes that are no leaves stand only nodes, with bit 2 set.
 */
#define NODE_MASK 0xffULL
#define KIND_SHIFT 3
#define KIND_MASK 0xf
#define ROOT_MASK 3
#define ROOT_IS 2
#define INNER_MASK 7
#define INNER_IS 4
#define RANGE_PIVOTS 15
#define ARANGE_PIVOTS 9

#define MEMBER(struct_, member, bytes) { .type = struct_, .name = member, .size = bytes }

static const struct stackanno_layout_member wanted[] = {
	[STACKANNO_MM_TREE] = MEMBER("mm_struct", "mm_mt", 0),
	[STACKANNO_MM_START_BRK] = MEMBER("mm_struct", "start_brk", 8),
	[STACKANNO_MM_BRK] = MEMBER("mm_struct", "brk", 8),
	[STACKANNO_MM_START_STACK] = MEMBER("mm_struct", "start_stack", 8),
	[STACKANNO_MAPLE_ROOT] = MEMBER("maple_tree", "ma_root", 8),
	[STACKANNO_MAPLE_RANGE_PIVOT] = MEMBER("maple_range_64", "pivot", 8 * RANGE_PIVOTS),
	[STACKANNO_MAPLE_RANGE_SLOT] = MEMBER("maple_range_64", "slot", 8 * RANGE_PIVOTS + 8),
	[STACKANNO_MAPLE_ARANGE_PIVOT] = MEMBER("maple_arange_64", "pivot", 8 * ARANGE_PIVOTS),
	[STACKANNO_MAPLE_ARANGE_SLOT] = MEMBER("maple_arange_64", "slot", 8 * ARANGE_PIVOTS + 8),
	[STACKANNO_VMA_START] = MEMBER("vm_area_struct", "vm_start", 8),
	[STACKANNO_VMA_END] = MEMBER("vm_area_struct", "vm_end", 8),
	[STACKANNO_VMA_MM] = MEMBER("vm_area_struct", "vm_mm", 8),
	[STACKANNO_VMA_FILE] = MEMBER("vm_area_struct", "vm_file", 8),
	[STACKANNO_VMA_PGOFF] = MEMBER("vm_area_struct", "vm_pgoff", 8),
	[STACKANNO_FILE_PATH] = MEMBER("file", "f_path", 0),
	[STACKANNO_PATH_DENTRY] = MEMBER("path", "dentry", 8),
	[STACKANNO_DENTRY_NAME] = MEMBER("dentry", "d_name", 0),
	[STACKANNO_QSTR_NAME] = MEMBER("qstr", "name", 8),
};
static_assert(ARRAY_SIZE(wanted) == STACKANNO_VMA_FIELDS);

static const struct stackanno_layout_constant kinds[] = {
	[STACKANNO_MAPLE_LEAF] = { .name = "maple_leaf_64" },
	[STACKANNO_MAPLE_RANGE] = { .name = "maple_range_64" },
	[STACKANNO_MAPLE_ARANGE] = { .name = "maple_arange_64" },
};
static_assert(ARRAY_SIZE(kinds) == STACKANNO_MAPLE_KINDS);

int stackanno_vma_open(const struct stackanno_btf *btf, struct stackanno_vma_layout *layout)
{
	u32 i;

	memcpy(layout->at, wanted, sizeof(wanted));
	memcpy(layout->kind, kinds, sizeof(kinds));
	stackanno_layout_members(btf, layout->at, STACKANNO_VMA_FIELDS);
	stackanno_layout_constants(btf, "maple_type", layout->kind, STACKANNO_MAPLE_KINDS);
	for (i = 0; i < STACKANNO_VMA_FIELDS; i++)
		if (!layout->at[i].found)
			return -ENOENT;
	for (i = 0; i < STACKANNO_MAPLE_KINDS; i++)
		if (!layout->kind[i].found)
			return -ENOENT;
	return 0;
}

struct search {
	const struct stackanno_vma_layout *layout;
	const struct stackanno_source *memory;
	u64 address;
};

static int take_at(const struct search *search, u64 at, u64 *value)
{
	const struct stackanno_span *heap = &search->layout->heap;

	if (at < heap->begin || at >= heap->end || heap->end - at < sizeof(*value))
		return -EFAULT;
	return search->memory->read(search->memory, at, value, sizeof(*value));
}

static int take(const struct search *search, u64 base, enum stackanno_vma_field field, u64 *value)
{
	return take_at(search, base + search->layout->at[field].offset, value);
}

/*
 * The branch of a node that leads to the address: each pivot is the last address
 * of its branch, and behind those in use there are zeros.
 */
static int take_branch(const struct search *search, u64 node, bool range, u64 *entry)
{
	u64 pivots = node + search->layout->at[range ? STACKANNO_MAPLE_RANGE_PIVOT :
					       STACKANNO_MAPLE_ARANGE_PIVOT].offset;
	u64 slots = node + search->layout->at[range ? STACKANNO_MAPLE_RANGE_SLOT :
					      STACKANNO_MAPLE_ARANGE_SLOT].offset;
	u32 count = range ? RANGE_PIVOTS : ARANGE_PIVOTS, i;
	u64 pivot;

	for (i = 0; i < count; i++) {
		if (take_at(search, pivots + i * sizeof(pivot), &pivot))
			return -EFAULT;
		if ((i && !pivot) || pivot >= search->address)
			break;
	}
	return take_at(search, slots + i * sizeof(*entry), entry);
}

/* Return: 0; -ENOENT; -E2BIG when the tree is deeper than any can be. */
static int find_vma(const struct search *search, u64 mm, u64 *vma)
{
	const struct stackanno_layout_constant *kind = search->layout->kind;
	u64 tree = mm + search->layout->at[STACKANNO_MM_TREE].offset, entry;
	u32 depth;

	if (take(search, tree, STACKANNO_MAPLE_ROOT, &entry))
		return -ENOENT;
	for (depth = 0; depth < STACKANNO_VMA_DEPTH; depth++) {
		s64 is = entry >> KIND_SHIFT & KIND_MASK;
		bool leaf = is == kind[STACKANNO_MAPLE_LEAF].value;

		if ((depth ? (entry & INNER_MASK) != INNER_IS : (entry & ROOT_MASK) != ROOT_IS) ||
		    (!leaf && is != kind[STACKANNO_MAPLE_RANGE].value &&
		     is != kind[STACKANNO_MAPLE_ARANGE].value))
			return -ENOENT;
		if (take_branch(search, entry & ~NODE_MASK,
				is != kind[STACKANNO_MAPLE_ARANGE].value, &entry))
			return -ENOENT;
		if (!leaf)
			continue;
		*vma = entry;
		return entry % sizeof(u64) || !entry ? -ENOENT : 0;
	}
	return -E2BIG;
}

/* Cut off where it is too long. */
static int take_name(const struct search *search, u64 at, char *name)
{
	const struct stackanno_span *heap = &search->layout->heap;
	u32 i;

	for (i = 0; i < STACKANNO_VMA_NAME - 1; i++) {
		if (at + i < heap->begin || at + i >= heap->end ||
		    search->memory->read(search->memory, at + i, &name[i], 1))
			return -EFAULT;
		if (!name[i])
			break;
	}
	name[i] = '\0';
	return i ? 0 : -ENOENT;
}

static int name_file(const struct search *search, u64 file, char *name)
{
	u64 path = file + search->layout->at[STACKANNO_FILE_PATH].offset, dentry, at;

	if (take(search, path, STACKANNO_PATH_DENTRY, &dentry) ||
	    take(search, dentry + search->layout->at[STACKANNO_DENTRY_NAME].offset,
		 STACKANNO_QSTR_NAME, &at))
		return -EFAULT;
	return take_name(search, at, name);
}

static const char *name_anonymous(const struct search *search, u64 mm,
				  const struct stackanno_vma_found *vma)
{
	u64 heap, brk, stack;

	if (take(search, mm, STACKANNO_MM_START_BRK, &heap) ||
	    take(search, mm, STACKANNO_MM_BRK, &brk) ||
	    take(search, mm, STACKANNO_MM_START_STACK, &stack))
		return "(anonymous)";
	if (vma->begin <= stack && stack < vma->end)
		return "(stack)";
	return vma->begin < brk && vma->end > heap ? "(heap)" : "(anonymous)";
}

int stackanno_vma_find(const struct stackanno_vma_layout *layout,
		       const struct stackanno_source *memory, u64 mm, u64 address,
		       struct stackanno_vma_found *found)
{
	struct search search = { .layout = layout, .memory = memory, .address = address };
	u64 vma, owner, file, pages;
	const char *name;
	int ret;

	memset(found, 0, sizeof(*found));
	ret = find_vma(&search, mm, &vma);
	found->limited = ret == -E2BIG;
	if (ret || take(&search, vma, STACKANNO_VMA_START, &found->begin) ||
	    take(&search, vma, STACKANNO_VMA_END, &found->end) ||
	    take(&search, vma, STACKANNO_VMA_MM, &owner) ||
	    take(&search, vma, STACKANNO_VMA_FILE, &file) ||
	    take(&search, vma, STACKANNO_VMA_PGOFF, &pages))
		return -ENOENT;
	if (owner != mm || address < found->begin || address >= found->end)
		return -ENOENT;
	found->offset = address - found->begin;
	if (!file) {
		name = name_anonymous(&search, mm, found);
		memcpy(found->name, name, strlen(name) + 1);
		return 0;
	}
	found->offset += pages << 12;
	return name_file(&search, file, found->name) ? -ENOENT : 0;
}
