// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the words' values are, most telling first. A symbol is looked up only for
 * a value in a range that has symbols: the kernel image's sections, a module's,
 * the static per-CPU area. Meanings never change what a word is by its place.
 */
#include <linux/kernel.h>
#include <linux/poison.h>
#include <linux/elf.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "core/arch.h"
#include "core/literal.h"
#include "counter.h"
#include "identify.h"
#include "identify_memory.h"
#include "meaning.h"
#include "modules.h"
#include "percpu.h"
#include "region.h"
#include "task.h"

/* A clock read every so many words. */
#define CLOCK_EVERY 32

static_assert(STACKANNO_FILL_SLAB_FREE == POISON_FREE);
static_assert(STACKANNO_FILL_SLAB_INUSE == POISON_INUSE);
static_assert(STACKANNO_FILL_RED_INACTIVE == SLUB_RED_INACTIVE);
static_assert(STACKANNO_FILL_RED_ACTIVE == SLUB_RED_ACTIVE);
static_assert(STACKANNO_FILL_PAGE == PAGE_POISON);

enum tasks { TASKS_UNASKED, TASKS_GATHERED, TASKS_NONE };

struct identify {
	struct stackanno_builder *builder;
	const struct stackanno_picture *picture;
	struct stackanno_symbol *symbol;
	bool withhold;
	enum tasks tasks;
};

/* One kind of meaning, added where it fits. Return: whether nothing more is to be said. */
typedef bool (*meaning_kind)(struct identify *identify, struct stackanno_word *word);

static bool own_slot(struct identify *identify, struct stackanno_word *word)
{
	u32 stack = stackanno_picture_stack(identify->picture, word->value);
	struct stackanno_meaning *meaning;
	struct stackanno_frame *frame;
	u32 index, slot;

	if (stack == STACKANNO_NONE)
		return false;
	index = stackanno_frame_find(identify->builder, word->value & ~7ULL, &slot);
	frame = stackanno_builder_entry(identify->builder, STACKANNO_SECTION_FRAMES, index);
	/* A frame's words may lie on two stacks: an offset is given within the first run. */
	if (frame && (word->value < frame->low || word->value >= frame->high))
		frame = NULL;
	meaning = stackanno_meaning_add(identify->builder, word,
			      frame ? STACKANNO_MEANING_OWN_SLOT : STACKANNO_MEANING_STACK,
			      STACKANNO_EVIDENCE_CERTAIN);
	if (!meaning)
		return true;
	meaning->aux = frame ? index : stack;
	meaning->offset = word->value - (frame ? frame->low :
					 identify->picture->stack[stack].begin);
	return true;
}

static bool kernel_text(struct identify *identify, struct stackanno_word *word)
{
	if (!stackanno_ksyms_between(word->value, STACKANNO_KSYM_STEXT, STACKANNO_KSYM_ETEXT) ||
	    stackanno_ksyms_symbol(word->value, identify->symbol))
		return false;
	stackanno_meaning_add_symbol(identify->builder, word, STACKANNO_MEANING_TEXT,
		   STACKANNO_EVIDENCE_CERTAIN, identify->symbol);
	return true;
}

/*
 * kallsyms has starts, no sizes: a value inside an object may as well lie in
 * something nameless that follows it, a string or padding.
 */
static enum stackanno_evidence data_evidence(const struct stackanno_symbol *symbol)
{
	return symbol->offset ? STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN;
}

static bool kernel_data(struct identify *identify, struct stackanno_word *word)
{
	enum stackanno_meaning_kind kind;

	if (stackanno_ksyms_between(word->value, STACKANNO_KSYM_START_RODATA,
				    STACKANNO_KSYM_END_RODATA))
		kind = STACKANNO_MEANING_RODATA;
	else if (stackanno_ksyms_between(word->value, STACKANNO_KSYM_SDATA,
					 STACKANNO_KSYM_EDATA) ||
		 stackanno_ksyms_between(word->value, STACKANNO_KSYM_BSS_START,
					 STACKANNO_KSYM_BSS_STOP))
		kind = STACKANNO_MEANING_DATA;
	else
		return false;
	if (stackanno_ksyms_symbol(word->value, identify->symbol))
		return false;
	stackanno_meaning_add_symbol(identify->builder, word, kind, data_evidence(identify->symbol),
		   identify->symbol);
	return true;
}

