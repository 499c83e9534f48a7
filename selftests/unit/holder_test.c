// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words that hold a function's values, over several frames: a word that an inner frame
 * saved is told in the names of the frame whose register it is.
 */
#include "core/arch.h"
#include "core/describe_word.h"
#include "core/holder.h"
#include "core/parameter.h"
#include "blob.h"
#include "sample.h"
#include "world.h"

#include "kselftest_harness.h"

#define STACK 0xffa0000000013a00ULL
#define MEMORY 0xff11000000001000ULL

/* A function that is stopped behind the call, or the instruction, before the last byte. */
struct layer {
	const char *body;
	u32 words;		/* of its frame */
	bool stopped;
	u32 rdi;		/* type of its argument; 0: nothing is known of it */
};

/* Ids of the types, in the order in which make_types() lays them down. */
enum { MAPPING = 1, MAPPING_POINTER, FILE_STRUCT, FILE_POINTER, OF_FILE, OF_MAPPING };

static struct blob blob;
static struct sample sample;
static struct stackanno_flow flow;
static struct world world;
static struct stackanno_holders holders;
static u64 memory[8];

static void make_types(void)
{
	blob_begin(&blob);
	blob_type(&blob, "mapping", STACKANNO_BTF_STRUCT, 1, 16);
	blob_member(&blob, "host", FILE_POINTER, 64);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, MAPPING);
	blob_type(&blob, "file", STACKANNO_BTF_STRUCT, 1, 32);
	blob_member(&blob, "f_mapping", MAPPING_POINTER, 24 * 8);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, FILE_STRUCT);
	blob_type(&blob, "", STACKANNO_BTF_FUNC_PROTO, 1, 0);
	blob_parameter(&blob, "file", FILE_POINTER);
	blob_type(&blob, "", STACKANNO_BTF_FUNC_PROTO, 1, 0);
	blob_parameter(&blob, "mapping", MAPPING_POINTER);
}

/* The words of the innermost frames, one after the other, each with @value. */
static void lay(const struct layer *layers, u32 count, u64 value)
{
	static const u64 canary = 1;
	struct stackanno_frame *frame;
	struct stackanno_regs *regs;
	enum stackanno_fit fit;
	u64 low = STACK;
	u32 i, k;

	sample_begin(&sample);
	for (i = 0; i < count; i++, low = sample.next) {
		frame = sample_call(&sample, (u16)i, "f", 0, low);
		for (k = 0; k < layers[i].words; k++)
			sample_word(&sample, value, k + 1 < layers[i].words ?
				    STACKANNO_ROLE_NONE : STACKANNO_ROLE_RETURN, 0);
	}
	stackanno_holders_begin(&holders);
	for (i = 0; i < count; i++) {
		static struct world_code code;	/* asked for as long as the analysis is */

		code = (struct world_code){ .body = layers[i].body };
		if (world_run(&world, &code, &flow))
			return;
		frame = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_FRAMES, i);
		frame->func = WORLD_BODY;
		frame->func_size = world.body_bytes;
		frame->ip = WORLD_BODY + world.body_bytes - 1;
		if (layers[i].stopped) {
			frame->flags |= STACKANNO_FRAME_INTERRUPTED;
			regs = stackanno_builder_add(&sample.builder, STACKANNO_SECTION_REGS,
						     &frame->regs);
			regs->known = 1ULL << STACKANNO_X86_SP;
			regs->value[STACKANNO_X86_SP] = frame->low;
		}
		fit = stackanno_role_frame(&sample.builder, i, &flow, &canary);
		stackanno_holders_frame(&holders, &sample.builder, i, &flow, fit);
	}
}

static bool read_memory(struct stackanno_memory *ops, u64 address, void *buf, u32 len)
{
	if (address < MEMORY || address + len > MEMORY + sizeof(memory))
		return false;
	memcpy(buf, (u8 *)memory + (address - MEMORY), len);
	return true;
}

/* The labels of all words, when each frame's first argument is MEMORY. */
static const char *labels(const struct layer *layers, u32 count, bool values)
{
	static char bytes[1024];
	struct stackanno_memory ops = { .read = read_memory };
	struct stackanno_chain_frame entry = { 0 };
	struct stackanno_signature signature;
	struct stackanno_holder_world around = { .memory = values ? &ops : NULL,
						 .entry = &entry };
	struct stackanno_describer describer;
	struct stackanno_text text;
	struct stackanno_view view;
	struct stackanno_word word;
	u32 i;

	entry.argument[0].own = (struct stackanno_known){
		.value = MEMORY, .bytes = 8, .evidence = STACKANNO_EVIDENCE_CERTAIN };
	for (i = 0; i < count; i++) {
		signature = (struct stackanno_signature){
			.btf = &blob.btf, .prototype = { .id = layers[i].rdi, .parameters = 1 } };
		around.signature = layers[i].rdi ? &signature : NULL;
		stackanno_holders_describe(&holders, &sample.builder, i, &around);
	}
	sample_finish(&sample, &view);
	stackanno_describer_begin(&describer, &view, STACKANNO_REDACT_NONE, false);
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	for (i = 0; !stackanno_view_word(&view, i, &word); i++)
		stackanno_describe_label(&describer, &word, &text);
	return bytes;
}

