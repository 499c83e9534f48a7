// SPDX-License-Identifier: GPL-2.0-only
/*
 * A note belongs to the frame of its function whose last word, the return address, lies
 * where the note says. A frame that was stopped before its probe could note it is left
 * out: what is noted there may be of an earlier call from the same place.
 */
#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"

/* A function that has come no further has perhaps not been noted. */
#define PREAMBLE_MAX 9

static const struct {
	const char *name;
	unsigned int field;	/* in the order of the saved register file */
} registers[SA_TRUTH_REGISTERS] = {
	[SA_TRUTH_RDI] = { "rdi", 14 }, [SA_TRUTH_RSI] = { "rsi", 13 },
	[SA_TRUTH_RDX] = { "rdx", 12 }, [SA_TRUTH_RCX] = { "rcx", 11 },
	[SA_TRUTH_R8] = { "r8", 9 },	[SA_TRUTH_R9] = { "r9", 8 },
	[SA_TRUTH_RBX] = { "rbx", 5 },	[SA_TRUTH_RBP] = { "rbp", 4 },
	[SA_TRUTH_R12] = { "r12", 3 },	[SA_TRUTH_R13] = { "r13", 2 },
	[SA_TRUTH_R14] = { "r14", 1 },	[SA_TRUTH_R15] = { "r15", 0 },
};

static const char * const kind_names[COMPARED_KINDS] = {
	[COMPARED_RETURN] = "return address",
	[COMPARED_SAVED] = "saved",
	[COMPARED_SPILL] = "spilled",
	[COMPARED_ARGUMENT] = "argument",
};

struct comparison {
	const struct record *record;
	const struct sa_truth_shot *shot;
	const struct stackanno_frame *frame;
	const struct sa_truth_note *note;
	struct tally *tally;
	bool shifted, quiet;
	bool found[COMPARED_KINDS][SA_TRUTH_REGISTERS];
	unsigned int wrong;
};

static int register_of(unsigned int field)
{
	int i;

	for (i = 0; i < SA_TRUTH_REGISTERS; i++)
		if (registers[i].field == field)
			return i;
	return -1;
}

/* What the record says of something, and what it was when the function was entered. */
struct said {
	enum compared kind;
	int reg;
	unsigned int evidence;
	uint64_t address;	/* of the word that it is about */
	uint64_t value, expected;
};

static void complain(const struct comparison *c, const struct said *said)
{
	const struct stackanno_frame *frame = c->frame;

	printf("wrong: record %" PRIu64 " #%u %s+0x%" PRIx64 "(%s), %s %s at %016" PRIx64
	       ": %016" PRIx64 ", when entered %016" PRIx64 "\n",
	       (uint64_t)c->shot->record, frame->number, record_string(c->record, frame->name),
	       (uint64_t)(frame->ip - frame->func), record_string(c->record, frame->args),
	       kind_names[said->kind], said->kind == COMPARED_RETURN ? "" : registers[said->reg].name,
	       said->address, said->value, said->expected);
}

static void compare(struct comparison *c, const struct said *said)
{
	struct row *row = &c->tally->row[said->kind][said->reg];

	if (said->evidence >= STACKANNO_EVIDENCE_COUNT)
		return;
	if (said->value == said->expected) {
		row->equal[said->evidence]++;
		if (said->evidence == STACKANNO_EVIDENCE_CERTAIN)
			c->found[said->kind][said->reg] = true;
		return;
	}
	row->wrong[said->evidence]++;
	if (said->evidence != STACKANNO_EVIDENCE_CERTAIN)
		return;
	c->wrong++;
	if (!c->quiet)
		complain(c, said);
}

static uint64_t low(uint64_t value, unsigned int bytes)
{
	return bytes >= sizeof(value) ? value : value & ((1ULL << (8 * bytes)) - 1);
}

/* The register that a label means; with @shifted another one, as if stackanno had erred. */
static uint64_t expected_of(const struct comparison *c, int reg)
{
	return c->note->reg[c->shifted ? (reg + 1) % SA_TRUTH_REGISTERS : reg];
}

