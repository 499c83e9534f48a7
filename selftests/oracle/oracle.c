// SPDX-License-Identifier: GPL-2.0-only
/*
 * Oracle 1: the analysis of every function of a kernel's image, compared with
 * the image's DWARF at every call site and at one instruction in sixteen.
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "canary.h"
#include "explain.h"
#include "judge.h"
#include "oracle.h"
#include "prototype.h"
#include "sites.h"
#include "words.h"

#define BOUNDARY_STEP 16
#define PROCESSES_MAX 16

static struct oracle oracle;
static char *modules[IMAGE_MODULES];	/* their files */

static void add_point(u32 function, u64 ip, bool call)
{
	if (oracle.points < POINTS_MAX)
		oracle.point[oracle.points++] = (struct point){ ip, function, call };
}

/* From one end of the bytes to the other, whether or not a path leads there. */
static void sweep(u32 index)
{
	const struct function *function = &oracle.image.function[index];
	struct stackanno_ops *ops = &oracle.image.ops;
	u64 at = function->begin, end = at + function->size;
	struct stackanno_ir_list list;
	struct stackanno_insn insn;
	u8 bytes[STACKANNO_INSN_BYTES];
	u32 len, marked = 0, boundary = 0;

	while (at < end) {
		len = ops->read(ops, at, bytes, sizeof(bytes));
		if (!len || ops->decode(ops, bytes, len, &insn) || !insn.length) {
			at++;
			continue;
		}
		stackanno_arch_lift(&insn, at, ops->canary, &list);
		/* By address, so that it does not matter what was swept before. */
		if ((boundary++ + function->begin / BOUNDARY_STEP) % BOUNDARY_STEP == 0)
			add_point(index, at, false);
		/* The tracer's call stands in no source: DWARF does not know it. */
		if (list.exit == STACKANNO_EXIT_CALL && at != function->begin &&
		    at != function->begin + marked)
			add_point(index, at + insn.length, true);
		if (list.exit == STACKANNO_EXIT_JUMP)
			sites_tail_call(&oracle, list.target);
		/* It may follow a mark for indirect calls. */
		if (at == function->begin && insn.length == 4 && !list.count)
			marked = 4;
		at += insn.length;
	}
}

static void judge_call(const struct subject *subject, const struct rules *rules,
		       const s32 *canary)
{
	oracle.calls++;
	sites_judge(&oracle, subject);
	words_judge(&oracle, subject, rules);
	prototype_judge(&oracle, subject);
	if (canary)
		canary_judge(&oracle, subject, *canary);
}

static void judge_point(const struct point *point, struct subject *subject, const s32 *canary)
{
	const struct stackanno_flow_state *state = NULL;
	struct rules rules;

	subject->part = &oracle.image.function[point->function];
	subject->ip = point->ip;
	subject->offset = (u32)(point->ip - subject->part->begin);
	/* DWARF's rule for a call site is that of the call itself. */
	if (truth_rules(&oracle.truth, point->call ? point->ip - 1 : point->ip, &rules) ||
	    rules.cfa.kind == PLACE_NONE)
		return;
	if (subject->analysed)
		state = stackanno_flow_at(&oracle.flow, point->ip, point->call);
	judge_frame(&oracle, subject, state, &rules, point->call);
	if (point->call)
		judge_call(subject, &rules, canary);
}

static void run_function(u32 index)
{
	const struct function *function = &oracle.image.function[index];
	struct subject subject = {
		.function = function, .index = index,
		.subprogram = truth_subprogram(&oracle.truth, function->begin) };
	u64 calls = oracle.calls;
	s32 canary;
	bool has_canary;
	u32 i;

	oracle.points = 0;
	sweep(index);
	if (function->cold != NO_FUNCTION)
		sweep(function->cold);
	has_canary = canary_find(&oracle, function, &canary);
	subject.analysed = !stackanno_flow_run(&oracle.flow, &oracle.image.ops, function->begin,
					       function->size);
	for (i = 0; i < oracle.points; i++)
		judge_point(&oracle.point[i], &subject, has_canary ? &canary : NULL);
	oracle.functions++;
	if (!subject.analysed) {
		oracle.refused++;
		oracle.refused_calls += oracle.calls - calls;
		fprintf(stderr, "oracle: %s: refused (%d)\n", function->name,
			oracle.flow.summary.end);
	}
}

/* ---- modules ---- */

/* Far enough apart for the largest there is. */
#define MODULES_BEGIN 0xffffffffc0000000ULL
#define MODULES_STEP 0x1000000ULL
#define MODULES_MAX 60U

