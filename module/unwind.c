// SPDX-License-Identifier: GPL-2.0-only
/*
 * One walk of the kernel's unwinder, noted down step by step.
 */
#include "unwind.h"

#include <linux/magic.h>
#include <linux/module.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <asm/unwind.h>

#include "compat.h"
#include "counter.h"
#include "ksyms.h"
#include "probed.h"

/* Frames of ours, the notifier chain's and a tracepoint's: never more. */
#define LEADING_MAX 32

/* Functions that are told by their text. */
enum known {
	KNOWN_PANIC,
	KNOWN_VPANIC,
	KNOWN_NMI_PANIC,
	KNOWN_PANICS,
	KNOWN_BREAKPOINT_ENTRY = KNOWN_PANICS,
	KNOWN_FUNCTIONS
};

static struct {
	unsigned long begin;
	unsigned long end;
} known[KNOWN_FUNCTIONS];

int stackanno_unwind_init(void)
{
	static const enum stackanno_ksym ksyms[] = {
		[KNOWN_PANIC] = STACKANNO_KSYM_PANIC,
		[KNOWN_VPANIC] = STACKANNO_KSYM_VPANIC,
		[KNOWN_NMI_PANIC] = STACKANNO_KSYM_NMI_PANIC,
		[KNOWN_BREAKPOINT_ENTRY] = STACKANNO_KSYM_BREAKPOINT_ENTRY,
	};
	struct stackanno_symbol *symbol;
	unsigned int i;

	symbol = kzalloc(sizeof(*symbol), GFP_KERNEL);
	if (!symbol)
		return -ENOMEM;
	static_assert(ARRAY_SIZE(ksyms) == KNOWN_FUNCTIONS);
	for (i = 0; i < KNOWN_FUNCTIONS; i++) {
		unsigned long address = stackanno_ksyms_address(ksyms[i]);

		if (!address || stackanno_ksyms_symbol(address, symbol))
			continue;
		known[i].begin = address - symbol->offset;
		known[i].end = known[i].begin + symbol->size;
	}
	kfree(symbol);
	return 0;
}

static bool is_in(enum known function, unsigned long address)
{
	return address >= known[function].begin && address < known[function].end;
}

static enum stackanno_stack_kind stack_kind(enum stack_type type)
{
	switch (type) {
	case STACK_TYPE_UNKNOWN:
		return STACKANNO_STACK_UNKNOWN;
	case STACK_TYPE_TASK:
		return STACKANNO_STACK_TASK;
	case STACK_TYPE_IRQ:
		return STACKANNO_STACK_IRQ;
	case STACK_TYPE_SOFTIRQ:
		return STACKANNO_STACK_SOFTIRQ;
	case STACK_TYPE_ENTRY:
		return STACKANNO_STACK_ENTRY;
	default:
		return STACKANNO_STACK_EXCEPTION;
	}
}

static void add_stack(struct stackanno_picture *picture, unsigned long begin, unsigned long end,
		      enum stack_type type)
{
	struct stackanno_stack *stack;

	if (begin >= end || stackanno_picture_stack(picture, begin) != STACKANNO_NONE)
		return;
	if (picture->stacks >= STACKANNO_PICTURE_STACKS)
		return;
	stack = &picture->stack[picture->stacks++];
	memset(stack, 0, sizeof(*stack));
	stack->begin = begin;
	stack->end = end;
	stack->kind = stack_kind(type);
	/* A kind for now; the pipeline puts the name's string in its place. */
	stack->name = type;
	stack->cpu = type == STACK_TYPE_TASK ? STACKANNO_NONE : raw_smp_processor_id();
}

static void add_info(struct stackanno_picture *picture, const struct stack_info *info)
{
	if (info->type != STACK_TYPE_UNKNOWN)
		add_stack(picture, (unsigned long)info->begin, (unsigned long)info->end,
			  info->type);
}

/* The stack that an address lies on, if the kernel can tell. */
static void add_stack_of(struct stackanno_picture *picture, unsigned long address,
			 struct task_struct *task)
{
	struct stack_info info;

