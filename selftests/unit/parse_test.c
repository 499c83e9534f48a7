// SPDX-License-Identifier: GPL-2.0-only
/* Text to record: all that the renderer prints comes back, all else is refused. */
#include "lines.h"
#include "parse.h"
#include "sample.h"

#include "kselftest_harness.h"

static struct sample sample;
static struct lines first;
static struct lines second;

typedef void (*make)(struct sample *sample, struct stackanno_view *view);
static const make samples[] = { sample_oops, sample_everything, sample_hostile };

/* Parse what is in first, and render it into second. */
static int again(struct parse_error *error, struct stackanno_view *view)
{
	void *record;
	u32 size;
	int ret;

	error->what[0] = '\0';
	ret = parse_text(first.text, first.len, &record, &size, error);
	if (ret)
		return ret;
	ret = stackanno_record_open(record, size, view);
	if (!ret)
		lines_full(&second, view);
	free(record);
	return ret;
}

TEST(what_was_rendered_is_parsed_without_loss)
{
	struct stackanno_view view;
	struct parse_error error;
	u32 s, redact;

	for (s = 0; s < ARRAY_SIZE(samples); s++) {
		for (redact = 0; redact < STACKANNO_REDACT_COUNT; redact++) {
			samples[s](&sample, &view);
			lines_render(&first, &view, STACKANNO_FORM_FULL, redact, 0, 0);
			ASSERT_EQ(0, again(&error, &view)) {
				TH_LOG("line %lu: %s", error.line, error.what);
			}
			ASSERT_EQ(first.len, second.len);
			EXPECT_EQ(0, memcmp(first.text, second.text, first.len));
		}
	}
}

TEST(parsed_record_holds_what_the_text_says)
{
	struct stackanno_meaning meaning;
	struct stackanno_frame frame;
	struct stackanno_view view;
	struct stackanno_word word;
	struct parse_error error;
	void *record;
	u32 size;

	sample_oops(&sample, &view);
	lines_full(&first, &view);
	ASSERT_EQ(0, parse_text(first.text, first.len, &record, &size, &error));
	ASSERT_EQ(0, stackanno_record_open(record, size, &view));
	EXPECT_EQ(1, view.head.id);
	EXPECT_EQ(STACKANNO_REASON_OOPS, view.head.reason);
	EXPECT_EQ(14, view.head.trap);
	EXPECT_EQ(0x18, view.head.fault_address);
	EXPECT_EQ(123, view.head.pid);
	EXPECT_EQ(12345678000ULL, view.head.time_boot_ns);
	EXPECT_EQ(1795340412, view.head.time_real_ns / 1000000000);

	ASSERT_EQ(0, stackanno_view_frame(&view, 2, &frame));
	EXPECT_EQ(1, frame.number);
	EXPECT_EQ(0xffa0000000013b68ULL, frame.ip_slot);
	EXPECT_EQ(0xffa0000000013b70ULL, frame.low);
	EXPECT_STREQ("sa_level1", stackanno_view_string(&view, frame.name));
	EXPECT_STREQ("sa_crash", stackanno_view_string(&view, frame.module));
	ASSERT_EQ(0, stackanno_view_word(&view, frame.first_word + 2, &word));
	EXPECT_EQ(STACKANNO_ROLE_SAVED, word.role);
	EXPECT_EQ(STACKANNO_EVIDENCE_CERTAIN, word.evidence);
	ASSERT_EQ(0, stackanno_view_meaning(&view, word.meaning, &meaning));
	EXPECT_EQ(STACKANNO_MEANING_OWN_SLOT, meaning.kind);
	/* Frame #2 is the fourth in the record: the first is not numbered. */
	EXPECT_EQ(3, meaning.aux);
	EXPECT_EQ(8, meaning.offset);
	ASSERT_EQ(0, stackanno_view_word(&view, frame.first_word + 3, &word));
	EXPECT_STREQ("c->w", stackanno_view_string(&view, word.expression));
	ASSERT_EQ(0, stackanno_view_meaning(&view, word.meaning, &meaning));
	EXPECT_EQ(STACKANNO_EVIDENCE_LIKELY, meaning.evidence);
	ASSERT_EQ(0, stackanno_view_frame(&view, 0, &frame));
	EXPECT_EQ(STACKANNO_ENTRY_EXCEPTION, frame.entry);
	EXPECT_EQ(14, frame.vector);
	free(record);
}

