// SPDX-License-Identifier: GPL-2.0-only
#include "truth.h"

#include <dwarf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define REGISTERS 16

/* DWARF's numbers of x86-64's registers are not the instruction set's. */
static const u8 by_dwarf[REGISTERS] = {
	0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15,
};

u8 truth_register(u64 number)
{
	return number < REGISTERS ? by_dwarf[number] : 0xff;
}

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

static int order_address(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int order_subprogram(const void *a, const void *b)
{
	return order_address(((const struct subprogram *)a)->begin,
			   ((const struct subprogram *)b)->begin);
}

static int order_site(const void *a, const void *b)
{
	return order_address(((const struct call_site *)a)->ret, ((const struct call_site *)b)->ret);
}

const struct subprogram *truth_subprogram(const struct truth *truth, u64 begin)
{
	struct subprogram key = { .begin = begin };

	return bsearch(&key, truth->subprogram, truth->subprograms, sizeof(key),
		       order_subprogram);
}

const struct call_site *truth_call_site(const struct truth *truth, u64 ret)
{
	struct call_site key = { .ret = ret };

	return bsearch(&key, truth->site, truth->sites, sizeof(key), order_site);
}

/* ---- gathering ---- */

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

/* The scope that a DIE opens, or is in: where its variables are alive. */
struct scope {
	u32 range, ranges;
};

static struct scope open_scope(struct truth *truth, Dwarf_Die *die, struct scope outer)
{
	struct scope scope = { .range = truth->ranges };
	Dwarf_Addr base, begin, end;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(die, offset, &base, &begin, &end)) > 0) {
		truth->range = grow(truth->range, truth->ranges, sizeof(truth->range[0]));
		truth->range[truth->ranges++] = (struct range){ begin, end };
		scope.ranges++;
	}
	return scope.ranges ? scope : outer;
}

static void add_variable(struct truth *truth, Dwarf_Die *die, struct scope scope)
{
	struct variable variable = { .range = scope.range, .ranges = scope.ranges };
	Dwarf_Op *op;
	size_t count;

	if (!dwarf_attr(die, DW_AT_location, &variable.location))
		return;
	/* What has one place for all time is in the frame, or it is of no concern. */
	if (dwarf_whatform(&variable.location) == DW_FORM_exprloc &&
	    (dwarf_getlocation(&variable.location, &op, &count) || !count ||
	     (op->atom != DW_OP_fbreg &&
	      !(op->atom >= DW_OP_breg0 && op->atom < DW_OP_breg0 + REGISTERS))))
		return;
	variable.die = dwarf_dieoffset(die);
	truth->variable = grow(truth->variable, truth->variables, sizeof(variable));
	truth->variable[truth->variables++] = variable;
}

static void add_argument(struct truth *truth, Dwarf_Die *die)
{
	struct argument argument;
	Dwarf_Attribute where;
	Dwarf_Op *op;
	size_t count;

	if (!dwarf_attr(die, DW_AT_call_value, &argument.value) &&
	    !dwarf_attr(die, DW_AT_GNU_call_site_value, &argument.value))
		return;
	if (!dwarf_attr(die, DW_AT_location, &where) ||
	    dwarf_getlocation(&where, &op, &count) || count != 1 || op->atom < DW_OP_reg0 ||
	    op->atom >= DW_OP_reg0 + REGISTERS)
		return;
	argument.reg = by_dwarf[op->atom - DW_OP_reg0];
	truth->argument = grow(truth->argument, truth->arguments, sizeof(argument));
	truth->argument[truth->arguments++] = argument;
}

static void add_call_site(struct truth *truth, Dwarf_Die *die)
{
	struct call_site site = { .first = truth->arguments };
	Dwarf_Attribute attribute;
	Dwarf_Addr address;
	Dwarf_Die child;
	bool tail;

	/* A jump returns to nobody here. */
	if ((dwarf_attr(die, DW_AT_call_tail_call, &attribute) ||
	     dwarf_attr(die, DW_AT_GNU_tail_call, &attribute)) &&
	    !dwarf_formflag(&attribute, &tail) && tail)
		return;
	if ((!dwarf_attr(die, DW_AT_call_return_pc, &attribute) &&
	     !dwarf_attr(die, DW_AT_low_pc, &attribute)) ||
	    dwarf_formaddr(&attribute, &address))
		return;
	site.ret = address;
	if (!dwarf_child(die, &child)) {
		do {
			add_argument(truth, &child);
		} while (!dwarf_siblingof(&child, &child));
	}
	site.count = truth->arguments - site.first;
	truth->site = grow(truth->site, truth->sites, sizeof(site));
	truth->site[truth->sites++] = site;
}

/* All below a subprogram's DIE, its inlined parts included. */
static void walk(struct truth *truth, Dwarf_Die *parent, struct scope scope)
{
	Dwarf_Die die;

	if (dwarf_child(parent, &die))
		return;
	do {
		switch (dwarf_tag(&die)) {
		case DW_TAG_formal_parameter:
		case DW_TAG_variable:
			add_variable(truth, &die, scope);
			break;
		case DW_TAG_call_site:
		case DW_TAG_GNU_call_site:
			add_call_site(truth, &die);
			break;
		case DW_TAG_inlined_subroutine:
		case DW_TAG_lexical_block:
			walk(truth, &die, open_scope(truth, &die, scope));
			break;
		}
	} while (!dwarf_siblingof(&die, &die));
}

