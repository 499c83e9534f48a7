// SPDX-License-Identifier: GPL-2.0-only
#include "image_tables.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/noreturn.h"

#define COLD ".cold"
#define NAME_MAX_BYTES 512
/* struct jump_entry, bug_entry and exception_table_entry, as all supported kernels have them. */
#define JUMP_ENTRY 16
#define BUG_ENTRY 12
#define BUG_FLAGS 10
#define MENDED_ENTRY 12
#define BUG_IS_WARNING 1

/* Room for one more entry; grown by doubling. Return: the table, NULL; it is kept then. */
static void *grow(void *table, u32 count, size_t size)
{
	if (count & (count - 1))
		return table;
	return realloc(table, (count ? 2 * (size_t)count : 1) * size);
}

int image_keep(struct image *image, void *memory)
{
	void *table = grow(image->kept, image->keeps, sizeof(memory));

	if (!table) {
		free(memory);
		return -ENOMEM;
	}
	image->kept = table;
	image->kept[image->keeps++] = memory;
	return 0;
}

int image_add_section(struct image *image, const struct image_section *section)
{
	void *table = grow(image->section, image->sections, sizeof(*section));

	if (!table)
		return -ENOMEM;
	image->section = table;
	image->section[image->sections++] = *section;
	return 0;
}

static bool is_noreturn(const char *name)
{
	const char *known;
	u32 i;

	for (i = 0; (known = stackanno_noreturn_name(i)); i++)
		if (!strcmp(name, known))
			return true;
	return false;
}

int image_add_function(struct image *image, const struct function *function)
{
	void *table = grow(image->function, image->functions, sizeof(*function));

	if (!table)
		return -ENOMEM;
	image->function = table;
	image->function[image->functions] = *function;
	image->function[image->functions++].noreturn = is_noreturn(function->name);
	return 0;
}

int image_add_routine(struct image *image, const struct function *routine)
{
	void *table = grow(image->routine, image->routines, sizeof(*routine));

	if (!table)
		return -ENOMEM;
	image->routine = table;
	image->routine[image->routines++] = *routine;
	return 0;
}

