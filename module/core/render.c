// SPDX-License-Identifier: GPL-2.0-only
#include "describe.h"
#include "describe_frame.h"
#include "describe_word.h"
#include "label.h"
#include "put.h"
#include "render.h"

static const char prefix[] = "stackanno: ";
#define PREFIX (sizeof(prefix) - 1)

/* Room that a budget keeps for the line which says what is missing. */
#define MORE_MAX 144

/*
 * What parsers of kernel logs take for the start or the end of a report. Strings
 * of a crashed machine may hold them: their blank or colon is then overwritten.
 */
static const char * const forbidden[] = {
	"BUG:", "WARNING:", "INFO:", "panic:", "UBSAN:", "KASAN:", "Oops:", "RIP:",
	"Kernel panic", "general protection fault", "Call Trace", "Backtrace:",
	"Allocated by task", "Code:", "Comm:", "---[ end", "ernel BUG", "cut here",
	"nvalid opcode", "ouble fault:", "ivide error:", "bounds:", "nvalid TSS:",
	"egment not present:", "tack segment:", "lignment check:", "imd exception:",
	"achine Check Exception:", "nable to handle kernel", "list_del corruption",
	"list_add corruption", "adness at", "NETDEV WATCHDOG", ": nobody cared",
	"RTNL: assertion failed", "rcu_preempt detected",
};

static bool is_console(const struct stackanno_render_buffer *r)
{
	return r->options->form != STACKANNO_FORM_FULL;
}

static void break_up(char *at, const char *found)
{
	u32 i;

	for (i = 0; found[i]; i++) {
		if (found[i] == ' ')
			at[i] = '_';
		else if (found[i] == ':')
			at[i] = '.';
		else
			continue;
		return;
	}
}

static void break_up_forbidden(char *line)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(forbidden); i++) {
		char *at = line;

		while ((at = strstr(at, forbidden[i])))
			break_up(at, forbidden[i]);
	}
}

static bool fits(const struct stackanno_render_buffer *r, u32 len, u32 spare_lines,
		 u32 spare_bytes)
{
	const struct stackanno_render_options *options = r->options;

	if (!is_console(r))
		return true;
	if (options->max_lines &&
	    (r->lines >= options->max_lines || options->max_lines - r->lines < 1 + spare_lines))
		return false;
	return !options->max_bytes || (r->bytes < options->max_bytes &&
		options->max_bytes - r->bytes >= len + 1 + spare_bytes);
}

static void begin_line(struct stackanno_render_buffer *r)
{
	u32 size = is_console(r) ? STACKANNO_LINE_MAX + 1 : sizeof(r->line_bytes);

	stackanno_text_begin(&r->line, r->line_bytes, size);
	if (is_console(r))
		stackanno_text_bytes(&r->line, prefix, PREFIX);
	r->line_words = 0;
}

static void write_line(struct stackanno_render_buffer *r)
{
	if (is_console(r))
		break_up_forbidden(r->line.buf);
	r->sink->line(r->sink, r->line.buf, r->line.len);
	r->lines++;
	r->bytes += r->line.len + 1;
	r->words += r->line_words;
}

/*
 * Give the line away if the budget has room for it and for the line that says
 * what is missing. The very first line needs no such company.
 */
static void end_line(struct stackanno_render_buffer *r)
{
	bool first = !r->lines;

	if (!r->full && !fits(r, r->line.len, !first, first ? 0 : MORE_MAX))
		r->full = true;
	if (!r->full)
		write_line(r);
	else if (!r->line_words)
		r->refused++;
	r->line_words = 0;
	r->line.len = 0;
}

static void write_head(struct stackanno_render_buffer *r)
{
	begin_line(r);
	stackanno_describe_head(&r->describer, &r->line);
	end_line(r);
}

static void write_fault(struct stackanno_render_buffer *r)
{
	if (!(r->describer.view->head.flags & STACKANNO_RECORD_FAULT))
		return;
	begin_line(r);
	stackanno_text_string(&r->line, "fault: ");
	stackanno_describe_fault(&r->describer, &r->line);
	end_line(r);
}

static void write_findings(struct stackanno_render_buffer *r)
{
	u32 i;

	for (i = 0; !stackanno_view_finding(r->describer.view, i, &r->finding); i++) {
		begin_line(r);
		stackanno_describe_finding(&r->describer, &r->finding, &r->line);
		end_line(r);
	}
}

static void write_counts(struct stackanno_render_buffer *r)
{
	begin_line(r);
	stackanno_describe_counts(&r->describer, &r->line);
	end_line(r);
}

static void write_context(struct stackanno_render_buffer *r)
{
	u32 len;

	begin_line(r);
	stackanno_text_string(&r->line, "context: ");
	len = r->line.len;
	stackanno_describe_context(&r->describer, &r->line);
	if (r->line.len > len)
		end_line(r);
}

