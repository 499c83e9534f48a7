// SPDX-License-Identifier: GPL-2.0-only
#include "page.h"
#include "../uapi/stackanno.h"

/* The page allocator's largest blocks are of 2^10 pages. */
#define ORDER_MAX 10
/* The largest pages that there are have 1 GB: 2^18 of the smallest. */
#define COMPOUND_MAX (1ULL << 18)

#define TAIL 1			/* in compound_head: the rest is the head's address */
#define MAPPING_BITS 3		/* in mapping: what it points to */
#define MAPPING_ANON 1

static const char * const names[] = {
	[STACKANNO_PAGE_UNKNOWN] = NULL,
	[STACKANNO_PAGE_FREE] = "free",
	[STACKANNO_PAGE_RESERVED] = "reserved",
	[STACKANNO_PAGE_TABLE] = "page table",
	[STACKANNO_PAGE_SLAB] = "slab",
	[STACKANNO_PAGE_HUGETLB] = "hugetlb",
	[STACKANNO_PAGE_OFFLINE] = "offline",
	[STACKANNO_PAGE_GUARD] = "guard",
	[STACKANNO_PAGE_ANON] = "anonymous",
	[STACKANNO_PAGE_FILE] = "file",
	[STACKANNO_PAGE_ALLOCATED] = "allocated",
	[STACKANNO_PAGE_NO_REFERENCE] = "refcount 0",
};
static_assert(ARRAY_SIZE(names) == STACKANNO_PAGE_KINDS);

static const struct stackanno_layout_member wanted[] = {
	[STACKANNO_PAGE_FLAGS] = { .type = "page", .name = "flags", .size = 8 },
	[STACKANNO_PAGE_HEAD] = { .type = "page", .name = "compound_head", .size = 8 },
	[STACKANNO_PAGE_MAPPING] = { .type = "page", .name = "mapping", .size = 8 },
	[STACKANNO_PAGE_PRIVATE] = { .type = "page", .name = "private", .size = 8 },
	[STACKANNO_PAGE_TYPE] = { .type = "page", .name = "page_type", .size = 4 },
	[STACKANNO_PAGE_REFCOUNT] = { .type = "page", .name = "_refcount", .size = 4 },
};
static_assert(ARRAY_SIZE(wanted) == STACKANNO_PAGE_FIELDS);

/* One bit of the flags has one meaning; the names are those of enum pageflags. */
static int open_flags(const struct stackanno_btf *btf, struct stackanno_page_layout *layout)
{
	struct stackanno_layout_constant flags[] = {
		{ .name = "PG_reserved" }, { .name = "PG_head" }, { .name = "PG_slab" } };
	u32 i;

	stackanno_layout_constants(btf, "pageflags", flags, ARRAY_SIZE(flags));
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].found && (flags[i].value < 0 || flags[i].value > 63))
			return -ENOENT;
	if (!flags[0].found || !flags[1].found)
		return -ENOENT;
	layout->reserved = 1ULL << flags[0].value;
	layout->head = 1ULL << flags[1].value;
	layout->slab = flags[2].found ? 1ULL << flags[2].value : 0;
	return 0;
}

/*
 * Since 4ffca5a96678 ("mm: support only one page_type per page"), v6.12, the type
 * is page_type's first byte, and has an enumerator.
 */
static void open_types(const struct stackanno_btf *btf, struct stackanno_page_layout *layout)
{
	struct stackanno_layout_constant types[] = {
		{ .name = "PGTY_buddy" }, { .name = "PGTY_offline" }, { .name = "PGTY_table" }, { .name = "PGTY_guard" },
		{ .name = "PGTY_hugetlb" }, { .name = "PGTY_slab" } };
	static const u8 kinds[] = {
		STACKANNO_PAGE_FREE, STACKANNO_PAGE_OFFLINE, STACKANNO_PAGE_TABLE,
		STACKANNO_PAGE_GUARD, STACKANNO_PAGE_HUGETLB, STACKANNO_PAGE_SLAB };
	u32 i;

	stackanno_layout_constants(btf, "pagetype", types, ARRAY_SIZE(types));
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		if (!types[i].found || types[i].value < 0x80 || types[i].value > 0xfe)
			continue;
		layout->type[kinds[i]] = (struct stackanno_page_type){
			0xff000000, (u32)types[i].value << 24 };
	}
}

int stackanno_page_open(const struct stackanno_btf *btf, const struct stackanno_page_type *old,
			struct stackanno_page_layout *layout)
{
	u32 i;

	memcpy(layout->at, wanted, sizeof(wanted));
	stackanno_layout_members(btf, layout->at, STACKANNO_PAGE_FIELDS);
	for (i = 0; i < STACKANNO_PAGE_FIELDS; i++)
		if (!layout->at[i].found)
			return -ENOENT;
	layout->page_bytes = stackanno_layout_size(btf, "page");
	if (!layout->page_bytes || open_flags(btf, layout))
		return -ENOENT;
	memcpy(layout->type, old, sizeof(layout->type));
	open_types(btf, layout);
	if (!layout->type[STACKANNO_PAGE_FREE].mask ||
	    (!layout->slab && !layout->type[STACKANNO_PAGE_SLAB].mask))
		return -ENOENT;
	return 0;
}

const char *stackanno_page_name(enum stackanno_page_kind kind)
{
	return kind < STACKANNO_PAGE_KINDS ? names[kind] : NULL;
}

u64 stackanno_page_struct(const struct stackanno_page_layout *layout, u64 pfn)
{
	return layout->structs + pfn * layout->page_bytes;
}

