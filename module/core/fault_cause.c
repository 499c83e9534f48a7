// SPDX-License-Identifier: GPL-2.0-only
/* Why an access failed: by its address, and by the pointer that it was made with. */
#include "fault_say.h"

#include "literal.h"

#define PAGE 4096
/* A poisoned object's fields are near its poison. */
#define NEAR PAGE

bool stackanno_fault_canonical(const struct stackanno_fault *fault, u64 address)
{
	u32 shift = 64 - fault->ops->address_bits;

	return (u64)((s64)(address << shift) >> shift) == address;
}

static bool is_user(const struct stackanno_fault *fault, u64 address)
{
	return address >> (fault->ops->address_bits - 1) == 0;
}

/* `rbx=... ` of what made the address, where it is known. */
static void say_pointer(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	if (access->reg == STACKANNO_IR_NO_REG) {
		say(fault, "the address");
		return;
	}
	say(fault, stackanno_fault_register(access->reg));
	say(fault, "=");
	stackanno_fault_value(fault, access->pointer);
}

static bool take_guard(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	const struct stackanno_stack *stack;
	u32 i;

	for (i = 0; (stack = stackanno_builder_entry(fault->builder, STACKANNO_SECTION_STACKS, i));
	     i++) {
		if (!stack->begin || access->address >= stack->begin ||
		    access->address < stack->begin - PAGE)
			continue;
		say(fault, "the guard page below stack ");
		stackanno_text_decimal(&fault->text, i, 0);
		say(fault, ": the stack overflowed");
		return true;
	}
	return false;
}

/* The number of the error that the pointer is; 0: it is none. */
static u32 error_of(const struct stackanno_fault_access *access)
{
	u64 number = 0 - access->pointer;

	return number <= STACKANNO_ERRNO_MAX ? (u32)number : 0;
}

static bool take_null(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	const char *reg = stackanno_fault_register(access->reg);
	s64 offset = (s64)(access->address - access->pointer);

	if (access->reg != STACKANNO_IR_NO_REG && !access->pointer) {
		say(fault, "NULL");
		if (offset)
			stackanno_fault_offset(fault, offset);
		say(fault, ": ");
		say(fault, reg);
		say(fault, " is NULL");
		return true;
	}
	if ((access->address >= PAGE && access->pointer >= PAGE) || error_of(access))
		return false;
	say(fault, "close to NULL: ");
	say_pointer(fault, access);
	return true;
}

/* A field of what an error pointer, or NULL less an offset, points to. */
static bool take_error(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	u32 number = error_of(access);
	const char *name;

	if (!number)
		return false;
	name = stackanno_literal_errno(number);
	say_pointer(fault, access);
	if (name) {
		say(fault, " is ERR_PTR(-");
		say(fault, name);
		say(fault, "), or NULL - 0x");
	} else {
		say(fault, " is NULL - 0x");
	}
	stackanno_text_hex(&fault->text, number, 1);
	return true;
}

static const char *poison_of(const struct stackanno_fault *fault, u64 value)
{
	struct stackanno_literal literal;

	if (stackanno_fault_canonical(fault, value) ||
	    stackanno_literal_classify(value, fault->ops->poison_delta, &literal))
		return NULL;
	return literal.name;
}

static bool take_poison(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	u64 value = access->reg == STACKANNO_IR_NO_REG ? access->address : access->pointer;
	u64 delta = fault->ops->poison_delta;
	const char *name = poison_of(fault, value);

	if (!name)
		name = poison_of(fault, access->address);
	/* A list's entry lies before the link in it that was poisoned. */
	if (!name && delta && access->address - (delta - NEAR) < 2 * NEAR)
		name = "a list's or timer's";
	if (!name)
		return false;
	say_pointer(fault, access);
	say(fault, " is poison: ");
	say(fault, name);
	return true;
}

static void say_not_canonical(struct stackanno_fault *fault,
			      const struct stackanno_fault_access *access)
{
	u64 value = access->reg == STACKANNO_IR_NO_REG ? access->address : access->pointer;
	struct stackanno_literal literal;
	int bit = stackanno_literal_flipped(value, fault->ops->address_bits);

	say_pointer(fault, access);
	say(fault, ": not canonical");
	if (bit >= 0) {
		say(fault, "; with bit ");
		stackanno_text_decimal(&fault->text, (u64)bit, 0);
		say(fault, " flipped it would be");
	} else if (!stackanno_literal_classify(value, fault->ops->poison_delta, &literal) &&
		   literal.text[0]) {
		say(fault, "; as text \"");
		stackanno_text_escaped(&fault->text, literal.text, sizeof(literal.text),
				       STACKANNO_ESCAPE_QUOTED, 40);
		say(fault, "\"");
	}
}

static void say_user(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	say_pointer(fault, access);
	if (access->fetch)
		say(fault, ": code of user mode was to be run by the kernel (SMEP)");
	else if (access->present)
		say(fault, ": a user's page was touched without leave (SMAP)");
	else
		say(fault, ": an address of user mode, and nothing is there");
}

static void say_kernel(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	say_pointer(fault, access);
	if (access->present && access->fetch)
		say(fault, ": no code is there (NX)");
	else if (access->present && access->write)
		say(fault, ": it may only be read");
	else if (access->present)
		say(fault, ": it may not be read");
	else
		say(fault, ": nothing is mapped there");
	say(fault, " (");
	if (!fault->ops->name(fault->ops, access->address, &fault->text) &&
	    !fault->ops->place(fault->ops, access->address, &fault->text))
		say(fault, "it is no part of memory that is known");
	say(fault, ")");
}

static bool say_certain(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	return take_guard(fault, access) || take_null(fault, access);
}

static void say_place(struct stackanno_fault *fault, const struct stackanno_fault_access *access)
{
	if (!stackanno_fault_canonical(fault, access->address))
		say_not_canonical(fault, access);
	else if (is_user(fault, access->address))
		say_user(fault, access);
	else
		say_kernel(fault, access);
}

void stackanno_fault_cause(struct stackanno_fault *fault,
			   const struct stackanno_fault_access *access)
{
	enum stackanno_evidence evidence = evidence_of(fault);

	/* All of it is what a value is. */
	if (!fault->values)
		return;
	stackanno_fault_open(fault);
	/* What looks like poison or an error may be just that number. */
	if (!say_certain(fault, access) &&
	    (take_error(fault, access) || take_poison(fault, access)))
		evidence = STACKANNO_EVIDENCE_LIKELY;
	else if (!fault->text.len)
		say_place(fault, access);
	/* A CPU without SMAP refuses a user's page for what its own entry forbids. */
	if (access->present && !access->fetch && is_user(fault, access->address))
		evidence = STACKANNO_EVIDENCE_LIKELY;
	stackanno_fault_close(fault, STACKANNO_FINDING_CAUSE, evidence, 0);
}
