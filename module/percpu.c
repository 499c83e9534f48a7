// SPDX-License-Identifier: GPL-2.0-only
/*
 * The index of per-CPU variables: offsets within the area, sorted, each with
 * its name. Made in two walks, one to count and one to fill.
 */
#include "percpu.h"

#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "ksyms.h"

struct variable {
	u32 offset;	/* from the area's begin */
	u32 name;	/* in the names */
};

/* A CPU's area: where its static variables begin. */
struct cpu_area {
	unsigned long begin;
	unsigned int cpu;
};

static struct {
	unsigned long begin;
	unsigned long end;
	struct variable *variables;
	char *names;
	u32 count;
	u32 name_bytes;
	u32 room;	/* variables that were allocated for */
	u32 name_room;
	struct cpu_area *cpus;	/* by address */
	u32 cpu_count;
} area;

/*
 * kallsyms is sorted by address, for its own search: behind the area there is
 * nothing more to see, and where it is linked at zero that is almost all.
 */
#define SEEN_ALL 1

static int count_symbol(void *data, const char *name, unsigned long address)
{
	if (address >= area.end)
		return SEEN_ALL;
	if (address >= area.begin) {
		area.room++;
		area.name_room += strlen(name) + 1;
	}
	return 0;
}

static int add_symbol(void *data, const char *name, unsigned long address)
{
	size_t len = strlen(name) + 1;

	if (address >= area.end)
		return SEEN_ALL;
	if (address < area.begin)
		return 0;
	/* No symbol is added to the kernel between the walks: a bound all the same. */
	if (area.count == area.room || area.name_bytes + len > area.name_room)
		return -ENOSPC;
	area.variables[area.count].offset = address - area.begin;
	area.variables[area.count].name = area.name_bytes;
	memcpy(area.names + area.name_bytes, name, len);
	area.name_bytes += len;
	area.count++;
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct variable *left = a, *right = b;

	if (left->offset != right->offset)
		return left->offset < right->offset ? -1 : 1;
	return left->name < right->name ? -1 : left->name > right->name;
}

static int by_begin(const void *a, const void *b)
{
	const struct cpu_area *left = a, *right = b;

	return left->begin < right->begin ? -1 : left->begin > right->begin;
}

/* __per_cpu_offset turns the linked address into an instance's. It does not change. */
static void add_cpus(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		area.cpus[area.cpu_count].begin = area.begin + per_cpu_offset(cpu);
		area.cpus[area.cpu_count].cpu = cpu;
		area.cpu_count++;
	}
	sort(area.cpus, area.cpu_count, sizeof(*area.cpus), by_begin, NULL);
}

int stackanno_percpu_init(void)
{
	area.begin = stackanno_ksyms_address(STACKANNO_KSYM_PERCPU_START);
	area.end = stackanno_ksyms_address(STACKANNO_KSYM_PERCPU_END);
	/* The begin may be zero, the end is not. */
	if (!area.end || stackanno_ksyms_each(count_symbol, NULL) < 0 || !area.room)
		return 0;
	area.variables = vzalloc(array_size(area.room, sizeof(*area.variables)));
	area.names = vzalloc(area.name_room);
	area.cpus = vzalloc(array_size(num_possible_cpus(), sizeof(*area.cpus)));
	if (!area.variables || !area.names || !area.cpus) {
		stackanno_percpu_exit();
		return -ENOMEM;
	}
	add_cpus();
	stackanno_ksyms_each(add_symbol, NULL);
	sort(area.variables, area.count, sizeof(*area.variables), by_offset, NULL);
	return 0;
}

void stackanno_percpu_exit(void)
{
	vfree(area.variables);
	vfree(area.names);
	vfree(area.cpus);
	memset(&area, 0, sizeof(area));
}

size_t stackanno_percpu_bytes(void)
{
	return area.room * sizeof(*area.variables) + area.name_room +
	       area.cpu_count * sizeof(*area.cpus);
}

static const struct variable *last_at(u32 offset)
{
	u32 low = 0, high = area.count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (area.variables[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &area.variables[low - 1] : NULL;
}

static const struct cpu_area *area_around(unsigned long address)
{
	u32 low = 0, high = area.cpu_count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (area.cpus[middle].begin <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &area.cpus[low - 1] : NULL;
}

/* With what the kernel sets up behind the static variables, for modules and for allocation. */
static unsigned long area_size(void)
{
	return PAGE_ALIGN(area.end - area.begin + PERCPU_MODULE_RESERVE + PERCPU_DYNAMIC_RESERVE);
}

int stackanno_percpu_find(unsigned long address, unsigned int *cpu, const char **name,
			  unsigned long *offset)
{
	const struct cpu_area *around = area_around(address);
	const struct variable *variable;

	if (!around || address - around->begin >= area_size())
		return -ENOENT;
	*cpu = around->cpu;
	*name = NULL;
	*offset = 0;
	if (address - around->begin >= area.end - area.begin)
		return 0;
	variable = last_at(address - around->begin);
	if (!variable)
		return -ENOENT;
	*name = area.names + variable->name;
	*offset = address - around->begin - variable->offset;
	return 0;
}
