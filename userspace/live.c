// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "live.h"

static int path_of(char *path, size_t size, const char *debugfs, const char *name)
{
	int len = snprintf(path, size, "%s/stackanno/%s", debugfs, name);

	if (len >= 0 && (size_t)len < size)
		return 0;
	fprintf(stderr, "stackanno: the name of the debugfs directory is too long\n");
	return -ENAMETOOLONG;
}

static bool is_mounted(const char *debugfs)
{
	struct statfs fs;

	if (statfs(debugfs, &fs))
		return false;
	/* A directory given by hand need not be the real thing. */
	return fs.f_type == DEBUGFS_MAGIC || strcmp(debugfs, LIVE_DEBUGFS);
}

/* Why a file of the module cannot be opened. */
static void tell_open(const char *debugfs, const char *name, int err)
{
	if (err == EACCES || err == EPERM) {
		if (geteuid())
			fprintf(stderr, "stackanno: not root: only root may read %s\n", debugfs);
		else
			fprintf(stderr,
				"stackanno: %s/stackanno/%s: refused, although root (kernel lockdown?)\n",
				debugfs, name);
		return;
	}
	if (err != ENOENT) {
		fprintf(stderr, "stackanno: %s/stackanno/%s: %s\n", debugfs, name, strerror(err));
		return;
	}
	if (!is_mounted(debugfs))
		fprintf(stderr, "stackanno: debugfs is not mounted at %s\n", debugfs);
	else
		fprintf(stderr, "stackanno: the stackanno module is not loaded\n");
}

int live_read(const char *debugfs, const char *name, struct bytes *bytes)
{
	char path[PATH_MAX];
	int ret;

	ret = path_of(path, sizeof(path), debugfs, name);
	if (ret)
		return ret;
	ret = bytes_read(path, bytes);
	if (ret)
		tell_open(debugfs, name, -ret);
	return ret;
}

static void tell_annotate(long pid, int err)
{
	switch (err) {
	case ESRCH:
		fprintf(stderr, "stackanno: there is no task %ld\n", pid);
		break;
	case EBUSY:
		fprintf(stderr,
			"stackanno: task %ld cannot be annotated now (it runs, or another annotation is under way)\n",
			pid);
		break;
	case EPERM:
		fprintf(stderr, "stackanno: the module may not annotate task %ld\n", pid);
		break;
	case EINVAL:
		fprintf(stderr, "stackanno: the module does not take %ld for a task\n", pid);
		break;
	default:
		fprintf(stderr, "stackanno: task %ld: %s\n", pid, strerror(err));
		break;
	}
}

int live_annotate(const char *debugfs, long pid)
{
	char path[PATH_MAX];
	char command[32];
	ssize_t put;
	int len, ret, fd;

	ret = path_of(path, sizeof(path), debugfs, "annotate");
	if (ret)
		return ret;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		tell_open(debugfs, "annotate", -ret);
		return ret;
	}
	len = snprintf(command, sizeof(command), "pid %ld\n", pid);
	do {
		put = write(fd, command, (size_t)len);
	} while (put < 0 && errno == EINTR);
	ret = put < 0 ? -errno : 0;
	close(fd);
	if (ret)
		tell_annotate(pid, -ret);
	return ret;
}
