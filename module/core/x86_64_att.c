// SPDX-License-Identifier: GPL-2.0-only
/*
 * x86-64's instructions in AT&T's syntax, as objdump writes them.
 * selftests/oracle/att_check.c compares with objdump's own.
 */
#include "att.h"

#include "x86_64_rows.h"

#define WORD 8
#define NO_REG STACKANNO_IR_NO_REG
#define RSP 4
#define RSI 6
#define RDI 7

struct print {
	const struct stackanno_insn *insn;
	struct stackanno_text *text;
	u64 next;	/* address of the next instruction */
	struct stackanno_row row;
	u8 op;		/* last byte of the opcode */
	u8 size;	/* bytes */
	u8 from;
	u8 mandatory;	/* prefix that is part of the opcode; 0 */
};

/* ---- what the instruction is made of ---- */

static bool is_memory(const struct print *p)
{
	return p->insn->has_modrm && p->insn->modrm < 0xc0;
}

static u8 modrm_reg(const struct print *p)
{
	return (p->insn->modrm >> 3 & 7) | (p->insn->rex & 4 ? 8 : 0);
}

static u8 modrm_rm(const struct print *p)
{
	return (p->insn->modrm & 7) | (p->insn->rex & 1 ? 8 : 0);
}

static u8 opcode_reg(const struct print *p)
{
	return (p->op & 7) | (p->insn->rex & 1 ? 8 : 0);
}

static u8 segment_of(const struct stackanno_insn *insn)
{
	return stackanno_row_prefixed(insn, 0x64) ? 4 : stackanno_row_prefixed(insn, 0x65) ? 5 : 0;
}

static struct stackanno_ir_mem memory(const struct print *p)
{
	const struct stackanno_insn *insn = p->insn;
	struct stackanno_ir_mem mem = { .base = NO_REG, .index = NO_REG, .scale = 1,
					.disp = insn->displacement,
					.foreign = segment_of(insn) };
	u8 mod = insn->modrm >> 6;

	if ((insn->modrm & 7) == 4) {
		u8 index = (insn->sib >> 3 & 7) | (insn->rex & 2 ? 8 : 0);

		mem.index = index == RSP ? NO_REG : index;
		mem.scale = (u8)(1 << (insn->sib >> 6));
		if (mod || (insn->sib & 7) != 5)
			mem.base = (insn->sib & 7) | (insn->rex & 1 ? 8 : 0);
	} else if (mod || (insn->modrm & 7) != 5) {
		mem.base = modrm_rm(p);
	} else {
		mem.disp += (s64)p->next;
	}
	return mem;
}

static bool is_ip_relative(const struct print *p)
{
	return p->insn->modrm >> 6 == 0 && (p->insn->modrm & 7) == 5;
}

static u8 bytes_of(const struct print *p, u8 size)
{
	u8 operand = p->insn->operand_bytes;

	switch (size) {
	case SIZE_V:
		return operand;
	case SIZE_FULL:
		return operand == 2 ? 2 : WORD;
	case SIZE_DQ:
		return p->insn->rex & 8 ? WORD : 4;
	case SIZE_FXSAVE:
	case SIZE_UNSAID:
		return 0;
	default:
		return size;
	}
}

/* What a prefix does here that is not part of the opcode; false: it is not known. */
static bool knows_prefixes(const struct print *p)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(p->insn->prefix); i++) {
		u8 prefix = p->insn->prefix[i];

		switch (prefix) {
		case 0:
		case 0x66:
		case 0x67:
			/* Of no use, and written by objdump all the same. */
			if (prefix == 0x66 && p->mandatory != 0x66 && p->insn->operand_bytes != 2)
				return false;
			if (prefix == 0x67 && !is_memory(p))
				return false;
			break;
		case 0x64:
		case 0x65:
			if (!is_memory(p))
				return false;
			break;
		case 0xf0:
			if (!(p->row.flags & LOCKS) || !is_memory(p))
				return false;
			break;
		case 0xf2:
		case 0xf3:
			if (prefix != p->mandatory && !(p->row.flags & REPEATS))
				return false;
			break;
		default:
			return false;
		}
	}
	return true;
}

