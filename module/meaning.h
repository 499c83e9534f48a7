/* SPDX-License-Identifier: GPL-2.0-only */
/* Adding to what a word's value is. */
#ifndef STACKANNO_MEANING_H
#define STACKANNO_MEANING_H

#include "core/builder.h"
#include "ksyms.h"

/**
 * stackanno_meaning_add() - one more meaning, behind those that the word has
 * @builder: the record
 * @word: of it
 * @kind: of meaning
 * @evidence: for it
 *
 * Context: any.
 * Return: the meaning, with aux NONE and all else 0; NULL when there is no room.
 */
struct stackanno_meaning *stackanno_meaning_add(struct stackanno_builder *builder,
						struct stackanno_word *word,
						enum stackanno_meaning_kind kind,
						enum stackanno_evidence evidence);

/**
 * stackanno_meaning_add_symbol() - the same, with what a symbol has
 * @builder: the record
 * @word: of it
 * @kind: of meaning
 * @evidence: for it
 * @symbol: copied
 *
 * Context: any.
 */
void stackanno_meaning_add_symbol(struct stackanno_builder *builder, struct stackanno_word *word,
				  enum stackanno_meaning_kind kind,
				  enum stackanno_evidence evidence,
				  const struct stackanno_symbol *symbol);

#endif /* STACKANNO_MEANING_H */
