// SPDX-License-Identifier: GPL-2.0-only
/*
 * The slots. A slot's state says who may touch its record:
 *
 *	FREE	nobody
 *	WRITING	the CPU that claimed it
 *	PARKED	whoever takes it to explain what it holds
 *	READY	readers, and whoever claims or pins it next
 *	PINNED	readers; it stays until the one who prints it is done
 *
 * Readers in process context do not pin but copy: a sequence count, odd while
 * the record is written, tells them of a copy that was overtaken. So a reader
 * never makes a crash do without a record.
 */
#include "store.h"

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "counter.h"

#define FREE 0
#define WRITING (-1)
#define PARKED (-2)
#define READY 1
#define PINNED 2

/* A copy that is overtaken this often is of a slot that crashes keep reusing. */
#define COPY_TRIES 64

/*
 * Room for the deepest stacks there are: 16 KB of a task and as much of an
 * interrupt's hold 4,096 words.
 */
static const struct stackanno_capacity capacity = {
	.count = {
		[STACKANNO_SECTION_STRINGS] = 32 * 1024,
		[STACKANNO_SECTION_STACKS] = STACKANNO_PICTURE_STACKS,
		[STACKANNO_SECTION_FRAMES] = STACKANNO_PICTURE_STEPS + 64,
		[STACKANNO_SECTION_WORDS] = 4096,
		[STACKANNO_SECTION_MEANINGS] = 4096,
		[STACKANNO_SECTION_REGS] = 32,
		[STACKANNO_SECTION_CODES] = 64,
		[STACKANNO_SECTION_BYTES] = 64 * 1024,
		[STACKANNO_SECTION_NOTES] = 64,
		[STACKANNO_SECTION_FINDINGS] = 32,
	},
};

struct entry {
	struct stackanno_slot slot;
	atomic_t state;
	unsigned int sequence;
	u64 id;
	enum stackanno_reason reason;
	bool kept;		/* the first of its fatal reason */
	atomic_t due;		/* still to be printed */
	u64 task;		/* whose record it is */
	u32 bytes;		/* of the finished record */
	void *record;
};

static struct entry **entries;
static unsigned int entry_count;
static u32 record_bytes;
static atomic64_t last_id;
/* Bit n: the first record of the fatal reason n is kept. */
static unsigned long first_kept;

static struct entry *entry_of(struct stackanno_slot *slot)
{
	return container_of(slot, struct entry, slot);
}

static bool is_fatal(enum stackanno_reason reason)
{
	return reason == STACKANNO_REASON_OOPS || reason == STACKANNO_REASON_PANIC;
}

int stackanno_store_init(unsigned int records)
{
	unsigned int i;

	record_bytes = stackanno_capacity_bytes(&capacity);
	entries = vzalloc(array_size(records, sizeof(*entries)));
	if (!entries)
		return -ENOMEM;
	entry_count = records;
	for (i = 0; i < records; i++) {
		entries[i] = vzalloc(sizeof(*entries[i]));
		if (!entries[i])
			goto err;
		entries[i]->record = vzalloc(record_bytes);
		if (!entries[i]->record)
			goto err;
	}
	return 0;

err:
	stackanno_store_exit();
	return -ENOMEM;
}

void stackanno_store_exit(void)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++) {
		if (entries[i])
			vfree(entries[i]->record);
		vfree(entries[i]);
	}
	vfree(entries);
	entries = NULL;
	entry_count = 0;
}

size_t stackanno_store_bytes(void)
{
	return entry_count * (sizeof(*entries) + sizeof(**entries) + record_bytes);
}

static struct entry *claim_free(void)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++)
		if (atomic_cmpxchg(&entries[i]->state, FREE, WRITING) == FREE)
			return entries[i];
	return NULL;
}

/* The youngest record that may give way; a fatal one may push out what is unprinted. */
static struct entry *claim_youngest(bool fatal)
{
	struct entry *youngest;
	unsigned int tries, i;

