// SPDX-License-Identifier: GPL-2.0-only
/* A frame that holds a value of each sort there is, and some that are almost one. */
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/poison.h>
#include <linux/printk.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <asm/cpu_entry_area.h>
#include <asm/fixmap.h>
#include <asm/pgtable_areas.h>
#include <asm/processor.h>

#include "sa_fault.h"
#include "sa_known.h"
#include "sa_values.h"

#define VALUES_MAX 64
/* Of the task that sleeps: what is pointed at. */
#define IN_TASK 0x10
#define ON_STACK 0x3f0

static struct {
	unsigned long value;
	char label[64];		/* as sa_known.h has it of "means" */
} values[VALUES_MAX];
static unsigned int count;

static DEFINE_PER_CPU(unsigned long, sa_values_percpu);
static struct task_struct *sleeper;
static struct page *page;

static __printf(2, 3) void add(unsigned long value, const char *format, ...)
{
	va_list arguments;

	if (WARN_ON(count == VALUES_MAX))
		return;
	values[count].value = value;
	va_start(arguments, format);
	vscnprintf(values[count].label, sizeof(values[count].label), format, arguments);
	va_end(arguments);
	count++;
}

static unsigned long characters(const char *text)
{
	unsigned long value = 0;

	memcpy(&value, text, min(strlen(text), sizeof(value)));
	return value;
}

static int sleep(void *unused)
{
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static void add_symbols(void)
{
	add((unsigned long)schedule, "schedule+0x0");
	add((unsigned long)schedule + 5, "schedule+0x5");
	add((unsigned long)sa_values_crash, "sa_values_crash+0x0_[sa_crash]");
	add((unsigned long)&param_ops_int, "rodata_param_ops_int+0x0");
	add((unsigned long)&init_task, "data_init_task+0x0");
	add((unsigned long)&init_task.pid, "data_init_task+%#zx_?",
	    offsetof(struct task_struct, pid));
	add((unsigned long)&count, "data_count+0x0_[sa_crash]");
	add((unsigned long)&per_cpu(cpu_info, 1), "percpu_cpu_info+0x0_cpu_1");
	add((unsigned long)&per_cpu(cpu_info, 0) + 8, "percpu_cpu_info+0x8_cpu_0_?");
	add((unsigned long)&per_cpu(sa_values_percpu, 1), "percpu_cpu_1");
}

static void add_tasks(void)
{
	add((unsigned long)current, "task_%s/%d", current->comm, current->pid);
	add((unsigned long)sleeper + IN_TASK, "task_%s/%d+%#x_?", sleeper->comm, sleeper->pid,
	    IN_TASK);
	add((unsigned long)task_stack_page(sleeper) + ON_STACK, "stack_of_%s/%d+%#x_?",
	    sleeper->comm, sleeper->pid, ON_STACK);
}

static void add_regions(void)
{
	unsigned long pfn = page_to_pfn(page);

	add((unsigned long)page_address(page) + 0x40, "pfn_%#lx+0x40_allocated_?", pfn);
	add((unsigned long)page + 8, "struct_page_of_pfn_%#lx+0x8_allocated_?", pfn);
	add(VMALLOC_END - 0x10, "vmalloc_?");
	add(MODULES_END - 0x10, "module_area");
	add(FIXADDR_START + 0x10, "fixmap");
	add(CPU_ENTRY_AREA_BASE + 8, "cpu_entry_area");
	/* Where nothing of it is mapped; sa_memory.c has what is. */
	add(DEFAULT_MAP_WINDOW - 0x10, "user_?");
}

static void add_literals(void)
{
	add((unsigned long)ERR_PTR(-ENOMEM), "-ENOMEM_?");
	add((unsigned long)ERR_PTR(-EPROBE_DEFER), "-EPROBE_DEFER_?");
	add((u32)-EINVAL, "int_-EINVAL_?");
	add(~15UL, "-EBUSY_??");
	add((unsigned long)LIST_POISON1, "poison_list_1");
	add((unsigned long)LIST_POISON2, "poison_list_2");
	add((unsigned long)LIST_POISON1 - 0x18, "poison_list_1-0x18_?");
	add((unsigned long)LIST_POISON2 + 0x40, "poison_list_2+0x40_?");
	add((unsigned long)TIMER_ENTRY_STATIC, "poison_timer_entry");
	add(0x0101010101010101UL * POISON_FREE, "poison_slab_free_?");
	add(0x0101010101010101UL * POISON_FREE + 0x18, "poison_slab_free+0x18_?");
	add(0x0101010101010101UL * POISON_INUSE, "poison_slab_not_initialised_?");
	add(0x0101010101010101UL * SLUB_RED_INACTIVE, "poison_redzone_of_free_?");
	add(0x0101010101010101UL * SLUB_RED_ACTIVE, "poison_redzone_or_freed_init_?");
	add(0x0101010101010101UL * PAGE_POISON, "poison_page_free_?");
	add(STACK_END_MAGIC, "poison_stack_end_?");
	add(characters("ethernet"), "\"ethernet\"_?");
	add(characters("eth0"), "\"eth0\"_??");
	add(4242, "4242");
	add(0x246, "PF_ZF_IF_??|582");
}

static void add_broken(void)
{
	add((unsigned long)schedule ^ BIT(62), "bit_62_flipped:_schedule+0x0_??");
	add((unsigned long)current ^ BIT(63), "bit_63_flipped:_this_task_??");
}

/* What one bit or byte keeps from being any of them. */
static void add_near_misses(void)
{
	add(~0UL, "-");
	add(0, "-");
	add(-4095UL, "-");
	add((unsigned long)schedule ^ BIT(62) ^ BIT(61), "-");
	add(0x0123456789abcdefUL, "-");
	add(0x00001234567890abUL, "-");
	add((unsigned long)LIST_POISON1 + 0x10000, "-");
	add(0x6b6b6b6b6b6b0000UL, "-");
	add(9, "-");
	add(0x100000000UL, "-");
}

static noinline __noclone void sa_values_hold(const char *who)
{
	unsigned long held[VALUES_MAX];
	unsigned int i;

	SA_KNOWN_FRAME(who, "sa_values_crash");
	for (i = 0; i < count; i++) {
		WRITE_ONCE(held[i], values[i].value);
		pr_info("sa_known: who=%s kind=means name=- addr=%016lx value=%016lx label=%s\n",
			who, (unsigned long)&held[i], values[i].value, values[i].label);
	}
	sa_fault_plain();
	/* So that it is live until here. */
	barrier_data(held);
}

noinline __noclone void sa_values_crash(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	count = 0;
	sleeper = kthread_run(sleep, NULL, "sa_values");
	page = alloc_page(GFP_KERNEL);
	if (IS_ERR(sleeper) || !page || !current->mm)
		return;
	add_symbols();
	add_tasks();
	add_regions();
	add_literals();
	add_broken();
	add_near_misses();
	sa_values_hold(who);
	barrier_data(&count);
}
