// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the frames are: functions' names, what each pt_regs is from, and the
 * fields that only that explains.
 */
#include "identify.h"

#include <linux/kernel.h>
#include <linux/uaccess.h>
#include <asm/trapnr.h>
#include <asm/unistd.h>

#include "core/arch.h"
#include "meaning.h"

/* A wrong table of system calls must not be read far: x86-64 has under 500. */
#define SYSCALL_MAX 1024

static void add_named(struct stackanno_builder *builder, struct stackanno_word *word,
		      enum stackanno_meaning_kind kind, u32 aux, const char *name)
{
	struct stackanno_meaning *meaning;

	meaning = stackanno_meaning_add(builder, word, kind, STACKANNO_EVIDENCE_CERTAIN);
	if (!meaning)
		return;
	meaning->aux = aux;
	meaning->name = stackanno_builder_text(builder, name);
}

/*
 * A return address may stand behind the last instruction of its function, when
 * that is a call that never comes back: the address before it is looked up.
 */
static int return_symbol(u64 address, struct stackanno_symbol *symbol)
{
	int ret = stackanno_ksyms_symbol(address - 1, symbol);

	if (!ret)
		symbol->offset++;
	return ret;
}

/* What took the place of a return address: the word's second meaning, and the note's text. */
static void name_replacement(struct stackanno_builder *builder, struct stackanno_frame *frame,
			     u32 index, struct stackanno_word *slot,
			     struct stackanno_symbol *symbol)
{
	struct stackanno_note *note;
	u32 i;

	if (!(frame->flags & STACKANNO_FRAME_REPLACED) ||
	    stackanno_ksyms_symbol(frame->stack_ip, symbol))
		return;
	stackanno_meaning_add_symbol(builder, slot, STACKANNO_MEANING_TEXT, STACKANNO_EVIDENCE_CERTAIN, symbol);
	for (i = 0; i < builder->section[STACKANNO_SECTION_NOTES].count; i++) {
		note = stackanno_builder_entry(builder, STACKANNO_SECTION_NOTES, i);
		if (note->kind == STACKANNO_NOTE_REPLACED_RETURN && note->frame == index)
			note->text = stackanno_builder_text(builder, symbol->name);
	}
}

/* Names a function; @holder is the frame whose words include its ip's slot. */
static void name_frame(struct stackanno_builder *builder, struct stackanno_frame *frame,
		       u32 index, const struct stackanno_frame *holder,
		       struct stackanno_symbol *symbol)
{
	bool stopped = frame->flags & STACKANNO_FRAME_INTERRUPTED;
	struct stackanno_word *slot;

	if (!frame->ip || frame->flags & STACKANNO_FRAME_BAD_IP)
		return;
	if (stopped ? stackanno_ksyms_symbol(frame->ip, symbol) :
		      return_symbol(frame->ip, symbol))
		return;
	frame->name = stackanno_builder_text(builder, symbol->name);
	frame->module = stackanno_builder_text(builder, symbol->module);
	frame->func = frame->ip - symbol->offset;
	frame->func_size = min_t(unsigned long, symbol->size, U32_MAX);

	slot = holder ? stackanno_frame_word(builder, holder, frame->ip_slot) : NULL;
	if (!slot || slot->meaning != STACKANNO_NONE)
		return;
	stackanno_meaning_add_symbol(builder, slot, STACKANNO_MEANING_TEXT, STACKANNO_EVIDENCE_CERTAIN, symbol);
	name_replacement(builder, frame, index, slot, symbol);
}

/*
 * The entry routine that pushed a pt_regs calls its handler right behind,
 *	mov	%rsp,%rdi
 *	call	exc_page_fault
 * and so returns to itself from the word below them.
 */
static void set_entry(struct stackanno_frame *frame, u64 regs, struct stackanno_symbol *symbol)
{
	unsigned long ret;

	if (!get_kernel_nofault(ret, (unsigned long *)regs - 1) &&
	    stackanno_ksyms_text(ret) == 1 && !return_symbol(ret, symbol))
		frame->entry = stackanno_arch_entry(symbol->name, &frame->vector);
}

