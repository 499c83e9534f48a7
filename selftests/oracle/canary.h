/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a function keeps its canary, read from its bytes without the analysis. */
#ifndef STACKANNO_CANARY_H
#define STACKANNO_CANARY_H

#include "oracle.h"

/**
 * canary_find() - the slot that a function puts the canary into
 * @oracle: the image and its DWARF
 * @function: its body or its cold part
 * @offset: set to the slot's, from the CFA
 *
 * Looks for the load from its fixed place and the store of the register behind it,
 * and takes the CFA from DWARF.
 *
 * Return: whether there is such a slot, and only one.
 */
bool canary_find(const struct oracle *oracle, const struct function *function, s32 *offset);

/* Whether the analysis has the canary in that slot, and in no other, at a call. */
void canary_judge(struct oracle *oracle, const struct subject *subject, s32 offset);

#endif /* STACKANNO_CANARY_H */
