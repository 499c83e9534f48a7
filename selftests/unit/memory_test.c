// SPDX-License-Identifier: GPL-2.0-only
/*
 * What memory is, on memory laid down by hand: pages, slabs, KFENCE's pool, areas of
 * vmalloc, mappings. None of it is true when it does not hold together.
 */
#include "core/area.h"
#include "core/kfence.h"
#include "core/slab.h"
#include "core/vma.h"
#include "kselftest_harness.h"

#define PAGES 64U
#define PAGE 4096U
#define DIRECT 0xff11000000000000ULL
#define STRUCTS 0xffd4000000000000ULL
#define STRUCT 64U

#define HEAD 0x40ULL		/* flags of a page */
#define RESERVED 0x2000ULL
#define NO_TYPE 0xffffffffU
#define BUDDY 0xf0000000U
#define TABLE 0xf2000000U
#define SLAB 0xf5000000U

#define RANDOM 0x0123456789abcdefULL
#define SIZE 192U
#define OBJECTS 21U
#define CACHES (DIRECT + 1 * PAGE)	/* the page of caches; the first is theirs */
#define CACHE (CACHES + 256)
#define CPUS 2
#define CPU_BASE (DIRECT + 3 * PAGE)
#define SLAB_PAGE 4U
#define OBJECT(n) (DIRECT + SLAB_PAGE * PAGE + (n) * SIZE)
#define SLAB_STRUCT (STRUCTS + SLAB_PAGE * STRUCT)

static u8 memory[PAGES * PAGE], structs[PAGES * STRUCT];
static u64 changes_at, changes_to;	/* a word that is another when it is read again */
static u32 changes_after;		/* and again so often */

static u8 *at(u64 address, u32 bytes)
{
	if (address >= DIRECT && address - DIRECT <= sizeof(memory) - bytes)
		return memory + (address - DIRECT);
	if (address >= STRUCTS && address - STRUCTS <= sizeof(structs) - bytes)
		return structs + (address - STRUCTS);
	return NULL;
}

static void put(u64 address, u64 value, u32 bytes)
{
	memcpy(at(address, bytes), &value, bytes);
}

static int read_memory(const struct stackanno_source *unused, u64 address, void *to, u32 bytes)
{
	const u8 *from = at(address, bytes);

	(void)unused;
	if (!from)
		return -EFAULT;
	memcpy(to, from, bytes);
	if (address == changes_at && !changes_after--)
		put(address, changes_to, sizeof(changes_to));
	return 0;
}

static const struct stackanno_source world = { .read = read_memory };

#define MEMBER(where, bytes) { .found = true, .offset = where, .size = bytes }

static const struct stackanno_page_layout pages = {
	.direct_map = DIRECT, .memory = sizeof(memory), .structs = STRUCTS, .page_bytes = STRUCT,
	.at = {
		[STACKANNO_PAGE_FLAGS] = MEMBER(0, 8), [STACKANNO_PAGE_HEAD] = MEMBER(8, 8),
		[STACKANNO_PAGE_MAPPING] = MEMBER(24, 8), [STACKANNO_PAGE_PRIVATE] = MEMBER(40, 8),
		[STACKANNO_PAGE_TYPE] = MEMBER(48, 4), [STACKANNO_PAGE_REFCOUNT] = MEMBER(52, 4),
	},
	.reserved = RESERVED, .head = HEAD,
	.type = {
		[STACKANNO_PAGE_FREE] = { 0xff000000, BUDDY },
		[STACKANNO_PAGE_TABLE] = { 0xff000000, TABLE },
		[STACKANNO_PAGE_SLAB] = { 0xff000000, SLAB },
	},
};

static void page_is(u64 pfn, u64 flags, u32 type, u32 references)
{
	put(STRUCTS + pfn * STRUCT, flags, 8);
	put(STRUCTS + pfn * STRUCT + 48, type, 4);
	put(STRUCTS + pfn * STRUCT + 52, references, 4);
}

static void tail_is(u64 pfn, u64 head)
{
	put(STRUCTS + pfn * STRUCT + 8, head | 1, 8);
}

static void forget_all(void)
{
	u32 i;

	memset(memory, 0, sizeof(memory));
	memset(structs, 0, sizeof(structs));
	changes_at = 0;
	changes_after = 0;
	for (i = 0; i < PAGES; i++)
		page_is(i, 0, NO_TYPE, 1);
}

