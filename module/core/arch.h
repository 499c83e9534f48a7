/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rest of the core may ask about the instruction set: names and
 * layouts, never an opcode. x86_64.c answers; a second architecture is a
 * second such file.
 */
#ifndef STACKANNO_CORE_ARCH_H
#define STACKANNO_CORE_ARCH_H

#include "env.h"
#include "../uapi/stackanno.h"

/* Fields of the saved register file, in memory order, low address first. */
enum stackanno_x86_field {
	STACKANNO_X86_R15, STACKANNO_X86_R14, STACKANNO_X86_R13,
	STACKANNO_X86_R12, STACKANNO_X86_BP, STACKANNO_X86_BX,
	STACKANNO_X86_R11, STACKANNO_X86_R10, STACKANNO_X86_R9,
	STACKANNO_X86_R8, STACKANNO_X86_AX, STACKANNO_X86_CX,
	STACKANNO_X86_DX, STACKANNO_X86_SI, STACKANNO_X86_DI,
	STACKANNO_X86_ORIG_AX, STACKANNO_X86_IP, STACKANNO_X86_CS,
	STACKANNO_X86_FLAGS, STACKANNO_X86_SP, STACKANNO_X86_SS,
	STACKANNO_X86_FIELDS
};

/* Words that FRED pushes above ss, low address first. */
enum stackanno_x86_event {
	STACKANNO_X86_EVENT_DATA,
	STACKANNO_X86_EVENT_RESERVED,
	STACKANNO_X86_EVENTS
};

/**
 * stackanno_arch_field_name() - name of a field of the saved register file
 * @field: enum stackanno_x86_field
 *
 * Return: the name that crash's bt uses ("orig_ax", "r15"), NULL when there is
 * no such field.
 */
const char *stackanno_arch_field_name(unsigned int field);

/**
 * stackanno_arch_event_name() - name of a word pushed above the register file
 * @event: enum stackanno_x86_event
 *
 * Return: the name, NULL when there is no such word.
 */
const char *stackanno_arch_event_name(unsigned int event);

/**
 * stackanno_arch_register_name() - name of a register that a slot was saved from
 * @field: the register's field in the saved register file
 *
 * Return: the register's own name ("rbx", "r12"), NULL when @field is none of
 * the general registers.
 */
const char *stackanno_arch_register_name(unsigned int field);

/**
 * stackanno_arch_ends_in_call() - whether a call is the last of some code
 * @code: bytes of which the last is the one before a return address
 * @len: how many
 *
 * Looks back from the end, as instructions cannot be decoded backwards: bytes
 * that end like a call may be the tail of something else, but after a call they
 * always do.
 *
 * Return: true when a call may end there; false when none does.
 */
bool stackanno_arch_ends_in_call(const u8 *code, size_t len);

/**
 * stackanno_arch_switch_field() - which register a task switch saved in a slot
 * @slot: words above the stack pointer of a task that is switched out
 *
 * Source: struct inactive_task_frame and __switch_to_asm.
 *
 * Return: the register's field in the saved register file; -1 when the slot
 * holds none.
 */
int stackanno_arch_switch_field(unsigned int slot);

/**
 * stackanno_arch_entry() - why an entry routine lays down a register file
 * @name: the routine's symbol ("asm_exc_page_fault")
 * @vector: set to the exception's or interrupt's vector; STACKANNO_NONE when
 *	the name does not tell, and for anything else
 *
 * Return: enum stackanno_entry; STACKANNO_ENTRY_UNKNOWN for any other name.
 */
unsigned int stackanno_arch_entry(const char *name, u32 *vector);

/**
 * stackanno_arch_vector_name() - what an interrupt or exception vector is
 * @vector: 0 to 255
 *
 * Return: plain words ("page fault", "local timer"), NULL when the vector's use
 * is decided at run time.
 */
const char *stackanno_arch_vector_name(unsigned int vector);

/**
 * stackanno_arch_error_text() - an exception's error code in plain words
 * @vector: the exception
 * @error: its error code
 * @buf: where the text goes, always terminated
 * @size: bytes of @buf, at least 1
 *
 * Return: bytes written without the terminator; 0 when the vector has no error
 * code or nothing is to say of it.
 */
int stackanno_arch_error_text(unsigned int vector, u64 error, char *buf, size_t size);

/**
 * stackanno_arch_access_name() - what a faulting access wanted to do
 * @vector: the exception
 * @error: its error code
 *
 * Return: "read", "write" or "instruction fetch"; NULL when the exception is
 * not about an access to memory.
 */
const char *stackanno_arch_access_name(unsigned int vector, u64 error);

/**
 * stackanno_arch_flags_text() - names of the set bits of the flags register
 * @flags: its value
 * @buf: where the text goes ("IF ZF"), always terminated
 * @size: bytes of @buf, at least 1
 *
 * Return: bytes written without the terminator.
 */
int stackanno_arch_flags_text(u64 flags, char *buf, size_t size);

/**
 * stackanno_arch_may_be_flags() - whether a value looks like saved flags
 * @value: any
 *
 * As the kernel has them where interrupts are on, and it saves them to turn them
 * off. With interrupts off they look like any small number.
 *
 * Return: whether it does.
 */
bool stackanno_arch_may_be_flags(u64 value);

/**
 * stackanno_arch_may_be_text() - whether code of the kernel can be at an address
 * @address: any
 *
 * Return: false when neither the kernel's own code nor a module's is ever there.
 */
bool stackanno_arch_may_be_text(u64 address);

/**
 * stackanno_arch_segment_name() - what a segment selector selects
 * @selector: value of a cs or ss slot
 *
 * Return: "kernel code", "user data" and so on; NULL for any other selector.
 */
const char *stackanno_arch_segment_name(u64 selector);

/**
 * stackanno_arch_saves() - whether a CPU that was stopped in the kernel saves such a value
 * @field: the register's field
 * @value: what was found
 *
 * Source: Intel's manual, 3A 6.14 and 1 3.4.3: cs is the kernel's, ss too, or null where
 * the CPU changed to a stack from user mode; of flags bit 1 is set, and reserved ones are
 * clear, as is VM in 64-bit mode.
 *
 * Return: false for what it never does; true for fields that may hold anything.
 */
bool stackanno_arch_saves(unsigned int field, u64 value);

#endif /* STACKANNO_CORE_ARCH_H */
