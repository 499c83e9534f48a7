// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that jump to one another: which way leads from one to another.
 */
#include "core/edge.h"
#include "decode.h"

#include "kselftest_harness.h"

#define TEXT 0x10000
#define ROOM 0x100
#define FUNCTIONS 8

/*
 * The code of functions A, B, ...: "jB" jumps to B, "zB" does if zero, "cB" calls B, "r"
 * returns, "n" does nothing, "s" takes room on the stack, "p" jumps by a pointer, "t" to
 * what returns; "i" is a breakpoint, and "mB" a jump into B.
 */
static const struct {
	const char *name;
	const char *code[FUNCTIONS];
	u32 parts;		/* bit: a cold part */
	char from, to;
	enum stackanno_edge_end end;
	const char *hops;
} cases[] = {
	{ "a jump at the end", { "s jB", "r" }, 0, 'A', 'B', STACKANNO_EDGE_UNIQUE, "A" },
	{ "a conditional one", { "zB r", "r" }, 0, 'A', 'B', STACKANNO_EDGE_UNIQUE, "A" },
	{ "by another", { "jB", "s jC", "r" }, 0, 'A', 'C', STACKANNO_EDGE_UNIQUE, "AB" },
	{ "by two others", { "jB", "jC", "jD", "r" }, 0, 'A', 'D', STACKANNO_EDGE_UNIQUE, "ABC" },
	{ "by one of two", { "zB jC", "jD", "jD", "r" }, 0, 'A', 'D',
	  STACKANNO_EDGE_AMBIGUOUS, "AB" },
	{ "which both go on by the same", { "zB jC", "jD", "jD", "jE", "r" }, 0, 'A', 'E',
	  STACKANNO_EDGE_AMBIGUOUS, "ABD" },
	{ "the shortest of several", { "zB jC", "jC", "r" }, 0, 'A', 'C',
	  STACKANNO_EDGE_UNIQUE, "A" },
	{ "several jumps are one way", { "zB zB jB", "zC jC", "r" }, 0, 'A', 'C',
	  STACKANNO_EDGE_UNIQUE, "AB" },
	{ "none", { "s r", "r" }, 0, 'A', 'B', STACKANNO_EDGE_CLOSED, "" },
	{ "a call is none", { "cB r", "r" }, 0, 'A', 'B', STACKANNO_EDGE_CLOSED, "" },
	{ "padding behind the end", { "r i n i", "r" }, 0, 'A', 'B', STACKANNO_EDGE_CLOSED, "" },
	{ "a return by a jump", { "t", "r" }, 0, 'A', 'B', STACKANNO_EDGE_CLOSED, "" },
	{ "by a pointer, perhaps", { "zC p", "r", "r" }, 0, 'A', 'B', STACKANNO_EDGE_OPEN, "" },
	{ "by running on, perhaps", { "s", "r" }, 0, 'A', 'B', STACKANNO_EDGE_OPEN, "" },
	{ "into the middle of one", { "mC", "r", "s r" }, 0, 'A', 'B', STACKANNO_EDGE_OPEN, "" },
	{ "too many", { "jB", "jC", "jD", "jE", "jF", "r" }, 0, 'A', 'F',
	  STACKANNO_EDGE_OPEN, "" },
	{ "out of the cold part", { "zB r", "jC", "r" }, 2, 'A', 'C', STACKANNO_EDGE_UNIQUE, "A" },
	{ "which jumps back", { "zB r", "mA", "r" }, 2, 'A', 'C', STACKANNO_EDGE_CLOSED, "" },
	{ "back to itself", { "jB", "jA" }, 0, 'A', 'A', STACKANNO_EDGE_UNIQUE, "AB" },
	{ "a loop is no way back", { "s zA r" }, 0, 'A', 'A', STACKANNO_EDGE_CLOSED, "" },
	{ "round and round", { "jB", "jA", "r" }, 0, 'A', 'C', STACKANNO_EDGE_CLOSED, "" },
};

static struct world {
	struct stackanno_ops ops;
	struct stackanno_edge_ops edge;
	struct stackanno_edge_search search;
	u8 text[FUNCTIONS * ROOM];
	u32 size[FUNCTIONS], parts;
} world;

static u32 read_text(struct stackanno_ops *ops __attribute__((unused)), u64 address, u8 *buf,
		     u32 len)
{
	if (address < TEXT || address >= TEXT + sizeof(world.text))
		return 0;
	len = min_t(u32, len, TEXT + sizeof(world.text) - address);
	memcpy(buf, world.text + (address - TEXT), len);
	return len;
}

