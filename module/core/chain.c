// SPDX-License-Identifier: GPL-2.0-only
#include "chain.h"

#include "arch.h"
#include "effect.h"
#include "frame.h"
#include "suspect.h"

#define WORD 8
/* A jump may pass over a function's landing mark. */
#define ENTRY_BYTES 4
#define RESULT_POSITION_SHIFT 8

/* What a call gives, before it is made. */
struct given {
	struct stackanno_value value[STACKANNO_CHAIN_ARGUMENTS];
	enum stackanno_chain_edge edge;
};

static const struct stackanno_known nothing;

void stackanno_chain_begin(struct stackanno_chain *chain)
{
	memset(chain->reg, 0, sizeof(chain->reg));
	chain->next = 0;
	chain->frames = 0;
	chain->left_out = 0;
	chain->tails = 0;
	chain->faults = 0;
}

/* ---- registers ---- */

static void take_regs(struct stackanno_chain *chain, const struct stackanno_builder *builder,
		      const struct stackanno_frame *frame)
{
	const struct stackanno_regs *regs;
	struct stackanno_known held;
	u32 reg, field;

	memset(chain->reg, 0, sizeof(chain->reg));
	regs = stackanno_builder_entry(builder, STACKANNO_SECTION_REGS, frame->regs);
	if (!regs)
		return;
	for (reg = 0; reg < STACKANNO_IR_REGS; reg++) {
		field = stackanno_arch_register_field(reg);
		if (!(regs->known >> field & 1))
			continue;
		held = stackanno_known_make(regs->value[field], WORD,
					    stackanno_look_word(builder, regs->address +
									 field * WORD));
		chain->reg[reg] = stackanno_known_doubt(held, frame->evidence,
							STACKANNO_DOUBT_FRAME);
	}
}

/* A task that was switched out left registers in words of their own. */
static void take_switched(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			  u32 index)
{
	const struct stackanno_frame *block;
	const struct stackanno_word *word;
	struct stackanno_known held;
	u32 i, reg;

	memset(chain->reg, 0, sizeof(chain->reg));
	block = index ? stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index - 1) :
			NULL;
	if (!block || block->kind != STACKANNO_FRAME_ENTRY ||
	    block->entry != STACKANNO_ENTRY_SWITCH)
		return;
	for (i = block->first_word; i < block->first_word + block->word_count; i++) {
		word = stackanno_builder_entry(builder, STACKANNO_SECTION_WORDS, i);
		if (!word || word->role != STACKANNO_ROLE_SAVED ||
		    word->flags & STACKANNO_WORD_UNREADABLE)
			continue;
		held = stackanno_known_doubt(stackanno_known_make(word->value, WORD, i),
					     word->evidence, STACKANNO_DOUBT_FRAME);
		for (reg = 0; reg < STACKANNO_IR_REGS; reg++)
			if (stackanno_arch_register_field(reg) == word->arg)
				chain->reg[reg] = held;
	}
}

/* ---- arguments by number ---- */

static struct stackanno_value argument_value(u32 number)
{
	if (number < stackanno_arch_abi.arguments)
		return stackanno_value_make(STACKANNO_VALUE_ENTRY,
					    stackanno_arch_abi.argument[number], 0);
	return stackanno_value_make(STACKANNO_VALUE_PASSED,
				    number - stackanno_arch_abi.arguments, 0);
}

/* Return: the number of the argument that a value is made of; -1: of none. */
static int argument_of(struct stackanno_value value)
{
	u32 i;

	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++)
		if (stackanno_look_is_of(value, argument_value(i)))
			return (int)i;
	return -1;
}

/* ---- calls ---- */

/* A call, and the frame that it led to. */
struct call {
	struct stackanno_chain *chain;
	struct stackanno_chain_ops *ops;
	const struct stackanno_chain_frame *inner;
	u64 target, address;
	u32 index;	/* of the caller's frame */
	bool certain;	/* that the one frame called the other, and by this call */
};

/* Nothing may be held against code that was patched since. */
static bool stays(const struct call *call)
{
	const struct stackanno_edge_search *search = &call->chain->search;
	u32 i;

	if (!call->ops->stays(call->ops, call->address, 1))
		return false;
	for (i = 0; i < search->functions; i++)
		if (!call->ops->stays(call->ops, search->function[i].begin,
				      search->function[i].size))
			return false;
	return true;
}

static void add_fault(const struct call *call, bool ambiguous)
{
	struct stackanno_chain *chain = call->chain;

	if (chain->faults < STACKANNO_CHAIN_FAULTS)
		chain->fault[chain->faults++] = (struct stackanno_chain_fault){
			.index = call->index, .target = call->target, .ambiguous = ambiguous };
}

