// SPDX-License-Identifier: GPL-2.0-only
/* From the unwinder's steps to frames, words and roles. */
#include "core/arch.h"
#include "core/frame.h"
#include "sample.h"

#include "kselftest_harness.h"

#define TASK 0xffa0000000010000ULL
#define TASK_END (TASK + 0x4000)
#define IRQ 0xffa0000000020000ULL
#define IRQ_END (IRQ + 0x4000)
#define IST 0xfffffe0000010000ULL
#define IST_END (IST + 0x2000)
#define REGS_BYTES (21 * 8)
#define IP_AT (16 * 8)
#define USER_REGS (TASK_END - REGS_BYTES)
#define TEXT 0xffffffff81000000ULL

static const struct stackanno_capacity capacity = {
	.count = {
		[STACKANNO_SECTION_STRINGS] = 4096,
		[STACKANNO_SECTION_STACKS] = 16,
		[STACKANNO_SECTION_FRAMES] = 512,
		[STACKANNO_SECTION_WORDS] = 4096,
		[STACKANNO_SECTION_MEANINGS] = 16,
		[STACKANNO_SECTION_REGS] = 32,
		[STACKANNO_SECTION_CODES] = 16,
		[STACKANNO_SECTION_BYTES] = 1024,
		[STACKANNO_SECTION_NOTES] = 64,
	},
};

/* Memory of which every word holds its own address, but for a few. */
struct memory {
	struct stackanno_reader reader;
	u64 address[8];
	u64 value[8];
	u32 count;
	u64 hole;		/* cannot be read; 0: none */
};

static int read_word(struct stackanno_reader *reader, u64 address, u64 *value)
{
	struct memory *memory = (struct memory *)reader;
	u32 i;

	if (memory->hole && address == memory->hole)
		return -EFAULT;
	*value = address;
	for (i = 0; i < memory->count; i++)
		if (memory->address[i] == address)
			*value = memory->value[i];
	return 0;
}

FIXTURE(layout)
{
	struct stackanno_picture picture;
	struct memory memory;
	struct stackanno_builder builder;
	struct stackanno_view view;
	void *bytes;
	u32 size;
};

FIXTURE_SETUP(layout)
{
	memset(&self->picture, 0, sizeof(self->picture));
	memset(&self->memory, 0, sizeof(self->memory));
	self->memory.reader.word = read_word;
	self->size = stackanno_capacity_bytes(&capacity);
	self->bytes = aligned_alloc(8, self->size);
	ASSERT_NE(NULL, self->bytes);
	ASSERT_EQ(0, stackanno_builder_init(self->bytes, self->size, &capacity,
					    &self->builder));
	self->picture.ends_well = true;
	self->picture.task_regs = USER_REGS;
	self->picture.stacks = 1;
	self->picture.stack[0] = (struct stackanno_stack){
		.begin = TASK, .end = TASK_END, .kind = STACKANNO_STACK_TASK,
		.flags = STACKANNO_STACK_MAGIC_KNOWN | STACKANNO_STACK_MAGIC_INTACT,
	};
}

FIXTURE_TEARDOWN(layout)
{
	free(self->bytes);
}

static void hold(struct memory *memory, u64 address, u64 value)
{
	memory->address[memory->count] = address;
	memory->value[memory->count++] = value;
}

static void add_stack(struct stackanno_picture *picture, u64 begin, u64 end,
		      enum stackanno_stack_kind kind)
{
	picture->stack[picture->stacks++] = (struct stackanno_stack){
		.begin = begin, .end = end, .kind = kind,
	};
}

/* A return address: it lies just below the frame that it returns into. */
static struct stackanno_step *add_call(struct stackanno_picture *picture, u64 sp)
{
	struct stackanno_step *step = &picture->step[picture->steps++];

	step->ip_slot = sp - 8;
	step->ip = sp - 8;
	step->sp = sp;
	step->evidence = STACKANNO_EVIDENCE_CERTAIN;
	return step;
}

