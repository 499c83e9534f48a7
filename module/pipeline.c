// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim, unwind, copy, name, explain, publish. Raw words are in the record
 * before the first name is looked up: what follows may fault on a broken
 * kernel, the words are what must not be lost.
 */
#include "pipeline.h"

#include <linux/hardirq.h>
#include <linux/kernel.h>
#include <linux/sched/clock.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>

#include "analyse.h"
#include "capture.h"
#include "compat.h"
#include "counter.h"
#include "guard.h"
#include "store.h"

/* A task that keeps running is looked at no more often than this. */
#define PICTURE_TRIES 4

static void set_header(struct stackanno_slot *slot, const struct stackanno_request *request)
{
	struct stackanno_record *record = slot->builder.record;
	const struct task_struct *task = request->origin.task;

	record->flags = request->flags;
	if (request->reason == STACKANNO_REASON_OOPS || request->reason == STACKANNO_REASON_PANIC)
		record->flags |= STACKANNO_RECORD_FATAL;
	if (task == current && in_nmi())
		record->flags |= STACKANNO_RECORD_IN_NMI;
	else if (task == current && in_hardirq())
		record->flags |= STACKANNO_RECORD_IN_IRQ;
	else if (task == current && in_serving_softirq())
		record->flags |= STACKANNO_RECORD_IN_SOFTIRQ;
	record->arch = STACKANNO_ARCH_X86_64;
	record->time_boot_ns = local_clock();
	record->time_real_ns = ktime_get_real_fast_ns();
	record->cpu = task == current ? raw_smp_processor_id() : task_cpu(task);
	record->pid = task->pid;
	record->tgid = task->tgid;
	record->task = (unsigned long)task;
	memcpy(record->comm, task->comm, min(sizeof(record->comm), sizeof(task->comm)));
	record->release = stackanno_builder_text(&slot->builder, init_uts_ns.name.release);
	record->title = request->title ? stackanno_builder_text(&slot->builder, request->title) : 0;
	record->trap = request->trap;
	record->signal = request->signal;
	record->error = request->error;
}

/* The unwinder left the kernel's number of each stack's kind where its name goes. */
static void name_stacks(struct stackanno_slot *slot)
{
	struct stackanno_stack *stack;
	const char *name;
	u32 i;

	for (i = 0; i < slot->picture.stacks; i++) {
		stack = &slot->picture.stack[i];
		name = NULL;
		if (stack->kind == STACKANNO_STACK_EXCEPTION)
			name = stackanno_ksyms_stack_name(stack->name);
		stack->name = name ? stackanno_builder_text(&slot->builder, name) : 0;
	}
}

static struct stackanno_note *add_note(struct stackanno_slot *slot,
				       enum stackanno_note_kind kind, u32 flags,
				       u64 value0, u64 value1)
{
	struct stackanno_note *note;

	note = stackanno_builder_add(&slot->builder, STACKANNO_SECTION_NOTES, NULL);
	if (!note)
		return NULL;
	note->kind = kind;
	note->flags = flags;
	note->frame = STACKANNO_NONE;
	note->word = STACKANNO_NONE;
	note->value[0] = value0;
	note->value[1] = value1;
	return note;
}

static void note_budget(struct stackanno_slot *slot, u32 budget_us)
{
	struct stackanno_note *note = add_note(slot, STACKANNO_NOTE_TEXT, 0, 0, 0);

	if (!note)
		return;
	scnprintf(slot->symbol.name, sizeof(slot->symbol.name),
		  "values are named in part: the budget of %u us was used up", budget_us);
	note->text = stackanno_builder_text(&slot->builder, slot->symbol.name);
}

static int take_picture(struct stackanno_slot *slot, const struct stackanno_request *request)
{
	int ret;

	stackanno_store_begin(slot);
	ret = stackanno_unwind_run(&request->origin, &slot->picture);
	if (ret)
		return ret;
	name_stacks(slot);
	/* A record without room for everything is still a record: finishing it says so. */
	stackanno_capture_stacks(&slot->picture, &slot->builder);
	return 0;
}

