/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an instruction does to registers and to the stack, without saying which
 * instruction it is. Registers are numbers of the architecture's choosing, below
 * STACKANNO_IR_REGS; x86_64_lift.c makes these lists, flow.c interprets them.
 */
#ifndef STACKANNO_CORE_IR_H
#define STACKANNO_CORE_IR_H

#include "env.h"
#include "ops.h"

#define STACKANNO_IR_REGS 16
#define STACKANNO_IR_NO_REG 0xff
#define STACKANNO_IR_ARGUMENTS 6
/* More than an instruction can do: all registers, and memory. */
#define STACKANNO_IR_MAX 24

enum stackanno_ir_op {
	STACKANNO_IR_NONE,
	STACKANNO_IR_SET,	/* dst = imm */
	STACKANNO_IR_COPY,	/* dst = the low from bytes of src */
	STACKANNO_IR_LEA,	/* dst = address of mem */
	STACKANNO_IR_LOAD,	/* dst = from bytes at mem */
	STACKANNO_IR_STORE,	/* size bytes at mem = src */
	STACKANNO_IR_STORE_SET,	/* size bytes at mem = imm */
	STACKANNO_IR_STORE_ANY,	/* imm bytes at mem = something; 0: nobody knows how many */
	STACKANNO_IR_MOVE,	/* size bytes at dst + imm = the same at mem */
	STACKANNO_IR_ADD,	/* dst += imm */
	STACKANNO_IR_ALIGN,	/* dst &= imm, where imm is minus a power of two */
	STACKANNO_IR_MIX,	/* dst = made of dst and src, or imm where src is none; how says how */
	STACKANNO_IR_CLOBBER,	/* dst = something */
	STACKANNO_IR_SWAP,	/* dst and src change places */
	STACKANNO_IR_CANARY,	/* dst = the stack protector's canary */
	STACKANNO_IR_FILL,	/* imm bytes at each step, src times, upwards from [dst]; both move */
	STACKANNO_IR_LEAK,	/* src goes where it is not followed */
	STACKANNO_IR_COMPARE,	/* dst with imm, for the branch that follows */
	STACKANNO_IR_OPS
};

/* What a MIX does with its operands; the result is cut to its size. */
enum stackanno_ir_how {
	STACKANNO_HOW_UNKNOWN,
	STACKANNO_HOW_ADD,
	STACKANNO_HOW_SUB,
	STACKANNO_HOW_AND,
	STACKANNO_HOW_OR,
	STACKANNO_HOW_XOR,
	STACKANNO_HOW_MUL,
	STACKANNO_HOW_SHL,
	STACKANNO_HOW_SHR,
	STACKANNO_HOW_SAR,
	STACKANNO_HOW_NEG,	/* of dst alone */
	STACKANNO_HOWS
};

/* stackanno_ir.flags */
#define STACKANNO_IR_SIGNED	(1U << 0)	/* extends with the sign */
#define STACKANNO_IR_PUSH	(1U << 1)	/* a store that made its own room */
#define STACKANNO_IR_PARTIAL	(1U << 2)	/* the rest of dst stays */

/* base + index * scale + disp; foreign: in a segment of its own, never the stack. */
struct stackanno_ir_mem {
	u8 base;
	u8 index;
	u8 scale;
	bool foreign;
	s64 disp;
};

struct stackanno_ir {
	u8 op;		/* enum stackanno_ir_op */
	u8 size;	/* bytes written: 1, 2, 4, 8 */
	u8 from;	/* bytes read, where they differ */
	u8 flags;	/* STACKANNO_IR_* */
	u8 dst;
	u8 src;
	u8 how;		/* enum stackanno_ir_how */
	struct stackanno_ir_mem mem;
	s64 imm;
};

/* How control leaves an instruction. */
enum stackanno_ir_exit {
	STACKANNO_EXIT_NEXT,
	STACKANNO_EXIT_JUMP,		/* to target */
	STACKANNO_EXIT_BRANCH,		/* to target, or on */
	STACKANNO_EXIT_CALL,		/* of target; 0: of a pointer */
	STACKANNO_EXIT_LEAVE,		/* returns, or jumps nobody knows where */
	STACKANNO_EXIT_TRAP,		/* ends, unless it is a warning */
	STACKANNO_EXIT_RESUME,		/* takes what was pushed for an interrupt's return */
	STACKANNO_EXIT_STOP,
	STACKANNO_EXITS
};

/* When a branch is taken, as far as a comparison right before it tells. */
enum stackanno_ir_when {
	STACKANNO_WHEN_ANY,
	STACKANNO_WHEN_EQUAL,
	STACKANNO_WHEN_DIFFERENT,
	STACKANNO_WHENS
};

struct stackanno_ir_list {
	struct stackanno_ir op[STACKANNO_IR_MAX];
	u8 count;
	u8 length;	/* of the instruction */
	u8 exit;	/* enum stackanno_ir_exit */
	u8 when;	/* enum stackanno_ir_when */
	bool repeats;	/* may be stopped halfway, with its registers moved on */
	bool unknown;	/* not known: what it may write was taken for written */
	u8 by;		/* register that a jump goes by; STACKANNO_IR_NO_REG: another place */
	u64 target;
	u64 table;	/* address of the table of words that a jump or a load goes by; 0 */
};

/* The calling convention, in register numbers. */
struct stackanno_abi {
	u8 sp;
	u8 link_bytes;		/* what a call pushes */
	u8 resume_words;	/* what STACKANNO_EXIT_RESUME pops */
	u8 arguments;
	u8 argument[STACKANNO_IR_ARGUMENTS];
	u16 saved;		/* mask: the callee gives them back */
	u16 passed;		/* mask: what a callee may look into */
};

extern const struct stackanno_abi stackanno_arch_abi;

/**
 * stackanno_arch_lift() - say what an instruction does
 * @insn: as decoded
 * @address: of its first byte
 * @canary: address of the per-CPU canary; 0: only its fixed place is known
 * @list: set
 *
 * Of an instruction that is not known the registers and memory that it names,
 * and those that such instructions write, are taken for written.
 *
 * Context: any.
 */
void stackanno_arch_lift(const struct stackanno_insn *insn, u64 address, u64 canary,
			 struct stackanno_ir_list *list);

/* Whether an instruction only fills room between others. */
bool stackanno_arch_is_filler(const struct stackanno_insn *insn);

/**
 * stackanno_arch_fixup() - what the handler of a mended exception does
 * @data: the word of the exception table's entry that says how
 * @fixup: set, but for the landing
 *
 * What a later kernel's handler does is not known: all registers are spoiled.
 *
 * Context: any.
 * Return: false when the code does not go on.
 */
bool stackanno_arch_fixup(u32 data, struct stackanno_fixup *fixup);

/**
 * stackanno_arch_register_field() - where the register file saves a register
 * @reg: as in struct stackanno_ir
 *
 * Return: the register's field, as stackanno_arch_register_name() takes it.
 */
unsigned int stackanno_arch_register_field(unsigned int reg);

#endif /* STACKANNO_CORE_IR_H */