static struct stackanno_step *add_regs(struct stackanno_picture *picture, u64 regs, u64 sp,
				       u32 flags)
{
	struct stackanno_step *step = add_call(picture, sp);

	step->ip_slot = regs + IP_AT;
	step->ip = step->ip_slot;
	step->regs = regs;
	step->flags = flags;
	return step;
}

static struct stackanno_word *word_at(const struct stackanno_builder *builder, u64 address)
{
	u32 slot;

	if (stackanno_frame_find(builder, address, &slot) == STACKANNO_NONE)
		return NULL;
	return stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, slot);
}

static struct stackanno_frame *frame_of(const struct stackanno_builder *builder, u64 address)
{
	u32 slot;

	return stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES,
				       stackanno_frame_find(builder, address, &slot));
}

static bool has_role(const struct stackanno_builder *builder, u64 address, u32 role, u32 arg)
{
	const struct stackanno_word *word = word_at(builder, address);

	return word && word->role == role && word->arg == arg;
}

static bool has_note(const struct stackanno_builder *builder, u32 kind)
{
	const struct stackanno_note *note;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_NOTES].count; i++) {
		note = stackanno_builder_entry(builder, STACKANNO_SECTION_NOTES, i);
		if (note->kind == kind)
			return true;
	}
	return false;
}

/* No word twice, none between the first and the stack's end left out. */
static u32 words_missing_or_twice(const struct stackanno_builder *builder, u64 low, u64 high)
{
	const struct stackanno_word *word;
	u32 wrong = 0, n, i;
	u64 address;

	for (address = low; address < high; address += 8) {
		for (n = 0, i = 0; i < builder->section[STACKANNO_SECTION_WORDS].count; i++) {
			word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i);
			n += word->address == address;
		}
		wrong += n != 1;
	}
	return wrong;
}

#define LAY_OUT() \
	ASSERT_EQ(0, stackanno_frame_layout(&self->picture, &self->memory.reader, \
					    &self->builder))

TEST_F(layout, exception_puts_fields_below_ip_in_a_block_and_the_rest_in_the_stopped_frame)
{
	u64 regs = TASK_END - 0x400, sp = regs + REGS_BYTES + 8;
	u32 field;

	add_regs(&self->picture, regs, sp, STACKANNO_FRAME_INTERRUPTED);
	add_call(&self->picture, sp + 0x40);
	add_regs(&self->picture, USER_REGS, 0x7ffc00000000ULL, STACKANNO_FRAME_USER);
	LAY_OUT();

	for (field = 0; field < 21; field++)
		EXPECT_TRUE(has_role(&self->builder, regs + field * 8, STACKANNO_ROLE_REGS, field));
	EXPECT_EQ(STACKANNO_FRAME_ENTRY, frame_of(&self->builder, regs + IP_AT)->kind);
	EXPECT_EQ(STACKANNO_FRAME_CALL, frame_of(&self->builder, regs + IP_AT + 8)->kind);
	EXPECT_EQ(0, frame_of(&self->builder, regs + IP_AT + 8)->number);
	EXPECT_TRUE(has_role(&self->builder, sp - 8, STACKANNO_ROLE_PADDING, 0));
	EXPECT_TRUE(has_role(&self->builder, sp, STACKANNO_ROLE_NONE, 0));
	EXPECT_TRUE(has_role(&self->builder, sp + 0x38, STACKANNO_ROLE_RETURN, 0));
	EXPECT_EQ(1, frame_of(&self->builder, sp + 0x40)->number);
	EXPECT_EQ(0, words_missing_or_twice(&self->builder, regs, TASK_END));
}

TEST_F(layout, user_registers_are_one_whole_block)
{
	u32 field;

	add_call(&self->picture, USER_REGS - 0x20);
	add_regs(&self->picture, USER_REGS, 0x7ffc00000000ULL, STACKANNO_FRAME_USER);
	LAY_OUT();
	for (field = 0; field < 21; field++)
		EXPECT_TRUE(has_role(&self->builder, USER_REGS + field * 8, STACKANNO_ROLE_REGS,
				     field));
	EXPECT_EQ(frame_of(&self->builder, USER_REGS),
		  frame_of(&self->builder, TASK_END - 8));
	EXPECT_EQ(STACKANNO_NONE16, frame_of(&self->builder, USER_REGS)->number);
	EXPECT_EQ(1, self->builder.section[STACKANNO_SECTION_REGS].count);
}