	if (stackanno_picture_stack(picture, address) == STACKANNO_NONE &&
	    !stackanno_ksyms_stack_info(address, task, &info))
		add_info(picture, &info);
}

static void add_task_stack(struct stackanno_picture *picture, struct task_struct *task)
{
	unsigned long begin = (unsigned long)task_stack_page(task);
	struct stackanno_stack *stack;
	unsigned long magic;

	if (!begin)
		return;
	add_stack(picture, begin, begin + THREAD_SIZE, STACK_TYPE_TASK);
	stack = &picture->stack[0];
	if (!get_kernel_nofault(magic, (unsigned long *)begin)) {
		stack->flags |= STACKANNO_STACK_MAGIC_KNOWN;
		if (magic == STACK_END_MAGIC)
			stack->flags |= STACKANNO_STACK_MAGIC_INTACT;
	}
	picture->task_regs = (unsigned long)task_pt_regs(task);
	picture->kernel_thread = task->flags & PF_KTHREAD;
}

static struct stackanno_step *add_step(struct stackanno_picture *picture)
{
	struct stackanno_step *step;

	if (picture->steps >= STACKANNO_PICTURE_STEPS) {
		stackanno_counter_add(STACKANNO_COUNT_FRAME_LIMIT, 1);
		return NULL;
	}
	step = &picture->step[picture->steps++];
	memset(step, 0, sizeof(*step));
	step->evidence = STACKANNO_EVIDENCE_CERTAIN;
	return step;
}

/*
 * An sp below the task's stack, or at its very end, where the next push
 * faults: it was overrun into its guard page. The unwinder goes on from the
 * first page that is there, and calls that an error from the first step on; it
 * is none of the chain's.
 */
static bool overflowed(struct stackanno_picture *picture, unsigned long sp)
{
	struct stackanno_stack *stack = &picture->stack[0];

	if (!picture->stacks || sp > stack->begin || stack->begin - sp > PAGE_SIZE)
		return false;
	stack->flags |= STACKANNO_STACK_OVERFLOWED;
	return true;
}

/* Whether an address was fetched as an instruction that cannot be one. */
static bool bad_ip(unsigned long ip)
{
	return ip && stackanno_ksyms_text(ip) == 0;
}

/*
 * After a call through a wild pointer the word at sp is the return address, as
 * after one through NULL; but only for NULL the unwinder knows. It is told the
 * caller's registers instead. One less than the return address is within the
 * call, which is what ORC is to be asked about.
 */
static bool step_over_bad_ip(struct stackanno_picture *picture, struct pt_regs *regs)
{
	struct stackanno_step *step;
	unsigned long ret;

	if (get_kernel_nofault(ret, (unsigned long *)regs->sp) ||
	    stackanno_ksyms_text(ret) != 1)
		return false;
	step = add_step(picture);
	if (!step)
		return false;
	step->ip = ret;
	step->ip_slot = regs->sp;
	step->sp = regs->sp + sizeof(long);
	step->evidence = STACKANNO_EVIDENCE_LIKELY;
	regs->ip = ret - 1;
	regs->sp += sizeof(long);
	return true;
}

static void add_first(struct stackanno_picture *picture, const struct pt_regs *regs)
{
	struct stackanno_step *step = add_step(picture);

	step->ip = regs->ip;
	step->ip_slot = (unsigned long)&regs->ip;
	step->sp = regs->sp;
	step->regs = (unsigned long)regs;
	step->flags = user_mode((struct pt_regs *)regs) ? STACKANNO_FRAME_USER :
							  STACKANNO_FRAME_INTERRUPTED;
	if (step->flags & STACKANNO_FRAME_USER)
		return;
	if (!regs->ip)
		step->flags |= STACKANNO_FRAME_NULL_CALL;
	else if (bad_ip(regs->ip))
		step->flags |= STACKANNO_FRAME_BAD_IP;
}

