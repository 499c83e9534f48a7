/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Printing what is known of a stack before it crashes, one line a fact:
 *
 *	sa_known: who=self kind=ret name=sa_level7 addr=.. value=.. into=sa_level6
 *
 * "who" tells the chains of a run apart; nothing is printed where it is NULL.
 * The kinds:
 *
 *	task	name: of the task; addr: its task_struct; value: its pid
 *	stack	addr: lowest address of the task's stack; value: one past its end
 *	magic	addr: the word at the stack's end; value: what it must hold
 *	ret	name: function whose return address lies at addr; into: its caller
 *	word	name: a variable; addr: where it lies; value: what it holds
 *	user	name: field of the registers of user mode, saved at addr
 *	reg	name: field of the registers saved at the crash, at addr (0: elsewhere)
 *	call	addr: where a call of NULL pushed the return address that is value
 *	ip	value: address of the instruction that crashes
 *	span	addr, value: first and last byte where a loop can be interrupted
 *	fault	value: address whose access faults
 *	cfa	name: function whose frame was laid by hand; addr: where the frame ends;
 *		value: 1 when it is returned to, 0 when it is stopped itself
 *	slot	name: the same; addr, value, mask: a word, and what is known of it;
 *		label: the labels that it may have, "|" between them, "_" for blanks
 *	value	name: function whose frame holds value; label: a pattern, "_" for blanks
 *	means	addr, value: a word; label: what its braces must hold, "_" for blanks, "|"
 *		between meanings, "-" for none at all
 *	holds	addr, value: a word; label: a pattern of one of its meanings, "_" for blanks
 *	arg	name: a function; addr: number of the register, from 0, that an argument
 *		came in; value: what it was called with
 *	array	addr: of an array that was written past its end; value: of the canary
 *	guard	addr: of that canary; value: what it should hold
 *	broken	the same; value: what it holds
 */
#ifndef SA_KNOWN_H
#define SA_KNOWN_H

#include <linux/types.h>

/* The caller's own return address; @into names the function it leads to. */
#define SA_KNOWN_FRAME(who, into)						\
	sa_known_return(who, __func__, __builtin_frame_address(0), into)

/**
 * sa_known_task() - print the running task, its stack and its user registers
 * @who: the chain
 *
 * Context: any.
 */
void sa_known_task(const char *who);

/**
 * sa_known_return() - print where a function's return address lies
 * @who: the chain
 * @name: the function
 * @frame: its frame pointer
 * @into: the function it returns into, "-" when not known
 *
 * Context: any.
 */
void sa_known_return(const char *who, const char *name, const unsigned long *frame,
		     const char *into);

/**
 * sa_known_at() - print one fact
 * @who: the chain
 * @kind: one of the kinds above
 * @name: what it is called, "-" for nothing
 * @addr: address, 0 for none
 * @value: value
 *
 * Context: any.
 */
void sa_known_at(const char *who, const char *kind, const char *name,
		 unsigned long addr, unsigned long value);

#endif /* SA_KNOWN_H */
