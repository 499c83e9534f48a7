// SPDX-License-Identifier: GPL-2.0-only
/*
 * Oracle 2: real functions run under Unicorn, from random registers and memory,
 * branches forced either way; at every instruction each claim of the analysis is
 * checked against the machine. The emulator decides which instruction comes next
 * but for branches, so that a missing edge shows as an instruction without a state.
 *
 * Every other run leaves the branches to the data. Random data, and branches forced
 * past the checks of it, lead some functions over their own frame, by an index or a
 * pointer: what such a store did to a saved register, the canary or the return address
 * is counted apart. Claims that are not said to be certain ("soft") are counted apart
 * as well.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

#include "core/arch.h"
#include "core/flow.h"
#include "image.h"

#define REGISTERS 16
#define ARENA 0xffff888000000000ULL
#define ARENA_BYTES (16U << 20)
#define STACK 0xffffc90000000000ULL
#define STACK_BYTES (16U << 10)
/* Words above the CFA are the caller's; 8 bytes off 16, as the kernel's may be. */
#define CFA_AT (STACK + STACK_BYTES - 4096 + 8)
/* What of the stack is looked at, below the CFA. */
#define FRAME_BYTES 4096
#define STEPS_MAX 2000
#define STATES_MAX 8192
#define POINTERS_MAX 64
#define STAINS_MAX 512
#define PAGE 4096ULL
#define PAGES_MAX 32
#define CANARY_AT 0x28
#define REPEAT_MAX 4096
#define MACHINE_LIFE 2000
/* Times that the emulator itself may crash. */
#define CRASHES_MAX 8
#define FIRST_SEED 88172645463325252ULL

static const int uc_regs[REGISTERS] = {
	UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX,
	UC_X86_REG_RSP, UC_X86_REG_RBP, UC_X86_REG_RSI, UC_X86_REG_RDI,
	UC_X86_REG_R8, UC_X86_REG_R9, UC_X86_REG_R10, UC_X86_REG_R11,
	UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15,
};

struct known {
	u64 ip;
	struct stackanno_flow_state *state;	/* NULL: no path leads there */
};

struct machine {
	uc_engine *uc;
	u64 entry[REGISTERS];	/* registers at entry */
	u64 reg[REGISTERS];	/* now */
	u64 ip;			/* of the instruction checked last */
	u32 steps;
	u32 repeats;		/* of that instruction */
	bool forced;		/* branches go where chance will have them */
	bool violated;
	u8 stack_at_entry[STACK_BYTES];
	u8 stack[STACK_BYTES];	/* now */
	u64 canary;
	u64 table;		/* that was read last */
	u64 base;		/* the rounded stack pointer; 0: not rounded yet */
	u64 pointer[POINTERS_MAX];	/* into the frame, that callees were shown */
	u32 pointers;
	u64 writer[STACK_BYTES / 8];	/* instruction that wrote each word last; 0: none did */
	u64 stain[STAINS_MAX];	/* words of the arena that addresses of the stack were put into */
	u32 stains;
	u64 page[PAGES_MAX];	/* mapped when they were reached for */
	u32 pages;
};

/* Kept by the child that runs the functions, read by its parent when it is gone. */
struct counts {
	u64 functions, soft, overruns, runs, checkpoints, claims, ended_by_emulator,
		exceptions;
	u64 seed;
	u32 at;		/* index of the function that is run */
	u32 broken, excuses;
	bool done;
};

/* What is known to be at odds with the emulator, and why. */
static const struct {
	const char *name, *reason;
} excused[] = {
	{ "retbleed_untrain_ret", "jumps into the middle of an instruction of its own" },
};

static struct image image;
static struct stackanno_flow flow;
static struct machine machine;
static struct counts *counts;
static struct known known[STATES_MAX];
static u32 knowns;

static u64 random_u64(void)
{
	counts->seed ^= counts->seed << 13;
	counts->seed ^= counts->seed >> 7;
	counts->seed ^= counts->seed << 17;
	return counts->seed;
}