TEST(pages_are_told_by_their_structs)
{
	static const struct {
		u64 pfn;
		int ret;
		u8 kind, evidence;
		u64 head;
	} cases[] = {
		{ 0, 0, STACKANNO_PAGE_ALLOCATED, STACKANNO_EVIDENCE_LIKELY, 0 },
		{ 1, 0, STACKANNO_PAGE_RESERVED, STACKANNO_EVIDENCE_CERTAIN, 1 },
		{ 2, 0, STACKANNO_PAGE_TABLE, STACKANNO_EVIDENCE_CERTAIN, 2 },
		{ 3, 0, STACKANNO_PAGE_NO_REFERENCE, STACKANNO_EVIDENCE_CERTAIN, 3 },
		{ 4, 0, STACKANNO_PAGE_SLAB, STACKANNO_EVIDENCE_CERTAIN, 4 },
		{ 5, 0, STACKANNO_PAGE_SLAB, STACKANNO_EVIDENCE_CERTAIN, 4 },
		{ 8, 0, STACKANNO_PAGE_FREE, STACKANNO_EVIDENCE_CERTAIN, 8 },
		{ 11, 0, STACKANNO_PAGE_FREE, STACKANNO_EVIDENCE_CERTAIN, 11 },
		{ 12, 0, STACKANNO_PAGE_NO_REFERENCE, STACKANNO_EVIDENCE_CERTAIN, 12 },
		{ 16, 0, STACKANNO_PAGE_ANON, STACKANNO_EVIDENCE_LIKELY, 16 },
		{ 17, 0, STACKANNO_PAGE_FILE, STACKANNO_EVIDENCE_LIKELY, 17 },
		{ 18, -EINVAL, 0, 0, 0 },	/* a head behind it */
		{ 19, -EINVAL, 0, 0, 0 },	/* a head between two */
		{ PAGES, -ERANGE, 0, 0, 0 },
		{ 1ULL << 52, -ERANGE, 0, 0, 0 },
	};
	struct stackanno_page page;
	u32 i;

	forget_all();
	page_is(1, RESERVED, NO_TYPE, 1);
	page_is(2, 0, TABLE, 1);
	page_is(3, 0, NO_TYPE, 0);
	page_is(4, HEAD, SLAB, 1);
	tail_is(5, STRUCTS + 4 * STRUCT);
	for (i = 8; i < 13; i++)
		page_is(i, 0, i == 8 ? BUDDY : NO_TYPE, 0);
	put(STRUCTS + 8 * STRUCT + 40, 2, 8);	/* its order */
	put(STRUCTS + 16 * STRUCT + 24, DIRECT | 1, 8);
	put(STRUCTS + 17 * STRUCT + 24, DIRECT, 8);
	tail_is(18, STRUCTS + 20 * STRUCT);
	tail_is(19, STRUCTS + 4 * STRUCT + 8);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret, stackanno_page_find(&pages, &world, cases[i].pfn, &page)) {
			TH_LOG("pfn %llu", (unsigned long long)cases[i].pfn);
		}
		if (cases[i].ret)
			continue;
		EXPECT_EQ(cases[i].kind, page.kind) {
			TH_LOG("pfn %llu", (unsigned long long)cases[i].pfn);
		}
		EXPECT_EQ(cases[i].evidence, page.evidence);
		EXPECT_EQ(cases[i].head, page.head);
	}
}

static const unsigned long percpu[CPUS] = { 0, 256 };

static struct stackanno_slab_layout slabs = {
	.pages = &pages, .caches = CACHES, .percpu = percpu, .cpus = CPUS,
	.at = {
		[STACKANNO_SLAB_CACHE] = MEMBER(8, 8), [STACKANNO_SLAB_FREELIST] = MEMBER(32, 8),
		[STACKANNO_SLAB_COUNTERS] = MEMBER(40, 8), [STACKANNO_SLAB_NEXT] = MEMBER(16, 8),
		[STACKANNO_SLAB_INUSE] = { .found = true, .offset = 40, .bits = 16 },
		[STACKANNO_SLAB_OBJECTS] = { .found = true, .offset = 42, .bits = 15 },
		[STACKANNO_SLAB_FROZEN] = { .found = true, .offset = 43, .shift = 7, .bits = 1 },
		[STACKANNO_CACHE_SIZE] = MEMBER(24, 4),
		[STACKANNO_CACHE_OBJECT_SIZE] = MEMBER(28, 4),
		[STACKANNO_CACHE_OFFSET] = MEMBER(40, 4),
		[STACKANNO_CACHE_RED_LEFT_PAD] = MEMBER(88, 4),
		[STACKANNO_CACHE_NAME] = MEMBER(96, 8),
		[STACKANNO_CACHE_CPU_SLAB] = MEMBER(0, 8),
		[STACKANNO_CACHE_RANDOM] = MEMBER(184, 8),
		[STACKANNO_CPU_FREELIST] = MEMBER(0, 8), [STACKANNO_CPU_TID] = MEMBER(8, 8),
		[STACKANNO_CPU_SLAB] = MEMBER(16, 8), [STACKANNO_CPU_PARTIAL] = MEMBER(24, 8),
	},
};

