// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chains of loads: out of code, into C, and made again.
 */
#include "core/expression.h"
#include "core/parameter.h"
#include "uapi/stackanno.h"
#include "blob.h"
#include "world.h"

#include "kselftest_harness.h"

enum reg { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

/* Ids of the types, in the order in which make() lays them down. */
enum {
	INT = 1, INODE, INODE_POINTER, FILE_STRUCT, FILE_POINTER, PATH, VOID_POINTER, SUPER,
	SUPER_POINTER, FILES, TASK
};

static struct blob blob;

static void make(void)
{
	blob_begin(&blob);
	blob_type(&blob, "int", STACKANNO_BTF_INT, 0, 4);
	blob_word(&blob, 0x20 | 1 << 24);
	blob_type(&blob, "inode", STACKANNO_BTF_STRUCT, 2, 48);
	blob_member(&blob, "i_mode", INT, 0);
	blob_member(&blob, "i_sb", SUPER_POINTER, 40 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, INODE);
	blob_type(&blob, "file", STACKANNO_BTF_STRUCT, 3, 40);
	blob_member(&blob, "f_path", PATH, 8 * 8);
	blob_member(&blob, "f_inode", INODE_POINTER, 24 * 8);
	blob_member(&blob, "private", VOID_POINTER, 32 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, FILE_STRUCT);
	blob_type(&blob, "path", STACKANNO_BTF_STRUCT, 2, 16);
	blob_member(&blob, "mnt", VOID_POINTER, 0);
	blob_member(&blob, "dentry", VOID_POINTER, 64);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, 0);
	blob_type(&blob, "super", STACKANNO_BTF_STRUCT, 1, 64);
	blob_member(&blob, "s_op", VOID_POINTER, 48 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, SUPER);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, FILE_POINTER);
	blob_type(&blob, "task_struct", STACKANNO_BTF_STRUCT, 1, 64);
	blob_member(&blob, "file", FILE_POINTER, 16 * 8);
}

static struct stackanno_flow flow;
static struct world world;

/* The expression of rbx behind the call that ends @code. */
static int trace(const char *code, struct stackanno_expression *expression)
{
	const struct stackanno_flow_state *state;
	const struct world_code body = { .body = code };

	if (world_run(&world, &body, &flow))
		return -EIO;
	state = stackanno_flow_at(&flow, WORLD_BODY + world.body_bytes - 1, true);
	if (!state)
		return -EIO;
	return stackanno_expression_trace(&flow, state->reg[RBX], expression);
}

#define CALL " e8 00 10 00 00 c3"

