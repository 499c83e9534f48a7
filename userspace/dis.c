// SPDX-License-Identifier: GPL-2.0-only
/*
 *	0xffffffff81234567 <vfs_read+7>:	call   0xffffffff81236000 <foo>	[FTRACE NOP]
 *
 * The text has no bytes, but the addresses tell each instruction's length. What as
 * makes shorter is filled up; what it makes longer is not what stood there.
 */
#include "dis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "assemble.h"
#include "image_tables.h"
#include "scan.h"

#define TRAP 0xcc
#define NOP 0x90
#define SHORT_JUMP 2
#define NEAR_JUMP 5
#define NEAR_BRANCH 6
#define NAME_BYTES 256
#define INSN_CHARS 160
/* More code than that of one function is taken for a mistake. */
#define SPAN_MAX (1U << 20)
#define INSNS_MAX (1U << 18)
#define MNEMONIC_CHARS "abcdefghijklmnopqrstuvwxyz0123456789"
#define OPERAND_CHARS MNEMONIC_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZ $%(),*:+-{}\t"

struct insn_line {
	u64 address;
	u64 begin;		/* of its function */
	char *name;
	char text[INSN_CHARS];
	unsigned long line;
};

struct dis {
	struct image *image;
	const char *file;
	struct insn_line *insn;
	u32 insns;
	char *source;
	size_t source_len;
	FILE *out;
};

static int __attribute__((format(printf, 4, 5)))
wrong(struct dis *dis, unsigned long line, int error, const char *format, ...)
{
	char why[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	if (line)
		snprintf(dis->image->error, sizeof(dis->image->error), "%s:%lu: %s", dis->file,
			 line, why);
	else
		snprintf(dis->image->error, sizeof(dis->image->error), "%s: %s", dis->file, why);
	return error;
}

static void skip_blanks(struct scan *scan)
{
	while (!scan_done(scan) && (*scan->at == ' ' || *scan->at == '\t'))
		scan->at++;
}

static void cut_blanks(struct scan *scan)
{
	while (!scan_done(scan) && strchr(" \t\r", scan->end[-1]))
		scan->end--;
}

/* `<name+5>` or `<name+0x5>`, to the address that the name has. */
static bool take_place(struct scan *scan, u64 address, struct scan *name, u64 *begin)
{
	u64 offset = 0;
	struct scan part;

	if (!scan_literal(scan, "<") || !scan_until(scan, ">", name))
		return false;
	part = *name;
	if (scan_until(&part, "+", name)) {
		if (scan_literal(&part, "0x") ? !scan_hex(&part, &offset) :
						!scan_decimal(&part, &offset))
			return false;
		if (!scan_done(&part) || offset > SPAN_MAX)
			return false;
	} else {
		*name = part;
	}
	*begin = address - offset;
	return scan_left(name) && scan_left(name) < NAME_BYTES;
}

/*
 * What is handed to as is an instruction and cannot be anything else: no directive
 * begins with a letter, and nothing in it ends a line or a string.
 */
static bool is_insn(const struct scan *text)
{
	const char *at;

	if (scan_done(text) || !strchr("abcdefghijklmnopqrstuvwxyz", *text->at))
		return false;
	for (at = text->at; at < text->end; at++)
		if (!*at || !strchr(OPERAND_CHARS, *at))
			return false;
	return true;
}

static bool jumps(const struct scan *text)
{
	struct scan rest = *text;

	return scan_literal(&rest, "j") || scan_literal(&rest, "call") ||
	       scan_literal(&rest, "loop") || scan_literal(&rest, "xbegin");
}

static int add_target(struct dis *dis, u64 target, const struct scan *name)
{
	char *copy = strndup(name->at, scan_left(name));
	int ret;

	if (!copy)
		return -ENOMEM;
	ret = image_keep(dis->image, copy);
	if (ret)
		return ret;
	if (!strcmp(copy, "__fentry__"))
		dis->image->tracer = target;
	return image_add_function(dis->image, &(struct function){
		.begin = target, .size = 1, .name = copy });
}

/* `jmp 0xffffffff81236000 <foo+5>`: as wants to be told how far it is. */
static int take_jump(struct dis *dis, struct insn_line *insn, struct scan text)
{
	struct scan mnemonic, name;
	u64 target, begin;
	int ret;

	mnemonic.at = text.at;
	while (!scan_done(&text) && *text.at != ' ' && *text.at != '\t')
		text.at++;
	mnemonic.end = text.at;
	skip_blanks(&text);
	/* crash leaves out 0x where gdb does not, and the reverse. */
	scan_literal(&text, "0x");
	if (!scan_hex(&text, &target))
		return -ENOENT;
	snprintf(insn->text, sizeof(insn->text), "%.*s . + %lld", (int)scan_left(&mnemonic),
		 mnemonic.at, (long long)(target - insn->address));
	skip_blanks(&text);
	if (scan_done(&text) || !take_place(&text, target, &name, &begin) || begin != target)
		return 0;
	ret = add_target(dis, target, &name);
	return ret;
}

static int take_insn(struct dis *dis, struct insn_line *insn, struct scan text)
{
	struct scan part;
	int ret;

	/* A comment that resolves an operand, a remark of crash's. */
	if (scan_until(&text, "#", &part))
		text = part;
	cut_blanks(&text);
	if (scan_tail(&text, "[FTRACE NOP]"))
		cut_blanks(&text);
	if (jumps(&text)) {
		ret = take_jump(dis, insn, text);
		if (ret != -ENOENT)
			return ret;
	}
	/* What objdump could not make sense of is a gap. */
	if (scan_is(&text, "(bad)"))
		return 0;
	if (!is_insn(&text) || scan_left(&text) >= sizeof(insn->text))
		return wrong(dis, insn->line, -EBADMSG, "\"%.*s\" is no instruction",
			     (int)min(scan_left(&text), (size_t)60), text.at);
	memcpy(insn->text, text.at, scan_left(&text));
	return 0;
}

static int take_line(struct dis *dis, struct scan line, unsigned long number)
{
	struct insn_line insn = { .line = number };
	struct scan rest = line, name;
	void *table;
	int ret;

	skip_blanks(&rest);
	cut_blanks(&rest);
	/* Prompts, and the sources' names of dis -l. */
	if (scan_done(&rest) || *rest.at == '/' || scan_literal(&rest, "crash>"))
		return 0;
	if (!scan_literal(&rest, "0x") || !scan_hex(&rest, &insn.address))
		return wrong(dis, number, -EBADMSG,
			     "no line of crash's dis (\"0xADDRESS <FUNCTION+OFFSET>: INSTRUCTION\")");
	skip_blanks(&rest);
	if (!take_place(&rest, insn.address, &name, &insn.begin) || !scan_literal(&rest, ":"))
		return wrong(dis, number, -EBADMSG, "no \"<FUNCTION+OFFSET>:\" behind the address");
	skip_blanks(&rest);
	if (dis->insns == INSNS_MAX)
		return wrong(dis, number, -EBADMSG, "more instructions than any function has");
	if (!(dis->insns & (dis->insns - 1))) {
		table = realloc(dis->insn, (dis->insns ? 2 * (size_t)dis->insns : 1) * sizeof(insn));
		if (!table)
			return -ENOMEM;
		dis->insn = table;
	}
	insn.name = strndup(name.at, scan_left(&name));
	if (!insn.name)
		return -ENOMEM;
	ret = image_keep(dis->image, insn.name);
	if (!ret)
		ret = take_insn(dis, &insn, rest);
	dis->insn[dis->insns++] = insn;
	return ret;
}

static int take_text(struct dis *dis, const char *text, size_t len)
{
	const char *end = text + len;
	unsigned long number = 0;
	int ret = 0;

	while (text < end && !ret) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct scan line = { text, newline ? newline : end };

		ret = take_line(dis, line, ++number);
		text = newline ? newline + 1 : end;
	}
	if (!ret && !dis->insns)
		ret = wrong(dis, 0, -EBADMSG, "holds no line of crash's dis");
	return ret;
}

