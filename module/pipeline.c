// SPDX-License-Identifier: GPL-2.0-only
/*
 * Claim, unwind, copy, name, explain, publish. Raw words are in the record
 * before the first name is looked up: what follows may fault on a broken
 * kernel, the words are what must not be lost. What follows may also come later,
 * where the way in must not be held up.
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
#include "core/describer.h"
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

static void note_budget(struct stackanno_slot *slot, u32 budget_us)
{
	struct stackanno_note *note = stackanno_builder_note(&slot->builder, STACKANNO_NOTE_TEXT,
							     0, STACKANNO_NONE, 0, 0);

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
	stackanno_builder_note(&slot->builder, STACKANNO_NOTE_TORN, 0, STACKANNO_NONE,
			       PICTURE_TRIES, 0);
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
			stackanno_builder_note(&slot->builder, STACKANNO_NOTE_STACK_OVERFLOW, 0,
					       STACKANNO_NONE, i,
					       slot->picture.steps ? slot->picture.step[0].sp : 0);
		if (!(stack->flags & STACKANNO_STACK_MAGIC_KNOWN) ||
		    stack->flags & STACKANNO_STACK_MAGIC_INTACT)
			continue;
		magic = 0;
		get_kernel_nofault(magic, (u64 *)stack->begin);
		stackanno_builder_note(&slot->builder, STACKANNO_NOTE_END_MAGIC_BROKEN,
				       STACKANNO_NOTE_SUSPECT, STACKANNO_NONE, i, magic);
	}
}

/* Locked down for confidentiality: what the words and registers hold is left out. */
static void withhold_values(struct stackanno_builder *builder)
{
	struct stackanno_note *note;
	struct stackanno_word *word;
	struct stackanno_regs *regs;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_WORDS].count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i);
		word->value = 0;
		word->flags |= STACKANNO_WORD_WITHHELD;
	}
	for (i = 0; i < builder->section[STACKANNO_SECTION_MEANINGS].count; i++)
		stackanno_describer_withhold(stackanno_builder_entry(builder,
					     STACKANNO_SECTION_MEANINGS, i));
	for (i = 0; i < builder->section[STACKANNO_SECTION_REGS].count; i++) {
		regs = stackanno_builder_entry(builder, STACKANNO_SECTION_REGS, i);
		memset(regs->value, 0, sizeof(regs->value));
		regs->known = 0;
	}
	/* What a suspect holds, and what it was given. */
	for (i = 0; i < builder->section[STACKANNO_SECTION_NOTES].count; i++) {
		note = stackanno_builder_entry(builder, STACKANNO_SECTION_NOTES, i);
		if (note->kind != STACKANNO_NOTE_OTHER_VALUE &&
		    note->kind != STACKANNO_NOTE_ARGUMENTS_DIFFER)
			continue;
		memset(note->value, 0, sizeof(note->value));
		note->flags |= STACKANNO_NOTE_HIDDEN;
	}
	builder->record->fault_address = 0;
	builder->record->flags &= ~STACKANNO_RECORD_FAULT_ADDRESS;
	builder->record->flags |= STACKANNO_RECORD_WITHHELD;
}

static void set_facts(struct stackanno_slot *slot, const struct stackanno_request *request)
{
	struct stackanno_case *facts = &slot->facts;

	facts->cause = request->cause;
	facts->gap = stackanno_compat_stack_offset(request->origin.task);
	facts->canary_known = stackanno_compat_canary(request->origin.task, &facts->canary);
	facts->budget_us = request->budget_us;
	facts->withhold = request->withhold;
	facts->report = request->report;
}

/* Not local_clock(): it may stand still with interrupts off. Return: 0: none. */
static u64 deadline_of(u32 budget_us)
{
	return budget_us ? ktime_get_mono_fast_ns() + (u64)budget_us * NSEC_PER_USEC : 0;
}

/* All that may change once the way in is left: the words, and facts of the task. */
static int take(struct stackanno_slot *slot, const struct stackanno_request *request)
{
	u32 flags;
	int ret;

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
	set_facts(slot, request);
	return 0;
}

static void explain(struct stackanno_slot *slot, u64 deadline)
{
	const struct stackanno_case *facts = &slot->facts;
	bool late;

	stackanno_identify_frames(&slot->builder, &facts->cause, facts->gap, &slot->symbol);
	stackanno_capture_code(&slot->builder, &slot->probes);
	stackanno_frame_check_calls(&slot->builder);
	late = stackanno_analyse_frames(&slot->builder,
					facts->canary_known ? &facts->canary : NULL,
					!facts->withhold, &slot->symbol, deadline);
	if (stackanno_identify_words(&slot->builder, &slot->picture, &slot->symbol,
				     facts->withhold, deadline) || late)
		note_budget(slot, facts->budget_us);
	if (facts->withhold)
		withhold_values(&slot->builder);
}

/* Return: a slot with a picture, the guard held; or an error, and nothing held. */
static int begin(const struct stackanno_request *request, struct stackanno_slot **to)
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
	ret = take(slot, request);
	if (ret) {
		stackanno_store_abandon(slot);
		stackanno_guard_leave();
		return ret;
	}
	*to = slot;
	return 0;
}

int stackanno_pipeline_run(const struct stackanno_request *request, u64 *id)
{
	u64 deadline = deadline_of(request->budget_us);
	struct stackanno_slot *slot;
	int ret;

	ret = begin(request, &slot);
	if (ret)
		return ret;
	explain(slot, deadline);
	if (id)
		*id = slot->builder.record->id;
	stackanno_store_publish(slot, slot->facts.report);
	stackanno_guard_leave();
	return 0;
}

int stackanno_pipeline_take(const struct stackanno_request *request)
{
	struct stackanno_slot *slot;
	int ret;

	ret = begin(request, &slot);
	if (ret)
		return ret;
	stackanno_store_park(slot);
	stackanno_guard_leave();
	return 0;
}

void stackanno_pipeline_explain(void)
{
	struct stackanno_slot *slot;
	unsigned int i;

	for (i = 0; i < stackanno_store_count() && stackanno_guard_enter(); i++) {
		slot = stackanno_store_take_parked();
		if (slot) {
			explain(slot, deadline_of(slot->facts.budget_us));
			stackanno_store_publish(slot, slot->facts.report);
		}
		stackanno_guard_leave();
		if (!slot)
			return;
	}
}