static enum stackanno_edge_place place(struct stackanno_edge_ops *ops __attribute__((unused)),
				       u64 address, struct stackanno_extent *extent)
{
	u32 i = (u32)(address - TEXT) / ROOM;

	if (address == TEXT - ROOM)
		return STACKANNO_PLACE_RETURN;
	if (address < TEXT || i >= FUNCTIONS || !world.size[i])
		return STACKANNO_PLACE_NOWHERE;
	extent->begin = TEXT + i * ROOM;
	extent->size = world.size[i];
	return world.parts >> i & 1 ? STACKANNO_PLACE_PART : STACKANNO_PLACE_FUNCTION;
}

static void put(u32 i, const char *bytes, u32 count)
{
	memcpy(world.text + i * ROOM + world.size[i], bytes, count);
	world.size[i] += count;
}

static void put_relative(u32 i, const char *opcode, u32 count, u64 target)
{
	s32 offset;

	put(i, opcode, count);
	offset = (s32)(target - (TEXT + i * ROOM + world.size[i] + sizeof(offset)));
	put(i, (const char *)&offset, sizeof(offset));
}

static u64 address_of(char function)
{
	return TEXT + (u32)(function - 'A') * ROOM;
}

static void assemble(u32 i, const char *code)
{
	for (; code && *code; code++) {
		switch (*code) {
		case 'j':
			put_relative(i, "\xe9", 1, address_of(*++code));
			break;
		case 'm':
			put_relative(i, "\xe9", 1, address_of(*++code) + 6);
			break;
		case 't':
			put_relative(i, "\xe9", 1, TEXT - ROOM);
			break;
		case 'z':
			put_relative(i, "\x0f\x84", 2, address_of(*++code));
			break;
		case 'c':
			put_relative(i, "\xe8", 1, address_of(*++code));
			break;
		case 'p':
			put(i, "\xff\xe0", 2);
			break;
		case 'r':
			put(i, "\xc3", 1);
			break;
		case 'n':
			put(i, "\x0f\x1f\x44\x00\x00", 5);
			break;
		case 'i':
			put(i, "\xcc", 1);
			break;
		case 's':
			put(i, "\x48\x83\xec\x08", 4);
			break;
		}
	}
}

static enum stackanno_edge_end run(u32 n)
{
	struct stackanno_extent from;
	u32 i;

	memset(&world, 0, sizeof(world));
	world.ops.read = read_text;
	world.ops.decode = decode_insn;
	world.edge.place = place;
	world.search.ops = &world.ops;
	world.search.world = &world.edge;
	world.parts = cases[n].parts;
	for (i = 0; i < FUNCTIONS; i++)
		assemble(i, cases[n].code[i]);
	from.begin = address_of(cases[n].from);
	from.size = world.size[cases[n].from - 'A'];
	return stackanno_edge_find(&world.search, &from, address_of(cases[n].to));
}

TEST(jumps_lead_from_one_function_to_another)
{
	char hops[STACKANNO_EDGE_HOPS + 1];
	u32 n, i;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		TH_LOG("%s", cases[n].name);
		EXPECT_EQ(cases[n].end, run(n));
		ASSERT_LE(world.search.hops, STACKANNO_EDGE_HOPS);
		for (i = 0; i < world.search.hops; i++)
			hops[i] = (char)('A' + (world.search.hop[i].begin - TEXT) / ROOM);
		hops[i] = '\0';
		EXPECT_STREQ(cases[n].hops, hops);
	}
}

/* A chain that ends before it comes anywhere costs no more than its limit. */
TEST(what_is_too_much_is_left_open)
{
	struct stackanno_extent from = { TEXT, ROOM * FUNCTIONS };

	memset(&world, 0, sizeof(world));
	memset(world.text, 0x90, sizeof(world.text));
	world.ops.read = read_text;
	world.ops.decode = decode_insn;
	world.edge.place = place;
	world.search.ops = &world.ops;
	world.search.world = &world.edge;
	EXPECT_EQ(STACKANNO_EDGE_OPEN,
		  stackanno_edge_find(&world.search, &from, TEXT + 2 * sizeof(world.text)));
	from.size = 0x7fffffff;
	EXPECT_EQ(STACKANNO_EDGE_OPEN,
		  stackanno_edge_find(&world.search, &from, TEXT + 2 * sizeof(world.text)));
}

TEST_HARNESS_MAIN
