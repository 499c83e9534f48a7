// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"
#include "../uapi/stackanno.h"

#define PAGE_BITS	12
/* Bytes of memory that a byte of KASAN's shadow is of, as a power of two. */
#define SHADOW_BITS	3

static u64 offset_in(const struct stackanno_region *region, u64 distance)
{
	switch (region->kind) {
	case STACKANNO_MEANING_DIRECT_MAP:
		return distance;
	case STACKANNO_MEANING_VMEMMAP:
		return distance / region->unit << PAGE_BITS | distance % region->unit;
	case STACKANNO_MEANING_KASAN_SHADOW:
		/* The shadow is of the kernel's half, whose upper end is that of its own. */
		return 0 - ((region->end - region->begin - distance) << SHADOW_BITS);
	default:
		return 0;
	}
}

const struct stackanno_region *stackanno_region_of(const struct stackanno_region *regions,
						   u32 count, u64 address, u64 *offset)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (address < regions[i].begin || address >= regions[i].end)
			continue;
		*offset = offset_in(&regions[i], address - regions[i].begin);
		return &regions[i];
	}
	return NULL;
}
