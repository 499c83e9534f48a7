/* SPDX-License-Identifier: GPL-2.0-only */
/* What the pages of the running kernel's memory are. */
#ifndef STACKANNO_PAGES_H
#define STACKANNO_PAGES_H

#include "core/page.h"

/**
 * stackanno_pages_init() - learn how pages are laid out, and try it
 *
 * Context: process, after stackanno_kernel_btf_init(); may sleep.
 */
void stackanno_pages_init(void);

/* Return: whether what was learnt proved right. */
bool stackanno_pages_known(void);

/* Return: the layout; only where it is known. */
const struct stackanno_page_layout *stackanno_pages_layout(void);

/**
 * stackanno_pages_find() - what a page is
 * @pfn: its number
 * @page: set on success
 *
 * Context: any.
 * Return: 0; -ENOENT where nothing is known of pages; else as stackanno_page_find().
 */
int stackanno_pages_find(u64 pfn, struct stackanno_page *page);

#endif /* STACKANNO_PAGES_H */
