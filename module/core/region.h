/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of a kernel's address space, by what lies in them. */
#ifndef STACKANNO_CORE_REGION_H
#define STACKANNO_CORE_REGION_H

#include "env.h"

struct stackanno_region {
	u64 begin;
	u64 end;	/* one past it; no region where it is not above begin */
	u16 kind;	/* enum stackanno_meaning_kind */
	u16 evidence;	/* enum stackanno_evidence, of a value in it being an address */
	u32 unit;	/* VMEMMAP: bytes of a struct page */
};

/**
 * stackanno_region_of() - the first region that an address lies in
 * @regions: to be searched
 * @count: of them
 * @address: any
 * @offset: set as the meaning of that kind has it, 0 for those that have none
 *
 * Return: the region; NULL when it is in none.
 */
const struct stackanno_region *stackanno_region_of(const struct stackanno_region *regions,
						   u32 count, u64 address, u64 *offset);

#endif /* STACKANNO_CORE_REGION_H */
