// SPDX-License-Identifier: GPL-2.0-only
#include "expression.h"

#include "arch.h"
#include "ir.h"
#include "member.h"
#include "origin.h"
#include "parameter.h"
#include "../uapi/stackanno.h"

#define WORD 8
#define WHOLE 3

/* ---- from code to loads ---- */

/* Whether a constant may be added to it as to a number of 64 bits. */
static bool is_whole(struct stackanno_value value)
{
	return value.width == WHOLE;
}

/* The address that a load goes to, as one value and an offset. */
static int address_of(const struct stackanno_origin *origin, struct stackanno_value *base,
		      s64 *offset)
{
	struct stackanno_value index = origin->index;

	*base = origin->base;
	*offset = origin->disp;
	if (base->kind == STACKANNO_VALUE_CONST && origin->scale == 1) {
		*base = origin->index;
		index = origin->base;
	}
	if (index.kind != STACKANNO_VALUE_CONST || !is_whole(index) || !is_whole(*base))
		return -ENOENT;
	*offset += (s64)index.offset * origin->scale + base->offset;
	return 0;
}

/*
 * What the compiler makes of current:
 *	mov	%gs:current_task,%rax
 */
static bool is_current(const struct stackanno_flow *flow, const struct stackanno_origin *origin,
		       struct stackanno_value value)
{
	return flow->ops->current_task && origin->foreign && origin->from == WORD &&
	       is_whole(value) && origin->base.kind == STACKANNO_VALUE_CONST &&
	       origin->index.kind == STACKANNO_VALUE_CONST && !origin->base.offset &&
	       !origin->index.offset && (u64)origin->disp == flow->ops->current_task;
}

/* Return: 1 for current; 0 for what @load is of, which @value is then. */
static int follow_load(struct stackanno_flow *flow, struct stackanno_value *value,
		       struct stackanno_expression_load *load)
{
	struct stackanno_origin origin;

	if (stackanno_origin_find(flow, *value, &origin) ||
	    origin.kind != STACKANNO_ORIGIN_LOAD)
		return -ENOENT;
	if (origin.foreign)
		return is_current(flow, &origin, *value) ? 1 : -ENOENT;
	*load = (struct stackanno_expression_load){ .from = origin.from, .sign = origin.sign };
	/* Extended to half a word only, a sign ends there. */
	if (origin.sign && origin.size < WORD)
		return -ENOENT;
	/* What was cut off again: the low bytes of the load. */
	if (1U << value->width < WORD) {
		if (value->sext || value->offset || origin.sign ||
		    1U << value->width < origin.from)
			return -ENOENT;
	}
	return address_of(&origin, value, &load->offset);
}

/* Loads are found last to first. */
static void reverse(struct stackanno_expression *expression)
{
	struct stackanno_expression_load swap;
	u32 i, other;

	for (i = 0; i < expression->loads / 2U; i++) {
		other = expression->loads - 1U - i;
		swap = expression->load[i];
		expression->load[i] = expression->load[other];
		expression->load[other] = swap;
	}
}

/* The number of the argument that an entry value is. */
static int number_of(struct stackanno_value value, u8 *number)
{
	u32 i;

	if (value.kind == STACKANNO_VALUE_PASSED && value.id < 0xff - STACKANNO_IR_ARGUMENTS) {
		*number = (u8)(stackanno_arch_abi.arguments + value.id);
		return 0;
	}
	if (value.kind != STACKANNO_VALUE_ENTRY)
		return -ENOENT;
	for (i = 0; i < stackanno_arch_abi.arguments; i++) {
		if (stackanno_arch_abi.argument[i] != value.id)
			continue;
		*number = (u8)i;
		return 0;
	}
	return -ENOENT;
}

int stackanno_expression_trace(struct stackanno_flow *flow, struct stackanno_value value,
			       struct stackanno_expression *expression)
{
	int ret;

