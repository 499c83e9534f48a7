// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "describe.h"
#include "label.h"

/* Columns that foreign strings may take. */
#define TITLE_MAX	64
#define COMM_MAX	64
#define RELEASE_MAX	64
#define IDENTIFIER_MAX	96
#define MODULE_MAX	56
#define PHRASE_MAX	120
#define EXPRESSION_MAX	96
#define ARGS_MAX	480
/* With less room than this for them, arguments are left out. */
#define ARGS_LEAST	16
/* Meanings of one word; further ones are shown as "...". */
#define MEANINGS_MAX	3

#define ADDRESS_DIGITS	16
/* Below this no address is the kernel's secret: a NULL pointer's offset. */
#define FIRST_PAGE	4096

static void put(struct stackanno_text *text, const char *string)
{
	stackanno_text_string(text, string);
}

static void put_decimal(struct stackanno_text *text, u64 value)
{
	stackanno_text_decimal(text, value, 0);
}

static void put_signed(struct stackanno_text *text, s32 value)
{
	if (value < 0)
		put(text, "-");
	put_decimal(text, value < 0 ? -(s64)value : value);
}

static void put_hex(struct stackanno_text *text, u64 value)
{
	put(text, "0x");
	stackanno_text_hex(text, value, 1);
}

static void put_string(struct stackanno_describer *d, u32 string, enum stackanno_escape escape,
		       u32 limit, struct stackanno_text *text)
{
	stackanno_text_escaped(text, stackanno_view_string(d->view, string),
			       STACKANNO_MAX_STRING, escape, limit);
}

static void put_hidden(struct stackanno_text *text)
{
	stackanno_text_fill(text, '-', ADDRESS_DIGITS);
}

static void put_address(struct stackanno_describer *d, u64 address, struct stackanno_text *text)
{
	if (d->redact == STACKANNO_REDACT_ALL)
		put_hidden(text);
	else
		stackanno_text_hex(text, address, ADDRESS_DIGITS);
}

/* On a stack of the record, or in the guard page below it. */
static bool is_near_stack(struct stackanno_describer *d, u64 address)
{
	u32 i;

	for (i = 0; !stackanno_view_stack(d->view, i, &d->stack); i++) {
		if (address < d->stack.end && address + FIRST_PAGE >= d->stack.begin)
			return true;
	}
	return false;
}

/* Whether an address that nothing explains must be hidden. */
static bool is_hidden(struct stackanno_describer *d, u64 address)
{
	switch (d->redact) {
	case STACKANNO_REDACT_NONE:
		return false;
	case STACKANNO_REDACT_DATA:
		return address >= FIRST_PAGE && !is_near_stack(d, address);
	default:
		return true;
	}
}

static void put_comm(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, " comm \"");
	stackanno_text_escaped(text, (const char *)d->view->head.comm,
			       sizeof(d->view->head.comm), STACKANNO_ESCAPE_QUOTED, COMM_MAX);
	put(text, "\"");
}

static void put_time(u64 ns, struct stackanno_text *text)
{
	u32 micros = (u32)(ns / 1000 % 1000000);
	u32 digit;

	put_decimal(text, ns / 1000000000);
	put(text, ".");
	for (digit = 100000; digit; digit /= 10)
		put_decimal(text, micros / digit % 10);
}

static void put_two(u32 value, const char *after, struct stackanno_text *text)
{
	put_decimal(text, value / 10);
	put_decimal(text, value % 10);
	put(text, after);
}

/* Days since 1970 to a date, by years that begin in March: leap days come last. */
static void put_date(u64 ns, struct stackanno_text *text)
{
	u32 seconds = (u32)(ns / 1000000000 % 86400);
	u32 days = (u32)(ns / 1000000000 / 86400) + 719468;
	u32 era_day = days % 146097;
	u32 era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
	u32 year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
	u32 march_month = (5 * year_day + 2) / 153;
	u32 month = march_month < 10 ? march_month + 3 : march_month - 9;

	put_decimal(text, days / 146097 * 400 + era_year + (month <= 2));
	put(text, "-");
	put_two(month, "-", text);
	put_two(year_day - (153 * march_month + 2) / 5 + 1, " ", text);
	put_two(seconds / 3600, ":", text);
	put_two(seconds / 60 % 60, ":", text);
	put_two(seconds % 60, " UTC", text);
}

