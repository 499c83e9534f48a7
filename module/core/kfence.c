// SPDX-License-Identifier: GPL-2.0-only
#include "kfence.h"

#define PAGE_BYTES (1U << STACKANNO_PAGE_SHIFT)

static const struct stackanno_layout_member wanted[] = {
	[STACKANNO_KFENCE_ADDR] = { .type = "kfence_metadata", .name = "addr", .size = 8 },
	[STACKANNO_KFENCE_SIZE] = { .type = "kfence_metadata", .name = "size", .size = 8 },
	[STACKANNO_KFENCE_CACHE] = { .type = "kfence_metadata", .name = "cache", .size = 8 },
	[STACKANNO_KFENCE_STATE] = { .type = "kfence_metadata", .name = "state", .size = 4 },
};
static_assert(ARRAY_SIZE(wanted) == STACKANNO_KFENCE_FIELDS);

static const struct stackanno_layout_constant states[] = {
	[STACKANNO_KFENCE_UNUSED] = { .name = "KFENCE_OBJECT_UNUSED" },
	[STACKANNO_KFENCE_ALLOCATED] = { .name = "KFENCE_OBJECT_ALLOCATED" },
	[STACKANNO_KFENCE_FREED] = { .name = "KFENCE_OBJECT_FREED" },
};
static_assert(ARRAY_SIZE(states) == STACKANNO_KFENCE_STATES);

int stackanno_kfence_open(const struct stackanno_btf *btf, struct stackanno_kfence_layout *layout)
{
	u32 i;

	memcpy(layout->at, wanted, sizeof(wanted));
	memcpy(layout->state, states, sizeof(states));
	stackanno_layout_members(btf, layout->at, STACKANNO_KFENCE_FIELDS);
	stackanno_layout_constants(btf, "kfence_object_state", layout->state,
				   STACKANNO_KFENCE_STATES);
	layout->entry_bytes = stackanno_layout_size(btf, "kfence_metadata");
	for (i = 0; i < STACKANNO_KFENCE_FIELDS; i++)
		if (!layout->at[i].found)
			return -ENOENT;
	for (i = 0; i < STACKANNO_KFENCE_STATES; i++)
		if (!layout->state[i].found)
			return -ENOENT;
	return layout->entry_bytes ? 0 : -ENOENT;
}

struct entry {
	u64 addr, size, cache, state;
};

/* What is kept of an object, where the table begins at @table. Return: 0; -EINVAL; -EFAULT. */
static int take_entry(const struct stackanno_kfence_layout *layout,
		      const struct stackanno_source *memory, u64 table, u64 page, u64 index,
		      struct entry *entry)
{
	u64 base = table + index * layout->entry_bytes;

	if (!(table >> 63))
		return -EINVAL;
	if (stackanno_layout_read(memory, base, &layout->at[STACKANNO_KFENCE_ADDR], &entry->addr) ||
	    stackanno_layout_read(memory, base, &layout->at[STACKANNO_KFENCE_SIZE], &entry->size) ||
	    stackanno_layout_read(memory, base, &layout->at[STACKANNO_KFENCE_CACHE],
				  &entry->cache) ||
	    stackanno_layout_read(memory, base, &layout->at[STACKANNO_KFENCE_STATE],
				  &entry->state))
		return -EFAULT;
	if (entry->addr < page || entry->addr - page >= PAGE_BYTES ||
	    entry->size > PAGE_BYTES - (entry->addr - page))
		return -EINVAL;
	return 0;
}

static int take_name(const struct stackanno_kfence_layout *layout,
		     const struct stackanno_source *memory, u64 cache, char *name)
{
	u64 at;
	u32 i;

	if (!(cache >> 63) || stackanno_layout_read(memory, cache, layout->name, &at) || !(at >> 63))
		return -EINVAL;
	for (i = 0; i < STACKANNO_SLAB_NAME - 1; i++)
		if (memory->read(memory, at + i, &name[i], 1) || !name[i])
			break;
	name[i] = '\0';
	return i ? 0 : -EINVAL;
}

static u8 state_of(const struct stackanno_kfence_layout *layout, u64 state)
{
	if (state == (u64)layout->state[STACKANNO_KFENCE_ALLOCATED].value)
		return STACKANNO_OBJECT_ALLOCATED;
	if (state == (u64)layout->state[STACKANNO_KFENCE_FREED].value)
		return STACKANNO_OBJECT_FREE;
	return STACKANNO_OBJECT_UNKNOWN;
}

int stackanno_kfence_find(const struct stackanno_kfence_layout *layout,
			  const struct stackanno_source *memory, u64 address,
			  struct stackanno_slab_object *object)
{
	u64 number, page, pointer;
	struct entry entry, again;
	int ret;

	memset(object, 0, sizeof(*object));
	if (!layout->bytes || address < layout->pool || address - layout->pool >= layout->bytes)
		return -ENOENT;
	object->evidence = STACKANNO_EVIDENCE_CERTAIN;
	/* Two guard pages, then an object's and a guard by turns. */
	number = (address - layout->pool) >> STACKANNO_PAGE_SHIFT;
	if (number < 2 || number % 2)
		return 0;
	page = layout->pool + (number << STACKANNO_PAGE_SHIFT);
	/*
	 * A table in the image before cabdf74e6b31 ("mm: kfence: allocate
	 * kfence_metadata at runtime"), v6.6; a pointer since. Each entry has the
	 * address of its own page from the first on, which tells them apart.
	 */
	if (memory->read(memory, layout->table, &pointer, sizeof(pointer)))
		return -EFAULT;
	ret = take_entry(layout, memory, pointer, page, number / 2 - 1, &entry);
	if (ret) {
		pointer = layout->table;
		ret = take_entry(layout, memory, pointer, page, number / 2 - 1, &entry);
	}
	if (ret)
		return ret;
	/* Never used, or between two uses. */
	if (entry.state == (u64)layout->state[STACKANNO_KFENCE_UNUSED].value || !entry.size ||
	    address < entry.addr)
		return 0;
	ret = take_name(layout, memory, entry.cache, object->name);
	if (ret)
		return ret;
	object->cache = entry.cache;
	object->begin = entry.addr;
	object->offset = address - entry.addr;
	object->size = (u32)entry.size;
	object->state = state_of(layout, entry.state);
	if (take_entry(layout, memory, pointer, page, number / 2 - 1, &again) ||
	    again.addr != entry.addr || again.size != entry.size ||
	    again.cache != entry.cache || again.state != entry.state)
		object->evidence = STACKANNO_EVIDENCE_LIKELY;
	return 0;
}
