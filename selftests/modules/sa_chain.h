/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Eight calls deep: a chain of functions, each of which prints where its return
 * address and a local of it lie, ends in a leaf that does what the test is about.
 */
#ifndef SA_CHAIN_H
#define SA_CHAIN_H

/* What the deepest level calls. */
typedef void (*sa_leaf_t)(const char *who);

/**
 * sa_chain_run() - call a leaf eight levels deep
 * @who: name of this chain in what is printed
 * @leaf: what the last level calls
 *
 * Context: any that @leaf may run in.
 * Return: a sum over the locals of all levels, so that none can be left out.
 */
unsigned long sa_chain_run(const char *who, sa_leaf_t leaf);

/**
 * sa_leaf_return() - a leaf that prints its frame and returns
 * @who: name of the chain
 *
 * Context: any.
 */
void sa_leaf_return(const char *who);

#endif /* SA_CHAIN_H */
