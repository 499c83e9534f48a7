// SPDX-License-Identifier: GPL-2.0-only
/* The names of x86-64. */
#include "core/arch.h"

#include "kselftest_harness.h"

TEST(fields_stand_in_the_order_of_pt_regs)
{
	static const char * const names[] = {
		"r15", "r14", "r13", "r12", "bp", "bx", "r11", "r10", "r9", "r8", "ax", "cx", "dx",
		"si", "di", "orig_ax", "ip", "cs", "flags", "sp", "ss",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		EXPECT_STREQ(names[i], stackanno_arch_field_name(i));
	EXPECT_EQ(NULL, stackanno_arch_field_name(i));
	EXPECT_EQ(NULL, stackanno_arch_field_name(~0U));
}

TEST(registers_carry_their_own_names)
{
	EXPECT_STREQ("rbx", stackanno_arch_register_name(STACKANNO_X86_BX));
	EXPECT_STREQ("rbp", stackanno_arch_register_name(STACKANNO_X86_BP));
	EXPECT_STREQ("r12", stackanno_arch_register_name(STACKANNO_X86_R12));
	EXPECT_STREQ("rsp", stackanno_arch_register_name(STACKANNO_X86_SP));
	EXPECT_EQ(NULL, stackanno_arch_register_name(STACKANNO_X86_ORIG_AX));
	EXPECT_EQ(NULL, stackanno_arch_register_name(STACKANNO_X86_IP));
	EXPECT_EQ(NULL, stackanno_arch_register_name(STACKANNO_X86_CS));
	EXPECT_EQ(NULL, stackanno_arch_register_name(STACKANNO_X86_FLAGS));
	EXPECT_EQ(NULL, stackanno_arch_register_name(STACKANNO_X86_SS));
	EXPECT_EQ(NULL, stackanno_arch_register_name(STACKANNO_X86_FIELDS));
}

TEST(vectors_of_one_use_have_a_name_of_their_own)
{
	unsigned int i, k;

	EXPECT_STREQ("page fault", stackanno_arch_vector_name(14));
	EXPECT_STREQ("local timer", stackanno_arch_vector_name(236));
	EXPECT_STREQ("double fault", stackanno_arch_vector_name(8));
	/* Devices' vectors are given out at run time. */
	EXPECT_EQ(NULL, stackanno_arch_vector_name(35));
	EXPECT_EQ(NULL, stackanno_arch_vector_name(256));
	for (i = 0; i < 256; i++) {
		for (k = 0; k < i; k++) {
			if (!stackanno_arch_vector_name(i) || !stackanno_arch_vector_name(k))
				continue;
			EXPECT_NE(0, strcmp(stackanno_arch_vector_name(i),
					    stackanno_arch_vector_name(k)));
		}
	}
}

TEST(error_codes_in_words)
{
	static const struct {
		unsigned int vector;
		u64 error;
		const char *text;
	} cases[] = {
		{ 14, 0x0, "kernel read of not-present page" },
		{ 14, 0x1, "kernel read of protected page" },
		{ 14, 0x2, "kernel write of not-present page" },
		{ 14, 0x3, "kernel write of protected page" },
		{ 14, 0x7, "user write of protected page" },
		{ 14, 0x10, "kernel instruction fetch of not-present page" },
		{ 14, 0x11, "kernel instruction fetch of protected page" },
		{ 14, 0x9, "kernel read of page with reserved bits set" },
		{ 14, 0x25, "user read of page closed by its protection key" },
		{ 14, 0x42, "kernel shadow stack write of not-present page" },
		{ 14, 0x80000003, "kernel write of page closed by the RMP" },
		{ 13, 0, "" },
		{ 13, 0x28, "GDT selector 0x28" },
		{ 13, 0x2b, "external IDT selector 0x28" },
		{ 13, 0x3c, "LDT selector 0x38" },
		{ 21, 3, "missing endbr" },
		{ 21, 0x8001, "near return" },
		{ 21, 0, "" },
		{ 21, 77, "" },
		{ 0, 5, "" },
		{ 300, 5, "" },
	};
	char text[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int len = stackanno_arch_error_text(cases[i].vector, cases[i].error, text,
						    sizeof(text));

		EXPECT_STREQ(cases[i].text, text);
		EXPECT_EQ(strlen(text), len);
	}
}

TEST(flags_in_words)
{
	static const struct {
		u64 flags;
		const char *text;
	} cases[] = {
		{ 0, "" }, { 2, "" }, { 0x202, "IF" }, { 0x246, "PF ZF IF" },
		{ 0x10046, "PF ZF RF" }, { 0x3002, "IOPL=3" }, { 0x43202, "IF AC IOPL=3" },
		{ ~0ULL, "CF PF AF ZF SF TF IF DF OF NT RF VM AC VIF VIP ID IOPL=3" },
	};
	char text[80];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(strlen(cases[i].text),
			  stackanno_arch_flags_text(cases[i].flags, text, sizeof(text)));
		EXPECT_STREQ(cases[i].text, text);
	}
}

