// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the analysis asks of the running kernel. Code is read as it stands, with
 * what patched it: alternatives, static calls and jump labels are the code that
 * runs. What a kprobe took the place of is put back: it is run as well, elsewhere.
 * Another breakpoint or a jump out of all functions hides what stood there, and
 * nothing is certain of that function then.
 */
#include "analyse.h"

#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "core/flow.h"
#include "core/noreturn.h"
#include "core/role.h"
#include "counter.h"
#include "insn.h"
#include "modules.h"
#include "probed.h"

#define COLD ".cold"
/* Patched jumps of one function; more of them hide code. */
#define LABELS_MAX 128
/* Entries of a jump table that are read at once, and at all. */
#define LABELS_CHUNK 16
#define LABELS_TABLE_MAX 65536
/* A jump may pass over a function's landing mark. */
#define ENTRY_BYTES 4

struct label {
	u64 code, target;
};

struct analyser {
	struct stackanno_ops ops;	/* first: its functions find the rest */
	struct stackanno_flow flow;
	struct stackanno_symbol *scratch;
	char cold[KSYM_NAME_LEN + sizeof(COLD)];	/* name of the function's cold part */
	struct label label[LABELS_MAX];
	u32 labels;
	bool labels_hidden;
	struct stackanno_probes probes;
	u64 function;			/* analysed last; 0 */
	int ended;			/* with this */
	struct stackanno_jump chunk[LABELS_CHUNK];
	unsigned long noreturn[STACKANNO_NORETURNS_MAX];
	u32 noreturns;
};

static struct analyser *analyser;
static atomic_t busy = ATOMIC_INIT(0);

static u32 op_read(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len)
{
	u32 part = PAGE_SIZE - offset_in_page(address);

	if (copy_from_kernel_nofault(buf, (void *)(unsigned long)address, len)) {
		/* The last instruction of a page, and nothing behind it. */
		if (part >= len ||
		    copy_from_kernel_nofault(buf, (void *)(unsigned long)address, part))
			return 0;
		len = part;
	}
	stackanno_probed_restore(&analyser->probes, address, buf, len);
	return len;
}

static int op_decode(struct stackanno_ops *ops, const u8 *bytes, u32 len,
		     struct stackanno_insn *insn)
{
	struct insn decoded;

	if (stackanno_ksyms_decode(&decoded, bytes, len))
		return -EINVAL;
	stackanno_insn_take(&decoded, insn);
	return 0;
}

static void gather_table(const struct stackanno_jump *begin, const struct stackanno_jump *end,
			 u64 code, u32 size)
{
	const struct stackanno_jump *at;
	u32 i, count, read = 0;
	u64 where;

	for (at = begin; at < end && read < LABELS_TABLE_MAX; at += count, read += count) {
		count = min_t(unsigned long, end - at, LABELS_CHUNK);
		if (copy_from_kernel_nofault(analyser->chunk, at, count * sizeof(*at))) {
			analyser->labels_hidden = true;
			return;
		}
		for (i = 0; i < count; i++) {
			/* Each offset is from its own place, where the copy is not. */
			where = (unsigned long)&at[i].code + analyser->chunk[i].code;
			if (where - code >= size)
				continue;
			if (analyser->labels == LABELS_MAX) {
				analyser->labels_hidden = true;
				return;
			}
			analyser->label[analyser->labels++] = (struct label){
				where, (unsigned long)&at[i].target + analyser->chunk[i].target };
		}
	}
	if (at < end)
		analyser->labels_hidden = true;
}

/* The patched jumps in [code, code + size). */
static void gather_labels(u64 code, u32 size)
{
	const struct stackanno_jump *begin, *end;

	if (!stackanno_compat_jumps())
		return;
	if (stackanno_modules_jumps(code, &begin, &end)) {
		begin = (void *)stackanno_ksyms_address(STACKANNO_KSYM_JUMPS_START);
		end = (void *)stackanno_ksyms_address(STACKANNO_KSYM_JUMPS_STOP);
		if (!begin || !end) {
			analyser->labels_hidden = true;
			return;
		}
	}
	gather_table(begin, end, code, size);
}

/* What is patched in [code, code + size). */
static void gather_patches(u64 code, u32 size)
{
	stackanno_probed_gather(code, size, &analyser->probes);
	gather_labels(code, size);
}

static u64 op_jump_label(struct stackanno_ops *ops, u64 address)
{
	u32 i;

	for (i = 0; i < analyser->labels; i++)
		if (analyser->label[i].code == address)
			return analyser->label[i].target;
	return 0;
}

static int op_part(struct stackanno_ops *ops, u64 function, u64 target,
		   struct stackanno_extent *extent)
{
	struct stackanno_symbol *symbol = analyser->scratch;

	if (stackanno_ksyms_text(target) == 0 || stackanno_ksyms_symbol(target, symbol))
		return -EFAULT;
	if (strcmp(symbol->name, analyser->cold))
		return symbol->offset <= ENTRY_BYTES ? -ENOENT : -EFAULT;
	extent->begin = target - symbol->offset;
	extent->size = symbol->size;
	gather_patches(extent->begin, extent->size);
	return 0;
}

static bool op_warns(struct stackanno_ops *ops, u64 address)
{
	return stackanno_ksyms_warns(address);
}

static bool op_noreturn(struct stackanno_ops *ops, u64 target)
{
	u32 i;

	for (i = 0; i < analyser->noreturns; i++)
		if (analyser->noreturn[i] == target)
			return true;
	return false;
}