static void put_title(struct stackanno_describer *d, struct stackanno_text *text)
{
	const struct stackanno_record *head = &d->view->head;

	put(text, "record ");
	put_decimal(text, head->id);
	put(text, ": ");
	put(text, stackanno_label_reason(head->reason));
	if (head->title) {
		put(text, " \"");
		put_string(d, head->title, STACKANNO_ESCAPE_QUOTED, TITLE_MAX, text);
		put(text, "\"");
	}
}

static void put_cpu(struct stackanno_describer *d, struct stackanno_text *text)
{
	if (d->view->head.cpu == STACKANNO_NONE)
		return;
	put(text, ", cpu ");
	put_decimal(text, d->view->head.cpu);
}

void stackanno_describe_begin(struct stackanno_describer *d, const struct stackanno_view *view,
			      enum stackanno_redact redact, bool console)
{
	d->view = view;
	d->redact = redact;
	if (view->head.flags & STACKANNO_RECORD_WITHHELD)
		d->redact = STACKANNO_REDACT_ALL;
	d->console = console;
}

void stackanno_describe_head(struct stackanno_describer *d, struct stackanno_text *text)
{
	const struct stackanno_record *head = &d->view->head;

	put_title(d, text);
	put(text, " at ");
	put_time(head->time_boot_ns, text);
	if (head->time_real_ns) {
		put(text, " (");
		put_date(head->time_real_ns, text);
		put(text, ")");
	}
	put_cpu(d, text);
	put(text, ", pid ");
	put_signed(text, head->pid);
	put(text, " tgid ");
	put_signed(text, head->tgid);
	put_comm(d, text);
	if (head->task) {
		put(text, ", task ");
		put_address(d, head->task, text);
	}
	if (head->release) {
		put(text, ", kernel ");
		put_string(d, head->release, STACKANNO_ESCAPE_WORD, RELEASE_MAX, text);
	}
}

void stackanno_describe_counts(struct stackanno_describer *d, struct stackanno_text *text)
{
	const struct stackanno_record *head = &d->view->head;

	put_decimal(text, head->words);
	put(text, " words, ");
	put_decimal(text, head->explained);
	put(text, " explained, ");
	put_decimal(text, head->suspect);
	put(text, " suspect, ");
	put_decimal(text, head->frames);
	put(text, " frames");
}

void stackanno_describe_context(struct stackanno_describer *d, struct stackanno_text *text)
{
	const struct stackanno_flag_words *context;
	const char *separator = "";
	u32 i;

	for (i = 0; (context = stackanno_label_context(i)); i++) {
		if (!(d->view->head.flags & context->flag))
			continue;
		put(text, separator);
		put(text, context->words);
		separator = ", ";
	}
}

static void put_vector(u32 vector, struct stackanno_text *text)
{
	const char *name = stackanno_arch_vector_name(vector);

	if (name) {
		put(text, name);
		return;
	}
	put(text, "vector ");
	put_decimal(text, vector);
}

/* In the args, which no address occupies while a line without frames is made. */
static void put_error(struct stackanno_describer *d, u32 vector, u64 error,
		      struct stackanno_text *text)
{
	put(text, ", error ");
	stackanno_text_hex(text, error, 4);
	if (stackanno_arch_error_text(vector, error, d->args, sizeof(d->args))) {
		put(text, " (");
		put(text, d->args);
		put(text, ")");
	}
}

void stackanno_describe_fault(struct stackanno_describer *d, struct stackanno_text *text)
{
	const struct stackanno_record *head = &d->view->head;

	put_vector(head->trap, text);
	put_error(d, head->trap, head->error, text);
	if (head->flags & STACKANNO_RECORD_ADDRESS_HIDDEN ||
	    (head->flags & STACKANNO_RECORD_FAULT_ADDRESS && is_hidden(d, head->fault_address))) {
		put(text, ", address ");
		put_hidden(text);
	} else if (head->flags & STACKANNO_RECORD_FAULT_ADDRESS) {
		put(text, ", address ");
		stackanno_text_hex(text, head->fault_address, ADDRESS_DIGITS);
	}
	if (head->signal) {
		put(text, ", signal ");
		put_decimal(text, head->signal);
	}
}

