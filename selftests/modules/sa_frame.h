/* SPDX-License-Identifier: GPL-2.0-only */
/* Crashes in functions of whose frames every word is known. */
#ifndef SA_FRAME_H
#define SA_FRAME_H

struct seq_file;

/**
 * sa_frame_run() - tell what the words of a frame will be, and crash in it
 * @name: of the case, one of those that sa_frame_list() prints
 *
 * Context: task. Does not return but with an error.
 * Return: -EINVAL when there is no such case; -EFAULT when it did not crash.
 */
int sa_frame_run(const char *name);

/**
 * sa_frame_list() - print the names of the cases, one a line
 * @file: where to
 *
 * Context: task.
 */
void sa_frame_list(struct seq_file *file);

#endif /* SA_FRAME_H */
