// SPDX-License-Identifier: GPL-2.0-only
/* Instructions as text, and what of memory they touch. */
#include "core/att.h"
#include "decode.h"

#include "kselftest_harness.h"

#define ADDRESS 0xffffffff81000000ULL
#define R STACKANNO_ACCESS_READ
#define W STACKANNO_ACCESS_WRITE

static const struct {
	const char *bytes;
	const char *text;	/* NULL: not known */
	u32 accesses;
	struct {
		u8 kind;
		u16 size;
		u8 base;
		s64 disp;
	} access[STACKANNO_ATT_ACCESSES];
} cases[] = {
	{ "48 8b 43 18", "mov 0x18(%rbx),%rax", 1, { { R, 8, 3, 0x18 } } },
	{ "89 43 f8", "mov %eax,-0x8(%rbx)", 1, { { W, 4, 3, -8 } } },
	{ "88 27", "mov %ah,(%rdi)", 1, { { W, 1, 7, 0 } } },
	{ "40 88 27", "mov %spl,(%rdi)", 1, { { W, 1, 7, 0 } } },
	{ "66 89 07", "mov %ax,(%rdi)", 1, { { W, 2, 7, 0 } } },
	{ "c6 47 01 ff", "movb $0xff,0x1(%rdi)", 1, { { W, 1, 7, 1 } } },
	{ "48 c7 07 ff ff ff ff", "movq $0xffffffffffffffff,(%rdi)", 1, { { W, 8, 7, 0 } } },
	{ "0f b6 47 02", "movzbl 0x2(%rdi),%eax", 1, { { R, 1, 7, 2 } } },
	{ "48 0f bf 07", "movswq (%rdi),%rax", 1, { { R, 2, 7, 0 } } },
	{ "48 63 07", "movslq (%rdi),%rax", 1, { { R, 4, 7, 0 } } },
	{ "48 8d 47 10", "lea 0x10(%rdi),%rax", 0, { } },
	{ "48 8b 04 f7", "mov (%rdi,%rsi,8),%rax", 1, { { R, 8, 7, 0 } } },
	{ "65 48 8b 04 25 28 00 00 00", "mov %gs:0x28,%rax", 1, { { R, 8, 0xff, 0x28 } } },
	{ "48 8b 05 10 00 00 00", "mov 0x10(%rip),%rax # ffffffff81000017", 1,
	  { { R, 8, 0xff, (s64)0xffffffff81000017ULL } } },
	{ "f0 48 0f b1 0f", "lock cmpxchg %rcx,(%rdi)", 1, { { R | W, 8, 7, 0 } } },
	{ "f0 0f c1 07", "lock xadd %eax,(%rdi)", 1, { { R | W, 4, 7, 0 } } },
	{ "f0 48 0f ba 2f 05", "lock btsq $0x5,(%rdi)", 1, { { R | W, 8, 7, 0 } } },
	{ "f0 48 0f c7 0f", "lock cmpxchg16b (%rdi)", 1, { { R | W, 16, 7, 0 } } },
	{ "f0 ff 0f", "lock decl (%rdi)", 1, { { R | W, 4, 7, 0 } } },
	{ "87 07", "xchg %eax,(%rdi)", 1, { { R | W, 4, 7, 0 } } },
	{ "48 92", "xchg %rax,%rdx", 0, { } },
	{ "48 83 3f 00", "cmpq $0x0,(%rdi)", 1, { { R, 8, 7, 0 } } },
	{ "48 85 07", "test %rax,(%rdi)", 1, { { R, 8, 7, 0 } } },
	{ "48 f7 37", "divq (%rdi)", 1, { { R, 8, 7, 0 } } },
	{ "f3 48 a5", "rep movsq %ds:(%rsi),%es:(%rdi)", 2, { { R, 8, 6, 0 }, { W, 8, 7, 0 } } },
	{ "f3 48 ab", "rep stos %rax,%es:(%rdi)", 1, { { W, 8, 7, 0 } } },
	{ "ff d3", "call *%rbx", 1, { { W, 8, 4, -8 } } },
	{ "ff 53 10", "call *0x10(%rbx)", 2, { { R, 8, 3, 0x10 }, { W, 8, 4, -8 } } },
	{ "ff 24 c5 00 00 00 82", "jmp *-0x7e000000(,%rax,8)", 1,
	  { { R, 8, 0xff, -0x7e000000LL } } },
	{ "e8 00 01 00 00", "call ffffffff81000105", 1, { { W, 8, 4, -8 } } },
	{ "74 10", "je ffffffff81000012", 0, { } },
	{ "41 57", "push %r15", 1, { { W, 8, 4, -8 } } },
	{ "5d", "pop %rbp", 1, { { R, 8, 4, 0 } } },
	{ "c3", "ret", 1, { { R, 8, 4, 0 } } },
	{ "0f 0b", "ud2", 0, { } },
	{ "cc", "int3", 0, { } },
	{ "0f 11 07", "movups %xmm0,(%rdi)", 1, { { W, 16, 7, 0 } } },
	{ "f3 0f 10 07", "movss (%rdi),%xmm0", 1, { { R, 4, 7, 0 } } },
	{ "66 48 0f 6e c0", "movq %rax,%xmm0", 0, { } },
	/* A vector of another encoding, a port, and a prefix of no use: not written. */
	{ "c5 fe 6f 07", NULL, 0, { } },
	{ "ec", NULL, 0, { } },
	{ "2e e8 00 01 00 00", NULL, 0, { } },
};