static void put_stack_kind(struct stackanno_describer *d, const struct stackanno_stack *stack,
			   struct stackanno_text *text)
{
	put(text, stackanno_label_stack(stack->kind));
	if (stack->name) {
		put(text, " \"");
		put_string(d, stack->name, STACKANNO_ESCAPE_QUOTED, IDENTIFIER_MAX, text);
		put(text, "\"");
	}
	if (stack->cpu != STACKANNO_NONE) {
		put(text, " cpu ");
		put_decimal(text, stack->cpu);
	}
}

void stackanno_describe_stack(struct stackanno_describer *d, u32 index,
			      const struct stackanno_stack *stack, struct stackanno_text *text)
{
	put(text, "stack ");
	put_decimal(text, index);
	put(text, ": ");
	put_stack_kind(d, stack, text);
	put(text, " ");
	put_address(d, stack->begin, text);
	put(text, "-");
	put_address(d, stack->end, text);
	put(text, ", ");
	put_decimal(text, stack->end - stack->begin);
	put(text, " bytes, ");
	put_decimal(text, stack->end - stack->live);
	put(text, " used, ");
	put_decimal(text, stack->live - stack->begin);
	put(text, " free");
	if (stack->flags & STACKANNO_STACK_MAGIC_KNOWN)
		put(text, stack->flags & STACKANNO_STACK_MAGIC_INTACT ? ", end magic intact" :
		    ", end magic BROKEN");
	if (stack->flags & STACKANNO_STACK_OVERFLOWED)
		put(text, ", OVERFLOWED");
}

void stackanno_describe_switch(struct stackanno_describer *d, u16 index,
			       struct stackanno_text *text)
{
	if (stackanno_view_stack(d->view, index, &d->stack)) {
		put(text, "no stack");
		return;
	}
	put(text, "stack ");
	put_decimal(text, index);
	put(text, " (");
	put_stack_kind(d, &d->stack, text);
	put(text, ")");
}

/* `#4`; frames without a number are counted from 0, as they stand in the text. */
static void put_frame_ref(struct stackanno_describer *d, u32 index, struct stackanno_text *text)
{
	if (stackanno_view_frame(d->view, index, &d->frame)) {
		put(text, "no frame");
	} else if (d->frame.number != STACKANNO_NONE16) {
		put(text, "#");
		put_decimal(text, d->frame.number);
	} else {
		put(text, "block ");
		put_decimal(text, index);
	}
}

static void put_note_address(struct stackanno_describer *d, const struct stackanno_note *note,
			     u64 address, struct stackanno_text *text)
{
	if (note->flags & STACKANNO_NOTE_HIDDEN || is_hidden(d, address))
		put_hidden(text);
	else
		stackanno_text_hex(text, address, ADDRESS_DIGITS);
}

static void put_note_part(struct stackanno_describer *d, const struct stackanno_note *note,
			  char part, struct stackanno_text *text)
{
	switch (part) {
	case 'f':
		put_frame_ref(d, note->frame, text);
		break;
	case 'd':
		put_decimal(text, note->value[0]);
		break;
	case 'D':
		put_decimal(text, note->value[1]);
		break;
	case 'x':
		put_note_address(d, note, note->value[0], text);
		break;
	case 'X':
		put_note_address(d, note, note->value[1], text);
		break;
	case 's':
		put(text, stackanno_label_section((u32)note->value[0]));
		break;
	default:
		put_string(d, note->text, STACKANNO_ESCAPE_LINE, PHRASE_MAX, text);
		break;
	}
}

void stackanno_describe_note(struct stackanno_describer *d, const struct stackanno_note *note,
			     struct stackanno_text *text)
{
	const char *at = stackanno_label_note_sentence(note->kind);