/* What memory and registers hold: pointers, small numbers, anything. */
static u64 random_word(void)
{
	u64 r = random_u64();

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
		word[i] = random_word();
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

static void open_machine(void)
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

static void reset_machine(void)
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
		u64 value = random_word();

		uc_mem_write(machine.uc, machine.stain[i], &value, sizeof(value));
	}
	machine.stains = 0;
	memset(machine.writer, 0, sizeof(machine.writer));
	random_fill(machine.stack_at_entry, STACK_BYTES);
	uc_mem_write(machine.uc, STACK, machine.stack_at_entry, STACK_BYTES);
	for (i = 0; i < REGISTERS; i++)
		machine.entry[i] = random_word();
	machine.entry[stackanno_arch_abi.sp] = CFA_AT - 8;
	for (i = 0; i < REGISTERS; i++)
		uc_reg_write(machine.uc, uc_regs[i], &machine.entry[i]);
	uc_reg_write(machine.uc, UC_X86_REG_GS_BASE, &gs);
	uc_reg_write(machine.uc, UC_X86_REG_EFLAGS, &flags);
	machine.canary = random_u64();
	uc_mem_write(machine.uc, ARENA + CANARY_AT, &machine.canary, 8);
}

static int lift_at(u64 ip, struct stackanno_ir_list *list)
{
	u8 bytes[STACKANNO_INSN_BYTES];
	struct stackanno_insn insn;
	u32 len = image.ops.read(&image.ops, ip, bytes, sizeof(bytes));

	if (!len || image.ops.decode(&image.ops, bytes, len, &insn))
		return -EINVAL;
	stackanno_arch_lift(&insn, ip, image.ops.canary, list);
	return 0;
}

static const struct stackanno_flow_state *state_at(u64 ip)
{
	const struct stackanno_flow_state *state;
	u32 i;

	for (i = 0; i < knowns; i++)
		if (known[i].ip == ip)
			return known[i].state;
	state = stackanno_flow_at(&flow, ip, false);
	if (knowns == STATES_MAX)
		return state;
	known[knowns].ip = ip;
	known[knowns].state = NULL;
	if (state) {
		known[knowns].state = malloc(sizeof(*state));
		memcpy(known[knowns].state, state, sizeof(*state));
	}
	return known[knowns++].state;
}

static void forget_states(void)
{
	u32 i;

	for (i = 0; i < knowns; i++)
		free(known[i].state);
	knowns = 0;
}

static u64 stack_word(const u8 *stack, u64 address, u32 size)
{
	u64 value = 0;

	if (address - STACK <= STACK_BYTES - size)
		memcpy(&value, stack + (address - STACK), size);
	return value;
}

static u64 cut(u64 value, struct stackanno_value as)
{
	u32 shift = 64 - (8U << as.width);

	if (as.width == 3)
		return value;
	value <<= shift;
	return as.sext ? (u64)((s64)value >> shift) : value >> shift;
}

/* The same name must mean the same number wherever it stands. */
struct name {
	u32 kind, id;
	u64 value;
};

static struct name names[REGISTERS + STACKANNO_FLOW_SLOTS];
static u32 named;

static bool check_name(struct stackanno_value claim, u64 value)
{
	u32 i;

	if (claim.width != 3)
		return true;
	value -= (u64)(s64)claim.offset;
	for (i = 0; i < named; i++)
		if (names[i].kind == claim.kind && names[i].id == claim.id)
			return names[i].value == value;
	names[named++] = (struct name){ claim.kind, claim.id, value };
	return true;
}

static u64 rounded_base(void)
{
	return (CFA_AT + (u64)(s64)flow.summary.align_from) &
	       ~((u64)flow.summary.align_bytes - 1);
}

static bool check_value(struct stackanno_value claim, u64 value, u32 size)
{
	u64 expected;

	switch (claim.kind) {
	case STACKANNO_VALUE_UNKNOWN:
		return true;
	case STACKANNO_VALUE_RESULT:
	case STACKANNO_VALUE_JOIN:
		return size < 8 || check_name(claim, value);
	case STACKANNO_VALUE_ENTRY:
		expected = machine.entry[claim.id];
		break;
	case STACKANNO_VALUE_CFA:
		expected = CFA_AT;
		break;
	case STACKANNO_VALUE_ALIGNED:
		expected = rounded_base();
		break;
	case STACKANNO_VALUE_CONST:
		expected = 0;
		break;
	case STACKANNO_VALUE_CANARY:
		expected = machine.canary;
		break;
	case STACKANNO_VALUE_RETURN:
		expected = stack_word(machine.stack_at_entry, CFA_AT - 8, 8);
		break;
	case STACKANNO_VALUE_PASSED:
		expected = stack_word(machine.stack_at_entry, CFA_AT + claim.id * 8ULL, 8);
		break;
	default:
		return false;
	}
	counts->claims++;
	expected = cut(expected + (u64)(s64)claim.offset, claim);
	return size == 8 ? expected == value :
			   !((expected ^ value) & ((1ULL << (8 * size)) - 1));
}