static void put_cache(u64 cache, u32 size, u32 object_size, u32 link, const char *name, u64 name_at)
{
	put(cache, CPU_BASE, 8);
	put(cache + 24, size, 4);
	put(cache + 28, object_size, 4);
	put(cache + 40, link, 4);
	put(cache + 96, name_at, 8);
	put(cache + 184, RANDOM, 8);
	memcpy(at(name_at, strlen(name) + 1), name, strlen(name) + 1);
}

static void put_counters(u64 slab, u32 inuse, u32 objects, bool frozen)
{
	put(slab + 40, inuse | objects << 16 | (u32)frozen << 31, 4);
}

/* A list through free objects, by their numbers; the last is 99. Return: its first. */
static u64 put_list(const u8 *numbers)
{
	u64 first = numbers[0] == 99 ? 0 : OBJECT(numbers[0]), where, next;

	for (; *numbers != 99; numbers++) {
		where = OBJECT(*numbers) + 96;
		next = numbers[1] == 99 ? 0 : OBJECT(numbers[1]);
		put(where, next ^ RANDOM ^ __builtin_bswap64(where), 8);
	}
	return first;
}

/* A cache "things" with one slab, whose objects 1, 3 and 5 are free. */
static void put_slabs(void)
{
	forget_all();
	page_is(1, 0, SLAB, 1);
	put(STRUCTS + 1 * STRUCT + 8, CACHES, 8);
	put_counters(STRUCTS + 1 * STRUCT, 2, 16, false);
	put(STRUCTS + 1 * STRUCT + 32, 0, 8);
	put_cache(CACHES, 256, 232, 96, "kmem_cache", DIRECT + 2 * PAGE);
	put_cache(CACHE, SIZE, 168, 96, "things", DIRECT + 2 * PAGE + 64);
	page_is(SLAB_PAGE, HEAD, SLAB, 1);
	put(SLAB_STRUCT + 8, CACHE, 8);
	put(SLAB_STRUCT + 32, put_list((const u8[]){ 3, 5, 1, 99 }), 8);
	put_counters(SLAB_STRUCT, OBJECTS - 3, OBJECTS, false);
}

/* The same slab, taken by the second CPU, which has 1 and 3 for itself. */
static void freeze(void)
{
	put_slabs();
	put(SLAB_STRUCT + 32, put_list((const u8[]){ 5, 99 }), 8);
	put_counters(SLAB_STRUCT, OBJECTS - 1, OBJECTS, true);
	put(CPU_BASE + 256, put_list((const u8[]){ 1, 3, 99 }), 8);
	put(CPU_BASE + 256 + 8, 17, 8);
	put(CPU_BASE + 256 + 16, SLAB_STRUCT, 8);
}

static void empty_list(void)
{
	freeze();
	put(CPU_BASE + 256, 0, 8);
}

static void nobodys(void)
{
	freeze();
	put(CPU_BASE + 256 + 16, 0, 8);
}

static void partial(void)
{
	nobodys();
	put(CPU_BASE + 24, STRUCTS + 9 * STRUCT, 8);
	put(STRUCTS + 9 * STRUCT + 16, SLAB_STRUCT, 8);
}

static void endless_partial(void)
{
	nobodys();
	put(CPU_BASE + 24, STRUCTS + 9 * STRUCT, 8);
	put(STRUCTS + 9 * STRUCT + 16, STRUCTS + 9 * STRUCT, 8);
}

static void ring(void)
{
	put_slabs();
	put_list((const u8[]){ 3, 5, 3, 99 });
	put(OBJECT(3) + 96, OBJECT(5) ^ RANDOM ^ __builtin_bswap64(OBJECT(3) + 96), 8);
	put(OBJECT(5) + 96, OBJECT(3) ^ RANDOM ^ __builtin_bswap64(OBJECT(5) + 96), 8);
}

static void overwritten(void)
{
	put_slabs();
	put(OBJECT(3) + 96, 0x4141414141414141, 8);
}

static void miscounted(void)
{
	put_slabs();
	put_counters(SLAB_STRUCT, OBJECTS - 2, OBJECTS, false);
}

static void moving(void)
{
	put_slabs();
	changes_at = SLAB_STRUCT + 40;
	/* In what the counters do not use: all else stays as it is. */
	memcpy(&changes_to, at(SLAB_STRUCT + 40, 8), 8);
	changes_to |= 1ULL << 40;
}

