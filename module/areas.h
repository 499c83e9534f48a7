/* SPDX-License-Identifier: GPL-2.0-only */
/* Areas of vmalloc, and mappings of the task that runs. */
#ifndef STACKANNO_AREAS_H
#define STACKANNO_AREAS_H

#include "core/area.h"
#include "core/vma.h"

/**
 * stackanno_areas_init() - learn how they are laid out, and try it
 *
 * Context: process, after stackanno_pages_init(); may sleep.
 */
void stackanno_areas_init(void);

/* Return: whether what was learnt proved right. */
bool stackanno_areas_known(void);
bool stackanno_vmas_known(void);

/**
 * stackanno_areas_find() - the area of vmalloc that an address lies in
 * @address: any
 * @area: set on success
 *
 * Context: any. Takes no lock.
 * Return: 0; -ENOENT.
 */
int stackanno_areas_find(unsigned long address, struct stackanno_area_found *area);

/**
 * stackanno_vmas_find() - the mapping of the current task that an address lies in
 * @address: any
 * @vma: set on success
 *
 * Context: any. Takes no lock: what is found may just have gone.
 * Return: 0; -ENOENT, also when it has no memory of its own.
 */
int stackanno_vmas_find(unsigned long address, struct stackanno_vma_found *vma);

#endif /* STACKANNO_AREAS_H */