/* What no function writes but to save it. */
static bool is_linkage(struct stackanno_value value)
{
	return value.kind == STACKANNO_VALUE_CANARY || value.kind == STACKANNO_VALUE_RETURN ||
	       (value.kind == STACKANNO_VALUE_ENTRY &&
		stackanno_arch_abi.saved >> value.id & 1);
}

/*
 * Whether the function wrote over its own frame: through a pointer or an index that
 * chance had made, at a place that no path writes so.
 */
static bool is_overrun(u64 address)
{
	const struct stackanno_flow_state *state;
	u64 writer = machine.writer[(address - STACK) / 8];
	struct stackanno_ir_list list;
	u32 i;

	state = writer ? state_at(writer) : NULL;
	if (!state || lift_at(writer, &list))
		return false;
	for (i = 0; i < list.count; i++) {
		const struct stackanno_ir_mem *mem = &list.op[i].mem;

		if (list.op[i].op == STACKANNO_IR_FILL)
			return true;
		if ((list.op[i].op == STACKANNO_IR_STORE ||
		     list.op[i].op == STACKANNO_IR_STORE_SET ||
		     list.op[i].op == STACKANNO_IR_STORE_ANY) &&
		    (mem->index != STACKANNO_IR_NO_REG || mem->base == STACKANNO_IR_NO_REG ||
		     !stackanno_value_in_frame(state->reg[mem->base])))
			return true;
	}
	return false;
}

/* What a branch tells holds only where the data decided it. */
static bool check_facts(const struct stackanno_flow_state *state, int *at)
{
	bool half;
	s32 value;
	u32 i;

	for (i = 0; i < REGISTERS && !machine.forced; i++) {
		if (!stackanno_flow_fact(state, i, &value, &half))
			continue;
		counts->claims++;
		*at = (int)i;
		if (half ? (u32)machine.entry[i] != (u32)value :
			   machine.entry[i] != (u64)(s64)value)
			return false;
	}
	return true;
}

static bool check_state(const struct stackanno_flow_state *state, const char **what, int *at)
{
	u64 base = rounded_base();
	u32 i;

	named = 0;
	*what = "an argument";
	if (!check_facts(state, at))
		return false;
	*what = "a register";
	for (i = 0; i < REGISTERS; i++) {
		uc_reg_read(machine.uc, uc_regs[i], &machine.reg[i]);
		*at = (int)i;
		if (check_value(state->reg[i], machine.reg[i], 8))
			continue;
		if (!state->reg[i].soft)
			return false;
		counts->soft++;
	}
	*what = "a slot";
	uc_mem_read(machine.uc, CFA_AT - FRAME_BYTES, machine.stack + (CFA_AT - FRAME_BYTES - STACK),
		    FRAME_BYTES + 256);
	for (i = 0; i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];
		u64 address = (slot->base ? base : CFA_AT) + (u64)(s64)slot->offset;

		if (address - STACK > STACK_BYTES - 8)
			continue;
		*at = slot->offset;
		if (check_value(slot->value, stack_word(machine.stack, address, slot->size),
				slot->size))
			continue;
		if (slot->value.soft) {
			counts->soft++;
		} else if (is_linkage(slot->value) && is_overrun(address)) {
			counts->overruns++;
			*what = NULL;
			return false;
		} else {
			return false;
		}
	}
	return true;
}

static bool in_function(const struct function *function, u64 address)
{
	const struct function *cold = function->cold == NO_FUNCTION ? NULL :
		&image.function[function->cold];
	u32 i;

	if (address - function->begin < function->size ||
	    (cold && address - cold->begin < cold->size))
		return true;
	for (i = 0; i < image.sections; i++)
		if (image.section[i].detour && address >= image.section[i].begin &&
		    address < image.section[i].end)
			return true;
	return false;
}