static bool percpu_data(struct identify *identify, struct stackanno_word *word)
{
	struct stackanno_meaning *meaning;
	unsigned long offset;
	const char *name;
	unsigned int cpu;

	if (stackanno_percpu_find(word->value, &cpu, &name, &offset))
		return false;
	meaning = stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_PERCPU,
			      offset ? STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN);
	if (!meaning)
		return true;
	/* Without a name: whatever it is, it lies in that CPU's area. */
	meaning->aux = cpu;
	meaning->name = name ? stackanno_builder_text(identify->builder, name) : 0;
	meaning->offset = offset;
	return true;
}

static bool in_module(struct identify *identify, struct stackanno_word *word)
{
	static const enum stackanno_meaning_kind kinds[STACKANNO_MODULE_USES] = {
		[STACKANNO_MODULE_TEXT] = STACKANNO_MEANING_TEXT,
		[STACKANNO_MODULE_RODATA] = STACKANNO_MEANING_RODATA,
		[STACKANNO_MODULE_DATA] = STACKANNO_MEANING_DATA,
		[STACKANNO_MODULE_INIT_TEXT] = STACKANNO_MEANING_TEXT,
	};
	struct stackanno_symbol *symbol = identify->symbol;
	struct stackanno_meaning *meaning;
	enum stackanno_module_use use;
	unsigned long offset;
	const char *module;

	if (stackanno_modules_find(word->value, &use, &module, &offset))
		return false;
	if (!stackanno_ksyms_symbol(word->value, symbol) && symbol->module[0]) {
		stackanno_meaning_add_symbol(identify->builder, word, kinds[use],
			   kinds[use] == STACKANNO_MEANING_TEXT ? STACKANNO_EVIDENCE_CERTAIN :
								  data_evidence(symbol), symbol);
		return true;
	}
	meaning = stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_MODULE,
			      STACKANNO_EVIDENCE_CERTAIN);
	if (!meaning)
		return true;
	meaning->module = stackanno_builder_text(identify->builder, module);
	meaning->offset = offset;
	return true;
}

/* The record's own task said at the time of the picture what it is. */
static bool own_task(struct identify *identify, struct stackanno_word *word)
{
	const struct stackanno_record *record = identify->builder->record;
	char comm[sizeof(record->comm) + 1] = "";
	struct stackanno_meaning *meaning;

	if (!record->task || word->value < record->task ||
	    word->value - record->task >= STACKANNO_TASK_SIZE)
		return false;
	meaning = stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_TASK,
					STACKANNO_EVIDENCE_CERTAIN);
	if (!meaning)
		return true;
	memcpy(comm, record->comm, sizeof(record->comm));
	meaning->name = stackanno_builder_text(identify->builder, comm);
	meaning->aux = record->pid;
	meaning->offset = word->value - record->task;
	return true;
}

/*
 * A task may have ended since the picture was taken, and another have its memory.
 * They are gathered for the first value that lies where tasks and stacks do.
 */
static bool other_task(struct identify *identify, struct stackanno_word *word)
{
	const struct stackanno_region *region;
	struct stackanno_meaning *meaning;
	struct stackanno_task task;
	u64 offset;

	region = stackanno_region_find(word->value, &offset);
	if (!region || (region->kind != STACKANNO_MEANING_DIRECT_MAP &&
			region->kind != STACKANNO_MEANING_VMALLOC))
		return false;
	if (identify->tasks == TASKS_UNASKED)
		identify->tasks = stackanno_tasks_gather() ? TASKS_NONE : TASKS_GATHERED;
	if (identify->tasks == TASKS_NONE || stackanno_tasks_find(word->value, &task))
		return false;
	meaning = stackanno_meaning_add(identify->builder, word, task.kind,
					STACKANNO_EVIDENCE_LIKELY);
	if (!meaning)
		return true;
	meaning->name = stackanno_builder_text(identify->builder, task.comm);
	meaning->aux = task.pid;
	meaning->offset = task.offset;
	return true;
}

static bool slab_object(struct identify *identify, struct stackanno_word *word)
{
	return stackanno_identify_object(identify->builder, word);
}

static bool mapped_area(struct identify *identify, struct stackanno_word *word)
{
	const struct stackanno_region *region;
	u64 offset;

	region = stackanno_region_find(word->value, &offset);
	return region && (region->kind == STACKANNO_MEANING_VMALLOC ||
			  region->kind == STACKANNO_MEANING_MODULE_AREA) &&
	       stackanno_identify_area(identify->builder, word, identify->symbol);
}

