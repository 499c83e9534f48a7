/* SPDX-License-Identifier: GPL-2.0-only */
/* An array that is written past its end, into the canary above it. */
#ifndef SA_OVERRUN_H
#define SA_OVERRUN_H

/**
 * sa_overrun_crash() - crash in the function that wrote too much
 * @who: the chain
 *
 * Context: any. Does not return.
 */
void sa_overrun_crash(const char *who);

/**
 * sa_overrun_return() - let the stack protector find it
 * @who: the chain
 *
 * Context: any. Does not return.
 */
void sa_overrun_return(const char *who);

#endif /* SA_OVERRUN_H */
