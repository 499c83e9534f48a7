// SPDX-License-Identifier: GPL-2.0-only
/*
 * Oracle 1: the analysis of every function of a kernel's image, compared with
 * the image's DWARF at every call site and at one instruction in sixteen.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/arch.h"
#include "core/flow.h"
#include "image.h"
#include "table.h"
#include "truth.h"

#define REGISTERS 16
#define BOUNDARY_STEP 16
#define POINTS_MAX 16384

struct point {
	u64 ip;
	u32 function;	/* whose code it is: the body's or the cold part's */
	bool call;	/* a return address */
};

struct oracle {
	struct image image;
	struct truth truth;
	struct table table;
	struct stackanno_flow flow;
	struct point point[POINTS_MAX];
	u32 points;
	u32 boundary;		/* counts instructions */
	u64 functions, refused, refused_calls, calls;
	u64 nanoseconds, weighted, slowest;
	u32 arena_peak;
	const char *slowest_name;
};

static struct oracle oracle;

static void add_point(u32 function, u64 ip, bool call)
{
	if (oracle.points < POINTS_MAX)
		oracle.point[oracle.points++] = (struct point){ ip, function, call };
}

/* From one end of the bytes to the other, whether or not a path leads there. */
static void sweep(u32 index)
{
	const struct function *function = &oracle.image.function[index];
	struct stackanno_ops *ops = &oracle.image.ops;
	u64 at = function->begin, end = at + function->size;
	struct stackanno_ir_list list;
	struct stackanno_insn insn;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len, marked = 0;

	while (at < end) {
		len = ops->read(ops, at, bytes, sizeof(bytes));
		if (!len || ops->decode(ops, bytes, len, &insn) || !insn.length) {
			at++;
			continue;
		}
		stackanno_arch_lift(&insn, at, ops->canary, &list);
		if (++oracle.boundary % BOUNDARY_STEP == 0)
			add_point(index, at, false);
		/* The tracer's call stands in no source: DWARF does not know it. */
		if (list.exit == STACKANNO_EXIT_CALL && at != function->begin &&
		    at != function->begin + marked)
			add_point(index, at + insn.length, true);
		/* It may follow a mark for indirect calls. */
		if (at == function->begin && insn.length == 4 && !list.count)
			marked = 4;
		at += insn.length;
	}
}

static struct stackanno_value slot_value(const struct stackanno_flow_state *state,
					 struct stackanno_value at)
{
	static const struct stackanno_value unknown;
	const struct stackanno_flow_slot *slot;

	if (!stackanno_value_in_frame(at))
		return unknown;
	slot = stackanno_flow_slot(state, at.kind == STACKANNO_VALUE_CFA ?
				   STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED, at.offset);
	return slot ? slot->value : unknown;
}

/* What the analysis has at a place of DWARF's. */
static struct stackanno_value value_at(const struct stackanno_flow_state *state,
				       const struct place *place)
{
	static const struct stackanno_value unknown;
	struct stackanno_value at;

	switch (place->kind) {
	case PLACE_REG:
		return state->reg[place->reg];
	case PLACE_CFA:
		return slot_value(state, stackanno_value_make(STACKANNO_VALUE_CFA, 0,
							      (s32)place->offset));
	case PLACE_MEMORY:
		if (!stackanno_value_add(state->reg[place->reg], place->offset, 8, &at))
			return unknown;
		return slot_value(state, at);
	default:
		return unknown;
	}
}

static enum verdict judge_cfa(const struct stackanno_flow_state *state, const struct place *cfa)
{
	struct stackanno_value value = value_at(state, cfa);

	/* DWARF does not know of switched stacks: its rsp is the one left behind. */
	if (cfa->kind == PLACE_REG && cfa->reg == stackanno_arch_abi.sp &&
	    stackanno_value_equal(value, state->link_at))
		value = state->link;
	if (cfa->kind == PLACE_REG && !stackanno_value_add(value, cfa->offset, 8, &value))
		return VERDICT_UNKNOWN;
	if (!stackanno_value_in_frame(value))
		return VERDICT_UNKNOWN;
	return value.kind == STACKANNO_VALUE_CFA && !value.offset ? VERDICT_FOUND : VERDICT_WRONG;
}