/* A REX prefix that changes nothing is written as well. */
static bool knows_rex(const struct print *p)
{
	u8 rex = p->insn->rex;

	switch (p->row.layout) {
	case PLAIN:
	case TARGET:
	case IMM:
		return !rex;
	case OPREG:
		return rex != 0x40 && (!(rex & 8) || p->row.size == SIZE_V) && !(rex & 6);
	case STAR_RM:
		return rex != 0x40 && !(rex & 8);
	case MOVS: case STOS: case LODS: case CMPS: case SCAS:
		return rex != 0x40 && !(rex & 7);
	default:
		return rex != 0x40 || p->size == 1 || p->from == 1;
	}
}

static bool find(struct print *p, const struct stackanno_insn *insn, u64 address)
{
	const struct stackanno_row *row = &p->row;

	*p = (struct print){ .insn = insn, .next = address + insn->length };
	if (!stackanno_row_find(insn, &p->row, &p->mandatory))
		return false;
	p->op = insn->opcode[insn->opcodes - 1];
	p->size = bytes_of(p, row->size);
	p->from = row->from ? bytes_of(p, row->from) : p->size;
	if (row->flags & MEMORY && !is_memory(p))
		return false;
	if (row->flags & REGISTER && is_memory(p))
		return false;
	/* cmpxchg8b, cmpxchg16b. */
	if (row->layout == RM && row->size == SIZE_X)
		p->from = insn->rex & 8 ? 16 : 8;
	return knows_prefixes(p) && knows_rex(p);
}

/* ---- writing it ---- */

static void put(struct print *p, const char *string)
{
	stackanno_text_string(p->text, string);
}

static void put_register(struct print *p, u8 reg, u32 bytes)
{
	static const char * const legacy[8] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" };
	static const char * const low[8] = { "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil" };
	static const char * const high[4] = { "ah", "ch", "dh", "bh" };

	put(p, "%");
	if (reg >= 8) {
		put(p, "r");
		stackanno_text_decimal(p->text, reg, 0);
		put(p, bytes == 4 ? "d" : bytes == 2 ? "w" : bytes == 1 ? "b" : "");
	} else if (bytes == 1) {
		put(p, reg >= 4 && !p->insn->rex ? high[reg - 4] : low[reg]);
	} else {
		put(p, bytes == 8 ? "r" : bytes == 4 ? "e" : "");
		put(p, legacy[reg]);
	}
}

static void put_number(struct print *p, const char *sign, u64 number)
{
	put(p, sign);
	put(p, "0x");
	stackanno_text_hex(p->text, number, 1);
}

static void put_immediate(struct print *p, u32 bytes)
{
	u64 value = (u64)p->insn->immediate;

	put(p, "$");
	put_number(p, "", bytes >= 8 ? value : value & ((1ULL << 8 * bytes) - 1));
}

static void put_displacement(struct print *p, s64 value)
{
	put_number(p, value < 0 ? "-" : "", value < 0 ? 0 - (u64)value : (u64)value);
}

static void put_memory(struct print *p)
{
	const struct stackanno_insn *insn = p->insn;
	struct stackanno_ir_mem mem = memory(p);
	u8 segment = segment_of(insn);

	put(p, segment == 4 ? "%fs:" : segment == 5 ? "%gs:" : "");
	if (is_ip_relative(p)) {
		put_displacement(p, insn->displacement);
		put(p, insn->address_bytes == 4 ? "(%eip)" : "(%rip)");
		return;
	}
	if (mem.base == NO_REG && mem.index == NO_REG) {
		put_number(p, "", (u64)mem.disp);
		return;
	}
	if (insn->modrm >> 6 || mem.base == NO_REG)
		put_displacement(p, mem.disp);
	put(p, "(");
	if (mem.base != NO_REG)
		put_register(p, mem.base, insn->address_bytes);
	if (mem.index != NO_REG) {
		put(p, ",");
		put_register(p, mem.index, insn->address_bytes);
		put(p, ",");
		stackanno_text_decimal(p->text, mem.scale, 0);
	}
	put(p, ")");
}

