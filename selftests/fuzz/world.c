// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include "core/ir.h"
#include "decode.h"

/* Questions of each kind have answers of their own. */
enum question { ASK_HOLE, ASK_PART, ASK_EXTENT, ASK_LABEL, ASK_WARNS, ASK_NORETURN, ASK_TRACER };

/* The questions before these have all numbers that three bits give. */
#define ASK_FIXUP_AT (1ULL << 60)

static u64 answer(struct world *world, enum question question, u64 address)
{
	u64 number = address * 8 + question;

	world->asked++;
	if (world->may & WORLD_FICKLE)
		number += world->asked << 40;
	return mix(world->seed, number);
}

static u32 world_read(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len)
{
	struct world *world = (struct world *)ops;
	u64 at = address - WORLD_BODY;
	u32 i;

	if (at >= WORLD_BYTES || !world->code_bytes)
		return 0;
	if (world->may & WORLD_HOLES && !(answer(world, ASK_HOLE, address) & 63))
		return 0;
	if (len > WORLD_BYTES - at)
		len = (u32)(WORLD_BYTES - at);
	for (i = 0; i < len; i++)
		buf[i] = world->code[(at + i) % world->code_bytes];
	if (world->may & WORLD_FICKLE && !(answer(world, ASK_HOLE, address) >> 8 & 63))
		buf[0] ^= 1 << (world->asked & 7);
	return len;
}

static int world_decode(struct stackanno_ops *ops, const u8 *bytes, u32 len,
			struct stackanno_insn *insn)
{
	((struct world *)ops)->decoded++;
	return decode_insn(ops, bytes, len, insn);
}

static int world_part(struct stackanno_ops *ops, u64 function, u64 target,
		      struct stackanno_extent *extent)
{
	struct world *world = (struct world *)ops;
	u64 kind = answer(world, ASK_PART, target), size = answer(world, ASK_EXTENT, target);

	if (!(world->may & WORLD_PARTS) || !(kind & 7))
		return kind & 8 ? -EFAULT : -ENOENT;
	extent->begin = target - (kind >> 8 & 31);
	extent->size = (u32)(size & 255) + 32;
	extent->shared = size & 256;
	if (world->may & WORLD_WILD && kind & 16) {
		extent->begin = kind & 32 ? target : kind;
		extent->size = (u32)(size >> (size >> 8 & 31));
	}
	return 0;
}

static u64 world_jump_label(struct stackanno_ops *ops, u64 address)
{
	struct world *world = (struct world *)ops;
	u64 where = answer(world, ASK_LABEL, address);

	if (!(world->may & WORLD_LABELS) || where & 1)
		return 0;
	return where & 6 ? WORLD_BODY + (where >> 8) % (world->size + 64) : where;
}

static bool world_warns(struct stackanno_ops *ops, u64 address)
{
	return answer((struct world *)ops, ASK_WARNS, address) & 1;
}

static bool world_fixup(struct stackanno_ops *ops, u64 address, struct stackanno_fixup *fixup)
{
	struct world *world = (struct world *)ops;
	u64 what = answer(world, ASK_LABEL, address ^ ASK_FIXUP_AT);

	if (!(world->may & WORLD_MENDED) || what & 7)
		return false;
	fixup->landing = what & 8 ? what : WORLD_BODY + (what >> 8 & 0xffffff) % (world->size + 64);
	/* Mostly what handlers do; but also what none does. */
	if (what & 48)
		return stackanno_arch_fixup((u32)(what >> 32) % 24 | (u32)(what >> 36 & ~0xffU),
					    fixup);
	fixup->spoiled = (u16)(what >> 16);
	fixup->cleared = (u16)(what >> 32);
	fixup->given = what & 64 ? 0xff : (u8)(what >> 48) % STACKANNO_IR_REGS;
	fixup->value = (s16)(what >> 40);
	return true;
}

static u64 world_constant(struct stackanno_ops *ops, u64 address)
{
	struct world *world = (struct world *)ops;
	u64 what = answer(world, ASK_PART, address ^ ASK_FIXUP_AT);

	return world->may & WORLD_LABELS && what & 31 ? WORLD_BODY + (what >> 8) % (world->size + 8) :
							what;
}

static bool world_noreturn(struct stackanno_ops *ops, u64 target)
{
	return !(answer((struct world *)ops, ASK_NORETURN, target) & 7);
}

static bool world_tracer(struct stackanno_ops *ops, u64 target)
{
	struct world *world = (struct world *)ops;

	return world->may & WORLD_TRACED && answer(world, ASK_TRACER, target) & 1;
}

void world_take(struct world *world, struct taker *taker)
{
	u32 more;

	*world = (struct world){
		.ops = { .read = world_read, .decode = world_decode, .part = world_part,
			 .jump_label = world_jump_label, .warns = world_warns,
			 .fixup = world_fixup, .constant = world_constant,
			 .noreturn = world_noreturn, .tracer = world_tracer } };
	world->may = (u8)take(taker, 1);
	world->seed = take(taker, 2);
	more = (u32)take(taker, 1);
	if (world->may & WORLD_CANARY)
		world->ops.canary = 0xffffffff82000000ULL + (world->seed & 0xff8);
	world->code = taker->at;
	world->code_bytes = taker->left < WORLD_BYTES ? (u32)taker->left : WORLD_BYTES;
	/* Mostly as long as its bytes; else cut, or repeated beyond what there is room for. */
	world->size = world->code_bytes;
	if (more & 1)
		world->size = world->code_bytes * (more >> 1);
	else if (world->code_bytes)
		world->size -= (more >> 1) % world->code_bytes;
	*taker = (struct taker){ 0 };
}
