// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>

#include "core/arch.h"
#include "core/label.h"
#include "sample.h"

#define STACK_BEGIN	0xffa0000000010000ULL
#define STACK_END	0xffa0000000014000ULL
#define IRQ_BEGIN	0xfffffe0000004000ULL
#define IRQ_END		0xfffffe0000008000ULL

static void die(const char *what)
{
	fprintf(stderr, "sample: %s\n", what);
	abort();
}

static void *add(struct sample *s, enum stackanno_section_kind kind, u32 *index)
{
	void *entry = stackanno_builder_add(&s->builder, kind, index);

	if (!entry)
		die("no room");
	return entry;
}

u32 sample_string(struct sample *s, const char *string)
{
	return string ? stackanno_builder_string(&s->builder, string, strlen(string)) : 0;
}

static void begin_empty(struct sample *s)
{
	static const struct stackanno_capacity capacity = { .count = {
		[STACKANNO_SECTION_STRINGS] = 64 << 10,
		[STACKANNO_SECTION_STACKS] = 8,
		[STACKANNO_SECTION_FRAMES] = 128,
		[STACKANNO_SECTION_WORDS] = 4096,
		[STACKANNO_SECTION_MEANINGS] = 4096,
		[STACKANNO_SECTION_REGS] = 16,
		[STACKANNO_SECTION_CODES] = 16,
		[STACKANNO_SECTION_BYTES] = 4096,
		[STACKANNO_SECTION_NOTES] = 128,
	} };

	/* What a crash finds in its memory is not zero either. */
	memset(s->memory, 0xa5, sizeof(s->memory));
	if (stackanno_builder_init(s->memory, sizeof(s->memory), &capacity, &s->builder))
		die("builder");
	s->frame = STACKANNO_NONE;
	s->next = 0;
	s->size = 0;
}

void sample_begin(struct sample *s)
{
	struct stackanno_record *head;
	struct stackanno_stack *stack;

	begin_empty(s);
	head = s->builder.record;
	head->id = 1;
	head->time_boot_ns = 12345678901ULL;
	head->time_real_ns = 1795340412000000000ULL;
	head->reason = STACKANNO_REASON_OOPS;
	head->flags = STACKANNO_RECORD_FATAL;
	head->arch = STACKANNO_ARCH_X86_64;
	head->cpu = 1;
	head->pid = 123;
	head->tgid = 123;
	memcpy(head->comm, "sh", 3);
	head->release = sample_string(s, "6.1.0-56-amd64");
	head->title = sample_string(s, "Oops");
	head->task = 0xff11000005bcb700ULL;

	stack = add(s, STACKANNO_SECTION_STACKS, NULL);
	stack->begin = STACK_BEGIN;
	stack->end = STACK_END;
	stack->live = 0xffa0000000013ab0ULL;
	stack->kind = STACKANNO_STACK_TASK;
	stack->flags = STACKANNO_STACK_MAGIC_KNOWN | STACKANNO_STACK_MAGIC_INTACT;
	stack->cpu = STACKANNO_NONE;
}

struct stackanno_frame *sample_frame(struct sample *s, enum stackanno_frame_kind kind, u64 low)
{
	struct stackanno_frame *frame = add(s, STACKANNO_SECTION_FRAMES, &s->frame);

	frame->kind = kind;
	frame->number = STACKANNO_NONE16;
	frame->evidence = STACKANNO_EVIDENCE_CERTAIN;
	frame->low = low;
	frame->high = low;
	frame->first_word = s->builder.section[STACKANNO_SECTION_WORDS].count;
	frame->regs = STACKANNO_NONE;
	frame->code = STACKANNO_NONE;
	frame->vector = STACKANNO_NONE;
	s->next = low;
	return frame;
}

struct stackanno_frame *sample_call(struct sample *s, u16 number, const char *name, u64 ip,
				    u64 low)
{
	struct stackanno_frame *frame = sample_frame(s, STACKANNO_FRAME_CALL, low);

	frame->number = number;
	frame->name = sample_string(s, name);
	frame->ip = ip;
	frame->stack_ip = ip;
	frame->ip_slot = low - 8;
	if (name) {
		frame->func = ip - 0x82;
		frame->func_size = 0x100;
	}
	return frame;
}

struct stackanno_word *sample_word(struct sample *s, u64 value, enum stackanno_role role, u16 arg)
{
	struct stackanno_word *word = add(s, STACKANNO_SECTION_WORDS, NULL);
	struct stackanno_frame *frame;

