/* SPDX-License-Identifier: GPL-2.0-only */
/* A fuzzer's bytes, taken as numbers: low byte first, zeroes behind the end. */
#ifndef STACKANNO_FUZZ_TAKER_H
#define STACKANNO_FUZZ_TAKER_H

#include <stdio.h>
#include <stdlib.h>

#include "core/env.h"

struct taker {
	const u8 *at;
	size_t left;
};

static inline u64 take(struct taker *taker, u32 bytes)
{
	u64 value = 0;
	u32 i;

	for (i = 0; i < bytes && taker->left; i++, taker->left--)
		value |= (u64)*taker->at++ << (8 * i);
	return value;
}

/* The next of a sequence that a seed begins: for answers that are many. */
static inline u64 mix(u64 seed, u64 number)
{
	u64 x = seed + (number + 1) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

/* What must hold, whatever the bytes are. */
#define CHECK(condition) do {							\
	if (!(condition)) {							\
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__,		\
			__LINE__, #condition);					\
		abort();							\
	}									\
} while (0)

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#endif /* STACKANNO_FUZZ_TAKER_H */