static void put_rm(struct print *p, u32 bytes)
{
	if (is_memory(p))
		put_memory(p);
	else
		put_register(p, modrm_rm(p), bytes);
}

static void put_vector(struct print *p, u8 reg)
{
	put(p, "%xmm");
	stackanno_text_decimal(p->text, reg, 0);
}

static void put_rm_vector(struct print *p)
{
	if (is_memory(p))
		put_memory(p);
	else
		put_vector(p, modrm_rm(p));
}

static void put_special(struct print *p, bool segment)
{
	static const char * const segments[8] = { "%es", "%cs", "%ss", "%ds", "%fs", "%gs", "%?", "%?" };

	if (segment) {
		put(p, segments[p->insn->modrm >> 3 & 7]);
		return;
	}
	put(p, "%cr");
	stackanno_text_decimal(p->text, modrm_reg(p), 0);
}

static void put_string_operands(struct print *p)
{
	static const char from[] = "%ds:(%rsi)", to[] = "%es:(%rdi)";

	switch (p->row.layout) {
	case MOVS:
		put(p, from);
		put(p, ",");
		put(p, to);
		break;
	case CMPS:
		put(p, to);
		put(p, ",");
		put(p, from);
		break;
	case STOS:
		put_register(p, 0, p->size);
		put(p, ",");
		put(p, to);
		break;
	case LODS:
		put(p, from);
		put(p, ",");
		put_register(p, 0, p->size);
		break;
	default:
		put(p, to);
		put(p, ",");
		put_register(p, 0, p->size);
		break;
	}
}

/* The operand before the last comma, of those that have more than one. */
static void put_first(struct print *p)
{
	switch (p->row.layout) {
	case IMM_RM: case IMM_RAX: case IMM_OPREG: case MOVABS_OPREG: case IMM_RM_REG:
	case IMM_REG_RM:
		put_immediate(p, p->row.flags & BITS ? 1 : p->size);
		break;
	case CL_RM: case CL_REG_RM:
		put(p, "%cl");
		break;
	case REG_RM:
		put_register(p, modrm_reg(p), p->size);
		break;
	case RM_REG:
		put_rm(p, p->from);
		break;
	case EXTEND:
		put_rm(p, p->from);
		break;
	case RAX_OPREG:
		put_register(p, 0, p->size);
		break;
	case RM_VECTOR:
		put_rm_vector(p);
		break;
	case VECTOR_RM: case VECTOR_GENERAL:
		put_vector(p, modrm_reg(p));
		break;
	case GENERAL_VECTOR:
		put_rm(p, p->size);
		break;
	case CONTROL_RM: case SEGMENT_RM:
		put_special(p, p->row.layout == SEGMENT_RM);
		break;
	case RM_CONTROL: case RM_SEGMENT:
		put_rm(p, p->size);
		break;
	}
}

static void put_last(struct print *p)
{
	switch (p->row.layout) {
	case IMM_RM: case CL_RM: case REG_RM: case IMM_REG_RM: case CL_REG_RM:
	case CONTROL_RM: case SEGMENT_RM:
		put_rm(p, p->size);
		break;
	case IMM_RAX:
		put_register(p, 0, p->size);
		break;
	case IMM_OPREG: case MOVABS_OPREG: case RAX_OPREG:
		put_register(p, opcode_reg(p), p->size);
		break;
	case RM_REG: case EXTEND: case IMM_RM_REG:
		put_register(p, modrm_reg(p), p->size);
		break;
	case VECTOR_RM:
		put_rm_vector(p);
		break;
	case VECTOR_GENERAL:
		put_rm(p, p->size);
		break;
	case RM_VECTOR: case GENERAL_VECTOR:
		put_vector(p, modrm_reg(p));
		break;
	case RM_CONTROL: case RM_SEGMENT:
		put_special(p, p->row.layout == RM_SEGMENT);
		break;
	}
}

