// SPDX-License-Identifier: GPL-2.0-only
#include "fault.h"

#include <linux/percpu.h>
#include <linux/poison.h>

#include "core/att.h"
#include "core/label.h"
#include "memory.h"
#include "modules.h"
#include "percpu.h"
#include "region.h"

static struct stackanno_symbol *scratch_of(struct stackanno_fault_ops *ops)
{
	return container_of(ops, struct stackanno_fault_world, ops)->scratch;
}

/* The kernel's own image or a module: symbols are looked up nowhere else. */
static bool has_symbols(u64 address)
{
	enum stackanno_module_use use;
	unsigned long offset;
	const char *module;

	return stackanno_ksyms_in_image(address) ||
	       !stackanno_modules_find(address, &use, &module, &offset);
}

static bool op_name(struct stackanno_fault_ops *ops, u64 address, struct stackanno_text *text)
{
	struct stackanno_symbol *symbol = scratch_of(ops);

	if (!has_symbols(address) || stackanno_ksyms_symbol(address, symbol))
		return false;
	stackanno_text_string(text, symbol->name);
	stackanno_text_string(text, "+0x");
	stackanno_text_hex(text, symbol->offset, 1);
	if (symbol->module[0]) {
		stackanno_text_string(text, " [");
		stackanno_text_string(text, symbol->module);
		stackanno_text_string(text, "]");
	}
	return true;
}

static bool op_variable(struct stackanno_fault_ops *ops, u64 address,
			struct stackanno_text *text)
{
	unsigned long offset;
	unsigned int cpu;
	const char *name;

	if (stackanno_percpu_find(address, &cpu, &name, &offset) || !name)
		return false;
	stackanno_text_string(text, name);
	stackanno_text_string(text, "+0x");
	stackanno_text_hex(text, offset, 1);
	return true;
}

static bool op_place(struct stackanno_fault_ops *ops, u64 address, struct stackanno_text *text)
{
	const struct stackanno_region *region;
	u64 offset;

	region = stackanno_region_find(address, &offset);
	if (!region)
		return false;
	stackanno_text_string(text, stackanno_label_meaning(region->kind));
	return true;
}

static bool op_word(struct stackanno_fault_ops *ops, u64 address, u64 *value)
{
	return stackanno_memory_read(address, value, sizeof(*value));
}

static u8 op_thunk(struct stackanno_fault_ops *ops, u64 target)
{
	struct stackanno_symbol *symbol = scratch_of(ops);

	if (!has_symbols(target) || stackanno_ksyms_symbol(target, symbol) || symbol->offset)
		return STACKANNO_IR_NO_REG;
	return stackanno_arch_thunk(symbol->name);
}

void stackanno_fault_world_set(struct stackanno_fault_world *world,
			       struct stackanno_symbol *scratch, u32 cpu)
{
	world->scratch = scratch;
	world->ops = (struct stackanno_fault_ops){
		.name = op_name, .variable = op_variable, .place = op_place, .word = op_word,
		.thunk = op_thunk,
		.poison_delta = POISON_POINTER_DELTA,
		.segment = cpu < nr_cpu_ids ? per_cpu_offset(cpu) : 0,
		.address_bits = stackanno_region_bits() };
}
