/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the maps of opcodes share: the instruction that is lifted, its operands, and the
 * steps that are made of it. Registers have the numbers of the instruction set.
 */
#ifndef STACKANNO_CORE_X86_64_LIFT_H
#define STACKANNO_CORE_X86_64_LIFT_H

#include "env.h"
#include "ir.h"

enum reg {
	RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15,
	NO_REG = STACKANNO_IR_NO_REG,
};

#define BIT_OF(reg) (1U << (reg))
#define WORD 8
/* More than any instruction writes, but for the ones that say 0: no bound. */
#define VECTOR_BYTES 64
#define CANARY_OFFSET 0x28

struct lift {
	const struct stackanno_insn *insn;
	struct stackanno_ir_list *list;
	u64 next;	/* address of the next instruction */
	u64 canary;
	u8 op;		/* the last byte of the opcode */
	u8 size;	/* of the operands, in bytes */
};

static inline struct stackanno_ir *emit(struct lift *lift, enum stackanno_ir_op op, u32 size,
					u8 dst, u8 src)
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

static inline void mix(struct lift *lift, u8 dst, u8 src)
{
	emit(lift, STACKANNO_IR_MIX, WORD, dst, src);
}

/* dst = dst and src, or dst and imm where src is none, in a known way. */
static inline void compute(struct lift *lift, enum stackanno_ir_how how, u8 dst, u8 src, s64 imm)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_MIX, lift->size, dst, src);

	ir->how = how;
	ir->imm = imm;
}

static inline void clobber(struct lift *lift, u32 mask)
{
	u8 reg;

	for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
		if (mask & BIT_OF(reg))
			emit(lift, STACKANNO_IR_CLOBBER, WORD, reg, NO_REG);
}

static inline bool has_prefix(const struct lift *lift, u8 prefix)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lift->insn->prefix); i++)
		if (lift->insn->prefix[i] == prefix)
			return true;
	return false;
}

static inline bool is_repeated(const struct lift *lift)
{
	return has_prefix(lift, 0xf2) || has_prefix(lift, 0xf3);
}

static inline u8 modrm_reg(const struct lift *lift)
{
	return (lift->insn->modrm >> 3 & 7) | (lift->insn->rex & 4 ? 8 : 0);
}

static inline u8 modrm_rm(const struct lift *lift)
{
	return (lift->insn->modrm & 7) | (lift->insn->rex & 1 ? 8 : 0);
}

/* The three bits that choose in a group of instructions. */
static inline u8 group(const struct lift *lift)
{
	return lift->insn->modrm >> 3 & 7;
}

static inline bool is_memory(const struct lift *lift)
{
	return lift->insn->has_modrm && lift->insn->modrm < 0xc0;
}

/* ah, ch, dh, bh: bits 8 to 15 of the first four registers. */
static inline bool is_high(const struct lift *lift, u8 reg, u32 size)
{
	return size == 1 && !lift->insn->rex && reg >= 4 && reg < 8;
}

static inline u8 whole_of(const struct lift *lift, u8 reg, u32 size)
{
	return is_high(lift, reg, size) ? reg - 4 : reg;
}

static inline struct stackanno_ir_mem memory(const struct lift *lift)
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

static inline void store_any(struct lift *lift, u32 bytes)
{
	struct stackanno_ir *ir = emit(lift, STACKANNO_IR_STORE_ANY, 0, NO_REG, NO_REG);

	ir->mem = memory(lift);
	ir->imm = bytes;
}

static inline void leak(struct lift *lift, u8 src)
{
	if (src != NO_REG)
		emit(lift, STACKANNO_IR_LEAK, WORD, NO_REG, src);
}

/* The register or memory of ModRM becomes something that depends on @src. */
static inline void spoil_rm(struct lift *lift, u32 size, u8 src)
{
	if (is_memory(lift)) {
		leak(lift, src);
		store_any(lift, size);
	} else {
		mix(lift, whole_of(lift, modrm_rm(lift), size), src);
	}
}

/* dst = src among registers; what is narrower than 32 bits leaves the rest. */
static inline void copy(struct lift *lift, u8 dst, u8 src, u32 size)
{
	if (size < 4)
		mix(lift, whole_of(lift, dst, size), whole_of(lift, src, size));
	else
		emit(lift, STACKANNO_IR_COPY, size, dst, src);
}

