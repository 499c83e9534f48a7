// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading BTF: blobs laid down by hand, and blobs that lie.
 */
#include <stdlib.h>

#include "core/btf.h"

#include "kselftest_harness.h"

#define WORDS 256

struct blob {
	u8 bytes[2048];
	u32 types, strings;	/* bytes of each so far */
	u8 type[1024];
	char string[512];
	u8 layout[128 * 4];
	u32 layouts;
	u32 memory[WORDS];
	struct stackanno_btf btf;
	u32 first_string;
};

static void put(struct blob *blob, u32 word)
{
	memcpy(blob->type + blob->types, &word, sizeof(word));
	blob->types += sizeof(word);
}

static u32 name(struct blob *blob, const char *text)
{
	u32 at = blob->strings;

	if (!*text)
		return 0;
	memcpy(blob->string + at, text, strlen(text) + 1);
	blob->strings += (u32)strlen(text) + 1;
	return blob->first_string + at;
}

static void type(struct blob *blob, const char *text, u32 kind, u32 vlen, u32 size)
{
	put(blob, name(blob, text));
	put(blob, kind << 24 | vlen);
	put(blob, size);
}

static void member(struct blob *blob, const char *text, u32 id, u32 bit)
{
	put(blob, name(blob, text));
	put(blob, id);
	put(blob, bit);
}

static void parameter(struct blob *blob, const char *text, u32 id)
{
	put(blob, name(blob, text));
	put(blob, id);
}

static void begin(struct blob *blob)
{
	memset(blob, 0, sizeof(*blob));
	blob->strings = 1;
}

/* Return: bytes of the whole. */
static u32 finish(struct blob *blob)
{
	u32 header = blob->layouts ? 32 : 24;
	u32 words[8] = { 0x0001eb9f, header, 0, blob->types, blob->types, blob->strings,
			 blob->types + blob->strings, blob->layouts };

	memcpy(blob->bytes, words, header);
	memcpy(blob->bytes + header, blob->type, blob->types);
	memcpy(blob->bytes + header + blob->types, blob->string, blob->strings);
	memcpy(blob->bytes + header + blob->types + blob->strings, blob->layout, blob->layouts);
	return header + blob->types + blob->strings + blob->layouts;
}

static int open_blob(struct blob *blob, const struct stackanno_btf *base)
{
	return stackanno_btf_open(blob->bytes, finish(blob), base, blob->memory, WORDS,
				  &blob->btf);
}

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
	begin(blob);
	type(blob, "int", STACKANNO_BTF_INT, 0, 4);
	put(blob, 0x20 | 1 << 24);
	type(blob, "file", STACKANNO_BTF_STRUCT, 3, 40);
	member(blob, "f_mapping", 3, 64);
	member(blob, "", 7, 128);
	member(blob, "f_counts", 6, 192);
	type(blob, "", STACKANNO_BTF_PTR, 0, 2);
	type(blob, "", STACKANNO_BTF_CONST, 0, 2);
	type(blob, "", STACKANNO_BTF_PTR, 0, 4);
	type(blob, "", STACKANNO_BTF_ARRAY, 0, 0);
	put(blob, 1);
	put(blob, 1);
	put(blob, 4);
	type(blob, "", STACKANNO_BTF_UNION, 2, 8);	/* 7 */
	member(blob, "whole", 3, 0);
	member(blob, "half", 1, 0);
	type(blob, "", STACKANNO_BTF_FUNC_PROTO, 3, 1);	/* 8 */
	parameter(blob, "file", 5);
	parameter(blob, "count", 1);
	parameter(blob, "", 0);
	type(blob, "vfs_read", STACKANNO_BTF_FUNC, 1, 8);	/* 9 */
	type(blob, "abc", STACKANNO_BTF_FUNC, 0, 8);	/* 10 */
	type(blob, "", STACKANNO_BTF_FUNC_PROTO, 0, 0);	/* 11 */
	type(blob, "twice", STACKANNO_BTF_FUNC, 0, 8);	/* 12 */
	type(blob, "twice", STACKANNO_BTF_FUNC, 0, 11);	/* 13 */
	type(blob, "", STACKANNO_BTF_FUNC_PROTO, 3, 1);	/* 14 */
	parameter(blob, "filp", 5);
	parameter(blob, "count", 1);
	parameter(blob, "", 0);
	type(blob, "alike", STACKANNO_BTF_FUNC, 0, 8);
	type(blob, "alike", STACKANNO_BTF_FUNC, 0, 14);
	type(blob, "typed", STACKANNO_BTF_FUNC, 0, 1);
}

static struct blob kernel, module;

TEST(a_prototype_is_found_by_name)
{
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;

	make_kernel(&kernel);
	ASSERT_EQ(0, open_blob(&kernel, NULL));
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
	ASSERT_EQ(0, open_blob(&kernel, NULL));
	EXPECT_EQ(-EEXIST, stackanno_btf_function(&kernel.btf, "twice", &prototype));
	ASSERT_EQ(0, stackanno_btf_function(&kernel.btf, "alike", &prototype));
	EXPECT_TRUE(prototype.unnamed);
	EXPECT_EQ(2, prototype.functions);
	ASSERT_EQ(0, stackanno_btf_parameter(&kernel.btf, &prototype, 0, &got));
	EXPECT_STREQ("", got.name);
	EXPECT_EQ(5, got.type);
}

