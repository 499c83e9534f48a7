/* SPDX-License-Identifier: GPL-2.0-only */
/* What a value is: the text within braces, or behind `ret `. */
#ifndef STACKANNO_PARSE_MEANING_H
#define STACKANNO_PARSE_MEANING_H

#include "parser.h"

/* Append one meaning to the word's chain, whose last one is @last, or NULL. */
bool parse_meaning(struct parser *parser, struct scan scan, u8 evidence,
		   struct stackanno_word *word, struct stackanno_meaning **last);

/* Append all that commas part. */
bool parse_meanings(struct parser *parser, struct scan scan, struct stackanno_word *word,
		    struct stackanno_meaning *last);

#endif /* STACKANNO_PARSE_MEANING_H */
