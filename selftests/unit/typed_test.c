// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is told of objects: a kernel's types laid down by hand, and a memory of them.
 */
#include <stdio.h>

#include "core/typed.h"
#include "blob.h"

#include "kselftest_harness.h"

#define BASE 0xff11000000000000ULL

/* Ids of the types, in the order in which make() lays them down. */
enum {
	INT = 1, CHAR, CHAR_POINTER, COMM, TASK, TASK_POINTER, QSTR, DENTRY, DENTRY_POINTER,
	SUPER, SUPER_POINTER, PATH, FILE_STRUCT, FILE_POINTER, COUNTER, MUTEX, MUTEX_POINTER,
	SHORT, BUFF, BUFF_POINTER, LONG, VOID_POINTER, CONST_CHAR, CONST_POINTER
};

/* Where the members lie. */
enum { PARENT = 8, NAME = 24, SB = 32, ID = 8, DENTRY_AT = 16, PID = 4, OWNER = 0 };

static struct blob blob;
static struct stackanno_typed typed;
static u8 bytes[4096];

static void make_files(void)
{
	blob_type(&blob, "qstr", STACKANNO_BTF_STRUCT, 1, 16);
	blob_member(&blob, "name", CHAR_POINTER, 64);
	blob_type(&blob, "dentry", STACKANNO_BTF_STRUCT, 3, 40);
	blob_member(&blob, "d_parent", DENTRY_POINTER, PARENT * 8);
	blob_member(&blob, "d_name", QSTR, (NAME - 8) * 8);
	blob_member(&blob, "d_sb", SUPER_POINTER, SB * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, DENTRY);
	blob_type(&blob, "super_block", STACKANNO_BTF_STRUCT, 1, 24);
	blob_member(&blob, "s_id", COMM, ID * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, SUPER);
	blob_type(&blob, "path", STACKANNO_BTF_STRUCT, 1, 16);
	blob_member(&blob, "dentry", DENTRY_POINTER, 64);
	blob_type(&blob, "file", STACKANNO_BTF_STRUCT, 1, 32);
	blob_member(&blob, "f_path", PATH, (DENTRY_AT - 8) * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, FILE_STRUCT);
}

static void make(void)
{
	blob_begin(&blob);
	blob_type(&blob, "int", STACKANNO_BTF_INT, 0, 4);
	blob_word(&blob, 0x20 | 1 << 24);
	blob_type(&blob, "char", STACKANNO_BTF_INT, 0, 1);
	blob_word(&blob, 0x08 | 1 << 24);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, CHAR);
	blob_type(&blob, "", STACKANNO_BTF_ARRAY, 0, 0);
	blob_word(&blob, CHAR);
	blob_word(&blob, INT);
	blob_word(&blob, 16);
	blob_type(&blob, "task_struct", STACKANNO_BTF_STRUCT, 2, 32);
	blob_member(&blob, "pid", INT, PID * 8);
	blob_member(&blob, "comm", COMM, 8 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, TASK);
	make_files();
	blob_type(&blob, "", STACKANNO_BTF_STRUCT, 1, 8);
	blob_member(&blob, "counter", LONG, 0);
	blob_type(&blob, "mutex", STACKANNO_BTF_STRUCT, 1, 8);
	blob_member(&blob, "owner", COUNTER, OWNER * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, MUTEX);
	blob_type(&blob, "short", STACKANNO_BTF_INT, 0, 2);
	blob_word(&blob, 16);
	blob_type(&blob, "sk_buff", STACKANNO_BTF_STRUCT, 2, 8);
	blob_member(&blob, "len", INT, 0);
	blob_member(&blob, "protocol", SHORT, 32);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, BUFF);
	blob_type(&blob, "long", STACKANNO_BTF_INT, 0, 8);
	blob_word(&blob, 0x40 | 1 << 24);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, 0);
	blob_type(&blob, "", STACKANNO_BTF_CONST, 0, CHAR);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, CONST_CHAR);
}

static bool read_bytes(struct stackanno_memory *memory, u64 address, void *buf, u32 len)
{
	if (address < BASE || address + len > BASE + sizeof(bytes))
		return false;
	memcpy(buf, bytes + (address - BASE), len);
	return true;
}

static void set_word(u32 at, u64 word)
{
	memcpy(bytes + at, &word, sizeof(word));
}

static void set_text(u32 at, const char *text)
{
	memcpy(bytes + at, text, strlen(text) + 1);
}

/* A dentry at @at, whose name lies behind it. */
static void set_dentry(u32 at, u32 parent, const char *name)
{
	set_word(at + PARENT, BASE + parent);
	set_word(at + NAME, BASE + at + 48);
	set_word(at + SB, BASE + 0x800);
	set_text(at + 48, name);
}

static const char *print(u32 id, u64 value, u32 room)
{
	static char buf[1024];
	struct stackanno_memory memory = { .read = read_bytes };
	struct stackanno_text text;

	stackanno_text_begin(&text, buf, room);
	stackanno_text_string(&text, "x");
	stackanno_typed_print(&typed, &blob.btf, id, value, &memory, &text);
	return buf;
}

FIXTURE(objects) {
	u32 found;
};

FIXTURE_SETUP(objects)
{
	u32 i;

	make();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	self->found = stackanno_typed_resolve(&blob.btf, &typed);
	memset(bytes, 0, sizeof(bytes));
	set_text(0x808, "vda1");
	set_dentry(0x000, 0x000, "/");
	set_dentry(0x100, 0x000, "etc");
	set_dentry(0x200, 0x100, "pass\"wd\n");
	set_word(0x300 + DENTRY_AT, BASE + 0x200);
	set_word(0x400, 42ULL << 32);
	set_text(0x408, "a \x03 b");
	set_word(0x500, 152ULL << 32);
	set_text(0x508, "sh");
	set_text(0x600, "eth0");
	for (i = 0; i < 100; i++)
		bytes[0x700 + i] = 'x';
}

