/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls and jumps of static calls, whose targets the kernel may have changed since a
 * frame was made by one.
 */
#ifndef STACKANNO_STATICS_H
#define STACKANNO_STATICS_H

#include <linux/types.h>

/**
 * stackanno_statics_init() - find the kernel's table
 *
 * Context: process, after stackanno_ksyms_init().
 */
void stackanno_statics_init(void);

/**
 * stackanno_statics_in() - whether a piece of text may have a static call
 * @begin: its address
 * @size: bytes of it
 *
 * Context: any. Bounded; nofault reads.
 * Return: false only where there is none; true where the table was not found.
 */
bool stackanno_statics_in(u64 begin, u32 size);

#endif /* STACKANNO_STATICS_H */
