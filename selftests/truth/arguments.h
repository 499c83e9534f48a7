/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arguments of a frame, as they are printed, with the registers that they came in.
 */
#ifndef TRUTH_ARGUMENTS_H
#define TRUTH_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "../modules/sa_truth.h"
#include "uapi/stackanno.h"

struct argument {
	enum sa_truth_register reg;
	enum stackanno_evidence evidence;	/* NONE: said to be unknown */
	bool odd;				/* a value is there that cannot be read here */
	unsigned int bytes;			/* of the value, from the register's lowest */
	uint64_t value;
};

/**
 * arguments_read() - take the arguments of a frame apart
 * @function: its name
 * @text: as the record has them: "file=ff11.., count=4096 ?", or by register
 * @argument: those that came in a register, as far as they are known to
 *
 * A function whose arguments cannot be told from its prototype alone (structs by value)
 * has none here. The kernel's BTF is read the first time.
 *
 * Return: how many.
 */
unsigned int arguments_read(const char *function, const char *text,
			    struct argument argument[SA_TRUTH_ARGUMENTS]);

#endif /* TRUTH_ARGUMENTS_H */