static bool is_saved(const struct stackanno_flow_slot *slot, u8 reg)
{
	return slot->size == 8 && slot->value.kind == STACKANNO_VALUE_ENTRY &&
	       slot->value.id == reg && !slot->value.offset && slot->value.width == 3;
}

/* Slots that hold a callee-saved register, both ways. */
static void judge_saved(const struct stackanno_flow_state *state, const struct rules *rules,
			const char *name, u32 offset)
{
	u32 i;
	u8 reg;

	for (reg = 0; reg < REGISTERS; reg++) {
		const struct place *place = &rules->saved[reg];
		struct stackanno_value value;

		if (!(stackanno_arch_abi.saved >> reg & 1) || reg == stackanno_arch_abi.sp)
			continue;
		if (place->kind == PLACE_CFA || place->kind == PLACE_MEMORY) {
			value = value_at(state, place);
			table_add(&oracle.table, ROW_SAVED,
				  value.kind == STACKANNO_VALUE_ENTRY && value.id == reg &&
				  !value.offset ? VERDICT_FOUND : VERDICT_UNKNOWN, name, offset);
		}
		for (i = 0; i < state->slots; i++) {
			const struct stackanno_flow_slot *slot = &state->slot[i];

			if (!is_saved(slot, reg) || place->kind == PLACE_MEMORY ||
			    (place->kind == PLACE_CFA && slot->base == STACKANNO_BASE_CFA &&
			     slot->offset == place->offset))
				continue;
			table_add(&oracle.table, ROW_SAVED, VERDICT_WRONG, name, offset);
		}
	}
}

/* Whether a value is what a parameter was at entry; wrong when it is something else known. */
static enum verdict judge_value(struct stackanno_value value, const struct place *entry)
{
	if (value.kind == STACKANNO_VALUE_ENTRY && entry->kind == PLACE_REG &&
	    value.id == entry->reg && !value.offset)
		return VERDICT_FOUND;
	if (value.kind == STACKANNO_VALUE_PASSED && entry->kind == PLACE_CFA &&
	    (s64)value.id * 8 == entry->offset && !value.offset)
		return VERDICT_FOUND;
	if (value.kind == STACKANNO_VALUE_ENTRY || value.kind == STACKANNO_VALUE_PASSED ||
	    value.kind == STACKANNO_VALUE_CFA || value.kind == STACKANNO_VALUE_ALIGNED ||
	    value.kind == STACKANNO_VALUE_CONST || value.kind == STACKANNO_VALUE_CANARY)
		return VERDICT_WRONG;
	return VERDICT_UNKNOWN;
}

/* What was added can be taken away again. */
static bool tells(struct stackanno_value value, const struct place *entry)
{
	value.offset = 0;
	return judge_value(value, entry) == VERDICT_FOUND;
}

static bool is_known(const struct stackanno_flow_state *state, const struct place *entry)
{
	bool half;
	s32 value;
	u32 i;

	if (entry->kind == PLACE_REG && stackanno_flow_fact(state, entry->reg, &value, &half))
		return true;
	for (i = 0; i < REGISTERS; i++)
		if (tells(state->reg[i], entry))
			return true;
	for (i = 0; i < state->slots; i++)
		if (tells(state->slot[i].value, entry))
			return true;
	return entry->kind == PLACE_CFA &&
	       stackanno_flow_passed(state, (u32)(entry->offset / 8));
}

static bool is_argument(u8 reg)
{
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		if (stackanno_arch_abi.argument[i] == reg)
			return true;
	return false;
}

