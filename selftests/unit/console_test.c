// SPDX-License-Identifier: GPL-2.0-only
/* What goes into the kernel's log: form, budget, redaction, forbidden words. */
#include <regex.h>

#include "core/label.h"
#include "lines.h"
#include "sample.h"

#include "kselftest_harness.h"

static struct sample sample;
static struct lines lines;

typedef void (*make)(struct sample *sample, struct stackanno_view *view);
static const make samples[] = { sample_oops, sample_everything, sample_hostile };

static const char * const forbidden[] = {
	"BUG:", "WARNING:", "INFO:", "panic:", "UBSAN:", "KASAN:", "Kernel panic",
	"general protection fault", "Call Trace", "Backtrace:", "Allocated by task", "Code:",
	"Comm:", "---[ end",
	/* and what abrt takes for a start, with or without the kernel's own colon */
	"invalid opcode", "double fault:", "divide error:", "list_del corruption",
	"unable to handle kernel", "kernel BUG at", "Badness at", "NETDEV WATCHDOG",
};

typedef bool (*line_check)(const char *line);

/* Lines that fail @check, of all samples in each console form and redaction. */
static u32 lines_failing(line_check check)
{
	struct stackanno_view view;
	u32 bad = 0;
	u32 s, form, redact, i;
	char line[2048];

	for (s = 0; s < ARRAY_SIZE(samples); s++) {
		samples[s](&sample, &view);
		for (form = STACKANNO_FORM_CONSOLE_FULL; form < STACKANNO_FORM_COUNT; form++) {
			for (redact = 0; redact < STACKANNO_REDACT_COUNT; redact++) {
				lines_render(&lines, &view, form, redact, 0, 0);
				for (i = 0; lines_line(&lines, i, line, sizeof(line)); i++) {
					if (check(line))
						continue;
					fprintf(stderr, "# %s\n", line);
					bad++;
				}
				bad += lines.too_much || !i;
			}
		}
	}
	return bad;
}

static bool is_prefixed(const char *line)
{
	return !strncmp(line, "stackanno: ", 11) && line[11];
}

static bool is_short(const char *line)
{
	return strlen(line) <= STACKANNO_LINE_MAX && strlen(line) < 199;
}

static bool is_printable(const char *line)
{
	for (; *line; line++) {
		if (*line < ' ' || *line > '~')
			return false;
	}
	return true;
}

static bool has_nothing_forbidden(const char *line)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(forbidden); i++) {
		if (strstr(line, forbidden[i]))
			return false;
	}
	return true;
}

TEST(every_line_is_prefixed)
{
	EXPECT_EQ(0, lines_failing(is_prefixed));
}

TEST(no_line_is_too_long)
{
	EXPECT_EQ(0, lines_failing(is_short));
}

TEST(every_byte_is_printable)
{
	EXPECT_EQ(0, lines_failing(is_printable));
}

TEST(no_line_holds_what_parsers_take_for_a_report)
{
	EXPECT_EQ(0, lines_failing(has_nothing_forbidden));
}

/* The same strings do come through where no parser of logs looks. */
TEST(full_form_keeps_the_strings)
{
	struct stackanno_view view;

	sample_hostile(&sample, &view);
	lines_full(&lines, &view);
	EXPECT_NE(NULL, strstr(lines.text, "Call Trace:"));
	EXPECT_NE(NULL, strstr(lines.text, "\"Kernel panic - BUG: general protection fault\""));
	EXPECT_EQ(true, is_printable(strchr(lines.text, ' ')) || strchr(lines.text, '\n'));
}

/* Our own words, with every vector and error code, without any foreign string. */
TEST(no_vector_name_is_forbidden)
{
	struct stackanno_record *head;
	struct stackanno_view view;
	u32 vector, error;

	sample_begin(&sample);
	head = sample.builder.record;
	head->title = 0;
	head->flags |= STACKANNO_RECORD_FAULT | STACKANNO_RECORD_FAULT_ADDRESS;
	sample_finish(&sample, &view);
	for (vector = 0; vector < 256; vector++) {
		for (error = 0; error < 256; error++) {
			view.head.trap = vector;
			view.head.error = error;
			lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_FULL,
				     STACKANNO_REDACT_NONE, 0, 0);
			ASSERT_TRUE(has_nothing_forbidden(lines.text)) {
				TH_LOG("%s", lines.text);
			}
		}
	}
}

