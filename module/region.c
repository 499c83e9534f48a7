// SPDX-License-Identifier: GPL-2.0-only
#include "region.h"

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <asm/cpu_entry_area.h>
#include <asm/fixmap.h>
#include <asm/pgtable_areas.h>

#include "compat.h"
#include "uapi/stackanno.h"

enum part { DIRECT_MAP, VMALLOC, VMEMMAP, MODULE_AREA, FIXMAP, CPU_ENTRY_AREA, KASAN_SHADOW, PARTS };

static struct stackanno_region regions[PARTS];

static void set(enum part part, u16 kind, u16 evidence, u64 begin, u64 end)
{
	regions[part].kind = kind;
	regions[part].evidence = evidence;
	regions[part].begin = begin;
	regions[part].end = end;
}

void stackanno_region_init(void)
{
	const unsigned long memory = (unsigned long)high_memory - PAGE_OFFSET;
	unsigned long begin, end;

	set(DIRECT_MAP, STACKANNO_MEANING_DIRECT_MAP, STACKANNO_EVIDENCE_CERTAIN,
	    PAGE_OFFSET, PAGE_OFFSET + memory);
	/* So wide that any number may lie there, and mostly unmapped. */
	set(VMALLOC, STACKANNO_MEANING_VMALLOC, STACKANNO_EVIDENCE_LIKELY,
	    VMALLOC_START, VMALLOC_END);
	/* Of its struct page only the size is used: which page it is of. */
	set(VMEMMAP, STACKANNO_MEANING_VMEMMAP, STACKANNO_EVIDENCE_CERTAIN, VMEMMAP_START,
	    VMEMMAP_START + (memory >> PAGE_SHIFT) * sizeof(struct page));
	regions[VMEMMAP].unit = sizeof(struct page);
	set(MODULE_AREA, STACKANNO_MEANING_MODULE_AREA, STACKANNO_EVIDENCE_CERTAIN,
	    MODULES_VADDR, MODULES_END);
	set(FIXMAP, STACKANNO_MEANING_FIXMAP, STACKANNO_EVIDENCE_CERTAIN,
	    FIXADDR_START, FIXADDR_TOP);
	set(CPU_ENTRY_AREA, STACKANNO_MEANING_CPU_ENTRY_AREA, STACKANNO_EVIDENCE_CERTAIN,
	    CPU_ENTRY_AREA_BASE, CPU_ENTRY_AREA_BASE + CPU_ENTRY_AREA_MAP_SIZE);
	if (stackanno_compat_kasan_shadow(&begin, &end))
		set(KASAN_SHADOW, STACKANNO_MEANING_KASAN_SHADOW, STACKANNO_EVIDENCE_LIKELY,
		    begin, end);
}

const struct stackanno_region *stackanno_region_find(unsigned long address, u64 *offset)
{
	return stackanno_region_of(regions, PARTS, address, offset);
}

unsigned int stackanno_region_bits(void)
{
	return pgtable_l5_enabled() ? 57 : 48;
}
