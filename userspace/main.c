// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "color.h"
#include "core/label.h"
#include "core/render.h"
#include "json.h"
#include "live.h"
#include "offline.h"
#include "records.h"

enum status {
	STATUS_OK,
	STATUS_NOTHING,		/* no record, no such record, no such task */
	STATUS_USAGE,
	STATUS_SYSTEM,		/* no debugfs, not root, no module, no memory ... */
	STATUS_DAMAGED,		/* input that is no record, whole or in part */
	STATUS_REFUSED,		/* the module would not annotate the task now */
};

enum output {
	OUTPUT_TEXT,
	OUTPUT_JSON,
	OUTPUT_RAW,
	OUTPUT_COUNT
};

static const char * const outputs[] = {
	[OUTPUT_TEXT] = "text",
	[OUTPUT_JSON] = "json",
	[OUTPUT_RAW] = "raw",
};
static_assert(ARRAY_SIZE(outputs) == OUTPUT_COUNT);

static const char * const redactions[] = {
	[STACKANNO_REDACT_NONE] = "none",
	[STACKANNO_REDACT_DATA] = "data",
	[STACKANNO_REDACT_ALL] = "all",
};
static_assert(ARRAY_SIZE(redactions) == STACKANNO_REDACT_COUNT);

static const char * const colors[] = { "auto", "always", "never" };

struct options {
	const char *debugfs;
	const char *input;	/* NULL: the running kernel */
	enum output output;
	enum stackanno_redact redact;
	bool color;
	bool all;
	u64 id;			/* 0: the newest */
	struct offline offline;
};

static const char usage_text[] =
"Usage: stackanno [OPTION]... [show]\n"
"       stackanno [OPTION]... list\n"
"       stackanno [OPTION]... task PID...\n"
"       stackanno [OPTION]... stats\n"
"       stackanno [OPTION]... annotate --vmlinux=FILE [--module=FILE]... [FILE]\n"
"       stackanno [OPTION]... annotate --dis=FILE [FILE]\n"
"\n"
"Reads the annotated stacks that the stackanno module keeps.\n"
"\n"
"  show         print the newest record, or the one that -n names\n"
"  list         one line for each record\n"
"  task PID...  annotate these tasks now, and print them\n"
"  stats        the module's counters\n"
"  annotate     label the words of what crash's bt -f printed, in FILE or on standard\n"
"               input, by the code of their functions\n"
"\n"
"  -n, --record=ID|all    which record to show\n"
"  -i, --input=FILE       read a saved file, raw or text, instead of the running\n"
"                         kernel's; \"-\" is standard input\n"
"  -o, --output=FORMAT    text (the default), json, or raw\n"
"  -r, --redact=WHAT      none (the default), data (values that are no address of\n"
"                         the kernel's), or all (values and addresses)\n"
"      --color=WHEN       auto (the default), always or never; auto honours NO_COLOR\n"
"      --debugfs=DIR      where debugfs is mounted (" LIVE_DEBUGFS ")\n"
"      --vmlinux=FILE     annotate: the kernel, with its symbols\n"
"      --module=FILE      annotate: a module of it; may be given several times\n"
"      --dis=FILE         annotate: what crash's dis printed of some functions, in\n"
"                         place of the kernel\n"
"  -h, --help             this text\n"
"  -V, --version          version of the program and of the record format\n"
"\n"
"Exit status: 0 done, 1 no such record or task, 2 bad usage, 3 debugfs, module or\n"
"system cannot be used, 4 damaged input, 5 refused by the module.\n";

static const struct option long_options[] = {
	{ "record", required_argument, NULL, 'n' },
	{ "input", required_argument, NULL, 'i' },
	{ "output", required_argument, NULL, 'o' },
	{ "redact", required_argument, NULL, 'r' },
	{ "color", optional_argument, NULL, 'C' },
	{ "debugfs", required_argument, NULL, 'D' },
	{ "vmlinux", required_argument, NULL, 'k' },
	{ "module", required_argument, NULL, 'm' },
	{ "dis", required_argument, NULL, 'd' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

/* The index of a word among the ones allowed; -1, having said so, for any other. */
static int choose(const char *option, const char *word, const char * const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(word, words[i]))
			return (int)i;
	}
	fprintf(stderr, "stackanno: --%s: \"%s\" is none of", option, word);
	for (i = 0; i < count; i++)
		fprintf(stderr, " %s", words[i]);
	fputc('\n', stderr);
	return -1;
}

