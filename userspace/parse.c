// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/arch.h"
#include "core/builder.h"
#include "core/label.h"
#include "core/render.h"
#include "parse.h"
#include "scan.h"

/* A name of a frame met before the frames are known. */
struct fixup {
	enum stackanno_section_kind kind;	/* meanings or notes */
	u32 index;
	u16 number;		/* what `#N` said */
	unsigned long line;
};

struct parser {
	struct stackanno_builder builder;
	void *record;
	char *scratch;			/* for unescaping: as long as the text */
	struct stackanno_frame *frame;	/* the last one */
	bool no_text;			/* the word is no address of code, whatever it is called */
	u32 frame_index;
	u16 stack;			/* that frames are on now */
	u64 next_address;		/* made up where addresses are withheld */
	bool withheld;
	struct fixup *fixup;
	size_t fixups;
	size_t fixups_max;
	unsigned long line;
	struct parse_error *error;
};

static bool __attribute__((format(printf, 2, 3)))
fail(struct parser *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->error->what, sizeof(p->error->what), format, args);
	va_end(args);
	p->error->line = p->line;
	return false;
}

static bool add_string(struct parser *p, const struct scan *text, u32 *string)
{
	size_t len;

	if (!scan_unescape(text, p->scratch, &len))
		return fail(p, "bad escape in \"%.*s\"", (int)scan_left(text), text->at);
	*string = stackanno_builder_string(&p->builder, p->scratch, len);
	if (len && !*string)
		return fail(p, "a string is too much");
	return true;
}

static void *add_entry(struct parser *p, enum stackanno_section_kind kind, u32 *index)
{
	void *entry = stackanno_builder_add(&p->builder, kind, index);

	if (!entry)
		fail(p, "too many %s", stackanno_label_section(kind));
	return entry;
}

static void add_fixup(struct parser *p, enum stackanno_section_kind kind, u32 index, u64 number)
{
	struct fixup *fixup = &p->fixup[p->fixups];

	/* There are as many as "#" in the text at most. */
	if (p->fixups == p->fixups_max)
		return;
	fixup->kind = kind;
	fixup->index = index;
	fixup->number = (u16)number;
	fixup->line = p->line;
	p->fixups++;
}

/* An address; one that is withheld gets a place that keeps the text's lines apart. */
static bool take_address(struct parser *p, struct scan *scan, u64 *address)
{
	switch (scan_value(scan, address)) {
	case SCAN_SHOWN:
		return true;
	case SCAN_HIDDEN:
		if (!p->withheld)
			return fail(p, "an address is withheld, but the record's are not");
		*address = p->next_address;
		return true;
	default:
		return fail(p, "no address where one belongs");
	}
}

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
	return fail(p, "unknown reason for a record");
}

static bool take_time(struct parser *p, struct scan *line)
{
	struct stackanno_record *head = p->builder.record;
	u64 seconds, micros;

	if (!scan_literal(line, "at ") || !scan_decimal(line, &seconds) ||
	    !scan_literal(line, ".") || !scan_decimal(line, &micros) || micros > 999999 ||
	    seconds > 18446744072ULL)
		return fail(p, "no time since boot (\"at SECONDS.MICROSECONDS\")");
	head->time_boot_ns = seconds * 1000000000 + micros * 1000;
	if (scan_literal(line, " (") && !take_date(line, &head->time_real_ns))
		return fail(p, "no date (\"YYYY-MM-DD hh:mm:ss UTC\")");
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
		return fail(p, "no task (\"pid N tgid N comm \"NAME\"\")");
	if (!scan_unescape(&comm, p->scratch, &len) || len > sizeof(head->comm))
		return fail(p, "bad name of a task");
	memcpy(head->comm, p->scratch, len);
	return true;
}

static bool parse_head(struct parser *p, struct scan line)
{
	struct stackanno_record *head = p->builder.record;
	struct scan part;
	u64 number;

	if (!scan_literal(&line, "record ") || !scan_decimal(&line, &head->id) ||
	    !scan_literal(&line, ": "))
		return fail(p, "not the first line of a record (\"record N: ...\")");
	if (!take_reason(p, &line))
		return false;
	if (scan_literal(&line, "\"") &&
	    (!scan_until(&line, "\" ", &part) || !add_string(p, &part, &head->title)))
		return fail(p, "bad title");
	if (!take_time(p, &line))
		return false;
	head->cpu = STACKANNO_NONE;
	if (scan_literal(&line, ", cpu ")) {
		if (!scan_decimal(&line, &number) || number >= STACKANNO_NONE)
			return fail(p, "bad number of a CPU");
		head->cpu = (u32)number;
	}
	if (!take_task(p, &line))
		return false;
	if (scan_literal(&line, ", task ") && !take_address(p, &line, &head->task))
		return false;
	if (scan_literal(&line, ", kernel ")) {
		if (!add_string(p, &line, &head->release))
			return false;
		line.at = line.end;
	}
	return scan_done(&line) || fail(p, "more than a record's first line holds");
}

