// SPDX-License-Identifier: GPL-2.0-only
/*
 * The faults. Each has a function that faults, and one that calls it with what it
 * reads from its own argument; "load:0x28:f" is a word read at 0x28 behind a pointer, in f.
 */
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/poison.h>
#include <linux/slab.h>

#include "sa_seed.h"

static const unsigned long constant[8] = { 1 };
static unsigned long data[8];
static struct seed_inner middle;
/* A list whose second entry does not lead back. */
static struct list_head loose = LIST_HEAD_INIT(loose);
static struct list_head torn = { .next = &loose, .prev = &loose };

/* The caller reads its argument's box; adding keeps the call from being a jump. */
#define SEED(kind)								\
static noinline __noclone long seed_##kind##_mid(struct seed_outer *outer)	\
{										\
	long value = seed_##kind(READ_ONCE(outer->box));			\
										\
	barrier();								\
	return value + 1;							\
}

static noinline __noclone long seed_read(struct seed_box *box)
{
	return READ_ONCE(READ_ONCE(box->inner)->value);
}
SEED(read)

static noinline __noclone long seed_write(struct seed_box *box)
{
	WRITE_ONCE(READ_ONCE(box->inner)->value, 1);
	return 0;
}
SEED(write)

static noinline __noclone long seed_twice(struct seed_box *box)
{
	return READ_ONCE(READ_ONCE(READ_ONCE(box->inner)->next)->value);
}
SEED(twice)

static noinline __noclone long seed_list(struct seed_box *box)
{
	return (long)READ_ONCE(READ_ONCE(box->list.next)->prev);
}
SEED(list)

static noinline __noclone long seed_call(struct seed_box *box)
{
	seed_function_t function = READ_ONCE(box->function);

	return function() + 1;
}
SEED(call)

static noinline __noclone long seed_divide(struct seed_box *box)
{
	unsigned long divisor = READ_ONCE(box->divisor);

	/* In a register, which is what is followed. */
	OPTIMIZER_HIDE_VAR(divisor);
	return READ_ONCE(box->magic) / divisor;
}
SEED(divide)

static noinline __noclone long seed_bug(struct seed_box *box)
{
	unsigned long magic = READ_ONCE(box->magic);

	OPTIMIZER_HIDE_VAR(magic);
	BUG_ON(magic == 0x5eed);
	return magic;
}
SEED(bug)

static noinline __noclone long seed_warn(struct seed_box *box)
{
	unsigned long magic = READ_ONCE(box->magic);

	OPTIMIZER_HIDE_VAR(magic);
	WARN_ON(magic == 0x5eed);
	return magic;
}
SEED(warn)

static noinline __noclone long seed_index(struct seed_box *box)
{
	unsigned long index = READ_ONCE(box->index);

	return READ_ONCE(data[index]);
}
SEED(index)

static noinline __noclone long seed_count_up(struct seed_box *box)
{
	refcount_inc(&box->refcount);
	return 0;
}
SEED(count_up)

static noinline __noclone long seed_add(struct seed_box *box)
{
	list_add(&box->list, &torn);
	return 0;
}
SEED(add)

static noinline __noclone long seed_free(struct seed_box *box)
{
	kfree(READ_ONCE(box->table));
	kfree(READ_ONCE(box->table));
	return 0;
}
SEED(free)

static void set_null(struct seed_box *box)
{
	box->inner = NULL;
}

static void set_error(struct seed_box *box)
{
	box->inner = ERR_PTR(-ENOMEM);
}

static void set_user(struct seed_box *box)
{
	box->inner = (void *)0x10000;
}

static void set_text(struct seed_box *box)
{
	box->inner = (void *)0x64656573206f6c6c;
}

static void set_flipped(struct seed_box *box)
{
	box->inner = (void *)((unsigned long)&middle ^ 1UL << 60);
}

static void set_freed(struct seed_box *box)
{
	box->inner = (void *)0x6b6b6b6b6b6b6b6b;
}

static void set_constant(struct seed_box *box)
{
	box->inner = (void *)constant;
}