	put(text, note->flags & STACKANNO_NOTE_SUSPECT ? "suspect: " : "note: ");
	while (*at) {
		const char *percent = strchr(at, '%');

		if (!percent) {
			put(text, at);
			return;
		}
		stackanno_text_bytes(text, at, (u32)(percent - at));
		put_note_part(d, note, percent[1], text);
		at = percent + 2;
	}
}

static void put_mark(u32 evidence, struct stackanno_text *text)
{
	if (evidence == STACKANNO_EVIDENCE_LIKELY)
		put(text, " ?");
	if (evidence == STACKANNO_EVIDENCE_GUESS)
		put(text, " ??");
}

static void put_module(struct stackanno_describer *d, u32 module, struct stackanno_text *text)
{
	if (!module)
		return;
	put(text, " [");
	put_string(d, module, STACKANNO_ESCAPE_NAME, MODULE_MAX, text);
	put(text, "]");
}

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/*
 * The arguments are a string by now, and their values in it are numbers of 16
 * digits; those that a meaning follows are addresses of the kernel's own.
 */
static void hide_values(struct stackanno_describer *d)
{
	char *at = d->args;

	while (*at) {
		u32 run = 0;

		while (is_hex_digit(at[run]))
			run++;
		if (run == ADDRESS_DIGITS && (d->redact == STACKANNO_REDACT_ALL ||
					      strncmp(at + run, " {", 2)))
			memset(at, '-', run);
		at += max(run, 1U);
	}
}

static void put_args(struct stackanno_describer *d, const struct stackanno_frame *frame, u32 limit,
		     struct stackanno_text *text)
{
	const char *args = stackanno_view_string(d->view, frame->args);

	if (d->redact != STACKANNO_REDACT_NONE) {
		/* A string of a record is shorter than this. */
		memcpy(d->args, args, strlen(args) + 1);
		hide_values(d);
		args = d->args;
	}
	put(text, "(");
	stackanno_text_escaped(text, args, STACKANNO_MAX_STRING, STACKANNO_ESCAPE_LINE, limit);
	put(text, ")");
}

static void put_number(struct stackanno_describer *d, const struct stackanno_frame *frame,
		       struct stackanno_text *text)
{
	put(text, frame->number < 10 ? " #" : "#");
	put_decimal(text, frame->number);
	put(text, " [");
	if (frame->ip_slot)
		put_address(d, frame->ip_slot, text);
	else
		put(text, "no word");
	put(text, "]");
}

/* A known function's address is the kernel's own; any other may be anyone's. */
static void put_ip(struct stackanno_describer *d, const struct stackanno_frame *frame,
		   struct stackanno_text *text)
{
	if (frame->flags & STACKANNO_FRAME_IP_HIDDEN || d->redact == STACKANNO_REDACT_ALL ||
	    (!frame->name && is_hidden(d, frame->ip)))
		put_hidden(text);
	else
		stackanno_text_hex(text, frame->ip, ADDRESS_DIGITS);
}

static void put_symbol_last(struct stackanno_describer *d, const struct stackanno_frame *frame,
			    struct stackanno_text *text)
{
	if (!frame->name) {
		put(text, "at ");
		put_ip(d, frame, text);
		return;
	}
	put_string(d, frame->name, STACKANNO_ESCAPE_NAME, IDENTIFIER_MAX, text);
	if (frame->func && frame->ip >= frame->func) {
		put(text, "+");
		put_hex(text, frame->ip - frame->func);
		put(text, "/");
		put_hex(text, frame->func_size);
	}
	put_module(d, frame->module, text);
}

static void describe_call_console(struct stackanno_describer *d,
				  const struct stackanno_frame *frame,
				  struct stackanno_text *text)
{
	struct stackanno_text symbol;
	u32 used;

