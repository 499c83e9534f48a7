// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading BTF: blobs laid down by hand, and blobs that lie.
 */
#include <stdlib.h>

#include "blob.h"

#include "kselftest_harness.h"

static const char *print(const struct stackanno_btf *btf, u32 id)
{
	static char buf[64];
	struct stackanno_text text;

	stackanno_text_begin(&text, buf, sizeof(buf));
	stackanno_btf_print(btf, id, &text);
	return buf;
}

/* 1 int, 2 struct file, 3 its pointer, 4 const, 5 pointer to that, 6 int[4] */
static void make_kernel(struct blob *blob)
{
	blob_begin(blob);
	blob_type(blob, "int", STACKANNO_BTF_INT, 0, 4);
	blob_word(blob, 0x20 | 1 << 24);
	blob_type(blob, "file", STACKANNO_BTF_STRUCT, 3, 40);
	blob_member(blob, "f_mapping", 3, 64);
	blob_member(blob, "", 7, 128);
	blob_member(blob, "f_counts", 6, 192);
	blob_type(blob, "", STACKANNO_BTF_PTR, 0, 2);
	blob_type(blob, "", STACKANNO_BTF_CONST, 0, 2);
	blob_type(blob, "", STACKANNO_BTF_PTR, 0, 4);
	blob_type(blob, "", STACKANNO_BTF_ARRAY, 0, 0);
	blob_word(blob, 1);
	blob_word(blob, 1);
	blob_word(blob, 4);
	blob_type(blob, "", STACKANNO_BTF_UNION, 2, 8);	/* 7 */
	blob_member(blob, "whole", 3, 0);
	blob_member(blob, "half", 1, 0);
	blob_type(blob, "", STACKANNO_BTF_FUNC_PROTO, 3, 1);	/* 8 */
	blob_parameter(blob, "file", 5);
	blob_parameter(blob, "count", 1);
	blob_parameter(blob, "", 0);
	blob_type(blob, "vfs_read", STACKANNO_BTF_FUNC, 1, 8);	/* 9 */
	blob_type(blob, "abc", STACKANNO_BTF_FUNC, 0, 8);	/* 10 */
	blob_type(blob, "", STACKANNO_BTF_FUNC_PROTO, 0, 0);	/* 11 */
	blob_type(blob, "twice", STACKANNO_BTF_FUNC, 0, 8);	/* 12 */
	blob_type(blob, "twice", STACKANNO_BTF_FUNC, 0, 11);	/* 13 */
	blob_type(blob, "", STACKANNO_BTF_FUNC_PROTO, 3, 1);	/* 14 */
	blob_parameter(blob, "filp", 5);
	blob_parameter(blob, "count", 1);
	blob_parameter(blob, "", 0);
	blob_type(blob, "alike", STACKANNO_BTF_FUNC, 0, 8);
	blob_type(blob, "alike", STACKANNO_BTF_FUNC, 0, 14);
	blob_type(blob, "typed", STACKANNO_BTF_FUNC, 0, 1);
}

static struct blob kernel, module;

TEST(a_prototype_is_found_by_name)
{
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;

	make_kernel(&kernel);
	ASSERT_EQ(0, blob_open(&kernel, NULL));
	EXPECT_TRUE(kernel.btf.whole);
	ASSERT_EQ(0, stackanno_btf_function(&kernel.btf, "vfs_read", &prototype));
	EXPECT_EQ(2, prototype.parameters);
	EXPECT_TRUE(prototype.variadic);
	EXPECT_STREQ("int", print(&kernel.btf, prototype.result));
	ASSERT_EQ(0, stackanno_btf_parameter(&kernel.btf, &prototype, 0, &got));
	EXPECT_STREQ("file", got.name);
	EXPECT_STREQ("const struct file *", print(&kernel.btf, got.type));
	EXPECT_EQ(-ENOENT, stackanno_btf_parameter(&kernel.btf, &prototype, 2, &got));
	EXPECT_EQ(-ENOENT, stackanno_btf_function(&kernel.btf, "vfs_rea", &prototype));
	EXPECT_EQ(-ENOENT, stackanno_btf_function(&kernel.btf, "zzz", &prototype));
	EXPECT_EQ(-EINVAL, stackanno_btf_function(&kernel.btf, "typed", &prototype));
}

