// SPDX-License-Identifier: GPL-2.0-only
#include "typed.h"

#include "member.h"

#define WORD 8
/* Names of a path, from the last up. */
#define NAMES_MAX 16
#define NAME_MAX_BYTES 40
/* No name begins behind so many. */
#define PATH_MAX_BYTES 80
/* What an object takes at most: a path and two texts. */
#define ROOM (PATH_MAX_BYTES + NAME_MAX_BYTES + 2 * STACKANNO_TYPED_TEXT + 64)
/* Low bits of a lock's owner that are flags. */
#define OWNER_FLAGS 7ULL
#define OWNER_READS 1ULL
/* No kernel hands out a larger one. */
#define PID_MAX (1U << 22)

enum how {
	HOW_NONE,
	HOW_DECIMAL,
	HOW_HEX,
	HOW_BIG_ENDIAN,	/* in hexadecimal */
	HOW_PID,
	HOW_ARRAY,	/* text, in the object; never empty */
	HOW_STRING,	/* text, at a pointer */
	HOW_PATH,	/* of a dentry, at a pointer */
	HOW_OWN_PATH,	/* of the object itself, which is one */
	HOW_OWNER,	/* the task that holds a lock */
};

/*
 * By the name of the type. A way is members, with a dot to go on in the same object and
 * an arrow to go on in another; it begins with the type itself.
 */
static const struct row {
	const char *type;
	struct {
		const char *name;
		const char *way;
		enum how how;
	} field[STACKANNO_TYPED_FIELDS];
} rows[] = {
	{ "address_space", { { "ino", "host->i_ino", HOW_DECIMAL },
			     { "sb", "host->i_sb->s_id", HOW_ARRAY } } },
	{ "bio", { { "op", "bi_opf", HOW_HEX }, { "sector", "bi_iter.bi_sector", HOW_DECIMAL },
		   { "size", "bi_iter.bi_size", HOW_DECIMAL } } },
	{ "dentry", { { "path", "d_parent", HOW_OWN_PATH }, { "sb", "d_sb->s_id", HOW_ARRAY } } },
	{ "device", { { "name", "kobj.name", HOW_STRING } } },
	{ "file", { { "path", "f_path.dentry", HOW_PATH },
		    { "sb", "f_path.dentry->d_sb->s_id", HOW_ARRAY } } },
	{ "folio", { { "flags", "flags", HOW_HEX } } },
	{ "inode", { { "ino", "i_ino", HOW_DECIMAL }, { "sb", "i_sb->s_id", HOW_ARRAY } } },
	{ "module", { { "name", "name", HOW_ARRAY } } },
	{ "mutex", { { "owner", "owner.counter", HOW_OWNER } } },
	{ "net_device", { { "name", "name", HOW_ARRAY } } },
	{ "page", { { "flags", "flags", HOW_HEX } } },
	{ "path", { { "path", "dentry", HOW_PATH }, { "sb", "dentry->d_sb->s_id", HOW_ARRAY } } },
	{ "rw_semaphore", { { "owner", "owner.counter", HOW_OWNER } } },
	{ "sk_buff", { { "len", "len", HOW_DECIMAL },
		       { "protocol", "protocol", HOW_BIG_ENDIAN } } },
	{ "super_block", { { "id", "s_id", HOW_ARRAY }, { "type", "s_type->name", HOW_STRING } } },
	{ "task_struct", { { "comm", "comm", HOW_ARRAY }, { "pid", "pid", HOW_PID } } },
};
static_assert(ARRAY_SIZE(rows) <= STACKANNO_TYPED_ROWS);

/* ---- once: where members lie ---- */

/* The name at the begin of a way; what is left of it. */
static const char *take_name(const char *way, char *name, u32 size)
{
	u32 len = 0;

	while (way[len] && way[len] != '.' && way[len] != '-') {
		if (len + 1 < size)
			name[len] = way[len];
		len++;
	}
	name[min(len, size - 1)] = '\0';
	return way + len;
}

