/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions with arguments of each kind, and values that nothing else has. */
#ifndef SA_ARGUMENT_H
#define SA_ARGUMENT_H

/**
 * sa_argument_crash() - crash below them
 * @who: the chain
 *
 * Context: any. Does not return.
 */
void sa_argument_crash(const char *who);

#endif /* SA_ARGUMENT_H */