/* A vector by the name that the renderer gave it, up to a comma or the end. */
static bool take_vector(struct scan *scan, u32 *vector)
{
	u64 number;
	u32 i;

	if (scan_literal(scan, "vector ")) {
		if (!scan_decimal(scan, &number) || number > STACKANNO_NONE)
			return false;
		*vector = (u32)number;
		return true;
	}
	for (i = 0; i < 256; i++) {
		const char *name = stackanno_arch_vector_name(i);
		struct scan rest = *scan;

		if (name && scan_literal(&rest, name) && (scan_done(&rest) || *rest.at == ',')) {
			*scan = rest;
			*vector = i;
			return true;
		}
	}
	return false;
}

static bool parse_fault(struct parser *p, struct scan line)
{
	struct stackanno_record *head = p->builder.record;
	struct scan text;
	u64 signal;

	head->flags |= STACKANNO_RECORD_FAULT;
	if (!take_vector(&line, &head->trap))
		return fail(p, "unknown exception");
	if (!scan_literal(&line, ", error ") || !scan_hex(&line, &head->error))
		return fail(p, "no error code");
	if (scan_literal(&line, " (") && !scan_until(&line, ")", &text))
		return fail(p, "error code without its end");
	if (scan_literal(&line, ", address ")) {
		switch (scan_value(&line, &head->fault_address)) {
		case SCAN_SHOWN:
			head->flags |= STACKANNO_RECORD_FAULT_ADDRESS;
			break;
		case SCAN_HIDDEN:
			head->flags |= STACKANNO_RECORD_ADDRESS_HIDDEN;
			break;
		default:
			return fail(p, "bad address of a fault");
		}
	}
	if (scan_literal(&line, ", signal ")) {
		if (!scan_decimal(&line, &signal) || signal > STACKANNO_NONE)
			return fail(p, "bad signal");
		head->signal = (u32)signal;
	}
	return scan_done(&line) || fail(p, "more than a fault's line holds");
}

