// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nofault copies. Only addresses that the unwinder took for stack or text are
 * ever read: a nofault read stops a fault, not the side effect that reading a
 * device's registers has.
 */
#include "capture.h"

#include <linux/kernel.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "counter.h"
#include "ksyms.h"

#define FUNCTION_MAX 4096
/* Of a larger function: most of what led to ip lies before it. */
#define WINDOW_BEFORE 1536
#define WINDOW_AFTER 512

void stackanno_capture_stamp(const struct task_struct *task, struct stackanno_stamp *stamp)
{
	stamp->running = stackanno_compat_on_cpu(task);
	/* Pairs with the barriers of a context switch: first on_cpu, then the counts. */
	smp_rmb();
	stamp->switches = READ_ONCE(task->nvcsw) + READ_ONCE(task->nivcsw);
}

bool stackanno_capture_stands(const struct task_struct *task,
			      const struct stackanno_stamp *stamp)
{
	struct stackanno_stamp now;

	/* What was copied before must not be read after the counts. */
	smp_rmb();
	stackanno_capture_stamp(task, &now);
	return !stamp->running && !now.running && now.switches == stamp->switches;
}

static int read_word(struct stackanno_reader *reader, u64 address, u64 *value)
{
	if (get_kernel_nofault(*value, (u64 *)address)) {
		stackanno_counter_add(STACKANNO_COUNT_NOFAULT, 1);
		return -EFAULT;
	}
	return 0;
}

int stackanno_capture_stacks(const struct stackanno_picture *picture,
			     struct stackanno_builder *builder)
{
	struct stackanno_reader reader = { .word = read_word };

	return stackanno_frame_layout(picture, &reader, builder);
}

static u32 code_of(const struct stackanno_builder *builder, u64 address, u32 size)
{
	struct stackanno_code *code;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_CODES].count; i++) {
		code = stackanno_builder_entry(builder, STACKANNO_SECTION_CODES, i);
		if (code->address == address && code->size == size)
			return i;
	}
	return STACKANNO_NONE;
}

/* Without room for them, or unreadable, the bytes are not kept; only of the latter is told. */
static u32 copy_code(struct stackanno_builder *builder, struct stackanno_frame *frame,
		     u64 address, u32 size, struct stackanno_probes *probes)
{
	struct stackanno_code *code;
	u32 offset, index;
	u8 *bytes;

	if (stackanno_ksyms_is_gone(address)) {
		frame->flags |= STACKANNO_FRAME_CODE_UNREADABLE;
		return STACKANNO_NONE;
	}
	bytes = stackanno_builder_bytes(builder, size, &offset);
	if (!bytes)
		return STACKANNO_NONE;
	if (copy_from_kernel_nofault(bytes, (void *)address, size)) {
		memset(bytes, 0, size);
		frame->flags |= STACKANNO_FRAME_CODE_UNREADABLE;
		stackanno_counter_add(STACKANNO_COUNT_NOFAULT, 1);
		return STACKANNO_NONE;
	}
	probes->count = 0;
	stackanno_probed_gather(address, size, probes);
	stackanno_probed_restore(probes, address, bytes, size);
	code = stackanno_builder_add(builder, STACKANNO_SECTION_CODES, &index);
	if (!code)
		return STACKANNO_NONE;
	code->address = address;
	code->offset = offset;
	code->size = size;
	return index;
}

static void capture_frame(struct stackanno_builder *builder, struct stackanno_frame *frame,
			  struct stackanno_probes *probes)
{
	u64 begin = frame->func;
	u64 end = frame->func + frame->func_size;

	if (!frame->func || !frame->func_size || frame->ip < begin || frame->ip > end)
		return;
	if (frame->func_size > FUNCTION_MAX) {
		begin = max(begin, frame->ip - min_t(u64, frame->ip - begin, WINDOW_BEFORE));
		end = min(end, frame->ip + WINDOW_AFTER);
	}
	frame->code = code_of(builder, begin, end - begin);
	if (frame->code == STACKANNO_NONE)
		frame->code = copy_code(builder, frame, begin, end - begin, probes);
}

void stackanno_capture_code(struct stackanno_builder *builder, struct stackanno_probes *probes)
{
	struct stackanno_frame *frame;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_FRAMES].count; i++) {
		frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i);
		if (frame->kind == STACKANNO_FRAME_CALL)
			capture_frame(builder, frame, probes);
	}
}
