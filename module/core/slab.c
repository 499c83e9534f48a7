// SPDX-License-Identifier: GPL-2.0-only
#include "slab.h"

/* The largest slab that could be made: a block of the page allocator's largest. */
#define SLAB_MAX (1U << 22)
#define NAME_FIRST 0x21
#define NAME_LAST 0x7e

static const struct stackanno_layout_member wanted[] = {
	[STACKANNO_SLAB_CACHE] = { .type = "slab", .name = "slab_cache", .size = 8 },
	[STACKANNO_SLAB_FREELIST] = { .type = "slab", .name = "freelist", .size = 8 },
	[STACKANNO_SLAB_COUNTERS] = { .type = "slab", .name = "counters", .size = 8 },
	[STACKANNO_SLAB_INUSE] = { .type = "slab", .name = "inuse" },
	[STACKANNO_SLAB_OBJECTS] = { .type = "slab", .name = "objects" },
	[STACKANNO_SLAB_FROZEN] = { .type = "slab", .name = "frozen" },
	[STACKANNO_SLAB_NEXT] = { .type = "slab", .name = "next", .size = 8 },
	[STACKANNO_CACHE_SIZE] = { .type = "kmem_cache", .name = "size", .size = 4 },
	[STACKANNO_CACHE_OBJECT_SIZE] = { .type = "kmem_cache", .name = "object_size", .size = 4 },
	[STACKANNO_CACHE_OFFSET] = { .type = "kmem_cache", .name = "offset", .size = 4 },
	[STACKANNO_CACHE_RED_LEFT_PAD] = { .type = "kmem_cache", .name = "red_left_pad", .size = 4 },
	[STACKANNO_CACHE_NAME] = { .type = "kmem_cache", .name = "name", .size = 8 },
	[STACKANNO_CACHE_CPU_SLAB] = { .type = "kmem_cache", .name = "cpu_slab", .size = 8 },
	[STACKANNO_CACHE_RANDOM] = { .type = "kmem_cache", .name = "random", .size = 8 },
	[STACKANNO_CACHE_SHEAVES] = { .type = "kmem_cache", .name = "cpu_sheaves", .size = 8 },
	[STACKANNO_CPU_FREELIST] = { .type = "kmem_cache_cpu", .name = "freelist", .size = 8 },
	[STACKANNO_CPU_TID] = { .type = "kmem_cache_cpu", .name = "tid", .size = 8 },
	[STACKANNO_CPU_SLAB] = { .type = "kmem_cache_cpu", .name = "slab", .size = 8 },
	[STACKANNO_CPU_PARTIAL] = { .type = "kmem_cache_cpu", .name = "partial", .size = 8 },
};
static_assert(ARRAY_SIZE(wanted) == STACKANNO_SLAB_FIELDS);

int stackanno_slab_open(const struct stackanno_btf *btf, struct stackanno_slab_layout *layout)
{
	u32 i;

	memcpy(layout->at, wanted, sizeof(wanted));
	stackanno_layout_members(btf, layout->at, STACKANNO_SLAB_FIELDS);
	for (i = 0; i < STACKANNO_CACHE_CPU_SLAB; i++)
		if (!layout->at[i].found)
			return -ENOENT;
	for (i = STACKANNO_SLAB_INUSE; i <= STACKANNO_SLAB_FROZEN; i++)
		if (!layout->at[i].bits)
			return -ENOENT;
	return 0;
}

/* A slab and the parts of its cache that are needed to walk its lists. */
struct search {
	const struct stackanno_slab_layout *layout;
	const struct stackanno_source *memory;
	u64 slab;		/* struct slab */
	u64 cache;
	u64 begin;		/* of its objects, the first's left redzone included */
	u64 size, objects, pad, link, random;
	u64 target;		/* begin of the object that is searched for */
	bool limited, broken;
};

/* Return: 0; -EFAULT. What is not in this kernel is 0. */
static int take(const struct search *search, u64 base, enum stackanno_slab_field field, u64 *value)
{
	*value = 0;
	if (!search->layout->at[field].found)
		return 0;
	return stackanno_layout_read(search->memory, base, &search->layout->at[field], value);
}

static bool in_direct_map(const struct stackanno_slab_layout *layout, u64 address)
{
	return address >= layout->pages->direct_map &&
	       address - layout->pages->direct_map < layout->pages->memory;
}

/* The slab around an address. Return: 0; -ENOENT; -EFAULT; -EINVAL. */
static int find_slab(struct search *search, u64 address)
{
	const struct stackanno_page_layout *pages = search->layout->pages;
	struct stackanno_page page;
	int ret;

	if (!in_direct_map(search->layout, address))
		return -ENOENT;
	ret = stackanno_page_find(pages, search->memory,
				  (address - pages->direct_map) >> STACKANNO_PAGE_SHIFT, &page);
	if (ret)
		return ret == -ERANGE ? -ENOENT : ret;
	if (page.kind != STACKANNO_PAGE_SLAB)
		return -ENOENT;
	search->slab = stackanno_page_struct(pages, page.head);
	search->begin = pages->direct_map + (page.head << STACKANNO_PAGE_SHIFT);
	return take(search, search->slab, STACKANNO_SLAB_CACHE, &search->cache);
}

