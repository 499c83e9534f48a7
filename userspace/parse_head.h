/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines about a record as a whole, without the word that they begin with. */
#ifndef STACKANNO_PARSE_HEAD_H
#define STACKANNO_PARSE_HEAD_H

#include "parser.h"

bool parse_head(struct parser *parser, struct scan line);
bool parse_fault(struct parser *parser, struct scan line);
bool parse_context(struct parser *parser, struct scan line);
bool parse_stack(struct parser *parser, struct scan line);

#endif /* STACKANNO_PARSE_HEAD_H */