/* scripts/decode_stacktrace.sh resolves the last word, or the one before "[mod]". */
TEST(frame_lines_end_in_their_symbol)
{
	static const char pattern[] =
		"^stackanno: [ #0-9]+\\[[^]]+\\]( \\(.*\\))?( [?]{1,2})? [^ ]+\\+0x[0-9a-f]+/0x[0-9a-f]+( \\[[^] ]+\\])?$";
	struct stackanno_view view;
	char line[2048];
	u32 form, i, seen = 0;
	regex_t regex;

	ASSERT_EQ(0, regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB));
	sample_oops(&sample, &view);
	for (form = STACKANNO_FORM_CONSOLE_FULL; form <= STACKANNO_FORM_CONSOLE_BRIEF; form++) {
		lines_render(&lines, &view, form, STACKANNO_REDACT_NONE, 0, 0);
		for (i = 0; lines_line(&lines, i, line, sizeof(line)); i++) {
			if (!strstr(line, "/0x") || strstr(line, " ? "))
				continue;
			EXPECT_EQ(0, regexec(&regex, line, 0, NULL, 0)) {
				TH_LOG("%s", line);
			}
			seen++;
		}
	}
	regfree(&regex);
	/* Five frames, in each of both forms. */
	EXPECT_EQ(10, seen);
}

TEST(stale_text_stands_alone_with_its_symbol_last)
{
	struct stackanno_view view;

	sample_oops(&sample, &view);
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_FULL, STACKANNO_REDACT_DATA, 0, 0);
	EXPECT_NE(NULL, strstr(lines.text,
			       "\nstackanno:   ffa0000000013b60: ffffffff81c01234 ? vfs_read+0x34/0x2a0\n"));
	/* In the full form it is a word like any other. */
	lines_full(&lines, &view);
	EXPECT_NE(NULL, strstr(lines.text, "ffffffff81c01234[{vfs_read+0x34}]\n"));
}

TEST(brief_begins_with_what_matters_most)
{
	static const char * const in_order[] = {
		"record 1: ", " words, ", "fault: ", "suspect: ", "note: ",
		" #0 [", "stack 0: ", "\nstackanno: #0 ffa", "\nstackanno: -- ",
	};
	struct stackanno_view view;
	const char *at;
	u32 i;

	sample_everything(&sample, &view);
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_NONE, 0, 0);
	at = lines.text;
	for (i = 0; i < ARRAY_SIZE(in_order); i++) {
		at = strstr(at, in_order[i]);
		ASSERT_NE(NULL, at) {
			TH_LOG("\"%s\" is not there, or too early", in_order[i]);
		}
	}
}

/* Without a budget the brief form has every word, as the others do. */
static u32 count_words(const struct lines *l)
{
	u32 words = 0;
	char line[2048];
	u32 i;

	for (i = 0; lines_line(l, i, line, sizeof(line)); i++) {
		const char *at = line + strlen("stackanno: ");
		const char *colon = strchr(at, ':');

		/* `#0 ffa0000000013ab0: ` or the same behind blanks */
		if (!colon || colon - line < 16 || colon - line > 40 ||
		    strspn(colon - 16, "0123456789abcdef") != 16)
			continue;
		at = colon + 2;
		words++;
		/* A second one follows a label or a value directly. */
		at += 16;
		if (*at == '[') {
			int depth = 0;

			do {
				depth += (*at == '[') - (*at == ']');
				at++;
			} while (depth && *at);
		}
		if (at[0] == ' ' && strncmp(at, " ? ", 3) && strlen(at) > 16)
			words++;
	}
	return words;
}

TEST(no_budget_means_every_word)
{
	struct stackanno_view view;

	sample_oops(&sample, &view);
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_NONE, 0, 0);
	EXPECT_EQ(57, count_words(&lines));
	EXPECT_EQ(NULL, strstr(lines.text, " more words"));
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_FULL, STACKANNO_REDACT_NONE, 0, 0);
	EXPECT_EQ(57, count_words(&lines));
}

TEST(brief_spends_no_line_on_words_of_which_nothing_is_left)
{
	struct stackanno_view view;
	char line[2048];
	u32 i;

	sample_oops(&sample, &view);
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_DATA, 0, 0);
	for (i = 0; lines_line(&lines, i, line, sizeof(line)); i++) {
		/* One such word is in the sample, in the frame that faulted. */
		EXPECT_EQ(NULL, strstr(line, "ffa0000000013b58: "));
		EXPECT_EQ(NULL, strstr(line, "---------------- "));
	}
	lines_line(&lines, lines.count - 1, line, sizeof(line));
	EXPECT_STREQ("stackanno: ... 1 more words in /sys/kernel/debug/stackanno/last (record 1)",
		     line);
	/* The full one has it. */
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_FULL, STACKANNO_REDACT_DATA, 0, 0);
	EXPECT_NE(NULL, strstr(lines.text, "ffa0000000013b58: ----------------\n"));
}