static bool is_trampoline(unsigned long ip)
{
	return ip && (ip == stackanno_ksyms_address(STACKANNO_KSYM_RETURN_TO_HANDLER) ||
		      ip == stackanno_ksyms_address(STACKANNO_KSYM_RETHOOK_TRAMPOLINE));
}

/*
 * A kretprobe and the function graph tracer on the same function each replace
 * the return address, and each keeps the one it found: what the unwinder takes
 * for the real one may be the other's trampoline, from which it cannot go on.
 * Returns whether the state's address is one that may be returned to.
 */
static bool see_through(struct unwind_state *state)
{
	unsigned long real;

	if (!is_trampoline(stackanno_compat_unwind_ip(state)))
		return true;
	real = stackanno_ksyms_graph_return(state->task, stackanno_compat_unwind_slot(state));
	if (!real || is_trampoline(real))
		return false;
	stackanno_compat_unwind_set_ip(state, real);
	return true;
}

/* Doubt, once there is some, is about all that follows. */
static bool doubted_before(const struct stackanno_picture *picture)
{
	return picture->steps > 1 && picture->step[picture->steps - 2].flags &
				     STACKANNO_FRAME_UNRELIABLE;
}

/* Returns whether the chain came to its end with this step. */
static bool note_step(struct stackanno_picture *picture, struct unwind_state *state)
{
	struct stackanno_step *step;
	struct pt_regs *regs;
	bool partial = false;
	bool good;

	add_info(picture, &state->stack_info);
	step = add_step(picture);
	if (!step)
		return false;
	good = see_through(state);
	step->ip = stackanno_compat_unwind_ip(state);
	step->ip_slot = stackanno_compat_unwind_slot(state);
	step->sp = stackanno_compat_unwind_sp(state);
	if (!good || unwind_error(state) || doubted_before(picture)) {
		step->flags |= STACKANNO_FRAME_UNRELIABLE;
		step->evidence = STACKANNO_EVIDENCE_GUESS;
	}
	regs = unwind_get_entry_regs(state, &partial);
	if (!regs)
		return false;
	step->regs = (unsigned long)regs;
	if (partial)
		step->flags |= STACKANNO_FRAME_PARTIAL_REGS;
	if (user_mode(regs)) {
		step->flags |= STACKANNO_FRAME_USER;
		/* They lie at the one place, whatever was thought of the way there. */
		if (step->regs == picture->task_regs) {
			step->flags &= ~STACKANNO_FRAME_UNRELIABLE;
			step->evidence = STACKANNO_EVIDENCE_CERTAIN;
		}
		return true;
	}
	step->flags |= STACKANNO_FRAME_INTERRUPTED;
	if (!step->ip)
		step->flags |= STACKANNO_FRAME_NULL_CALL;
	return false;
}

/*
 * Where a probe's breakpoint stands in the place of
 *
 *	55			push	%rbp
 *
 * the registers point one byte behind it, at the next instruction, and ORC, asked there,
 * takes the push for done. The probed instruction has not run: it is the one to ask about.
 */
static void step_back_to_probe(const struct stackanno_picture *picture,
			       struct unwind_state *state)
{
	const struct stackanno_step *step;

	if (picture->steps < 2)
		return;
	step = &picture->step[picture->steps - 1];
	if (step->flags & STACKANNO_FRAME_INTERRUPTED &&
	    is_in(KNOWN_BREAKPOINT_ENTRY, step[-1].ip - 1) &&
	    stackanno_probed_stops(step->ip - 1))
		stackanno_compat_unwind_set_ip(state, step->ip - 1);
}

static void walk(struct stackanno_picture *picture, struct unwind_state *state)
{
	bool ended = false;

	while (!unwind_done(state) && !ended && picture->steps < STACKANNO_PICTURE_STEPS) {
		ended = note_step(picture, state);
		step_back_to_probe(picture, state);
		unwind_next_frame(state);
	}
	picture->ends_well = ended || (unwind_done(state) && !unwind_error(state));
	if (picture->steps == STACKANNO_PICTURE_STEPS && !picture->ends_well)
		stackanno_counter_add(STACKANNO_COUNT_FRAME_LIMIT, 1);
	if (!picture->ends_well) {
		stackanno_counter_add(STACKANNO_COUNT_UNWIND_ERRORS, 1);
		if (picture->steps)
			picture->step[picture->steps - 1].flags |= STACKANNO_FRAME_LAST_UNEXPECTED;
	}
}

