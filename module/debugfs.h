/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/debug/stackanno: reading records, and asking for new ones.
 * Documentation/ABI/testing/debugfs-stackanno describes the files.
 */
#ifndef STACKANNO_DEBUGFS_H
#define STACKANNO_DEBUGFS_H

#include <linux/types.h>

/**
 * stackanno_debugfs_init() - make the files
 * @memory: bytes taken at load, for "stats"
 *
 * A kernel without debugfs costs the files and nothing else.
 *
 * Context: process, may sleep; records can be read already.
 */
void stackanno_debugfs_init(size_t memory);

/**
 * stackanno_debugfs_exit() - remove the files, waiting for their users
 *
 * Context: process, may sleep.
 */
void stackanno_debugfs_exit(void);

#endif /* STACKANNO_DEBUGFS_H */
