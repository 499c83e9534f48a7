/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What everything that is said of a record depends on: the record, what is to
 * be hidden, and which kind of line it is for.
 */
#ifndef STACKANNO_CORE_DESCRIBER_H
#define STACKANNO_CORE_DESCRIBER_H

#include "record.h"
#include "text.h"

/* Meanings of one word that are shown; further ones are "...". */
#define STACKANNO_MEANINGS_SHOWN 3

enum stackanno_redact {
	STACKANNO_REDACT_NONE,
	STACKANNO_REDACT_DATA,	/* values that are not the kernel's own addresses */
	STACKANNO_REDACT_ALL,	/* every value and every address */
	STACKANNO_REDACT_COUNT
};

/*
 * A symbol in a console line, which must stand whole behind what precedes it;
 * one that is longer cannot be resolved anyway.
 */
#define STACKANNO_SYMBOL_MAX 150

/* What describes a record; too large for the stack of a crash. */
struct stackanno_describer {
	const struct stackanno_view *view;
	enum stackanno_redact redact;
	bool console;		/* symbols last, for scripts that resolve them */
	/* Scratch, valid within one call only. */
	struct stackanno_frame frame;
	struct stackanno_stack stack;
	struct stackanno_meaning meaning;
	char args[STACKANNO_MAX_STRING];
	char symbol[STACKANNO_SYMBOL_MAX + 1];
};

/**
 * stackanno_describer_begin() - set up for one record
 * @describer: what is set up
 * @view: an open record
 * @redact: what is hidden; a record flagged WITHHELD hides everything
 * @console: whether the lines are for the kernel's log
 */
void stackanno_describer_begin(struct stackanno_describer *describer,
			       const struct stackanno_view *view, enum stackanno_redact redact,
			       bool console);

/* Whether redaction hides an address that no symbol explains. */
bool stackanno_describer_hides(struct stackanno_describer *describer, u64 address);

/* Whether redaction hides a word's value. */
bool stackanno_describer_hides_word(struct stackanno_describer *describer,
				    const struct stackanno_word *word);

/* How far what a meaning says, besides its kind, is the value itself once more. */
enum stackanno_repeat {
	STACKANNO_REPEAT_NONE,	/* a place within something, or what anybody may know */
	STACKANNO_REPEAT_OWN,	/* it is, of a constant or a place of the kernel's own */
	STACKANNO_REPEAT_DATA,	/* it is, and may be anybody's data */
};

/**
 * stackanno_describer_repeat() - whether a meaning is to be hidden with its value
 * @meaning: a word's
 *
 * The one place that decides it, for the text, for JSON, and for what a record
 * holds where the kernel is locked down.
 *
 * Context: any.
 * Return: how far it repeats the value.
 */
enum stackanno_repeat stackanno_describer_repeat(const struct stackanno_meaning *meaning);

/**
 * stackanno_describer_withhold() - take out of a meaning what repeats the value
 * @meaning: of a record under construction
 *
 * Context: any.
 */
void stackanno_describer_withhold(struct stackanno_meaning *meaning);

/* Whether more of a meaning than its kind is there to be said, and redaction leaves it. */
bool stackanno_describer_spells(const struct stackanno_describer *describer,
				const struct stackanno_meaning *meaning);

/**
 * stackanno_describer_shown() - the first meaning of a chain that is shown at all
 * @describer: its scratch meaning is overwritten
 * @index: of the chain's first
 *
 * A number of which but its being one is left is not.
 *
 * Return: its index; STACKANNO_NONE when there is none.
 */
u32 stackanno_describer_shown(struct stackanno_describer *describer, u32 index);

#endif /* STACKANNO_CORE_DESCRIBER_H */
