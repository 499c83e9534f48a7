// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the analysis asks of the running kernel. Code is read as it stands, with
 * what patched it: alternatives, static calls and jump labels are the code that
 * runs. What a kprobe took the place of is put back: it is run as well, elsewhere.
 * Another breakpoint or a jump out of all functions hides what stood there, and
 * nothing is certain of that function then.
 */
#include "analyse.h"

#include <linux/pgtable.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "calls.h"
#include "compat.h"
#include "core/argument.h"
#include "core/chain.h"
#include "core/descriptor.h"
#include "core/flow.h"
#include "core/frame.h"
#include "core/holder.h"
#include "core/noreturn.h"
#include "core/suspect.h"
#include "core/role.h"
#include "counter.h"
#include "fixups.h"
#include "fault.h"
#include "insn.h"
#include "memory.h"
#include "modules.h"
#include "nofault.h"
#include "probed.h"
#include "prototypes.h"
#include "sites.h"

#define COLD ".cold"
#define PADDING "__pfx_"
#define BPF_TRAMPOLINE "bpf_trampoline_"
/* A jump may pass over a function's landing mark. */
#define ENTRY_BYTES 4
/* Of code that is read at once. */
#define AHEAD_BYTES 256

struct analyser {
	struct stackanno_ops ops;	/* its functions find the rest */
	atomic_t busy;
	struct stackanno_calls calls;
	struct stackanno_flow flow;
	struct stackanno_chain chain;
	struct stackanno_holders holders;
	struct stackanno_memory memory;
	struct stackanno_builder *builder;	/* of the record that is made */
	struct stackanno_fault fault;
	struct stackanno_fault_world world;
	struct stackanno_signature signature;	/* of the function at hand */
	struct stackanno_symbol *scratch;
	char cold[KSYM_NAME_LEN + sizeof(COLD)];	/* name of the function's cold part */
	struct stackanno_sites sites;
	struct stackanno_probes probes;
	u64 ahead_at;			/* address of what was read ahead, without probes */
	u32 ahead_len;
	u8 ahead[AHEAD_BYTES];
	struct stackanno_fixups fixups;
	u64 function;			/* analysed last; 0 */
	int ended;			/* with this */
};

/*
 * An oops must not go without for an annotation that another CPU makes of
 * something less: the first is there for what is fatal alone.
 */
#define ANALYSERS 2

static struct analyser *analysers[ANALYSERS];
static unsigned long noreturns[STACKANNO_NORETURNS_MAX];
static u32 noreturn_count;

static struct analyser *analyser_of(struct stackanno_ops *ops)
{
	return container_of(ops, struct analyser, ops);
}

/* Instructions are read one by one, and mostly in order: no further than to the page's end. */
static bool read_ahead(struct analyser *analyser, u64 address, u32 len)
{
	u64 offset = address - analyser->ahead_at;
	u32 ahead = min_t(u32, AHEAD_BYTES, PAGE_SIZE - offset_in_page(address));

	if (offset < analyser->ahead_len && len <= analyser->ahead_len - offset)
		return true;
	if (len > ahead)
		return false;
	analyser->ahead_len = 0;
	if (copy_from_kernel_nofault(analyser->ahead, (void *)(unsigned long)address, ahead))
		return false;
	stackanno_probed_restore(&analyser->probes, address, analyser->ahead, ahead);
	analyser->ahead_at = address;
	analyser->ahead_len = ahead;
	return true;
}

