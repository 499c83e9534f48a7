/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the kernel's own per-CPU variables. kallsyms finds none of them by
 * address where they are linked at zero: an index is made at load.
 */
#ifndef STACKANNO_PERCPU_H
#define STACKANNO_PERCPU_H

#include <linux/types.h>

/**
 * stackanno_percpu_init() - make the index
 *
 * Context: process, after stackanno_ksyms_init(); may sleep.
 * Return: 0, also when the kernel's symbols could not be walked; -ENOMEM.
 */
int stackanno_percpu_init(void);

/**
 * stackanno_percpu_exit() - free the index
 *
 * Context: process.
 */
void stackanno_percpu_exit(void);

/**
 * stackanno_percpu_bytes() - memory that the index takes
 *
 * Return: bytes.
 */
size_t stackanno_percpu_bytes(void);

/**
 * stackanno_percpu_find() - the variable that an address is of
 * @address: any
 * @cpu: set to the CPU whose instance it is
 * @name: set to the variable's name, which stays until stackanno_percpu_exit();
 *	NULL for one of a module's, or one that was allocated
 * @offset: set to the distance from the variable's begin, 0 without a name
 *
 * Context: any.
 * Return: 0; -ENOENT.
 */
int stackanno_percpu_find(unsigned long address, unsigned int *cpu, const char **name,
			  unsigned long *offset);

#endif /* STACKANNO_PERCPU_H */
