/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of results, its bars, and the list of what did not agree. */
#ifndef STACKANNO_TABLE_H
#define STACKANNO_TABLE_H

#include <stdbool.h>

#include "core/env.h"

enum row {
	ROW_REACHED,
	ROW_CFA_CALLS,
	ROW_CFA_BOUNDARIES,
	ROW_SAVED,
	ROW_PARAMETER_REGISTER,
	ROW_PARAMETER_SLOT,
	ROW_PARAMETER_KNOWN,
	ROW_PARAMETER_JOINED,
	ROW_PARAMETER_CHAINED,
	ROW_PARAMETER_MEAN,
	ROW_ARGUMENT,
	ROW_ARGUMENT_RELOAD,
	ROW_ARGUMENT_AGREES,
	ROW_WORDS_STRONG,
	ROW_WORDS_SOME,
	ROW_ROLES_CERTAIN,
	ROW_CANARY,
	ROW_PROTOTYPE,
	ROW_PROTOTYPE_SUFFIX,
	ROWS
};

enum verdict { VERDICT_FOUND, VERDICT_UNKNOWN, VERDICT_WRONG, VERDICTS };

/*
 * What lies behind a mismatch, in static memory: two processes count, and the
 * pointers are good in both.
 */
struct mismatch {
	u8 row, verdict;
	u32 offset;
	const char *name;	/* of the function */
	const char *cause;
	const char *explained;	/* why a wrong one is none; NULL */
};

struct table {
	u64 count[ROWS][VERDICTS];
	u64 explained[ROWS];	/* of the wrong ones */
	struct mismatch *mismatch;
	u32 mismatches;
};

/*
 * Counts one comparison; @name and @offset say where and @cause why, for those not
 * found. @cause may be NULL.
 */
void table_add(struct table *table, enum row row, enum verdict verdict, const char *cause,
	       const char *name, u32 offset);

/* Counts many at once, that have no place. */
void table_count(struct table *table, enum row row, enum verdict verdict, u64 times);

/* Hand a table over to another process that was forked from the same one. */
int table_send(const struct table *table, int fd);
int table_receive(struct table *table, int fd);

/* Prints the table, and the @worst largest groups of mismatches. */
void table_print(const struct table *table, u32 worst);

/* Return: 0, or -errno when the file could not be written. */
int table_save(const struct table *table, const char *path);

/* Whether every bar is met; what is missed is said on stderr. */
bool table_passes(const struct table *table);

#endif /* STACKANNO_TABLE_H */
