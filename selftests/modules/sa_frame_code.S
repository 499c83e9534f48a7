/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions whose frames are laid by hand, each for a way to lay one. What each
 * word of them is stands in sa_frame.c, by offset from the CFA.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>

#include "sa_frame_code.h"

	.text

/* Faults here when this stop is the one that was asked for. */
.macro STOP number
	movq	sa_frame_stops+8*\number(%rip), %rax
	movq	(%rax), %rax
.endm

/* Faults in the function called, when that is asked for. */
.macro STOP_IN_CALL
	call	sa_frame_callee
.endm

/*
 * Calls the function in rdi with known values in all registers, after it had the
 * words told that its frame will have: its CFA is rsp at the call.
 */
SYM_FUNC_START(sa_frame_enter)
	pushq	%rbp
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbx
	subq	$8, %rsp
	movq	%rdi, (%rsp)
	movq	%rsp, sa_frame_cfa(%rip)
	call	sa_frame_tell
	movq	(%rsp), %rax
	movabsq	$MAGIC_RBX, %rbx
	movabsq	$MAGIC_RBP, %rbp
	movabsq	$MAGIC_R12, %r12
	movabsq	$MAGIC_R13, %r13
	movabsq	$MAGIC_R14, %r14
	movabsq	$MAGIC_R15, %r15
	movabsq	$MAGIC_RDI, %rdi
	movabsq	$MAGIC_RSI, %rsi
	movabsq	$MAGIC_RDX, %rdx
	movabsq	$MAGIC_RCX, %rcx
	movabsq	$MAGIC_R8, %r8
	movabsq	$MAGIC_R9, %r9
	ANNOTATE_RETPOLINE_SAFE
	call	*%rax
	addq	$8, %rsp
	popq	%rbx
	popq	%r12
	popq	%r13
	popq	%r14
	popq	%r15
	popq	%rbp
	RET
SYM_FUNC_END(sa_frame_enter)

/* Stopped between any two instructions of a prologue and an epilogue. */
SYM_FUNC_START(sa_frame_pushes)
	STOP	0
	pushq	%rbp
	STOP	1
	pushq	%r15
	STOP	2
	pushq	%r14
	STOP	3
	pushq	%r13
	STOP	4
	pushq	%r12
	STOP	5
	pushq	%rbx
	STOP	6
	STOP_IN_CALL
	popq	%rbx
	STOP	7
	popq	%r12
	STOP	8
	popq	%r13
	STOP	9
	popq	%r14
	STOP	10
	popq	%r15
	STOP	11
	popq	%rbp
	STOP	12
	RET
SYM_FUNC_END(sa_frame_pushes)

/* Locals of all sizes, room that is never used, and some that is not yet. */
SYM_FUNC_START(sa_frame_locals)
	STOP	0
	subq	$0x38, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, 0x08(%rsp)
	movb	$0x5a, 0x10(%rsp)
	movl	$0x5a5a5a5a, 0x18(%rsp)
	movl	$0x6b6b6b6b, 0x1c(%rsp)
	movw	$0x5a5a, 0x22(%rsp)
	STOP	1
	STOP_IN_CALL
	movq	$1, 0x28(%rsp)
	STOP	2
	addq	$0x38, %rsp
	STOP	3
	RET
SYM_FUNC_END(sa_frame_locals)

/* Every register of the calling convention, kept for later. */
SYM_FUNC_START(sa_frame_spills)
	subq	$0x30, %rsp
	movq	%rdi, 0x28(%rsp)
	movq	%rsi, 0x20(%rsp)
	movq	%rdx, 0x18(%rsp)
	movq	%rcx, 0x10(%rsp)
	movq	%r8, 0x08(%rsp)
	movq	%r9, (%rsp)
	STOP	1
	STOP_IN_CALL
	addq	$0x30, %rsp
	RET
SYM_FUNC_END(sa_frame_spills)

/* Saved by moves; and flags, which are pushed. */
SYM_FUNC_START(sa_frame_moves)
	subq	$0x18, %rsp
	movq	%rbx, 0x10(%rsp)
	movq	%r15, 0x08(%rsp)
	xorl	%ebx, %ebx
	xorl	%r15d, %r15d
	STOP	1
	pushfq
	STOP	2
	STOP_IN_CALL
	popfq
	movq	0x08(%rsp), %r15
	movq	0x10(%rsp), %rbx
	addq	$0x18, %rsp
	RET
SYM_FUNC_END(sa_frame_moves)

/* A local that a string instruction fills. */
SYM_FUNC_START(sa_frame_filled)
	subq	$0x28, %rsp
	leaq	0x08(%rsp), %rdi
	movl	$3, %ecx
	movabsq	$MAGIC_LOCAL, %rax
	rep stosq
	xorl	%edi, %edi
	STOP	1
	STOP_IN_CALL
	addq	$0x28, %rsp
	RET
SYM_FUNC_END(sa_frame_filled)

/* Two objects, whose addresses are given away, and a saved register above. */
SYM_FUNC_START(sa_frame_objects)
	pushq	%rbx
	subq	$0x38, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, 0x08(%rsp)
	movq	%rax, 0x10(%rsp)
	movq	%rax, 0x20(%rsp)
	leaq	0x08(%rsp), %rdi
	leaq	0x20(%rsp), %rsi
	STOP_IN_CALL
	STOP	1
	addq	$0x38, %rsp
	popq	%rbx
	RET
SYM_FUNC_END(sa_frame_objects)

