// SPDX-License-Identifier: GPL-2.0-only
/*
 * What x86-64's instructions do to the general registers and to memory, by
 * Intel's and AMD's manuals. A table for each map of opcodes names the handler;
 * vector registers are not followed, only what leaves them.
 */
#include "ir.h"

#include "arch.h"

enum reg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
	NO_REG = STACKANNO_IR_NO_REG,
};

#define BIT_OF(reg) (1U << (reg))
#define WORD 8
/* More than any instruction writes, but for the ones that say 0: no bound. */
#define VECTOR_BYTES 64
#define CANARY_OFFSET 0x28

const struct stackanno_abi stackanno_arch_abi = {
	.sp = RSP,
	.link_bytes = WORD,
	.resume_words = 5,
	.arguments = 6,
	.argument = { RDI, RSI, RDX, RCX, R8, R9 },
	.saved = BIT_OF(RBX) | BIT_OF(RBP) | BIT_OF(RSP) | BIT_OF(R12) | BIT_OF(R13) |
		 BIT_OF(R14) | BIT_OF(R15),
	/* rax and r10 too: functions in assembler take what they like. */
	.passed = BIT_OF(RDI) | BIT_OF(RSI) | BIT_OF(RDX) | BIT_OF(RCX) | BIT_OF(R8) |
		  BIT_OF(R9) | BIT_OF(RAX) | BIT_OF(R10),
};

static const u8 register_fields[STACKANNO_IR_REGS] = {
	[RAX] = STACKANNO_X86_AX, [RCX] = STACKANNO_X86_CX, [RDX] = STACKANNO_X86_DX,
	[RBX] = STACKANNO_X86_BX, [RSP] = STACKANNO_X86_SP, [RBP] = STACKANNO_X86_BP,
	[RSI] = STACKANNO_X86_SI, [RDI] = STACKANNO_X86_DI, [R8] = STACKANNO_X86_R8,
	[R9] = STACKANNO_X86_R9, [R10] = STACKANNO_X86_R10, [R11] = STACKANNO_X86_R11,
	[R12] = STACKANNO_X86_R12, [R13] = STACKANNO_X86_R13, [R14] = STACKANNO_X86_R14,
	[R15] = STACKANNO_X86_R15,
};

unsigned int stackanno_arch_register_field(unsigned int reg)
{
	return register_fields[reg % STACKANNO_IR_REGS];
}

struct lift {
	const struct stackanno_insn *insn;
	struct stackanno_ir_list *list;
	u64 next;	/* address of the next instruction */
	u64 canary;
	u8 op;		/* the last byte of the opcode */
	u8 size;	/* of the operands, in bytes */
};

static struct stackanno_ir *emit(struct lift *lift, enum stackanno_ir_op op, u32 size, u8 dst,
				 u8 src)
{
	struct stackanno_ir_list *list = lift->list;
	struct stackanno_ir *ir = &list->op[list->count];

	/* No list is as long: the longest spoils all registers. */
	if (list->count < STACKANNO_IR_MAX - 1)
		list->count++;
	*ir = (struct stackanno_ir){ .op = op, .size = size, .from = size, .dst = dst,
				     .src = src };
	ir->mem.base = NO_REG;
	ir->mem.index = NO_REG;
	return ir;
}

static void mix(struct lift *lift, u8 dst, u8 src)
{
	emit(lift, STACKANNO_IR_MIX, WORD, dst, src);
}

/* dst = dst and src, or dst and imm where src is none, in a known way. */
static void compute(struct lift *lift, enum stackanno_ir_how how, u8 dst, u8 src, s64 imm)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_MIX, lift->size, dst, src);

	ir->how = how;
	ir->imm = imm;
}

static void clobber(struct lift *lift, u32 mask)
{
	u8 reg;

	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (mask & BIT_OF(reg))
			emit(lift, STACKANNO_IR_CLOBBER, WORD, reg, NO_REG);
}

static bool has_prefix(const struct lift *lift, u8 prefix)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lift->insn->prefix); i++)
		if (lift->insn->prefix[i] == prefix)
			return true;
	return false;
}

static bool is_repeated(const struct lift *lift)
{
	return has_prefix(lift, 0xf2) || has_prefix(lift, 0xf3);
}

static u8 modrm_reg(const struct lift *lift)
{
	return (lift->insn->modrm >> 3 & 7) | (lift->insn->rex & 4 ? 8 : 0);
}

static u8 modrm_rm(const struct lift *lift)
{
	return (lift->insn->modrm & 7) | (lift->insn->rex & 1 ? 8 : 0);
}

/* The three bits that choose in a group of instructions. */
static u8 group(const struct lift *lift)
{
	return lift->insn->modrm >> 3 & 7;
}

static bool is_memory(const struct lift *lift)
{
	return lift->insn->has_modrm && lift->insn->modrm < 0xc0;
}

/* ah, ch, dh, bh: bits 8 to 15 of the first four registers. */
static bool is_high(const struct lift *lift, u8 reg, u32 size)
{
	return size == 1 && !lift->insn->rex && reg >= 4 && reg < 8;
}