static bool parse_id(const char *word, struct options *options)
{
	char *end;

	if (!strcmp(word, "all")) {
		options->all = true;
		return true;
	}
	errno = 0;
	options->id = strtoull(word, &end, 10);
	if (*word >= '0' && *word <= '9' && !*end && !errno && options->id)
		return true;
	fprintf(stderr, "stackanno: --record: \"%s\" is no number of a record\n", word);
	return false;
}

static bool wants_color(int choice)
{
	const char *no_color = getenv("NO_COLOR");

	if (choice)
		return choice == 1;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

static bool add_module(struct options *options, const char *file)
{
	struct offline *offline = &options->offline;

	if (offline->modules == OFFLINE_MODULES) {
		fprintf(stderr, "stackanno: --module: more than %d\n", OFFLINE_MODULES);
		return false;
	}
	offline->module[offline->modules++] = file;
	return true;
}

static bool parse_option(int option, struct options *options, int *color)
{
	int choice = 0;

	switch (option) {
	case 'n':
		return parse_id(optarg, options);
	case 'i':
		options->input = optarg;
		return true;
	case 'o':
		choice = choose("output", optarg, outputs, ARRAY_SIZE(outputs));
		options->output = choice;
		return choice >= 0;
	case 'r':
		choice = choose("redact", optarg, redactions, ARRAY_SIZE(redactions));
		options->redact = choice;
		return choice >= 0;
	case 'C':
		choice = choose("color", optarg ? optarg : "always", colors, ARRAY_SIZE(colors));
		*color = choice;
		return choice >= 0;
	case 'D':
		options->debugfs = optarg;
		return true;
	case 'k':
		options->offline.vmlinux = optarg;
		return true;
	case 'd':
		options->offline.dis = optarg;
		return true;
	case 'm':
		return add_module(options, optarg);
	default:
		return false;
	}
}

static enum status load(const struct options *options, struct records *records)
{
	const char *name = options->input ? options->input : "raw";
	struct bytes bytes;
	int ret;

	memset(records, 0, sizeof(*records));
	if (options->input) {
		ret = bytes_read(options->input, &bytes);
		if (ret)
			fprintf(stderr, "stackanno: %s: %s\n", options->input, strerror(-ret));
	} else {
		ret = live_read(options->debugfs, "raw", &bytes);
	}
	if (ret)
		return STATUS_SYSTEM;
	ret = records_take(bytes, name, records);
	if (ret) {
		fprintf(stderr, "stackanno: %s\n", strerror(-ret));
		return STATUS_SYSTEM;
	}
	return records->damaged ? STATUS_DAMAGED : STATUS_OK;
}

/* The first that went wrong, and with that the gravest, decides. */
static enum status worse(enum status first, enum status second)
{
	return first ? first : second;
}

static enum status print_json(struct json_object *object)
{
	const char *text = NULL;

	if (object)
		text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
						      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text)
		puts(text);
	else
		fprintf(stderr, "stackanno: out of memory\n");
	json_object_put(object);
	return text ? STATUS_OK : STATUS_SYSTEM;
}

static enum status print_text(const struct options *options, const struct stackanno_view *view)
{
	const struct stackanno_render_options render = {
		.form = STACKANNO_FORM_FULL,
		.redact = options->redact,
	};
	struct stackanno_render_buffer *buffer = malloc(sizeof(*buffer));
	struct color_sink sink;

	if (!buffer) {
		fprintf(stderr, "stackanno: out of memory\n");
		return STATUS_SYSTEM;
	}
	color_sink_init(&sink, options->color);
	stackanno_render(view, &render, buffer, &sink.sink);
	free(buffer);
	return STATUS_OK;
}

static enum status print_record(const struct options *options, const struct stackanno_view *view)
{
	switch (options->output) {
	case OUTPUT_JSON:
		return print_json(json_record(view, options->redact));
	case OUTPUT_RAW:
		fwrite(view->base, 1, view->head.total_size, stdout);
		return STATUS_OK;
	default:
		return print_text(options, view);
	}
}

static enum status print_json_array(const struct options *options, const struct records *records,
				    bool heads)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < records->count; i++) {
		const struct stackanno_view *view = &records->view[i];

		json_object_array_add(array, heads ? json_head(view) :
				      json_record(view, options->redact));
	}
	return print_json(array);
}

static enum status print_all(const struct options *options, const struct records *records)
{
	enum status status = STATUS_OK;
	size_t i;

