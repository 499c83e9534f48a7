/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What cannot be as it is. Only what is certain by all else is held against a word:
 * of a healthy stack nothing is ever suspected.
 */
#ifndef STACKANNO_CORE_SUSPECT_H
#define STACKANNO_CORE_SUSPECT_H

#include "env.h"
#include "builder.h"
#include "chain.h"
#include "look.h"

/**
 * stackanno_suspect_values() - words that the code says the content of
 * @builder: receives the notes
 * @index: of the frame
 * @look: at it
 * @reg: what its registers held; one that is not what the code says is forgotten
 *
 * Constants, and addresses in the frame: in registers, as they were saved by
 * functions called since (a saved frame pointer above all), and in words of the frame.
 *
 * Context: any; bounded by registers and slots.
 */
void stackanno_suspect_values(struct stackanno_builder *builder, u32 index,
			      const struct stackanno_look *look, struct stackanno_known *reg);

/**
 * stackanno_suspect_pointer() - a saved frame pointer that does not lead to the stack
 * @builder: receives the note
 * @index: of a frame that the unwinder found no end of
 * @flow: the analysis of its function
 * @reg: what its registers held
 *
 * Context: any.
 */
void stackanno_suspect_pointer(struct stackanno_builder *builder, u32 index,
			       struct stackanno_flow *flow, const struct stackanno_known *reg);

/**
 * stackanno_suspect_size() - a frame that begins where its code says it does not
 * @builder: receives the note
 * @index: of a frame that is flagged SIZE_DIFFERS
 * @flow: the analysis of its function
 *
 * Context: any.
 */
void stackanno_suspect_size(struct stackanno_builder *builder, u32 index,
			    struct stackanno_flow *flow);

/**
 * stackanno_suspect_return() - a return address that no call precedes
 * @builder: receives the note; the frame's code is in it
 * @index: of the frame that is returned into
 *
 * The caller knows that the function below it ends there for certain, and that the
 * text is what it was when the call was made.
 *
 * Context: any.
 */
void stackanno_suspect_return(struct stackanno_builder *builder, u32 index);

/**
 * stackanno_suspect_regs() - registers that no CPU saves
 * @builder: receives the notes
 *
 * Of functions of the kernel that were stopped: cs, ss and flags.
 *
 * Context: any.
 */
void stackanno_suspect_regs(struct stackanno_builder *builder);

/**
 * stackanno_suspect_arguments() - arguments of which two ways tell different things
 * @builder: receives the notes
 * @chain: settled
 *
 * Context: any.
 */
void stackanno_suspect_arguments(struct stackanno_builder *builder,
				 const struct stackanno_chain *chain);

#endif /* STACKANNO_CORE_SUSPECT_H */
