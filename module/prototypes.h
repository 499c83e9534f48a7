/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parameters of the kernel's own functions, out of its BTF. That of modules
 * is not read.
 */
#ifndef STACKANNO_PROTOTYPES_H
#define STACKANNO_PROTOTYPES_H

#include <linux/types.h>

#include "core/argument.h"

/**
 * stackanno_prototypes_init() - make an index of the kernel's BTF
 *
 * A kernel without BTF costs the names of parameters and nothing else.
 *
 * Context: process, may sleep, after stackanno_ksyms_init().
 * Return: 0; -ENOMEM.
 */
int stackanno_prototypes_init(void);

/**
 * stackanno_prototypes_exit() - give the memory back
 *
 * Context: process; no annotation may be under way.
 */
void stackanno_prototypes_exit(void);

/**
 * stackanno_prototypes_bytes() - memory taken at load
 *
 * Return: bytes.
 */
size_t stackanno_prototypes_bytes(void);

/**
 * stackanno_prototypes_find() - the parameters of a function
 * @name: as kallsyms has it, of the kernel's own
 * @signature: set on success
 *
 * Nothing is said of one of several functions of a name that may differ, nor of
 * a copy that the compiler made (.isra, .constprop, .part): it may have lost
 * parameters.
 *
 * Context: any; no lock is taken.
 * Return: 0; -ENOENT when they are not known.
 */
int stackanno_prototypes_find(const char *name, struct stackanno_signature *signature);

#endif /* STACKANNO_PROTOTYPES_H */
