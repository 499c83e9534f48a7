// SPDX-License-Identifier: GPL-2.0-only
#include "listing.h"

#include <stdarg.h>
#include <stdlib.h>

#include "scan.h"
#include "uapi/stackanno.h"

#define DIGITS 16
/* No text of a task's stack has as many. */
#define ENTRIES_MAX (1U << 20)

struct reading {
	struct listings *all;
	unsigned long line;
	bool no_memory;
};

static void __attribute__((format(printf, 2, 3)))
problem(struct reading *reading, const char *format, ...)
{
	struct listings *all = reading->all;
	va_list arguments;

	if (all->problems < LISTING_PROBLEMS) {
		all->problem[all->problems].line = reading->line;
		va_start(arguments, format);
		vsnprintf(all->problem[all->problems].what, sizeof(all->problem[0].what), format,
			  arguments);
		va_end(arguments);
	}
	all->problems++;
}

/* Room for one more entry; the table doubles at powers of two. */
static bool grow(struct reading *reading, void **table, u32 count, size_t size)
{
	void *larger;

	if (count & (count - 1))
		return true;
	larger = count < ENTRIES_MAX ? realloc(*table, (count ? 2 * (size_t)count : 1) * size) :
				       NULL;
	if (!larger) {
		reading->no_memory = true;
		return false;
	}
	*table = larger;
	return true;
}

static struct listing *begin_listing(struct reading *reading)
{
	struct listings *all = reading->all;
	struct listing *listing;

	if (!grow(reading, (void **)&all->listing, all->count, sizeof(*listing)))
		return NULL;
	listing = &all->listing[all->count++];
	memset(listing, 0, sizeof(*listing));
	listing->cpu = STACKANNO_NONE;
	return listing;
}

static struct listing *last_listing(struct reading *reading)
{
	struct listings *all = reading->all;

