// SPDX-License-Identifier: GPL-2.0-only
/*
 * Laying a picture out.
 *
 * A function's frame is what lies between two return addresses: from the word
 * above the one that returns into it, up to and with the word that it returns
 * to. Where an exception or interrupt stopped a function, its pt_regs lie
 * below: r15 to ip come first, as a block of their own, and the rest (cs to ss)
 * begins the stopped function's words, as crash's bt prints it.
 */
#include "frame.h"

#include "arch.h"

#define WORD 8
#define REGS_BYTES (STACKANNO_X86_FIELDS * WORD)
#define IP_OFFSET (STACKANNO_X86_IP * WORD)

/* The CPU aligns rsp to 16 before it pushes; FRED to 64. */
#define PUSH_GAP_MAX 56

/* A run of words from one stack to another is at most a stack long. */
#define LINK_BYTES_MAX (64 * 1024)

struct layout {
	const struct stackanno_picture *picture;
	struct stackanno_reader *reader;
	struct stackanno_builder *builder;
	u64 done[STACKANNO_PICTURE_STACKS];	/* words below are emitted */
	struct stackanno_frame *frame;		/* the one being filled */
	u32 index;				/* its index */
	u32 last_call;				/* index of the last numbered frame */
	u32 last_real;				/* of the last that has words */
	u16 number;				/* of the next numbered frame */
	bool full;
};

u32 stackanno_picture_stack(const struct stackanno_picture *picture, u64 address)
{
	u32 i;

	for (i = 0; i < picture->stacks && i < STACKANNO_PICTURE_STACKS; i++)
		if (address >= picture->stack[i].begin && address < picture->stack[i].end)
			return i;
	return STACKANNO_NONE;
}

static bool begin_frame(struct layout *layout, enum stackanno_frame_kind kind, u64 low)
{
	u32 stack = stackanno_picture_stack(layout->picture, low);
	struct stackanno_frame *frame;

	frame = stackanno_builder_add(layout->builder, STACKANNO_SECTION_FRAMES, &layout->index);
	layout->frame = frame;
	if (!frame) {
		layout->full = true;
		return false;
	}
	frame->kind = kind;
	frame->evidence = STACKANNO_EVIDENCE_CERTAIN;
	frame->number = STACKANNO_NONE16;
	frame->low = low;
	frame->high = low;
	frame->stack = stack == STACKANNO_NONE ? STACKANNO_NONE16 : stack;
	frame->regs = STACKANNO_NONE;
	frame->code = STACKANNO_NONE;
	frame->vector = STACKANNO_NONE;
	frame->first_word = layout->builder->section[STACKANNO_SECTION_WORDS].count;
	return true;
}

static struct stackanno_word *emit_word(struct layout *layout, u32 stack, u64 address)
{
	struct stackanno_word *word;

	word = stackanno_builder_add(layout->builder, STACKANNO_SECTION_WORDS, NULL);
	if (!word) {
		layout->full = true;
		return NULL;
	}
	word->address = address;
	word->frame = layout->index;
	word->meaning = STACKANNO_NONE;
	word->where = STACKANNO_NONE;
	if (layout->reader->word(layout->reader, address, &word->value)) {
		word->value = 0;
		word->flags |= STACKANNO_WORD_UNREADABLE;
	}
	layout->done[stack] = address + WORD;
	layout->frame->word_count++;
	/* Up to there the words follow one another, which find_word() counts on. */
	if (address == layout->frame->high &&
	    address - layout->frame->low == (layout->frame->word_count - 1) * (u64)WORD)
		layout->frame->high = address + WORD;
	return word;
}

/* The words [low, high), as far as they lie on one stack and were not had before. */
static void emit_run(struct layout *layout, u64 low, u64 high)
{
	u32 stack = stackanno_picture_stack(layout->picture, low);
	u64 address;

	if (stack == STACKANNO_NONE)
		return;
	low = ALIGN(low, WORD);
	if (low < layout->done[stack])
		low = layout->done[stack];
	if (high > layout->picture->stack[stack].end)
		high = layout->picture->stack[stack].end;
	if (!layout->frame->word_count) {
		layout->frame->low = low;
		layout->frame->high = low;
	}
	for (address = low; address < high && high - address >= WORD; address += WORD)
		if (!emit_word(layout, stack, address))
			return;
}

