// SPDX-License-Identifier: GPL-2.0-only
#include "core/label.h"
#include "parse_note.h"

/* `#4`, `block 2` or `no frame`; @fix tells that the index is yet a number. */
static bool take_frame_ref(struct scan *scan, u32 *index, bool *fix)
{
	u64 number;

	*fix = false;
	*index = STACKANNO_NONE;
	if (scan_literal(scan, "no frame"))
		return true;
	*fix = scan_literal(scan, "#");
	if (!*fix && !scan_literal(scan, "block "))
		return false;
	if (!scan_decimal(scan, &number) || number >= STACKANNO_NONE16)
		return false;
	*index = (u32)number;
	return true;
}

static bool take_section(struct scan *scan, u64 *value)
{
	u32 kind;

	for (kind = 1; kind < STACKANNO_SECTION_COUNT; kind++) {
		if (scan_literal(scan, stackanno_label_section(kind))) {
			*value = kind;
			return true;
		}
	}
	return false;
}

static bool take_note_address(struct scan *scan, struct stackanno_note *note, u64 *value)
{
	switch (scan_value(scan, value)) {
	case SCAN_SHOWN:
		return true;
	case SCAN_HIDDEN:
		note->flags |= STACKANNO_NOTE_HIDDEN;
		return true;
	default:
		return false;
	}
}

static bool take_note_part(struct scan *scan, char part, const char *behind,
			   struct stackanno_note *note, struct scan *text, bool *fix)
{
	switch (part) {
	case 'f':
		return take_frame_ref(scan, &note->frame, fix);
	case 'd':
		return scan_decimal(scan, &note->value[0]);
	case 'D':
		return scan_decimal(scan, &note->value[1]);
	case 'x':
		return take_note_address(scan, note, &note->value[0]);
	case 'X':
		return take_note_address(scan, note, &note->value[1]);
	case 's':
		return take_section(scan, &note->value[0]);
	default:
		*text = *scan;
		if (!scan_tail(text, behind))
			return false;
		scan->at = text->end;
		return true;
	}
}

/* Whether a note's sentence is what stands in @scan. */
static bool match_sentence(struct scan scan, u32 kind, struct stackanno_note *note,
			   struct scan *text, bool *fix)
{
	const char *at = stackanno_label_note_sentence(kind);
	struct scan sentence = { at, at + strlen(at) };

	while (!scan_done(&sentence)) {
		if (*sentence.at != '%') {
			if (scan_done(&scan) || *scan.at != *sentence.at)
				return false;
			scan.at++;
			sentence.at++;
			continue;
		}
		if (!take_note_part(&scan, sentence.at[1], sentence.at + 2, note, text, fix))
			return false;
		sentence.at += 2;
	}
	return scan_done(&scan);
}

static bool match_note(struct parser *p, const struct scan *line, u32 kind, bool suspect)
{
	struct stackanno_note found = { .frame = STACKANNO_NONE, .word = STACKANNO_NONE };
	struct scan text = { line->end, line->end };
	struct stackanno_note *note;
	bool fix = false;
	u32 index;

	if (!match_sentence(*line, kind, &found, &text, &fix))
		return false;
	note = parser_entry(p, STACKANNO_SECTION_NOTES, &index);
	if (!note || !parser_string(p, &text, &found.text))
		return false;
	found.kind = (u16)kind;
	found.flags |= suspect ? STACKANNO_NOTE_SUSPECT : 0;
	*note = found;
	if (fix)
		parser_fixup(p, STACKANNO_SECTION_NOTES, index, found.frame);
	if (kind == STACKANNO_NOTE_TORN)
		p->builder.record->flags |= STACKANNO_RECORD_TORN;
	if (kind == STACKANNO_NOTE_TRUNCATED)
		p->builder.record->flags |= STACKANNO_RECORD_TRUNCATED;
	return true;
}

/* `#0: text ?`: what stands behind the finding's name. */
static bool match_finding(struct parser *p, struct scan line, u32 kind)
{
	struct stackanno_finding found = { .kind = (u16)kind, .where = STACKANNO_NONE };
	struct stackanno_finding *finding;
	u32 index;
	bool fix;

	if (!take_frame_ref(&line, &found.frame, &fix) || !scan_literal(&line, ": "))
		return parser_fail(p, "no frame of a finding");
	found.evidence = parser_mark(&line);
	finding = parser_entry(p, STACKANNO_SECTION_FINDINGS, &index);
	if (!finding || !parser_string(p, &line, &found.text))
		return false;
	*finding = found;
	if (fix)
		parser_fixup(p, STACKANNO_SECTION_FINDINGS, index, found.frame);
	return true;
}

bool parse_finding(struct parser *p, struct scan line, bool *is_one)
{
	struct scan rest;
	u32 kind;

	for (kind = 1; kind < STACKANNO_FINDING_COUNT; kind++) {
		rest = line;
		*is_one = scan_literal(&rest, stackanno_label_finding(kind)) &&
			  scan_literal(&rest, ": ");
		if (*is_one)
			return match_finding(p, rest, kind);
	}
	return false;
}

bool parse_note(struct parser *p, struct scan line, bool suspect)
{
	u32 kind;

	for (kind = 1; kind < STACKANNO_NOTE_COUNT; kind++) {
		/* Any text at all matches that one. */
		if (kind != STACKANNO_NOTE_TEXT && match_note(p, &line, kind, suspect))
			return true;
	}
	return match_note(p, &line, STACKANNO_NOTE_TEXT, suspect);
}