static int take_module(const char *directory, const char *name)
{
	u16 number;

	if (oracle.image.modules == MODULES_MAX) {
		fprintf(stderr, "oracle: %s: more than %u modules\n", directory, MODULES_MAX);
		return 2;
	}
	if (asprintf(&modules[oracle.image.modules], "%s/%s", directory, name) < 0)
		return 2;
	if (image_add_module(&oracle.image, modules[oracle.image.modules], &number) ||
	    image_place(&oracle.image, number, MODULES_BEGIN + number * MODULES_STEP, 0)) {
		fprintf(stderr, "oracle: %s\n", oracle.image.error);
		return 2;
	}
	return 0;
}

/* All modules of a directory, by name, placed in the image beside the kernel. */
static int take_modules(const char *directory)
{
	struct dirent **entry;
	int count = scandir(directory, &entry, NULL, alphasort), i, ret = 0;

	if (count < 0) {
		fprintf(stderr, "oracle: %s: %s\n", directory, strerror(errno));
		return 2;
	}
	for (i = 0; i < count; i++) {
		if (!ret && strstr(entry[i]->d_name, ".ko"))
			ret = take_module(directory, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	if (!ret && !oracle.image.modules) {
		fprintf(stderr, "oracle: %s: no modules there\n", directory);
		ret = 2;
	}
	return ret;
}

/* ---- one point ---- */

static int explain_where(char *where)
{
	char *plus = strrchr(where, '+'), *rest;
	struct subject subject = { 0 };
	bool call = false;
	u32 index, i;

	if (!plus) {
		fprintf(stderr, "oracle: '%s' is not FUNCTION+OFFSET\n", where);
		return 2;
	}
	*plus = '\0';
	index = image_find(&oracle.image, where);
	if (index == NO_FUNCTION) {
		fprintf(stderr, "oracle: no function '%s'\n", where);
		return 2;
	}
	subject.part = &oracle.image.function[index];
	subject.offset = (u32)strtoul(plus + 1, &rest, 0);
	if (*rest || rest == plus + 1 || subject.offset > subject.part->size) {
		fprintf(stderr, "oracle: '%s': no offset in %s\n", plus + 1, where);
		return 2;
	}
	if (subject.part->module &&
	    (truth_open_module(&oracle.truth, &oracle.image, subject.part->module,
			       modules[subject.part->module - 1]) ||
	     prototype_open_module(&oracle, subject.part->module)))
		return 2;
	subject.ip = subject.part->begin + subject.offset;
	sweep(index);
	for (i = 0; i < oracle.points; i++)
		call |= oracle.point[i].call && oracle.point[i].ip == subject.ip;
	subject.index = subject.part->parent != NO_FUNCTION ? subject.part->parent : index;
	subject.function = &oracle.image.function[subject.index];
	subject.subprogram = truth_subprogram(&oracle.truth, subject.function->begin);
	subject.analysed = !stackanno_flow_run(&oracle.flow, &oracle.image.ops,
					       subject.function->begin, subject.function->size);
	explain(&oracle, &subject, call);
	return subject.analysed ? 0 : 1;
}

/* ---- all of them ---- */

/* Functions of the kernel, or of one of its modules. */
static void run_functions(u16 module, u32 share, u32 shares)
{
	const struct function *function;
	u32 i;

	for (i = 0; i < oracle.image.functions; i++) {
		function = &oracle.image.function[i];
		if (function->module == module && function->parent == NO_FUNCTION &&
		    !function->stray && i % shares == share)
			run_function(i);
	}
}

static void run_share(u32 share, u32 shares)
{
	u16 module;

	if (!oracle.image.modules) {
		run_functions(IMAGE_KERNEL, share, shares);
		return;
	}
	for (module = 1; module <= oracle.image.modules; module++) {
		if (truth_open_module(&oracle.truth, &oracle.image, module, modules[module - 1]))
			exit(2);
		if (prototype_open_module(&oracle, module))
			fprintf(stderr, "oracle: %s: no BTF in it\n", modules[module - 1]);
		run_functions(module, share, shares);
		/* Names of functions are kept in the image; the rest may go. */
		truth_close(&oracle.truth);
	}
}

/* Totals that are not rows of the table. */
struct totals {
	u64 functions, refused, refused_calls, calls;
};

static void send_share(int fd, u32 share, u32 shares)
{
	struct totals totals;

	run_share(share, shares);
	totals = (struct totals){ oracle.functions, oracle.refused, oracle.refused_calls,
				  oracle.calls };
	if (write(fd, &totals, sizeof(totals)) != sizeof(totals) ||
	    table_send(&oracle.table, fd))
		_exit(2);
	_exit(0);
}

static int receive_share(int fd, pid_t pid)
{
	struct totals totals;
	int status;

	if (read(fd, &totals, sizeof(totals)) != sizeof(totals) ||
	    table_receive(&oracle.table, fd)) {
		fprintf(stderr, "oracle: a process ended before its results\n");
		return 2;
	}
	close(fd);
	oracle.functions += totals.functions;
	oracle.refused += totals.refused;
	oracle.refused_calls += totals.refused_calls;
	oracle.calls += totals.calls;
	return waitpid(pid, &status, 0) != pid || status ? 2 : 0;
}

static int run_all(u32 jobs)
{
	int pipes[PROCESSES_MAX][2];
	pid_t pid[PROCESSES_MAX];
	u32 i;
	int ret = 0;

	for (i = 1; i < jobs; i++) {
		if (pipe(pipes[i]))
			return 2;
		pid[i] = fork();
		if (pid[i] < 0) {
			fprintf(stderr, "oracle: no process: %s\n", strerror(errno));
			return 2;
		}
		if (!pid[i])
			send_share(pipes[i][1], i, jobs);
		close(pipes[i][1]);
	}
	run_share(0, jobs);
	for (i = 1; i < jobs; i++)
		ret |= receive_share(pipes[i][0], pid[i]);
	if (!ret)
		sites_finish(&oracle);
	return ret;
}

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: oracle [--explain FUNCTION+OFFSET] [--worst N] [--save FILE] [--jobs N]\n"
		"              [--modules DIR] VMLINUX\n"
		"\n"
		"Compares the analysis of every function of VMLINUX with its DWARF.\n"
		"\n"
		"  --explain FUNCTION+OFFSET  what both say at one instruction, and no more\n"
		"  --worst N                  for each row and cause the N functions with most mismatches\n"
		"  --save FILE                the table as tab-separated values\n"
		"  --modules DIR              of the kernel's modules in DIR, not of the kernel\n"
		"  --jobs N                   processes that share the functions; 1 to 16, default 1\n"
		"\n"
		"Exit status: 0 when every bar is met, 1 when one is not, 2 for errors.\n");
}

