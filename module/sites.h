/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Places in the text that the kernel keeps tables of: jumps that are patched, and
 * traps behind which code goes on.
 */
#ifndef STACKANNO_SITES_H
#define STACKANNO_SITES_H

#include <linux/types.h>

#include "compat.h"

/* Places of either kind in one function; more of them hide code. */
#define STACKANNO_SITES_MAX 128

struct stackanno_sites {
	u32 jumps;
	struct {
		u64 code, target;
	} jump[STACKANNO_SITES_MAX];
	u32 warnings;
	u64 warning[STACKANNO_SITES_MAX];
	bool hidden;	/* there were more, or a table could not be read */
	union stackanno_site_chunk {
		struct stackanno_jump jump[16];
		struct bug_entry bug[16];
	} chunk;	/* of a table, as it is read */
};

/**
 * stackanno_sites_init() - sort the kernel's own tables
 *
 * Context: process, after stackanno_ksyms_init(); may sleep.
 * Return: 0, also when the kernel has no such tables; -ENOMEM.
 */
int stackanno_sites_init(void);

/**
 * stackanno_sites_exit() - free what was sorted
 *
 * Context: process.
 */
void stackanno_sites_exit(void);

/**
 * stackanno_sites_bytes() - memory taken at load
 *
 * Return: bytes.
 */
size_t stackanno_sites_bytes(void);

/**
 * stackanno_sites_gather() - the places in a piece of text
 * @begin: its address
 * @size: bytes of it
 * @sites: those found are added
 *
 * Context: any. Bounded; what is a module's is read with nofault reads.
 */
void stackanno_sites_gather(u64 begin, u32 size, struct stackanno_sites *sites);

#endif /* STACKANNO_SITES_H */