/*
 * An object may be as small as a byte. One that holds an address of the frame is
 * larger: of such an address a byte is never changed, for what came of it would
 * lead the function over its own frame.
 */
static void write_object(u64 address)
{
	u64 value = random_word(), now = 0, at = address & ~7ULL;

	uc_mem_read(machine.uc, at, &now, sizeof(now));
	if (now - STACK >= STACK_BYTES)
		uc_mem_write(machine.uc, address, &value, 1);
	else if (at == address)
		uc_mem_write(machine.uc, address, &value, sizeof(value));
}

/*
 * Nothing that a callee may write to lies over a saved register or the canary: such
 * an address is the end of a buffer, which string instructions and forced loops leave
 * behind, or the frame pointer, as a mark for the unwinder.
 */
static bool is_behind_objects(u64 address)
{
	const struct stackanno_flow_state *state = state_at(machine.ip);
	u64 base = rounded_base();
	u32 i;

	for (i = 0; state && i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];
		u64 at = (slot->base ? base : CFA_AT) + (u64)(s64)slot->offset;

		if (address - at < slot->size && is_linkage(slot->value))
			return true;
	}
	return false;
}

/* A callee: spoils its registers, and writes to what it was ever shown. */
static void call_stub(void)
{
	u64 sp = machine.reg[stackanno_arch_abi.sp], value;
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++) {
		value = machine.reg[stackanno_arch_abi.argument[i]];
		if (value - STACK < STACK_BYTES && value >= sp && value < CFA_AT - 8 &&
		    machine.pointers < POINTERS_MAX && !is_behind_objects(value))
			machine.pointer[machine.pointers++] = value;
	}
	for (i = 0; i < machine.pointers; i++)
		if (machine.pointer[i] >= sp)
			write_object(machine.pointer[i]);
	for (i = 0; i < REGISTERS; i++) {
		value = random_word();
		if (!(stackanno_arch_abi.saved >> i & 1))
			uc_reg_write(machine.uc, uc_regs[i], &value);
	}
}

static void go(u64 ip)
{
	/* Writing it makes the emulator leave the block it is in. */
	uc_reg_write(machine.uc, UC_X86_REG_RIP, &ip);
}

/* A branch either way; what leaves the function ends the run. */
static void go_either(const struct function *function, u64 a, u64 b)
{
	u64 ip = random_u64() & 1 ? a : b;

	if (in_function(function, ip))
		go(ip);
	else
		uc_emu_stop(machine.uc);
}

/* Data are not mapped: a word of the table, which holds 256 in the one function that has one. */
static void go_by_table(const struct function *function)
{
	u64 ip = image.ops.constant(&image.ops, machine.table + random_u64() % 256 * 8);

	machine.table = 0;
	if (in_function(function, ip))
		go(ip);
	else
		uc_emu_stop(machine.uc);
}

static bool is_endless(const struct stackanno_ir_list *list)
{
	const struct stackanno_ir *ir = &list->op[0];

	return list->count && ir->op == STACKANNO_IR_FILL && ir->src != STACKANNO_IR_NO_REG &&
	       machine.reg[ir->src] > REPEAT_MAX;
}

/* What the instruction at @ip does is the emulator's business, but for control. */
static void steer(const struct function *function, u64 ip)
{
	struct stackanno_ir_list list;
	u64 next, other;

	if (lift_at(ip, &list)) {
		uc_emu_stop(machine.uc);
		return;
	}
	next = ip + list.length;
	if (list.table)
		machine.table = list.table;
	if (list.exit == STACKANNO_EXIT_JUMP && machine.table &&
	    !in_function(function, list.target)) {
		go_by_table(function);
		return;
	}
	other = image.ops.jump_label(&image.ops, ip);
	if (other) {
		go_either(function, other, next);
	} else if (list.exit == STACKANNO_EXIT_CALL) {
		if (!list.target || list.target != image.tracer)
			call_stub();
		if (list.target && image.ops.noreturn(&image.ops, list.target))
			uc_emu_stop(machine.uc);
		else
			go(next);
	} else if (list.exit == STACKANNO_EXIT_BRANCH && !list.count && machine.forced) {
		go_either(function, list.target, next);
	} else if (list.exit == STACKANNO_EXIT_TRAP && image.ops.warns(&image.ops, ip)) {
		go(next);
	} else if ((list.exit != STACKANNO_EXIT_NEXT && list.exit != STACKANNO_EXIT_JUMP &&
		    list.exit != STACKANNO_EXIT_BRANCH) || is_endless(&list)) {
		uc_emu_stop(machine.uc);
	}
}

