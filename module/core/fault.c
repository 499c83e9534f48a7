// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include "att.h"
#include "fault_say.h"

/* Exceptions that say something of their own, by their vectors. */
enum vector {
	VECTOR_DIVIDE = 0,
	VECTOR_TRAP = 6,
	VECTOR_DOUBLE = 8,
	VECTOR_STACK = 12,
	VECTOR_PROTECTION = 13,
	VECTOR_PAGE = 14,
};

/* Error code of a page fault. */
#define PF_PRESENT	(1U << 0)
#define PF_WRITE	(1U << 1)
#define PF_FETCH	(1U << 4)

#define PAGE 4096
/* A jump may pass over a function's landing mark. */
#define ENTRY_BYTES 4

void stackanno_fault_begin(struct stackanno_fault *fault, struct stackanno_builder *builder,
			   struct stackanno_ops *code, struct stackanno_fault_ops *ops,
			   bool values)
{
	memset(fault, 0, sizeof(*fault));
	fault->builder = builder;
	fault->code = code;
	fault->ops = ops;
	fault->values = values;
	fault->sure = true;
	switch (builder->record->reason) {
	case STACKANNO_REASON_OOPS:
	case STACKANNO_REASON_PANIC:
	case STACKANNO_REASON_WARN:
	case STACKANNO_REASON_KFENCE:
		break;
	default:
		/* Whoever was interrupted, or waits for a page, has no fault. */
		fault->stage = STACKANNO_FAULT_DONE;
	}
}

/* Why an exception's frame, before that of its function, was laid down. */
static const struct stackanno_frame *entry_before(const struct stackanno_fault *fault, u32 index)
{
	const struct stackanno_frame *frame;

	while (index-- > 0) {
		frame = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_FRAMES, index);
		if (frame->kind == STACKANNO_FRAME_ENTRY)
			return frame->entry == STACKANNO_ENTRY_EXCEPTION ? frame : NULL;
		if (frame->kind == STACKANNO_FRAME_CALL)
			return NULL;
	}
	return NULL;
}

/* ---- the instruction, and what it touched ---- */

static bool address_of(const struct stackanno_fault *fault, const struct stackanno_access *access,
		       u64 *address)
{
	u64 base = 0, index = 0;

	if (access->mem.base != STACKANNO_IR_NO_REG &&
	    !stackanno_fault_held(fault, access->mem.base, &base))
		return false;
	if (access->mem.index != STACKANNO_IR_NO_REG &&
	    !stackanno_fault_held(fault, access->mem.index, &index))
		return false;
	*address = base + index * access->mem.scale + (u64)access->mem.disp;
	if (!access->segment)
		return true;
	*address += fault->ops->segment;
	return fault->ops->segment;
}

static bool covers(const struct stackanno_access *access, u64 address, u64 at)
{
	return at - address < (access->size ? access->size : PAGE);
}

/* What of an instruction's accesses failed. */
struct choice {
	struct stackanno_access access;
	u64 address;
	bool known;	/* address */
	bool agrees;	/* with what the exception says */
};

static void choose(struct stackanno_fault *fault, const struct stackanno_frame *entry,
		   const struct stackanno_access *access, u32 count, struct choice *choice)
{
	bool page = entry->vector == VECTOR_PAGE;
	u64 address;
	u32 i;

	for (i = 0; i < count && !choice->agrees; i++) {
		if (!address_of(fault, &access[i], &address))
			continue;
		if (page && entry->flags & STACKANNO_FRAME_ADDRESS)
			choice->agrees = covers(&access[i], address, entry->address);
		else if (!page)
			choice->agrees = !stackanno_fault_canonical(fault, address);
		if (!choice->agrees && choice->known)
			continue;
		choice->access = access[i];
		choice->address = address;
		choice->known = true;
	}
}

/* The register that holds the pointer: of a good pointer and a wild index, the index. */
static u8 pointer_register(const struct stackanno_fault *fault,
			   const struct stackanno_access *access)
{
	u64 base, index;

	if (access->mem.base == STACKANNO_IR_NO_REG)
		return access->mem.index;
	if (access->mem.index == STACKANNO_IR_NO_REG ||
	    !stackanno_fault_held(fault, access->mem.base, &base) ||
	    !stackanno_fault_held(fault, access->mem.index, &index))
		return access->mem.base;
	if (base >> 63 && stackanno_fault_canonical(fault, base) && base < 0 - (u64)PAGE &&
	    index >> 32)
		return access->mem.index;
	return access->mem.base;
}

