// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds stackanno's records of a running kernel against what sa_truth.ko noted, and looks
 * for suspects where there are none.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "choose.h"
#include "compare.h"
#include "core/env.h"
#include "file.h"
#include "record.h"
#include "watch.h"

#define ROUND_US	800000
/* Rounds of annotations before anything is probed, to see which functions are on stacks. */
#define LOOKS		12
#define SEEN_MAX	16384

static struct options {
	unsigned long frames, seconds, annotations, probes, traced;
	bool shifted;		/* compare with the wrong register, as a broken stackanno might */
	bool quiet;		/* what is wrong is meant to be */
} options = { .frames = 1000, .seconds = 60, .annotations = 1000, .probes = 600, .traced = 60 };

static struct file_buffer raw, shots;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* ---- what is on stacks ---- */

static struct {
	uint64_t function;
	unsigned long times;
} seen[SEEN_MAX];

static unsigned long *times_seen(uint64_t function)
{
	size_t at = function / 16 % SEEN_MAX;

	while (seen[at].function && seen[at].function != function)
		at = (at + 1) % SEEN_MAX;
	seen[at].function = function;
	return &seen[at].times;
}

static void see(const struct record *record)
{
	const struct stackanno_frame *frame;
	uint32_t i;

	for (i = 0; (frame = record_entry(record, STACKANNO_SECTION_FRAMES, i)); i++)
		if (frame->kind == STACKANNO_FRAME_CALL && frame->func)
			++*times_seen(frame->func);
}

/* ---- rounds ---- */

/* Annotate for a while: the records are in raw then, and what was noted in shots. */
static void shoot(void)
{
	/* Nothing is under way, so that none stays. */
	file_write(STACKANNO "annotate", "clear");
	file_write(SA_TRUTH "armed", "1");
	usleep(ROUND_US);
	file_write(SA_TRUTH "armed", "0");
	file_read(SA_TRUTH "shots", &shots);
	file_read(STACKANNO "raw", &raw);
}

static const struct sa_truth_shot *shot_of(uint64_t id)
{
	const struct sa_truth_shot *shot;
	size_t at;

	for (at = 0; at < shots.count; at += sizeof(*shot) + shot->notes * sizeof(struct sa_truth_note)) {
		shot = (const void *)(shots.bytes + at);
		if (shot->record == id)
			return shot;
	}
	return NULL;
}

static void look(void)
{
	struct record record;
	const uint8_t *at;

	for (int i = 0; i < LOOKS; i++) {
		shoot();
		for (at = raw.bytes; record_next(&at, raw.bytes + raw.count, &record);)
			see(&record);
	}
}

static void compare_round(struct tally *tally)
{
	bool quiet = options.quiet || options.shifted;
	const struct sa_truth_shot *shot;
	struct record record;
	const uint8_t *at;

	shoot();
	for (at = raw.bytes; record_next(&at, raw.bytes + raw.count, &record);) {
		shot = shot_of(record.head->id);
		if (!shot)
			continue;
		if (compare_record(&record, shot, options.shifted, quiet, tally) && !quiet)
			record_keep(&record, "wrong");
		if (record.head->suspect)
			record_keep(&record, "suspect");
	}
}

/* ---- probes ---- */

static int by_sight(const void *a, const void *b)
{
	const struct choice *one = a, *other = b;
	unsigned long x = *times_seen(one->address), y = *times_seen(other->address);

	if (x != y)
		return x > y ? -1 : 1;
	return one->turn < other->turn ? -1 : one->turn > other->turn;
}

static unsigned int count_subsystems(const struct choice *choices, size_t count)
{
	unsigned int subsystems = 0;
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < i && choices[k].subsystem != choices[i].subsystem; k++)
			;
		subsystems += k == i;
	}
	return subsystems;
}