/* A way by jumps from what is called to what runs. */
static enum stackanno_chain_edge search_edge(const struct call *call,
					     const struct stackanno_extent *called)
{
	switch (stackanno_edge_find(&call->chain->search, called, call->inner->function)) {
	case STACKANNO_EDGE_UNIQUE:
		return STACKANNO_EDGE_TAIL;
	case STACKANNO_EDGE_AMBIGUOUS:
		add_fault(call, true);
		break;
	case STACKANNO_EDGE_CLOSED:
		if (call->certain && stays(call))
			add_fault(call, false);
		break;
	default:
		break;
	}
	return STACKANNO_EDGE_OTHER;
}

static enum stackanno_chain_edge edge_of(const struct call *call)
{
	struct stackanno_chain_ops *ops = call->ops;
	struct stackanno_extent called;

	if (!call->target || ops->thunk(ops, call->target))
		return STACKANNO_EDGE_POINTER;
	if (!call->inner->function ||
	    ops->edge.place(&ops->edge, call->target, &called) != STACKANNO_PLACE_FUNCTION)
		return STACKANNO_EDGE_OTHER;
	if (called.begin != call->inner->function)
		return search_edge(call, &called);
	if (!call->inner->tails)
		return STACKANNO_EDGE_DIRECT;
	/* Where its jumps come back to it, these arguments may be those of the first time. */
	switch (stackanno_edge_find(&call->chain->search, &called, called.begin)) {
	case STACKANNO_EDGE_UNIQUE:
	case STACKANNO_EDGE_AMBIGUOUS:
		return STACKANNO_EDGE_POINTER;
	default:
		return STACKANNO_EDGE_DIRECT;
	}
}

/* What lies above the return address that the call is about to push. */
static struct stackanno_value outgoing(const struct stackanno_flow_state *state, u32 word)
{
	struct stackanno_value sp = state->reg[stackanno_arch_abi.sp];
	const struct stackanno_flow_slot *slot = NULL;

	if (stackanno_value_in_frame(sp))
		slot = stackanno_flow_slot(state, sp.kind == STACKANNO_VALUE_CFA ?
					   STACKANNO_BASE_CFA : STACKANNO_BASE_ALIGNED,
					   sp.offset + (s32)word * WORD);
	/* What a prologue saves is for nobody else. */
	if (!slot || slot->size != WORD || stackanno_effect_protects(slot))
		return (struct stackanno_value){ .kind = STACKANNO_VALUE_UNKNOWN };
	return slot->value;
}

/* Return: whether a call was found that led to the frame before. */
static bool take_given(struct stackanno_flow *flow, u64 ip, struct call *call,
		       struct given *given)
{
	const struct stackanno_flow_state *state;
	u32 i, position;

	state = stackanno_flow_calling(flow, ip, &call->address);
	if (!state)
		return false;
	call->target = flow->list.target;
	position = flow->at;
	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++) {
		given->value[i] = i < stackanno_arch_abi.arguments ?
			state->reg[stackanno_arch_abi.argument[i]] :
			outgoing(state, i - stackanno_arch_abi.arguments);
		/* A result of the call itself, the last time round, has a new owner by now. */
		if (given->value[i].kind == STACKANNO_VALUE_RESULT &&
		    (u32)(given->value[i].id >> RESULT_POSITION_SHIFT) == position)
			given->value[i].kind = STACKANNO_VALUE_UNKNOWN;
	}
	given->edge = edge_of(call);
	return given->edge != STACKANNO_EDGE_OTHER;
}

static u32 edge_evidence(enum stackanno_chain_edge edge)
{
	return edge == STACKANNO_EDGE_POINTER ? STACKANNO_EVIDENCE_LIKELY :
						STACKANNO_EVIDENCE_CERTAIN;
}

static struct stackanno_known by_link(const struct stackanno_chain_argument *argument,
				      struct stackanno_known known)
{
	return stackanno_known_doubt(known, argument->link_evidence, argument->link_doubts);
}

/* What the frame before was given, in what is known of this one. */
static void give(const struct stackanno_look *look, const struct given *given,
		 struct stackanno_chain_frame *inner, struct stackanno_chain_frame *outer)
{
	struct stackanno_known link = stackanno_look_code(look, 0), back;
	struct stackanno_chain_argument *argument;
	struct stackanno_value value;
	int from;
	u32 i;

