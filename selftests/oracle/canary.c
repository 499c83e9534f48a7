// SPDX-License-Identifier: GPL-2.0-only
#include "canary.h"

#include "expression.h"

#define RSP 4
#define RBP 5
/* Instructions between the load and the store. */
#define BETWEEN 8

struct reader {
	const struct oracle *oracle;
	u64 at, end;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len;
};

/* Return: whether there is one more instruction; its bytes are in @reader. */
static bool next_insn(struct reader *reader)
{
	struct stackanno_ops *ops = (struct stackanno_ops *)&reader->oracle->image.ops;
	struct stackanno_insn insn;
	u32 len;

	for (reader->at += reader->len; reader->at < reader->end; reader->at++) {
		memset(reader->bytes, 0, sizeof(reader->bytes));
		len = ops->read(ops, reader->at, reader->bytes, sizeof(reader->bytes));
		reader->len = 1;
		if (!len || ops->decode(ops, reader->bytes, len, &insn) || !insn.length)
			continue;
		reader->len = insn.length;
		return true;
	}
	return false;
}

/* mov %gs:0x28,%reg. Return: the register; -1: something else. */
static int loads_canary(const u8 *bytes)
{
	static const u8 place[] = { 0x25, 0x28, 0, 0, 0 };

	if (bytes[0] != 0x65 || (bytes[1] & ~4) != 0x48 || bytes[2] != 0x8b ||
	    (bytes[3] & 0xc7) != 4 || memcmp(bytes + 4, place, sizeof(place)))
		return -1;
	return (bytes[3] >> 3 & 7) | (bytes[1] & 4) << 1;
}

/* mov %reg,disp(%rsp) or disp(%rbp). Return: the base; -1: something else. */
static int stores(const u8 *bytes, int reg, s32 *disp)
{
	u8 mode = bytes[2] >> 6, base = bytes[2] & 7;
	const u8 *at = bytes + 3;

	if ((bytes[0] & ~4) != 0x48 || bytes[1] != 0x89 || mode == 3 ||
	    (base != RSP && base != RBP) || (base == RBP && !mode) ||
	    ((bytes[2] >> 3 & 7) | (bytes[0] & 4) << 1) != reg)
		return -1;
	if (base == RSP && *at++ != 0x24)
		return -1;
	*disp = 0;
	if (mode == 1)
		*disp = (signed char)*at;
	else if (mode == 2)
		memcpy(disp, at, sizeof(*disp));
	return base;
}

static bool slot_of(const struct oracle *oracle, u64 at, int base, s32 disp, s32 *offset)
{
	struct rules rules;

	if (truth_rules(&oracle->truth, at, &rules) || rules.cfa.kind != PLACE_REG ||
	    rules.cfa.reg != base)
		return false;
	*offset = disp - (s32)rules.cfa.offset;
	return true;
}

bool canary_find(const struct oracle *oracle, const struct function *function, s32 *offset)
{
	struct reader reader = { .oracle = oracle, .at = function->begin,
				 .end = function->begin + function->size };
	s32 disp, slot;
	int reg = -1, base;
	u32 since = 0, found = 0;

	while (next_insn(&reader)) {
		base = loads_canary(reader.bytes);
		if (base >= 0) {
			reg = base;
			since = 0;
			continue;
		}
		if (reg < 0 || since++ >= BETWEEN)
			continue;
		base = stores(reader.bytes, reg, &disp);
		if (base < 0)
			continue;
		reg = -1;
		if (!slot_of(oracle, reader.at, base, disp, &slot) || (found && slot != *offset))
			return false;
		*offset = slot;
		found++;
	}
	return found;
}

void canary_judge(struct oracle *oracle, const struct subject *subject, s32 offset)
{
	const struct stackanno_flow_state *state = NULL;
	enum verdict verdict = VERDICT_UNKNOWN;
	const char *cause = "no path leads there";
	u32 i;

	if (subject->analysed)
		state = stackanno_flow_at(&oracle->flow, subject->ip, true);
	if (state)
		cause = "not known of the slot";
	for (i = 0; state && i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];
		bool there = slot->base == STACKANNO_BASE_CFA && slot->offset == offset;

		if (slot->value.kind == STACKANNO_VALUE_CANARY && there) {
			verdict = VERDICT_FOUND;
			continue;
		}
		if (slot->value.kind != STACKANNO_VALUE_CANARY &&
		    (!there || slot->value.kind == STACKANNO_VALUE_UNKNOWN))
			continue;
		verdict = VERDICT_WRONG;
		cause = there ? "another value in its slot" : "the canary in another slot";
		break;
	}
	table_add(&oracle->table, ROW_CANARY, verdict, cause, subject->part->name,
		  subject->offset);
}