static u8 whole_of(const struct lift *lift, u8 reg, u32 size)
{
	return is_high(lift, reg, size) ? reg - 4 : reg;
}

static struct stackanno_ir_mem memory(const struct lift *lift)
{
	const struct stackanno_insn *insn = lift->insn;
	struct stackanno_ir_mem mem = { .base = NO_REG, .index = NO_REG, .scale = 1,
					.disp = insn->displacement };
	u8 mod = insn->modrm >> 6, rm = insn->modrm & 7;

	mem.foreign = has_prefix(lift, 0x64) || has_prefix(lift, 0x65);
	if (rm == 4) {
		u8 index = (insn->sib >> 3 & 7) | (insn->rex & 2 ? 8 : 0);

		if (index != RSP)
			mem.index = index;
		mem.scale = 1 << (insn->sib >> 6);
		if (mod || (insn->sib & 7) != 5)
			mem.base = (insn->sib & 7) | (insn->rex & 1 ? 8 : 0);
	} else if (mod || rm != 5) {
		mem.base = modrm_rm(lift);
	} else {
		mem.disp += (s64)lift->next;
	}
	/* An address cut to 32 bits is not base + disp: no stack lies there. */
	if (insn->address_bytes != WORD)
		mem.foreign = true;
	return mem;
}

static void store_any(struct lift *lift, u32 bytes)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_STORE_ANY, 0, NO_REG, NO_REG);

	ir->mem = memory(lift);
	ir->imm = bytes;
}

static void leak(struct lift *lift, u8 src)
{
	if (src != NO_REG)
		emit(lift, STACKANNO_IR_LEAK, WORD, NO_REG, src);
}

/* The register or memory of ModRM becomes something that depends on @src. */
static void spoil_rm(struct lift *lift, u32 size, u8 src)
{
	if (is_memory(lift)) {
		leak(lift, src);
		store_any(lift, size);
	} else {
		mix(lift, whole_of(lift, modrm_rm(lift), size), src);
	}
}

/* dst = src among registers; what is narrower than 32 bits leaves the rest. */
static void copy(struct lift *lift, u8 dst, u8 src, u32 size)
{
	if (size < 4)
		mix(lift, whole_of(lift, dst, size), whole_of(lift, src, size));
	else
		emit(lift, STACKANNO_IR_COPY, size, dst, src);
}

/* Words that only an index tells apart lie at a fixed place. */
static void note_table(struct lift *lift, const struct stackanno_ir_mem *mem)
{
	if (mem->base == NO_REG && mem->index != NO_REG && mem->scale == WORD && !mem->foreign)
		lift->list->table = (u64)mem->disp;
}

static void load(struct lift *lift, u8 dst, u32 size, u32 from, bool sign)
{
	struct stackanno_ir_mem mem = memory(lift);
	struct stackanno_ir *ir;

	if (mem.foreign && mem.base == NO_REG && mem.index == NO_REG && size == WORD &&
	    from == WORD &&
	    (mem.disp == CANARY_OFFSET || (lift->canary && (u64)mem.disp == lift->canary))) {
		emit(lift, STACKANNO_IR_CANARY, WORD, dst, NO_REG);
		return;
	}
	if (size < 4) {
		mix(lift, whole_of(lift, dst, size), NO_REG);
		return;
	}
	ir = emit(lift, STACKANNO_IR_LOAD, size, dst, NO_REG);
	if (size == WORD && from == WORD)
		note_table(lift, &mem);
	ir->from = from;
	ir->mem = mem;
	ir->flags = sign ? STACKANNO_IR_SIGNED : 0;
}

static void store(struct lift *lift, u8 src, u32 size)
{
	struct stackanno_ir *ir;

	if (is_high(lift, src, size)) {
		store_any(lift, 1);
		return;
	}
	ir = emit(lift, STACKANNO_IR_STORE, size, NO_REG, src);
	ir->mem = memory(lift);
}

static void set(struct lift *lift, u8 dst, u32 size, s64 imm)
{
	if (size < 4) {
		mix(lift, whole_of(lift, dst, size), NO_REG);
		return;
	}
	emit(lift, STACKANNO_IR_SET, size, dst, NO_REG)->imm = size == 4 ? (s64)(u32)imm : imm;
}

/* ---- the map of one byte ---- */

enum alu { ALU_ADD, ALU_OR, ALU_ADC, ALU_SBB, ALU_AND, ALU_SUB, ALU_XOR, ALU_CMP };

/* The carry is not followed. */
static const u8 alu_how[] = {
	[ALU_ADD] = STACKANNO_HOW_ADD, [ALU_OR] = STACKANNO_HOW_OR,
	[ALU_ADC] = STACKANNO_HOW_UNKNOWN, [ALU_SBB] = STACKANNO_HOW_UNKNOWN,
	[ALU_AND] = STACKANNO_HOW_AND, [ALU_SUB] = STACKANNO_HOW_SUB,
	[ALU_XOR] = STACKANNO_HOW_XOR, [ALU_CMP] = STACKANNO_HOW_UNKNOWN,
};

