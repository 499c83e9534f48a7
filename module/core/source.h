/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that may not be there: the kernel's own while it crashes, or a test's. */
#ifndef STACKANNO_CORE_SOURCE_H
#define STACKANNO_CORE_SOURCE_H

#include "env.h"

struct stackanno_source {
	/*
	 * Copies @bytes at @address, without a fault. Asked only for addresses in
	 * memory that the caller has reason to take for RAM.
	 * Return: 0, or -EFAULT.
	 */
	int (*read)(const struct stackanno_source *memory, u64 address, void *to, u32 bytes);
};

#endif /* STACKANNO_CORE_SOURCE_H */
