// SPDX-License-Identifier: GPL-2.0-only
#include "core/arch.h"
#include "core/label.h"
#include "parse_frame.h"

static bool add_frame(struct parser *p, u8 kind)
{
	p->frame = parser_entry(p, STACKANNO_SECTION_FRAMES, &p->frame_index);
	if (!p->frame)
		return false;
	p->frame->kind = kind;
	p->frame->number = STACKANNO_NONE16;
	p->frame->stack = p->stack;
	p->frame->regs = STACKANNO_NONE;
	p->frame->code = STACKANNO_NONE;
	p->frame->vector = STACKANNO_NONE;
	p->frame->first_word = p->builder.section[STACKANNO_SECTION_WORDS].count;
	return true;
}

/* `name(arguments)` or `name`, with `??` for a name that is not known. */
static bool take_function(struct parser *p, struct scan function)
{
	struct scan args = function;
	struct scan name;

	if (!scan_until(&args, "(", &name)) {
		name = function;
		args.at = args.end;
	} else if (!scan_tail(&args, ")")) {
		return parser_fail(p, "arguments without their end");
	}
	if (!scan_is(&name, "??") && !parser_string(p, &name, &p->frame->name))
		return false;
	return parser_string(p, &args, &p->frame->args);
}

static bool take_slot(struct parser *p, struct scan *line)
{
	if (!scan_literal(line, " ["))
		return parser_fail(p, "no address of a frame");
	if (!scan_literal(line, "no word")) {
		if (!parser_address(p, line, &p->frame->ip_slot))
			return false;
		/* 0 would mean that there is none. */
		if (p->withheld)
			p->frame->ip_slot = 1;
	}
	return scan_literal(line, "] ") || parser_fail(p, "no end of a frame's address");
}

bool parse_call(struct parser *p, struct scan line)
{
	static const char at_sign[] = " at ";
	struct scan function, ip;
	const char *at;
	u64 number;

	if (!add_frame(p, STACKANNO_FRAME_CALL))
		return false;
	if (!scan_decimal(&line, &number) || number >= STACKANNO_NONE16)
		return parser_fail(p, "bad number of a frame");
	p->frame->number = (u16)number;
	if (!take_slot(p, &line))
		return false;
	p->frame->evidence = parser_mark(&line);
	if (!parser_module(p, &line, &p->frame->module))
		return false;
	/* The arguments may hold anything: the last one is the header's own. */
	if (scan_left(&line) < 16 + sizeof(at_sign) - 1)
		return parser_fail(p, "no address of a function (\" at ADDRESS\")");
	at = line.end - 16 - (sizeof(at_sign) - 1);
	if (memcmp(at, at_sign, sizeof(at_sign) - 1))
		return parser_fail(p, "no address of a function (\" at ADDRESS\")");
	function.at = line.at;
	function.end = at;
	ip.at = at + sizeof(at_sign) - 1;
	ip.end = line.end;
	switch (scan_value(&ip, &p->frame->ip)) {
	case SCAN_SHOWN:
		break;
	case SCAN_HIDDEN:
		p->frame->flags |= STACKANNO_FRAME_IP_HIDDEN;
		break;
	default:
		return parser_fail(p, "bad address of a function");
	}
	return take_function(p, function);
}

/* The error code by which the renderer wrote that access. */
static bool take_access(struct scan *scan, u32 vector, u64 *error)
{
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		u64 code = bit ? 1ULL << (bit - 1) : 0;
		const char *access = stackanno_arch_access_name(vector, code);
		struct scan rest = *scan;

		if (access && scan_literal(&rest, access) && scan_literal(&rest, " of ")) {
			*scan = rest;
			*error = code;
			return true;
		}
	}
	return false;
}