static int go(const struct stackanno_btf *btf, u32 id, const char *words,
	      struct stackanno_typed_way *way)
{
	struct stackanno_btf_type type;
	char name[32];
	u32 offset;

	memset(way, 0, sizeof(*way));
	for (;;) {
		words = take_name(words, name, sizeof(name));
		if (stackanno_member_named(btf, id, name, &offset, &id))
			return -ENOENT;
		way->offset[way->hops] += offset;
		if (!*words)
			break;
		words += *words == '.' ? 1 : 2;
		if (words[-1] == '.')
			continue;
		if (stackanno_btf_strip(btf, id, &type) || type.kind != STACKANNO_BTF_PTR ||
		    way->hops + 1 == STACKANNO_TYPED_HOPS)
			return -ENOENT;
		id = type.size;
		way->hops++;
	}
	way->hops++;
	offset = stackanno_btf_size(btf, id);
	way->size = (u8)min(offset, 255U);
	return 0;
}

/* Whether what lies at the end of a way can be shown as the table wants it. */
static bool is_fit(const struct stackanno_typed_way *way, enum how how)
{
	switch (how) {
	case HOW_DECIMAL:
	case HOW_PID:
	case HOW_HEX:
	case HOW_BIG_ENDIAN:
		return way->size == 1 || way->size == 2 || way->size == 4 || way->size == WORD;
	case HOW_ARRAY:
		return way->size != 0;
	default:
		return way->size == WORD;
	}
}

static void find_way(const struct stackanno_btf *btf, u32 id, const char *words, enum how how,
		     struct stackanno_typed_way *way)
{
	if (!words || go(btf, id, words, way) || !is_fit(way, how))
		memset(way, 0, sizeof(*way));
}

static void resolve_row(struct stackanno_typed *typed, u32 row)
{
	u32 i, id = typed->id[row];

	for (i = 0; i < STACKANNO_TYPED_FIELDS; i++)
		find_way(typed->btf, id, rows[row].field[i].way, rows[row].field[i].how,
			 &typed->way[row][i]);
	if (!strcmp(rows[row].type, "dentry")) {
		find_way(typed->btf, id, "d_parent", HOW_STRING, &typed->parent);
		find_way(typed->btf, id, "d_name.name", HOW_STRING, &typed->name);
	} else if (!strcmp(rows[row].type, "task_struct")) {
		find_way(typed->btf, id, "pid", HOW_PID, &typed->pid);
		find_way(typed->btf, id, "comm", HOW_ARRAY, &typed->comm);
	}
}

u32 stackanno_typed_resolve(const struct stackanno_btf *btf, struct stackanno_typed *typed)
{
	struct stackanno_btf_type type;
	u32 id, row, several, found = 0;

	memset(typed, 0, sizeof(*typed));
	typed->btf = btf;
	for (row = 0; row < ARRAY_SIZE(rows); row++) {
		several = 0;
		for (id = 0; (id = stackanno_btf_declared(btf, rows[row].type, id));) {
			if (stackanno_btf_type(btf, id, &type) || type.kind != STACKANNO_BTF_STRUCT)
				continue;
			typed->id[row] = id;
			several++;
		}
		if (several != 1)
			typed->id[row] = 0;
		if (!typed->id[row])
			continue;
		resolve_row(typed, row);
		found++;
	}
	return found;
}

/* ---- reading ---- */

static bool read_number(struct stackanno_memory *memory, u64 address, u32 size, u64 *number)
{
	*number = 0;
	return size && size <= WORD && memory->read(memory, address, number, size);
}

/* The address that a way leads to. */
static bool follow(struct stackanno_memory *memory, const struct stackanno_typed_way *way, u64 object,
		 u64 *address)
{
	u32 i;

	if (!way->hops)
		return false;
	for (i = 0; i + 1 < way->hops; i++)
		if (!read_number(memory, object + way->offset[i], WORD, &object))
			return false;
	*address = object + way->offset[i];
	return true;
}

static bool read_way(struct stackanno_memory *memory, const struct stackanno_typed_way *way,
		     u64 object, u64 *number)
{
	u64 address;

	return follow(memory, way, object, &address) &&
	       read_number(memory, address, way->size, number);
}

