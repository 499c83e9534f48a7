// SPDX-License-Identifier: GPL-2.0-only
#include "core/arch.h"
#include "core/label.h"
#include "parse_meaning.h"
#include "parse_word.h"

static bool take_register(const struct scan *scan, const char *(*name)(unsigned int), u16 *arg)
{
	u16 i;

	for (i = 0; i < STACKANNO_REGS_MAX; i++) {
		if (name(i) && scan_is(scan, name(i))) {
			*arg = i;
			return true;
		}
	}
	return false;
}

/* A distance in bytes, kept in words. */
static bool take_distance(struct scan *scan, u16 role, struct stackanno_word *word)
{
	u64 number;

	if (!scan_hex(scan, &number) || number % 8 || number / 8 > 0xffff)
		return false;
	word->role = role;
	word->arg = (u16)(number / 8);
	return scan_done(scan);
}

static bool take_counted_role(struct scan scan, struct stackanno_word *word)
{
	u64 number;

	if (scan_literal(&scan, "rsp+0x"))
		return take_distance(&scan, STACKANNO_ROLE_LOCAL, word);
	if (scan_literal(&scan, "buf+0x"))
		return take_distance(&scan, STACKANNO_ROLE_BUFFER, word);
	if (!scan_literal(&scan, stackanno_label_role(STACKANNO_ROLE_OUTGOING)))
		return false;
	word->role = STACKANNO_ROLE_OUTGOING;
	if (!scan_decimal(&scan, &number) || number > 0xffff)
		return false;
	word->arg = (u16)number;
	return scan_done(&scan);
}

/* A register's field in what an entry laid down; a saved register elsewhere. */
static bool take_role(struct parser *p, struct scan scan, struct stackanno_word *word)
{
	struct scan reg = scan;
	u16 role;

	if (p->frame->kind == STACKANNO_FRAME_ENTRY &&
	    take_register(&scan, stackanno_arch_field_name, &word->arg)) {
		word->role = STACKANNO_ROLE_REGS;
	} else if (take_register(&scan, stackanno_arch_register_name, &word->arg)) {
		word->role = STACKANNO_ROLE_SAVED;
	} else if (take_register(&scan, stackanno_arch_field_name, &word->arg)) {
		word->role = STACKANNO_ROLE_REGS;
	} else if (take_register(&scan, stackanno_arch_event_name, &word->arg)) {
		word->role = STACKANNO_ROLE_EVENT;
	} else if (scan_literal(&reg, "spill ") &&
		   take_register(&reg, stackanno_arch_register_name, &word->arg)) {
		word->role = STACKANNO_ROLE_SPILL;
	} else if (!take_counted_role(scan, word)) {
		for (role = 1; role < STACKANNO_ROLE_COUNT; role++) {
			if (scan_is(&scan, stackanno_label_role(role)))
				break;
		}
		if (role == STACKANNO_ROLE_COUNT)
			return parser_fail(p, "unknown role \"%.*s\"", (int)scan_left(&scan),
					   scan.at);
		word->role = role;
		word->arg = 0;
	}
	return true;
}

static bool take_return(struct parser *p, struct scan scan, struct stackanno_word *word,
			struct stackanno_meaning **last)
{
	word->role = STACKANNO_ROLE_RETURN;
	/* What stands here is a symbol, whatever the word holds. */
	p->no_text = false;
	if (scan_done(&scan))
		return true;
	return scan_literal(&scan, " ") && parse_meaning(p, scan, word->evidence, word, last);
}

/* What stands before the meanings: role, expression, suspicion. */
static bool take_front(struct parser *p, struct scan scan, struct stackanno_word *word,
		       struct stackanno_meaning **last)
{
	struct scan expression = scan;
	struct scan role;
	struct scan ret;

	if (scan_is(&scan, "SUSPECT") || scan_tail(&scan, " SUSPECT") ||
	    scan_tail(&scan, " BROKEN"))
		word->flags |= STACKANNO_WORD_SUSPECT;
	if (scan_is(&scan, "SUSPECT"))
		return true;
	expression = scan;
	if (scan_until(&expression, "=", &role)) {
		if (!parser_string(p, &expression, &word->expression))
			return false;
		scan = role;
	}
	if (scan_done(&scan))
		return true;
	ret = scan;
	if (scan_literal(&ret, stackanno_label_role(STACKANNO_ROLE_RETURN)) &&
	    (scan_done(&ret) || *ret.at == ' '))
		return take_return(p, ret, word, last);
	return take_role(p, scan, word);
}

static bool take_label(struct parser *p, struct scan label, struct stackanno_word *word)
{
	struct stackanno_meaning *last = NULL;
	struct scan meanings = { label.end, label.end };
	struct scan front;

	word->evidence = parser_mark(&label);
	front = label;
	if (scan_tail(&label, "}")) {
		meanings = label;
		if (!scan_until(&meanings, "{", &front))
			return parser_fail(p, "a \"}\" without its \"{\"");
		scan_tail(&front, " ");
	}
	return take_front(p, front, word, &last) && parse_meanings(p, meanings, word, last);
}

/* The label behind a word, up to the bracket that closes its first one. */
static bool take_brackets(struct scan *line, struct scan *label)
{
	const char *at;
	int depth = 0;

	for (at = line->at; at < line->end; at++) {
		if (*at == '[')
			depth++;
		if (*at == ']' && !--depth)
			break;
	}
	if (at == line->end)
		return false;
	label->at = line->at + 1;
	label->end = at;
	line->at = at + 1;
	return true;
}

static bool take_word(struct parser *p, struct scan *line, u64 address)
{
	struct stackanno_word *word;
	struct scan label;

	word = parser_entry(p, STACKANNO_SECTION_WORDS, NULL);
	if (!word)
		return false;
	word->address = address;
	word->frame = (u16)p->frame_index;
	word->meaning = STACKANNO_NONE;
	word->where = STACKANNO_NONE;
	if (!p->frame->word_count++ || address < p->frame->low)
		p->frame->low = address;
	if (address + 8 > p->frame->high)
		p->frame->high = address + 8;
	p->no_text = false;
	switch (scan_value(line, &word->value)) {
	case SCAN_SHOWN:
		p->no_text = !stackanno_arch_may_be_text(word->value);
		break;
	case SCAN_HIDDEN:
		word->flags |= STACKANNO_WORD_WITHHELD;
		break;
	case SCAN_UNREADABLE:
		word->flags |= STACKANNO_WORD_UNREADABLE;
		break;
	default:
		return parser_fail(p, "no value of 16 digits");
	}
	if (scan_done(line) || *line->at != '[')
		return true;
	if (!take_brackets(line, &label))
		return parser_fail(p, "a label without its end");
	return take_label(p, label, word);
}

bool parse_words(struct parser *p, struct scan line)
{
	u64 address;

	if (!p->frame)
		return parser_fail(p, "words before the first frame");
	if (!parser_address(p, &line, &address))
		return false;
	if (!scan_literal(&line, ": "))
		return parser_fail(p, "no colon behind the address of words");
	do {
		if (!take_word(p, &line, address))
			return false;
		address += 8;
	} while (scan_literal(&line, " "));
	if (p->withheld)
		p->next_address = address + 8;
	return scan_done(&line) || parser_fail(p, "more than words");
}
