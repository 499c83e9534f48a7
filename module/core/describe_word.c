// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "describe_word.h"
#include "label.h"
#include "literal.h"
#include "put.h"

#define EXPRESSION_MAX	96
#define VALUE_DIGITS	16
#define PAGE_BITS	12

static void put_value(struct stackanno_describer *d, const struct stackanno_word *word,
		      struct stackanno_text *text)
{
	if (word->flags & STACKANNO_WORD_UNREADABLE)
		stackanno_text_fill(text, '?', VALUE_DIGITS);
	else if (stackanno_describer_hides_word(d, word))
		stackanno_put_hidden(text);
	else
		stackanno_text_hex(text, word->value, VALUE_DIGITS);
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
	case STACKANNO_ROLE_BUFFER:
		put(text, stackanno_label_role(word->role));
		if (word->arg) {
			put(text, "+");
			put_hex(text, word->arg * 8U);
		}
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
	stackanno_put_name(d, d->meaning.name, text);
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
	stackanno_put_phrase(d, d->meaning.name, text);
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
	stackanno_put_module(d, d->meaning.module, text);
	if (d->meaning.kind == STACKANNO_MEANING_PERCPU && d->meaning.aux != STACKANNO_NONE) {
		put(text, " cpu ");
		put_decimal(text, d->meaning.aux);
	}
}

/* `+0x18`, `-0x18`, or nothing: a field of what is pointed at, or what holds it. */
static void put_distance(s64 offset, struct stackanno_text *text)
{
	if (!offset)
		return;
	put(text, offset < 0 ? "-" : "+");
	put_hex(text, offset < 0 ? 0 - (u64)offset : (u64)offset);
}

/* `-ENOMEM`, `int -EINVAL` */
static void put_errno(struct stackanno_describer *d, struct stackanno_text *text)
{
	const char *name = stackanno_literal_errno(d->meaning.aux);

	if (d->meaning.size == sizeof(u32))
		put(text, "int ");
	if (!stackanno_describer_spells(d, &d->meaning)) {
		put(text, stackanno_label_meaning(d->meaning.kind));
		return;
	}
	put(text, "-");
	if (name)
		put(text, name);
	else
		put_decimal(text, d->meaning.aux);
}

/* `poison slab free+0x18` */
static void put_poison(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, stackanno_label_meaning(d->meaning.kind));
	if (!stackanno_describer_spells(d, &d->meaning))
		return;
	put(text, " ");
	stackanno_put_phrase(d, d->meaning.name, text);
	put_distance((s64)d->meaning.offset, text);
}

/* The characters are the value itself: they are shown where that may be. */
static void put_characters(struct stackanno_describer *d, struct stackanno_text *text)
{
	if (!stackanno_describer_spells(d, &d->meaning)) {
		put(text, "characters");
		return;
	}
	put(text, "\"");
	stackanno_put_phrase(d, d->meaning.name, text);
	put(text, "\"");
}

static void put_flipped(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, "bit ");
	put_decimal(text, d->meaning.aux);
	put(text, " flipped");
	if (d->meaning.name)
		put(text, ": ");
	stackanno_put_phrase(d, d->meaning.name, text);
}

/* `task sh/159+0x10`, `stack of sh/159+0x10` */
static void put_task(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, d->meaning.kind == STACKANNO_MEANING_TASK ? "task " : "stack of ");
	stackanno_put_phrase(d, d->meaning.name, text);
	put(text, "/");
	put_decimal(text, d->meaning.aux);
	put_distance((s64)d->meaning.offset, text);
}

/* `slab dentry+0x20 allocated`; how large it is where the address lies behind it. */
static void put_object(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, stackanno_label_meaning(d->meaning.kind));
	if (!d->meaning.name) {
		put(text, " guard");
		return;
	}
	put(text, " ");
	stackanno_put_phrase(d, d->meaning.name, text);
	put(text, "+");
	put_hex(text, d->meaning.offset);
	if (d->meaning.size && d->meaning.offset >= d->meaning.size) {
		put(text, " of ");
		put_hex(text, d->meaning.size);
	}
	if (d->meaning.aux == STACKANNO_OBJECT_ALLOCATED ||
	    d->meaning.aux == STACKANNO_OBJECT_FREE) {
		put(text, " ");
		put(text, stackanno_label_object(d->meaning.aux));
	}
}

/* `vmalloc+0x1f8 of 0x4000 by dup_task_struct+0x61` */
static void put_area(struct stackanno_describer *d, struct stackanno_text *text)
{
	const char *word = stackanno_label_area(d->meaning.aux);

	put(text, word ? word : stackanno_label_area(STACKANNO_AREA_UNKNOWN));
	put(text, "+");
	put_hex(text, d->meaning.offset);
	put(text, " of ");
	put_hex(text, d->meaning.size);
	if (!d->meaning.name)
		return;
	put(text, " by ");
	stackanno_put_phrase(d, d->meaning.name, text);
	stackanno_put_module(d, d->meaning.module, text);
}

