/* SPDX-License-Identifier: GPL-2.0-only */
/* The command annotate: from files to records. */
#ifndef STACKANNO_OFFLINE_H
#define STACKANNO_OFFLINE_H

#include <stdbool.h>

#include "records.h"

#define OFFLINE_MODULES 64

struct offline {
	const char *listing;	/* file of bt -f; "-": standard input */
	const char *vmlinux;	/* either this, */
	const char *dis;	/* or this; NULL */
	const char *module[OFFLINE_MODULES];
	unsigned int modules;
};

/* Whether the program was built with it. */
bool offline_is_built(void);

/**
 * offline_load() - make records of what crash's bt -f listed
 * @offline: the files
 * @records: set up; one for each task; damaged counts lines that could not be read
 *
 * Says on standard error what is wrong, and of which file and line.
 *
 * Return: 0; -errno: -EBADMSG for files that are not what they should be, or do not
 * belong together.
 */
int offline_load(const struct offline *offline, struct records *records);

#endif /* STACKANNO_OFFLINE_H */
