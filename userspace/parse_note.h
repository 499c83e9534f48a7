/* SPDX-License-Identifier: GPL-2.0-only */
/* Notes: the sentences that the renderer fills in, matched and taken apart. */
#ifndef STACKANNO_PARSE_NOTE_H
#define STACKANNO_PARSE_NOTE_H

#include "parser.h"

/* What stands behind `note: ` or `suspect: `. */
bool parse_note(struct parser *parser, struct scan line, bool suspect);

/* A line of a finding; @is_one is set to whether it is such a line at all. */
bool parse_finding(struct parser *parser, struct scan line, bool *is_one);

#endif /* STACKANNO_PARSE_NOTE_H */