static void moving_cpu(void)
{
	freeze();
	changes_at = CPU_BASE + 256 + 8;
	changes_to = 18;
}

static void wrong_cache(void)
{
	put_slabs();
	put(SLAB_STRUCT + 8, CACHE + 8, 8);
}

/* While it was looked at, its page became a slab of another cache. */
static void given_back(void)
{
	put_slabs();
	/* Read as the head of a compound page first. */
	changes_at = SLAB_STRUCT + 8;
	changes_after = 1;
	changes_to = CACHE + 8;
}

static void cache_elsewhere(void)
{
	put_slabs();
	put(SLAB_STRUCT + 8, OBJECT(2), 8);
}

static void unmapped_cache(void)
{
	put_slabs();
	put(SLAB_STRUCT + 8, 0x4141414141414140, 8);
}

static void too_large(void)
{
	put_slabs();
	put(CACHE + 24, 1U << 30, 4);
}

static void padded(void)
{
	put_slabs();
	put(CACHE + 88, 16, 4);
	put(CACHE + 28, 152, 4);
	put(SLAB_STRUCT + 32, 0, 8);
	put_counters(SLAB_STRUCT, OBJECTS, OBJECTS, false);
}

TEST(objects_are_free_or_not_as_the_lists_tell)
{
#define ALLOCATED STACKANNO_OBJECT_ALLOCATED
#define FREE STACKANNO_OBJECT_FREE
#define UNKNOWN STACKANNO_OBJECT_UNKNOWN
#define CERTAIN STACKANNO_EVIDENCE_CERTAIN
#define LIKELY STACKANNO_EVIDENCE_LIKELY
	static const struct {
		void (*make)(void);
		u64 address;
		int ret;
		u8 state, evidence;
		u64 offset;
		bool broken, limited;
	} cases[] = {
		{ put_slabs, OBJECT(0), 0, ALLOCATED, CERTAIN, 0, false, false },
		{ put_slabs, OBJECT(2) + 0x20, 0, ALLOCATED, CERTAIN, 0x20, false, false },
		{ put_slabs, OBJECT(3) + 8, 0, FREE, CERTAIN, 8, false, false },
		{ put_slabs, OBJECT(1) + 191, 0, FREE, CERTAIN, 191, false, false },
		{ put_slabs, OBJECT(20), 0, ALLOCATED, CERTAIN, 0, false, false },
		{ put_slabs, OBJECT(21), -ERANGE, 0, 0, 0, false, false },
		{ put_slabs, DIRECT + 6 * PAGE, -ENOENT, 0, 0, 0, false, false },
		{ put_slabs, STRUCTS, -ENOENT, 0, 0, 0, false, false },
		{ put_slabs, DIRECT + sizeof(memory), -ENOENT, 0, 0, 0, false, false },
		{ put_slabs, 0, -ENOENT, 0, 0, 0, false, false },
		{ freeze, OBJECT(0), 0, ALLOCATED, CERTAIN, 0, false, false },
		{ freeze, OBJECT(3), 0, FREE, CERTAIN, 0, false, false },
		{ freeze, OBJECT(5), 0, FREE, CERTAIN, 0, false, false },
		{ empty_list, OBJECT(0), 0, ALLOCATED, LIKELY, 0, false, false },
		{ nobodys, OBJECT(0), 0, UNKNOWN, LIKELY, 0, false, false },
		{ nobodys, OBJECT(5), 0, FREE, CERTAIN, 0, false, false },
		{ partial, OBJECT(0), 0, ALLOCATED, CERTAIN, 0, false, false },
		{ endless_partial, OBJECT(0), 0, UNKNOWN, LIKELY, 0, false, true },
		{ ring, OBJECT(0), 0, UNKNOWN, LIKELY, 0, true, false },
		{ overwritten, OBJECT(0), 0, UNKNOWN, LIKELY, 0, true, false },
		{ overwritten, OBJECT(3), 0, FREE, CERTAIN, 0, false, false },
		{ miscounted, OBJECT(0), 0, UNKNOWN, LIKELY, 0, false, false },
		{ moving, OBJECT(3), 0, FREE, LIKELY, 0, false, false },
		{ moving_cpu, OBJECT(0), 0, ALLOCATED, LIKELY, 0, false, false },
		{ wrong_cache, OBJECT(0), -EINVAL, 0, 0, 0, false, false },
		{ cache_elsewhere, OBJECT(0), -EINVAL, 0, 0, 0, false, false },
		{ unmapped_cache, OBJECT(0), -EINVAL, 0, 0, 0, false, false },
		{ given_back, OBJECT(0), -EINVAL, 0, 0, 0, false, false },
		{ too_large, OBJECT(0), -EINVAL, 0, 0, 0, false, false },
		{ padded, OBJECT(1) + 24, 0, ALLOCATED, CERTAIN, 8, false, false },
		{ padded, OBJECT(1) + 8, -ERANGE, 0, 0, 0, false, false },
	};
	struct stackanno_slab_object object;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cases[i].make();
		EXPECT_EQ(cases[i].ret, stackanno_slab_find(&slabs, &world, cases[i].address,
							    &object)) {
			TH_LOG("case %u", i);
		}
		if (cases[i].ret)
			continue;
		EXPECT_STREQ("things", object.name);
		EXPECT_EQ(cases[i].state, object.state) {
			TH_LOG("case %u", i);
		}
		EXPECT_EQ(cases[i].evidence, object.evidence) {
			TH_LOG("case %u", i);
		}
		EXPECT_EQ(cases[i].offset, object.offset);
		EXPECT_EQ(cases[i].broken, object.broken);
		EXPECT_EQ(cases[i].limited, object.limited);
	}
}

