/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function's arguments as a frame's header line shows them: what they were when
 * it was entered, by their names and types where these are known.
 */
#ifndef STACKANNO_CORE_ARGUMENT_H
#define STACKANNO_CORE_ARGUMENT_H

#include "env.h"
#include "builder.h"
#include "chain.h"
#include "parameter.h"
#include "typed.h"

/* What is said of the objects that arguments point to. */
struct stackanno_argument_world {
	const struct stackanno_typed *typed;
	struct stackanno_memory *memory;
};

/**
 * stackanno_argument_describe() - write the arguments of one frame of a chain
 * @chain: settled; its text is written over
 * @number: of the frame in the chain
 * @builder: with the record's frames; the frame's args are set
 * @signature: of its function; NULL: registers stand for parameters then, up to
 *	the last that anything is known of
 * @world: what objects are told by
 *
 * Context: any.
 */
void stackanno_argument_describe(struct stackanno_chain *chain, u32 number,
				 struct stackanno_builder *builder,
				 const struct stackanno_signature *signature,
				 const struct stackanno_argument_world *world);

#endif /* STACKANNO_CORE_ARGUMENT_H */
