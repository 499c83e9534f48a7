/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counts that a record's header shows, by any source of entries: who builds
 * a record and who checks it must never disagree about them.
 */
#ifndef STACKANNO_CORE_TALLY_H
#define STACKANNO_CORE_TALLY_H

#include "env.h"
#include "../uapi/stackanno.h"

struct stackanno_tally {
	u32 explained;	/* words with a role */
	u32 suspect;	/* words and notes that are flagged so */
	u32 frames;	/* those with a number */
};

static inline void stackanno_tally_word(struct stackanno_tally *tally,
					const struct stackanno_word *word)
{
	tally->explained += word->role != STACKANNO_ROLE_NONE;
	tally->suspect += !!(word->flags & STACKANNO_WORD_SUSPECT);
}

static inline void stackanno_tally_note(struct stackanno_tally *tally,
					const struct stackanno_note *note)
{
	tally->suspect += !!(note->flags & STACKANNO_NOTE_SUSPECT);
}

static inline void stackanno_tally_frame(struct stackanno_tally *tally,
					 const struct stackanno_frame *frame)
{
	tally->frames += frame->number != STACKANNO_NONE16;
}

#endif /* STACKANNO_CORE_TALLY_H */
