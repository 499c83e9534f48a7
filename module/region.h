/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the kernel's address space, as the kernel that runs laid them out. */
#ifndef STACKANNO_REGION_H
#define STACKANNO_REGION_H

#include "core/region.h"

/**
 * stackanno_region_init() - note where the parts are
 *
 * Memory that is added later is not known.
 *
 * Context: process.
 */
void stackanno_region_init(void);

/**
 * stackanno_region_find() - the part that an address lies in
 * @address: any; its memory is not read
 * @offset: set as stackanno_region_of() does
 *
 * Context: any.
 * Return: the part; NULL when it lies in none.
 */
const struct stackanno_region *stackanno_region_find(unsigned long address, u64 *offset);

/**
 * stackanno_region_bits() - how many bits an address has
 *
 * Context: any.
 * Return: 48, or 57 with five levels of page tables.
 */
unsigned int stackanno_region_bits(void);

#endif /* STACKANNO_REGION_H */