static void say_access(struct stackanno_fault *fault, const char *what,
		       const struct stackanno_access *access, u64 address)
{
	u8 pointer = pointer_register(fault, access);
	u64 value;

	say(fault, what);
	if (access->size) {
		say(fault, " of ");
		stackanno_text_decimal(&fault->text, access->size, 0);
	}
	say(fault, " at ");
	stackanno_fault_value(fault, address);
	if (stackanno_fault_held(fault, pointer, &value)) {
		say(fault, ", ");
		say(fault, stackanno_fault_register(pointer));
		say(fault, "=");
		stackanno_fault_value(fault, value);
	}
	if (pointer != access->mem.index &&
	    stackanno_fault_held(fault, access->mem.index, &value)) {
		say(fault, ", ");
		say(fault, stackanno_fault_register(access->mem.index));
		say(fault, "=");
		stackanno_fault_value(fault, value);
	}
}

static const char *name_of_kind(u8 kind)
{
	return kind == STACKANNO_ACCESS_READ ? "read" :
	       kind == STACKANNO_ACCESS_WRITE ? "write" : "read and write";
}

/* Follow what a register held before the instruction at the frame's ip. */
static void trace_register(struct stackanno_fault *fault, struct stackanno_flow *flow, u8 reg)
{
	const struct stackanno_flow_state *state;
	u64 held;
	bool known = stackanno_fault_held(fault, reg, &held);

	if (!flow || reg >= STACKANNO_IR_REGS)
		return;
	state = stackanno_flow_at(flow, fault->ip, false);
	if (!state) {
		stackanno_fault_say(fault, STACKANNO_FINDING_END, STACKANNO_EVIDENCE_LIKELY,
				    "no path in its code leads there");
		return;
	}
	stackanno_fault_trace(fault, flow, state->reg[reg], reg, known ? &held : NULL);
}

static void explain_access(struct stackanno_fault *fault, const struct stackanno_frame *entry,
			   struct stackanno_flow *flow, const struct stackanno_insn *insn)
{
	struct stackanno_access access[STACKANNO_ATT_ACCESSES];
	struct stackanno_fault_access failed = { .reg = STACKANNO_IR_NO_REG };
	struct choice choice = { .known = false };

	choose(fault, entry, access, stackanno_arch_accesses(insn, fault->ip, access), &choice);
	if (!choice.known || (entry->vector != VECTOR_PAGE && entry->vector != VECTOR_DOUBLE &&
			      !choice.agrees)) {
		stackanno_fault_say(fault, STACKANNO_FINDING_CAUSE, STACKANNO_EVIDENCE_LIKELY,
				    choice.known ? "its operands are no reason: each address is canonical" :
				    "it names no address: not memory, or not told by registers");
		return;
	}
	stackanno_fault_open(fault);
	say_access(fault, name_of_kind(choice.access.kind), &choice.access, choice.address);
	if (entry->flags & STACKANNO_FRAME_ADDRESS && !choice.agrees) {
		say(fault, "; not the fault's address, which may be another's: ");
		stackanno_fault_value(fault, entry->address);
		fault->sure = false;
	}
	stackanno_fault_close(fault, STACKANNO_FINDING_ACCESS, evidence_of(fault), fault->ip);
	failed.address = choice.address;
	failed.reg = pointer_register(fault, &choice.access);
	if (!stackanno_fault_held(fault, failed.reg, &failed.pointer))
		failed.pointer = choice.address;
	failed.write = choice.access.kind & STACKANNO_ACCESS_WRITE;
	failed.page_fault = entry->vector == VECTOR_PAGE;
	failed.present = failed.page_fault && entry->error & PF_PRESENT;
	stackanno_fault_cause(fault, &failed);
	trace_register(fault, flow, failed.reg);
}

static void explain_divide(struct stackanno_fault *fault, struct stackanno_flow *flow,
			   const struct stackanno_insn *insn)
{
	u8 reg[2];
	u64 held;

	if (!stackanno_arch_operands(insn, reg)) {
		stackanno_fault_say(fault, STACKANNO_FINDING_CAUSE, STACKANNO_EVIDENCE_LIKELY,
				    "a division by what memory held, or whose result is too large");
		return;
	}
	stackanno_fault_open(fault);
	if (stackanno_fault_held(fault, reg[0], &held) && fault->values) {
		held &= insn->operand_bytes == 4 ? 0xffffffff : ~0ULL;
		say(fault, held ? "the result of a division is too large: by " :
				  "a division by zero: ");
	} else {
		say(fault, "a division by ");
	}
	say(fault, stackanno_fault_register(reg[0]));
	say(fault, "=");
	stackanno_fault_value(fault, held);
	stackanno_fault_close(fault, STACKANNO_FINDING_CAUSE, evidence_of(fault), fault->ip);
	trace_register(fault, flow, reg[0]);
}

