// SPDX-License-Identifier: GPL-2.0-only
/* The parts of an address space, at their ends and between them. */
#include "core/region.h"
#include "uapi/stackanno.h"

#include "kselftest_harness.h"

/* As of a machine with 256 MB and five levels of page tables. */
static const struct stackanno_region regions[] = {
	{ 0xff11000000000000ULL, 0xff11000010000000ULL, STACKANNO_MEANING_DIRECT_MAP, 1, 0 },
	{ 0xffa0000000000000ULL, 0xffd1ffffffffffffULL, STACKANNO_MEANING_VMALLOC, 2, 0 },
	{ 0xffd4000000000000ULL, 0xffd4000000400000ULL, STACKANNO_MEANING_VMEMMAP, 1, 64 },
	{ 0xffdffc0000000000ULL, 0xfffffc0000000000ULL, STACKANNO_MEANING_KASAN_SHADOW, 2, 0 },
	{ 0, 0, STACKANNO_MEANING_FIXMAP, 1, 0 },	/* one that is not there */
	{ 0xffffffffc0000000ULL, 0xffffffffff000000ULL, STACKANNO_MEANING_MODULE_AREA, 1, 0 },
};

TEST(an_address_lies_in_one_part_or_in_none)
{
	static const struct {
		u64 address;
		u16 kind;	/* NONE: in no part */
		u64 offset;
	} cases[] = {
		{ 0, STACKANNO_MEANING_NONE, 0 },
		{ 0xff10ffffffffffffULL, STACKANNO_MEANING_NONE, 0 },
		{ 0xff11000000000000ULL, STACKANNO_MEANING_DIRECT_MAP, 0 },
		{ 0xff11000001234567ULL, STACKANNO_MEANING_DIRECT_MAP, 0x1234567 },
		{ 0xff1100000fffffffULL, STACKANNO_MEANING_DIRECT_MAP, 0xfffffff },
		{ 0xff11000010000000ULL, STACKANNO_MEANING_NONE, 0 },
		{ 0xff9fffffffffffffULL, STACKANNO_MEANING_NONE, 0 },
		{ 0xffa0000000000000ULL, STACKANNO_MEANING_VMALLOC, 0 },
		{ 0xffd1fffffffffffeULL, STACKANNO_MEANING_VMALLOC, 0 },
		{ 0xffd1ffffffffffffULL, STACKANNO_MEANING_NONE, 0 },
		{ 0xffd4000000000000ULL, STACKANNO_MEANING_VMEMMAP, 0 },
		{ 0xffd400000000003fULL, STACKANNO_MEANING_VMEMMAP, 0x3f },
		{ 0xffd4000000000040ULL, STACKANNO_MEANING_VMEMMAP, 0x1000 },
		{ 0xffd40000003fffe8ULL, STACKANNO_MEANING_VMEMMAP, 0xffff028 },
		{ 0xffd4000000400000ULL, STACKANNO_MEANING_NONE, 0 },
		/* Its begin is of the kernel's half's begin, its end of the last byte. */
		{ 0xffdffc0000000000ULL, STACKANNO_MEANING_KASAN_SHADOW, 0xff00000000000000ULL },
		{ 0xfffffbffffffffffULL, STACKANNO_MEANING_KASAN_SHADOW, -8ULL },
		{ 0xfffffc0000000000ULL, STACKANNO_MEANING_NONE, 0 },
		{ 0xffffffffc0000000ULL, STACKANNO_MEANING_MODULE_AREA, 0 },
		{ 0xffffffffff000000ULL, STACKANNO_MEANING_NONE, 0 },
	};
	const struct stackanno_region *region;
	u64 offset;
	u16 kind;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		offset = 0;
		region = stackanno_region_of(regions, ARRAY_SIZE(regions), cases[i].address, &offset);
		kind = region ? region->kind : STACKANNO_MEANING_NONE;
		EXPECT_EQ(cases[i].kind, kind) {
			TH_LOG("%016llx", (unsigned long long)cases[i].address);
		}
		EXPECT_EQ(cases[i].offset, offset) {
			TH_LOG("%016llx", (unsigned long long)cases[i].address);
		}
	}
}

TEST_HARNESS_MAIN