static void alu_const(struct lift *lift, enum alu alu, u8 dst, s64 imm)
{
	if (lift->size < 4)
		mix(lift, whole_of(lift, dst, lift->size), NO_REG);
	else if (alu == ALU_ADD || alu == ALU_SUB)
		emit(lift, STACKANNO_IR_ADD, lift->size, dst, NO_REG)->imm =
			alu == ALU_ADD ? imm : -imm;
	else if (alu == ALU_AND && !imm)
		set(lift, dst, lift->size, 0);
	else if (alu == ALU_OR && imm == -1)
		set(lift, dst, lift->size, -1);
	else if (alu == ALU_AND && imm < 0 && !(-imm & (-imm - 1)) && lift->size == WORD)
		emit(lift, STACKANNO_IR_ALIGN, WORD, dst, NO_REG)->imm = imm;
	else
		compute(lift, alu_how[alu], dst, NO_REG, imm);
}

static void alu_reg(struct lift *lift, enum alu alu, u8 dst, u8 src)
{
	if ((alu == ALU_XOR || alu == ALU_SUB) && dst == src && lift->size >= 4)
		set(lift, dst, lift->size, 0);
	else if (lift->size >= 4)
		compute(lift, alu_how[alu], dst, src, 0);
	else
		mix(lift, whole_of(lift, dst, lift->size), whole_of(lift, src, lift->size));
}

static void compare(struct lift *lift, u8 reg, s64 imm)
{
	if (lift->size >= 4)
		emit(lift, STACKANNO_IR_COMPARE, lift->size, reg, NO_REG)->imm = imm;
}

/* Of a register with itself: with zero. */
static void op_test(struct lift *lift)
{
	if (lift->op & 1 && !is_memory(lift) && modrm_reg(lift) == modrm_rm(lift))
		compare(lift, modrm_rm(lift), 0);
}

static void op_alu(struct lift *lift)
{
	enum alu alu = lift->op >> 3 & 7;
	u8 form = lift->op & 7;

	if (!(form & 1))
		lift->size = 1;
	if (alu == ALU_CMP) {
		if (form >= 4)
			compare(lift, RAX, lift->insn->immediate);
		return;
	}
	if (form >= 4)
		alu_const(lift, alu, RAX, lift->insn->immediate);
	else if (is_memory(lift) && form < 2)
		spoil_rm(lift, lift->size, whole_of(lift, modrm_reg(lift), lift->size));
	else if (is_memory(lift))
		mix(lift, whole_of(lift, modrm_reg(lift), lift->size), NO_REG);
	else if (form < 2)
		alu_reg(lift, alu, modrm_rm(lift), modrm_reg(lift));
	else
		alu_reg(lift, alu, modrm_reg(lift), modrm_rm(lift));
}

static void op_group_1(struct lift *lift)
{
	if (!(lift->op & 1))
		lift->size = 1;
	if (group(lift) == ALU_CMP) {
		if (!is_memory(lift))
			compare(lift, modrm_rm(lift), lift->insn->immediate);
		return;
	}
	if (is_memory(lift))
		store_any(lift, lift->size);
	else
		alu_const(lift, group(lift), modrm_rm(lift), lift->insn->immediate);
}

static void op_mov_store(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;

	if (is_memory(lift))
		store(lift, modrm_reg(lift), size);
	else
		copy(lift, modrm_rm(lift), modrm_reg(lift), size);
}

static void op_mov_load(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;

	if (is_memory(lift))
		load(lift, modrm_reg(lift), size, size, false);
	else
		copy(lift, modrm_reg(lift), modrm_rm(lift), size);
}

static void op_mov_const(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;
	struct stackanno_ir *ir;

	if (!is_memory(lift)) {
		set(lift, modrm_rm(lift), size, lift->insn->immediate);
		return;
	}
	ir = emit(lift, STACKANNO_IR_STORE_SET, size, NO_REG, NO_REG);
	ir->mem = memory(lift);
	ir->imm = lift->insn->immediate;
}

static u8 opcode_reg(const struct lift *lift)
{
	return (lift->op & 7) | (lift->insn->rex & 1 ? 8 : 0);
}

static void op_mov_short(struct lift *lift)
{
	u32 size = lift->op & 8 ? lift->size : 1;

	set(lift, opcode_reg(lift), size, lift->insn->immediate);
}

static void op_movsxd(struct lift *lift)
{
	if (is_memory(lift))
		load(lift, modrm_reg(lift), lift->size, 4, true);
	else if (lift->size < 4)
		mix(lift, modrm_reg(lift), modrm_rm(lift));
	else {
		struct stackanno_ir *ir = emit(lift, STACKANNO_IR_COPY, lift->size,
					       modrm_reg(lift), modrm_rm(lift));

		ir->from = 4;
		ir->flags = STACKANNO_IR_SIGNED;
	}
}

static void op_lea(struct lift *lift)
{
	struct stackanno_ir *ir;

	if (lift->size < 4) {
		mix(lift, modrm_reg(lift), NO_REG);
		return;
	}
	ir = emit(lift, STACKANNO_IR_LEA, lift->size, modrm_reg(lift), NO_REG);
	ir->mem = memory(lift);
	/* An address is made, none is used: segments play no part. */
	ir->mem.foreign = lift->insn->address_bytes != WORD;
}