static const struct {
	const char *what, *code;
	u32 type;		/* of the argument; 0: none is known */
	const char *text;	/* NULL: it cannot be traced */
} cases[] = {
	{ "itself", "48 89 fb", FILE_POINTER, "file" },
	{ "a member", "48 8b 5f 18", FILE_POINTER, "file->f_inode" },
	{ "three hops", "48 8b 47 18 48 8b 40 28 48 8b 58 30", FILE_POINTER,
	  "file->f_inode->i_sb->s_op" },
	{ "a member of a member", "48 8b 5f 10", FILE_POINTER, "file->f_path.dentry" },
	{ "an address of a member", "48 8d 5f 08", FILE_POINTER, "&file->f_path" },
	{ "a member's address behind a hop", "48 8b 47 18 48 8d 58 28", FILE_POINTER,
	  "&file->f_inode->i_sb" },
	{ "half a word", "48 8b 47 18 8b 18", FILE_POINTER, "file->f_inode->i_mode" },
	{ "half a word, with its sign", "48 8b 47 18 48 63 18", FILE_POINTER,
	  "file->f_inode->i_mode" },
	{ "there and back, as container_of() has it", "48 8d 47 08 48 8b 58 10", FILE_POINTER,
	  "file->f_inode" },
	{ "before its begin", "48 8b 5f e8", FILE_POINTER, "*(file-0x18)" },
	{ "an address before its begin", "48 8d 5f e8", FILE_POINTER, "file-0x18" },
	{ "types run out", "48 8b 47 20 48 8b 40 20 48 8b 58 08", FILE_POINTER,
	  "*(*(file->private+0x20)+0x8)" },
	{ "no member begins there", "48 8b 5f 1c", FILE_POINTER, "*(file+0x1c)" },
	{ "half a pointer", "8b 5f 18", FILE_POINTER, "*(u32*)(file+0x18)" },
	{ "an element", "48 8b 5f 10", FILES, "file[2]" },
	{ "an element before", "48 8b 5f f8", FILES, "file[-1]" },
	{ "an element's member", "48 8b 47 00 48 8b 58 18", FILES, "file[0]->f_inode" },
	{ "no type", "48 8b 5f 18", 0, "*(file+0x18)" },
	{ "a sum with what is not known", "48 8d 1c 37", FILE_POINTER, NULL },
	{ "an element whose number is not known", "48 8b 1c f7", FILE_POINTER, NULL },
	{ "an address out of a constant", "48 8b 1c 25 00 10 00 00", FILE_POINTER, NULL },
	{ "per-CPU memory", "65 48 8b 5f 18", FILE_POINTER, NULL },
	{ "a part of what was loaded", "48 8b 47 18 0f b6 d8", FILE_POINTER, NULL },
	{ "seven hops", "48 8b 3f 48 8b 3f 48 8b 3f 48 8b 3f 48 8b 3f 48 8b 3f 48 8b 1f",
	  FILE_POINTER, NULL },
};

TEST(a_chain_of_loads_is_written_as_c)
{
	struct stackanno_expression expression;
	struct stackanno_expression_root root = { .name = "file" };
	struct stackanno_text text;
	char code[128], buf[64];
	int ret;
	u32 i;

	make();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		snprintf(code, sizeof(code), "%s" CALL, cases[i].code);
		ret = trace(code, &expression);
		if (!cases[i].text) {
			EXPECT_TRUE(ret == -ENOENT || ret == -E2BIG) {
				TH_LOG("%s: %d", cases[i].what, ret);
			}
			continue;
		}
		ASSERT_EQ(0, ret) {
			TH_LOG("%s", cases[i].what);
		}
		EXPECT_EQ(0, expression.argument);
		EXPECT_EQ(STACKANNO_EVIDENCE_CERTAIN, expression.evidence);
		root.type = cases[i].type;
		root.btf = NULL;
		if (cases[i].type)
			root.btf = &blob.btf;
		stackanno_text_begin(&text, buf, sizeof(buf));
		EXPECT_EQ(0, stackanno_expression_print(&expression, &root, &text));
		EXPECT_STREQ(cases[i].text, buf) {
			TH_LOG("%s", cases[i].what);
		}
	}
}

/* mov %gs:WORLD_CURRENT,%rax */
#define CURRENT "65 48 8b 04 25 40 30 00 00 "

static const struct {
	const char *what, *code, *text;	/* NULL: it cannot be traced */
} currents[] = {
	{ "itself", CURRENT "48 89 c3", "current" },
	{ "a member", CURRENT "48 8b 58 10", "current->file" },
	{ "two hops", CURRENT "48 8b 40 10 48 8b 58 18", "current->file->f_inode" },
	{ "an address of a member", CURRENT "48 8d 58 10", "&current->file" },
	{ "no member", CURRENT "48 8b 58 20", "*(current+0x20)" },
	{ "another variable", "65 48 8b 1c 25 48 30 00 00", NULL },
	{ "by a register", "65 48 8b 9f 40 30 00 00", NULL },
	{ "half of it", "65 8b 1c 25 40 30 00 00", NULL },
};