/*
 * What the way in was told of the pt_regs that it was given. The vector in the
 * kernel's notifier may be of an older trap (thread.trap_nr): the entry routine
 * goes first.
 */
static void set_cause(struct stackanno_builder *builder, struct stackanno_frame *frame,
		      const struct stackanno_cause *cause)
{
	struct stackanno_record *record = builder->record;

	if (frame->entry == STACKANNO_ENTRY_UNKNOWN) {
		frame->entry = cause->entry;
		frame->vector = cause->vector;
	}
	if (record->flags & STACKANNO_RECORD_FAULT)
		record->trap = frame->vector;
	if (cause->has_error) {
		frame->error = cause->error;
		frame->flags |= STACKANNO_FRAME_ERROR;
	}
	/* A double fault has in CR2 what the first one, mostly of a stack, was about. */
	if (cause->has_address && (frame->vector == X86_TRAP_PF || frame->vector == X86_TRAP_DF)) {
		frame->address = cause->address;
		frame->flags |= STACKANNO_FRAME_ADDRESS;
		record->fault_address = cause->address;
		record->flags |= STACKANNO_RECORD_FAULT_ADDRESS;
	}
}

/* The C handlers' names without what the macros of the system calls put before. */
static const char *syscall_name(const char *name)
{
	static const char * const prefixes[] = {
		"__x64_sys_", "__ia32_sys_", "__ia32_compat_sys_", "__x64_compat_sys_",
		"__do_sys_", "sys_",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return name + strlen(prefixes[i]);
	return name;
}

/* The name of a system call out of the kernel's own table; "" when it has none. */
static const char *syscall_of(u64 number, bool is_32bit, struct stackanno_symbol *symbol)
{
	unsigned long table = stackanno_ksyms_address(is_32bit ? STACKANNO_KSYM_SYSCALLS_32 :
								 STACKANNO_KSYM_SYSCALLS);
	unsigned long handler;

	if (!table || number >= SYSCALL_MAX || (!is_32bit && number >= NR_syscalls))
		return "";
	if (get_kernel_nofault(handler, (unsigned long *)table + number) ||
	    stackanno_ksyms_symbol(handler, symbol) || symbol->offset)
		return "";
	return syscall_name(symbol->name);
}

static void explain_orig_ax(struct stackanno_builder *builder, struct stackanno_frame *frame,
			    struct stackanno_word *word, struct stackanno_symbol *symbol,
			    const char *entered_by)
{
	bool is_32bit = strstr(entered_by, "compat") || strstr(entered_by, "int80") ||
			strstr(entered_by, "INT80");
	s64 value = word->value;
	const char *name;

	/* -2 to -256 are the complements of vectors, as kernels before 5.8 left them. */
	if (value == -1) {
		add_named(builder, word, STACKANNO_MEANING_NO_SYSCALL, STACKANNO_NONE, "");
	} else if (value < -1 && value >= -256) {
		name = stackanno_arch_vector_name(~value);
		add_named(builder, word, STACKANNO_MEANING_VECTOR, ~value, name ? name : "");
	} else if (frame->entry == STACKANNO_ENTRY_SYSCALL && value >= 0 && value < SYSCALL_MAX) {
		name = syscall_of(value, is_32bit, symbol);
		frame->vector = value;
		frame->detail = stackanno_builder_text(builder, name);
		add_named(builder, word, STACKANNO_MEANING_SYSCALL, value, name);
	} else if (frame->entry == STACKANNO_ENTRY_EXCEPTION && frame->vector != STACKANNO_NONE &&
		   stackanno_arch_error_text(frame->vector, value, symbol->name,
					     sizeof(symbol->name))) {
		add_named(builder, word, STACKANNO_MEANING_ERROR_CODE, value, symbol->name);
	}
}

/* The fields of a pt_regs that are no plain values. */
static void explain_field(struct stackanno_builder *builder, struct stackanno_frame *entry,
			  struct stackanno_word *word, struct stackanno_symbol *symbol,
			  const char *entered_by)
{
	const char *name;

	if (word->role != STACKANNO_ROLE_REGS || word->flags & STACKANNO_WORD_UNREADABLE)
		return;
	switch (word->arg) {
	case STACKANNO_X86_ORIG_AX:
		explain_orig_ax(builder, entry, word, symbol, entered_by);
		break;
	case STACKANNO_X86_CS:
	case STACKANNO_X86_SS:
		name = stackanno_arch_segment_name(word->value);
		if (name)
			add_named(builder, word, STACKANNO_MEANING_SEGMENT, STACKANNO_NONE, name);
		break;
	case STACKANNO_X86_FLAGS:
		if (!stackanno_arch_flags_text(word->value, symbol->name,
					       sizeof(symbol->name)))
			break;
		add_named(builder, word, STACKANNO_MEANING_FLAGS, STACKANNO_NONE, symbol->name);
		break;
	}
}

static void explain_fields(struct stackanno_builder *builder, struct stackanno_frame *entry,
			   const struct stackanno_frame *words, struct stackanno_symbol *symbol,
			   const char *entered_by)
{
	struct stackanno_word *word;
	u32 i;

	for (i = 0; i < words->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       words->first_word + i);
		if (word)
			explain_field(builder, entry, word, symbol, entered_by);
	}
}