/*
 * A slab object's name and offset look like a symbol's. Redacted after it was read
 * back, its value must be as hidden as it was before.
 */
TEST(names_of_objects_do_not_become_code)
{
	static const u64 values[] = { 0xff11000005638b40ULL, 0xffffffff81000000ULL };
	struct stackanno_view view;
	struct parse_error error;
	void *record;
	u32 i, size;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		sample_begin(&sample);
		sample_call(&sample, 0, "f", 0xffffffff81000082ULL, 0x18);
		sample_meaning(&sample, sample_word(&sample, values[i], 0, 0),
			       i ? STACKANNO_MEANING_TEXT : STACKANNO_MEANING_NAMED, "dentry", 0x10)
			->name = sample_string(&sample, i ? "dentry" : "dentry+0x10");
		sample_finish(&sample, &view);
		lines_full(&first, &view);
		ASSERT_NE(NULL, strstr(first.text, "[{dentry+0x10}]"));
		ASSERT_EQ(0, parse_text(first.text, first.len, &record, &size, &error));
		ASSERT_EQ(0, stackanno_record_open(record, size, &view));
		lines_render(&second, &view, STACKANNO_FORM_FULL, STACKANNO_REDACT_DATA, 0, 0);
		EXPECT_EQ(!i, !!strstr(second.text, "----------------[{dentry+0x10}]"));
		free(record);
	}
}

/* Every line cut out, doubled, cut short, or with one byte changed. */
static u64 random_state = 0x9e3779b97f4a7c15ULL;

static u32 random_below(u32 limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (u32)(random_state >> 33) % limit;
}

TEST(changed_text_is_refused_or_comes_back_as_it_is)
{
	static char good[LINES_BYTES];
	struct stackanno_view view;
	struct parse_error error;
	u32 s, round, parsed = 0, refused = 0;
	size_t len;

	for (s = 0; s < ARRAY_SIZE(samples); s++) {
		samples[s](&sample, &view);
		lines_full(&first, &view);
		len = first.len;
		memcpy(good, first.text, len);
		for (round = 0; round < 600; round++) {
			memcpy(first.text, good, len);
			first.len = len;
			first.text[random_below((u32)len)] = (char)random_below(256);
			if (again(&error, &view)) {
				ASSERT_NE('\0', error.what[0]);
				ASSERT_NE(0, error.line);
				refused++;
				continue;
			}
			ASSERT_EQ(first.len, second.len);
			ASSERT_EQ(0, memcmp(first.text, second.text, first.len));
			parsed++;
		}
	}
	EXPECT_NE(0, parsed);
	EXPECT_NE(0, refused);
}

TEST(text_cut_anywhere_is_refused_or_comes_back_as_it_is)
{
	struct stackanno_view view;
	struct parse_error error;
	size_t len, full;

	sample_oops(&sample, &view);
	lines_full(&first, &view);
	full = first.len;
	for (len = 0; len < full; len++) {
		void *record;
		u32 size;
		int ret;
		/* Memory of that very length, for the sanitizer to guard. */
		char *part = malloc(len ? len : 1);

		ASSERT_NE(NULL, part);
		memcpy(part, first.text, len);
		ret = parse_text(part, len, &record, &size, &error);
		/* The counts of the second line do not match any more. */
		EXPECT_EQ(-EBADMSG, ret) {
			TH_LOG("length %zu", len);
		}
		free(part);
	}
}