static struct stackanno_ir *push(struct lift *lift, enum stackanno_ir_op op, u8 src)
{
	u8 at = lift->list->count;

	emit(lift, op, WORD, NO_REG, src);
	lift->list->op[at].mem.base = RSP;
	lift->list->op[at].mem.disp = -WORD;
	lift->list->op[at].flags = STACKANNO_IR_PUSH;
	emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm = -WORD;
	return &lift->list->op[at];
}

static void pop(struct lift *lift, u8 dst)
{
	emit(lift, STACKANNO_IR_LOAD, WORD, dst, NO_REG)->mem.base = RSP;
	if (dst != RSP)
		emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm = WORD;
}

static void op_push(struct lift *lift)
{
	push(lift, STACKANNO_IR_STORE, opcode_reg(lift));
}

static void op_pop(struct lift *lift)
{
	pop(lift, opcode_reg(lift));
}

static void op_push_const(struct lift *lift)
{
	push(lift, STACKANNO_IR_STORE_SET, NO_REG)->imm = lift->insn->immediate;
}

/* The operand's address is made before there is room for it. */
static void push_memory(struct lift *lift)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_MOVE, WORD, RSP, NO_REG);

	ir->mem = memory(lift);
	ir->imm = -WORD;
	ir->flags = STACKANNO_IR_PUSH;
	emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm = -WORD;
}

static void op_push_other(struct lift *lift)
{
	push(lift, STACKANNO_IR_STORE_ANY, NO_REG)->imm = WORD;
}

static void op_pop_other(struct lift *lift)
{
	emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm = WORD;
}

static void op_pop_rm(struct lift *lift)
{
	if (!is_memory(lift)) {
		pop(lift, modrm_rm(lift));
		return;
	}
	op_pop_other(lift);
	store_any(lift, WORD);
}

static void op_leave(struct lift *lift)
{
	emit(lift, STACKANNO_IR_COPY, WORD, RSP, RBP);
	pop(lift, RBP);
}

static void op_enter(struct lift *lift)
{
	push(lift, STACKANNO_IR_STORE, RBP);
	emit(lift, STACKANNO_IR_COPY, WORD, RBP, RSP);
	emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm =
		-(s64)(lift->insn->immediate & 0xffff);
}

static void swap_regs(struct lift *lift, u8 a, u8 b, u32 size)
{
	if (size == WORD) {
		emit(lift, STACKANNO_IR_SWAP, WORD, a, b);
		return;
	}
	mix(lift, whole_of(lift, a, size), NO_REG);
	mix(lift, whole_of(lift, b, size), NO_REG);
}

static void op_xchg(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;
	struct stackanno_ir *ir;
	u8 reg = modrm_reg(lift);

	if (!is_memory(lift)) {
		swap_regs(lift, modrm_rm(lift), reg, size);
		return;
	}
	if (is_high(lift, reg, size) || size < 4) {
		store_any(lift, size);
	} else {
		ir = emit(lift, STACKANNO_IR_STORE, size, NO_REG, reg);
		ir->mem = memory(lift);
	}
	mix(lift, whole_of(lift, reg, size), NO_REG);
}

static void op_xchg_short(struct lift *lift)
{
	/* xchg %eax,%eax without a prefix for r8 is nop. */
	if (opcode_reg(lift) != RAX)
		swap_regs(lift, RAX, opcode_reg(lift), lift->size);
}

static void op_mix_reg(struct lift *lift)
{
	mix(lift, modrm_reg(lift), is_memory(lift) ? NO_REG : modrm_rm(lift));
}

/* With two operands, or by a number into the register that it multiplies. */
static void op_imul(struct lift *lift)
{
	u8 dst = modrm_reg(lift), src = modrm_rm(lift);

	if (is_memory(lift) || lift->size < 4 || (lift->op != 0xaf && dst != src))
		op_mix_reg(lift);
	else if (lift->op == 0xaf)
		compute(lift, STACKANNO_HOW_MUL, dst, src, 0);
	else
		compute(lift, STACKANNO_HOW_MUL, dst, NO_REG, lift->insn->immediate);
}

static void op_mix_rax(struct lift *lift)
{
	mix(lift, RAX, NO_REG);
}

static void op_clobber_rdx(struct lift *lift)
{
	clobber(lift, BIT_OF(RDX));
}

static void op_shift(struct lift *lift)
{
	static const u8 hows[8] = {
		[4] = STACKANNO_HOW_SHL, [5] = STACKANNO_HOW_SHR, [7] = STACKANNO_HOW_SAR,
	};
	u8 how = hows[group(lift)];

	/* By a number: c1 has it, d1 is by one. */
	if (!is_memory(lift) && how && lift->size >= 4 && (lift->op == 0xc1 || lift->op == 0xd1)) {
		compute(lift, how, modrm_rm(lift), NO_REG,
			lift->op == 0xc1 ? lift->insn->immediate & (lift->size * 8 - 1) : 1);
		return;
	}
	spoil_rm(lift, lift->op & 1 ? lift->size : 1, NO_REG);
}