/* `user libc.so.6+0x1234`: where in the file shows what the value's last digits are. */
static void put_user(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, stackanno_label_meaning(d->meaning.kind));
	if (!d->meaning.name)
		return;
	put(text, " ");
	stackanno_put_phrase(d, d->meaning.name, text);
	if (d->meaning.offset && stackanno_describer_spells(d, &d->meaning)) {
		put(text, "+");
		put_hex(text, d->meaning.offset);
	}
}

/* Where a page lies in memory gives away where the direct map begins. */
static void put_page(struct stackanno_describer *d, struct stackanno_text *text)
{
	if (!stackanno_describer_spells(d, &d->meaning)) {
		put(text, stackanno_label_meaning(d->meaning.kind));
		return;
	}
	if (d->meaning.kind == STACKANNO_MEANING_VMEMMAP)
		put(text, "struct page of ");
	put(text, "pfn ");
	put_hex(text, d->meaning.offset >> PAGE_BITS);
	put(text, "+");
	put_hex(text, d->meaning.offset & ((1U << PAGE_BITS) - 1));
	if (!d->meaning.name)
		return;
	put(text, " ");
	stackanno_put_phrase(d, d->meaning.name, text);
}

static void put_shadow(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, stackanno_label_meaning(d->meaning.kind));
	if (!stackanno_describer_spells(d, &d->meaning))
		return;
	put(text, " of ");
	stackanno_text_hex(text, d->meaning.offset, VALUE_DIGITS);
}

static void put_changed_value(struct stackanno_describer *d, u64 value,
			      struct stackanno_text *text)
{
	if (stackanno_describer_spells(d, &d->meaning))
		stackanno_text_hex(text, value, VALUE_DIGITS);
	else
		stackanno_put_hidden(text);
}

static void put_changed(struct stackanno_describer *d, struct stackanno_text *text)
{
	put(text, "was ");
	put_changed_value(d, d->meaning.size, text);
	put(text, ", now ");
	put_changed_value(d, d->meaning.offset, text);
}

/* A meaning in words of its own; an empty one would not be seen. */
static void put_meaning_name(struct stackanno_describer *d, struct stackanno_text *text)
{
	if (d->meaning.name)
		stackanno_put_phrase(d, d->meaning.name, text);
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
		stackanno_put_string(d, d->meaning.module, STACKANNO_ESCAPE_NAME,
				     STACKANNO_PUT_MODULE, text);
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
	case STACKANNO_MEANING_ERRNO:
		put_errno(d, text);
		break;
	case STACKANNO_MEANING_POISON:
		put_poison(d, text);
		break;
	case STACKANNO_MEANING_STRING:
		put_characters(d, text);
		break;
	case STACKANNO_MEANING_FLIPPED:
		put_flipped(d, text);
		break;
	case STACKANNO_MEANING_TASK:
	case STACKANNO_MEANING_TASK_STACK:
		put_task(d, text);
		break;
	case STACKANNO_MEANING_DIRECT_MAP:
	case STACKANNO_MEANING_VMEMMAP:
		put_page(d, text);
		break;
	case STACKANNO_MEANING_KASAN_SHADOW:
		put_shadow(d, text);
		break;
	case STACKANNO_MEANING_NUMBER:
		put_decimal(text, d->meaning.offset);
		break;
	case STACKANNO_MEANING_NO_SYSCALL:
	case STACKANNO_MEANING_VMALLOC:
	case STACKANNO_MEANING_MODULE_AREA:
	case STACKANNO_MEANING_FIXMAP:
	case STACKANNO_MEANING_CPU_ENTRY_AREA:
		put(text, stackanno_label_meaning(d->meaning.kind));
		break;
	case STACKANNO_MEANING_CHANGED:
		put_changed(d, text);
		break;
	case STACKANNO_MEANING_USER:
		put_user(d, text);
		break;
	case STACKANNO_MEANING_SLAB:
	case STACKANNO_MEANING_KFENCE:
		put_object(d, text);
		break;
	case STACKANNO_MEANING_AREA:
		put_area(d, text);
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
		u32 next = d->meaning.next;

		if (i)
			put(text, ", ");
		if (i == STACKANNO_MEANINGS_SHOWN) {
			put(text, "...");
			break;
		}
		put_meaning(d, text);
		if (role)
			stackanno_put_mark(evidence, text);
		else
			*weakest = max(*weakest, evidence);
		index = stackanno_describer_shown(d, next);
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
	u32 meaning = stackanno_describer_shown(d, word->meaning);
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
		meaning = stackanno_describer_shown(d, meaning);
	}
	if (word->expression) {
		put(text, "=");
		stackanno_put_string(d, word->expression, STACKANNO_ESCAPE_WORD,
				     EXPRESSION_MAX, text);
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
	stackanno_put_mark(evidence, text);
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
	stackanno_put_module(d, d->meaning.module, text);
	return true;
}