static int order_insn(const void *a, const void *b)
{
	const struct insn_line *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* The end of the function that instruction @first begins. */
static u32 function_end(const struct dis *dis, u32 first)
{
	u32 end = first + 1;

	while (end < dis->insns && dis->insn[end].begin == dis->insn[first].begin)
		end++;
	return end;
}

static int write_source(struct dis *dis)
{
	const struct insn_line *insn;
	u32 i, next, section = 0;

	for (i = 0; i < dis->insns; i = next, section++) {
		next = function_end(dis, i);
		fprintf(dis->out, ".section .dis.%u,\"ax\"\n", section);
		for (; i < next; i++) {
			insn = &dis->insn[i];
			if (insn > dis->insn && insn[-1].address == insn->address)
				continue;
			if (insn->address - insn->begin > SPAN_MAX)
				return wrong(dis, insn->line, -EBADMSG,
					     "too far from where its function begins");
			/* In as' messages the line is this one's. */
			fprintf(dis->out, "# %lu \"%s\"\n.org %llu, %d\n# %lu \"%s\"\n%s\n",
				insn->line, dis->file,
				(unsigned long long)(insn->address - insn->begin), TRAP,
				insn->line, dis->file, insn->text);
		}
	}
	return 0;
}

static int make_source(struct dis *dis)
{
	int ret;

	dis->out = open_memstream(&dis->source, &dis->source_len);
	if (!dis->out)
		return -ENOMEM;
	ret = write_source(dis);
	if (fclose(dis->out) && !ret)
		ret = -ENOMEM;
	return ret;
}

/*
 * Whether @room bytes are one instruction, of which as made @length: it jumps short
 * where it can, and leaves out displacements of zero. Else something is missing.
 */
static bool is_longer_form(const char *text, u32 length, u64 room)
{
	struct scan scan = { text, text + strlen(text) };

	if (jumps(&scan))
		return length == SHORT_JUMP && (room == NEAR_JUMP || room == NEAR_BRANCH);
	return strstr(text, "0x0(") && (room == length + 1 || room == length + 4);
}

/* What is left of an instruction's room is no trap then, but a part of it. */
static void fill_up(const struct dis *dis, u32 first, u32 end, u8 *code, u64 size)
{
	u64 begin = dis->insn[first].begin, at, room;
	struct stackanno_ops *ops = &dis->image->ops;
	struct stackanno_insn insn;
	u32 i;

	for (i = first; i + 1 < end; i++) {
		at = dis->insn[i].address - begin;
		room = dis->insn[i + 1].address - dis->insn[i].address;
		if (room > STACKANNO_INSN_BYTES || at + room > size ||
		    ops->decode(ops, code + at, (u32)room, &insn) || insn.length >= room)
			continue;
		if (is_longer_form(dis->insn[i].text, insn.length, room))
			memset(code + at + insn.length, NOP, room - insn.length);
	}
}

static int add_code(struct dis *dis, u32 first, u32 end, Elf_Scn *scn)
{
	const struct insn_line *insn = &dis->insn[first];
	Elf_Data *data = elf_rawdata(scn, NULL);
	u64 size = data ? data->d_size : 0;
	u8 *code = malloc(size + 1);
	int ret;

	if (!code)
		return -ENOMEM;
	ret = image_keep(dis->image, code);
	if (ret)
		return ret;
	if (size)
		memcpy(code, data->d_buf, size);
	code[size] = TRAP;
	fill_up(dis, first, end, code, size);
	ret = image_add_section(dis->image, &(struct image_section){
		.begin = insn->begin, .end = insn->begin + size + 1, .bytes = code,
		.name = ".text", .code = true });
	if (ret)
		return ret;
	return image_add_function(dis->image, &(struct function){
		.begin = insn->begin, .size = (u32)size + 1, .name = insn->name });
}

static int take_object(struct dis *dis, void *object, size_t size)
{
	Elf *elf = elf_memory(object, size);
	Elf_Scn *scn = NULL;
	GElf_Shdr header;
	size_t names = 0;
	const char *name;
	u32 first = 0;
	int ret = 0;

	if (!elf || elf_getshdrstrndx(elf, &names))
		ret = wrong(dis, 0, -EIO, "what as made of it is no object file");
	while (!ret && first < dis->insns && (scn = elf_nextscn(elf, scn))) {
		name = gelf_getshdr(scn, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
		if (!name || strncmp(name, ".dis.", strlen(".dis.")))
			continue;
		ret = add_code(dis, first, function_end(dis, first), scn);
		first = function_end(dis, first);
	}
	elf_end(elf);
	return ret;
}

static int make_code(struct dis *dis)
{
	char message[256];
	void *object = NULL;
	size_t size;
	int ret;

	ret = assemble(dis->source, dis->source_len, &object, &size, message, sizeof(message));
	if (ret) {
		snprintf(dis->image->error, sizeof(dis->image->error), "%s%s%s",
			 ret == -EBADMSG ? "" : dis->file, ret == -EBADMSG ? "" : ": ", message);
		return ret;
	}
	ret = take_object(dis, object, size);
	free(object);
	return ret;
}

static int read_dis(struct dis *dis, const char *text, size_t len)
{
	int ret;

	ret = take_text(dis, text, len);
	if (ret)
		return ret;
	qsort(dis->insn, dis->insns, sizeof(dis->insn[0]), order_insn);
	ret = make_source(dis);
	if (!ret)
		ret = make_code(dis);
	if (ret)
		return ret;
	image_sort_sections(dis->image);
	return image_sort_functions(dis->image);
}

int dis_open(struct image *image, const char *text, size_t len, const char *name)
{
	struct dis dis = { .image = image, .file = name };
	int ret;

	memset(image, 0, sizeof(*image));
	image->fd = -1;
	image->foreign = IMAGE_FOREIGN;
	elf_version(EV_CURRENT);
	image_set_ops(image, 0);
	/* It stands in the source as a string. */
	if (strpbrk(name, "\"\\\n"))
		dis.file = "dis";
	ret = read_dis(&dis, text, len);
	free(dis.insn);
	free(dis.source);
	if (ret == -ENOMEM)
		snprintf(image->error, sizeof(image->error), "%s: out of memory", name);
	if (ret)
		image_close(image);
	return ret;
}
