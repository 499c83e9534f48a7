/* SPDX-License-Identifier: GPL-2.0-only */
/* What crash's `bt -f` printed: frames, and the words below them. */
#ifndef STACKANNO_LISTING_H
#define STACKANNO_LISTING_H

#include <stdbool.h>
#include <stdio.h>

#include "core/env.h"

/* Longer names of functions and modules are none of the kernel's. */
#define LISTING_NAME 256
/* What is told of one text; the rest is counted. */
#define LISTING_PROBLEMS 16

struct listing_frame {
	u32 number;
	u64 slot;		/* what crash prints in brackets */
	u64 ip;
	char name[LISTING_NAME];
	char module[LISTING_NAME];	/* "": the kernel itself */
	unsigned long line;
	bool has_regs;		/* crash printed registers below it: */
	u64 regs_ip, regs_sp, regs_flags;
};

struct listing_word {
	u64 address, value;
	unsigned long line;
};

/* One task's. */
struct listing {
	s32 pid;
	u64 task;		/* 0: not said */
	u32 cpu;		/* STACKANNO_NONE: not said */
	char comm[16];
	struct listing_frame *frame;	/* as they were listed */
	u32 frames;
	struct listing_word *word;	/* sorted by address, one an address */
	u32 words;
};

struct listing_problem {
	unsigned long line;
	char what[120];
};

/* All that a text held. */
struct listings {
	struct listing *listing;
	u32 count;
	struct listing_problem problem[LISTING_PROBLEMS];
	u32 problems;		/* more than are kept, maybe */
};

/**
 * listings_parse() - read what crash's bt -f printed
 * @text: any bytes
 * @len: how many
 * @listings: set up; to be freed by listings_free() either way
 *
 * Labels in brackets behind words and addresses are left out, so that a listing
 * which somebody has labelled can be read again. A line that cannot be read is a
 * problem, and left out; what else crash prints is passed over.
 *
 * Return: 0; -ENOMEM.
 */
int listings_parse(const char *text, size_t len, struct listings *listings);

void listings_free(struct listings *listings);

/* The word at an address; NULL. */
const struct listing_word *listing_word(const struct listing *listing, u64 address);

#endif /* STACKANNO_LISTING_H */