	stackanno_text_begin(&symbol, d->symbol, sizeof(d->symbol));
	put_symbol_last(d, frame, &symbol);
	put_number(d, frame, text);
	/* The arguments get what the symbol leaves, for it must stand last. */
	used = text->len + symbol.len + sizeof(" () ?? ") - 1;
	if (frame->args && used + ARGS_LEAST < text->size) {
		put(text, " ");
		put_args(d, frame, text->size - 1 - used, text);
	}
	put_mark(frame->evidence, text);
	put(text, " ");
	put(text, d->symbol);
}

void stackanno_describe_call(struct stackanno_describer *d, const struct stackanno_frame *frame,
			     struct stackanno_text *text)
{
	if (d->console) {
		describe_call_console(d, frame, text);
		return;
	}
	put_number(d, frame, text);
	put(text, " ");
	if (frame->name)
		put_string(d, frame->name, STACKANNO_ESCAPE_NAME, IDENTIFIER_MAX, text);
	else
		put(text, "??");
	if (frame->args)
		put_args(d, frame, ARGS_MAX, text);
	put(text, " at ");
	put_ip(d, frame, text);
	put_module(d, frame->module, text);
	put_mark(frame->evidence, text);
}

/* What follows "exception frame": the fault, in as few words as tell it. */
static void put_exception(struct stackanno_describer *d, const struct stackanno_frame *frame,
			  struct stackanno_text *text)
{
	const u32 known = STACKANNO_FRAME_ADDRESS | STACKANNO_FRAME_ADDRESS_HIDDEN;
	const char *access = stackanno_arch_access_name(frame->vector, frame->error);
	bool has_error = frame->flags & STACKANNO_FRAME_ERROR;

	if (frame->vector == STACKANNO_NONE)
		return;
	put(text, ": ");
	put_vector(frame->vector, text);
	if (has_error && !(access && frame->flags & known)) {
		put(text, ", error ");
		put_hex(text, frame->error);
	}
	if (!(frame->flags & known))
		return;
	put(text, ", ");
	put(text, has_error && access ? access : "address");
	put(text, has_error && access ? " of " : " ");
	if (frame->flags & STACKANNO_FRAME_ADDRESS_HIDDEN || is_hidden(d, frame->address))
		put_hidden(text);
	else
		put_hex(text, frame->address);
}

static void put_entry(struct stackanno_describer *d, const struct stackanno_frame *frame,
		      struct stackanno_text *text)
{
	const char *name;

	put(text, stackanno_label_entry(frame->entry));
	put(text, " frame");
	if (frame->entry == STACKANNO_ENTRY_EXCEPTION) {
		put_exception(d, frame, text);
	} else if (frame->entry == STACKANNO_ENTRY_INTERRUPT && frame->vector != STACKANNO_NONE) {
		name = stackanno_arch_vector_name(frame->vector);
		put(text, ": vector ");
		put_decimal(text, frame->vector);
		if (name) {
			put(text, ", ");
			put(text, name);
		}
	} else if (frame->entry == STACKANNO_ENTRY_SYSCALL && frame->vector != STACKANNO_NONE) {
		put(text, ": number ");
		put_decimal(text, frame->vector);
	}
}

void stackanno_describe_block(struct stackanno_describer *d, const struct stackanno_frame *frame,
			      struct stackanno_text *text)
{
	put(text, "[");
	if (frame->kind == STACKANNO_FRAME_ENTRY)
		put_entry(d, frame, text);
	else
		put(text, "words in no frame");
	if (frame->detail) {
		put(text, "; ");
		put_string(d, frame->detail, STACKANNO_ESCAPE_PHRASE, PHRASE_MAX, text);
	}
	put_mark(frame->evidence, text);
	put(text, "]");
}

void stackanno_describe_replaced(struct stackanno_describer *d,
				 const struct stackanno_frame *frame, struct stackanno_text *text)
{
	put(text, "return address replaced on the stack");
	if (frame->detail) {
		put(text, " by ");
		put_string(d, frame->detail, STACKANNO_ESCAPE_WORD, PHRASE_MAX, text);
	}
	put(text, ": the real one is shown");
}

void stackanno_describe_address(struct stackanno_describer *d, u64 address,
				struct stackanno_text *text)
{
	put_address(d, address, text);
}