static void compare_arguments(struct comparison *c)
{
	struct argument argument[SA_TRUTH_ARGUMENTS];
	unsigned int count, i;
	struct said said;

	count = arguments_read(record_string(c->record, c->frame->name),
			       record_string(c->record, c->frame->args), argument);
	for (i = 0; i < count; i++) {
		c->tally->row[COMPARED_ARGUMENT][argument[i].reg].asked++;
		c->tally->odd += argument[i].odd;
		if (argument[i].odd || argument[i].evidence == STACKANNO_EVIDENCE_NONE)
			continue;
		said = (struct said){ .kind = COMPARED_ARGUMENT, .reg = argument[i].reg,
				      .evidence = argument[i].evidence };
		said.value = low(argument[i].value, argument[i].bytes);
		said.expected = low(expected_of(c, argument[i].reg), argument[i].bytes);
		compare(c, &said);
	}
}

static void compare_word(struct comparison *c, const struct stackanno_word *word)
{
	struct said said = { .reg = register_of(word->arg), .evidence = word->evidence,
			     .address = word->address, .value = word->value };

	if (word->flags & (STACKANNO_WORD_UNREADABLE | STACKANNO_WORD_WITHHELD))
		return;
	if (word->role == STACKANNO_ROLE_RETURN) {
		said.kind = COMPARED_RETURN;
		said.reg = 0;
		said.expected = c->note->returns;
		if (word->address == c->note->slot)
			compare(c, &said);
		return;
	}
	if ((word->role != STACKANNO_ROLE_SAVED && word->role != STACKANNO_ROLE_SPILL) ||
	    said.reg < 0)
		return;
	said.kind = said.reg < SA_TRUTH_ARGUMENTS ? COMPARED_SPILL : COMPARED_SAVED;
	said.expected = expected_of(c, said.reg);
	compare(c, &said);
}

static void compare_frame(struct comparison *c)
{
	const struct stackanno_word *word;
	int kind, reg;
	uint32_t i;

	memset(c->found, 0, sizeof(c->found));
	for (reg = 0; reg < SA_TRUTH_REGISTERS; reg++)
		for (kind = 0; kind < COMPARED_ARGUMENT; kind++)
			c->tally->row[kind][reg].asked++;
	for (i = 0; i < c->frame->word_count; i++) {
		word = record_entry(c->record, STACKANNO_SECTION_WORDS, c->frame->first_word + i);
		if (word)
			compare_word(c, word);
	}
	compare_arguments(c);
	for (kind = 0; kind < COMPARED_KINDS; kind++)
		for (reg = 0; reg < SA_TRUTH_REGISTERS; reg++)
			c->tally->row[kind][reg].frames += c->found[kind][reg];
}

/* Address of the word that ends a frame, with its return address; 0: it has none. */
static uint64_t slot_of(const struct record *record, const struct stackanno_frame *frame)
{
	const struct stackanno_word *word;

	if (!frame->word_count)
		return 0;
	word = record_entry(record, STACKANNO_SECTION_WORDS,
			    frame->first_word + frame->word_count - 1);
	return word && word->role == STACKANNO_ROLE_RETURN ? word->address : 0;
}

static bool is_live(const struct record *record, uint64_t slot)
{
	const struct stackanno_stack *stack;
	uint32_t i;

	for (i = 0; (stack = record_entry(record, STACKANNO_SECTION_STACKS, i)); i++)
		if (slot >= stack->live && slot < stack->end)
			return true;
	return false;
}

/* Notes of words that are on the stacks still, whatever frame they are in. */
static unsigned int count_live(const struct record *record, const struct sa_truth_shot *shot)
{
	const struct sa_truth_note *notes = (const void *)(shot + 1);
	unsigned int live = 0;
	uint32_t i;

	for (i = 0; i < shot->notes; i++)
		live += is_live(record, notes[i].slot);
	return live;
}