static bool parse_context(struct parser *p, struct scan line)
{
	while (!scan_done(&line)) {
		const struct stackanno_flag_words *context;
		u32 i;

		for (i = 0; (context = stackanno_label_context(i)); i++) {
			if (scan_literal(&line, context->words))
				break;
		}
		if (!context)
			return fail(p, "unknown context");
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
		return fail(p, "unknown kind of stack");
	stack->kind = kind;
	if (scan_literal(line, " \"") &&
	    (!scan_until(line, "\"", &name) || !add_string(p, &name, &stack->name)))
		return fail(p, "bad name of a stack");
	stack->cpu = STACKANNO_NONE;
	if (scan_literal(line, " cpu ")) {
		if (!scan_decimal(line, &cpu) || cpu >= STACKANNO_NONE)
			return fail(p, "bad number of a CPU");
		stack->cpu = (u32)cpu;
	}
	return true;
}

static bool parse_stack(struct parser *p, struct scan line)
{
	struct stackanno_stack *stack;
	u64 bytes, used, free_bytes, number;

	stack = add_entry(p, STACKANNO_SECTION_STACKS, NULL);
	if (!stack)
		return false;
	if (!scan_decimal(&line, &number) || !scan_literal(&line, ": "))
		return fail(p, "no number of a stack");
	if (!take_stack_kind(p, &line, stack))
		return false;
	if (!scan_literal(&line, " ") || !take_address(p, &line, &stack->begin) ||
	    !scan_literal(&line, "-") || !take_address(p, &line, &stack->end))
		return fail(p, "no addresses of a stack");
	if (!scan_literal(&line, ", ") || !scan_decimal(&line, &bytes) ||
	    !scan_literal(&line, " bytes, ") || !scan_decimal(&line, &used) ||
	    !scan_literal(&line, " used, ") || !scan_decimal(&line, &free_bytes) ||
	    !scan_literal(&line, " free"))
		return fail(p, "no sizes of a stack");
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
	return scan_done(&line) || fail(p, "more than a stack's line holds");
}

/* `#4`, `block 2` or `no frame`; @fix tells that the index is yet a number. */
static bool take_frame_ref(struct scan *scan, u32 *index, bool *fix)
{
	u64 number;

	*fix = false;
	*index = STACKANNO_NONE;
	if (scan_literal(scan, "no frame"))
		return true;
	*fix = scan_literal(scan, "#");
	if (!*fix && !scan_literal(scan, "block "))
		return false;
	if (!scan_decimal(scan, &number) || number >= STACKANNO_NONE16)
		return false;
	*index = (u32)number;
	return true;
}

static bool take_section(struct scan *scan, u64 *value)
{
	u32 kind;

	for (kind = 1; kind < STACKANNO_SECTION_COUNT; kind++) {
		if (scan_literal(scan, stackanno_label_section(kind))) {
			*value = kind;
			return true;
		}
	}
	return false;
}

static bool take_note_address(struct scan *scan, struct stackanno_note *note, u64 *value)
{
	switch (scan_value(scan, value)) {
	case SCAN_SHOWN:
		return true;
	case SCAN_HIDDEN:
		note->flags |= STACKANNO_NOTE_HIDDEN;
		return true;
	default:
		return false;
	}
}

static bool take_note_part(struct scan *scan, char part, const char *behind,
			   struct stackanno_note *note, struct scan *text, bool *fix)
{
	switch (part) {
	case 'f':
		return take_frame_ref(scan, &note->frame, fix);
	case 'd':
		return scan_decimal(scan, &note->value[0]);
	case 'D':
		return scan_decimal(scan, &note->value[1]);
	case 'x':
		return take_note_address(scan, note, &note->value[0]);
	case 'X':
		return take_note_address(scan, note, &note->value[1]);
	case 's':
		return take_section(scan, &note->value[0]);
	default:
		*text = *scan;
		if (!scan_tail(text, behind))
			return false;
		scan->at = text->end;
		return true;
	}
}

/* Whether a note's sentence is what stands in @scan. */
static bool match_sentence(struct scan scan, u32 kind, struct stackanno_note *note,
			   struct scan *text, bool *fix)
{
	const char *at = stackanno_label_note_sentence(kind);
	struct scan sentence = { at, at + strlen(at) };

	while (!scan_done(&sentence)) {
		if (*sentence.at != '%') {
			if (scan_done(&scan) || *scan.at != *sentence.at)
				return false;
			scan.at++;
			sentence.at++;
			continue;
		}
		if (!take_note_part(&scan, sentence.at[1], sentence.at + 2, note, text, fix))
			return false;
		sentence.at += 2;
	}
	return scan_done(&scan);
}

static bool match_note(struct parser *p, const struct scan *line, u32 kind, bool suspect)
{
	struct stackanno_note found = { .frame = STACKANNO_NONE, .word = STACKANNO_NONE };
	struct scan text = { line->end, line->end };
	struct stackanno_note *note;
	bool fix = false;
	u32 index;

	if (!match_sentence(*line, kind, &found, &text, &fix))
		return false;
	note = add_entry(p, STACKANNO_SECTION_NOTES, &index);
	if (!note || !add_string(p, &text, &found.text))
		return false;
	found.kind = (u16)kind;
	found.flags |= suspect ? STACKANNO_NOTE_SUSPECT : 0;
	*note = found;
	if (fix)
		add_fixup(p, STACKANNO_SECTION_NOTES, index, found.frame);
	if (kind == STACKANNO_NOTE_TORN)
		p->builder.record->flags |= STACKANNO_RECORD_TORN;
	if (kind == STACKANNO_NOTE_TRUNCATED)
		p->builder.record->flags |= STACKANNO_RECORD_TRUNCATED;
	return true;
}

static bool parse_note(struct parser *p, struct scan line, bool suspect)
{
	u32 kind;

	for (kind = 1; kind < STACKANNO_NOTE_COUNT; kind++) {
		/* Any text at all matches that one. */
		if (kind != STACKANNO_NOTE_TEXT && match_note(p, &line, kind, suspect))
			return true;
	}
	return match_note(p, &line, STACKANNO_NOTE_TEXT, suspect);
}

static u8 take_mark(struct scan *scan)
{
	if (scan_tail(scan, " ??"))
		return STACKANNO_EVIDENCE_GUESS;
	if (scan_tail(scan, " ?"))
		return STACKANNO_EVIDENCE_LIKELY;
	return STACKANNO_EVIDENCE_CERTAIN;
}

/* ` [module]` at the right end, if it is there. */
static bool take_module(struct parser *p, struct scan *scan, u32 *module)
{
	struct scan rest = *scan;
	const char *open;
	struct scan name;

	if (!scan_tail(&rest, "]"))
		return true;
	for (open = rest.end; open > rest.at && open[-1] != '['; open--)
		;
	if (open - rest.at < 2 || open[-2] != ' ')
		return fail(p, "bad name of a module");
	name.at = open;
	name.end = rest.end;
	scan->end = open - 2;
	return add_string(p, &name, module);
}

static bool add_frame(struct parser *p, u8 kind)
{
	p->frame = add_entry(p, STACKANNO_SECTION_FRAMES, &p->frame_index);
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
		return fail(p, "arguments without their end");
	}
	if (!scan_is(&name, "??") && !add_string(p, &name, &p->frame->name))
		return false;
	return add_string(p, &args, &p->frame->args);
}

static bool take_slot(struct parser *p, struct scan *line)
{
	if (!scan_literal(line, " ["))
		return fail(p, "no address of a frame");
	if (!scan_literal(line, "no word")) {
		if (!take_address(p, line, &p->frame->ip_slot))
			return false;
		/* 0 would mean that there is none. */
		if (p->withheld)
			p->frame->ip_slot = 1;
	}
	return scan_literal(line, "] ") || fail(p, "no end of a frame's address");
}