static int read_field(const struct stackanno_page_layout *layout,
		      const struct stackanno_source *memory, u64 pfn,
		      enum stackanno_page_field field, u64 *value)
{
	return stackanno_layout_read(memory, stackanno_page_struct(layout, pfn),
				     &layout->at[field], value);
}

/* The pfn that a tail page's word leads to. Return: 0; -ENOENT for no tail; -EINVAL. */
static int head_of(const struct stackanno_page_layout *layout, u64 pfn, u64 word, u64 *head)
{
	u64 distance = word - TAIL - layout->structs;

	if (!(word & TAIL))
		return -ENOENT;
	*head = distance / layout->page_bytes;
	if (word - TAIL < layout->structs || distance % layout->page_bytes || *head > pfn ||
	    pfn - *head >= COMPOUND_MAX)
		return -EINVAL;
	return 0;
}

/*
 * The struct pages of huge pages may be mapped onto the first of them, which then
 * looks like a head at each: the one behind it knows.
 */
static int find_head(const struct stackanno_page_layout *layout,
		     const struct stackanno_source *memory, struct stackanno_page *page)
{
	u64 word, flags;
	int ret;

	page->head = page->pfn;
	if (read_field(layout, memory, page->pfn, STACKANNO_PAGE_HEAD, &word) ||
	    read_field(layout, memory, page->pfn, STACKANNO_PAGE_FLAGS, &flags))
		return -EFAULT;
	ret = head_of(layout, page->pfn, word, &page->head);
	if (ret != -ENOENT || !(flags & layout->head))
		return ret == -ENOENT ? 0 : ret;
	if (read_field(layout, memory, page->pfn + 1, STACKANNO_PAGE_HEAD, &word) ||
	    head_of(layout, page->pfn + 1, word, &page->head))
		page->head = page->pfn;
	return 0;
}

static bool is_type(const struct stackanno_page_layout *layout, u64 type,
		    enum stackanno_page_kind kind)
{
	return layout->type[kind].mask &&
	       (type & layout->type[kind].mask) == layout->type[kind].value;
}

/* Of a free block only the first page is marked. */
static bool is_free(const struct stackanno_page_layout *layout,
		    const struct stackanno_source *memory, u64 pfn)
{
	u64 type, order;
	u32 i;

	for (i = 0; i <= ORDER_MAX; i++) {
		u64 first = pfn & ~((1ULL << i) - 1);

		if (!read_field(layout, memory, first, STACKANNO_PAGE_TYPE, &type) &&
		    is_type(layout, type, STACKANNO_PAGE_FREE) &&
		    !read_field(layout, memory, first, STACKANNO_PAGE_PRIVATE, &order) &&
		    order >= i && order <= ORDER_MAX)
			return true;
	}
	return false;
}

static bool is_slab(const struct stackanno_page_layout *layout, const struct stackanno_page *page)
{
	if (layout->slab)
		return page->flags & layout->slab;
	return is_type(layout, page->type, STACKANNO_PAGE_SLAB);
}

static void tell(const struct stackanno_page_layout *layout,
		 const struct stackanno_source *memory, struct stackanno_page *page)
{
	static const u8 typed[] = { STACKANNO_PAGE_TABLE, STACKANNO_PAGE_HUGETLB,
				    STACKANNO_PAGE_OFFLINE, STACKANNO_PAGE_GUARD };
	u32 i;

	page->evidence = STACKANNO_EVIDENCE_CERTAIN;
	page->kind = is_slab(layout, page) ? STACKANNO_PAGE_SLAB : STACKANNO_PAGE_UNKNOWN;
	/* What is a count of mappings in a slab is none of these. */
	for (i = 0; !page->kind && i < ARRAY_SIZE(typed); i++)
		if (is_type(layout, page->type, typed[i]))
			page->kind = typed[i];
	if (page->kind)
		return;
	if (page->flags & layout->reserved) {
		page->kind = STACKANNO_PAGE_RESERVED;
		return;
	}
	if (!page->references) {
		page->kind = is_free(layout, memory, page->pfn) ? STACKANNO_PAGE_FREE :
								 STACKANNO_PAGE_NO_REFERENCE;
		return;
	}
	/* Whoever allocated it may keep something else in that word. */
	page->evidence = STACKANNO_EVIDENCE_LIKELY;
	if ((page->mapping & MAPPING_BITS) == MAPPING_ANON)
		page->kind = STACKANNO_PAGE_ANON;
	else if (page->mapping && !(page->mapping & MAPPING_BITS) && page->mapping >> 63)
		page->kind = STACKANNO_PAGE_FILE;
	else
		page->kind = STACKANNO_PAGE_ALLOCATED;
}

int stackanno_page_find(const struct stackanno_page_layout *layout,
			const struct stackanno_source *memory, u64 pfn,
			struct stackanno_page *page)
{
	u64 type, references;
	int ret;

	memset(page, 0, sizeof(*page));
	if (pfn >= layout->memory >> STACKANNO_PAGE_SHIFT)
		return -ERANGE;
	page->pfn = pfn;
	ret = find_head(layout, memory, page);
	if (ret)
		return ret;
	if (read_field(layout, memory, page->head, STACKANNO_PAGE_FLAGS, &page->flags) ||
	    read_field(layout, memory, page->head, STACKANNO_PAGE_MAPPING, &page->mapping) ||
	    read_field(layout, memory, page->head, STACKANNO_PAGE_TYPE, &type) ||
	    read_field(layout, memory, page->head, STACKANNO_PAGE_REFCOUNT, &references))
		return -EFAULT;
	page->type = (u32)type;
	page->references = (u32)references;
	tell(layout, memory, page);
	return 0;
}