	frame = stackanno_builder_entry(&s->builder, STACKANNO_SECTION_FRAMES, s->frame);
	if (!frame)
		die("a word without a frame");
	word->address = s->next;
	word->value = value;
	word->role = role;
	word->arg = arg;
	word->evidence = role ? STACKANNO_EVIDENCE_CERTAIN : STACKANNO_EVIDENCE_NONE;
	word->frame = (u16)s->frame;
	word->meaning = STACKANNO_NONE;
	word->where = STACKANNO_NONE;
	s->next += 8;
	frame->word_count++;
	frame->high = s->next;
	return word;
}

struct stackanno_meaning *sample_meaning(struct sample *s, struct stackanno_word *word,
					 enum stackanno_meaning_kind kind, const char *name,
					 u64 offset)
{
	struct stackanno_meaning *meaning;
	u32 *link = &word->meaning;
	u32 index;

	meaning = add(s, STACKANNO_SECTION_MEANINGS, &index);
	meaning->kind = kind;
	meaning->evidence = STACKANNO_EVIDENCE_CERTAIN;
	meaning->name = sample_string(s, name);
	meaning->offset = offset;
	meaning->next = STACKANNO_NONE;
	while (*link != STACKANNO_NONE) {
		struct stackanno_meaning *last;

		last = stackanno_builder_entry(&s->builder, STACKANNO_SECTION_MEANINGS, *link);
		link = &last->next;
	}
	*link = index;
	return meaning;
}

struct stackanno_note *sample_note(struct sample *s, enum stackanno_note_kind kind, u32 frame,
				   const char *text)
{
	struct stackanno_note *note = add(s, STACKANNO_SECTION_NOTES, NULL);

	note->kind = kind;
	note->frame = frame;
	note->word = STACKANNO_NONE;
	note->text = sample_string(s, text);
	return note;
}

void sample_finish(struct sample *s, struct stackanno_view *view)
{
	struct stackanno_refusal refusal;

	s->size = stackanno_builder_finish(&s->builder);
	if (stackanno_record_check(s->memory, s->size, view, &refusal)) {
		fprintf(stderr, "sample: %s, entry %u: %s\n",
			stackanno_label_section(refusal.kind), refusal.index, refusal.what);
		abort();
	}
}

/* The 15 registers that an entry pushes, orig_ax and ip; cs to ss follow apart. */
static void push_regs(struct sample *s, const u64 *value, u16 first, u16 end)
{
	char text[64];
	u16 field;

	for (field = first; field < end; field++) {
		struct stackanno_word *word;

		word = sample_word(s, value[field], STACKANNO_ROLE_REGS, field);
		if (field == STACKANNO_X86_FLAGS) {
			stackanno_arch_flags_text(value[field], text, sizeof(text));
			sample_meaning(s, word, STACKANNO_MEANING_FLAGS, text, 0);
		} else if (stackanno_arch_segment_name(value[field]) &&
			   (field == STACKANNO_X86_CS || field == STACKANNO_X86_SS)) {
			sample_meaning(s, word, STACKANNO_MEANING_SEGMENT,
				       stackanno_arch_segment_name(value[field]), 0);
		}
	}
}

static struct stackanno_word *push_return(struct sample *s, u64 ip, const char *name, u64 offset,
					  const char *module)
{
	struct stackanno_word *word = sample_word(s, ip, STACKANNO_ROLE_RETURN, 0);
	struct stackanno_meaning *meaning;

	meaning = sample_meaning(s, word, STACKANNO_MEANING_TEXT, name, offset);
	meaning->size = 0x100;
	meaning->module = sample_string(s, module);
	return word;
}

/* The registers that lie at @address, and the code around the instruction. */
static void keep_evidence(struct sample *s, struct stackanno_frame *frame, u64 address,
			  const u64 *value)
{
	/* mov 0x18(%rbx),%rax; ret */
	static const u8 bytes[] = { 0x48, 0x8b, 0x43, 0x18, 0xc3 };
	struct stackanno_regs *regs = add(s, STACKANNO_SECTION_REGS, &frame->regs);
	struct stackanno_code *code = add(s, STACKANNO_SECTION_CODES, &frame->code);

	memcpy(regs->value, value, STACKANNO_X86_FIELDS * sizeof(*value));
	regs->known = (1ULL << STACKANNO_X86_FIELDS) - 1;
	regs->address = address;
	code->address = frame->ip;
	code->size = sizeof(bytes);
	memcpy(stackanno_builder_bytes(&s->builder, sizeof(bytes), &code->offset), bytes,
	       sizeof(bytes));
}

