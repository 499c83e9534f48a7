/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a frame, and their labels. */
#ifndef STACKANNO_PARSE_WORD_H
#define STACKANNO_PARSE_WORD_H

#include "parser.h"

/* A line of words, without its indentation. */
bool parse_words(struct parser *parser, struct scan line);

#endif /* STACKANNO_PARSE_WORD_H */
