/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines above a frame's words, without what they begin with. */
#ifndef STACKANNO_PARSE_FRAME_H
#define STACKANNO_PARSE_FRAME_H

#include "parser.h"

/* Behind ` #`. */
bool parse_call(struct parser *parser, struct scan line);
/* Behind `    [`. */
bool parse_block(struct parser *parser, struct scan line);
/* Behind `    (`. */
bool parse_remark(struct parser *parser, struct scan line);
/* Behind `    --- `. */
bool parse_switch(struct parser *parser, struct scan line);

#endif /* STACKANNO_PARSE_FRAME_H */
