// SPDX-License-Identifier: GPL-2.0-only
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "explained.h"

/*
 * Bars in millionths: of all that were found, and of those said that were right,
 * the explained ones aside. A row without bars is there to be known. A row that misses
 * its bar has a floor, what was reached: below it something has become worse.
 */
static const struct {
	const char *name;
	u32 recall, precision, floor;
} rows[] = {
	[ROW_REACHED] = { "call sites reached", 999900, 0 },
	[ROW_CFA_CALLS] = { "CFA at call sites", 999500, 1000000 },
	[ROW_CFA_BOUNDARIES] = { "CFA at instruction boundaries", 999800, 1000000 },
	[ROW_SAVED] = { "saved-register slots", 999900, 1000000 },
	[ROW_PARAMETER_REGISTER] = { "parameter in a callee-saved register", 970000, 998000,
				     969600 },
	[ROW_PARAMETER_SLOT] = { "parameter in a stack slot", 965000, 996000, 954800 },
	[ROW_PARAMETER_KNOWN] = { "(ip, parameter) known in the frame", 680000, 0 },
	[ROW_PARAMETER_JOINED] = { "the same, or at its caller's call", 0, 0 },
	[ROW_PARAMETER_CHAINED] = { "the same, or at calls further out", 800000, 0, 792000 },
	[ROW_PARAMETER_MEAN] = { "the same, calls by pointer as the direct ones", 0, 0 },
	[ROW_ARGUMENT] = { "argument register at a call", 800000, 0 },
	[ROW_ARGUMENT_RELOAD] = { "the same, or to be loaded again", 910000, 0 },
	[ROW_ARGUMENT_AGREES] = { "argument register, against call_value", 995000, 1000000 },
	[ROW_WORDS_STRONG] = { "words with a role, certain or likely", 960000, 0 },
	[ROW_WORDS_SOME] = { "words with a role", 1000000, 0, 999990 },
	[ROW_ROLES_CERTAIN] = { "certain roles, against DWARF", 0, 1000000 },
	[ROW_CANARY] = { "canary slot at calls", 999600, 1000000 },
	[ROW_PROTOTYPE] = { "prototype in BTF", 970000, 0, 957000 },
	[ROW_PROTOTYPE_SUFFIX] = { "the same, IPA-suffixed names too", 980000, 0, 960000 },
};
static_assert(ARRAY_SIZE(rows) == ROWS);

static const char * const verdicts[] = { "found", "unknown", "wrong" };
static_assert(ARRAY_SIZE(verdicts) == VERDICTS);

static void add_mismatch(struct table *table, const struct mismatch *mismatch)
{
	if (!(table->mismatches & (table->mismatches - 1))) {
		table->mismatch = realloc(table->mismatch,
					  (table->mismatches ? 2 * (size_t)table->mismatches : 1) *
					  sizeof(*table->mismatch));
		if (!table->mismatch) {
			fprintf(stderr, "oracle: out of memory\n");
			exit(2);
		}
	}
	table->mismatch[table->mismatches++] = *mismatch;
}

void table_add(struct table *table, enum row row, enum verdict verdict, const char *cause,
	       const char *name, u32 offset)
{
	struct mismatch mismatch = {
		.row = row, .verdict = verdict, .offset = offset, .name = name,
		.cause = cause ? cause : "" };

	table->count[row][verdict]++;
	if (verdict == VERDICT_FOUND)
		return;
	if (verdict == VERDICT_WRONG)
		mismatch.explained = explained_by(row, name);
	table->explained[row] += mismatch.explained != NULL;
	add_mismatch(table, &mismatch);
}

void table_count(struct table *table, enum row row, enum verdict verdict, u64 times)
{
	table->count[row][verdict] += times;
}

/* ---- between processes ---- */

static int send_bytes(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;
	ssize_t done;

	for (; len; at += done, len -= (size_t)done) {
		done = write(fd, at, len);
		if (done < 0)
			return -errno;
	}
	return 0;
}

static int receive_bytes(int fd, void *bytes, size_t len)
{
	char *at = bytes;
	ssize_t done;

	for (; len; at += done, len -= (size_t)done) {
		done = read(fd, at, len);
		if (done <= 0)
			return done ? -errno : -EPIPE;
	}
	return 0;
}

int table_send(const struct table *table, int fd)
{
	int ret = send_bytes(fd, table, sizeof(*table));

	return ret ? ret : send_bytes(fd, table->mismatch,
				      table->mismatches * sizeof(*table->mismatch));
}

int table_receive(struct table *table, int fd)
{
	struct mismatch mismatch;
	struct table other;
	u32 row, verdict, i;
	int ret = receive_bytes(fd, &other, sizeof(other));

	if (ret)
		return ret;
	for (row = 0; row < ROWS; row++) {
		table->explained[row] += other.explained[row];
		for (verdict = 0; verdict < VERDICTS; verdict++)
			table->count[row][verdict] += other.count[row][verdict];
	}
	for (i = 0; !ret && i < other.mismatches; i++) {
		ret = receive_bytes(fd, &mismatch, sizeof(mismatch));
		if (!ret)
			add_mismatch(table, &mismatch);
	}
	return ret;
}

