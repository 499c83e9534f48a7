// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a parameter is passed is derived here once more, and simpler: where there is but
 * integers and pointers, the n-th comes in the n-th register.
 */
#include "arguments.h"

#include <ctype.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "core/btf.h"
#include "file.h"

#define BTF "/sys/kernel/btf/vmlinux"
#define REGISTER_BYTES 8
#define POINTER_DIGITS 16

/* One piece of the text: what stands between two commas. */
struct piece {
	const char *name, *value, *end;
	size_t name_size, value_size;
};

static struct stackanno_btf btf;

static void open_btf(void)
{
	static struct file_buffer blob;
	uint32_t words;
	uint32_t *memory;

	if (blob.count)
		return;
	file_read(BTF, &blob);
	if (stackanno_btf_measure(blob.bytes, blob.count, &words))
		errx(1, BTF ": no BTF");
	memory = calloc(words, sizeof(*memory));
	if (!memory || stackanno_btf_open(blob.bytes, blob.count, NULL, memory, words, &btf))
		errx(1, BTF ": no BTF");
}

/* ---- the text ---- */

/* Where a piece ends: at a comma that is in no quotes and no brackets. */
static const char *end_of(const char *at)
{
	bool quoted = false;
	int depth = 0;

	for (; *at; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (quoted && *at == '\\' && at[1])
			at++;
		else if (!quoted && strchr("{[(", *at))
			depth++;
		else if (!quoted && strchr("}])", *at))
			depth--;
		else if (!quoted && !depth && *at == ',')
			break;
	}
	return at;
}

static bool next_piece(const char **at, struct piece *piece)
{
	const char *equals;

	*at += strspn(*at, ", ");
	if (!**at)
		return false;
	piece->name = *at;
	piece->end = end_of(*at);
	*at = piece->end;
	equals = memchr(piece->name, '=', piece->end - piece->name);
	piece->value = equals ? equals + 1 : piece->end;
	piece->name_size = (equals ? equals : piece->end) - piece->name;
	piece->value_size = strcspn(piece->value, " |,{");
	if (piece->value + piece->value_size > piece->end)
		piece->value_size = piece->end - piece->value;
	return true;
}

static bool ends_with(const struct piece *piece, const char *text)
{
	size_t size = strlen(text);

	return (size_t)(piece->end - piece->value) >= size && !memcmp(piece->end - size, text, size);
}

static enum stackanno_evidence evidence_of(const struct piece *piece)
{
	if (!piece->value_size || *piece->value == '?')
		return STACKANNO_EVIDENCE_NONE;
	if (ends_with(piece, " ??"))
		return STACKANNO_EVIDENCE_GUESS;
	return ends_with(piece, " ?") ? STACKANNO_EVIDENCE_LIKELY : STACKANNO_EVIDENCE_CERTAIN;
}

static bool is_word(const struct piece *piece, const char *word)
{
	return piece->value_size == strlen(word) && !memcmp(piece->value, word, piece->value_size);
}

static bool read_number(const struct piece *piece, int base, uint64_t *value)
{
	char text[32], *end;

	if (piece->value_size >= sizeof(text))
		return false;
	memcpy(text, piece->value, piece->value_size);
	text[piece->value_size] = '\0';
	*value = *text == '-' ? (uint64_t)strtoll(text, &end, base) : strtoull(text, &end, base);
	return end != text && !*end;
}

static bool read_enumerator(const struct piece *piece, const struct stackanno_btf_type *type,
			    uint64_t *value)
{
	uint32_t step = type->kind == STACKANNO_BTF_ENUM64 ? 12 : 8, i, name, part[2] = { 0 };

	for (i = 0; i < type->vlen; i++) {
		memcpy(&name, type->more + i * step, sizeof(name));
		memcpy(part, type->more + i * step + 4, step - 4);
		if (name >= btf.string_bytes || !is_word(piece, btf.strings + name))
			continue;
		*value = part[0] | (uint64_t)part[1] << 32;
		return true;
	}
	return false;
}