/* push %rbx; call */
#define SAVES { "53 e800010000 c3", 2, false, OF_MAPPING }
/* sub $8,%rsp; call */
#define LEAVES { "4883ec08 e800010000 c3", 2, false, OF_MAPPING }
/* push %rbx; mov 0x18(%rdi),%rbx; call */
#define LOADS { "53 488b5f18 e800010000 c3", 2, false, OF_FILE }

static const struct {
	const char *what;
	struct layer layers[3];
	u32 count;
	const char *labels;
} cases[] = {
	{ "what the next frame loaded", { SAVES, LOADS }, 2,
	  "[rbx=file->f_mapping][ret][rbx][ret]" },
	{ "what a frame further out loaded", { SAVES, LEAVES, LOADS }, 3,
	  "[rbx=file->f_mapping][ret][pad][ret][rbx][ret]" },
	/* push %rbx; mov %rdi,%rbx; call */
	{ "each in its own function's names",
	  { SAVES, { "53 4889fb e800010000 c3", 2, false, OF_MAPPING }, LOADS }, 3,
	  "[rbx=mapping][ret][rbx=file->f_mapping][ret][rbx][ret]" },
	{ "a function without names", { SAVES, { "53 488b5f18 e800010000 c3", 2, false, 0 } }, 2,
	  "[rbx=*(rdi+0x18)][ret][rbx][ret]" },
	/* sub $0x18,%rsp; mov 0x18(%rdi),%rax; mov %rax,8(%rsp); mov %rdi,(%rsp); call */
	{ "locals and spills",
	  { { "4883ec18 488b4718 4889442408 48893c24 e800010000 c3", 4, false, OF_FILE } }, 1,
	  "[spill rdi=file][rsp+0x8=file->f_mapping][pad][ret]" },
	/* push %rbx; mov 0x18(%rdi),%rbx; lea 8(%rsi,%rbx),%rbx; call */
	{ "a sum is none", { SAVES, { "53 488b5f18 488d5c1e08 e800010000 c3", 2, false, OF_FILE } },
	  2, "[rbx][ret][rbx][ret]" },
	{ "a frame that does not fit keeps what waits", { SAVES, { "53 488b5f18 e800010000 c3", 3, false, OF_FILE } },
	  2, "[rbx][ret][pad \?\?][rbx \?\?][ret]" },
};

TEST(words_are_told_in_the_names_of_whose_they_are)
{
	u32 i;

	make_types();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		lay(cases[i].layers, cases[i].count, 5);
		EXPECT_STREQ(cases[i].labels, labels(cases[i].layers, cases[i].count, false)) {
			TH_LOG("%s", cases[i].what);
		}
	}
}

TEST(memory_that_changed_since_is_said_so)
{
	static const struct layer layers[] = { SAVES, LOADS };

	make_types();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	memory[3] = 5;
	lay(layers, 2, 5);
	EXPECT_STREQ("[rbx=file->f_mapping][ret][rbx][ret]", labels(layers, 2, true));
	memory[3] = 0;
	lay(layers, 2, 5);
	EXPECT_EQ(0, strncmp("[rbx=file->f_mapping {was 0000000000000005, now 0000000000000000}]",
			     labels(layers, 2, true), 66));
}

/* What an interrupt laid down belongs to the function that it stopped. */
TEST(registers_of_a_stopped_function_are_told)
{
	static const struct layer layer = { "53 488b5f18 90 c3", 2, true, OF_FILE };
	struct stackanno_frame *frame;
	struct stackanno_regs *regs;
	struct stackanno_word *word;
	enum stackanno_fit fit;
	u32 at;

	make_types();
	ASSERT_EQ(0, blob_open(&blob, NULL));
	lay(&layer, 1, 5);
	/* Registers that lie in words of a block of their own. */
	frame = sample_frame(&sample, STACKANNO_FRAME_ENTRY, STACK + 0x100);
	frame->entry = STACKANNO_ENTRY_EXCEPTION;
	for (at = 0; at <= STACKANNO_X86_DI; at++)
		sample_word(&sample, 5, STACKANNO_ROLE_REGS, (u16)at);
	regs = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_REGS, 0);
	ASSERT_NE(NULL, regs);
	regs->address = STACK + 0x100;
	regs->known |= 1ULL << STACKANNO_X86_BX | 1ULL << STACKANNO_X86_DI |
		       1ULL << STACKANNO_X86_SI;
	frame = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_FRAMES, 0);
	fit = stackanno_role_frame(&sample.builder, 0, &flow, NULL);
	ASSERT_EQ(STACKANNO_FIT_AGREES, fit);
	stackanno_holders_begin(&holders);
	stackanno_holders_frame(&holders, &sample.builder, 0, &flow, fit);
	labels(&layer, 1, false);
	for (at = 0; at <= STACKANNO_X86_DI; at++) {
		word = stackanno_builder_entry(&sample.builder, STACKANNO_SECTION_WORDS, 2 + at);
		ASSERT_NE(NULL, word);
		EXPECT_EQ(at == STACKANNO_X86_BX || at == STACKANNO_X86_DI, !!word->expression) {
			TH_LOG("field %u", at);
		}
	}
}

TEST_HARNESS_MAIN