static void op_group_3(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;

	if (group(lift) >= 4)
		clobber(lift, size == 1 ? BIT_OF(RAX) : BIT_OF(RAX) | BIT_OF(RDX));
	else if (group(lift) >= 2 && !is_memory(lift) && size >= 4)
		compute(lift, group(lift) == 2 ? STACKANNO_HOW_XOR : STACKANNO_HOW_NEG,
			modrm_rm(lift), NO_REG, -1);
	else if (group(lift) >= 2)
		spoil_rm(lift, size, NO_REG);
}

static void op_group_5(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;
	struct stackanno_ir_mem mem;

	switch (group(lift)) {
	case 0:
	case 1:
		lift->size = size;
		if (is_memory(lift))
			store_any(lift, size);
		else
			alu_const(lift, ALU_ADD, modrm_rm(lift), group(lift) ? -1 : 1);
		break;
	case 2:
	case 3:
		lift->list->exit = STACKANNO_EXIT_CALL;
		break;
	case 4:
		lift->list->exit = STACKANNO_EXIT_JUMP;
		mem = memory(lift);
		if (is_memory(lift))
			note_table(lift, &mem);
		else
			lift->list->by = modrm_rm(lift);
		break;
	case 5:
		lift->list->exit = STACKANNO_EXIT_JUMP;
		break;
	case 6:
		if (is_memory(lift) && lift->size == WORD)
			push_memory(lift);
		else if (is_memory(lift))
			op_push_other(lift);
		else
			push(lift, STACKANNO_IR_STORE, modrm_rm(lift));
		break;
	}
}

static void op_call(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_CALL;
	lift->list->target = lift->next + (u64)lift->insn->immediate;
}

static void op_jump(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_JUMP;
	lift->list->target = lift->next + (u64)lift->insn->immediate;
}

static void op_branch(struct lift *lift)
{
	u8 condition = lift->op & 15;

	lift->list->when = condition == 4 ? STACKANNO_WHEN_EQUAL :
			   condition == 5 ? STACKANNO_WHEN_DIFFERENT : STACKANNO_WHEN_ANY;
	lift->list->exit = STACKANNO_EXIT_BRANCH;
	lift->list->target = lift->next + (u64)lift->insn->immediate;
}

static void op_loop(struct lift *lift)
{
	/* e3 only looks at rcx. */
	if (lift->op != 0xe3)
		mix(lift, RCX, NO_REG);
	op_branch(lift);
	lift->list->when = STACKANNO_WHEN_ANY;
}

static void op_return(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_LEAVE;
}

static void op_resume(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_RESUME;
}

static void op_stop(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_STOP;
}

static void op_trap(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_TRAP;
}

/* Known, and without an effect on what is followed. */
static void op_nothing(struct lift *lift)
{
	lift->list->unknown = false;
}

/* movs, stos and ins write upwards from rdi: the kernel runs with DF clear. */
static void op_string_store(struct lift *lift)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_FILL, 0, RDI,
				       is_repeated(lift) ? RCX : NO_REG);

	ir->imm = lift->op & 1 ? lift->size : 1;
	if (lift->op < 0xa6)
		mix(lift, RSI, NO_REG);
	if (is_repeated(lift))
		set(lift, RCX, WORD, 0);
}

static void op_string_load(struct lift *lift)
{
	bool loads = lift->op == 0xac || lift->op == 0xad;

	if (loads)
		clobber(lift, BIT_OF(RAX));
	mix(lift, RSI, NO_REG);
	if (!loads)
		mix(lift, RDI, NO_REG);
	if (is_repeated(lift))
		mix(lift, RCX, NO_REG);
}

static void op_mov_offset_load(struct lift *lift)
{
	clobber(lift, BIT_OF(RAX));
}

static void op_x87(struct lift *lift)
{
	/* fnstsw %ax is the one that reaches a general register. */
	if (is_memory(lift))
		store_any(lift, 108);
	else
		clobber(lift, BIT_OF(RAX));
}

static void op_clobber_rax(struct lift *lift)
{
	clobber(lift, BIT_OF(RAX));
}

/* ---- the map behind 0f ---- */

static void op_segment_store(struct lift *lift)
{
	if (group(lift) < 2)
		spoil_rm(lift, is_memory(lift) ? 2 : WORD, NO_REG);
}

static void op_group_7(struct lift *lift)
{
	u8 modrm = lift->insn->modrm;

	if (is_memory(lift)) {
		if (group(lift) < 2)
			store_any(lift, 10);
		else if (group(lift) == 4)
			store_any(lift, 2);
		return;
	}
	if (group(lift) == 4) {
		mix(lift, modrm_rm(lift), NO_REG);
		return;
	}
	/* clac, stac, swapgs, monitor, mwait and lmsw write no register. */
	if (modrm == 0xca || modrm == 0xcb || modrm == 0xf8 || modrm == 0xc8 ||
	    modrm == 0xc9 || group(lift) == 6)
		return;
	clobber(lift, BIT_OF(RAX) | BIT_OF(RCX) | BIT_OF(RDX) |
		/* enclaves and hypervisors return in rbx as well. */
		(modrm == 0xcf || modrm == 0xc1 || modrm == 0xd9 ? BIT_OF(RBX) : 0));
}

