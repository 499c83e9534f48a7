/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seeded faults: a bad value is put where it is read from some calls later, so that
 * its way is known from the source.
 */
#ifndef SA_SEED_H
#define SA_SEED_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>

typedef long (*seed_function_t)(void);

struct seed_inner {
	unsigned long pad[3];
	unsigned long value;		/* 0x18 */
	struct seed_inner *next;	/* 0x20 */
};

struct seed_box {
	unsigned long pad[5];
	struct seed_inner *inner;	/* 0x28 */
	struct list_head list;		/* 0x30 */
	seed_function_t function;	/* 0x40 */
	unsigned long divisor;		/* 0x48 */
	unsigned long magic;		/* 0x50 */
	unsigned long index;		/* 0x58 */
	refcount_t refcount;		/* 0x60 */
	unsigned long *table;		/* 0x68 */
};

struct seed_outer {
	unsigned long pad[2];
	struct seed_box *box;		/* 0x10 */
};

typedef long (*seed_t)(struct seed_outer *outer);

/* A way that a bad value takes. */
struct seed {
	const char *name;
	seed_t run;
	void (*set)(struct seed_box *box);	/* seeds it */
	const char *way;	/* steps back from the fault, separated by blanks */
	const char *first;	/* of the other of two that were compared, its first step; NULL */
	bool ends;		/* it is not given on by whoever calls */
	bool warns;		/* nobody dies of it: it may be run in an interrupt */
};

extern const struct seed seeds[];
extern const unsigned int seed_count;

/* By which the kernel comes to a seed's function. */
struct seed_route {
	const char *name;
	int (*run)(seed_t seed, struct seed_outer *outer);
	const char *way;
	bool in_interrupt;
};

extern const struct seed_route seed_routes[];
extern const unsigned int seed_route_count;

#endif /* SA_SEED_H */