/* Freed objects wait in sheaves, on no list that is looked at. */
TEST(where_objects_may_wait_elsewhere_none_is_called_allocated)
{
	struct stackanno_slab_object object;

	put_slabs();
	slabs.at[STACKANNO_CACHE_SHEAVES] = (struct stackanno_layout_member)MEMBER(8, 8);
	put(CACHE + 8, DIRECT, 8);
	ASSERT_EQ(0, stackanno_slab_find(&slabs, &world, OBJECT(0), &object));
	EXPECT_EQ(UNKNOWN, object.state);
	ASSERT_EQ(0, stackanno_slab_find(&slabs, &world, OBJECT(3), &object));
	EXPECT_EQ(FREE, object.state);
	slabs.at[STACKANNO_CACHE_SHEAVES].found = false;
}

#define POOL (DIRECT + 32 * PAGE)
#define TABLE_AT (DIRECT + 8 * PAGE)
#define ENTRY 64U

static struct stackanno_kfence_layout kfence = {
	.pool = POOL, .bytes = 8 * PAGE, .table = DIRECT + 9 * PAGE, .entry_bytes = ENTRY,
	.name = &slabs.at[STACKANNO_CACHE_NAME],
	.at = {
		[STACKANNO_KFENCE_ADDR] = MEMBER(0, 8), [STACKANNO_KFENCE_SIZE] = MEMBER(8, 8),
		[STACKANNO_KFENCE_CACHE] = MEMBER(16, 8), [STACKANNO_KFENCE_STATE] = MEMBER(24, 4),
	},
	.state = {
		[STACKANNO_KFENCE_UNUSED] = { .value = 0 },
		[STACKANNO_KFENCE_ALLOCATED] = { .value = 1 },
		[STACKANNO_KFENCE_FREED] = { .value = 3 },
	},
};

static void put_fenced(u32 index, u32 within, u32 size, u32 state)
{
	u64 entry = TABLE_AT + index * ENTRY;

	put(entry, POOL + (2 * index + 2) * PAGE + within, 8);
	put(entry + 8, size, 8);
	put(entry + 16, CACHE, 8);
	put(entry + 24, state, 4);
}

TEST(objects_of_kfence_are_what_it_says)
{
	static const struct {
		u64 address;
		int ret;
		const char *name;
		u8 state;
		u64 offset;
	} cases[] = {
		{ POOL + 2 * PAGE + 3996, 0, "things", ALLOCATED, 0 },
		{ POOL + 2 * PAGE + 4004, 0, "things", ALLOCATED, 8 },
		{ POOL + 4 * PAGE + 16, 0, "things", FREE, 16 },
		{ POOL + 6 * PAGE, 0, "", UNKNOWN, 0 },		/* never used */
		{ POOL + 2 * PAGE, 0, "", UNKNOWN, 0 },		/* before its object */
		{ POOL, 0, "", UNKNOWN, 0 },
		{ POOL + 3 * PAGE, 0, "", UNKNOWN, 0 },
		{ POOL + 8 * PAGE, -ENOENT, "", UNKNOWN, 0 },
		{ POOL - 1, -ENOENT, "", UNKNOWN, 0 },
	};
	struct stackanno_slab_object object;
	u32 i, form;

	/* A table in place, and a pointer to one. */
	for (form = 0; form < 2; form++) {
		put_slabs();
		put_fenced(0, 3996, 100, 1);
		put_fenced(1, 0, 64, 3);
		put_fenced(2, 0, 0, 0);
		kfence.table = form ? DIRECT + 9 * PAGE : TABLE_AT;
		if (form)
			put(kfence.table, TABLE_AT, 8);
		for (i = 0; i < ARRAY_SIZE(cases); i++) {
			EXPECT_EQ(cases[i].ret, stackanno_kfence_find(&kfence, &world,
								      cases[i].address, &object)) {
				TH_LOG("case %u", i);
			}
			if (cases[i].ret)
				continue;
			EXPECT_STREQ(cases[i].name, object.name);
			EXPECT_EQ(cases[i].state, object.state);
			EXPECT_EQ(cases[i].offset, object.offset);
		}
	}
	put(TABLE_AT, POOL + 4 * PAGE, 8);
	EXPECT_EQ(-EINVAL, stackanno_kfence_find(&kfence, &world, POOL + 2 * PAGE, &object));
}