TEST_F(layout, registers_of_both_parts_of_a_block_are_collected)
{
	u64 regs = TASK_END - 0x400, sp = regs + REGS_BYTES;
	const struct stackanno_regs *values;

	self->memory.hole = regs + 3 * 8;
	add_regs(&self->picture, regs, sp, STACKANNO_FRAME_INTERRUPTED);
	add_call(&self->picture, sp + 0x40);
	LAY_OUT();
	values = stackanno_builder_entry(&self->builder, STACKANNO_SECTION_REGS,
					 frame_of(&self->builder, sp)->regs);
	ASSERT_NE(NULL, values);
	EXPECT_EQ(regs + STACKANNO_X86_SS * 8, values->value[STACKANNO_X86_SS]);
	EXPECT_EQ(regs, values->value[STACKANNO_X86_R15]);
	EXPECT_EQ(((1ULL << 21) - 1) & ~(1ULL << 3), values->known);
	EXPECT_TRUE(word_at(&self->builder, regs + 3 * 8)->flags & STACKANNO_WORD_UNREADABLE);
}

TEST_F(layout, interrupt_stack_links_back_to_the_task)
{
	u64 resumed = TASK_END - 0x200;

	add_stack(&self->picture, IRQ, IRQ_END, STACKANNO_STACK_IRQ);
	hold(&self->memory, IRQ_END - 8, resumed);
	add_call(&self->picture, IRQ_END - 0x40);
	add_call(&self->picture, IRQ_END - 8);
	add_call(&self->picture, resumed + 0x30);
	add_regs(&self->picture, USER_REGS, 0x7ffc00000000ULL, STACKANNO_FRAME_USER);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, IRQ_END - 8, STACKANNO_ROLE_STACK_LINK, 0));
	EXPECT_EQ(frame_of(&self->builder, IRQ_END - 8), frame_of(&self->builder, resumed));
	EXPECT_TRUE(has_role(&self->builder, resumed + 0x28, STACKANNO_ROLE_RETURN, 0));
	EXPECT_EQ(NULL, word_at(&self->builder, resumed - 8));
	EXPECT_EQ(0, words_missing_or_twice(&self->builder, resumed, TASK_END));
}

TEST_F(layout, link_that_leads_nowhere_is_no_link)
{
	u64 resumed = TASK_END - 0x200;

	add_stack(&self->picture, IRQ, IRQ_END, STACKANNO_STACK_IRQ);
	hold(&self->memory, IRQ_END - 8, 0x1234);
	add_call(&self->picture, IRQ_END - 8);
	add_call(&self->picture, resumed + 0x30);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, IRQ_END - 8, STACKANNO_ROLE_NONE, 0));
	EXPECT_TRUE(has_role(&self->builder, resumed + 0x28, STACKANNO_ROLE_RETURN, 0));
}

TEST_F(layout, sleeping_task_left_its_registers)
{
	static const u32 fields[] = {
		STACKANNO_X86_R15, STACKANNO_X86_R14, STACKANNO_X86_R13,
		STACKANNO_X86_R12, STACKANNO_X86_BX, STACKANNO_X86_BP,
	};
	u64 sp = TASK_END - 0x300;
	u32 i;

	self->picture.switch_frame = sp;
	add_call(&self->picture, sp + 7 * 8);
	add_call(&self->picture, sp + 0x80);
	LAY_OUT();
	for (i = 0; i < ARRAY_SIZE(fields); i++)
		EXPECT_TRUE(has_role(&self->builder, sp + i * 8, STACKANNO_ROLE_SAVED, fields[i]));
	EXPECT_TRUE(has_role(&self->builder, sp + 6 * 8, STACKANNO_ROLE_RETURN, 0));
	EXPECT_EQ(STACKANNO_ENTRY_SWITCH, frame_of(&self->builder, sp)->entry);
}