TEST(refusal_names_the_line)
{
	static const char head[] =
		"record 1: oops at 1.000000, pid 1 tgid 1 comm \"x\"\n"
		"1 words, 0 explained, 0 suspect, 1 frames\n";
	static const struct {
		const char *text;	/* behind head, unless it is the whole */
		unsigned long line;
		const char *what;
		bool whole;
	} cases[] = {
		{ "", 0, "there is no text", true },
		{ "garbage\n", 1, "not the first line of a record", true },
		{ "record x: oops\n", 1, "not the first line of a record", true },
		{ "record 1: oops\n", 1, "unknown reason", true },
		{ "record 1: boom at 1.0, pid\n", 1, "unknown reason", true },
		{ "record 1: oops at x\n", 1, "no time since boot", true },
		{ "record 1: oops at 1.000000 (yesterday)\n", 1, "no date", true },
		{ "record 1: oops at 1.000000, pid x\n", 1, "no task", true },
		{ "record 99999999999999999999: oops\n", 1, "not the first line", true },
		{ "    ffffffff81000000: 0000000000000000\n", 3, "words before the first frame", false },
		{ "    (user mode)\n", 3, "a remark before the first frame", false },
		{ "what is this\n", 3, "no line of a record", false },
		{ " #0 [0000000000000010] f at ffffffff8100008\n", 3, "no address of a function", false },
		{ " #x [0000000000000010] f at ffffffff81000082\n", 3, "bad number of a frame", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n    10: 0\n", 4, "no address", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: 00000000000000g0\n", 4, "no value of 16 digits", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: 0000000000000000[nonsense]\n", 4, "unknown role", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: 0000000000000000[ret\n", 4, "a label without its end", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: 0000000000000000[{#5+0x0}]\n", 4, "no frame #5", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: ffffffffffffffff\n"
		  " #0 [0000000000000010] f at ffffffff81000082\n", 1, "number is out of order", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: 0000000000000001[{stack 5+0x0}]\n", 1, "aux is no stack", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    0000000000000018: 0000000000000001\n"
		  "    0000000000000020: 0000000000000001\n", 2, "not as stackanno writes it", false },
		{ " #0 [0000000000000010] f at ffffffff81000082\n"
		  "    ----------------: 0000000000000001\n", 4, "an address is withheld", false },
		{ " #0 [0000000000000010] f at ffffffff81000082", 3, "the last line does not end", false },
		{ "    [odd frame]\n", 3, "unknown kind of frame", false },
		{ "    [exception frame: no such thing]\n", 3, "unknown exception", false },
		{ "    --- stack 3 (task) ---\n", 3, "no such stack", false },
		{ "stack 0: heap\n", 3, "unknown kind of stack", false },
		{ "context: lunch\n", 3, "unknown context", false },
		{ "fault: page fault\n", 3, "no error code", false },
		{ "note: bad \\escape\n", 3, "bad escape", false },
	};
	struct stackanno_view view;
	struct parse_error error;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *front = "";

		if (!cases[i].whole)
			front = head;
		first.len = (size_t)snprintf(first.text, sizeof(first.text), "%s%s", front,
					     cases[i].text);
		EXPECT_EQ(-EBADMSG, again(&error, &view)) {
			TH_LOG("case %u parses", i);
		}
		EXPECT_EQ(cases[i].line, error.line) {
			TH_LOG("case %u: %s", i, error.what);
		}
		EXPECT_NE(NULL, strstr(error.what, cases[i].what)) {
			TH_LOG("case %u: %s", i, error.what);
		}
	}
}

TEST(several_texts_are_told_apart)
{
	struct stackanno_view view;
	size_t one;

	sample_oops(&sample, &view);
	lines_full(&first, &view);
	one = first.len;
	EXPECT_EQ(one, parse_length(first.text, one));
	memcpy(first.text + one, first.text, one);
	EXPECT_EQ(one, parse_length(first.text, 2 * one));
	EXPECT_EQ(0, parse_length(first.text, 0));
}

/* Far more of everything than a record has room for: an answer, and no crash. */
TEST(endless_text_is_refused)
{
	struct parse_error error;
	void *record;
	u32 size;
	size_t len = 8U << 20;
	char *text = malloc(len);

	ASSERT_NE(NULL, text);
	memset(text, '{', len);
	memcpy(text, "record 1: oops at 1.000000, pid 1 tgid 1 comm \"x\"\n", 51);
	text[len - 1] = '\n';
	EXPECT_EQ(-EBADMSG, parse_text(text, len, &record, &size, &error));
	EXPECT_NE(NULL, strstr(error.what, "too long"));
	free(text);
}

TEST_HARNESS_MAIN
