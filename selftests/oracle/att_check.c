// SPDX-License-Identifier: GPL-2.0-only
/*
 * The core's text of instructions beside objdump's, over what objdump lists:
 *
 *	objdump -d --insn-width=15 vmlinux | att-check
 *
 * All that the core prints must be what objdump prints, but for blanks and for the
 * names of symbols; and of those that touch memory it must print most. Exit status:
 * 0; 1 for a difference, or too few; 2 when there was nothing to compare.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/att.h"
#include "decode.h"

#define TEXT_MAX 512
/* Of instructions that touch memory, in hundredths of a percent. */
#define LEAST_PRINTED 9950
#define SHOWN 40

struct counts {
	u64 all, printed, memory, memory_printed, access, differ;
};

/* One line of a listing: `ffffffff81000000:\t8d a5 00 \tlea 0x0(%rbp),%rsp`. */
struct listed {
	u64 address;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 count;
	const char *text;
};

static bool take_line(char *line, struct listed *listed)
{
	char *at, *end;
	int used;

	listed->address = strtoull(line, &at, 16);
	if (at == line || at[0] != ':' || at[1] != '\t')
		return false;
	at += 2;
	for (listed->count = 0; listed->count < STACKANNO_INSN_BYTES; listed->count++) {
		if (sscanf(at, "%2hhx%n", &listed->bytes[listed->count], &used) != 1)
			break;
		at += used;
		if (*at == ' ')
			at++;
		if (*at == ' ' || *at == '\t') {
			listed->count++;
			break;
		}
	}
	at += strspn(at, " \t");
	end = at + strcspn(at, "\n");
	*end = '\0';
	listed->text = at;
	return listed->count && *at;
}

/* Blanks become one, names in <> nothing, and digits lose their leading zeros. */
static void plain(const char *from, char *to)
{
	char *begin = to;

	while (*from) {
		if (*from == '<') {
			from += strcspn(from, ">");
			from += *from == '>';
		} else if (*from == ' ' || *from == '\t') {
			from += strspn(from, " \t");
			if (to > begin)
				*to++ = ' ';
		} else if (*from == '0' && to > begin && to[-1] == ' ' &&
			   strspn(from, "0123456789abcdef") == 16) {
			from += strspn(from, "0");
			from -= !strchr("123456789abcdef", *from) || !*from;
			*to++ = *from++;
		} else {
			*to++ = *from++;
		}
	}
	while (to > begin && to[-1] == ' ')
		to--;
	*to = '\0';
}

static bool touches_memory(const char *text)
{
	return (strchr(text, '(') || strstr(text, "s:")) && strncmp(text, "lea ", 4) &&
	       strncmp(text, "nop", 3) && !strstr(text, " nop") && strncmp(text, "prefetch", 8);
}

static void compare(const struct listed *listed, struct counts *counts)
{
	char ours[TEXT_MAX], theirs[TEXT_MAX], plain_ours[TEXT_MAX];
	struct stackanno_access access[STACKANNO_ATT_ACCESSES];
	struct stackanno_text text;
	struct stackanno_insn insn;
	bool memory;

	plain(listed->text, theirs);
	if (strstr(theirs, "(bad)"))
		return;
	memory = touches_memory(theirs);
	counts->all++;
	counts->memory += memory;
	if (decode_insn(NULL, listed->bytes, listed->count, &insn) || insn.length != listed->count)
		return;
	stackanno_text_begin(&text, ours, sizeof(ours));
	if (!stackanno_arch_print(&insn, listed->address, &text)) {
		if (memory && getenv("ATT_MISSING"))
			printf("missing: %s\n", theirs);
		return;
	}
	counts->printed++;
	counts->memory_printed += memory;
	counts->access += memory &&
			  stackanno_arch_accesses(&insn, listed->address, access) > 0;
	plain(ours, plain_ours);
	if (!strcmp(plain_ours, theirs))
		return;
	if (counts->differ++ < SHOWN)
		printf("%llx: \"%s\" where objdump has \"%s\"\n", (unsigned long long)listed->address,
		       plain_ours, theirs);
}

static u64 share(u64 part, u64 all)
{
	return all ? part * 10000 / all : 0;
}

int main(void)
{
	struct counts counts = { 0 };
	char line[TEXT_MAX];
	struct listed listed;

	while (fgets(line, sizeof(line), stdin))
		if (take_line(line, &listed))
			compare(&listed, &counts);
	printf("%llu instructions, %llu printed; %llu touch memory, %llu of them printed, of %llu it is known what; %llu differ\n",
	       (unsigned long long)counts.all, (unsigned long long)counts.printed,
	       (unsigned long long)counts.memory, (unsigned long long)counts.memory_printed,
	       (unsigned long long)counts.access, (unsigned long long)counts.differ);
	if (!counts.memory)
		return 2;
	return counts.differ || share(counts.memory_printed, counts.memory) < LEAST_PRINTED ||
	       counts.access != counts.memory_printed;
}
