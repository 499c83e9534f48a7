/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameters of functions of the kernel and of its modules, out of their BTF. */
#ifndef STACKANNO_PROTOTYPES_H
#define STACKANNO_PROTOTYPES_H

#include <linux/types.h>

#include "core/parameter.h"
#include "core/typed.h"

/**
 * stackanno_prototypes_init() - make an index of the kernel's BTF
 *
 * A kernel without BTF, or without memory for the index, costs the names of
 * parameters and nothing else; it is said in the log, and stats has 0 bytes.
 *
 * Context: process, may sleep, after stackanno_ksyms_init().
 */
void stackanno_prototypes_init(void);

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
 * @name: as kallsyms has it
 * @module: an address in the module that it is of; 0: the kernel's own
 * @signature: set on success
 *
 * Nothing is said of one of several functions of a name that may differ, and BTF has
 * none of the copies that a compiler makes (.isra, .constprop, .part), which may have
 * lost parameters. BTF knows functions by their names alone: it may hold that of
 * another one of the name, which was inlined everywhere.
 *
 * Context: any, preemption off; no lock is taken.
 * Return: 0, and what is in @signature stays for as long; -ENOENT when they are not known.
 */
int stackanno_prototypes_find(const char *name, u64 module,
			      struct stackanno_signature *signature);

/**
 * stackanno_prototypes_typed() - how objects of the kernel's types are told
 *
 * Context: any.
 * Return: the table; empty where BTF could not be used.
 */
const struct stackanno_typed *stackanno_prototypes_typed(void);

#endif /* STACKANNO_PROTOTYPES_H */
