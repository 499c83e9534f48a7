/* SPDX-License-Identifier: GPL-2.0-only */
/* A record as JSON; Documentation/output-format.rst has the schema. */
#ifndef STACKANNO_JSON_H
#define STACKANNO_JSON_H

#include <json-c/json.h>

#include "core/describer.h"

/**
 * json_record() - all that a record holds
 * @view: an open record
 * @redact: what is left out: hidden values and addresses are null
 *
 * Return: an object, the caller's to put; NULL when memory is out.
 */
struct json_object *json_record(const struct stackanno_view *view, enum stackanno_redact redact);

/**
 * json_head() - what the list of records shows of one
 * @view: an open record
 *
 * Return: an object, the caller's to put; NULL when memory is out.
 */
struct json_object *json_head(const struct stackanno_view *view);

#endif /* STACKANNO_JSON_H */