static void op_vector_store(struct lift *lift)
{
	if (is_memory(lift))
		store_any(lift, VECTOR_BYTES);
}

/* endbr64 and other hints; rdssp reads the shadow stack's pointer. */
static void op_hint(struct lift *lift)
{
	if (!is_memory(lift) && has_prefix(lift, 0xf3) && group(lift) == 1)
		clobber(lift, BIT_OF(modrm_rm(lift)));
}

static void op_mov_control(struct lift *lift)
{
	clobber(lift, BIT_OF(modrm_rm(lift)));
}

static void op_clobber_reg(struct lift *lift)
{
	clobber(lift, BIT_OF(modrm_reg(lift)));
}

static void op_rdtsc(struct lift *lift)
{
	clobber(lift, BIT_OF(RAX) | BIT_OF(RDX));
}

static void op_cpuid(struct lift *lift)
{
	clobber(lift, BIT_OF(RAX) | BIT_OF(RBX) | BIT_OF(RCX) | BIT_OF(RDX));
}

static void op_movd_store(struct lift *lift)
{
	/* f3 0f 7e moves among vector registers. */
	if (!has_prefix(lift, 0xf3))
		spoil_rm(lift, WORD, NO_REG);
}

static void op_movd_load(struct lift *lift)
{
	if (!is_memory(lift))
		leak(lift, modrm_rm(lift));
}

static void op_vmread(struct lift *lift)
{
	spoil_rm(lift, WORD, NO_REG);
}

static void op_setcc(struct lift *lift)
{
	spoil_rm(lift, 1, NO_REG);
}

static void op_bits(struct lift *lift)
{
	struct stackanno_ir *ir;

	/* ba /4 only tests. */
	if (lift->op == 0xba && group(lift) == 4)
		return;
	if (!is_memory(lift) || lift->op == 0xba) {
		spoil_rm(lift, lift->size, NO_REG);
		return;
	}
	/* The bit's number reaches as far as it likes. */
	ir = emit(lift, STACKANNO_IR_STORE_ANY, 0, NO_REG, NO_REG);
	ir->mem = memory(lift);
	ir->mem.index = modrm_reg(lift);
	ir->imm = lift->size;
}

static void op_spoil_rm(struct lift *lift)
{
	spoil_rm(lift, lift->size, modrm_reg(lift));
}

static void op_group_15(struct lift *lift)
{
	static const u16 stored[8] = { [0] = 512, [3] = 4 };

	if (is_memory(lift)) {
		if (stored[group(lift)])
			store_any(lift, stored[group(lift)]);
		else if (group(lift) == 4 || group(lift) == 6)
			store_any(lift, 0);
	} else if (has_prefix(lift, 0xf3) && group(lift) < 2) {
		clobber(lift, BIT_OF(modrm_rm(lift)));
	}
}

static void op_cmpxchg(struct lift *lift)
{
	spoil_rm(lift, lift->op & 1 ? lift->size : 1, modrm_reg(lift));
	mix(lift, RAX, is_memory(lift) ? NO_REG : modrm_rm(lift));
}

static void op_xadd(struct lift *lift)
{
	u32 size = lift->op & 1 ? lift->size : 1;

	spoil_rm(lift, size, whole_of(lift, modrm_reg(lift), size));
	mix(lift, whole_of(lift, modrm_reg(lift), size), NO_REG);
}

static void op_extend(struct lift *lift)
{
	u32 from = lift->op & 1 ? 2 : 1;
	bool sign = lift->op & 8;
	u8 src = modrm_rm(lift);
	struct stackanno_ir *ir;

	if (is_memory(lift)) {
		load(lift, modrm_reg(lift), lift->size, from, sign);
	} else if (lift->size < 4 || is_high(lift, src, from)) {
		mix(lift, modrm_reg(lift), NO_REG);
	} else {
		ir = emit(lift, STACKANNO_IR_COPY, lift->size, modrm_reg(lift), src);
		ir->from = from;
		ir->flags = sign ? STACKANNO_IR_SIGNED : 0;
	}
}

static void op_popcnt(struct lift *lift)
{
	mix(lift, modrm_reg(lift), NO_REG);
}

static void op_movnti(struct lift *lift)
{
	if (is_memory(lift))
		store(lift, modrm_reg(lift), lift->size);
}

static void op_group_9(struct lift *lift)
{
	if (!is_memory(lift)) {
		clobber(lift, BIT_OF(modrm_rm(lift)));
	} else if (group(lift) == 1) {
		leak(lift, RBX);
		leak(lift, RCX);
		store_any(lift, 16);
		op_rdtsc(lift);
	} else if (group(lift) == 7) {
		store_any(lift, WORD);
	} else if (group(lift) == 4 || group(lift) == 5) {
		store_any(lift, 0);
	}
}

static void op_bswap(struct lift *lift)
{
	mix(lift, opcode_reg(lift), NO_REG);
}