	link = stackanno_known_doubt(link, edge_evidence(given->edge), STACKANNO_DOUBT_CALL);
	inner->adjoins = true;
	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++) {
		argument = &inner->argument[i];
		value = given->value[i];
		argument->link_evidence = link.evidence;
		argument->link_doubts = link.doubts;
		argument->caller = by_link(argument, stackanno_look_evaluate(look, value));
		from = argument_of(value);
		if (from < 0)
			continue;
		argument->link = value;
		argument->link.id = (u32)from;
		/* A word there may be a local of this frame, which its callee was shown. */
		if (i >= stackanno_arch_abi.arguments)
			continue;
		/* And the other way round: what the callee kept, the caller had. */
		back = argument->own;
		stackanno_known_better(&back, argument->callee);
		back = stackanno_known_derive(value, back, argument_value((u32)from));
		stackanno_known_better(&outer->argument[from].callee, by_link(argument, back));
	}
}

/* From what a frame's registers held to what its caller's did. */
static void pass_registers(struct stackanno_chain *chain, const struct stackanno_look *look)
{
	struct stackanno_known reg[STACKANNO_IR_REGS] = { 0 };
	u32 i;

	for (i = 0; i < STACKANNO_IR_REGS; i++)
		if (stackanno_arch_abi.saved >> i & 1 && i != stackanno_arch_abi.sp)
			reg[i] = stackanno_look_find(look, stackanno_value_make(STACKANNO_VALUE_ENTRY, i, 0));
	memcpy(chain->reg, reg, sizeof(reg));
}

static void begin_frame(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			const struct stackanno_frame *frame, u32 index)
{
	if (frame->flags & STACKANNO_FRAME_INTERRUPTED)
		take_regs(chain, builder, frame);
	else if (!chain->next || chain->next != index)
		take_switched(chain, builder, index);
}

static struct stackanno_chain_frame *add_frame(struct stackanno_chain *chain, u32 index,
					       u64 function)
{
	struct stackanno_chain_frame *frame;

	if (chain->frames == STACKANNO_CHAIN_FRAMES) {
		chain->left_out++;
		return NULL;
	}
	frame = &chain->frame[chain->frames++];
	memset(frame, 0, sizeof(*frame));
	frame->index = index;
	frame->function = function;
	return frame;
}

/* The functions that the call led through: the first of them was given the arguments. */
static struct stackanno_chain_frame *add_tail(struct stackanno_chain *chain, u32 index)
{
	const struct stackanno_edge_search *search = &chain->search;
	struct stackanno_chain_frame *frame;
	struct stackanno_chain_tail *tail;

	if (chain->tails == STACKANNO_CHAIN_TAILS || !search->hops)
		return NULL;
	tail = &chain->tail[chain->tails++];
	tail->before = index;
	tail->hops = search->hops;
	memcpy(tail->hop, search->hop, sizeof(tail->hop));
	tail->entry = STACKANNO_NONE;
	frame = add_frame(chain, STACKANNO_NONE, search->hop[0].begin);
	if (frame)
		tail->entry = (u32)(frame - chain->frame);
	return frame;
}

/*
 * A string instruction that is stopped halfway has moved its registers on.
 * Return: whether one was.
 */
static bool forget_halfway(struct stackanno_chain *chain, struct stackanno_flow *flow, u64 ip)
{
	const struct stackanno_ir_list *list = &chain->search.list;
	struct stackanno_insn insn;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len, i;

	len = flow->ops->read(flow->ops, ip, bytes, sizeof(bytes));
	if (!len || flow->ops->decode(flow->ops, bytes, len, &insn))
		return false;
	stackanno_arch_lift(&insn, ip, flow->ops->canary, &chain->search.list);
	for (i = 0; list->repeats && i < list->count; i++)
		if (list->op[i].dst < STACKANNO_IR_REGS)
			chain->reg[list->op[i].dst] = nothing;
	return list->repeats;
}

static bool is_certain(const struct stackanno_builder *builder,
		       const struct stackanno_frame *frame, const struct stackanno_flow *flow,
		       enum stackanno_fit fit)
{
	return fit == STACKANNO_FIT_AGREES && stackanno_flow_saw_all(flow) &&
	       frame->evidence == STACKANNO_EVIDENCE_CERTAIN &&
	       !(frame->flags & (STACKANNO_FRAME_UNRELIABLE | STACKANNO_FRAME_REPLACED)) &&
	       !(builder->record->flags & STACKANNO_RECORD_TORN);
}

/* The frame before this one, when it is in the chain and this one called it. */
static struct stackanno_chain_frame *find_inner(struct stackanno_chain *chain,
						const struct stackanno_frame *frame, u32 index)
{
	if (frame->flags & STACKANNO_FRAME_INTERRUPTED || !chain->frames ||
	    chain->next != index)
		return NULL;
	return &chain->frame[chain->frames - 1];
}

