// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/linkage.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "sa_frame.h"
#include "sa_frame_code.h"
#include "sa_known.h"

/* A stop that is in the function called, which is then to be returned from. */
#define CALL (STOPS - 1)
#define WORDS 16
#define BIT_OF(stop) (1U << (stop))
/* Each stop from one to another. */
#define FROM(first, last) ((2U << (last)) - (1U << (first)))

/*
 * A word of a frame: its offset from the CFA, or from the rounded stack pointer;
 * what its label must be, and what it holds. Blanks in a label are "_"; "|" divides those that
 * will do; "-" is none at all.
 */
struct word {
	int offset;
	const char *label;
	unsigned long value;
	unsigned long mask;	/* the bits of the value that are known */
	u32 stops;		/* the stops at which the frame has it; 0: all */
	bool rounded;
};

struct laid {
	const char *name;
	const char *function;	/* whose frame it is */
	asmlinkage void (*run)(void);
	u32 stops;		/* which it has */
	int align_from;		/* offset of what is rounded; 0: nothing is */
	struct word words[WORDS];
};

unsigned long sa_frame_cfa;
unsigned long sa_frame_room = 0x18;
const unsigned long *sa_frame_stops[STOPS];

#define ROUND 32
#define WORD(at, what, ...) { .offset = (at), .label = (what), ##__VA_ARGS__ }
#define HOLDS(number) .value = (number), .mask = ~0UL
#define AT(set) .stops = (set)
#define ROUNDED .rounded = true