/* What the stack protector makes of a function with an array. */
SYM_FUNC_START(sa_frame_canary)
	pushq	%rbx
	subq	$0x20, %rsp
	movq	%gs:0x28, %rax
	movq	%rax, 0x18(%rsp)
	xorl	%eax, %eax
	leaq	0x08(%rsp), %rdi
	STOP_IN_CALL
	STOP	1
	addq	$0x20, %rsp
	popq	%rbx
	RET
SYM_FUNC_END(sa_frame_canary)

/* A call with nine arguments. */
SYM_FUNC_START(sa_frame_arguments)
	pushq	%rbx
	subq	$8, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, (%rsp)
	pushq	$9
	pushq	$8
	STOP	1
	pushq	$7
	STOP_IN_CALL
	addq	$0x20, %rsp
	popq	%rbx
	RET
SYM_FUNC_END(sa_frame_arguments)

/* Aligned by the frame pointer's way. */
SYM_FUNC_START(sa_frame_realigned)
	pushq	%rbp
	movq	%rsp, %rbp
	andq	$-32, %rsp
	subq	$0x40, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, 0x08(%rsp)
	movq	%rdi, 0x38(%rsp)
	STOP	1
	STOP_IN_CALL
	leave
	STOP	2
	RET
SYM_FUNC_END(sa_frame_realigned)

/* As KASAN's compilers lay one out: with a description of its objects. */
SYM_FUNC_START(sa_frame_described)
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	andq	$-32, %rsp
	subq	$0x60, %rsp
	movq	$0x41b58ab3, (%rsp)
	leaq	description(%rip), %rax
	movq	%rax, 0x08(%rsp)
	leaq	sa_frame_described(%rip), %rax
	movq	%rax, 0x10(%rsp)
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, 0x28(%rsp)
	STOP	1
	STOP_IN_CALL
	movq	-8(%rbp), %rbx
	leave
	RET
SYM_FUNC_END(sa_frame_described)

	.section .rodata
SYM_DATA_LOCAL(description, .asciz "2 32 16 6 key:12 64 32 6 buf:13")
	.text

/* Aligned, with r10 for the way back. */
SYM_FUNC_START(sa_frame_drap)
	leaq	8(%rsp), %r10
	andq	$-32, %rsp
	pushq	-8(%r10)
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%r10
	pushq	%rbx
	subq	$0x20, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, 0x10(%rsp)
	STOP	1
	STOP_IN_CALL
	addq	$0x20, %rsp
	popq	%rbx
	popq	%r10
	popq	%rbp
	leaq	-8(%r10), %rsp
	RET
SYM_FUNC_END(sa_frame_drap)

/* Room of a size that is not known before. */
SYM_FUNC_START(sa_frame_alloca)
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	movq	sa_frame_room(%rip), %rcx
	subq	%rcx, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, (%rsp)
	STOP	1
	STOP_IN_CALL
	movq	-8(%rbp), %rbx
	leave
	RET
SYM_FUNC_END(sa_frame_alloca)

/* Taken down by leave. */
SYM_FUNC_START(sa_frame_leave)
	pushq	%rbp
	movq	%rsp, %rbp
	STOP	1
	subq	$0x10, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, -0x10(%rbp)
	STOP	2
	STOP_IN_CALL
	leave
	STOP	3
	RET
SYM_FUNC_END(sa_frame_leave)

/* Two ways: one word written on both, another on one. */
SYM_FUNC_START(sa_frame_ways)
	subq	$0x18, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	testq	%rdi, %rdi
	jz	1f
	movq	%rax, 0x08(%rsp)
	movq	%rax, 0x10(%rsp)
	jmp	2f
1:	movq	$0, 0x08(%rsp)
2:	STOP	1
	STOP_IN_CALL
	addq	$0x18, %rsp
	RET
SYM_FUNC_END(sa_frame_ways)

/* A part of it lies elsewhere. */
SYM_FUNC_START(sa_frame_split)
	pushq	%rbx
	subq	$0x10, %rsp
	movabsq	$MAGIC_LOCAL, %rax
	movq	%rax, 0x08(%rsp)
	testq	%rdi, %rdi
	jnz	sa_frame_split.cold
1:	addq	$0x10, %rsp
	popq	%rbx
	RET
SYM_FUNC_END(sa_frame_split)

	.pushsection .text.unlikely, "ax"
SYM_CODE_START_LOCAL_NOALIGN(sa_frame_split.cold)
	movq	%rax, (%rsp)
	STOP	1
	STOP_IN_CALL
	jmp	1b
	.type	sa_frame_split.cold, @function
	.size	sa_frame_split.cold, .-sa_frame_split.cold
	.popsection

/* Jumps where others call: the trace does not have it. */
SYM_FUNC_START(sa_frame_tail)
	pushq	%rbx
	popq	%rbx
	jmp	sa_frame_tailed
SYM_FUNC_END(sa_frame_tail)

SYM_FUNC_START(sa_frame_tailed)
	pushq	%r12
	STOP	1
	STOP_IN_CALL
	popq	%r12
	RET
SYM_FUNC_END(sa_frame_tailed)

/* More code than the analysis takes. */
SYM_FUNC_START(sa_frame_huge)
	pushq	%rbx
	subq	$8, %rsp
	movq	$1, (%rsp)
	STOP	1
	STOP_IN_CALL
	jmp	1f
	.rept	5000
	.byte	0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0	/* nopl 0(%rax,%rax) */
	.endr
1:	addq	$8, %rsp
	popq	%rbx
	RET
SYM_FUNC_END(sa_frame_huge)
