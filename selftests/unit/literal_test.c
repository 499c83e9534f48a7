// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "core/literal.h"
#include "uapi/stackanno.h"
#include "kselftest_harness.h"

#define DELTA 0xdead000000000000ULL

#define ERRNO STACKANNO_MEANING_ERRNO
#define POISON STACKANNO_MEANING_POISON
#define STRING STACKANNO_MEANING_STRING
#define NUMBER STACKANNO_MEANING_NUMBER
#define CERTAIN STACKANNO_EVIDENCE_CERTAIN
#define LIKELY STACKANNO_EVIDENCE_LIKELY
#define GUESS STACKANNO_EVIDENCE_GUESS

TEST(values_that_tell_what_they_are)
{
	static const struct {
		u64 value;
		u16 kind;
		u16 evidence;
		const char *name;
		u64 offset;
		u32 aux;
		u64 size;
	} cases[] = {
		{ -12ULL, ERRNO, LIKELY, NULL, 0, 12, 8 },
		{ -517ULL, ERRNO, LIKELY, NULL, 0, 517, 8 },
		{ -2ULL, ERRNO, GUESS, NULL, 0, 2, 8 },
		{ -8ULL, ERRNO, GUESS, NULL, 0, 8, 8 },
		{ -512ULL, ERRNO, GUESS, NULL, 0, 512, 8 },
		{ 0xfffffff0ULL, ERRNO, GUESS, NULL, 0, 16, 4 },
		{ 0xffffffeaULL, ERRNO, LIKELY, NULL, 0, 22, 4 },
		{ 0xfffffffeULL, ERRNO, GUESS, NULL, 0, 2, 4 },
		{ 0xdead000000000100ULL, POISON, CERTAIN, "list 1", 0, STACKANNO_NONE },
		{ 0xdead000000000108ULL, POISON, LIKELY, "list 1", 8, STACKANNO_NONE },
		{ 0xdead000000000122ULL, POISON, CERTAIN, "list 2", 0, STACKANNO_NONE },
		{ 0xdead000000000146ULL, POISON, LIKELY, "list 2", 0x24, STACKANNO_NONE },
		{ 0xdead0000000010fcULL, POISON, LIKELY, "list 1", 0xffc, STACKANNO_NONE },
		{ 0xdead0000000000e8ULL, POISON, LIKELY, "list 1", -0x18ULL, STACKANNO_NONE },
		{ 0xdeacfffffffff100ULL, POISON, LIKELY, "list 1", -0x1000ULL, STACKANNO_NONE },
		{ 0xdead000000000112ULL, POISON, LIKELY, "list 2", -0x10ULL, STACKANNO_NONE },
		{ 0xdead000000000300ULL, POISON, CERTAIN, "timer entry", 0, STACKANNO_NONE },
		{ 0xdead000000000400ULL, POISON, CERTAIN, "tail page mapping", 0,
		  STACKANNO_NONE },
		{ 0x6b6b6b6b6b6b6b6bULL, POISON, LIKELY, "slab free", 0, STACKANNO_NONE },
		{ 0x6b6b6b6b6b6b6b83ULL, POISON, LIKELY, "slab free", 0x18, STACKANNO_NONE },
		{ 0xa56b6b6b6b6b6b6bULL, POISON, LIKELY, "slab object end", 0, STACKANNO_NONE },
		{ 0x5a5a5a5a5a5a5a5aULL, POISON, LIKELY, "slab not initialised", 0,
		  STACKANNO_NONE },
		{ 0xbbbbbbbbbbbbbbbbULL, POISON, LIKELY, "redzone of free", 0, STACKANNO_NONE },
		{ 0xccccccccccccccccULL, POISON, LIKELY, "redzone or freed init", 0,
		  STACKANNO_NONE },
		{ 0xaaaaaaaaaaaaaaaaULL, POISON, LIKELY, "page free", 0, STACKANNO_NONE },
		{ 0xadacafaea9a8abaaULL, POISON, LIKELY, "KFENCE canary", 0, STACKANNO_NONE },
		{ 0xdead00000000eb9fULL, POISON, CERTAIN, "bpf pointer", 0, STACKANNO_NONE },
		{ 0x57ac6e9dULL, POISON, LIKELY, "stack end", 0, STACKANNO_NONE },
		{ 10, NUMBER, CERTAIN, NULL, 10, 0, 0 },
		{ 9999999, NUMBER, CERTAIN, NULL, 9999999, 0 },
		{ 0x41b58ab3ULL, POISON, LIKELY, "KASAN frame", 0, STACKANNO_NONE },
	};
	struct stackanno_literal literal;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		ASSERT_EQ(0, stackanno_literal_classify(cases[i].value, DELTA, &literal)) {
			TH_LOG("%016llx", (unsigned long long)cases[i].value);
		}
		EXPECT_EQ(cases[i].kind, literal.kind);
		EXPECT_EQ(cases[i].evidence, literal.evidence);
		EXPECT_EQ(cases[i].offset, literal.offset);
		EXPECT_EQ(cases[i].aux, literal.aux);
		EXPECT_EQ(cases[i].size, literal.size);
		EXPECT_STREQ(cases[i].name ?: "", literal.name ?: "");
	}
}