static bool is_kernel_address(u32 meaning_kind)
{
	switch (meaning_kind) {
	case STACKANNO_MEANING_TEXT:
	case STACKANNO_MEANING_RODATA:
	case STACKANNO_MEANING_DATA:
	case STACKANNO_MEANING_PERCPU:
	case STACKANNO_MEANING_MODULE:
	case STACKANNO_MEANING_OWN_SLOT:
	case STACKANNO_MEANING_STACK:
		return true;
	default:
		return false;
	}
}

bool stackanno_describe_hides_word(struct stackanno_describer *d,
				   const struct stackanno_word *word)
{
	u32 index = word->meaning;
	u32 i;

	if (word->flags & STACKANNO_WORD_WITHHELD || d->redact == STACKANNO_REDACT_ALL)
		return true;
	if (d->redact == STACKANNO_REDACT_NONE)
		return false;
	for (i = 0; i < MEANINGS_MAX; i++) {
		if (stackanno_view_meaning(d->view, index, &d->meaning))
			break;
		if (is_kernel_address(d->meaning.kind))
			return false;
		index = d->meaning.next;
	}
	return true;
}

bool stackanno_describe_hides_address(struct stackanno_describer *d, u64 address)
{
	return is_hidden(d, address);
}

static void put_value(struct stackanno_describer *d, const struct stackanno_word *word,
		      struct stackanno_text *text)
{
	if (word->flags & STACKANNO_WORD_UNREADABLE)
		stackanno_text_fill(text, '?', ADDRESS_DIGITS);
	else if (stackanno_describe_hides_word(d, word))
		put_hidden(text);
	else
		stackanno_text_hex(text, word->value, ADDRESS_DIGITS);
}

static void put_role(const struct stackanno_word *word, struct stackanno_text *text)
{
	switch (word->role) {
	case STACKANNO_ROLE_REGS:
		put(text, stackanno_arch_field_name(word->arg));
		break;
	case STACKANNO_ROLE_EVENT:
		put(text, stackanno_arch_event_name(word->arg));
		break;
	case STACKANNO_ROLE_SAVED:
		put(text, stackanno_arch_register_name(word->arg));
		break;
	case STACKANNO_ROLE_SPILL:
		put(text, stackanno_label_role(word->role));
		put(text, " ");
		put(text, stackanno_arch_register_name(word->arg));
		break;
	case STACKANNO_ROLE_LOCAL:
		put(text, "rsp+");
		put_hex(text, word->arg * 8U);
		break;
	case STACKANNO_ROLE_OUTGOING:
		put(text, stackanno_label_role(word->role));
		put_decimal(text, word->arg);
		break;
	default:
		put(text, stackanno_label_role(word->role));
		break;
	}
}

/* `name+0x10` with what the meaning in the scratch holds. */
static void put_meaning_symbol(struct stackanno_describer *d, struct stackanno_text *text)
{
	put_string(d, d->meaning.name, STACKANNO_ESCAPE_NAME, IDENTIFIER_MAX, text);
	put(text, "+");
	put_hex(text, d->meaning.offset);
}

static void put_own_slot(struct stackanno_describer *d, struct stackanno_text *text)
{
	u32 index = d->meaning.aux;
	u64 offset = d->meaning.offset;

	stackanno_view_frame(d->view, index, &d->frame);
	if (d->frame.number != STACKANNO_NONE16) {
		put(text, "#");
		put_decimal(text, d->frame.number);
	} else if (!stackanno_view_stack(d->view, d->frame.stack, &d->stack)) {
		put(text, "stack ");
		put_decimal(text, d->frame.stack);
		offset += d->frame.low - d->stack.begin;
	} else {
		put(text, "block ");
		put_decimal(text, index);
	}
	put(text, "+");
	put_hex(text, offset);
}

static void put_meaning_number(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, stackanno_label_meaning(d->meaning.kind));
	put(text, " ");
	put_decimal(text, d->meaning.aux);
	if (d->meaning.name)
		put(text, " ");
	put_string(d, d->meaning.name, STACKANNO_ESCAPE_PHRASE, PHRASE_MAX, text);
}