static void put_operands(struct print *p)
{
	switch (p->row.layout) {
	case PLAIN:
		return;
	case RM:
		put_rm(p, p->size);
		return;
	case STAR_RM:
		put(p, "*");
		put_rm(p, p->size);
		return;
	case OPREG:
		put_register(p, opcode_reg(p), p->size);
		return;
	case IMM:
		put_immediate(p, p->size);
		return;
	case TARGET:
		stackanno_text_hex(p->text, p->next + (u64)p->insn->immediate, 16);
		return;
	case MOVS: case STOS: case LODS: case CMPS: case SCAS:
		put_string_operands(p);
		return;
	}
	put_first(p);
	put(p, ",");
	if (p->row.layout == IMM_RM_REG) {
		put_rm(p, p->size);
		put(p, ",");
	} else if (p->row.layout == IMM_REG_RM || p->row.layout == CL_REG_RM) {
		put_register(p, modrm_reg(p), p->size);
		put(p, ",");
	}
	put_last(p);
}

static const char *letter_of(u32 bytes)
{
	return bytes == 1 ? "b" : bytes == 2 ? "w" : bytes == 4 ? "l" : "q";
}

static void put_name(struct print *p)
{
	static const char * const conditions[16] = {
		"o", "no", "b", "ae", "e", "ne", "be", "a",
		"s", "ns", "p", "np", "l", "ge", "le", "g",
	};
	u32 flags = p->row.flags;

	if (stackanno_row_prefixed(p->insn, 0xf0))
		put(p, "lock ");
	if (flags & REPEATS && stackanno_row_prefixed(p->insn, 0xf3))
		put(p, p->row.layout == CMPS || p->row.layout == SCAS ? "repz " : "rep ");
	if (flags & REPEATS && stackanno_row_prefixed(p->insn, 0xf2))
		put(p, "repnz ");
	put(p, p->row.name);
	if (flags & CONDITION)
		put(p, conditions[p->op & 15]);
	if (p->row.layout == MOVABS_OPREG && p->size == WORD)
		put(p, "abs");
	if (p->row.layout == EXTEND)
		put(p, letter_of(p->size));
	if (p->row.size == SIZE_X && p->row.layout == RM)
		put(p, p->from == 16 ? "16b" : "8b");
	if (flags & REX_W && p->insn->rex & 8)
		put(p, "64");
	if (flags & LETTER)
		/* Of a vector four bytes are d. */
		put(p, p->row.size == SIZE_DQ && p->size == 4 ? "d" : letter_of(p->size));
	else if (flags & SUFFIX && is_memory(p))
		put(p, letter_of(p->size));
}

bool stackanno_arch_print(const struct stackanno_insn *insn, u64 address,
			  struct stackanno_text *text)
{
	struct print p;

	if (!find(&p, insn, address))
		return false;
	p.text = text;
	put_name(&p);
	if (p.row.layout != PLAIN)
		put(&p, " ");
	put_operands(&p);
	if (is_memory(&p) && is_ip_relative(&p)) {
		put(&p, " # ");
		stackanno_text_hex(text, (u64)memory(&p).disp, 16);
	}
	return true;
}

/* ---- what it touches ---- */

static struct stackanno_access at_register(u8 kind, u8 reg, s64 disp, u32 bytes)
{
	return (struct stackanno_access){
		.kind = kind, .size = (u16)bytes,
		.mem = { .base = reg, .index = NO_REG, .scale = 1, .disp = disp } };
}

static u32 string_accesses(const struct print *p, struct stackanno_access *access)
{
	u8 to = p->row.layout == MOVS || p->row.layout == STOS ? STACKANNO_ACCESS_WRITE :
								 STACKANNO_ACCESS_READ;
	u32 count = 0;

	if (p->row.layout != STOS && p->row.layout != SCAS)
		access[count++] = at_register(STACKANNO_ACCESS_READ, RSI, 0, p->size);
	if (p->row.layout != LODS)
		access[count++] = at_register(to, RDI, 0, p->size);
	return count;
}

