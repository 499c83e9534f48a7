// SPDX-License-Identifier: GPL-2.0-only
/* Names of locals out of what KASAN's compilers leave in frames. */
#include <errno.h>
#include <string.h>

#include "core/descriptor.h"
#include "sample.h"

#include "kselftest_harness.h"

#define MAGIC 0x41b58ab3
#define FUNCTION 0xffffffff81234500ULL
#define TEXT 0xffffffff82000100ULL
#define LOW 0xffa0000000013a00ULL
#define WORDS 20

static struct sample sample;
static const char *text;
static u32 readable;	/* bytes of it */

static int read_text(const struct stackanno_source *memory, u64 address, void *to, u32 bytes)
{
	if (address < TEXT || address - TEXT + bytes > readable)
		return -EFAULT;
	memcpy(to, text + (address - TEXT), bytes);
	return 0;
}

static const struct stackanno_source memory = { .read = read_text };

struct expectation {
	u32 word;
	enum stackanno_role role;
	u16 arg;
	const char *name;	/* NULL: it has none */
};

#define EXPECTATIONS 6

static const struct {
	const char *name;
	const char *text;
	int ret;
	u32 at;			/* word of the frame that is its first; on a multiple of 4 */
	u32 again;		/* and another; 0 */
	u64 function;		/* 0: the right one */
	u32 unreadable;		/* last bytes of the text that are not there */
	u32 local;		/* word that the code is known to keep; 0 */
	u32 saved;
	struct expectation word[EXPECTATIONS];
} cases[] = {
	{ "one object", "1 32 16 3 key", 2, 4, .word = {
		{ 7, STACKANNO_ROLE_NONE }, { 8, STACKANNO_ROLE_BUFFER, 0, "key" },
		{ 9, STACKANNO_ROLE_BUFFER, 1, "key" }, { 10, STACKANNO_ROLE_NONE } } },
	{ "without the lines that newer compilers add", "2 32 8 6 key:12 64 16 9 buf:13456", 3, 0,
	  .word = { { 4, STACKANNO_ROLE_BUFFER, 0, "key" }, { 5, STACKANNO_ROLE_NONE },
		    { 8, STACKANNO_ROLE_BUFFER, 0, "buf" },
		    { 9, STACKANNO_ROLE_BUFFER, 1, "buf" } } },
	{ "a part of a word is one", "1 32 12 3 key", 2, 0, .word = {
		{ 5, STACKANNO_ROLE_BUFFER, 1, "key" }, { 6, STACKANNO_ROLE_NONE } } },
	{ "what has no name", "1 32 8 9 <unknown>", 1, 0, .word = {
		{ 4, STACKANNO_ROLE_BUFFER, 0, "<unknown>" } } },
	{ "a member that the code is known to keep has its place in the object",
	  "1 32 24 3 key", 3, 0, .local = 5, .word = {
		{ 4, STACKANNO_ROLE_BUFFER, 0, "key" }, { 5, STACKANNO_ROLE_LOCAL, 0, "key+0x8" },
		{ 6, STACKANNO_ROLE_BUFFER, 2, "key" } } },
	{ "a saved register is no part of it", "1 32 24 3 key", 2, 0, .saved = 5, .word = {
		{ 5, STACKANNO_ROLE_SAVED } } },
	{ "an object that reaches out of the frame", "1 32 4096 3 key", 15, 0, .word = {
		{ 18, STACKANNO_ROLE_BUFFER, 14, "key" }, { 19, STACKANNO_ROLE_RETURN } } },
	{ "none", NULL, -ENOENT, 4 },
	{ "another function's", "1 32 8 3 key", -ENOENT, 0, .function = FUNCTION + 16 },
	{ "two of them", "1 32 8 3 key", -EINVAL, 0, .again = 8 },
	{ "no object", "0", -EINVAL, 0 },
	{ "more objects than there are", "2 32 8 3 key", -EINVAL, 0 },
	{ "no text", "", -EINVAL, 0 },
	{ "anything", "anything", -EINVAL, 0 },
	{ "a number too large", "1 32 99999999999 3 key", -EINVAL, 0 },
	{ "one that is over the head", "1 8 8 3 key", -EINVAL, 0 },
	{ "one over the other", "2 32 64 3 key 64 8 3 buf", -EINVAL, 0 },
	{ "one without bytes", "1 32 0 3 key", -EINVAL, 0 },
	{ "a name that is shorter than it should be", "1 32 8 5 key", -EINVAL, 0 },
	{ "or longer", "1 32 8 2 key", -EINVAL, 0 },
	{ "or too long", "1 32 8 64 k234567890123456789012345678901234567890123456789012345678901234",
	  -EINVAL, 0 },
	{ "of a line alone", "1 32 8 3 :12", -EINVAL, 0 },
	{ "one that ends early in memory", "1 32 8 3 key", -EFAULT, 0, .unreadable = 2 },
	{ "nothing is named by the half that makes sense", "2 32 8 3 key 64 8 3 b", -EINVAL, 0,
	  .word = { { 4, STACKANNO_ROLE_NONE }, { 8, STACKANNO_ROLE_NONE } } },
};