/* The compiler's own call, or what ftrace has put in its place. */
static bool op_tracer(struct stackanno_ops *ops, u64 target)
{
	static const char * const names[] = {
		"__fentry__", "ftrace_caller", "ftrace_regs_caller", "ftrace_trampoline",
	};
	struct stackanno_symbol *symbol = analyser->scratch;
	u32 i;

	if (stackanno_ksyms_symbol(target, symbol))
		return false;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!symbol->offset && !strcmp(symbol->name, names[i]))
			return true;
	return false;
}

int stackanno_analyse_init(void)
{
	unsigned long address;
	const char *name;
	u32 i;

	analyser = vzalloc(sizeof(*analyser));
	if (!analyser)
		return -ENOMEM;
	analyser->ops = (struct stackanno_ops){
		.read = op_read, .decode = op_decode, .part = op_part,
		.jump_label = op_jump_label, .warns = op_warns, .noreturn = op_noreturn,
		.tracer = op_tracer,
		/* Older kernels have it at a fixed place of the per-CPU area, without a name. */
		.canary = stackanno_ksyms_find("__stack_chk_guard") };
	for (i = 0; (name = stackanno_noreturn_name(i)); i++) {
		address = stackanno_ksyms_find(name);
		if (address)
			analyser->noreturn[analyser->noreturns++] = address;
	}
	return 0;
}

void stackanno_analyse_exit(void)
{
	vfree(analyser);
}

size_t stackanno_analyse_bytes(void)
{
	return sizeof(*analyser);
}

static const char *name_of(const struct stackanno_builder *builder,
			   const struct stackanno_frame *frame)
{
	return builder->buf + builder->section[STACKANNO_SECTION_STRINGS].offset + frame->name;
}

static bool is_cold(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(COLD) && !strcmp(name + len - strlen(COLD), COLD);
}

/*
 * The function whose code a frame's is: its own, or that of which it is the cold
 * part. Of several functions of one name another one may be found: its jumps do
 * not lead to this cold part then, and nothing is said.
 */
static int find_function(const struct stackanno_frame *frame, const char *name,
			 struct stackanno_extent *extent)
{
	size_t len = strlen(name);

	extent->begin = frame->func;
	extent->size = frame->func_size;
	if (!len || len >= KSYM_NAME_LEN)
		return -ENOENT;
	if (!is_cold(name)) {
		scnprintf(analyser->cold, sizeof(analyser->cold), "%s" COLD, name);
		return 0;
	}
	strscpy(analyser->cold, name, sizeof(analyser->cold));
	analyser->cold[len - strlen(COLD)] = '\0';
	extent->begin = stackanno_ksyms_find(analyser->cold);
	strscpy(analyser->cold, name, sizeof(analyser->cold));
	if (!extent->begin || stackanno_ksyms_symbol(extent->begin, analyser->scratch))
		return -ENOENT;
	extent->size = analyser->scratch->size;
	return 0;
}

static void run(const struct stackanno_extent *extent)
{
	analyser->function = extent->begin;
	analyser->labels = 0;
	analyser->labels_hidden = false;
	analyser->probes.count = 0;
	gather_patches(extent->begin, extent->size);
	analyser->ended = stackanno_flow_run(&analyser->flow, &analyser->ops, extent->begin,
					     extent->size);
	analyser->flow.summary.out_of_sight += analyser->labels_hidden;
	stackanno_counter_add(STACKANNO_COUNT_ANALYSED, 1);
	if (analyser->ended)
		stackanno_counter_add(STACKANNO_COUNT_ANALYSIS_REFUSED, 1);
}

static void analyse_frame(struct stackanno_builder *builder, u32 index, const u64 *canary)
{
	const struct stackanno_frame *frame;
	struct stackanno_extent extent;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (frame->kind != STACKANNO_FRAME_CALL || !frame->func || !frame->func_size ||
	    frame->flags & STACKANNO_FRAME_CODE_UNREADABLE)
		return;
	if (find_function(frame, name_of(builder, frame), &extent))
		return;
	if (extent.begin != analyser->function)
		run(&extent);
	if (analyser->ended)
		return;
	switch (stackanno_role_frame(builder, index, &analyser->flow, canary)) {
	case STACKANNO_FIT_NO_STATE:
		stackanno_counter_add(STACKANNO_COUNT_NOT_REACHED, 1);
		break;
	case STACKANNO_FIT_DIFFERS:
		stackanno_counter_add(STACKANNO_COUNT_SIZE_DIFFERS, 1);
		break;
	default:
		break;
	}
}

int stackanno_analyse_frames(struct stackanno_builder *builder, const u64 *canary,
			     struct stackanno_symbol *scratch, u64 deadline)
{
	u32 i, frames = builder->section[STACKANNO_SECTION_FRAMES].count;
	int ret = 0;

	if (!stackanno_ksyms_found(STACKANNO_KSYM_INSN_DECODE))
		return 0;
	if (atomic_cmpxchg_acquire(&busy, 0, 1)) {
		stackanno_counter_add(STACKANNO_COUNT_ANALYSIS_BUSY, 1);
		return 0;
	}
	analyser->scratch = scratch;
	/* Text may have been patched since. */
	analyser->function = 0;
	for (i = 0; i < frames; i++) {
		if (deadline && ktime_get_mono_fast_ns() > deadline) {
			ret = -ETIME;
			break;
		}
		analyse_frame(builder, i, canary);
	}
	atomic_set_release(&busy, 0);
	return ret;
}
