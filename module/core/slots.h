/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of the words of a frame: a state's slots, sorted, none over another. */
#ifndef STACKANNO_CORE_SLOTS_H
#define STACKANNO_CORE_SLOTS_H

#include "env.h"
#include "flow.h"

/**
 * stackanno_slots_put() - something is stored
 * @flow: its @work is changed; the instruction is the one at its @at
 * @base: what @offset counts from, enum stackanno_flow_base
 * @offset: bytes
 * @size: bytes, at most 8
 * @value: what
 * @flags: STACKANNO_SLOT_*
 *
 * What finds no room is counted, and not known.
 */
void stackanno_slots_put(struct stackanno_flow *flow, u32 base, s32 offset, u32 size,
			 struct stackanno_value value, u32 flags);

/**
 * stackanno_slots_forget() - nothing is known any more of some bytes
 * @state: changed
 * @base: what @offset counts from
 * @offset: of the first
 * @bytes: how many
 */
void stackanno_slots_forget(struct stackanno_flow_state *state, u32 base, s64 offset, s64 bytes);

/* Somebody who has the addresses that escaped may have written. */
void stackanno_slots_foreign_write(struct stackanno_flow_state *state);

/* What lies below the stack pointer is nobody's; nothing changes where it is not known. */
void stackanno_slots_drop_below(struct stackanno_flow_state *state, struct stackanno_value sp);

#endif /* STACKANNO_CORE_SLOTS_H */
