/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is said of a single word: its value and its label.
 */
#ifndef STACKANNO_CORE_DESCRIBE_WORD_H
#define STACKANNO_CORE_DESCRIBE_WORD_H

#include "describer.h"

/* `ff11000005638b40[rbx {...}]` */
void stackanno_describe_word(struct stackanno_describer *describer,
			     const struct stackanno_word *word, struct stackanno_text *text);

/* The label alone, with its brackets; nothing for a word that has none. */
void stackanno_describe_label(struct stackanno_describer *describer,
			      const struct stackanno_word *word, struct stackanno_text *text);

/**
 * stackanno_describe_stale() - a word that only looks like a return address
 * @describer: set up
 * @word: any
 * @text: gets `ffff... ? symbol+0x../0x..`, which scripts resolve
 *
 * Return: false, and nothing appended, when the word is no such.
 */
bool stackanno_describe_stale(struct stackanno_describer *describer,
			      const struct stackanno_word *word, struct stackanno_text *text);

#endif /* STACKANNO_CORE_DESCRIBE_WORD_H */
