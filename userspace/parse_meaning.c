// SPDX-License-Identifier: GPL-2.0-only
#include "core/label.h"
#include "core/literal.h"
#include "parse_meaning.h"

#define PAGE_BITS 12

/* What the renderer leaves as it is in a name, and how it begins an escape. */
static bool is_name(const struct scan *name)
{
	const char *at;

	for (at = name->at; at < name->end; at++) {
		if ((*at < '0' || *at > '9') && (*at < 'A' || *at > 'Z') &&
		    (*at < 'a' || *at > 'z') && !strchr("_.$\\", *at))
			return false;
	}
	return true;
}

/* `name+0x10` */
static bool take_symbol(struct parser *p, struct scan scan, u32 *name, u64 *offset)
{
	struct scan before;

	if (!scan_until(&scan, "+0x", &before) || !scan_hex(&scan, offset) || !scan_done(&scan) ||
	    !is_name(&before))
		return false;
	return parser_string(p, &before, name);
}

/* Behind the word for its kind: ` name+0x10 [module]`, either of them, or nothing. */
static bool take_place(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	if (!parser_module(p, &scan, &meaning->module))
		return false;
	return scan_done(&scan) || (scan_literal(&scan, " ") &&
		take_symbol(p, scan, &meaning->name, &meaning->offset));
}

static bool take_percpu(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	struct scan cpu = scan;
	struct scan before;
	u64 number;

	meaning->aux = STACKANNO_NONE;
	if (scan_until(&cpu, " cpu ", &before) && scan_decimal(&cpu, &number) &&
	    scan_done(&cpu) && number < STACKANNO_NONE) {
		meaning->aux = (u32)number;
		scan = before;
	}
	return take_place(p, scan, meaning);
}

static bool take_numbered(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	u64 number;

	if (!scan_decimal(&scan, &number) || number > STACKANNO_NONE)
		return false;
	meaning->aux = (u32)number;
	if (scan_done(&scan))
		return true;
	return scan_literal(&scan, " ") && parser_string(p, &scan, &meaning->name);
}

static bool take_offset(struct scan *scan, u32 *index, u64 *offset)
{
	u64 number;

	if (!scan_decimal(scan, &number) || number >= STACKANNO_NONE16 ||
	    !scan_literal(scan, "+0x") || !scan_hex(scan, offset) || !scan_done(scan))
		return false;
	*index = (u32)number;
	return true;
}

static bool take_text(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	struct scan place = scan;

	if (scan_literal(&place, stackanno_label_meaning(STACKANNO_MEANING_TEXT)) &&
	    take_place(p, place, meaning) && !meaning->name)
		return true;
	if (!parser_module(p, &scan, &meaning->module))
		return false;
	/*
	 * A name with an offset may be that of anything: it must not be shown as
	 * code. Only symbols have modules, or escape what a name may not hold.
	 */
	if (p->no_text && !meaning->module && !memchr(scan.at, '\\', scan_left(&scan)))
		return false;
	return take_symbol(p, scan, &meaning->name, &meaning->offset);
}

static bool take_slot_meaning(struct parser *p, struct scan scan,
			      struct stackanno_meaning *meaning)
{
	(void)p;
	return (scan_literal(&scan, "#") || scan_literal(&scan, "block ")) &&
	       take_offset(&scan, &meaning->aux, &meaning->offset);
}

static bool take_stack(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	return take_offset(&scan, &meaning->aux, &meaning->offset);
}

static bool take_module_offset(struct parser *p, struct scan scan,
			       struct stackanno_meaning *meaning)
{
	return take_symbol(p, scan, &meaning->module, &meaning->offset);
}

/* Errors are told by their names, those without one by number. */
static bool take_errno(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	u64 number;
	u32 i;

	(void)p;
	meaning->size = sizeof(u64);
	for (i = 0; i <= STACKANNO_ERRNO_MAX; i++) {
		const char *name = stackanno_literal_errno(i);

		if (!name || !scan_is(&scan, name))
			continue;
		meaning->aux = i;
		return true;
	}
	if (!scan_decimal(&scan, &number) || !scan_done(&scan) || number > STACKANNO_NONE ||
	    stackanno_literal_errno((u32)number))
		return false;
	meaning->aux = (u32)number;
	return true;
}

