// SPDX-License-Identifier: GPL-2.0-only
#include "argument.h"

#include "arch.h"
#include "frame.h"
#include "ir.h"
#include "text.h"

#define WORD 8
#define POINTER_DIGITS 16
/* Unsigned numbers from here up are addresses, or made of some. */
#define ADDRESS_LEAST (1ULL << 46)
/* The encodings of integers. */
#define INT_SIGNED 1
#define INT_BOOL 4
/* More than any enum has. */
#define ENUMERATORS_MAX 4096

/* What is printed of an argument. */
struct shown {
	struct stackanno_known value;
	struct stackanno_known other;	/* of 0 bytes, unless the two do not agree */
};

static u64 low(u64 value, u32 bytes)
{
	return bytes >= WORD ? value : value & ((1ULL << (8 * bytes)) - 1);
}

/* ---- what two say of one value ---- */

/* Numbers up to here are anywhere: that two of them are equal says little. */
#define COMMON 0x10000

static bool is_telling(const struct stackanno_known *known)
{
	u64 value = low(known->value, known->bytes);

	return value > COMMON && low(~value, known->bytes) > COMMON;
}

/*
 * Whether two that are equal cannot well be wrong both: each is what the code says,
 * but for a doubt that the other does not share, and each was read elsewhere.
 */
static bool is_independent(const struct stackanno_known *a, const struct stackanno_known *b)
{
	return a->evidence <= STACKANNO_EVIDENCE_LIKELY &&
	       b->evidence <= STACKANNO_EVIDENCE_LIKELY && !(a->doubts & b->doubts) &&
	       !((a->doubts | b->doubts) & STACKANNO_DOUBT_FRAME) &&
	       (a->source != b->source || a->source == STACKANNO_NONE) && is_telling(a);
}

/* @wanted: bytes of the argument; what lies above them is nobody's. */
static void combine(struct shown *shown, struct stackanno_known other, u32 wanted)
{
	struct stackanno_known *value = &shown->value;
	u32 both;

	other.bytes = min_t(u32, other.bytes, wanted);
	both = min_t(u32, value->bytes, other.bytes);
	if (!other.bytes)
		return;
	if (!both) {
		*value = other;
	} else if (low(value->value, both) != low(other.value, both)) {
		shown->other = other;
	} else if (value->bytes == other.bytes) {
		bool sure = is_independent(value, &other);

		if (other.evidence < value->evidence)
			*value = other;
		if (sure)
			value->evidence = STACKANNO_EVIDENCE_CERTAIN;
	} else if (other.bytes > value->bytes) {
		*value = other;
	}
}

static struct shown shown_of(const struct stackanno_chain_argument *argument,
			     const struct stackanno_builder *builder,
			     const struct stackanno_frame *frame, u32 wanted)
{
	bool torn = builder->record->flags & STACKANNO_RECORD_TORN;
	struct shown shown = { 0 };
	u32 least;

	combine(&shown, argument->own, wanted);
	combine(&shown, argument->caller, wanted);
	combine(&shown, argument->callee, wanted);
	least = torn || shown.other.bytes ? STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN;
	shown.value.evidence = max_t(u32, shown.value.evidence,
				     max_t(u32, frame->evidence, least));
	return shown;
}

/* ---- values ---- */

static void put(struct stackanno_text *text, const char *string)
{
	stackanno_text_string(text, string);
}

static void put_signed(struct stackanno_text *text, u64 value, u32 bytes)
{
	u64 sign = 1ULL << (8 * bytes - 1);

	value = low(value, bytes);
	if (value & sign) {
		put(text, "-");
		value = low(~value + 1, bytes);
	}
	stackanno_text_decimal(text, value, 0);
}

static void put_unsigned(struct stackanno_text *text, u64 value)
{
	if (value >= ADDRESS_LEAST)
		stackanno_text_hex(text, value, POINTER_DIGITS);
	else
		stackanno_text_decimal(text, value, 0);
}

static u32 word_of(const u8 *bytes)
{
	return bytes[0] | (u32)bytes[1] << 8 | (u32)bytes[2] << 16 | (u32)bytes[3] << 24;
}