#define VMALLOC 0xffa0000000000000ULL
#define NODE(n) (DIRECT + 12 * PAGE + (n) * 128)

static struct stackanno_area_layout areas = {
	.trees = DIRECT + 11 * PAGE, .count = 1, .tree_bytes = 64,
	.heap = { DIRECT, DIRECT + sizeof(memory) },
	.at = {
		[STACKANNO_VA_START] = MEMBER(0, 8), [STACKANNO_VA_END] = MEMBER(8, 8),
		[STACKANNO_VA_NODE] = MEMBER(16, 24), [STACKANNO_VA_VM] = MEMBER(56, 8),
		[STACKANNO_RB_RIGHT] = MEMBER(8, 8), [STACKANNO_RB_LEFT] = MEMBER(16, 8),
		[STACKANNO_VM_ADDR] = MEMBER(8, 8), [STACKANNO_VM_SIZE] = MEMBER(16, 8),
		[STACKANNO_VM_FLAGS] = MEMBER(24, 8), [STACKANNO_VM_CALLER] = MEMBER(56, 8),
	},
};

static void put_node(u32 n, u64 begin, u64 bytes, u32 left, u32 right)
{
	put(NODE(n), VMALLOC + begin, 8);
	put(NODE(n) + 8, VMALLOC + begin + bytes, 8);
	put(NODE(n) + 16 + 8, right ? NODE(right) + 16 : 0, 8);
	put(NODE(n) + 16 + 16, left ? NODE(left) + 16 : 0, 8);
}

static void put_vm(u32 n, u64 begin, u64 bytes, u64 flags)
{
	u64 vm = NODE(n) + PAGE;

	put(NODE(n) + 56, vm, 8);
	put(vm + 8, VMALLOC + begin, 8);
	put(vm + 16, bytes, 8);
	put(vm + 24, flags, 8);
	put(vm + 56, 0xffffffff81000123ULL, 8);
}

static void put_areas(u64 root)
{
	forget_all();
	put(root, NODE(1) + 16, 8);
	put_node(1, 0x10000, 0x5000, 2, 3);
	put_vm(1, 0x10000, 0x5000, STACKANNO_AREA_IS_ALLOC);
	put_node(2, 0x4000, 0x3000, 0, 0);
	put_vm(2, 0x4000, 0x3000, STACKANNO_AREA_IS_IOREMAP);
	put_node(3, 0x20000, 0x8000, 0, 4);
	put_node(4, 0x40000, 0x2000, 0, 0);
	put_vm(4, 0x40000, 0x2000, STACKANNO_AREA_IS_MAP | STACKANNO_AREA_NO_GUARD);
}

static void check_areas(struct __test_metadata *_metadata)
{
	static const struct {
		u64 offset;
		int ret;
		u8 kind;
		u64 begin, bytes;
	} cases[] = {
		{ 0x10000, 0, STACKANNO_AREA_VMALLOC, 0x10000, 0x4000 },
		{ 0x13fff, 0, STACKANNO_AREA_VMALLOC, 0x10000, 0x4000 },
		{ 0x14000, 0, STACKANNO_AREA_GUARD, 0x10000, 0x4000 },
		{ 0x15000, -ENOENT, 0, 0, 0 },
		{ 0x4008, 0, STACKANNO_AREA_IOREMAP, 0x4000, 0x2000 },
		{ 0x20008, 0, STACKANNO_AREA_VM_MAP_RAM, 0x20000, 0x8000 },
		{ 0x41fff, 0, STACKANNO_AREA_VMAP, 0x40000, 0x2000 },
		{ 0x42000, -ENOENT, 0, 0, 0 },
		{ 0x0, -ENOENT, 0, 0, 0 },
	};
	struct stackanno_area_found area;
	u64 caller;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(cases[i].ret, stackanno_area_find(&areas, &world,
							    VMALLOC + cases[i].offset, &area)) {
			TH_LOG("case %u", i);
		}
		if (cases[i].ret)
			continue;
		EXPECT_EQ(cases[i].kind, area.kind);
		EXPECT_EQ(VMALLOC + cases[i].begin, area.begin);
		EXPECT_EQ(cases[i].bytes, area.bytes);
		caller = 0xffffffff81000123ULL;
		if (cases[i].kind == STACKANNO_AREA_VM_MAP_RAM)
			caller = 0;
		EXPECT_EQ(caller, area.caller);
	}
}

