// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "sa_fault.h"
#include "sa_known.h"
#include "sa_memory.h"

#define VALUES 28
#define OBJECT_BYTES 232
/* More than what one CPU keeps at hand, so that there are slabs in every state. */
#define MANY 400
#define MANY_TRIES 200000
#define AREA_BYTES (3 * PAGE_SIZE)

/* Filled and then given away: the compiler can leave nothing out, or keep it elsewhere. */
struct values {
	unsigned long value[VALUES];
	unsigned int count;
};

static void *objects[MANY];

/* A word that holds @value means what @label says: a pattern, "_" for blanks. */
static void add(const char *who, struct values *values, unsigned long value, const char *name,
		const char *label)
{
	if (values->count == VALUES)
		return;
	values->value[values->count] = value;
	pr_info("sa_known: who=%s kind=holds name=%s addr=%016lx value=%016lx label=%s\n", who,
		name, (unsigned long)&values->value[values->count], value, label);
	values->count++;
}

static void shape(void *object)
{
	memset(object, 0, OBJECT_BYTES);
}

/* One that KFENCE, where it is switched on, has not taken. */
static void *unfenced(struct kmem_cache *cache)
{
	void *object = kmem_cache_alloc(cache, GFP_KERNEL), *taken;

	while (object && is_kfence_address(object)) {
		taken = object;
		object = kmem_cache_alloc(cache, GFP_KERNEL);
		kmem_cache_free(cache, taken);
	}
	return object;
}

/* Of a cache of its own, which is merged with no other for its constructor. */
static void add_objects(const char *who, struct values *values)
{
	struct kmem_cache *cache = kmem_cache_create("sa-objects", OBJECT_BYTES, 0, 0, shape);
	unsigned int i;

	if (!cache)
		return;
	for (i = 0; i < MANY; i++)
		objects[i] = unfenced(cache);
	for (i = 1; i < MANY; i += 7)
		kmem_cache_free(cache, objects[i]);
	add(who, values, (unsigned long)objects[0], "first", "slab_sa-objects[+]0x0_allocated");
	add(who, values, (unsigned long)objects[2] + 0x20, "kept",
	    "slab_sa-objects[+]0x20_allocated");
	add(who, values, (unsigned long)objects[MANY - 1] + 0xe7, "end",
	    "slab_sa-objects[+]0xe7_allocated");
	add(who, values, (unsigned long)objects[1] + 8, "freed", "slab_sa-objects[+]0x8_free");
	add(who, values, (unsigned long)objects[1 + 7 * 56], "freed-last",
	    "slab_sa-objects[+]0x0_free");
	add(who, values, (unsigned long)objects[MANY / 2] + OBJECT_BYTES, "behind",
	    "slab_sa-objects[+]0xe8_of_0xe8_allocated");
	/* The cache is an object itself. */
	add(who, values, (unsigned long)cache, "cache", is_kfence_address(cache) ?
	    "kfence_kmem.cache[+]0x0_allocated" : "slab_kmem.cache[+]0x0_allocated");
}

/* Whoever else frees and allocates may have had the object since. */
static void add_general(const char *who, struct values *values)
{
	char *kept = kmalloc(96, GFP_KERNEL), *freed = kmalloc(1024, GFP_KERNEL);

	/* Where KFENCE is switched on, it may have taken just these. */
	add(who, values, (unsigned long)kept + 0x30, "kmalloc", is_kfence_address(kept) ?
	    "kfence_kmalloc-(rnd-[0-9]+-)?96[+]0x30_allocated" :
	    "slab_kmalloc-(rnd-[0-9]+-)?96[+]0x30_allocated");
	kfree(freed);
	add(who, values, (unsigned long)freed + 0x10, "kfree", is_kfence_address(freed) ?
	    "kfence_kmalloc-(rnd-[0-9]+-)?1k[+]0x10_free" :
	    "slab_kmalloc-(rnd-[0-9]+-)?1k[+]0x10_free");
}

/* KFENCE takes an allocation now and then, where it is switched on. */
static void *fenced(void)
{
	unsigned int i;
	void *object;

	for (i = 0; i < MANY_TRIES; i++) {
		object = kmalloc(72, GFP_KERNEL);
		if (!object || is_kfence_address(object))
			return object;
		kfree(object);
	}
	return NULL;
}

static void add_fenced(const char *who, struct values *values)
{
	unsigned long kept = (unsigned long)fenced();
	void *freed = kept ? fenced() : NULL;

	if (!freed)
		return;
	add(who, values, kept + 0x18, "fenced", "kfence_kmalloc-(rnd-[0-9]+-)?96[+]0x18_allocated");
	kfree(freed);
	add(who, values, (unsigned long)freed + 0x20, "fenced-freed",
	    "kfence_kmalloc-(rnd-[0-9]+-)?96[+]0x20_free");
	add(who, values, (kept & PAGE_MASK) + PAGE_SIZE + 8, "fence", "kfence_guard");
}

static void add_page_kinds(const char *who, struct values *values)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	unsigned long begin = (unsigned long)page_address(page);

	add(who, values, begin + PAGE_SIZE + 0x18, "page", "pfn_0x[0-9a-f]+[+]0x18_allocated");
	add(who, values, (unsigned long)page, "struct-page",
	    "struct_page_of_pfn_0x[0-9a-f]+[+]0x0_allocated");
	page = alloc_pages(GFP_KERNEL, 6);
	begin = (unsigned long)page_address(page);
	__free_pages(page, 6);
	add(who, values, begin + 0x5008, "free-page", "pfn_0x[0-9a-f]+[+]0x8_(free|refcount_0)");
	add(who, values, (unsigned long)__va(0) + 0x10, "reserved",
	    "pfn_0x0[+]0x10_reserved");
}

static void add_areas(const char *who, struct values *values)
{
	unsigned long begin = (unsigned long)vmalloc(AREA_BYTES);

	add(who, values, begin + 0x1018, "vmalloc",
	    "vmalloc[+]0x1018_of_0x3000_by_(sa.memory.crash|add.areas)[a-z.0-9]*[+]0x[0-9a-f]+_.sa.crash.");
	add(who, values, begin + AREA_BYTES + 8, "guard",
	    "guard_page_of_area[+]0x3008_of_0x3000_by_(sa.memory.crash|add.areas)[a-z.0-9]*[+]0x[0-9a-f]+_.sa.crash.");
	add(who, values, (unsigned long)task_stack_page(current) + THREAD_SIZE, "stack-guard",
	    "guard_page_of_area[+]0x4000_of_0x4000_by_.*");
	add(who, values, current->mm->start_stack, "user-stack", "user_.stack.[+]0x[0-9a-f]+");
	/* Nobody but the task itself changes it, and that runs this. */
	begin = vm_mmap(rcu_access_pointer(current->mm->exe_file), 0, 2 * PAGE_SIZE, PROT_READ, MAP_PRIVATE, PAGE_SIZE);
	add(who, values, begin + 0x128, "user-file", "user_busybox[+]0x1128");
	begin = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	add(who, values, begin + 0x128, "user-anonymous", "user_.anonymous.[+]0x[0-9a-f]+");
}

static void add_places(const char *who, struct values *values)
{
	add_objects(who, values);
	add_general(who, values);
	add_fenced(who, values);
	add_page_kinds(who, values);
	add_areas(who, values);
}

void sa_memory_crash(const char *who)
{
	struct values values = {};

	SA_KNOWN_FRAME(who, "sa_level8");
	add_places(who, &values);
	barrier_data(&values);
	sa_fault_plain();
	barrier_data(&values);
}
