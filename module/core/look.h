/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From abstract values to what a run had: the words and registers of one frame, seen
 * through the state that its code has at its ip.
 */
#ifndef STACKANNO_CORE_LOOK_H
#define STACKANNO_CORE_LOOK_H

#include "env.h"
#include "builder.h"
#include "flow.h"
#include "role.h"

/* stackanno_known.doubts: why something is likely at most. */
#define STACKANNO_DOUBT_FRAME	(1U << 0)  /* a frame, its code or the picture */
#define STACKANNO_DOUBT_OBJECT	(1U << 1)  /* an object may reach up to where it was kept */
#define STACKANNO_DOUBT_CALL	(1U << 2)  /* by pointer: another may have been called, and jumped on */

/* The low bytes of something; 0 bytes: nothing is known. */
struct stackanno_known {
	u64 value;
	u32 source;	/* index of the word that holds it; STACKANNO_NONE: the code says it */
	u8 bytes;
	u8 evidence;	/* enum stackanno_evidence */
	u8 doubts;	/* STACKANNO_DOUBT_* */
	u8 reserved;
};
static_assert(sizeof(struct stackanno_known) == 16);

/* A frame, and what its code says at its ip. */
struct stackanno_look {
	const struct stackanno_builder *builder;
	const struct stackanno_frame *frame;
	const struct stackanno_flow_state *state;
	const struct stackanno_known *reg;	/* what its registers held there */
	u64 cfa;
	u64 base;	/* the rounded stack pointer; 0 */
	u32 evidence;	/* the best that may be said */
};

/**
 * stackanno_known_make() - something that is certain
 * @value: what
 * @bytes: how many of it are known
 * @source: as in struct stackanno_known
 */
struct stackanno_known stackanno_known_make(u64 value, u32 bytes, u32 source);

/**
 * stackanno_known_doubt() - the same, with less certainty
 * @known: what
 * @evidence: of the way to it; CERTAIN changes nothing
 * @doubts: STACKANNO_DOUBT_*
 */
struct stackanno_known stackanno_known_doubt(struct stackanno_known known, u32 evidence,
					     u32 doubts);

/* Keep the one that says more, or says it more surely. */
void stackanno_known_better(struct stackanno_known *best, struct stackanno_known other);

/**
 * stackanno_known_derive() - from one value to another that is made of the same
 * @at: the low bytes of x and a number
 * @held: what the run had for it
 * @wanted: of the same kind and id: x and another number, or fewer bytes
 *
 * Return: @wanted, of 0 bytes when nothing is known of it.
 */
struct stackanno_known stackanno_known_derive(struct stackanno_value at,
					      struct stackanno_known held,
					      struct stackanno_value wanted);

/**
 * stackanno_look_begin() - look at a frame
 * @look: set, but for its registers
 * @builder: with the frame's roles
 * @frame: of kind CALL
 * @flow: the analysis of its function
 * @state: at the frame's ip
 * @fit: what stackanno_role_frame() returned of it
 *
 * Context: any.
 */
void stackanno_look_begin(struct stackanno_look *look, const struct stackanno_builder *builder,
			  const struct stackanno_frame *frame, const struct stackanno_flow *flow,
			  const struct stackanno_flow_state *state, enum stackanno_fit fit);

/* Index of the word at an address; STACKANNO_NONE. */
u32 stackanno_look_word(const struct stackanno_builder *builder, u64 address);

/**
 * stackanno_look_code() - something that code alone says
 * @look: in which frame: one that is doubted makes it likely
 * @value: what
 */
struct stackanno_known stackanno_look_code(const struct stackanno_look *look, u64 value);

/**
 * stackanno_look_slot() - what a slot of the state holds in the run
 * @look: begun
 * @slot: of its state
 *
 * Return: its bytes; 0 of them when its word is not in the record.
 */
struct stackanno_known stackanno_look_slot(const struct stackanno_look *look,
					   const struct stackanno_flow_slot *slot);

/**
 * stackanno_look_find() - what the run had for a value, wherever the code keeps the same
 * @look: begun, with registers
 * @wanted: of kind ENTRY, PASSED, RESULT or JOIN
 *
 * Context: any; bounded by registers and slots.
 * Return: of 0 bytes where nothing of it is kept.
 */
struct stackanno_known stackanno_look_find(const struct stackanno_look *look,
					   struct stackanno_value wanted);

/**
 * stackanno_look_fixed() - what a value is by the code and the frame's place alone
 * @look: begun
 * @value: a constant, or an address in the frame
 *
 * Return: of 0 bytes for any other value.
 */
struct stackanno_known stackanno_look_fixed(const struct stackanno_look *look,
					    struct stackanno_value value);

/**
 * stackanno_look_evaluate() - a value, as far as the frame itself tells it
 * @look: begun, with registers
 * @value: any
 *
 * Context: any; bounded by registers and slots.
 * Return: of 0 bytes where nothing is known of it.
 */
struct stackanno_known stackanno_look_evaluate(const struct stackanno_look *look,
					       struct stackanno_value value);

/* Whether two are made of the same thing. */
static inline bool stackanno_look_is_of(struct stackanno_value a, struct stackanno_value b)
{
	return a.kind == b.kind && a.id == b.id;
}

#endif /* STACKANNO_CORE_LOOK_H */