static const char *string_at(const struct stackanno_builder *builder, u32 offset)
{
	const u32 strings = builder->section[STACKANNO_SECTION_STRINGS].offset;

	return (const char *)builder->buf + strings + offset;
}

/* What a pt_regs is from: told with the request, or by the routine that pushed it. */
static void explain_entry(struct stackanno_builder *builder, struct stackanno_frame *entry,
			  const struct stackanno_frame *before,
			  const struct stackanno_cause *cause, struct stackanno_symbol *symbol)
{
	if (entry->entry != STACKANNO_ENTRY_UNKNOWN)
		return;
	if (!before)
		set_entry(entry, entry->low, symbol);
	if (cause->regs && entry->low == cause->regs)
		set_cause(builder, entry, cause);
	if (!before || before->kind != STACKANNO_FRAME_CALL || !before->name)
		return;
	entry->entry = stackanno_arch_entry(string_at(builder, before->name), &entry->vector);
	if (entry->entry == STACKANNO_ENTRY_PROBE)
		entry->detail = before->name;
}

/*
 * The randomised gap is made by the function that the entry of a system call
 * calls: two frames below the pt_regs. Those of 32-bit calls have it elsewhere.
 */
static void mark_gap(struct stackanno_builder *builder, u32 entry, u32 gap)
{
	const struct stackanno_frame *regs, *maker;

	regs = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, entry);
	if (!gap || entry < 2 || regs->entry != STACKANNO_ENTRY_SYSCALL)
		return;
	maker = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, entry - 2);
	if (maker->kind == STACKANNO_FRAME_CALL &&
	    !strcmp(string_at(builder, maker->name), "do_syscall_64"))
		stackanno_frame_mark_gap(builder, entry - 2, gap);
}

void stackanno_identify_frames(struct stackanno_builder *builder,
			       const struct stackanno_cause *cause, u32 gap,
			       struct stackanno_symbol *symbol)
{
	struct stackanno_frame *frame, *before = NULL, *entry = NULL;
	u32 count = builder->section[STACKANNO_SECTION_FRAMES].count;
	const char *entered_by = "";
	u32 i;

	for (i = 0; i < count; i++, before = frame) {
		frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i);
		if (frame->kind == STACKANNO_FRAME_CALL) {
			name_frame(builder, frame, i, before, symbol);
			/* cs to ss of a stopped function belong to the block before it. */
			if (entry && before == entry)
				explain_fields(builder, entry, frame, symbol, entered_by);
		} else if (frame->kind == STACKANNO_FRAME_ENTRY) {
			entry = frame;
			entered_by = before ? string_at(builder, before->name) : "";
			explain_entry(builder, entry, before, cause, symbol);
			explain_fields(builder, entry, entry, symbol, entered_by);
			mark_gap(builder, i, gap);
		}
	}
}
