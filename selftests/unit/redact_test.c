// SPDX-License-Identifier: GPL-2.0-only
/* What of a meaning, and of the value that it is of, each redaction leaves. */
#include "core/describer.h"
#include "lines.h"
#include "sample.h"

#include "kselftest_harness.h"

#define VALUE 0xffffffff81234568ULL
#define DIGITS "ffffffff81234568"
#define HIDDEN "----------------"

static struct sample sample;
static struct lines lines;

struct row {
	u16 kind;
	u16 evidence;
	const char *name;
	u64 offset;
	u32 aux;
	bool own;		/* an address of the kernel's own: shown under redact=data */
	const char *none;
	const char *data;	/* NULL: as before it */
	const char *all;
};

#define CERTAIN STACKANNO_EVIDENCE_CERTAIN
#define LIKELY STACKANNO_EVIDENCE_LIKELY
#define GUESS STACKANNO_EVIDENCE_GUESS
#define KIND(kind) STACKANNO_MEANING_##kind

static const struct row rows[] = {
	{ KIND(TEXT), CERTAIN, "f", 2, 0, true, "{f+0x2}", NULL, NULL },
	{ KIND(RODATA), LIKELY, "r", 2, 0, true, "{rodata r+0x2} ?", NULL, NULL },
	{ KIND(DATA), CERTAIN, "d", 0, 0, true, "{data d+0x0}", NULL, NULL },
	{ KIND(PERCPU), CERTAIN, "p", 0, 1, true, "{percpu p+0x0 cpu 1}", NULL, NULL },
	{ KIND(MODULE), CERTAIN, NULL, 2, 0, true, "{module m+0x2}", NULL, NULL },
	{ KIND(OWN_SLOT), CERTAIN, NULL, 8, 0, true, "{#7+0x8}", NULL, NULL },
	{ KIND(STACK), CERTAIN, NULL, 8, 0, true, "{stack 0+0x8}", NULL, NULL },
	{ KIND(TASK), LIKELY, "sh", 8, 9, true, "{task sh/9+0x8} ?", NULL, NULL },
	{ KIND(TASK_STACK), LIKELY, "sh", 8, 9, true, "{stack of sh/9+0x8} ?", NULL, NULL },
	{ KIND(DIRECT_MAP), CERTAIN, NULL, 0x1234008, 0, true, "{pfn 0x1234+0x8}", NULL,
	  "{direct map}" },
	{ KIND(VMEMMAP), CERTAIN, NULL, 0x1234008, 0, true, "{struct page of pfn 0x1234+0x8}",
	  NULL, "{vmemmap}" },
	{ KIND(MODULE_AREA), CERTAIN, NULL, 0, 0, true, "{module area}", NULL, NULL },
	{ KIND(FIXMAP), CERTAIN, NULL, 0, 0, true, "{fixmap}", NULL, NULL },
	{ KIND(CPU_ENTRY_AREA), CERTAIN, NULL, 0, 0, true, "{cpu entry area}", NULL, NULL },
	/* By its place alone it may be any number. */
	{ KIND(VMALLOC), LIKELY, NULL, 0, 0, false, "{vmalloc} ?", NULL, NULL },
	{ KIND(VMALLOC), CERTAIN, NULL, 0, 0, true, "{vmalloc}", NULL, NULL },
	{ KIND(SYSCALL), CERTAIN, "write", 0, 1, false, "{syscall 1 write}", NULL, NULL },
	{ KIND(VECTOR), CERTAIN, NULL, 0, 9, false, "{vector 9}", NULL, NULL },
	{ KIND(NO_SYSCALL), CERTAIN, NULL, 0, 0, false, "{no syscall}", NULL, NULL },
	{ KIND(ERROR_CODE), CERTAIN, "a b", 0, 0, false, "{a b}", NULL, NULL },
	{ KIND(SEGMENT), CERTAIN, "user code", 0, 0, false, "{user code}", NULL, NULL },
	{ KIND(FLAGS), CERTAIN, "IF", 0, 0, false, "{IF}", NULL, NULL },
	{ KIND(NAMED), LIKELY, "kmalloc-8+0x2", 0, 0, false, "{kmalloc-8+0x2} ?", NULL, NULL },
	{ KIND(USER), LIKELY, NULL, 0, 0, false, "{user} ?", NULL, NULL },
	{ KIND(USER), LIKELY, "libc", 0x10, 0, false, "{user libc+0x10} ?", "{user libc} ?", NULL },
	{ KIND(DIRECT_MAP), LIKELY, "file", 0x1234008, 0, true, "{pfn 0x1234+0x8 file} ?", NULL,
	  "{direct map} ?" },
	{ KIND(SLAB), CERTAIN, "dentry", 8, 2, true, "{slab dentry+0x8 free}", NULL, NULL },
	{ KIND(KFENCE), CERTAIN, "dentry", 8, 0, true, "{kfence dentry+0x8}", NULL, NULL },
	{ KIND(AREA), LIKELY, "f+0x2", 8, 1, true, "{vmalloc+0x8 of 0x0 by f+0x2} ?", NULL, NULL },
	{ KIND(FLIPPED), GUESS, "f+0x2", 0, 61, false, "{bit 61 flipped: f+0x2} ?\?", NULL, NULL },
	/* The kernel's own constants: which one tells no more than that it is one. */
	{ KIND(ERRNO), LIKELY, NULL, 0, 12, false, "{-ENOMEM} ?", NULL, "{error} ?" },
	{ KIND(POISON), LIKELY, "slab free", 24, STACKANNO_NONE, false,
	  "{poison slab free+0x18} ?", NULL, "{poison} ?" },
	{ KIND(KASAN_SHADOW), LIKELY, NULL, 0xff11000001234560ULL, 0, false,
	  "{KASAN shadow of ff11000001234560} ?", NULL, "{KASAN shadow} ?" },
	/* Of a number nothing is left. */
	{ KIND(NUMBER), CERTAIN, NULL, 4242, 0, false, "{4242}", "", "" },
	{ KIND(FLAGS), GUESS, "IF", 0, 0, false, "{IF} ?\?", "", "" },
	/* Somebody's password. */
	{ KIND(CHANGED), CERTAIN, NULL, 24, 0, false,
	  "{was 0000000000000000, now 0000000000000018}",
	  "{was ----------------, now ----------------}",
	  "{was ----------------, now ----------------}" },
	{ KIND(STRING), GUESS, "secret", 0, STACKANNO_NONE, false, "{\"secret\"} ?\?",
	  "{characters} ?\?", "{characters} ?\?" },
};