static void set_middle(struct seed_box *box)
{
	middle.next = NULL;
	box->inner = &middle;
}

/* The machine is started so that what is freed of this size is filled. */
static void set_middle_freed(struct seed_box *box)
{
	box->inner = kmalloc(256, GFP_KERNEL);
	kfree(box->inner);
}

static void set_table(struct seed_box *box)
{
	box->table = kmalloc(1024, GFP_KERNEL);
}

static void set_deleted(struct seed_box *box)
{
	box->list.next = LIST_POISON1;
	box->list.prev = LIST_POISON2;
}

static void set_no_function(struct seed_box *box)
{
	box->function = NULL;
}

static void set_data_function(struct seed_box *box)
{
	box->function = (void *)data;
}

static void set_zero(struct seed_box *box)
{
	box->divisor = 0;
	box->magic = 1;
}

static void set_magic(struct seed_box *box)
{
	box->magic = 0x5eed;
}

static void set_index(struct seed_box *box)
{
	box->index = 1UL << 58;
}

static void set_count(struct seed_box *box)
{
	refcount_set(&box->refcount, 0);
}

const struct seed seeds[] = {
	{ "null", seed_read_mid, set_null, "load:0x28:seed_read load:0x10:seed_read_mid" },
	{ "write", seed_write_mid, set_null, "load:0x28:seed_write load:0x10:seed_write_mid" },
	{ "error", seed_read_mid, set_error, "load:0x28:seed_read load:0x10:seed_read_mid" },
	{ "user", seed_read_mid, set_user, "load:0x28:seed_read load:0x10:seed_read_mid" },
	{ "text", seed_read_mid, set_text, "load:0x28:seed_read load:0x10:seed_read_mid" },
	{ "flipped", seed_write_mid, set_flipped, "load:0x28:seed_write load:0x10:seed_write_mid" },
	{ "freed", seed_read_mid, set_freed, "load:0x28:seed_read load:0x10:seed_read_mid" },
	{ "constant", seed_write_mid, set_constant,
	  "load:0x28:seed_write load:0x10:seed_write_mid" },
	{ "twice", seed_twice_mid, set_middle,
	  "load:0x20:seed_twice load:0x28:seed_twice load:0x10:seed_twice_mid" },
	{ "twice-freed", seed_twice_mid, set_middle_freed,
	  "load:0x20:seed_twice load:0x28:seed_twice load:0x10:seed_twice_mid" },
	{ "list", seed_list_mid, set_deleted, "load:0x30:seed_list load:0x10:seed_list_mid" },
	{ "call", seed_call_mid, set_no_function,
	  "call:seed_call load:0x40:seed_call load:0x10:seed_call_mid" },
	{ "wild", seed_call_mid, set_data_function,
	  "call:seed_call load:0x40:seed_call load:0x10:seed_call_mid" },
	{ "divide", seed_divide_mid, set_zero, "load:0x48:seed_divide load:0x10:seed_divide_mid" },
	{ "bug", seed_bug_mid, set_magic, "load:0x50:seed_bug load:0x10:seed_bug_mid" },
	{ "warn", seed_warn_mid, set_magic, "load:0x50:seed_warn load:0x10:seed_warn_mid",
	  .warns = true },
	{ "index", seed_index_mid, set_index, "load:0x58:seed_index load:0x10:seed_index_mid" },
	{ "count", seed_count_up_mid, set_count, "argument:1 argument:1 load:0x10:seed_count_up_mid",
	  .warns = true },
	{ "double", seed_free_mid, set_table, "argument:[12] some load:0x68:seed_free load:0x10:seed_free_mid",
	  /* What is freed is compared with what was freed last. */
	  .first = "load:0x0:(kfree|__kmem_cache_free)" },
	/* Behind torn, whose next entry does not lead back: it is read from that one. */
	{ "add", seed_add_mid, set_deleted,
	  "load:0x8:__list_add_valid(_or_report)? load:any:seed_add", .ends = true },
};

const unsigned int seed_count = ARRAY_SIZE(seeds);
