/* SPDX-License-Identifier: GPL-2.0-only */
/* What DWARF says, in register numbers of the analysis and offsets from the CFA. */
#ifndef STACKANNO_TRUTH_H
#define STACKANNO_TRUTH_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>

#include "core/env.h"
#include "image.h"

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

/* A variable, or an inlined function's parameter, that may lie in the frame. */
struct variable {
	Dwarf_Attribute location;
	Dwarf_Off die;
	u32 range, ranges;	/* where its scope is; none: everywhere */
	u32 size;		/* bytes; 0: not looked up yet */
};

struct range {
	u64 begin, end;
};

/* A parameter's value at a call, as the caller's registers make it. */
struct argument {
	Dwarf_Attribute value;
	u8 reg;
};

struct call_site {
	u64 ret;		/* return address */
	u32 first, count;	/* of its arguments */
};

struct subprogram {
	u64 begin;
	u32 first, count;	/* of its parameters */
	u32 variable, variables;
};

struct rules {
	struct place cfa;
	struct place saved[16];	/* by register */
};

struct truth {
	Dwfl *dwfl;			/* of a module; NULL */
	Dwarf *dwarf;
	Dwarf_CFI *cfi;
	struct subprogram *subprogram;	/* sorted by address */
	struct parameter *parameter;
	struct variable *variable;
	struct range *range;
	struct call_site *site;		/* sorted by return address */
	struct argument *argument;
	u32 subprograms, parameters, variables, ranges, sites, arguments;
};

/* Return: 0, or the exit status after a message on stderr. */
int truth_open(struct truth *truth, int fd, const char *path);

/* Of a module that was placed in an image: all addresses are those it has there. */
int truth_open_module(struct truth *truth, const struct image *image, u16 module,
		      const char *path);

void truth_close(struct truth *truth);

/* The subprogram that is entered at an address; NULL. */
const struct subprogram *truth_subprogram(const struct truth *truth, u64 begin);

/* The call that returns to an address; NULL. */
const struct call_site *truth_call_site(const struct truth *truth, u64 ret);

/* Return: 0; -ENOENT where there is no call frame information. */
int truth_rules(const struct truth *truth, u64 address, struct rules *rules);

/* Where a parameter is at an address. */
struct place truth_parameter(const struct parameter *parameter, u64 address);

/*
 * Where a variable lies in memory at an address; of kind NONE where it does not, or
 * is not in scope. @variable's size is set then.
 */
struct place truth_variable(const struct truth *truth, struct variable *variable, u64 address);

/* Its name, of what it was declared as; NULL. */
const char *truth_variable_name(const struct truth *truth, const struct variable *variable);

/* A register of DWARF's numbering in that of the analysis; 0xff: another kind. */
u8 truth_register(u64 number);

#endif /* STACKANNO_TRUTH_H */