static void say_insn(struct stackanno_fault *fault, const struct stackanno_insn *insn,
		     const u8 *bytes)
{
	u32 i;

	stackanno_fault_open(fault);
	if (!stackanno_arch_print(insn, fault->ip, &fault->text))
		say(fault, "(not printed)");
	say(fault, " (");
	for (i = 0; i < insn->length; i++) {
		say(fault, i ? " " : "");
		stackanno_text_hex(&fault->text, bytes[i], 2);
	}
	say(fault, ")");
	stackanno_fault_at(fault, fault->ip);
	stackanno_fault_close(fault, STACKANNO_FINDING_INSN, STACKANNO_EVIDENCE_CERTAIN, fault->ip);
}

static const char *function_name(const struct stackanno_fault *fault,
				 const struct stackanno_frame *frame)
{
	const struct stackanno_builder *builder = fault->builder;

	return (const char *)builder->buf +
	       builder->section[STACKANNO_SECTION_STRINGS].offset + frame->name;
}

static void explain_trap(struct stackanno_fault *fault, const struct stackanno_frame *frame,
			 struct stackanno_flow *flow)
{
	if (flow && !stackanno_fault_object(fault, flow, function_name(fault, frame)))
		stackanno_fault_condition(fault, flow);
}

static void explain_insn(struct stackanno_fault *fault, const struct stackanno_frame *frame,
			 const struct stackanno_frame *entry, struct stackanno_flow *flow)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;

	if (stackanno_fault_decode(fault, fault->ip, &insn, bytes))
		return;
	say_insn(fault, &insn, bytes);
	switch (entry->vector) {
	case VECTOR_DIVIDE:
		explain_divide(fault, flow, &insn);
		break;
	case VECTOR_TRAP:
		explain_trap(fault, frame, flow);
		break;
	case VECTOR_DOUBLE:
	case VECTOR_STACK:
	case VECTOR_PROTECTION:
	case VECTOR_PAGE:
		explain_access(fault, entry, flow, &insn);
		break;
	}
}

/* ---- a call of what is no function ---- */

static void explain_fetch(struct stackanno_fault *fault, const struct stackanno_frame *entry)
{
	struct stackanno_fault_access failed = {
		.address = fault->ip, .pointer = fault->ip, .reg = STACKANNO_IR_NO_REG,
		.fetch = true, .page_fault = entry->vector == VECTOR_PAGE,
		.present = entry->error & PF_PRESENT,
	};

	stackanno_fault_open(fault);
	say(fault, "instruction fetch at ");
	stackanno_fault_value(fault, fault->ip);
	stackanno_fault_close(fault, STACKANNO_FINDING_ACCESS, STACKANNO_EVIDENCE_CERTAIN, 0);
	if (!fault->ip)
		stackanno_fault_say(fault, STACKANNO_FINDING_CAUSE, STACKANNO_EVIDENCE_CERTAIN,
				    "a NULL pointer was called, or returned to");
	else
		stackanno_fault_cause(fault, &failed);
	fault->stage = STACKANNO_FAULT_CALL;
}

static bool is_wild(const struct stackanno_frame *frame)
{
	return frame->flags & (STACKANNO_FRAME_NULL_CALL | STACKANNO_FRAME_BAD_IP);
}

/* The frame after one with a wild ip: its call led there. */
static void explain_call(struct stackanno_fault *fault, u32 index, struct stackanno_flow *flow)
{
	const struct stackanno_frame *frame;
	const struct stackanno_flow_state *state = NULL;
	struct stackanno_access access[STACKANNO_ATT_ACCESSES];
	u8 bytes[STACKANNO_INSN_BYTES], reg = STACKANNO_IR_NO_REG, operand[2];
	struct stackanno_insn insn;
	u64 call = 0, target = 0;

	frame = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_FRAMES, index);
	fault->index = index;
	fault->stage = STACKANNO_FAULT_DONE;
	if (flow)
		state = stackanno_flow_calling(flow, frame->ip, &call);
	if (!state || stackanno_fault_decode(fault, call, &insn, bytes)) {
		stackanno_fault_say(fault, STACKANNO_FINDING_END, STACKANNO_EVIDENCE_LIKELY,
				    "what called it is not known");
		return;
	}
	/* The registers are as they were at the call, but for the stack pointer. */
	target = flow->list.target;
	fault->ip = call;
	if (target)
		reg = fault->ops->thunk(fault->ops, target);
	else if (stackanno_arch_accesses(&insn, call, access) > 1)
		reg = pointer_register(fault, &access[0]);
	else if (stackanno_arch_operands(&insn, operand))
		reg = operand[0];
	stackanno_fault_open(fault);
	say(fault, "ip <- ");
	stackanno_fault_insn(fault, call);
	stackanno_fault_at(fault, call);
	/* A function called by name may have jumped on. */
	fault->sure = !target || reg != STACKANNO_IR_NO_REG;
	stackanno_fault_close(fault, STACKANNO_FINDING_ORIGIN, evidence_of(fault), call);
	if (reg == STACKANNO_IR_NO_REG)
		return;
	fault->regs.known &= ~(1ULL << stackanno_arch_register_field(stackanno_arch_abi.sp));
	trace_register(fault, flow, reg);
}

