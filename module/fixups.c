// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of exceptions, the kernel's own and each module's, are sorted: what lies
 * in a function is found by a few reads, each of which may fail.
 */
#include "fixups.h"

#include <linux/extable.h>
#include <linux/uaccess.h>

#include "core/ir.h"
#include "ksyms.h"
#include "modules.h"

/* No table is larger: so many halvings find an entry. */
#define HALVINGS_MAX 20

struct table {
	const struct exception_table_entry *begin;
	u32 count;
};

static bool find_table(u64 address, struct table *table)
{
	unsigned long begin = stackanno_ksyms_address(STACKANNO_KSYM_FIXUPS_START);
	unsigned long end = stackanno_ksyms_address(STACKANNO_KSYM_FIXUPS_STOP);
	struct stackanno_module_tables tables;

	if (!stackanno_modules_tables(address, &tables)) {
		*table = (struct table){ tables.fixups, tables.fixup_count };
		return true;
	}
	if (!begin || end < begin || end - begin > sizeof(*table->begin) << HALVINGS_MAX)
		return false;
	*table = (struct table){ (void *)begin, (end - begin) / sizeof(*table->begin) };
	return true;
}

/* Offsets in an entry are from where it lies. */
static bool read_entry(const struct table *table, u32 index, struct exception_table_entry *copy,
		       u64 *code)
{
	const struct exception_table_entry *entry = &table->begin[index];

	if (copy_from_kernel_nofault(copy, entry, sizeof(*copy)))
		return false;
	*code = (unsigned long)&entry->insn + copy->insn;
	return true;
}

void stackanno_fixups_gather(u64 begin, u32 size, struct stackanno_fixups *fixups)
{
	struct exception_table_entry entry;
	u32 low = 0, high, middle, i;
	struct table table;
	u64 code;

	if (!find_table(begin, &table)) {
		fixups->hidden = true;
		return;
	}
	high = table.count;
	for (i = 0; low < high && i <= HALVINGS_MAX; i++) {
		middle = low + (high - low) / 2;
		if (!read_entry(&table, middle, &entry, &code)) {
			fixups->hidden = true;
			return;
		}
		if (code < begin)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < table.count; low++) {
		if (!read_entry(&table, low, &entry, &code) ||
		    (code - begin < size && fixups->count == STACKANNO_FIXUPS_MAX)) {
			fixups->hidden = true;
			return;
		}
		if (code - begin >= size)
			return;
		fixups->entry[fixups->count].code = code;
		fixups->entry[fixups->count].landing =
			(unsigned long)&table.begin[low].fixup + entry.fixup;
		fixups->entry[fixups->count++].data = entry.data;
	}
}

bool stackanno_fixups_find(const struct stackanno_fixups *fixups, u64 address,
			   struct stackanno_fixup *fixup)
{
	u32 i;

	for (i = 0; i < fixups->count; i++) {
		if (fixups->entry[i].code != address)
			continue;
		fixup->landing = fixups->entry[i].landing;
		return stackanno_arch_fixup(fixups->entry[i].data, fixup);
	}
	return false;
}
