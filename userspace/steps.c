// SPDX-License-Identifier: GPL-2.0-only
#include "steps.h"

#include "core/arch.h"

#define WORD 8
#define REGS_BYTES (STACKANNO_X86_FIELDS * WORD)
#define FIELD(name) (STACKANNO_X86_##name * WORD)
/* The CPU aligns rsp to 16 before it pushes; FRED to 64. */
#define PUSH_GAP_MAX 56
/* What __switch_to_asm saves below the return address. */
#define SWITCH_BYTES 48
/*
 * A thunk's or a paravirtual call of 5 or 6 bytes was patched to a shorter one: it
 * returned to within what the file has.
 */
#define PATCHED_MAX 3
/* With nothing but its first instructions given, a function is no larger than this. */
#define FUNCTION_MAX (1U << 20)
#define FRAME_BYTES_MAX (64 * 1024)
/* Bits of the flags register: 1 is always set, the others here never. */
#define FLAGS_SET 0x2ULL
#define FLAGS_CLEAR (~0x3f7fd7ULL)

static bool word_at(const struct steps *steps, u64 address, u64 *value)
{
	const struct listing_word *word = listing_word(steps->listing, address);

	if (word)
		*value = word->value;
	return word;
}

/* Whether registers may lie at an address, by those that can be checked. */
static bool may_be_regs(const struct steps *steps, u64 regs)
{
	u64 ip, cs, flags, sp, ss, end = regs + REGS_BYTES;

	if (!word_at(steps, regs + FIELD(IP), &ip) || !word_at(steps, regs + FIELD(CS), &cs) ||
	    !word_at(steps, regs + FIELD(FLAGS), &flags) ||
	    !word_at(steps, regs + FIELD(SP), &sp) || !word_at(steps, regs + FIELD(SS), &ss))
		return false;
	if ((flags & FLAGS_SET) != FLAGS_SET || flags & FLAGS_CLEAR)
		return false;
	/* Of user mode all may be anything else. */
	if (cs & 3)
		return stackanno_arch_segment_name(cs) && stackanno_arch_segment_name(ss) &&
		       ip >> 63 == 0;
	if (!stackanno_arch_segment_name(cs) || (ss && !stackanno_arch_segment_name(ss)) ||
	    sp % WORD)
		return false;
	if (sp >= end && sp - end <= PUSH_GAP_MAX)
		return true;
	/* From another stack: exceptions that have one of their own. */
	return stackanno_picture_stack(&steps->picture, sp) != STACKANNO_NONE &&
	       stackanno_picture_stack(&steps->picture, sp) !=
	       stackanno_picture_stack(&steps->picture, regs);
}

/* The runs of words without a hole are what is known of stacks. */
static void make_stacks(struct steps *steps)
{
	const struct listing *listing = steps->listing;
	struct stackanno_picture *picture = &steps->picture;
	struct stackanno_stack *stack = NULL;
	u32 i;

	for (i = 0; i < listing->words; i++) {
		u64 address = listing->word[i].address;

		if (stack && stack->end == address) {
			stack->end += WORD;
			continue;
		}
		if (picture->stacks == STACKANNO_PICTURE_STACKS) {
			steps->runs_left_out++;
			stack = NULL;
			continue;
		}
		stack = &picture->stack[picture->stacks++];
		stack->begin = address;
		stack->end = address + WORD;
		stack->kind = STACKANNO_STACK_UNKNOWN;
		stack->cpu = STACKANNO_NONE;
	}
}

static struct stackanno_step *push_step(struct steps *steps, u64 ip, u64 slot, u32 listed)
{
	struct stackanno_picture *picture = &steps->picture;
	struct stackanno_step *step;
	struct step_code *code;

	if (picture->steps == STACKANNO_PICTURE_STEPS) {
		steps->frames_left_out++;
		return NULL;
	}
	code = &steps->code[picture->steps];
	step = &picture->step[picture->steps++];
	*step = (struct stackanno_step){ .ip = ip, .ip_slot = slot, .sp = slot + WORD,
					 .evidence = STACKANNO_EVIDENCE_CERTAIN };
	*code = (struct step_code){ .listed = listed };
	if (listed == STACKANNO_NONE)
		step->flags |= STACKANNO_FRAME_UNLISTED;
	return step;
}

static void set_regs(const struct steps *steps, struct stackanno_step *step, u64 regs)
{
	u64 cs = 0, ignored;

	step->regs = regs;
	word_at(steps, regs + FIELD(SP), &step->sp);
	word_at(steps, regs + FIELD(CS), &cs);
	step->flags |= STACKANNO_FRAME_INTERRUPTED;
	if (cs & 3)
		step->flags = (step->flags & ~STACKANNO_FRAME_INTERRUPTED) | STACKANNO_FRAME_USER;
	if (!word_at(steps, regs, &ignored))
		step->flags |= STACKANNO_FRAME_PARTIAL_REGS;
}

