/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of core/fault.c share: how findings are written. */
#ifndef STACKANNO_CORE_FAULT_SAY_H
#define STACKANNO_CORE_FAULT_SAY_H

#include "env.h"
#include "arch.h"
#include "fault.h"
#include "ir.h"
#include "text.h"

/* Begin the text of a finding. */
void stackanno_fault_open(struct stackanno_fault *fault);

/* Add the finding whose text was begun; @where is an address, 0: none. */
void stackanno_fault_close(struct stackanno_fault *fault, enum stackanno_finding_kind kind,
			   enum stackanno_evidence evidence, u64 where);

/* A finding that is but a sentence. */
void stackanno_fault_say(struct stackanno_fault *fault, enum stackanno_finding_kind kind,
			 enum stackanno_evidence evidence, const char *sentence);

static inline void say(struct stackanno_fault *fault, const char *string)
{
	stackanno_text_string(&fault->text, string);
}

/* Certain while every step was. */
static inline enum stackanno_evidence evidence_of(const struct stackanno_fault *fault)
{
	return fault->sure ? STACKANNO_EVIDENCE_CERTAIN : STACKANNO_EVIDENCE_LIKELY;
}

/* 16 digits, or as many dashes. */
void stackanno_fault_value(struct stackanno_fault *fault, u64 value);

/* `0x18`, with a sign before it. */
void stackanno_fault_offset(struct stackanno_fault *fault, s64 offset);

/* `rbx` */
const char *stackanno_fault_register(u8 reg);

/* Whether a register's value at the fault is known. */
bool stackanno_fault_held(const struct stackanno_fault *fault, u8 reg, u64 *value);

/* ` at name+0x10`, or ` at 0000...` */
void stackanno_fault_at(struct stackanno_fault *fault, u64 address);

/* Decode an instruction. Return: 0; -ENOENT. */
int stackanno_fault_decode(struct stackanno_fault *fault, u64 address,
			   struct stackanno_insn *insn, u8 bytes[STACKANNO_INSN_BYTES]);

/* The instruction at an address as text; its bytes where it is not known. */
void stackanno_fault_insn(struct stackanno_fault *fault, u64 address);

/* ---- fault_cause.c ---- */

/* An access to memory that failed, and what is known of it. */
struct stackanno_fault_access {
	u64 address;	/* of its first byte */
	u64 pointer;	/* what the register holds that it was made with */
	u8 reg;		/* that register; STACKANNO_IR_NO_REG: none, or not known */
	bool write;
	bool fetch;
	bool present;	/* the page was there, and closed */
	bool page_fault;	/* else the address was refused by itself */
};

/* Add the cause of an access that failed. */
void stackanno_fault_cause(struct stackanno_fault *fault,
			   const struct stackanno_fault_access *access);

/* Whether no mapping can be at an address. */
bool stackanno_fault_canonical(const struct stackanno_fault *fault, u64 address);

/* ---- fault_origin.c ---- */

/**
 * stackanno_fault_trace() - follow a value back
 * @fault: at a frame; its stage is set
 * @flow: analysis of its function
 * @value: the abstract value
 * @reg: register that held it
 * @held: what it held; NULL: not known
 */
void stackanno_fault_trace(struct stackanno_fault *fault, struct stackanno_flow *flow,
			   struct stackanno_value value, u8 reg, const u64 *held);

/* What an abstract value was, by registers that still hold it at the fault. */
bool stackanno_fault_resolve(struct stackanno_fault *fault, struct stackanno_flow *flow,
			     struct stackanno_value value, u64 *held);

/* ---- fault_condition.c ---- */

/*
 * Add what was compared before the trap at the frame's ip, and follow it.
 * Return: whether a comparison was found.
 */
bool stackanno_fault_condition(struct stackanno_fault *fault, struct stackanno_flow *flow);

/* Add what a report of the kernel's own is about. Return: whether it is one. */
bool stackanno_fault_object(struct stackanno_fault *fault, struct stackanno_flow *flow,
			    const char *name);

#endif /* STACKANNO_CORE_FAULT_SAY_H */