/* In a call the return address is followed; at a stop ip is in the function itself. */
static const struct laid laid[] = {
	{ "pushes", "sa_frame_pushes", sa_frame_pushes, FROM(0, 12) | BIT_OF(CALL), 0, {
		WORD(-16, "rbp", HOLDS(MAGIC_RBP), AT(FROM(1, 11) | BIT_OF(CALL))),
		WORD(-24, "r15", HOLDS(MAGIC_R15), AT(FROM(2, 10) | BIT_OF(CALL))),
		WORD(-32, "r14", HOLDS(MAGIC_R14), AT(FROM(3, 9) | BIT_OF(CALL))),
		WORD(-40, "r13", HOLDS(MAGIC_R13), AT(FROM(4, 8) | BIT_OF(CALL))),
		WORD(-48, "r12", HOLDS(MAGIC_R12), AT(FROM(5, 7) | BIT_OF(CALL))),
		WORD(-56, "rbx", HOLDS(MAGIC_RBX), AT(BIT_OF(6) | BIT_OF(CALL))) } },
	{ "locals", "sa_frame_locals", sa_frame_locals, FROM(0, 3) | BIT_OF(CALL), 0, {
		WORD(-0x10, "pad", AT(FROM(1, 2) | BIT_OF(CALL))),
		WORD(-0x18, "unwritten_?", AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x18, "rsp+0x28", HOLDS(1), AT(BIT_OF(2))),
		WORD(-0x20, "rsp+0x20", .value = 0x5a5a0000, .mask = 0xffff0000,
		     AT(FROM(1, 2) | BIT_OF(CALL))),
		WORD(-0x28, "rsp+0x18", HOLDS(0x6b6b6b6b5a5a5a5a),
		     AT(FROM(1, 2) | BIT_OF(CALL))),
		WORD(-0x30, "rsp+0x10", .value = 0x5a, .mask = 0xff,
		     AT(FROM(1, 2) | BIT_OF(CALL))),
		WORD(-0x38, "rsp+0x8", HOLDS(MAGIC_LOCAL), AT(FROM(1, 2) | BIT_OF(CALL))),
		WORD(-0x40, "pad", AT(FROM(1, 2) | BIT_OF(CALL))) } },
	{ "spills", "sa_frame_spills", sa_frame_spills, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "spill_rdi", HOLDS(MAGIC_RDI)),
		WORD(-0x18, "spill_rsi", HOLDS(MAGIC_RSI)),
		WORD(-0x20, "spill_rdx", HOLDS(MAGIC_RDX)),
		WORD(-0x28, "spill_rcx", HOLDS(MAGIC_RCX)),
		WORD(-0x30, "spill_r8", HOLDS(MAGIC_R8)),
		WORD(-0x38, "spill_r9", HOLDS(MAGIC_R9)) } },
	{ "moves", "sa_frame_moves", sa_frame_moves, FROM(1, 2) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbx", HOLDS(MAGIC_RBX)),
		WORD(-0x18, "r15", HOLDS(MAGIC_R15)),
		WORD(-0x20, "pad"),
		WORD(-0x28, "rsp+0x0_?", AT(BIT_OF(2))),
		/* Whether the flags were pushed for the function called is not known. */
		WORD(-0x28, "out7_?|rsp+0x0_?", AT(BIT_OF(CALL))) } },
	{ "filled", "sa_frame_filled", sa_frame_filled, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "pad"),
		WORD(-0x18, "rsp+0x18_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x20, "rsp+0x10_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x28, "rsp+0x8_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x30, "pad") } },
	{ "objects", "sa_frame_objects", sa_frame_objects, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbx", HOLDS(MAGIC_RBX)),
		WORD(-0x18, "buf+0x10_?"),
		WORD(-0x20, "buf+0x8_?"),
		WORD(-0x28, "buf_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x30, "buf+0x10_?"),
		WORD(-0x38, "buf+0x8_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x40, "buf_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x48, "pad_?") } },
	{ "canary", "sa_frame_canary", sa_frame_canary, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbx", HOLDS(MAGIC_RBX)),
		WORD(-0x18, "canary"),
		WORD(-0x20, "buf+0x8_?"),
		WORD(-0x28, "buf_?"),
		WORD(-0x30, "pad_?") } },
	{ "arguments", "sa_frame_arguments", sa_frame_arguments, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbx", HOLDS(MAGIC_RBX)),
		WORD(-0x18, "rsp+0x10", HOLDS(MAGIC_LOCAL), AT(BIT_OF(1))),
		WORD(-0x18, "rsp+0x18", HOLDS(MAGIC_LOCAL), AT(BIT_OF(CALL))),
		WORD(-0x20, "rsp+0x8_?", HOLDS(9), AT(BIT_OF(1))),
		WORD(-0x28, "rsp+0x0_?", HOLDS(8), AT(BIT_OF(1))),
		WORD(-0x20, "out9_?", HOLDS(9), AT(BIT_OF(CALL))),
		WORD(-0x28, "out8_?", HOLDS(8), AT(BIT_OF(CALL))),
		WORD(-0x30, "out7_?", HOLDS(7), AT(BIT_OF(CALL))) } },
	{ "realigned", "sa_frame_realigned", sa_frame_realigned,
	  FROM(1, 2) | BIT_OF(CALL), -0x10, {
		WORD(-0x10, "rbp", HOLDS(MAGIC_RBP), AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x08, "spill_rdi", HOLDS(MAGIC_RDI), ROUNDED,
		     AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x10, "pad", ROUNDED, AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x18, "pad", ROUNDED, AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x20, "pad", ROUNDED, AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x28, "pad", ROUNDED, AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x30, "pad", ROUNDED, AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x38, "rsp+0x8", HOLDS(MAGIC_LOCAL), ROUNDED,
		     AT(BIT_OF(1) | BIT_OF(CALL))),
		WORD(-0x40, "pad", ROUNDED, AT(BIT_OF(1) | BIT_OF(CALL))) } },
	{ "described", "sa_frame_described", sa_frame_described, BIT_OF(1) | BIT_OF(CALL), -0x18, {
		WORD(-0x10, "rbp", HOLDS(MAGIC_RBP)),
		WORD(-0x18, "rbx", HOLDS(MAGIC_RBX)),
		WORD(-0x08, "buf+0x18=buf_?", ROUNDED),
		WORD(-0x10, "buf+0x10=buf_?", ROUNDED),
		WORD(-0x18, "buf+0x8=buf_?", ROUNDED),
		WORD(-0x20, "buf=buf_?", ROUNDED),
		WORD(-0x28, "pad", ROUNDED),
		WORD(-0x30, "pad", ROUNDED),
		WORD(-0x38, "rsp+0x28=key+0x8_?", HOLDS(MAGIC_LOCAL), ROUNDED),
		WORD(-0x40, "buf=key_?", ROUNDED),
		WORD(-0x48, "pad", ROUNDED),
		WORD(-0x50, "rsp+0x10", HOLDS((unsigned long)sa_frame_described), ROUNDED),
		WORD(-0x58, "rsp+0x8", ROUNDED),
		WORD(-0x60, "rsp+0x0", HOLDS(0x41b58ab3), ROUNDED) } },
	{ "drap", "sa_frame_drap", sa_frame_drap, BIT_OF(1) | BIT_OF(CALL), -8, {
		/* A copy of the return address, which the analysis may not know for one. */
		WORD(-0x08, "rsp+0x38_?|rsp+0x38=ret", ROUNDED),
		WORD(-0x10, "rbp", HOLDS(MAGIC_RBP), ROUNDED),
		WORD(-0x18, "rsp+0x28", ROUNDED),
		WORD(-0x20, "rbx", HOLDS(MAGIC_RBX), ROUNDED),
		WORD(-0x28, "pad", ROUNDED),
		WORD(-0x30, "rsp+0x10", HOLDS(MAGIC_LOCAL), ROUNDED),
		WORD(-0x38, "pad", ROUNDED),
		WORD(-0x40, "pad", ROUNDED) } },
	{ "alloca", "sa_frame_alloca", sa_frame_alloca, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbp_?", HOLDS(MAGIC_RBP)),
		WORD(-0x18, "rbx_?", HOLDS(MAGIC_RBX)),
		WORD(-0x20, "buf_??"),
		WORD(-0x28, "buf_??"),
		WORD(-0x30, "buf_??", HOLDS(MAGIC_LOCAL)) } },
	{ "leave", "sa_frame_leave", sa_frame_leave, FROM(1, 3) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbp", HOLDS(MAGIC_RBP), AT(FROM(1, 2) | BIT_OF(CALL))),
		WORD(-0x18, "pad", AT(BIT_OF(2) | BIT_OF(CALL))),
		WORD(-0x20, "rsp+0x0", HOLDS(MAGIC_LOCAL), AT(BIT_OF(2) | BIT_OF(CALL))) } },
	{ "ways", "sa_frame_ways", sa_frame_ways, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rsp+0x10_?", HOLDS(MAGIC_LOCAL)),
		WORD(-0x18, "rsp+0x8", HOLDS(MAGIC_LOCAL)),
		WORD(-0x20, "pad") } },
	{ "split", "sa_frame_split.cold", sa_frame_split, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "rbx", HOLDS(MAGIC_RBX)),
		WORD(-0x18, "rsp+0x8", HOLDS(MAGIC_LOCAL)),
		WORD(-0x20, "rsp+0x0", HOLDS(MAGIC_LOCAL)) } },
	{ "tail", "sa_frame_tailed", sa_frame_tail, BIT_OF(1) | BIT_OF(CALL), 0, {
		WORD(-0x10, "r12", HOLDS(MAGIC_R12)) } },
	{ "huge", "sa_frame_huge", sa_frame_huge, BIT_OF(1) | BIT_OF(CALL), 0, {
		/* What is saved first is known of it. */
		WORD(-0x10, "rbx_?", HOLDS(MAGIC_RBX)),
		WORD(-0x18, "-", HOLDS(1)) } },
};

