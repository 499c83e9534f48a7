// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any picture of stacks, with any words on them: what is laid out is a record,
 * every word read at most once, and it can be rendered in each way there is.
 */
#include "core/frame.h"
#include "core/record.h"
#include "sinks.h"
#include "taker.h"

#define STACK 0xffa0000000010000ULL
#define STACK_BYTES 0x400
#define APART 0x1000

static const struct stackanno_capacity capacity = {
	.count = {
		[STACKANNO_SECTION_STRINGS] = 256,
		[STACKANNO_SECTION_STACKS] = STACKANNO_PICTURE_STACKS,
		[STACKANNO_SECTION_FRAMES] = 48,
		[STACKANNO_SECTION_WORDS] = 512,
		[STACKANNO_SECTION_REGS] = 8,
		[STACKANNO_SECTION_CODES] = 4,
		[STACKANNO_SECTION_BYTES] = 64,
		[STACKANNO_SECTION_NOTES] = 32,
	},
};

struct memory {
	struct stackanno_reader reader;
	u64 seed;
	u32 stacks;
	bool overlap;		/* stacks may: then words of both are read twice */
	u8 had[STACKANNO_PICTURE_STACKS][STACK_BYTES / 8];
};

/* An address on one of the stacks, near one, or anywhere. */
static u64 take_address(struct taker *taker)
{
	u64 way = take(taker, 1);

	switch (way & 7) {
	case 0:
		return 0;
	case 1:
		return take(taker, 8);
	case 2:
		return STACK + (way >> 3) % 10 * APART + take(taker, 2);
	default:
		return STACK + (way >> 3) % 3 * APART + take(taker, 1) * 8 % STACK_BYTES;
	}
}

static int read_word(struct stackanno_reader *reader, u64 address, u64 *value)
{
	struct memory *memory = (struct memory *)reader;
	u64 random = mix(memory->seed, address), at = address - STACK;

	CHECK(address % 8 == 0);
	if (!memory->overlap) {
		CHECK(at / APART < memory->stacks && at % APART < STACK_BYTES);
		CHECK(!memory->had[at / APART][at % APART / 8]++);
	}
	*value = random;
	if (random & 1)
		*value = STACK + (random >> 8) % (memory->stacks + 1) * APART +
			 ((random >> 16) % STACK_BYTES & ~7ULL);
	return random >> 60 ? 0 : -EFAULT;
}

/* Return: whether it may overlap another. */
static bool take_stack(struct taker *taker, u32 index, struct stackanno_stack *stack)
{
	u64 way = take(taker, 1);

	stack->begin = STACK + index * APART;
	stack->end = stack->begin + STACK_BYTES;
	stack->kind = way % STACKANNO_STACK_COUNT;
	stack->flags = way >> 5;
	stack->cpu = STACKANNO_NONE;
	if ((way & 24) != 24)
		return false;
	stack->begin = take_address(taker);
	stack->end = take_address(taker);
	/* Of one that is upside down nothing could be shown: the caller's stacks are not. */
	if (stack->end < stack->begin)
		stack->end = stack->begin;
	return true;
}

static void take_step(struct taker *taker, struct stackanno_step *step)
{
	step->flags = (u32)take(taker, 2);
	step->evidence = 1 + take(taker, 1) % 3;
	step->ip = step->flags & 1 ? take(taker, 8) : 0xffffffff81000000ULL + take(taker, 1);
	step->ip_slot = take_address(taker);
	step->sp = take_address(taker);
	step->regs = step->flags & (STACKANNO_FRAME_USER | STACKANNO_FRAME_INTERRUPTED) ?
		take_address(taker) : 0;
}

static void take_picture(struct taker *taker, struct stackanno_picture *picture,
			 struct memory *memory)
{
	u64 way = take(taker, 2);
	u32 i;

	memset(picture, 0, sizeof(*picture));
	picture->stacks = (way & 7) == 7 ? (u32)(way >> 3) : (u32)(way & 7);
	picture->kernel_thread = way >> 12 & 1;
	picture->fred = way >> 13 & 1;
	picture->ends_well = way >> 14 & 1;
	for (i = 0; i < picture->stacks && i < STACKANNO_PICTURE_STACKS; i++)
		memory->overlap |= take_stack(taker, i, &picture->stack[i]);
	memory->stacks = i;
	picture->switch_frame = take_address(taker);
	picture->task_regs = take_address(taker);
	for (i = 0; taker->left && i < STACKANNO_PICTURE_STEPS; i++)
		take_step(taker, &picture->step[i]);
	picture->steps = way >> 15 ? 0xffffffff : i;
}

static void check_words(const struct stackanno_builder *builder)
{
	struct stackanno_word *word;
	u32 frame, slot, i;

	for (i = 0; (word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i)); i++) {
		CHECK(word->address % 8 == 0);
		frame = stackanno_frame_find(builder, word->address, &slot);
		CHECK(frame != STACKANNO_NONE);
		CHECK(((struct stackanno_word *)stackanno_builder_entry(builder,
			STACKANNO_SECTION_WORDS, slot))->address == word->address);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u64 bytes[32 << 10];
	struct taker taker = { data, size };
	struct memory memory = { .reader.word = read_word, .seed = take(&taker, 2) };
	u32 gap = (u32)take(&taker, 2);
	struct stackanno_builder builder;
	struct stackanno_picture picture;
	struct stackanno_view view;
	int ret;

	take_picture(&taker, &picture, &memory);
	CHECK(!stackanno_builder_init(bytes, sizeof(bytes), &capacity, &builder));
	builder.record->arch = STACKANNO_ARCH_X86_64;
	builder.record->reason = STACKANNO_REASON_SELF;
	ret = stackanno_frame_layout(&picture, &memory.reader, &builder);
	CHECK(!ret || ret == -ENOSPC);
	check_words(&builder);
	stackanno_frame_check_calls(&builder);
	stackanno_frame_mark_gap(&builder, gap & 63, gap >> 6);
	CHECK(!stackanno_record_open(bytes, stackanno_builder_finish(&builder), &view));
	sinks_check(&view, gap, 0, 0);
	return 0;
}
