// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives a kernel something to do, of many sorts at once, until it is killed.
 * Usage: load [SORT...]
 *
 * Each sort is a process that does its round again and again; what fails in a round is
 * not looked at, what a kernel does until it says so is as good as any.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/shm.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <dirent.h>
#include <linux/futex.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define BLOCK 16384
#define PAUSE_US 300

static char block[BLOCK];

static void end_child(void)
{
	_exit(0);
}

/* ---- files ---- */

static void list_directory(const char *name)
{
	DIR *dir = opendir(name);
	struct dirent *entry;
	struct stat status;
	int left = 60;

	if (!dir)
		return;
	while (left-- && (entry = readdir(dir)))
		fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW);
	closedir(dir);
}

static void do_files(void)
{
	struct iovec parts[2] = { { block, 512 }, { block + 4096, 5000 } };
	char name[64], other[72];
	struct statfs space;
	int fd;

	snprintf(name, sizeof(name), "/tmp/load-%d", getpid());
	snprintf(other, sizeof(other), "%s-other", name);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	for (int i = 0; i < 6; i++) {
		write(fd, block, sizeof(block));
		writev(fd, parts, 2);
		pread(fd, block, 9000, 4000 * i);
		lseek(fd, 100, SEEK_CUR);
	}
	fsync(fd);
	ftruncate(fd, 3000);
	fallocate(fd, 0, 0, 70000);
	fchmod(fd, 0640);
	fstatfs(fd, &space);
	flock(fd, LOCK_EX);
	close(fd);
	link(name, other);
	rename(other, name);
	symlink(name, other);
	readlink(other, block, 100);
	access(other, R_OK);
	utimensat(AT_FDCWD, name, NULL, 0);
	unlink(other);
	unlink(name);
	mkdir(other, 0700);
	rmdir(other);
	list_directory("/tmp");
}

static void read_all(const char *name)
{
	int fd = open(name, O_RDONLY), left = 20;

	while (left-- && read(fd, block, 4096) > 0)
		;
	close(fd);
}

static void do_pseudo_files(void)
{
	static const char * const names[] = {
		"/proc/self/maps", "/proc/self/stat", "/proc/self/status", "/proc/meminfo",
		"/proc/stat", "/proc/self/smaps", "/proc/net/tcp", "/proc/interrupts",
		"/sys/kernel/mm/transparent_hugepage/enabled", "/proc/modules", "/proc/mounts",
		"/proc/self/limits", "/proc/1/stat", "/proc/self/fdinfo/0", "/proc/sys/kernel/pid_max",
		"/sys/devices/system/cpu/online", "/proc/self/cmdline", "/proc/self/environ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		read_all(names[i]);
	list_directory("/proc");
	list_directory("/proc/self/fd");
	list_directory("/sys/kernel");
}

static void do_notify(void)
{
	int watch = inotify_init1(IN_NONBLOCK), fd;

	inotify_add_watch(watch, "/tmp", IN_ALL_EVENTS);
	fd = open("/tmp/noticed", O_RDWR | O_CREAT, 0600);
	write(fd, block, 10);
	close(fd);
	unlink("/tmp/noticed");
	while (read(watch, block, sizeof(block)) > 0)
		;
	close(watch);
	usleep(PAUSE_US);
}

/* ---- processes ---- */

static void do_exec(void)
{
	pid_t pid = fork();

	if (!pid) {
		execl("/bin/busybox", "busybox", "true", NULL);
		end_child();
	}
	waitpid(pid, NULL, 0);
}

static void do_fork(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (!pid) {
		setsid();
		nice(1);
		for (size_t i = 0; i < sizeof(block); i += 1024)
			block[i]++;
		end_child();
	}
	waitid(P_PID, pid, &info, WEXITED);
	sched_yield();
}

static int thread(void *word)
{
	syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
	return 0;
}

static void do_threads(void)
{
	static char stack[4][16384] __attribute__((aligned(16)));
	static int word;
	const struct timespec soon = { 0, 200000 };

	word = 0;
	for (int i = 0; i < 4; i++)
		clone(thread, stack[i] + sizeof(stack[i]),
		      CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, &word);
	syscall(SYS_futex, &word, FUTEX_WAIT, 0, &soon, NULL, 0);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &word, FUTEX_WAKE, 100, NULL, NULL, 0);
	while (wait(NULL) > 0)
		;
}

static void take_signal(int number)
{
	(void)number;
	getppid();
}