static bool region(struct identify *identify, struct stackanno_word *word)
{
	const struct stackanno_region *region;
	struct stackanno_meaning *meaning;
	u64 offset;

	region = stackanno_region_find(word->value, &offset);
	if (!region)
		return false;
	meaning = stackanno_meaning_add(identify->builder, word, region->kind, region->evidence);
	if (!meaning)
		return true;
	if (region->kind == STACKANNO_MEANING_DIRECT_MAP ||
	    region->kind == STACKANNO_MEANING_VMEMMAP)
		stackanno_identify_page(identify->builder, meaning, offset);
	meaning->offset = offset;
	meaning->aux = 0;
	return true;
}

static bool literal(struct identify *identify, struct stackanno_word *word)
{
	struct stackanno_literal literal;
	struct stackanno_meaning *meaning;

	if (stackanno_literal_classify(word->value, POISON_POINTER_DELTA, &literal))
		return false;
	meaning = stackanno_meaning_add(identify->builder, word, literal.kind, literal.evidence);
	if (!meaning)
		return true;
	meaning->aux = literal.aux;
	meaning->offset = literal.offset;
	meaning->size = literal.size;
	if (literal.name)
		meaning->name = stackanno_builder_text(identify->builder, literal.name);
	else if (!identify->withhold)
		meaning->name = stackanno_builder_text(identify->builder, literal.text);
	return true;
}

/* Flags may as well be a number, which is said, too. */
static bool flags(struct identify *identify, struct stackanno_word *word)
{
	struct stackanno_symbol *symbol = identify->symbol;
	struct stackanno_meaning *meaning;

	if (!stackanno_arch_may_be_flags(word->value))
		return false;
	stackanno_arch_flags_text(word->value, symbol->name, sizeof(symbol->name));
	meaning = stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_FLAGS,
					STACKANNO_EVIDENCE_GUESS);
	if (meaning && !identify->withhold)
		meaning->name = stackanno_builder_text(identify->builder, symbol->name);
	return false;
}

/* What the address with its one bit set right would be of; NULL: of nothing known. */
static const char *place_of(struct identify *identify, u64 address)
{
	const struct stackanno_region *region;
	struct stackanno_symbol *symbol = identify->symbol;
	u64 offset;
	size_t len;

	if (stackanno_picture_stack(identify->picture, address) != STACKANNO_NONE)
		return "this stack";
	if (stackanno_ksyms_in_image(address) && !stackanno_ksyms_symbol(address, symbol)) {
		len = strlen(symbol->name);
		scnprintf(symbol->name + len, sizeof(symbol->name) - len, "+0x%lx",
			  symbol->offset);
		return symbol->name;
	}
	if (address - identify->builder->record->task < STACKANNO_TASK_SIZE)
		return "this task";
	region = stackanno_region_find(address, &offset);
	return region && region->kind == STACKANNO_MEANING_DIRECT_MAP ? "direct map" : NULL;
}

static bool flipped(struct identify *identify, struct stackanno_word *word)
{
	int bit = stackanno_literal_flipped(word->value, stackanno_region_bits());
	struct stackanno_meaning *meaning;
	const char *place;

	place = bit < 0 ? NULL : place_of(identify, word->value | 1ULL << bit);
	if (!place)
		return false;
	meaning = stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_FLIPPED,
					STACKANNO_EVIDENCE_GUESS);
	if (!meaning)
		return true;
	meaning->aux = bit;
	meaning->name = stackanno_builder_text(identify->builder, place);
	return true;
}

/*
 * Small programs lie where sizes and flags do, and two ints in one word look like
 * an address, too: taken are only the upper eighth, where mappings and stacks are,
 * and where position-independent programs are loaded.
 */
static bool user(struct identify *identify, struct stackanno_word *word)
{
	const u64 end = DEFAULT_MAP_WINDOW, program = ELF_ET_DYN_BASE;

	if (stackanno_identify_vma(identify->builder, word, false))
		return true;
	if (!(word->value >= end - (1ULL << 44) && word->value < end) &&
	    !(word->value >= program && word->value < program + (1ULL << 41)))
		return false;
	stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_USER,
			      STACKANNO_EVIDENCE_LIKELY);
	return true;
}

/*
 * Where a program was, and its stack pointer, are addresses whatever they look like; and
 * `syscall` leaves the first in rcx, too.
 */
