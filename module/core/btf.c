// SPDX-License-Identifier: GPL-2.0-only
#include "btf.h"

#define MAGIC 0xeb9f
#define HEADER_BYTES 24		/* up to the strings' length */
#define LAYOUT_AT 24		/* offset and length of the layouts, in longer headers */
#define LAYOUT_BYTES 4
#define TYPE_BYTES 12
#define MEMBER_BYTES 12
#define PARAMETER_BYTES 8
#define ARRAY_BYTES 12
#define ENUM_BYTES 8
#define ENUM64_BYTES 12
/* Steps along a list of names, which holds two of them mostly. */
#define LIST_MAX 4096
/* Functions of one name, static in many files. */
#define SAME_MAX 256

struct sections {
	const u8 *types, *layouts;
	const char *strings;
	u32 type_bytes, string_bytes, layout_bytes;
};

/* What follows a type: once, and for each of its vlen. */
static const struct {
	u8 once, each;
} tails[] = {
	[STACKANNO_BTF_VOID] = { 0, 0 },
	[STACKANNO_BTF_INT] = { 4, 0 },
	[STACKANNO_BTF_PTR] = { 0, 0 },
	[STACKANNO_BTF_ARRAY] = { ARRAY_BYTES, 0 },
	[STACKANNO_BTF_STRUCT] = { 0, MEMBER_BYTES },
	[STACKANNO_BTF_UNION] = { 0, MEMBER_BYTES },
	[STACKANNO_BTF_ENUM] = { 0, ENUM_BYTES },
	[STACKANNO_BTF_FWD] = { 0, 0 },
	[STACKANNO_BTF_TYPEDEF] = { 0, 0 },
	[STACKANNO_BTF_VOLATILE] = { 0, 0 },
	[STACKANNO_BTF_CONST] = { 0, 0 },
	[STACKANNO_BTF_RESTRICT] = { 0, 0 },
	[STACKANNO_BTF_FUNC] = { 0, 0 },
	[STACKANNO_BTF_FUNC_PROTO] = { 0, PARAMETER_BYTES },
	[STACKANNO_BTF_VAR] = { 4, 0 },
	[STACKANNO_BTF_DATASEC] = { 0, 12 },
	[STACKANNO_BTF_FLOAT] = { 0, 0 },
	[STACKANNO_BTF_DECL_TAG] = { 4, 0 },
	[STACKANNO_BTF_TYPE_TAG] = { 0, 0 },
	[STACKANNO_BTF_ENUM64] = { 0, ENUM64_BYTES },
};
static_assert(ARRAY_SIZE(tails) == STACKANNO_BTF_KINDS);

