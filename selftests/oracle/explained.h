/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs from DWARF by name, and why DWARF is not to be followed there. */
#ifndef STACKANNO_EXPLAINED_H
#define STACKANNO_EXPLAINED_H

#include "table.h"

/* Return: why a wrong one of @row in the function @name is none; NULL. */
const char *explained_by(enum row row, const char *name);

#endif /* STACKANNO_EXPLAINED_H */
