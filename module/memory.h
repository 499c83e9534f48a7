/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads of what pointers point to, in a crash.
 */
#ifndef STACKANNO_MEMORY_H
#define STACKANNO_MEMORY_H

#include <linux/types.h>

/**
 * stackanno_memory_holds() - whether an address is RAM for certain
 * @address: any
 *
 * Of the direct map, the kernel's image and modules' areas; not vmalloc's, where
 * devices are mapped too.
 *
 * Context: any.
 * Return: whether reading there is felt by nobody.
 */
bool stackanno_memory_holds(unsigned long address);

/**
 * stackanno_memory_read() - read memory that may be anything
 * @address: any
 * @buf: where it goes
 * @len: bytes
 *
 * A nofault read stops a fault, not the side effect that reading a device's registers
 * has: only what is RAM for certain is read, which leaves out vmalloc's area.
 *
 * Context: any.
 * Return: whether all of it was read; else @buf holds anything.
 */
bool stackanno_memory_read(u64 address, void *buf, u32 len);

#endif /* STACKANNO_MEMORY_H */
