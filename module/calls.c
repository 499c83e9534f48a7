// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"

#include <linux/string.h>

#include "core/frame.h"
#include "core/suspect.h"
#include "core/text.h"
#include "statics.h"

#define COLD ".cold"
#define PADDING "__pfx_"
#define THUNK "__x86_indirect_"
#define STATIC_CALL "__SCT__"
#define BPF "bpf_"
#define RETURN_THUNK "_return_thunk"
#define TEXT_BYTES 160
/* Where a tracer's call ends: behind a landing mark, if there is one. */
#define TRACED_END 9
#define CALL_BYTES 5

static struct stackanno_calls *calls_of_edge(struct stackanno_edge_ops *ops)
{
	return container_of(ops, struct stackanno_calls, ops.edge);
}

static struct stackanno_calls *calls_of(struct stackanno_chain_ops *ops)
{
	return container_of(ops, struct stackanno_calls, ops);
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name);

	return len > strlen(end) && !strcmp(name + len - strlen(end), end);
}

/* They jump to what a register, or a patched jump, leads to. */
static bool op_thunk(struct stackanno_chain_ops *ops, u64 target)
{
	struct stackanno_symbol *symbol = calls_of(ops)->scratch;

	return !stackanno_ksyms_symbol(target, symbol) &&
	       (strstarts(symbol->name, THUNK) || strstarts(symbol->name, STATIC_CALL));
}

/* What has no name, is a JIT's or has a probe in it may lead anywhere. */
static enum stackanno_edge_place op_place(struct stackanno_edge_ops *ops, u64 address,
					  struct stackanno_extent *extent)
{
	struct stackanno_calls *calls = calls_of_edge(ops);
	struct stackanno_symbol *symbol = calls->scratch;

	if (stackanno_ksyms_text(address) == 0 || stackanno_ksyms_is_gone(address) ||
	    stackanno_ksyms_symbol(address, symbol) ||
	    (symbol->module[0] && strstarts(symbol->name, BPF)))
		return STACKANNO_PLACE_NOWHERE;
	if (ends_in(symbol->name, RETURN_THUNK))
		return STACKANNO_PLACE_RETURN;
	/*
	 * It jumps to what the register holds, by a return that is none of its function:
	 *	call	1f
	 * 1:	mov	%rax,(%rsp)
	 *	ret
	 */
	if (strstarts(symbol->name, THUNK))
		return STACKANNO_PLACE_NOWHERE;
	extent->begin = address - symbol->offset;
	extent->size = symbol->size;
	/* Calls are counted in the padding before a function. */
	if (strstarts(symbol->name, PADDING)) {
		extent->begin += extent->size;
		if (stackanno_ksyms_symbol(extent->begin, symbol))
			return STACKANNO_PLACE_NOWHERE;
		extent->size = symbol->size;
	}
	calls->probes.count = 0;
	stackanno_probed_gather(extent->begin, extent->size, &calls->probes);
	if (!extent->size || calls->probes.count)
		return STACKANNO_PLACE_NOWHERE;
	return ends_in(symbol->name, COLD) ? STACKANNO_PLACE_PART : STACKANNO_PLACE_FUNCTION;
}

enum beginning {
	BEGINS_UNREAD,
	BEGINS_PLAIN,
	BEGINS_WITH_ROOM,	/* for a tracer's call */
	BEGINS_TRACED
};

/* How a function begins, behind a landing mark. */
static enum beginning beginning_of(struct stackanno_calls *calls, u64 begin)
{
	const struct stackanno_ir_list *list = &calls->list;
	struct stackanno_ops *code = calls->code;
	struct stackanno_insn insn;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len, at = 0, i;

	for (i = 0; i < 2; i++, at += insn.length) {
		len = code->read(code, begin + at, bytes, sizeof(bytes));
		if (!len || code->decode(code, bytes, len, &insn) || !insn.length)
			return BEGINS_UNREAD;
		stackanno_arch_lift(&insn, begin + at, 0, &calls->list);
		if (list->exit == STACKANNO_EXIT_CALL && code->tracer(code, list->target))
			return BEGINS_TRACED;
		if (list->exit == STACKANNO_EXIT_NEXT && !list->count && !list->unknown &&
		    insn.length == CALL_BYTES)
			return BEGINS_WITH_ROOM;
	}
	return BEGINS_PLAIN;
}

/* A function that is traced may be led elsewhere by its tracer, as livepatch does. */
static bool is_traced(struct stackanno_calls *calls, u64 begin)
{
	enum beginning beginning = beginning_of(calls, begin);

	return beginning == BEGINS_TRACED || beginning == BEGINS_UNREAD;
}

bool stackanno_calls_traceable(struct stackanno_calls *calls, u64 begin)
{
	enum beginning beginning = beginning_of(calls, begin);

	return beginning == BEGINS_TRACED || beginning == BEGINS_WITH_ROOM;
}

/* An exception that is mended elsewhere is a jump that no instruction makes. */
static bool is_left(struct stackanno_calls *calls, u64 begin, u32 size)
{
	u32 i;

	calls->fixups.count = 0;
	calls->fixups.hidden = false;
	stackanno_fixups_gather(begin, size, &calls->fixups);
	for (i = 0; i < calls->fixups.count; i++)
		if (calls->fixups.entry[i].landing - begin >= size)
			return true;
	return calls->fixups.hidden;
}