void stackanno_chain_frame(struct stackanno_chain *chain, struct stackanno_builder *builder,
			   u32 index, struct stackanno_flow *flow, enum stackanno_fit fit,
			   struct stackanno_chain_ops *ops)
{
	struct call call = { .chain = chain, .ops = ops, .index = index };
	struct stackanno_chain_frame *inner, *outer;
	const struct stackanno_flow_state *state;
	const struct stackanno_frame *frame;
	struct stackanno_look look;
	bool halfway = false, returning;
	struct given given;
	u32 i;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (frame && !stackanno_role_cfa(builder, frame) && find_inner(chain, frame, index) &&
	    stackanno_flow_saw_all(flow))
		stackanno_suspect_pointer(builder, index, flow, chain->reg);
	if (!frame || fit == STACKANNO_FIT_NO_STATE || fit == STACKANNO_FIT_DIFFERS)
		return;
	returning = !(frame->flags & STACKANNO_FRAME_INTERRUPTED);
	begin_frame(chain, builder, frame, index);
	chain->search.ops = flow->ops;
	chain->search.world = &ops->edge;
	inner = find_inner(chain, frame, index);
	call.inner = inner;
	call.certain = inner && inner->certain && is_certain(builder, frame, flow, fit);
	if (inner && !take_given(flow, frame->ip, &call, &given))
		inner = NULL;
	if (inner && given.edge == STACKANNO_EDGE_TAIL)
		inner = add_tail(chain, index);
	if (!returning)
		halfway = forget_halfway(chain, flow, frame->ip);
	state = stackanno_flow_at(flow, stackanno_role_ip(builder, index), returning);
	outer = state ? add_frame(chain, index, flow->part[0].begin) : NULL;
	if (!outer)
		return;
	outer->tails = flow->summary.tails;
	outer->certain = is_certain(builder, frame, flow, fit);
	stackanno_look_begin(&look, builder, frame, flow, state, fit);
	look.reg = chain->reg;
	if (!halfway && stackanno_flow_saw_all(flow))
		stackanno_suspect_values(builder, index, &look, chain->reg);
	for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++)
		outer->argument[i].own = stackanno_look_evaluate(&look, argument_value(i));
	if (inner)
		give(&look, &given, inner, outer);
	pass_registers(chain, &look);
	chain->next = index + 1;
}

void stackanno_chain_wild(struct stackanno_chain *chain, const struct stackanno_builder *builder,
			  u32 index)
{
	const struct stackanno_frame *frame;
	struct stackanno_chain_frame *entry;
	u32 i;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame || !(frame->flags & STACKANNO_FRAME_INTERRUPTED))
		return;
	entry = add_frame(chain, index, 0);
	if (!entry)
		return;
	take_regs(chain, builder, frame);
	for (i = 0; i < stackanno_arch_abi.arguments; i++)
		entry->argument[i].own = stackanno_known_doubt(chain->reg[stackanno_arch_abi.argument[i]],
					       STACKANNO_EVIDENCE_LIKELY, STACKANNO_DOUBT_CALL);
	/* It may as well have been a return that led there. */
	for (i = 0; i < STACKANNO_IR_REGS; i++)
		chain->reg[i] = stackanno_arch_abi.saved >> i & 1 ?
			stackanno_known_doubt(chain->reg[i], STACKANNO_EVIDENCE_LIKELY, STACKANNO_DOUBT_FRAME) :
			nothing;
	chain->next = index + 1;
}

/* A caller's argument, by itself or by its own caller; never by its callee. */
static struct stackanno_known from_above(const struct stackanno_chain_argument *argument)
{
	struct stackanno_known best = argument->own;

	stackanno_known_better(&best, argument->caller);
	return best;
}

void stackanno_chain_settle(struct stackanno_chain *chain)
{
	struct stackanno_chain_argument *argument;
	struct stackanno_known above;
	u32 i, n;

	/* From the outermost in, so that each caller's are settled before. */
	for (n = chain->frames; n-- > 0;) {
		if (!chain->frame[n].adjoins || n + 1 == chain->frames)
			continue;
		for (i = 0; i < STACKANNO_CHAIN_ARGUMENTS; i++) {
			argument = &chain->frame[n].argument[i];
			if (argument->link.kind == STACKANNO_VALUE_UNKNOWN)
				continue;
			above = from_above(&chain->frame[n + 1].argument[argument->link.id]);
			above = stackanno_known_derive(stackanno_value_make(argument->link.kind,
							    argument->link.id, 0), above,
				       argument->link);
			stackanno_known_better(&argument->caller, by_link(argument, above));
		}
	}
}
