// SPDX-License-Identifier: GPL-2.0-only
#include "truth.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>

#define REGISTERS 16

/* DWARF's numbers of x86-64's registers are not the instruction set's. */
static const u8 by_dwarf[REGISTERS] = {
	0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15,
};

static u8 number_in_dwarf(u8 reg)
{
	u8 i;

	for (i = 0; i < REGISTERS; i++)
		if (by_dwarf[i] == reg)
			return i;
	return 0;
}

static struct place place_of(const Dwarf_Op *op, size_t count)
{
	struct place place = { .kind = PLACE_OTHER };

	if (!count) {
		place.kind = PLACE_NONE;
	} else if (count == 1 && op->atom >= DW_OP_reg0 && op->atom < DW_OP_reg0 + REGISTERS) {
		place.kind = PLACE_REG;
		place.reg = by_dwarf[op->atom - DW_OP_reg0];
	} else if (count == 1 && op->atom >= DW_OP_breg0 &&
		   op->atom < DW_OP_breg0 + REGISTERS) {
		place.kind = PLACE_MEMORY;
		place.reg = by_dwarf[op->atom - DW_OP_breg0];
		place.offset = (s64)op->number;
	} else if (count == 1 && op->atom == DW_OP_fbreg) {
		/* The frame base of all that gcc compiles for x86-64 is the CFA. */
		place.kind = PLACE_CFA;
		place.offset = (s64)op->number;
	} else if (op->atom == DW_OP_call_frame_cfa &&
		   (count == 1 || (count == 2 && op[1].atom == DW_OP_plus_uconst))) {
		place.kind = PLACE_CFA;
		place.offset = count == 2 ? (s64)op[1].number : 0;
	} else if (op->atom == DW_OP_call_frame_cfa && count == 2 &&
		   op[1].atom >= DW_OP_breg0 && op[1].atom < DW_OP_breg0 + REGISTERS) {
		/* An expression of a rule finds the CFA on its stack, and may ignore it. */
		place.kind = PLACE_MEMORY;
		place.reg = by_dwarf[op[1].atom - DW_OP_breg0];
		place.offset = (s64)op[1].number;
	}
	return place;
}

struct place truth_parameter(const struct parameter *parameter, u64 address)
{
	Dwarf_Attribute location = parameter->location;
	Dwarf_Op *op;
	size_t count;

	if (dwarf_getlocation_addr(&location, address, &op, &count, 1) != 1)
		return (struct place){ .kind = PLACE_NONE };
	return place_of(op, count);
}

static void cfa_rule(Dwarf_Frame *frame, struct place *cfa)
{
	Dwarf_Op *op;
	size_t count;

	*cfa = (struct place){ .kind = PLACE_NONE };
	if (dwarf_frame_cfa(frame, &op, &count) || !count)
		return;
	cfa->kind = PLACE_OTHER;
	if (op->atom == DW_OP_bregx && op->number < REGISTERS) {
		cfa->kind = count == 1 ? PLACE_REG : PLACE_OTHER;
		cfa->reg = by_dwarf[op->number];
		cfa->offset = (s64)op->number2;
	} else if (op->atom >= DW_OP_breg0 && op->atom < DW_OP_breg0 + REGISTERS) {
		cfa->kind = count == 1 ? PLACE_REG : PLACE_OTHER;
		cfa->reg = by_dwarf[op->atom - DW_OP_breg0];
		cfa->offset = (s64)op->number;
	}
	/* A realigned frame keeps the CFA in memory. */
	if (cfa->kind == PLACE_OTHER && count == 2 && op[1].atom == DW_OP_deref)
		cfa->kind = PLACE_MEMORY;
}

static void saved_rule(Dwarf_Frame *frame, u8 reg, struct place *place)
{
	Dwarf_Op buf[3], *op;
	size_t count;

	*place = (struct place){ .kind = PLACE_OTHER };
	if (dwarf_frame_register(frame, number_in_dwarf(reg), buf, &op, &count))
		return;
	if (!count)
		place->kind = op ? PLACE_NONE : PLACE_SAME;
	else
		*place = place_of(op, count);
}