static void oops_fault(struct sample *s)
{
	static const u64 kernel_regs[STACKANNO_X86_FIELDS] = {
		[STACKANNO_X86_R15] = 0x1515151515151515, [STACKANNO_X86_R12] = 0xc,
		[STACKANNO_X86_BP] = 0xffa0000000013b70, [STACKANNO_X86_BX] = 0xff11000005638b40,
		[STACKANNO_X86_ORIG_AX] = ~0ULL, [STACKANNO_X86_IP] = 0xffffffffc0207082,
		[STACKANNO_X86_CS] = 0x10, [STACKANNO_X86_FLAGS] = 0x10246,
		[STACKANNO_X86_SP] = 0xffa0000000013b58, [STACKANNO_X86_SS] = 0x18,
	};
	struct stackanno_record *head = s->builder.record;
	struct stackanno_frame *frame;
	struct stackanno_word *word;

	head->flags |= STACKANNO_RECORD_FAULT | STACKANNO_RECORD_FAULT_ADDRESS;
	head->trap = 14;
	head->signal = 11;
	head->fault_address = 0x18;

	frame = sample_frame(s, STACKANNO_FRAME_ENTRY, 0xffa0000000013ab0ULL);
	frame->entry = STACKANNO_ENTRY_EXCEPTION;
	frame->vector = 14;
	frame->flags = STACKANNO_FRAME_ERROR | STACKANNO_FRAME_ADDRESS;
	frame->address = 0x18;
	push_regs(s, kernel_regs, STACKANNO_X86_R15, STACKANNO_X86_CS);

	frame = sample_call(s, 0, "sa_null_read", 0xffffffffc0207082ULL, s->next);
	frame->flags = STACKANNO_FRAME_INTERRUPTED;
	frame->module = sample_string(s, "sa_crash");
	keep_evidence(s, frame, 0xffa0000000013ab0ULL, kernel_regs);
	push_regs(s, kernel_regs, STACKANNO_X86_CS, STACKANNO_X86_FIELDS);
	word = sample_word(s, 0xff11000005638b40ULL, STACKANNO_ROLE_NONE, 0);
	word = sample_word(s, 0xffffffff81c01234ULL, STACKANNO_ROLE_NONE, 0);
	sample_meaning(s, word, STACKANNO_MEANING_TEXT, "vfs_read", 0x34)->size = 0x2a0;
	push_return(s, 0xffffffffc0207182ULL, "sa_level1", 0x82, "sa_crash");
}

static void oops_chain(struct sample *s)
{
	struct stackanno_frame *frame;
	struct stackanno_word *word;

	frame = sample_call(s, 1, "sa_level1", 0xffffffffc0207182ULL, s->next);
	frame->module = sample_string(s, "sa_crash");
	frame->args = sample_string(s, "np=0000000000000000, ctx=ffa0000000013bb8 {#2+0x8}");
	sample_word(s, 0x359851eca901cb00ULL, STACKANNO_ROLE_CANARY, 0);
	sample_word(s, 0, STACKANNO_ROLE_PADDING, 0);
	word = sample_word(s, 0xffa0000000013bb8ULL, STACKANNO_ROLE_SAVED, STACKANNO_X86_BP);
	sample_meaning(s, word, STACKANNO_MEANING_OWN_SLOT, NULL, 0x8)->aux = s->frame + 1;
	word = sample_word(s, 0xff11000005bcb720ULL, STACKANNO_ROLE_SAVED, STACKANNO_X86_BX);
	word->expression = sample_string(s, "c->w");
	sample_meaning(s, word, STACKANNO_MEANING_NAMED, "kmalloc-64+0x20", 0)->evidence =
		STACKANNO_EVIDENCE_LIKELY;
	push_return(s, 0xffffffff81345678ULL, "full_proxy_write", 0x58, NULL);

	sample_call(s, 2, "full_proxy_write", 0xffffffff81345678ULL, s->next);
	word = sample_word(s, 0xffffffff82801a40ULL, STACKANNO_ROLE_LOCAL, 0);
	sample_meaning(s, word, STACKANNO_MEANING_DATA, "init_task", 0x40)->size = 0x2ec0;
	word = sample_word(s, 0xffffffff82001000ULL, STACKANNO_ROLE_SPILL, STACKANNO_X86_DI);
	word->evidence = STACKANNO_EVIDENCE_LIKELY;
	sample_meaning(s, word, STACKANNO_MEANING_RODATA, "sa_fops", 0x0)->module =
		sample_string(s, "sa_crash");
	push_return(s, 0xffffffff81b88082ULL, "do_syscall_64", 0x58, NULL);

	sample_call(s, 3, "do_syscall_64", 0xffffffff81b88082ULL, s->next);
	word = sample_word(s, 0xffffffff81012345ULL, STACKANNO_ROLE_OFFSET_GAP, 0);
	sample_meaning(s, word, STACKANNO_MEANING_TEXT, "__switch_to", 0x105)->size = 0x400;
	sample_word(s, 0, STACKANNO_ROLE_OFFSET_GAP, 0);
	push_return(s, 0xffffffff81c000aaULL, "entry_SYSCALL_64_after_hwframe", 0x64, NULL);
}

