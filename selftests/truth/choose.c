// SPDX-License-Identifier: GPL-2.0-only
/*
 * By patterns, since no two kernels have the same functions: what is meant is the way
 * that a system call takes through its subsystem, more than what it ends in.
 */
#include "choose.h"

#include <err.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/env.h"

#define TRACEABLE	"/sys/kernel/tracing/available_filter_functions"
#define SYMBOLS		"/proc/kallsyms"
#define PATTERNS_MAX	48

static const struct {
	const char *name;
	const char *patterns[PATTERNS_MAX];
} subsystems[] = {
	{ "vfs", { "vfs_*", "ksys_*", "do_sys_open*", "do_filp_open", "path_openat", "path_*at",
		   "filename_*", "link_path_walk*", "walk_component", "lookup_*", "__lookup_*",
		   "iterate_dir", "dput", "__fput", "____fput", "notify_change", "do_mkdirat",
		   "do_unlinkat", "do_rmdir", "do_renameat2", "do_linkat", "do_symlinkat",
		   "do_truncate", "do_dentry_open", "rw_verify_area", "new_sync_*", "do_iter_*",
		   "user_path_at_*", "filp_close", "close_fd*", "getname*", "do_statx",
		   "do_readlinkat", "d_alloc*", "d_path", "touch_atime", "file_update_time*",
		   "open_last_lookups", "step_into", "terminate_walk", "do_faccessat" } },
	{ "files", { "generic_file_*", "generic_perform_write", "filemap_*", "simple_*", "shmem_*",
		     "ramfs_*", "page_cache_*", "folio_*", "__filemap_*", "truncate_*",
		     "noop_*", "dcache_*", "copy_page_*", "splice_*", "do_splice*",
		     "iter_file_splice_write", "direct_splice_*", "do_sendfile", "do_tee" } },
	{ "pseudo", { "seq_*", "proc_*", "kernfs_*", "sysfs_*", "show_*", "pid_*", "m_*",
		      "do_task_stat", "render_*", "single_open*", "traverse*", "debugfs_*",
		      "full_proxy_*", "simple_read_from_buffer" } },
	{ "events", { "ep_*", "do_epoll_*", "eventfd_*", "timerfd_*", "inotify_*", "fsnotify*",
		      "do_select", "core_sys_select", "do_sys_poll", "do_poll*", "signalfd_*",
		      "poll_*", "__pollwait", "__fsnotify_*" } },
	{ "pipe", { "pipe_*", "do_pipe*", "create_pipe_files", "alloc_pipe_info", "anon_pipe_*",
		    "free_pipe_info", "put_pipe_info", "generic_pipe_*", "fifo_*" } },
	{ "mm", { "do_mmap", "mmap_region", "__mmap_region", "do_munmap", "__do_munmap",
		  "do_vmi_*", "unmap_*", "zap_*", "handle_mm_fault", "__handle_mm_fault",
		  "do_anonymous_page", "do_fault*", "__do_fault", "do_wp_page", "wp_page_copy",
		  "copy_page_range", "dup_mm*", "mprotect_fixup", "do_mprotect_pkey",
		  "change_protection*", "vma_*", "__vma_*", "expand_*", "do_brk_flags",
		  "exit_mmap", "tlb_*", "madvise_*", "do_madvise*", "mlock_*", "apply_vma_*",
		  "move_vma", "move_page_tables", "free_pgtables", "free_pgd_range",
		  "get_user_pages*", "__get_user_pages", "do_shmat", "shm_*", "ksys_shm*", "newseg" } },
	{ "pages", { "__alloc_pages*", "get_page_from_freelist", "__folio_alloc*", "alloc_pages*",
		     "kmem_cache_alloc*", "kmem_cache_free*", "__kmalloc*", "kmalloc_*",
		     "___slab_alloc", "__slab_*", "allocate_slab", "new_slab*", "free_unref_*",
		     "release_pages", "lru_add_*", "__mem_cgroup_*", "vm_normal_*", "vmalloc_*",
		     "__vmalloc_*", "get_obj_cgroup_*", "try_charge*", "charge_memcg" } },
	{ "process", { "kernel_clone", "copy_process", "dup_task_struct", "do_exit",
		       "do_group_exit", "do_wait", "kernel_wait*", "wait_task_*", "release_task",
		       "begin_new_exec", "do_execveat_common*", "bprm_*", "load_elf_binary",
		       "exec_binprm", "setup_new_exec", "setup_arg_pages", "exit_*", "__mmput",
		       "mmput", "copy_*_kernel", "copy_files", "dup_fd", "wake_up_new_task",
		       "sched_fork", "alloc_pid", "free_pid", "mm_init*", "create_elf_tables",
		       "do_open_execat", "copy_strings*", "shift_arg_pages", "flush_old_exec" } },
	{ "sched", { "schedule", "schedule_timeout*", "schedule_hrtimeout*", "try_to_wake_up",
		     "wake_up_*", "__wake_up*", "default_wake_function", "autoremove_wake_*",
		     "ttwu_*", "activate_task", "enqueue_*", "dequeue_*", "pick_next_*",
		     "update_curr", "task_tick_*", "prepare_to_wait*", "finish_wait",
		     "do_sched_yield", "yield_*", "balance_*", "newidle_balance", "load_balance",
		     "select_task_rq_*", "sched_tick", "scheduler_tick", "worker_thread",
		     "process_one_work", "kthread", "smpboot_thread_fn", "task_work_*" } },
	{ "time", { "do_nanosleep", "hrtimer_*", "common_nsleep*", "do_setitimer", "it_real_fn",
		    "do_timer_*", "timer_*", "tick_*", "__hrtimer_*", "run_*timer*",
		    "call_timer_fn", "posix_*", "alarm_*", "update_process_times",
		    "clock_*", "process_timeout", "common_timer_*", "expire_timers",
		    "handle_softirqs", "rcu_core*", "irqtime_*", "update_wall_time" } },
	{ "futex", { "futex_*", "do_futex", "__futex_*", "get_futex_key", "mm_release",
		     "handle_futex_death", "exit_robust_list" } },
	{ "signal", { "send_sig*", "send_signal_locked", "__send_signal_locked", "get_signal",
		      "do_send_sig_info", "complete_signal", "do_sigaction", "sigprocmask",
		      "kill_*", "group_send_sig_info", "do_notify_parent*", "dequeue_signal",
		      "do_send_specific", "do_tkill", "signal_*", "force_sig*", "collect_signal",
		      "arch_do_signal_or_restart", "restore_*", "setup_*frame", "x64_setup_*",
		      "prepare_signal", "sigqueue_*", "__sigqueue_*" } },
	{ "socket", { "sock_*", "__sock_*", "__sys_*", "___sys_*", "____sys_*", "sk_*", "__sk_*",
		      "lock_sock_nested", "release_sock", "move_addr_to_*", "skb_*", "__skb_*",
		      "kfree_skb*", "consume_skb", "scm_*", "__scm_*", "put_cmsg" } },
	{ "inet", { "tcp_*", "__tcp_*", "inet_*", "__inet_*", "udp_*", "__udp_*", "ip_*",
		    "__ip_*", "ip4_*", "raw_*", "fib_*", "ipv4_*", "icmp_*" } },
	{ "device", { "dev_*", "__dev_*", "netif_*", "__netif_*", "net_rx_action", "process_backlog",
		      "__napi_poll", "loopback_xmit", "neigh_*", "validate_xmit_*", "rtnl*",
		      "netlink_*", "__netlink_*", "rtnetlink_*", "inet_dump_*", "napi_*" } },
	{ "unix", { "unix_*", "__unix_*" } },
	{ "tty", { "tty_*", "n_tty_*", "pty_*", "ptmx_*", "ptm_*", "ldsem_*", "do_tty_*",
		   "file_tty_*", "iterate_tty_*", "flush_to_ldisc", "__tty_*", "uart_*",
		   "serial8250_*", "get_random_bytes*", "read_zero", "devpts_*" } },
	{ "security", { "security_*", "cap_*", "apparmor_*", "aa_*", "common_perm*",
			"tomoyo_*", "capable*", "ns_capable*" } },
	{ "syscall", { "__x64_sys_*", "__do_sys_*", "__se_sys_*", "do_fcntl", "ksys_*" } },
	{ "lock", { "mutex_lock*", "__mutex_lock*", "down_*", "up_*", "rwsem_*", "__down_*",
		    "wait_for_completion*", "complete*", "synchronize_rcu*", "__wait_rcu_gp",
		    "percpu_*", "call_rcu*", "rcu_sync_*" } },
};

