// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>

#include "core/label.h"
#include "parse_head.h"

static bool take_date(struct scan *scan, u64 *ns)
{
	struct tm tm = { 0 };
	u64 part[6];
	static const char * const separators[] = { "-", "-", " ", ":", ":", " UTC)" };
	time_t seconds;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(part); i++) {
		if (!scan_decimal(scan, &part[i]) || part[i] > 9999 ||
		    !scan_literal(scan, separators[i]))
			return false;
	}
	tm.tm_year = (int)part[0] - 1900;
	tm.tm_mon = (int)part[1] - 1;
	tm.tm_mday = (int)part[2];
	tm.tm_hour = (int)part[3];
	tm.tm_min = (int)part[4];
	tm.tm_sec = (int)part[5];
	seconds = timegm(&tm);
	if (seconds < 0)
		return false;
	/* Never 0, which means that there is none: less than a second is not shown. */
	*ns = (u64)seconds * 1000000000 + 1;
	return true;
}

static bool take_reason(struct parser *p, struct scan *line)
{
	struct stackanno_record *head = p->builder.record;
	u32 reason;

	for (reason = 0; reason < STACKANNO_REASON_COUNT; reason++) {
		struct scan rest = *line;

		if (!scan_literal(&rest, stackanno_label_reason(reason)) ||
		    !scan_literal(&rest, " "))
			continue;
		head->reason = reason;
		if (reason == STACKANNO_REASON_OOPS || reason == STACKANNO_REASON_PANIC)
			head->flags |= STACKANNO_RECORD_FATAL;
		*line = rest;
		return true;
	}
	return parser_fail(p, "unknown reason for a record");
}

static bool take_time(struct parser *p, struct scan *line)
{
	struct stackanno_record *head = p->builder.record;
	u64 seconds, micros;

	if (!scan_literal(line, "at ") || !scan_decimal(line, &seconds) ||
	    !scan_literal(line, ".") || !scan_decimal(line, &micros) || micros > 999999 ||
	    seconds > 18446744072ULL)
		return parser_fail(p, "no time since boot (\"at SECONDS.MICROSECONDS\")");
	head->time_boot_ns = seconds * 1000000000 + micros * 1000;
	if (scan_literal(line, " (") && !take_date(line, &head->time_real_ns))
		return parser_fail(p, "no date (\"YYYY-MM-DD hh:mm:ss UTC\")");
	return true;
}

static bool take_task(struct parser *p, struct scan *line)
{
	struct stackanno_record *head = p->builder.record;
	struct scan comm;
	size_t len;

	if (!scan_literal(line, ", pid ") || !scan_signed(line, &head->pid) ||
	    !scan_literal(line, " tgid ") || !scan_signed(line, &head->tgid) ||
	    !scan_literal(line, " comm \"") || !scan_until(line, "\"", &comm))
		return parser_fail(p, "no task (\"pid N tgid N comm \"NAME\"\")");
	if (!scan_unescape(&comm, p->scratch, &len) || len > sizeof(head->comm))
		return parser_fail(p, "bad name of a task");
	memcpy(head->comm, p->scratch, len);
	return true;
}

bool parse_head(struct parser *p, struct scan line)
{
	struct stackanno_record *head = p->builder.record;
	struct scan part;
	u64 number;

	if (!scan_literal(&line, "record ") || !scan_decimal(&line, &head->id) ||
	    !scan_literal(&line, ": "))
		return parser_fail(p, "not the first line of a record (\"record N: ...\")");
	if (!take_reason(p, &line))
		return false;
	if (scan_literal(&line, "\"") &&
	    (!scan_until(&line, "\" ", &part) || !parser_string(p, &part, &head->title)))
		return parser_fail(p, "bad title");
	if (!take_time(p, &line))
		return false;
	head->cpu = STACKANNO_NONE;
	if (scan_literal(&line, ", cpu ")) {
		if (!scan_decimal(&line, &number) || number >= STACKANNO_NONE)
			return parser_fail(p, "bad number of a CPU");
		head->cpu = (u32)number;
	}
	if (!take_task(p, &line))
		return false;
	if (scan_literal(&line, ", task ") && !parser_address(p, &line, &head->task))
		return false;
	if (scan_literal(&line, ", kernel ")) {
		if (!parser_string(p, &line, &head->release))
			return false;
		line.at = line.end;
	}
	return scan_done(&line) || parser_fail(p, "more than a record's first line holds");
}

