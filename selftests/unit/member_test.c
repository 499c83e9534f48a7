// SPDX-License-Identifier: GPL-2.0-only
/*
 * Members by offset and by name: structs laid down by hand.
 */
#include "core/member.h"
#include "blob.h"

#include "kselftest_harness.h"

/* Ids of the types, in the order in which make() lays them down. */
enum {
	INT = 1, LONG, CHAR, FILE_STRUCT, FILE_POINTER, NAME, PATH, EITHER, UNNAMED, LISTS, PAIR,
	TAIL, SMALL, CONST_FILE
};

static void make(struct blob *blob)
{
	blob_begin(blob);
	blob_type(blob, "int", STACKANNO_BTF_INT, 0, 4);
	blob_word(blob, 0x20 | 1 << 24);
	blob_type(blob, "long", STACKANNO_BTF_INT, 0, 8);
	blob_word(blob, 0x40 | 1 << 24);
	blob_type(blob, "char", STACKANNO_BTF_INT, 0, 1);
	blob_word(blob, 0x08 | 1 << 24);
	blob_type(blob, "file", STACKANNO_BTF_STRUCT, 7, 104);
	blob_member(blob, "f_mapping", FILE_POINTER, 64 * 0);
	blob_member(blob, "f_path", PATH, 64 * 1);
	blob_member(blob, "", UNNAMED, 64 * 3);
	blob_member(blob, "f_name", NAME, 64 * 4);
	blob_member(blob, "f_lists", LISTS, 64 * 6);
	blob_member(blob, "f_either", EITHER, 64 * 10);
	blob_member(blob, "f_tail", TAIL, 64 * 13);
	blob_type(blob, "", STACKANNO_BTF_PTR, 0, FILE_STRUCT);
	blob_type(blob, "", STACKANNO_BTF_ARRAY, 0, 0);	/* char[16] */
	blob_word(blob, CHAR);
	blob_word(blob, INT);
	blob_word(blob, 16);
	blob_type(blob, "path", STACKANNO_BTF_STRUCT, 2, 16);
	blob_member(blob, "mnt", FILE_POINTER, 0);
	blob_member(blob, "dentry", FILE_POINTER, 64);
	blob_type(blob, "either", STACKANNO_BTF_UNION, 3, 16);
	blob_member(blob, "ints", SMALL, 0);
	blob_member(blob, "whole", LONG, 0);
	blob_member(blob, "pair", PATH, 0);
	blob_type(blob, "", STACKANNO_BTF_UNION, 2, 8);
	blob_member(blob, "half", INT, 0);
	blob_member(blob, "full", LONG, 0);
	blob_type(blob, "", STACKANNO_BTF_ARRAY, 0, 0);	/* struct path[2] */
	blob_word(blob, PATH);
	blob_word(blob, INT);
	blob_word(blob, 2);
	/* Bit fields: bits 0 to 3 and 8 to 15. */
	blob_word(blob, 0);
	blob_word(blob, STACKANNO_BTF_STRUCT << 24 | 1U << 31 | 3);
	blob_word(blob, 8);
	blob_member(blob, "low", INT, 4 << 24 | 0);
	blob_member(blob, "high", INT, 8 << 24 | 8);
	blob_member(blob, "plain", INT, 32);
	blob_type(blob, "", STACKANNO_BTF_ARRAY, 0, 0);	/* long[] */
	blob_word(blob, LONG);
	blob_word(blob, INT);
	blob_word(blob, 0);
	blob_type(blob, "small", STACKANNO_BTF_STRUCT, 2, 8);
	blob_member(blob, "one", INT, 0);
	blob_member(blob, "two", INT, 32);
	blob_type(blob, "", STACKANNO_BTF_CONST, 0, FILE_STRUCT);
}

