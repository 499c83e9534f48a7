// SPDX-License-Identifier: GPL-2.0-only
/* crash's bt -f: what is taken of it, and that nothing in it does harm. */
#include <stdlib.h>

#include "listing.h"
#include "uapi/stackanno.h"

#include "kselftest_harness.h"

static struct listings listings;

static int parse(const char *text)
{
	return listings_parse(text, strlen(text), &listings);
}

TEST(frames_and_words_are_taken)
{
	const struct listing *listing;

	ASSERT_EQ(0, parse("PID: 107    TASK: ff1e3922c1b80000  CPU: 1    COMMAND: \"sa sleeper\"\n"
			   " #0 [ffffd278400d0b78] panic at ffffffff9da01f36\n"
			   "    ffffd278400d0b80: 0000000000000008 ffffd278400d0c00\x20\n"
			   "    ffffd278400d0b90: ffffd278400d0ba0\n"
			   "#10 [ffffd278400d0bf8] sa_level1 at ffffffffc02f170b [sa_crash]\n"));
	EXPECT_EQ(0, listings.problems);
	ASSERT_EQ(1, listings.count);
	listing = &listings.listing[0];
	EXPECT_EQ(107, listing->pid);
	EXPECT_EQ(0xff1e3922c1b80000ULL, listing->task);
	EXPECT_EQ(1, listing->cpu);
	EXPECT_STREQ("sa sleeper", listing->comm);
	ASSERT_EQ(2, listing->frames);
	EXPECT_STREQ("panic", listing->frame[0].name);
	EXPECT_STREQ("", listing->frame[0].module);
	EXPECT_EQ(10, listing->frame[1].number);
	EXPECT_EQ(0xffffd278400d0bf8ULL, listing->frame[1].slot);
	EXPECT_EQ(0xffffffffc02f170bULL, listing->frame[1].ip);
	EXPECT_STREQ("sa_crash", listing->frame[1].module);
	EXPECT_EQ(5, listing->frame[1].line);
	ASSERT_EQ(3, listing->words);
	ASSERT_NE(NULL, listing_word(listing, 0xffffd278400d0b88ULL));
	EXPECT_EQ(0xffffd278400d0c00ULL, listing_word(listing, 0xffffd278400d0b88ULL)->value);
	EXPECT_EQ(NULL, listing_word(listing, 0xffffd278400d0b98ULL));
	listings_free(&listings);
}

TEST(labels_are_ignored)
{
	ASSERT_EQ(0, parse(" #6 [ffffadd8a8a27af8] f at ffffffffab34ba2e[ip] [mod] ?\n"
			   "    ffffadd8a8a27b00: 0000000000000010[ret f+0x1 [mod]] 0000000000000202[x]\n"
			   "    ffffadd8a8a27b10: ????????????????[r15] 0000000000000018[ss]\n"));
	EXPECT_EQ(0, listings.problems);
	EXPECT_STREQ("mod", listings.listing[0].frame[0].module);
	ASSERT_EQ(3, listings.listing[0].words);
	EXPECT_EQ(0x202, listings.listing[0].word[1].value);
	EXPECT_EQ(0xffffadd8a8a27b18ULL, listings.listing[0].word[2].address);
	listings_free(&listings);
}

TEST(each_task_is_one)
{
	ASSERT_EQ(0, parse("PID: 1  TASK: ff1e3922c1b80000  CPU: 0  COMMAND: \"init\"\n"
			   " #0 [ffffd278400d0b78] a at ffffffff9da01f36\n"
			   "PID: 2  TASK: ff1e3922c1b80000  CPU: 1  COMMAND: \"k\"\n"
			   " #0 [ffffd278400d0b78] b at ffffffff9da01f36\n"
			   " #0 [ffffd278400d0c78] c at ffffffff9da01f36\n"));
	ASSERT_EQ(3, listings.count);
	EXPECT_EQ(2, listings.listing[1].pid);
	/* Nothing says whose the third is. */
	EXPECT_EQ(0, listings.listing[2].pid);
	EXPECT_EQ(STACKANNO_NONE, listings.listing[2].cpu);
	listings_free(&listings);
}

