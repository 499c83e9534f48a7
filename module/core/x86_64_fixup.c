// SPDX-License-Identifier: GPL-2.0-only
/*
 * How x86 mends an exception in the kernel: struct exception_table_entry.data, since
 * 4b5305decc84 ("x86/extable: Extend extable functionality"), v5.17. From low to high
 * the type, a register, flags, and a number with its sign. Types keep their numbers
 * from kernel to kernel: asm/extable_fixup_types.h.
 */
#include "ir.h"

/* The register's number is that of the instruction set. */
enum { AX, CX, DX };

#define TYPE_OF(data) ((data) & 0xff)
#define REG_OF(data) ((data) >> 8 & 0xf)
#define FLAGS_OF(data) ((data) >> 12 & 0xf)
#define NUMBER_OF(data) ((s16)((data) >> 16))

#define CLEAR_AX 1
#define CLEAR_DX 2

enum effect {
	UNKNOWN,	/* anything */
	NOTHING,
	NEVER,		/* it does not return */
	TRAP_NUMBER,	/* into ax */
	CLEAR_BOTH,	/* ax and dx */
	ERROR,		/* the register: -EIO */
	ERROR_AND_CLEAR,
	NUMBER,		/* the register: what the entry says */
	COUNT,		/* into cx, from the register */
};

static const u8 effects[] = {
	[1] = NOTHING,		/* DEFAULT */
	[2] = TRAP_NUMBER,	/* FAULT */
	[3] = NOTHING,		/* UACCESS */
	[4] = TRAP_NUMBER,	/* COPY, up to 6.1 */
	[5] = NOTHING,		/* CLEAR_FS */
	[6] = NOTHING,		/* FPU_RESTORE */
	[8] = NOTHING,		/* WRMSR */
	[9] = CLEAR_BOTH,	/* RDMSR */
	[10] = ERROR,		/* WRMSR_SAFE */
	[11] = ERROR_AND_CLEAR,	/* RDMSR_SAFE */
	[12] = NEVER,		/* WRMSR_IN_MCE */
	[13] = NEVER,		/* RDMSR_IN_MCE */
	[14] = NOTHING,		/* DEFAULT_MCE_SAFE */
	[15] = TRAP_NUMBER,	/* FAULT_MCE_SAFE */
	[17] = NUMBER,		/* IMM_REG */
	[18] = TRAP_NUMBER,	/* FAULT_SGX */
	[19] = COUNT,		/* UCOPY_LEN */
	/*
	 * ZEROPAD: the rest of a load, into the register that it loads. Not POP_REG,
	 * 16, which moves the stack pointer: no 64-bit code has it.
	 */
	[20] = NOTHING,
};

bool stackanno_arch_fixup(u32 data, struct stackanno_fixup *fixup)
{
	u32 type = TYPE_OF(data), effect = type < ARRAY_SIZE(effects) ? effects[type] : UNKNOWN;

	fixup->spoiled = effect == UNKNOWN ? 0xffff : effect == TRAP_NUMBER ? 1U << AX :
			 effect == COUNT ? 1U << CX : 0;
	fixup->cleared = (FLAGS_OF(data) & CLEAR_AX ? 1U << AX : 0) |
			 (FLAGS_OF(data) & CLEAR_DX ? 1U << DX : 0);
	if (effect == CLEAR_BOTH || effect == ERROR_AND_CLEAR)
		fixup->cleared |= 1U << AX | 1U << DX;
	fixup->given = STACKANNO_IR_NO_REG;
	fixup->value = 0;
	if (effect == ERROR || effect == ERROR_AND_CLEAR || effect == NUMBER) {
		fixup->given = REG_OF(data);
		fixup->value = effect == NUMBER ? NUMBER_OF(data) : -EIO;
	}
	/* Which comes last depends on the kernel. */
	if (fixup->given != STACKANNO_IR_NO_REG && fixup->cleared >> fixup->given & 1) {
		fixup->spoiled |= 1U << fixup->given;
		fixup->given = STACKANNO_IR_NO_REG;
	}
	return effect != NEVER;
}
