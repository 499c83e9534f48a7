// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own tables do not change once it runs: they are sorted when we
 * are loaded, and searched in a crash without reading any memory but ours. A
 * module's are short, and read as they stand.
 */
#include "sites.h"

#include <linux/minmax.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "ksyms.h"
#include "modules.h"

/* Entries of a table that are looked at, at the most. */
#define TABLE_MAX 65536

/* A place, from the kernel's first byte of text, and where it leads. */
struct site {
	s32 code;
	s32 target;
};

struct index {
	struct site *sites;
	u32 count;
	u32 room;
	bool missing;	/* the table could not be had, or not all of it */
};

static struct index jumps, warnings;

/* A table in the kernel's memory, of entries of either kind. */
struct table {
	const void *begin;
	u32 count;
	bool bugs;
};

static u32 entry_bytes(const struct table *table)
{
	return table->bugs ? sizeof(struct bug_entry) : sizeof(struct stackanno_jump);
}

/*
 * Where an entry says that its place is; offsets in it are from itself in the
 * table, not from its copy. Return: whether it is of interest.
 */
static bool place_of(const struct table *table, u32 index, const union stackanno_site_chunk *chunk,
		     u32 at, u64 *code, u64 *target)
{
	const struct stackanno_jump *jump = table->begin;

	if (table->bugs) {
		*code = stackanno_compat_bug_address(&chunk->bug[at],
						     (struct bug_entry *)table->begin + index);
		*target = *code;
		return stackanno_compat_bug_warns(&chunk->bug[at]);
	}
	*code = (unsigned long)&jump[index].code + chunk->jump[at].code;
	*target = (unsigned long)&jump[index].target + chunk->jump[at].target;
	return true;
}

static bool read_chunk(const struct table *table, u32 index, u32 count,
		       union stackanno_site_chunk *chunk)
{
	return !copy_from_kernel_nofault(chunk, table->begin + index * entry_bytes(table),
					 count * entry_bytes(table));
}

static void keep(struct stackanno_sites *sites, bool bug, u64 code, u64 target)
{
	u32 *count = bug ? &sites->warnings : &sites->jumps;

	if (*count == STACKANNO_SITES_MAX) {
		sites->hidden = true;
		return;
	}
	if (bug) {
		sites->warning[*count] = code;
	} else {
		sites->jump[*count].code = code;
		sites->jump[*count].target = target;
	}
	(*count)++;
}

static void gather_table(const struct table *table, u64 begin, u32 size,
			 struct stackanno_sites *sites)
{
	u32 index, count, i, end = min_t(u32, table->count, TABLE_MAX);
	u64 code, target;

	for (index = 0; index < end; index += count) {
		count = min_t(u32, end - index, ARRAY_SIZE(sites->chunk.jump));
		if (!read_chunk(table, index, count, &sites->chunk)) {
			sites->hidden = true;
			return;
		}
		for (i = 0; i < count; i++)
			if (place_of(table, index + i, &sites->chunk, i, &code, &target) &&
			    code - begin < size)
				keep(sites, table->bugs, code, target);
	}
	if (end < table->count)
		sites->hidden = true;
}

static u64 base(void)
{
	return stackanno_ksyms_address(STACKANNO_KSYM_STEXT);
}

static void gather_index(const struct index *index, bool bugs, u64 begin, u32 size,
			 struct stackanno_sites *sites)
{
	u32 low = 0, high = index->count, middle;

	sites->hidden |= index->missing;
	while (low < high) {
		middle = low + (high - low) / 2;
		if (base() + index->sites[middle].code < begin)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < index->count && base() + index->sites[low].code - begin < size; low++)
		keep(sites, bugs, base() + index->sites[low].code,
		     base() + index->sites[low].target);
}

void stackanno_sites_gather(u64 begin, u32 size, struct stackanno_sites *sites)
{
	struct stackanno_module_tables tables;

	if (stackanno_modules_tables(begin, &tables)) {
		gather_index(&jumps, false, begin, size, sites);
		gather_index(&warnings, true, begin, size, sites);
		return;
	}
	gather_table(&(struct table){ tables.jumps, tables.jump_count }, begin, size, sites);
	gather_table(&(struct table){ tables.bugs, tables.bug_count, true }, begin, size, sites);
}

static int by_code(const void *a, const void *b)
{
	const struct site *left = a, *right = b;

	return left->code < right->code ? -1 : left->code > right->code;
}

/* Takes over what a table holds; what of it cannot be read is missed for good. */
static void fill(struct index *index, const struct table *table)
{
	union stackanno_site_chunk chunk;
	u64 code, target;
	u32 i;

	for (i = 0; i < index->room; i++) {
		if (!read_chunk(table, i, 1, &chunk)) {
			index->missing = true;
			break;
		}
		if (!place_of(table, i, &chunk, 0, &code, &target))
			continue;
		index->sites[index->count++] = (struct site){ (s32)(code - base()),
							      (s32)(target - base()) };
	}
	sort(index->sites, index->count, sizeof(*index->sites), by_code, NULL);
}

static int make(struct index *index, bool bugs, enum stackanno_ksym begin, enum stackanno_ksym end)
{
	struct table table = { (void *)stackanno_ksyms_address(begin), 0, bugs };
	u64 bytes = stackanno_ksyms_address(end) - stackanno_ksyms_address(begin);

	if (!table.begin || !stackanno_ksyms_address(end) || !base() ||
	    bytes > TABLE_MAX * entry_bytes(&table)) {
		index->missing = true;
		return 0;
	}
	index->room = (u32)bytes / entry_bytes(&table);
	if (!index->room)
		return 0;
	index->sites = vzalloc(array_size(index->room, sizeof(*index->sites)));
	if (!index->sites)
		return -ENOMEM;
	fill(index, &table);
	return 0;
}

int stackanno_sites_init(void)
{
	int ret = 0;

	memset(&jumps, 0, sizeof(jumps));
	memset(&warnings, 0, sizeof(warnings));
	if (stackanno_compat_jumps())
		ret = make(&jumps, false, STACKANNO_KSYM_JUMPS_START, STACKANNO_KSYM_JUMPS_STOP);
	if (!ret && stackanno_compat_bugs())
		ret = make(&warnings, true, STACKANNO_KSYM_BUGS_START, STACKANNO_KSYM_BUGS_STOP);
	if (ret)
		stackanno_sites_exit();
	return ret;
}

void stackanno_sites_exit(void)
{
	vfree(jumps.sites);
	vfree(warnings.sites);
	jumps.sites = NULL;
	warnings.sites = NULL;
}

size_t stackanno_sites_bytes(void)
{
	return (jumps.room + warnings.room) * sizeof(struct site);
}
