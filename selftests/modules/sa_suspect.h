/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of a stack that are written over behind the compiler's back, and a function that
 * jumps to the next one.
 */
#ifndef SA_SUSPECT_H
#define SA_SUSPECT_H

/* Each crashes, and is for the chain. */
void sa_suspect_pointer(const char *who);	/* a saved register that points into its frame */
void sa_suspect_constant(const char *who);	/* a word that the code sets to a constant */
void sa_suspect_return(const char *who);	/* a return address, to where no call is before */
void sa_suspect_edge(const char *who);		/* and to one behind a call of another */
void sa_suspect_argument(const char *who);	/* what a function keeps of its argument */
void sa_suspect_frame(const char *who);		/* a frame of another size than its code's */
void sa_suspect_tail(const char *who);		/* nothing: a tail call */

#endif /* SA_SUSPECT_H */
