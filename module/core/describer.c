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

static bool is_kernel_address(u32 meaning_kind)
{
	switch (meaning_kind) {
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
	case STACKANNO_MEANING_VMALLOC:
	case STACKANNO_MEANING_MODULE_AREA:
	case STACKANNO_MEANING_FIXMAP:
	case STACKANNO_MEANING_CPU_ENTRY_AREA:
		return true;
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
		if (is_kernel_address(d->meaning.kind))
			return false;
		index = d->meaning.next;
	}
	return true;
}
