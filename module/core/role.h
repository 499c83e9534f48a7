/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the state at an instruction to the roles of a frame's words.
 */
#ifndef STACKANNO_CORE_ROLE_H
#define STACKANNO_CORE_ROLE_H

#include "env.h"
#include "flow.h"
#include "builder.h"

/* How the frame that the unwinder found and the one that the code makes compare. */
enum stackanno_fit {
	STACKANNO_FIT_NO_STATE,	/* the frame has no return address, or no path leads to its ip */
	STACKANNO_FIT_AGREES,
	STACKANNO_FIT_UNKNOWN,	/* the code moves its stack pointer by what it computes */
	STACKANNO_FIT_DIFFERS,
	STACKANNO_FITS
};

/**
 * stackanno_role_frame() - give roles to the words of a function's frame
 * @builder: after stackanno_frame_layout()
 * @index: of a frame of kind CALL
 * @flow: the analysis of its function; of one that was given up, only what its
 *	first instructions saved gets a role
 * @canary: the task's; NULL when it is not known
 *
 * Only words without a role get one. A role is certain when no part of the
 * function was out of sight, and the stack pointer is where the code says; where
 * it is not, the frame is flagged and nothing said of it is more than a guess. A
 * word in the canary's slot that is not the canary becomes a suspect, and a note
 * names the buffer below it; where the picture is torn, nothing is accused.
 *
 * Context: any.
 * Return: enum stackanno_fit.
 */
enum stackanno_fit stackanno_role_frame(struct stackanno_builder *builder, u32 index,
					struct stackanno_flow *flow, const u64 *canary);

/**
 * stackanno_role_excuse() - say why a frame's words have no role
 * @builder: after stackanno_frame_layout()
 * @index: of a frame; one that is not of kind CALL is left as it is
 * @flag: the STACKANNO_FRAME_* flag that says why
 *
 * The flag is set when the frame has a word without a role, and when there is no
 * other flag that says more.
 *
 * Context: any.
 */
void stackanno_role_excuse(struct stackanno_builder *builder, u32 index, u32 flag);

/**
 * stackanno_role_ip() - the instruction that a frame stands at
 * @builder: after stackanno_frame_layout()
 * @index: of a frame of kind CALL
 *
 * Its ip, but for a function that a breakpoint stopped: a probe's stands in the place
 * of an instruction, which has not run.
 *
 * Context: any.
 * Return: an address.
 */
u64 stackanno_role_ip(const struct stackanno_builder *builder, u32 index);

/**
 * stackanno_role_cfa() - where a frame ends
 * @builder: after stackanno_frame_layout()
 * @frame: of kind CALL
 *
 * The word that a function returns to its caller with is its frame's last.
 *
 * Context: any.
 * Return: the address above its return address; 0 when it has none.
 */
u64 stackanno_role_cfa(const struct stackanno_builder *builder,
		       const struct stackanno_frame *frame);

/**
 * stackanno_role_base() - the rounded stack pointer of a frame
 * @flow: the analysis of its function
 * @state: at its ip
 * @cfa: where it ends
 *
 * Context: any.
 * Return: the address that offsets from the rounded base count from; 0 when the
 * stack pointer is not rounded there.
 */
u64 stackanno_role_base(const struct stackanno_flow *flow,
			const struct stackanno_flow_state *state, u64 cfa);

/**
 * stackanno_role_evidence() - the best that may be said of a frame's words
 * @builder: after stackanno_frame_layout()
 * @frame: of kind CALL
 * @flow: the analysis of its function
 * @fit: what stackanno_role_frame() returned of it
 *
 * Context: any.
 * Return: enum stackanno_evidence.
 */
enum stackanno_evidence stackanno_role_evidence(const struct stackanno_builder *builder,
						const struct stackanno_frame *frame,
						const struct stackanno_flow *flow,
						enum stackanno_fit fit);

/* What stands for a frame's own ip, where its code is known in part. */
struct stackanno_role_place {
	u64 ip;
	bool returning;	/* as for stackanno_flow_at() */
	bool part;	/* code of the function is missing */
};

/**
 * stackanno_role_frame_at() - as stackanno_role_frame(), by the state of another place
 * @builder: after stackanno_frame_layout()
 * @index: of a frame of kind CALL
 * @flow: the analysis of its function, which ended well
 * @canary: the task's; NULL when it is not known
 * @place: where the state is that holds at the frame's ip
 *
 * Of a function that is known in part nothing is certain, what it does not touch is
 * its locals, and nothing is said unless the stack pointer is where the code says.
 *
 * Context: any.
 * Return: enum stackanno_fit.
 */
enum stackanno_fit stackanno_role_frame_at(struct stackanno_builder *builder, u32 index,
					   struct stackanno_flow *flow, const u64 *canary,
					   const struct stackanno_role_place *place);

#endif /* STACKANNO_CORE_ROLE_H */
