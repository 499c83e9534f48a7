/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects of slab caches and of KFENCE, in the running kernel's memory. */
#ifndef STACKANNO_OBJECTS_H
#define STACKANNO_OBJECTS_H

#include "core/slab.h"

/**
 * stackanno_objects_init() - learn how caches are laid out, and try it
 *
 * Makes a cache, allocates and frees objects of it, and looks whether each is
 * found for what it is. Where one is not nothing will be said of any.
 *
 * Context: process, after stackanno_pages_init(); may sleep.
 */
void stackanno_objects_init(void);

/* Return: whether what was learnt of slabs proved right. */
bool stackanno_objects_known(void);

/**
 * stackanno_objects_find() - the object that an address lies in
 * @address: any
 * @kind: set to STACKANNO_MEANING_SLAB or _KFENCE
 * @object: set on success
 *
 * Context: any. What does not hold together is counted.
 * Return: 0; -ENOENT when it lies in none, or it cannot be said in which.
 */
int stackanno_objects_find(unsigned long address, enum stackanno_meaning_kind *kind,
			   struct stackanno_slab_object *object);

#endif /* STACKANNO_OBJECTS_H */