static void oops_entry(struct sample *s)
{
	static const u64 user_regs[STACKANNO_X86_FIELDS] = {
		[STACKANNO_X86_R15] = 0x55d0c0ffee00, [STACKANNO_X86_AX] = ~0ULL - 37,
		[STACKANNO_X86_DX] = 0xa, [STACKANNO_X86_SI] = 0x55d0c0ffee80,
		[STACKANNO_X86_DI] = 1, [STACKANNO_X86_ORIG_AX] = 1,
		[STACKANNO_X86_IP] = 0x7f12a4b3c190, [STACKANNO_X86_CS] = 0x33,
		[STACKANNO_X86_FLAGS] = 0x246, [STACKANNO_X86_SP] = 0x7ffd1b2c3d40,
		[STACKANNO_X86_SS] = 0x2b,
	};
	struct stackanno_frame *frame;
	struct stackanno_word *word;

	sample_call(s, 4, "entry_SYSCALL_64_after_hwframe", 0xffffffff81c000aaULL, s->next);
	frame = sample_frame(s, STACKANNO_FRAME_ENTRY, s->next);
	frame->entry = STACKANNO_ENTRY_SYSCALL;
	frame->vector = 1;
	frame->detail = sample_string(s, "write");
	frame->flags = STACKANNO_FRAME_USER;
	push_regs(s, user_regs, STACKANNO_X86_R15, STACKANNO_X86_ORIG_AX);
	word = sample_word(s, 1, STACKANNO_ROLE_REGS, STACKANNO_X86_ORIG_AX);
	sample_meaning(s, word, STACKANNO_MEANING_SYSCALL, "write", 0)->aux = 1;
	push_regs(s, user_regs, STACKANNO_X86_IP, STACKANNO_X86_FIELDS);
	frame = sample_frame(s, STACKANNO_FRAME_REST, STACK_BEGIN);
	sample_word(s, 0x57ac6e9d, STACKANNO_ROLE_STACK_END, 0);
}

void sample_oops(struct sample *s, struct stackanno_view *view)
{
	sample_begin(s);
	oops_fault(s);
	oops_chain(s);
	oops_entry(s);
	sample_finish(s, view);
}

static void every_stack(struct sample *s)
{
	u32 kind;

	for (kind = 0; kind < STACKANNO_STACK_COUNT; kind++) {
		struct stackanno_stack *stack = add(s, STACKANNO_SECTION_STACKS, NULL);

		stack->begin = IRQ_BEGIN + kind * 0x8000;
		stack->end = IRQ_END + kind * 0x8000;
		stack->live = stack->begin + 0x800 * kind;
		stack->kind = kind;
		stack->cpu = kind == STACKANNO_STACK_TASK ? STACKANNO_NONE : kind;
		stack->flags = kind & 1 ? STACKANNO_STACK_MAGIC_KNOWN : STACKANNO_STACK_OVERFLOWED;
		if (kind == STACKANNO_STACK_EXCEPTION)
			stack->name = sample_string(s, "#DF");
	}
}

