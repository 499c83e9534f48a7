/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a record says of frames, against what their functions were entered with.
 */
#ifndef TRUTH_COMPARE_H
#define TRUTH_COMPARE_H

#include <stdbool.h>

#include "../modules/sa_truth.h"
#include "record.h"

/* What is compared: a row of the table for each, and register. */
enum compared {
	COMPARED_RETURN,
	COMPARED_SAVED,		/* a word with what a register that callees keep was */
	COMPARED_SPILL,		/* a word with what a register of an argument was */
	COMPARED_ARGUMENT,	/* an argument, as the frame's line has it */
	COMPARED_KINDS
};

struct row {
	unsigned long equal[STACKANNO_EVIDENCE_COUNT];
	unsigned long wrong[STACKANNO_EVIDENCE_COUNT];
	unsigned long frames;	/* in which at least one was certain and equal */
	unsigned long asked;	/* in which there was one to be found */
};

struct tally {
	unsigned long records, suspects;
	unsigned long moments[SA_TRUTH_MOMENTS];
	unsigned long frames;	/* of calls, in all records */
	unsigned long noted;	/* of them those with a note, which were compared */
	unsigned long entered;	/* of these the innermost, where the probe stopped it */
	unsigned long unsettled; /* stopped so early that they may not have been noted yet */
	unsigned long odd;	/* arguments that could not be read */
	unsigned long gone;	/* noted, but jumped away from: another function's frame is there */
	struct row row[COMPARED_KINDS][SA_TRUTH_REGISTERS];
};

/**
 * compare_record() - hold a record against the notes of its moment
 * @record: the record
 * @shot: with the record's id; its notes stand behind it
 * @shifted: compare with the wrong register
 * @quiet: do not print what is wrong at certain
 * @tally: added to
 *
 * Return: how much was.
 */
unsigned int compare_record(const struct record *record, const struct sa_truth_shot *shot,
			    bool shifted, bool quiet, struct tally *tally);

/**
 * compare_wrong() - sum of a tally
 * @tally: any
 * @evidence: of which
 *
 * Return: how many comparisons failed.
 */
unsigned long compare_wrong(const struct tally *tally, enum stackanno_evidence evidence);

/**
 * compare_print() - print a table, a line for each row, tabs between
 * @tally: any
 */
void compare_print(const struct tally *tally);

#endif /* TRUTH_COMPARE_H */
