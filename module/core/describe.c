// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "describe.h"
#include "label.h"
#include "put.h"

/* Columns that foreign strings may take. */
#define TITLE_MAX	64
#define COMM_MAX	64
/* Columns of a finding's text, and digits of a value in it. */
#define FINDING_MAX	150
#define VALUE_DIGITS	16
#define RELEASE_MAX	64

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
		stackanno_put_string(d, head->title, STACKANNO_ESCAPE_QUOTED, TITLE_MAX, text);
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
		stackanno_put_address(d, head->task, text);
	}
	if (head->release) {
		put(text, ", kernel ");
		stackanno_put_string(d, head->release, STACKANNO_ESCAPE_WORD, RELEASE_MAX, text);
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

	stackanno_put_vector(head->trap, text);
	put_error(d, head->trap, head->error, text);
	if (head->flags & (STACKANNO_RECORD_ADDRESS_HIDDEN | STACKANNO_RECORD_FAULT_ADDRESS))
		put(text, ", address ");
	if (head->flags & STACKANNO_RECORD_ADDRESS_HIDDEN)
		stackanno_put_hidden(text);
	else if (head->flags & STACKANNO_RECORD_FAULT_ADDRESS)
		stackanno_put_datum(d, head->fault_address, text);
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
		stackanno_put_string(d, stack->name, STACKANNO_ESCAPE_QUOTED,
				     STACKANNO_PUT_NAME, text);
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
	stackanno_put_address(d, stack->begin, text);
	put(text, "-");
	stackanno_put_address(d, stack->end, text);
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
	/* One flag is all that a text read back has for both of a note's addresses. */
	bool other = strstr(stackanno_label_note_sentence(note->kind), "%x") &&
		     strstr(stackanno_label_note_sentence(note->kind), "%X") &&
		     (stackanno_describer_hides(d, note->value[0]) ||
		      stackanno_describer_hides(d, note->value[1]));

	if (note->flags & STACKANNO_NOTE_HIDDEN || other)
		stackanno_put_hidden(text);
	else
		stackanno_put_datum(d, address, text);
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
		stackanno_put_string(d, note->text, STACKANNO_ESCAPE_LINE,
				     STACKANNO_PUT_PHRASE, text);
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

static bool is_hex_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/*
 * Values in a finding's text are numbers of 16 digits, of which those that a name
 * follows are addresses of the kernel's own, and what is quoted.
 */
static void hide_values(struct stackanno_describer *d, char *at)
{
	bool quoted = false;

	while (*at) {
		u32 run = 0, digit;
		u64 value = 0;

		while (is_hex_digit(at[run]))
			run++;
		for (digit = 0; run == VALUE_DIGITS && digit < run; digit++)
			value = value << 4 | (at[digit] <= '9' ? at[digit] - '0' :
							       at[digit] - 'a' + 10);
		if (run == VALUE_DIGITS && stackanno_describer_hides(d, value) &&
		    (d->redact == STACKANNO_REDACT_ALL || strncmp(at + run, " {", 2)))
			memset(at, '-', run);
		else if (quoted && *at != '"')
			memset(at, '-', max(run, 1U));
		at += max(run, 1U);
		if (at[-1] == '"')
			quoted = !quoted;
	}
}

/* With no values at all, nothing is left of what one of them is. */
static bool hides_all(const struct stackanno_describer *d, const struct stackanno_finding *finding)
{
	return finding->kind == STACKANNO_FINDING_CAUSE && d->redact == STACKANNO_REDACT_ALL;
}

void stackanno_describe_finding(struct stackanno_describer *d,
				const struct stackanno_finding *finding,
				struct stackanno_text *text)
{
	const char *string = stackanno_view_string(d->view, finding->text);
	struct stackanno_text copy;

	put(text, stackanno_label_finding(finding->kind));
	put(text, ": ");
	put_frame_ref(d, finding->frame, text);
	put(text, ": ");
	stackanno_text_begin(&copy, d->args, sizeof(d->args));
	stackanno_text_string(&copy, string);
	if (hides_all(d, finding))
		stackanno_put_hidden(text);
	else if (d->redact != STACKANNO_REDACT_NONE)
		hide_values(d, d->args);
	if (!hides_all(d, finding))
		stackanno_text_escaped(text, d->args, sizeof(d->args), STACKANNO_ESCAPE_LINE,
				       FINDING_MAX);
	stackanno_put_mark(finding->evidence, text);
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