TEST(several_of_a_name_must_agree)
{
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;

	make_kernel(&kernel);
	ASSERT_EQ(0, blob_open(&kernel, NULL));
	EXPECT_EQ(-EEXIST, stackanno_btf_function(&kernel.btf, "twice", &prototype));
	ASSERT_EQ(0, stackanno_btf_function(&kernel.btf, "alike", &prototype));
	EXPECT_TRUE(prototype.unnamed);
	EXPECT_EQ(2, prototype.functions);
	ASSERT_EQ(0, stackanno_btf_parameter(&kernel.btf, &prototype, 0, &got));
	EXPECT_STREQ("", got.name);
	EXPECT_EQ(5, got.type);
}

TEST(a_module_builds_on_the_kernel)
{
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;
	u32 next;

	make_kernel(&kernel);
	ASSERT_EQ(0, blob_open(&kernel, NULL));
	next = 1 + kernel.btf.count;
	blob_begin(&module);
	module.first_string = kernel.strings;
	blob_type(&module, "mine", STACKANNO_BTF_STRUCT, 0, 8);
	blob_type(&module, "", STACKANNO_BTF_PTR, 0, next);
	blob_type(&module, "", STACKANNO_BTF_FUNC_PROTO, 2, 0);
	blob_parameter(&module, "own", next + 1);
	blob_parameter(&module, "file", 3);
	blob_type(&module, "peer_write", STACKANNO_BTF_FUNC, 0, next + 2);
	ASSERT_EQ(0, blob_open(&module, &kernel.btf));
	ASSERT_EQ(0, stackanno_btf_function(&module.btf, "peer_write", &prototype));
	ASSERT_EQ(0, stackanno_btf_parameter(&module.btf, &prototype, 0, &got));
	EXPECT_STREQ("own", got.name);
	EXPECT_STREQ("struct mine *", print(&module.btf, got.type));
	ASSERT_EQ(0, stackanno_btf_parameter(&module.btf, &prototype, 1, &got));
	EXPECT_STREQ("struct file *", print(&module.btf, got.type));
	EXPECT_STREQ("void", print(&module.btf, prototype.result));
}

TEST(a_kind_unknown_is_skipped_by_its_layout_or_ends_the_types)
{
	struct stackanno_btf_prototype prototype;
	u32 with;

	for (with = 0; with < 2; with++) {
		blob_begin(&kernel);
		blob_type(&kernel, "", STACKANNO_BTF_FUNC_PROTO, 0, 0);
		blob_type(&kernel, "first", STACKANNO_BTF_FUNC, 0, 1);
		blob_type(&kernel, "news", 100, 2, 0);
		blob_word(&kernel, 1);
		blob_word(&kernel, 2);
		blob_word(&kernel, 3);
		blob_type(&kernel, "second", STACKANNO_BTF_FUNC, 0, 1);
		if (with) {
			kernel.layouts = 101 * 4;
			kernel.layout[100 * 4] = 4;
			kernel.layout[100 * 4 + 1] = 4;
		}
		ASSERT_EQ(0, blob_open(&kernel, NULL));
		EXPECT_EQ(with, kernel.btf.whole);
		EXPECT_EQ(0, stackanno_btf_function(&kernel.btf, "first", &prototype));
		EXPECT_EQ(with ? 0 : -ENOENT,
			  stackanno_btf_function(&kernel.btf, "second", &prototype));
	}
}

