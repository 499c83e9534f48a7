// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/ir.h"

#define PAGE 4096ULL
#define CANARY_AT 0x28

struct machine machine;
struct counts *counts;
struct image image;

const int machine_regs[REGISTERS] = {
	UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
	UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
	UC_X86_REG_R8, UC_X86_REG_R9, UC_X86_REG_R10, UC_X86_REG_R11,
	UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15,
};
u64 machine_random(void)
{
	counts->seed ^= counts->seed << 13;
	counts->seed ^= counts->seed >> 7;
	counts->seed ^= counts->seed << 17;
	return counts->seed;
}

u64 machine_random_word(void)
{
	u64 r = machine_random();

	switch (r & 7) {
	case 0:
		return 0;
	case 1:
	case 2:
		return (r >> 8) & 0xff;
	case 3:
		return r >> 3;
	default:
		return ARENA + ((r >> 8) & (ARENA_BYTES - 1) & ~7ULL);
	}
}

static void random_fill(void *buf, size_t bytes)
{
	u64 *word = buf;
	size_t i;

	for (i = 0; i < bytes / sizeof(*word); i++)
		word[i] = machine_random_word();
}

static bool on_unmapped(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			int64_t value, void *data)
{
	static u8 page[PAGE];
	u64 at = address & ~(PAGE - 1);

	if (type == UC_MEM_FETCH_UNMAPPED || machine.pages == PAGES_MAX)
		return false;
	if (uc_mem_map(uc, at, PAGE, UC_PROT_READ | UC_PROT_WRITE))
		return false;
	machine.page[machine.pages++] = at;
	random_fill(page, sizeof(page));
	uc_mem_write(uc, at, page, sizeof(page));
	/* An operand may reach over the page's end. */
	if ((address + (u64)size - 1) / PAGE != address / PAGE && machine.pages < PAGES_MAX &&
	    !uc_mem_map(uc, at + PAGE, PAGE, UC_PROT_READ | UC_PROT_WRITE))
		machine.page[machine.pages++] = at + PAGE;
	return true;
}

/* What a run leaves of its stack in memory would be an address in the next one's. */
static void on_arena_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size,
			   int64_t value, void *data)
{
	if ((u64)value - STACK >= STACK_BYTES)
		return;
	if (machine.stains == STAINS_MAX)
		uc_emu_stop(uc);
	else
		machine.stain[machine.stains++] = address;
}

static void on_write(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value,
		     void *data)
{
	u64 first = (address - STACK) / 8, last = (address + (u64)size - 1 - STACK) / 8;

	if (first < ARRAY_SIZE(machine.writer))
		machine.writer[first] = machine.ip;
	if (last < ARRAY_SIZE(machine.writer))
		machine.writer[last] = machine.ip;
}

void machine_open(void)
{
	static u8 arena[ARENA_BYTES];
	uc_hook hook;
	u64 mapped = 0;
	u32 i;

	if (uc_open(UC_ARCH_X86, UC_MODE_64, &machine.uc)) {
		fprintf(stderr, "soundness: Unicorn cannot be opened\n");
		exit(2);
	}
	for (i = 0; i < image.sections; i++) {
		const struct image_section *section = &image.section[i];
		u64 begin = section->begin & ~(PAGE - 1);
		u64 end = (section->end + PAGE - 1) & ~(PAGE - 1);

		if (!section->bytes || (!section->code && !section->detour))
			continue;
		/* Sections lie in order, and may share a page. */
		if (begin < mapped)
			begin = mapped;
		if (begin < end)
			uc_mem_map(machine.uc, begin, end - begin, UC_PROT_READ | UC_PROT_EXEC);
		mapped = end;
		if (uc_mem_write(machine.uc, section->begin, section->bytes,
				 section->end - section->begin)) {
			fprintf(stderr, "soundness: code cannot be mapped\n");
			exit(2);
		}
	}
	uc_mem_map(machine.uc, ARENA, ARENA_BYTES, UC_PROT_READ | UC_PROT_WRITE);
	random_fill(arena, sizeof(arena));
	uc_mem_write(machine.uc, ARENA, arena, sizeof(arena));
	uc_mem_map(machine.uc, STACK, STACK_BYTES, UC_PROT_READ | UC_PROT_WRITE);
	uc_hook_add(machine.uc, &hook, UC_HOOK_MEM_UNMAPPED, (void *)on_unmapped, NULL, 1, 0);
	uc_hook_add(machine.uc, &hook, UC_HOOK_MEM_WRITE, (void *)on_write, NULL, STACK,
		    STACK + STACK_BYTES - 1);
	uc_hook_add(machine.uc, &hook, UC_HOOK_MEM_WRITE, (void *)on_arena_write, NULL, ARENA,
		    ARENA + ARENA_BYTES - 1);
	machine.pages = 0;
}

void machine_reset(void)
{
	u64 gs = ARENA, flags = 2;
	u32 i;

	for (i = 0; i < machine.pages; i++)
		uc_mem_unmap(machine.uc, machine.page[i], PAGE);
	machine.pages = 0;
	machine.pointers = 0;
	machine.base = 0;
	machine.table = 0;
	for (i = 0; i < machine.stains; i++) {
		u64 value = machine_random_word();

		uc_mem_write(machine.uc, machine.stain[i], &value, sizeof(value));
	}
	machine.stains = 0;
	memset(machine.writer, 0, sizeof(machine.writer));
	random_fill(machine.stack_at_entry, STACK_BYTES);
	uc_mem_write(machine.uc, STACK, machine.stack_at_entry, STACK_BYTES);
	for (i = 0; i < REGISTERS; i++)
		machine.entry[i] = machine_random_word();
	machine.entry[stackanno_arch_abi.sp] = CFA_AT - 8;
	for (i = 0; i < REGISTERS; i++)
		uc_reg_write(machine.uc, machine_regs[i], &machine.entry[i]);
	uc_reg_write(machine.uc, UC_X86_REG_GS_BASE, &gs);
	uc_reg_write(machine.uc, UC_X86_REG_EFLAGS, &flags);
	machine.canary = machine_random();
	uc_mem_write(machine.uc, ARENA + CANARY_AT, &machine.canary, 8);
}