TEST(the_running_task_is_current)
{
	struct stackanno_signature signature = { .btf = &blob.btf };
	struct stackanno_expression expression;
	struct stackanno_expression_root root;
	struct stackanno_text text;
	char code[128], buf[64];
	int ret;
	u32 i;

	make();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	for (i = 0; i < ARRAY_SIZE(currents); i++) {
		snprintf(code, sizeof(code), "%s" CALL, currents[i].code);
		ret = trace(code, &expression);
		EXPECT_EQ(currents[i].text ? 0 : -ENOENT, ret) {
			TH_LOG("%s", currents[i].what);
		}
		if (ret)
			continue;
		EXPECT_EQ(STACKANNO_EXPRESSION_CURRENT, expression.argument);
		ASSERT_EQ(0, stackanno_expression_root(&signature, expression.argument, &root));
		stackanno_text_begin(&text, buf, sizeof(buf));
		EXPECT_EQ(0, stackanno_expression_print(&expression, &root, &text));
		EXPECT_STREQ(currents[i].text ?: "", buf) {
			TH_LOG("%s", currents[i].what);
		}
	}
}

/* Once around, rbx is what was loaded through the rcx of one round earlier. */
TEST(what_a_loop_renews_is_not_followed)
{
	struct stackanno_expression expression;

	/* 0: mov (%rdi),%rdi; mov 8(%rdi),%rbx; dec %rsi; jne 0 */
	EXPECT_EQ(-ENOENT, trace("48 8b 3f 48 8b 5f 08 48 ff ce 75 f4" CALL, &expression));
}

TEST(a_wider_parameter_than_what_is_known_has_no_name)
{
	struct stackanno_expression expression;
	struct stackanno_expression_root root = { .btf = &blob.btf, .name = "file" };
	struct stackanno_text text;
	char buf[64];

	make();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	/* mov %edi,%ebx */
	ASSERT_EQ(0, trace("89 fb" CALL, &expression));
	EXPECT_EQ(4, expression.bytes);
	stackanno_text_begin(&text, buf, sizeof(buf));
	root.type = FILE_POINTER;
	EXPECT_EQ(-EINVAL, stackanno_expression_print(&expression, &root, &text));
	root.type = INT;
	EXPECT_EQ(0, stackanno_expression_print(&expression, &root, &text));
	root.type = FILE_STRUCT;
	EXPECT_EQ(-EINVAL, stackanno_expression_print(&expression, &root, &text));
	EXPECT_STREQ("file", buf);
}

/* Memory of the tests: words at their index times 8, from MEMORY on. */
#define MEMORY 0x1000
static u64 memory[8];

static bool read_memory(struct stackanno_memory *ops, u64 address, void *buf, u32 len)
{
	if (address < MEMORY || address + len > MEMORY + sizeof(memory))
		return false;
	memcpy(buf, (u8 *)memory + (address - MEMORY), len);
	return true;
}

TEST(loads_are_made_again)
{
	struct stackanno_memory ops = { .read = read_memory };
	struct stackanno_expression expression;
	u64 value;

	memory[3] = MEMORY + 8;
	memory[1] = 0xfffffffe;
	/* mov 0x18(%rdi),%rax; movslq (%rax),%rbx */
	ASSERT_EQ(0, trace("48 8b 47 18 48 63 18" CALL, &expression));
	ASSERT_EQ(0, stackanno_expression_now(&expression, MEMORY, &ops, &value));
	EXPECT_EQ(-2ULL, value);
	EXPECT_EQ(-EFAULT, stackanno_expression_now(&expression, 0, &ops, &value));
	memory[3] = 0;
	EXPECT_EQ(-EFAULT, stackanno_expression_now(&expression, MEMORY, &ops, &value));
	/* mov 0x8(%rdi),%ebx: above it is zero */
	ASSERT_EQ(0, trace("8b 5f 08" CALL, &expression));
	ASSERT_EQ(0, stackanno_expression_now(&expression, MEMORY, &ops, &value));
	EXPECT_EQ(0xfffffffe, value);
	/* lea 8(%rdi),%rbx: nothing is read */
	ASSERT_EQ(0, trace("48 8d 5f 08" CALL, &expression));
	ASSERT_EQ(0, stackanno_expression_now(&expression, 0x40, &ops, &value));
	EXPECT_EQ(0x48, value);
}

TEST_HARNESS_MAIN
