/* SPDX-License-Identifier: GPL-2.0-only */
/* What the analysis claims of an instruction, against the machine that has come to it. */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "core/flow.h"

extern struct stackanno_flow flow;	/* of the function that is run */

/* What is claimed before the instruction at @ip; NULL: no path leads there. */
const struct stackanno_flow_state *claims_state(u64 ip);

/* To be called when another function was analysed. */
void claims_forget(void);

/**
 * claims_hold() - check all claims of a state
 * @state: what is claimed
 * @what: set to what does not hold; NULL where the function wrote over its own frame
 * @at: set to which of them
 *
 * Return: whether they hold. The machine's registers and stack are read into it.
 */
bool claims_hold(const struct stackanno_flow_state *state, const char **what, int *at);

/* The stack pointer as the function rounded it. */
u64 claims_base(void);

/* Whether a value is what no function writes but to save it. */
bool claims_linkage(struct stackanno_value value);

/* The instruction at @ip, lifted. Return: 0, or -EINVAL. */
int claims_lift(u64 ip, struct stackanno_ir_list *list);

#endif /* CLAIMS_H */
