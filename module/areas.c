// SPDX-License-Identifier: GPL-2.0-only
#include "areas.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/page_64_types.h>

#include "counter.h"
#include "kernel_btf.h"
#include "ksyms.h"
#include "nofault.h"
#include "pages.h"

static_assert(STACKANNO_AREA_IS_IOREMAP == VM_IOREMAP);
static_assert(STACKANNO_AREA_IS_ALLOC == VM_ALLOC);
static_assert(STACKANNO_AREA_IS_MAP == VM_MAP);
static_assert(STACKANNO_AREA_NO_GUARD == VM_NO_GUARD);

#define CHECK_BYTES (3 * PAGE_SIZE)

static struct stackanno_area_layout areas;
static struct stackanno_vma_layout vmas;
static bool areas_known, vmas_known;

static unsigned int number_at(const char *name)
{
	unsigned long address = stackanno_ksyms_find(name);

	return address ? READ_ONCE(*(unsigned int *)address) : 0;
}

/* One tree, or since v6.9 as many as the machine has use for, made at boot. */
static void find_trees(void)
{
	unsigned long nodes = stackanno_ksyms_find("vmap_nodes");

	if (!areas.at[STACKANNO_VMAP_BUSY].found) {
		areas.trees = stackanno_ksyms_find("vmap_area_root");
		areas.count = areas.trees ? 1 : 0;
	} else if (nodes) {
		areas.trees = READ_ONCE(*(unsigned long *)nodes);
		areas.count = number_at("nr_vmap_nodes");
		areas.zone = number_at("vmap_zone_size");
	}
}

static bool is_area(unsigned long address, u64 begin, enum stackanno_area kind)
{
	struct stackanno_area_found area;

	return !stackanno_area_find(&areas, &stackanno_nofault, address, &area) &&
	       area.begin == begin && area.bytes == CHECK_BYTES && area.kind == kind;
}

static bool areas_are_right(void)
{
	void *memory = vmalloc(CHECK_BYTES);
	unsigned long begin = (unsigned long)memory;
	struct stackanno_area_found area;
	struct stackanno_symbol *symbol = kzalloc(sizeof(*symbol), GFP_KERNEL);
	bool right;

	right = memory && symbol && is_area(begin, begin, STACKANNO_AREA_VMALLOC) &&
		is_area(begin + CHECK_BYTES - 1, begin, STACKANNO_AREA_VMALLOC) &&
		is_area(begin + CHECK_BYTES, begin, STACKANNO_AREA_GUARD) &&
		!stackanno_area_find(&areas, &stackanno_nofault, begin, &area) &&
		!stackanno_ksyms_symbol(area.caller, symbol) &&
		!strcmp(symbol->module, "stackanno");
	vfree(memory);
	kfree(symbol);
	return right;
}

/* Whoever loads the module has a stack. */
static bool vmas_are_right(void)
{
	struct stackanno_vma_found vma;
	unsigned long stack;

	if (!current->mm)
		return false;
	stack = READ_ONCE(current->mm->start_stack);
	return !stackanno_vma_find(&vmas, &stackanno_nofault, (unsigned long)current->mm, stack,
				   &vma) &&
	       !strcmp(vma.name, "(stack)") && vma.end - vma.begin >= PAGE_SIZE &&
	       stackanno_vma_find(&vmas, &stackanno_nofault, (unsigned long)current->mm,
				  PAGE_SIZE / 2, &vma);
}

void stackanno_areas_init(void)
{
	const struct stackanno_btf *btf = stackanno_kernel_btf();
	const struct stackanno_page_layout *pages = stackanno_pages_layout();

	if (!btf || !stackanno_pages_known())
		return;
	vmas.heap.begin = pages->direct_map;
	vmas.heap.end = pages->direct_map + pages->memory;
	areas.heap = vmas.heap;
	areas.image.begin = stackanno_ksyms_address(STACKANNO_KSYM_STEXT);
	areas.image.end = stackanno_ksyms_address(STACKANNO_KSYM_BSS_STOP);
	if (!stackanno_area_open(btf, &areas)) {
		find_trees();
		areas_known = areas_are_right();
		if (!areas_known)
			pr_warn("stackanno: areas of vmalloc look other than this kernel's BTF says: left out\n");
	}
	if (!stackanno_vma_open(btf, &vmas)) {
		vmas_known = vmas_are_right();
		if (!vmas_known)
			pr_warn("stackanno: mappings look other than this kernel's BTF says: left out\n");
	}
}

bool stackanno_areas_known(void)
{
	return areas_known;
}

bool stackanno_vmas_known(void)
{
	return vmas_known;
}

int stackanno_areas_find(unsigned long address, struct stackanno_area_found *area)
{
	int ret;

	if (!areas_known)
		return -ENOENT;
	ret = stackanno_area_find(&areas, &stackanno_nofault, address, area);
	if (area->limited)
		stackanno_counter_add(STACKANNO_COUNT_LIST_LIMIT, 1);
	return ret;
}

int stackanno_vmas_find(unsigned long address, struct stackanno_vma_found *vma)
{
	unsigned long mm = (unsigned long)READ_ONCE(current->mm);
	int ret;

	if (!vmas_known || !mm || address >= TASK_SIZE_MAX)
		return -ENOENT;
	ret = stackanno_vma_find(&vmas, &stackanno_nofault, mm, address, vma);
	if (vma->limited)
		stackanno_counter_add(STACKANNO_COUNT_LIST_LIMIT, 1);
	return ret;
}