TEST(values_that_tell_nothing)
{
	static const u64 cases[] = {
		0, 1, 9, 10000000, -1ULL, -4095ULL, -4096ULL, -134ULL, -520ULL, 0xffffffff,
		0x1fffffff4, 0xfffff001,
		0xdead000000001100ULL, 0xdead000000000143ULL, 0xdead0000000000ffULL,
		0xdeacfffffffff0fcULL, 0xdead000000001124ULL, 0xdeae000000000100ULL,
		0x57ac6e9c, 0x57ac6e9d00000000ULL,
		0xbbbbbbbbbbbbbbbcULL, 0x1515151515151515ULL,
		0x6300626160ULL, 0x807f7e7d7c7b7a79ULL, 0xffffffff81000000ULL,
	};
	struct stackanno_literal literal;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(-ENOENT, stackanno_literal_classify(cases[i], DELTA, &literal)) {
			TH_LOG("%016llx", (unsigned long long)cases[i]);
		}
	}
	/* Where pointers are poisoned without a delta, they are small numbers. */
	EXPECT_EQ(0, stackanno_literal_classify(0x100, 0, &literal));
	EXPECT_EQ(NUMBER, literal.kind);
}

TEST(text_is_read_in_the_order_of_memory)
{
	static const struct {
		const char *text;
		bool is;
		u16 evidence;
	} cases[] = {
		{ "eth0", true, GUESS }, { "/dev/sda", true, LIKELY }, { "etherne", true, LIKELY },
		{ "a b\"", true, GUESS }, { "ether ", true, GUESS },
		{ "e\th0", false }, { "\x7f\x45LF", false }, { "/dev/sd\n", false },
	};
	struct stackanno_literal literal;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u64 value = 0;

		memcpy(&value, cases[i].text, strlen(cases[i].text));
		EXPECT_EQ(cases[i].is, !stackanno_literal_classify(value, DELTA, &literal));
		if (!cases[i].is)
			continue;
		EXPECT_EQ(STRING, literal.kind);
		EXPECT_EQ(cases[i].evidence, literal.evidence);
		EXPECT_STREQ(cases[i].text, literal.text);
	}
}

TEST(errors_have_the_names_of_the_c_library)
{
	u32 i;

	EXPECT_EQ(NULL, stackanno_literal_errno(0));
	EXPECT_EQ(NULL, stackanno_literal_errno(STACKANNO_ERRNO_MAX));
	for (i = 1; i < 134; i++) {
		const char *name = strerrorname_np((int)i);

		ASSERT_EQ(!name, !stackanno_literal_errno(i));
		/* glibc's other name of EOPNOTSUPP */
		if (name && strcmp(name, "ENOTSUP"))
			EXPECT_STREQ(name, stackanno_literal_errno(i));
	}
	EXPECT_STREQ("EPROBE_DEFER", stackanno_literal_errno(517));
}

TEST(one_bit_that_is_wrong_is_found)
{
	static const struct {
		u64 value;
		u32 bits;
		int bit;
	} cases[] = {
		{ 0xdfffffff81000000ULL, 48, 61 }, { 0xffff7fff81000000ULL, 48, 47 },
		{ 0x7fffffff81000000ULL, 57, 63 }, { 0xfeffffff81000000ULL, 57, 56 },
		{ 0xff7fffff81000000ULL, 57, -ENOENT }, { 0xff7fffff81000000ULL, 48, 55 },
		{ 0xffffffff81000000ULL, 48, -ENOENT }, { 0x9fffffff81000000ULL, 48, -ENOENT },
		{ 0, 48, -ENOENT }, { 0x00007fff81000000ULL, 48, -ENOENT },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		EXPECT_EQ(cases[i].bit, stackanno_literal_flipped(cases[i].value, cases[i].bits));
}

TEST_HARNESS_MAIN
