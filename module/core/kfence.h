/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects of KFENCE: one to a page of its pool, guard pages between them. */
#ifndef STACKANNO_CORE_KFENCE_H
#define STACKANNO_CORE_KFENCE_H

#include "slab.h"

enum stackanno_kfence_field {
	STACKANNO_KFENCE_ADDR,
	STACKANNO_KFENCE_SIZE,
	STACKANNO_KFENCE_CACHE,
	STACKANNO_KFENCE_STATE,
	STACKANNO_KFENCE_FIELDS
};

enum stackanno_kfence_state {
	STACKANNO_KFENCE_UNUSED,
	STACKANNO_KFENCE_ALLOCATED,
	STACKANNO_KFENCE_FREED,
	STACKANNO_KFENCE_STATES
};

struct stackanno_kfence_layout {
	u64 pool;		/* its address */
	u64 bytes;		/* of it; 0: there is none */
	u64 table;		/* address of the metadata, or of a pointer to them */
	u32 entry_bytes;	/* of one object's */
	const struct stackanno_layout_member *name; /* of a cache: where its name is */
	struct stackanno_layout_member at[STACKANNO_KFENCE_FIELDS];
	struct stackanno_layout_constant state[STACKANNO_KFENCE_STATES];
};

/* Return: 0; -ENOENT when some of it is not found. Sets what is not addresses. */
int stackanno_kfence_open(const struct stackanno_btf *btf, struct stackanno_kfence_layout *layout);

/**
 * stackanno_kfence_find() - the object of KFENCE's pool that an address lies at
 * @layout: opened
 * @memory: of the kernel
 * @address: any
 * @object: set on success; name "": no object, but one of the pool's guards
 *
 * Reads only what KFENCE keeps of its objects: the page of a freed one is not there.
 *
 * Context: as @memory's.
 * Return: 0; -ENOENT when it lies outside of the pool; -EINVAL when what KFENCE keeps
 * does not fit the page; -EFAULT.
 */
int stackanno_kfence_find(const struct stackanno_kfence_layout *layout,
			  const struct stackanno_source *memory, u64 address,
			  struct stackanno_slab_object *object);

#endif /* STACKANNO_CORE_KFENCE_H */
