// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as BTF: refused, or read within their bounds; what lies at an offset in a
 * type is where its path says; objects are told in a text that hides what it must.
 */
#include "core/member.h"
#include "core/typed.h"
#include "taker.h"

#define HEADER_BYTES 24
#define TYPES_MAX 64
#define TRACE_MAX 20000

static struct stackanno_btf btf;
static struct stackanno_typed typed;
static u64 seed;

/* Memory is a number of its address, but for what nobody may read. */
static bool read_anything(struct stackanno_memory *memory, u64 address, void *buf, u32 len)
{
	u64 word = mix(seed, address / 8), text = 0x0000007478657400ULL;

	(void)memory;
	CHECK(len <= 8);
	if (!(address & 0xf0))
		return false;
	word = address & 0x100 ? word : text >> (word & 8);
	memcpy(buf, &word, len);
	return true;
}

/* Whether a path leads over @offset bytes to where it says, by any members of its names. */
static bool leads(const struct stackanno_member_path *path, u32 step, u32 id, u64 offset,
		  u32 *work)
{
	struct stackanno_btf_member member;
	struct stackanno_btf_type type;
	u32 element, count, i;

	if (step == path->steps)
		return id == path->type && !offset;
	if (stackanno_btf_strip(&btf, id, &type))
		return false;
	if (!path->step[step].name)
		return !stackanno_btf_element(&type, &element, &count) &&
		       leads(path, step + 1, element, offset - (u64)path->step[step].index *
			     stackanno_btf_size(&btf, element), work);
	for (i = 0; !stackanno_btf_member(&btf, &type, i, &member); i++) {
		if (!*work)
			return true;
		--*work;
		if (member.name == path->step[step].name && !member.bits &&
		    leads(path, step + 1, member.type, offset - member.bit / 8, work))
			return true;
	}
	return false;
}

static void find(u32 id, u32 offset, u32 size)
{
	struct stackanno_member_path path;
	struct stackanno_text text;
	u32 work = TRACE_MAX, at, type;
	char buf[256];
	int ret;

	ret = stackanno_member_find(&btf, id, offset, size, &path);
	CHECK(ret == 0 || ret == -ENOENT || ret == -E2BIG);
	if (ret)
		return;
	CHECK(path.steps && path.steps <= STACKANNO_MEMBER_STEPS);
	CHECK(!size || stackanno_btf_size(&btf, path.type) == size);
	CHECK(leads(&path, 0, id, offset, &work));
	stackanno_text_begin(&text, buf, sizeof(buf));
	stackanno_member_print(&path, &text);
	if (path.step[path.steps - 1].name && path.step[path.steps - 1].name[0])
		stackanno_member_named(&btf, id, path.step[path.steps - 1].name, &at, &type);
}

static void tell(u32 id, u64 value)
{
	struct stackanno_memory memory = { .read = read_anything };
	struct stackanno_text text;
	char buf[512];
	u32 quotes = 0, i;

	stackanno_text_begin(&text, buf, sizeof(buf));
	stackanno_typed_print(&typed, &btf, id, value, &memory, &text);
	CHECK(!text.cut && strlen(buf) == text.len);
	for (i = 0; i < text.len; i++)
		quotes += buf[i] == '"';
	/* What hides values goes by quotes. */
	CHECK(quotes % 2 == 0);
	CHECK(!text.len || buf[text.len - 1] == '}');
}

static void look_at(u32 id, u32 offset, u32 size)
{
	struct stackanno_btf_prototype prototype;
	struct stackanno_btf_parameter parameter;
	struct stackanno_btf_enumerator enumerator;
	struct stackanno_btf_type type;
	struct stackanno_text text;
	char buf[128];
	u32 i;

	stackanno_text_begin(&text, buf, sizeof(buf));
	stackanno_btf_print(&btf, id, &text);
	find(id, offset, size);
	find(id, offset, 0);
	tell(id, seed | 0x10);
	if (stackanno_btf_type(&btf, id, &type))
		return;
	for (i = 0; i < 4; i++)
		stackanno_btf_enumerator(&btf, &type, i, &enumerator);
	if (type.kind != STACKANNO_BTF_FUNC ||
	    stackanno_btf_function(&btf, type.name, &prototype))
		return;
	CHECK(prototype.functions);
	for (i = 0; i < 8; i++)
		if (stackanno_btf_parameter(&btf, &prototype, i, &parameter))
			break;
	CHECK(i == 8 || i == prototype.parameters);
}

static void open_blob(const u8 *blob, u32 size, u32 offset, u32 bytes)
{
	u32 words, id, *memory;

	if (stackanno_btf_measure(blob, size, &words))
		return;
	memory = calloc(words + 1, sizeof(*memory));
	CHECK(memory);
	CHECK(!stackanno_btf_open(blob, size, NULL, memory, words, &btf));
	stackanno_typed_resolve(&btf, &typed);
	for (id = 0; id < min(btf.count + 2, (u32)TYPES_MAX); id++)
		look_at(id, offset, bytes);
	free(memory);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct taker taker = { data, size };
	u32 offset = (u32)take(&taker, 2), bytes = (u32)take(&taker, 1) & 15, types, header[6];
	u8 *blob;

	seed = take(&taker, 8);
	open_blob(taker.at, (u32)taker.left, offset, bytes);
	if (taker.left < HEADER_BYTES + 2)
		return 0;
	/* With a header that fits: few that grow or shrink have one. */
	blob = malloc(taker.left);
	CHECK(blob);
	memcpy(blob, taker.at, taker.left);
	memcpy(header, blob, sizeof(header));
	types = header[3] % (u32)(taker.left - HEADER_BYTES);
	header[0] = 0x0001eb9f;
	header[1] = HEADER_BYTES;
	header[2] = 0;
	header[3] = types;
	header[4] = types;
	header[5] = (u32)taker.left - HEADER_BYTES - types;
	memcpy(blob, header, sizeof(header));
	blob[taker.left - 1] = 0;
	open_blob(blob, (u32)taker.left, offset, bytes);
	free(blob);
	return 0;
}
