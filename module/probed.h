/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instructions that kprobes took the place of.
 */
#ifndef STACKANNO_PROBED_H
#define STACKANNO_PROBED_H

#include <linux/types.h>

/* Probes of one function; what more of them hide stays hidden. */
#define STACKANNO_PROBED_MAX 192
/* A probe is a breakpoint, of one byte, or a jump. */
#define STACKANNO_PROBED_BYTES 5

/* What stood where text is patched. */
struct stackanno_probed {
	u64 address;
	u8 size;
	u8 bytes[STACKANNO_PROBED_BYTES];
};

/* KPROBE_TABLE_BITS of kernel/kprobes.c, since ef53d9c5e4da, v2.6.28. */
#define STACKANNO_PROBED_TABLE_BITS 6

struct stackanno_probes {
	u32 count;
	unsigned long list[1 << STACKANNO_PROBED_TABLE_BITS];	/* the kernel's, as they begin */
	struct stackanno_probed probed[STACKANNO_PROBED_MAX];
};

/**
 * stackanno_probed_gather() - find what kprobes took the place of
 * @begin: address of the code
 * @size: bytes of it
 * @probes: those found are added
 *
 * What is in the kernel's table of probes is believed only where it agrees with
 * the text: nothing is found for a probe that is disarmed, and of one whose
 * memory is garbage the breakpoint stays one.
 *
 * Context: any, preemption off. Bounded; nofault reads.
 */
void stackanno_probed_gather(u64 begin, u32 size, struct stackanno_probes *probes);

/**
 * stackanno_probed_stops() - whether a kprobe's breakpoint stands at an address
 * @address: any
 *
 * Context: any, preemption off. Bounded; nofault reads.
 * Return: true when one does, by the kernel's table of probes and by the text.
 */
bool stackanno_probed_stops(u64 address);

/**
 * stackanno_probed_restore() - put back what stood there
 * @probes: as gathered
 * @address: that @bytes were read from
 * @bytes: in which to put it back
 * @size: how many there are
 *
 * Context: any.
 */
void stackanno_probed_restore(const struct stackanno_probes *probes, u64 address, u8 *bytes,
			      u32 size);

#endif /* STACKANNO_PROBED_H */
