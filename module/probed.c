// SPDX-License-Identifier: GPL-2.0-only
/*
 * A walk of the kernel's hash table of kprobes, which is all that knows what
 * stood where a probe is now. Memory that a node's address leads to is read only
 * where probes can be, never from what might be a device's; a node is taken for
 * a probe only when its address belongs to the list that it was found on.
 *
 * A probe lies in the text as
 *
 *	int3				and kprobe.opcode is what stood there
 *	jmp	optinsn.insn		likewise, and optinsn.copied_insn behind it
 *
 * A jump is recognised by where it leads. While it is made or taken back, a
 * breakpoint stands in front of its last four bytes.
 */
#include "probed.h"

#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/uaccess.h>
#include <asm/text-patching.h>

#include "compat.h"
#include "core/ops.h"
#include "counter.h"
#include "ksyms.h"
#include "memory.h"

#define TABLE_BITS STACKANNO_PROBED_TABLE_BITS
/* Probes that are looked at, of all there are; and the most on one list. */
#define NODES_MAX 16384
#define LIST_MAX 2048

static void add(struct stackanno_probes *probes, u64 address, u8 opcode, const u8 *rest)
{
	struct stackanno_probed *probed;

	if (probes->count == STACKANNO_PROBED_MAX) {
		stackanno_counter_add(STACKANNO_COUNT_PROBES_UNSEEN, 1);
		return;
	}
	probed = &probes->probed[probes->count++];
	probed->address = address;
	probed->size = rest ? STACKANNO_PROBED_BYTES : 1;
	probed->bytes[0] = opcode;
	if (rest)
		memcpy(probed->bytes + 1, rest, STACKANNO_PROBED_BYTES - 1);
}

/* What stood at a probe, by the probe and by the text as it is. */
static void add_probe(struct stackanno_probes *probes, unsigned long node,
		      const struct stackanno_probe *probe)
{
	u64 address = probe->address;
	u8 text[STACKANNO_PROBED_BYTES], rest[STACKANNO_PROBED_BYTES - 1];
	u64 detour;
	s32 leads;

	if (copy_from_kernel_nofault(text, (void *)(unsigned long)address, sizeof(text)))
		return;
	if (text[0] != INT3_INSN_OPCODE && text[0] != JMP32_INSN_OPCODE)
		return;
	memcpy(&leads, text + 1, sizeof(leads));
	if (!stackanno_compat_probe_detour(node, &detour, rest) &&
	    address + STACKANNO_PROBED_BYTES + leads == detour)
		add(probes, address, probe->opcode, rest);
	else if (text[0] == INT3_INSN_OPCODE && probe->opcode != INT3_INSN_OPCODE)
		add(probes, address, probe->opcode, NULL);
}

/* Whether a node is one of a list; @probe is set. */
static bool take_node(unsigned long node, u32 list, struct stackanno_probe *probe)
{
	return node % sizeof(long) == 0 && stackanno_memory_holds(node) &&
	       !stackanno_compat_probe(node, probe) &&
	       hash_ptr((void *)(unsigned long)probe->address, TABLE_BITS) == list;
}

/* Return: how many nodes there were; negative when the list is not to be believed. */
static int walk_list(unsigned long node, u32 list, const struct stackanno_extent *text,
		     struct stackanno_probes *probes)
{
	struct stackanno_probe probe;
	int nodes = 0;

	for (; node && nodes < LIST_MAX; node = probe.next, nodes++) {
		if (!take_node(node, list, &probe))
			return -EFAULT;
		if (!probe.traced && probe.address - text->begin < text->size)
			add_probe(probes, node, &probe);
	}
	return node ? -E2BIG : nodes;
}

void stackanno_probed_gather(u64 begin, u32 size, struct stackanno_probes *probes)
{
	unsigned long table = stackanno_ksyms_address(STACKANNO_KSYM_KPROBE_TABLE);
	/* The jump of one that begins before the code may reach into it. */
	const struct stackanno_extent text = {
		.begin = begin - (STACKANNO_PROBED_BYTES - 1),
		.size = size + STACKANNO_PROBED_BYTES - 1 };
	int nodes, left = NODES_MAX;
	u32 list, before;

	if (!table || copy_from_kernel_nofault(probes->list, (void *)table, sizeof(probes->list)))
		return;
	for (list = 0; list < ARRAY_SIZE(probes->list) && left > 0; list++) {
		if (!probes->list[list])
			continue;
		before = probes->count;
		nodes = walk_list(probes->list[list], list, &text, probes);
		if (nodes >= 0) {
			left -= nodes;
			continue;
		}
		/* Where one node is garbage, the others are no better. */
		probes->count = before;
		left -= LIST_MAX;
		stackanno_counter_add(STACKANNO_COUNT_PROBES_UNSEEN, 1);
	}
	if (left <= 0)
		stackanno_counter_add(STACKANNO_COUNT_PROBES_UNSEEN, 1);
}

bool stackanno_probed_stops(u64 address)
{
	unsigned long table = stackanno_ksyms_address(STACKANNO_KSYM_KPROBE_TABLE);
	u32 list = hash_ptr((void *)(unsigned long)address, TABLE_BITS);
	struct stackanno_probe probe;
	unsigned long node;
	int nodes;
	u8 text;

	if (!table || get_kernel_nofault(node, (unsigned long *)table + list))
		return false;
	for (nodes = 0; node && nodes < LIST_MAX; node = probe.next, nodes++) {
		if (!take_node(node, list, &probe))
			break;
		if (probe.address == address)
			return !get_kernel_nofault(text, (u8 *)(unsigned long)address) &&
			       text == INT3_INSN_OPCODE;
	}
	if (node)
		stackanno_counter_add(STACKANNO_COUNT_PROBES_UNSEEN, 1);
	return false;
}

void stackanno_probed_restore(const struct stackanno_probes *probes, u64 address, u8 *bytes,
			      u32 size)
{
	const struct stackanno_probed *probed;
	u64 at;
	u32 i, k;

	for (i = 0; i < probes->count; i++) {
		probed = &probes->probed[i];
		if (probed->address >= address + size ||
		    probed->address + probed->size <= address)
			continue;
		for (k = 0; k < probed->size; k++) {
			at = probed->address + k;
			if (at - address < size)
				bytes[at - address] = probed->bytes[k];
		}
	}
}
