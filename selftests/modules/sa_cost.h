/* SPDX-License-Identifier: GPL-2.0-only */
/* What a record costs, beside what the kernel's own trace does. */
#ifndef SA_COST_H
#define SA_COST_H

/**
 * sa_cost_run() - take turns with dump_stack() and a warning's record
 *
 * Both eight levels deep in the chain; a record's time ends when every word of it is
 * explained. The medians go to the log, one line: "sa_cost: dump_stack NS record NS turns N".
 *
 * Context: task.
 * Return: 0.
 */
int sa_cost_run(void);

#endif /* SA_COST_H */