static int order_section(const void *a, const void *b)
{
	const struct image_section *x = a, *y = b;

	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

void image_sort_sections(struct image *image)
{
	if (image->sections)
		qsort(image->section, image->sections, sizeof(image->section[0]), order_section);
}

static int order_function(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	/* Of several names of one address the longest body comes first. */
	return x->size > y->size ? -1 : x->size < y->size;
}

static void merge_names(struct image *image)
{
	u32 i, kept = 0;

	for (i = 0; i < image->functions; i++) {
		if (kept && image->function[kept - 1].begin == image->function[i].begin) {
			image->function[kept - 1].noreturn |= image->function[i].noreturn;
			continue;
		}
		image->function[kept++] = image->function[i];
	}
	image->functions = kept;
}

static int order_name(const void *a, const void *b)
{
	const struct function * const *x = a, * const *y = b;

	if ((*x)->module != (*y)->module)
		return (*x)->module < (*y)->module ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

static bool is_cold(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(COLD) && !strcmp(name + len - strlen(COLD), COLD);
}

/*
 * The function that a cold part is of: that of its file, where files are known,
 * else the only one of its name.
 */
static struct function *parent_of(const struct function *cold, struct function **by_name,
				  u32 count)
{
	struct function **end = by_name + count, **found, *parent = NULL;
	struct function key = { .module = cold->module }, *pkey = &key;
	size_t len = strlen(cold->name) - strlen(COLD);
	char base[NAME_MAX_BYTES];

	if (len >= sizeof(base))
		return NULL;
	memcpy(base, cold->name, len);
	base[len] = '\0';
	key.name = base;
	found = bsearch(&pkey, by_name, count, sizeof(*by_name), order_name);
	if (!found)
		return NULL;
	while (found > by_name && !order_name(&found[-1], &pkey))
		found--;
	for (; found < end && !order_name(found, &pkey); found++) {
		if ((*found)->file && (*found)->file == cold->file)
			return *found;
		if ((*found)->file && cold->file)
			continue;
		if (parent)
			return NULL;
		parent = *found;
	}
	return parent;
}

static int join_cold(struct image *image)
{
	struct function **by_name = calloc(image->functions + 1, sizeof(*by_name));
	struct function *cold, *parent;
	u32 i;

	if (!by_name)
		return -ENOMEM;
	for (i = 0; i < image->functions; i++) {
		by_name[i] = &image->function[i];
		by_name[i]->parent = NO_FUNCTION;
		by_name[i]->cold = NO_FUNCTION;
	}
	qsort(by_name, image->functions, sizeof(*by_name), order_name);
	for (i = 0; i < image->functions; i++) {
		cold = &image->function[i];
		cold->stray = false;
		if (!is_cold(cold->name))
			continue;
		parent = parent_of(cold, by_name, image->functions);
		cold->stray = !parent;
		if (!parent)
			continue;
		cold->parent = (u32)(parent - image->function);
		parent->cold = i;
	}
	free(by_name);
	return 0;
}

int image_sort_functions(struct image *image)
{
	if (image->routines)
		qsort(image->routine, image->routines, sizeof(image->routine[0]), order_function);
	if (!image->functions)
		return 0;
	qsort(image->function, image->functions, sizeof(image->function[0]), order_function);
	merge_names(image);
	return join_cold(image);
}

static s32 read_s32(const u8 *bytes)
{
	s32 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static int order_label(const void *a, const void *b)
{
	const struct jump_label *x = a, *y = b;

	return x->code < y->code ? -1 : x->code > y->code;
}

/* Each entry: two offsets from themselves, and a key. */
int image_add_labels(struct image *image, u64 begin, u64 end)
{
	u32 len = end > begin && end - begin < 1U << 30 ? (u32)(end - begin) : 0;
	const u8 *bytes = image_bytes(image, begin, &len);
	struct jump_label *table;
	u64 at;

	if (!bytes || !len)
		return 0;
	table = realloc(image->label, (image->labels + len / JUMP_ENTRY + 1) * sizeof(*table));
	if (!table)
		return -ENOMEM;
	image->label = table;
	for (at = begin; at + JUMP_ENTRY <= begin + len; at += JUMP_ENTRY, bytes += JUMP_ENTRY)
		table[image->labels++] = (struct jump_label){
			.code = at + read_s32(bytes), .target = at + 4 + read_s32(bytes + 4) };
	qsort(table, image->labels, sizeof(*table), order_label);
	return 0;
}

static int order_address(const void *a, const void *b)
{
	const u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

bool image_has(const u64 *table, u32 count, u64 address)
{
	return count && bsearch(&address, table, count, sizeof(address), order_address);
}

int image_add_thunk(struct image *image, u64 address)
{
	void *table = grow(image->thunk, image->thunks, sizeof(address));

	if (!table)
		return -ENOMEM;
	image->thunk = table;
	image->thunk[image->thunks++] = address;
	return 0;
}

void image_sort_thunks(struct image *image)
{
	if (image->thunks)
		qsort(image->thunk, image->thunks, sizeof(image->thunk[0]), order_address);
}

/* Each entry: offsets of code and file from themselves, line, flags. */
int image_add_warnings(struct image *image, u64 begin, u64 end)
{
	u32 len = end > begin && end - begin < 1U << 30 ? (u32)(end - begin) : 0;
	const u8 *bytes = image_bytes(image, begin, &len);
	u64 *table;
	u64 at;

	if (!bytes || !len)
		return 0;
	table = realloc(image->warning, (image->warnings + len / BUG_ENTRY + 1) * sizeof(*table));
	if (!table)
		return -ENOMEM;
	image->warning = table;
	for (at = begin; at + BUG_ENTRY <= begin + len; at += BUG_ENTRY, bytes += BUG_ENTRY)
		if (bytes[BUG_FLAGS] & BUG_IS_WARNING)
			table[image->warnings++] = at + read_s32(bytes);
	qsort(table, image->warnings, sizeof(*table), order_address);
	return 0;
}

static int order_mended(const void *a, const void *b)
{
	const struct image_mended *x = a, *y = b;

	return x->code < y->code ? -1 : x->code > y->code;
}

/* Each entry: offsets of code and landing from themselves, and how. */
int image_add_mended(struct image *image, u64 begin, u64 end)
{
	u32 len = end > begin && end - begin < 1U << 30 ? (u32)(end - begin) : 0;
	const u8 *bytes = image_bytes(image, begin, &len);
	struct image_mended *table;
	u64 at;

	if (!bytes || !len)
		return 0;
	table = realloc(image->mended, (image->mendeds + len / MENDED_ENTRY + 1) * sizeof(*table));
	if (!table)
		return -ENOMEM;
	image->mended = table;
	for (at = begin; at + MENDED_ENTRY <= begin + len; at += MENDED_ENTRY, bytes += MENDED_ENTRY)
		table[image->mendeds++] = (struct image_mended){
			.code = at + read_s32(bytes), .landing = at + 4 + read_s32(bytes + 4),
			.data = (u32)read_s32(bytes + 8) };
	qsort(table, image->mendeds, sizeof(*table), order_mended);
	image->unmended_end = image->unmended;
	return 0;
}