static const struct laid *chosen;
static unsigned int chosen_stop;
/* As the report will call it: the case and its stop. */
static char who[32];

static void tell(const char *function, unsigned long addr, unsigned long value,
		 unsigned long mask, const char *label)
{
	pr_info("sa_known: who=%s kind=slot name=%s addr=%016lx value=%016lx mask=%016lx label=%s\n",
		who, function, addr, value, mask, label);
}

static void tell_word(unsigned long addr, unsigned long value, unsigned long mask,
		      const char *label)
{
	tell(chosen->function, addr, value, mask, label);
}

/* The frame of sa_frame_enter(), which begins where that of the function ends. */
static void tell_caller(void)
{
	static const char * const saved[] = { "rbx", "r12", "r13", "r14", "r15", "rbp" };
	unsigned long addr = sa_frame_cfa;
	unsigned int i;

	tell("sa_frame_enter", addr, (unsigned long)chosen->run, ~0UL, "spill_rdi");
	for (i = 0; i < ARRAY_SIZE(saved); i++) {
		addr += sizeof(addr);
		tell("sa_frame_enter", addr, 0, 0, saved[i]);
	}
	sa_known_at(who, "cfa", "sa_frame_enter", addr + 2 * sizeof(addr), 1);
}

/* Called by sa_frame_enter(), which is about to call the function. */
asmlinkage void sa_frame_tell(void)
{
	unsigned long from = sa_frame_cfa + chosen->align_from;
	unsigned long base = from & ~(ROUND - 1UL);
	const struct word *word;
	bool rounded = false;

	for (word = chosen->words; word < chosen->words + WORDS && word->label; word++) {
		if (word->stops && !(word->stops & BIT_OF(chosen_stop)))
			continue;
		rounded |= word->rounded;
		if (!strcmp(word->label, "canary"))
			tell_word(sa_frame_cfa + word->offset, current->stack_canary, ~0UL,
				  word->label);
		else
			tell_word((word->rounded ? base : sa_frame_cfa) + word->offset,
				  word->value, word->mask, word->label);
	}
	for (; rounded && base < from; base += sizeof(base))
		tell_word(base, 0, 0, "align");
	sa_known_at(who, "cfa", chosen->function, sa_frame_cfa, chosen_stop == CALL);
	tell_caller();
}