static void put_integer(struct stackanno_text *text, const struct stackanno_btf_type *type,
			u64 value)
{
	u32 encoding = word_of(type->more) >> 24 & 0xf;

	if (encoding & INT_BOOL && value <= 1)
		put(text, value ? "true" : "false");
	else if (encoding & INT_SIGNED)
		put_signed(text, value, type->size);
	else
		put_unsigned(text, value);
}

static void put_enum(struct stackanno_text *text, const struct stackanno_btf *btf,
		     const struct stackanno_btf_type *type, u64 value)
{
	struct stackanno_btf_enumerator enumerator;
	u32 i;

	for (i = 0; i < ENUMERATORS_MAX; i++) {
		if (stackanno_btf_enumerator(btf, type, i, &enumerator))
			break;
		if (low((u64)enumerator.value, type->size) != value || !enumerator.name[0])
			continue;
		put(text, enumerator.name);
		return;
	}
	if (type->flag)
		put_signed(text, value, type->size);
	else
		put_unsigned(text, value);
}

static void put_typed(struct stackanno_text *text, const struct stackanno_btf *btf, u32 id,
		      struct stackanno_known value)
{
	struct stackanno_btf_type type;
	u32 size = stackanno_btf_size(btf, id);

	if (stackanno_btf_strip(btf, id, &type) || !size || size > value.bytes) {
		put(text, "?");
		return;
	}
	/* What lies above is nobody's. */
	value.value = low(value.value, size);
	switch (type.kind) {
	case STACKANNO_BTF_INT:
		put_integer(text, &type, value.value);
		break;
	case STACKANNO_BTF_ENUM:
	case STACKANNO_BTF_ENUM64:
		put_enum(text, btf, &type, value.value);
		break;
	default:
		stackanno_text_hex(text, value.value, 2 * size);
		break;
	}
}

/* Without a type: of less than a whole register, the digits that are known. */
static void put_register(struct stackanno_text *text, struct stackanno_known value)
{
	if (value.bytes < WORD)
		put(text, "..");
	stackanno_text_hex(text, low(value.value, value.bytes), 2 * value.bytes);
}

static void put_value(struct stackanno_text *text, const struct stackanno_btf *btf, u32 id,
		      struct stackanno_known value)
{
	if (!value.bytes)
		put(text, "?");
	else if (btf)
		put_typed(text, btf, id, value);
	else
		put_register(text, value);
}

/* An address in a frame of the record: nothing else is that sure to be one. */
static bool put_slot(struct stackanno_text *text, const struct stackanno_builder *builder,
		     struct stackanno_known value)
{
	const struct stackanno_frame *frame;
	u32 index, slot;

	if (value.bytes < WORD)
		return false;
	index = stackanno_frame_find(builder, value.value & ~(u64)(WORD - 1), &slot);
	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame || frame->number == STACKANNO_NONE16)
		return false;
	put(text, " {#");
	stackanno_text_decimal(text, frame->number, 0);
	put(text, "+0x");
	stackanno_text_hex(text, value.value - frame->low, 1);
	put(text, "}");
	return true;
}

static void put_mark(struct stackanno_text *text, u32 evidence)
{
	put(text, evidence == STACKANNO_EVIDENCE_LIKELY ? " ?" :
		  evidence == STACKANNO_EVIDENCE_GUESS ? " ?\?" : "");
}

/* @world: NULL where no type is known. */
static void put_shown(struct stackanno_text *text, const struct stackanno_builder *builder,
		      const struct stackanno_argument_world *world,
		      const struct stackanno_btf *btf, u32 id, const struct shown *shown)
{
	u32 size = btf ? stackanno_btf_size(btf, id) : WORD, begin = text->len;

	put_value(text, btf, id, shown->value);
	if (text->len - begin == 1 && text->buf[begin] == '?')
		return;
	if (shown->other.bytes) {
		put(text, "|");
		put_value(text, btf, id, shown->other);
	} else if (size == WORD && !put_slot(text, builder, shown->value) && world &&
		   shown->value.evidence < STACKANNO_EVIDENCE_GUESS) {
		stackanno_typed_print(world->typed, btf, id, shown->value.value, world->memory,
				      text);
	}
	put_mark(text, shown->value.evidence);
}

