/* SPDX-License-Identifier: GPL-2.0-only */
/* What DWARF says, in register numbers of the analysis and offsets from the CFA. */
#ifndef STACKANNO_TRUTH_H
#define STACKANNO_TRUTH_H

#include <elfutils/libdw.h>
#include <stdbool.h>

#include "core/env.h"

enum place_kind {
	PLACE_NONE,	/* DWARF does not say */
	PLACE_SAME,	/* a register that was not saved */
	PLACE_REG,	/* in register reg; for a CFA: reg + offset */
	PLACE_CFA,	/* in memory at CFA + offset */
	PLACE_MEMORY,	/* in memory at reg + offset */
	PLACE_OTHER,	/* something that is not compared */
};

struct place {
	enum place_kind kind;
	u8 reg;
	s64 offset;
};

struct parameter {
	Dwarf_Attribute location;
	struct place entry;	/* where it is when the function is entered */
	const char *name;
};

struct subprogram {
	u64 begin;
	u32 first;		/* of its parameters */
	u32 count;
};

struct rules {
	struct place cfa;
	struct place saved[16];	/* by register */
};

struct truth {
	Dwarf *dwarf;
	Dwarf_CFI *cfi;
	struct subprogram *subprogram;	/* sorted by address */
	u32 subprograms;
	struct parameter *parameter;
	u32 parameters;
};

/* Return: 0, or the exit status after a message on stderr. */
int truth_open(struct truth *truth, int fd, const char *path);
void truth_close(struct truth *truth);

/* The subprogram that is entered at an address; NULL. */
const struct subprogram *truth_subprogram(const struct truth *truth, u64 begin);

/* Return: 0; -ENOENT where there is no call frame information. */
int truth_rules(const struct truth *truth, u64 address, struct rules *rules);

/* Where a parameter is at an address. */
struct place truth_parameter(const struct parameter *parameter, u64 address);

#endif /* STACKANNO_TRUTH_H */
