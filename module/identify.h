/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What values are: names for the frames, reasons for the entries, meanings for
 * the words. Reads the kernel's symbols and our own tables; takes no lock.
 */
#ifndef STACKANNO_IDENTIFY_H
#define STACKANNO_IDENTIFY_H

#include "core/frame.h"
#include "ksyms.h"

/* Why the first pt_regs of a record were saved, as far as the way in was told. */
struct stackanno_cause {
	u64 regs;		/* address of those pt_regs; 0: there are none */
	u8 entry;		/* enum stackanno_entry, unless their own entry tells */
	u32 vector;		/* likewise; STACKANNO_NONE: unknown */
	u64 error;
	u64 address;		/* of a page fault, should it turn out to be one */
	bool has_error;
	bool has_address;
};

/**
 * stackanno_identify_frames() - name functions, and say what entered the kernel
 * @builder: with frames and words laid out
 * @cause: of the first pt_regs
 * @gap: bytes that a system call of the task lowers its stack by at random
 * @symbol: working memory
 *
 * Names the functions of all frames, labels return addresses with them, says
 * what each pt_regs is from, and explains the fields that only that tells
 * (orig_ax, cs, ss, flags).
 *
 * Context: any.
 */
void stackanno_identify_frames(struct stackanno_builder *builder,
			       const struct stackanno_cause *cause, u32 gap,
			       struct stackanno_symbol *symbol);

/**
 * stackanno_identify_words() - say what the words' values are
 * @builder: with frames named
 * @picture: whose stacks the words are of
 * @symbol: working memory
 * @withhold: leave out what shows a value itself
 * @deadline: ktime_get_mono_fast_ns() time at which to stop; 0: none
 *
 * Context: any.
 * Return: 0; -ETIME when the deadline was met first (counted).
 */
int stackanno_identify_words(struct stackanno_builder *builder,
			     const struct stackanno_picture *picture,
			     struct stackanno_symbol *symbol, bool withhold, u64 deadline);

#endif /* STACKANNO_IDENTIFY_H */