/* ---- parameters ---- */

static const char *register_name(u32 number)
{
	u8 reg = stackanno_arch_abi.argument[number];

	return stackanno_arch_register_name(stackanno_arch_register_field(reg));
}

/* A struct that is passed by value in more than one word, the lowest first. */
static void put_words(struct stackanno_text *text, const struct stackanno_chain_frame *entry,
		      const struct stackanno_builder *builder,
		      const struct stackanno_frame *frame,
		      const struct stackanno_parameter_place *place)
{
	u32 evidence = STACKANNO_EVIDENCE_CERTAIN, i;
	struct shown shown;
	bool any = false;

	for (i = 0; i < place->count; i++) {
		shown = shown_of(&entry->argument[place->first + i], builder, frame, WORD);
		put(text, i ? ":" : "");
		if (!shown.value.bytes || shown.other.bytes) {
			put(text, "?");
			continue;
		}
		put_register(text, shown.value);
		evidence = max_t(u32, evidence, shown.value.evidence);
		any = true;
	}
	put_mark(text, any ? evidence : STACKANNO_EVIDENCE_CERTAIN);
}

/* One parameter, of the type and name that it has. */
static void put_parameter(struct stackanno_text *text, const struct stackanno_chain_frame *entry,
			  const struct stackanno_builder *builder,
			  const struct stackanno_frame *frame,
			  const struct stackanno_signature *signature, u32 index,
			  const struct stackanno_argument_world *world)
{
	struct stackanno_parameter_place place = { 0 };
	struct stackanno_btf_parameter parameter;
	struct shown shown = { 0 };
	u32 size;

	if (stackanno_btf_parameter(signature->btf, &signature->prototype, index, &parameter))
		return;
	if (stackanno_parameter_place(signature, index, &place) ||
	    place.first + place.count > STACKANNO_CHAIN_ARGUMENTS)
		place.count = 0;
	put(text, index ? ", " : "");
	if (parameter.name[0])
		put(text, parameter.name);
	else
		put(text, place.count && place.first < stackanno_arch_abi.arguments ?
			  register_name(place.first) : "_");
	put(text, "=");
	if (place.count > 1) {
		put_words(text, entry, builder, frame, &place);
		return;
	}
	size = stackanno_btf_size(signature->btf, parameter.type);
	if (place.count)
		shown = shown_of(&entry->argument[place.first], builder, frame, size);
	put_shown(text, builder, world, signature->btf, parameter.type, &shown);
}

static void put_registers(struct stackanno_text *text, const struct stackanno_chain_frame *entry,
			  const struct stackanno_builder *builder,
			  const struct stackanno_frame *frame)
{
	struct shown shown;
	u32 i, count = 0;

	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		if (entry->argument[i].own.bytes || entry->argument[i].caller.bytes ||
		    entry->argument[i].callee.bytes)
			count = i + 1;
	for (i = 0; i < count; i++) {
		shown = shown_of(&entry->argument[i], builder, frame, WORD);
		put(text, i ? ", " : "");
		put(text, register_name(i));
		put(text, "=");
		put_shown(text, builder, NULL, NULL, 0, &shown);
	}
}

void stackanno_argument_describe(struct stackanno_chain *chain, u32 number,
				 struct stackanno_builder *builder,
				 const struct stackanno_signature *signature,
				 const struct stackanno_argument_world *world)
{
	const struct stackanno_chain_frame *entry;
	struct stackanno_frame *frame;
	struct stackanno_text text;
	u32 i;

	if (number >= chain->frames)
		return;
	entry = &chain->frame[number];
	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, entry->index);
	if (!frame)
		return;
	stackanno_text_begin(&text, chain->text, sizeof(chain->text));
	if (!signature) {
		put_registers(&text, entry, builder, frame);
	} else {
		for (i = 0; i < signature->prototype.parameters && !text.cut; i++)
			put_parameter(&text, entry, builder, frame, signature, i, world);
		if (signature->prototype.variadic)
			put(&text, ", ...");
	}
	frame->args = stackanno_builder_string(builder, chain->text, text.len);
}
