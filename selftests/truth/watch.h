/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Annotates the tasks of a kernel that is well.
 */
#ifndef TRUTH_WATCH_H
#define TRUTH_WATCH_H

struct watched {
	unsigned long annotations;
	unsigned long gone, busy;	/* tasks that were, so that there was none */
	unsigned long torn;		/* those that ran while they were copied */
	unsigned long frames, words, explained;
	unsigned long suspects;
};

/**
 * watch_round() - annotate every task, and what each CPU runs
 * @watched: added to
 *
 * Records that hold a suspect are saved, and said.
 */
void watch_round(struct watched *watched);

/**
 * watch_print() - print the sums, one a line
 * @watched: any
 */
void watch_print(const struct watched *watched);

#endif /* TRUTH_WATCH_H */