static void write_withheld(struct stackanno_render_buffer *r)
{
	if (r->describer.redact != STACKANNO_REDACT_ALL)
		return;
	begin_line(r);
	stackanno_text_string(&r->line, "values and addresses are withheld");
	end_line(r);
}

static void write_stacks(struct stackanno_render_buffer *r)
{
	u32 i;

	for (i = 0; !stackanno_view_stack(r->describer.view, i, &r->stack); i++) {
		begin_line(r);
		stackanno_describe_stack(&r->describer, i, &r->stack, &r->line);
		end_line(r);
	}
}

static void write_notes_flagged(struct stackanno_render_buffer *r, bool suspect)
{
	u32 i;

	for (i = 0; !stackanno_view_note(r->describer.view, i, &r->note); i++) {
		if (suspect != !!(r->note.flags & STACKANNO_NOTE_SUSPECT))
			continue;
		begin_line(r);
		stackanno_describe_note(&r->describer, &r->note, &r->line);
		end_line(r);
	}
}

static void write_notes(struct stackanno_render_buffer *r)
{
	write_notes_flagged(r, true);
	write_notes_flagged(r, false);
}

/* Say so where the frames go over to another stack; the first is expected. */
static void write_switch(struct stackanno_render_buffer *r)
{
	if (r->frame.stack == r->on_stack)
		return;
	r->on_stack = r->frame.stack;
	begin_line(r);
	stackanno_text_string(&r->line, "    --- ");
	stackanno_describe_switch(&r->describer, r->frame.stack, &r->line);
	stackanno_text_string(&r->line, " ---");
	end_line(r);
}

static void write_frame(struct stackanno_render_buffer *r)
{
	begin_line(r);
	if (r->frame.kind == STACKANNO_FRAME_CALL) {
		stackanno_describe_call(&r->describer, &r->frame, &r->line);
	} else {
		stackanno_text_string(&r->line, "    ");
		stackanno_describe_block(&r->describer, &r->frame, &r->line);
	}
	end_line(r);
}

static void write_remark(struct stackanno_render_buffer *r, const char *words)
{
	begin_line(r);
	stackanno_text_string(&r->line, "    (");
	if (words)
		stackanno_text_string(&r->line, words);
	else
		stackanno_describe_replaced(&r->describer, &r->frame, &r->line);
	stackanno_text_string(&r->line, ")");
	end_line(r);
}

static void write_remarks(struct stackanno_render_buffer *r)
{
	const struct stackanno_flag_words *remark;
	u32 i;

	for (i = 0; (remark = stackanno_label_remark(i)); i++) {
		if (r->frame.flags & remark->flag)
			write_remark(r, remark->words);
	}
	if (r->frame.flags & STACKANNO_FRAME_REPLACED)
		write_remark(r, NULL);
}

static void begin_word_line(struct stackanno_render_buffer *r)
{
	begin_line(r);
	if (r->options->form != STACKANNO_FORM_CONSOLE_BRIEF) {
		stackanno_text_string(&r->line, is_console(r) ? "  " : "    ");
	} else if (r->frame.number == STACKANNO_NONE16) {
		stackanno_text_string(&r->line, "-- ");
	} else {
		stackanno_text_string(&r->line, "#");
		stackanno_text_decimal(&r->line, r->frame.number, 0);
		stackanno_text_string(&r->line, " ");
	}
	stackanno_put_address(&r->describer, r->word.address, &r->line);
	stackanno_text_string(&r->line, ": ");
}

static void flush_words(struct stackanno_render_buffer *r)
{
	if (r->line_words)
		end_line(r);
}

/* Two words a line, as crash prints them, while they lie side by side and fit. */
static bool joins_line(const struct stackanno_render_buffer *r)
{
	return r->line_words == 1 && r->word.address == r->next_address &&
	       r->line.len + 1 + r->piece.len <= STACKANNO_LINE_MAX;
}

static void write_word(struct stackanno_render_buffer *r)
{
	/* The longest indentation, address and separators before a word. */
	u32 size = is_console(r) ? STACKANNO_LINE_MAX - PREFIX - 26 : sizeof(r->piece_bytes) - 26;
	bool alone = false;

	stackanno_text_begin(&r->piece, r->piece_bytes, size);
	if (is_console(r))
		alone = stackanno_describe_stale(&r->describer, &r->word, &r->piece);
	if (!alone)
		stackanno_describe_word(&r->describer, &r->word, &r->piece);
	if (!alone && joins_line(r)) {
		stackanno_text_bytes(&r->line, " ", 1);
	} else {
		flush_words(r);
		begin_word_line(r);
	}
	stackanno_text_bytes(&r->line, r->piece.buf, r->piece.len);
	r->line_words++;
	r->next_address = r->word.address + 8;
	if (alone || r->line_words == 2)
		flush_words(r);
}

static bool is_entry_word(const struct stackanno_word *word)
{
	return word->role == STACKANNO_ROLE_REGS || word->role == STACKANNO_ROLE_EVENT;
}

