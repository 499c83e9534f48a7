/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records on the kernel's log, within the limits that its readers set
 * (Documentation/stackanno.rst, "What is printed when").
 */
#ifndef STACKANNO_CONSOLE_H
#define STACKANNO_CONSOLE_H

#include "core/render.h"
#include "store.h"

/**
 * stackanno_console_print() - write one record to the kernel's log
 * @slot: whose record it is, pinned; its working memory is used
 * @options: form, redaction, budget
 *
 * Context: any, within stackanno_guard_enter().
 */
void stackanno_console_print(struct stackanno_slot *slot,
			     const struct stackanno_render_options *options);

#endif /* STACKANNO_CONSOLE_H */