static bool parse_call(struct parser *p, struct scan line)
{
	static const char at_sign[] = " at ";
	struct scan function, ip;
	const char *at;
	u64 number;

	if (!add_frame(p, STACKANNO_FRAME_CALL))
		return false;
	if (!scan_decimal(&line, &number) || number >= STACKANNO_NONE16)
		return fail(p, "bad number of a frame");
	p->frame->number = (u16)number;
	if (!take_slot(p, &line))
		return false;
	p->frame->evidence = take_mark(&line);
	if (!take_module(p, &line, &p->frame->module))
		return false;
	/* The arguments may hold anything: the last one is the header's own. */
	if (scan_left(&line) < 16 + sizeof(at_sign) - 1)
		return fail(p, "no address of a function (\" at ADDRESS\")");
	at = line.end - 16 - (sizeof(at_sign) - 1);
	if (memcmp(at, at_sign, sizeof(at_sign) - 1))
		return fail(p, "no address of a function (\" at ADDRESS\")");
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
		return fail(p, "bad address of a function");
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
	if (!take_vector(scan, &p->frame->vector))
		return fail(p, "unknown exception");
	if (scan_literal(scan, ", error 0x")) {
		if (!scan_hex(scan, &p->frame->error))
			return fail(p, "bad error code");
		p->frame->flags |= STACKANNO_FRAME_ERROR;
	}
	if (!scan_literal(scan, ", "))
		return true;
	if (take_access(scan, p->frame->vector, &p->frame->error))
		p->frame->flags |= STACKANNO_FRAME_ERROR;
	else if (!scan_literal(scan, "address "))
		return fail(p, "neither an access nor an address");
	if (scan_literal(scan, "0x")) {
		p->frame->flags |= STACKANNO_FRAME_ADDRESS;
		return scan_hex(scan, &p->frame->address) || fail(p, "bad address");
	}
	p->frame->flags |= STACKANNO_FRAME_ADDRESS_HIDDEN;
	return scan_literal(scan, "----------------") || fail(p, "bad address");
}

