// SPDX-License-Identifier: GPL-2.0-only
#include "file.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP (256UL << 10)

int file_try(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY), result = 0;

	if (fd < 0)
		err(1, "%s", name);
	if (write(fd, text, strlen(text)) < 0)
		result = errno;
	close(fd);
	return result;
}

void file_write(const char *name, const char *text)
{
	errno = file_try(name, text);
	if (errno)
		err(1, "%s: %s", name, text);
}

void file_read(const char *name, struct file_buffer *buffer)
{
	int fd = open(name, O_RDONLY);
	ssize_t got = 1;

	if (fd < 0)
		err(1, "%s", name);
	for (buffer->count = 0; got > 0; buffer->count += got) {
		if (buffer->room - buffer->count < STEP) {
			buffer->room = buffer->count + 4 * STEP;
			buffer->bytes = realloc(buffer->bytes, buffer->room);
			if (!buffer->bytes)
				err(1, "%s", name);
		}
		got = read(fd, buffer->bytes + buffer->count, STEP);
		if (got < 0)
			err(1, "%s", name);
	}
	close(fd);
}