static u32 op_read(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len)
{
	struct analyser *analyser = analyser_of(ops);
	u32 part = PAGE_SIZE - offset_in_page(address);

	if (read_ahead(analyser, address, len)) {
		memcpy(buf, analyser->ahead + (address - analyser->ahead_at), len);
		return len;
	}
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

/* What the kernel's tables say of [code, code + size). */
static void gather(struct analyser *analyser, u64 code, u32 size)
{
	analyser->ahead_len = 0;
	stackanno_probed_gather(code, size, &analyser->probes);
	stackanno_sites_gather(code, size, &analyser->sites);
	stackanno_fixups_gather(code, size, &analyser->fixups);
}

static u64 op_jump_label(struct stackanno_ops *ops, u64 address)
{
	const struct stackanno_sites *sites = &analyser_of(ops)->sites;
	u32 i;

	for (i = 0; i < sites->jumps; i++)
		if (sites->jump[i].code == address)
			return sites->jump[i].target;
	return 0;
}

static int op_part(struct stackanno_ops *ops, u64 function, u64 target,
		   struct stackanno_extent *extent)
{
	struct analyser *analyser = analyser_of(ops);
	struct stackanno_symbol *symbol = analyser->scratch;

	if (stackanno_ksyms_text(target) == 0 || stackanno_ksyms_symbol(target, symbol))
		return -EFAULT;
	/* The padding before another function, where calls of it are counted. */
	if (strstarts(symbol->name, PADDING))
		return -ENOENT;
	if (strcmp(symbol->name, analyser->cold))
		return symbol->offset <= ENTRY_BYTES ? -ENOENT : -EFAULT;
	extent->begin = target - symbol->offset;
	extent->size = symbol->size;
	extent->shared = false;
	gather(analyser, extent->begin, extent->size);
	return 0;
}

static bool op_warns(struct stackanno_ops *ops, u64 address)
{
	const struct stackanno_sites *sites = &analyser_of(ops)->sites;
	u32 i;

	for (i = 0; i < sites->warnings; i++)
		if (sites->warning[i] == address)
			return true;
	return false;
}

static bool op_fixup(struct stackanno_ops *ops, u64 address, struct stackanno_fixup *fixup)
{
	return stackanno_fixups_find(&analyser_of(ops)->fixups, address, fixup);
}

static bool is_constant(u64 address)
{
	enum stackanno_module_use use;
	unsigned long offset;
	const char *name;

	if (address >= stackanno_ksyms_address(STACKANNO_KSYM_START_RODATA) &&
	    address < stackanno_ksyms_address(STACKANNO_KSYM_END_RODATA))
		return true;
	return !stackanno_modules_find(address, &use, &name, &offset) &&
	       use == STACKANNO_MODULE_RODATA;
}

static u64 op_constant(struct stackanno_ops *ops, u64 address)
{
	u64 value;

	if (!is_constant(address) ||
	    copy_from_kernel_nofault(&value, (void *)(unsigned long)address, sizeof(value)))
		return 0;
	return value;
}

static bool op_noreturn(struct stackanno_ops *ops, u64 target)
{
	u32 i;

	for (i = 0; i < noreturn_count; i++)
		if (noreturns[i] == target)
			return true;
	return false;
}

/*
 * A tracer with a trampoline of its own, which has no name: no compiler calls text
 * that is nobody's.
 */
static bool is_nameless(u64 target)
{
	struct stackanno_module_tables tables;

	return target >= MODULES_VADDR && target < MODULES_END &&
	       stackanno_modules_tables(target, &tables) && stackanno_ksyms_text(target) == 1;
}

/* The compiler's own call, or what ftrace has put in its place. */
static bool op_tracer(struct stackanno_ops *ops, u64 target)
{
	static const char * const names[] = {
		"__fentry__", "ftrace_caller", "ftrace_regs_caller", "ftrace_trampoline",
	};
	struct stackanno_symbol *symbol = analyser_of(ops)->scratch;
	u32 i;

	if (stackanno_ksyms_symbol(target, symbol))
		return is_nameless(target);
	/* What fentry and fexit programs are called from. */
	if (strstarts(symbol->name, BPF_TRAMPOLINE))
		return true;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!symbol->offset && !strcmp(symbol->name, names[i]))
			return true;
	return false;
}

/* The record's own words first: they are what the stack held. */
static bool op_memory(struct stackanno_memory *ops, u64 address, void *buf, u32 len)
{
	struct analyser *analyser = container_of(ops, struct analyser, memory);
	const struct stackanno_word *word;
	u32 at = address % sizeof(u64), slot;

	if (stackanno_frame_find(analyser->builder, address - at, &slot) == STACKANNO_NONE)
		return stackanno_memory_read(address, buf, len);
	word = stackanno_builder_entry(analyser->builder, STACKANNO_SECTION_WORDS, slot);
	if (at + len > sizeof(u64) || word->flags & STACKANNO_WORD_UNREADABLE)
		return false;
	memcpy(buf, (const u8 *)&word->value + at, len);
	return true;
}