	/* Every failed try means that another CPU took a slot. */
	for (tries = 0; tries < entry_count; tries++) {
		youngest = NULL;
		for (i = 0; i < entry_count; i++) {
			struct entry *entry = entries[i];

			if (atomic_read(&entry->state) != READY || entry->kept)
				continue;
			if (!fatal && atomic_read(&entry->due))
				continue;
			if (!youngest || entry->id > youngest->id)
				youngest = entry;
		}
		if (!youngest)
			return NULL;
		if (atomic_cmpxchg(&youngest->state, READY, WRITING) == READY) {
			stackanno_counter_add(STACKANNO_COUNT_REUSED, 1);
			return youngest;
		}
	}
	return NULL;
}

struct stackanno_slot *stackanno_store_claim(enum stackanno_reason reason, bool room_only)
{
	bool fatal = is_fatal(reason);
	struct entry *entry = claim_free();

	if (!entry && !room_only)
		entry = claim_youngest(false);
	if (!entry && !room_only && fatal)
		entry = claim_youngest(true);
	if (!entry) {
		stackanno_counter_add(STACKANNO_COUNT_DROPPED, 1);
		return NULL;
	}
	WRITE_ONCE(entry->sequence, entry->sequence + 1);
	/* Readers see the count odd before anything of the record changes. */
	smp_wmb();
	atomic_set(&entry->due, 0);
	entry->id = atomic64_inc_return(&last_id);
	entry->reason = reason;
	entry->kept = fatal && !test_and_set_bit(reason, &first_kept);
	return &entry->slot;
}

struct stackanno_record *stackanno_store_begin(struct stackanno_slot *slot)
{
	struct entry *entry = entry_of(slot);

	/* Cannot fail: the memory was allocated for this capacity. */
	stackanno_builder_init(entry->record, record_bytes, &capacity, &slot->builder);
	stackanno_ksyms_forget(&slot->symbol);
	slot->builder.record->id = entry->id;
	slot->builder.record->reason = entry->reason;
	return slot->builder.record;
}

static void end_write(struct entry *entry, int state)
{
	/* The record is complete before the count is even and the slot free to read. */
	smp_wmb();
	WRITE_ONCE(entry->sequence, entry->sequence + 1);
	atomic_set_release(&entry->state, state);
}

void stackanno_store_publish(struct stackanno_slot *slot, bool report)
{
	struct entry *entry = entry_of(slot);
	unsigned int kind;

	for (kind = 0; kind < STACKANNO_SECTION_COUNT; kind++)
		stackanno_counter_add(STACKANNO_COUNT_SECTION_FULL,
				      slot->builder.section[kind].dropped);
	entry->task = slot->builder.record->task;
	entry->bytes = stackanno_builder_finish(&slot->builder);
	atomic_set(&entry->due, report);
	stackanno_counter_add(STACKANNO_COUNT_RECORDS, 1);
	end_write(entry, READY);
}

void stackanno_store_abandon(struct stackanno_slot *slot)
{
	struct entry *entry = entry_of(slot);

	if (entry->kept)
		clear_bit(entry->reason, &first_kept);
	entry->kept = false;
	entry->id = 0;
	entry->bytes = 0;
	end_write(entry, FREE);
}

void stackanno_store_park(struct stackanno_slot *slot)
{
	atomic_set_release(&entry_of(slot)->state, PARKED);
}

struct stackanno_slot *stackanno_store_take_parked(void)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++)
		if (atomic_cmpxchg(&entries[i]->state, PARKED, WRITING) == PARKED)
			return &entries[i]->slot;
	return NULL;
}

/* Whoever pins a record has its slot's working memory to himself. */
static bool pin(struct entry *entry)
{
	return atomic_cmpxchg(&entry->state, READY, PINNED) == READY;
}

