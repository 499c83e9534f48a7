// SPDX-License-Identifier: GPL-2.0-only
/* Documentation/record-format.rst against the header: every row of its tables. */
#include "core/env.h"
#include "uapi/stackanno.h"

#include "kselftest_harness.h"

struct row {
	const char *table;	/* what the comment above it names */
	const char *name;
	unsigned long offset;	/* or the value of an enum, or a flag's bit */
	unsigned long size;	/* 0 for enums and flags */
	bool seen;
};

#define FIELD(type, field) \
	{ #type, #field, offsetof(struct type, field), sizeof(((struct type *)0)->field), false }
#define VALUE(table, name) { #table, #name, table##_##name, 0, false }
#define FLAG(table, name) { #table, #name, __builtin_ctz(table##_##name), 0, false }

static struct row rows[] = {
	FIELD(stackanno_record, magic), FIELD(stackanno_record, version_major),
	FIELD(stackanno_record, version_minor), FIELD(stackanno_record, header_size),
	FIELD(stackanno_record, total_size), FIELD(stackanno_record, section_count),
	FIELD(stackanno_record, id), FIELD(stackanno_record, time_boot_ns),
	FIELD(stackanno_record, time_real_ns), FIELD(stackanno_record, reason),
	FIELD(stackanno_record, flags), FIELD(stackanno_record, arch),
	FIELD(stackanno_record, cpu), FIELD(stackanno_record, pid),
	FIELD(stackanno_record, tgid), FIELD(stackanno_record, comm),
	FIELD(stackanno_record, release), FIELD(stackanno_record, title),
	FIELD(stackanno_record, trap), FIELD(stackanno_record, signal),
	FIELD(stackanno_record, error), FIELD(stackanno_record, fault_address),
	FIELD(stackanno_record, task), FIELD(stackanno_record, words),
	FIELD(stackanno_record, explained), FIELD(stackanno_record, suspect),
	FIELD(stackanno_record, frames),
	FIELD(stackanno_section, kind), FIELD(stackanno_section, entry_size),
	FIELD(stackanno_section, offset), FIELD(stackanno_section, count),
	FIELD(stackanno_stack, begin), FIELD(stackanno_stack, end),
	FIELD(stackanno_stack, live), FIELD(stackanno_stack, kind),
	FIELD(stackanno_stack, flags), FIELD(stackanno_stack, name),
	FIELD(stackanno_stack, cpu),
	FIELD(stackanno_frame, ip), FIELD(stackanno_frame, ip_slot),
	FIELD(stackanno_frame, stack_ip), FIELD(stackanno_frame, low),
	FIELD(stackanno_frame, high), FIELD(stackanno_frame, func),
	FIELD(stackanno_frame, func_size), FIELD(stackanno_frame, name),
	FIELD(stackanno_frame, module), FIELD(stackanno_frame, args),
	FIELD(stackanno_frame, number), FIELD(stackanno_frame, kind),
	FIELD(stackanno_frame, evidence), FIELD(stackanno_frame, entry),
	FIELD(stackanno_frame, reserved), FIELD(stackanno_frame, stack),
	FIELD(stackanno_frame, flags), FIELD(stackanno_frame, first_word),
	FIELD(stackanno_frame, word_count), FIELD(stackanno_frame, regs),
	FIELD(stackanno_frame, code), FIELD(stackanno_frame, vector),
	FIELD(stackanno_frame, detail), FIELD(stackanno_frame, reserved2),
	FIELD(stackanno_frame, error), FIELD(stackanno_frame, address),
	FIELD(stackanno_word, address), FIELD(stackanno_word, value),
	FIELD(stackanno_word, role), FIELD(stackanno_word, arg),
	FIELD(stackanno_word, evidence), FIELD(stackanno_word, flags),
	FIELD(stackanno_word, frame), FIELD(stackanno_word, meaning),
	FIELD(stackanno_word, expression), FIELD(stackanno_word, where),
	FIELD(stackanno_word, reserved),
	FIELD(stackanno_meaning, kind), FIELD(stackanno_meaning, evidence),
	FIELD(stackanno_meaning, aux), FIELD(stackanno_meaning, name),
	FIELD(stackanno_meaning, module), FIELD(stackanno_meaning, offset),
	FIELD(stackanno_meaning, size), FIELD(stackanno_meaning, next),
	FIELD(stackanno_meaning, reserved),
	FIELD(stackanno_regs, value), FIELD(stackanno_regs, known),
	FIELD(stackanno_regs, address),
	FIELD(stackanno_code, address), FIELD(stackanno_code, offset),
	FIELD(stackanno_code, size),
	FIELD(stackanno_note, kind), FIELD(stackanno_note, flags),
	FIELD(stackanno_note, frame), FIELD(stackanno_note, word),
	FIELD(stackanno_note, text), FIELD(stackanno_note, value),
	FIELD(stackanno_finding, kind), FIELD(stackanno_finding, evidence),
	FIELD(stackanno_finding, frame), FIELD(stackanno_finding, text),
	FIELD(stackanno_finding, where),

	VALUE(STACKANNO_SECTION, STRINGS), VALUE(STACKANNO_SECTION, STACKS),
	VALUE(STACKANNO_SECTION, FRAMES), VALUE(STACKANNO_SECTION, WORDS),
	VALUE(STACKANNO_SECTION, MEANINGS), VALUE(STACKANNO_SECTION, REGS),
	VALUE(STACKANNO_SECTION, CODES), VALUE(STACKANNO_SECTION, BYTES),
	VALUE(STACKANNO_SECTION, NOTES), VALUE(STACKANNO_SECTION, FINDINGS),
	VALUE(STACKANNO_FINDING, INSN), VALUE(STACKANNO_FINDING, ACCESS),
	VALUE(STACKANNO_FINDING, CAUSE), VALUE(STACKANNO_FINDING, CONDITION),
	VALUE(STACKANNO_FINDING, OBJECT), VALUE(STACKANNO_FINDING, ORIGIN),
	VALUE(STACKANNO_FINDING, END),
	VALUE(STACKANNO_REASON, NONE), VALUE(STACKANNO_REASON, OOPS),
	VALUE(STACKANNO_REASON, PANIC), VALUE(STACKANNO_REASON, WARN),
	VALUE(STACKANNO_REASON, KASAN), VALUE(STACKANNO_REASON, KFENCE),
	VALUE(STACKANNO_REASON, REPORT), VALUE(STACKANNO_REASON, HANG),
	VALUE(STACKANNO_REASON, SYSRQ), VALUE(STACKANNO_REASON, TASK),
	VALUE(STACKANNO_REASON, SELF), VALUE(STACKANNO_REASON, CPU),
	VALUE(STACKANNO_REASON, BLOCKED), VALUE(STACKANNO_REASON, OFFLINE),
	VALUE(STACKANNO_ENTRY, UNKNOWN), VALUE(STACKANNO_ENTRY, EXCEPTION),
	VALUE(STACKANNO_ENTRY, INTERRUPT), VALUE(STACKANNO_ENTRY, NMI),
	VALUE(STACKANNO_ENTRY, SYSCALL), VALUE(STACKANNO_ENTRY, PROBE),
	VALUE(STACKANNO_ENTRY, UNUSED), VALUE(STACKANNO_ENTRY, SWITCH),
	VALUE(STACKANNO_EVIDENCE, NONE), VALUE(STACKANNO_EVIDENCE, CERTAIN),
	VALUE(STACKANNO_EVIDENCE, LIKELY), VALUE(STACKANNO_EVIDENCE, GUESS),
	VALUE(STACKANNO_ROLE, NONE), VALUE(STACKANNO_ROLE, RETURN),
	VALUE(STACKANNO_ROLE, REGS), VALUE(STACKANNO_ROLE, EVENT),
	VALUE(STACKANNO_ROLE, SAVED), VALUE(STACKANNO_ROLE, SPILL),
	VALUE(STACKANNO_ROLE, LOCAL), VALUE(STACKANNO_ROLE, BUFFER),
	VALUE(STACKANNO_ROLE, OUTGOING), VALUE(STACKANNO_ROLE, CANARY),
	VALUE(STACKANNO_ROLE, PADDING), VALUE(STACKANNO_ROLE, REALIGN),
	VALUE(STACKANNO_ROLE, OFFSET_GAP), VALUE(STACKANNO_ROLE, UNWRITTEN),
	VALUE(STACKANNO_ROLE, STALE), VALUE(STACKANNO_ROLE, STACK_END),
	VALUE(STACKANNO_ROLE, STACK_TOP), VALUE(STACKANNO_ROLE, STACK_LINK),
	VALUE(STACKANNO_MEANING, NONE), VALUE(STACKANNO_MEANING, TEXT),
	VALUE(STACKANNO_MEANING, RODATA), VALUE(STACKANNO_MEANING, DATA),
	VALUE(STACKANNO_MEANING, PERCPU), VALUE(STACKANNO_MEANING, MODULE),
	VALUE(STACKANNO_MEANING, OWN_SLOT), VALUE(STACKANNO_MEANING, STACK),
	VALUE(STACKANNO_MEANING, SYSCALL), VALUE(STACKANNO_MEANING, VECTOR),
	VALUE(STACKANNO_MEANING, NO_SYSCALL), VALUE(STACKANNO_MEANING, ERROR_CODE),
	VALUE(STACKANNO_MEANING, SEGMENT), VALUE(STACKANNO_MEANING, FLAGS),
	VALUE(STACKANNO_MEANING, NAMED), VALUE(STACKANNO_MEANING, ERRNO),
	VALUE(STACKANNO_MEANING, POISON), VALUE(STACKANNO_MEANING, STRING),
	VALUE(STACKANNO_MEANING, FLIPPED), VALUE(STACKANNO_MEANING, TASK),
	VALUE(STACKANNO_MEANING, TASK_STACK), VALUE(STACKANNO_MEANING, DIRECT_MAP),
	VALUE(STACKANNO_MEANING, VMEMMAP), VALUE(STACKANNO_MEANING, VMALLOC),
	VALUE(STACKANNO_MEANING, MODULE_AREA), VALUE(STACKANNO_MEANING, FIXMAP),
	VALUE(STACKANNO_MEANING, CPU_ENTRY_AREA), VALUE(STACKANNO_MEANING, USER),
	VALUE(STACKANNO_MEANING, KASAN_SHADOW), VALUE(STACKANNO_MEANING, NUMBER),
	VALUE(STACKANNO_MEANING, CHANGED),
	VALUE(STACKANNO_MEANING, SLAB), VALUE(STACKANNO_MEANING, KFENCE),
	VALUE(STACKANNO_MEANING, AREA),
	VALUE(STACKANNO_NOTE, NONE), VALUE(STACKANNO_NOTE, CHAIN_ENDS_EARLY),
	VALUE(STACKANNO_NOTE, UNWIND_ERROR), VALUE(STACKANNO_NOTE, NO_UNWIND),
	VALUE(STACKANNO_NOTE, TORN), VALUE(STACKANNO_NOTE, RUNNING),
	VALUE(STACKANNO_NOTE, TRUNCATED), VALUE(STACKANNO_NOTE, NULL_CALL),
	VALUE(STACKANNO_NOTE, BAD_IP), VALUE(STACKANNO_NOTE, REPLACED_RETURN),
	VALUE(STACKANNO_NOTE, STACK_OVERFLOW), VALUE(STACKANNO_NOTE, END_MAGIC_BROKEN),
	VALUE(STACKANNO_NOTE, BAD_REGS), VALUE(STACKANNO_NOTE, NESTED),
	VALUE(STACKANNO_NOTE, TEXT), VALUE(STACKANNO_NOTE, CANARY_BROKEN),
	VALUE(STACKANNO_NOTE, OVERRUN), VALUE(STACKANNO_NOTE, BP_AGREES),
	VALUE(STACKANNO_NOTE, SP_AGREES), VALUE(STACKANNO_NOTE, NOT_A_FRAME),
	VALUE(STACKANNO_NOTE, CALL_EDGE), VALUE(STACKANNO_NOTE, TAIL_AMBIGUOUS),
	VALUE(STACKANNO_NOTE, NO_CALL), VALUE(STACKANNO_NOTE, OTHER_VALUE),
	VALUE(STACKANNO_NOTE, ARGUMENTS_DIFFER), VALUE(STACKANNO_NOTE, SIZE_DIFFERS),
	FLAG(STACKANNO_RECORD, FATAL), FLAG(STACKANNO_RECORD, FAULT),
	FLAG(STACKANNO_RECORD, FAULT_ADDRESS), FLAG(STACKANNO_RECORD, TORN),
	FLAG(STACKANNO_RECORD, TRUNCATED), FLAG(STACKANNO_RECORD, WITHHELD),
	FLAG(STACKANNO_RECORD, IN_IRQ), FLAG(STACKANNO_RECORD, IN_SOFTIRQ),
	FLAG(STACKANNO_RECORD, IN_NMI), FLAG(STACKANNO_RECORD, ADDRESS_HIDDEN),
	FLAG(STACKANNO_FRAME, USER), FLAG(STACKANNO_FRAME, INTERRUPTED),
	FLAG(STACKANNO_FRAME, REPLACED), FLAG(STACKANNO_FRAME, NULL_CALL),
	FLAG(STACKANNO_FRAME, BAD_IP), FLAG(STACKANNO_FRAME, UNRELIABLE),
	FLAG(STACKANNO_FRAME, PARTIAL_REGS), FLAG(STACKANNO_FRAME, ERROR),
	FLAG(STACKANNO_FRAME, ADDRESS), FLAG(STACKANNO_FRAME, LAST_UNEXPECTED),
	FLAG(STACKANNO_FRAME, TAIL_CALL), FLAG(STACKANNO_FRAME, SCANNED),
	FLAG(STACKANNO_FRAME, CODE_UNREADABLE), FLAG(STACKANNO_FRAME, ADDRESS_HIDDEN),
	FLAG(STACKANNO_FRAME, IP_HIDDEN), FLAG(STACKANNO_FRAME, SIZE_DIFFERS),
	FLAG(STACKANNO_FRAME, NO_FUNCTION), FLAG(STACKANNO_FRAME, NO_END),
	FLAG(STACKANNO_FRAME, NOT_REACHED), FLAG(STACKANNO_FRAME, BEYOND_LIMITS),
	FLAG(STACKANNO_FRAME, BUSY), FLAG(STACKANNO_FRAME, LATE),
	FLAG(STACKANNO_FRAME, NO_DECODER), FLAG(STACKANNO_FRAME, TOO_DEEP),
	FLAG(STACKANNO_FRAME, NOT_ONE), FLAG(STACKANNO_FRAME, UNLISTED),
};

/* The tables of enums are complete: the last value in each is its count less one. */
static const struct {
	const char *table;
	unsigned long count;
} counts[] = {
	{ "STACKANNO_SECTION", STACKANNO_SECTION_COUNT },
	{ "STACKANNO_FINDING", STACKANNO_FINDING_COUNT },
	{ "STACKANNO_REASON", STACKANNO_REASON_COUNT },
	{ "STACKANNO_ENTRY", STACKANNO_ENTRY_COUNT },
	{ "STACKANNO_EVIDENCE", STACKANNO_EVIDENCE_COUNT },
	{ "STACKANNO_ROLE", STACKANNO_ROLE_COUNT },
	{ "STACKANNO_MEANING", STACKANNO_MEANING_COUNT },
	{ "STACKANNO_NOTE", STACKANNO_NOTE_COUNT },
};

static struct row *find(const char *table, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!strcmp(rows[i].table, table) && !strcmp(rows[i].name, name))
			return &rows[i];
	}
	return NULL;
}