static void do_signals(void)
{
	struct sigaction action = { .sa_handler = take_signal, .sa_flags = SA_RESTART };
	struct itimerval soon = { .it_value.tv_usec = 500 };
	sigset_t set, pending;
	int fd;

	for (int number = 1; number < 32; number++)
		if (number != SIGINT && number != SIGTERM && number != SIGCHLD)
			sigaction(number, &action, NULL);
	kill(getpid(), SIGUSR1);
	raise(SIGUSR2);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGHUP);
	sigpending(&pending);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	read(fd, block, sizeof(block));
	close(fd);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	pause();
	/* A fault that ends in a signal. */
	signal(SIGSEGV, SIG_DFL);
	if (!fork()) {
		prctl(PR_SET_DUMPABLE, 0);
		memset(mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1, 100);
		end_child();
	}
	wait(NULL);
}

/* ---- memory ---- */

static void do_memory(void)
{
	size_t size = 64 * 4096;
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/tmp/mapped", O_RDWR | O_CREAT, 0600);
	char *file;

	for (size_t i = 0; i < size; i += 4096)
		at[i] = 1;
	mprotect(at, size / 2, PROT_READ);
	madvise(at + size / 2, size / 4, MADV_DONTNEED);
	mlock(at, 4096);
	msync(at, size, MS_ASYNC);
	at = mremap(at, size, 2 * size, MREMAP_MAYMOVE);
	munmap(at + 4096, 4096);
	munmap(at, 2 * size);
	ftruncate(fd, 40000);
	file = mmap(NULL, 40000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (size_t i = 0; i < 40000; i += 4096)
		file[i]++;
	msync(file, 40000, MS_SYNC);
	/* Copied on write. */
	if (!fork()) {
		for (size_t i = 0; i < sizeof(block); i += 4096)
			block[i]++;
		end_child();
	}
	wait(NULL);
	munmap(file, 40000);
	close(fd);
	sbrk(40000);
	sbrk(-40000);
}

static void do_shared_memory(void)
{
	int id = shmget(IPC_PRIVATE, 20000, 0600 | IPC_CREAT);
	char *at = shmat(id, NULL, 0);

	if (at != (char *)-1) {
		memset(at, 1, 20000);
		shmdt(at);
	}
	shmctl(id, IPC_RMID, NULL);
	usleep(PAUSE_US);
}

/* ---- pipes and sockets ---- */

static void echo_once(int in, int out)
{
	ssize_t got = read(in, block, 3000);

	if (got > 0)
		write(out, block, got);
}

static void do_pipes(void)
{
	int there[2], back[2], file;

	pipe(there);
	pipe(back);
	if (!fork()) {
		for (int i = 0; i < 8; i++)
			echo_once(there[0], back[1]);
		end_child();
	}
	for (int i = 0; i < 8; i++) {
		write(there[1], block, 3000);
		read(back[0], block, 3000);
	}
	wait(NULL);
	file = open("/bin/busybox", O_RDONLY);
	splice(file, NULL, there[1], NULL, 8192, SPLICE_F_NONBLOCK);
	tee(there[0], back[1], 4096, SPLICE_F_NONBLOCK);
	close(file);
	for (int i = 0; i < 2; i++) {
		close(there[i]);
		close(back[i]);
	}
}

/* Two processes talk, in both directions, and end. */
static void converse(int mine, int other)
{
	if (!fork()) {
		close(mine);
		for (int i = 0; i < 6; i++)
			echo_once(other, other);
		end_child();
	}
	close(other);
	for (int i = 0; i < 6; i++) {
		send(mine, block, 2000, MSG_NOSIGNAL);
		recv(mine, block, 2000, 0);
	}
	shutdown(mine, SHUT_RDWR);
	close(mine);
	wait(NULL);
}

static void do_unix(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { block, 10 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int pair[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	converse(pair[0], pair[1]);
	socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &pair[0], sizeof(int));
	sendmsg(pair[0], &message, 0);
	recvmsg(pair[1], &message, 0);
	memcpy(&pair[0], CMSG_DATA(head), sizeof(int));
	close(pair[0]);
	close(pair[1]);
}

static void do_tcp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), mine = socket(AF_INET, SOCK_STREAM, 0);
	int one = 1, other, file;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	bind(listener, (struct sockaddr *)&at, sizeof(at));
	listen(listener, 4);
	getsockname(listener, (struct sockaddr *)&at, &size);
	connect(mine, (struct sockaddr *)&at, sizeof(at));
	other = accept(listener, NULL, NULL);
	setsockopt(mine, IPPROTO_TCP, 1, &one, sizeof(one));
	file = open("/bin/busybox", O_RDONLY);
	sendfile(mine, file, NULL, 6000);
	recv(other, block, sizeof(block), 0);
	close(file);
	close(listener);
	converse(mine, other);
}