#define SUBSYSTEMS ARRAY_SIZE(subsystems)

struct list {
	struct choice *choice;
	size_t count, room;
};

static void add(struct list *list, struct choice choice)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 1024;
		list->choice = reallocarray(list->choice, list->room, sizeof(*list->choice));
		if (!list->choice)
			err(1, "choose");
	}
	list->choice[list->count++] = choice;
}

static int by_name(const void *a, const void *b)
{
	const struct choice *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static struct choice *find(const struct list *list, const char *name)
{
	const struct choice wanted = { .name = (char *)name };

	return bsearch(&wanted, list->choice, list->count, sizeof(wanted), by_name);
}

/* Functions of the kernel itself, by name; one whose name several have is of address 0. */
static void read_symbols(struct list *list)
{
	FILE *file = fopen(SYMBOLS, "r");
	char line[512], name[256], kind;
	unsigned long long address;
	size_t i, kept = 0;

	if (!file)
		err(1, SYMBOLS);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%llx %c %255s", &address, &kind, name) == 3 &&
		    (kind == 't' || kind == 'T') && !strchr(line, '['))
			add(list, (struct choice){ .address = address, .name = strdup(name) });
	fclose(file);
	qsort(list->choice, list->count, sizeof(*list->choice), by_name);
	for (i = 0; i < list->count; i++) {
		if (kept && !strcmp(list->choice[kept - 1].name, list->choice[i].name))
			list->choice[kept - 1].address = 0;
		else
			list->choice[kept++] = list->choice[i];
	}
	list->count = kept;
}