	memset(expression, 0, sizeof(*expression));
	expression->evidence = STACKANNO_EVIDENCE_CERTAIN;
	expression->offset = value.offset;
	while (value.kind == STACKANNO_VALUE_RESULT) {
		if (value.soft)
			expression->evidence = STACKANNO_EVIDENCE_LIKELY;
		if (expression->loads == STACKANNO_EXPRESSION_LOADS)
			return -E2BIG;
		ret = follow_load(flow, &value, &expression->load[expression->loads]);
		if (ret > 0) {
			expression->argument = STACKANNO_EXPRESSION_CURRENT;
			expression->bytes = WORD;
			reverse(expression);
			return 0;
		}
		if (ret)
			return ret;
		expression->loads++;
	}
	if (!is_whole(value) && (value.sext || value.offset))
		return -ENOENT;
	if (value.soft)
		expression->evidence = STACKANNO_EVIDENCE_LIKELY;
	if (number_of(value, &expression->argument))
		return -ENOENT;
	expression->bytes = (u8)(1U << value.width);
	reverse(expression);
	return 0;
}

/* ---- from loads to text ---- */

static void root_current(const struct stackanno_signature *signature,
			 struct stackanno_expression_root *root)
{
	const struct stackanno_btf *btf = signature ? signature->btf : NULL;

	*root = (struct stackanno_expression_root){ .name = "current", .points = true };
	/* A module's types build on the kernel's. */
	if (btf && btf->base)
		btf = btf->base;
	if (btf)
		root->type = stackanno_btf_declared(btf, "task_struct", 0);
	if (root->type)
		root->btf = signature->btf;
}

int stackanno_expression_root(const struct stackanno_signature *signature, u32 number,
			      struct stackanno_expression_root *root)
{
	struct stackanno_parameter_place place;
	struct stackanno_btf_parameter parameter;
	u32 i;

	if (number == STACKANNO_EXPRESSION_CURRENT) {
		root_current(signature, root);
		return 0;
	}
	*root = (struct stackanno_expression_root){ .name = "" };
	if (number < stackanno_arch_abi.arguments)
		root->name = stackanno_arch_register_name(stackanno_arch_register_field(
			stackanno_arch_abi.argument[number]));
	for (i = 0; signature && i < signature->prototype.parameters; i++) {
		if (stackanno_parameter_place(signature, i, &place))
			return -ENOENT;
		if (place.first != number)
			continue;
		if (place.count != 1 ||
		    stackanno_btf_parameter(signature->btf, &signature->prototype, i, &parameter))
			return -ENOENT;
		if (parameter.name[0])
			root->name = parameter.name;
		root->btf = signature->btf;
		root->type = parameter.type;
		break;
	}
	return !root->name[0] || (signature && !root->btf) ? -ENOENT : 0;
}

/* An expression under way. */
struct writer {
	struct stackanno_text *text;
	u32 begin;	/* where it begins in the text */
	const struct stackanno_btf *btf;
	u32 type;
	bool typed;	/* type holds */
	bool points;	/* what is written is a pointer to type */
};

/* Put @prefix before what is written so far. */
static void wrap(struct writer *writer, const char *prefix)
{
	struct stackanno_text *text = writer->text;
	u32 len = (u32)strlen(prefix), written = text->len;

	stackanno_text_string(text, prefix);
	if (text->cut)
		return;
	memmove(text->buf + writer->begin + len, text->buf + writer->begin,
		written - writer->begin);
	memcpy(text->buf + writer->begin, prefix, len);
}

static void put_offset(struct stackanno_text *text, s64 offset)
{
	stackanno_text_string(text, offset < 0 ? "-0x" : "+0x");
	stackanno_text_hex(text, offset < 0 ? -(u64)offset : (u64)offset, 1);
}

/* What a pointer points to. */
static int pointee_of(const struct writer *writer, u32 *id, struct stackanno_btf_type *type)
{
	struct stackanno_btf_type pointer;

	if (writer->typed && writer->points) {
		*id = writer->type;
		return stackanno_btf_strip(writer->btf, *id, type);
	}
	if (!writer->typed || stackanno_btf_strip(writer->btf, writer->type, &pointer) ||
	    pointer.kind != STACKANNO_BTF_PTR)
		return -ENOENT;
	*id = pointer.size;
	return stackanno_btf_strip(writer->btf, pointer.size, type);
}

