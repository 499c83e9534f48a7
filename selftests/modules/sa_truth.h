/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sa_truth.ko hands to the program that compares it with records.
 *
 * /sys/kernel/debug/sa_truth/
 *	probe	write "breakpoint|jump|traced ADDRESS": note each entry of a function
 *	every	write "HITS MICROSECONDS": how often to annotate, on the average
 *	armed	write 1 or 0; after 0 nothing is under way any more
 *	shots	since it was armed: struct sa_truth_shot, each with its notes behind it
 *	stats	"name: value"
 */
#ifndef SA_TRUTH_H
#define SA_TRUTH_H

#include <linux/types.h>

/* Registers of a note: those of arguments in their order, then those that a callee keeps. */
enum sa_truth_register {
	SA_TRUTH_RDI, SA_TRUTH_RSI, SA_TRUTH_RDX, SA_TRUTH_RCX, SA_TRUTH_R8, SA_TRUTH_R9,
	SA_TRUTH_RBX, SA_TRUTH_RBP, SA_TRUTH_R12, SA_TRUTH_R13, SA_TRUTH_R14, SA_TRUTH_R15,
	SA_TRUTH_REGISTERS
};

#define SA_TRUTH_ARGUMENTS 6

/* How a function was when it was entered. */
struct sa_truth_note {
	__u64 function;
	__u64 slot;		/* address of the word that holds its return address */
	__u64 returns;		/* what that was */
	__u64 reg[SA_TRUTH_REGISTERS];
};

enum sa_truth_moment {
	SA_TRUTH_BREAKPOINT,	/* in a function's probe, of each kind */
	SA_TRUTH_JUMP,
	SA_TRUTH_TRACED,
	SA_TRUTH_TIMER,		/* in a timer's interrupt */
	SA_TRUTH_MOMENTS
};

/* One annotation, and the notes of entries that may be on its stacks still. */
struct sa_truth_shot {
	__u64 record;		/* id */
	__u64 stopped;		/* slot of the function whose probe it was; 0: a timer's */
	__u32 moment;		/* enum sa_truth_moment */
	__u32 notes;
};

#endif /* SA_TRUTH_H */