/* What the cache says of its objects. Return: 0; -EFAULT; -EINVAL when it cannot be. */
static int take_cache(struct search *search, u64 *object_size)
{
	if (!in_direct_map(search->layout, search->cache) || search->cache % sizeof(u64))
		return -EINVAL;
	if (take(search, search->cache, STACKANNO_CACHE_SIZE, &search->size) ||
	    take(search, search->cache, STACKANNO_CACHE_OBJECT_SIZE, object_size) ||
	    take(search, search->cache, STACKANNO_CACHE_OFFSET, &search->link) ||
	    take(search, search->cache, STACKANNO_CACHE_RED_LEFT_PAD, &search->pad) ||
	    take(search, search->cache, STACKANNO_CACHE_RANDOM, &search->random) ||
	    take(search, search->slab, STACKANNO_SLAB_OBJECTS, &search->objects))
		return -EFAULT;
	if (!search->size || search->size % sizeof(u64) || search->pad >= search->size ||
	    *object_size > search->size - search->pad || !search->objects ||
	    search->size > SLAB_MAX / search->objects ||
	    search->link > search->size - search->pad - sizeof(u64))
		return -EINVAL;
	return 0;
}

/* Which object of the slab an address lies in, its padding included. */
static int place(const struct search *search, u64 address, u64 *begin)
{
	u64 index = (address - search->begin) / search->size;

	*begin = search->begin + index * search->size + search->pad;
	return index < search->objects && address >= *begin ? 0 : -ERANGE;
}

/* A cache is an object of the cache of caches, from its first byte on. */
static int check_cache(const struct search *search)
{
	struct search above = { .layout = search->layout, .memory = search->memory };
	u64 object_size, begin;
	int ret = find_slab(&above, search->cache);

	if (ret)
		return ret == -EFAULT ? ret : -EINVAL;
	if (above.cache != search->layout->caches)
		return -EINVAL;
	ret = take_cache(&above, &object_size);
	if (ret)
		return ret;
	return place(&above, search->cache, &begin) || begin != search->cache ? -EINVAL : 0;
}

static int take_name(const struct search *search, char *name)
{
	u64 at;
	u32 i;

	if (take(search, search->cache, STACKANNO_CACHE_NAME, &at) || !(at >> 63))
		return -EINVAL;
	for (i = 0; i < STACKANNO_SLAB_NAME - 1; i++) {
		if (search->memory->read(search->memory, at + i, &name[i], 1))
			return -EFAULT;
		if (!name[i])
			break;
		if (name[i] < NAME_FIRST || name[i] > NAME_LAST)
			name[i] = '?';
	}
	name[i] = '\0';
	return i ? 0 : -EINVAL;
}

enum walk { WALK_FOUND, WALK_END, WALK_DOUBT };

static u64 swapped(u64 value)
{
	return __builtin_bswap64(value);
}

/*
 * Along a list of free objects. Each holds the address of the next; where the
 * kernel hardens them, mixed with the cache's number and with where it lies.
 */
static enum walk walk_list(struct search *search, u64 at, u64 *seen)
{
	u64 begin;

	for (*seen = 0; at; ++*seen) {
		if (*seen == search->objects || *seen == STACKANNO_SLAB_WALK) {
			search->limited |= *seen == STACKANNO_SLAB_WALK;
			search->broken |= *seen == search->objects;
			return WALK_DOUBT;
		}
		if (at < search->begin || place(search, at, &begin) || begin != at) {
			search->broken = true;
			return WALK_DOUBT;
		}
		if (at == search->target)
			return WALK_FOUND;
		begin = at + search->link;
		if (search->memory->read(search->memory, begin, &at, sizeof(at)))
			return WALK_DOUBT;
		if (search->layout->at[STACKANNO_CACHE_RANDOM].found)
			at ^= search->random ^ swapped(begin);
	}
	return WALK_END;
}

static u64 cpu_slab(const struct search *search, u64 base, u32 cpu)
{
	return base + search->layout->percpu[cpu];
}

/* Whether a CPU keeps the slab, not taken up yet, on its list. */
static bool is_partial(struct search *search, u64 base)
{
	u32 cpu, i;
	u64 at;

	for (cpu = 0; cpu < min(search->layout->cpus, STACKANNO_SLAB_CPUS); cpu++) {
		if (take(search, cpu_slab(search, base, cpu), STACKANNO_CPU_PARTIAL, &at))
			continue;
		for (i = 0; at; i++) {
			if (at == search->slab)
				return true;
			if (i == STACKANNO_SLAB_PARTIAL)
				search->limited = true;
			if (i == STACKANNO_SLAB_PARTIAL || at < search->layout->pages->structs ||
			    take(search, at, STACKANNO_SLAB_NEXT, &at))
				break;
		}
	}
	return false;
}