static bool own_text(unsigned long address)
{
	unsigned long begin, end;

	stackanno_compat_module_range(THIS_MODULE, STACKANNO_MODULE_TEXT, &begin, &end);
	return address >= begin && address < end;
}

static bool panic_text(unsigned long address)
{
	unsigned int i;

	for (i = 0; i < KNOWN_PANICS; i++)
		if (is_in(i, address))
			return true;
	return false;
}

/* How many of the first steps are the reporter's own, and not of interest. */
static u32 leading_steps(const struct stackanno_picture *picture,
			 const struct stackanno_origin *origin)
{
	u32 last = min_t(u32, picture->steps, LEADING_MAX);
	u32 own = 0, i, first_regs = STACKANNO_NONE;

	while (own < last && own_text(picture->step[own].ip))
		own++;
	for (i = own; i < last; i++) {
		const struct stackanno_step *step = &picture->step[i];

		if (origin->start == STACKANNO_START_PANIC && panic_text(step->ip - 1))
			return i;
		if (!step->regs || step->flags & STACKANNO_FRAME_USER)
			continue;
		if (first_regs == STACKANNO_NONE)
			first_regs = i;
		if (origin->start == STACKANNO_START_REPORT && step->ip == origin->ip)
			return i;
	}
	/* WARN's ip may be that of a stub that the warner called: its registers come first. */
	if (origin->start == STACKANNO_START_REPORT && origin->ip && first_regs != STACKANNO_NONE)
		return first_regs;
	return own;
}

static void drop_leading(struct stackanno_picture *picture, const struct stackanno_origin *origin)
{
	u32 drop = leading_steps(picture, origin);

	picture->steps -= drop;
	memmove(&picture->step[0], &picture->step[drop],
		picture->steps * sizeof(picture->step[0]));
}

static void walk_regs(const struct stackanno_origin *origin, struct stackanno_picture *picture,
		      struct unwind_state *state)
{
	struct pt_regs regs;

	add_stack_of(picture, (unsigned long)origin->regs, origin->task);
	/* Without the kernel's word for it: the registers at least, as a stack of their own. */
	add_stack(picture, (unsigned long)origin->regs, (unsigned long)(origin->regs + 1),
		  STACK_TYPE_UNKNOWN);
	add_first(picture, origin->regs);
	if (user_mode(origin->regs)) {
		picture->ends_well = true;
		return;
	}
	regs = *origin->regs;
	if (picture->step[0].flags & STACKANNO_FRAME_BAD_IP)
		step_over_bad_ip(picture, &regs);
	add_stack_of(picture, regs.sp, origin->task);
	unwind_start(state, origin->task, &regs, NULL);
	if (overflowed(picture, regs.sp))
		stackanno_compat_unwind_forgive(state);
	walk(picture, state);
}

int stackanno_unwind_run(const struct stackanno_origin *origin,
			 struct stackanno_picture *picture)
{
	struct task_struct *task = origin->task;
	struct unwind_state state;

	picture->stacks = 0;
	picture->steps = 0;
	picture->switch_frame = 0;
	picture->task_regs = 0;
	picture->ends_well = false;
	picture->fred = stackanno_compat_fred();
	add_task_stack(picture, task);

	if (origin->start == STACKANNO_START_REGS) {
		walk_regs(origin, picture, &state);
		return 0;
	}
	if (origin->start == STACKANNO_START_ASLEEP)
		picture->switch_frame = READ_ONCE(task->thread.sp);
	unwind_start(&state, task, NULL, NULL);
	if (origin->start == STACKANNO_START_ASLEEP && unwind_done(&state))
		return -EBUSY;
	walk(picture, &state);
	if (origin->start != STACKANNO_START_ASLEEP)
		drop_leading(picture, origin);
	return 0;
}