static bool take_entry_number(struct parser *p, struct scan *scan, const char *word)
{
	u64 number;

	if (!scan_literal(scan, word) || !scan_decimal(scan, &number) || number >= STACKANNO_NONE)
		return fail(p, "no number");
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
		return fail(p, "unknown kind of frame");
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

static bool parse_block(struct parser *p, struct scan line)
{
	struct scan detail = { line.end, line.end };
	struct scan what;
	u8 evidence;

	if (!scan_tail(&line, "]"))
		return fail(p, "a block's line without its end");
	evidence = take_mark(&line);
	if (scan_until(&line, "; ", &what)) {
		detail = line;
		line = what;
	}
	if (!add_frame(p, scan_is(&line, "words in no frame") ? STACKANNO_FRAME_REST :
		       STACKANNO_FRAME_ENTRY))
		return false;
	p->frame->evidence = evidence;
	if (!add_string(p, &detail, &p->frame->detail))
		return false;
	if (p->frame->kind == STACKANNO_FRAME_REST)
		return true;
	return take_entry(p, &line) &&
	       (scan_done(&line) || fail(p, "more than a block's line holds"));
}

static bool parse_remark(struct parser *p, struct scan line)
{
	const struct stackanno_flag_words *remark;
	struct scan rest;
	u32 i;

	if (!p->frame)
		return fail(p, "a remark before the first frame");
	if (!scan_tail(&line, ")"))
		return fail(p, "a remark without its end");
	for (i = 0; (remark = stackanno_label_remark(i)); i++) {
		if (!scan_is(&line, remark->words))
			continue;
		p->frame->flags |= remark->flag;
		return true;
	}
	rest = line;
	if (!scan_literal(&rest, "return address replaced on the stack") ||
	    !scan_tail(&rest, ": the real one is shown"))
		return fail(p, "unknown remark");
	p->frame->flags |= STACKANNO_FRAME_REPLACED;
	return !scan_literal(&rest, " by ") || add_string(p, &rest, &p->frame->detail);
}

static bool parse_switch(struct parser *p, struct scan line)
{
	u64 stack;

	if (scan_literal(&line, "no stack")) {
		p->stack = STACKANNO_NONE16;
		return true;
	}
	if (!scan_literal(&line, "stack ") || !scan_decimal(&line, &stack) ||
	    stack >= p->builder.section[STACKANNO_SECTION_STACKS].count)
		return fail(p, "no such stack");
	p->stack = (u16)stack;
	return true;
}

static bool take_register(const struct scan *scan, const char *(*name)(unsigned int), u16 *arg)
{
	u16 i;

	for (i = 0; i < STACKANNO_REGS_MAX; i++) {
		if (name(i) && scan_is(scan, name(i))) {
			*arg = i;
			return true;
		}
	}
	return false;
}

static bool take_counted_role(struct scan scan, struct stackanno_word *word)
{
	u64 number;

	if (scan_literal(&scan, "rsp+0x")) {
		word->role = STACKANNO_ROLE_LOCAL;
		if (!scan_hex(&scan, &number) || number % 8 || number / 8 > 0xffff)
			return false;
		word->arg = (u16)(number / 8);
		return scan_done(&scan);
	}
	if (!scan_literal(&scan, stackanno_label_role(STACKANNO_ROLE_OUTGOING)))
		return false;
	word->role = STACKANNO_ROLE_OUTGOING;
	if (!scan_decimal(&scan, &number) || number > 0xffff)
		return false;
	word->arg = (u16)number;
	return scan_done(&scan);
}

/* A register's field in what an entry laid down; a saved register elsewhere. */
static bool take_role(struct parser *p, struct scan scan, struct stackanno_word *word)
{
	struct scan reg = scan;
	u16 role;

	if (p->frame->kind == STACKANNO_FRAME_ENTRY &&
	    take_register(&scan, stackanno_arch_field_name, &word->arg)) {
		word->role = STACKANNO_ROLE_REGS;
	} else if (take_register(&scan, stackanno_arch_register_name, &word->arg)) {
		word->role = STACKANNO_ROLE_SAVED;
	} else if (take_register(&scan, stackanno_arch_field_name, &word->arg)) {
		word->role = STACKANNO_ROLE_REGS;
	} else if (take_register(&scan, stackanno_arch_event_name, &word->arg)) {
		word->role = STACKANNO_ROLE_EVENT;
	} else if (scan_literal(&reg, "spill ") &&
		   take_register(&reg, stackanno_arch_register_name, &word->arg)) {
		word->role = STACKANNO_ROLE_SPILL;
	} else if (!take_counted_role(scan, word)) {
		for (role = 1; role < STACKANNO_ROLE_COUNT; role++) {
			if (scan_is(&scan, stackanno_label_role(role)))
				break;
		}
		if (role == STACKANNO_ROLE_COUNT)
			return fail(p, "unknown role \"%.*s\"", (int)scan_left(&scan), scan.at);
		word->role = role;
		word->arg = 0;
	}
	return true;
}

/* What the renderer leaves as it is in a name, and how it begins an escape. */
static bool is_name(const struct scan *name)
{
	const char *at;

	for (at = name->at; at < name->end; at++) {
		if ((*at < '0' || *at > '9') && (*at < 'A' || *at > 'Z') &&
		    (*at < 'a' || *at > 'z') && !strchr("_.$\\", *at))
			return false;
	}
	return true;
}

/* `name+0x10` */
static bool take_symbol(struct parser *p, struct scan scan, u32 *name, u64 *offset)
{
	struct scan before;

	if (!scan_until(&scan, "+0x", &before) || !scan_hex(&scan, offset) || !scan_done(&scan) ||
	    !is_name(&before))
		return false;
	return add_string(p, &before, name);
}

/* Behind the word for its kind: ` name+0x10 [module]`, either of them, or nothing. */
static bool take_place(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	if (!take_module(p, &scan, &meaning->module))
		return false;
	return scan_done(&scan) || (scan_literal(&scan, " ") &&
		take_symbol(p, scan, &meaning->name, &meaning->offset));
}

static bool take_percpu(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	struct scan cpu = scan;
	struct scan before;
	u64 number;

	meaning->aux = STACKANNO_NONE;
	if (scan_until(&cpu, " cpu ", &before) && scan_decimal(&cpu, &number) &&
	    scan_done(&cpu) && number < STACKANNO_NONE) {
		meaning->aux = (u32)number;
		scan = before;
	}
	return take_place(p, scan, meaning);
}

static bool take_numbered(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	u64 number;

	if (!scan_decimal(&scan, &number) || number > STACKANNO_NONE)
		return false;
	meaning->aux = (u32)number;
	if (scan_done(&scan))
		return true;
	return scan_literal(&scan, " ") && add_string(p, &scan, &meaning->name);
}

static bool take_offset(struct scan *scan, u32 *index, u64 *offset)
{
	u64 number;

	if (!scan_decimal(scan, &number) || number >= STACKANNO_NONE16 ||
	    !scan_literal(scan, "+0x") || !scan_hex(scan, offset) || !scan_done(scan))
		return false;
	*index = (u32)number;
	return true;
}

static bool take_text(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	struct scan place = scan;

	if (scan_literal(&place, stackanno_label_meaning(STACKANNO_MEANING_TEXT)) &&
	    take_place(p, place, meaning) && !meaning->name)
		return true;
	if (!take_module(p, &scan, &meaning->module))
		return false;
	/*
	 * A name with an offset may be that of anything: it must not be shown as
	 * code. Only symbols have modules, or escape what a name may not hold.
	 */
	if (p->no_text && !meaning->module && !memchr(scan.at, '\\', scan_left(&scan)))
		return false;
	return take_symbol(p, scan, &meaning->name, &meaning->offset);
}

static bool take_slot_meaning(struct parser *p, struct scan scan,
			      struct stackanno_meaning *meaning)
{
	(void)p;
	return (scan_literal(&scan, "#") || scan_literal(&scan, "block ")) &&
	       take_offset(&scan, &meaning->aux, &meaning->offset);
}

static bool take_stack(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	return take_offset(&scan, &meaning->aux, &meaning->offset);
}

static bool take_module_offset(struct parser *p, struct scan scan,
			       struct stackanno_meaning *meaning)
{
	return take_symbol(p, scan, &meaning->module, &meaning->offset);
}

static bool take_nothing(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	(void)meaning;
	return scan_done(&scan);
}

/* How each kind begins, and who takes the rest; the first that fits is it. */
static const struct form {
	u16 kind;
	const char *begin;
	bool (*take)(struct parser *p, struct scan scan, struct stackanno_meaning *meaning);
} forms[] = {
	{ STACKANNO_MEANING_OWN_SLOT, "", take_slot_meaning },
	{ STACKANNO_MEANING_STACK, "stack ", take_stack },
	{ STACKANNO_MEANING_MODULE, "module ", take_module_offset },
	{ STACKANNO_MEANING_SYSCALL, "syscall ", take_numbered },
	{ STACKANNO_MEANING_VECTOR, "vector ", take_numbered },
	{ STACKANNO_MEANING_NO_SYSCALL, "no syscall", take_nothing },
	{ STACKANNO_MEANING_RODATA, "rodata", take_place },
	{ STACKANNO_MEANING_DATA, "data", take_place },
	{ STACKANNO_MEANING_PERCPU, "percpu", take_percpu },
	{ STACKANNO_MEANING_TEXT, "", take_text },
};

/* Whatever looks like none of the kinds has but a name. */
static bool take_meaning(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	const struct stackanno_meaning blank = *meaning;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct scan rest = scan;

		*meaning = blank;
		meaning->kind = forms[i].kind;
		if (scan_literal(&rest, forms[i].begin) && forms[i].take(p, rest, meaning))
			return true;
	}
	*meaning = blank;
	meaning->kind = STACKANNO_MEANING_NAMED;
	return add_string(p, &scan, &meaning->name);
}