static bool op_stays(struct stackanno_chain_ops *ops, u64 begin, u32 size)
{
	return !stackanno_statics_in(begin, size) && !is_traced(calls_of(ops), begin) &&
	       !is_left(calls_of(ops), begin, size);
}

void stackanno_calls_init(struct stackanno_calls *calls, struct stackanno_ops *code)
{
	calls->ops = (struct stackanno_chain_ops){
		.edge = { .place = op_place }, .thunk = op_thunk, .stays = op_stays };
	calls->code = code;
}

void stackanno_calls_check_return(struct stackanno_calls *calls,
				  struct stackanno_builder *builder,
				  const struct stackanno_chain *chain, u32 index)
{
	const struct stackanno_frame *frame;

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, index);
	if (!frame || !chain->frames || chain->next != index ||
	    !chain->frame[chain->frames - 1].certain || !frame->func ||
	    frame->flags & (STACKANNO_FRAME_INTERRUPTED | STACKANNO_FRAME_REPLACED |
			    STACKANNO_FRAME_UNRELIABLE | STACKANNO_FRAME_CODE_UNREADABLE) ||
	    stackanno_frame_follows_call(builder, frame) ||
	    frame->ip - frame->func <= TRACED_END ||
	    stackanno_statics_in(frame->ip - CALL_BYTES, CALL_BYTES))
		return;
	stackanno_suspect_return(builder, index);
}

/* ---- what is told of them ---- */

static void put_symbol(struct stackanno_calls *calls, struct stackanno_text *text, u64 address)
{
	if (stackanno_ksyms_symbol(address, calls->scratch))
		stackanno_text_string(text, "what has no name");
	else
		stackanno_text_string(text, calls->scratch->name);
}

static void add_note(struct stackanno_calls *calls, struct stackanno_builder *builder,
		     const struct stackanno_chain_fault *fault, u64 runs)
{
	const struct stackanno_frame *frame;
	struct stackanno_note *note;
	struct stackanno_text text;
	char bytes[TEXT_BYTES];

	frame = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES, fault->index);
	if (!frame)
		return;
	note = stackanno_builder_note(builder, fault->ambiguous ? STACKANNO_NOTE_TAIL_AMBIGUOUS :
								  STACKANNO_NOTE_CALL_EDGE,
				      fault->ambiguous ? 0 : STACKANNO_NOTE_SUSPECT,
				      fault->index, fault->target, 0);
	if (!note)
		return;
	stackanno_text_begin(&text, bytes, sizeof(bytes));
	put_symbol(calls, &text, frame->ip - 1);
	stackanno_text_string(&text, " calls ");
	put_symbol(calls, &text, fault->target);
	stackanno_text_string(&text, ", trace says ");
	put_symbol(calls, &text, runs);
	note->text = stackanno_builder_string(builder, bytes, text.len);
}

static void add_frame(struct stackanno_calls *calls, struct stackanno_builder *builder,
		      u32 before, const struct stackanno_edge_function *hop)
{
	struct stackanno_symbol *symbol = calls->scratch;
	struct stackanno_frame *frame;

	frame = stackanno_frame_insert(builder, before);
	if (!frame)
		return;
	frame->ip = hop->jump;
	frame->func = hop->begin;
	frame->func_size = hop->size;
	if (stackanno_ksyms_symbol(hop->jump, symbol))
		return;
	frame->func = hop->jump - symbol->offset;
	frame->func_size = symbol->size;
	frame->name = stackanno_builder_text(builder, symbol->name);
	frame->module = symbol->module[0] ? stackanno_builder_text(builder, symbol->module) : 0;
}

/* Indices of frames from @from on are one higher. */
static void move_on(struct stackanno_chain *chain, u32 from)
{
	u32 i;

	for (i = 0; i < chain->frames; i++)
		if (chain->frame[i].index != STACKANNO_NONE && chain->frame[i].index >= from)
			chain->frame[i].index++;
}

static void add_tail(struct stackanno_calls *calls, struct stackanno_builder *builder,
		     struct stackanno_chain *chain, const struct stackanno_chain_tail *tail)
{
	u32 frames = builder->section[STACKANNO_SECTION_FRAMES].count, i;

	/* The one called first stands next to its caller. */
	for (i = 0; i < tail->hops; i++) {
		add_frame(calls, builder, tail->before, &tail->hop[i]);
		if (builder->section[STACKANNO_SECTION_FRAMES].count == frames)
			return;
		frames++;
		move_on(chain, tail->before);
		if (!i && tail->entry != STACKANNO_NONE)
			chain->frame[tail->entry].index = tail->before;
	}
}

void stackanno_calls_tell(struct stackanno_calls *calls, struct stackanno_builder *builder,
			  struct stackanno_chain *chain)
{
	const struct stackanno_frame *before;
	u32 i;

	for (i = 0; i < chain->faults; i++) {
		before = stackanno_builder_entry(builder, STACKANNO_SECTION_FRAMES,
						 chain->fault[i].index - 1);
		if (before)
			add_note(calls, builder, &chain->fault[i], before->ip - !before->regs);
	}
	for (i = chain->tails; i-- > 0;)
		add_tail(calls, builder, chain, &chain->tail[i]);
}