int truth_rules(const struct truth *truth, u64 address, struct rules *rules)
{
	Dwarf_Frame *frame;
	u8 reg;

	if (!truth->cfi || dwarf_cfi_addrframe(truth->cfi, address, &frame))
		return -ENOENT;
	cfa_rule(frame, &rules->cfa);
	for (reg = 0; reg < REGISTERS; reg++)
		saved_rule(frame, reg, &rules->saved[reg]);
	free(frame);
	return 0;
}

static int order(const void *a, const void *b)
{
	const struct subprogram *x = a, *y = b;

	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

const struct subprogram *truth_subprogram(const struct truth *truth, u64 begin)
{
	struct subprogram key = { .begin = begin };

	return bsearch(&key, truth->subprogram, truth->subprograms, sizeof(key), order);
}

static void *grow(void *array, u32 count, size_t entry)
{
	if (count & (count - 1))
		return array;
	array = realloc(array, (count ? 2 * (size_t)count : 1) * entry);
	if (!array) {
		fprintf(stderr, "oracle: out of memory\n");
		exit(2);
	}
	return array;
}

static void add_parameter(struct truth *truth, Dwarf_Die *die, u64 begin)
{
	struct parameter parameter = { .name = dwarf_diename(die) };
	Dwarf_Die origin;

	if (!dwarf_attr(die, DW_AT_location, &parameter.location))
		return;
	if (!parameter.name && dwarf_attr(die, DW_AT_abstract_origin, &parameter.location) &&
	    dwarf_formref_die(&parameter.location, &origin))
		parameter.name = dwarf_diename(&origin);
	dwarf_attr(die, DW_AT_location, &parameter.location);
	parameter.entry = truth_parameter(&parameter, begin);
	truth->parameter = grow(truth->parameter, truth->parameters, sizeof(parameter));
	truth->parameter[truth->parameters++] = parameter;
}

static void add_subprogram(struct truth *truth, Dwarf_Die *die)
{
	struct subprogram subprogram = { .first = truth->parameters };
	Dwarf_Addr base, begin, end;
	Dwarf_Die child;

	/* Of a function in parts the first is the one that is entered. */
	if (dwarf_ranges(die, 0, &base, &begin, &end) <= 0)
		return;
	subprogram.begin = begin;
	if (!dwarf_child(die, &child)) {
		do {
			if (dwarf_tag(&child) == DW_TAG_formal_parameter)
				add_parameter(truth, &child, begin);
		} while (!dwarf_siblingof(&child, &child));
	}
	subprogram.count = truth->parameters - subprogram.first;
	truth->subprogram = grow(truth->subprogram, truth->subprograms, sizeof(subprogram));
	truth->subprogram[truth->subprograms++] = subprogram;
}

int truth_open(struct truth *truth, int fd, const char *path)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit, die;

	memset(truth, 0, sizeof(*truth));
	truth->dwarf = dwarf_begin(fd, DWARF_C_READ);
	if (!truth->dwarf) {
		fprintf(stderr, "oracle: %s: no DWARF in it: %s\n", path, dwarf_errmsg(-1));
		return 2;
	}
	truth->cfi = dwarf_getcfi(truth->dwarf);
	if (!truth->cfi) {
		fprintf(stderr, "oracle: %s: no .debug_frame in it\n", path);
		return 2;
	}
	while (!dwarf_get_units(truth->dwarf, cu, &cu, NULL, NULL, &unit, NULL)) {
		if (dwarf_tag(&unit) != DW_TAG_compile_unit || dwarf_child(&unit, &die))
			continue;
		do {
			if (dwarf_tag(&die) == DW_TAG_subprogram)
				add_subprogram(truth, &die);
		} while (!dwarf_siblingof(&die, &die));
	}
	qsort(truth->subprogram, truth->subprograms, sizeof(truth->subprogram[0]), order);
	return 0;
}

void truth_close(struct truth *truth)
{
	free(truth->subprogram);
	free(truth->parameter);
	dwarf_end(truth->dwarf);
}
