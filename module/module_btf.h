/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BTF of loaded modules: of those that were there first, and of those that come
 * later, before their init function runs.
 */
#ifndef STACKANNO_MODULE_BTF_H
#define STACKANNO_MODULE_BTF_H

#include "core/btf.h"

/* A module's types. They build on the kernel's. */
struct stackanno_module_types {
	struct stackanno_btf btf;
	/* How many symbols have the name of the function at this place in the index. */
	const u8 *symbols;
};

/**
 * stackanno_module_btf_init() - take the BTF of modules, now and as they come
 *
 * What cannot be had costs the names of parameters and nothing else; it is said in the
 * log when that holds for all, and counted where memory is bounded.
 *
 * Context: process, after stackanno_kernel_btf_init() and stackanno_modules_init();
 * may sleep.
 */
void stackanno_module_btf_init(void);

/**
 * stackanno_module_btf_exit() - give all of it back
 *
 * Context: process, before stackanno_modules_exit(); may sleep. No annotation may be
 * under way, nor begin.
 */
void stackanno_module_btf_exit(void);

/**
 * stackanno_module_btf() - the types of the module around an address
 * @address: any
 *
 * Context: any, preemption off: the types stay for as long.
 * Return: the types; NULL when there are none.
 */
const struct stackanno_module_types *stackanno_module_btf(u64 address);

/**
 * stackanno_module_btf_taken() - what is kept
 * @modules: set to how many modules' types there are
 *
 * Context: any.
 * Return: bytes that they take.
 */
size_t stackanno_module_btf_taken(unsigned int *modules);

#endif /* STACKANNO_MODULE_BTF_H */