static u32 unhex(const char *text, u8 *bytes)
{
	u32 n = 0;
	int used;

	while (sscanf(text, " %2hhx%n", &bytes[n], &used) == 1) {
		text += used;
		n++;
	}
	return n;
}

TEST(instructions_are_written_as_objdump_writes_them)
{
	char buf[STACKANNO_ATT_MAX];
	u8 bytes[STACKANNO_INSN_BYTES + 1];
	struct stackanno_insn insn;
	struct stackanno_text text;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 count = unhex(cases[i].bytes, bytes);

		ASSERT_EQ(0, decode_insn(NULL, bytes, count, &insn));
		stackanno_text_begin(&text, buf, sizeof(buf));
		EXPECT_EQ(cases[i].text != NULL, stackanno_arch_print(&insn, ADDRESS, &text));
		EXPECT_STREQ(cases[i].text ?: "", buf);
		EXPECT_FALSE(text.cut);
	}
}

TEST(what_an_instruction_touches)
{
	struct stackanno_access access[STACKANNO_ATT_ACCESSES];
	u8 bytes[STACKANNO_INSN_BYTES + 1];
	struct stackanno_insn insn;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u32 count = unhex(cases[i].bytes, bytes);

		ASSERT_EQ(0, decode_insn(NULL, bytes, count, &insn));
		ASSERT_EQ(cases[i].accesses, stackanno_arch_accesses(&insn, ADDRESS, access)) {
			TH_LOG("case %s", cases[i].bytes);
		}
		for (j = 0; j < cases[i].accesses; j++) {
			EXPECT_EQ(cases[i].access[j].kind, access[j].kind) {
				TH_LOG("case %s", cases[i].bytes);
			}
			EXPECT_EQ(cases[i].access[j].size, access[j].size);
			EXPECT_EQ(cases[i].access[j].base, access[j].mem.base);
			EXPECT_EQ(cases[i].access[j].disp, access[j].mem.disp);
		}
	}
}

TEST(a_text_without_room_is_cut_and_no_more)
{
	static const u8 bytes[] = { 0x48, 0x8b, 0x43, 0x18 };
	struct stackanno_insn insn;
	struct stackanno_text text;
	char buf[8];

	ASSERT_EQ(0, decode_insn(NULL, bytes, sizeof(bytes), &insn));
	stackanno_text_begin(&text, buf, sizeof(buf));
	EXPECT_TRUE(stackanno_arch_print(&insn, ADDRESS, &text));
	EXPECT_TRUE(text.cut);
	EXPECT_EQ(sizeof(buf) - 1, strlen(buf));
}

TEST(a_thunk_is_told_by_its_name)
{
	static const struct {
		const char *name;
		u8 reg;
	} thunks[] = {
		{ "__x86_indirect_thunk_rax", 0 },
		/* The table begins with the first of them. */
		{ "__x86_indirect_thunk_array", 0 },
		{ "__x86_indirect_thunk_r15", 15 },
		{ "__x86_indirect_call_thunk_rcx", 1 },
		{ "__x86_indirect_call_thunk_array", 0 },
		{ "__x86_indirect_jump_thunk_rdi", 7 },
		{ "__x86_indirect_thunk_", STACKANNO_IR_NO_REG },
		{ "__x86_indirect_thunk_eax", STACKANNO_IR_NO_REG },
		{ "__x86_return_thunk", STACKANNO_IR_NO_REG },
		{ "schedule", STACKANNO_IR_NO_REG },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(thunks); i++) {
		EXPECT_EQ(thunks[i].reg, stackanno_arch_thunk(thunks[i].name)) {
			TH_LOG("%s", thunks[i].name);
		}
	}
}

TEST_HARNESS_MAIN
