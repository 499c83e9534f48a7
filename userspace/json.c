// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "core/arch.h"
#include "core/describe.h"
#include "core/describe_word.h"
#include "core/label.h"
#include "json.h"

#define LABEL_MAX 1024

/* What the functions below share. */
struct writer {
	const struct stackanno_view *view;
	struct stackanno_describer describer;
	char text[LABEL_MAX];
};

static const struct stackanno_flag_words record_flags[] = {
	{ STACKANNO_RECORD_FATAL, "fatal" },
	{ STACKANNO_RECORD_TORN, "torn" },
	{ STACKANNO_RECORD_TRUNCATED, "truncated" },
	{ STACKANNO_RECORD_WITHHELD, "withheld" },
};

static const struct stackanno_flag_words frame_flags[] = {
	{ STACKANNO_FRAME_USER, "user" },
	{ STACKANNO_FRAME_INTERRUPTED, "interrupted" },
	{ STACKANNO_FRAME_REPLACED, "replaced" },
	{ STACKANNO_FRAME_NULL_CALL, "null call" },
	{ STACKANNO_FRAME_BAD_IP, "bad ip" },
	{ STACKANNO_FRAME_UNRELIABLE, "unreliable" },
	{ STACKANNO_FRAME_PARTIAL_REGS, "partial regs" },
	{ STACKANNO_FRAME_LAST_UNEXPECTED, "last unexpected" },
	{ STACKANNO_FRAME_TAIL_CALL, "tail call" },
	{ STACKANNO_FRAME_SCANNED, "scanned" },
	{ STACKANNO_FRAME_CODE_UNREADABLE, "code unreadable" },
	{ STACKANNO_FRAME_SIZE_DIFFERS, "size differs" },
	{ STACKANNO_FRAME_NO_FUNCTION, "no function" },
	{ STACKANNO_FRAME_NO_END, "no end" },
	{ STACKANNO_FRAME_NOT_REACHED, "not reached" },
	{ STACKANNO_FRAME_BEYOND_LIMITS, "beyond limits" },
	{ STACKANNO_FRAME_BUSY, "busy" },
	{ STACKANNO_FRAME_LATE, "late" },
	{ STACKANNO_FRAME_NO_DECODER, "no decoder" },
	{ STACKANNO_FRAME_TOO_DEEP, "too deep" },
	{ STACKANNO_FRAME_NOT_ONE, "not a frame" },
	{ STACKANNO_FRAME_UNLISTED, "unlisted" },
};

static struct json_object *text_of(struct stackanno_text *text)
{
	return json_object_new_string_len(text->buf, (int)text->len);
}

/* Any bytes as a string that JSON allows: what does not print is \xHH. */
static struct json_object *foreign(struct writer *w, const char *string, u32 len)
{
	struct stackanno_text text;

	stackanno_text_begin(&text, w->text, sizeof(w->text));
	stackanno_text_escaped(&text, string, len, STACKANNO_ESCAPE_LINE, sizeof(w->text) - 1);
	return text_of(&text);
}

static struct json_object *string_or_null(struct writer *w, u32 string)
{
	if (!string)
		return NULL;
	return foreign(w, stackanno_view_string(w->view, string), STACKANNO_MAX_STRING);
}

static struct json_object *number(u64 value)
{
	return json_object_new_uint64(value);
}

static struct json_object *index_or_null(u32 index)
{
	return index == STACKANNO_NONE ? NULL : number(index);
}

static struct json_object *hex(u64 value)
{
	char digits[2 + 16 + 1];

	snprintf(digits, sizeof(digits), "0x%016llx", (unsigned long long)value);
	return json_object_new_string(digits);
}

/* An address of the kernel's own; 0 where there is none. */
static struct json_object *address(struct writer *w, u64 value)
{
	if (!value || w->describer.redact == STACKANNO_REDACT_ALL)
		return NULL;
	return hex(value);
}

