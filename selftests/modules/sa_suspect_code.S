/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of which sa_suspect.c knows where each word lies, from sa_suspect_cfa down. */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

	.text

/* Calls the function in rdi, whose CFA is rsp at the call. */
SYM_FUNC_START(sa_suspect_enter)
	subq	$8, %rsp
	movq	%rsp, sa_suspect_cfa(%rip)
	ANNOTATE_RETPOLINE_SAFE
	call	*%rdi
	addq	$8, %rsp
	RET
SYM_FUNC_END(sa_suspect_enter)

/*
 * The saved rbx of the callee lies 0x20 below the CFA, its return address 0x18. It is an
 * address in the caller's frame. (Of rbp the kernel's unwinder would make use.)
 */
SYM_FUNC_START(sa_suspect_caller)
	pushq	%rbx
	movq	%rsp, %rbx
	call	sa_suspect_callee
	popq	%rbx
	RET
SYM_FUNC_END(sa_suspect_caller)

SYM_FUNC_START(sa_suspect_callee)
	pushq	%rbx
	xorl	%ebx, %ebx
	call	sa_suspect_crash
	popq	%rbx
	RET
SYM_FUNC_END(sa_suspect_callee)

/* The same frame as the caller's, and no call. */
SYM_FUNC_START(sa_suspect_odd)
	pushq	%rbx
	movq	%rsp, %rbx
	/* Where a tracer's call may have stood, nothing is suspected. */
	xorl	%eax, %eax
	xorl	%eax, %eax
	xorl	%eax, %eax
	nop
	popq	%rbx
	RET
SYM_FUNC_END(sa_suspect_odd)

/* The same, and the call of another. */
SYM_FUNC_START(sa_suspect_other)
	pushq	%rbx
	movq	%rsp, %rbx
	call	sa_suspect_never
	popq	%rbx
	RET
SYM_FUNC_END(sa_suspect_other)

SYM_FUNC_START(sa_suspect_never)
	RET
SYM_FUNC_END(sa_suspect_never)

/* The constant lies 0x10 below the CFA. */
SYM_FUNC_START(sa_suspect_five)
	subq	$8, %rsp
	movq	$5, (%rsp)
	call	sa_suspect_crash
	addq	$8, %rsp
	RET
SYM_FUNC_END(sa_suspect_five)

SYM_FUNC_START(sa_suspect_tails)
	subq	$8, %rsp
	movl	$0x7a11, %edi
	call	sa_suspect_first
	addq	$8, %rsp
	RET
SYM_FUNC_END(sa_suspect_tails)

SYM_FUNC_START(sa_suspect_first)
	jmp	sa_suspect_second
SYM_FUNC_END(sa_suspect_first)

SYM_FUNC_START(sa_suspect_second)
	subq	$8, %rsp
	xorl	%edi, %edi
	call	sa_suspect_crash
	addq	$8, %rsp
	RET
SYM_FUNC_END(sa_suspect_second)

/* What it is given it keeps in rbx, which its callee saves 0x30 below the CFA of this one. */
SYM_FUNC_START(sa_suspect_given)
	subq	$8, %rsp
	movl	$0x91e, %edi
	call	sa_suspect_keeper
	addq	$8, %rsp
	RET
SYM_FUNC_END(sa_suspect_given)

SYM_FUNC_START(sa_suspect_keeper)
	pushq	%rbx
	movq	%rdi, %rbx
	call	sa_suspect_callee
	movq	%rbx, %rax
	popq	%rbx
	RET
SYM_FUNC_END(sa_suspect_keeper)

/*
 * The unwinder is told of a frame that is 8 bytes less than it is, and finds what it looks
 * for there: the return addresses of this one and of sa_suspect_enter().
 */
SYM_FUNC_START(sa_suspect_size)
	subq	$8, %rsp
	movq	8(%rsp), %rax
	movq	%rax, (%rsp)
	movq	0x18(%rsp), %rax
	movq	%rax, 0x10(%rsp)
	UNWIND_HINT_FUNC
	call	sa_suspect_crash
	ud2
SYM_FUNC_END(sa_suspect_size)
