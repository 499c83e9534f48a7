/* SPDX-License-Identifier: GPL-2.0-only */
/* One point of a function against DWARF: CFA, saved registers, parameters. */
#ifndef STACKANNO_JUDGE_H
#define STACKANNO_JUDGE_H

#include "oracle.h"

/**
 * judge_frame() - compare what both say at a point
 * @oracle: counts go to its table
 * @subject: the function and the point
 * @state: of the analysis; NULL: no path leads there
 * @rules: DWARF's
 * @call: the point is a return address
 */
void judge_frame(struct oracle *oracle, const struct subject *subject,
		 const struct stackanno_flow_state *state, const struct rules *rules, bool call);

/* Number of an argument register, from 0; -1: it is none. */
int judge_argument(u8 reg);

#endif /* STACKANNO_JUDGE_H */