/* An address that may be anyone's. */
static struct json_object *datum(struct writer *w, u64 value)
{
	return stackanno_describer_hides(&w->describer, value) ? NULL : hex(value);
}

static struct json_object *label_or_null(const char *label)
{
	return label ? json_object_new_string(label) : NULL;
}

static struct json_object *flag_names(const struct stackanno_flag_words *names, size_t count,
				      u32 flags)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < count; i++) {
		if (flags & names[i].flag)
			json_object_array_add(array, json_object_new_string(names[i].words));
	}
	return array;
}

static struct json_object *contexts(u32 flags)
{
	struct json_object *array = json_object_new_array();
	const struct stackanno_flag_words *context;
	u32 i;

	for (i = 0; (context = stackanno_label_context(i)); i++) {
		if (flags & context->flag)
			json_object_array_add(array, json_object_new_string(context->words));
	}
	return array;
}

static struct json_object *error_text(struct writer *w, u32 vector, u64 error)
{
	if (!stackanno_arch_error_text(vector, error, w->text, sizeof(w->text)))
		return NULL;
	return json_object_new_string(w->text);
}

static struct json_object *fault(struct writer *w)
{
	const struct stackanno_record *head = &w->view->head;
	struct json_object *object;

	if (!(head->flags & STACKANNO_RECORD_FAULT))
		return NULL;
	object = json_object_new_object();
	json_object_object_add(object, "vector", number(head->trap));
	json_object_object_add(object, "name",
			       label_or_null(stackanno_arch_vector_name(head->trap)));
	json_object_object_add(object, "error", number(head->error));
	json_object_object_add(object, "error_text", error_text(w, head->trap, head->error));
	json_object_object_add(object, "address",
			       head->flags & STACKANNO_RECORD_FAULT_ADDRESS ?
			       datum(w, head->fault_address) : NULL);
	json_object_object_add(object, "signal", number(head->signal));
	return object;
}

static struct json_object *counts(const struct stackanno_record *head)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "words", number(head->words));
	json_object_object_add(object, "explained", number(head->explained));
	json_object_object_add(object, "suspect", number(head->suspect));
	json_object_object_add(object, "frames", number(head->frames));
	return object;
}

static void add_head(struct writer *w, struct json_object *object)
{
	const struct stackanno_record *head = &w->view->head;

	json_object_object_add(object, "id", number(head->id));
	json_object_object_add(object, "reason",
			       label_or_null(stackanno_label_reason(head->reason)));
	json_object_object_add(object, "title", string_or_null(w, head->title));
	json_object_object_add(object, "time_boot_ns", number(head->time_boot_ns));
	json_object_object_add(object, "time_real_ns",
			       head->time_real_ns ? number(head->time_real_ns) : NULL);
	json_object_object_add(object, "cpu", index_or_null(head->cpu));
	json_object_object_add(object, "pid", json_object_new_int64(head->pid));
	json_object_object_add(object, "tgid", json_object_new_int64(head->tgid));
	json_object_object_add(object, "comm",
			       foreign(w, (const char *)head->comm, sizeof(head->comm)));
	json_object_object_add(object, "release", string_or_null(w, head->release));
	json_object_object_add(object, "counts", counts(head));
	json_object_object_add(object, "flags",
			       flag_names(record_flags, ARRAY_SIZE(record_flags), head->flags));
}

static struct json_object *stack(struct writer *w, u32 index, const struct stackanno_stack *stack)
{
	struct json_object *object = json_object_new_object();
	const char *magic = "unknown";