TEST_F(layout, kernel_thread_keeps_registers_that_nothing_entered_through)
{
	self->picture.kernel_thread = true;
	add_call(&self->picture, TASK_END - 0x200);
	add_call(&self->picture, USER_REGS);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, USER_REGS, STACKANNO_ROLE_REGS, 0));
	EXPECT_EQ(STACKANNO_ENTRY_UNUSED, frame_of(&self->builder, USER_REGS)->entry);
	EXPECT_EQ(0, frame_of(&self->builder, USER_REGS)->flags);
}

TEST_F(layout, chain_that_ends_early_leaves_a_rest_and_says_so)
{
	u64 last = TASK_END - 0x300;

	self->picture.ends_well = false;
	add_call(&self->picture, last - 0x40);
	add_call(&self->picture, last);
	LAY_OUT();
	EXPECT_TRUE(has_note(&self->builder, STACKANNO_NOTE_CHAIN_ENDS_EARLY));
	EXPECT_EQ(STACKANNO_FRAME_REST, frame_of(&self->builder, last)->kind);
	EXPECT_TRUE(has_role(&self->builder, last, STACKANNO_ROLE_NONE, 0));
	EXPECT_TRUE(has_role(&self->builder, USER_REGS, STACKANNO_ROLE_REGS, 0));
	EXPECT_EQ(0, words_missing_or_twice(&self->builder, last, TASK_END));
}

TEST_F(layout, overflow_begins_at_the_stacks_last_word_with_the_magic)
{
	u64 regs = IST_END - REGS_BYTES;

	add_stack(&self->picture, IST, IST_END, STACKANNO_STACK_EXCEPTION);
	self->picture.stack[0].flags = STACKANNO_STACK_MAGIC_KNOWN | STACKANNO_STACK_OVERFLOWED;
	add_regs(&self->picture, regs, TASK - 0x18, STACKANNO_FRAME_INTERRUPTED);
	add_call(&self->picture, TASK + 0x40);
	add_call(&self->picture, TASK + 0x100);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, TASK, STACKANNO_ROLE_STACK_END, 0));
	EXPECT_TRUE(word_at(&self->builder, TASK)->flags & STACKANNO_WORD_SUSPECT);
	EXPECT_TRUE(has_role(&self->builder, TASK + 0x38, STACKANNO_ROLE_RETURN, 0));
	EXPECT_TRUE(has_role(&self->builder, IST_END - 8, STACKANNO_ROLE_REGS,
			     STACKANNO_X86_SS));
	EXPECT_EQ(frame_of(&self->builder, IST_END - 8), frame_of(&self->builder, TASK + 8));
	EXPECT_EQ(0, words_missing_or_twice(&self->builder, TASK, TASK_END));
}

TEST_F(layout, registers_on_an_exception_stack_leave_no_padding_elsewhere)
{
	u64 regs = IST + 0x800;

	add_stack(&self->picture, IST, IST_END, STACKANNO_STACK_EXCEPTION);
	add_regs(&self->picture, regs, TASK_END - 0x200, STACKANNO_FRAME_INTERRUPTED);
	add_call(&self->picture, TASK_END - 0x180);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, TASK_END - 0x200, STACKANNO_ROLE_NONE, 0));
	EXPECT_EQ(STACKANNO_FRAME_REST, frame_of(&self->builder, regs + REGS_BYTES)->kind);
	EXPECT_EQ(0, words_missing_or_twice(&self->builder, regs, IST_END));
}

TEST_F(layout, replaced_return_address_is_said_with_what_stands_there)
{
	const struct stackanno_frame *frame;
	u64 sp = TASK_END - 0x200;

	add_call(&self->picture, sp - 0x40);
	add_call(&self->picture, sp)->ip = TEXT + 0x1234;
	LAY_OUT();
	EXPECT_TRUE(has_note(&self->builder, STACKANNO_NOTE_REPLACED_RETURN));
	frame = stackanno_builder_entry(&self->builder, STACKANNO_SECTION_FRAMES, 1);
	EXPECT_TRUE(frame->flags & STACKANNO_FRAME_REPLACED);
	EXPECT_EQ(TEXT + 0x1234, frame->ip);
	EXPECT_EQ(sp - 8, frame->stack_ip);
}

