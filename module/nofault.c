// SPDX-License-Identifier: GPL-2.0-only
#include "nofault.h"

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/uaccess.h>

#include "counter.h"
#include "memory.h"

/* struct pages, of which there are as many as the direct map has pages. */
static bool is_struct_page(u64 address, u32 bytes)
{
	unsigned long pages = ((unsigned long)high_memory - PAGE_OFFSET) >> PAGE_SHIFT;

	return address >= VMEMMAP_START &&
	       address - VMEMMAP_START <= pages * sizeof(struct page) - bytes;
}

/* What a cache or a list that is garbage leads to may be a device's. */
static int nofault_read(const struct stackanno_source *memory, u64 address, void *to, u32 bytes)
{
	if (!is_struct_page(address, bytes))
		return stackanno_memory_read(address, to, bytes) ? 0 : -EFAULT;
	if (!copy_from_kernel_nofault(to, (void *)(unsigned long)address, bytes))
		return 0;
	stackanno_counter_add(STACKANNO_COUNT_NOFAULT, 1);
	return -EFAULT;
}

const struct stackanno_source stackanno_nofault = { .read = nofault_read };
