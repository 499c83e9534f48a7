// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the ABI passes parameters: prototypes as strings of types, and where each must be.
 */
#include "blob.h"
#include "core/parameter.h"

#include "kselftest_harness.h"

enum { INT = 1, LONG, PAIR, LARGE, PACKED, SMALL, WIDE, FORWARD, POINTER, NESTED, MANY };

#define PLACES 12
/* As an entry of an interrupt's table has, by bits. */
#define MEMBERS 24

static const struct {
	const char *name;
	u32 result;
	u32 type[PLACES];	/* 0 ends them */
	const char *places;	/* r: registers, s: words on the stack, ?: not known */
} cases[] = {
	{ "six in registers, the rest on the stack", 0,
	  { INT, LONG, INT, LONG, INT, LONG, INT, LONG }, "r0 r1 r2 r3 r4 r5 s0 s1" },
	{ "a large result's address comes first", LARGE, { LONG, LONG }, "r1 r2" },
	{ "a small one is returned in registers", PAIR, { LONG }, "r0" },
	{ "a packed one is not", PACKED, { LONG }, "r1" },
	{ "a struct of two words takes two registers", 0, { LONG, PAIR, LONG }, "r0 r1+1 r3" },
	{ "or none, where they are not both left", 0,
	  { LONG, LONG, LONG, LONG, LONG, PAIR, LONG }, "r0 r1 r2 r3 r4 s0+1 r5" },
	{ "a larger one takes none", 0, { LARGE, LONG }, "s0+2 r0" },
	{ "nor one with a member that is not aligned", 0, { PACKED, LONG }, "s0+1 r0" },
	{ "but where the struct within it is as aligned as its members", 0,
	  { NESTED, LONG }, "r0+1 r2" },
	{ "one of three bytes takes one", 0, { SMALL, LONG }, "r0 r1" },
	{ "one of 16 bytes on the stack may be aligned to them", 0,
	  { LONG, LONG, LONG, LONG, LONG, LONG, LONG, WIDE }, "r0 r1 r2 r3 r4 r5 s0 ?" },
	{ "behind one whose size is not known nothing is", 0, { LONG, FORWARD, LONG }, "r0 ? ?" },
	{ "a union takes one, of however many members", MANY, { MANY, LONG }, "r0 r1" },
	{ "pointers to such a one are known", 0, { POINTER, LONG }, "r0 r1" },
};

static struct blob blob;

static void make_types(void)
{
	u32 i;

	blob_begin(&blob);
	blob_type(&blob, "int", STACKANNO_BTF_INT, 0, 4);
	blob_word(&blob, 0x20 | 1 << 24);
	blob_type(&blob, "long", STACKANNO_BTF_INT, 0, 8);
	blob_word(&blob, 0x40 | 1 << 24);
	blob_type(&blob, "pair", STACKANNO_BTF_STRUCT, 2, 16);
	blob_member(&blob, "first", LONG, 0);
	blob_member(&blob, "second", LONG, 64);
	blob_type(&blob, "large", STACKANNO_BTF_STRUCT, 1, 24);
	blob_member(&blob, "pair", PAIR, 0);
	blob_type(&blob, "packed", STACKANNO_BTF_STRUCT, 2, 12);
	blob_member(&blob, "half", INT, 0);
	blob_member(&blob, "whole", LONG, 32);
	blob_type(&blob, "small", STACKANNO_BTF_STRUCT, 0, 3);
	blob_type(&blob, "wide", STACKANNO_BTF_INT, 0, 16);
	blob_word(&blob, 128);
	blob_type(&blob, "forward", STACKANNO_BTF_FWD, 0, 0);
	blob_type(&blob, "", STACKANNO_BTF_PTR, 0, FORWARD);
	blob_type(&blob, "nested", STACKANNO_BTF_STRUCT, 2, 16);
	blob_member(&blob, "small", SMALL, 8);
	blob_member(&blob, "whole", LONG, 64);
	blob_type(&blob, "many", STACKANNO_BTF_UNION, MEMBERS, 8);
	for (i = 0; i < MEMBERS; i++)
		blob_member(&blob, "bits", LONG, 0);
}

static const char *places(u32 n)
{
	static char text[128];
	struct stackanno_signature signature = { .btf = &blob.btf };
	struct stackanno_parameter_place place;
	u32 i, count = 0, len = 0;

	while (count < PLACES && cases[n].type[count])
		count++;
	make_types();
	blob_type(&blob, "", STACKANNO_BTF_FUNC_PROTO, count, cases[n].result);
	for (i = 0; i < count; i++)
		blob_parameter(&blob, "p", cases[n].type[i]);
	blob_type(&blob, "f", STACKANNO_BTF_FUNC, 1, MANY + 1);
	if (blob_open(&blob, NULL) ||
	    stackanno_btf_function(&blob.btf, "f", &signature.prototype))
		return "no prototype";
	for (i = 0; !stackanno_parameter_place(&signature, i, &place) || i < count; i++) {
		len += (u32)snprintf(text + len, sizeof(text) - len, "%s", i ? " " : "");
		if (stackanno_parameter_place(&signature, i, &place))
			len += (u32)snprintf(text + len, sizeof(text) - len, "?");
		else
			len += (u32)snprintf(text + len, sizeof(text) - len, "%c%u%s%.0u",
					     place.first < 6 ? 'r' : 's', place.first % 6,
					     place.count > 1 ? "+" : "", place.count - 1);
	}
	return text;
}

TEST(parameters_are_where_the_abi_passes_them)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		TH_LOG("%s", cases[i].name);
		EXPECT_STREQ(cases[i].places, places(i));
	}
}

TEST_HARNESS_MAIN