/* Where a frame's word of an address is; STACKANNO_NONE when it has none such. */
static u32 find_word(const struct stackanno_builder *builder,
		     const struct stackanno_frame *frame, u64 address)
{
	u32 run = (frame->high - frame->low) / WORD;
	const struct stackanno_word *word;
	u32 i;

	/* Words from low to high follow one another: of these the place is known. */
	if (address >= frame->low && address < frame->high)
		return address % WORD ? STACKANNO_NONE :
					frame->first_word + (address - frame->low) / WORD;
	for (i = frame->word_count; i-- > run;) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       frame->first_word + i);
		if (word && word->address == address)
			return frame->first_word + i;
	}
	return STACKANNO_NONE;
}

struct stackanno_word *stackanno_frame_word(const struct stackanno_builder *builder,
					    const struct stackanno_frame *frame, u64 address)
{
	return stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
				       find_word(builder, frame, address));
}

static struct stackanno_word *frame_word(const struct layout *layout, u64 address)
{
	return stackanno_frame_word(layout->builder, layout->frame, address);
}

static void set_role(const struct layout *layout, u64 address, enum stackanno_role role,
		     u16 arg, enum stackanno_evidence evidence)
{
	struct stackanno_word *word = frame_word(layout, address);

	if (!word)
		return;
	word->role = role;
	word->arg = arg;
	word->evidence = evidence;
}

/* Roles of the pt_regs at @regs that lie in the current frame. */
static void set_regs_roles(const struct layout *layout, u64 regs, u32 first, u32 last,
			   enum stackanno_evidence evidence)
{
	u32 field;

	for (field = first; field <= last; field++)
		set_role(layout, regs + field * WORD, STACKANNO_ROLE_REGS, field, evidence);
}

/* FRED's event words, which follow ss. */
static u64 emit_event(struct layout *layout, u64 address, enum stackanno_evidence evidence)
{
	u32 event;

	if (!layout->picture->fred)
		return address;
	emit_run(layout, address, address + STACKANNO_X86_EVENTS * WORD);
	for (event = 0; event < STACKANNO_X86_EVENTS; event++)
		set_role(layout, address + event * WORD, STACKANNO_ROLE_EVENT, event, evidence);
	return address + STACKANNO_X86_EVENTS * WORD;
}

static void collect_field(struct layout *layout, struct stackanno_regs *regs, u32 field)
{
	struct stackanno_word *word = frame_word(layout, regs->address + field * WORD);

	if (!word || word->flags & STACKANNO_WORD_UNREADABLE)
		return;
	regs->value[field] = word->value;
	regs->known |= 1ULL << field;
}

/* Copies what fields of a pt_regs the current frame has words for. */
static void collect_regs(struct layout *layout, u64 address, u32 *index)
{
	struct stackanno_regs *regs;
	u32 field;

	if (*index == STACKANNO_NONE) {
		regs = stackanno_builder_add(layout->builder, STACKANNO_SECTION_REGS, index);
		if (!regs)
			return;
		regs->address = address;
	} else {
		regs = stackanno_builder_entry(layout->builder, STACKANNO_SECTION_REGS, *index);
	}
	for (field = 0; field < STACKANNO_X86_FIELDS; field++)
		collect_field(layout, regs, field);
}

static bool is_user(const struct stackanno_step *step)
{
	return step->flags & STACKANNO_FRAME_USER;
}

/*
 * The block of a pt_regs: all of it for user mode, which nothing on this stack
 * goes on from; r15 to ip where a function of the kernel was stopped.
 * Return: index of its registers.
 */
static u32 emit_entry(struct layout *layout, const struct stackanno_step *step)
{
	bool partial = step->flags & STACKANNO_FRAME_PARTIAL_REGS;
	u32 first = partial ? STACKANNO_X86_IP : STACKANNO_X86_R15;
	u32 last = is_user(step) ? STACKANNO_X86_SS : STACKANNO_X86_IP;
	u64 end = step->regs + (last + 1) * WORD;

	if (!begin_frame(layout, STACKANNO_FRAME_ENTRY, step->regs + first * WORD))
		return STACKANNO_NONE;
	layout->last_real = layout->index;
	layout->frame->ip = step->ip;
	layout->frame->ip_slot = step->ip_slot;
	layout->frame->evidence = step->evidence;
	layout->frame->flags = step->flags;
	emit_run(layout, step->regs + first * WORD, end);
	set_regs_roles(layout, step->regs, first, last, step->evidence);
	collect_regs(layout, step->regs, &layout->frame->regs);
	if (is_user(step))
		emit_event(layout, end, step->evidence);
	return layout->frame->regs;
}