/* ---- printing ---- */

static u64 total(const struct table *table, enum row row)
{
	const u64 *count = table->count[row];

	return count[VERDICT_FOUND] + count[VERDICT_UNKNOWN] + count[VERDICT_WRONG];
}

static double share(u64 part, u64 whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* Of those said that were right or are explained. */
static u64 unexplained(const struct table *table, u32 row)
{
	return table->count[row][VERDICT_WRONG] - table->explained[row];
}

static int order(const void *a, const void *b)
{
	const struct mismatch *x = a, *y = b;
	int ret;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	if (x->verdict != y->verdict)
		return x->verdict > y->verdict ? -1 : 1;
	ret = strcmp(x->cause, y->cause);
	if (!ret)
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

static bool is_same(const struct mismatch *a, const struct mismatch *b, bool name)
{
	return a->row == b->row && a->verdict == b->verdict && !strcmp(a->cause, b->cause) &&
	       (!name || !strcmp(a->name, b->name));
}

/* Splits [begin, end) where cause, or name, change: the largest groups first. */
static struct span *group(const struct table *table, u32 begin, u32 end, bool name, u32 *spans)
{
	const struct mismatch *at = table->mismatch;
	struct span *span = calloc(end - begin + 1, sizeof(*span));
	u32 i;

	*spans = 0;
	for (i = begin; span && i < end; i++) {
		if (!*spans || !is_same(&at[i], &at[span[*spans - 1].first], name))
			span[(*spans)++].first = i;
		span[*spans - 1].count++;
	}
	if (span)
		qsort(span, *spans, sizeof(*span), order_span);
	return span;
}

static void print_functions(const struct table *table, const struct span *cause, u32 worst)
{
	u32 spans, i;
	struct span *span = group(table, cause->first, cause->first + cause->count, true,
				  &spans);

	printf("  %6u %s, in %u functions\n", cause->count,
	       table->mismatch[cause->first].cause[0] ? table->mismatch[cause->first].cause :
						       "no cause told", spans);
	for (i = 0; span && i < spans && i < worst; i++) {
		const struct mismatch *at = &table->mismatch[span[i].first];

		printf("  %12u %s+0x%x%s%s\n", span[i].count, at->name, at->offset,
		       at->explained ? ": " : "", at->explained ? at->explained : "");
	}
	free(span);
}

/* The causes of one row and verdict, and for each the functions with the most. */
static void print_worst(const struct table *table, u32 begin, u32 end, u32 worst)
{
	const struct mismatch *first = &table->mismatch[begin];
	u32 causes, i;
	struct span *cause = group(table, begin, end, false, &causes);

	printf("\n%s, %s: %u\n", rows[first->row].name, verdicts[first->verdict], end - begin);
	for (i = 0; cause && i < causes; i++)
		print_functions(table, &cause[i], worst);
	free(cause);
}

void table_print(const struct table *table, u32 worst)
{
	u32 row, begin, end;

	printf("%-44s %9s %9s %8s %6s %9s %9s %9s\n", "row", "n", "found", "unknown", "wrong",
	       "explained", "recall", "precision");
	for (row = 0; row < ROWS; row++) {
		const u64 *count = table->count[row];

		if (!total(table, row))
			continue;
		printf("%-44s %9llu %9llu %8llu %6llu %9llu %8.3f%% %8.3f%%\n", rows[row].name,
		       (unsigned long long)total(table, row),
		       (unsigned long long)count[VERDICT_FOUND],
		       (unsigned long long)count[VERDICT_UNKNOWN],
		       (unsigned long long)count[VERDICT_WRONG],
		       (unsigned long long)table->explained[row],
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
	fprintf(file, "row\tn\tfound\tunknown\twrong\texplained\trecall_bar\tprecision_bar\n");
	for (row = 0; row < ROWS; row++)
		fprintf(file, "%s\t%llu\t%llu\t%llu\t%llu\t%llu\t%u\t%u\n", rows[row].name,
			(unsigned long long)total(table, row),
			(unsigned long long)table->count[row][VERDICT_FOUND],
			(unsigned long long)table->count[row][VERDICT_UNKNOWN],
			(unsigned long long)table->count[row][VERDICT_WRONG],
			(unsigned long long)table->explained[row], rows[row].recall,
			rows[row].precision);
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
		u64 said = found + unexplained(table, row);

		if (found * 1000000 >= rows[row].recall * total(table, row) &&
		    found * 1000000 >= rows[row].precision * said && total(table, row))
			continue;
		if (found * 1000000 < rows[row].floor * total(table, row) || !rows[row].floor ||
		    found * 1000000 < rows[row].precision * said)
			fprintf(stderr, "oracle: worse than it was: %s (recall %.3f%%, floor %.3f%%)\n",
				rows[row].name, share(found, total(table, row)),
				rows[row].floor / 1e4);
		fprintf(stderr, "oracle: below its bar: %s (recall %.3f%%, bar %.3f%%; precision %.3f%%, bar %.3f%%)\n",
			rows[row].name, share(found, total(table, row)), rows[row].recall / 1e4,
			share(found, said), rows[row].precision / 1e4);
		passes = false;
	}
	return passes;
}