/* Return: whether there is a pattern that fits, the first one's place. */
static bool find_pattern(const char *name, size_t *subsystem, size_t *pattern)
{
	size_t i, k;

	for (i = 0; i < SUBSYSTEMS; i++) {
		for (k = 0; k < PATTERNS_MAX && subsystems[i].patterns[k]; k++) {
			if (fnmatch(subsystems[i].patterns[k], name, 0))
				continue;
			*subsystem = i;
			*pattern = k;
			return true;
		}
	}
	return false;
}

static void read_traceable(const struct list *symbols, struct list *chosen)
{
	static unsigned int turns[SUBSYSTEMS][PATTERNS_MAX];
	FILE *file = fopen(TRACEABLE, "r");
	char line[512], name[256];
	struct choice *symbol;
	size_t at, pattern;

	if (!file)
		err(1, TRACEABLE);
	while (fgets(line, sizeof(line), file)) {
		if (strchr(line, '[') || sscanf(line, "%255s", name) != 1 ||
		    !find_pattern(name, &at, &pattern))
			continue;
		symbol = find(symbols, name);
		if (symbol && symbol->address)
			add(chosen, (struct choice){ .address = symbol->address, .name = symbol->name,
						     .subsystem = subsystems[at].name,
						     .turn = turns[at][pattern]++ });
	}
	fclose(file);
}

static int by_turn(const void *a, const void *b)
{
	const struct choice *one = a, *other = b;

	if (one->turn != other->turn)
		return one->turn < other->turn ? -1 : 1;
	return one->address < other->address ? -1 : 1;
}

size_t choose_functions(struct choice **choices)
{
	struct list symbols = { 0 }, chosen = { 0 };

	read_symbols(&symbols);
	read_traceable(&symbols, &chosen);
	qsort(chosen.choice, chosen.count, sizeof(*chosen.choice), by_turn);
	*choices = chosen.choice;
	return chosen.count;
}