/* cs to ss of the pt_regs that stopped a function, and the CPU's alignment. */
static void emit_stopped(struct layout *layout, const struct stackanno_step *step, u32 regs)
{
	u64 address = step->regs + IP_OFFSET + WORD;
	u64 end = step->regs + REGS_BYTES;

	emit_run(layout, address, end);
	set_regs_roles(layout, step->regs, STACKANNO_X86_CS, STACKANNO_X86_SS, step->evidence);
	if (regs != STACKANNO_NONE)
		collect_regs(layout, step->regs, &regs);
	layout->frame->regs = regs;
	end = emit_event(layout, end, step->evidence);

	/*
	 * Nothing but the CPU's own rounding lies between what it pushed and
	 * the sp that it pushed.
	 */
	if (end >= step->sp || step->sp - end > PUSH_GAP_MAX)
		return;
	if (stackanno_picture_stack(layout->picture, end) !=
	    stackanno_picture_stack(layout->picture, step->sp))
		return;
	emit_run(layout, end, step->sp);
	for (; end < step->sp; end += WORD)
		set_role(layout, end, STACKANNO_ROLE_PADDING, 0, step->evidence);
}

/* Where a frame's words begin: an sp below its stack is an overflow. */
static u64 first_word(const struct layout *layout, u64 sp)
{
	const struct stackanno_stack *stack;
	u32 i;

	if (stackanno_picture_stack(layout->picture, sp) != STACKANNO_NONE)
		return sp;
	for (i = 0; i < layout->picture->stacks && i < STACKANNO_PICTURE_STACKS; i++) {
		stack = &layout->picture->stack[i];
		if (stack->flags & STACKANNO_STACK_OVERFLOWED && sp < stack->begin)
			return stack->begin;
	}
	return sp;
}

/*
 * A stack switch inside a frame. The kernel leaves the old rsp in the topmost
 * word of the new stack:
 *	mov	%rsp,(%rbx)
 *	mov	%rbx,%rsp
 *	call	handler
 *	pop	%rsp
 * Return: where the frame goes on, on the stack of @until.
 */
static u64 emit_switch(struct layout *layout, u64 sp, u64 until, enum stackanno_evidence evidence)
{
	u32 from = stackanno_picture_stack(layout->picture, sp);
	u32 to = stackanno_picture_stack(layout->picture, until);
	struct stackanno_word *word;
	u64 link;

	if (from == STACKANNO_NONE)
		return until;
	link = layout->picture->stack[from].end - WORD;
	emit_run(layout, sp, link + WORD);
	word = frame_word(layout, link);
	if (!word || to == STACKANNO_NONE ||
	    stackanno_picture_stack(layout->picture, word->value) != to)
		return until;
	word->role = STACKANNO_ROLE_STACK_LINK;
	word->evidence = evidence;
	if (word->value > until || until - word->value > LINK_BYTES_MAX || word->value % WORD)
		return until;
	return word->value;
}

/* The words of @step itself, up to where @next's begin. */
static void emit_body(struct layout *layout, const struct stackanno_step *step,
		      const struct stackanno_step *next)
{
	u64 low = first_word(layout, step->sp);
	u64 until;	/* the first word that is not this frame's, or its return slot */
	u32 stack;
	bool partial;

	if (!next) {
		stack = stackanno_picture_stack(layout->picture, low);
		if (layout->picture->open_end && stack != STACKANNO_NONE)
			emit_run(layout, low, layout->picture->stack[stack].end);
		return;
	}
	partial = next->flags & STACKANNO_FRAME_PARTIAL_REGS;
	until = next->regs ? next->regs + (partial ? IP_OFFSET : 0) : next->ip_slot;
	if (stackanno_picture_stack(layout->picture, low) !=
	    stackanno_picture_stack(layout->picture, until))
		low = emit_switch(layout, low, until, step->evidence);
	emit_run(layout, low, next->regs ? until : until + WORD);
	if (!next->regs)
		set_role(layout, until, STACKANNO_ROLE_RETURN, 0, next->evidence);
}

/*
 * What the stack holds where @step's ip was found. It differs from ip where a
 * kretprobe, rethook or the function graph tracer keeps the real one elsewhere.
 */
