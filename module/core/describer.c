// SPDX-License-Identifier: GPL-2.0-only
#include "describer.h"

/* Below this no address is the kernel's secret: a NULL pointer's offset. */
#define FIRST_PAGE	4096

void stackanno_describer_begin(struct stackanno_describer *d, const struct stackanno_view *view,
			       enum stackanno_redact redact, bool console)
{
	d->view = view;
	d->redact = redact;
	if (view->head.flags & STACKANNO_RECORD_WITHHELD)
		d->redact = STACKANNO_REDACT_ALL;
	d->console = console;
}

/* On a stack of the record, or in the guard page below it. */
static bool is_near_stack(struct stackanno_describer *d, u64 address)
{
	u32 i;

	for (i = 0; !stackanno_view_stack(d->view, i, &d->stack); i++) {
		if (address < d->stack.end && address + FIRST_PAGE >= d->stack.begin)
			return true;
	}
	return false;
}

bool stackanno_describer_hides(struct stackanno_describer *d, u64 address)
{
	switch (d->redact) {
	case STACKANNO_REDACT_NONE:
		return false;
	case STACKANNO_REDACT_DATA:
		return address >= FIRST_PAGE && !is_near_stack(d, address);
	default:
		return true;
	}
}

/*
 * Whether a meaning tells that the value is an address of the kernel's own. Where
 * vmalloc() maps, and KASAN's shadow, is so wide with five levels of page tables that of any thousand
 * numbers one lies there: that alone tells nothing.
 */
static bool is_kernel_address(const struct stackanno_meaning *meaning)
{
	switch (meaning->kind) {
	case STACKANNO_MEANING_TEXT:
	case STACKANNO_MEANING_RODATA:
	case STACKANNO_MEANING_DATA:
	case STACKANNO_MEANING_PERCPU:
	case STACKANNO_MEANING_MODULE:
	case STACKANNO_MEANING_OWN_SLOT:
	case STACKANNO_MEANING_STACK:
	case STACKANNO_MEANING_TASK:
	case STACKANNO_MEANING_TASK_STACK:
	case STACKANNO_MEANING_DIRECT_MAP:
	case STACKANNO_MEANING_VMEMMAP:
	case STACKANNO_MEANING_MODULE_AREA:
	case STACKANNO_MEANING_FIXMAP:
	case STACKANNO_MEANING_CPU_ENTRY_AREA:
	case STACKANNO_MEANING_SLAB:
	case STACKANNO_MEANING_KFENCE:
	case STACKANNO_MEANING_AREA:
		return true;
	case STACKANNO_MEANING_VMALLOC:
	case STACKANNO_MEANING_KASAN_SHADOW:
		return meaning->evidence == STACKANNO_EVIDENCE_CERTAIN;
	default:
		return false;
	}
}

bool stackanno_describer_hides_word(struct stackanno_describer *d,
				    const struct stackanno_word *word)
{
	u32 index = word->meaning;
	u32 i;

	if (word->flags & STACKANNO_WORD_WITHHELD || d->redact == STACKANNO_REDACT_ALL)
		return true;
	if (d->redact == STACKANNO_REDACT_NONE)
		return false;
	for (i = 0; i < STACKANNO_MEANINGS_SHOWN; i++) {
		if (stackanno_view_meaning(d->view, index, &d->meaning))
			break;
		if (is_kernel_address(&d->meaning))
			return false;
		index = d->meaning.next;
	}
	return true;
}

enum stackanno_repeat stackanno_describer_repeat(const struct stackanno_meaning *meaning)
{
	switch (meaning->kind) {
	case STACKANNO_MEANING_STRING:
	case STACKANNO_MEANING_NUMBER:
	case STACKANNO_MEANING_CHANGED:
	case STACKANNO_MEANING_USER:
		return STACKANNO_REPEAT_DATA;
	case STACKANNO_MEANING_FLAGS:
		/* Those of a pt_regs are no secret; what but looks like flags may be one. */
		return meaning->evidence == STACKANNO_EVIDENCE_GUESS ? STACKANNO_REPEAT_DATA :
								       STACKANNO_REPEAT_NONE;
	case STACKANNO_MEANING_ERRNO:
	case STACKANNO_MEANING_POISON:
	case STACKANNO_MEANING_DIRECT_MAP:
	case STACKANNO_MEANING_VMEMMAP:
	case STACKANNO_MEANING_KASAN_SHADOW:
		return STACKANNO_REPEAT_OWN;
	default:
		return STACKANNO_REPEAT_NONE;
	}
}

/* What would repeat the value was left out when it was recorded. */
static bool is_withheld(const struct stackanno_meaning *meaning)
{
	switch (meaning->kind) {
	case STACKANNO_MEANING_STRING:
	case STACKANNO_MEANING_POISON:
		return !meaning->name;
	case STACKANNO_MEANING_ERRNO:
	case STACKANNO_MEANING_DIRECT_MAP:
	case STACKANNO_MEANING_VMEMMAP:
	case STACKANNO_MEANING_KASAN_SHADOW:
	case STACKANNO_MEANING_NUMBER:
	case STACKANNO_MEANING_CHANGED:
		return meaning->aux == STACKANNO_NONE;
	default:
		return false;
	}
}

void stackanno_describer_withhold(struct stackanno_meaning *meaning)
{
	if (stackanno_describer_repeat(meaning) == STACKANNO_REPEAT_NONE)
		return;
	meaning->aux = STACKANNO_NONE;
	/* Whose memory it is tells little of where in it. */
	if (meaning->kind != STACKANNO_MEANING_USER)
		meaning->name = 0;
	meaning->offset = 0;
	meaning->size = 0;
}

bool stackanno_describer_spells(const struct stackanno_describer *d,
				const struct stackanno_meaning *meaning)
{
	if (is_withheld(meaning))
		return false;
	switch (stackanno_describer_repeat(meaning)) {
	case STACKANNO_REPEAT_NONE:
		return true;
	case STACKANNO_REPEAT_OWN:
		return d->redact != STACKANNO_REDACT_ALL;
	default:
		return d->redact == STACKANNO_REDACT_NONE;
	}
}

u32 stackanno_describer_shown(struct stackanno_describer *d, u32 index)
{
	for (; !stackanno_view_meaning(d->view, index, &d->meaning); index = d->meaning.next) {
		bool number = d->meaning.kind == STACKANNO_MEANING_NUMBER ||
			      d->meaning.kind == STACKANNO_MEANING_FLAGS;

		if (!number || stackanno_describer_spells(d, &d->meaning))
			return index;
	}
	return STACKANNO_NONE;
}
