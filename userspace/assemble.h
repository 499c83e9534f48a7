/* SPDX-License-Identifier: GPL-2.0-only */
/* Running binutils' as. */
#ifndef STACKANNO_ASSEMBLE_H
#define STACKANNO_ASSEMBLE_H

#include <stddef.h>

/**
 * assemble() - have as make an object file of a source
 * @source: the source
 * @len: bytes of it
 * @object: set to the object file, to be freed
 * @size: bytes of it
 * @message: set to what as, or the system, said when it failed: the first line
 * @room: bytes of @message
 *
 * Works in a directory of its own, which nobody else can look into, and leaves
 * nothing behind.
 *
 * Return: 0; -EBADMSG when as found fault with the source, -ENOENT when there is no
 * as, -errno.
 */
int assemble(const char *source, size_t len, void **object, size_t *size, char *message,
	     size_t room);

#endif /* STACKANNO_ASSEMBLE_H */
