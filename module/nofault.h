/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's memory, read without a fault. */
#ifndef STACKANNO_NOFAULT_H
#define STACKANNO_NOFAULT_H

#include "core/source.h"

/* Of what is memory for certain, and the kernel's table of pages. */
extern const struct stackanno_source stackanno_nofault;

#endif /* STACKANNO_NOFAULT_H */
