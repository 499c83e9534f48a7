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
	ROWS
};

enum verdict { VERDICT_FOUND, VERDICT_UNKNOWN, VERDICT_WRONG, VERDICTS };

struct table {
	u64 count[ROWS][VERDICTS];
	struct mismatch *mismatch;
	u32 mismatches;
};

/* Counts one comparison; @name and @offset say where, for those not found. */
void table_add(struct table *table, enum row row, enum verdict verdict, const char *name,
	       u32 offset);

/* Prints the table, and the @worst largest groups of mismatches. */
void table_print(const struct table *table, u32 worst);

/* Return: 0, or -errno when the file could not be written. */
int table_save(const struct table *table, const char *path);

/* Whether every bar is met; what is missed is said on stderr. */
bool table_passes(const struct table *table);

#endif /* STACKANNO_TABLE_H */
