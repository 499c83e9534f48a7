/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of debugfs: of no size, read whole, written at once.
 */
#ifndef TRUTH_FILE_H
#define TRUTH_FILE_H

#include <stddef.h>
#include <stdint.h>

#define STACKANNO	"/sys/kernel/debug/stackanno/"
#define SA_TRUTH	"/sys/kernel/debug/sa_truth/"

/* What a file is read to; grows. */
struct file_buffer {
	uint8_t *bytes;
	size_t count, room;
};

/**
 * file_try() - write a text
 * @name: of the file; the program ends when it cannot be opened
 * @text: the text
 *
 * Return: 0; the errno that refused it.
 */
int file_try(const char *name, const char *text);

/**
 * file_write() - write a text that cannot be refused
 * @name: of the file
 * @text: the text; the program ends when it is
 */
void file_write(const char *name, const char *text);

/**
 * file_read() - read all of a file
 * @name: of the file; the program ends when it cannot be read
 * @buffer: what it held is lost
 */
void file_read(const char *name, struct file_buffer *buffer);

#endif /* TRUTH_FILE_H */
