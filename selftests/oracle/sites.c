// SPDX-License-Identifier: GPL-2.0-only
#include "sites.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/origin.h"
#include "expression.h"
#include "judge.h"

#define ARGUMENTS 6
#define EDGES_MAX (1U << 21)
#define ROUNDS 64

/* What was counted of a function as a callee. */
struct callee {
	u32 sites;
	u32 told[ARGUMENTS];	/* sites where the caller's frame tells the argument */
	u32 pairs[ARGUMENTS];	/* (its own call site, parameter) */
	u32 known[ARGUMENTS];	/* of these known in its frame */
};

/* An argument that is the caller's own, which its frame has lost. */
struct edge {
	u32 callee, caller;
	u8 to, from;		/* numbers of arguments */
};

struct sites {
	u32 edges;
	u64 passed_pairs, passed_known;	/* parameters on the stack */
	struct edge edge[EDGES_MAX];
	struct callee callee[];
};

int sites_open(struct oracle *oracle)
{
	size_t bytes = sizeof(struct sites) + oracle->image.functions * sizeof(struct callee);

	oracle->sites = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
	return oracle->sites == MAP_FAILED ? -ENOMEM : 0;
}

static u32 more(u32 *counter)
{
	return __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

/* The function that a call or a jump leads into by its front door. */
static struct callee *callee_of(struct oracle *oracle, u64 target)
{
	u32 index = image_function(&oracle->image, target);

	if (index == NO_FUNCTION || oracle->image.function[index].begin != target)
		return NULL;
	return &oracle->sites->callee[index];
}

/* ---- what can be told ---- */

enum told {
	TOLD_NOT,
	TOLD_RELOAD,	/* by loading again from memory that may have changed */
	TOLD_EXACT,
};

struct teller {
	struct oracle *oracle;
	struct stackanno_flow_state after;	/* when the call has come back */
	u64 call;
	const char *cause;
};

/* A place that the callee gives back holds the value, or what it is made of. */
static bool is_kept(const struct teller *teller, struct stackanno_value value)
{
	const struct stackanno_flow_state *state = &teller->after;
	u32 i;

	for (i = 0; i < REGISTERS; i++)
		if (stackanno_arch_abi.saved >> i & 1 && state->reg[i].kind == value.kind &&
		    state->reg[i].id == value.id && state->reg[i].width >= value.width)
			return true;
	for (i = 0; i < state->slots; i++)
		if (state->slot[i].value.kind == value.kind &&
		    state->slot[i].value.id == value.id &&
		    state->slot[i].value.width >= value.width)
			return true;
	return value.kind == STACKANNO_VALUE_PASSED && stackanno_flow_passed(state, value.id);
}

static enum told tell(struct teller *teller, struct stackanno_value value, u32 depth);

static enum told tell_operand(struct teller *teller, struct stackanno_value operand,
			      const struct stackanno_origin *origin, u32 depth)
{
	enum told told = tell(teller, operand, depth);

	if (told != TOLD_NOT && !stackanno_origin_lasts(&teller->oracle->flow, operand,
							 origin->position, teller->call)) {
		teller->cause = "made of what may have changed since";
		return TOLD_NOT;
	}
	return told;
}

static enum told tell_result(struct teller *teller, struct stackanno_value value, u32 depth)
{
	struct stackanno_origin origin;
	enum told base, index;

	if (depth > STACKANNO_ORIGIN_DEPTH) {
		teller->cause = "a chain too long";
		return TOLD_NOT;
	}
	if (stackanno_origin_find(&teller->oracle->flow, value, &origin)) {
		teller->cause = "made by no instruction known";
		return TOLD_NOT;
	}
	switch (origin.kind) {
	case STACKANNO_ORIGIN_LOAD:
	case STACKANNO_ORIGIN_SUM:
	case STACKANNO_ORIGIN_PART:
	case STACKANNO_ORIGIN_COMPUTED:
		base = tell_operand(teller, origin.base, &origin, depth + 1);
		index = base == TOLD_NOT ? TOLD_NOT :
			tell_operand(teller, origin.index, &origin, depth + 1);
		if (index == TOLD_NOT)
			return TOLD_NOT;
		return origin.kind == STACKANNO_ORIGIN_LOAD ? TOLD_RELOAD : min(base, index);
	case STACKANNO_ORIGIN_CALL:
		teller->cause = "a call's result";
		return TOLD_NOT;
	case STACKANNO_ORIGIN_MIX:
		teller->cause = "arithmetic";
		return TOLD_NOT;
	default:
		teller->cause = "an instruction that is not taken apart";
		return TOLD_NOT;
	}
}

static enum told tell(struct teller *teller, struct stackanno_value value, u32 depth)
{
	switch (value.kind) {
	case STACKANNO_VALUE_UNKNOWN:
		teller->cause = "not known";
		return TOLD_NOT;
	case STACKANNO_VALUE_CONST:
	case STACKANNO_VALUE_CFA:
	case STACKANNO_VALUE_ALIGNED:
	case STACKANNO_VALUE_RETURN:
	case STACKANNO_VALUE_CANARY:
		return TOLD_EXACT;
	default:
		break;
	}
	if (is_kept(teller, value))
		return TOLD_EXACT;
	switch (value.kind) {
	case STACKANNO_VALUE_RESULT:
		return tell_result(teller, value, depth);
	case STACKANNO_VALUE_JOIN:
		teller->cause = "differs by path";
		return TOLD_NOT;
	default:
		teller->cause = "an entry value that the frame has lost";
		return TOLD_NOT;
	}
}

/* ---- one call ---- */

static bool is_equal(struct stackanno_value a, struct stackanno_value b)
{
	u32 size = 1U << min(a.width, b.width);

	return stackanno_value_cut(a, size, false, &a) && stackanno_value_cut(b, size, false, &b) &&
	       stackanno_value_equal(a, b);
}

/* Both speak of the same thing, and not of the same number. */
static bool contradict(struct stackanno_value a, struct stackanno_value b)
{
	bool fixed_a = a.kind == STACKANNO_VALUE_CONST || a.kind == STACKANNO_VALUE_CFA;
	bool fixed_b = b.kind == STACKANNO_VALUE_CONST || b.kind == STACKANNO_VALUE_CFA;

	return (a.kind == b.kind && a.id == b.id && a.width == b.width) || (fixed_a && fixed_b);
}

static void judge_agreement(struct oracle *oracle, const struct subject *subject,
			    struct stackanno_value ours, struct stackanno_value theirs)
{
	enum verdict verdict = VERDICT_UNKNOWN;

	if (ours.kind == STACKANNO_VALUE_UNKNOWN || theirs.kind == STACKANNO_VALUE_UNKNOWN)
		return;
	if (is_equal(ours, theirs))
		verdict = VERDICT_FOUND;
	else if (contradict(ours, theirs))
		verdict = VERDICT_WRONG;
	table_add(&oracle->table, ROW_ARGUMENT_AGREES, verdict,
		  theirs.kind == STACKANNO_VALUE_CONST ? "DWARF has a constant" :
		  ours.kind == STACKANNO_VALUE_CONST ? "a constant, DWARF has none" :
		  "not comparable", subject->part->name, subject->offset);
}

static void judge_register(struct oracle *oracle, const struct subject *subject,
			   struct teller *teller, const struct stackanno_flow_state *before,
			   u8 reg)
{
	enum told told = TOLD_NOT;

	teller->cause = "no path leads there";
	if (before)
		told = tell(teller, before->reg[reg], 0);
	table_add(&oracle->table, ROW_ARGUMENT,
		  told == TOLD_EXACT ? VERDICT_FOUND : VERDICT_UNKNOWN,
		  told == TOLD_RELOAD ? "to be loaded again" : teller->cause,
		  subject->part->name, subject->offset);
	table_add(&oracle->table, ROW_ARGUMENT_RELOAD,
		  told != TOLD_NOT ? VERDICT_FOUND : VERDICT_UNKNOWN, teller->cause,
		  subject->part->name, subject->offset);
}

/*
 * Which registers a call passes arguments in: those that DWARF has a value for, and
 * those that the callee takes, where it is known. A mask.
 */
static u32 registers_of(struct oracle *oracle, const struct call_site *site, u64 target)
{
	const struct subprogram *callee =
		target ? truth_subprogram(&oracle->truth, target) : NULL;
	u32 mask = 0, i;

	for (i = 0; site && i < site->count; i++)
		mask |= 1U << oracle->truth.argument[site->first + i].reg;
	for (i = 0; callee && i < callee->count; i++) {
		const struct place *entry = &oracle->truth.parameter[callee->first + i].entry;

		if (entry->kind == PLACE_REG)
			mask |= 1U << entry->reg;
	}
	return mask;
}

static void judge_values(struct oracle *oracle, const struct subject *subject,
			 const struct call_site *site, const struct stackanno_flow_state *before)
{
	bool memory;
	u32 i;

	for (i = 0; i < site->count; i++) {
		const struct argument *argument = &oracle->truth.argument[site->first + i];

		if (judge_argument(argument->reg) >= 0)
			judge_agreement(oracle, subject, before->reg[argument->reg],
					expression_value(before, &argument->value, &memory));
	}
}

static void add_edge(struct oracle *oracle, u32 callee, u32 to, u32 caller,
		     struct stackanno_value value)
{
	int from = value.kind == STACKANNO_VALUE_ENTRY ? judge_argument(value.id) : -1;
	u32 index;

	if (from < 0)
		return;
	index = more(&oracle->sites->edges);
	if (index < EDGES_MAX)
		oracle->sites->edge[index] = (struct edge){ callee, caller, (u8)to, (u8)from };
}

/* What this call tells of its callee's arguments. */
static void note_callee(struct oracle *oracle, const struct subject *subject,
			struct teller *teller, const struct stackanno_flow_state *before,
			u64 target)
{
	struct callee *callee = callee_of(oracle, target);
	u32 i;

	if (!callee)
		return;
	more(&callee->sites);
	for (i = 0; before && i < ARGUMENTS; i++) {
		struct stackanno_value value = before->reg[stackanno_arch_abi.argument[i]];

		if (tell(teller, value, 0) == TOLD_EXACT)
			more(&callee->told[i]);
		else
			add_edge(oracle, (u32)(callee - oracle->sites->callee), i,
				 subject->index, value);
	}
}

void sites_judge(struct oracle *oracle, const struct subject *subject)
{
	const struct call_site *site = truth_call_site(&oracle->truth, subject->ip);
	const struct stackanno_flow_state *state = NULL;
	struct teller teller = { .oracle = oracle };
	struct stackanno_flow_state before;
	u64 target = 0;
	u32 i, mask;

	if (subject->analysed)
		state = stackanno_flow_calling(&oracle->flow, subject->ip, &teller.call);
	if (state) {
		before = *state;
		target = oracle->flow.list.target;
		state = stackanno_flow_at(&oracle->flow, subject->ip, true);
		if (state)
			teller.after = *state;
	}
	if (site && state)
		judge_values(oracle, subject, site, &before);
	mask = registers_of(oracle, site, target);
	for (i = 0; i < ARGUMENTS; i++)
		if (mask >> stackanno_arch_abi.argument[i] & 1)
			judge_register(oracle, subject, &teller, state ? &before : NULL,
				       stackanno_arch_abi.argument[i]);
	note_callee(oracle, subject, &teller, state ? &before : NULL, target);
}

void sites_tail_call(struct oracle *oracle, u64 target)
{
	struct callee *callee = callee_of(oracle, target);

	if (callee)
		more(&callee->sites);
}

void sites_parameter(struct oracle *oracle, const struct subject *subject,
		     const struct place *entry, bool known)
{
	struct callee *callee = &oracle->sites->callee[subject->index];
	int number = entry->kind == PLACE_REG ? judge_argument(entry->reg) : -1;

	if (number < 0) {
		__atomic_fetch_add(&oracle->sites->passed_pairs, 1, __ATOMIC_RELAXED);
		__atomic_fetch_add(&oracle->sites->passed_known, known, __ATOMIC_RELAXED);
		return;
	}
	callee->pairs[number]++;
	callee->known[number] += known;
}

/* ---- all calls together ---- */

/* The share of sites that tell an argument, with what further callers tell of it. */
static void chain_round(const struct sites *sites, u32 functions, const double *old, double *new)
{
	u32 i, k, edges = min(sites->edges, EDGES_MAX);

	for (i = 0; i < functions; i++)
		for (k = 0; k < ARGUMENTS; k++)
			new[i * ARGUMENTS + k] = sites->callee[i].told[k];
	for (i = 0; i < edges; i++) {
		const struct edge *edge = &sites->edge[i];

		new[edge->callee * ARGUMENTS + edge->to] +=
			old[edge->caller * ARGUMENTS + edge->from];
	}
	for (i = 0; i < functions; i++)
		for (k = 0; k < ARGUMENTS; k++)
			if (sites->callee[i].sites)
				new[i * ARGUMENTS + k] /= sites->callee[i].sites;
}

/* Functions that are called by pointers alone get the mean of all direct calls. */
static void fill_mean(const struct sites *sites, u32 functions, double *share)
{
	double told[ARGUMENTS] = { 0 }, n[ARGUMENTS] = { 0 };
	u32 i, k;

	for (i = 0; i < functions; i++) {
		for (k = 0; k < ARGUMENTS; k++) {
			if (!sites->callee[i].sites || !sites->callee[i].pairs[k])
				continue;
			told[k] += share[i * ARGUMENTS + k] * sites->callee[i].sites;
			n[k] += sites->callee[i].sites;
		}
	}
	for (i = 0; i < functions; i++)
		for (k = 0; k < ARGUMENTS; k++)
			if (!sites->callee[i].sites && n[k])
				share[i * ARGUMENTS + k] = told[k] / n[k];
}

static void add_row(struct oracle *oracle, enum row row, const double *share)
{
	const struct sites *sites = oracle->sites;
	double found = (double)sites->passed_known;
	u64 pairs = sites->passed_pairs;
	u32 i, k;

	for (i = 0; i < oracle->image.functions; i++) {
		for (k = 0; k < ARGUMENTS; k++) {
			u32 known = sites->callee[i].known[k], n = sites->callee[i].pairs[k];

			pairs += n;
			found += known + (n - known) * share[i * ARGUMENTS + k];
		}
	}
	table_count(&oracle->table, row, VERDICT_FOUND, (u64)found);
	table_count(&oracle->table, row, VERDICT_UNKNOWN, pairs - (u64)found);
}

void sites_finish(struct oracle *oracle)
{
	u32 functions = oracle->image.functions, round;
	double *share = calloc((size_t)functions * ARGUMENTS, sizeof(*share));
	double *other = calloc((size_t)functions * ARGUMENTS, sizeof(*share)), *swap;

	if (!share || !other) {
		fprintf(stderr, "oracle: out of memory\n");
		exit(2);
	}
	if (oracle->sites->edges > EDGES_MAX)
		fprintf(stderr, "oracle: %u edges between arguments were not kept\n",
			oracle->sites->edges - EDGES_MAX);
	chain_round(oracle->sites, functions, other, share);
	add_row(oracle, ROW_PARAMETER_JOINED, share);
	for (round = 0; round < ROUNDS; round++) {
		chain_round(oracle->sites, functions, share, other);
		swap = share;
		share = other;
		other = swap;
	}
	add_row(oracle, ROW_PARAMETER_CHAINED, share);
	fill_mean(oracle->sites, functions, share);
	add_row(oracle, ROW_PARAMETER_MEAN, share);
	free(share);
	free(other);
}
