/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that the analysis asks of the world that it runs in: the kernel's own
 * text while it crashes, or a file on another machine.
 */
#ifndef STACKANNO_CORE_OPS_H
#define STACKANNO_CORE_OPS_H

#include "env.h"

/* The longest instruction there is. */
#define STACKANNO_INSN_BYTES 15

/* A decoded instruction, as the kernel's decoder takes it apart. */
struct stackanno_insn {
	u8 length;		/* bytes; 0: not decoded */
	u8 opcode[3];
	u8 opcodes;		/* how many of them */
	u8 prefix[4];		/* legacy prefixes, in no order; 0: none */
	u8 rex;			/* 0: none; what VEX says of the same */
	u8 vex;			/* bytes of a VEX or EVEX prefix; 0: none */
	u8 vvvv;		/* the register in it */
	u8 map;			/* of opcodes, as it says: 1 is 0f, 2 0f 38, 3 0f 3a */
	bool has_modrm;
	u8 modrm;
	u8 sib;
	u8 operand_bytes;	/* 2, 4 or 8 */
	u8 address_bytes;
	s32 displacement;
	s64 immediate;		/* sign-extended */
};

/* Code that belongs to a function: its body, its cold part, a detour. */
struct stackanno_extent {
	u64 begin;
	u32 size;
	bool shared;	/* not all of it is this function's: a detour */
};

/*
 * Where an exception that an instruction raises is mended, and what the handler does
 * to registers, which are numbers as in struct stackanno_ir.
 */
struct stackanno_fixup {
	u64 landing;	/* address at which the code goes on */
	u16 spoiled;	/* mask: something is written into them */
	u16 cleared;	/* mask: zero is */
	u8 given;	/* this one becomes @value; 0xff: none does */
	s16 value;
};

struct stackanno_ops;

/*
 * Answers about addresses. Each must be safe for any address: the analysis
 * hands on what it finds in code.
 */
struct stackanno_ops {
	/* Copies up to @len bytes of code. Return: how many there were. */
	u32 (*read)(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len);
	/* Return: 0, or -EINVAL when the bytes are no instruction. */
	int (*decode)(struct stackanno_ops *ops, const u8 *bytes, u32 len,
		      struct stackanno_insn *insn);
	/*
	 * Whether a jump from the function at @function to @target stays in it,
	 * and what surrounds @target then. Return: 0; -ENOENT when it is another
	 * function's, -EFAULT when nobody knows.
	 */
	int (*part)(struct stackanno_ops *ops, u64 function, u64 target,
		    struct stackanno_extent *extent);
	/* Where else the patched nop or jump at @address may go; 0: nowhere. */
	u64 (*jump_label)(struct stackanno_ops *ops, u64 address);
	/* Whether the code goes on behind the trap at @address: a warning. */
	bool (*warns)(struct stackanno_ops *ops, u64 address);
	/* Whether an exception at @address is mended; what is set then. */
	bool (*fixup)(struct stackanno_ops *ops, u64 address, struct stackanno_fixup *fixup);
	/* The word at @address, of what the compiler laid down for good; 0: it did not. */
	u64 (*constant)(struct stackanno_ops *ops, u64 address);
	/* Whether a call of @target never returns. */
	bool (*noreturn)(struct stackanno_ops *ops, u64 target);
	/* Whether @target is a tracer's: called first of all, it gives back all registers. */
	bool (*tracer)(struct stackanno_ops *ops, u64 target);
	u64 canary;		/* address of the per-CPU canary; 0: the fixed place only */
	u64 current_task;	/* address of what each CPU has of the running one; 0: not known */
};

/* How what values point to is read. */
struct stackanno_memory {
	/* Safe for any address. Return: whether all @len bytes could be read. */
	bool (*read)(struct stackanno_memory *memory, u64 address, void *buf, u32 len);
};

#endif /* STACKANNO_CORE_OPS_H */