TEST_F(layout, fred_pushes_two_event_words)
{
	u64 regs = TASK_END - 0x400, sp = regs + REGS_BYTES + 16 + 0x28;
	u64 user = TASK_END - 16 - REGS_BYTES;

	self->picture.fred = true;
	self->picture.task_regs = user;
	add_regs(&self->picture, regs, sp, STACKANNO_FRAME_INTERRUPTED);
	add_call(&self->picture, sp + 0x40);
	add_regs(&self->picture, user, 0x7ffc00000000ULL, STACKANNO_FRAME_USER);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, regs + REGS_BYTES, STACKANNO_ROLE_EVENT,
			     STACKANNO_X86_EVENT_DATA));
	EXPECT_TRUE(has_role(&self->builder, regs + REGS_BYTES + 8, STACKANNO_ROLE_EVENT,
			     STACKANNO_X86_EVENT_RESERVED));
	EXPECT_TRUE(has_role(&self->builder, sp - 8, STACKANNO_ROLE_PADDING, 0));
	EXPECT_TRUE(has_role(&self->builder, TASK_END - 8, STACKANNO_ROLE_EVENT,
			     STACKANNO_X86_EVENT_RESERVED));
}

TEST_F(layout, room_above_the_users_registers_is_the_stacks_top)
{
	u64 user = TASK_END - 16 - REGS_BYTES;

	self->picture.task_regs = user;
	add_call(&self->picture, user - 0x20);
	add_regs(&self->picture, user, 0x7ffc00000000ULL, STACKANNO_FRAME_USER);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, TASK_END - 16, STACKANNO_ROLE_STACK_TOP, 0));
	EXPECT_TRUE(has_role(&self->builder, TASK_END - 8, STACKANNO_ROLE_STACK_TOP, 0));
}

TEST_F(layout, partial_registers_begin_with_ip)
{
	u64 regs = TASK_END - 0x400, sp = regs + REGS_BYTES;

	add_call(&self->picture, TASK_END - 0x500);
	add_regs(&self->picture, regs, sp,
		 STACKANNO_FRAME_INTERRUPTED | STACKANNO_FRAME_PARTIAL_REGS);
	add_call(&self->picture, sp + 0x20);
	LAY_OUT();
	EXPECT_TRUE(has_role(&self->builder, regs, STACKANNO_ROLE_NONE, 0));
	EXPECT_EQ(0, frame_of(&self->builder, regs)->number);
	EXPECT_TRUE(has_role(&self->builder, regs + IP_AT, STACKANNO_ROLE_REGS,
			     STACKANNO_X86_IP));
	EXPECT_EQ(0, words_missing_or_twice(&self->builder, TASK_END - 0x500, TASK_END));
}

TEST_F(layout, null_call_returns_from_its_first_word)
{
	u64 regs = TASK_END - 0x400, sp = regs + REGS_BYTES;

	add_regs(&self->picture, regs, sp,
		 STACKANNO_FRAME_INTERRUPTED | STACKANNO_FRAME_NULL_CALL)->ip = 0;
	hold(&self->memory, regs + IP_AT, 0);
	add_call(&self->picture, sp + 8);
	LAY_OUT();
	EXPECT_TRUE(has_note(&self->builder, STACKANNO_NOTE_NULL_CALL));
	EXPECT_FALSE(has_note(&self->builder, STACKANNO_NOTE_REPLACED_RETURN));
	EXPECT_TRUE(has_role(&self->builder, sp, STACKANNO_ROLE_RETURN, 0));
}

TEST_F(layout, doubted_step_makes_a_doubted_return_address)
{
	u64 sp = TASK_END - 0x200;

	add_call(&self->picture, sp - 0x40);
	add_call(&self->picture, sp)->evidence = STACKANNO_EVIDENCE_GUESS;
	LAY_OUT();
	EXPECT_EQ(STACKANNO_EVIDENCE_GUESS, word_at(&self->builder, sp - 8)->evidence);
}