	if (stack->flags & STACKANNO_STACK_MAGIC_KNOWN)
		magic = stack->flags & STACKANNO_STACK_MAGIC_INTACT ? "intact" : "broken";
	json_object_object_add(object, "index", number(index));
	json_object_object_add(object, "kind", label_or_null(stackanno_label_stack(stack->kind)));
	json_object_object_add(object, "name", string_or_null(w, stack->name));
	json_object_object_add(object, "cpu", index_or_null(stack->cpu));
	json_object_object_add(object, "begin", address(w, stack->begin));
	json_object_object_add(object, "end", address(w, stack->end));
	json_object_object_add(object, "live", address(w, stack->live));
	json_object_object_add(object, "size", number(stack->end - stack->begin));
	json_object_object_add(object, "used", number(stack->end - stack->live));
	json_object_object_add(object, "magic", json_object_new_string(magic));
	json_object_object_add(object, "overflowed", json_object_new_boolean(
			       !!(stack->flags & STACKANNO_STACK_OVERFLOWED)));
	return object;
}

static struct json_object *stacks(struct writer *w)
{
	struct json_object *array = json_object_new_array();
	struct stackanno_stack entry;
	u32 i;

	for (i = 0; !stackanno_view_stack(w->view, i, &entry); i++)
		json_object_array_add(array, stack(w, i, &entry));
	return array;
}

static struct json_object *note(struct writer *w, const struct stackanno_note *note)
{
	struct json_object *object = json_object_new_object();
	bool suspect = note->flags & STACKANNO_NOTE_SUSPECT;
	struct stackanno_text text;
	struct stackanno_word word;

	stackanno_text_begin(&text, w->text, sizeof(w->text));
	stackanno_describe_note(&w->describer, note, &text);
	json_object_object_add(object, "kind", label_or_null(stackanno_label_note(note->kind)));
	json_object_object_add(object, "suspect", json_object_new_boolean(suspect));
	json_object_object_add(object, "text", text_of(&text));
	json_object_object_add(object, "frame", index_or_null(note->frame));
	json_object_object_add(object, "word",
			       stackanno_view_word(w->view, note->word, &word) ? NULL :
			       address(w, word.address));
	return object;
}

static struct json_object *notes(struct writer *w)
{
	struct json_object *array = json_object_new_array();
	struct stackanno_note entry;
	u32 i;

	for (i = 0; !stackanno_view_note(w->view, i, &entry); i++)
		json_object_array_add(array, note(w, &entry));
	return array;
}

static struct json_object *finding(struct writer *w, const struct stackanno_finding *finding)
{
	struct json_object *object = json_object_new_object();
	struct stackanno_text text;

	stackanno_text_begin(&text, w->text, sizeof(w->text));
	stackanno_describe_finding(&w->describer, finding, &text);
	json_object_object_add(object, "kind",
			       label_or_null(stackanno_label_finding(finding->kind)));
	json_object_object_add(object, "text", text_of(&text));
	json_object_object_add(object, "evidence",
			       label_or_null(stackanno_label_evidence(finding->evidence)));
	json_object_object_add(object, "frame", index_or_null(finding->frame));
	json_object_object_add(object, "where", index_or_null(finding->where));
	return object;
}

static struct json_object *findings(struct writer *w)
{
	struct json_object *array = json_object_new_array();
	struct stackanno_finding entry;
	u32 i;

	for (i = 0; !stackanno_view_finding(w->view, i, &entry); i++)
		json_object_array_add(array, finding(w, &entry));
	return array;
}

/* A number that belongs to a meaning and is not hidden, or null. */
static struct json_object *number_or_null(u64 value, bool shown)
{
	return shown ? number(value) : NULL;
}

static struct json_object *meaning(struct writer *w, const struct stackanno_meaning *meaning)
{
	struct json_object *object = json_object_new_object();
	bool spells = stackanno_describer_spells(&w->describer, meaning);
	bool changed = meaning->kind == STACKANNO_MEANING_CHANGED;

