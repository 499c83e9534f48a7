// SPDX-License-Identifier: GPL-2.0-only
#include "meaning.h"

struct stackanno_meaning *stackanno_meaning_add(struct stackanno_builder *builder,
						struct stackanno_word *word,
						enum stackanno_meaning_kind kind,
						enum stackanno_evidence evidence)
{
	struct stackanno_meaning *meaning, *last;
	u32 index;

	meaning = stackanno_builder_add(builder, STACKANNO_SECTION_MEANINGS, &index);
	if (!meaning)
		return NULL;
	meaning->kind = kind;
	meaning->evidence = evidence;
	meaning->aux = STACKANNO_NONE;
	meaning->next = STACKANNO_NONE;
	if (word->meaning == STACKANNO_NONE) {
		word->meaning = index;
		return meaning;
	}
	last = stackanno_builder_entry(builder, STACKANNO_SECTION_MEANINGS, word->meaning);
	while (last && last->next != STACKANNO_NONE)
		last = stackanno_builder_entry(builder, STACKANNO_SECTION_MEANINGS, last->next);
	if (last)
		last->next = index;
	return meaning;
}

void stackanno_meaning_add_symbol(struct stackanno_builder *builder, struct stackanno_word *word,
				  enum stackanno_meaning_kind kind,
				  enum stackanno_evidence evidence,
				  const struct stackanno_symbol *symbol)
{
	struct stackanno_meaning *meaning = stackanno_meaning_add(builder, word, kind, evidence);

	if (!meaning)
		return;
	meaning->name = stackanno_builder_text(builder, symbol->name);
	meaning->module = stackanno_builder_text(builder, symbol->module);
	meaning->offset = symbol->offset;
	meaning->size = symbol->size;
}
