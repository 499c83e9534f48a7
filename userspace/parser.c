// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "core/arch.h"
#include "core/label.h"
#include "parser.h"

bool parser_fail(struct parser *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->error->what, sizeof(p->error->what), format, args);
	va_end(args);
	p->error->line = p->line;
	return false;
}

bool parser_string(struct parser *p, const struct scan *text, u32 *string)
{
	size_t len;

	if (!scan_unescape(text, p->scratch, &len))
		return parser_fail(p, "bad escape in \"%.*s\"", (int)scan_left(text), text->at);
	*string = stackanno_builder_string(&p->builder, p->scratch, len);
	if (len && !*string)
		return parser_fail(p, "a string is too much");
	return true;
}

void *parser_entry(struct parser *p, enum stackanno_section_kind kind, u32 *index)
{
	void *entry = stackanno_builder_add(&p->builder, kind, index);

	if (!entry)
		parser_fail(p, "too many %s", stackanno_label_section(kind));
	return entry;
}

void parser_fixup(struct parser *p, enum stackanno_section_kind kind, u32 index, u64 number)
{
	struct fixup *fixup = &p->fixup[p->fixups];

	/* There are as many as "#" in the text at most. */
	if (p->fixups == p->fixups_max)
		return;
	fixup->kind = kind;
	fixup->index = index;
	fixup->number = (u16)number;
	fixup->line = p->line;
	p->fixups++;
}

bool parser_address(struct parser *p, struct scan *scan, u64 *address)
{
	switch (scan_value(scan, address)) {
	case SCAN_SHOWN:
		return true;
	case SCAN_HIDDEN:
		if (!p->withheld)
			return parser_fail(p, "an address is withheld, but the record's are not");
		*address = p->next_address;
		return true;
	default:
		return parser_fail(p, "no address where one belongs");
	}
}

bool parser_vector(struct scan *scan, u32 *vector)
{
	u64 number;
	u32 i;

	if (scan_literal(scan, "vector ")) {
		if (!scan_decimal(scan, &number) || number > STACKANNO_NONE)
			return false;
		*vector = (u32)number;
		return true;
	}
	for (i = 0; i < 256; i++) {
		const char *name = stackanno_arch_vector_name(i);
		struct scan rest = *scan;

		if (name && scan_literal(&rest, name) && (scan_done(&rest) || *rest.at == ',')) {
			*scan = rest;
			*vector = i;
			return true;
		}
	}
	return false;
}

u8 parser_mark(struct scan *scan)
{
	if (scan_tail(scan, " ??"))
		return STACKANNO_EVIDENCE_GUESS;
	if (scan_tail(scan, " ?"))
		return STACKANNO_EVIDENCE_LIKELY;
	return STACKANNO_EVIDENCE_CERTAIN;
}

bool parser_module(struct parser *p, struct scan *scan, u32 *module)
{
	struct scan rest = *scan;
	const char *open;
	struct scan name;

	if (!scan_tail(&rest, "]"))
		return true;
	for (open = rest.end; open > rest.at && open[-1] != '['; open--)
		;
	if (open - rest.at < 2 || open[-2] != ' ')
		return parser_fail(p, "bad name of a module");
	name.at = open;
	name.end = rest.end;
	scan->end = open - 2;
	return parser_string(p, &name, module);
}

bool parser_resolve(struct parser *p)
{
	u32 frames = p->builder.section[STACKANNO_SECTION_FRAMES].count;
	size_t i;
	u32 k;

	for (i = 0; i < p->fixups; i++) {
		const struct fixup *fixup = &p->fixup[i];
		struct stackanno_finding *finding;
		struct stackanno_meaning *meaning;
		struct stackanno_frame *frame;
		struct stackanno_note *note;

		for (k = 0; k < frames; k++) {
			frame = stackanno_builder_entry(&p->builder, STACKANNO_SECTION_FRAMES, k);
			if (frame->number == fixup->number)
				break;
		}
		p->line = fixup->line;
		if (k == frames)
			return parser_fail(p, "there is no frame #%u", fixup->number);
		if (fixup->kind == STACKANNO_SECTION_NOTES) {
			note = stackanno_builder_entry(&p->builder, fixup->kind, fixup->index);
			note->frame = k;
		} else if (fixup->kind == STACKANNO_SECTION_FINDINGS) {
			finding = stackanno_builder_entry(&p->builder, fixup->kind, fixup->index);
			finding->frame = k;
		} else {
			meaning = stackanno_builder_entry(&p->builder, fixup->kind, fixup->index);
			meaning->aux = k;
		}
	}
	return true;
}
