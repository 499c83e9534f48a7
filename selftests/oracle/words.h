/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of a frame at a call: which role each gets, and whether DWARF bears it out. */
#ifndef STACKANNO_WORDS_H
#define STACKANNO_WORDS_H

#include "oracle.h"

/* What a word of a frame is called, and what DWARF has there. */
struct words_entry {
	s32 offset;			/* from the CFA */
	u16 role, arg;
	u8 evidence;
	const struct variable *variable;	/* NULL: none */
	u8 saved;			/* the register that DWARF says is saved there; 0xff */
	enum verdict verdict;		/* of a certain role */
	const char *cause;
};

/* Return: 0; -ENOMEM. */
int words_open(struct oracle *oracle);

/**
 * words_judge() - lay out a frame as at a call, and give its words their roles
 * @oracle: counts go to its table
 * @subject: the function and the call's return address
 * @rules: DWARF's
 */
void words_judge(struct oracle *oracle, const struct subject *subject,
		 const struct rules *rules);

/*
 * The same without counting: fills @entry, low addresses first.
 * Return: how many; 0 where the size of the frame is not known.
 */
u32 words_of(struct oracle *oracle, const struct subject *subject, const struct rules *rules,
	     struct words_entry *entry, u32 room);

/* The rounded base of the function's frame in words_of(), from the CFA. */
s32 words_rounded(const struct oracle *oracle);

#endif /* STACKANNO_WORDS_H */