TEST(types_that_go_in_circles_come_to_an_end)
{
	struct stackanno_btf_type got;

	blob_begin(&kernel);
	blob_type(&kernel, "round", STACKANNO_BTF_TYPEDEF, 0, 1);
	blob_type(&kernel, "", STACKANNO_BTF_ARRAY, 0, 0);
	blob_word(&kernel, 2);
	blob_word(&kernel, 0);
	blob_word(&kernel, 1);
	blob_type(&kernel, "self", STACKANNO_BTF_STRUCT, 1, 8);
	blob_member(&kernel, "again", 3, 0);
	blob_type(&kernel, "", STACKANNO_BTF_PTR, 0, 4);
	blob_type(&kernel, "", STACKANNO_BTF_PTR, 0, 0x7fffffff);
	ASSERT_EQ(0, blob_open(&kernel, NULL));
	EXPECT_EQ(-ELOOP, stackanno_btf_strip(&kernel.btf, 1, &got));
	EXPECT_EQ(0, stackanno_btf_size(&kernel.btf, 2));
	EXPECT_STREQ("?", print(&kernel.btf, 4));
	EXPECT_STREQ("?", print(&kernel.btf, 5));
	EXPECT_STREQ("?", print(&kernel.btf, 77));
}

TEST(what_is_no_btf_is_refused)
{
	u32 size, words;

	make_kernel(&kernel);
	size = blob_finish(&kernel);
	EXPECT_EQ(0, stackanno_btf_measure(kernel.bytes, size, &words));
	EXPECT_EQ(-ENOSPC, stackanno_btf_open(kernel.bytes, size, NULL, kernel.memory,
					      words - 1, &kernel.btf));
	EXPECT_EQ(-EINVAL, stackanno_btf_measure(NULL, 0, &words));
	EXPECT_EQ(-EINVAL, stackanno_btf_measure(kernel.bytes, 23, &words));
	EXPECT_EQ(-EINVAL, stackanno_btf_measure(kernel.bytes, size - 1, &words));
	kernel.bytes[size - 1] = 'x';
	EXPECT_EQ(-EINVAL, stackanno_btf_measure(kernel.bytes, size, &words));
	kernel.bytes[size - 1] = '\0';
	kernel.bytes[4] = 23;
	EXPECT_EQ(-EINVAL, stackanno_btf_measure(kernel.bytes, size, &words));
	kernel.bytes[4] = 24;
	kernel.bytes[0] = 0;
	EXPECT_EQ(-EINVAL, stackanno_btf_measure(kernel.bytes, size, &words));
}

static void look_at_all(struct __test_metadata *_metadata, const struct stackanno_btf *btf)
{
	static const char * const names[] = { "vfs_read", "twice", "alike", "" };
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;
	struct stackanno_btf_member part;
	struct stackanno_btf_type found;
	u32 id, i;

	for (id = 0; id < btf->count + 2; id++) {
		EXPECT_GT(64, strlen(print(btf, id)));
		if (stackanno_btf_type(btf, id, &found))
			continue;
		for (i = 0; i < 8 && !stackanno_btf_member(btf, &found, i, &part); i++)
			EXPECT_GT(512, strlen(part.name));
	}
	for (id = 0; id < ARRAY_SIZE(names); id++)
		if (!stackanno_btf_function(btf, names[id], &prototype))
			for (i = 0; !stackanno_btf_parameter(btf, &prototype, i, &got); i++)
				EXPECT_GT(512, strlen(got.name));
}

/* Under the sanitizers: whatever the bytes are, nothing outside them is read. */
TEST(garbage_is_survived)
{
	u32 size, round, i, words, *memory;
	u8 *copy;

	make_kernel(&kernel);
	size = blob_finish(&kernel);
	srand(1);
	for (round = 0; round < 2000; round++) {
		copy = malloc(size);
		ASSERT_NE(NULL, copy);
		memcpy(copy, kernel.bytes, size);
		for (i = 0; i < 1 + round % 8; i++)
			copy[8 + rand() % (size - 8)] = (u8)rand();
		if (!stackanno_btf_measure(copy, size, &words)) {
			memory = calloc(words + 1, sizeof(u32));
			ASSERT_NE(NULL, memory);
			ASSERT_EQ(0, stackanno_btf_open(copy, size, NULL, memory, words,
							&kernel.btf));
			look_at_all(_metadata, &kernel.btf);
			free(memory);
		}
		free(copy);
	}
}

TEST_HARNESS_MAIN