TEST(saved_flags_are_known_where_interrupts_were_on)
{
	static const struct {
		u64 value;
		bool flags;
	} cases[] = {
		{ 0x202, true }, { 0x246, true }, { 0x297, true }, { 0xad7, true },
		/* off, bit 1 clear, reserved ones, TF, DF, IOPL, and more than flags */
		{ 0x46, false }, { 0x200, false }, { 0x20a, false }, { 0x222, false },
		{ 0x302, false }, { 0x602, false }, { 0x3202, false }, { 0x100000246, false },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].flags, stackanno_arch_may_be_flags(cases[i].value));
}

/* Whatever the room: terminated, and never past the end. */
TEST(texts_are_cut_to_their_room)
{
	char *text;
	size_t size;

	for (size = 1; size < 70; size++) {
		text = malloc(size);
		ASSERT_NE(NULL, text);
		EXPECT_GT(size, stackanno_arch_flags_text(~0ULL, text, size));
		EXPECT_GT(size, strlen(text));
		EXPECT_GT(size, stackanno_arch_error_text(14, 0x11, text, size));
		EXPECT_GT(size, strlen(text));
		free(text);
	}
}

TEST(segments_by_their_selector)
{
	EXPECT_STREQ("kernel code", stackanno_arch_segment_name(0x10));
	EXPECT_STREQ("kernel data", stackanno_arch_segment_name(0x18));
	EXPECT_STREQ("user code", stackanno_arch_segment_name(0x33));
	EXPECT_STREQ("user data", stackanno_arch_segment_name(0x2b));
	EXPECT_EQ(NULL, stackanno_arch_segment_name(0));
	EXPECT_EQ(NULL, stackanno_arch_segment_name(0xffff0010));
}

TEST(code_is_in_the_top_of_the_address_space)
{
	EXPECT_TRUE(stackanno_arch_may_be_text(0xffffffff81000000));
	EXPECT_TRUE(stackanno_arch_may_be_text(0xffffffffc0207082));
	EXPECT_FALSE(stackanno_arch_may_be_text(0xff11000005638b40));
	EXPECT_FALSE(stackanno_arch_may_be_text(0xffffffff7fffffff));
	EXPECT_FALSE(stackanno_arch_may_be_text(0x401000));
}

TEST(only_faults_on_memory_have_an_access)
{
	EXPECT_STREQ("read", stackanno_arch_access_name(14, 0));
	EXPECT_STREQ("write", stackanno_arch_access_name(14, 2));
	EXPECT_STREQ("instruction fetch", stackanno_arch_access_name(14, 0x10));
	EXPECT_EQ(NULL, stackanno_arch_access_name(13, 0));
}

TEST_HARNESS_MAIN