/* The same where which one is withheld. */
static bool take_no_errno(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	meaning->aux = STACKANNO_NONE;
	meaning->size = sizeof(u64);
	return scan_done(&scan);
}

/* An int's, either way. */
static bool take_int(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	bool taken = scan_literal(&scan, "-") ? take_errno(p, scan, meaning) :
		     scan_literal(&scan, "error") && take_no_errno(p, scan, meaning);

	meaning->size = sizeof(u32);
	return taken;
}

static bool take_number(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	/* As it is written, and not with zeros before it, as a name may begin. */
	return !scan_done(&scan) && *scan.at != '0' && scan_decimal(&scan, &meaning->offset) &&
	       scan_done(&scan);
}

static bool take_shadow(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	if (scan_done(&scan)) {
		meaning->aux = STACKANNO_NONE;
		return true;
	}
	return scan_literal(&scan, " of ") && parser_address(p, &scan, &meaning->offset) &&
	       scan_done(&scan);
}

/* Take `+0x10` or `-0x10` off the right end; an offset of 0 is not written. */
static void take_tail(struct scan *scan, u64 *offset)
{
	const char *sign = scan->end;
	struct scan tail;
	u64 distance;

	*offset = 0;
	while (sign > scan->at && sign[-1] != '+' && sign[-1] != '-')
		sign--;
	if (sign-- == scan->at)
		return;
	tail = (struct scan){ sign + 1, scan->end };
	if (!scan_literal(&tail, "0x") || scan_done(&tail) ||
	    *tail.at == '0' || !scan_hex(&tail, &distance) || !scan_done(&tail) ||
	    distance > INT64_MAX)
		return;
	*offset = *sign == '-' ? 0 - distance : distance;
	scan->end = sign;
}

static bool take_poison(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	take_tail(&scan, &meaning->offset);
	if (scan_done(&scan))
		return true;
	return scan_literal(&scan, " ") && parser_string(p, &scan, &meaning->name);
}

static bool take_string(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	return scan_tail(&scan, "\"") && !scan_done(&scan) &&
	       parser_string(p, &scan, &meaning->name);
}

static bool take_flipped(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	u64 bit;

	if (!scan_decimal(&scan, &bit) || bit > STACKANNO_NONE ||
	    !scan_literal(&scan, " flipped"))
		return false;
	meaning->aux = (u32)bit;
	return scan_done(&scan) ||
	       (scan_literal(&scan, ": ") && parser_string(p, &scan, &meaning->name));
}

/* A name may hold anything, but behind the last slash there is only the pid. */
static bool take_task(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	const char *slash = memrchr(scan.at, '/', scan_left(&scan));
	struct scan name, pid;
	u64 number;

	if (!slash)
		return false;
	name = (struct scan){ scan.at, slash };
	pid = (struct scan){ slash + 1, scan.end };
	take_tail(&pid, &meaning->offset);
	if (!scan_decimal(&pid, &number) || !scan_done(&pid) || number > STACKANNO_NONE ||
	    (*(slash + 1) == '0' && number))
		return false;
	meaning->aux = (u32)number;
	return scan_done(&name) || parser_string(p, &name, &meaning->name);
}

static bool take_page(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	u64 pfn, within;

	if (!scan_hex(&scan, &pfn) || pfn >> (64 - PAGE_BITS) || !scan_literal(&scan, "+0x") ||
	    !scan_hex(&scan, &within) || within >> PAGE_BITS)
		return false;
	meaning->offset = pfn << PAGE_BITS | within;
	return scan_done(&scan) ||
	       (scan_literal(&scan, " ") && parser_string(p, &scan, &meaning->name));
}

/* The same where the pfn is withheld. */
static bool take_no_page(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	meaning->aux = STACKANNO_NONE;
	return scan_done(&scan);
}

/* `was 0000000000000000, now 0000000000000001` */
static bool take_changed(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	int was, now;

	(void)p;
	was = scan_value(&scan, &meaning->size);
	if (!scan_literal(&scan, ", now "))
		return false;
	now = scan_value(&scan, &meaning->offset);
	if (was != now || (was != SCAN_SHOWN && was != SCAN_HIDDEN) || !scan_done(&scan))
		return false;
	if (was == SCAN_HIDDEN)
		meaning->aux = STACKANNO_NONE;
	return true;
}

