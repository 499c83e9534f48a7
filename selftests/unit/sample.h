/* SPDX-License-Identifier: GPL-2.0-only */
/* Records made for tests: a piece at a time, or a whole realistic one. */
#ifndef STACKANNO_UNIT_SAMPLE_H
#define STACKANNO_UNIT_SAMPLE_H

#include "core/builder.h"
#include "core/record.h"

#define SAMPLE_BYTES (512U << 10)

struct sample {
	struct stackanno_builder builder;
	u32 frame;		/* index of the last one */
	u64 next;		/* address that the next word gets */
	u32 size;		/* of the record, once finished */
	/* Records are built in memory that is aligned to 8. */
	u8 memory[SAMPLE_BYTES] __attribute__((aligned(8)));
};

/* Begin a record with a head as the first oops of a machine has it, and one stack. */
void sample_begin(struct sample *sample);

u32 sample_string(struct sample *sample, const char *string);

/* A frame whose words begin at @low; sample->frame is its index. */
struct stackanno_frame *sample_frame(struct sample *sample, enum stackanno_frame_kind kind,
				     u64 low);

/* A numbered frame of a function: returns to @ip, which stands below @low. */
struct stackanno_frame *sample_call(struct sample *sample, u16 number, const char *name, u64 ip,
				    u64 low);

/* The next word of the last frame. */
struct stackanno_word *sample_word(struct sample *sample, u64 value, enum stackanno_role role,
				   u16 arg);

/* A meaning for @word, behind those that it has. */
struct stackanno_meaning *sample_meaning(struct sample *sample, struct stackanno_word *word,
					 enum stackanno_meaning_kind kind, const char *name,
					 u64 offset);

struct stackanno_note *sample_note(struct sample *sample, enum stackanno_note_kind kind,
				   u32 frame, const char *text);

/* Finish and open it; ends the program when it is no record. */
void sample_finish(struct sample *sample, struct stackanno_view *view);

/* An oops by a NULL pointer in a module, eight frames on two stacks. */
void sample_oops(struct sample *sample, struct stackanno_view *view);

/* Every role, meaning, note, frame flag, entry and doubt, at least once each. */
void sample_everything(struct sample *sample, struct stackanno_view *view);

/* Strings that try to look like something else. */
void sample_hostile(struct sample *sample, struct stackanno_view *view);

#endif /* STACKANNO_UNIT_SAMPLE_H */