	json_object_object_add(object, "kind",
			       label_or_null(stackanno_label_meaning(meaning->kind)));
	json_object_object_add(object, "evidence",
			       label_or_null(stackanno_label_evidence(meaning->evidence)));
	/* Whose memory it is tells little of where in it. */
	json_object_object_add(object, "name", spells || meaning->kind == STACKANNO_MEANING_USER ?
			       string_or_null(w, meaning->name) : NULL);
	json_object_object_add(object, "module", string_or_null(w, meaning->module));
	json_object_object_add(object, "offset", meaning->kind == STACKANNO_MEANING_POISON && spells ?
			       json_object_new_int64((s64)meaning->offset) :
			       number_or_null(meaning->offset, spells && !changed));
	json_object_object_add(object, "size",
			       meaning->size && !changed ? number(meaning->size) : NULL);
	switch (meaning->kind) {
	case STACKANNO_MEANING_CHANGED:
		json_object_object_add(object, "was", spells ? hex(meaning->size) : NULL);
		json_object_object_add(object, "now", spells ? hex(meaning->offset) : NULL);
		break;
	case STACKANNO_MEANING_OWN_SLOT:
		json_object_object_add(object, "frame", number(meaning->aux));
		break;
	case STACKANNO_MEANING_STACK:
		json_object_object_add(object, "stack", number(meaning->aux));
		break;
	case STACKANNO_MEANING_PERCPU:
		json_object_object_add(object, "cpu", index_or_null(meaning->aux));
		break;
	case STACKANNO_MEANING_SYSCALL:
	case STACKANNO_MEANING_VECTOR:
	case STACKANNO_MEANING_ERRNO:
		json_object_object_add(object, "number", number_or_null(meaning->aux, spells));
		break;
	case STACKANNO_MEANING_NUMBER:
		json_object_object_add(object, "number", number_or_null(meaning->offset, spells));
		break;
	case STACKANNO_MEANING_SLAB:
	case STACKANNO_MEANING_KFENCE:
		json_object_object_add(object, "state",
				       label_or_null(stackanno_label_object(meaning->aux)));
		break;
	case STACKANNO_MEANING_AREA:
		json_object_object_add(object, "area",
				       label_or_null(stackanno_label_area(meaning->aux)));
		break;
	case STACKANNO_MEANING_FLIPPED:
		json_object_object_add(object, "bit", number(meaning->aux));
		break;
	case STACKANNO_MEANING_TASK:
	case STACKANNO_MEANING_TASK_STACK:
		json_object_object_add(object, "pid", number(meaning->aux));
		break;
	default:
		break;
	}
	return object;
}

static struct json_object *meanings(struct writer *w, u32 index)
{
	struct json_object *array = json_object_new_array();
	struct stackanno_meaning entry;

	/* The chain ends: each names a later one. */
	while (!stackanno_view_meaning(w->view, stackanno_describer_shown(&w->describer, index),
				       &entry)) {
		json_object_array_add(array, meaning(w, &entry));
		index = entry.next;
	}
	return array;
}

static const char *arg_name(const struct stackanno_word *word)
{
	switch (word->role) {
	case STACKANNO_ROLE_REGS:
		return stackanno_arch_field_name(word->arg);
	case STACKANNO_ROLE_EVENT:
		return stackanno_arch_event_name(word->arg);
	case STACKANNO_ROLE_SAVED:
	case STACKANNO_ROLE_SPILL:
		return stackanno_arch_register_name(word->arg);
	default:
		return NULL;
	}
}

static struct json_object *word_label(struct writer *w, const struct stackanno_word *word)
{
	struct stackanno_text text;

	stackanno_text_begin(&text, w->text, sizeof(w->text));
	stackanno_describe_label(&w->describer, word, &text);
	return text_of(&text);
}

static struct json_object *word(struct writer *w, const struct stackanno_word *word)
{
	struct json_object *object = json_object_new_object();
	bool unreadable = word->flags & STACKANNO_WORD_UNREADABLE;
	bool hidden = unreadable || stackanno_describer_hides_word(&w->describer, word);
	const char *role = word->role ? stackanno_label_role(word->role) : NULL;