/* Behind a name that may hold anything: `+0x20`, and where that is behind its end ` of 0x18`. */
static bool take_object(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	struct scan name, tail;
	const char *plus;
	u32 state;

	for (state = STACKANNO_OBJECT_ALLOCATED; state < STACKANNO_OBJECT_STATES; state++) {
		struct scan before = scan;

		if (!scan_tail(&before, stackanno_label_object(state)) || !scan_tail(&before, " "))
			continue;
		meaning->aux = state;
		scan = before;
		break;
	}
	plus = memrchr(scan.at, '+', scan_left(&scan));
	if (!plus)
		return false;
	name = (struct scan){ scan.at, plus };
	tail = (struct scan){ plus, scan.end };
	if (!scan_literal(&tail, "+0x") || !scan_hex(&tail, &meaning->offset))
		return false;
	if (!scan_done(&tail) &&
	    (!scan_literal(&tail, " of 0x") || !scan_hex(&tail, &meaning->size) ||
	     !scan_done(&tail) || !meaning->size || meaning->size > meaning->offset))
		return false;
	return !scan_done(&name) && parser_string(p, &name, &meaning->name);
}

/* `vmalloc+0x1f8 of 0x4000 by name+0x61 [module]` */
static bool take_area(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	struct scan rest;
	u32 area;

	for (area = 0; area < STACKANNO_AREA_COUNT; area++) {
		rest = scan;
		if (scan_literal(&rest, stackanno_label_area(area)) && scan_literal(&rest, "+0x"))
			break;
	}
	if (area == STACKANNO_AREA_COUNT || !scan_hex(&rest, &meaning->offset) ||
	    !scan_literal(&rest, " of 0x") || !scan_hex(&rest, &meaning->size))
		return false;
	meaning->aux = area;
	if (scan_done(&rest))
		return true;
	return scan_literal(&rest, " by ") && parser_module(p, &rest, &meaning->module) &&
	       !scan_done(&rest) && parser_string(p, &rest, &meaning->name);
}

/* A file's name may hold anything; an offset stands at its end. */
static bool take_user(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	if (scan_done(&scan))
		return true;
	if (!scan_literal(&scan, " "))
		return false;
	take_tail(&scan, &meaning->offset);
	return !scan_done(&scan) && parser_string(p, &scan, &meaning->name);
}

static bool take_nothing(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	(void)p;
	(void)meaning;
	return scan_done(&scan);
}