enum pick {
	PICK_ALL,
	PICK_FRAMES,	/* what functions own, which no other report shows */
	PICK_REST,
};

/* Neither a value nor a label is left of it: a line for it would say nothing. */
static bool says_nothing(struct stackanno_render_buffer *r)
{
	return r->word.role == STACKANNO_ROLE_NONE &&
	       stackanno_describer_shown(&r->describer, r->word.meaning) == STACKANNO_NONE &&
	       !r->word.expression && !(r->word.flags & STACKANNO_WORD_SUSPECT) &&
	       stackanno_describer_hides_word(&r->describer, &r->word);
}

static bool is_picked(struct stackanno_render_buffer *r, enum pick pick)
{
	bool owned = r->frame.kind == STACKANNO_FRAME_CALL && !is_entry_word(&r->word);

	if (pick == PICK_ALL)
		return true;
	return owned == (pick == PICK_FRAMES) && !says_nothing(r);
}

static void write_words(struct stackanno_render_buffer *r, enum pick pick)
{
	u32 i;

	for (i = 0; i < r->frame.word_count && !r->full; i++) {
		if (stackanno_view_word(r->describer.view, r->frame.first_word + i, &r->word))
			break;
		if (is_picked(r, pick))
			write_word(r);
	}
	flush_words(r);
}

static void write_all_frames(struct stackanno_render_buffer *r)
{
	u32 i;

	for (i = 0; !stackanno_view_frame(r->describer.view, i, &r->frame); i++) {
		write_switch(r);
		write_frame(r);
		write_remarks(r);
		write_words(r, PICK_ALL);
	}
}

static void write_headers(struct stackanno_render_buffer *r)
{
	u32 i;

	for (i = 0; !stackanno_view_frame(r->describer.view, i, &r->frame); i++) {
		if (r->frame.kind != STACKANNO_FRAME_REST)
			write_frame(r);
	}
}

static void write_picked_words(struct stackanno_render_buffer *r, enum pick pick)
{
	u32 i;

	for (i = 0; !r->full && !stackanno_view_frame(r->describer.view, i, &r->frame); i++)
		write_words(r, pick);
}

/* What did not find room, or said nothing, and where it is. */
static void write_more(struct stackanno_render_buffer *r)
{
	u32 words = r->describer.view->head.words - r->words;

	if (!r->full && !words)
		return;
	begin_line(r);
	stackanno_text_string(&r->line, "... ");
	if (r->refused) {
		stackanno_text_decimal(&r->line, r->refused, 0);
		stackanno_text_string(&r->line, " more lines and ");
	}
	stackanno_text_decimal(&r->line, words, 0);
	stackanno_text_string(&r->line, " more words in /sys/kernel/debug/stackanno/last (record ");
	stackanno_text_decimal(&r->line, r->describer.view->head.id, 0);
	stackanno_text_string(&r->line, ")");
	if (fits(r, r->line.len, 0, 0))
		write_line(r);
}

static void render_full(struct stackanno_render_buffer *r)
{
	write_head(r);
	write_fault(r);
	write_findings(r);
	write_counts(r);
	write_context(r);
	write_withheld(r);
	write_stacks(r);
	write_notes(r);
	write_all_frames(r);
	write_more(r);
}

static void render_brief(struct stackanno_render_buffer *r)
{
	write_head(r);
	write_counts(r);
	write_fault(r);
	write_findings(r);
	write_context(r);
	write_withheld(r);
	write_notes(r);
	write_headers(r);
	write_stacks(r);
	write_picked_words(r, PICK_FRAMES);
	write_picked_words(r, PICK_REST);
	write_more(r);
}

u32 stackanno_render(const struct stackanno_view *view,
		     const struct stackanno_render_options *options,
		     struct stackanno_render_buffer *r, struct stackanno_sink *sink)
{
	r->options = options;
	r->sink = sink;
	r->next_address = 0;
	r->line_words = 0;
	r->words = 0;
	r->lines = 0;
	r->bytes = 0;
	r->refused = 0;
	r->full = false;
	r->on_stack = view->count[STACKANNO_SECTION_STACKS] ? 0 : STACKANNO_NONE16;
	stackanno_describer_begin(&r->describer, view, options->redact, is_console(r));

	if (options->form == STACKANNO_FORM_CONSOLE_BRIEF)
		render_brief(r);
	else
		render_full(r);
	return r->lines;
}

void stackanno_render_summary(const struct stackanno_view *view,
			      struct stackanno_render_buffer *r, struct stackanno_sink *sink)
{
	stackanno_text_begin(&r->line, r->line_bytes, sizeof(r->line_bytes));
	if (view)
		stackanno_describe_summary(view, &r->line);
	else
		stackanno_text_string(&r->line, stackanno_describe_summary_header());
	sink->line(sink, r->line.buf, r->line.len);
}