TEST(areas_are_found_in_one_tree)
{
	put_areas(areas.trees);
	check_areas(_metadata);
}

TEST(areas_are_found_in_the_tree_where_they_begin)
{
	areas.at[STACKANNO_VMAP_BUSY] = (struct stackanno_layout_member)MEMBER(8, 32);
	areas.count = 3;
	areas.zone = 0x8000;
	put_areas(areas.trees + 2 * 64 + 8);
	check_areas(_metadata);
	areas.at[STACKANNO_VMAP_BUSY].found = false;
	areas.count = 1;
}

TEST(areas_that_do_not_hold_together_are_none)
{
	struct stackanno_area_found area;

	/* Another begins there than the tree says. */
	put_areas(areas.trees);
	put_vm(1, 0x8000, 0x5000, STACKANNO_AREA_IS_ALLOC);
	EXPECT_EQ(-ENOENT, stackanno_area_find(&areas, &world, VMALLOC + 0x10000, &area));
	put_vm(1, 0x10000, 0x6000, STACKANNO_AREA_IS_ALLOC);
	EXPECT_EQ(-ENOENT, stackanno_area_find(&areas, &world, VMALLOC + 0x10000, &area));
	/* A node where none can be. */
	put(areas.trees, VMALLOC, 8);
	EXPECT_EQ(-ENOENT, stackanno_area_find(&areas, &world, VMALLOC + 0x10000, &area));
	/* A tree without an end. */
	put_areas(areas.trees);
	put_node(1, 0x10000, 0x5000, 1, 1);
	EXPECT_EQ(-ENOENT, stackanno_area_find(&areas, &world, VMALLOC + 0x20000, &area));
	EXPECT_TRUE(area.limited);
}

#define MM (DIRECT + 16 * PAGE)
#define MAPLE(n) (DIRECT + 20 * PAGE + (n) * 256)
#define VMA(n) (DIRECT + 24 * PAGE + (n) * 128)
#define INNER(kind) ((kind) << 3 | 4)
#define ROOT(kind) (INNER(kind) | 2)

static const struct stackanno_vma_layout vmas = {
	.heap = { DIRECT, DIRECT + sizeof(memory) },
	.at = {
		[STACKANNO_MM_TREE] = MEMBER(64, 0), [STACKANNO_MM_START_BRK] = MEMBER(0, 8),
		[STACKANNO_MM_BRK] = MEMBER(8, 8), [STACKANNO_MM_START_STACK] = MEMBER(16, 8),
		[STACKANNO_MAPLE_ROOT] = MEMBER(8, 8),
		[STACKANNO_MAPLE_RANGE_PIVOT] = MEMBER(8, 120),
		[STACKANNO_MAPLE_RANGE_SLOT] = MEMBER(128, 128),
		[STACKANNO_MAPLE_ARANGE_PIVOT] = MEMBER(8, 72),
		[STACKANNO_MAPLE_ARANGE_SLOT] = MEMBER(80, 80),
		[STACKANNO_VMA_START] = MEMBER(0, 8), [STACKANNO_VMA_END] = MEMBER(8, 8),
		[STACKANNO_VMA_MM] = MEMBER(16, 8), [STACKANNO_VMA_FILE] = MEMBER(24, 8),
		[STACKANNO_VMA_PGOFF] = MEMBER(32, 8),
		[STACKANNO_FILE_PATH] = MEMBER(8, 0), [STACKANNO_PATH_DENTRY] = MEMBER(8, 8),
		[STACKANNO_DENTRY_NAME] = MEMBER(32, 0), [STACKANNO_QSTR_NAME] = MEMBER(8, 8),
	},
	.kind = { [STACKANNO_MAPLE_LEAF] = { .value = 1 }, [STACKANNO_MAPLE_RANGE] = { .value = 2 },
		  [STACKANNO_MAPLE_ARANGE] = { .value = 3 } },
};