	return all->count ? &all->listing[all->count - 1] : begin_listing(reading);
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

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static size_t hex_digits(const struct scan *scan)
{
	size_t count = 0;

	while (count < scan_left(scan) && is_hex(scan->at[count]))
		count++;
	return count;
}

/* `[...]`, brackets within in pairs. Return: false when it does not end. */
static bool skip_label(struct scan *scan)
{
	u32 depth = 0;

	if (scan_done(scan) || *scan->at != '[')
		return true;
	for (; !scan_done(scan); scan->at++) {
		if (*scan->at == '[')
			depth++;
		else if (*scan->at == ']' && !--depth)
			break;
	}
	if (scan_done(scan))
		return false;
	scan->at++;
	return true;
}

static bool copy(char *to, size_t size, const struct scan *from)
{
	if (!scan_left(from) || scan_left(from) >= size || memchr(from->at, '\0', scan_left(from)))
		return false;
	memcpy(to, from->at, scan_left(from));
	to[scan_left(from)] = '\0';
	return true;
}

/* `vfs_read`, `vfs_read+20` of bt -s, `vfs_read(file=..)` of our own. */
static bool take_name(struct scan *scan, char *name)
{
	struct scan part = *scan;
	const char *at;

	for (at = part.at; at < part.end; at++)
		if (*at == '(' || *at == '+')
			part.end = at;
	return copy(name, LISTING_NAME, &part);
}

/* Behind the address: a label that somebody put there, ` [module]`, a mark. */
static bool take_module(struct scan *scan, char *module)
{
	struct scan part;

	if (!skip_label(scan))
		return false;
	skip_blanks(scan);
	if (scan_literal(scan, "[")) {
		part = *scan;
		if (!scan_until(scan, "]", &part) || !copy(module, LISTING_NAME, &part))
			return false;
		skip_blanks(scan);
	}
	return scan_done(scan) || scan_is(scan, "?") || scan_is(scan, "??");
}

static void take_frame(struct reading *reading, struct scan line)
{
	struct listing_frame frame = { .line = reading->line };
	struct scan name, rest;
	struct listing *listing;
	const char *begin;
	u64 number;

	if (!scan_decimal(&line, &number) || number > 0xfff0 || !scan_literal(&line, " [") ||
	    scan_value(&line, &frame.slot) != SCAN_SHOWN || !scan_literal(&line, "] ")) {
		problem(reading, "a frame's line that is damaged (\"#N [ADDRESS] NAME at ADDRESS\")");
		return;
	}
	/* Arguments may hold anything: the last one counts. */
	begin = line.at;
	name.end = NULL;
	for (rest = line; scan_until(&rest, " at ", &name); line = rest)
		;
	if (!name.end) {
		problem(reading, "a frame without \" at ADDRESS\"");
		return;
	}
	name.at = begin;
	if (scan_value(&line, &frame.ip) != SCAN_SHOWN) {
		problem(reading, "a frame whose address is no 16 hexadecimal digits");
		return;
	}
	if (!take_name(&name, frame.name) || !take_module(&line, frame.module)) {
		problem(reading, "a frame with a name or module that is none");
		return;
	}
	frame.number = (u32)number;
	listing = last_listing(reading);
	if (listing && listing->frames &&
	    listing->frame[listing->frames - 1].number >= frame.number)
		listing = begin_listing(reading);
	if (!listing || !grow(reading, (void **)&listing->frame, listing->frames, sizeof(frame)))
		return;
	listing->frame[listing->frames++] = frame;
}

static void add_word(struct reading *reading, u64 address, u64 value)
{
	struct listing *listing = last_listing(reading);

	if (!listing || !grow(reading, (void **)&listing->word, listing->words,
			      sizeof(listing->word[0])))
		return;
	listing->word[listing->words++] = (struct listing_word){ address, value, reading->line };
}

static void take_words(struct reading *reading, struct scan line)
{
	u64 address, value;

	if (scan_value(&line, &address) != SCAN_SHOWN || !scan_literal(&line, ":") ||
	    address % 8) {
		problem(reading, "words without \"ADDRESS: \", or whose address is no multiple of 8");
		return;
	}
	for (skip_blanks(&line); !scan_done(&line); skip_blanks(&line), address += 8) {
		struct scan digits = line;
		enum scan_value found = scan_value(&line, &value);

		if (found == SCAN_NO_VALUE || (!scan_done(&line) && !strchr(" \t[", *line.at))) {
			problem(reading, "\"%.*s\" is no word of 16 hexadecimal digits%s",
				(int)min(scan_left(&digits), (size_t)24), digits.at,
				hex_digits(&digits) ? "" : " (is it from bt -F? bt -f is meant)");
			return;
		}
		if (!skip_label(&line)) {
			problem(reading, "a label that does not end");
			return;
		}
		if (found == SCAN_SHOWN)
			add_word(reading, address, value);
	}
}

/* `PID: 107      TASK: ff1e3922c1b80000  CPU: 1    COMMAND: "sa_sleeper"` */
static void take_task(struct reading *reading, struct scan line)
{
	struct listing *listing = begin_listing(reading);
	struct scan part;
	u64 number;

	if (!listing)
		return;
	skip_blanks(&line);
	if (scan_decimal(&line, &number) && number < 0x7fffffff)
		listing->pid = (s32)number;
	if (scan_until(&line, "TASK: ", &part))
		scan_value(&line, &listing->task);
	if (scan_until(&line, "CPU: ", &part) && scan_decimal(&line, &number) && number < 65536)
		listing->cpu = (u32)number;
	if (scan_until(&line, "COMMAND: \"", &part) && scan_tail(&line, "\"")) {
		if (scan_left(&line) > sizeof(listing->comm) - 1)
			line.end = line.at + sizeof(listing->comm) - 1;
		copy(listing->comm, sizeof(listing->comm), &line);
	}
}

/* `RIP: ffffffffc02f1bcf  RSP: ffffd278400d0d78  RFLAGS: 00000082` */
static void take_registers(struct reading *reading, struct scan line)
{
	struct listing *listing = last_listing(reading);
	struct listing_frame *frame;
	struct scan part;
	u64 ip, sp, flags;

	if (!listing || !listing->frames)
		return;
	if (!scan_hex(&line, &ip) || !scan_until(&line, "RSP: ", &part) || !scan_hex(&line, &sp) ||
	    !scan_until(&line, "RFLAGS: ", &part) || !scan_hex(&line, &flags)) {
		problem(reading, "registers that are damaged");
		return;
	}
	frame = &listing->frame[listing->frames - 1];
	frame->has_regs = true;
	frame->regs_ip = ip;
	frame->regs_sp = sp;
	frame->regs_flags = flags;
}

/* What else crash prints, and our own lines. */
static bool is_passed_over(const struct scan *line)
{
	static const char * const known[] = {
		"[exception RIP:", "RAX:", "RBX:", "RCX:", "RDX:", "RSI:", "RDI:", "RBP:", "R8:",
		"R9:", "R10:", "R13:", "ORIG_RAX:", "CS:", "--- ", "WARNING:", "bt:", "crash>", "/",
		"[", "(", "record ", "fault: ", "stack ", "note: ", "suspect: ", "context: ",
	};
	struct scan rest;
	u32 i;
	u64 number;

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		rest = *line;
		if (scan_literal(&rest, known[i]))
			return true;
	}
	rest = *line;
	return scan_decimal(&rest, &number) && scan_literal(&rest, " words, ");
}