static void put_meaning_address(struct stackanno_describer *d, struct stackanno_text *text)
{
	bool named = d->meaning.name;

	if (!named || d->meaning.kind != STACKANNO_MEANING_TEXT)
		put(text, stackanno_label_meaning(d->meaning.kind));
	if (named && d->meaning.kind != STACKANNO_MEANING_TEXT)
		put(text, " ");
	if (named)
		put_meaning_symbol(d, text);
	put_module(d, d->meaning.module, text);
	if (d->meaning.kind == STACKANNO_MEANING_PERCPU && d->meaning.aux != STACKANNO_NONE) {
		put(text, " cpu ");
		put_decimal(text, d->meaning.aux);
	}
}

/* A meaning in words of its own; an empty one would not be seen. */
static void put_meaning_name(struct stackanno_describer *d, struct stackanno_text *text)
{
	if (d->meaning.name)
		put_string(d, d->meaning.name, STACKANNO_ESCAPE_PHRASE, PHRASE_MAX, text);
	else if (d->meaning.kind == STACKANNO_MEANING_FLAGS)
		put(text, "no flags");
	else
		put(text, stackanno_label_meaning(d->meaning.kind));
}

/* What the meaning in the scratch says. */
static void put_meaning(struct stackanno_describer *d, struct stackanno_text *text)
{
	switch (d->meaning.kind) {
	case STACKANNO_MEANING_TEXT:
	case STACKANNO_MEANING_RODATA:
	case STACKANNO_MEANING_DATA:
	case STACKANNO_MEANING_PERCPU:
		put_meaning_address(d, text);
		break;
	case STACKANNO_MEANING_MODULE:
		put(text, "module ");
		put_string(d, d->meaning.module, STACKANNO_ESCAPE_NAME, MODULE_MAX, text);
		put(text, "+");
		put_hex(text, d->meaning.offset);
		break;
	case STACKANNO_MEANING_OWN_SLOT:
		put_own_slot(d, text);
		break;
	case STACKANNO_MEANING_STACK:
		put(text, "stack ");
		put_decimal(text, d->meaning.aux);
		put(text, "+");
		put_hex(text, d->meaning.offset);
		break;
	case STACKANNO_MEANING_SYSCALL:
	case STACKANNO_MEANING_VECTOR:
		put_meaning_number(d, text);
		break;
	case STACKANNO_MEANING_NO_SYSCALL:
		put(text, stackanno_label_meaning(d->meaning.kind));
		break;
	default:
		put_meaning_name(d, text);
		break;
	}
}

/*
 * `{a, b}`. With a role before them each meaning carries its own doubt; without
 * one, @weakest gets the strongest doubt among them, for the label's end.
 */
static void put_meanings(struct stackanno_describer *d, u32 index, bool role, u32 *weakest,
			 struct stackanno_text *text)
{
	u32 i;

	put(text, "{");
	for (i = 0; !stackanno_view_meaning(d->view, index, &d->meaning); i++) {
		u32 evidence = d->meaning.evidence;

		index = d->meaning.next;
		if (i)
			put(text, ", ");
		if (i == MEANINGS_MAX) {
			put(text, "...");
			break;
		}
		put_meaning(d, text);
		if (role)
			put_mark(evidence, text);
		else
			*weakest = max(*weakest, evidence);
	}
	put(text, "}");
}

static const char *suspicion(const struct stackanno_word *word)
{
	if (!(word->flags & STACKANNO_WORD_SUSPECT))
		return NULL;
	if (word->role == STACKANNO_ROLE_CANARY || word->role == STACKANNO_ROLE_STACK_END)
		return "BROKEN";
	return "SUSPECT";
}

void stackanno_describe_label(struct stackanno_describer *d, const struct stackanno_word *word,
			      struct stackanno_text *text)
{
	const char *suspect = suspicion(word);
	u32 meaning = word->meaning;
	u32 evidence = word->evidence;
	u32 doubt;
	const char *separator = "";