TEST_F(layout, gap_is_labelled_within_its_frame_and_doubted)
{
	u64 low = TASK_END - 0x300;

	add_call(&self->picture, low);
	add_call(&self->picture, low + 0x80);
	LAY_OUT();
	stackanno_frame_mark_gap(&self->builder, 0, 0x60);
	EXPECT_TRUE(has_role(&self->builder, low, STACKANNO_ROLE_OFFSET_GAP, 0));
	EXPECT_TRUE(has_role(&self->builder, low + 0x58, STACKANNO_ROLE_OFFSET_GAP, 0));
	EXPECT_TRUE(has_role(&self->builder, low + 0x60, STACKANNO_ROLE_NONE, 0));
	EXPECT_EQ(STACKANNO_EVIDENCE_LIKELY, word_at(&self->builder, low)->evidence);
}

TEST_F(layout, gap_larger_than_its_frame_is_none)
{
	u64 low = TASK_END - 0x300;

	add_call(&self->picture, low);
	add_call(&self->picture, low + 0x80);
	LAY_OUT();
	stackanno_frame_mark_gap(&self->builder, 0, 0x80);
	EXPECT_TRUE(has_role(&self->builder, low, STACKANNO_ROLE_NONE, 0));
	stackanno_frame_mark_gap(&self->builder, 99, 8);
}

TEST_F(layout, interrupted_frame_has_no_gap_yet)
{
	u64 regs = TASK_END - 0x400, sp = regs + REGS_BYTES;

	add_regs(&self->picture, regs, sp, STACKANNO_FRAME_INTERRUPTED);
	add_call(&self->picture, sp + 0x80);
	LAY_OUT();
	stackanno_frame_mark_gap(&self->builder, 1, 0x40);
	EXPECT_TRUE(has_role(&self->builder, sp, STACKANNO_ROLE_NONE, 0));
}

/* Code for frame 1 that ends, at its ip, with @bytes. */
static void add_code(struct stackanno_builder *builder, const u8 *bytes, u32 len)
{
	struct stackanno_frame *frame;
	struct stackanno_code *code;
	u32 index;
	u8 *at;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, 1);
	code = stackanno_builder_add(builder, STACKANNO_SECTION_CODES, &index);
	at = stackanno_builder_bytes(builder, len, &code->offset);
	memcpy(at, bytes, len);
	code->address = frame->ip - len;
	code->size = len;
	frame->code = index;
}

TEST_F(layout, return_address_behind_a_call_stays_certain)
{
	static const u8 call[] = { 0x90, 0xe8, 1, 2, 3, 4 };
	u64 sp = TASK_END - 0x200;

	add_call(&self->picture, sp - 0x40);
	add_call(&self->picture, sp);
	LAY_OUT();
	add_code(&self->builder, call, sizeof(call));
	stackanno_frame_check_calls(&self->builder);
	EXPECT_EQ(STACKANNO_EVIDENCE_CERTAIN, word_at(&self->builder, sp - 8)->evidence);
}

TEST_F(layout, return_address_behind_no_call_is_doubted)
{
	static const u8 jump[] = { 0x90, 0xe9, 1, 2, 3, 4 };
	u64 sp = TASK_END - 0x200;

	add_call(&self->picture, sp - 0x40);
	add_call(&self->picture, sp);
	LAY_OUT();
	add_code(&self->builder, jump, sizeof(jump));
	stackanno_frame_check_calls(&self->builder);
	EXPECT_EQ(STACKANNO_EVIDENCE_LIKELY, word_at(&self->builder, sp - 8)->evidence);
}

TEST_F(layout, return_address_into_unread_code_is_doubted)
{
	u64 sp = TASK_END - 0x200;

	add_call(&self->picture, sp - 0x40);
	add_call(&self->picture, sp);
	LAY_OUT();
	stackanno_frame_check_calls(&self->builder);
	EXPECT_EQ(STACKANNO_EVIDENCE_LIKELY, word_at(&self->builder, sp - 8)->evidence);
}