FIXTURE_TEARDOWN(objects)
{
}

TEST_F(objects, they_are_told_by_their_types)
{
	EXPECT_EQ(7, self->found);
	EXPECT_STREQ("x {path=\"/etc/pass'wd\n\", sb=\"vda1\"}",
		     print(FILE_POINTER, BASE + 0x300, 999));
	EXPECT_STREQ("x {path=\"/etc\", sb=\"vda1\"}", print(DENTRY_POINTER, BASE + 0x100, 999));
	EXPECT_STREQ("x {path=\"/\", sb=\"vda1\"}", print(DENTRY_POINTER, BASE, 999));
	EXPECT_STREQ("x {id=\"vda1\"}", print(SUPER_POINTER, BASE + 0x800, 999));
	EXPECT_STREQ("x {comm=\"sh\", pid=152}", print(TASK_POINTER, BASE + 0x500, 999));
	EXPECT_STREQ("x {\"eth0\"}", print(CHAR_POINTER, BASE + 0x600, 999));
	EXPECT_STREQ("x {\"th0\"}", print(CONST_POINTER, BASE + 0x601, 999));
	EXPECT_STREQ("x {\"\"}", print(CHAR_POINTER, BASE + 0x680, 999));
	EXPECT_STREQ("x {\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\"}",
		     print(CHAR_POINTER, BASE + 0x700, 999));
	set_word(0x900, 60 | 0x0008ULL << 32);
	EXPECT_STREQ("x {len=60, protocol=0x800}", print(BUFF_POINTER, BASE + 0x900, 999));
}

TEST_F(objects, a_lock_has_an_owner)
{
	EXPECT_STREQ("x {owner=none}", print(MUTEX_POINTER, BASE + 0xa00, 999));
	set_word(0xa00, (BASE + 0x500) | 3);
	EXPECT_STREQ("x {owner=152, comm=\"sh\"}", print(MUTEX_POINTER, BASE + 0xa00, 999));
	set_word(0xa00, 1);
	EXPECT_STREQ("x {owner=readers}", print(MUTEX_POINTER, BASE + 0xa00, 999));
}

TEST_F(objects, what_is_none_is_not_told)
{
	/* Not there; not all of it; no text; no pid; another type; nothing. */
	EXPECT_STREQ("x", print(FILE_POINTER, 0, 999));
	EXPECT_STREQ("x", print(FILE_POINTER, BASE + sizeof(bytes) - 8, 999));
	EXPECT_STREQ("x", print(FILE_POINTER, BASE + 0x500, 999));
	EXPECT_STREQ("x", print(TASK_POINTER, BASE + 0x400, 999));
	EXPECT_STREQ("x", print(CHAR_POINTER, BASE + 0x408, 999));
	set_word(0xa00, BASE + 0x808);
	EXPECT_STREQ("x", print(MUTEX_POINTER, BASE + 0xa00, 999));
	set_word(0x500, 0x7fffffffULL << 32);
	EXPECT_STREQ("x", print(TASK_POINTER, BASE + 0x500, 999));
	EXPECT_STREQ("x", print(VOID_POINTER, BASE + 0x300, 999));
	EXPECT_STREQ("x", print(FILE_STRUCT, BASE + 0x300, 999));
	EXPECT_STREQ("x", print(99, BASE + 0x300, 999));
	/* What is cut could not be taken back. */
	EXPECT_STREQ("x", print(FILE_POINTER, BASE + 0x300, 100));
}

TEST_F(objects, a_path_without_end_ends)
{
	u32 i;

	set_dentry(0x100, 0x200, "a");
	set_dentry(0x200, 0x100, "b");
	EXPECT_STREQ("x {path=\".../a/b/a/b/a/b/a/b/a/b/a/b/a/b/a/b\", sb=\"vda1\"}",
		     print(DENTRY_POINTER, BASE + 0x200, 999));
	for (i = 0; i < 39; i++)
		bytes[0x100 + 48 + i] = 'c';
	EXPECT_GT(200, strlen(print(DENTRY_POINTER, BASE + 0x200, 999)));
	EXPECT_NE(NULL, strstr(print(DENTRY_POINTER, BASE + 0x200, 999), "ccc/...\""));
}

/* A module may have a struct of the name of the kernel's. */
TEST_F(objects, only_the_kernels_own_are_told)
{
	static struct blob module;
	struct stackanno_memory memory = { .read = read_bytes };
	struct stackanno_text text;
	char buf[512];
	u32 next = 1 + blob.btf.count, i;

	blob_begin(&module);
	module.first_string = blob.strings;
	blob_type(&module, "task_struct", STACKANNO_BTF_STRUCT, 0, 32);
	blob_type(&module, "", STACKANNO_BTF_PTR, 0, next);
	blob_type(&module, "", STACKANNO_BTF_PTR, 0, TASK);
	ASSERT_EQ(0, blob_open(&module, &blob.btf));
	for (i = 1; i <= 2; i++) {
		stackanno_text_begin(&text, buf, sizeof(buf));
		stackanno_typed_print(&typed, &module.btf, next + i, BASE + 0x500, &memory, &text);
		EXPECT_STREQ(i == 1 ? "" : " {comm=\"sh\", pid=152}", buf);
	}
}

TEST(several_of_a_name_are_none)
{
	make();
	blob_type(&blob, "file", STACKANNO_BTF_STRUCT, 0, 8);
	ASSERT_EQ(0, blob_open(&blob, NULL));
	EXPECT_EQ(6, stackanno_typed_resolve(&blob.btf, &typed));
}

TEST_HARNESS_MAIN