static void check_slot(struct layout *layout, const struct stackanno_step *step, u32 holder)
{
	const struct stackanno_frame *frame;
	struct stackanno_word *word;

	layout->frame->stack_ip = step->ip;
	frame = stackanno_builder_entry(layout->builder, STACKANNO_SECTION_FRAMES, holder);
	word = frame ? stackanno_frame_word(layout->builder, frame, step->ip_slot) : NULL;
	if (!word || word->flags & STACKANNO_WORD_UNREADABLE)
		return;
	layout->frame->stack_ip = word->value;
	if (word->value == step->ip)
		return;
	layout->frame->flags |= STACKANNO_FRAME_REPLACED;
	stackanno_builder_note(layout->builder, STACKANNO_NOTE_REPLACED_RETURN, 0, layout->index,
			       word->value, 0);
}

static void emit_call(struct layout *layout, const struct stackanno_step *step,
		      const struct stackanno_step *next, u32 regs)
{
	u32 holder = layout->last_real;

	if (!begin_frame(layout, STACKANNO_FRAME_CALL, step->sp))
		return;
	layout->frame->number = layout->number++;
	layout->last_call = layout->index;
	layout->frame->ip = step->ip;
	layout->frame->ip_slot = step->ip_slot;
	layout->frame->evidence = step->evidence;
	layout->frame->flags = step->flags;
	if (step->flags & STACKANNO_FRAME_NOT_ONE)
		return;
	layout->last_real = layout->index;
	check_slot(layout, step, holder);
	if (step->flags & STACKANNO_FRAME_NULL_CALL)
		stackanno_builder_note(layout->builder, STACKANNO_NOTE_NULL_CALL, 0, layout->index,
				       0, 0);
	else if (step->flags & STACKANNO_FRAME_BAD_IP)
		stackanno_builder_note(layout->builder, STACKANNO_NOTE_BAD_IP, 0, layout->index,
				       step->ip, 0);
	if (step->regs)
		emit_stopped(layout, step, regs);
	emit_body(layout, step, next);
}

/* What __switch_to_asm pushed when the task was switched out. */
static void emit_switched_out(struct layout *layout)
{
	const struct stackanno_picture *picture = layout->picture;
	u64 low = picture->switch_frame;
	u64 until = picture->steps ? picture->step[0].ip_slot : 0;
	u32 i;

	if (!low || until < low || until - low > STACKANNO_X86_FIELDS * WORD)
		return;
	if (!begin_frame(layout, STACKANNO_FRAME_ENTRY, low))
		return;
	layout->last_real = layout->index;
	layout->frame->entry = STACKANNO_ENTRY_SWITCH;
	emit_run(layout, low, until + WORD);
	for (i = 0; low + i * WORD < until; i++)
		if (stackanno_arch_switch_field(i) >= 0)
			set_role(layout, low + i * WORD, STACKANNO_ROLE_SAVED,
				 stackanno_arch_switch_field(i), STACKANNO_EVIDENCE_CERTAIN);
	set_role(layout, until, STACKANNO_ROLE_RETURN, 0, STACKANNO_EVIDENCE_CERTAIN);
}

/* Words that no frame covers, so that every live word is printed somewhere. */
static void emit_rest(struct layout *layout, u32 stack, u64 until)
{
	u64 low = layout->done[stack];

	if (low >= until || until - low < WORD)
		return;
	if (begin_frame(layout, STACKANNO_FRAME_REST, low))
		emit_run(layout, low, until);
}

/*
 * The top of the task's stack: the pt_regs that every task has there, where
 * the chain did not come to it, and the room above.
 */
static void emit_top(struct layout *layout)
{
	const struct stackanno_picture *picture = layout->picture;
	u64 regs = picture->task_regs;
	u32 stack = stackanno_picture_stack(picture, regs);
	struct stackanno_step step = {
		.regs = regs,
		.ip_slot = regs + IP_OFFSET,
		.evidence = STACKANNO_EVIDENCE_CERTAIN,
		.flags = STACKANNO_FRAME_USER,
	};
	u64 end;

	if (!regs || stack == STACKANNO_NONE || !layout->done[stack])
		return;
	end = picture->stack[stack].end;
	if (layout->done[stack] <= regs) {
		emit_rest(layout, stack, regs);
		emit_entry(layout, &step);
		if (layout->frame && picture->kernel_thread) {
			layout->frame->entry = STACKANNO_ENTRY_UNUSED;
			layout->frame->flags = 0;
		}
	}
	if (!layout->frame || layout->frame->kind != STACKANNO_FRAME_ENTRY)
		return;
	regs = layout->done[stack];
	emit_run(layout, regs, end);
	/* Of a stack without end only so many words found room. */
	for (; regs < layout->done[stack]; regs += WORD)
		set_role(layout, regs, STACKANNO_ROLE_STACK_TOP, 0, STACKANNO_EVIDENCE_CERTAIN);
}