static void unpin(struct entry *entry)
{
	atomic_set_release(&entry->state, READY);
}

static bool is_due(const struct entry *entry, enum stackanno_due due)
{
	if (!atomic_read(&entry->due))
		return false;
	switch (due) {
	case STACKANNO_DUE_OWN_OOPS:
		/* By task, not by CPU: it may have moved since interrupts came back on. */
		return entry->reason == STACKANNO_REASON_OOPS &&
		       entry->task == (unsigned long)current;
	case STACKANNO_DUE_FATAL:
		return is_fatal(entry->reason);
	default:
		return !is_fatal(entry->reason);
	}
}

static bool open_pinned(struct entry *entry)
{
	return !stackanno_record_open(entry->record, entry->bytes, &entry->slot.view);
}

struct stackanno_slot *stackanno_store_take_report(enum stackanno_due due)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++) {
		struct entry *entry = entries[i];

		if (!is_due(entry, due) || !pin(entry))
			continue;
		/* Again, now that it cannot change any more. */
		if (is_due(entry, due) && atomic_xchg(&entry->due, 0) && open_pinned(entry))
			return &entry->slot;
		unpin(entry);
	}
	return NULL;
}

struct stackanno_slot *stackanno_store_pin(u64 id)
{
	unsigned int i;

	for (i = 0; i < entry_count; i++) {
		struct entry *entry = entries[i];

		if (entry->id != id || !pin(entry))
			continue;
		if (entry->id == id && open_pinned(entry))
			return &entry->slot;
		unpin(entry);
	}
	return NULL;
}

void stackanno_store_release(struct stackanno_slot *slot)
{
	unpin(entry_of(slot));
}

unsigned int stackanno_store_count(void)
{
	return entry_count;
}

size_t stackanno_store_record_bytes(void)
{
	return record_bytes;
}

static struct entry *next_after(u64 after)
{
	struct entry *next = NULL;
	unsigned int i;

	for (i = 0; i < entry_count; i++) {
		struct entry *entry = entries[i];

		if (atomic_read(&entry->state) < READY || entry->id <= after)
			continue;
		if (!next || entry->id < next->id)
			next = entry;
	}
	return next;
}

int stackanno_store_copy(u64 after, void *buf, size_t size)
{
	unsigned int tries, sequence;
	struct entry *entry;
	u32 bytes;

	for (tries = 0; tries < COPY_TRIES; tries++) {
		entry = next_after(after);
		if (!entry)
			return 0;
		sequence = READ_ONCE(entry->sequence);
		/* The count before the record, the record before the count again. */
		smp_rmb();
		bytes = READ_ONCE(entry->bytes);
		if (!(sequence & 1) && READ_ONCE(entry->id) > after && bytes <= record_bytes) {
			if (bytes > size)
				return -ENOSPC;
			memcpy(buf, entry->record, bytes);
			/* All of the copy before the count. Pairs with claim's barrier. */
			smp_rmb();
			if (READ_ONCE(entry->sequence) == sequence)
				return bytes;
		}
		stackanno_counter_add(STACKANNO_COUNT_READ_RETRIES, 1);
		cond_resched();
	}
	return 0;
}

u64 stackanno_store_newest(void)
{
	u64 newest = 0;
	unsigned int i;

	for (i = 0; i < entry_count; i++)
		if (atomic_read(&entries[i]->state) >= READY && entries[i]->id > newest)
			newest = entries[i]->id;
	return newest;
}

int stackanno_store_clear(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < entry_count; i++) {
		struct entry *entry = entries[i];
		int state = atomic_cmpxchg(&entry->state, READY, WRITING);

		if (state == READY) {
			WRITE_ONCE(entry->sequence, entry->sequence + 1);
			/* As in claiming: the count is odd first. */
			smp_wmb();
			stackanno_store_abandon(&entry->slot);
		} else if (state != FREE) {
			ret = -EBUSY;
		}
	}
	return ret;
}
