/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions whose frames the compiler lays, with values that are known in them. */
#ifndef SA_COMPILED_H
#define SA_COMPILED_H

/**
 * sa_compiled_crash() - crash below a chain of such functions
 * @who: the chain
 *
 * Context: any. Does not return.
 */
void sa_compiled_crash(const char *who);

#endif /* SA_COMPILED_H */
