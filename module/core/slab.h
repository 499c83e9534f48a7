/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The object of a slab cache that an address lies in, and whether it is free, as
 * SLUB's own lists tell: read while they may change, and without their locks.
 */
#ifndef STACKANNO_CORE_SLAB_H
#define STACKANNO_CORE_SLAB_H

#include "page.h"
#include "../uapi/stackanno.h"

#define STACKANNO_SLAB_NAME	40

/* Objects that one list is followed over; a slab has 32,767 at most. */
#define STACKANNO_SLAB_WALK	4096
/* CPUs that are asked for a slab, and slabs on the list of one. */
#define STACKANNO_SLAB_CPUS	1024U
#define STACKANNO_SLAB_PARTIAL	64

enum stackanno_slab_field {
	STACKANNO_SLAB_CACHE,		/* struct slab */
	STACKANNO_SLAB_FREELIST,
	STACKANNO_SLAB_COUNTERS,
	STACKANNO_SLAB_INUSE,
	STACKANNO_SLAB_OBJECTS,
	STACKANNO_SLAB_FROZEN,
	STACKANNO_SLAB_NEXT,
	STACKANNO_CACHE_SIZE,		/* struct kmem_cache */
	STACKANNO_CACHE_OBJECT_SIZE,
	STACKANNO_CACHE_OFFSET,
	STACKANNO_CACHE_RED_LEFT_PAD,
	STACKANNO_CACHE_NAME,
	STACKANNO_CACHE_CPU_SLAB,	/* from here on they may be missing */
	STACKANNO_CACHE_RANDOM,
	STACKANNO_CACHE_SHEAVES,
	STACKANNO_CPU_FREELIST,		/* struct kmem_cache_cpu */
	STACKANNO_CPU_TID,
	STACKANNO_CPU_SLAB,
	STACKANNO_CPU_PARTIAL,
	STACKANNO_SLAB_FIELDS
};

struct stackanno_slab_layout {
	const struct stackanno_page_layout *pages;
	u64 caches;		/* the cache that caches are objects of */
	const unsigned long *percpu; /* by CPU: what a per-CPU address is moved by */
	u32 cpus;
	struct stackanno_layout_member at[STACKANNO_SLAB_FIELDS];
};

struct stackanno_slab_object {
	u64 cache;
	char name[STACKANNO_SLAB_NAME];	/* of the cache */
	u64 begin;
	u64 offset;		/* of the address, from there */
	u32 size;		/* as asked for; the address may lie behind it */
	u8 state;		/* enum stackanno_object_state */
	u8 evidence;		/* enum stackanno_evidence, for the state */
	bool limited;		/* a list was longer than it is followed */
	bool broken;		/* a list leads where none of the slab's objects is */
};

/**
 * stackanno_slab_open() - how the running kernel lays slabs out
 * @btf: the kernel's
 * @layout: the members are set; the rest is the caller's
 *
 * Context: process.
 * Return: 0; -ENOENT when some of it is not found.
 */
int stackanno_slab_open(const struct stackanno_btf *btf, struct stackanno_slab_layout *layout);

/**
 * stackanno_slab_find() - the object that an address lies in
 * @layout: opened
 * @memory: of the kernel
 * @address: in the direct map
 * @object: set on success
 *
 * The cache is what it says it is when it is itself an object of the cache of
 * caches. An object is free when it is on a list of free ones, and allocated only
 * when all lists on which it could be were seen to their end, and add up; where
 * one changed meanwhile the state is likely.
 *
 * Context: as @memory's. Bounded by the constants above.
 * Return: 0; -ENOENT when it lies in no slab; -ERANGE when it lies in one, but in no
 * object; -EINVAL when what says so does not hold together; -EFAULT.
 */
int stackanno_slab_find(const struct stackanno_slab_layout *layout,
			const struct stackanno_source *memory, u64 address,
			struct stackanno_slab_object *object);

#endif /* STACKANNO_CORE_SLAB_H */