asmlinkage noinline void sa_frame_callee(void)
{
	READ_ONCE(*sa_frame_stops[CALL]);
}

static void put_name(char *name, size_t size, const struct laid *one, unsigned int stop)
{
	if (stop == CALL)
		snprintf(name, size, "%s-call", one->name);
	else
		snprintf(name, size, "%s-%u", one->name, stop);
}

static const struct laid *find(const char *name, unsigned int *stop)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(laid); i++) {
		for (*stop = 0; *stop < STOPS; ++*stop) {
			put_name(who, sizeof(who), &laid[i], *stop);
			if (laid[i].stops & BIT_OF(*stop) && !strcmp(who, name))
				return &laid[i];
		}
	}
	return NULL;
}

int sa_frame_run(const char *name)
{
	static const unsigned long readable;
	unsigned int i;

	chosen = find(name, &chosen_stop);
	if (!chosen)
		return -EINVAL;
	for (i = 0; i < STOPS; i++)
		sa_frame_stops[i] = i == chosen_stop ? NULL : &readable;
	sa_frame_enter(chosen->run);
	return -EFAULT;
}

void sa_frame_list(struct seq_file *file)
{
	char name[sizeof(who)];
	unsigned int i, stop;

	for (i = 0; i < ARRAY_SIZE(laid); i++) {
		for (stop = 0; stop < STOPS; stop++) {
			if (!(laid[i].stops & BIT_OF(stop)))
				continue;
			put_name(name, sizeof(name), &laid[i], stop);
			seq_printf(file, "%s\n", name);
		}
	}
}