	json_object_object_add(object, "address", address(w, word->address));
	json_object_object_add(object, "value", hidden ? NULL : hex(word->value));
	json_object_object_add(object, "role", label_or_null(role));
	json_object_object_add(object, "arg", arg_name(word) ?
			       json_object_new_string(arg_name(word)) :
			       role ? number(word->arg) : NULL);
	json_object_object_add(object, "evidence",
			       label_or_null(stackanno_label_evidence(word->evidence)));
	json_object_object_add(object, "suspect", json_object_new_boolean(
			       !!(word->flags & STACKANNO_WORD_SUSPECT)));
	json_object_object_add(object, "unreadable", json_object_new_boolean(unreadable));
	json_object_object_add(object, "expression", string_or_null(w, word->expression));
	json_object_object_add(object, "where", index_or_null(word->where));
	json_object_object_add(object, "label", word_label(w, word));
	json_object_object_add(object, "meanings", meanings(w, word->meaning));
	return object;
}

static struct json_object *words(struct writer *w, const struct stackanno_frame *frame)
{
	struct json_object *array = json_object_new_array();
	struct stackanno_word entry;
	u32 i;

	for (i = 0; i < frame->word_count; i++) {
		if (!stackanno_view_word(w->view, frame->first_word + i, &entry))
			json_object_array_add(array, word(w, &entry));
	}
	return array;
}

static struct json_object *regs(struct writer *w, u32 index)
{
	struct json_object *object, *values;
	struct stackanno_regs regs;
	u32 i;

	if (stackanno_view_regs(w->view, index, &regs))
		return NULL;
	object = json_object_new_object();
	values = json_object_new_object();
	for (i = 0; i < STACKANNO_REGS_MAX && stackanno_arch_field_name(i); i++) {
		if (regs.known & (1ULL << i))
			json_object_object_add(values, stackanno_arch_field_name(i),
					       datum(w, regs.value[i]));
	}
	json_object_object_add(object, "address", address(w, regs.address));
	json_object_object_add(object, "values", values);
	return object;
}

static struct json_object *code(struct writer *w, u32 index)
{
	struct json_object *object;
	struct stackanno_code code;
	char *digits;
	u32 i;

	if (stackanno_view_code(w->view, index, &code))
		return NULL;
	digits = malloc(2 * (size_t)code.size + 1);
	if (!digits)
		return NULL;
	for (i = 0; i < code.size; i++)
		snprintf(digits + 2 * (size_t)i, 3, "%02x", w->view->bytes[code.offset + i]);
	digits[2 * (size_t)code.size] = '\0';
	object = json_object_new_object();
	json_object_object_add(object, "address", address(w, code.address));
	json_object_object_add(object, "bytes", json_object_new_string(digits));
	free(digits);
	return object;
}

static struct json_object *entry(struct writer *w, const struct stackanno_frame *frame)
{
	struct json_object *object;
	const char *name = NULL;

	if (frame->kind != STACKANNO_FRAME_ENTRY)
		return NULL;
	if (frame->entry != STACKANNO_ENTRY_SYSCALL)
		name = stackanno_arch_vector_name(frame->vector);
	object = json_object_new_object();
	json_object_object_add(object, "kind", label_or_null(stackanno_label_entry(frame->entry)));
	json_object_object_add(object, "vector", index_or_null(frame->vector));
	json_object_object_add(object, "name", label_or_null(name));
	json_object_object_add(object, "error", frame->flags & STACKANNO_FRAME_ERROR ?
			       number(frame->error) : NULL);
	json_object_object_add(object, "address", frame->flags & STACKANNO_FRAME_ADDRESS ?
			       datum(w, frame->address) : NULL);
	return object;
}