static const struct {
	const char *text, *says;
} damaged[] = {
	{ "hello\n", "neither a frame" },
	{ " #0 panic at ffffffff9da01f36\n", "damaged" },
	{ " #0 [ffffd278400d0b78] panic\n", "without \" at ADDRESS\"" },
	{ " #0 [ffffd278400d0b78] panic at 9da01f36\n", "16 hexadecimal digits" },
	{ " #0 [ffffd278400d0b78]  at ffffffff9da01f36\n", "name" },
	{ " #0 [ffffd278400d0b78] f at ffffffff9da01f36 [mod\n", "module" },
	{ "    ffffd278400d0b80: 00000000000008\n", "no word" },
	{ "    ffffd278400d0b80: 0000000000000008x\n", "no word" },
	{ "    ffffd278400d0b80: panic+20\n", "bt -F" },
	{ "    ffffd278400d0b80: 0000000000000008[a\n", "does not end" },
	{ "    ffffd278400d0b81: 0000000000000008\n", "multiple of 8" },
	{ "    ffffd278400d0: 0000000000000008\n", "ADDRESS" },
	{ "    ffffd278400d0b80: 0000000000000008\n    ffffd278400d0b80: 0000000000000009\n",
	  "something else than on line 2" },
};

TEST(what_is_damaged_is_told_with_its_line)
{
	char text[512];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(damaged); i++) {
		snprintf(text, sizeof(text), " #0 [ffffd278400d0b78] panic at ffffffff9da01f36\n%s",
			 damaged[i].text);
		ASSERT_EQ(0, parse(text));
		ASSERT_EQ(1, listings.problems) { TH_LOG("%s", damaged[i].text); }
		EXPECT_EQ(strchr(damaged[i].text, '\n')[1] ? 3 : 2, listings.problem[0].line);
		EXPECT_NE(NULL, strstr(listings.problem[0].what, damaged[i].says)) {
			TH_LOG("%s: %s", damaged[i].text, listings.problem[0].what);
		}
		EXPECT_LE(1, listings.listing[0].frames);
		listings_free(&listings);
	}
}

/* Every cut and every changed byte of a text: for the sanitizers to look at. */
TEST(no_text_does_harm)
{
	static const char text[] =
		"PID: 107    TASK: ff1e3922c1b80000  CPU: 1    COMMAND: \"sa\"\n"
		" #0 [ffffd278400d0b78] panic(a=1 at 2) at ffffffff9da01f36[ip] [mod] ??\n"
		"    [exception RIP: f+255]\n"
		"    RIP: ffffffffc02f1bcf  RSP: ffffd278400d0d78  RFLAGS: 00000082\n"
		"    ffffd278400d0b80: 0000000000000008[a [b]] ffffd278400d0c00\x20\n";
	static const char bytes[] = "\n[]:# \0x9";
	char *copy;
	u32 i, j;

	for (i = 0; i < sizeof(text); i++) {
		copy = malloc(i + 1);
		ASSERT_NE(NULL, copy);
		memcpy(copy, text, i);
		ASSERT_EQ(0, listings_parse(copy, i, &listings));
		listings_free(&listings);
		free(copy);
		for (j = 0; j < sizeof(bytes); j++) {
			copy = malloc(sizeof(text) - 1);
			ASSERT_NE(NULL, copy);
			memcpy(copy, text, sizeof(text) - 1);
			copy[i % (sizeof(text) - 1)] = bytes[j];
			ASSERT_EQ(0, listings_parse(copy, sizeof(text) - 1, &listings));
			listings_free(&listings);
			free(copy);
		}
	}
}

TEST_HARNESS_MAIN