TEST(an_offset_leads_to_a_member)
{
	struct stackanno_btf_path path;

	make_kernel(&kernel);
	ASSERT_EQ(0, open_blob(&kernel, NULL));
	EXPECT_EQ(16, stackanno_btf_size(&kernel.btf, 6));
	ASSERT_EQ(0, stackanno_btf_find(&kernel.btf, 2, 8, 8, &path));
	ASSERT_EQ(1, path.steps);
	EXPECT_STREQ("f_mapping", path.step[0].name);
	/* Through the union that has no name, to the member of that size. */
	ASSERT_EQ(0, stackanno_btf_find(&kernel.btf, 2, 16, 4, &path));
	ASSERT_EQ(2, path.steps);
	EXPECT_STREQ("", path.step[0].name);
	EXPECT_STREQ("half", path.step[1].name);
	ASSERT_EQ(0, stackanno_btf_find(&kernel.btf, 2, 32, 4, &path));
	ASSERT_EQ(2, path.steps);
	EXPECT_STREQ("f_counts", path.step[0].name);
	EXPECT_EQ(NULL, path.step[1].name);
	EXPECT_EQ(2, path.step[1].index);
	EXPECT_EQ(-ENOENT, stackanno_btf_find(&kernel.btf, 2, 33, 4, &path));
	EXPECT_EQ(-ENOENT, stackanno_btf_find(&kernel.btf, 2, 0, 8, &path));
	EXPECT_EQ(-ENOENT, stackanno_btf_find(&kernel.btf, 2, 400, 8, &path));
	EXPECT_EQ(-ENOENT, stackanno_btf_find(&kernel.btf, 1, 0, 4, &path));
}

TEST(a_module_builds_on_the_kernel)
{
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter got;
	u32 next;

	make_kernel(&kernel);
	ASSERT_EQ(0, open_blob(&kernel, NULL));
	next = 1 + kernel.btf.count;
	begin(&module);
	module.first_string = kernel.strings;
	type(&module, "mine", STACKANNO_BTF_STRUCT, 0, 8);
	type(&module, "", STACKANNO_BTF_PTR, 0, next);
	type(&module, "", STACKANNO_BTF_FUNC_PROTO, 2, 0);
	parameter(&module, "own", next + 1);
	parameter(&module, "file", 3);
	type(&module, "peer_write", STACKANNO_BTF_FUNC, 0, next + 2);
	ASSERT_EQ(0, open_blob(&module, &kernel.btf));
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
		begin(&kernel);
		type(&kernel, "", STACKANNO_BTF_FUNC_PROTO, 0, 0);
		type(&kernel, "first", STACKANNO_BTF_FUNC, 0, 1);
		type(&kernel, "news", 100, 2, 0);
		put(&kernel, 1);
		put(&kernel, 2);
		put(&kernel, 3);
		type(&kernel, "second", STACKANNO_BTF_FUNC, 0, 1);
		if (with) {
			kernel.layouts = 101 * 4;
			kernel.layout[100 * 4] = 4;
			kernel.layout[100 * 4 + 1] = 4;
		}
		ASSERT_EQ(0, open_blob(&kernel, NULL));
		EXPECT_EQ(with, kernel.btf.whole);
		EXPECT_EQ(0, stackanno_btf_function(&kernel.btf, "first", &prototype));
		EXPECT_EQ(with ? 0 : -ENOENT,
			  stackanno_btf_function(&kernel.btf, "second", &prototype));
	}
}

TEST(types_that_go_in_circles_come_to_an_end)
{
	struct stackanno_btf_path path;
	struct stackanno_btf_type got;

	begin(&kernel);
	type(&kernel, "round", STACKANNO_BTF_TYPEDEF, 0, 1);
	type(&kernel, "", STACKANNO_BTF_ARRAY, 0, 0);
	put(&kernel, 2);
	put(&kernel, 0);
	put(&kernel, 1);
	type(&kernel, "self", STACKANNO_BTF_STRUCT, 1, 8);
	member(&kernel, "again", 3, 0);
	type(&kernel, "", STACKANNO_BTF_PTR, 0, 4);
	type(&kernel, "", STACKANNO_BTF_PTR, 0, 0x7fffffff);
	ASSERT_EQ(0, open_blob(&kernel, NULL));
	EXPECT_EQ(-ELOOP, stackanno_btf_strip(&kernel.btf, 1, &got));
	EXPECT_EQ(0, stackanno_btf_size(&kernel.btf, 2));
	EXPECT_EQ(-ELOOP, stackanno_btf_find(&kernel.btf, 3, 0, 8, &path));
	EXPECT_STREQ("?", print(&kernel.btf, 4));
	EXPECT_STREQ("?", print(&kernel.btf, 5));
	EXPECT_STREQ("?", print(&kernel.btf, 77));
}

TEST(what_is_no_btf_is_refused)
{
	u32 size, words;

	make_kernel(&kernel);
	size = finish(&kernel);
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
	struct stackanno_btf_path path;
	u32 id, i;

	for (id = 0; id < btf->count + 2; id++) {
		stackanno_btf_find(btf, id, 8, 8, &path);
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
	size = finish(&kernel);
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