/*
 * An exception of the instruction at @ip, that is mended: now and then, where it would
 * not come by itself. Return: whether there was one.
 */
static bool raise_at(const struct function *function, u64 ip)
{
	struct stackanno_fixup fixup;
	u64 value;
	u32 i;

	if (!machine.forced || random_u64() & 3 || !image.ops.fixup(&image.ops, ip, &fixup))
		return false;
	for (i = 0; i < REGISTERS; i++) {
		value = fixup.cleared >> i & 1 ? 0 : random_word();
		if (i == fixup.given)
			value = (u64)(s64)fixup.value;
		else if (!((fixup.cleared | fixup.spoiled) >> i & 1))
			continue;
		uc_reg_write(machine.uc, uc_regs[i], &value);
	}
	counts->exceptions++;
	if (in_function(function, fixup.landing))
		go(fixup.landing);
	else
		uc_emu_stop(machine.uc);
	return true;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *data)
{
	const struct function *function = data;
	const struct stackanno_flow_state *state;
	const char *what = "no state";
	int at = 0;

	/* A repeated string instruction comes by once for each time. */
	if (address == machine.ip) {
		if (machine.repeats++ >= REPEAT_MAX)
			uc_emu_stop(uc);
		else
			raise_at(function, address);
		return;
	}
	machine.repeats = 0;
	if (!in_function(function, address) || machine.steps++ >= STEPS_MAX) {
		uc_emu_stop(uc);
		return;
	}
	machine.ip = address;
	state = state_at(address);
	counts->checkpoints++;
	if (!state || !check_state(state, &what, &at)) {
		machine.violated = what;
		if (what)
			printf("%s+0x%llx: %s %d\n", function->name,
			       (unsigned long long)(address - function->begin), what, at);
		uc_emu_stop(uc);
		return;
	}
	if (!raise_at(function, address))
		steer(function, address);
}

static bool run(const struct function *function)
{
	uc_hook hook;

	reset_machine();
	machine.ip = 0;
	machine.steps = 0;
	machine.violated = false;
	machine.forced = counts->runs % 2;
	counts->runs++;
	if (uc_hook_add(machine.uc, &hook, UC_HOOK_CODE, (void *)on_code, (void *)function, 1, 0)) {
		fprintf(stderr, "soundness: the emulator takes no hook\n");
		exit(2);
	}
	if (uc_emu_start(machine.uc, function->begin, 0, 0, 0))
		counts->ended_by_emulator++;
	uc_hook_del(machine.uc, hook);
	return !machine.violated;
}

static bool is_excused(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(excused); i++)
		if (!strcmp(name, excused[i].name))
			return true;
	return false;
}

struct plan {
	u32 every, runs;
	bool mended;	/* functions alone of which exceptions are mended */
	const char *only;
	time_t end;
};

static void run_function(const struct function *function, u32 runs)
{
	u32 i;

	if (stackanno_flow_run(&flow, &image.ops, function->begin, function->size))
		return;
	forget_states();
	/* Of the code it translated the emulator forgets nothing by itself. */
	if (++counts->functions % MACHINE_LIFE == 0) {
		uc_close(machine.uc);
		open_machine();
	}
	for (i = 0; i < runs && run(function); i++)
		;
	if (i == runs)
		return;
	if (is_excused(function->name))
		counts->excuses++;
	else
		counts->broken++;
}

static bool is_mended(const struct function *function)
{
	u32 i;

	for (i = 0; i < image.mendeds; i++)
		if (image.mended[i].code - function->begin < function->size)
			return true;
	return false;
}

static bool is_planned(const struct plan *plan, const struct function *function)
{
	return function->parent == NO_FUNCTION &&
	       (!plan->only || !strcmp(plan->only, function->name)) &&
	       (!plan->mended || is_mended(function));
}

