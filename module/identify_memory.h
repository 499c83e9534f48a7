/* SPDX-License-Identifier: GPL-2.0-only */
/* What words mean that are addresses of memory that was asked for. */
#ifndef STACKANNO_IDENTIFY_MEMORY_H
#define STACKANNO_IDENTIFY_MEMORY_H

#include "core/builder.h"
#include "ksyms.h"

/* Each adds what @word means. Context: any. Return: whether it is of that kind. */

/* An object of a slab cache, or of KFENCE. */
bool stackanno_identify_object(struct stackanno_builder *builder, struct stackanno_word *word);

/* An area of vmalloc; @symbol is working memory. */
bool stackanno_identify_area(struct stackanno_builder *builder, struct stackanno_word *word,
			     struct stackanno_symbol *symbol);

/*
 * A mapping of the record's task, where it is the current one; @is_address: the word's
 * place says that it holds an address, however small.
 */
bool stackanno_identify_vma(struct stackanno_builder *builder, struct stackanno_word *word,
			    bool is_address);

/**
 * stackanno_identify_page() - say of a page what it is
 * @builder: the record
 * @meaning: of it, of kind DIRECT_MAP or VMEMMAP
 * @offset: physical address of the page, or of what the struct page is of
 *
 * Context: any.
 */
void stackanno_identify_page(struct stackanno_builder *builder, struct stackanno_meaning *meaning,
			     u64 offset);

#endif /* STACKANNO_IDENTIFY_MEMORY_H */
