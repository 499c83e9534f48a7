// SPDX-License-Identifier: GPL-2.0-only
#include "assemble.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/env.h"

#define NO_AS 127
/* A directory and a name in it. */
#define PATH_BYTES 512

static const char * const files[] = { "in.s", "out.o", "err" };

struct workshop {
	char directory[PATH_BYTES];
	char path[3][PATH_BYTES + 8];
};

static int open_workshop(struct workshop *shop)
{
	const char *parent = getenv("TMPDIR");
	size_t i;

	if (!parent || !*parent)
		parent = "/tmp";
	if (snprintf(shop->directory, sizeof(shop->directory), "%s/stackanno.XXXXXX", parent) >=
	    (int)sizeof(shop->directory))
		return -ENAMETOOLONG;
	if (!mkdtemp(shop->directory))
		return -errno;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		snprintf(shop->path[i], sizeof(shop->path[i]), "%s/%s", shop->directory, files[i]);
	return 0;
}

static void close_workshop(struct workshop *shop)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		unlink(shop->path[i]);
	rmdir(shop->directory);
}

static int write_file(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "wxe");
	int ret = 0;

	if (!file)
		return -errno;
	if (fwrite(text, 1, len, file) != len)
		ret = -EIO;
	if (fclose(file) && !ret)
		ret = -errno;
	return ret;
}

static int read_file(const char *path, void **bytes, size_t *len)
{
	struct stat stat;
	FILE *file = fopen(path, "re");
	int ret = 0;

	if (!file)
		return -errno;
	if (fstat(fileno(file), &stat))
		ret = -errno;
	*len = ret ? 0 : (size_t)stat.st_size;
	*bytes = malloc(*len + 1);
	if (!ret && !*bytes)
		ret = -ENOMEM;
	if (!ret && fread(*bytes, 1, *len, file) != *len)
		ret = -EIO;
	fclose(file);
	if (ret) {
		free(*bytes);
		*bytes = NULL;
	} else {
		((char *)*bytes)[*len] = '\0';
	}
	return ret;
}

/* In the child: nothing but as, its messages in a file, in no language but C's. */
static void become_as(const struct workshop *shop)
{
	int err = open(shop->path[2], O_WRONLY | O_CREAT | O_EXCL, 0600);
	int null = open("/dev/null", O_RDWR);

	if (err < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(err, 2) < 0)
		_exit(NO_AS);
	setenv("LC_ALL", "C", 1);
	execlp("as", "as", "--64", "-o", shop->path[1], shop->path[0], (char *)NULL);
	_exit(NO_AS);
}

static int run_as(const struct workshop *shop)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		become_as(shop);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFEXITED(status))
		return -EIO;
	if (WEXITSTATUS(status) == NO_AS)
		return -ENOENT;
	return WEXITSTATUS(status) ? -EBADMSG : 0;
}

/* The line that says what is wrong: before it stands that there is something. */
static void take_message(const struct workshop *shop, char *message, size_t room)
{
	const char *line;
	size_t len;
	void *text;

	snprintf(message, room, "as said nothing of why it failed");
	if (read_file(shop->path[2], &text, &len))
		return;
	line = strstr(text, "Error: ");
	if (line) {
		while (line > (char *)text && line[-1] != '\n')
			line--;
		snprintf(message, room, "%.*s", (int)strcspn(line, "\n"), line);
	}
	free(text);
}

int assemble(const char *source, size_t len, void **object, size_t *size, char *message,
	     size_t room)
{
	struct workshop shop;
	int ret;

	ret = open_workshop(&shop);
	if (ret) {
		snprintf(message, room, "no directory for as: %s", strerror(-ret));
		return ret;
	}
	ret = write_file(shop.path[0], source, len);
	if (!ret)
		ret = run_as(&shop);
	if (!ret)
		ret = read_file(shop.path[1], object, size);
	if (ret == -EBADMSG)
		take_message(&shop, message, room);
	else if (ret == -ENOENT)
		snprintf(message, room, "as (of binutils) cannot be run: is it installed?");
	else if (ret)
		snprintf(message, room, "as: %s", strerror(-ret));
	close_workshop(&shop);
	return ret;
}
