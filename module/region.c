// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <asm/cpu_entry_area.h>
#include <asm/fixmap.h>
#include <asm/pgtable_areas.h>

static bool within(unsigned long address, unsigned long begin, unsigned long end)
{
	return address >= begin && address < end;
}

/* Of its struct page only the size is used: which page it is of. */
static u64 page_offset(unsigned long address)
{
	unsigned long distance = address - VMEMMAP_START;

	return (u64)(distance / sizeof(struct page)) << PAGE_SHIFT | distance % sizeof(struct page);
}

int stackanno_region_find(unsigned long address, enum stackanno_meaning_kind *kind, u64 *offset)
{
	/* Where the direct map ends, and the struct pages for what is in it. */
	unsigned long memory = (unsigned long)high_memory - PAGE_OFFSET;

	*offset = 0;
	if (within(address, PAGE_OFFSET, PAGE_OFFSET + memory)) {
		*kind = STACKANNO_MEANING_DIRECT_MAP;
		*offset = address - PAGE_OFFSET;
	} else if (within(address, VMALLOC_START, VMALLOC_END)) {
		*kind = STACKANNO_MEANING_VMALLOC;
	} else if (within(address, VMEMMAP_START,
			  VMEMMAP_START + (memory >> PAGE_SHIFT) * sizeof(struct page))) {
		*kind = STACKANNO_MEANING_VMEMMAP;
		*offset = page_offset(address);
	} else if (within(address, MODULES_VADDR, MODULES_END)) {
		*kind = STACKANNO_MEANING_MODULE_AREA;
	} else if (within(address, FIXADDR_START, FIXADDR_TOP)) {
		*kind = STACKANNO_MEANING_FIXMAP;
	} else if (within(address, CPU_ENTRY_AREA_BASE,
			  CPU_ENTRY_AREA_BASE + CPU_ENTRY_AREA_MAP_SIZE)) {
		*kind = STACKANNO_MEANING_CPU_ENTRY_AREA;
	} else {
		return -ENOENT;
	}
	return 0;
}

unsigned int stackanno_region_bits(void)
{
	return pgtable_l5_enabled() ? 57 : 48;
}
