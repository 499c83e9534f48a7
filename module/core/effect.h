/* SPDX-License-Identifier: GPL-2.0-only */
/* What an instruction does to the state of an analysis, @work of struct stackanno_flow. */
#ifndef STACKANNO_CORE_EFFECT_H
#define STACKANNO_CORE_EFFECT_H

#include "env.h"
#include "body.h"
#include "flow.h"

/* No address of the frame escaped. */
#define STACKANNO_EFFECT_NO_LOW 0x7fffffff

/**
 * stackanno_effect_enter() - the state at a function's first instruction
 * @flow: its @work is set
 */
void stackanno_effect_enter(struct stackanno_flow *flow);

/**
 * stackanno_effect_step() - what an instruction does
 * @flow: its @work is changed
 * @step: as stackanno_body_next() gave it, right before
 */
void stackanno_effect_step(struct stackanno_flow *flow, const struct stackanno_body_step *step);

/**
 * stackanno_effect_mend() - what registers hold where an exception is mended
 * @flow: the registers of its @work are changed, by its @fixup too
 * @step: the instruction that raised it, with a landing
 *
 * What the instruction writes may be written already, or not yet.
 */
void stackanno_effect_mend(struct stackanno_flow *flow, const struct stackanno_body_step *step);

/* Whether an exception may leave the instruction half done. */
bool stackanno_effect_is_divisible(const struct stackanno_body_step *step);

/**
 * stackanno_effect_resume() - a return from an interrupt that was made by hand
 * @flow: its @work is changed when the function goes on
 * @next: address of the next instruction
 *
 * Return: whether it leads there.
 */
bool stackanno_effect_resume(struct stackanno_flow *flow, u64 next);

/**
 * stackanno_effect_learn() - the last comparison found both sides equal
 * @flow: its @work is changed; the comparison is the one of the instruction before
 *	the one that was stepped last
 */
void stackanno_effect_learn(struct stackanno_flow *flow);

/**
 * stackanno_effect_escape() - an address leaves the function's sight
 * @flow: its summary is kept
 * @set: of the state that it leaves from
 * @value: what leaves; anything but an address of the frame changes nothing
 */
void stackanno_effect_escape(struct stackanno_flow *flow, struct stackanno_flow_escape *set,
			     struct stackanno_value value);

/* Whether a value is what an instruction at @bytes positions from @begin on made. */
static inline bool stackanno_effect_made_in(struct stackanno_value value, u32 begin, u32 bytes)
{
	return value.kind == STACKANNO_VALUE_RESULT && (value.id >> 8) - begin < bytes;
}

/* Whether a slot is a prologue's: no pointer is ever made to it. */
bool stackanno_effect_protects(const struct stackanno_flow_slot *slot);

#endif /* STACKANNO_CORE_EFFECT_H */
