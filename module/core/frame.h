/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the unwinder's steps to frames and words: which word belongs to which
 * frame, and the roles that follow from how a stack is entered, switched and
 * unwound, without reading a single instruction.
 */
#ifndef STACKANNO_CORE_FRAME_H
#define STACKANNO_CORE_FRAME_H

#include "env.h"
#include "builder.h"

/* More steps than this are cut, and counted: a 16 KB stack holds 2,048 words. */
#define STACKANNO_PICTURE_STEPS 256
/* A task's, an interrupt's, the entry stack and six exception stacks; one spare. */
#define STACKANNO_PICTURE_STACKS 10

/* One stop of the unwinder, or the registers that it was started from. */
struct stackanno_step {
	u64 ip;		/* the real one where a tracer replaced it */
	u64 ip_slot;	/* address of the word that holds it; 0: none does */
	u64 sp;		/* address of the frame's first word */
	u64 regs;	/* address of the pt_regs that ip is from; 0: a return address */
	u32 flags;	/* STACKANNO_FRAME_* */
	u8 evidence;	/* enum stackanno_evidence */
	u8 reserved[3];
};

/* What the unwinder found, and what is known of the task. */
struct stackanno_picture {
	struct stackanno_stack stack[STACKANNO_PICTURE_STACKS];
	u32 stacks;
	u32 steps;
	struct stackanno_step step[STACKANNO_PICTURE_STEPS];
	u64 switch_frame;	/* where a task not running left its registers; 0 */
	u64 task_regs;		/* the pt_regs at the top of the task's stack; 0 */
	bool kernel_thread;	/* nothing entered the kernel through task_regs */
	bool fred;		/* two event words follow each pt_regs */
	bool ends_well;		/* the unwinder came to the end of the stack */
	bool open_end;		/* the last frame's words go on to the end of its stack */
};

/* How the words of a stack are read: once each. */
struct stackanno_reader {
	/* 0, or -EFAULT: the word cannot be read. */
	int (*word)(struct stackanno_reader *reader, u64 address, u64 *value);
};

/**
 * stackanno_picture_stack() - the stack of a picture that an address lies on
 * @picture: the picture
 * @address: any
 *
 * Return: index of the stack; STACKANNO_NONE when it is on none.
 */
u32 stackanno_picture_stack(const struct stackanno_picture *picture, u64 address);

/**
 * stackanno_frame_layout() - make the frames and words of a picture
 * @picture: what the unwinder found; any values in it are survived
 * @reader: reads the words
 * @builder: receives stacks, frames, words, registers and notes
 *
 * Every live word of every stack gets an entry, read once and in the order in
 * which it will be printed. Roles: return addresses, fields of pt_regs, FRED's
 * event words, registers that a task switch saved, links between stacks,
 * padding, the stack's end and top. Whatever is not known stays without a role.
 *
 * Context: any. Bounded by the sizes of @picture and of @builder's sections.
 * Return: 0; -ENOSPC when words or frames found no room (the builder counts).
 */
int stackanno_frame_layout(const struct stackanno_picture *picture,
			   struct stackanno_reader *reader,
			   struct stackanno_builder *builder);

/**
 * stackanno_frame_check_calls() - doubt return addresses that no call precedes
 * @builder: with frames named and their code captured
 *
 * The unwinder may have taken a wrong turn: a return address that does not
 * follow a call is a likely one at most, and so is its frame.
 *
 * Context: any.
 */
void stackanno_frame_check_calls(struct stackanno_builder *builder);

/**
 * stackanno_frame_follows_call() - whether a call may end right before a frame's ip
 * @builder: with its code captured
 * @frame: of kind CALL
 *
 * Context: any.
 * Return: false when none does, or its code is not known.
 */
bool stackanno_frame_follows_call(const struct stackanno_builder *builder,
				  const struct stackanno_frame *frame);

/**
 * stackanno_frame_insert() - add a frame that has no words
 * @builder: after stackanno_frame_layout()
 * @index: of the frame of kind CALL that it is to stand before
 *
 * Indices and numbers of the frames from there on are one higher then.
 *
 * Context: any; bounded by the builder's sections.
 * Return: the frame, likely, and flagged as one that a tail call hid; NULL when there is
 * no room (the builder counts).
 */
struct stackanno_frame *stackanno_frame_insert(struct stackanno_builder *builder, u32 index);

/**
 * stackanno_frame_mark_gap() - label the gap of the randomised stack offset
 * @builder: after stackanno_frame_layout()
 * @frame: index of the frame that made the gap at the low end of its words
 * @bytes: its size
 *
 * Nothing is labelled when the frame is too small to hold the gap and what the
 * function saved above it, or was itself interrupted, maybe before the gap was.
 *
 * Context: any.
 */
void stackanno_frame_mark_gap(struct stackanno_builder *builder, u32 frame, u32 bytes);

/**
 * stackanno_frame_word() - the word of a frame that has an address
 * @builder: after stackanno_frame_layout()
 * @frame: one of its frames
 * @address: any
 *
 * Context: any.
 * Return: the word; NULL when the frame has none of that address.
 */
struct stackanno_word *stackanno_frame_word(const struct stackanno_builder *builder,
					    const struct stackanno_frame *frame, u64 address);

/**
 * stackanno_frame_find() - the frame that an address is a word of
 * @builder: after stackanno_frame_layout()
 * @address: any
 * @slot: set to the word's index
 *
 * Context: any.
 * Return: index of the frame; STACKANNO_NONE when no word has that address.
 */
u32 stackanno_frame_find(const struct stackanno_builder *builder, u64 address, u32 *slot);

#endif /* STACKANNO_CORE_FRAME_H */
