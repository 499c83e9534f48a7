/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is done when, how much is said, and what is withheld: the module's
 * parameters, and the only place that reads them.
 */
#ifndef STACKANNO_POLICY_H
#define STACKANNO_POLICY_H

#include <linux/types.h>

#include "core/render.h"
#include "pipeline.h"

/**
 * stackanno_policy_init() - settle what holds from load to unload
 *
 * Context: process.
 * Return: 0; -EINVAL when a parameter makes no sense (said in the log).
 */
int stackanno_policy_init(void);

/**
 * stackanno_policy_wants() - whether a way in is open
 * @reason: what would bring a record about
 *
 * Context: any.
 * Return: true when a record is to be made.
 */
bool stackanno_policy_wants(enum stackanno_reason reason);

/**
 * stackanno_policy_console() - what of a record goes to the console
 * @reason: what brought it about
 * @options: form, redaction and budget, set when anything is to be printed
 *
 * Context: any.
 * Return: true when something is to be printed.
 */
bool stackanno_policy_console(enum stackanno_reason reason,
			      struct stackanno_render_options *options);

/**
 * stackanno_policy_last_chance() - what is printed before a crash kernel starts
 * @options: form, redaction and budget, set when anything is to be printed
 *
 * It is the only thing ever printed within the kernel's own report: two lines
 * more there cost some parsers all of it.
 *
 * Context: any.
 * Return: true when something is to be printed.
 */
bool stackanno_policy_last_chance(struct stackanno_render_options *options);

/**
 * stackanno_policy_withheld() - whether the kernel hides its memory from root
 *
 * Context: any: reads one word.
 * Return: true when it is locked down for confidentiality.
 */
bool stackanno_policy_withheld(void);

/**
 * stackanno_policy_records() - how many records are kept
 *
 * Return: 1 to 64.
 */
unsigned int stackanno_policy_records(void);

/**
 * stackanno_policy_request() - begin a request with what policy says of it
 * @request: set; what only the caller knows is zero
 * @reason: what brings it about
 * @start: where to begin
 * @task: whose stack
 *
 * Context: any.
 */
void stackanno_policy_request(struct stackanno_request *request, enum stackanno_reason reason,
			      enum stackanno_start start, struct task_struct *task);

/**
 * stackanno_policy_kallsyms() - address given for kallsyms_lookup_name
 *
 * Return: the address; 0 when none was given.
 */
unsigned long stackanno_policy_kallsyms(void);

#endif /* STACKANNO_POLICY_H */