static u64 place_of(const struct stackanno_step *step)
{
	return step->flags & STACKANNO_FRAME_INTERRUPTED ? step->ip : step->ip - 1;
}

static const char *name_of(const struct steps *steps, u32 number)
{
	const struct step_code *code = &steps->code[number];

	if (code->function)
		return code->function->name;
	return code->listed == STACKANNO_NONE ? "" : steps->listing->frame[code->listed].name;
}

static bool is_entry_name(const char *name)
{
	u32 vector;

	return stackanno_arch_entry(name, &vector) != STACKANNO_ENTRY_UNKNOWN;
}

const struct stackanno_flow_state *steps_state(struct steps *steps, u32 number)
{
	const struct step_code *code = &steps->code[number];

	if (!code->size || stackanno_flow_run(steps->flow, &steps->image->ops, code->begin,
					      code->size))
		return NULL;
	return stackanno_flow_at(steps->flow, code->place.ip, code->place.returning);
}

/* A function of which the listing's ip is beyond what was given of it. */
static bool find_part(struct steps *steps, const struct stackanno_step *step,
		      struct step_code *code)
{
	const struct listing_frame *frame;
	const struct function *function;
	u32 index;

	if (code->listed == STACKANNO_NONE || !steps->image->keeps)
		return false;
	frame = &steps->listing->frame[code->listed];
	index = image_find(steps->image, frame->name);
	if (index == NO_FUNCTION)
		return false;
	function = &steps->image->function[index];
	/* Of functions that are only called the name was given, and no code. */
	if (function->size == 1 || step->ip < function->begin || step->ip - function->begin > FUNCTION_MAX)
		return false;
	code->function = function;
	code->begin = function->begin;
	code->size = function->size;
	/* The trap behind the last instruction. */
	code->place = (struct stackanno_role_place){ .ip = function->begin + function->size - 1,
						     .part = true };
	return true;
}

/* Finds the code of a step, and the state that holds at its ip. */
static void find_code(struct steps *steps, u32 number)
{
	struct stackanno_step *step = &steps->picture.step[number];
	struct step_code *code = &steps->code[number];
	const struct function *function;
	u32 patched, index;

	code->function = image_code(steps->image, place_of(step));
	if (!code->function)
		find_part(steps, step, code);
	index = image_function(steps->image, place_of(step));
	if (index == NO_FUNCTION)
		return;
	function = &steps->image->function[index];
	if (function->parent != NO_FUNCTION)
		function = &steps->image->function[function->parent];
	code->begin = function->begin;
	code->size = function->size;
	code->place.returning = !(step->flags & STACKANNO_FRAME_INTERRUPTED);
	for (patched = 0; patched <= (code->place.returning ? PATCHED_MAX : 0); patched++) {
		code->place.ip = step->ip + patched;
		if (steps_state(steps, number))
			break;
	}
	code->place.part = steps->image->keeps && steps->flow->summary.out_of_sight;
}

/* The register that functions with a frame pointer keep it in. */
static u32 frame_pointer(void)
{
	u32 reg = 0;

	while (reg < STACKANNO_IR_REGS - 1 &&
	       stackanno_arch_register_field(reg) != STACKANNO_X86_BP)
		reg++;
	return reg;
}

/* Whether a word is what a call has pushed, by the code that it leads to. */
static bool is_return(struct steps *steps, u64 address)
{
	const struct function *function;
	u64 value;
	u32 index;

	if (!word_at(steps, address, &value))
		return false;
	index = image_function(steps->image, value - 1);
	if (index == NO_FUNCTION)
		return false;
	function = &steps->image->function[index];
	if (function->parent != NO_FUNCTION)
		function = &steps->image->function[function->parent];
	if (stackanno_flow_run(steps->flow, &steps->image->ops, function->begin, function->size))
		return false;
	return stackanno_flow_at(steps->flow, value, true);
}

/* Whether the listing has a frame from @listed on whose ip lies at an address. */
static bool is_listed(const struct steps *steps, u32 listed, u64 slot)
{
	for (; listed < steps->listing->frames; listed++)
		if (steps->listing->frame[listed].slot == slot)
			return true;
	return false;
}

static u64 rounded(const struct step_code *code, u64 cfa)
{
	return ((cfa + (u64)(s64)code->align_from) & ~((u64)code->align_bytes - 1)) +
	       (u64)(s64)code->sp_from;
}

/* By the stack pointer, rounded: the first frame in the listing that gives it. */
static u64 end_by_listing(const struct steps *steps, const struct stackanno_step *step,
			  const struct step_code *code, u32 listed)
{
	u64 slot;

	for (; listed < steps->listing->frames; listed++) {
		slot = steps->listing->frame[listed].slot;
		if (slot >= step->sp && slot - step->sp < FRAME_BYTES_MAX &&
		    rounded(code, slot + WORD) == step->sp)
			return slot + WORD;
	}
	return 0;
}

