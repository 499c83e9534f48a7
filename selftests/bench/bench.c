// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the analysis of a frame costs, over every function of a kernel's image. A
 * frame is the analysis of its function and the state at its call; each function
 * counts as often as it has calls, as frames of a stack do.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/flow.h"
#include "image.h"
#include "measures.h"

#define CALLS_MAX 16384

/* Of one function. */
struct cost {
	u64 analysis, states;	/* ns: of the run, of the states at all calls */
	u32 calls;
};

struct bench {
	struct image image;
	struct stackanno_flow flow;
	u64 call[CALLS_MAX];		/* return addresses of the function at hand */
	u32 calls;
	struct cost *cost;		/* by function */
	u32 functions;
	u64 decoded, decoding;		/* instructions, and ns */
	u64 instructions;		/* interpreted */
	u64 refused, refused_calls, all_calls;
	u32 arena;
	u32 slowest;			/* index of a function */
	u64 slowest_ns;
};

static struct bench bench;

static u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

/* Decode a function from end to end, as often as it takes to find its calls and the cost. */
static void sweep(u32 index, bool timed)
{
	const struct function *function = &bench.image.function[index];
	struct stackanno_ops *ops = &bench.image.ops;
	u64 at = function->begin, end = at + function->size, began = now(), decoded = 0;
	struct stackanno_ir_list list;
	struct stackanno_insn insn;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len;

	while (at < end) {
		len = ops->read(ops, at, bytes, sizeof(bytes));
		if (!len || ops->decode(ops, bytes, len, &insn) || !insn.length) {
			at++;
			continue;
		}
		decoded++;
		at += insn.length;
		if (timed)
			continue;
		stackanno_arch_lift(&insn, at - insn.length, ops->canary, &list);
		if (list.exit == STACKANNO_EXIT_CALL && bench.calls < CALLS_MAX &&
		    list.target != bench.image.tracer)
			bench.call[bench.calls++] = at;
	}
	if (!timed)
		return;
	bench.decoding += now() - began;
	bench.decoded += decoded;
}

static void measure_function(u32 index)
{
	const struct function *function = &bench.image.function[index];
	struct cost *cost = &bench.cost[bench.functions++];
	u64 began;
	u32 i;
	int ret;

	bench.calls = 0;
	sweep(index, false);
	sweep(index, true);
	if (function->cold != NO_FUNCTION)
		sweep(function->cold, false);
	cost->calls = bench.calls;
	bench.all_calls += bench.calls;
	began = now();
	ret = stackanno_flow_run(&bench.flow, &bench.image.ops, function->begin, function->size);
	cost->analysis = now() - began;
	bench.instructions += bench.flow.summary.instructions;
	bench.arena = max(bench.arena, bench.flow.summary.arena);
	if (cost->analysis > bench.slowest_ns) {
		bench.slowest_ns = cost->analysis;
		bench.slowest = index;
	}
	if (ret) {
		bench.refused++;
		bench.refused_calls += bench.calls;
		return;
	}
	began = now();
	for (i = 0; i < bench.calls; i++)
		stackanno_flow_at(&bench.flow, bench.call[i], true);
	cost->states = now() - began;
}

static int order_cost(const void *a, const void *b)
{
	const struct cost *x = a, *y = b;

	return x->analysis < y->analysis ? -1 : x->analysis > y->analysis;
}

static double share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static int report(const char *save)
{
	const char *slowest = bench.image.function[bench.slowest].name;
	double frames = 0, analysis = 0;
	u32 i;
	int ret = 0;

	for (i = 0; i < bench.functions; i++) {
		const struct cost *cost = &bench.cost[i];

		analysis += (double)cost->analysis;
		frames += (double)cost->analysis * cost->calls + (double)cost->states;
	}
	qsort(bench.cost, bench.functions, sizeof(bench.cost[0]), order_cost);
	const struct measure measures[] = {
		{ "a frame, weighted by call sites", share(frames, (double)bench.all_calls) / 1e3,
		  "us", 50, NULL },
		{ "a function, median", (double)bench.cost[bench.functions / 2].analysis / 1e3,
		  "us", 0, NULL },
		{ "a function, 99th percentile",
		  (double)bench.cost[bench.functions * 99ULL / 100].analysis / 1e3, "us", 0, NULL },
		{ "a function, at most", (double)bench.slowest_ns / 1e3, "us", 5000, slowest },
		{ "memory of an analysis", (double)sizeof(bench.flow) / 1024, "KB", 192, NULL },
		{ "of it for states, at most", (double)bench.arena / 1024, "KB",
		  STACKANNO_FLOW_ARENA / 1024.0, NULL },
		{ "call sites in functions that were refused",
		  100 * share((double)bench.refused_calls, (double)bench.all_calls), "%", 0.1,
		  NULL },
		{ "functions that were refused", (double)bench.refused, "", 0, NULL },
		{ "functions", bench.functions, "", 0, NULL },
		{ "call sites", (double)bench.all_calls, "", 0, NULL },
		{ "instructions interpreted", (double)bench.instructions / 1e6, "M", 0, NULL },
		{ "an instruction, interpreted", share(analysis, (double)bench.instructions), "ns",
		  0, NULL },
		{ "an instruction, only decoded",
		  share((double)bench.decoding, (double)bench.decoded), "ns", 0, NULL },
	};

	measures_print(measures, ARRAY_SIZE(measures));
	if (save)
		ret = measures_save(measures, ARRAY_SIZE(measures), save);
	if (ret)
		fprintf(stderr, "bench: %s: %s\n", save, strerror(-ret));
	return ret ? 2 : 0;
}

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: bench [--every N] [--save FILE] VMLINUX\n"
		"\n"
		"Measures what the analysis of each function of VMLINUX costs.\n"
		"\n"
		"  --every N    only one function in N\n"
		"  --save FILE  the table as tab-separated values\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "every", required_argument, NULL, 'e' },
		{ "save", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *save = NULL;
	u32 every = 1, i;
	char *rest;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			every = (u32)strtoul(optarg, &rest, 10);
			if (*rest || rest == optarg || !every) {
				fprintf(stderr, "bench: --every %s: not a number from 1 up\n", optarg);
				return 2;
			}
			break;
		case 's':
			save = optarg;
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
	if (image_open(&bench.image, argv[optind])) {
		fprintf(stderr, "bench: %s\n", bench.image.error);
		return 2;
	}
	bench.cost = calloc(bench.image.functions, sizeof(bench.cost[0]));
	if (!bench.cost) {
		fprintf(stderr, "bench: out of memory\n");
		return 2;
	}
	for (i = 0; i < bench.image.functions; i += every)
		if (bench.image.function[i].parent == NO_FUNCTION)
			measure_function(i);
	if (!bench.functions) {
		fprintf(stderr, "bench: %s: no function was measured\n", argv[optind]);
		return 2;
	}
	return report(save);
}