/* A sleeping task may wake up at any time: its picture is taken until it holds still. */
static int take_steady(struct stackanno_slot *slot, const struct stackanno_request *request)
{
	struct stackanno_stamp stamp;
	unsigned int tries;
	int ret;

	for (tries = 1; tries <= PICTURE_TRIES; tries++) {
		stackanno_capture_stamp(request->origin.task, &stamp);
		ret = take_picture(slot, request);
		if (ret || stackanno_capture_stands(request->origin.task, &stamp))
			return ret;
		stackanno_counter_add(STACKANNO_COUNT_RETAKEN, 1);
	}
	stackanno_counter_add(STACKANNO_COUNT_TORN, 1);
	slot->builder.record->flags |= STACKANNO_RECORD_TORN;
	add_note(slot, STACKANNO_NOTE_TORN, 0, PICTURE_TRIES, 0);
	return 0;
}

static void note_stacks(struct stackanno_slot *slot)
{
	struct stackanno_stack *stack;
	u64 magic;
	u32 i;

	for (i = 0; i < slot->picture.stacks; i++) {
		stack = &slot->picture.stack[i];
		if (stack->flags & STACKANNO_STACK_OVERFLOWED)
			add_note(slot, STACKANNO_NOTE_STACK_OVERFLOW, 0, i,
				 slot->picture.steps ? slot->picture.step[0].sp : 0);
		if (!(stack->flags & STACKANNO_STACK_MAGIC_KNOWN) ||
		    stack->flags & STACKANNO_STACK_MAGIC_INTACT)
			continue;
		magic = 0;
		get_kernel_nofault(magic, (u64 *)stack->begin);
		add_note(slot, STACKANNO_NOTE_END_MAGIC_BROKEN, STACKANNO_NOTE_SUSPECT, i, magic);
	}
}

/* Locked down for confidentiality: what the words and registers hold is left out. */
static void withhold_values(struct stackanno_builder *builder)
{
	struct stackanno_word *word;
	struct stackanno_regs *regs;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_WORDS].count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i);
		word->value = 0;
		word->flags |= STACKANNO_WORD_WITHHELD;
	}
	for (i = 0; i < builder->section[STACKANNO_SECTION_REGS].count; i++) {
		regs = stackanno_builder_entry(builder, STACKANNO_SECTION_REGS, i);
		memset(regs->value, 0, sizeof(regs->value));
		regs->known = 0;
	}
	builder->record->fault_address = 0;
	builder->record->flags &= ~STACKANNO_RECORD_FAULT_ADDRESS;
	builder->record->flags |= STACKANNO_RECORD_WITHHELD;
}

static bool analyse(struct stackanno_slot *slot, const struct task_struct *task, u64 deadline)
{
	u64 canary = 0;
	bool known = stackanno_compat_canary(task, &canary);

	return stackanno_analyse_frames(&slot->builder, known ? &canary : NULL, &slot->symbol,
					deadline);
}

static int annotate(struct stackanno_slot *slot, const struct stackanno_request *request)
{
	u64 deadline = 0;
	bool late;
	u32 flags;
	int ret;

	/* Not local_clock(): it may stand still with interrupts off. */
	if (request->budget_us)
		deadline = ktime_get_mono_fast_ns() + (u64)request->budget_us * NSEC_PER_USEC;
	if (request->origin.start == STACKANNO_START_ASLEEP)
		ret = take_steady(slot, request);
	else
		ret = take_picture(slot, request);
	if (ret)
		return ret;
	flags = slot->builder.record->flags;
	set_header(slot, request);
	slot->builder.record->flags |= flags;
	note_stacks(slot);
	stackanno_identify_frames(&slot->builder, &request->cause,
				  stackanno_compat_stack_offset(request->origin.task),
				  &slot->symbol);
	stackanno_capture_code(&slot->builder, &slot->probes);
	stackanno_frame_check_calls(&slot->builder);
	late = analyse(slot, request->origin.task, deadline);
	if (stackanno_identify_words(&slot->builder, &slot->picture, &slot->symbol, deadline) ||
	    late)
		note_budget(slot, request->budget_us);
	if (request->withhold)
		withhold_values(&slot->builder);
	return 0;
}

int stackanno_pipeline_run(const struct stackanno_request *request, u64 *id)
{
	struct stackanno_slot *slot;
	int ret;

	if (stackanno_guard_stopped())
		return -ECANCELED;
	if (!stackanno_guard_enter())
		return -EBUSY;
	slot = stackanno_store_claim(request->reason, request->room_only);
	if (!slot) {
		stackanno_guard_leave();
		return -ENOSPC;
	}
	ret = annotate(slot, request);
	if (ret) {
		stackanno_store_abandon(slot);
	} else {
		if (id)
			*id = slot->builder.record->id;
		stackanno_store_publish(slot, request->report);
	}
	stackanno_guard_leave();
	return ret;
}
