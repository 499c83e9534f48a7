// SPDX-License-Identifier: GPL-2.0-only
#include "pages.h"

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/pgtable.h>

#include "compat.h"
#include "kernel_btf.h"
#include "nofault.h"

/* A page that was freed may be another's at once: how often that is believed. */
#define TRIES 16
#define CHECK_ORDER 2

static struct stackanno_page_layout layout;
static bool known;

static bool looks(const struct page *page, const struct page *head, enum stackanno_page_kind kind)
{
	struct stackanno_page found;

	return !stackanno_page_find(&layout, &stackanno_nofault, page_to_pfn(page), &found) &&
	       found.kind == kind && found.head == page_to_pfn(head) &&
	       found.references == page_ref_count(head);
}

/* Pages of which it is known what they are: one, several, and what was one. */
static bool proves_right(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, CHECK_ORDER);
	struct stackanno_page found;
	unsigned int i;
	bool right;

	if (!page)
		return false;
	right = looks(page, page, STACKANNO_PAGE_ALLOCATED) &&
		looks(page + 1, page, STACKANNO_PAGE_ALLOCATED) &&
		looks(page + 3, page, STACKANNO_PAGE_ALLOCATED) &&
		stackanno_page_struct(&layout, page_to_pfn(page)) == (unsigned long)page;
	__free_pages(page, CHECK_ORDER);
	for (i = 0; right && i < TRIES; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return false;
		right = looks(page, page, STACKANNO_PAGE_ALLOCATED);
		__free_page(page);
		if (!stackanno_page_find(&layout, &stackanno_nofault, page_to_pfn(page), &found) &&
		    (found.kind == STACKANNO_PAGE_FREE ||
		     found.kind == STACKANNO_PAGE_NO_REFERENCE))
			return right;
	}
	return false;
}

void stackanno_pages_init(void)
{
	struct stackanno_page_type old[STACKANNO_PAGE_KINDS] = {};
	const struct stackanno_btf *btf = stackanno_kernel_btf();

	stackanno_compat_page_types(old);
	if (!btf || stackanno_page_open(btf, old, &layout))
		return;
	layout.direct_map = PAGE_OFFSET;
	layout.memory = (unsigned long)high_memory - PAGE_OFFSET;
	layout.structs = VMEMMAP_START;
	known = proves_right();
	if (!known)
		pr_warn("stackanno: pages look other than this kernel's BTF says: left out\n");
}

bool stackanno_pages_known(void)
{
	return known;
}

const struct stackanno_page_layout *stackanno_pages_layout(void)
{
	return &layout;
}

int stackanno_pages_find(u64 pfn, struct stackanno_page *page)
{
	if (!known)
		return -ENOENT;
	return stackanno_page_find(&layout, &stackanno_nofault, pfn, page);
}