struct options {
	char *where;
	const char *save, *modules;
	u32 worst, jobs;
};

static int take_number(const char *option, const char *text, u32 *number)
{
	char *rest;

	*number = (u32)strtoul(text, &rest, 10);
	if (!*rest && rest != text)
		return 0;
	fprintf(stderr, "oracle: --%s %s: not a number\n", option, text);
	return 2;
}

/* Return: 0; the exit status, plus 1, when there is nothing to be run. */
static int take_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "explain", required_argument, NULL, 'e' },
		{ "worst", required_argument, NULL, 'w' },
		{ "save", required_argument, NULL, 's' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "modules", required_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		switch (option) {
		case 'e':
			options->where = optarg;
			break;
		case 'w':
			if (take_number("worst", optarg, &options->worst))
				return 3;
			break;
		case 'j':
			if (take_number("jobs", optarg, &options->jobs))
				return 3;
			break;
		case 'm':
			options->modules = optarg;
			break;
		case 's':
			options->save = optarg;
			break;
		case 'h':
			usage(stdout);
			return 1;
		default:
			usage(stderr);
			return 3;
		}
	}
	if (options->jobs < 1 || options->jobs > PROCESSES_MAX || optind + 1 != argc) {
		usage(stderr);
		return 3;
	}
	return 0;
}

static int run_image(const char *path, const struct options *options)
{
	int ret;

	if (image_open(&oracle.image, path)) {
		fprintf(stderr, "oracle: %s\n", oracle.image.error);
		return 2;
	}
	ret = options->modules ? take_modules(options->modules) :
				 truth_open(&oracle.truth, oracle.image.fd, path);
	if (ret)
		return ret;
	if (sites_open(&oracle) || words_open(&oracle)) {
		fprintf(stderr, "oracle: out of memory\n");
		return 2;
	}
	if (prototype_open(&oracle))
		return 2;
	return options->where ? explain_where(options->where) : run_all(options->jobs);
}

int main(int argc, char **argv)
{
	struct options options = { .jobs = 1 };
	int ret = take_options(argc, argv, &options);

	if (ret)
		return ret - 1;
	ret = run_image(argv[optind], &options);
	if (ret || options.where)
		return ret;
	table_print(&oracle.table, options.worst);
	printf("\n%llu functions, %llu refused, with %llu of %llu call sites\n",
	       (unsigned long long)oracle.functions, (unsigned long long)oracle.refused,
	       (unsigned long long)oracle.refused_calls, (unsigned long long)oracle.calls);
	if (options.save && table_save(&oracle.table, options.save)) {
		fprintf(stderr, "oracle: %s: cannot be written\n", options.save);
		return 2;
	}
	return table_passes(&oracle.table) ? 0 : 1;
}
