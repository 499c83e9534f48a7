// SPDX-License-Identifier: GPL-2.0-only
#include "statics.h"

#include <linux/minmax.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "ksyms.h"
#include "modules.h"

/* Entries that are looked at, at the most. */
#define TABLE_MAX 65536
#define CHUNK 16

static unsigned long first, last;

void stackanno_statics_init(void)
{
	first = stackanno_ksyms_find("__start_static_call_sites");
	last = stackanno_ksyms_find("__stop_static_call_sites");
}

static bool holds(unsigned long table, u32 entries, u64 begin, u32 size)
{
	struct stackanno_static_site chunk[CHUNK];
	u32 i, count, at;

	if (entries > TABLE_MAX)
		return true;
	for (at = 0; at < entries; at += count) {
		unsigned long entry = table + at * sizeof(chunk[0]);

		count = min_t(u32, entries - at, CHUNK);
		if (copy_from_kernel_nofault(chunk, (void *)entry, count * sizeof(chunk[0])))
			return true;
		/* Each is an offset from itself. */
		for (i = 0; i < count; i++)
			if (entry + i * sizeof(chunk[0]) + chunk[i].code - begin < size)
				return true;
	}
	return false;
}

bool stackanno_statics_in(u64 begin, u32 size)
{
	struct stackanno_module_tables tables;

	if (!stackanno_modules_tables(begin, &tables))
		return holds((unsigned long)tables.statics, tables.static_count, begin, size);
	if (!stackanno_compat_static_sites())
		return false;
	if (!first || last < first)
		return true;
	return holds(first, (last - first) / sizeof(struct stackanno_static_site), begin, size);
}
