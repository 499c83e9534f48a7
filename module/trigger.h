/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways in that nobody asks for: crashes, warnings, hung tasks, the sysrq key.
 */
#ifndef STACKANNO_TRIGGER_H
#define STACKANNO_TRIGGER_H

#include <linux/types.h>

/**
 * stackanno_trigger_init() - register with everything that tells of a crash
 *
 * Context: process, may sleep; everything else is ready.
 * Return: 0; what a registration that nothing works without said.
 */
int stackanno_trigger_init(void);

/**
 * stackanno_trigger_exit() - unregister, and wait for what is under way
 *
 * Context: process, may sleep.
 */
void stackanno_trigger_exit(void);

/**
 * stackanno_trigger_describe() - which ways in are open
 * @index: counts from 0
 * @name: set to the way's name
 * @open: set to whether it is
 *
 * Return: true; false when there is no such way.
 */
bool stackanno_trigger_describe(unsigned int index, const char **name, bool *open);

#endif /* STACKANNO_TRIGGER_H */
