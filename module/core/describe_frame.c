// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "describe_frame.h"
#include "label.h"
#include "put.h"

#define ARGS_MAX	480
/* With less room than this for them, arguments are left out. */
#define ARGS_LEAST	16
/* A value among arguments, wherever it stands. */
#define VALUE_DIGITS	16

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Hide what stands between two quotes. Return: behind the second one. */
static char *hide_text(char *at)
{
	u32 run = 0;

	at++;
	while (at[run] && at[run] != '"')
		run++;
	memset(at, '-', run);
	return at + run + (at[run] == '"');
}

/*
 * The arguments are a string by now. Values in it are what follows a "=", in any
 * form, texts, and numbers of 16 digits; those that a place in a frame follows are
 * addresses of the kernel's own.
 */
static void hide_values(struct stackanno_describer *d)
{
	char *at = d->args;
	bool value = false;

	while (*at) {
		u32 run = 0;

		if (*at == '"') {
			at = hide_text(at);
			value = false;
			continue;
		}
		while (value ? at[run] && !strchr(", }", at[run]) : is_hex_digit(at[run]))
			run++;
		if ((value ? *at != '?' : run == VALUE_DIGITS) &&
		    (d->redact == STACKANNO_REDACT_ALL || strncmp(at + run, " {#", 3)))
			memset(at, '-', run);
		at += run;
		value = *at == '=';
		at += *at != '\0';
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
		stackanno_put_address(d, frame->ip_slot, text);
	else
		put(text, "no word");
	put(text, "]");
}

/* A known function's address is the kernel's own; any other may be anyone's. */
static void put_ip(struct stackanno_describer *d, const struct stackanno_frame *frame,
		   struct stackanno_text *text)
{
	if (frame->flags & STACKANNO_FRAME_IP_HIDDEN)
		stackanno_put_hidden(text);
	else if (frame->name)
		stackanno_put_address(d, frame->ip, text);
	else
		stackanno_put_datum(d, frame->ip, text);
}

static void put_symbol_last(struct stackanno_describer *d, const struct stackanno_frame *frame,
			    struct stackanno_text *text)
{
	if (!frame->name) {
		put(text, "at ");
		put_ip(d, frame, text);
		return;
	}
	stackanno_put_name(d, frame->name, text);
	if (frame->func && frame->ip >= frame->func) {
		put(text, "+");
		put_hex(text, frame->ip - frame->func);
		put(text, "/");
		put_hex(text, frame->func_size);
	}
	stackanno_put_module(d, frame->module, text);
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
	used = text->len + symbol.len + sizeof(" () (tail call) ?? ") - 1;
	if (frame->args && used + ARGS_LEAST < text->size) {
		put(text, " ");
		put_args(d, frame, text->size - 1 - used, text);
	}
	if (frame->flags & STACKANNO_FRAME_TAIL_CALL)
		put(text, " (tail call)");
	stackanno_put_mark(frame->evidence, text);
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
		stackanno_put_name(d, frame->name, text);
	else
		put(text, "??");
	if (frame->args)
		put_args(d, frame, ARGS_MAX, text);
	put(text, " at ");
	put_ip(d, frame, text);
	stackanno_put_module(d, frame->module, text);
	stackanno_put_mark(frame->evidence, text);
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
	stackanno_put_vector(frame->vector, text);
	if (has_error && !(access && frame->flags & known)) {
		put(text, ", error ");
		put_hex(text, frame->error);
	}
	if (!(frame->flags & known))
		return;
	put(text, ", ");
	put(text, has_error && access ? access : "address");
	put(text, has_error && access ? " of " : " ");
	if (frame->flags & STACKANNO_FRAME_ADDRESS_HIDDEN ||
	    stackanno_describer_hides(d, frame->address))
		stackanno_put_hidden(text);
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
		stackanno_put_phrase(d, frame->detail, text);
	}
	stackanno_put_mark(frame->evidence, text);
	put(text, "]");
}

void stackanno_describe_replaced(struct stackanno_describer *d,
				 const struct stackanno_frame *frame, struct stackanno_text *text)
{
	put(text, "return address replaced on the stack");
	if (frame->detail) {
		put(text, " by ");
		stackanno_put_string(d, frame->detail, STACKANNO_ESCAPE_WORD,
				     STACKANNO_PUT_PHRASE, text);
	}
	put(text, ": the real one is shown");
}
