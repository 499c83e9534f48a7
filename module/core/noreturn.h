/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of the kernel that never return, which nothing in its image tells. */
#ifndef STACKANNO_CORE_NORETURN_H
#define STACKANNO_CORE_NORETURN_H

#include "env.h"

#define STACKANNO_NORETURNS_MAX 64

/**
 * stackanno_noreturn_name() - a function that does not return
 * @index: counts from 0
 *
 * Return: its name; NULL behind the last.
 */
const char *stackanno_noreturn_name(u32 index);

#endif /* STACKANNO_CORE_NORETURN_H */