/*
 * A frozen slab is a CPU's: what is free there is on a list of the CPU's own, which
 * counts as in use. Each change of that list gets a number, so that one which is
 * the same afterwards did not change.
 */
static void ask_cpus(struct search *search, struct stackanno_slab_object *object)
{
	u64 base, slab, number, again, list, seen;
	u32 cpu;

	if (take(search, search->cache, STACKANNO_CACHE_CPU_SLAB, &base) || !base)
		return;
	if (search->layout->cpus > STACKANNO_SLAB_CPUS)
		search->limited = true;
	for (cpu = 0; cpu < min(search->layout->cpus, STACKANNO_SLAB_CPUS); cpu++) {
		u64 own = cpu_slab(search, base, cpu);
		enum walk found;

		if (take(search, own, STACKANNO_CPU_TID, &number) ||
		    take(search, own, STACKANNO_CPU_SLAB, &slab) || slab != search->slab)
			continue;
		if (take(search, own, STACKANNO_CPU_FREELIST, &list))
			return;
		found = walk_list(search, list, &seen);
		if (found == WALK_DOUBT)
			return;
		object->state = found == WALK_FOUND ? STACKANNO_OBJECT_FREE :
						      STACKANNO_OBJECT_ALLOCATED;
		/* An empty list may be one that is about to be put there. */
		if (list && !take(search, own, STACKANNO_CPU_TID, &again) && again == number)
			object->evidence = STACKANNO_EVIDENCE_CERTAIN;
		return;
	}
	if (is_partial(search, base)) {
		object->state = STACKANNO_OBJECT_ALLOCATED;
		object->evidence = STACKANNO_EVIDENCE_CERTAIN;
	}
}

/* Whether freed objects may wait where none of this looks. */
static bool is_elsewhere(const struct search *search)
{
	u64 sheaves;

	return take(search, search->cache, STACKANNO_CACHE_SHEAVES, &sheaves) || sheaves;
}

static void tell_state(struct search *search, struct stackanno_slab_object *object)
{
	u64 list, counters, again, inuse, frozen, seen;

	object->state = STACKANNO_OBJECT_UNKNOWN;
	object->evidence = STACKANNO_EVIDENCE_LIKELY;
	if (take(search, search->slab, STACKANNO_SLAB_COUNTERS, &counters) ||
	    take(search, search->slab, STACKANNO_SLAB_FREELIST, &list) ||
	    take(search, search->slab, STACKANNO_SLAB_INUSE, &inuse) ||
	    take(search, search->slab, STACKANNO_SLAB_FROZEN, &frozen))
		return;
	switch (walk_list(search, list, &seen)) {
	case WALK_FOUND:
		object->state = STACKANNO_OBJECT_FREE;
		object->evidence = STACKANNO_EVIDENCE_CERTAIN;
		break;
	case WALK_END:
		if (seen + inuse != search->objects)
			return;
		if (frozen) {
			ask_cpus(search, object);
		} else {
			object->state = STACKANNO_OBJECT_ALLOCATED;
			object->evidence = STACKANNO_EVIDENCE_CERTAIN;
		}
		if (object->state == STACKANNO_OBJECT_ALLOCATED && is_elsewhere(search))
			object->state = STACKANNO_OBJECT_UNKNOWN;
		break;
	case WALK_DOUBT:
		return;
	}
	if (take(search, search->slab, STACKANNO_SLAB_FREELIST, &again) || again != list ||
	    take(search, search->slab, STACKANNO_SLAB_COUNTERS, &again) || again != counters)
		object->evidence = STACKANNO_EVIDENCE_LIKELY;
}

/* A slab may be given back while it is looked at, and its page be another cache's. */
static bool is_still(const struct search *search, u64 address)
{
	struct search again = { .layout = search->layout, .memory = search->memory };

	return !find_slab(&again, address) && again.slab == search->slab &&
	       again.cache == search->cache;
}

int stackanno_slab_find(const struct stackanno_slab_layout *layout,
			const struct stackanno_source *memory, u64 address,
			struct stackanno_slab_object *object)
{
	struct search search = { .layout = layout, .memory = memory };
	u64 object_size;
	int ret;

	memset(object, 0, sizeof(*object));
	ret = find_slab(&search, address);
	if (!ret)
		ret = take_cache(&search, &object_size);
	if (!ret)
		ret = check_cache(&search);
	if (!ret)
		ret = place(&search, address, &search.target);
	if (!ret)
		ret = take_name(&search, object->name);
	if (ret)
		return ret;
	tell_state(&search, object);
	if (!is_still(&search, address))
		return -EINVAL;
	object->cache = search.cache;
	object->begin = search.target;
	object->offset = address - search.target;
	object->size = (u32)object_size;
	object->limited = search.limited;
	object->broken = search.broken;
	return 0;
}
