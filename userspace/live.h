/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's files in debugfs, and what it means when one cannot be used. */
#ifndef STACKANNO_LIVE_H
#define STACKANNO_LIVE_H

#include "records.h"

#define LIVE_DEBUGFS "/sys/kernel/debug"

/**
 * live_read() - read one of the module's files to its end
 * @debugfs: where debugfs is mounted
 * @name: of the file
 * @bytes: set on success; bytes->at is the caller's to free
 *
 * Says on standard error, in plain words, why it cannot.
 * Return: 0 or -errno.
 */
int live_read(const char *debugfs, const char *name, struct bytes *bytes);

/**
 * live_annotate() - have a task annotated
 * @debugfs: where debugfs is mounted
 * @pid: of the task
 *
 * Says on standard error why it cannot.
 * Return: 0 or -errno, as the module gave it: -ESRCH, -EBUSY, -EPERM, -EINVAL.
 */
int live_annotate(const char *debugfs, long pid);

#endif /* STACKANNO_LIVE_H */
