// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sink that is printk().
 */
#include "console.h"

#include <linux/kernel.h>
#include <linux/printk.h>

#include "counter.h"

static void print_alert(struct stackanno_sink *sink, const char *line, size_t len)
{
	pr_alert("%.*s\n", (int)len, line);
}

static void print_warning(struct stackanno_sink *sink, const char *line, size_t len)
{
	pr_warn("%.*s\n", (int)len, line);
}

void stackanno_console_print(struct stackanno_slot *slot,
			     const struct stackanno_render_options *options)
{
	/* As loud as what it is about: a warning that a quiet console hides brings no report. */
	bool fatal = slot->view.head.flags & STACKANNO_RECORD_FATAL;
	struct stackanno_sink sink = { .line = fatal ? print_alert : print_warning };

	stackanno_render(&slot->view, options, &slot->render, &sink);
	stackanno_counter_add(STACKANNO_COUNT_PRINTED, 1);
}