static u32 word_at(const u8 *bytes)
{
	u32 word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static u32 kind_of(const u8 *type)
{
	return word_at(type + 4) >> 24 & 0x7f;
}

static u32 vlen_of(const u8 *type)
{
	return word_at(type + 4) & 0xffffff;
}

/* ---- sections ---- */

static int take_section(const u8 *blob, u32 size, u32 header, u32 at, const u8 **bytes, u32 *len)
{
	u64 begin = (u64)header + word_at(blob + at), end = begin + word_at(blob + at + 4);

	if (end > size)
		return -EINVAL;
	*bytes = blob + begin;
	*len = (u32)(end - begin);
	return 0;
}

static int take_sections(const u8 *blob, u32 size, struct sections *sections)
{
	const u8 *strings;
	u32 header;
	u16 magic;

	memset(sections, 0, sizeof(*sections));
	if (!blob || size < HEADER_BYTES)
		return -EINVAL;
	memcpy(&magic, blob, sizeof(magic));
	header = word_at(blob + 4);
	if (magic != MAGIC || blob[2] != 1 || header < HEADER_BYTES || header > size)
		return -EINVAL;
	if (take_section(blob, size, header, 8, &sections->types, &sections->type_bytes) ||
	    take_section(blob, size, header, 16, &strings, &sections->string_bytes))
		return -EINVAL;
	sections->strings = (const char *)strings;
	/* The last name ends with the section. */
	if (!sections->string_bytes || strings[sections->string_bytes - 1])
		return -EINVAL;
	if (header >= LAYOUT_AT + 8 &&
	    take_section(blob, size, header, LAYOUT_AT, &sections->layouts,
			 &sections->layout_bytes))
		return -EINVAL;
	return 0;
}

/* Return: bytes of the type at @at; 0 when it is cut off, or nobody knows. */
static u32 type_bytes(const struct sections *sections, u32 at)
{
	const u8 *type = sections->types + at, *layout;
	u32 left = sections->type_bytes - at, kind, once, each;
	u64 bytes;

	if (left < TYPE_BYTES)
		return 0;
	kind = kind_of(type);
	if (kind < STACKANNO_BTF_KINDS) {
		once = tails[kind].once;
		each = tails[kind].each;
	} else {
		if (kind >= sections->layout_bytes / LAYOUT_BYTES)
			return 0;
		layout = sections->layouts + kind * LAYOUT_BYTES;
		once = layout[0];
		each = layout[1];
	}
	bytes = TYPE_BYTES + once + (u64)each * vlen_of(type);
	return bytes <= left ? (u32)bytes : 0;
}

/* What is looked up by its name, beside functions. */
static bool is_declared(const u8 *type)
{
	switch (kind_of(type)) {
	case STACKANNO_BTF_STRUCT:
	case STACKANNO_BTF_ENUM:
	case STACKANNO_BTF_ENUM64:
		return word_at(type);
	default:
		return false;
	}
}

static bool is_function(const u8 *type)
{
	return kind_of(type) == STACKANNO_BTF_FUNC;
}

/* Lists by hash of so many names, two in each: a power of 2. */
static u32 lists_for(u32 names)
{
	u32 lists = 1;

	while (lists < names / 2)
		lists *= 2;
	return lists;
}

int stackanno_btf_measure(const void *blob, u32 size, u32 *words)
{
	u32 at = 0, bytes, types = 0, names = 0;
	struct sections sections;

	if (take_sections(blob, size, &sections))
		return -EINVAL;
	for (; (bytes = type_bytes(&sections, at)); at += bytes, types++)
		names += is_function(sections.types + at) || is_declared(sections.types + at);
	/* Each type's offset; a name's id and the next of its list; the lists' heads. */
	*words = types + 2 * names + lists_for(names);
	return 0;
}

/* ---- types ---- */

static const char *string_at(const struct stackanno_btf *btf, u32 offset)
{
	while (btf && offset < btf->first_string)
		btf = btf->base;
	if (!btf || offset - btf->first_string >= btf->string_bytes)
		return "";
	return btf->strings + (offset - btf->first_string);
}

int stackanno_btf_type(const struct stackanno_btf *btf, u32 id, struct stackanno_btf_type *type)
{
	const struct stackanno_btf *names = btf;
	const u8 *bytes;

	memset(type, 0, sizeof(*type));
	type->name = "";
	if (!id)
		return 0;
	while (btf && id < btf->first_id)
		btf = btf->base;
	if (!btf || id - btf->first_id >= btf->count)
		return -ENOENT;
	bytes = btf->types + btf->offset[id - btf->first_id];
	type->id = id;
	type->kind = kind_of(bytes);
	type->vlen = vlen_of(bytes);
	type->flag = word_at(bytes + 4) >> 31;
	type->size = word_at(bytes + 8);
	type->name = string_at(names, word_at(bytes));
	type->more = bytes + TYPE_BYTES;
	return 0;
}

static bool is_qualifier(u32 kind)
{
	return kind == STACKANNO_BTF_TYPEDEF || kind == STACKANNO_BTF_VOLATILE ||
	       kind == STACKANNO_BTF_CONST || kind == STACKANNO_BTF_RESTRICT ||
	       kind == STACKANNO_BTF_TYPE_TAG;
}

int stackanno_btf_strip(const struct stackanno_btf *btf, u32 id, struct stackanno_btf_type *type)
{
	u32 depth;

	for (depth = 0; depth < STACKANNO_BTF_DEPTH; depth++) {
		if (stackanno_btf_type(btf, id, type))
			return -ENOENT;
		if (!is_qualifier(type->kind))
			return 0;
		id = type->size;
	}
	return -ELOOP;
}

int stackanno_btf_element(const struct stackanno_btf_type *type, u32 *element, u32 *count)
{
	if (type->kind != STACKANNO_BTF_ARRAY)
		return -EINVAL;
	*element = word_at(type->more);
	*count = word_at(type->more + 8);
	return 0;
}

u32 stackanno_btf_size(const struct stackanno_btf *btf, u32 id)
{
	struct stackanno_btf_type type;
	u32 depth, count;
	u64 times = 1;

	for (depth = 0; depth < STACKANNO_BTF_DEPTH; depth++) {
		if (stackanno_btf_strip(btf, id, &type))
			return 0;
		switch (type.kind) {
		case STACKANNO_BTF_ARRAY:
			stackanno_btf_element(&type, &id, &count);
			times *= count;
			if (times > 0xffffffffU)
				return 0;
			break;
		case STACKANNO_BTF_PTR:
			times *= sizeof(u64);
			return times > 0xffffffffU ? 0 : (u32)times;
		case STACKANNO_BTF_INT:
		case STACKANNO_BTF_STRUCT:
		case STACKANNO_BTF_UNION:
		case STACKANNO_BTF_ENUM:
		case STACKANNO_BTF_FLOAT:
		case STACKANNO_BTF_ENUM64:
			times *= type.size;
			return times > 0xffffffffU ? 0 : (u32)times;
		default:
			return 0;
		}
	}
	return 0;
}

/* ---- names ---- */

static const char *named(const struct stackanno_btf *btf, u32 index)
{
	return string_at(btf, word_at(btf->types + btf->offset[btf->named[index] - btf->first_id]));
}

/* FNV-1a. */
static u32 hash_of(const char *name)
{
	u32 hash = 0x811c9dc5;

	for (; *name; name++)
		hash = (hash ^ (u8)*name) * 0x01000193;
	return hash;
}

static u32 *head_of(const struct stackanno_btf *btf, const char *name)
{
	return &btf->head[hash_of(name) & (lists_for(btf->names) - 1)];
}

static void add_names(struct stackanno_btf *btf, bool (*is_one)(const u8 *type))
{
	u32 i;

	for (i = 0; i < btf->count; i++)
		if (is_one(btf->types + btf->offset[i]))
			btf->named[btf->names++] = btf->first_id + i;
}

/* From the last on, so that a list has them in the order of their ids. */
static void link_names(const struct stackanno_btf *btf)
{
	u32 i, *head;

	for (i = 0; i < lists_for(btf->names); i++)
		btf->head[i] = STACKANNO_BTF_NONE;
	for (i = btf->names; i-- > 0;) {
		head = head_of(btf, named(btf, i));
		btf->next[i] = *head;
		*head = i;
	}
}

int stackanno_btf_open(const void *blob, u32 size, const struct stackanno_btf *base,
		       u32 *memory, u32 words, struct stackanno_btf *btf)
{
	struct sections sections;
	u32 at, bytes, needed;

	if (stackanno_btf_measure(blob, size, &needed) || take_sections(blob, size, &sections))
		return -EINVAL;
	if (needed > words)
		return -ENOSPC;
	*btf = (struct stackanno_btf){
		.base = base, .types = sections.types, .strings = sections.strings,
		.type_bytes = sections.type_bytes, .string_bytes = sections.string_bytes,
		.first_id = base ? base->first_id + base->count : 1,
		.first_string = base ? base->first_string + base->string_bytes : 0,
		.offset = memory };
	for (at = 0; (bytes = type_bytes(&sections, at)); at += bytes)
		btf->offset[btf->count++] = at;
	btf->whole = at == sections.type_bytes;
	btf->named = memory + btf->count;
	add_names(btf, is_function);
	btf->functions = btf->names;
	add_names(btf, is_declared);
	btf->next = btf->named + btf->names;
	btf->head = btf->next + btf->names;
	link_names(btf);
	return 0;
}

/* The next of a list from @index on, which has a name and is a function, or is not. */
static u32 find_named(const struct stackanno_btf *btf, u32 index, const char *name, bool function)
{
	u32 steps;

	for (steps = 0; index != STACKANNO_BTF_NONE && steps < LIST_MAX; steps++) {
		if ((index < btf->functions) == function && !strcmp(named(btf, index), name))
			return index;
		index = btf->next[index];
	}
	return STACKANNO_BTF_NONE;
}

u32 stackanno_btf_named(const struct stackanno_btf *btf, const char *name)
{
	return find_named(btf, *head_of(btf, name), name, true);
}

u32 stackanno_btf_declared(const struct stackanno_btf *btf, const char *name, u32 after)
{
	u32 index = find_named(btf, *head_of(btf, name), name, false);

	while (index != STACKANNO_BTF_NONE && btf->named[index] <= after)
		index = find_named(btf, btf->next[index], name, false);
	return index == STACKANNO_BTF_NONE ? 0 : btf->named[index];
}

/* ---- functions ---- */

static int prototype_of(const struct stackanno_btf *btf, u32 function,
			struct stackanno_btf_prototype *prototype)
{
	struct stackanno_btf_type type;
	const u8 *last;

	if (stackanno_btf_type(btf, function, &type) ||
	    stackanno_btf_type(btf, type.size, &type) ||
	    type.kind != STACKANNO_BTF_FUNC_PROTO)
		return -EINVAL;
	*prototype = (struct stackanno_btf_prototype){
		.id = type.id, .result = type.size, .parameters = type.vlen, .functions = 1 };
	if (!type.vlen)
		return 0;
	/* What has no name and no type stands for the dots. */
	last = type.more + (type.vlen - 1) * PARAMETER_BYTES;
	if (!word_at(last) && !word_at(last + 4)) {
		prototype->variadic = true;
		prototype->parameters--;
	}
	return 0;
}

int stackanno_btf_parameter(const struct stackanno_btf *btf,
			    const struct stackanno_btf_prototype *prototype, u32 index,
			    struct stackanno_btf_parameter *parameter)
{
	struct stackanno_btf_type type;

	if (index >= prototype->parameters || stackanno_btf_type(btf, prototype->id, &type) ||
	    type.kind != STACKANNO_BTF_FUNC_PROTO || index >= type.vlen)
		return -ENOENT;
	parameter->name = prototype->unnamed ? "" :
		string_at(btf, word_at(type.more + index * PARAMETER_BYTES));
	parameter->type = word_at(type.more + index * PARAMETER_BYTES + 4);
	return 0;
}

/* Whether the types agree; where only the names do not, @a loses them. */
static bool is_same(const struct stackanno_btf *btf, struct stackanno_btf_prototype *a,
		    const struct stackanno_btf_prototype *b)
{
	struct stackanno_btf_parameter x, y;
	u32 i;

	if (a->id == b->id)
		return true;
	if (a->result != b->result || a->parameters != b->parameters ||
	    a->variadic != b->variadic)
		return false;
	for (i = 0; i < a->parameters; i++) {
		if (stackanno_btf_parameter(btf, a, i, &x) ||
		    stackanno_btf_parameter(btf, b, i, &y) || x.type != y.type)
			return false;
		a->unnamed |= strcmp(x.name, y.name) != 0;
	}
	return true;
}

int stackanno_btf_function(const struct stackanno_btf *btf, const char *name,
			   struct stackanno_btf_prototype *prototype)
{
	u32 index = stackanno_btf_named(btf, name);
	struct stackanno_btf_prototype other;
	int ret;

	if (index == STACKANNO_BTF_NONE)
		return -ENOENT;
	ret = prototype_of(btf, btf->named[index], prototype);
	prototype->first = index;
	while (!ret && (index = find_named(btf, btf->next[index], name, true)) !=
		       STACKANNO_BTF_NONE) {
		/* So many agree on nothing that helps. */
		if (prototype->functions == SAME_MAX)
			return -EEXIST;
		ret = prototype_of(btf, btf->named[index], &other);
		if (!ret && !is_same(btf, prototype, &other))
			ret = -EEXIST;
		prototype->functions++;
	}
	return ret;
}

/* ---- members ---- */

int stackanno_btf_member(const struct stackanno_btf *btf, const struct stackanno_btf_type *type,
			 u32 index, struct stackanno_btf_member *member)
{
	const u8 *bytes;

	if ((type->kind != STACKANNO_BTF_STRUCT && type->kind != STACKANNO_BTF_UNION) ||
	    index >= type->vlen)
		return -ENOENT;
	bytes = type->more + index * MEMBER_BYTES;
	member->name = string_at(btf, word_at(bytes));
	member->type = word_at(bytes + 4);
	member->bit = word_at(bytes + 8);
	member->bits = 0;
	if (type->flag) {
		member->bits = member->bit >> 24;
		member->bit &= 0xffffff;
	}
	return 0;
}

int stackanno_btf_enumerator(const struct stackanno_btf *btf,
			     const struct stackanno_btf_type *type, u32 index,
			     struct stackanno_btf_enumerator *enumerator)
{
	bool wide = type->kind == STACKANNO_BTF_ENUM64;
	const u8 *bytes;
	u64 value;

	if ((type->kind != STACKANNO_BTF_ENUM && !wide) || index >= type->vlen)
		return -ENOENT;
	bytes = type->more + index * (wide ? ENUM64_BYTES : ENUM_BYTES);
	value = word_at(bytes + 4);
	enumerator->name = string_at(btf, word_at(bytes));
	enumerator->value = wide ? (s64)(value | (u64)word_at(bytes + 8) << 32) : (s64)(s32)value;
	return 0;
}

/* ---- names ---- */

/* The type at the bottom, which has a name or is a function. */
static void add_bottom(struct stackanno_text *text, const struct stackanno_btf_type *type)
{
	static const char * const words[STACKANNO_BTF_KINDS] = {
		[STACKANNO_BTF_STRUCT] = "struct ", [STACKANNO_BTF_UNION] = "union ",
		[STACKANNO_BTF_ENUM] = "enum ", [STACKANNO_BTF_ENUM64] = "enum ",
		[STACKANNO_BTF_FWD] = "struct " };

	if (type->kind == STACKANNO_BTF_FWD && type->flag)
		stackanno_text_string(text, "union ");
	else if (type->kind < STACKANNO_BTF_KINDS && words[type->kind])
		stackanno_text_string(text, words[type->kind]);
	if (type->kind == STACKANNO_BTF_VOID)
		stackanno_text_string(text, "void");
	else if (type->kind == STACKANNO_BTF_FUNC_PROTO)
		stackanno_text_string(text, "function");
	else
		stackanno_text_string(text, type->name[0] ? type->name : "(unnamed)");
}

static void add_layer(struct stackanno_text *text, const struct stackanno_btf_type *type, u32 inner)
{
	u32 element, count;

	switch (type->kind) {
	case STACKANNO_BTF_PTR:
		stackanno_text_string(text, inner == STACKANNO_BTF_PTR ? "*" : " *");
		break;
	case STACKANNO_BTF_CONST:
		stackanno_text_string(text, inner == STACKANNO_BTF_PTR ? "const" : " const");
		break;
	case STACKANNO_BTF_VOLATILE:
		stackanno_text_string(text, inner == STACKANNO_BTF_PTR ? "volatile" : " volatile");
		break;
	case STACKANNO_BTF_ARRAY:
		stackanno_btf_element(type, &element, &count);
		stackanno_text_string(text, "[");
		stackanno_text_decimal(text, count, 0);
		stackanno_text_string(text, "]");
		break;
	}
}

void stackanno_btf_print(const struct stackanno_btf *btf, u32 id, struct stackanno_text *text)
{
	struct stackanno_btf_type type;
	u32 chain[STACKANNO_BTF_DEPTH], depth = 0, inner, count;

	for (;;) {
		if (stackanno_btf_type(btf, id, &type) || depth == STACKANNO_BTF_DEPTH) {
			stackanno_text_string(text, "?");
			return;
		}
		if (type.kind == STACKANNO_BTF_TYPEDEF ||
		    (type.kind != STACKANNO_BTF_PTR && type.kind != STACKANNO_BTF_ARRAY &&
		     !is_qualifier(type.kind)))
			break;
		chain[depth++] = id;
		if (type.kind == STACKANNO_BTF_ARRAY)
			stackanno_btf_element(&type, &id, &count);
		else
			id = type.size;
	}
	/* C puts a qualifier of what has the name before it. */
	while (depth && !stackanno_btf_type(btf, chain[depth - 1], &type) &&
	       is_qualifier(type.kind)) {
		if (type.kind == STACKANNO_BTF_CONST)
			stackanno_text_string(text, "const ");
		else if (type.kind == STACKANNO_BTF_VOLATILE)
			stackanno_text_string(text, "volatile ");
		depth--;
	}
	stackanno_btf_type(btf, id, &type);
	add_bottom(text, &type);
	for (inner = type.kind; depth > 0; depth--) {
		stackanno_btf_type(btf, chain[depth - 1], &type);
		add_layer(text, &type, inner);
		inner = type.kind;
	}
}