static void take_line(struct reading *reading, struct scan line)
{
	skip_blanks(&line);
	cut_blanks(&line);
	if (scan_done(&line))
		return;
	if (scan_literal(&line, "#"))
		take_frame(reading, line);
	else if (hex_digits(&line) >= DIGITS / 2 && hex_digits(&line) < scan_left(&line) &&
		 strchr(": \t", line.at[hex_digits(&line)]))
		take_words(reading, line);
	else if (scan_literal(&line, "PID:"))
		take_task(reading, line);
	else if (scan_literal(&line, "RIP: "))
		take_registers(reading, line);
	else if (!is_passed_over(&line))
		problem(reading, "neither a frame, nor words, nor anything else that bt prints");
}

static int order_word(const void *a, const void *b)
{
	const struct listing_word *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* One word an address: of two that differ, what was listed first stays. */
static void sort_words(struct reading *reading, struct listing *listing)
{
	u32 i, kept = 0;

	if (!listing->words)
		return;
	qsort(listing->word, listing->words, sizeof(listing->word[0]), order_word);
	for (i = 0; i < listing->words; i++) {
		if (kept && listing->word[kept - 1].address == listing->word[i].address) {
			reading->line = listing->word[i].line;
			if (listing->word[kept - 1].value != listing->word[i].value)
				problem(reading, "%016llx holds something else than on line %lu",
					(unsigned long long)listing->word[i].address,
					listing->word[kept - 1].line);
			continue;
		}
		listing->word[kept++] = listing->word[i];
	}
	listing->words = kept;
}

int listings_parse(const char *text, size_t len, struct listings *listings)
{
	struct reading reading = { .all = listings };
	const char *end = text + len;
	u32 i;

	memset(listings, 0, sizeof(*listings));
	while (text < end && !reading.no_memory) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		struct scan line = { text, newline ? newline : end };

		reading.line++;
		take_line(&reading, line);
		text = newline ? newline + 1 : end;
	}
	for (i = 0; i < listings->count; i++)
		sort_words(&reading, &listings->listing[i]);
	return reading.no_memory ? -ENOMEM : 0;
}

void listings_free(struct listings *listings)
{
	u32 i;

	for (i = 0; i < listings->count; i++) {
		free(listings->listing[i].frame);
		free(listings->listing[i].word);
	}
	free(listings->listing);
	listings->listing = NULL;
	listings->count = 0;
}

const struct listing_word *listing_word(const struct listing *listing, u64 address)
{
	struct listing_word key = { .address = address };
	u32 low = 0, high = listing->words, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (listing->word[middle].address < key.address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < listing->words && listing->word[low].address == address)
		return &listing->word[low];
	return NULL;
}
