// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debugfs file "raw" as a program reads it: whole records, one behind the
 * other, the same bytes however small the reads are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "uapi/stackanno.h"

#define DIRECTORY	"/sys/kernel/debug/stackanno/"
#define ROOM		(16UL << 20)

static int annotate(const char *request)
{
	int fd = open(DIRECTORY "annotate", O_WRONLY);
	int result = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, request, strlen(request)) < 0)
		result = -errno;
	close(fd);
	return result;
}

/* Returns the count of bytes read, at most ROOM, or -errno. */
static ssize_t read_raw(char *into, size_t step)
{
	int fd = open(DIRECTORY "raw", O_RDONLY);
	size_t have = 0;
	ssize_t got = 1;

	if (fd < 0)
		return -errno;
	while (got > 0 && have + step <= ROOM) {
		got = read(fd, into + have, step);
		if (got > 0)
			have += got;
	}
	if (got < 0)
		have = -errno;
	close(fd);
	return have;
}

FIXTURE(raw) {
	char *one;
	char *other;
};

FIXTURE_SETUP(raw)
{
	if (access(DIRECTORY "raw", R_OK))
		SKIP(return, "no " DIRECTORY "raw: the module is not loaded, or not root");
	self->one = malloc(ROOM);
	self->other = malloc(ROOM);
	ASSERT_NE(NULL, self->one);
	ASSERT_NE(NULL, self->other);
	ASSERT_EQ(0, annotate("clear"));
}

FIXTURE_TEARDOWN(raw)
{
	free(self->one);
	free(self->other);
}

TEST_F(raw, empty_after_clear)
{
	EXPECT_EQ(0, read_raw(self->one, 4096));
}

TEST_F(raw, holds_a_record_for_each_request)
{
	const struct stackanno_record *record;
	ssize_t size, at = 0;
	uint64_t last_id = 0;
	int count = 0;

	ASSERT_EQ(0, annotate("self"));
	ASSERT_EQ(0, annotate("self\n"));
	size = read_raw(self->one, 4096);
	ASSERT_GT(size, 0);
	while (at < size) {
		record = (const void *)(self->one + at);
		ASSERT_GE(size - at, (ssize_t)sizeof(*record));
		ASSERT_EQ(STACKANNO_MAGIC, record->magic);
		ASSERT_EQ(STACKANNO_VERSION_MAJOR, record->version_major);
		ASSERT_GE(record->total_size, record->header_size);
		ASSERT_LE(record->total_size, size - at);
		EXPECT_EQ(STACKANNO_REASON_SELF, record->reason);
		EXPECT_EQ(getpid(), record->pid);
		EXPECT_GT(record->id, last_id);
		EXPECT_GT(record->words, 0);
		EXPECT_GT(record->frames, 0);
		last_id = record->id;
		at += record->total_size;
		count++;
	}
	EXPECT_EQ(2, count);
}

TEST_F(raw, same_bytes_in_small_reads)
{
	ssize_t size;

	ASSERT_EQ(0, annotate("self"));
	size = read_raw(self->one, 65536);
	ASSERT_GT(size, 0);
	ASSERT_EQ(size, read_raw(self->other, 113));
	EXPECT_EQ(0, memcmp(self->one, self->other, size));
}

TEST_F(raw, open_file_outlives_clear)
{
	int fd;
	char byte;

	ASSERT_EQ(0, annotate("self"));
	fd = open(DIRECTORY "raw", O_RDONLY);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(0, annotate("clear"));
	EXPECT_GE(read(fd, &byte, 1), 0);
	close(fd);
}

TEST_F(raw, overlong_request_is_refused)
{
	char request[8192];

	memset(request, 'x', sizeof(request) - 1);
	request[sizeof(request) - 1] = '\0';
	EXPECT_EQ(-EINVAL, annotate(request));
}

TEST_HARNESS_MAIN