static void make(const struct row *row, struct stackanno_view *view, bool withheld)
{
	struct stackanno_meaning *meaning;
	struct stackanno_word *word;

	sample_begin(&sample);
	sample_call(&sample, 7, "f", 0xffffffff81000082ULL, 0xffa0000000013ab8ULL);
	word = sample_word(&sample, withheld ? 0 : VALUE, STACKANNO_ROLE_NONE, 0);
	meaning = sample_meaning(&sample, word, row->kind, row->name, row->offset);
	meaning->module = sample_string(&sample, row->kind == KIND(MODULE) ? "m" : NULL);
	meaning->aux = row->aux;
	meaning->evidence = row->evidence;
	if (withheld) {
		word->flags |= STACKANNO_WORD_WITHHELD;
		stackanno_describer_withhold(meaning);
		sample.builder.record->flags |= STACKANNO_RECORD_WITHHELD;
	}
	sample_finish(&sample, view);
}

/* Whether the word stands in the text with that value and label. */
static bool says(const struct stackanno_view *view, enum stackanno_redact redact,
		 const char *value, const char *label)
{
	char wanted[128];

	lines_render(&lines, view, STACKANNO_FORM_FULL, redact, 0, 0);
	snprintf(wanted, sizeof(wanted), *label ? ": %s[%s]\n" : ": %s\n", value, label);
	return strstr(lines.text, wanted);
}

TEST(each_meaning_tells_what_each_redaction_leaves)
{
	bool seen[STACKANNO_MEANING_COUNT] = { true };
	struct stackanno_view view;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const char *data = row->data ?: row->none;
		const char *all = row->all ?: data;

		make(row, &view, false);
		EXPECT_TRUE(says(&view, STACKANNO_REDACT_NONE, DIGITS, row->none)) {
			TH_LOG("%s: %s", row->none, lines.text);
		}
		EXPECT_TRUE(says(&view, STACKANNO_REDACT_DATA, row->own ? DIGITS : HIDDEN, data)) {
			TH_LOG("%s: %s", data, lines.text);
		}
		EXPECT_TRUE(says(&view, STACKANNO_REDACT_ALL, HIDDEN, all)) {
			TH_LOG("%s: %s", all, lines.text);
		}
		/* A record of a kernel that is locked down does not even hold it. */
		make(row, &view, true);
		EXPECT_TRUE(says(&view, STACKANNO_REDACT_NONE, HIDDEN, all)) {
			TH_LOG("withheld, %s: %s", all, lines.text);
		}
		seen[row->kind] = true;
	}
	for (i = 0; i < ARRAY_SIZE(seen); i++)
		EXPECT_TRUE(seen[i]) {
			TH_LOG("meaning %u", i);
		}
}

TEST_HARNESS_MAIN
