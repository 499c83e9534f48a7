/* SPDX-License-Identifier: GPL-2.0-only */
/* State, labels and truth at one instruction, side by side. */
#ifndef STACKANNO_EXPLAIN_H
#define STACKANNO_EXPLAIN_H

#include "oracle.h"

/**
 * explain() - print what the analysis and DWARF say at a point
 * @oracle: opened; the analysis of the subject's function was run
 * @subject: the function and the point
 * @call: the point is a return address
 */
void explain(struct oracle *oracle, const struct subject *subject, bool call);

#endif /* STACKANNO_EXPLAIN_H */
