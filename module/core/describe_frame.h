/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the lines above a frame's words say.
 */
#ifndef STACKANNO_CORE_DESCRIBE_FRAME_H
#define STACKANNO_CORE_DESCRIBE_FRAME_H

#include "describer.h"

/*
 * Each appends one line's text, without indentation. Context: any; no locks, no
 * allocation, bounded by the sizes that the text sets to each piece.
 */

/* ` #4 [...] name(args) at ... [module]`, or the console's form of it. */
void stackanno_describe_call(struct stackanno_describer *describer,
			     const struct stackanno_frame *frame, struct stackanno_text *text);

/* `[exception frame: page fault, read of 0x18]` or `[words in no frame]` */
void stackanno_describe_block(struct stackanno_describer *describer,
			      const struct stackanno_frame *frame, struct stackanno_text *text);

/* `return address replaced on the stack by ...: the real one is shown` */
void stackanno_describe_replaced(struct stackanno_describer *describer,
				 const struct stackanno_frame *frame,
				 struct stackanno_text *text);

#endif /* STACKANNO_CORE_DESCRIBE_FRAME_H */
