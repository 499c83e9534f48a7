/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The analysis of the functions on a stack, from the kernel's text as it is now.
 */
#ifndef STACKANNO_ANALYSE_H
#define STACKANNO_ANALYSE_H

#include <linux/types.h>

#include "core/builder.h"
#include "ksyms.h"

/**
 * stackanno_analyse_init() - take the memory that an analysis works in
 *
 * Context: process, after stackanno_ksyms_init().
 * Return: 0; -ENOMEM.
 */
int stackanno_analyse_init(void);

/**
 * stackanno_analyse_exit() - give the memory back
 *
 * Context: process; no annotation may be under way.
 */
void stackanno_analyse_exit(void);

/**
 * stackanno_analyse_bytes() - memory taken at load
 *
 * Return: bytes.
 */
size_t stackanno_analyse_bytes(void);

/**
 * stackanno_analyse_frames() - roles of the words of all frames, and arguments
 * @builder: with frames named, code captured, calls checked
 * @canary: of the task whose stack it is; NULL when it is not known
 * @arguments: whether values may be told in text, as those of arguments are
 * @scratch: for names
 * @deadline: by local_clock(), in ns; 0: none
 *
 * One annotation analyses at a time, and beside it one of an oops or a panic:
 * another on another CPU goes without, and is counted.
 *
 * Context: any, preemption off.
 * Return: 0; -ETIME when the deadline left frames out.
 */
int stackanno_analyse_frames(struct stackanno_builder *builder, const u64 *canary,
			     bool arguments, struct stackanno_symbol *scratch, u64 deadline);

#endif /* STACKANNO_ANALYSE_H */
