// SPDX-License-Identifier: GPL-2.0-only
/* Write a sample record to standard output, for tests of programs. */
#include <stdio.h>
#include <stdlib.h>

#include "sample.h"

static const struct {
	const char *name;
	void (*make)(struct sample *sample, struct stackanno_view *view);
} samples[] = {
	{ "oops", sample_oops },
	{ "everything", sample_everything },
	{ "hostile", sample_hostile },
};

int main(int argc, char **argv)
{
	static struct sample sample;
	struct stackanno_view view;
	size_t i;

	for (i = 0; argc == 3 && i < ARRAY_SIZE(samples); i++) {
		if (strcmp(argv[1], samples[i].name))
			continue;
		samples[i].make(&sample, &view);
		((struct stackanno_record *)sample.memory)->id = strtoull(argv[2], NULL, 10);
		return fwrite(sample.memory, sample.size, 1, stdout) != 1;
	}
	fprintf(stderr, "usage: make-sample oops|everything|hostile ID\n");
	return 2;
}