/* Append a meaning to the word's chain, whose last one is @last. */
static bool add_meaning(struct parser *p, struct scan scan, u8 evidence,
			struct stackanno_word *word, struct stackanno_meaning **last)
{
	struct stackanno_meaning *meaning;
	u32 index;

	meaning = add_entry(p, STACKANNO_SECTION_MEANINGS, &index);
	if (!meaning)
		return false;
	meaning->next = STACKANNO_NONE;
	if (!take_meaning(p, scan, meaning))
		return fail(p, "bad meaning \"%.*s\"", (int)scan_left(&scan), scan.at);
	meaning->evidence = evidence;
	/* `#4` names a frame by its number, until all frames are known. */
	if (meaning->kind == STACKANNO_MEANING_OWN_SLOT && *scan.at == '#')
		add_fixup(p, STACKANNO_SECTION_MEANINGS, index, meaning->aux);
	if (*last)
		(*last)->next = index;
	else
		word->meaning = index;
	*last = meaning;
	return true;
}

static bool take_meanings(struct parser *p, struct scan scan, struct stackanno_word *word,
			  struct stackanno_meaning *last)
{
	while (!scan_done(&scan)) {
		u8 evidence = word->evidence;
		struct scan one;

		if (!scan_until(&scan, ", ", &one)) {
			one = scan;
			scan.at = scan.end;
		}
		if (word->role)
			evidence = take_mark(&one);
		if (!add_meaning(p, one, evidence, word, &last))
			return false;
	}
	return true;
}

static bool take_return(struct parser *p, struct scan scan, struct stackanno_word *word,
			struct stackanno_meaning **last)
{
	word->role = STACKANNO_ROLE_RETURN;
	/* What stands here is a symbol, whatever the word holds. */
	p->no_text = false;
	if (scan_done(&scan))
		return true;
	return scan_literal(&scan, " ") && add_meaning(p, scan, word->evidence, word, last);
}

/* What stands before the meanings: role, expression, suspicion. */
static bool take_front(struct parser *p, struct scan scan, struct stackanno_word *word,
		       struct stackanno_meaning **last)
{
	struct scan expression = scan;
	struct scan role;
	struct scan ret;

	if (scan_is(&scan, "SUSPECT") || scan_tail(&scan, " SUSPECT") ||
	    scan_tail(&scan, " BROKEN"))
		word->flags |= STACKANNO_WORD_SUSPECT;
	if (scan_is(&scan, "SUSPECT"))
		return true;
	expression = scan;
	if (scan_until(&expression, "=", &role)) {
		if (!add_string(p, &expression, &word->expression))
			return false;
		scan = role;
	}
	if (scan_done(&scan))
		return true;
	ret = scan;
	if (scan_literal(&ret, stackanno_label_role(STACKANNO_ROLE_RETURN)) &&
	    (scan_done(&ret) || *ret.at == ' '))
		return take_return(p, ret, word, last);
	return take_role(p, scan, word);
}

static bool take_label(struct parser *p, struct scan label, struct stackanno_word *word)
{
	struct stackanno_meaning *last = NULL;
	struct scan meanings = { label.end, label.end };
	struct scan front;

	word->evidence = take_mark(&label);
	front = label;
	if (scan_tail(&label, "}")) {
		meanings = label;
		if (!scan_until(&meanings, "{", &front))
			return fail(p, "a \"}\" without its \"{\"");
		scan_tail(&front, " ");
	}
	return take_front(p, front, word, &last) && take_meanings(p, meanings, word, last);
}

