/* SPDX-License-Identifier: GPL-2.0-only */
/* What DWARF's places and expressions come to in a state of the analysis. */
#ifndef STACKANNO_EXPRESSION_H
#define STACKANNO_EXPRESSION_H

#include "core/flow.h"
#include "truth.h"

/* What a state has in memory at an address of the frame; unknown elsewhere. */
struct stackanno_value expression_slot(const struct stackanno_flow_state *state,
				       struct stackanno_value at);

/* What a state has at a place. */
struct stackanno_value expression_place(const struct stackanno_flow_state *state,
					const struct place *place);

/**
 * expression_value() - the value of an expression in terms of the analysis
 * @state: what the registers and slots hold
 * @attribute: a block of DWARF operations
 * @memory: set to whether it reads memory that is no slot known
 *
 * Return: the value; unknown where it cannot be said.
 */
struct stackanno_value expression_value(const struct stackanno_flow_state *state,
					const Dwarf_Attribute *attribute, bool *memory);

#endif /* STACKANNO_EXPRESSION_H */
