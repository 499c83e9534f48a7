// SPDX-License-Identifier: GPL-2.0-only
/*
 * By Intel's and AMD's manuals: those instructions that touch memory in a kernel, and
 * those that lead to them.
 */
#include "x86_64_rows.h"

static const char * const alu_names[8] = {
	"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp",
};
#define ALU_CMP 7

/* By the low bits of the opcode, whose next three are the name's. */
static const struct stackanno_row alu[8] = {
	{ "", REG_RM, SIZE_B, 0, BOTH | LOCKS, NULL, NULL },
	{ "", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	{ "", RM_REG, SIZE_B, 0, READS, NULL, NULL }, { "", RM_REG, SIZE_V, 0, READS, NULL, NULL },
	{ "", IMM_RAX, SIZE_B, 0, 0, NULL, NULL }, { "", IMM_RAX, SIZE_V, 0, 0, NULL, NULL },
};

static const char * const shift_names[8] = {
	"rol", "ror", "rcl", "rcr", "shl", "shr", NULL, "sar",
};

static const struct stackanno_row unary_b[8] = {
	{ "test", IMM_RM, SIZE_B, 0, READS | SUFFIX, NULL, NULL },
	{ .name = NULL },
	{ "not", RM, SIZE_B, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "neg", RM, SIZE_B, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "mul", RM, SIZE_B, 0, READS | SUFFIX, NULL, NULL },
	{ "imul", RM, SIZE_B, 0, READS | SUFFIX, NULL, NULL },
	{ "div", RM, SIZE_B, 0, READS | SUFFIX, NULL, NULL },
	{ "idiv", RM, SIZE_B, 0, READS | SUFFIX, NULL, NULL },
};

static const struct stackanno_row unary_v[8] = {
	{ "test", IMM_RM, SIZE_V, 0, READS | SUFFIX, NULL, NULL },
	{ .name = NULL },
	{ "not", RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "neg", RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "mul", RM, SIZE_V, 0, READS | SUFFIX, NULL, NULL },
	{ "imul", RM, SIZE_V, 0, READS | SUFFIX, NULL, NULL },
	{ "div", RM, SIZE_V, 0, READS | SUFFIX, NULL, NULL },
	{ "idiv", RM, SIZE_V, 0, READS | SUFFIX, NULL, NULL },
};

static const struct stackanno_row step_b[8] = {
	{ "inc", RM, SIZE_B, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "dec", RM, SIZE_B, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
};

static const struct stackanno_row group_5[8] = {
	{ "inc", RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "dec", RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS, NULL, NULL },
	{ "call", STAR_RM, SIZE_Q, 0, READS | PUSHES, NULL, NULL },
	{ .name = NULL },
	{ "jmp", STAR_RM, SIZE_Q, 0, READS, NULL, NULL },
	{ .name = NULL },
	{ "push", RM, SIZE_FULL, 0, READS | PUSHES, NULL, NULL },
};

static const struct stackanno_row mov_imm_b[8] = {
	{ "mov", IMM_RM, SIZE_B, 0, WRITES | SUFFIX, NULL, NULL },
};
static const struct stackanno_row mov_imm_v[8] = {
	{ "mov", IMM_RM, SIZE_V, 0, WRITES | SUFFIX, NULL, NULL },
};
static const struct stackanno_row pop_rm[8] = {
	{ "pop", RM, SIZE_FULL, 0, WRITES | POPS, NULL, NULL },
};

static const struct stackanno_row one_byte[256] = {
	[0x50 ... 0x57] = { "push", OPREG, SIZE_FULL, 0, PUSHES, NULL, NULL },
	[0x58 ... 0x5f] = { "pop", OPREG, SIZE_FULL, 0, POPS, NULL, NULL },
	[0x63] = { "movsl", EXTEND, SIZE_V, SIZE_D, READS, NULL, NULL },
	[0x68] = { "push", IMM, SIZE_FULL, 0, PUSHES, NULL, NULL },
	[0x69] = { "imul", IMM_RM_REG, SIZE_V, 0, READS, NULL, NULL },
	[0x6a] = { "push", IMM, SIZE_FULL, 0, PUSHES, NULL, NULL },
	[0x6b] = { "imul", IMM_RM_REG, SIZE_V, 0, READS, NULL, NULL },
	[0x70 ... 0x7f] = { "j", TARGET, SIZE_NONE, 0, CONDITION, NULL, NULL },
	[0x80] = { "", IMM_RM, SIZE_B, 0, BOTH | SUFFIX | LOCKS, NULL, alu_names },
	[0x81] = { "", IMM_RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS, NULL, alu_names },
	[0x83] = { "", IMM_RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS, NULL, alu_names },
	[0x84] = { "test", REG_RM, SIZE_B, 0, READS, NULL, NULL },
	[0x85] = { "test", REG_RM, SIZE_V, 0, READS, NULL, NULL },
	[0x86] = { "xchg", REG_RM, SIZE_B, 0, BOTH | LOCKS, NULL, NULL },
	[0x87] = { "xchg", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	[0x88] = { "mov", REG_RM, SIZE_B, 0, WRITES, NULL, NULL },
	[0x89] = { "mov", REG_RM, SIZE_V, 0, WRITES, NULL, NULL },
	[0x8a] = { "mov", RM_REG, SIZE_B, 0, READS, NULL, NULL },
	[0x8b] = { "mov", RM_REG, SIZE_V, 0, READS, NULL, NULL },
	[0x8c] = { "mov", SEGMENT_RM, SIZE_V, SIZE_W, WRITES, NULL, NULL },
	[0x8d] = { "lea", RM_REG, SIZE_V, 0, MEMORY, NULL, NULL },
	[0x8e] = { "mov", RM_SEGMENT, SIZE_D, SIZE_W, READS, NULL, NULL },
	[0x8f] = { "", 0, 0, 0, GROUP, pop_rm, NULL },
	[0x91 ... 0x97] = { "xchg", RAX_OPREG, SIZE_V, 0, 0, NULL, NULL },
	[0x9c] = { "pushf", PLAIN, SIZE_Q, 0, PUSHES, NULL, NULL },
	[0x9d] = { "popf", PLAIN, SIZE_Q, 0, POPS, NULL, NULL },
	[0xa4] = { "movsb", MOVS, SIZE_B, 0, REPEATS, NULL, NULL },
	[0xa5] = { "movs", MOVS, SIZE_V, 0, REPEATS | LETTER, NULL, NULL },
	[0xa6] = { "cmpsb", CMPS, SIZE_B, 0, REPEATS, NULL, NULL },
	[0xa7] = { "cmps", CMPS, SIZE_V, 0, REPEATS | LETTER, NULL, NULL },
	[0xa8] = { "test", IMM_RAX, SIZE_B, 0, 0, NULL, NULL },
	[0xa9] = { "test", IMM_RAX, SIZE_V, 0, 0, NULL, NULL },
	[0xaa] = { "stos", STOS, SIZE_B, 0, REPEATS, NULL, NULL },
	[0xab] = { "stos", STOS, SIZE_V, 0, REPEATS, NULL, NULL },
	[0xac] = { "lods", LODS, SIZE_B, 0, REPEATS, NULL, NULL },
	[0xad] = { "lods", LODS, SIZE_V, 0, REPEATS, NULL, NULL },
	[0xae] = { "scas", SCAS, SIZE_B, 0, REPEATS, NULL, NULL },
	[0xaf] = { "scas", SCAS, SIZE_V, 0, REPEATS, NULL, NULL },
	[0xb0 ... 0xb7] = { "mov", IMM_OPREG, SIZE_B, 0, 0, NULL, NULL },
	[0xb8 ... 0xbf] = { "mov", MOVABS_OPREG, SIZE_V, 0, 0, NULL, NULL },
	[0xc0] = { "", IMM_RM, SIZE_B, 0, BOTH | SUFFIX | BITS, NULL, shift_names },
	[0xc1] = { "", IMM_RM, SIZE_V, 0, BOTH | SUFFIX | BITS, NULL, shift_names },
	[0xc3] = { "ret", PLAIN, SIZE_Q, 0, POPS, NULL, NULL },
	[0xc6] = { "", 0, 0, 0, GROUP, mov_imm_b, NULL },
	[0xc7] = { "", 0, 0, 0, GROUP, mov_imm_v, NULL },
	[0xc9] = { "leave", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0xcc] = { "int3", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0xd0] = { "", RM, SIZE_B, 0, BOTH | SUFFIX | BITS, NULL, shift_names },
	[0xd1] = { "", RM, SIZE_V, 0, BOTH | SUFFIX | BITS, NULL, shift_names },
	[0xd2] = { "", CL_RM, SIZE_B, 0, BOTH | SUFFIX | BITS, NULL, shift_names },
	[0xd3] = { "", CL_RM, SIZE_V, 0, BOTH | SUFFIX | BITS, NULL, shift_names },
	[0xe8] = { "call", TARGET, SIZE_Q, 0, PUSHES, NULL, NULL },
	[0xe9] = { "jmp", TARGET, SIZE_NONE, 0, 0, NULL, NULL },
	[0xeb] = { "jmp", TARGET, SIZE_NONE, 0, 0, NULL, NULL },
	[0xf4] = { "hlt", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0xf6] = { "", 0, 0, 0, GROUP, unary_b, NULL },
	[0xf7] = { "", 0, 0, 0, GROUP, unary_v, NULL },
	[0xfa] = { "cli", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0xfb] = { "sti", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0xfe] = { "", 0, 0, 0, GROUP, step_b, NULL },
	[0xff] = { "", 0, 0, 0, GROUP, group_5, NULL },
};

/* By the prefix that chooses: none, 66, f3, f2. */
static const struct stackanno_row movu[4] = {
	{ "movups", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
	{ "movupd", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
	{ "movss", RM_VECTOR, SIZE_X, SIZE_D, READS, NULL, NULL },
	{ "movsd", RM_VECTOR, SIZE_X, SIZE_Q, READS, NULL, NULL },
};
static const struct stackanno_row movu_store[4] = {
	{ "movups", VECTOR_RM, SIZE_X, 0, WRITES, NULL, NULL },
	{ "movupd", VECTOR_RM, SIZE_X, 0, WRITES, NULL, NULL },
	{ "movss", VECTOR_RM, SIZE_X, SIZE_D, WRITES, NULL, NULL },
	{ "movsd", VECTOR_RM, SIZE_X, SIZE_Q, WRITES, NULL, NULL },
};
static const struct stackanno_row mova[4] = {
	{ "movaps", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
	{ "movapd", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
};
static const struct stackanno_row mova_store[4] = {
	{ "movaps", VECTOR_RM, SIZE_X, 0, WRITES, NULL, NULL },
	{ "movapd", VECTOR_RM, SIZE_X, 0, WRITES, NULL, NULL },
};
static const struct stackanno_row movdq[4] = {
	[1] = { "movdqa", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
	[2] = { "movdqu", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
};
static const struct stackanno_row movdq_store[4] = {
	[1] = { "movdqa", VECTOR_RM, SIZE_X, 0, WRITES, NULL, NULL },
	[2] = { "movdqu", VECTOR_RM, SIZE_X, 0, WRITES, NULL, NULL },
};
static const struct stackanno_row movd[4] = {
	[1] = { "mov", GENERAL_VECTOR, SIZE_DQ, 0, READS | LETTER, NULL, NULL },
};
static const struct stackanno_row movd_store[4] = {
	[1] = { "mov", VECTOR_GENERAL, SIZE_DQ, 0, WRITES | LETTER, NULL, NULL },
	[2] = { "movq", RM_VECTOR, SIZE_X, SIZE_Q, READS, NULL, NULL },
};
static const struct stackanno_row movnt[4] = {
	{ .name = NULL }, { "movntdq", VECTOR_RM, SIZE_X, 0, WRITES | MEMORY, NULL, NULL },
};
static const struct stackanno_row movq_store[4] = {
	{ .name = NULL }, { "movq", VECTOR_RM, SIZE_X, SIZE_Q, WRITES, NULL, NULL },
};
static const struct stackanno_row movl[4] = {
	{ "movlps", RM_VECTOR, SIZE_X, SIZE_Q, READS | MEMORY, NULL, NULL },
};
static const struct stackanno_row movl_store[4] = {
	{ "movlps", VECTOR_RM, SIZE_X, SIZE_Q, WRITES | MEMORY, NULL, NULL },
};
static const struct stackanno_row movh[4] = {
	{ "movhps", RM_VECTOR, SIZE_X, SIZE_Q, READS | MEMORY, NULL, NULL },
};
static const struct stackanno_row movh_store[4] = {
	{ "movhps", VECTOR_RM, SIZE_X, SIZE_Q, WRITES | MEMORY, NULL, NULL },
};
static const struct stackanno_row pxor[4] = {
	{ .name = NULL }, { "pxor", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
};
static const struct stackanno_row xorps[4] = {
	{ "xorps", RM_VECTOR, SIZE_X, 0, READS, NULL, NULL },
};

static const struct stackanno_row popcnt[4] = { [2] = {
	"popcnt", RM_REG, SIZE_V, 0, READS, NULL, NULL },
};
static const struct stackanno_row bsf[4] = {
	{ "bsf", RM_REG, SIZE_V, 0, READS, NULL, NULL }, { .name = NULL },
	{ "tzcnt", RM_REG, SIZE_V, 0, READS, NULL, NULL },
};
static const struct stackanno_row bsr[4] = {
	{ "bsr", RM_REG, SIZE_V, 0, READS, NULL, NULL }, { .name = NULL },
	{ "lzcnt", RM_REG, SIZE_V, 0, READS, NULL, NULL },
};

static const struct stackanno_row bits_imm[8] = {
	[4] = { "bt", IMM_RM, SIZE_V, 0, READS | SUFFIX | BITS, NULL, NULL },
	[5] = { "bts", IMM_RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS | BITS, NULL, NULL },
	[6] = { "btr", IMM_RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS | BITS, NULL, NULL },
	[7] = { "btc", IMM_RM, SIZE_V, 0, BOTH | SUFFIX | LOCKS | BITS, NULL, NULL },
};

static const struct stackanno_row prefetches[8] = {
	{ "prefetchnta", RM, SIZE_B, 0, MEMORY, NULL, NULL },
	{ "prefetcht0", RM, SIZE_B, 0, MEMORY, NULL, NULL },
	{ "prefetcht1", RM, SIZE_B, 0, MEMORY, NULL, NULL },
	{ "prefetcht2", RM, SIZE_B, 0, MEMORY, NULL, NULL },
};
static const struct stackanno_row prefetchw[8] = {
	{ "prefetch", RM, SIZE_B, 0, MEMORY, NULL, NULL },
	{ "prefetchw", RM, SIZE_B, 0, MEMORY, NULL, NULL },
};

static const struct stackanno_row group_9[8] = {
	[1] = { "cmpxchg", RM, SIZE_X, 0, BOTH | MEMORY | LOCKS, NULL, NULL },
};

static const struct stackanno_row group_15[8] = {
	{ "fxsave", RM, SIZE_FXSAVE, 0, WRITES | MEMORY | REX_W, NULL, NULL },
	{ "fxrstor", RM, SIZE_FXSAVE, 0, READS | MEMORY | REX_W, NULL, NULL },
	{ "ldmxcsr", RM, SIZE_D, 0, READS | MEMORY, NULL, NULL },
	{ "stmxcsr", RM, SIZE_D, 0, WRITES | MEMORY, NULL, NULL },
	{ "xsave", RM, SIZE_UNSAID, 0, WRITES | MEMORY | REX_W, NULL, NULL },
	{ "xrstor", RM, SIZE_UNSAID, 0, READS | MEMORY | REX_W, NULL, NULL },
	{ "xsaveopt", RM, SIZE_UNSAID, 0, WRITES | MEMORY | REX_W, NULL, NULL },
	{ "clflush", RM, SIZE_B, 0, READS | MEMORY, NULL, NULL },
};

static const struct stackanno_row nop_rm[8] = { { "nop", RM, SIZE_V, 0, SUFFIX, NULL, NULL } };

static const struct stackanno_row two_byte[256] = {
	[0x0b] = { "ud2", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0x0d] = { "", 0, 0, 0, GROUP, prefetchw, NULL },
	[0x10] = { "", 0, 0, 0, PREFIXED, movu, NULL },
	[0x11] = { "", 0, 0, 0, PREFIXED, movu_store, NULL },
	[0x12] = { "", 0, 0, 0, PREFIXED, movl, NULL },
	[0x13] = { "", 0, 0, 0, PREFIXED, movl_store, NULL },
	[0x16] = { "", 0, 0, 0, PREFIXED, movh, NULL },
	[0x17] = { "", 0, 0, 0, PREFIXED, movh_store, NULL },
	[0x18] = { "", 0, 0, 0, GROUP, prefetches, NULL },
	[0x1f] = { "", 0, 0, 0, GROUP, nop_rm, NULL },
	[0x20] = { "mov", CONTROL_RM, SIZE_Q, 0, REGISTER, NULL, NULL },
	[0x22] = { "mov", RM_CONTROL, SIZE_Q, 0, REGISTER, NULL, NULL },
	[0x28] = { "", 0, 0, 0, PREFIXED, mova, NULL },
	[0x29] = { "", 0, 0, 0, PREFIXED, mova_store, NULL },
	[0x30] = { "wrmsr", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0x31] = { "rdtsc", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0x32] = { "rdmsr", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0x33] = { "rdpmc", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0x40 ... 0x4f] = { "cmov", RM_REG, SIZE_V, 0, READS | CONDITION, NULL, NULL },
	[0x57] = { "", 0, 0, 0, PREFIXED, xorps, NULL },
	[0x6e] = { "", 0, 0, 0, PREFIXED, movd, NULL },
	[0x6f] = { "", 0, 0, 0, PREFIXED, movdq, NULL },
	[0x7e] = { "", 0, 0, 0, PREFIXED, movd_store, NULL },
	[0x7f] = { "", 0, 0, 0, PREFIXED, movdq_store, NULL },
	[0x80 ... 0x8f] = { "j", TARGET, SIZE_NONE, 0, CONDITION, NULL, NULL },
	[0x90 ... 0x9f] = { "set", RM, SIZE_B, 0, WRITES | CONDITION, NULL, NULL },
	[0xa2] = { "cpuid", PLAIN, SIZE_NONE, 0, 0, NULL, NULL },
	[0xa3] = { "bt", REG_RM, SIZE_V, 0, READS, NULL, NULL },
	[0xa4] = { "shld", IMM_REG_RM, SIZE_V, 0, BOTH | BITS, NULL, NULL },
	[0xa5] = { "shld", CL_REG_RM, SIZE_V, 0, BOTH, NULL, NULL },
	[0xab] = { "bts", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	[0xac] = { "shrd", IMM_REG_RM, SIZE_V, 0, BOTH | BITS, NULL, NULL },
	[0xad] = { "shrd", CL_REG_RM, SIZE_V, 0, BOTH, NULL, NULL },
	[0xae] = { "", 0, 0, 0, GROUP, group_15, NULL },
	[0xaf] = { "imul", RM_REG, SIZE_V, 0, READS, NULL, NULL },
	[0xb0] = { "cmpxchg", REG_RM, SIZE_B, 0, BOTH | LOCKS, NULL, NULL },
	[0xb1] = { "cmpxchg", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	[0xb3] = { "btr", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	[0xb6] = { "movzb", EXTEND, SIZE_V, SIZE_B, READS, NULL, NULL },
	[0xb7] = { "movzw", EXTEND, SIZE_V, SIZE_W, READS, NULL, NULL },
	[0xb8] = { "", 0, 0, 0, PREFIXED, popcnt, NULL },
	[0xb9] = { "ud1", RM_REG, SIZE_V, 0, 0, NULL, NULL },
	[0xba] = { "", 0, 0, 0, GROUP, bits_imm, NULL },
	[0xbb] = { "btc", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	[0xbc] = { "", 0, 0, 0, PREFIXED, bsf, NULL },
	[0xbd] = { "", 0, 0, 0, PREFIXED, bsr, NULL },
	[0xbe] = { "movsb", EXTEND, SIZE_V, SIZE_B, READS, NULL, NULL },
	[0xbf] = { "movsw", EXTEND, SIZE_V, SIZE_W, READS, NULL, NULL },
	[0xc0] = { "xadd", REG_RM, SIZE_B, 0, BOTH | LOCKS, NULL, NULL },
	[0xc1] = { "xadd", REG_RM, SIZE_V, 0, BOTH | LOCKS, NULL, NULL },
	[0xc3] = { "movnti", REG_RM, SIZE_V, 0, WRITES | MEMORY, NULL, NULL },
	[0xc7] = { "", 0, 0, 0, GROUP, group_9, NULL },
	[0xc8 ... 0xcf] = { "bswap", OPREG, SIZE_V, 0, 0, NULL, NULL },
	[0xd6] = { "", 0, 0, 0, PREFIXED, movq_store, NULL },
	[0xe7] = { "", 0, 0, 0, PREFIXED, movnt, NULL },
	[0xef] = { "", 0, 0, 0, PREFIXED, pxor, NULL },
};

/* Which of the four rows that a prefix chooses from: 66 is the weakest. */
static u32 prefix_choice(const struct stackanno_insn *insn, u8 *mandatory)
{
	static const u8 prefixes[4] = { 0, 0x66, 0xf3, 0xf2 };
	u32 i;

	for (i = 3; i > 0; i--) {
		if (stackanno_row_prefixed(insn, prefixes[i])) {
			*mandatory = prefixes[i];
			return i;
		}
	}
	return 0;
}

static const struct stackanno_row *choose(const struct stackanno_insn *insn,
					  const struct stackanno_row *rows, u8 *mandatory)
{
	u32 choice = prefix_choice(insn, mandatory);

	/* Where the operands are general registers, 66 is their size. */
	if (choice == 1 && !rows[1].name && rows[0].layout == RM_REG) {
		*mandatory = 0;
		choice = 0;
	}
	return &rows[choice];
}

/* A name of several; what only compares writes nothing. */
static void set_name(struct stackanno_row *row, const char * const *names, u32 index)
{
	row->name = names[index];
	if (names == alu_names && index == ALU_CMP)
		row->flags &= ~(WRITES | LOCKS);
}

bool stackanno_row_find(const struct stackanno_insn *insn, struct stackanno_row *row,
			u8 *mandatory)
{
	const struct stackanno_row *found;
	u32 group = insn->modrm >> 3 & 7;
	u8 op;

	*mandatory = 0;
	if (insn->vex || !insn->length || !insn->opcodes || insn->opcodes > 2)
		return false;
	op = insn->opcode[insn->opcodes - 1];
	if (insn->opcodes == 1 && op < 0x40 && alu[op & 7].name) {
		*row = alu[op & 7];
		set_name(row, alu_names, op >> 3);
		return true;
	}
	found = insn->opcodes == 1 ? &one_byte[op] : &two_byte[op];
	if (found->flags & GROUP)
		found = &found->of[group];
	else if (found->flags & PREFIXED)
		found = choose(insn, found->of, mandatory);
	*row = *found;
	if (row->names)
		set_name(row, row->names, group);
	return row->name;
}
