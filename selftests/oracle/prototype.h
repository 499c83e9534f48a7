/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the function of a frame has its prototype in the kernel's own BTF. */
#ifndef STACKANNO_PROTOTYPE_H
#define STACKANNO_PROTOTYPE_H

#include "oracle.h"

/* Return: 0; -ENOENT, after a message on stderr, when the image has no BTF. */
int prototype_open(struct oracle *oracle);

/* As that of a module's functions, from now on. */
int prototype_open_module(struct oracle *oracle, u16 module);

/*
 * The prototype of the function at one call site: found when its parameters are at
 * the same registers under the same names as in DWARF.
 */
void prototype_judge(struct oracle *oracle, const struct subject *subject);

/* The same as a line of text. */
void prototype_print(const struct oracle *oracle, const char *name);

#endif /* STACKANNO_PROTOTYPE_H */