/* Words that only an index tells apart lie at a fixed place. */
static inline void note_table(struct lift *lift, const struct stackanno_ir_mem *mem)
{
	if (mem->base == NO_REG && mem->index != NO_REG && mem->scale == WORD && !mem->foreign)
		lift->list->table = (u64)mem->disp;
}

static inline void load(struct lift *lift, u8 dst, u32 size, u32 from, bool sign)
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

static inline void store(struct lift *lift, u8 src, u32 size)
{
	struct stackanno_ir *ir;

	if (is_high(lift, src, size)) {
		store_any(lift, 1);
		return;
	}
	ir = emit(lift, STACKANNO_IR_STORE, size, NO_REG, src);
	ir->mem = memory(lift);
}

static inline void set(struct lift *lift, u8 dst, u32 size, s64 imm)
{
	if (size < 4) {
		mix(lift, whole_of(lift, dst, size), NO_REG);
		return;
	}
	emit(lift, STACKANNO_IR_SET, size, dst, NO_REG)->imm = size == 4 ? (s64)(u32)imm : imm;
}

static inline u8 opcode_reg(const struct lift *lift)
{
	return (lift->op & 7) | (lift->insn->rex & 1 ? 8 : 0);
}

static inline struct stackanno_ir *push(struct lift *lift, enum stackanno_ir_op op, u8 src)
{
	u8 at = lift->list->count;

	emit(lift, op, WORD, NO_REG, src);
	lift->list->op[at].mem.base = RSP;
	lift->list->op[at].mem.disp = -WORD;
	lift->list->op[at].flags = STACKANNO_IR_PUSH;
	emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm = -WORD;
	return &lift->list->op[at];
}

/* ---- handlers that several maps name ---- */

static inline void op_push_other(struct lift *lift)
{
	push(lift, STACKANNO_IR_STORE_ANY, NO_REG)->imm = WORD;
}

static inline void op_pop_other(struct lift *lift)
{
	emit(lift, STACKANNO_IR_ADD, WORD, RSP, NO_REG)->imm = WORD;
}

static inline void op_mix_reg(struct lift *lift)
{
	mix(lift, modrm_reg(lift), is_memory(lift) ? NO_REG : modrm_rm(lift));
}

/* With two operands, or by a number into the register that it multiplies. */
static inline void op_imul(struct lift *lift)
{
	u8 dst = modrm_reg(lift), src = modrm_rm(lift);

	if (is_memory(lift) || lift->size < 4 || (lift->op != 0xaf && dst != src))
		op_mix_reg(lift);
	else if (lift->op == 0xaf)
		compute(lift, STACKANNO_HOW_MUL, dst, src, 0);
	else
		compute(lift, STACKANNO_HOW_MUL, dst, NO_REG, lift->insn->immediate);
}

static inline void op_branch(struct lift *lift)
{
	u8 condition = lift->op & 15;

	lift->list->when = condition == 4 ? STACKANNO_WHEN_EQUAL :
			   condition == 5 ? STACKANNO_WHEN_DIFFERENT : STACKANNO_WHEN_ANY;
	lift->list->exit = STACKANNO_EXIT_BRANCH;
	lift->list->target = lift->next + (u64)lift->insn->immediate;
}

static inline void op_return(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_LEAVE;
}

static inline void op_trap(struct lift *lift)
{
	lift->list->exit = STACKANNO_EXIT_TRAP;
}

/* Known, and without an effect on what is followed. */
static inline void op_nothing(struct lift *lift)
{
	lift->list->unknown = false;
}

typedef void (*lift_fn)(struct lift *lift);

/* The map behind 0f, by the second byte; NULL: unknown. */
extern const lift_fn stackanno_lift_two_byte[256];

/* The maps behind 0f 38 and 0f 3a. */
void stackanno_lift_three_byte(struct lift *lift);

/* What a VEX or EVEX prefix leads in. */
void stackanno_lift_vector(struct lift *lift);

/* An instruction that no map has: whatever it names, and where such return things. */
void stackanno_lift_unknown(struct lift *lift);

#endif /* STACKANNO_CORE_X86_64_LIFT_H */