static bool take_exception(struct parser *p, struct scan *scan)
{
	if (!parser_vector(scan, &p->frame->vector))
		return parser_fail(p, "unknown exception");
	if (scan_literal(scan, ", error 0x")) {
		if (!scan_hex(scan, &p->frame->error))
			return parser_fail(p, "bad error code");
		p->frame->flags |= STACKANNO_FRAME_ERROR;
	}
	if (!scan_literal(scan, ", "))
		return true;
	if (take_access(scan, p->frame->vector, &p->frame->error))
		p->frame->flags |= STACKANNO_FRAME_ERROR;
	else if (!scan_literal(scan, "address "))
		return parser_fail(p, "neither an access nor an address");
	if (scan_literal(scan, "0x")) {
		p->frame->flags |= STACKANNO_FRAME_ADDRESS;
		return scan_hex(scan, &p->frame->address) || parser_fail(p, "bad address");
	}
	p->frame->flags |= STACKANNO_FRAME_ADDRESS_HIDDEN;
	return scan_literal(scan, "----------------") || parser_fail(p, "bad address");
}

static bool take_entry_number(struct parser *p, struct scan *scan, const char *word)
{
	u64 number;

	if (!scan_literal(scan, word) || !scan_decimal(scan, &number) || number >= STACKANNO_NONE)
		return parser_fail(p, "no number");
	p->frame->vector = (u32)number;
	return true;
}

static bool take_entry(struct parser *p, struct scan *scan)
{
	u32 entry;

	for (entry = 0; entry < STACKANNO_ENTRY_COUNT; entry++) {
		struct scan rest = *scan;

		if (scan_literal(&rest, stackanno_label_entry(entry)) &&
		    scan_literal(&rest, " frame")) {
			*scan = rest;
			break;
		}
	}
	if (entry == STACKANNO_ENTRY_COUNT)
		return parser_fail(p, "unknown kind of frame");
	p->frame->entry = (u8)entry;
	if (!scan_literal(scan, ": "))
		return true;
	if (entry == STACKANNO_ENTRY_EXCEPTION)
		return take_exception(p, scan);
	if (entry == STACKANNO_ENTRY_SYSCALL)
		return take_entry_number(p, scan, "number ");
	if (!take_entry_number(p, scan, "vector "))
		return false;
	/* Its name follows from the number; the comparison at the end checks it. */
	scan->at = scan->end;
	return true;
}

bool parse_block(struct parser *p, struct scan line)
{
	struct scan detail = { line.end, line.end };
	struct scan what;
	u8 evidence;

	if (!scan_tail(&line, "]"))
		return parser_fail(p, "a block's line without its end");
	evidence = parser_mark(&line);
	if (scan_until(&line, "; ", &what)) {
		detail = line;
		line = what;
	}
	if (!add_frame(p, scan_is(&line, "words in no frame") ? STACKANNO_FRAME_REST :
		       STACKANNO_FRAME_ENTRY))
		return false;
	p->frame->evidence = evidence;
	if (!parser_string(p, &detail, &p->frame->detail))
		return false;
	if (p->frame->kind == STACKANNO_FRAME_REST)
		return true;
	return take_entry(p, &line) &&
	       (scan_done(&line) || parser_fail(p, "more than a block's line holds"));
}

bool parse_remark(struct parser *p, struct scan line)
{
	const struct stackanno_flag_words *remark;
	struct scan rest;
	u32 i;

	if (!p->frame)
		return parser_fail(p, "a remark before the first frame");
	if (!scan_tail(&line, ")"))
		return parser_fail(p, "a remark without its end");
	for (i = 0; (remark = stackanno_label_remark(i)); i++) {
		if (!scan_is(&line, remark->words))
			continue;
		p->frame->flags |= remark->flag;
		return true;
	}
	rest = line;
	if (!scan_literal(&rest, "return address replaced on the stack") ||
	    !scan_tail(&rest, ": the real one is shown"))
		return parser_fail(p, "unknown remark");
	p->frame->flags |= STACKANNO_FRAME_REPLACED;
	return !scan_literal(&rest, " by ") || parser_string(p, &rest, &p->frame->detail);
}

bool parse_switch(struct parser *p, struct scan line)
{
	u64 stack;

	if (scan_literal(&line, "no stack")) {
		p->stack = STACKANNO_NONE16;
		return true;
	}
	if (!scan_literal(&line, "stack ") || !scan_decimal(&line, &stack) ||
	    stack >= p->builder.section[STACKANNO_SECTION_STACKS].count)
		return parser_fail(p, "no such stack");
	p->stack = (u16)stack;
	return true;
}
