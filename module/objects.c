// SPDX-License-Identifier: GPL-2.0-only
#include "objects.h"

#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "core/kfence.h"
#include "counter.h"
#include "kernel_btf.h"
#include "ksyms.h"
#include "nofault.h"
#include "pages.h"

/* Of a size that no other cache has, and that is not a round one. */
#define CHECK_BYTES 168
#define CHECK_OBJECTS 3
#define CHECK_NAME "stackanno_check"
/* An object of a cache for all may be another's as soon as it is freed. */
#define TRIES 16

static struct stackanno_slab_layout slabs;
static struct stackanno_kfence_layout kfence;
static bool known;

static int find(unsigned long address, enum stackanno_meaning_kind *kind,
		struct stackanno_slab_object *object)
{
	int ret = stackanno_kfence_find(&kfence, &stackanno_nofault, address, object);

	*kind = STACKANNO_MEANING_KFENCE;
	if (ret != -ENOENT)
		return ret;
	*kind = STACKANNO_MEANING_SLAB;
	ret = stackanno_slab_find(&slabs, &stackanno_nofault, address, object);
	if (ret)
		return ret;
	switch (stackanno_compat_shadow(object->begin)) {
	case STACKANNO_SHADOW_NONE:
		break;
	case STACKANNO_SHADOW_FREED:
		/* It may wait in a quarantine, and be on no list yet. */
		object->state = STACKANNO_OBJECT_FREE;
		break;
	case STACKANNO_SHADOW_OTHER:
		if (object->state == STACKANNO_OBJECT_ALLOCATED)
			object->state = STACKANNO_OBJECT_UNKNOWN;
		break;
	case STACKANNO_SHADOW_ACCESSIBLE:
		break;
	}
	return 0;
}

/* Its own shape makes a cache one that is merged with no other. */
static void shape(void *object)
{
	memset(object, 0, CHECK_BYTES);
}

static bool is_object(const void *begin, size_t size, const char *name,
		      enum stackanno_object_state never)
{
	struct stackanno_slab_object object;
	enum stackanno_meaning_kind kind;

	return !find((unsigned long)begin + 8, &kind, &object) &&
	       object.begin == (unsigned long)begin && object.offset == 8 &&
	       object.size == size && !strncmp(object.name, name, strlen(name)) &&
	       object.state != never;
}

static bool own_cache_is_right(void)
{
	struct kmem_cache *cache = kmem_cache_create(CHECK_NAME, CHECK_BYTES, 0, 0, shape);
	void *objects[CHECK_OBJECTS] = {};
	unsigned int i;
	bool right = true;

	if (!cache)
		return false;
	for (i = 0; i < CHECK_OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		right &= objects[i] && is_object(objects[i], CHECK_BYTES, CHECK_NAME,
						 STACKANNO_OBJECT_FREE);
	}
	for (i = 0; i < CHECK_OBJECTS; i++) {
		if (!objects[i])
			continue;
		kmem_cache_free(cache, objects[i]);
		right &= is_object(objects[i], CHECK_BYTES, CHECK_NAME,
				   STACKANNO_OBJECT_ALLOCATED);
		/* What is still in use is not taken for free for that. */
		if (i + 1 < CHECK_OBJECTS && objects[i + 1])
			right &= is_object(objects[i + 1], CHECK_BYTES, CHECK_NAME,
					   STACKANNO_OBJECT_FREE);
	}
	kmem_cache_destroy(cache);
	return right;
}

/* In caches without a constructor the list goes through the objects. */
static bool general_cache_is_right(void)
{
	const size_t size = 96;
	unsigned int i;
	void *object;
	bool right = true;

	for (i = 0; right && i < TRIES; i++) {
		object = kmalloc(size, GFP_KERNEL);
		if (!object)
			return false;
		right = is_object(object, size, "kmalloc-", STACKANNO_OBJECT_FREE);
		kfree(object);
		if (is_object(object, size, "kmalloc-", STACKANNO_OBJECT_ALLOCATED))
			return right;
	}
	return false;
}

static void open_kfence(const struct stackanno_btf *btf)
{
	unsigned long pool = stackanno_ksyms_find("__kfence_pool");

	kfence.table = stackanno_ksyms_find("kfence_metadata");
	kfence.name = &slabs.at[STACKANNO_CACHE_NAME];
	if (!pool || !kfence.table || stackanno_kfence_open(btf, &kfence))
		return;
	/* What is 0 there is so because KFENCE was not turned on at boot; it may be later. */
	kfence.pool = *(unsigned long *)pool;
	kfence.bytes = kfence.pool ? stackanno_compat_kfence_bytes() : 0;
}

void stackanno_objects_init(void)
{
	unsigned long caches = stackanno_ksyms_address(STACKANNO_KSYM_KMEM_CACHE);
	const struct stackanno_btf *btf = stackanno_kernel_btf();

	if (!stackanno_pages_known() || !caches || stackanno_slab_open(btf, &slabs))
		return;
	slabs.pages = stackanno_pages_layout();
	slabs.caches = *(unsigned long *)caches;
	slabs.percpu = __per_cpu_offset;
	slabs.cpus = nr_cpu_ids;
	open_kfence(btf);
	known = own_cache_is_right() && general_cache_is_right();
	if (!known)
		pr_warn("stackanno: slabs look other than this kernel's BTF says: left out\n");
}

bool stackanno_objects_known(void)
{
	return known;
}

int stackanno_objects_find(unsigned long address, enum stackanno_meaning_kind *kind,
			   struct stackanno_slab_object *object)
{
	int ret;

	if (!known)
		return -ENOENT;
	ret = find(address, kind, object);
	/* Within an object's slab, but in none of its objects: the page says so much. */
	if (ret == -ENOENT || ret == -ERANGE)
		return -ENOENT;
	if (ret) {
		stackanno_counter_add(STACKANNO_COUNT_OBJECT_REFUSED, 1);
		return -ENOENT;
	}
	if (object->limited)
		stackanno_counter_add(STACKANNO_COUNT_LIST_LIMIT, 1);
	if (object->broken)
		stackanno_counter_add(STACKANNO_COUNT_LIST_BROKEN, 1);
	if (object->state == STACKANNO_OBJECT_UNKNOWN)
		stackanno_counter_add(STACKANNO_COUNT_OBJECT_UNTOLD, 1);
	return 0;
}
