/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the kernel's decoder to what the core understands; for the module and
 * for the programs on the host, which all have that decoder.
 */
#ifndef STACKANNO_INSN_H
#define STACKANNO_INSN_H

#include <asm/insn.h>

#include "core/ops.h"

/*
 * VEX and EVEX hold the bits of a REX prefix, inverted, and one register more:
 *	c5 RvvvvLpp
 *	c4 RXBmmmmm WvvvvLpp
 *	62 RXBR0mmm Wvvvv1pp ...
 * Source: Intel's manual, volume 2, 2.3.5 and 2.7.1.
 */
static inline void stackanno_insn_take_vex(const struct insn *from, struct stackanno_insn *to)
{
	u8 first = from->vex_prefix.bytes[1], second = from->vex_prefix.bytes[2];
	u8 low;

	to->vex = from->vex_prefix.nbytes;
	if (to->vex == 2) {
		second = first;
		first |= 0x60;
		low = 0;
	} else {
		low = second >> 7;
	}
	to->rex = 0x40 | low << 3 | (~first >> 7 & 1) << 2 | (~first >> 6 & 1) << 1 |
		  (~first >> 5 & 1);
	to->vvvv = ~second >> 3 & 15;
	to->map = to->vex == 2 ? 1 : first & 7;
}

/**
 * stackanno_insn_take() - take over what the decoder found
 * @from: decoded
 * @to: set
 *
 * Context: any.
 */
static inline void stackanno_insn_take(const struct insn *from, struct stackanno_insn *to)
{
	/* Fields that the decoder did not fill hold zeros. */
	*to = (struct stackanno_insn){ .length = from->length };
	to->opcodes = from->opcode.nbytes < 3 ? from->opcode.nbytes : 3;
	memcpy(to->opcode, from->opcode.bytes, sizeof(to->opcode));
	/* The decoder keeps the last prefix in the fourth place as well. */
	if (from->prefixes.nbytes)
		memcpy(to->prefix, from->prefixes.bytes, sizeof(to->prefix));
	to->rex = from->rex_prefix.nbytes ? from->rex_prefix.bytes[0] : 0;
	if (from->vex_prefix.nbytes)
		stackanno_insn_take_vex(from, to);
	to->has_modrm = from->modrm.nbytes;
	to->modrm = from->modrm.bytes[0];
	to->sib = from->sib.nbytes ? from->sib.bytes[0] : 0;
	to->operand_bytes = from->opnd_bytes;
	to->address_bytes = from->addr_bytes;
	to->displacement = from->displacement.value;
	to->immediate = from->immediate.value;
	/* mov of 64 bits: the halves are two fields. */
	if (from->immediate1.nbytes == 4 && from->immediate2.nbytes == 4)
		to->immediate = (s64)((u64)(u32)from->immediate1.value |
				      (u64)(u32)from->immediate2.value << 32);
}

#endif /* STACKANNO_INSN_H */