/*
 * A text of at most @max bytes, read by whole words, so that none reaches into a page
 * that is not the text's. Return: its length, @max when it goes on; -EFAULT where it
 * cannot be read, -EINVAL for what is no text.
 */
static int read_text(struct stackanno_memory *memory, u64 address, char *bytes, u32 max)
{
	u64 word = 0;
	u32 len;

	for (len = 0; len < max; len++) {
		u64 at = address + len;

		if ((!len || at % WORD == 0) &&
		    !memory->read(memory, at & ~(u64)(WORD - 1), &word, WORD))
			return -EFAULT;
		bytes[len] = (char)(word >> (8 * (at % WORD)));
		if (!bytes[len])
			break;
		if ((bytes[len] < ' ' || bytes[len] > '~') && bytes[len] != '\n' &&
		    bytes[len] != '\t')
			return -EINVAL;
		if (bytes[len] == '"')
			bytes[len] = '\'';
	}
	bytes[len] = '\0';
	return (int)len;
}

/* ---- fields ---- */

static void put(struct stackanno_text *text, const char *string)
{
	stackanno_text_string(text, string);
}

static bool put_text(struct stackanno_memory *memory, u64 address, u32 max,
		     struct stackanno_text *text)
{
	char bytes[STACKANNO_TYPED_TEXT + 1];
	int len = read_text(memory, address, bytes, min_t(u32, max, STACKANNO_TYPED_TEXT));

	if (len < 0)
		return false;
	put(text, "\"");
	put(text, bytes);
	put(text, len == STACKANNO_TYPED_TEXT ? "...\"" : "\"");
	return true;
}

/* What lies in an object as its name is not empty, or it is no such object. */
static bool put_name(struct stackanno_memory *memory, u64 address, u32 max,
		     struct stackanno_text *text)
{
	u32 begin = text->len;

	return put_text(memory, address, max, text) && text->len - begin > strlen("\"\"");
}

/* From the last name up to the root, whose parent it is itself. */
static bool climb(const struct stackanno_typed *typed, struct stackanno_memory *memory, u64 dentry,
		  u64 *list, u32 *count, bool *rooted)
{
	u64 parent;

	*rooted = false;
	for (*count = 0; *count < NAMES_MAX; dentry = parent) {
		if (!read_way(memory, &typed->parent, dentry, &parent))
			return false;
		list[(*count)++] = dentry;
		if (parent == dentry) {
			*rooted = true;
			break;
		}
	}
	return true;
}

static bool put_path(const struct stackanno_typed *typed, struct stackanno_memory *memory,
		     u64 dentry, struct stackanno_text *text)
{
	u64 list[NAMES_MAX], name;
	char bytes[NAME_MAX_BYTES + 1];
	u32 count, begin = text->len;
	bool rooted;
	int len;

	if (!climb(typed, memory, dentry, list, &count, &rooted))
		return false;
	put(text, rooted ? "\"" : "\"...");
	/* The root's own name is but a slash, unless nothing else is there. */
	if (rooted && count > 1)
		count--;
	while (count--) {
		if (!read_way(memory, &typed->name, list[count], &name))
			return false;
		len = read_text(memory, name, bytes, NAME_MAX_BYTES);
		if (len < 0)
			return false;
		if (strcmp(bytes, "/"))
			put(text, "/");
		put(text, bytes);
		put(text, len == NAME_MAX_BYTES ? "..." : "");
		if (text->len - begin > PATH_MAX_BYTES) {
			put(text, count ? "/..." : "");
			break;
		}
	}
	put(text, "\"");
	return true;
}

static bool put_owner(const struct stackanno_typed *typed, struct stackanno_memory *memory,
		      u64 address, struct stackanno_text *text)
{
	u64 owner, pid, comm;

	if (!read_number(memory, address, WORD, &owner))
		return false;
	if (!(owner & ~OWNER_FLAGS)) {
		put(text, owner & OWNER_READS ? "readers" : "none");
		return true;
	}
	owner &= ~OWNER_FLAGS;
	if (!read_way(memory, &typed->pid, owner, &pid) || pid > PID_MAX ||
	    !follow(memory, &typed->comm, owner, &comm))
		return false;
	stackanno_text_decimal(text, pid, 0);
	put(text, ", comm=");
	return put_name(memory, comm, typed->comm.size, text);
}