/* What the last line says is missing. */
static u32 count_missing(const struct lines *l)
{
	char line[2048];
	const char *word;

	lines_line(l, l->count - 1, line, sizeof(line));
	word = strstr(line, " more words in ");
	if (!word)
		return 0;
	while (word[-1] != ' ')
		word--;
	return (u32)strtoul(word, NULL, 10);
}

/* Within both budgets, and each word either written or counted as missing. */
static bool keeps_budget(const struct stackanno_view *view, u32 form, u32 max_lines, u32 max_bytes)
{
	lines_render(&lines, view, form, STACKANNO_REDACT_NONE, max_lines, max_bytes);
	if (max_lines && lines.count > max_lines)
		return false;
	if (max_bytes && lines.len > max_bytes)
		return false;
	/* One line, or none, has no room to say more. */
	return lines.count < 2 ||
	       count_words(&lines) + count_missing(&lines) == view->head.words;
}

TEST(budget_is_never_passed_and_what_is_missing_is_counted)
{
	struct stackanno_view view;
	u32 s, form, max_lines, max_bytes, wrong = 0;

	for (s = 0; s < 2; s++) {
		samples[s](&sample, &view);
		for (max_lines = 0; max_lines < 60; max_lines += 1 + max_lines / 8) {
			for (max_bytes = 0; max_bytes < 6000; max_bytes += 61) {
				form = STACKANNO_FORM_CONSOLE_FULL;
				wrong += !keeps_budget(&view, form, max_lines, max_bytes);
				form = STACKANNO_FORM_CONSOLE_BRIEF;
				wrong += !keeps_budget(&view, form, max_lines, max_bytes);
				ASSERT_EQ(0, wrong) {
					TH_LOG("%u lines, %u bytes:\n%s", max_lines, max_bytes,
					       lines.text);
				}
			}
		}
	}
}

TEST(default_budget_is_used_well)
{
	struct stackanno_view view;
	char line[2048];

	sample_everything(&sample, &view);
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_DATA, 32, 4096);
	EXPECT_GE(32, lines.count);
	EXPECT_GE(4096, lines.len);
	/* Either is nearly used up: no line more would have fitted. */
	EXPECT_TRUE(lines.count == 32 || lines.len > 4096 - 200);
	lines_line(&lines, lines.count - 1, line, sizeof(line));
	EXPECT_NE(NULL, strstr(line, " in /sys/kernel/debug/stackanno/last (record 1)"));
}

TEST(tiny_budgets_still_tell_the_record)
{
	struct stackanno_view view;
	char line[2048];

	sample_oops(&sample, &view);
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_NONE, 1, 0);
	EXPECT_EQ(1, lines.count);
	lines_line(&lines, 0, line, sizeof(line));
	EXPECT_EQ(0, strncmp(line, "stackanno: record 1: oops", 25));
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_NONE, 2, 0);
	EXPECT_EQ(2, lines.count);
	lines_line(&lines, 1, line, sizeof(line));
	EXPECT_NE(NULL, strstr(line, " more words in "));
	lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_NONE, 0, 10);
	EXPECT_EQ(0, lines.count);
}

