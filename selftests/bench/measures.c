// SPDX-License-Identifier: GPL-2.0-only
#include "measures.h"

#include <errno.h>
#include <stdio.h>

static const char *verdict(const struct measure *measure)
{
	if (measure->bar <= 0)
		return "-";
	return measure->value <= measure->bar ? "met" : "MISSED";
}

static void put_bar(FILE *to, const struct measure *measure, int width)
{
	if (measure->bar > 0)
		fprintf(to, "%*g", width, measure->bar);
	else
		fprintf(to, "%*s", width, "-");
}

void measures_print(const struct measure *measures, unsigned int count)
{
	unsigned int i;

	printf("%-52s %12s %-6s %8s  %s\n", "measure", "value", "unit", "bar", "");
	for (i = 0; i < count; i++) {
		printf("%-52s %12.3f %-6s ", measures[i].name, measures[i].value,
		       measures[i].unit);
		put_bar(stdout, &measures[i], 8);
		printf("  %s%s%s%s\n", verdict(&measures[i]), measures[i].remark ? " (" : "",
		       measures[i].remark ? measures[i].remark : "",
		       measures[i].remark ? ")" : "");
	}
}

int measures_save(const struct measure *measures, unsigned int count, const char *path)
{
	FILE *file = fopen(path, "w");
	unsigned int i;
	int failed;

	if (!file)
		return -errno;
	fprintf(file, "measure\tvalue\tunit\tbar\tverdict\n");
	for (i = 0; i < count; i++) {
		fprintf(file, "%s\t%.6g\t%s\t", measures[i].name, measures[i].value,
			measures[i].unit);
		put_bar(file, &measures[i], 0);
		fprintf(file, "\t%s\n", verdict(&measures[i]));
	}
	failed = ferror(file);
	return fclose(file) || failed ? -EIO : 0;
}
