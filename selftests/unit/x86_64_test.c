// SPDX-License-Identifier: GPL-2.0-only
/* What the instruction set's file answers. */
#include "core/arch.h"

#include "kselftest_harness.h"

TEST(calls_are_told_from_what_else_may_stand_before_an_address)
{
	static const struct {
		const char *what;
		u8 code[10];
		size_t len;
		bool call;
	} cases[] = {
		{ "call rel32", { 0xe8, 0x11, 0x22, 0x33, 0x44 }, 5, true },
		{ "cs call rel32", { 0x2e, 0xe8, 0x11, 0x22, 0x33, 0x44 }, 6, true },
		{ "call *%rax", { 0x90, 0x90, 0xff, 0xd0 }, 4, true },
		{ "call *%r11", { 0x90, 0x41, 0xff, 0xd3 }, 4, true },
		{ "call *0x10(%rax)", { 0x90, 0xff, 0x50, 0x10 }, 4, true },
		{ "call *(%rax)", { 0x90, 0xff, 0x10 }, 3, true },
		{ "call *0x8(%rsp)", { 0x90, 0xff, 0x54, 0x24, 0x08 }, 5, true },
		{ "call *table(,%rax,8)", { 0xff, 0x14, 0xc5, 1, 2, 3, 4 }, 7, true },
		{ "call *0x11223344(%rip)", { 0xff, 0x15, 0x44, 0x33, 0x22, 0x11 }, 6, true },
		{ "call *0x11223344(%rbx)", { 0xff, 0x93, 0x44, 0x33, 0x22, 0x11 }, 6, true },
		{ "jmp rel32", { 0x90, 0xe9, 0x11, 0x22, 0x33, 0x44 }, 6, false },
		{ "jmp *%rax", { 0x90, 0x90, 0xff, 0xe0 }, 4, false },
		{ "push 0x10(%rax)", { 0x90, 0xff, 0x70, 0x10 }, 4, false },
		{ "nops", { 0x90, 0x90, 0x90, 0x90, 0x90, 0x90 }, 6, false },
		{ "ret; int3", { 0x5d, 0xc3, 0xcc, 0xcc, 0xcc, 0xcc }, 6, false },
		{ "call rel32, cut", { 0x11, 0x22, 0x33, 0x44 }, 4, false },
		{ "one byte", { 0xe8 }, 1, false },
		{ "nothing", { 0 }, 0, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].call,
			  stackanno_arch_ends_in_call(cases[i].code, cases[i].len)) {
			TH_LOG("case %zu, %s", i, cases[i].what ?: "");
		}
	}
}

TEST(entries_are_known_by_their_routines)
{
	static const struct {
		const char *name;
		unsigned int entry;
		u32 vector;
	} cases[] = {
		{ "asm_exc_page_fault", STACKANNO_ENTRY_EXCEPTION, 14 },
		{ "asm_exc_divide_error", STACKANNO_ENTRY_EXCEPTION, 0 },
		{ "asm_exc_of_tomorrow", STACKANNO_ENTRY_EXCEPTION, STACKANNO_NONE },
		{ "asm_exc_nmi", STACKANNO_ENTRY_NMI, STACKANNO_NONE },
		{ "asm_sysvec_apic_timer_interrupt", STACKANNO_ENTRY_INTERRUPT, 236 },
		{ "asm_sysvec_of_tomorrow", STACKANNO_ENTRY_INTERRUPT, STACKANNO_NONE },
		{ "asm_common_interrupt", STACKANNO_ENTRY_INTERRUPT, STACKANNO_NONE },
		{ "entry_SYSCALL_64_after_hwframe", STACKANNO_ENTRY_SYSCALL, STACKANNO_NONE },
		{ "entry_SYSENTER_compat_after_hwframe", STACKANNO_ENTRY_SYSCALL, STACKANNO_NONE },
		{ "arch_rethook_trampoline", STACKANNO_ENTRY_PROBE, STACKANNO_NONE },
		{ "vfs_read", STACKANNO_ENTRY_UNKNOWN, STACKANNO_NONE },
		{ "asm_", STACKANNO_ENTRY_UNKNOWN, STACKANNO_NONE },
		{ "", STACKANNO_ENTRY_UNKNOWN, STACKANNO_NONE },
	};
	u32 vector;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].entry, stackanno_arch_entry(cases[i].name, &vector)) {
			TH_LOG("%s", cases[i].name);
		}
		EXPECT_EQ(cases[i].vector, vector) {
			TH_LOG("%s", cases[i].name);
		}
	}
}

TEST(switch_frame_has_six_registers)
{
	EXPECT_EQ(STACKANNO_X86_R15, stackanno_arch_switch_field(0));
	EXPECT_EQ(STACKANNO_X86_BP, stackanno_arch_switch_field(5));
	EXPECT_EQ(-1, stackanno_arch_switch_field(6));
}

TEST_HARNESS_MAIN
