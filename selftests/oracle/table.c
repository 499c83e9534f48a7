// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <stdio.h>
#include <stdlib.h>

struct mismatch {
	u8 row, verdict;
	u32 offset;
	const char *name;
};

/* Bars in millionths: of all that were found, and of those said that were right. */
static const struct {
	const char *name;
	u32 recall, precision;
} rows[] = {
	[ROW_REACHED] = { "call sites reached", 999900, 0 },
	[ROW_CFA_CALLS] = { "CFA at call sites", 999500, 1000000 },
	[ROW_CFA_BOUNDARIES] = { "CFA at instruction boundaries", 999800, 0 },
	[ROW_SAVED] = { "saved-register slots", 999900, 1000000 },
	[ROW_PARAMETER_REGISTER] = { "parameter in a callee-saved register", 970000, 998000 },
	[ROW_PARAMETER_SLOT] = { "parameter in a stack slot", 965000, 996000 },
	[ROW_PARAMETER_KNOWN] = { "(ip, parameter) known in the frame", 680000, 0 },
};
static_assert(ARRAY_SIZE(rows) == ROWS);

static const char * const verdicts[] = { "found", "unknown", "wrong" };
static_assert(ARRAY_SIZE(verdicts) == VERDICTS);

void table_add(struct table *table, enum row row, enum verdict verdict, const char *name,
	       u32 offset)
{
	table->count[row][verdict]++;
	if (verdict == VERDICT_FOUND)
		return;
	if (!(table->mismatches & (table->mismatches - 1))) {
		table->mismatch = realloc(table->mismatch,
					  (table->mismatches ? 2 * (size_t)table->mismatches : 1) *
					  sizeof(*table->mismatch));
		if (!table->mismatch) {
			fprintf(stderr, "oracle: out of memory\n");
			exit(2);
		}
	}
	table->mismatch[table->mismatches++] = (struct mismatch){
		.row = row, .verdict = verdict, .offset = offset, .name = name };
}

static u64 total(const struct table *table, enum row row)
{
	const u64 *count = table->count[row];

	return count[VERDICT_FOUND] + count[VERDICT_UNKNOWN] + count[VERDICT_WRONG];
}

static double share(u64 part, u64 whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static int order(const void *a, const void *b)
{
	const struct mismatch *x = a, *y = b;
	int ret;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	ret = strcmp(x->name, y->name);
	return ret ? ret : x->offset < y->offset ? -1 : x->offset > y->offset;
}

struct span {
	u32 first, count;
};

static int order_span(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->count > y->count ? -1 : x->count < y->count;
}

/* The functions with the most mismatches of one row and verdict. */
static void print_worst(const struct table *table, u32 begin, u32 end, u32 worst)
{
	const struct mismatch *at = table->mismatch;
	struct span *span = calloc(end - begin, sizeof(*span));
	u32 i, spans = 0;

	if (!span)
		return;
	for (i = begin; i < end; i++) {
		if (!spans || strcmp(at[i].name, at[span[spans - 1].first].name))
			span[spans++].first = i;
		span[spans - 1].count++;
	}
	qsort(span, spans, sizeof(*span), order_span);
	printf("\n%s, %s: in %u functions\n", rows[at[begin].row].name,
	       verdicts[at[begin].verdict], spans);
	for (i = 0; i < spans && i < worst; i++)
		printf("  %6u %s+0x%x\n", span[i].count, at[span[i].first].name,
		       at[span[i].first].offset);
	free(span);
}

void table_print(const struct table *table, u32 worst)
{
	u32 row, begin, end;

	printf("%-38s %9s %9s %8s %6s %9s %9s\n", "row", "n", "found", "unknown", "wrong",
	       "recall", "precision");
	for (row = 0; row < ROWS; row++) {
		const u64 *count = table->count[row];

		printf("%-38s %9llu %9llu %8llu %6llu %8.3f%% %8.3f%%\n", rows[row].name,
		       (unsigned long long)total(table, row),
		       (unsigned long long)count[VERDICT_FOUND],
		       (unsigned long long)count[VERDICT_UNKNOWN],
		       (unsigned long long)count[VERDICT_WRONG],
		       share(count[VERDICT_FOUND], total(table, row)),
		       share(count[VERDICT_FOUND],
			     count[VERDICT_FOUND] + count[VERDICT_WRONG]));
	}
	if (!worst)
		return;
	qsort(table->mismatch, table->mismatches, sizeof(*table->mismatch), order);
	for (begin = 0; begin < table->mismatches; begin = end) {
		const struct mismatch *at = &table->mismatch[begin];

		for (end = begin; end < table->mismatches &&
		     table->mismatch[end].row == at->row &&
		     table->mismatch[end].verdict == at->verdict;)
			end++;
		print_worst(table, begin, end, worst);
	}
}

int table_save(const struct table *table, const char *path)
{
	FILE *file = fopen(path, "w");
	u32 row;
	int ret = 0;

	if (!file)
		return -errno;
	fprintf(file, "row\tn\tfound\tunknown\twrong\n");
	for (row = 0; row < ROWS; row++)
		fprintf(file, "%s\t%llu\t%llu\t%llu\t%llu\n", rows[row].name,
			(unsigned long long)total(table, row),
			(unsigned long long)table->count[row][VERDICT_FOUND],
			(unsigned long long)table->count[row][VERDICT_UNKNOWN],
			(unsigned long long)table->count[row][VERDICT_WRONG]);
	if (ferror(file))
		ret = -EIO;
	if (fclose(file) && !ret)
		ret = -errno;
	return ret;
}

bool table_passes(const struct table *table)
{
	bool passes = true;
	u32 row;

	for (row = 0; row < ROWS; row++) {
		u64 found = table->count[row][VERDICT_FOUND];
		u64 said = found + table->count[row][VERDICT_WRONG];

		if (found * 1000000 >= rows[row].recall * total(table, row) &&
		    found * 1000000 >= rows[row].precision * said && total(table, row))
			continue;
		fprintf(stderr, "oracle: below its bar: %s (recall %.3f%%, bar %.3f%%; precision %.3f%%, bar %.3f%%)\n",
			rows[row].name, share(found, total(table, row)), rows[row].recall / 1e4,
			share(found, said), rows[row].precision / 1e4);
		passes = false;
	}
	return passes;
}