static void add_function(struct writer *w, const struct stackanno_frame *frame,
			 struct json_object *object)
{
	/* A function's address is the kernel's own; any other may be anyone's. */
	json_object_object_add(object, "ip", frame->flags & STACKANNO_FRAME_IP_HIDDEN ? NULL :
			       frame->name ? address(w, frame->ip) : datum(w, frame->ip));
	json_object_object_add(object, "function", string_or_null(w, frame->name));
	json_object_object_add(object, "module", string_or_null(w, frame->module));
	json_object_object_add(object, "func", address(w, frame->func));
	json_object_object_add(object, "func_size",
			       frame->func_size ? number(frame->func_size) : NULL);
	/* The values in it are hidden in the text form only. */
	json_object_object_add(object, "args", w->describer.redact == STACKANNO_REDACT_NONE ?
			       string_or_null(w, frame->args) : NULL);
}

static struct json_object *frame(struct writer *w, u32 index, const struct stackanno_frame *frame)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "index", number(index));
	json_object_object_add(object, "kind", label_or_null(stackanno_label_frame(frame->kind)));
	json_object_object_add(object, "number", frame->number == STACKANNO_NONE16 ? NULL :
			       number(frame->number));
	add_function(w, frame, object);
	json_object_object_add(object, "ip_slot", address(w, frame->ip_slot));
	json_object_object_add(object, "stack_ip",
			       frame->ip_slot ? datum(w, frame->stack_ip) : NULL);
	json_object_object_add(object, "low", address(w, frame->low));
	json_object_object_add(object, "high", address(w, frame->high));
	json_object_object_add(object, "stack", frame->stack == STACKANNO_NONE16 ? NULL :
			       number(frame->stack));
	json_object_object_add(object, "evidence",
			       label_or_null(stackanno_label_evidence(frame->evidence)));
	json_object_object_add(object, "flags",
			       flag_names(frame_flags, ARRAY_SIZE(frame_flags), frame->flags));
	json_object_object_add(object, "detail", string_or_null(w, frame->detail));
	json_object_object_add(object, "entry", entry(w, frame));
	json_object_object_add(object, "regs", regs(w, frame->regs));
	json_object_object_add(object, "code", code(w, frame->code));
	json_object_object_add(object, "words", words(w, frame));
	return object;
}

static struct json_object *frames(struct writer *w)
{
	struct json_object *array = json_object_new_array();
	struct stackanno_frame entry;
	u32 i;

	for (i = 0; !stackanno_view_frame(w->view, i, &entry); i++)
		json_object_array_add(array, frame(w, i, &entry));
	return array;
}

static struct writer *begin(const struct stackanno_view *view, enum stackanno_redact redact)
{
	struct writer *w = malloc(sizeof(*w));

	if (!w)
		return NULL;
	w->view = view;
	stackanno_describer_begin(&w->describer, view, redact, false);
	return w;
}

struct json_object *json_head(const struct stackanno_view *view)
{
	struct writer *w = begin(view, STACKANNO_REDACT_NONE);
	struct json_object *object;

	if (!w)
		return NULL;
	object = json_object_new_object();
	add_head(w, object);
	free(w);
	return object;
}

struct json_object *json_record(const struct stackanno_view *view, enum stackanno_redact redact)
{
	struct writer *w = begin(view, redact);
	struct json_object *object;

	if (!w)
		return NULL;
	object = json_object_new_object();
	snprintf(w->text, sizeof(w->text), "%u.%u", view->head.version_major,
		 view->head.version_minor);
	json_object_object_add(object, "format", json_object_new_string(w->text));
	add_head(w, object);
	json_object_object_add(object, "task", address(w, view->head.task));
	json_object_object_add(object, "context", contexts(view->head.flags));
	json_object_object_add(object, "fault", fault(w));
	json_object_object_add(object, "stacks", stacks(w));
	json_object_object_add(object, "findings", findings(w));
	json_object_object_add(object, "notes", notes(w));
	json_object_object_add(object, "frames", frames(w));
	free(w);
	return object;
}
