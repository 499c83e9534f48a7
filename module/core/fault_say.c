// SPDX-License-Identifier: GPL-2.0-only
#include "att.h"
#include "fault_say.h"

#define DIGITS 16
void stackanno_fault_open(struct stackanno_fault *fault)
{
	stackanno_text_begin(&fault->text, fault->buf, sizeof(fault->buf));
}

/* Addresses in an instruction's text: where code lies is a secret as well. */
static void withhold(char *at)
{
	u32 run;

	while (*at) {
		run = (u32)strspn(at, "0123456789abcdef");
		if (run == DIGITS)
			memset(at, '-', run);
		at += max(run, 1U);
	}
}

void stackanno_fault_close(struct stackanno_fault *fault, enum stackanno_finding_kind kind,
			   enum stackanno_evidence evidence, u64 where)
{
	const struct stackanno_frame *frame;
	struct stackanno_finding *finding;

	finding = stackanno_builder_add(fault->builder, STACKANNO_SECTION_FINDINGS, NULL);
	if (!finding)
		return;
	frame = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_FRAMES, fault->index);
	finding->kind = (u16)kind;
	finding->evidence = (u16)evidence;
	finding->frame = frame ? fault->index : STACKANNO_NONE;
	finding->where = STACKANNO_NONE;
	if (frame && frame->func && where - frame->func < frame->func_size)
		finding->where = (u32)(where - frame->func);
	if (!fault->values)
		withhold(fault->buf);
	finding->text = stackanno_builder_text(fault->builder, fault->buf);
}

void stackanno_fault_say(struct stackanno_fault *fault, enum stackanno_finding_kind kind,
			 enum stackanno_evidence evidence, const char *sentence)
{
	stackanno_fault_open(fault);
	say(fault, sentence);
	stackanno_fault_close(fault, kind, evidence, 0);
}

void stackanno_fault_value(struct stackanno_fault *fault, u64 value)
{
	if (fault->values)
		stackanno_text_hex(&fault->text, value, DIGITS);
	else
		stackanno_text_fill(&fault->text, '-', DIGITS);
}

void stackanno_fault_offset(struct stackanno_fault *fault, s64 offset)
{
	say(fault, offset < 0 ? " - 0x" : " + 0x");
	stackanno_text_hex(&fault->text, offset < 0 ? 0 - (u64)offset : (u64)offset, 1);
}

const char *stackanno_fault_register(u8 reg)
{
	const char *name = NULL;

	if (reg < STACKANNO_IR_REGS)
		name = stackanno_arch_register_name(stackanno_arch_register_field(reg));
	return name ? name : "?";
}

bool stackanno_fault_held(const struct stackanno_fault *fault, u8 reg, u64 *value)
{
	u32 field;

	if (reg >= STACKANNO_IR_REGS)
		return false;
	field = stackanno_arch_register_field(reg);
	*value = fault->regs.value[field];
	return fault->regs.known >> field & 1;
}

void stackanno_fault_at(struct stackanno_fault *fault, u64 address)
{
	say(fault, " at ");
	if (!fault->ops->name(fault->ops, address, &fault->text))
		stackanno_fault_value(fault, address);
}

int stackanno_fault_decode(struct stackanno_fault *fault, u64 address,
			   struct stackanno_insn *insn, u8 bytes[STACKANNO_INSN_BYTES])
{
	struct stackanno_ops *code = fault->code;
	u32 len = code->read(code, address, bytes, STACKANNO_INSN_BYTES);

	if (!len || code->decode(code, bytes, len, insn) || !insn->length)
		return -ENOENT;
	return 0;
}

void stackanno_fault_insn(struct stackanno_fault *fault, u64 address)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 i;

	if (stackanno_fault_decode(fault, address, &insn, bytes)) {
		say(fault, "an instruction that cannot be read");
		return;
	}
	if (stackanno_arch_print(&insn, address, &fault->text))
		return;
	say(fault, "(not printed)");
	for (i = 0; i < insn.length && i < STACKANNO_INSN_BYTES; i++) {
		say(fault, " ");
		stackanno_text_hex(&fault->text, bytes[i], 2);
	}
}
