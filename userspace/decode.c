// SPDX-License-Identifier: GPL-2.0-only
#include "decode.h"

#include "insn.h"

int decode_insn(struct stackanno_ops *ops, const u8 *bytes, u32 len,
		struct stackanno_insn *insn)
{
	struct insn decoded;

	if (insn_decode(&decoded, bytes, (int)len, INSN_MODE_64) < 0)
		return -EINVAL;
	stackanno_insn_take(&decoded, insn);
	return 0;
}