static void run_all(const struct plan *plan)
{
	const struct function *function;

	open_machine();
	for (; counts->at < image.functions && time(NULL) < plan->end;
	     counts->at += plan->only ? 1 : plan->every) {
		function = &image.function[counts->at];
		if (is_planned(plan, function))
			run_function(function, plan->runs);
	}
	counts->done = true;
}

/*
 * In a process of its own: Unicorn's translated code faults now and then, which is
 * said, and the rest goes on behind the function that it was.
 * Return: 0; -errno when there is no such process.
 */
static int run_apart(const struct plan *plan)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		fprintf(stderr, "soundness: fork: %s\n", strerror(errno));
		return -errno;
	}
	if (!pid) {
		run_all(plan);
		fflush(NULL);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	if (WIFEXITED(status) && WEXITSTATUS(status)) {
		return -EIO;
	} else if (!counts->done) {
		printf("%s: the emulator crashed (signal %d)\n",
		       image.function[counts->at].name, WTERMSIG(status));
		counts->at += plan->only ? 1 : plan->every;
	}
	return 0;
}

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: soundness [--every N] [--runs N] [--seconds N] [--only FUNCTION] VMLINUX\n"
		"\n"
		"Runs functions of VMLINUX under Unicorn and checks each claim of the analysis.\n"
		"\n"
		"  --every N        one function in N (default 16), from a random one on\n"
		"  --runs N         times that each is run (default 8)\n"
		"  --seconds N      end after so long (default 120)\n"
		"  --only FUNCTION  this one and no other\n"
		"  --mended         all with entries in the table of exceptions, and no others\n"
		"\n"
		"Exit status: 0 when nothing was violated, 1 when something was, 2 for errors.\n");
}

static u32 number(const char *name, const char *text)
{
	char *rest;
	unsigned long value = strtoul(text, &rest, 10);

	if (*rest || rest == text || !value || value > 1000000) {
		fprintf(stderr, "soundness: --%s %s: not within 1 to 1000000\n", name, text);
		exit(2);
	}
	return (u32)value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "every", required_argument, NULL, 'e' },
		{ "runs", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{ "mended", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct plan plan = { .every = 16, .runs = 8 };
	u32 seconds = 120, crashes;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			plan.every = number("every", optarg);
			break;
		case 'r':
			plan.runs = number("runs", optarg);
			break;
		case 's':
			seconds = number("seconds", optarg);
			break;
		case 'o':
			plan.only = optarg;
			break;
		case 'm':
			plan.mended = true;
			plan.every = 1;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return 2;
	}
	if (image_open(&image, argv[optind])) {
		fprintf(stderr, "soundness: %s\n", image.error);
		return 2;
	}
	plan.end = time(NULL) + seconds;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (counts == MAP_FAILED) {
		fprintf(stderr, "soundness: out of memory\n");
		return 2;
	}
	counts->seed = FIRST_SEED;
	counts->at = plan.only ? 0 : (u32)(random_u64() % plan.every);
	for (crashes = 0; !counts->done && crashes <= CRASHES_MAX; crashes += !counts->done)
		if (run_apart(&plan))
			return 2;
	printf("%llu functions, %llu runs, %llu checkpoints, %llu claims, %llu runs ended by the emulator\n",
	       (unsigned long long)counts->functions, (unsigned long long)counts->runs,
	       (unsigned long long)counts->checkpoints, (unsigned long long)counts->claims,
	       (unsigned long long)counts->ended_by_emulator);
	printf("%llu soft claims untrue; %llu runs over their own frame; %u crashes of the emulator\n",
	       (unsigned long long)counts->soft, (unsigned long long)counts->overruns, crashes);
	printf("%llu exceptions mended\n", (unsigned long long)counts->exceptions);
	printf("violations in %u functions, and in %u of those that are excused\n",
	       counts->broken, counts->excuses);
	if (!counts->done) {
		fprintf(stderr, "soundness: the emulator crashed %u times: given up\n", crashes);
		return 2;
	}
	/* A function takes some twenty instructions on its way through. */
	if (counts->checkpoints < counts->runs * 10) {
		fprintf(stderr, "soundness: hardly anything was checked\n");
		return 2;
	}
	return counts->broken ? 1 : 0;
}