/* The label behind a word, up to the bracket that closes its first one. */
static bool take_brackets(struct scan *line, struct scan *label)
{
	const char *at;
	int depth = 0;

	for (at = line->at; at < line->end; at++) {
		if (*at == '[')
			depth++;
		if (*at == ']' && !--depth)
			break;
	}
	if (at == line->end)
		return false;
	label->at = line->at + 1;
	label->end = at;
	line->at = at + 1;
	return true;
}

static bool take_word(struct parser *p, struct scan *line, u64 address)
{
	struct stackanno_word *word;
	struct scan label;

	word = add_entry(p, STACKANNO_SECTION_WORDS, NULL);
	if (!word)
		return false;
	word->address = address;
	word->frame = (u16)p->frame_index;
	word->meaning = STACKANNO_NONE;
	word->where = STACKANNO_NONE;
	if (!p->frame->word_count++ || address < p->frame->low)
		p->frame->low = address;
	if (address + 8 > p->frame->high)
		p->frame->high = address + 8;
	p->no_text = false;
	switch (scan_value(line, &word->value)) {
	case SCAN_SHOWN:
		p->no_text = !stackanno_arch_may_be_text(word->value);
		break;
	case SCAN_HIDDEN:
		word->flags |= STACKANNO_WORD_WITHHELD;
		break;
	case SCAN_UNREADABLE:
		word->flags |= STACKANNO_WORD_UNREADABLE;
		break;
	default:
		return fail(p, "no value of 16 digits");
	}
	if (scan_done(line) || *line->at != '[')
		return true;
	if (!take_brackets(line, &label))
		return fail(p, "a label without its end");
	return take_label(p, label, word);
}

static bool parse_words(struct parser *p, struct scan line)
{
	u64 address;

	if (!p->frame)
		return fail(p, "words before the first frame");
	if (!take_address(p, &line, &address))
		return false;
	if (!scan_literal(&line, ": "))
		return fail(p, "no colon behind the address of words");
	do {
		if (!take_word(p, &line, address))
			return false;
		address += 8;
	} while (scan_literal(&line, " "));
	if (p->withheld)
		p->next_address = address + 8;
	return scan_done(&line) || fail(p, "more than words");
}

static bool parse_line(struct parser *p, struct scan line)
{
	struct scan counts;

	if (p->line == 1)
		return parse_head(p, line);
	if (scan_literal(&line, "fault: "))
		return parse_fault(p, line);
	if (scan_literal(&line, "context: "))
		return parse_context(p, line);
	if (scan_literal(&line, "stack "))
		return parse_stack(p, line);
	if (scan_literal(&line, "note: "))
		return parse_note(p, line, false);
	if (scan_literal(&line, "suspect: "))
		return parse_note(p, line, true);
	if (scan_literal(&line, " #") || scan_literal(&line, "#"))
		return parse_call(p, line);
	if (scan_literal(&line, "    ["))
		return parse_block(p, line);
	if (scan_literal(&line, "    ("))
		return parse_remark(p, line);
	if (scan_literal(&line, "    --- "))
		return parse_switch(p, line);
	if (scan_literal(&line, "    "))
		return parse_words(p, line);
	/* Both say what was seen before or comes later; the comparison checks. */
	counts = line;
	if (scan_is(&line, "values and addresses are withheld") ||
	    scan_until(&counts, " words, ", &line))
		return true;
	return fail(p, "no line of a record");
}

static bool parse_lines(struct parser *p, const char *text, size_t len)
{
	struct scan rest = { text, text + len };
	struct scan line;

	while (!scan_done(&rest)) {
		p->line++;
		if (!scan_until(&rest, "\n", &line))
			return fail(p, "the last line does not end");
		if (!parse_line(p, line))
			return false;
	}
	return true;
}

static bool resolve_fixups(struct parser *p)
{
	u32 frames = p->builder.section[STACKANNO_SECTION_FRAMES].count;
	size_t i;
	u32 k;

	for (i = 0; i < p->fixups; i++) {
		const struct fixup *fixup = &p->fixup[i];
		struct stackanno_meaning *meaning;
		struct stackanno_frame *frame;
		struct stackanno_note *note;

		for (k = 0; k < frames; k++) {
			frame = stackanno_builder_entry(&p->builder, STACKANNO_SECTION_FRAMES, k);
			if (frame->number == fixup->number)
				break;
		}
		p->line = fixup->line;
		if (k == frames)
			return fail(p, "there is no frame #%u", fixup->number);
		if (fixup->kind == STACKANNO_SECTION_NOTES) {
			note = stackanno_builder_entry(&p->builder, fixup->kind, fixup->index);
			note->frame = k;
		} else {
			meaning = stackanno_builder_entry(&p->builder, fixup->kind, fixup->index);
			meaning->aux = k;
		}
	}
	return true;
}

/* Compares what is rendered with what was parsed, line by line. */
struct comparison {
	struct stackanno_sink sink;
	struct parser *parser;
	struct scan rest;
	bool failed;
};

