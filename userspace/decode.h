/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's instruction decoder, for programs on the host. */
#ifndef STACKANNO_DECODE_H
#define STACKANNO_DECODE_H

#include "core/ops.h"

/* As the ops' decode; @ops is not looked at. */
int decode_insn(struct stackanno_ops *ops, const u8 *bytes, u32 len,
		struct stackanno_insn *insn);

#endif /* STACKANNO_DECODE_H */
