// SPDX-License-Identifier: GPL-2.0-only
#include "identify_memory.h"

#include <linux/kernel.h>
#include <linux/sched.h>

#include "areas.h"
#include "meaning.h"
#include "objects.h"
#include "pages.h"

/* Below lie numbers, and programs that are not loaded anywhere else. */
#define MAPPINGS_BEGIN (1ULL << 32)

/* A state that is not told leaves the cache and the place in the object. */
bool stackanno_identify_object(struct stackanno_builder *builder, struct stackanno_word *word)
{
	enum stackanno_meaning_kind kind;
	struct stackanno_slab_object object;
	struct stackanno_meaning *meaning;

	if (stackanno_objects_find(word->value, &kind, &object))
		return false;
	meaning = stackanno_meaning_add(builder, word, kind,
					object.state == STACKANNO_OBJECT_UNKNOWN ?
					STACKANNO_EVIDENCE_CERTAIN : object.evidence);
	if (!meaning)
		return true;
	meaning->aux = object.state;
	if (object.name[0])
		meaning->name = stackanno_builder_text(builder, object.name);
	meaning->offset = object.offset;
	meaning->size = object.size;
	return true;
}

bool stackanno_identify_area(struct stackanno_builder *builder, struct stackanno_word *word,
			     struct stackanno_symbol *symbol)
{
	struct stackanno_area_found area;
	struct stackanno_meaning *meaning;
	size_t len;

	if (stackanno_areas_find(word->value, &area))
		return false;
	/* Another CPU may have taken it out of the tree while that was walked. */
	meaning = stackanno_meaning_add(builder, word, STACKANNO_MEANING_AREA,
					STACKANNO_EVIDENCE_LIKELY);
	if (!meaning)
		return true;
	meaning->aux = area.kind;
	meaning->offset = word->value - area.begin;
	meaning->size = area.bytes;
	/* Only text has a caller in it, and the module may have gone. */
	if (!area.caller || stackanno_ksyms_text(area.caller) != 1 ||
	    stackanno_ksyms_symbol(area.caller, symbol))
		return true;
	len = strlen(symbol->name);
	scnprintf(symbol->name + len, sizeof(symbol->name) - len, "+0x%lx", symbol->offset);
	meaning->name = stackanno_builder_text(builder, symbol->name);
	meaning->module = stackanno_builder_text(builder, symbol->module);
	return true;
}

/* That a number lies in a mapping does not make it an address. */
bool stackanno_identify_vma(struct stackanno_builder *builder, struct stackanno_word *word,
			    bool is_address)
{
	struct stackanno_vma_found vma;
	struct stackanno_meaning *meaning;

	if (builder->record->task != (unsigned long)current ||
	    (word->value < MAPPINGS_BEGIN && !is_address) ||
	    stackanno_vmas_find(word->value, &vma))
		return false;
	meaning = stackanno_meaning_add(builder, word, STACKANNO_MEANING_USER,
					STACKANNO_EVIDENCE_LIKELY);
	if (!meaning)
		return true;
	meaning->name = stackanno_builder_text(builder, vma.name);
	meaning->offset = vma.offset;
	return true;
}

void stackanno_identify_page(struct stackanno_builder *builder, struct stackanno_meaning *meaning,
			     u64 offset)
{
	struct stackanno_page page;
	const char *name;

	if (stackanno_pages_find(offset >> PAGE_SHIFT, &page))
		return;
	name = stackanno_page_name(page.kind);
	if (!name)
		return;
	meaning->name = stackanno_builder_text(builder, name);
	meaning->evidence = page.evidence;
}
