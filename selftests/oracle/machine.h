/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine that functions are run on: registers and memory of no meaning, by chance. */
#ifndef MACHINE_H
#define MACHINE_H

#include <unicorn/unicorn.h>

#include "image.h"

#define REGISTERS 16
#define ARENA 0xffff888000000000ULL
#define ARENA_BYTES (16U << 20)
#define STACK 0xffffc90000000000ULL
#define STACK_BYTES (16U << 10)
/* Words above the CFA are the caller's; 8 bytes off 16, as the kernel's may be. */
#define CFA_AT (STACK + STACK_BYTES - 4096 + 8)
#define POINTERS_MAX 64
#define STAINS_MAX 512
#define PAGES_MAX 32

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

extern const int machine_regs[REGISTERS];	/* Unicorn's numbers of them */
extern struct machine machine;
extern struct counts *counts;
extern struct image image;	/* of the kernel */

/* A new machine, with the image's code, and without any that it had translated. */
void machine_open(void);

/* Registers, stack and canary as a function finds them, other ones each time. */
void machine_reset(void);

u64 machine_random(void);

/* What memory and registers hold: pointers, small numbers, anything. */
u64 machine_random_word(void);

#endif /* MACHINE_H */