static void every_role(struct sample *s)
{
	struct stackanno_word *word;
	u16 role, doubt, arg;

	sample_call(s, 0, "every_role", 0xffffffff81000082ULL, STACK_BEGIN + 0x1000);
	for (role = 0; role < STACKANNO_ROLE_COUNT; role++) {
		for (doubt = 0; doubt < STACKANNO_EVIDENCE_COUNT; doubt++) {
			word = sample_word(s, 0x1000U * role + doubt, role, role & 1);
			word->evidence = (u8)doubt;
		}
		word = sample_word(s, 0x1000U * role, role, 0);
		word->flags = STACKANNO_WORD_SUSPECT;
		word->expression = sample_string(s, role & 1 ? "tbl[3].x" : "a]b[c{} =d");
		word = sample_word(s, 0, role, 0);
		word->flags = role & 1 ? STACKANNO_WORD_UNREADABLE : STACKANNO_WORD_WITHHELD;
	}
	sample_word(s, 0, STACKANNO_ROLE_BUFFER, 2);
	for (arg = 0; arg < STACKANNO_REGS_MAX; arg++) {
		if (stackanno_arch_field_name(arg))
			sample_word(s, arg, STACKANNO_ROLE_REGS, arg);
		if (stackanno_arch_register_name(arg))
			sample_word(s, arg, STACKANNO_ROLE_SAVED, arg);
		if (stackanno_arch_event_name(arg))
			sample_word(s, arg, STACKANNO_ROLE_EVENT, arg);
	}
}

/* Each kind alone, with a role, as the second of two, and doubted. */
static void every_meaning(struct sample *s)
{
	static const char * const names[] = { "sym", NULL, "name, with [odd] {things} \\ ?" };
	struct stackanno_meaning *meaning;
	struct stackanno_word *word;
	u16 kind, doubt, name, shape;

	sample_call(s, 1, "every_meaning", 0xffffffff81000182ULL, STACK_BEGIN + 0x4000);
	for (kind = 1; kind < STACKANNO_MEANING_COUNT; kind++) {
		for (shape = 0; shape < 48; shape++) {
			doubt = shape % 4;
			name = shape / 4 % 3;
			word = sample_word(s, shape, shape & 1 ? STACKANNO_ROLE_RETURN :
					   STACKANNO_ROLE_NONE, 0);
			if (shape >= 36)
				sample_meaning(s, word, STACKANNO_MEANING_TEXT, "first", 0x10);
			meaning = sample_meaning(s, word, kind, names[name], 0x10U * shape);
			meaning->evidence = doubt;
			meaning->module = sample_string(s, shape >= 24 ? "a_module" : NULL);
			meaning->aux = shape >= 12 ? 1 : 0;
			if (kind == STACKANNO_MEANING_PERCPU && shape & 2)
				meaning->aux = STACKANNO_NONE;
		}
	}
	word = sample_word(s, 1, STACKANNO_ROLE_NONE, 0);
	for (kind = 0; kind < 6; kind++)
		sample_meaning(s, word, STACKANNO_MEANING_NAMED, "one of many", 0);
}

static void every_entry(struct sample *s)
{
	struct stackanno_frame *frame;
	u16 entry, shape;

	for (entry = 0; entry < STACKANNO_ENTRY_COUNT; entry++) {
		for (shape = 0; shape < 8; shape++) {
			frame = sample_frame(s, STACKANNO_FRAME_ENTRY, IRQ_BEGIN + 0x100);
			frame->entry = (u8)entry;
			frame->stack = shape / 2;
			frame->vector = shape & 1 ? 14 : 0x30U + shape;
			if (shape == 6)
				frame->vector = STACKANNO_NONE;
			frame->flags = shape & 2 ? STACKANNO_FRAME_ERROR : 0;
			frame->flags |= shape & 4 ? STACKANNO_FRAME_ADDRESS : 0;
			frame->error = shape & 1 ? 2 : 0x10;
			frame->address = 0x1000;
			frame->evidence = shape % STACKANNO_EVIDENCE_COUNT;
			frame->detail = sample_string(s, shape & 4 ? "a detail; [odd]" : NULL);
			sample_word(s, 7, STACKANNO_ROLE_STACK_LINK, 0);
		}
	}
}

static void every_frame_flag(struct sample *s)
{
	struct stackanno_frame *frame;
	u16 bit;

	for (bit = 0; bit < 24; bit++) {
		frame = sample_call(s, 9 + bit, bit & 1 ? "flagged" : NULL, 0xffffffff81000282ULL,
				    IRQ_BEGIN + 0x100U * bit);
		frame->flags = 1U << bit;
		frame->evidence = bit % STACKANNO_EVIDENCE_COUNT;
		frame->ip_slot = bit & 2 ? frame->ip_slot : 0;
		frame->module = sample_string(s, bit & 4 ? "some_module" : NULL);
		frame->stack = bit > 10 ? STACKANNO_NONE16 : 0;
		frame->args = sample_string(s, bit & 8 ? "a=0000000000000001 {x) at y}" : NULL);
		if (bit == 2)
			frame->detail = sample_string(s, "arch_rethook_trampoline+0x0");
		sample_word(s, bit, STACKANNO_ROLE_NONE, 0);
		s->next += 8;
		sample_word(s, bit, STACKANNO_ROLE_NONE, 0);
	}
	frame = sample_frame(s, STACKANNO_FRAME_REST, STACK_BEGIN);
	frame->stack = 3;
	sample_word(s, 0x57ac6e9d, STACKANNO_ROLE_STACK_END, 0);
}

