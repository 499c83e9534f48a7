/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures with their bars, as a table and as tab-separated values. */
#ifndef STACKANNO_BENCH_MEASURES_H
#define STACKANNO_BENCH_MEASURES_H

#include <stdbool.h>

struct measure {
	const char *name;	/* as the table has it */
	double value;
	const char *unit;
	double bar;		/* the most that it may be; 0: nothing is asked of it */
	const char *remark;	/* NULL: none */
};

/* Write the table to standard output. */
void measures_print(const struct measure *measures, unsigned int count);

/**
 * measures_save() - name, value, unit, bar, verdict: one measure a line
 * @measures: what to write
 * @count: how many
 * @path: of the file, which is replaced
 *
 * Return: 0 or -errno.
 */
int measures_save(const struct measure *measures, unsigned int count, const char *path);

#endif /* STACKANNO_BENCH_MEASURES_H */