static void compare_line(struct stackanno_sink *sink, const char *line, size_t len)
{
	struct comparison *c = (struct comparison *)sink;
	struct scan is;

	if (c->failed)
		return;
	c->parser->line++;
	if (!scan_until(&c->rest, "\n", &is)) {
		c->failed = !fail(c->parser, "a line is missing here: \"%.*s\"", (int)len, line);
	} else if (scan_left(&is) != len || memcmp(is.at, line, len)) {
		c->failed = !fail(c->parser, "not as stackanno writes it: \"%.*s\"", (int)len,
				  line);
	}
}

static bool verify(struct parser *p, u32 size, const char *text, size_t len)
{
	static const struct stackanno_render_options options = { .form = STACKANNO_FORM_FULL };
	struct comparison c = {
		.sink.line = compare_line,
		.parser = p,
		.rest = { text, text + len },
	};
	struct stackanno_render_buffer *buffer;
	struct stackanno_refusal refusal;
	struct stackanno_view view;

	p->line = 1;
	if (stackanno_record_check(p->record, size, &view, &refusal))
		return fail(p, "no record comes of it (%s, entry %u: %s)",
			    stackanno_label_section(refusal.kind), refusal.index, refusal.what);
	p->line = 0;
	buffer = malloc(sizeof(*buffer));
	if (!buffer)
		return fail(p, "out of memory");
	stackanno_render(&view, &options, buffer, &c.sink);
	free(buffer);
	if (!c.failed && !scan_done(&c.rest)) {
		p->line++;
		return fail(p, "a line too many");
	}
	return !c.failed;
}

static size_t count_string(const char *text, size_t len, const char *string)
{
	struct scan scan = { text, text + len };
	struct scan before;
	size_t count = 0;

	while (scan_until(&scan, string, &before))
		count++;
	return count;
}

/* As many entries as the text can hold of each kind, by what they look like. */
static bool measure(const char *text, size_t len, struct stackanno_capacity *capacity)
{
	size_t lines = count_string(text, len, "\n");

	if (len > STACKANNO_MAX_SIZE)
		return false;
	capacity->count[STACKANNO_SECTION_STRINGS] = (u32)(2 * len + 1);
	capacity->count[STACKANNO_SECTION_STACKS] = (u32)count_string(text, len, "\nstack ");
	capacity->count[STACKANNO_SECTION_FRAMES] =
		(u32)(count_string(text, len, "\n #") + count_string(text, len, "\n#") +
		      count_string(text, len, "\n    ["));
	capacity->count[STACKANNO_SECTION_WORDS] =
		(u32)(2 * count_string(text, len, "\n    "));
	capacity->count[STACKANNO_SECTION_MEANINGS] =
		(u32)(count_string(text, len, "{") + count_string(text, len, ", ") +
		      count_string(text, len, "[ret "));
	capacity->count[STACKANNO_SECTION_NOTES] = (u32)lines;
	return true;
}

static int parse_begun(struct parser *p, const struct stackanno_capacity *capacity, u32 bytes,
		       const char *text, size_t len, u32 *size)
{
	if (stackanno_builder_init(p->record, bytes, capacity, &p->builder)) {
		fail(p, "the text is too long");
		return -EBADMSG;
	}
	p->builder.record->arch = STACKANNO_ARCH_X86_64;
	if (p->withheld)
		p->builder.record->flags |= STACKANNO_RECORD_WITHHELD;
	if (!parse_lines(p, text, len) || !resolve_fixups(p))
		return -EBADMSG;
	if (!p->line) {
		fail(p, "there is no text");
		return -EBADMSG;
	}
	*size = stackanno_builder_finish(&p->builder);
	return verify(p, *size, text, len) ? 0 : -EBADMSG;
}

int parse_text(const char *text, size_t len, void **record, u32 *size,
	       struct parse_error *error)
{
	struct stackanno_capacity capacity = { 0 };
	struct parser parser = { .error = error, .stack = STACKANNO_NONE16 };
	u32 bytes = 0;
	int ret;

	/* Of an address that is withheld, any place will do, but for 0. */
	parser.next_address = 0x1000;
	parser.withheld = count_string(text, len, "\nvalues and addresses are withheld\n");
	if (measure(text, len, &capacity))
		bytes = stackanno_capacity_bytes(&capacity);
	if (!bytes) {
		fail(&parser, "the text is too long");
		return -EBADMSG;
	}
	parser.fixups_max = count_string(text, len, "#");
	parser.record = calloc(1, bytes);
	parser.scratch = malloc(len + 1);
	parser.fixup = calloc(parser.fixups_max + 1, sizeof(*parser.fixup));
	if (!parser.record || !parser.scratch || !parser.fixup) {
		fail(&parser, "out of memory");
		ret = -ENOMEM;
	} else {
		ret = parse_begun(&parser, &capacity, bytes, text, len, size);
	}
	free(parser.scratch);
	free(parser.fixup);
	if (ret)
		free(parser.record);
	else
		*record = parser.record;
	return ret;
}

size_t parse_length(const char *text, size_t len)
{
	struct scan scan = { text, text + len };
	struct scan before;

	if (scan_until(&scan, "\nrecord ", &before))
		return (size_t)(before.end - text) + 1;
	return len;
}