/*
 * Where a frame ends by its code: by the distance of the stack pointer, or by the
 * frame pointer where registers tell it. Both may be asked, and are compared.
 */
static void find_end(struct steps *steps, u32 number, u32 listed)
{
	const struct stackanno_flow_state *state = steps_state(steps, number);
	struct stackanno_step *step = &steps->picture.step[number];
	struct step_code *code = &steps->code[number];
	const struct stackanno_flow_slot *slot;
	struct stackanno_value sp, bp;
	u64 by_sp = 0, by_bp = 0;

	if (!state)
		return;
	sp = state->reg[stackanno_arch_abi.sp];
	bp = state->reg[frame_pointer()];
	code->sp = step->sp;
	if (step->regs && bp.kind == STACKANNO_VALUE_CFA &&
	    word_at(steps, step->regs + FIELD(BP), &code->bp)) {
		by_bp = code->bp - (u64)(s64)bp.offset;
		slot = stackanno_flow_slot(state, STACKANNO_BASE_CFA, bp.offset);
		if (slot && slot->value.kind == STACKANNO_VALUE_ENTRY)
			code->bp_slot = code->bp;
	}
	if (sp.kind == STACKANNO_VALUE_CFA) {
		by_sp = step->sp - (u64)(s64)sp.offset;
	} else if (sp.kind == STACKANNO_VALUE_ALIGNED) {
		code->align_from = steps->flow->summary.align_from;
		code->align_bytes = steps->flow->summary.align_bytes;
		code->sp_from = sp.offset;
		by_sp = by_bp && rounded(code, by_bp) == step->sp ? by_bp :
			end_by_listing(steps, step, code, listed);
	}
	code->end = by_sp;
	code->bp_agrees = by_bp && by_bp == by_sp;
	code->sp_agrees = code->bp_agrees && code->align_bytes;
	/* A frame ends with what a call pushed, or what crash took for that. */
	if (code->end >= step->sp + WORD && code->end - step->sp <= FRAME_BYTES_MAX &&
	    (is_listed(steps, listed, by_sp - WORD) || is_return(steps, by_sp - WORD)))
		return;
	code->end = 0;
	code->bp_agrees = false;
	code->sp_agrees = false;
}

/* A step's code is looked at once all is known of its registers. */
static void look_at(struct steps *steps, u32 listed)
{
	u32 number = steps->picture.steps - 1;
	const struct stackanno_step *step = &steps->picture.step[number];

	if (step->flags & (STACKANNO_FRAME_USER | STACKANNO_FRAME_NOT_ONE))
		return;
	find_code(steps, number);
	/* Nobody called an entry routine: it has no return address. */
	if (!is_entry_name(name_of(steps, number)))
		find_end(steps, number, listed);
}

/* Registers that the listing has no frame for. */
static bool push_regs(struct steps *steps, u64 regs, u32 listed)
{
	struct stackanno_step *step;
	u64 ip = 0;

	if (!may_be_regs(steps, regs) || is_listed(steps, listed, regs + FIELD(IP)))
		return false;
	word_at(steps, regs + FIELD(IP), &ip);
	step = push_step(steps, ip, regs + FIELD(IP), STACKANNO_NONE);
	if (!step)
		return false;
	set_regs(steps, step, regs);
	look_at(steps, listed);
	return true;
}

/* The routine that laid the registers down calls on from just below them. */
static void push_entry(struct steps *steps, u64 regs)
{
	const struct stackanno_picture *picture = &steps->picture;
	const struct function *routine;
	u64 value;

	if (picture->steps && picture->step[picture->steps - 1].sp == regs)
		return;
	if (!word_at(steps, regs - WORD, &value))
		return;
	routine = image_code(steps->image, value - 1);
	if (!routine || !is_entry_name(routine->name) ||
	    !push_step(steps, value, regs - WORD, STACKANNO_NONE))
		return;
	look_at(steps, steps->listing->frames);
}

/* The registers that crash found for a frame, where they lie in the listing. */
static u64 find_listed_regs(const struct steps *steps, const struct listing_frame *frame)
{
	const struct listing *listing = steps->listing;
	u64 sp, flags, found = 0;
	u32 i;

	for (i = 0; frame->has_regs && i < listing->words; i++) {
		u64 address = listing->word[i].address;

		if (listing->word[i].value != frame->regs_ip ||
		    !word_at(steps, address + FIELD(SP) - FIELD(IP), &sp) ||
		    !word_at(steps, address + FIELD(FLAGS) - FIELD(IP), &flags) ||
		    sp != frame->regs_sp || flags != frame->regs_flags)
			continue;
		if (found)
			return 0;
		found = address - FIELD(IP);
	}
	return found;
}