/* Compare one row of the document; false when it is none of a table's. */
static bool compare(const char *line, const char *table, bool fields, char *problem, size_t size)
{
	unsigned long offset, bytes = 0;
	struct row *row;
	char name[64];

	if (fields ? sscanf(line, "%lu %lu %63s", &offset, &bytes, name) != 3 :
		     sscanf(line, "%lu %63s", &offset, name) != 2)
		return false;
	row = find(table, name);
	if (!row)
		snprintf(problem, size, "%s: %s is not in the header", table, name);
	else if (row->offset != offset || row->size != bytes)
		snprintf(problem, size, "%s: %s is at %lu with %lu bytes", table, name,
			 row->offset, row->size);
	else if (row->seen)
		snprintf(problem, size, "%s: %s stands twice", table, name);
	if (row)
		row->seen = true;
	return true;
}

TEST(document_and_header_agree)
{
	char line[256], table[64] = "", problem[160] = "";
	bool fields = false;
	unsigned int compared = 0;
	size_t i, k;
	FILE *file;

	file = fopen(DOCUMENTATION "/record-format.rst", "r");
	ASSERT_NE(NULL, file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, ".. struct: %63s", table) == 1)
			fields = true;
		else if (sscanf(line, ".. enum: %63s", table) == 1 ||
			 sscanf(line, ".. flags: %63s", table) == 1)
			fields = false;
		else if (*table && line[0] >= '0' && line[0] <= '9')
			compared += compare(line, table, fields, problem, sizeof(problem));
		EXPECT_STREQ("", problem);
		problem[0] = '\0';
	}
	fclose(file);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_TRUE(rows[i].seen) {
			TH_LOG("%s: %s is not in the document", rows[i].table, rows[i].name);
		}
	}
	EXPECT_EQ(ARRAY_SIZE(rows), compared);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		unsigned long last = 0;

		for (k = 0; k < ARRAY_SIZE(rows); k++) {
			if (!strcmp(rows[k].table, counts[i].table) && rows[k].offset > last)
				last = rows[k].offset;
		}
		EXPECT_EQ(counts[i].count, last + 1) {
			TH_LOG("%s", counts[i].table);
		}
	}
}

/* And the fields fill their structures: none was added without a row. */
TEST(tables_cover_each_structure)
{
	static const struct {
		const char *type;
		size_t size;
	} types[] = {
		{ "stackanno_record", sizeof(struct stackanno_record) },
		{ "stackanno_section", sizeof(struct stackanno_section) },
		{ "stackanno_stack", sizeof(struct stackanno_stack) },
		{ "stackanno_frame", sizeof(struct stackanno_frame) },
		{ "stackanno_word", sizeof(struct stackanno_word) },
		{ "stackanno_meaning", sizeof(struct stackanno_meaning) },
		{ "stackanno_regs", sizeof(struct stackanno_regs) },
		{ "stackanno_code", sizeof(struct stackanno_code) },
		{ "stackanno_note", sizeof(struct stackanno_note) },
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		size_t sum = 0;

		for (k = 0; k < ARRAY_SIZE(rows); k++) {
			if (!strcmp(rows[k].table, types[i].type))
				sum += rows[k].size;
		}
		EXPECT_EQ(types[i].size, sum) {
			TH_LOG("%s", types[i].type);
		}
	}
}

TEST_HARNESS_MAIN