/* The frame, with the head of a descriptor at word @at of it. */
static void lay(u32 at, u32 again, u32 local, u32 saved)
{
	struct stackanno_frame *frame;
	u32 i, head;

	sample_begin(&sample);
	frame = sample_call(&sample, 0, "f", 0, LOW);
	frame->func = FUNCTION;
	for (i = 0; i < WORDS; i++) {
		head = again && i >= again ? again : at;
		sample_word(&sample,
			    !text ? 0 : i == head ? MAGIC : i == head + 1 ? TEXT :
			    i == head + 2 ? FUNCTION : 0,
			    i + 1 == WORDS ? STACKANNO_ROLE_RETURN :
			    local && i == local ? STACKANNO_ROLE_LOCAL :
			    saved && i == saved ? STACKANNO_ROLE_SAVED : STACKANNO_ROLE_NONE, 0);
	}
}

static bool is_as_told(const struct expectation *told)
{
	const struct stackanno_word *word;
	const char *strings;

	if (!told->role && !told->word)
		return true;
	word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, told->word);
	strings = (const char *)sample.builder.buf +
		  sample.builder.section[STACKANNO_SECTION_STRINGS].offset;
	if (word->role != told->role || word->arg != told->arg || !word->expression != !told->name)
		return false;
	return !told->name || (!strcmp(strings + word->expression, told->name) &&
			       word->evidence == STACKANNO_EVIDENCE_LIKELY);
}

TEST(locals_have_the_names_that_the_descriptor_gives_them)
{
	u64 function;
	u32 i, k;
	int ret;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		text = cases[i].text;
		readable = 0;
		if (text)
			readable = strlen(text) + 1 - cases[i].unreadable;
		function = cases[i].function;
		if (!function)
			function = FUNCTION;
		lay(cases[i].at, cases[i].again, cases[i].local, cases[i].saved);
		ret = stackanno_descriptor_frame(&sample.builder, sample.frame,
						 function, &memory);
		EXPECT_EQ(cases[i].ret, ret) {
			TH_LOG("%s", cases[i].name);
		}
		for (k = 0; k < EXPECTATIONS; k++) {
			EXPECT_TRUE(is_as_told(&cases[i].word[k])) {
				TH_LOG("%s, word %u", cases[i].name, cases[i].word[k].word);
			}
		}
	}
}

TEST(a_text_that_is_too_long_is_given_up_before_anything_is_named)
{
	static char many[2048];
	size_t len;
	u32 i;

	text = many;
	len = (size_t)sprintf(many, "50");
	for (i = 0; i < 50; i++)
		len += (size_t)sprintf(many + len, " %u 8 3 key", 32 + 32 * i);
	readable = (u32)len + 1;
	lay(0, 0, 0, 0);
	EXPECT_EQ(-EINVAL, stackanno_descriptor_frame(&sample.builder, sample.frame, FUNCTION,
						      &memory));
	EXPECT_TRUE(is_as_told(&(struct expectation){ 4, STACKANNO_ROLE_NONE }));
}

TEST_HARNESS_MAIN