/* How each kind begins, and who takes the rest; the first that fits is it. */
static const struct form {
	u16 kind;
	const char *begin;
	bool (*take)(struct parser *p, struct scan scan, struct stackanno_meaning *meaning);
} forms[] = {
	{ STACKANNO_MEANING_OWN_SLOT, "", take_slot_meaning },
	{ STACKANNO_MEANING_STACK, "stack ", take_stack },
	{ STACKANNO_MEANING_MODULE, "module ", take_module_offset },
	{ STACKANNO_MEANING_SYSCALL, "syscall ", take_numbered },
	{ STACKANNO_MEANING_VECTOR, "vector ", take_numbered },
	{ STACKANNO_MEANING_NO_SYSCALL, "no syscall", take_nothing },
	{ STACKANNO_MEANING_ERRNO, "-", take_errno },
	{ STACKANNO_MEANING_ERRNO, "int ", take_int },
	{ STACKANNO_MEANING_ERRNO, "error", take_no_errno },
	{ STACKANNO_MEANING_POISON, "poison", take_poison },
	{ STACKANNO_MEANING_STRING, "\"", take_string },
	{ STACKANNO_MEANING_STRING, "characters", take_nothing },
	{ STACKANNO_MEANING_FLIPPED, "bit ", take_flipped },
	{ STACKANNO_MEANING_TASK, "task ", take_task },
	{ STACKANNO_MEANING_TASK_STACK, "stack of ", take_task },
	{ STACKANNO_MEANING_DIRECT_MAP, "pfn 0x", take_page },
	{ STACKANNO_MEANING_DIRECT_MAP, "direct map", take_no_page },
	{ STACKANNO_MEANING_VMEMMAP, "struct page of pfn 0x", take_page },
	{ STACKANNO_MEANING_VMEMMAP, "vmemmap", take_no_page },
	{ STACKANNO_MEANING_KFENCE, "kfence guard", take_nothing },
	{ STACKANNO_MEANING_KFENCE, "kfence ", take_object },
	{ STACKANNO_MEANING_SLAB, "slab ", take_object },
	{ STACKANNO_MEANING_AREA, "", take_area },
	{ STACKANNO_MEANING_VMALLOC, "vmalloc", take_nothing },
	{ STACKANNO_MEANING_MODULE_AREA, "module area", take_nothing },
	{ STACKANNO_MEANING_FIXMAP, "fixmap", take_nothing },
	{ STACKANNO_MEANING_CPU_ENTRY_AREA, "cpu entry area", take_nothing },
	{ STACKANNO_MEANING_KASAN_SHADOW, "KASAN shadow", take_shadow },
	{ STACKANNO_MEANING_NUMBER, "", take_number },
	{ STACKANNO_MEANING_USER, "user", take_user },
	{ STACKANNO_MEANING_RODATA, "rodata", take_place },
	{ STACKANNO_MEANING_DATA, "data", take_place },
	{ STACKANNO_MEANING_PERCPU, "percpu", take_percpu },
	{ STACKANNO_MEANING_CHANGED, "was ", take_changed },
	{ STACKANNO_MEANING_TEXT, "", take_text },
};

/* Whatever looks like none of the kinds has but a name. */
static bool take_meaning(struct parser *p, struct scan scan, struct stackanno_meaning *meaning)
{
	const struct stackanno_meaning blank = *meaning;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct scan rest = scan;

		*meaning = blank;
		meaning->kind = forms[i].kind;
		if (scan_literal(&rest, forms[i].begin) && forms[i].take(p, rest, meaning))
			return true;
	}
	*meaning = blank;
	meaning->kind = STACKANNO_MEANING_NAMED;
	return parser_string(p, &scan, &meaning->name);
}

bool parse_meaning(struct parser *p, struct scan scan, u8 evidence,
		   struct stackanno_word *word, struct stackanno_meaning **last)
{
	struct stackanno_meaning *meaning;
	u32 index;

	meaning = parser_entry(p, STACKANNO_SECTION_MEANINGS, &index);
	if (!meaning)
		return false;
	meaning->next = STACKANNO_NONE;
	if (!take_meaning(p, scan, meaning))
		return parser_fail(p, "bad meaning \"%.*s\"", (int)scan_left(&scan), scan.at);
	meaning->evidence = evidence;
	/* `#4` names a frame by its number, until all frames are known. */
	if (meaning->kind == STACKANNO_MEANING_OWN_SLOT && *scan.at == '#')
		parser_fixup(p, STACKANNO_SECTION_MEANINGS, index, meaning->aux);
	if (*last)
		(*last)->next = index;
	else
		word->meaning = index;
	*last = meaning;
	return true;
}

/* The next of the meanings, which a comma ends; one kind has a comma of its own. */
static struct scan next_meaning(struct scan *scan)
{
	struct scan one = *scan, was, now;

	if (!scan_until(scan, ", ", &one)) {
		scan->at = scan->end;
		return one;
	}
	was = one;
	now = *scan;
	if (scan_literal(&was, "was ") && scan_literal(&now, "now ")) {
		if (!scan_until(scan, ", ", &now)) {
			now.end = scan->end;
			scan->at = scan->end;
		}
		one.end = now.end;
	}
	return one;
}

bool parse_meanings(struct parser *p, struct scan scan, struct stackanno_word *word,
		    struct stackanno_meaning *last)
{
	while (!scan_done(&scan)) {
		u8 evidence = word->evidence;
		struct scan one = next_meaning(&scan);

		if (word->role)
			evidence = parser_mark(&one);
		if (!parse_meaning(p, one, evidence, word, &last))
			return false;
	}
	return true;
}
