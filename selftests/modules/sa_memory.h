/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of memory of every kind, in the frame of a function that crashes. */
#ifndef SA_MEMORY_H
#define SA_MEMORY_H

/**
 * sa_memory_crash() - crash with them on the stack
 * @who: the chain
 *
 * Context: process of user mode. Does not return.
 */
void sa_memory_crash(const char *who);

#endif /* SA_MEMORY_H */
