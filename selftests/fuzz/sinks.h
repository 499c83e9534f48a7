/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold of every text that is made of a record. */
#ifndef STACKANNO_FUZZ_SINKS_H
#define STACKANNO_FUZZ_SINKS_H

#include "core/render.h"

/**
 * sinks_check() - render a record in each way there is
 * @view: an open record
 * @choice: of what is redacted, any number
 * @lines: budget of the console forms; 0: none
 * @bytes: the same
 *
 * Each form, as the list shows it, and as JSON: lines keep to
 * their length, alphabet and budget, those for the console say nothing that is
 * taken for a report of the kernel's, and what the parser takes of the full text
 * is that text again.
 *
 * Return: whether the parser took the full text.
 */
bool sinks_check(const struct stackanno_view *view, u32 choice, u32 lines, u32 bytes);

/* The full text of @view is @text, byte for byte. */
bool sinks_same_text(const struct stackanno_view *view, const char *text, size_t len);

#endif /* STACKANNO_FUZZ_SINKS_H */