/* What lies between the frame just pushed and the next one of the listing. */
static void push_unlisted(struct steps *steps, u32 listed)
{
	const struct listing *listing = steps->listing;
	const struct stackanno_picture *picture = &steps->picture;
	u32 last = picture->steps - 1;
	u64 regs;

	if (is_entry_name(name_of(steps, last)) &&
	    push_regs(steps, picture->step[last].sp, listed))
		return;
	if (steps->code[last].listed != STACKANNO_NONE) {
		regs = find_listed_regs(steps, &listing->frame[steps->code[last].listed]);
		if (regs && may_be_regs(steps, regs) &&
		    !is_listed(steps, listed, regs + FIELD(IP))) {
			push_entry(steps, regs);
			push_regs(steps, regs, listed);
		}
	}
}

/* Functions that the code says were called, and the listing has not. */
static void push_callers(struct steps *steps, u32 listed)
{
	const struct stackanno_picture *picture = &steps->picture;
	u64 end, value;

	while (picture->steps) {
		end = steps->code[picture->steps - 1].end;
		if (!end || is_listed(steps, listed, end - WORD) ||
		    !is_return(steps, end - WORD) || !word_at(steps, end - WORD, &value) ||
		    !push_step(steps, value, end - WORD, STACKANNO_NONE))
			return;
		look_at(steps, listed);
		push_unlisted(steps, listed);
	}
}

/* Whether a frame's ip lies within what the frame before it has by its code. */
static bool is_stale(struct steps *steps, u64 slot, u32 listed)
{
	const struct stackanno_picture *picture = &steps->picture;
	u32 last = picture->steps, on = stackanno_picture_stack(picture, slot);
	const struct stackanno_step *step;
	u64 end;

	while (last && picture->step[last - 1].flags & STACKANNO_FRAME_NOT_ONE)
		last--;
	if (!last || on == STACKANNO_NONE)
		return false;
	step = &picture->step[last - 1];
	if (step->flags & STACKANNO_FRAME_UNLISTED && slot < step->ip_slot &&
	    stackanno_picture_stack(picture, step->ip_slot) == on)
		return true;
	end = steps->code[last - 1].end;
	return end && slot >= step->sp && slot < end - WORD &&
	       (is_listed(steps, listed, end - WORD) || is_return(steps, end - WORD));
}

/*
 * The first frame of a task that does not run: crash names the word where its stack
 * pointer was, and the ip lies above the registers that were saved there.
 */
static bool was_switched_out(struct steps *steps, const struct listing_frame *frame)
{
	struct stackanno_stack *stack;
	u64 value;
	u32 on;

	if (steps->picture.steps || !word_at(steps, frame->slot + SWITCH_BYTES, &value) ||
	    value != frame->ip || word_at(steps, frame->slot, &value))
		return false;
	on = stackanno_picture_stack(&steps->picture, frame->slot + WORD);
	if (on == STACKANNO_NONE)
		return false;
	/* The lowest word is left out of the listing. */
	stack = &steps->picture.stack[on];
	if (stack->begin == frame->slot + WORD)
		stack->begin = frame->slot;
	steps->picture.switch_frame = frame->slot;
	return true;
}

static void push_listed(struct steps *steps, u32 listed)
{
	const struct listing_frame *frame = &steps->listing->frame[listed];
	u64 slot = frame->slot, regs = slot - FIELD(IP), value;
	struct stackanno_step *step;

	if (is_stale(steps, slot, listed)) {
		step = push_step(steps, frame->ip, slot, listed);
		if (step) {
			step->flags |= STACKANNO_FRAME_NOT_ONE;
			step->evidence = STACKANNO_EVIDENCE_GUESS;
		}
		return;
	}
	if (was_switched_out(steps, frame))
		slot += SWITCH_BYTES;
	if (!word_at(steps, slot, &value) || value != frame->ip || !may_be_regs(steps, regs)) {
		step = push_step(steps, frame->ip, slot, listed);
	} else {
		push_entry(steps, regs);
		step = push_step(steps, frame->ip, slot, listed);
		if (step)
			set_regs(steps, step, regs);
	}
	if (!step)
		return;
	look_at(steps, listed + 1);
	push_unlisted(steps, listed + 1);
	push_callers(steps, listed + 1);
}

void steps_make(struct steps *steps)
{
	u32 i;

	memset(&steps->picture, 0, sizeof(steps->picture));
	steps->runs_left_out = 0;
	steps->frames_left_out = 0;
	/* A listing ends where it ends: whether the chain did is not known. */
	steps->picture.ends_well = true;
	steps->picture.open_end = true;
	make_stacks(steps);
	for (i = 0; i < steps->listing->frames; i++)
		push_listed(steps, i);
}