static int put_member(struct writer *writer, u32 id, s64 offset, u32 size)
{
	struct stackanno_member_path path;

	if (offset < 0 || offset > 0xffffffffLL ||
	    stackanno_member_find(writer->btf, id, (u32)offset, size, &path))
		return -ENOENT;
	stackanno_text_string(writer->text, "->");
	stackanno_member_print(&path, writer->text);
	writer->type = path.type;
	writer->points = false;
	return 0;
}

/* A pointer to what has no members is one to the first of an array. */
static int put_element(struct writer *writer, u32 id, s64 offset, u32 size)
{
	u32 bytes = stackanno_btf_size(writer->btf, id);

	if (!bytes || bytes != size || offset % bytes)
		return -ENOENT;
	offset /= bytes;
	stackanno_text_string(writer->text, offset < 0 ? "[-" : "[");
	stackanno_text_decimal(writer->text, offset < 0 ? -(u64)offset : (u64)offset, 0);
	stackanno_text_string(writer->text, "]");
	writer->type = id;
	writer->points = false;
	return 0;
}

static int put_named(struct writer *writer, const struct stackanno_expression_load *load)
{
	struct stackanno_btf_type type;
	u32 id;

	if (pointee_of(writer, &id, &type))
		return -ENOENT;
	if (type.kind == STACKANNO_BTF_STRUCT || type.kind == STACKANNO_BTF_UNION)
		return put_member(writer, id, load->offset, load->from);
	if (type.kind == STACKANNO_BTF_INT || type.kind == STACKANNO_BTF_PTR ||
	    type.kind == STACKANNO_BTF_ENUM || type.kind == STACKANNO_BTF_ENUM64)
		return put_element(writer, id, load->offset, load->from);
	return -ENOENT;
}

/* Where types end: as bytes. */
static void put_bytes(struct writer *writer, const struct stackanno_expression_load *load)
{
	wrap(writer, load->from == WORD ? "*(" : load->from == 4 ? "*(u32*)(" :
		     load->from == 2 ? "*(u16*)(" : "*(u8*)(");
	if (load->offset)
		put_offset(writer->text, load->offset);
	stackanno_text_string(writer->text, ")");
	writer->typed = false;
}

static void put_end(struct writer *writer, s64 offset)
{
	struct stackanno_btf_type type;
	u32 id;

	if (!offset)
		return;
	if (!pointee_of(writer, &id, &type) &&
	    (type.kind == STACKANNO_BTF_STRUCT || type.kind == STACKANNO_BTF_UNION) &&
	    !put_member(writer, id, offset, 0)) {
		wrap(writer, "&");
		return;
	}
	put_offset(writer->text, offset);
}

int stackanno_expression_print(const struct stackanno_expression *expression,
			       const struct stackanno_expression_root *root,
			       struct stackanno_text *text)
{
	struct writer writer = { .text = text, .begin = text->len, .btf = root->btf,
				 .type = root->type, .typed = root->btf,
				 .points = root->points };
	u32 size = root->btf && !root->points ? stackanno_btf_size(root->btf, root->type) : WORD, i;

	/* A narrow parameter may stand in a wide register, and never the other way. */
	if (!size || size > expression->bytes)
		return -EINVAL;
	stackanno_text_string(text, root->name);
	for (i = 0; i < expression->loads; i++)
		if (put_named(&writer, &expression->load[i]))
			put_bytes(&writer, &expression->load[i]);
	put_end(&writer, expression->offset);
	return 0;
}

/* ---- once more ---- */

int stackanno_expression_now(const struct stackanno_expression *expression, u64 entry,
			     struct stackanno_memory *ops, u64 *value)
{
	u32 i;

	for (i = 0; i < expression->loads; i++) {
		const struct stackanno_expression_load *load = &expression->load[i];
		u64 loaded = 0;

		if (!load->from || load->from > WORD ||
		    !ops->read(ops, entry + (u64)load->offset, &loaded, load->from))
			return -EFAULT;
		/* Little-endian: the low bytes are the first. */
		if (load->sign && load->from < WORD && loaded >> (8 * load->from - 1) & 1)
			loaded |= ~0ULL << (8 * load->from);
		entry = loaded;
	}
	*value = entry + (u64)expression->offset;
	return 0;
}