TEST_F(layout, lowest_word_of_each_stack_is_where_its_use_ends)
{
	const struct stackanno_stack *stack;
	u64 low = TASK_END - 0x300;

	add_call(&self->picture, low);
	add_call(&self->picture, low + 0x80);
	LAY_OUT();
	stack = stackanno_builder_entry(&self->builder, STACKANNO_SECTION_STACKS, 0);
	EXPECT_EQ(low, stack->live);
}

/* xorshift64: the same garbage at every run. */
static u64 noise(u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static u64 noise_address(u64 *seed)
{
	static const u64 near[] = {
		0, TASK - 64, TASK, TASK_END - 256, TASK_END, IRQ, IRQ_END - 128, IST_END - 8, ~0ULL,
	};
	u64 random = noise(seed);

	if (random % 8 == 0)
		return noise(seed);
	return near[random % ARRAY_SIZE(near)] + (random >> 32) % 512;
}

TEST_F(layout, garbage_is_survived_and_makes_a_valid_record)
{
	u64 seed = 88172645463325252ULL;
	struct stackanno_refusal refusal;
	u32 round, i;

	for (round = 0; round < 3000; round++) {
		struct stackanno_picture *picture = &self->picture;

		stackanno_builder_init(self->bytes, self->size, &capacity, &self->builder);
		self->builder.record->reason = STACKANNO_REASON_OOPS;
		self->builder.record->arch = STACKANNO_ARCH_X86_64;
		picture->stacks = 1;
		add_stack(picture, IRQ, IRQ_END, STACKANNO_STACK_IRQ);
		add_stack(picture, IST, IST_END, STACKANNO_STACK_EXCEPTION);
		picture->stack[0].flags = noise(&seed) & 7;
		picture->steps = noise(&seed) % 12;
		picture->task_regs = noise_address(&seed);
		picture->switch_frame = noise_address(&seed);
		picture->kernel_thread = noise(&seed) & 1;
		picture->fred = noise(&seed) & 1;
		picture->ends_well = noise(&seed) & 1;
		for (i = 0; i < picture->steps; i++)
			picture->step[i] = (struct stackanno_step){
				.ip = noise_address(&seed), .ip_slot = noise_address(&seed),
				.sp = noise_address(&seed),
				.regs = noise(&seed) & 1 ? noise_address(&seed) : 0,
				.flags = noise(&seed) & 0xfff,
				.evidence = STACKANNO_EVIDENCE_CERTAIN,
			};
		self->memory.count = 0;
		hold(&self->memory, IRQ_END - 8, noise_address(&seed));
		stackanno_frame_layout(picture, &self->memory.reader, &self->builder);
		stackanno_frame_check_calls(&self->builder);
		stackanno_frame_mark_gap(&self->builder, noise(&seed) % 8, noise(&seed) % 0x400);
		i = stackanno_builder_finish(&self->builder);
		ASSERT_EQ(0, stackanno_record_check(self->bytes, i, &self->view, &refusal)) {
			TH_LOG("round %u: section %u, entry %u: %s", round, refusal.kind,
			       refusal.index, refusal.what);
		}
	}
}

TEST_F(layout, more_steps_than_there_is_room_for_are_not_read)
{
	self->picture.steps = STACKANNO_PICTURE_STEPS + 1000;
	self->picture.stacks = STACKANNO_PICTURE_STACKS + 1000;
	stackanno_frame_layout(&self->picture, &self->memory.reader, &self->builder);
	EXPECT_GE(STACKANNO_PICTURE_STEPS * 2 + STACKANNO_PICTURE_STACKS + 8,
		  self->builder.section[STACKANNO_SECTION_FRAMES].count);
}

/* What bounds the work is what there is room for, not what the picture says. */
TEST_F(layout, stack_without_end_is_not_walked_to_its_end)
{
	self->picture.stack[0].end = 0xfffffffffffff000ULL;
	self->picture.steps = 1;
	self->picture.step[0] = (struct stackanno_step){
		.ip = TEXT, .sp = USER_REGS - 64, .regs = USER_REGS - 256,
		.evidence = STACKANNO_EVIDENCE_CERTAIN };
	EXPECT_EQ(-ENOSPC, stackanno_frame_layout(&self->picture, &self->memory.reader,
						  &self->builder));
}

TEST_HARNESS_MAIN