	if (word->role == STACKANNO_ROLE_NONE && meaning == STACKANNO_NONE && !suspect &&
	    !word->expression)
		return;
	put(text, "[");
	if (word->role != STACKANNO_ROLE_NONE) {
		put_role(word, text);
		separator = " ";
	}
	if (word->role == STACKANNO_ROLE_RETURN &&
	    !stackanno_view_meaning(d->view, meaning, &d->meaning) &&
	    d->meaning.kind == STACKANNO_MEANING_TEXT) {
		put(text, " ");
		meaning = d->meaning.next;
		doubt = d->meaning.evidence;
		evidence = max(evidence, doubt);
		put_meaning_address(d, text);
	}
	if (word->expression) {
		put(text, "=");
		put_string(d, word->expression, STACKANNO_ESCAPE_WORD, EXPRESSION_MAX, text);
		separator = " ";
	}
	if (suspect) {
		put(text, separator);
		put(text, suspect);
		separator = " ";
	}
	if (meaning != STACKANNO_NONE) {
		put(text, separator);
		put_meanings(d, meaning, word->role != STACKANNO_ROLE_NONE, &evidence, text);
	}
	put_mark(evidence, text);
	put(text, "]");
	/* A console line may be too short for it: its end stays a label's end. */
	if (text->cut)
		text->buf[text->len - 1] = ']';
}

void stackanno_describe_word(struct stackanno_describer *d, const struct stackanno_word *word,
			     struct stackanno_text *text)
{
	put_value(d, word, text);
	stackanno_describe_label(d, word, text);
}

bool stackanno_describe_stale(struct stackanno_describer *d, const struct stackanno_word *word,
			      struct stackanno_text *text)
{
	if (word->role != STACKANNO_ROLE_NONE && word->role != STACKANNO_ROLE_STALE)
		return false;
	if (word->flags & STACKANNO_WORD_SUSPECT || word->expression ||
	    stackanno_view_meaning(d->view, word->meaning, &d->meaning) ||
	    d->meaning.kind != STACKANNO_MEANING_TEXT || !d->meaning.name)
		return false;
	put_value(d, word, text);
	put(text, " ? ");
	/* put_value() may have walked on to a further meaning. */
	stackanno_view_meaning(d->view, word->meaning, &d->meaning);
	put_meaning_symbol(d, text);
	if (d->meaning.size) {
		put(text, "/");
		put_hex(text, d->meaning.size);
	}
	put_module(d, d->meaning.module, text);
	return true;
}

const char *stackanno_describe_summary_header(void)
{
	return "   ID           TIME REASON   TASK                    CPU FRAMES  WORDS EXPLAINED SUSPECT";
}

static void put_column(u32 end, struct stackanno_text *text)
{
	if (text->len < end)
		stackanno_text_fill(text, ' ', end - text->len);
	put(text, " ");
}

void stackanno_describe_summary(const struct stackanno_view *view, struct stackanno_text *text)
{
	const struct stackanno_record *head = &view->head;
	u32 start = text->len;
	u64 seconds;
	u32 width = 1;

	for (seconds = head->time_boot_ns / 1000000000; seconds >= 10; seconds /= 10)
		width++;
	stackanno_text_decimal(text, head->id, 5);
	put(text, " ");
	stackanno_text_fill(text, ' ', width < 7 ? 7 - width : 0);
	put_time(head->time_boot_ns, text);
	put(text, " ");
	put(text, stackanno_label_reason(head->reason));
	put_column(start + 29, text);
	stackanno_text_escaped(text, (const char *)head->comm, sizeof(head->comm),
			       STACKANNO_ESCAPE_WORD, COMM_MAX);
	put(text, "/");
	put_signed(text, head->pid);
	put_column(start + 52, text);
	if (head->cpu == STACKANNO_NONE)
		put(text, "  -");
	else
		stackanno_text_decimal(text, head->cpu, 3);
	put(text, " ");
	stackanno_text_decimal(text, head->frames, 6);
	put(text, " ");
	stackanno_text_decimal(text, head->words, 6);
	put(text, " ");
	stackanno_text_decimal(text, head->explained, 9);
	put(text, " ");
	stackanno_text_decimal(text, head->suspect, 7);
}