static void set_stack_ends(struct layout *layout)
{
	struct stackanno_word *word;
	u32 i, slot;

	for (i = 0; i < layout->picture->stacks && i < STACKANNO_PICTURE_STACKS; i++) {
		const struct stackanno_stack *stack = &layout->picture->stack[i];

		if (stack->kind != STACKANNO_STACK_TASK ||
		    !(stack->flags & STACKANNO_STACK_MAGIC_KNOWN))
			continue;
		if (stackanno_frame_find(layout->builder, stack->begin, &slot) == STACKANNO_NONE)
			continue;
		word = stackanno_builder_entry(layout->builder, STACKANNO_SECTION_WORDS, slot);
		word->role = STACKANNO_ROLE_STACK_END;
		word->evidence = STACKANNO_EVIDENCE_CERTAIN;
		if (!(stack->flags & STACKANNO_STACK_MAGIC_INTACT))
			word->flags |= STACKANNO_WORD_SUSPECT;
	}
}

static void emit_stacks(struct layout *layout)
{
	struct stackanno_stack *stack;
	u32 i;

	for (i = 0; i < layout->picture->stacks && i < STACKANNO_PICTURE_STACKS; i++) {
		stack = stackanno_builder_add(layout->builder, STACKANNO_SECTION_STACKS, NULL);
		if (!stack)
			return;
		*stack = layout->picture->stack[i];
		stack->live = stack->end;
	}
}

/* The lowest word that was copied of each stack is where its use ends. */
static void set_live(struct layout *layout)
{
	struct stackanno_stack *stack;
	struct stackanno_word *word;
	u32 i, on;

	for (i = 0; i < layout->builder->section[STACKANNO_SECTION_WORDS].count; i++) {
		word = stackanno_builder_entry(layout->builder, STACKANNO_SECTION_WORDS, i);
		on = stackanno_picture_stack(layout->picture, word->address);
		stack = stackanno_builder_entry(layout->builder, STACKANNO_SECTION_STACKS, on);
		if (stack && word->address < stack->live)
			stack->live = word->address;
	}
}

/* The step whose frame follows that of step @i: what is not a frame has no words. */
static const struct stackanno_step *next_step(const struct stackanno_picture *picture, u32 i,
					      u32 steps)
{
	while (++i < steps)
		if (!(picture->step[i].flags & STACKANNO_FRAME_NOT_ONE))
			return &picture->step[i];
	return NULL;
}

int stackanno_frame_layout(const struct stackanno_picture *picture,
			   struct stackanno_reader *reader,
			   struct stackanno_builder *builder)
{
	struct layout layout = { .picture = picture, .reader = reader, .builder = builder };
	const struct stackanno_step *step, *next;
	u32 i, steps = picture->steps, regs;

	if (steps > STACKANNO_PICTURE_STEPS)
		steps = STACKANNO_PICTURE_STEPS;
	emit_stacks(&layout);
	emit_switched_out(&layout);
	for (i = 0; i < steps && !layout.full; i++) {
		step = &picture->step[i];
		next = next_step(picture, i, steps);
		regs = STACKANNO_NONE;
		if (step->regs)
			regs = emit_entry(&layout, step);
		if (!is_user(step))
			emit_call(&layout, step, next, regs);
	}
	if (!picture->ends_well && layout.number)
		stackanno_builder_note(builder, STACKANNO_NOTE_CHAIN_ENDS_EARLY, 0,
				       layout.last_call, 0, 0);
	emit_top(&layout);
	for (i = 0; i < picture->stacks && i < STACKANNO_PICTURE_STACKS; i++)
		if (layout.done[i])
			emit_rest(&layout, i, picture->stack[i].end);
	set_stack_ends(&layout);
	set_live(&layout);
	return layout.full ? -ENOSPC : 0;
}

u32 stackanno_frame_find(const struct stackanno_builder *builder, u64 address, u32 *slot)
{
	const struct stackanno_frame *frame;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_FRAMES].count; i++) {
		frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i);
		*slot = frame ? find_word(builder, frame, address) : STACKANNO_NONE;
		if (*slot != STACKANNO_NONE)
			return i;
	}
	return STACKANNO_NONE;
}

static struct stackanno_word *holder_of(const struct stackanno_builder *builder, u32 index,
					u64 address)
{
	const struct stackanno_frame *before;

	before = index ? stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index - 1) :
			 NULL;
	return before ? stackanno_frame_word(builder, before, address) : NULL;
}