static const struct {
	u32 type, offset, size;
	const char *path;	/* NULL: none */
	u32 ends;
} accesses[] = {
	{ FILE_STRUCT, 0, 8, "f_mapping", FILE_POINTER },
	{ CONST_FILE, 0, 8, "f_mapping", FILE_POINTER },
	{ FILE_STRUCT, 16, 8, "f_path.dentry", FILE_POINTER },
	{ FILE_STRUCT, 24, 4, "half", INT },
	{ FILE_STRUCT, 24, 8, "full", LONG },
	{ FILE_STRUCT, 35, 1, "f_name[3]", CHAR },
	{ FILE_STRUCT, 48 + 24, 8, "f_lists[1].dentry", FILE_POINTER },
	/* The first that fits, not the first that is there. */
	{ FILE_STRUCT, 80, 8, "f_either.whole", LONG },
	{ FILE_STRUCT, 84, 4, "f_either.ints.two", INT },
	{ FILE_STRUCT, 88, 8, "f_either.pair.dentry", FILE_POINTER },
	{ FILE_STRUCT, 104 + 16, 8, "f_tail[2]", LONG },
	/* Parts, several, between, behind; what is no struct. */
	{ FILE_STRUCT, 0, 4, NULL, 0 },
	{ FILE_STRUCT, 1, 1, NULL, 0 },
	{ FILE_STRUCT, 8, 16, NULL, 0 },
	{ FILE_STRUCT, 32, 8, NULL, 0 },
	{ FILE_STRUCT, 108, 8, NULL, 0 },
	{ PATH, 16, 8, NULL, 0 },
	{ INT, 0, 4, NULL, 0 },
	{ 99, 0, 4, NULL, 0 },
	{ PAIR, 0, 4, NULL, 0 },
	{ PAIR, 1, 1, NULL, 0 },
	{ PAIR, 4, 4, "plain", INT },
	/* Addresses: of the outermost that begins there and has a name. */
	{ FILE_STRUCT, 8, 0, "f_path", PATH },
	{ FILE_STRUCT, 16, 0, "f_path.dentry", FILE_POINTER },
	{ FILE_STRUCT, 24, 0, "half", INT },
	{ FILE_STRUCT, 48, 0, "f_lists", LISTS },
	{ FILE_STRUCT, 64, 0, "f_lists[1]", PATH },
	{ FILE_STRUCT, 104, 0, "f_tail", TAIL },
	{ FILE_STRUCT, 112, 0, "f_tail[1]", LONG },
	{ FILE_STRUCT, 17, 0, NULL, 0 },
};

static struct blob blob;

TEST(an_access_leads_to_the_member_of_its_offset_and_size)
{
	struct stackanno_member_path path;
	struct stackanno_text text;
	char buf[64];
	u32 i;
	int ret;

	make(&blob);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	for (i = 0; i < ARRAY_SIZE(accesses); i++) {
		ret = stackanno_member_find(&blob.btf, accesses[i].type, accesses[i].offset,
					    accesses[i].size, &path);
		EXPECT_EQ(accesses[i].path ? 0 : -ENOENT, ret) {
			TH_LOG("access %u", i);
		}
		if (ret || !accesses[i].path)
			continue;
		stackanno_text_begin(&text, buf, sizeof(buf));
		stackanno_member_print(&path, &text);
		EXPECT_STREQ(accesses[i].path, buf);
		EXPECT_EQ(accesses[i].ends, path.type);
	}
}

TEST(a_member_is_found_by_its_name)
{
	u32 offset, type;

	make(&blob);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	ASSERT_EQ(0, stackanno_member_named(&blob.btf, FILE_STRUCT, "f_name", &offset, &type));
	EXPECT_EQ(32, offset);
	EXPECT_EQ(NAME, type);
	/* Through what has no name, and on behind it. */
	ASSERT_EQ(0, stackanno_member_named(&blob.btf, CONST_FILE, "full", &offset, &type));
	EXPECT_EQ(24, offset);
	ASSERT_EQ(0, stackanno_member_named(&blob.btf, FILE_STRUCT, "f_tail", &offset, &type));
	EXPECT_EQ(104, offset);
	EXPECT_EQ(-ENOENT, stackanno_member_named(&blob.btf, FILE_STRUCT, "mnt", &offset, &type));
	EXPECT_EQ(-ENOENT, stackanno_member_named(&blob.btf, PAIR, "low", &offset, &type));
	EXPECT_EQ(-ENOENT, stackanno_member_named(&blob.btf, INT, "int", &offset, &type));
}

/* Two unions that hold each other, many times over: no way ends, and all of them branch. */
TEST(a_search_is_bounded)
{
	struct stackanno_member_path path;
	u32 offset, type, i;

	blob_begin(&blob);
	blob_type(&blob, "a", STACKANNO_BTF_UNION, 30, 8);
	for (i = 0; i < 30; i++)
		blob_member(&blob, "", 2, 0);
	blob_type(&blob, "b", STACKANNO_BTF_UNION, 30, 8);
	for (i = 0; i < 30; i++)
		blob_member(&blob, "", 1, 0);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	EXPECT_EQ(-E2BIG, stackanno_member_find(&blob.btf, 1, 0, 4, &path));
	EXPECT_EQ(-ENOENT, stackanno_member_named(&blob.btf, 1, "x", &offset, &type));
}

TEST_HARNESS_MAIN
