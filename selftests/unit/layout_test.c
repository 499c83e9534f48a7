// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members and constants by their names, out of BTF laid down by hand.
 */
#include "blob.h"
#include "core/layout.h"
#include "kselftest_harness.h"

/* 1 int, 2 pointer, 3 enum; then structs as the tests want them */
static void begin(struct blob *blob)
{
	blob_begin(blob);
	blob_type(blob, "int", STACKANNO_BTF_INT, 0, 4);
	blob_word(blob, 32);
	blob_type(blob, "", STACKANNO_BTF_PTR, 0, 0);
	blob_type(blob, "pageflags", STACKANNO_BTF_ENUM, 2, 4);
	blob_parameter(blob, "PG_locked", 0);
	blob_parameter(blob, "PG_slab", 9);
}

/* 4: a struct with an unnamed union in it (5), that has an unnamed struct with bit fields (6) */
static void put_slab(struct blob *blob)
{
	blob_type(blob, "slab", STACKANNO_BTF_STRUCT, 2, 24);
	blob_member(blob, "flags", 2, 0);
	blob_member(blob, "", 5, 64);
	blob_type(blob, "", STACKANNO_BTF_UNION, 2, 16);
	blob_member(blob, "freelist", 2, 0);
	blob_member(blob, "", 6, 0);
	blob_type(blob, "", STACKANNO_BTF_STRUCT | 0x80, 3, 16);
	blob_member(blob, "inuse", 1, 16U << 24 | 64);
	blob_member(blob, "objects", 1, 15U << 24 | 80);
	blob_member(blob, "frozen", 1, 1U << 24 | 95);
}

TEST(members_are_found_by_name_also_in_what_has_none)
{
	struct stackanno_layout_member members[] = {
		{ .type = "slab", .name = "flags", .size = 8 },
		{ .type = "slab", .name = "freelist", .size = 8 },
		{ .type = "slab", .name = "inuse" },
		{ .type = "slab", .name = "objects" },
		{ .type = "slab", .name = "frozen" },
		{ .type = "slab", .name = "missing" },
		{ .type = "slab", .name = "flags", .size = 4 },
		{ .type = "other", .name = "flags" },
	};
	static const struct {
		bool found;
		u32 offset, shift, bits;
	} wanted[] = {
		{ true, 0, 0, 0 }, { true, 8, 0, 0 }, { true, 16, 0, 16 }, { true, 18, 0, 15 },
		{ true, 19, 7, 1 }, { false }, { false }, { false },
	};
	struct blob blob;
	u32 i;

	begin(&blob);
	put_slab(&blob);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	stackanno_layout_members(&blob.btf, members, ARRAY_SIZE(members));
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		EXPECT_EQ(wanted[i].found, members[i].found) {
			TH_LOG("%s", members[i].name);
		}
		if (!wanted[i].found)
			continue;
		EXPECT_EQ(wanted[i].offset, members[i].offset);
		EXPECT_EQ(wanted[i].shift, members[i].shift);
		EXPECT_EQ(wanted[i].bits, members[i].bits);
	}
	EXPECT_EQ(24U, stackanno_layout_size(&blob.btf, "slab"));
	EXPECT_EQ(0U, stackanno_layout_size(&blob.btf, "other"));
}

TEST(of_two_structs_that_differ_nothing_is_known)
{
	struct stackanno_layout_member members[] = {
		{ .type = "slab", .name = "flags", .size = 8 },
		{ .type = "slab", .name = "freelist", .size = 8 },
	};
	struct blob blob;

	begin(&blob);
	put_slab(&blob);
	blob_type(&blob, "slab", STACKANNO_BTF_STRUCT, 2, 32);
	blob_member(&blob, "flags", 2, 0);
	blob_member(&blob, "freelist", 2, 192);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	stackanno_layout_members(&blob.btf, members, ARRAY_SIZE(members));
	EXPECT_TRUE(members[0].found);
	EXPECT_FALSE(members[1].found);
	EXPECT_EQ(0U, stackanno_layout_size(&blob.btf, "slab"));
}

TEST(a_struct_in_itself_ends)
{
	struct stackanno_layout_member member = { .type = "ring", .name = "missing" };
	struct blob blob;

	begin(&blob);
	blob_type(&blob, "ring", STACKANNO_BTF_STRUCT, 2, 8);
	blob_member(&blob, "", 4, 0);
	blob_member(&blob, "", 4, 0);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	stackanno_layout_members(&blob.btf, &member, 1);
	EXPECT_FALSE(member.found);
}

TEST(constants_are_found_in_the_enum_of_that_name)
{
	struct stackanno_layout_constant constants[] = {
		{ .name = "PG_slab" }, { .name = "PG_other" } };
	struct blob blob;

	begin(&blob);
	put_slab(&blob);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	stackanno_layout_constants(&blob.btf, "pageflags", constants, 2);
	EXPECT_TRUE(constants[0].found);
	EXPECT_EQ(9, constants[0].value);
	EXPECT_FALSE(constants[1].found);
	stackanno_layout_constants(&blob.btf, "pagetype", constants, 2);
	EXPECT_FALSE(constants[0].found);
}

TEST(of_two_enums_no_constant_is_known)
{
	struct stackanno_layout_constant constant = { .name = "PG_slab" };
	struct blob blob;

	begin(&blob);
	blob_type(&blob, "pageflags", STACKANNO_BTF_ENUM, 1, 4);
	blob_parameter(&blob, "PG_slab", 7);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	stackanno_layout_constants(&blob.btf, "pageflags", &constant, 1);
	EXPECT_FALSE(constant.found);
}

static int read_bytes(const struct stackanno_source *memory, u64 address, void *to, u32 bytes)
{
	static const u8 content[] = { 0x34, 0x12, 0x05, 0x80 };

	(void)memory;
	if (address < 0x1000 || address - 0x1000 + bytes > sizeof(content))
		return -EFAULT;
	memcpy(to, content + (address - 0x1000), bytes);
	return 0;
}

TEST(values_are_read_where_they_lie)
{
	static const struct {
		struct stackanno_layout_member member;
		int ret;
		u64 value;
	} cases[] = {
		{ { .found = true, .size = 2 }, 0, 0x1234 },
		{ { .found = true, .offset = 2, .size = 2 }, 0, 0x8005 },
		{ { .found = true, .bits = 16 }, 0, 0x1234 },
		{ { .found = true, .offset = 2, .bits = 15 }, 0, 5 },
		{ { .found = true, .offset = 3, .shift = 7, .bits = 1 }, 0, 1 },
		{ { .found = true, .offset = 3, .size = 2 }, -EFAULT, 0 },
		{ { .found = false, .size = 2 }, -EINVAL, 0 },
		{ { .found = true, .size = 16 }, -EINVAL, 0 },
		{ { .found = true }, -EINVAL, 0 },
	};
	struct stackanno_source memory = { .read = read_bytes };
	u64 value;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		value = 0;
		EXPECT_EQ(cases[i].ret, stackanno_layout_read(&memory, 0x1000, &cases[i].member,
							      &value)) {
			TH_LOG("case %u", i);
		}
		if (!cases[i].ret)
			EXPECT_EQ(cases[i].value, value);
	}
}

TEST_HARNESS_MAIN
