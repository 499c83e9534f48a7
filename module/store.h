/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The records that are kept, and all memory that making one takes: allocated
 * when the module is loaded, never in a crash.
 */
#ifndef STACKANNO_STORE_H
#define STACKANNO_STORE_H

#include <linux/types.h>

#include "core/frame.h"
#include "core/record.h"
#include "core/render.h"
#include "identify.h"
#include "ksyms.h"
#include "probed.h"

/* What a picture is explained by: the task may be gone, or changed, by then. */
struct stackanno_case {
	struct stackanno_cause cause;
	u32 gap;		/* bytes, as stackanno_identify_frames() takes it */
	bool canary_known;
	u64 canary;
	u32 budget_us;		/* 0: no limit */
	bool withhold;		/* no values: the kernel is locked down */
	bool report;		/* to be printed when the time comes */
};

/* One record, and the working memory of the annotation that makes it. */
struct stackanno_slot {
	struct stackanno_builder builder;
	struct stackanno_picture picture;
	struct stackanno_case facts;
	struct stackanno_symbol symbol;
	struct stackanno_probes probes;
	struct stackanno_render_buffer render;
	struct stackanno_view view;	/* of a pinned record */
};

/**
 * stackanno_store_init() - take all memory
 * @records: how many records to keep
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM.
 */
int stackanno_store_init(unsigned int records);

/**
 * stackanno_store_exit() - give all memory back
 *
 * Context: process; nothing may claim or read any more.
 */
void stackanno_store_exit(void);

/**
 * stackanno_store_bytes() - memory taken at load
 *
 * Return: bytes.
 */
size_t stackanno_store_bytes(void);

/**
 * stackanno_store_claim() - take a slot to make a record in
 * @reason: what brings it about
 * @room_only: do not make an older record give way
 *
 * The first record of each fatal reason stays until it is cleared; others give
 * way, the youngest first. A slot that is being written or printed is never
 * taken. Several CPUs may claim at once.
 *
 * Context: any, also NMI: bounded passes, no waiting.
 * Return: a slot for stackanno_store_begin(); NULL when every slot must stay
 * (counted as dropped).
 */
struct stackanno_slot *stackanno_store_claim(enum stackanno_reason reason, bool room_only);

/**
 * stackanno_store_begin() - begin the record of a claimed slot, or begin again
 * @slot: as claimed
 *
 * Context: any.
 * Return: its header, id and reason set.
 */
struct stackanno_record *stackanno_store_begin(struct stackanno_slot *slot);

/**
 * stackanno_store_publish() - finish a slot's record and let readers have it
 * @slot: as claimed
 * @report: whether it is still to be printed on the console
 *
 * Context: any.
 */
void stackanno_store_publish(struct stackanno_slot *slot, bool report);

/**
 * stackanno_store_abandon() - give a claimed slot back, its record lost
 * @slot: as claimed
 *
 * Context: any.
 */
void stackanno_store_abandon(struct stackanno_slot *slot);

/**
 * stackanno_store_park() - leave a claimed slot's picture to be explained later
 * @slot: as claimed
 *
 * It is nobody's until stackanno_store_take_parked().
 *
 * Context: any.
 */
void stackanno_store_park(struct stackanno_slot *slot);

/**
 * stackanno_store_take_parked() - a slot whose picture is to be explained
 *
 * Context: any.
 * Return: the slot, claimed; NULL when there is none.
 */
struct stackanno_slot *stackanno_store_take_parked(void);

/* Which of the records that are still to be printed. */
enum stackanno_due {
	STACKANNO_DUE_OWN_OOPS,	/* of the current task's oops */
	STACKANNO_DUE_FATAL,	/* any oops or panic */
	STACKANNO_DUE_OTHER,	/* all that is not fatal */
};

/**
 * stackanno_store_take_report() - a record still to be printed
 * @due: of which sort
 *
 * A record is handed out once. It stays as it is until
 * stackanno_store_release().
 *
 * Context: any.
 * Return: its slot, with the view opened; NULL when there is none.
 */
struct stackanno_slot *stackanno_store_take_report(enum stackanno_due due);

/**
 * stackanno_store_pin() - keep a record as it is
 * @id: the record's
 *
 * Context: any.
 * Return: its slot, with the view opened, for stackanno_store_release(); NULL
 * when it is gone, or somebody else has it pinned.
 */
struct stackanno_slot *stackanno_store_pin(u64 id);

/**
 * stackanno_store_release() - done with a slot from take_report() or pin()
 * @slot: the slot
 *
 * Context: any.
 */
void stackanno_store_release(struct stackanno_slot *slot);

/**
 * stackanno_store_count() - slots there are
 *
 * Return: how many, as given to stackanno_store_init().
 */
unsigned int stackanno_store_count(void);

/**
 * stackanno_store_copy() - copy a record whole, never half of one
 * @after: smallest id wanted, less one: the record copied is the one with the
 *	smallest id above it
 * @buf: where it goes
 * @size: bytes of @buf; stackanno_store_record_bytes() is always enough
 *
 * Takes no lock, so that a reader never keeps a crash from its slot: the copy
 * is checked, and made again when the slot changed under it.
 *
 * Context: process.
 * Return: bytes of the record; 0 when there is none; -ENOSPC.
 */
int stackanno_store_copy(u64 after, void *buf, size_t size);

/**
 * stackanno_store_newest() - id of the newest finished record
 *
 * Context: any.
 * Return: the id; 0 when there is none.
 */
u64 stackanno_store_newest(void);

/**
 * stackanno_store_record_bytes() - the most that one record takes
 *
 * Return: bytes.
 */
size_t stackanno_store_record_bytes(void);

/**
 * stackanno_store_clear() - forget every finished record
 *
 * Context: process.
 * Return: 0; -EBUSY when one is being written or printed, which stays.
 */
int stackanno_store_clear(void);

#endif /* STACKANNO_STORE_H */
