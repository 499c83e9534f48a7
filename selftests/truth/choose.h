/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions are probed.
 */
#ifndef TRUTH_CHOOSE_H
#define TRUTH_CHOOSE_H

#include <stddef.h>
#include <stdint.h>

struct choice {
	uint64_t address;
	const char *subsystem;
	char *name;
	unsigned int turn;	/* in its subsystem */
};

/**
 * choose_functions() - look for functions of each subsystem
 * @choices: set to an array of them, allocated
 *
 * Of those that a tracer can be put on, and whose name is that of one function only.
 * Ends the program when the kernel's lists of them cannot be read.
 *
 * Return: how many there are; subsystems take turns, and in each its patterns do.
 */
size_t choose_functions(struct choice **choices);

#endif /* TRUTH_CHOOSE_H */
