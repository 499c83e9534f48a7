/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's memory, read without a fault. */
#ifndef STACKANNO_NOFAULT_H
#define STACKANNO_NOFAULT_H

#include "core/source.h"

/*
 * Refused reads are counted. A fault is stopped, a side effect is not: ask only
 * for what is known to be memory, not a device's registers.
 */
extern const struct stackanno_source stackanno_nofault;

#endif /* STACKANNO_NOFAULT_H */
