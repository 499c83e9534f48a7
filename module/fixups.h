/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions whose exceptions the kernel mends, and where the code goes on then. */
#ifndef STACKANNO_FIXUPS_H
#define STACKANNO_FIXUPS_H

#include <linux/types.h>

#include "core/ops.h"

/* Such instructions of one function; more of them hide code. */
#define STACKANNO_FIXUPS_MAX 128

struct stackanno_fixups {
	u32 count;
	bool hidden;	/* there were more, or the table could not be read */
	struct {
		u64 code, landing;
		u32 data;
	} entry[STACKANNO_FIXUPS_MAX];
};

/**
 * stackanno_fixups_gather() - the instructions in a piece of text
 * @begin: its address
 * @size: bytes of it
 * @fixups: those found are added
 *
 * The kernel keeps its tables sorted by address; in one that is not, less is found.
 *
 * Context: any. Bounded; reads with nofault reads.
 */
void stackanno_fixups_gather(u64 begin, u32 size, struct stackanno_fixups *fixups);

/**
 * stackanno_fixups_find() - how an exception is mended
 * @fixups: as gathered
 * @address: of the instruction
 * @fixup: set, when there is one
 *
 * Return: whether there is one, and the code goes on.
 */
bool stackanno_fixups_find(const struct stackanno_fixups *fixups, u64 address,
			   struct stackanno_fixup *fixup);

#endif /* STACKANNO_FIXUPS_H */