typedef void (*lift_fn)(struct lift *lift);

/* Where nothing stands the instruction is unknown. */
static const lift_fn one_byte[256] = {
	[0x00 ... 0x05] = op_alu, [0x08 ... 0x0d] = op_alu, [0x10 ... 0x15] = op_alu,
	[0x18 ... 0x1d] = op_alu, [0x20 ... 0x25] = op_alu, [0x28 ... 0x2d] = op_alu,
	[0x30 ... 0x35] = op_alu, [0x38 ... 0x3d] = op_alu,
	[0x50 ... 0x57] = op_push, [0x58 ... 0x5f] = op_pop,
	[0x63] = op_movsxd, [0x68] = op_push_const, [0x69] = op_imul,
	[0x6a] = op_push_const, [0x6b] = op_imul, [0x6c ... 0x6d] = op_string_store,
	[0x6e ... 0x6f] = op_string_load, [0x70 ... 0x7f] = op_branch,
	[0x80 ... 0x81] = op_group_1, [0x83] = op_group_1, [0x84 ... 0x85] = op_test,
	[0x86 ... 0x87] = op_xchg, [0x88 ... 0x89] = op_mov_store,
	[0x8a ... 0x8b] = op_mov_load, [0x8c] = op_vmread, [0x8d] = op_lea,
	[0x8e] = op_nothing, [0x8f] = op_pop_rm, [0x90 ... 0x97] = op_xchg_short,
	[0x98] = op_mix_rax, [0x99] = op_clobber_rdx, [0x9b] = op_nothing,
	[0x9c] = op_push_other, [0x9d] = op_pop_other, [0x9e] = op_nothing,
	[0x9f] = op_mix_rax, [0xa0 ... 0xa1] = op_mov_offset_load,
	[0xa2 ... 0xa3] = op_nothing, [0xa4 ... 0xa5] = op_string_store,
	[0xa6 ... 0xa7] = op_string_load, [0xa8 ... 0xa9] = op_nothing,
	[0xaa ... 0xab] = op_string_store, [0xac ... 0xaf] = op_string_load,
	[0xb0 ... 0xbf] = op_mov_short, [0xc0 ... 0xc1] = op_shift, [0xc2 ... 0xc3] = op_return,
	[0xc6 ... 0xc7] = op_mov_const, [0xc8] = op_enter, [0xc9] = op_leave,
	[0xca ... 0xcb] = op_return, [0xcc] = op_stop, [0xcf] = op_resume,
	[0xd0 ... 0xd3] = op_shift, [0xd8 ... 0xdf] = op_x87, [0xe0 ... 0xe3] = op_loop,
	[0xe4 ... 0xe5] = op_clobber_rax, [0xe6 ... 0xe7] = op_nothing, [0xe8] = op_call,
	[0xe9] = op_jump, [0xeb] = op_jump, [0xec ... 0xed] = op_clobber_rax,
	[0xee ... 0xef] = op_nothing, [0xf4 ... 0xf5] = op_nothing,
	[0xf6 ... 0xf7] = op_group_3, [0xf8 ... 0xfd] = op_nothing,
	[0xfe ... 0xff] = op_group_5,
};

static const lift_fn two_byte[256] = {
	[0x00] = op_segment_store, [0x01] = op_group_7, [0x02 ... 0x03] = op_mix_reg,
	[0x05] = op_return, [0x06] = op_nothing, [0x07] = op_return,
	[0x08 ... 0x09] = op_nothing, [0x0b] = op_trap, [0x0d] = op_nothing,
	[0x10] = op_nothing, [0x11] = op_vector_store, [0x12] = op_nothing,
	[0x13] = op_vector_store, [0x14 ... 0x16] = op_nothing, [0x17] = op_vector_store,
	[0x18 ... 0x1d] = op_nothing, [0x1e] = op_hint, [0x1f] = op_nothing,
	[0x20 ... 0x21] = op_mov_control,
	[0x22 ... 0x23] = op_nothing, [0x28] = op_nothing, [0x29] = op_vector_store,
	[0x2a] = op_nothing, [0x2b] = op_vector_store, [0x2c ... 0x2d] = op_clobber_reg,
	[0x2e ... 0x30] = op_nothing, [0x31 ... 0x33] = op_rdtsc, [0x34 ... 0x35] = op_return,
	[0x40 ... 0x4f] = op_mix_reg, [0x50] = op_clobber_reg, [0x51 ... 0x6d] = op_nothing, [0x6e] = op_movd_load,
	[0x6f ... 0x77] = op_nothing,
	[0x78] = op_vmread, [0x79] = op_nothing, [0x7e] = op_movd_store,
	[0x7f] = op_vector_store, [0x80 ... 0x8f] = op_branch, [0x90 ... 0x9f] = op_setcc,
	[0xa0] = op_push_other, [0xa1] = op_pop_other, [0xa2] = op_cpuid, [0xa3] = op_nothing,
	[0xa4 ... 0xa5] = op_spoil_rm, [0xa8] = op_push_other, [0xa9] = op_pop_other,
	[0xab] = op_bits, [0xac ... 0xad] = op_spoil_rm, [0xae] = op_group_15,
	[0xaf] = op_imul, [0xb0 ... 0xb1] = op_cmpxchg, [0xb3] = op_bits,
	[0xb6 ... 0xb7] = op_extend, [0xb8] = op_popcnt, [0xb9] = op_trap,
	[0xba ... 0xbb] = op_bits, [0xbc ... 0xbd] = op_mix_reg, [0xbe ... 0xbf] = op_extend,
	[0xc0 ... 0xc1] = op_xadd, [0xc2] = op_nothing, [0xc3] = op_movnti,
	[0xc4] = op_nothing, [0xc5] = op_clobber_reg, [0xc6] = op_nothing,
	[0xc7] = op_group_9, [0xc8 ... 0xcf] = op_bswap, [0xd0 ... 0xd5] = op_nothing,
	[0xd6] = op_vector_store, [0xd7] = op_clobber_reg, [0xd8 ... 0xe6] = op_nothing,
	[0xe7] = op_vector_store, [0xe8 ... 0xfe] = op_nothing, [0xff] = op_trap,
};