	if (options->output == OUTPUT_JSON)
		return print_json_array(options, records, false);
	for (i = 0; i < records->count; i++)
		status = worse(status, print_record(options, &records->view[i]));
	return status;
}

static enum status show_loaded(const struct options *options, const struct records *records)
{
	const struct stackanno_view *view;

	if (!records->count) {
		fprintf(stderr, "stackanno: there is no record\n");
		return STATUS_NOTHING;
	}
	if (options->all)
		return print_all(options, records);
	view = &records->view[records->count - 1];
	if (options->id)
		view = records_find(records, options->id);
	if (!view) {
		fprintf(stderr, "stackanno: there is no record %llu\n",
			(unsigned long long)options->id);
		return STATUS_NOTHING;
	}
	return print_record(options, view);
}

static enum status show(const struct options *options)
{
	struct records records;
	enum status status;

	status = load(options, &records);
	if (status != STATUS_SYSTEM && (records.count || !status))
		status = worse(status, show_loaded(options, &records));
	records_free(&records);
	return status;
}

static enum status print_list(const struct records *records)
{
	struct stackanno_render_buffer *buffer = malloc(sizeof(*buffer));
	struct color_sink sink;
	size_t i;

	if (!buffer) {
		fprintf(stderr, "stackanno: out of memory\n");
		return STATUS_SYSTEM;
	}
	color_sink_init(&sink, false);
	stackanno_render_summary(NULL, buffer, &sink.sink);
	for (i = 0; i < records->count; i++)
		stackanno_render_summary(&records->view[i], buffer, &sink.sink);
	free(buffer);
	return STATUS_OK;
}

static enum status list(const struct options *options)
{
	struct records records;
	enum status status;

	status = load(options, &records);
	if (status == STATUS_SYSTEM)
		;
	else if (options->output == OUTPUT_JSON)
		status = worse(status, print_json_array(options, &records, true));
	else
		status = worse(status, print_list(&records));
	records_free(&records);
	return status;
}

/* The newest record of a task that was asked for. */
static const struct stackanno_view *newest_of(const struct records *records, long pid)
{
	size_t i;

	for (i = records->count; i--; ) {
		const struct stackanno_record *head = &records->view[i].head;

		if (head->pid == pid && head->reason == STACKANNO_REASON_TASK)
			return &records->view[i];
	}
	return NULL;
}

static enum status show_task(const struct options *options, long pid)
{
	const struct stackanno_view *view;
	struct records records;
	enum status status;

	status = load(options, &records);
	view = newest_of(&records, pid);
	if (view) {
		status = worse(status, print_record(options, view));
	} else if (status != STATUS_SYSTEM) {
		fprintf(stderr, "stackanno: task %ld was annotated, but its record is gone\n", pid);
		status = worse(status, STATUS_NOTHING);
	}
	records_free(&records);
	return status;
}

static enum status annotate_task(const struct options *options, long pid)
{
	switch (live_annotate(options->debugfs, pid)) {
	case 0:
		return show_task(options, pid);
	case -ESRCH:
		return STATUS_NOTHING;
	case -EBUSY:
		return STATUS_REFUSED;
	default:
		return STATUS_SYSTEM;
	}
}

static enum status tasks(const struct options *options, char **words)
{
	enum status status = STATUS_OK;
	char **word;

	/* All of them are looked at before the first is annotated. */
	for (word = words; *word; word++) {
		char *end;

		errno = 0;
		if (strtol(*word, &end, 10) <= 0 || *end || errno || **word < '0' || **word > '9') {
			fprintf(stderr, "stackanno: \"%s\" is no process id\n", *word);
			return STATUS_USAGE;
		}
	}
	for (word = words; *word; word++)
		status = worse(status, annotate_task(options, strtol(*word, NULL, 10)));
	return status;
}

/* `name: value` lines as an object; a value that is a number is one. */
static struct json_object *stats_object(char *text)
{
	struct json_object *object = json_object_new_object();
	char *line, *rest = NULL;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strstr(line, ": ");
		char *end;
		unsigned long long number;

		if (!value)
			continue;
		*value = '\0';
		value += 2;
		errno = 0;
		number = strtoull(value, &end, 10);
		json_object_object_add(object, line,
				       *value >= '0' && *value <= '9' && !*end && !errno ?
				       json_object_new_uint64(number) :
				       json_object_new_string(value));
	}
	return object;
}

static enum status stats(const struct options *options)
{
	struct bytes bytes;
	enum status status = STATUS_OK;
	char *text;