static void judge_parameters(const struct stackanno_flow_state *state,
			     const struct subprogram *subprogram, u64 ip, const char *name,
			     u32 offset)
{
	u32 i;

	for (i = 0; i < subprogram->count; i++) {
		const struct parameter *parameter =
			&oracle.truth.parameter[subprogram->first + i];
		struct place now = truth_parameter(parameter, ip - 1);
		enum verdict verdict = VERDICT_UNKNOWN;

		/* Of some DWARF knows only where they are later. */
		if (parameter->entry.kind == PLACE_REG ? !is_argument(parameter->entry.reg) :
		    parameter->entry.kind != PLACE_CFA)
			continue;
		table_add(&oracle.table, ROW_PARAMETER_KNOWN,
			  state && is_known(state, &parameter->entry) ?
			  VERDICT_FOUND : VERDICT_UNKNOWN, name, offset);
		/* What was passed on the stack and stays there is no finding. */
		if (parameter->entry.kind == PLACE_CFA)
			continue;
		if (state)
			verdict = judge_value(value_at(state, &now), &parameter->entry);
		if (now.kind == PLACE_REG && stackanno_arch_abi.saved >> now.reg & 1)
			table_add(&oracle.table, ROW_PARAMETER_REGISTER, verdict, name, offset);
		else if (now.kind == PLACE_CFA || now.kind == PLACE_MEMORY)
			table_add(&oracle.table, ROW_PARAMETER_SLOT, verdict, name, offset);
	}
}

static void judge_point(const struct point *point, const struct subprogram *subprogram,
			bool analysed)
{
	const struct function *function = &oracle.image.function[point->function];
	const struct stackanno_flow_state *state = NULL;
	u32 offset = (u32)(point->ip - function->begin);
	struct rules rules;
	enum verdict verdict;

	/* DWARF's rule for a call site is that of the call itself. */
	if (truth_rules(&oracle.truth, point->call ? point->ip - 1 : point->ip, &rules) ||
	    rules.cfa.kind == PLACE_NONE)
		return;
	if (analysed)
		state = stackanno_flow_at(&oracle.flow, point->ip, point->call);
	verdict = state ? judge_cfa(state, &rules.cfa) : VERDICT_UNKNOWN;
	if (!point->call) {
		/* What no path leads to has no state; it is counted at call sites. */
		if (state || !analysed)
			table_add(&oracle.table, ROW_CFA_BOUNDARIES, verdict, function->name,
				  offset);
		return;
	}
	oracle.calls++;
	table_add(&oracle.table, ROW_REACHED, state ? VERDICT_FOUND : VERDICT_UNKNOWN,
		  function->name, offset);
	table_add(&oracle.table, ROW_CFA_CALLS, verdict, function->name, offset);
	if (state)
		judge_saved(state, &rules, function->name, offset);
	if (subprogram)
		judge_parameters(state, subprogram, point->ip, function->name, offset);
}

static u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (u64)time.tv_sec * 1000000000 + (u64)time.tv_nsec;
}

static void run_function(u32 index)
{
	const struct function *function = &oracle.image.function[index];
	const struct subprogram *subprogram = truth_subprogram(&oracle.truth, function->begin);
	u64 began, took, calls = oracle.calls;
	u32 i;
	int ret;

	oracle.points = 0;
	sweep(index);
	if (function->cold != NO_FUNCTION)
		sweep(function->cold);
	began = now();
	ret = stackanno_flow_run(&oracle.flow, &oracle.image.ops, function->begin,
				 function->size);
	took = now() - began;
	for (i = 0; i < oracle.points; i++)
		judge_point(&oracle.point[i], subprogram, !ret);
	oracle.functions++;
	if (ret) {
		oracle.refused++;
		oracle.refused_calls += oracle.calls - calls;
		fprintf(stderr, "oracle: %s: refused (%d)\n", function->name,
			oracle.flow.summary.end);
	}
	oracle.nanoseconds += took;
	oracle.weighted += took * (oracle.calls - calls);
	if (took > oracle.slowest) {
		oracle.slowest = took;
		oracle.slowest_name = function->name;
	}
	if (oracle.flow.summary.arena > oracle.arena_peak)
		oracle.arena_peak = oracle.flow.summary.arena;
}