static void do_udp(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int mine = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0);
	struct pollfd wait_for = { .fd = other, .events = POLLIN };

	bind(other, (struct sockaddr *)&at, sizeof(at));
	getsockname(other, (struct sockaddr *)&at, &size);
	for (int i = 0; i < 5; i++) {
		sendto(mine, block, 500, 0, (struct sockaddr *)&at, sizeof(at));
		poll(&wait_for, 1, 10);
		recvfrom(other, block, sizeof(block), MSG_DONTWAIT, NULL, NULL);
	}
	close(mine);
	close(other);
}

static void do_netlink(void)
{
	/* A request for all addresses, and one for all links. */
	static const unsigned char kinds[] = { 22, 18, 26 };
	int fd = socket(AF_NETLINK, SOCK_RAW, 0);
	unsigned int request[5] = { sizeof(request) };

	for (size_t i = 0; i < sizeof(kinds); i++) {
		request[1] = kinds[i] | 0x301 << 16;
		send(fd, request, sizeof(request), 0);
		recv(fd, block, sizeof(block), 0);
	}
	close(fd);
	usleep(PAUSE_US);
}

/* ---- waiting ---- */

static void do_timers(void)
{
	struct itimerspec soon = { .it_value.tv_nsec = 300000 };
	struct timespec pause = { 0, 200000 };
	struct timeval patience = { 0, 1000 };
	struct pollfd wait_for;
	timer_t timer;
	fd_set set;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	timerfd_settime(fd, 0, &soon, NULL);
	read(fd, block, 8);
	timerfd_settime(fd, 0, &soon, NULL);
	wait_for = (struct pollfd){ .fd = fd, .events = POLLIN };
	poll(&wait_for, 1, 20);
	FD_ZERO(&set);
	FD_SET(fd, &set);
	select(fd + 1, &set, NULL, NULL, &patience);
	close(fd);
	nanosleep(&pause, NULL);
	clock_nanosleep(CLOCK_REALTIME, 0, &pause, NULL);
	signal(SIGALRM, take_signal);
	if (!timer_create(CLOCK_MONOTONIC, NULL, &timer)) {
		timer_settime(timer, 0, &soon, NULL);
		usleep(600);
		timer_delete(timer);
	}
}

static void do_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN }, got[4];
	int set = epoll_create1(0), counter = eventfd(0, EFD_NONBLOCK);
	unsigned long long one = 1;

	epoll_ctl(set, EPOLL_CTL_ADD, counter, &event);
	epoll_wait(set, got, 4, 1);
	if (!fork()) {
		usleep(PAUSE_US);
		write(counter, &one, 8);
		end_child();
	}
	epoll_wait(set, got, 4, 50);
	read(counter, block, 8);
	close(counter);
	close(set);
	wait(NULL);
}

static void do_terminal(void)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlock = 0, number = 0, slave;
	char name[32];

	ioctl(master, TIOCSPTLCK, &unlock);
	ioctl(master, TIOCGPTN, &number);
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	slave = open(name, O_RDWR | O_NOCTTY);
	write(master, "some words\n", 11);
	read(slave, block, 100);
	write(slave, "others\n", 7);
	read(master, block, 100);
	close(slave);
	close(master);
	read_all("/dev/zero");
	syscall(SYS_getrandom, block, 3000, 0);
	usleep(PAUSE_US);
}

static const struct {
	const char *name;
	void (*round)(void);
} sorts[] = {
	{ "files", do_files },
	{ "pseudo-files", do_pseudo_files },
	{ "notify", do_notify },
	{ "exec", do_exec },
	{ "fork", do_fork },
	{ "threads", do_threads },
	{ "signals", do_signals },
	{ "memory", do_memory },
	{ "shared-memory", do_shared_memory },
	{ "pipes", do_pipes },
	{ "unix", do_unix },
	{ "tcp", do_tcp },
	{ "udp", do_udp },
	{ "netlink", do_netlink },
	{ "timers", do_timers },
	{ "epoll", do_epoll },
	{ "terminal", do_terminal },
};

#define SORTS ARRAY_SIZE(sorts)

static void raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (ioctl(fd, SIOCSIFFLAGS, &request))
		perror("load: lo");
	close(fd);
}

static void begin(size_t sort)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("load: fork");
		exit(1);
	}
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	for (;;)
		sorts[sort].round();
}

static int is_wanted(const char *name, char **words)
{
	if (!*words)
		return 1;
	for (; *words; words++)
		if (!strcmp(*words, name))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	size_t begun = 0;

	(void)argc;
	raise_loopback();
	nice(10);
	for (size_t i = 0; i < SORTS; i++) {
		if (!is_wanted(sorts[i].name, argv + 1))
			continue;
		begin(i);
		begun++;
	}
	if (!begun) {
		fprintf(stderr, "load: no such sort\n");
		return 2;
	}
	for (;;)
		pause();
}