bool parse_fault(struct parser *p, struct scan line)
{
	struct stackanno_record *head = p->builder.record;
	struct scan text;
	u64 signal;

	head->flags |= STACKANNO_RECORD_FAULT;
	if (!parser_vector(&line, &head->trap))
		return parser_fail(p, "unknown exception");
	if (!scan_literal(&line, ", error ") || !scan_hex(&line, &head->error))
		return parser_fail(p, "no error code");
	if (scan_literal(&line, " (") && !scan_until(&line, ")", &text))
		return parser_fail(p, "error code without its end");
	if (scan_literal(&line, ", address ")) {
		switch (scan_value(&line, &head->fault_address)) {
		case SCAN_SHOWN:
			head->flags |= STACKANNO_RECORD_FAULT_ADDRESS;
			break;
		case SCAN_HIDDEN:
			head->flags |= STACKANNO_RECORD_ADDRESS_HIDDEN;
			break;
		default:
			return parser_fail(p, "bad address of a fault");
		}
	}
	if (scan_literal(&line, ", signal ")) {
		if (!scan_decimal(&line, &signal) || signal > STACKANNO_NONE)
			return parser_fail(p, "bad signal");
		head->signal = (u32)signal;
	}
	return scan_done(&line) || parser_fail(p, "more than a fault's line holds");
}

bool parse_context(struct parser *p, struct scan line)
{
	while (!scan_done(&line)) {
		const struct stackanno_flag_words *context;
		u32 i;

		for (i = 0; (context = stackanno_label_context(i)); i++) {
			if (scan_literal(&line, context->words))
				break;
		}
		if (!context)
			return parser_fail(p, "unknown context");
		p->builder.record->flags |= context->flag;
		scan_literal(&line, ", ");
	}
	return true;
}

static bool take_stack_kind(struct parser *p, struct scan *line, struct stackanno_stack *stack)
{
	struct scan name;
	u64 cpu;
	u32 kind;

	for (kind = 0; kind < STACKANNO_STACK_COUNT; kind++) {
		if (scan_literal(line, stackanno_label_stack(kind)))
			break;
	}
	if (kind == STACKANNO_STACK_COUNT)
		return parser_fail(p, "unknown kind of stack");
	stack->kind = kind;
	if (scan_literal(line, " \"") &&
	    (!scan_until(line, "\"", &name) || !parser_string(p, &name, &stack->name)))
		return parser_fail(p, "bad name of a stack");
	stack->cpu = STACKANNO_NONE;
	if (scan_literal(line, " cpu ")) {
		if (!scan_decimal(line, &cpu) || cpu >= STACKANNO_NONE)
			return parser_fail(p, "bad number of a CPU");
		stack->cpu = (u32)cpu;
	}
	return true;
}

bool parse_stack(struct parser *p, struct scan line)
{
	struct stackanno_stack *stack;
	u64 bytes, used, free_bytes, number;

	stack = parser_entry(p, STACKANNO_SECTION_STACKS, NULL);
	if (!stack)
		return false;
	if (!scan_decimal(&line, &number) || !scan_literal(&line, ": "))
		return parser_fail(p, "no number of a stack");
	if (!take_stack_kind(p, &line, stack))
		return false;
	if (!scan_literal(&line, " ") || !parser_address(p, &line, &stack->begin) ||
	    !scan_literal(&line, "-") || !parser_address(p, &line, &stack->end))
		return parser_fail(p, "no addresses of a stack");
	if (!scan_literal(&line, ", ") || !scan_decimal(&line, &bytes) ||
	    !scan_literal(&line, " bytes, ") || !scan_decimal(&line, &used) ||
	    !scan_literal(&line, " used, ") || !scan_decimal(&line, &free_bytes) ||
	    !scan_literal(&line, " free"))
		return parser_fail(p, "no sizes of a stack");
	if (p->withheld)
		stack->end = stack->begin + bytes;
	stack->live = stack->begin + free_bytes;
	if (scan_literal(&line, ", end magic intact"))
		stack->flags |= STACKANNO_STACK_MAGIC_KNOWN | STACKANNO_STACK_MAGIC_INTACT;
	else if (scan_literal(&line, ", end magic BROKEN"))
		stack->flags |= STACKANNO_STACK_MAGIC_KNOWN;
	if (scan_literal(&line, ", OVERFLOWED"))
		stack->flags |= STACKANNO_STACK_OVERFLOWED;
	if (p->stack == STACKANNO_NONE16)
		p->stack = 0;
	return scan_done(&line) || parser_fail(p, "more than a stack's line holds");
}