static bool read_typed(const struct piece *piece, const struct stackanno_btf_type *type,
		       uint64_t *value)
{
	bool number = type->kind == STACKANNO_BTF_INT || type->kind == STACKANNO_BTF_ENUM ||
		      type->kind == STACKANNO_BTF_ENUM64;

	if (is_word(piece, "true") || is_word(piece, "false") || is_word(piece, "NULL")) {
		*value = is_word(piece, "true");
		return true;
	}
	if (number && read_enumerator(piece, type, value))
		return true;
	return read_number(piece, !number || piece->value_size == POINTER_DIGITS ? 16 : 10, value);
}

/* ---- parameters ---- */

static const char * const register_names[SA_TRUTH_ARGUMENTS] = {
	"rdi", "rsi", "rdx", "rcx", "r8", "r9",
};

/* "rdi=..", of a function of which no prototype is known. */
static bool read_register(const struct piece *piece, unsigned int number, struct argument *argument)
{
	struct piece digits = *piece;

	if (piece->name_size != strlen(register_names[number]) ||
	    memcmp(piece->name, register_names[number], piece->name_size))
		return false;
	argument->evidence = evidence_of(piece);
	if (argument->evidence == STACKANNO_EVIDENCE_NONE)
		return true;
	if (piece->value_size > 2 && !memcmp(piece->value, "..", 2)) {
		digits.value += 2;
		digits.value_size -= 2;
	}
	argument->bytes = digits.value_size / 2;
	argument->odd = !read_number(&digits, 16, &argument->value);
	return true;
}

/* Return: whether its type comes in one register. */
static bool type_of(uint32_t id, struct stackanno_btf_type *type)
{
	if (stackanno_btf_strip(&btf, id, type))
		return false;
	return type->kind == STACKANNO_BTF_INT || type->kind == STACKANNO_BTF_PTR ||
	       type->kind == STACKANNO_BTF_ENUM || type->kind == STACKANNO_BTF_ENUM64;
}

static bool is_plain(const struct stackanno_btf_prototype *prototype)
{
	struct stackanno_btf_parameter parameter;
	struct stackanno_btf_type type;
	uint32_t i;

	if (prototype->result && !type_of(prototype->result, &type))
		return false;
	for (i = 0; i < prototype->parameters; i++)
		if (stackanno_btf_parameter(&btf, prototype, i, &parameter) ||
		    !type_of(parameter.type, &type))
			return false;
	return true;
}

static void read_parameter(const struct piece *piece, const struct stackanno_btf_prototype *prototype,
			   uint32_t number, struct argument *argument)
{
	struct stackanno_btf_parameter parameter;
	struct stackanno_btf_type type;

	stackanno_btf_parameter(&btf, prototype, number, &parameter);
	type_of(parameter.type, &type);
	argument->bytes = stackanno_btf_size(&btf, parameter.type);
	argument->evidence = evidence_of(piece);
	argument->odd = argument->evidence != STACKANNO_EVIDENCE_NONE &&
			!read_typed(piece, &type, &argument->value);
}

unsigned int arguments_read(const char *function, const char *text,
			    struct argument argument[SA_TRUTH_ARGUMENTS])
{
	struct stackanno_btf_prototype prototype;
	struct piece piece;
	unsigned int count;
	bool known;

	open_btf();
	known = !stackanno_btf_function(&btf, function, &prototype);
	for (count = 0; count < SA_TRUTH_ARGUMENTS && next_piece(&text, &piece); count++) {
		argument[count] = (struct argument){ .reg = count };
		if (read_register(&piece, count, &argument[count]))
			continue;
		if (!known || count >= prototype.parameters || !is_plain(&prototype))
			break;
		read_parameter(&piece, &prototype, count, &argument[count]);
	}
	/* Of one that is not shown as far as it was to be, something is not known. */
	while (known && count < SA_TRUTH_ARGUMENTS && count < prototype.parameters &&
	       is_plain(&prototype)) {
		argument[count] = (struct argument){ .reg = count };
		count++;
	}
	return count;
}
