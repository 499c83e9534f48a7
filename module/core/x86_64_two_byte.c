// SPDX-License-Identifier: GPL-2.0-only
/*
 * The maps behind 0f: system instructions, bits, and vectors. Vector registers are
 * not followed, only what leaves them.
 */
#include "x86_64_lift.h"

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

const lift_fn stackanno_lift_two_byte[256] = {
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

/* 0f 38 and 0f 3a: all vectors but for a few at the end of the first. */
void stackanno_lift_three_byte(struct lift *lift)
{
	if (lift->insn->opcode[1] == 0x3a) {
		if (lift->op >= 0x14 && lift->op <= 0x17)
			spoil_rm(lift, WORD, NO_REG);
		else if (lift->op >= 0x60 && lift->op <= 0x63)
			clobber(lift, BIT_OF(RCX));
		else if (lift->op == 0xf0)
			stackanno_lift_unknown(lift);
		return;
	}
	if (lift->op < 0xf0)
		return;
	if (lift->op <= 0xf1 && has_prefix(lift, 0xf2))
		mix(lift, modrm_reg(lift), NO_REG);
	else
		stackanno_lift_unknown(lift);
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
void stackanno_lift_vector(struct lift *lift)
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