	if (live_read(options->debugfs, "stats", &bytes))
		return STATUS_SYSTEM;
	if (options->output == OUTPUT_TEXT) {
		fwrite(bytes.at, 1, bytes.len, stdout);
	} else {
		text = strndup((char *)bytes.at, bytes.len);
		if (text)
			status = print_json(stats_object(text));
		else
			status = STATUS_SYSTEM;
		free(text);
	}
	free(bytes.at);
	return status;
}

static enum status bad_usage(const char *what)
{
	fprintf(stderr, "stackanno: %s\nTry \"stackanno --help\".\n", what);
	return STATUS_USAGE;
}

/* What was listed, and by which code it is to be explained. */
static enum status explain(const struct options *options, const char *file)
{
	struct offline offline = options->offline;
	struct records records;
	enum status status = STATUS_OK;

	if (!offline_is_built()) {
		fprintf(stderr, "stackanno: this program was built without annotate (ANNOTATE=0)\n");
		return STATUS_SYSTEM;
	}
	offline.listing = file ? file : "-";
	switch (offline_load(&offline, &records)) {
	case 0:
		break;
	case -EBADMSG:
		status = STATUS_DAMAGED;
		break;
	default:
		status = STATUS_SYSTEM;
	}
	if (!status && records.damaged)
		status = STATUS_DAMAGED;
	if (records.count == 1)
		status = worse(status, print_record(options, &records.view[0]));
	else if (records.count)
		status = worse(status, print_all(options, &records));
	records_free(&records);
	return status;
}

static enum status annotate_words(const struct options *options, char **words)
{
	const struct offline *offline = &options->offline;

	if (words[0] && words[1])
		return bad_usage("annotate: one listing at a time");
	if (options->input || options->id || options->all)
		return bad_usage("annotate: takes neither --input nor --record");
	if (!offline->vmlinux == !offline->dis)
		return bad_usage("annotate: give either --vmlinux or --dis");
	if (offline->modules && !offline->vmlinux)
		return bad_usage("annotate: --module goes with --vmlinux");
	return explain(options, words[0]);
}

static enum status run(const struct options *options, char **words)
{
	const char *command = words[0] ? words[0] : "show";
	bool more = words[0] && words[1];

	if (options->output == OUTPUT_RAW && isatty(STDOUT_FILENO))
		return bad_usage("raw records are not written to a terminal");
	if (options->output == OUTPUT_RAW && options->redact)
		return bad_usage("raw records hold everything: --redact is for text and json");
	if (!strcmp(command, "annotate"))
		return annotate_words(options, words + 1);
	if (options->offline.vmlinux || options->offline.dis || options->offline.modules)
		return bad_usage("--vmlinux, --module and --dis are for annotate");
	if (!strcmp(command, "task")) {
		if (!more)
			return bad_usage("task: which one?");
		if (options->input || options->id || options->all)
			return bad_usage("task: takes neither --input nor --record");
		return tasks(options, words + 1);
	}
	if (more)
		return bad_usage("too many words");
	if (!strcmp(command, "show"))
		return show(options);
	if (options->id || options->all)
		return bad_usage("--record is for show");
	if (options->output == OUTPUT_RAW)
		return bad_usage("raw output is for show and task");
	if (!strcmp(command, "list"))
		return list(options);
	if (!strcmp(command, "stats")) {
		if (options->input)
			return bad_usage("stats: takes no --input");
		return stats(options);
	}
	fprintf(stderr, "stackanno: there is no command \"%s\"\nTry \"stackanno --help\".\n",
		command);
	return STATUS_USAGE;
}

static enum status finish(enum status status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	fprintf(stderr, "stackanno: cannot write: %s\n", strerror(errno));
	return STATUS_SYSTEM;
}

int main(int argc, char **argv)
{
	struct options options = { .debugfs = LIVE_DEBUGFS };
	int color = 0;
	int option;

	while ((option = getopt_long(argc, argv, "n:i:o:r:hV", long_options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage_text, stdout);
			return finish(STATUS_OK);
		}
		if (option == 'V') {
			printf("stackanno " STACKANNO_VERSION " (record format %u.%u)\n",
			       STACKANNO_VERSION_MAJOR, STACKANNO_VERSION_MINOR);
			return finish(STATUS_OK);
		}
		if (option == '?') {
			fputs("Try \"stackanno --help\".\n", stderr);
			return STATUS_USAGE;
		}
		if (!parse_option(option, &options, &color))
			return STATUS_USAGE;
	}
	options.color = wants_color(color);
	return finish(run(&options, argv + optind));
}