static void find_noreturns(void)
{
	unsigned long address;
	const char *name;
	u32 i;

	noreturn_count = 0;
	for (i = 0; (name = stackanno_noreturn_name(i)); i++) {
		address = stackanno_ksyms_find(name);
		if (address)
			noreturns[noreturn_count++] = address;
	}
}

int stackanno_analyse_init(void)
{
	u32 i;

	for (i = 0; i < ANALYSERS; i++) {
		analysers[i] = vzalloc(sizeof(*analysers[i]));
		if (!analysers[i]) {
			stackanno_analyse_exit();
			return -ENOMEM;
		}
		analysers[i]->ops = (struct stackanno_ops){
			.read = op_read, .decode = op_decode, .part = op_part,
			.jump_label = op_jump_label, .warns = op_warns,
			.fixup = op_fixup, .constant = op_constant,
			.noreturn = op_noreturn, .tracer = op_tracer,
			/* Older kernels have it at a fixed place, without a name. */
			.canary = stackanno_ksyms_find("__stack_chk_guard"),
			.current_task = stackanno_compat_current() };
	}
	for (i = 0; i < ANALYSERS; i++) {
		stackanno_calls_init(&analysers[i]->calls, &analysers[i]->ops);
		analysers[i]->memory.read = op_memory;
	}
	find_noreturns();
	return 0;
}

void stackanno_analyse_exit(void)
{
	u32 i;

	for (i = 0; i < ANALYSERS; i++) {
		vfree(analysers[i]);
		analysers[i] = NULL;
	}
}

size_t stackanno_analyse_bytes(void)
{
	return ANALYSERS * sizeof(struct analyser);
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
static int find_function(struct analyser *analyser, const struct stackanno_frame *frame,
			 const char *name, struct stackanno_extent *extent)
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

static void run(struct analyser *analyser, const struct stackanno_extent *extent)
{
	analyser->function = extent->begin;
	analyser->probes.count = 0;
	analyser->sites.jumps = 0;
	analyser->sites.warnings = 0;
	analyser->sites.hidden = false;
	analyser->fixups.count = 0;
	analyser->fixups.hidden = false;
	gather(analyser, extent->begin, extent->size);
	analyser->ended = stackanno_flow_run(&analyser->flow, &analyser->ops, extent->begin,
					     extent->size);
	analyser->flow.summary.out_of_sight += analyser->sites.hidden || analyser->fixups.hidden;
	stackanno_counter_add(STACKANNO_COUNT_ANALYSED, 1);
	if (analyser->ended)
		stackanno_counter_add(STACKANNO_COUNT_ANALYSIS_REFUSED, 1);
}

/*
 * Where the unwinder has nothing but a frame pointer to go by, as in compiled BPF,
 * it doubts all that follows. The frame at @index is certain, and its code says
 * that it ends where the unwinder went on: so is the next one's place.
 */
static void vouch_for_next(struct stackanno_builder *builder, u32 index)
{
	struct stackanno_frame *before, *frame;
	struct stackanno_word *word;
	u32 i;

	before = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index + 1);
	if (!frame || !(frame->flags & STACKANNO_FRAME_UNRELIABLE) ||
	    before->evidence != STACKANNO_EVIDENCE_CERTAIN)
		return;
	frame->flags &= ~STACKANNO_FRAME_UNRELIABLE;
	frame->evidence = STACKANNO_EVIDENCE_CERTAIN;
	word = stackanno_frame_word(builder, before, frame->ip_slot);
	if (word)
		word->evidence = STACKANNO_EVIDENCE_CERTAIN;
	for (i = 0; i < frame->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       frame->first_word + i);
		/* What it returns to is the step after. */
		if (word->role != STACKANNO_ROLE_NONE && word->role != STACKANNO_ROLE_RETURN &&
		    word->evidence == STACKANNO_EVIDENCE_GUESS)
			word->evidence = STACKANNO_EVIDENCE_CERTAIN;
	}
	/* That a call precedes it was not asked of a guess. */
	stackanno_frame_check_calls(builder);
}

