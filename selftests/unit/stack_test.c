// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much stack the renderer and the validator take: a crash may leave little.
 * Built as the kernel builds them, without the sanitizers, whose frames are larger.
 */
#include <pthread.h>

#include "core/render.h"
#include "sample.h"

#include "kselftest_harness.h"

/* What render.h promises. */
#define LIMIT 512
/* Far more than that. */
#define PAINTED (64 << 10)
#define PAINT 0x7e

static struct sample sample;
static struct stackanno_view view;
static struct stackanno_render_buffer buffer;

struct job {
	void (*run)(void *of);
	void *of;
	size_t used;
};

static void no_line(struct stackanno_sink *sink, const char *line, size_t len)
{
	(void)sink;
	(void)line;
	(void)len;
}

static struct stackanno_sink sink = { .line = no_line };

static void render(void *of)
{
	stackanno_render(&view, of, &buffer, &sink);
}

static void summary(void *of)
{
	(void)of;
	stackanno_render_summary(&view, &buffer, &sink);
}

static void check(void *of)
{
	stackanno_record_open(of, sample.size, &view);
}

/* Nobody may conclude what is below the frame of a function from what it wrote. */
static char *forget(char *address)
{
	asm volatile ("" : "+r" (address) : : "memory");
	return address;
}

/*
 * Paint the stack below this frame, run the job, and see how far the paint is gone.
 * By a loop that is not made a call of memset(), whose own frame would be there.
 */
static __attribute__((optimize("no-tree-loop-distribute-patterns"))) void *measure(void *of)
{
	struct job *job = of;
	char *here = forget(__builtin_alloca(16));
	char *at;

	for (at = here - PAINTED; at < here; at++)
		*at = PAINT;
	forget(here);
	job->run(job->of);
	forget(here);
	for (at = here - PAINTED; at < here && *at == PAINT; at++)
		;
	job->used = (size_t)(here - at);
	return NULL;
}

static size_t thread_of(void (*run)(void *of), void *of)
{
	struct job job = { .run = run, .of = of };
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 4 * PAINTED);
	if (pthread_create(&thread, &attributes, measure, &job))
		return 0;
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
	return job.used;
}

static void nothing(void *of)
{
	(void)of;
}

/* Without what the thread itself takes. */
static size_t stack_of(void (*run)(void *of), void *of)
{
	return thread_of(run, of) - thread_of(nothing, NULL);
}

static void deep(void *of)
{
	char block[2000];

	block[0] = *(char *)of;
	forget(block);
}

TEST(paint_shows_what_was_used)
{
	char byte = 1;

	EXPECT_LT(1990, stack_of(deep, &byte));
	EXPECT_GT(2100, stack_of(deep, &byte));
	EXPECT_EQ(0, stack_of(nothing, NULL));
}

TEST(rendering_keeps_within_its_limit)
{
	static void (* const make[])(struct sample *s, struct stackanno_view *v) = {
		sample_oops, sample_everything, sample_hostile
	};
	struct stackanno_render_options options = { .max_lines = 0 };
	u32 i, form, redact;
	size_t used;

	for (i = 0; i < ARRAY_SIZE(make); i++) {
		make[i](&sample, &view);
		for (form = 0; form < STACKANNO_FORM_COUNT; form++) {
			for (redact = 0; redact < STACKANNO_REDACT_COUNT; redact++) {
				options.form = form;
				options.redact = redact;
				used = stack_of(render, &options);
				EXPECT_NE(0, used);
				EXPECT_GT(LIMIT, used);
			}
		}
		EXPECT_GT(LIMIT, stack_of(summary, NULL));
	}
}

TEST(validation_keeps_within_the_same)
{
	size_t used;

	sample_everything(&sample, &view);
	used = stack_of(check, sample.memory);
	EXPECT_NE(0, used);
	EXPECT_GT(LIMIT, used);
}

TEST_HARNESS_MAIN