static void print_value(struct stackanno_value value)
{
	static const char * const kinds[] = {
		"?", "entry", "CFA", "aligned", "const", "result", "join", "canary", "return",
		"passed",
	};

	if (value.kind == STACKANNO_VALUE_ENTRY)
		printf("entry %s", stackanno_arch_register_name(
			stackanno_arch_register_field(value.id)));
	else if (value.kind == STACKANNO_VALUE_RESULT)
		printf("result of +0x%x (%u)", value.id >> 8, value.id & 0xff);
	else if (value.kind == STACKANNO_VALUE_JOIN)
		printf("join %u of block %u", value.id & 0x1fff, value.id >> 13);
	else
		printf("%s", kinds[value.kind]);
	if (value.offset || value.kind == STACKANNO_VALUE_CONST)
		printf("%+d", value.offset);
	if (value.width != 3)
		printf(" %s%d", value.sext ? "s" : "u", 8 << value.width);
	if (value.soft)
		printf(" soft");
}

static void print_place(const struct place *place)
{
	static const char * const kinds[] = {
		"not said", "same", "in", "at CFA", "at", "elsewhere",
	};

	printf("%s", kinds[place->kind]);
	if (place->kind == PLACE_REG || place->kind == PLACE_MEMORY)
		printf(" %s", stackanno_arch_register_name(
			stackanno_arch_register_field(place->reg)));
	if (place->offset)
		printf("%+lld", (long long)place->offset);
}

static void print_truth(const struct function *parent, u64 ip, bool call)
{
	const struct subprogram *subprogram = truth_subprogram(&oracle.truth, parent->begin);
	struct rules rules;
	struct place place;
	u32 i;

	if (!truth_rules(&oracle.truth, call ? ip - 1 : ip, &rules)) {
		printf("DWARF: CFA ");
		print_place(&rules.cfa);
		for (i = 0; i < REGISTERS; i++) {
			if (rules.saved[i].kind != PLACE_CFA)
				continue;
			printf(", %s ", stackanno_arch_register_name(
				stackanno_arch_register_field(i)));
			print_place(&rules.saved[i]);
		}
		printf("\n");
	}
	for (i = 0; subprogram && i < subprogram->count; i++) {
		const struct parameter *parameter =
			&oracle.truth.parameter[subprogram->first + i];

		place = truth_parameter(parameter, call ? ip - 1 : ip);
		printf("DWARF: %s entered ", parameter->name ? parameter->name : "?");
		print_place(&parameter->entry);
		printf(", now ");
		print_place(&place);
		printf("\n");
	}
}