u32 stackanno_arch_accesses(const struct stackanno_insn *insn, u64 address,
			    struct stackanno_access access[STACKANNO_ATT_ACCESSES])
{
	struct print p;
	u32 count = 0;

	if (!find(&p, insn, address))
		return 0;
	if (p.row.layout >= MOVS && p.row.layout <= SCAS)
		return string_accesses(&p, access);
	if (p.row.flags & POPS)
		access[count++] = at_register(STACKANNO_ACCESS_READ, RSP, 0, p.size);
	if (is_memory(&p) && p.row.flags & BOTH)
		access[count++] = (struct stackanno_access){
			.kind = (p.row.flags & READS ? STACKANNO_ACCESS_READ : 0) |
				(p.row.flags & WRITES ? STACKANNO_ACCESS_WRITE : 0),
			.segment = segment_of(insn),
			.size = p.row.size == SIZE_FXSAVE ? 512 : p.from,
			.mem = memory(&p) };
	if (p.row.flags & PUSHES)
		access[count++] = at_register(STACKANNO_ACCESS_WRITE, RSP, -(s64)p.size, p.size);
	return count;
}

u32 stackanno_arch_operands(const struct stackanno_insn *insn, u8 reg[2])
{
	struct print p;
	u32 count = 0;

	if (!find(&p, insn, 0))
		return 0;
	switch (p.row.layout) {
	case REG_RM: case RM_REG: case IMM_RM: case RM: case STAR_RM: case CL_RM:
		if (!is_memory(&p))
			reg[count++] = modrm_rm(&p);
		if (p.row.layout == REG_RM || p.row.layout == RM_REG)
			reg[count++] = modrm_reg(&p);
		break;
	case IMM_RAX:
		reg[count++] = 0;
		break;
	case OPREG:
		reg[count++] = opcode_reg(&p);
		break;
	}
	return count;
}

static bool is_one_of(const char *name, const char * const *names, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool stackanno_arch_compares(const struct stackanno_insn *insn)
{
	static const char * const names[] = {
		"cmp", "test", "bt", "add", "sub", "and", "or", "xor", "inc", "dec", "neg",
		"bts", "btr", "btc", "shl", "shr", "sar", "cmpxchg", "xadd", "sbb", "adc",
	};
	struct print p;

	return find(&p, insn, 0) && is_one_of(p.row.name, names, ARRAY_SIZE(names));
}

bool stackanno_arch_keeps_flags(const struct stackanno_insn *insn)
{
	/* Moves of any kind begin with the same three letters. */
	static const char move[] = "mov";
	static const char * const names[] = {
		"lea", "push", "pop", "cmov", "set", "not", "xchg", "nop", "bswap", "leave",
		"xorps", "pxor", "prefetch", "prefetchw", "prefetcht0", "rdtsc", "stos", "lods",
	};
	struct print p;

	return find(&p, insn, 0) &&
	       (!strncmp(p.row.name, move, sizeof(move) - 1) ||
		is_one_of(p.row.name, names, ARRAY_SIZE(names)));
}

/*
 * Retpolines, and those that count how deep calls are, for a call or a jump. All stand
 * in a table by register, whose name is that of its first as well: which of both
 * names kallsyms tells is chance.
 */
u8 stackanno_arch_thunk(const char *name)
{
	static const char * const prefixes[] = { "__x86_indirect_thunk_",
		"__x86_indirect_call_thunk_", "__x86_indirect_jump_thunk_" };
	static const char * const names[STACKANNO_IR_REGS] = {
		"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	};
	u32 i;
	u8 reg;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			break;
	if (i == ARRAY_SIZE(prefixes))
		return NO_REG;
	name += strlen(prefixes[i]);
	if (!strcmp(name, "array"))
		return 0;
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (!strcmp(name, names[reg]))
			return reg;
	return NO_REG;
}