/* Return: whether the analysis of its function is there, and ended well. */
static bool analyse_frame(struct analyser *analyser, struct stackanno_builder *builder,
			  u32 index, const u64 *canary)
{
	const struct stackanno_frame *frame;
	struct stackanno_extent extent;
	enum stackanno_fit fit;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (frame->kind == STACKANNO_FRAME_CALL &&
	    frame->flags & (STACKANNO_FRAME_NULL_CALL | STACKANNO_FRAME_BAD_IP))
		stackanno_chain_wild(&analyser->chain, builder, index);
	if (frame->kind != STACKANNO_FRAME_CALL || frame->flags & STACKANNO_FRAME_CODE_UNREADABLE)
		return false;
	if (!frame->func || !frame->func_size ||
	    find_function(analyser, frame, name_of(builder, frame), &extent)) {
		stackanno_role_excuse(builder, index, STACKANNO_FRAME_NO_FUNCTION);
		return false;
	}
	if (extent.begin != analyser->function)
		run(analyser, &extent);
	fit = stackanno_role_frame(builder, index, &analyser->flow, canary);
	stackanno_calls_check_return(&analyser->calls, builder, &analyser->chain, index);
	stackanno_chain_frame(&analyser->chain, builder, index, &analyser->flow, fit,
			      &analyser->calls.ops);
	stackanno_descriptor_frame(builder, index, extent.begin, &stackanno_nofault);
	stackanno_holders_frame(&analyser->holders, builder, index, &analyser->flow, fit);
	switch (fit) {
	case STACKANNO_FIT_NO_STATE:
		if (!analyser->ended)
			stackanno_counter_add(STACKANNO_COUNT_NOT_REACHED, 1);
		break;
	case STACKANNO_FIT_DIFFERS:
		stackanno_counter_add(STACKANNO_COUNT_SIZE_DIFFERS, 1);
		stackanno_suspect_size(builder, index, &analyser->flow);
		break;
	case STACKANNO_FIT_AGREES:
		if (stackanno_flow_saw_all(&analyser->flow))
			vouch_for_next(builder, index);
		break;
	default:
		break;
	}
	return !analyser->ended;
}

/*
 * Of a function in assembly BTF has what an assembler knows of it, void f(void), which
 * memmove() is not. Where nothing may be traced, other assembly than that has no parameters.
 */
static bool is_assembly(struct analyser *analyser, const struct stackanno_frame *frame,
			const char *name, const struct stackanno_signature *signature)
{
	if (signature->prototype.parameters || signature->prototype.result)
		return false;
	if (stackanno_ksyms_between(frame->func, STACKANNO_KSYM_NOINSTR_START,
				    STACKANNO_KSYM_NOINSTR_END))
		return strstarts(name, "mem") || strstarts(name, "__mem");
	return !stackanno_calls_traceable(&analyser->calls, frame->func);
}

/* A cold part has the parameters of its function. */
static int find_signature(struct analyser *analyser, const struct stackanno_builder *builder,
			  const struct stackanno_frame *frame,
			  struct stackanno_signature *signature)
{
	u64 module = frame->module ? frame->func : 0;
	const char *name = name_of(builder, frame);
	size_t len = strlen(name);

	if (!is_cold(name)) {
		if (stackanno_prototypes_find(name, module, signature) ||
		    is_assembly(analyser, frame, name, signature))
			return -ENOENT;
		return 0;
	}
	strscpy(analyser->cold, name, min(len - strlen(COLD) + 1, sizeof(analyser->cold)));
	return stackanno_prototypes_find(analyser->cold, module, signature);
}

/* Arguments, and in their names what else is known of values. */
static void describe_frame(struct analyser *analyser, struct stackanno_builder *builder,
			   u32 number)
{
	const struct stackanno_chain_frame *entry = &analyser->chain.frame[number];
	struct stackanno_holder_world world = { .memory = &analyser->memory, .entry = entry };
	const struct stackanno_argument_world objects = {
		.typed = stackanno_prototypes_typed(), .memory = &analyser->memory };
	const struct stackanno_frame *frame;
	struct stackanno_signature signature;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, entry->index);
	if (!frame)
		return;
	if (!find_signature(analyser, builder, frame, &signature))
		world.signature = &signature;
	stackanno_argument_describe(&analyser->chain, number, builder, world.signature,
				    &objects);
	/* One that is not on the stack has no words; and its index was another's. */
	if (!(frame->flags & STACKANNO_FRAME_TAIL_CALL))
		stackanno_holders_describe(&analyser->holders, builder, entry->index, &world);
}

