/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What calls lead to in the running kernel, and what a trace does not show of them.
 */
#ifndef STACKANNO_CALLS_H
#define STACKANNO_CALLS_H

#include <linux/types.h>

#include "core/builder.h"
#include "core/chain.h"
#include "fixups.h"
#include "ksyms.h"
#include "probed.h"

struct stackanno_calls {
	struct stackanno_chain_ops ops;	/* its functions find the rest */
	struct stackanno_ops *code;
	struct stackanno_symbol *scratch;
	struct stackanno_probes probes;	/* of a function that is looked into */
	struct stackanno_fixups fixups;	/* of the same */
	struct stackanno_ir_list list;
};

/**
 * stackanno_calls_init() - make the chain's view of the world
 * @calls: set; @scratch is the caller's to set before it is asked
 * @code: how code is read
 *
 * Context: any.
 */
void stackanno_calls_init(struct stackanno_calls *calls, struct stackanno_ops *code);

/**
 * stackanno_calls_traceable() - whether a function begins as compilers begin one
 * @calls: set up
 * @begin: of the function
 *
 * With a tracer's call, or with what is in its place as long as nobody traces,
 *
 *	0f 1f 44 00 00		nopl	0x0(%rax,%rax,1)
 *
 * behind a landing mark, if there is one. Assembly has none, nor what is notrace.
 *
 * Context: any.
 * Return: true when it does.
 */
bool stackanno_calls_traceable(struct stackanno_calls *calls, u64 begin);

/**
 * stackanno_calls_check_return() - suspect a return address that no call precedes
 * @calls: with @scratch
 * @builder: with the frame's code
 * @chain: up to the frame before
 * @index: of the frame that is returned into
 *
 * Nothing is said of a place where a call may have stood that is gone by now.
 *
 * Context: any.
 */
void stackanno_calls_check_return(struct stackanno_calls *calls,
				  struct stackanno_builder *builder,
				  const struct stackanno_chain *chain, u32 index);

/**
 * stackanno_calls_tell() - add the frames that tail calls hid, and notes on calls
 * @calls: with @scratch
 * @builder: with all frames analysed; indices behind an added frame change
 * @chain: with all frames; follows the change
 *
 * Context: any.
 */
void stackanno_calls_tell(struct stackanno_calls *calls, struct stackanno_builder *builder,
			  struct stackanno_chain *chain);

#endif /* STACKANNO_CALLS_H */
