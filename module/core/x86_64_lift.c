// SPDX-License-Identifier: GPL-2.0-only
/*
 * What x86-64's instructions do to the general registers and to memory, by
 * Intel's and AMD's manuals. A table for each map of opcodes names the handler;
 * the one of one byte is here.
 */
#include "x86_64_lift.h"

#include "arch.h"

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

static void op_loop(struct lift *lift)
{
	/* e3 only looks at rcx. */
	if (lift->op != 0xe3)
		mix(lift, RCX, NO_REG);
	op_branch(lift);
	lift->list->when = STACKANNO_WHEN_ANY;
}

static void op_resume(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_RESUME;
}

static void op_stop(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_STOP;
}

/* movs, stos and ins write upwards from rdi: the kernel runs with DF clear. */
static void op_string_store(struct lift *lift)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_FILL, 0, RDI,
				       is_repeated(lift) ? RCX : NO_REG);

	lift->list->repeats = is_repeated(lift);
	ir->imm = lift->op & 1 ? lift->size : 1;
	if (lift->op < 0xa6)
		mix(lift, RSI, NO_REG);
	if (is_repeated(lift))
		set(lift, RCX, WORD, 0);
}

static void op_string_load(struct lift *lift)
{
	bool loads = lift->op == 0xac || lift->op == 0xad;

	lift->list->repeats = is_repeated(lift);
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

/* Of a segment register. */
static void op_mov_segment(struct lift *lift)
{
	spoil_rm(lift, WORD, NO_REG);
}

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
	[0x8a ... 0x8b] = op_mov_load, [0x8c] = op_mov_segment, [0x8d] = op_lea,
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

/* Whatever it names, and rax, rcx, rdx, where such instructions return things. */
void stackanno_lift_unknown(struct lift *lift)
{
	lift->list->unknown = true;
	clobber(lift, BIT_OF(RAX) | BIT_OF(RCX) | BIT_OF(RDX));
	if (!lift->insn->has_modrm)
		return;
	mix(lift, modrm_reg(lift), NO_REG);
	spoil_rm(lift, VECTOR_BYTES, NO_REG);
}

static lift_fn handler_of(const struct stackanno_insn *insn)
{
	lift_fn fn = NULL;

	if (insn->vex)
		return stackanno_lift_vector;
	if (insn->opcodes == 1)
		fn = one_byte[insn->opcode[0]];
	else if (insn->opcodes == 2)
		fn = stackanno_lift_two_byte[insn->opcode[1]];
	else if (insn->opcodes == 3)
		fn = stackanno_lift_three_byte;
	return fn ? fn : stackanno_lift_unknown;
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
	list->repeats = false;
	list->unknown = false;
	list->by = NO_REG;
	list->target = 0;
	list->table = 0;
	if (insn->opcodes)
		lift.op = insn->opcode[(insn->opcodes - 1) % 3];
	handler_of(insn)(&lift);
}

/* nop, in one byte or more, and the breakpoint that stands behind a jump. */
bool stackanno_arch_is_filler(const struct stackanno_insn *insn)
{
	if (insn->opcodes == 1)
		return insn->opcode[0] == 0x90 || insn->opcode[0] == 0xcc;
	return insn->opcodes == 2 && insn->opcode[1] == 0x1f;
}