static void explain_fault(struct analyser *analyser, struct stackanno_builder *builder,
			  u32 index, bool known)
{
	const struct stackanno_frame *frame;
	const struct stackanno_signature *signature = NULL;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (known && analyser->fault.stage != STACKANNO_FAULT_DONE &&
	    !find_signature(analyser, builder, frame, &analyser->signature))
		signature = &analyser->signature;
	stackanno_fault_frame(&analyser->fault, index, known ? &analyser->flow : NULL, signature);
}

/* Words of holders are told by the frames' indices, which change with the hidden ones. */
static void tell(struct analyser *analyser, struct stackanno_builder *builder, bool arguments)
{
	struct stackanno_chain *chain = &analyser->chain;
	u32 i;

	stackanno_chain_settle(chain);
	stackanno_counter_add(STACKANNO_COUNT_CHAIN_FULL, chain->left_out);
	stackanno_counter_add(STACKANNO_COUNT_HOLDERS_FULL, analyser->holders.dropped);
	stackanno_suspect_regs(builder);
	stackanno_suspect_arguments(builder, chain);
	for (i = 0; arguments && i < chain->frames; i++)
		describe_frame(analyser, builder, i);
	stackanno_calls_tell(&analyser->calls, builder, chain);
	for (i = 0; arguments && i < chain->tails; i++)
		if (chain->tail[i].entry != STACKANNO_NONE)
			describe_frame(analyser, builder, chain->tail[i].entry);
}

static struct analyser *take(bool fatal)
{
	u32 i;

	for (i = fatal ? 0 : 1; i < ANALYSERS; i++)
		if (!atomic_cmpxchg_acquire(&analysers[i]->busy, 0, 1))
			return analysers[i];
	return NULL;
}

/* None from @first on is analysed. */
static void excuse_all(struct stackanno_builder *builder, u32 first, u32 flag)
{
	for (; first < builder->section[STACKANNO_SECTION_FRAMES].count; first++)
		stackanno_role_excuse(builder, first, flag);
}

int stackanno_analyse_frames(struct stackanno_builder *builder, const u64 *canary,
			     bool arguments, struct stackanno_symbol *scratch, u64 deadline)
{
	u32 i, frames = builder->section[STACKANNO_SECTION_FRAMES].count;
	struct analyser *analyser;
	bool known;
	int ret = 0;

	if (!stackanno_ksyms_found(STACKANNO_KSYM_INSN_DECODE)) {
		excuse_all(builder, 0, STACKANNO_FRAME_NO_DECODER);
		return 0;
	}
	analyser = take(builder->record->flags & STACKANNO_RECORD_FATAL);
	if (!analyser) {
		stackanno_counter_add(STACKANNO_COUNT_ANALYSIS_BUSY, 1);
		excuse_all(builder, 0, STACKANNO_FRAME_BUSY);
		return 0;
	}
	analyser->scratch = scratch;
	analyser->calls.scratch = scratch;
	/* Text may have been patched since. */
	analyser->function = 0;
	analyser->ahead_len = 0;
	analyser->builder = builder;
	stackanno_chain_begin(&analyser->chain);
	stackanno_holders_begin(&analyser->holders);
	stackanno_fault_world_set(&analyser->world, scratch, builder->record->cpu);
	stackanno_fault_begin(&analyser->fault, builder, &analyser->ops, &analyser->world.ops,
			      arguments);
	for (i = 0; i < frames; i++) {
		if (deadline && ktime_get_mono_fast_ns() > deadline) {
			excuse_all(builder, i, STACKANNO_FRAME_LATE);
			ret = -ETIME;
			break;
		}
		known = analyse_frame(analyser, builder, i, canary);
		explain_fault(analyser, builder, i, known);
	}
	/* Telling moves frames: what is found of the fault has to be there by then. */
	stackanno_fault_end(&analyser->fault);
	tell(analyser, builder, arguments);
	atomic_set_release(&analyser->busy, 0);
	return ret;
}