static void every_note(struct sample *s)
{
	u32 kind, shape;

	for (kind = 1; kind < STACKANNO_NOTE_COUNT; kind++) {
		for (shape = 0; shape < 3; shape++) {
			struct stackanno_note *note;

			note = sample_note(s, kind, shape ? shape + 1 : STACKANNO_NONE,
					   "some text, with \\ and )");
			note->value[0] = 1 + shape;
			note->value[1] = 0xffffffff81000000ULL;
			note->flags = shape == 1 ? STACKANNO_NOTE_SUSPECT : 0;
		}
	}
}

void sample_everything(struct sample *s, struct stackanno_view *view)
{
	struct stackanno_record *head;

	sample_begin(s);
	head = s->builder.record;
	head->flags |= STACKANNO_RECORD_FAULT | STACKANNO_RECORD_FAULT_ADDRESS |
		       STACKANNO_RECORD_IN_IRQ | STACKANNO_RECORD_IN_SOFTIRQ |
		       STACKANNO_RECORD_IN_NMI | STACKANNO_RECORD_TORN;
	head->trap = 13;
	head->error = 0x28;
	head->fault_address = 0xdead000000000100ULL;
	every_stack(s);
	every_role(s);
	every_meaning(s);
	every_entry(s);
	every_frame_flag(s);
	every_note(s);
	sample_finish(s, view);
}

static const char * const hostile[] = {
	"BUG: unable to handle", "WARNING: CPU: 0", "INFO: task hung", "panic: x",
	"UBSAN: y", "KASAN: z", "Kernel panic - not syncing", "general protection fault",
	"Call Trace:", "Backtrace:", "Allocated by task 1:", "Code: 48 8b", "Comm: sh",
	"---[ end trace ]---", "\n\x1b[31mred\r\t\x7f\xff", "quote\" back\\slash {brace} [x]",
	"#4+0x10", "stack 0+0x0", "record 1: oops", "a, b ?", "x ??", "foo+0x1/0x2", " ", "?",
};

void sample_hostile(struct sample *s, struct stackanno_view *view)
{
	struct stackanno_frame *frame;
	struct stackanno_word *word;
	char long_name[600];
	u32 i;

	sample_begin(s);
	memcpy(s->builder.record->comm, "a\" BUG:\\\nCode: x", 16);
	s->builder.record->title = sample_string(s, "Kernel panic - BUG: general protection fault");
	s->builder.record->release = sample_string(s, "6.1 Code: x");
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	for (i = 0; i <= ARRAY_SIZE(hostile); i++) {
		const char *text = i < ARRAY_SIZE(hostile) ? hostile[i] : long_name;

		frame = sample_call(s, (u16)i, text, 0xffffffff81000082ULL,
				    STACK_BEGIN + 0x100 * (i + 1));
		frame->module = sample_string(s, text);
		frame->args = sample_string(s, text);
		frame->detail = frame->args;
		frame->flags = STACKANNO_FRAME_REPLACED;
		word = sample_word(s, i, STACKANNO_ROLE_BUFFER, 0);
		word->expression = sample_string(s, text);
		sample_meaning(s, word, STACKANNO_MEANING_NAMED, text, 0);
		word = sample_word(s, i, STACKANNO_ROLE_NONE, 0);
		sample_meaning(s, word, STACKANNO_MEANING_TEXT, text, i)->module =
			frame->module;
		word = sample_word(s, i, STACKANNO_ROLE_NONE, 0);
		sample_meaning(s, word, STACKANNO_MEANING_NAMED, text, 0);
		word = sample_word(s, i, STACKANNO_ROLE_REGS, STACKANNO_X86_ORIG_AX);
		sample_meaning(s, word, STACKANNO_MEANING_SYSCALL, text, 0);
		sample_meaning(s, word, STACKANNO_MEANING_PERCPU, text, 0);
		sample_meaning(s, word, STACKANNO_MEANING_MODULE, text, 0)->module =
			frame->module;
		sample_note(s, STACKANNO_NOTE_TEXT, STACKANNO_NONE, text);
		sample_note(s, STACKANNO_NOTE_BAD_REGS, i, text);
	}
	sample_finish(s, view);
}
