/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>

	.text

/* No landing mark, no tracer's call: its first byte is the push. */
SYM_FUNC_START(sa_probe_pushes)
	pushq	%rbx
	popq	%rbx
	RET
SYM_FUNC_END(sa_probe_pushes)
