// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "decode.h"
#include "world.h"

static u32 unhex(const char *text, u8 *bytes, u32 room)
{
	u32 n = 0;
	int used;

	while (text && n < room && sscanf(text, " %2hhx%n", &bytes[n], &used) == 1) {
		text += used;
		n++;
	}
	return n;
}

static u32 world_read(struct stackanno_ops *ops, u64 address, u8 *buf, u32 len)
{
	struct world *world = (struct world *)ops;
	const u8 *from = world->body;
	u64 base = WORLD_BODY;
	u32 bytes = world->body_bytes;

	if (address >= WORLD_COLD) {
		from = world->cold;
		base = WORLD_COLD;
		bytes = world->cold_bytes;
	}
	if (address - base >= bytes)
		return 0;
	if (len > bytes - (address - base))
		len = bytes - (u32)(address - base);
	memcpy(buf, from + (address - base), len);
	return len;
}

static int world_part(struct stackanno_ops *ops, u64 function, u64 target,
		      struct stackanno_extent *extent)
{
	struct world *world = (struct world *)ops;

	if (function != WORLD_BODY || target < WORLD_COLD || target >= WORLD_COLD + world->cold_bytes)
		return -ENOENT;
	extent->begin = WORLD_COLD;
	extent->size = world->cold_bytes;
	extent->shared = false;
	return 0;
}

static u64 world_jump_label(struct stackanno_ops *ops, u64 address)
{
	struct world *world = (struct world *)ops;

	return world->code.patched && address == WORLD_BODY + world->code.patched ?
		world->code.patched_to : 0;
}

static bool world_warns(struct stackanno_ops *ops, u64 address __attribute__((unused)))
{
	return ((struct world *)ops)->code.warns;
}

static bool world_fixup(struct stackanno_ops *ops, u64 address, struct stackanno_fixup *fixup)
{
	const struct world_code *code = &((struct world *)ops)->code;

	fixup->landing = code->landing;
	return code->mended && address == WORLD_BODY + code->mended &&
	       stackanno_arch_fixup(code->how, fixup);
}

static u64 world_constant(struct stackanno_ops *ops, u64 address)
{
	const struct world_code *code = &((struct world *)ops)->code;
	u64 n = (address - WORLD_TABLE) / sizeof(code->table[0]);

	if (code->endless)
		return code->table[0];
	return n < ARRAY_SIZE(code->table) ? code->table[n] : 0;
}

static bool world_noreturn(struct stackanno_ops *ops, u64 target)
{
	return target == ((struct world *)ops)->code.noreturn;
}

static bool world_tracer(struct stackanno_ops *ops __attribute__((unused)), u64 target)
{
	return target == WORLD_TRACER;
}

int world_run(struct world *world, const struct world_code *code, struct stackanno_flow *flow)
{
	*world = (struct world){
		.ops = { .read = world_read, .decode = decode_insn, .part = world_part,
			 .jump_label = world_jump_label, .warns = world_warns,
			 .fixup = world_fixup, .constant = world_constant,
			 .noreturn = world_noreturn, .tracer = world_tracer,
			 .current_task = WORLD_CURRENT },
		.code = *code };
	world->body_bytes = unhex(code->body, world->body, sizeof(world->body));
	world->cold_bytes = unhex(code->cold, world->cold, sizeof(world->cold));
	return stackanno_flow_run(flow, &world->ops, WORLD_BODY, world->body_bytes);
}
