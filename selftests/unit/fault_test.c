// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults: what is said of the instruction, of what it touched and why that failed, and
 * of where the bad value came from.
 */
#include <stdio.h>
#include <string.h>

#include "core/arch.h"
#include "core/fault.h"
#include "core/label.h"
#include "core/parameter.h"
#include "core/render.h"
#include "blob.h"
#include "parse.h"
#include "world.h"

#include "kselftest_harness.h"

#define DELTA 0xdead000000000000ULL
#define PER_CPU 0xffff88803ec00000ULL
#define STACK 0xffffc90000010000ULL
#define LINES 12

enum reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 };

struct held {
	u8 reg;
	u64 value;
};

struct fault_case {
	const char *what;
	const char *body;
	u32 ip;			/* offset */
	u32 vector;
	u64 error;
	u64 address;		/* of a page fault */
	struct held held[4];
	const char *said[LINES];
	u32 back;		/* offset of a caller's return address; 0: none */
	bool wild;		/* a NULL pointer was called there */
	const char *name;	/* of the function; NULL: f */
	bool typed;		/* and its parameters are known */
};

static const struct fault_case cases[] = {
	{ "a field of NULL, which was an argument's field",
	  /* mov 0x28(%rdi),%rbx; mov 0x18(%rbx),%rax; ret */
	  "48 8b 5f 28 48 8b 43 18 c3", 4, 14, 0, 0x18,
	  { { RBX, 0 }, { RDI, 0xffff888000001000 } },
	  { "insn: mov 0x18(%rbx),%rax (48 8b 43 18) at f+0x4",
	    "access: read of 8 at 0000000000000018, rbx=0000000000000000",
	    "cause: NULL + 0x18: rbx is NULL",
	    "origin: rbx=0000000000000000 <- mov 0x28(%rdi),%rbx, from ffff888000001028, which now holds 0123456789abcdef; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "a call's result, an error",
	  /* call; mov %rax,(%rax) */
	  "e8 00 10 00 00 48 89 10 c3", 5, 14, 2, 0xfffffffffffffff4,
	  { { RAX, 0xfffffffffffffff4 } },
	  { "insn: mov %rdx,(%rax) (48 89 10) at f+0x5",
	    "access: write of 8 at fffffffffffffff4, rax=fffffffffffffff4",
	    "cause: rax=fffffffffffffff4 is ERR_PTR(-ENOMEM), or NULL - 0xc ?",
	    "origin: rax=fffffffffffffff4 <- call 0000000000011005 at f+0x0",
	    "origin ends: it is the result of g+0x5" } },
	{ "a field of an error",
	  "48 8b 5f 28 48 8b 43 18 c3", 4, 14, 0, 0xc, { { RBX, 0xfffffffffffffff4 } },
	  { "insn: mov 0x18(%rbx),%rax (48 8b 43 18) at f+0x4",
	    "access: read of 8 at 000000000000000c, rbx=fffffffffffffff4",
	    "cause: rbx=fffffffffffffff4 is ERR_PTR(-ENOMEM), or NULL - 0xc ?",
	    "origin: rbx=fffffffffffffff4 <- mov 0x28(%rdi),%rbx; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "a field of NULL, where the parameters have names",
	  /* mov 0x18(%rdi),%rbx; mov 0x28(%rbx),%rbx; mov 0x30(%rbx),%rax; ret */
	  "48 8b 5f 18 48 8b 5b 28 48 8b 43 30 c3", 8, 14, 0, 0x30,
	  { { RBX, 0 }, { RDI, 0xffff888000001000 } },
	  { "insn: mov 0x30(%rbx),%rax (48 8b 43 30) at f+0x8",
	    "access: read of 8 at 0000000000000030, rbx=0000000000000000",
	    "cause: NULL + 0x30: rbx is NULL",
	    "origin: rbx=0000000000000000 <- mov 0x28(%rbx),%rbx (file->f_inode->i_sb) at f+0x4",
	    "origin: rbx <- mov 0x18(%rdi),%rbx (file->f_inode), from ffff888000001018 at f+0x0",
	    "origin ends: there is no further frame" }, .typed = true },
	{ "an expression that would push the place out of the line",
	  /* mov 0x11111(%rdi),%rbx; mov 0x22222(%rbx),%rbx; twice mov 0x33333(%rbx),%rbx; ... */
	  "48 8b 9f 11 11 01 00 48 8b 9b 22 22 02 00 48 8b 9b 33 33 03 00 48 8b 9b 33 33 03 00 48 8b 03 c3", 28, 14, 0, 0, { { RBX, 0 } },
	  { "insn: mov (%rbx),%rax (48 8b 03) at f+0x1c",
	    "access: read of 8 at 0000000000000000, rbx=0000000000000000",
	    "cause: NULL: rbx is NULL",
	    "origin: rbx=0000000000000000 <- mov 0x33333(%rbx),%rbx at f+0x15",
	    "origin: rbx <- mov 0x33333(%rbx),%rbx (*(*(*(file+0x11111)+0x22222)+0x33333)) at f+0xe",
	    "origin: rbx <- mov 0x22222(%rbx),%rbx (*(*(file+0x11111)+0x22222)) at f+0x7",
	    "origin: rbx <- mov 0x11111(%rdi),%rbx (*(file+0x11111)) at f+0x0",
	    "origin ends: there is no further frame" }, .typed = true },
	{ "a parameter that has a name",
	  "48 8b 07 c3", 0, 14, 0, 0, { { RDI, 0 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at 0000000000000000, rdi=0000000000000000",
	    "cause: NULL: rdi is NULL",
	    "origin: rdi=0000000000000000 is argument 1 (file)",
	    "origin ends: there is no further frame" }, .typed = true },
	{ "a parameter that has none",
	  "48 8b 06 c3", 0, 14, 0, 0, { { RSI, 0 } },
	  { "insn: mov (%rsi),%rax (48 8b 06) at f+0x0",
	    "access: read of 8 at 0000000000000000, rsi=0000000000000000",
	    "cause: NULL: rsi is NULL",
	    "origin: rsi=0000000000000000 is argument 2",
	    "origin ends: there is no further frame" }, .typed = true },
	{ "a list's poison",
	  "48 8b 47 08 48 89 50 08 c3", 4, 13, 0, 0, { { RAX, DELTA + 0x100 } },
	  { "insn: mov %rdx,0x8(%rax) (48 89 50 08) at f+0x4",
	    "access: write of 8 at dead000000000108, rax=dead000000000100",
	    "cause: rax=dead000000000100 is poison: list 1 ?",
	    "origin: rax=dead000000000100 <- mov 0x8(%rdi),%rax; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "a freed object",
	  "48 8b 07 48 8b 40 10 c3", 3, 13, 0, 0, { { RAX, 0x6b6b6b6b6b6b6b6b } },
	  { "insn: mov 0x10(%rax),%rax (48 8b 40 10) at f+0x3",
	    "access: read of 8 at 6b6b6b6b6b6b6b7b, rax=6b6b6b6b6b6b6b6b",
	    "cause: rax=6b6b6b6b6b6b6b6b is poison: slab free ?",
	    "origin: rax=6b6b6b6b6b6b6b6b <- mov (%rdi),%rax; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "one flipped bit",
	  "48 8b 07 c3", 0, 13, 0, 0, { { RDI, 0xfeff888000001000 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at feff888000001000, rdi=feff888000001000",
	    "cause: rdi=feff888000001000: not canonical; with bit 56 flipped it would be",
	    "origin: rdi=feff888000001000 is argument 1",
	    "origin ends: there is no further frame" } },
	{ "text taken for a pointer",
	  "48 8b 07 c3", 0, 13, 0, 0, { { RDI, 0x6f77206f6c6c6568 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at 6f77206f6c6c6568, rdi=6f77206f6c6c6568",
	    "cause: rdi=6f77206f6c6c6568: not canonical; as text \"hello wo\"",
	    "origin: rdi=6f77206f6c6c6568 is argument 1",
	    "origin ends: there is no further frame" } },
	{ "a user's page",
	  "88 07 c3", 0, 14, 3, 0x400000, { { RDI, 0x400000 } },
	  { "insn: mov %al,(%rdi) (88 07) at f+0x0",
	    "access: write of 1 at 0000000000400000, rdi=0000000000400000",
	    "cause: rdi=0000000000400000: a user's page was touched without leave (SMAP) ?",
	    "origin: rdi=0000000000400000 is argument 1",
	    "origin ends: there is no further frame" } },
	{ "an address that the code names",
	  "c7 05 00 00 00 00 01 00 00 00 c3", 0, 14, 3, 0x1000a, { { RDI, 0 } },
	  { "insn: movl $0x1,0x0(%rip) # 000000000001000a (c7 05 00 00 00 00 01 00 00 00) at f+0x0",
	    "access: write of 4 at 000000000001000a",
	    "cause: the address: a user's page was touched without leave (SMAP) ?" } },
	{ "the guard page of the stack",
	  "50 c3", 0, 14, 2, STACK - 8, { { RSP, STACK } },
	  { "insn: push %rax (50) at f+0x0",
	    "access: write of 8 at ffffc9000000fff8, rsp=ffffc90000010000",
	    "cause: the guard page below stack 0: the stack overflowed",
	    "origin ends: it is an address in its own frame" } },
	{ "an address that is another fault's",
	  "48 8b 07 c3", 0, 14, 0, 0x5000, { { RDI, 0xffff888000001000 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at ffff888000001000, rdi=ffff888000001000; not the fault's address, which may be another's: 0000000000005000 ?",
	    "cause: rdi=ffff888000001000: nothing is mapped there (direct map) ?",
	    "origin: rdi=ffff888000001000 is argument 1 ?",
	    "origin ends: there is no further frame ?" } },
	{ "a division by zero",
	  "48 8b 4f 08 48 f7 f1 c3", 4, 0, 0, 0, { { RCX, 0 } },
	  { "insn: div %rcx (48 f7 f1) at f+0x4",
	    "cause: a division by zero: rcx=0000000000000000",
	    "origin: rcx=0000000000000000 <- mov 0x8(%rdi),%rcx; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "BUG_ON() of an argument's field",
	  /* mov (%rdi),%rax; cmp $3,%rax; je 1f; ret; 1: ud2 */
	  "48 8b 07 48 83 f8 03 74 01 c3 0f 0b", 10, 6, 0, 0, { { RAX, 3 } },
	  { "insn: ud2 (0f 0b) at f+0xa",
	    "condition: cmp $0x3,%rax; rax=0000000000000003 at f+0x3",
	    "origin: rax=0000000000000003 <- mov (%rdi),%rax; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "a multiplication between the comparison and the branch",
	  /* cmp $3,%rax; imul %rdx,%rcx; jo 1f; ret; 1: ud2 */
	  "48 83 f8 03 48 0f af ca 70 01 c3 0f 0b", 11, 6, 0, 0, { { RAX, 3 } },
	  { "insn: ud2 (0f 0b) at f+0xb",
	    "condition: what was compared is not seen ?" } },
	{ "BUG_ON() with what leaves the flags between",
	  /* cmp $3,%rax; mov %rdx,%rcx; lea 8(%rdx),%rdx; je 1f; ret; 1: ud2 */
	  "48 83 f8 03 48 89 d1 48 8d 52 08 74 01 c3 0f 0b", 14, 6, 0, 0, { { RAX, 3 } },
	  { "insn: ud2 (0f 0b) at f+0xe",
	    "condition: cmp $0x3,%rax; rax=0000000000000003 at f+0x0",
	    "origin: rax=0000000000000003 is what its caller had in rax",
	    "origin ends: there is no further frame" } },
	{ "two that should differ: where the one that was given is from",
	  /* mov (%rsi),%rax; cmp %rdi,%rax; je 1f; ret; 1: ud2 */
	  "48 8b 06 48 39 f8 74 01 c3 0f 0b", 9, 6, 0, 0, { { RAX, 0x1000 }, { RDI, 0x1000 } },
	  { "insn: ud2 (0f 0b) at f+0x9",
	    "condition: cmp %rdi,%rax; rax=0000000000001000, rdi=0000000000001000 at f+0x3",
	    "origin: rdi=0000000000001000 is argument 1",
	    "origin ends: there is no further frame" } },
	{ "two that should be equal: where the one that was read is from",
	  /* mov (%rsi),%rax; cmp %rdi,%rax; jne 1f; ret; 1: ud2 */
	  "48 8b 06 48 39 f8 75 01 c3 0f 0b", 9, 6, 0, 0, { { RAX, 0x1000 }, { RDI, 0x2000 } },
	  { "insn: ud2 (0f 0b) at f+0x9",
	    "condition: cmp %rdi,%rax; rax=0000000000001000, rdi=0000000000002000 at f+0x3",
	    "origin: rax=0000000000001000 <- mov (%rsi),%rax; rsi is argument 2 at f+0x0",
	    "origin ends: there is no further frame" } },
	{ "a list whose next entry does not lead back",
	  /* mov 8(%rdx),%rax; cmp %rsi,%rax; jne 1f; ret; 1: ud2 */
	  "48 8b 42 08 48 39 f0 75 01 c3 0f 0b", 10, 6, 0, 0,
	  { { RAX, 0x1000 }, { RSI, 0x2000 }, { RDX, 0x3000 } },
	  { "insn: ud2 (0f 0b) at f+0xa",
	    "object: new=?, prev=0000000000002000, next=0000000000003000",
	    "condition: cmp %rsi,%rax; rax=0000000000001000, rsi=0000000000002000 at f+0x4",
	    "origin: rax=0000000000001000 <- mov 0x8(%rdx),%rax, from 0000000000003008; rdx is argument 3 at f+0x0",
	    "origin ends: there is no further frame" }, .name = "__list_add_valid.cold" },
	{ "a complaint of what its caller found",
	  "0f 0b", 0, 6, 0, 0, { { RDI, 0x1000 } },
	  { "insn: ud2 (0f 0b) at f+0x0",
	    "object: r=0000000000001000, t=?",
	    "origin: rdi=0000000000001000 is argument 1",
	    "origin ends: there is no further frame" }, .name = "refcount_warn_saturate" },
	{ "BUG() without a condition",
	  "0f 0b", 0, 6, 0, 0, { { RAX, 3 } },
	  { "insn: ud2 (0f 0b) at f+0x0",
	    "condition: no branch leads to it: it is always met, or the branch is not seen ?" } },
	{ "a pointer that changes in a loop",
	  /* 1: mov (%rdi),%rdi; test %rdi,%rdi; jne 1b; ret */
	  "48 8b 3f 48 85 ff 75 f8 c3", 0, 14, 0, 0x8, { { RDI, 8 } },
	  { "insn: mov (%rdi),%rdi (48 8b 3f) at f+0x0",
	    "access: read of 8 at 0000000000000008, rdi=0000000000000008",
	    "cause: close to NULL: rdi=0000000000000008",
	    "origin ends: which of several it is depends on the way taken, or it changes in a loop" } },
	{ "an argument that its caller, the same function, had read",
	  /* mov (%rdi),%rax; mov 0x10(%rdi),%rdi; call f; ret */
	  "48 8b 07 48 8b 7f 10 e8 f4 ff ff ff c3", 0, 14, 0, 0, { { RDI, 0 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at 0000000000000000, rdi=0000000000000000",
	    "cause: NULL: rdi is NULL",
	    "origin: rdi=0000000000000000 is argument 1",
	    "origin: rdi <- mov 0x10(%rdi),%rdi; rdi is argument 1 at f+0x3",
	    "origin ends: there is no further frame" }, .back = 12 },
	{ "an argument of a function that was called by a pointer",
	  /* mov (%rdi),%rax; mov %rsi,%rdi; call *%rdx; ret */
	  "48 8b 07 48 89 f7 ff d2 c3", 0, 14, 0, 0, { { RDI, 0 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at 0000000000000000, rdi=0000000000000000",
	    "cause: NULL: rdi is NULL",
	    "origin: rdi=0000000000000000 is argument 1",
	    "origin: rdi is argument 2 ?",
	    "origin ends: there is no further frame ?" }, .back = 8 },
	{ "a caller that called another function, which jumped on",
	  "48 8b 07 e8 00 01 00 00 c3", 0, 14, 0, 0, { { RDI, 0 } },
	  { "insn: mov (%rdi),%rax (48 8b 07) at f+0x0",
	    "access: read of 8 at 0000000000000000, rdi=0000000000000000",
	    "cause: NULL: rdi is NULL",
	    "origin: rdi=0000000000000000 is argument 1",
	    "origin ends: its caller called another function, which jumped on" }, .back = 8 },
	{ "a NULL pointer that was called",
	  /* mov 0x40(%rdi),%rax; call *%rax; ret */
	  "48 8b 47 40 ff d0 c3", 0, 14, 0x10, 0, { { RAX, 0 } },
	  { "access: instruction fetch at 0000000000000000",
	    "cause: a NULL pointer was called, or returned to",
	    "origin: ip <- call *%rax at f+0x4",
	    "origin: rax=0000000000000000 <- mov 0x40(%rdi),%rax; rdi is argument 1 at f+0x0",
	    "origin ends: there is no further frame" }, .back = 6, .wild = true },
	{ "a per-CPU variable's field",
	  /* mov %gs:0x1040,%rax; mov 0x18(%rax),%rax; mov (%rax),%rax; ret */
	  "65 48 8b 04 25 40 10 00 00 48 8b 40 18 48 8b 00 c3", 13, 14, 0, 0, { { RAX, 0 } },
	  { "insn: mov (%rax),%rax (48 8b 00) at f+0xd",
	    "access: read of 8 at 0000000000000000, rax=0000000000000000",
	    "cause: NULL: rax is NULL",
	    "origin: rax=0000000000000000 <- mov 0x18(%rax),%rax at f+0x9",
	    "origin: rax <- mov %gs:0x1040,%rax at f+0x0",
	    "origin ends: it was read from per-CPU memory: current+0x0" } },
	{ "per-CPU memory of nobody",
	  /* mov %gs:0x2000,%rax; mov (%rax),%rax; ret */
	  "65 48 8b 04 25 00 20 00 00 48 8b 00 c3", 9, 14, 0, 0, { { RAX, 0 } },
	  { "insn: mov (%rax),%rax (48 8b 00) at f+0x9",
	    "access: read of 8 at 0000000000000000, rax=0000000000000000",
	    "cause: NULL: rax is NULL",
	    "origin: rax=0000000000000000 <- mov %gs:0x2000,%rax at f+0x0",
	    "origin ends: it was read from per-CPU memory" } },
	{ "a constant",
	  "31 c0 48 8b 00 c3", 2, 14, 0, 0, { { RAX, 0 } },
	  { "insn: mov (%rax),%rax (48 8b 00) at f+0x2",
	    "access: read of 8 at 0000000000000000, rax=0000000000000000",
	    "cause: NULL: rax is NULL",
	    "origin ends: rax is the constant 0000000000000000" } },
};

static bool name_op(struct stackanno_fault_ops *ops, u64 address, struct stackanno_text *text)
{
	if (address - WORLD_BODY >= 0x2000)
		return false;
	stackanno_text_string(text, address - WORLD_BODY < 0x1000 ? "f+0x" : "g+0x");
	stackanno_text_hex(text, (address - WORLD_BODY) & 0xfff, 1);
	return true;
}

static bool place_op(struct stackanno_fault_ops *ops, u64 address, struct stackanno_text *text)
{
	stackanno_text_string(text, "direct map");
	return true;
}

static bool variable_op(struct stackanno_fault_ops *ops, u64 address,
			struct stackanno_text *text)
{
	if (address != PER_CPU + 0x1040)
		return false;
	stackanno_text_string(text, "current+0x0");
	return true;
}

static bool word_op(struct stackanno_fault_ops *ops, u64 address, u64 *value)
{
	*value = 0x0123456789abcdef;
	return address == 0xffff888000001028;
}

static u8 thunk_op(struct stackanno_fault_ops *ops, u64 target)
{
	return STACKANNO_IR_NO_REG;
}

static struct stackanno_fault_ops fault_ops = {
	.name = name_op, .variable = variable_op, .place = place_op, .word = word_op,
	.thunk = thunk_op, .segment = PER_CPU, .poison_delta = DELTA, .address_bits = 57,
};

static u64 memory[8192];
static struct stackanno_builder builder;
static struct stackanno_flow flow;
static struct stackanno_fault fault;

static void begin_record(void)
{
	static const struct stackanno_capacity capacity = { .count = {
		[STACKANNO_SECTION_STRINGS] = 8192, [STACKANNO_SECTION_STACKS] = 1,
		[STACKANNO_SECTION_FRAMES] = 8, [STACKANNO_SECTION_REGS] = 1,
		[STACKANNO_SECTION_NOTES] = 4, [STACKANNO_SECTION_FINDINGS] = 32 } };
	struct stackanno_stack *stack;

	if (stackanno_builder_init(memory, sizeof(memory), &capacity, &builder))
		abort();
	builder.record->reason = STACKANNO_REASON_OOPS;
	stack = stackanno_builder_add(&builder, STACKANNO_SECTION_STACKS, NULL);
	stack->begin = STACK;
	stack->end = STACK + 0x4000;
	stack->live = STACK;
	stack->kind = STACKANNO_STACK_TASK;
}

static void add_frames(const struct fault_case *one)
{
	struct stackanno_frame *frame;
	struct stackanno_regs *regs;
	u32 i, field;

	frame = stackanno_builder_add(&builder, STACKANNO_SECTION_FRAMES, NULL);
	frame->number = STACKANNO_NONE16;
	frame->evidence = STACKANNO_EVIDENCE_CERTAIN;
	frame->stack = STACKANNO_NONE16;
	frame->regs = STACKANNO_NONE;
	frame->code = STACKANNO_NONE;
	frame->kind = STACKANNO_FRAME_ENTRY;
	frame->entry = STACKANNO_ENTRY_EXCEPTION;
	frame->vector = one->vector;
	frame->error = one->error;
	frame->address = one->address;
	frame->flags = one->vector == 14 ? STACKANNO_FRAME_ADDRESS : 0;
	frame = stackanno_builder_add(&builder, STACKANNO_SECTION_FRAMES, NULL);
	frame->kind = STACKANNO_FRAME_CALL;
	frame->stack = STACKANNO_NONE16;
	frame->code = STACKANNO_NONE;
	frame->flags = STACKANNO_FRAME_INTERRUPTED;
	frame->evidence = STACKANNO_EVIDENCE_CERTAIN;
	frame->ip = WORLD_BODY + one->ip;
	frame->func = WORLD_BODY;
	frame->func_size = 0x100;
	frame->name = stackanno_builder_text(&builder, one->name ? one->name : "f");
	if (one->wild) {
		frame->flags |= STACKANNO_FRAME_NULL_CALL;
		frame->ip = 0;
	}
	regs = stackanno_builder_add(&builder, STACKANNO_SECTION_REGS, &frame->regs);
	for (i = 0; i < ARRAY_SIZE(one->held); i++) {
		if (i && !one->held[i].reg)
			continue;
		field = stackanno_arch_register_field(one->held[i].reg);
		regs->value[field] = one->held[i].value;
		regs->known |= 1ULL << field;
	}
	if (!one->back)
		return;
	frame = stackanno_builder_add(&builder, STACKANNO_SECTION_FRAMES, NULL);
	frame->kind = STACKANNO_FRAME_CALL;
	frame->number = 1;
	frame->stack = STACKANNO_NONE16;
	frame->regs = STACKANNO_NONE;
	frame->code = STACKANNO_NONE;
	frame->evidence = STACKANNO_EVIDENCE_CERTAIN;
	frame->ip = WORLD_BODY + one->back;
	frame->func = WORLD_BODY;
	frame->func_size = 0x100;
}

/* What was found, as it would be printed but for the frame. */
static void told(u32 index, char *buf, size_t size)
{
	struct stackanno_finding *finding;

	buf[0] = '\0';
	finding = stackanno_builder_entry(&builder, STACKANNO_SECTION_FINDINGS, index);
	if (finding)
		snprintf(buf, size, "%s: %s%s", stackanno_label_finding(finding->kind),
			 (char *)builder.buf +
			 builder.section[STACKANNO_SECTION_STRINGS].offset + finding->text,
			 finding->evidence == STACKANNO_EVIDENCE_LIKELY ? " ?" : "");
}

/* Ids of the types, in the order in which make_types() lays them down. */
enum { INODE = 1, INODE_POINTER, FILE_STRUCT, FILE_POINTER, PROTOTYPE, FUNCTION };

static struct stackanno_signature signature;

/* f(struct file *file) */
static int make_types(void)
{
	static struct blob blob;

	blob_begin(&blob);
	blob_type(&blob, "inode", STACKANNO_BTF_STRUCT, 1, 48);
	blob_member(&blob, "i_sb", INODE_POINTER, 40 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, INODE);
	blob_type(&blob, "file", STACKANNO_BTF_STRUCT, 1, 40);
	blob_member(&blob, "f_inode", INODE_POINTER, 24 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, FILE_STRUCT);
	blob_type(&blob, "", STACKANNO_BTF_FUNC_PROTO, 1, 0);
	blob_parameter(&blob, "file", FILE_POINTER);
	blob_type(&blob, "f", STACKANNO_BTF_FUNC, 0, PROTOTYPE);
	if (blob_open(&blob, NULL))
		return -EINVAL;
	signature.btf = &blob.btf;
	return stackanno_btf_function(&blob.btf, "f", &signature.prototype);
}

static void look(const struct fault_case *one, struct world *world, bool values)
{
	struct world_code code = { .body = one->body };
	u32 i;
	int ret = world_run(world, &code, &flow);

	begin_record();
	add_frames(one);
	stackanno_fault_begin(&fault, &builder, &world->ops, &fault_ops, values);
	for (i = 0; i < builder.section[STACKANNO_SECTION_FRAMES].count; i++)
		stackanno_fault_frame(&fault, i, i && !ret ? &flow : NULL,
				      one->typed ? &signature : NULL);
	stackanno_fault_end(&fault);
}

TEST(faults_are_told)
{
	struct world world;
	char buf[256];
	size_t i;
	u32 k;

	ASSERT_EQ(0, make_types());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		look(&cases[i], &world, true);
		for (k = 0; k < LINES; k++) {
			told(k, buf, sizeof(buf));
			EXPECT_STREQ(cases[i].said[k] ?: "", buf) {
				TH_LOG("%s, line %u", cases[i].what, k);
			}
			if (!cases[i].said[k])
				break;
		}
	}
}

TEST(without_values_none_is_told)
{
	struct world world;
	char buf[256];
	size_t i;
	u32 k, count;

	ASSERT_EQ(0, make_types());
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		look(&cases[i], &world, false);
		count = builder.section[STACKANNO_SECTION_FINDINGS].count;
		EXPECT_LT(0, count);
		for (k = 0; k < count; k++) {
			const char *at = buf;

			told(k, buf, sizeof(buf));
			for (; *at; at += strspn(at, "0123456789abcdef") ?: 1)
				EXPECT_NE(16, strspn(at, "0123456789abcdef")) {
					TH_LOG("%s: %s", cases[i].what, buf);
				}
			EXPECT_EQ(NULL, strstr(buf, "is NULL"));
		}
	}
}

static char page[16384];

static void take_line(struct stackanno_sink *sink, const char *line, size_t len)
{
	strncat(page, line, sizeof(page) - strlen(page) - 2);
	strcat(page, "\n");
}

/* The record as text, in @page. */
static bool write_page(enum stackanno_redact redact)
{
	const struct stackanno_render_options options = { .redact = redact };
	static struct stackanno_render_buffer buffer;
	struct stackanno_sink sink = { .line = take_line };
	struct stackanno_refusal refusal;
	struct stackanno_view view;
	u32 size = builder.record->total_size;

	if (!size) {
		builder.record->arch = STACKANNO_ARCH_X86_64;
		size = stackanno_builder_finish(&builder);
	}
	page[0] = '\0';
	if (stackanno_record_check(memory, size, &view, &refusal))
		return false;
	stackanno_render(&view, &options, &buffer, &sink);
	return true;
}

static const struct fault_case *case_of(const char *what)
{
	size_t i = 0;

	while (strcmp(cases[i].what, what))
		i++;
	return &cases[i];
}

TEST(what_is_hidden_of_values_is_as_policy_says)
{
	struct world world;

	/* Below the first page nothing is a secret; an address in data is. */
	look(&cases[0], &world, true);
	ASSERT_TRUE(write_page(STACKANNO_REDACT_DATA));
	EXPECT_NE(NULL, strstr(page, "\naccess: #0: read of 8 at 0000000000000018, "));
	EXPECT_NE(NULL, strstr(page, "from ----------------, which now holds ----------------;"));
	EXPECT_EQ(NULL, strstr(page, "ffff888000001028"));
	look(&cases[0], &world, true);
	ASSERT_TRUE(write_page(STACKANNO_REDACT_ALL));
	EXPECT_NE(NULL, strstr(page, "\naccess: #0: read of 8 at ----------------, "));
	EXPECT_NE(NULL, strstr(page, "\ncause: #0: ----------------\n"));
	/* Text found in a pointer is data. */
	look(case_of("text taken for a pointer"), &world, true);
	ASSERT_TRUE(write_page(STACKANNO_REDACT_DATA));
	EXPECT_NE(NULL, strstr(page, "as text \"--------\"\n"));
}

TEST(findings_are_read_back)
{
	struct parse_error error;
	struct world world;
	void *record;
	u32 size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		look(&cases[i], &world, true);
		ASSERT_TRUE(write_page(STACKANNO_REDACT_NONE));
		ASSERT_EQ(0, parse_text(page, strlen(page), &record, &size, &error)) {
			TH_LOG("%s: line %lu: %s", cases[i].what, error.line, error.what);
		}
		free(record);
	}
}

TEST_HARNESS_MAIN