/* Whatever it names, and rax, rcx, rdx, where such instructions return things. */
static void op_unknown(struct lift *lift)
{
	lift->list->unknown = true;
	clobber(lift, BIT_OF(RAX) | BIT_OF(RCX) | BIT_OF(RDX));
	if (!lift->insn->has_modrm)
		return;
	mix(lift, modrm_reg(lift), NO_REG);
	spoil_rm(lift, VECTOR_BYTES, NO_REG);
}

/* 0f 38 and 0f 3a: all vectors but for a few at the end of the first. */
static void op_three_byte(struct lift *lift)
{
	if (lift->insn->opcode[1] == 0x3a) {
		if (lift->op >= 0x14 && lift->op <= 0x17)
			spoil_rm(lift, WORD, NO_REG);
		else if (lift->op >= 0x60 && lift->op <= 0x63)
			clobber(lift, BIT_OF(RCX));
		else if (lift->op == 0xf0)
			op_unknown(lift);
		return;
	}
	if (lift->op < 0xf0)
		return;
	if (lift->op <= 0xf1 && has_prefix(lift, 0xf2))
		mix(lift, modrm_reg(lift), NO_REG);
	else
		op_unknown(lift);
}

/* Bit manipulation on general registers: the last rows of two maps. */
static void op_vector_bits(struct lift *lift)
{
	u8 reg = modrm_reg(lift);

	/* blsr, blsmsk and blsi name their destination in the prefix; mulx names two. */
	if (lift->insn->map == 2 && (lift->op == 0xf3 || lift->op == 0xf6))
		mix(lift, lift->insn->vvvv, NO_REG);
	if (lift->op != 0xf3)
		mix(lift, reg, NO_REG);
}

/* Vectors by VEX and EVEX: any memory is taken for written. */
static void op_vector(struct lift *lift)
{
	if (lift->insn->map > 1 && lift->op >= 0xf0) {
		op_vector_bits(lift);
		return;
	}
	if (is_memory(lift)) {
		store_any(lift, VECTOR_BYTES);
		return;
	}
	switch (lift->op) {
	case 0x6e:
		leak(lift, modrm_rm(lift));
		break;
	case 0x14 ... 0x17:
	case 0x2c ... 0x2d:
	case 0x50:
	case 0x7e:
	case 0x93:
	case 0xc5:
	case 0xd7:
		mix(lift, modrm_reg(lift), NO_REG);
		mix(lift, modrm_rm(lift), NO_REG);
		break;
	}
}

static lift_fn handler_of(const struct stackanno_insn *insn)
{
	lift_fn fn = NULL;

	if (insn->vex)
		return op_vector;
	if (insn->opcodes == 1)
		fn = one_byte[insn->opcode[0]];
	else if (insn->opcodes == 2)
		fn = two_byte[insn->opcode[1]];
	else if (insn->opcodes == 3)
		fn = op_three_byte;
	return fn ? fn : op_unknown;
}

void stackanno_arch_lift(const struct stackanno_insn *insn, u64 address, u64 canary,
			 struct stackanno_ir_list *list)
{
	struct lift lift = { .insn = insn, .list = list, .next = address + insn->length,
			     .canary = canary, .size = insn->operand_bytes };

	list->count = 0;
	list->length = insn->length;
	list->exit = STACKANNO_EXIT_NEXT;
	list->when = STACKANNO_WHEN_ANY;
	list->unknown = false;
	list->by = NO_REG;
	list->target = 0;
	list->table = 0;
	if (insn->opcodes)
		lift.op = insn->opcode[(insn->opcodes - 1) % 3];
	handler_of(insn)(&lift);
}

/* nop, in one byte or more, and the breakpoint that stands behind a jump that never falls through. */
bool stackanno_arch_is_filler(const struct stackanno_insn *insn)
{
	if (insn->opcodes == 1)
		return insn->opcode[0] == 0x90 || insn->opcode[0] == 0xcc;
	return insn->opcodes == 2 && insn->opcode[1] == 0x1f;
}
