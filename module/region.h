/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the kernel's address space, as the kernel that runs laid them out. */
#ifndef STACKANNO_REGION_H
#define STACKANNO_REGION_H

#include <linux/types.h>

#include "uapi/stackanno.h"

/**
 * stackanno_region_find() - the part that an address lies in
 * @address: any; its memory is not read
 * @kind: set to what it means
 * @offset: set as that kind has it, 0 for those that have none
 *
 * Context: any.
 * Return: 0; -ENOENT.
 */
int stackanno_region_find(unsigned long address, enum stackanno_meaning_kind *kind, u64 *offset);

/**
 * stackanno_region_bits() - how many bits an address has
 *
 * Context: any.
 * Return: 48, or 57 with five levels of page tables.
 */
unsigned int stackanno_region_bits(void);

#endif /* STACKANNO_REGION_H */
