// SPDX-License-Identifier: GPL-2.0-only
/* Loads the kernel that takes over when this one crashes. For the guest. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* It need not get far: without an init it resets the machine. */
static const char cmdline[] = "console=ttyS0,115200 panic=-1 nr_cpus=1";

int main(int argc, char **argv)
{
	int kernel;

	if (argc != 2) {
		fprintf(stderr, "usage: crash_kernel KERNEL\n");
		return 2;
	}
	kernel = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (kernel < 0) {
		fprintf(stderr, "crash_kernel: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	if (syscall(SYS_kexec_file_load, kernel, -1, sizeof(cmdline), cmdline,
		    KEXEC_FILE_ON_CRASH | KEXEC_FILE_NO_INITRAMFS)) {
		fprintf(stderr, "crash_kernel: kexec_file_load: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
