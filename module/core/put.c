// SPDX-License-Identifier: GPL-2.0-only
#include "arch.h"
#include "put.h"

#define ADDRESS_DIGITS	16

void stackanno_put_string(struct stackanno_describer *d, u32 string, enum stackanno_escape escape,
			  u32 limit, struct stackanno_text *text)
{
	stackanno_text_escaped(text, stackanno_view_string(d->view, string),
			       STACKANNO_MAX_STRING, escape, limit);
}

void stackanno_put_name(struct stackanno_describer *d, u32 string, struct stackanno_text *text)
{
	stackanno_put_string(d, string, STACKANNO_ESCAPE_NAME, STACKANNO_PUT_NAME, text);
}

void stackanno_put_phrase(struct stackanno_describer *d, u32 string, struct stackanno_text *text)
{
	stackanno_put_string(d, string, STACKANNO_ESCAPE_PHRASE, STACKANNO_PUT_PHRASE, text);
}

void stackanno_put_hidden(struct stackanno_text *text)
{
	stackanno_text_fill(text, '-', ADDRESS_DIGITS);
}

void stackanno_put_address(struct stackanno_describer *d, u64 address, struct stackanno_text *text)
{
	if (d->redact == STACKANNO_REDACT_ALL)
		stackanno_put_hidden(text);
	else
		stackanno_text_hex(text, address, ADDRESS_DIGITS);
}

void stackanno_put_datum(struct stackanno_describer *d, u64 address, struct stackanno_text *text)
{
	if (stackanno_describer_hides(d, address))
		stackanno_put_hidden(text);
	else
		stackanno_text_hex(text, address, ADDRESS_DIGITS);
}

void stackanno_put_module(struct stackanno_describer *d, u32 module, struct stackanno_text *text)
{
	if (!module)
		return;
	put(text, " [");
	stackanno_put_string(d, module, STACKANNO_ESCAPE_NAME, STACKANNO_PUT_MODULE, text);
	put(text, "]");
}

void stackanno_put_mark(u32 evidence, struct stackanno_text *text)
{
	if (evidence == STACKANNO_EVIDENCE_LIKELY)
		put(text, " ?");
	if (evidence == STACKANNO_EVIDENCE_GUESS)
		put(text, " ??");
}

void stackanno_put_vector(u32 vector, struct stackanno_text *text)
{
	const char *name = stackanno_arch_vector_name(vector);

	if (name) {
		put(text, name);
		return;
	}
	put(text, "vector ");
	put_decimal(text, vector);
}