static bool put_number(struct stackanno_memory *memory, u64 address, u32 size, enum how how,
		       struct stackanno_text *text)
{
	u64 number, swapped = 0;
	u32 i;

	if (!read_number(memory, address, size, &number) || (how == HOW_PID && number > PID_MAX))
		return false;
	if (how == HOW_DECIMAL || how == HOW_PID) {
		stackanno_text_decimal(text, number, 0);
		return true;
	}
	for (i = 0; i < size; i++)
		swapped |= (number >> (8 * i) & 0xff) << (8 * (size - 1 - i));
	put(text, "0x");
	stackanno_text_hex(text, how == HOW_HEX ? number : swapped, 1);
	return true;
}

static bool put_field(const struct stackanno_typed *typed, u32 row, u32 field, u64 object,
		      struct stackanno_memory *memory, struct stackanno_text *text)
{
	const struct stackanno_typed_way *way = &typed->way[row][field];
	enum how how = rows[row].field[field].how;
	u64 address, at;

	if (how == HOW_OWN_PATH)
		return put_path(typed, memory, object, text);
	if (!follow(memory, way, object, &address))
		return false;
	switch (how) {
	case HOW_ARRAY:
		return put_name(memory, address, way->size, text);
	case HOW_STRING:
		return read_number(memory, address, WORD, &at) &&
		       put_text(memory, at, STACKANNO_TYPED_TEXT, text);
	case HOW_PATH:
		return read_number(memory, address, WORD, &at) &&
		       put_path(typed, memory, at, text);
	case HOW_OWNER:
		return put_owner(typed, memory, address, text);
	default:
		return put_number(memory, address, way->size, how, text);
	}
}

/* Objects are told whole or not at all: what is no task has no comm, whatever its pid. */
static bool put_fields(const struct stackanno_typed *typed, u32 row, u64 object,
		       struct stackanno_memory *memory, struct stackanno_text *text)
{
	bool any = false;
	u32 i;

	for (i = 0; i < STACKANNO_TYPED_FIELDS; i++) {
		if (!typed->way[row][i].hops)
			continue;
		put(text, any ? ", " : " {");
		put(text, rows[row].field[i].name);
		put(text, "=");
		if (!put_field(typed, row, i, object, memory, text))
			return false;
		any = true;
	}
	put(text, any ? "}" : "");
	return any;
}

static bool is_text(const struct stackanno_btf_type *type)
{
	return type->kind == STACKANNO_BTF_INT && type->size == 1 && !strcmp(type->name, "char");
}

void stackanno_typed_print(const struct stackanno_typed *typed, const struct stackanno_btf *btf,
			   u32 id, u64 value, struct stackanno_memory *memory,
			   struct stackanno_text *text)
{
	struct stackanno_text kept = *text;
	struct stackanno_btf_type type;
	bool told = false;
	u32 row;

	/* Cut short, it could not be taken back. */
	if (!typed->btf || text->size - text->len < ROOM || stackanno_btf_strip(btf, id, &type) ||
	    type.kind != STACKANNO_BTF_PTR || stackanno_btf_strip(btf, type.size, &type))
		return;
	if (is_text(&type)) {
		put(text, " {");
		told = put_text(memory, value, STACKANNO_TYPED_TEXT, text);
		put(text, "}");
	}
	/* Of the kernel's own types: one of a module may but have the name. */
	for (row = 0; row < ARRAY_SIZE(rows) && type.kind == STACKANNO_BTF_STRUCT; row++)
		if (typed->id[row] == type.id && type.id)
			told = put_fields(typed, row, value, memory, text);
	if (told)
		return;
	*text = kept;
	text->buf[text->len] = '\0';
}