static void put_vma(u32 n, u64 begin, u64 end, u64 file, u64 pages_in)
{
	put(VMA(n), begin, 8);
	put(VMA(n) + 8, end, 8);
	put(VMA(n) + 16, MM, 8);
	put(VMA(n) + 24, file, 8);
	put(VMA(n) + 32, pages_in, 8);
}

/* Two leaves below one node: a file, a gap, the heap; a gap, the stack. */
static void put_mm(void)
{
	const u64 file = DIRECT + 28 * PAGE, dentry = file + 256, name = file + 512;

	forget_all();
	put(MM, 0x30000, 8);
	put(MM + 8, 0x32000, 8);
	put(MM + 16, 0x7ffffff01000, 8);
	put(MM + 64 + 8, MAPLE(0) | ROOT(3ULL), 8);
	put(MAPLE(0) + 8, 0x3ffff, 8);
	put(MAPLE(0) + 80, MAPLE(1) | INNER(1ULL), 8);
	put(MAPLE(0) + 88, MAPLE(2) | INNER(1ULL), 8);
	put(MAPLE(1) + 8, 0xffff, 8);
	put(MAPLE(1) + 16, 0x13fff, 8);
	put(MAPLE(1) + 24, 0x2ffff, 8);
	put(MAPLE(1) + 32, 0x31fff, 8);
	put(MAPLE(1) + 128 + 8, VMA(0), 8);
	put(MAPLE(1) + 128 + 24, VMA(1), 8);
	put(MAPLE(2) + 8, 0x7ffffff00000 - 1, 8);
	put(MAPLE(2) + 16, 0x7ffffff02000 - 1, 8);
	put(MAPLE(2) + 128 + 8, VMA(2), 8);
	put_vma(0, 0x10000, 0x14000, file, 3);
	put_vma(1, 0x30000, 0x32000, 0, 0x30);
	put_vma(2, 0x7ffffff00000, 0x7ffffff02000, 0, 0);
	put(file + 8 + 8, dentry, 8);
	put(dentry + 32 + 8, name, 8);
	memcpy(at(name, 8), "libc.so", 8);
}

TEST(mappings_are_found_in_the_maple_tree)
{
	static const struct {
		u64 address;
		const char *name;	/* NULL: in none */
		u64 offset;
	} cases[] = {
		{ 0x0, NULL, 0 },
		{ 0xffff, NULL, 0 },
		{ 0x10000, "libc.so", 0x3000 },
		{ 0x13fff, "libc.so", 0x6fff },
		{ 0x14000, NULL, 0 },
		{ 0x30010, "(heap)", 0x10 },
		{ 0x32000, NULL, 0 },
		{ 0x7fffffefffff, NULL, 0 },
		{ 0x7ffffff01234, "(stack)", 0x1234 },
		{ 0x7ffffff02000, NULL, 0 },
		{ ~0ULL, NULL, 0 },
	};
	struct stackanno_vma_found vma;
	int ret;
	u32 i;

	put_mm();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ret = -ENOENT;
		if (cases[i].name)
			ret = 0;
		EXPECT_EQ(ret, stackanno_vma_find(&vmas, &world, MM, cases[i].address, &vma)) {
			TH_LOG("case %u", i);
		}
		if (!cases[i].name)
			continue;
		EXPECT_STREQ(cases[i].name, vma.name);
		EXPECT_EQ(cases[i].offset, vma.offset);
	}
}

TEST(mappings_that_do_not_hold_together_are_none)
{
	struct stackanno_vma_found vma;

	/* Another process', one that does not reach so far, a node that is none. */
	put_mm();
	put(VMA(0) + 16, MM + 8, 8);
	EXPECT_EQ(-ENOENT, stackanno_vma_find(&vmas, &world, MM, 0x10000, &vma));
	put_mm();
	put(VMA(0) + 8, 0x12000, 8);
	EXPECT_EQ(-ENOENT, stackanno_vma_find(&vmas, &world, MM, 0x13000, &vma));
	put_mm();
	put(MM + 64 + 8, 0x4141414141414142, 8);
	EXPECT_EQ(-ENOENT, stackanno_vma_find(&vmas, &world, MM, 0x10000, &vma));
	/* A name that cannot be read. */
	put_mm();
	put(DIRECT + 28 * PAGE + 16, VMALLOC, 8);
	EXPECT_EQ(-ENOENT, stackanno_vma_find(&vmas, &world, MM, 0x10000, &vma));
	/* A tree without an end. */
	put_mm();
	put(MAPLE(0) + 80, MAPLE(0) | INNER(3ULL), 8);
	EXPECT_EQ(-ENOENT, stackanno_vma_find(&vmas, &world, MM, 0x10000, &vma));
	EXPECT_TRUE(vma.limited);
}

TEST_HARNESS_MAIN