bool stackanno_frame_follows_call(const struct stackanno_builder *builder,
				  const struct stackanno_frame *frame)
{
	const struct stackanno_code *code;
	const u8 *bytes;

	code = stackanno_builder_entry(builder, STACKANNO_SECTION_CODES, frame->code);
	if (!code || frame->ip <= code->address || frame->ip - code->address > code->size)
		return false;
	bytes = builder->buf + builder->section[STACKANNO_SECTION_BYTES].offset + code->offset;
	return stackanno_arch_ends_in_call(bytes, frame->ip - code->address);
}

void stackanno_frame_check_calls(struct stackanno_builder *builder)
{
	struct stackanno_frame *frame;
	struct stackanno_word *word;
	u32 i;

	for (i = 0; i < builder->section[STACKANNO_SECTION_FRAMES].count; i++) {
		frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i);
		if (frame->kind != STACKANNO_FRAME_CALL ||
		    frame->flags & STACKANNO_FRAME_INTERRUPTED ||
		    stackanno_frame_follows_call(builder, frame))
			continue;
		word = holder_of(builder, i, frame->ip_slot);
		if (frame->evidence == STACKANNO_EVIDENCE_CERTAIN)
			frame->evidence = STACKANNO_EVIDENCE_LIKELY;
		if (word && word->evidence == STACKANNO_EVIDENCE_CERTAIN)
			word->evidence = STACKANNO_EVIDENCE_LIKELY;
	}
}

void stackanno_frame_mark_gap(struct stackanno_builder *builder, u32 frame, u32 bytes)
{
	const struct stackanno_frame *holder;
	struct stackanno_word *word;
	u32 i;

	holder = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, frame);
	/* Above the gap there is the return address at the least. */
	if (!holder || holder->flags & STACKANNO_FRAME_INTERRUPTED ||
	    bytes / WORD >= holder->word_count)
		return;
	for (i = 0; i < bytes / WORD; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS,
					       holder->first_word + i);
		if (!word || word->role != STACKANNO_ROLE_NONE)
			return;
		word->role = STACKANNO_ROLE_OFFSET_GAP;
		word->evidence = STACKANNO_EVIDENCE_LIKELY;
	}
}

static void move_indices(struct stackanno_builder *builder, u32 from)
{
	struct stackanno_finding *finding;
	struct stackanno_meaning *meaning;
	struct stackanno_frame *frame;
	struct stackanno_word *word;
	struct stackanno_note *note;
	u32 i;

	for (i = 0; (frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, i)); i++)
		if (i > from && frame->number != STACKANNO_NONE16)
			frame->number++;
	for (i = 0; (word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i)); i++)
		if (word->frame != STACKANNO_NONE16 && word->frame >= from)
			word->frame++;
	for (i = 0; (note = stackanno_builder_entry(builder, STACKANNO_SECTION_NOTES, i)); i++)
		if (note->frame != STACKANNO_NONE && note->frame >= from)
			note->frame++;
	for (i = 0; (finding = stackanno_builder_entry(builder, STACKANNO_SECTION_FINDINGS, i));
	     i++)
		if (finding->frame != STACKANNO_NONE && finding->frame >= from)
			finding->frame++;
	for (i = 0; (meaning = stackanno_builder_entry(builder, STACKANNO_SECTION_MEANINGS, i));
	     i++)
		if (meaning->kind == STACKANNO_MEANING_OWN_SLOT && meaning->aux >= from)
			meaning->aux++;
}

struct stackanno_frame *stackanno_frame_insert(struct stackanno_builder *builder, u32 index)
{
	struct stackanno_frame *frame, *last;
	u32 end;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame || frame->kind != STACKANNO_FRAME_CALL)
		return NULL;
	last = stackanno_builder_add(builder, STACKANNO_SECTION_FRAMES, &end);
	if (!last)
		return NULL;
	memmove(frame + 1, frame, (end - index) * sizeof(*frame));
	move_indices(builder, index);
	/* What follows it tells where it stands, and on which stack. */
	*frame = (struct stackanno_frame){
		.low = frame[1].low, .high = frame[1].low, .stack = frame[1].stack,
		.number = frame[1].number - 1, .kind = STACKANNO_FRAME_CALL,
		.evidence = STACKANNO_EVIDENCE_LIKELY, .flags = STACKANNO_FRAME_TAIL_CALL,
		.first_word = frame[1].first_word, .regs = STACKANNO_NONE,
		.code = STACKANNO_NONE, .vector = STACKANNO_NONE };
	return frame;
}