/* What was seen comes first, then subsystems in turn. */
static void place_probes(void)
{
	static const char * const kinds[] = { "breakpoint", "jump", "traced" };
	struct choice *choices;
	size_t count = choose_functions(&choices), i;
	unsigned int placed = 0, traced = 0, refused = 0, on_stacks = 0;
	double begun = now();
	char text[64];
	int kind;

	qsort(choices, count, sizeof(*choices), by_sight);
	for (i = 0; i < count && placed < options.probes; i++) {
		kind = placed % 3;
		if (kind == 2 && traced == options.traced)
			kind = i % 2;
		snprintf(text, sizeof(text), "%s %" PRIx64, kinds[kind], choices[i].address);
		if (file_try(SA_TRUTH "probe", text)) {
			refused++;
			continue;
		}
		on_stacks += *times_seen(choices[i].address) > 0;
		traced += kind == 2;
		placed++;
	}
	printf("functions\t%zu\nprobes\t%u\nprobes: refused\t%u\nprobes: traced\t%u\n"
	       "probes: seen on stacks\t%u\nsubsystems\t%u\nseconds: probes\t%.1f\n", count, placed,
	       refused, traced, on_stacks, count_subsystems(choices, i), now() - begun);
}

static void probe_command(void)
{
	file_write(SA_TRUTH "every", "1000000 40000");
	look();
	place_probes();
}

/* A tenth at a time: whoever waits for the end of it sees that there will be one. */
static void show_progress(const char *what, unsigned long done, unsigned long all, double begun,
			  unsigned long odd)
{
	static unsigned long tenths;

	if (!all || done * 10 / all <= tenths)
		return;
	tenths = done * 10 / all;
	fprintf(stderr, "# %s: %lu of %lu in %.0f s, %lu odd\n", what, done, all, now() - begun, odd);
}

static void compare_command(void)
{
	double begun = now();
	struct tally tally = { 0 };

	file_write(SA_TRUTH "every", "1500 120000");
	while (tally.noted < options.frames && now() - begun < options.seconds) {
		compare_round(&tally);
		show_progress("frames compared", tally.noted, options.frames, begun,
			      tally.suspects + compare_wrong(&tally, STACKANNO_EVIDENCE_CERTAIN));
	}
	compare_print(&tally);
	printf("seconds\t%.1f\n", now() - begun);
}

static void watch_command(void)
{
	double begun = now();
	struct watched watched = { 0 };

	while (watched.annotations < options.annotations && now() - begun < options.seconds) {
		watch_round(&watched);
		show_progress("annotations", watched.annotations, options.annotations, begun,
			      watched.suspects);
	}
	watch_print(&watched);
	printf("seconds\t%.1f\n", now() - begun);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text)
		errx(2, "%s is none", text);
	return value;
}

static void usage(void)
{
	fprintf(stderr, "Usage: truth [--probes N] [--traced N] probe\n"
		"       truth [--frames N] [--seconds N] [--shifted|--quiet] compare\n"
		"       truth [--annotations N] [--seconds N] watch\n");
	exit(2);
}

static const struct {
	const char *name;
	unsigned long *value;
} numbers[] = {
	{ "probes", &options.probes },
	{ "traced", &options.traced },
	{ "frames", &options.frames },
	{ "seconds", &options.seconds },
	{ "annotations", &options.annotations },
};

#define NUMBERS ((int)ARRAY_SIZE(numbers))

static const char *read_options(int argc, char **argv)
{
	struct option known[NUMBERS + 3] = { 0 };
	int i;

	for (i = 0; i < NUMBERS; i++)
		known[i] = (struct option){ numbers[i].name, required_argument, NULL, i };
	known[NUMBERS] = (struct option){ "shifted", no_argument, NULL, 's' };
	known[NUMBERS + 1] = (struct option){ "quiet", no_argument, NULL, 'q' };
	while ((i = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		if (i < NUMBERS)
			*numbers[i].value = number(optarg);
		else if (i == 's')
			options.shifted = true;
		else if (i == 'q')
			options.quiet = true;
		else
			usage();
	}
	if (optind + 1 != argc)
		usage();
	return argv[optind];
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} commands[] = {
		{ "probe", probe_command },
		{ "compare", compare_command },
		{ "watch", watch_command },
	};
	const char *name = read_options(argc, argv);
	size_t i;

	/* The load keeps all CPUs busy. */
	setpriority(PRIO_PROCESS, 0, -20);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i].name, name))
			continue;
		commands[i].run();
		return 0;
	}
	usage();
}