static int explain(char *where)
{
	const struct stackanno_flow_state *state;
	const struct function *function;
	char *plus = strrchr(where, '+');
	u64 ip, end;
	u32 index, i;
	bool call = false;
	int ret;

	if (!plus) {
		fprintf(stderr, "oracle: '%s' is not FUNCTION+OFFSET\n", where);
		return 2;
	}
	*plus = '\0';
	index = image_find(&oracle.image, where);
	if (index == NO_FUNCTION) {
		fprintf(stderr, "oracle: no function '%s'\n", where);
		return 2;
	}
	ip = oracle.image.function[index].begin + strtoull(plus + 1, &plus, 0);
	sweep(index);
	for (i = 0; i < oracle.points; i++)
		call |= oracle.point[i].call && oracle.point[i].ip == ip;
	if (oracle.image.function[index].parent != NO_FUNCTION)
		index = oracle.image.function[index].parent;
	function = &oracle.image.function[index];
	ret = stackanno_flow_run(&oracle.flow, &oracle.image.ops, function->begin,
				 function->size);
	printf("%s: end %u, %u instructions, %u blocks, %u bytes, %u unknown, %u undecoded, %u conflicts\n",
	       function->name, oracle.flow.summary.end, oracle.flow.summary.instructions,
	       oracle.flow.summary.blocks, oracle.flow.summary.arena,
	       oracle.flow.summary.unknown, oracle.flow.summary.undecoded,
	       oracle.flow.summary.conflicts);
	for (i = 0; i < STACKANNO_BASES; i++)
		printf("lowest escape %u: %d\n", i, oracle.flow.summary.escape_low[i]);
	state = ret ? NULL : stackanno_flow_at(&oracle.flow, ip, call);
	if (!state)
		printf("no state at %llx\n", (unsigned long long)ip);
	for (i = 0; state && i < REGISTERS; i++) {
		printf("%s: ", stackanno_arch_register_name(stackanno_arch_register_field(i)));
		print_value(state->reg[i]);
		printf("\n");
	}
	for (i = 0; state && i < state->slots; i++) {
		end = stackanno_flow_address(&oracle.flow, state->slot[i].writer);
		printf("%s%+d, %u bytes: ", state->slot[i].base ? "aligned" : "CFA",
		       state->slot[i].offset, state->slot[i].size);
		print_value(state->slot[i].value);
		printf(", written by +0x%llx\n", end ? (unsigned long long)(end - function->begin) :
		       0xffffULL);
	}
	print_truth(function, ip, call);
	return ret ? 1 : 0;
}

static void print_costs(void)
{
	printf("\n%llu functions, %llu refused, with %llu of %llu call sites\n",
	       (unsigned long long)oracle.functions, (unsigned long long)oracle.refused,
	       (unsigned long long)oracle.refused_calls, (unsigned long long)oracle.calls);
	printf("a frame, weighted by call sites: %.1f us; slowest: %s, %.2f ms; states: at most %u of %u bytes; all memory: %zu\n",
	       oracle.calls ? (double)oracle.weighted / (double)oracle.calls / 1e3 : 0,
	       oracle.slowest_name ? oracle.slowest_name : "none",
	       (double)oracle.slowest / 1e6, oracle.arena_peak,
	       (u32)STACKANNO_FLOW_ARENA, sizeof(oracle.flow));
}

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: oracle [--explain FUNCTION+OFFSET] [--worst N] [--save FILE] VMLINUX\n"
		"\n"
		"Compares the analysis of every function of VMLINUX with its DWARF.\n"
		"\n"
		"  --explain FUNCTION+OFFSET  what both say at one instruction, and no more\n"
		"  --worst N                  the N functions with the most mismatches of each row\n"
		"  --save FILE                the table as tab-separated values\n"
		"\n"
		"Exit status: 0 when every bar is met, 1 when one is not, 2 for errors.\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "explain", required_argument, NULL, 'e' },
		{ "worst", required_argument, NULL, 'w' },
		{ "save", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	const char *save = NULL;
	char *where = NULL, *rest;
	u32 worst = 0, i;
	int option, ret;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			where = optarg;
			break;
		case 'w':
			worst = (u32)strtoul(optarg, &rest, 10);
			if (*rest || rest == optarg) {
				fprintf(stderr, "oracle: --worst %s: not a number\n", optarg);
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
	if (image_open(&oracle.image, argv[optind])) {
		fprintf(stderr, "oracle: %s\n", oracle.image.error);
		return 2;
	}
	ret = truth_open(&oracle.truth, oracle.image.fd, argv[optind]);
	if (ret)
		return ret;
	if (where)
		return explain(where);
	for (i = 0; i < oracle.image.functions; i++)
		if (oracle.image.function[i].parent == NO_FUNCTION)
			run_function(i);
	table_print(&oracle.table, worst);
	print_costs();
	if (save && table_save(&oracle.table, save)) {
		fprintf(stderr, "oracle: %s: cannot be written\n", save);
		return 2;
	}
	return table_passes(&oracle.table) ? 0 : 1;
}
