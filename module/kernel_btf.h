/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own BTF, opened once, for whoever asks about its types. */
#ifndef STACKANNO_KERNEL_BTF_H
#define STACKANNO_KERNEL_BTF_H

#include "core/btf.h"

/**
 * stackanno_kernel_btf_init() - open it
 *
 * Where there is none that can be read, or no memory for its index, says so.
 *
 * Context: process, after stackanno_ksyms_init(); may sleep.
 */
void stackanno_kernel_btf_init(void);

/* Forget it; nothing that it gave out may be used any more. */
void stackanno_kernel_btf_exit(void);

/**
 * stackanno_kernel_btf() - the kernel's types
 *
 * Context: any. It takes no lock and allocates nothing to look at them.
 * Return: stays until stackanno_kernel_btf_exit(); NULL when there are none.
 */
const struct stackanno_btf *stackanno_kernel_btf(void);

/* Return: bytes that the index takes. */
size_t stackanno_kernel_btf_bytes(void);

#endif /* STACKANNO_KERNEL_BTF_H */
