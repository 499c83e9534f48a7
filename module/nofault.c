// SPDX-License-Identifier: GPL-2.0-only
#include "nofault.h"

#include <linux/uaccess.h>

#include "counter.h"

static int nofault_read(const struct stackanno_source *memory, u64 address, void *to, u32 bytes)
{
	if (!copy_from_kernel_nofault(to, (void *)address, bytes))
		return 0;
	stackanno_counter_add(STACKANNO_COUNT_NOFAULT, 1);
	return -EFAULT;
}

const struct stackanno_source stackanno_nofault = { .read = nofault_read };
