/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a listing to the steps that an unwinder would have taken: which frames are
 * real, where registers were saved, and what the listing left out.
 */
#ifndef STACKANNO_STEPS_H
#define STACKANNO_STEPS_H

#include "core/frame.h"
#include "core/role.h"
#include "image.h"
#include "listing.h"

/* What is known of a step beside what the picture holds. */
struct step_code {
	u32 listed;		/* index of its frame in the listing; STACKANNO_NONE */
	const struct function *function;	/* that ip is in; NULL */
	u64 begin;		/* the function that is to be analysed: its own, or a cold part's; */
	u32 size;		/* 0: none */
	struct stackanno_role_place place;
	bool bp_agrees, sp_agrees;
	u64 bp, sp;
	u64 bp_slot;		/* the word that bp points at is a saved register's */
	s32 align_from, sp_from;	/* of a rounded stack pointer, as flow.h has them */
	u32 align_bytes;	/* 0: not rounded */
	u64 end;		/* the word behind its return address; 0: not known */
};

struct steps {
	const struct listing *listing;
	struct image *image;
	struct stackanno_flow *flow;
	struct stackanno_picture picture;
	struct step_code code[STACKANNO_PICTURE_STEPS];
	u32 runs_left_out;	/* of words: more than there are stacks in a picture */
	u32 frames_left_out;
};

/**
 * steps_make() - find the steps of a listing
 * @steps: its listing, image and flow are set; the rest is set up
 *
 * Registers are found by where they lie: at a frame whose ip's word is the ip of a
 * whole pt_regs, behind an entry routine's frame, or where crash found them; and
 * only when cs, ss, the flags and the stack pointer can be right. A frame is not
 * one when its return address lies within what the frame before it has by its code.
 */
void steps_make(struct steps *steps);

/* The state at a step: of its place, analysed anew; NULL. */
const struct stackanno_flow_state *steps_state(struct steps *steps, u32 step);

#endif /* STACKANNO_STEPS_H */