static void add_subprogram(struct truth *truth, Dwarf_Die *die)
{
	struct subprogram subprogram = {
		.first = truth->parameters, .variable = truth->variables };
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
	walk(truth, die, (struct scope){ 0 });
	subprogram.count = truth->parameters - subprogram.first;
	subprogram.variables = truth->variables - subprogram.variable;
	truth->subprogram = grow(truth->subprogram, truth->subprograms, sizeof(subprogram));
	truth->subprogram[truth->subprograms++] = subprogram;
}

/* ---- variables ---- */

static bool in_scope(const struct truth *truth, const struct variable *variable, u64 address)
{
	u32 i;

	for (i = 0; i < variable->ranges; i++) {
		const struct range *range = &truth->range[variable->range + i];

		if (address >= range->begin && address < range->end)
			return true;
	}
	return !variable->ranges;
}

static u32 size_of(const struct truth *truth, Dwarf_Off offset)
{
	Dwarf_Die die, type;
	Dwarf_Attribute attribute;
	Dwarf_Word size;

	if (!dwarf_offdie(truth->dwarf, offset, &die) ||
	    !dwarf_attr_integrate(&die, DW_AT_type, &attribute) ||
	    !dwarf_formref_die(&attribute, &type) || dwarf_peel_type(&type, &type) ||
	    dwarf_aggregate_size(&type, &size) || !size || size > 65536)
		return 1;
	return (u32)size;
}

struct place truth_variable(const struct truth *truth, struct variable *variable, u64 address)
{
	Dwarf_Attribute location = variable->location;
	struct place place = { .kind = PLACE_NONE };
	Dwarf_Op *op;
	size_t count;

	if (!in_scope(truth, variable, address) ||
	    dwarf_getlocation_addr(&location, address, &op, &count, 1) != 1)
		return place;
	place = place_of(op, count);
	if (place.kind != PLACE_CFA && place.kind != PLACE_MEMORY)
		place.kind = PLACE_NONE;
	else if (!variable->size)
		variable->size = size_of(truth, variable->die);
	return place;
}

const char *truth_variable_name(const struct truth *truth, const struct variable *variable)
{
	Dwarf_Attribute attribute;
	Dwarf_Die die;

	if (!dwarf_offdie(truth->dwarf, variable->die, &die) ||
	    !dwarf_attr_integrate(&die, DW_AT_name, &attribute))
		return NULL;
	return dwarf_formstring(&attribute);
}

/* ---- the whole ---- */

static int gather(struct truth *truth, const char *path)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit, die;

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
	qsort(truth->subprogram, truth->subprograms, sizeof(truth->subprogram[0]),
	      order_subprogram);
	qsort(truth->site, truth->sites, sizeof(truth->site[0]), order_site);
	return 0;
}

int truth_open(struct truth *truth, int fd, const char *path)
{
	memset(truth, 0, sizeof(*truth));
	truth->dwarf = dwarf_begin(fd, DWARF_C_READ);
	if (!truth->dwarf) {
		fprintf(stderr, "oracle: %s: no DWARF in it: %s\n", path, dwarf_errmsg(-1));
		return 2;
	}
	return gather(truth, path);
}

/* ---- modules, whose DWARF is to be linked first ---- */

struct placed {
	const struct image *image;
	u16 module;
	const char *path;
};

static int find_file(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		     char **file_name, Elf **elf)
{
	const struct placed *placed = *userdata;

	*file_name = strdup(placed->path);
	return open(placed->path, O_RDONLY);
}

static int find_no_other(Dwfl_Module *module, void **userdata, const char *name,
			 Dwarf_Addr base, const char *file_name, const char *link,
			 GElf_Word crc, char **debuginfo)
{
	return -1;
}

static int section_address(Dwfl_Module *module, void **userdata, const char *name,
			   Dwarf_Addr base, const char *section, GElf_Word index,
			   const GElf_Shdr *header, Dwarf_Addr *address)
{
	const struct placed *placed = *userdata;

	*address = image_section_address(placed->image, placed->module, section);
	if (!*address)
		*address = (Dwarf_Addr)-1;
	return DWARF_CB_OK;
}

int truth_open_module(struct truth *truth, const struct image *image, u16 module,
		      const char *path)
{
	static const Dwfl_Callbacks callbacks = {
		.find_elf = find_file, .find_debuginfo = find_no_other,
		.section_address = section_address };
	const struct image_module *placed = &image->module[module - 1];
	struct placed where = { image, module, path };
	Dwfl_Module *reported = NULL;
	Dwarf_Addr bias;
	void **userdata;

	memset(truth, 0, sizeof(*truth));
	truth->dwfl = dwfl_begin(&callbacks);
	if (truth->dwfl)
		reported = dwfl_report_module(truth->dwfl, placed->name,
					      placed->base[IMAGE_TEXT],
					      placed->base[IMAGE_INIT_DATA] +
					      placed->bytes[IMAGE_INIT_DATA] + 1);
	if (reported && dwfl_module_info(reported, &userdata, NULL, NULL, NULL, NULL, NULL, NULL)) {
		*userdata = &where;
		dwfl_report_end(truth->dwfl, NULL, NULL);
		truth->dwarf = dwfl_module_getdwarf(reported, &bias);
	}
	if (!truth->dwarf) {
		fprintf(stderr, "oracle: %s: no DWARF in it: %s\n", path, dwfl_errmsg(-1));
		return 2;
	}
	return gather(truth, path);
}

void truth_close(struct truth *truth)
{
	free(truth->subprogram);
	free(truth->parameter);
	free(truth->variable);
	free(truth->range);
	free(truth->site);
	free(truth->argument);
	if (truth->dwfl)
		dwfl_end(truth->dwfl);
	else
		dwarf_end(truth->dwarf);
}