static bool is_program_place(const struct identify *identify, const struct stackanno_word *word)
{
	const struct stackanno_frame *frame;
	const struct stackanno_regs *regs;

	if (word->role != STACKANNO_ROLE_REGS || word->value >> 63 ||
	    (word->arg != STACKANNO_X86_IP && word->arg != STACKANNO_X86_SP &&
	     word->arg != STACKANNO_X86_CX))
		return false;
	frame = stackanno_builder_entry(identify->builder, STACKANNO_SECTION_FRAMES, word->frame);
	if (!frame || !(frame->flags & STACKANNO_FRAME_USER))
		return false;
	if (word->arg != STACKANNO_X86_CX)
		return true;
	regs = stackanno_builder_entry(identify->builder, STACKANNO_SECTION_REGS, frame->regs);
	return regs && word->value == regs->value[STACKANNO_X86_IP];
}

static void program_place(struct identify *identify, struct stackanno_word *word)
{
	if (!stackanno_identify_vma(identify->builder, word, true))
		stackanno_meaning_add(identify->builder, word, STACKANNO_MEANING_USER,
				      STACKANNO_EVIDENCE_LIKELY);
}

/* Words that are no pointers by their place: a meaning of their value would mislead. */
static bool means_nothing(const struct stackanno_word *word)
{
	switch (word->role) {
	case STACKANNO_ROLE_CANARY:
	case STACKANNO_ROLE_STACK_END:
		return !(word->flags & STACKANNO_WORD_SUSPECT);
	case STACKANNO_ROLE_REGS:
		return word->arg == STACKANNO_X86_ORIG_AX || word->arg == STACKANNO_X86_CS ||
		       word->arg == STACKANNO_X86_SS || word->arg == STACKANNO_X86_FLAGS;
	default:
		return false;
	}
}

/* What an address of the kernel's half may be, most telling first. */
static const meaning_kind upper[] = {
	own_slot,
	kernel_text,
	in_module,
	kernel_data,
	percpu_data,
	own_task,
	other_task,
	slab_object,
	mapped_area,
	region,
	literal,
	flipped,
};

/* And what any other value, but for 0, of which there are the most. */
static const meaning_kind lower[] = {
	user,
	flags,
	literal,
	flipped,
};

/* That memory holds something else by now says nothing of the word's own value. */
static bool is_identified(const struct identify *identify, const struct stackanno_word *word)
{
	const struct stackanno_meaning *meaning;

	meaning = stackanno_builder_entry(identify->builder, STACKANNO_SECTION_MEANINGS,
					  word->meaning);
	return meaning && meaning->kind != STACKANNO_MEANING_CHANGED;
}

static void identify_word(struct identify *identify, struct stackanno_word *word)
{
	bool is_upper = word->value >> 63;
	const meaning_kind *kinds = is_upper ? upper : lower;
	unsigned int count = is_upper ? ARRAY_SIZE(upper) : ARRAY_SIZE(lower);
	unsigned int i;

	if (!word->value || is_identified(identify, word) ||
	    word->flags & STACKANNO_WORD_UNREADABLE || means_nothing(word))
		return;
	if (is_program_place(identify, word)) {
		program_place(identify, word);
		return;
	}
	for (i = 0; i < count; i++)
		if (kinds[i](identify, word))
			return;
}

int stackanno_identify_words(struct stackanno_builder *builder,
			     const struct stackanno_picture *picture,
			     struct stackanno_symbol *symbol, bool withhold, u64 deadline)
{
	struct identify identify = {
		.builder = builder, .picture = picture, .symbol = symbol, .withhold = withhold,
	};
	const u64 began = ktime_get_mono_fast_ns();
	int ret = 0;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_WORDS].count; i++) {
		if (deadline && !(i % CLOCK_EVERY) && ktime_get_mono_fast_ns() > deadline) {
			stackanno_counter_add(STACKANNO_COUNT_BUDGET_HITS, 1);
			ret = -ETIME;
			break;
		}
		identify_word(&identify, stackanno_builder_entry(builder,
								 STACKANNO_SECTION_WORDS, i));
	}
	if (identify.tasks == TASKS_GATHERED)
		stackanno_tasks_release();
	stackanno_counter_add(STACKANNO_COUNT_IDENTIFY_NS, ktime_get_mono_fast_ns() - began);
	return ret;
}
