/* SPDX-License-Identifier: GPL-2.0-only */
/* The states at the beginnings of blocks, and what becomes of them where paths meet. */
#ifndef STACKANNO_CORE_JOIN_H
#define STACKANNO_CORE_JOIN_H

#include "env.h"
#include "flow.h"

/**
 * stackanno_join_arrive() - a state comes to a block
 * @flow: the state is its @work; the block is made pending if its own changes
 * @position: where the block begins
 *
 * Return: 0; -ENOSPC when there is no room for another state.
 */
int stackanno_join_arrive(struct stackanno_flow *flow, u32 position);

/**
 * stackanno_join_open() - take a block's state
 * @flow: its @work is set
 * @block: index
 *
 * Return: false when no path leads to the block.
 */
bool stackanno_join_open(struct stackanno_flow *flow, u32 block);

#endif /* STACKANNO_CORE_JOIN_H */