/* ---- callers ---- */

static void end_given(struct stackanno_fault *fault, const char *why)
{
	fault->stage = STACKANNO_FAULT_DONE;
	stackanno_fault_say(fault, STACKANNO_FINDING_END, evidence_of(fault), why);
}

static void follow_caller(struct stackanno_fault *fault, const struct stackanno_frame *frame,
			  struct stackanno_flow *flow)
{
	const struct stackanno_flow_state *state;
	u64 call, target;

	if (!flow) {
		end_given(fault, "the code of the function that called is not known");
		return;
	}
	state = stackanno_flow_calling(flow, frame->ip, &call);
	if (!state) {
		end_given(fault, "no path in the caller's code leads to its call");
		return;
	}
	target = flow->list.target;
	fault->ip = call;
	/* Through a pointer, another function may have been called that jumped on. */
	if (!target || fault->ops->thunk(fault->ops, target) != STACKANNO_IR_NO_REG) {
		fault->sure = false;
	} else if (target - fault->callee > ENTRY_BYTES) {
		end_given(fault, "its caller called another function, which jumped on");
		return;
	}
	/* Where its jumps come back to it, it was given the value by the last of them. */
	if (fault->tails)
		fault->sure = false;
	if (frame->evidence != STACKANNO_EVIDENCE_CERTAIN)
		fault->sure = false;
	stackanno_fault_trace(fault, flow, state->reg[fault->reg], fault->reg, NULL);
}

static void given(struct stackanno_fault *fault, u32 index, struct stackanno_flow *flow)
{
	const struct stackanno_frame *frame;

	frame = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_FRAMES, index);
	fault->index = index;
	/* What it holds now is another's. */
	fault->regs.known = 0;
	if (frame->kind != STACKANNO_FRAME_CALL || frame->flags & STACKANNO_FRAME_INTERRUPTED) {
		end_given(fault, "an exception or interrupt, or user mode, led there: no call");
		return;
	}
	follow_caller(fault, frame, flow);
}

/* ---- in order ---- */

static void seek(struct stackanno_fault *fault, u32 index, struct stackanno_flow *flow)
{
	const struct stackanno_frame *frame, *entry;
	const struct stackanno_regs *regs;

	frame = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_FRAMES, index);
	if (frame->kind != STACKANNO_FRAME_CALL || !(frame->flags & STACKANNO_FRAME_INTERRUPTED))
		return;
	entry = entry_before(fault, index);
	regs = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_REGS, frame->regs);
	if (!entry || !regs || frame->flags & STACKANNO_FRAME_USER)
		return;
	/* A panic that waited for a page is none of that page's. */
	if (fault->builder->record->reason == STACKANNO_REASON_PANIC &&
	    entry->vector != VECTOR_TRAP)
		return;
	fault->stage = STACKANNO_FAULT_DONE;
	fault->index = index;
	fault->ip = frame->ip;
	fault->regs = *regs;
	if (is_wild(frame))
		explain_fetch(fault, entry);
	else
		explain_insn(fault, frame, entry, flow);
}

void stackanno_fault_frame(struct stackanno_fault *fault, u32 index,
			   struct stackanno_flow *flow,
			   const struct stackanno_signature *signature)
{
	fault->signature = signature;
	switch (fault->stage) {
	case STACKANNO_FAULT_SEEK:
		seek(fault, index, flow);
		break;
	case STACKANNO_FAULT_CALL:
		explain_call(fault, index, flow);
		break;
	case STACKANNO_FAULT_GIVEN:
		given(fault, index, flow);
		break;
	}
}

void stackanno_fault_end(struct stackanno_fault *fault)
{
	if (fault->stage == STACKANNO_FAULT_GIVEN)
		end_given(fault, "there is no further frame");
}