static const struct sa_truth_note *note_of(const struct sa_truth_shot *shot, uint64_t function,
					   uint64_t slot)
{
	const struct sa_truth_note *notes = (const void *)(shot + 1);
	uint32_t i;

	for (i = 0; slot && i < shot->notes; i++)
		if (notes[i].function == function && notes[i].slot == slot)
			return &notes[i];
	return NULL;
}

unsigned int compare_record(const struct record *record, const struct sa_truth_shot *shot,
			    bool shifted, bool quiet, struct tally *tally)
{
	struct comparison c = { .record = record, .shot = shot, .tally = tally,
				.shifted = shifted, .quiet = quiet };
	unsigned int found = 0;
	uint32_t i;

	tally->records++;
	tally->suspects += record->head->suspect;
	if (shot->moment < SA_TRUTH_MOMENTS)
		tally->moments[shot->moment]++;
	for (i = 0; (c.frame = record_entry(record, STACKANNO_SECTION_FRAMES, i)); i++) {
		if (c.frame->kind != STACKANNO_FRAME_CALL)
			continue;
		tally->frames++;
		c.note = note_of(shot, c.frame->func, slot_of(record, c.frame));
		if (!c.note)
			continue;
		found++;
		if (c.note->slot == shot->stopped) {
			tally->entered++;
		} else if (c.frame->ip - c.frame->func <= PREAMBLE_MAX) {
			tally->unsettled++;
			continue;
		} else {
			tally->noted++;
		}
		compare_frame(&c);
	}
	tally->gone += count_live(record, shot) - found;
	return c.wrong;
}

unsigned long compare_wrong(const struct tally *tally, enum stackanno_evidence evidence)
{
	unsigned long sum = 0;
	int kind, reg;

	for (kind = 0; kind < COMPARED_KINDS; kind++)
		for (reg = 0; reg < SA_TRUTH_REGISTERS; reg++)
			sum += tally->row[kind][reg].wrong[evidence];
	return sum;
}

static void print_row(const struct tally *tally, enum compared kind, int reg)
{
	const struct row *row = &tally->row[kind][reg];
	unsigned long all = 0;
	int i;

	for (i = 0; i < STACKANNO_EVIDENCE_COUNT; i++)
		all += row->equal[i] + row->wrong[i];
	if (!all)
		return;
	printf("row\t%s%s%s\t%lu\t%lu", kind_names[kind], kind == COMPARED_RETURN ? "" : " ",
	       kind == COMPARED_RETURN ? "" : registers[reg].name, row->asked, row->frames);
	for (i = STACKANNO_EVIDENCE_CERTAIN; i < STACKANNO_EVIDENCE_COUNT; i++)
		printf("\t%lu\t%lu", row->equal[i], row->wrong[i]);
	printf("\n");
}

void compare_print(const struct tally *tally)
{
	int kind, reg;

	printf("records\t%lu\nsuspects\t%lu\n", tally->records, tally->suspects);
	printf("moments: breakpoint\t%lu\nmoments: jump\t%lu\nmoments: traced\t%lu\n"
	       "moments: timer\t%lu\n", tally->moments[SA_TRUTH_BREAKPOINT],
	       tally->moments[SA_TRUTH_JUMP], tally->moments[SA_TRUTH_TRACED],
	       tally->moments[SA_TRUTH_TIMER]);
	printf("odd\t%lu\nframes\t%lu\ncompared\t%lu\nentered\t%lu\nunsettled\t%lu\ngone\t%lu\nwrong\t%lu\n",
	       tally->odd, tally->frames, tally->noted, tally->entered, tally->unsettled, tally->gone,
	       compare_wrong(tally, STACKANNO_EVIDENCE_CERTAIN));
	for (kind = 0; kind < COMPARED_KINDS; kind++)
		for (reg = 0; reg < SA_TRUTH_REGISTERS; reg++)
			print_row(tally, kind, reg);
}
