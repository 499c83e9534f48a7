// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <linux/mm.h>
#include <linux/uaccess.h>

#include "counter.h"
#include "modules.h"

bool stackanno_memory_holds(unsigned long address)
{
	enum stackanno_module_use use;
	unsigned long offset;
	const char *name;

	return virt_addr_valid((void *)address) ||
	       !stackanno_modules_find(address, &use, &name, &offset);
}

bool stackanno_memory_read(u64 address, void *buf, u32 len)
{
	unsigned long begin = address;

	if (!len || begin + len < begin || !stackanno_memory_holds(begin) ||
	    !stackanno_memory_holds(begin + len - 1))
		return false;
	if (!copy_from_kernel_nofault(buf, (void *)begin, len))
		return true;
	stackanno_counter_add(STACKANNO_COUNT_NOFAULT, 1);
	return false;
}