TEST(redaction_of_data_keeps_addresses_of_the_kernel)
{
	static const char * const shown[] = {
		/* return address, saved rbp on this stack, data, the slots themselves */
		"ffffffff81345678[ret full_proxy_write+0x58]", "ffa0000000013bb8[rbp {#2+0x8}]",
		"ffffffff82801a40[rsp+0x0 {data init_task+0x40}]", "ffa0000000013b70: ",
		"address 0000000000000018", "read of 0x18", "ctx=ffa0000000013bb8 {#2+0x8}",
	};
	static const char * const hidden[] = {
		/* canary, slab object, user pointers and registers, arguments */
		"359851eca901cb00", "ff11000005bcb720[", "000055d0c0ffee00", "00007f12a4b3c190",
		"1515151515151515", "np=0000000000000000", "57ac6e9d",
	};
	struct stackanno_view view;
	u32 i, form;

	sample_oops(&sample, &view);
	for (form = 0; form <= STACKANNO_FORM_CONSOLE_FULL; form++) {
		lines_render(&lines, &view, form, STACKANNO_REDACT_NONE, 0, 0);
		for (i = 0; i < ARRAY_SIZE(hidden); i++)
			EXPECT_NE(NULL, strstr(lines.text, hidden[i]));
		lines_render(&lines, &view, form, STACKANNO_REDACT_DATA, 0, 0);
		for (i = 0; i < ARRAY_SIZE(shown); i++) {
			EXPECT_NE(NULL, strstr(lines.text, shown[i])) {
				TH_LOG("%s is hidden", shown[i]);
			}
		}
		for (i = 0; i < ARRAY_SIZE(hidden); i++) {
			EXPECT_EQ(NULL, strstr(lines.text, hidden[i])) {
				TH_LOG("%s is shown", hidden[i]);
			}
		}
		/* The labels stay. */
		EXPECT_NE(NULL, strstr(lines.text, "----------------[canary]"));
		EXPECT_NE(NULL, strstr(lines.text, "----------------[cs {user code}]"));
	}
}

TEST(fault_address_is_shown_only_where_it_gives_nothing_away)
{
	static const struct {
		u64 address;
		bool shown;
	} cases[] = {
		{ 0, true }, { 0x18, true }, { 4095, true }, { 4096, false },
		{ 0x7fff12345678, false }, { 0xff11000005638b40, false },
		{ 0xdead000000000100, false },
		{ 0xffa0000000010000, true },	/* on the stack */
		{ 0xffa000000000fff8, true },	/* in the guard page below it */
		{ 0xffa000000000eff8, false }, { 0xffa0000000014000, false },
	};
	struct stackanno_view view;
	char digits[17], fault[32];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		sample_oops(&sample, &view);
		view.head.fault_address = cases[i].address;
		snprintf(digits, sizeof(digits), "%016llx", cases[i].address);
		lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_DATA,
			     4, 0);
		snprintf(fault, sizeof(fault), "address %s", digits);
		EXPECT_EQ(cases[i].shown, !!strstr(lines.text, fault)) {
			TH_LOG("%s", lines.text);
		}
		lines_render(&lines, &view, STACKANNO_FORM_CONSOLE_BRIEF, STACKANNO_REDACT_ALL,
			     4, 0);
		EXPECT_NE(NULL, strstr(lines.text, "address ----------------"));
	}
}

/* No run of 16 digits: no address and no value. */
static bool has_address(const char *text)
{
	u32 run = 0;

	for (; *text; text++) {
		bool hex = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'f');

		run = hex ? run + 1 : 0;
		if (run >= 12)
			return true;
	}
	return false;
}

TEST(redaction_of_all_leaves_no_number_of_the_machine)
{
	struct stackanno_view view;
	u32 form;

	for (form = 0; form < STACKANNO_FORM_COUNT; form++) {
		sample_oops(&sample, &view);
		lines_render(&lines, &view, form, STACKANNO_REDACT_NONE, 0, 0);
		EXPECT_TRUE(has_address(lines.text));
		lines_render(&lines, &view, form, STACKANNO_REDACT_ALL, 0, 0);
		EXPECT_FALSE(has_address(lines.text)) {
			TH_LOG("%s", lines.text);
		}
		/* A record made under lockdown is the same without being asked. */
		view.head.flags |= STACKANNO_RECORD_WITHHELD;
		lines_render(&lines, &view, form, STACKANNO_REDACT_NONE, 0, 0);
		EXPECT_FALSE(has_address(lines.text));
		if (form == STACKANNO_FORM_FULL)
			EXPECT_NE(NULL, strstr(lines.text,
					       "\nvalues and addresses are withheld\n"));
	}
}

/* The piece limits add up to less than the buffers: nothing is cut in between. */
TEST(full_form_never_cuts_a_line)
{
	struct stackanno_view view;
	char line[4096];
	u32 s, i;

	for (s = 0; s < ARRAY_SIZE(samples); s++) {
		samples[s](&sample, &view);
		lines_full(&lines, &view);
		EXPECT_FALSE(lines.too_much);
		for (i = 0; lines_line(&lines, i, line, sizeof(line)); i++)
			EXPECT_GT(STACKANNO_FULL_LINE_MAX, strlen(line));
	}
}

TEST_HARNESS_MAIN
