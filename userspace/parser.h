/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the parser share: the record that is being made of a text,
 * and how what is wrong with the text is told.
 */
#ifndef STACKANNO_PARSER_H
#define STACKANNO_PARSER_H

#include "core/builder.h"
#include "parse.h"
#include "scan.h"

/* A name of a frame met before the frames are known. */
struct fixup {
	enum stackanno_section_kind kind;	/* meanings, notes or findings */
	u32 index;
	u16 number;		/* what `#N` said */
	unsigned long line;
};

struct parser {
	struct stackanno_builder builder;
	void *record;
	char *scratch;			/* for unescaping: as long as the text */
	struct stackanno_frame *frame;	/* the last one */
	bool no_text;			/* the word is no address of code, whatever it is called */
	u32 frame_index;
	u16 stack;			/* that frames are on now */
	u64 next_address;		/* made up where addresses are withheld */
	bool withheld;
	struct fixup *fixup;
	size_t fixups;
	size_t fixups_max;
	unsigned long line;
	struct parse_error *error;
};

/* Each returns false, and has told what is wrong, when it is wrong. */

/* Tell what is wrong with the line; always false. */
bool parser_fail(struct parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Add an escaped string to the record. */
bool parser_string(struct parser *parser, const struct scan *text, u32 *string);

/* Add an entry to the record; NULL when there is no room. */
void *parser_entry(struct parser *parser, enum stackanno_section_kind kind, u32 *index);

/* Note that an entry names frame @number, whose index is not known yet. */
void parser_fixup(struct parser *parser, enum stackanno_section_kind kind, u32 index, u64 number);

/* Give all such entries the index. */
bool parser_resolve(struct parser *parser);

/* Take an address; one that is withheld gets a place that keeps the text's lines apart. */
bool parser_address(struct parser *parser, struct scan *scan, u64 *address);

/* Take ` [module]` off the right end, if it is there. */
bool parser_module(struct parser *parser, struct scan *scan, u32 *module);

/* Take ` ?` or ` ??` off the right end: the evidence that it stands for. */
u8 parser_mark(struct scan *scan);

/* Take a vector by the name that the renderer gave it, up to a comma or the end. */
bool parser_vector(struct scan *scan, u32 *vector);

#endif /* STACKANNO_PARSER_H */
