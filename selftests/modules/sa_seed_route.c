// SPDX-License-Identifier: GPL-2.0-only
/*
 * sa_seed: the ways to a seeded fault, through stock code. Write "SEED ROUTE" to
 * /sys/kernel/debug/sa_seed/trigger; "truth" beside it has a row for each pair that is
 * run, with the steps back from the fault.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/fs_context.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/net.h>
#include <linux/notifier.h>
#include <linux/seq_file.h>
#include <linux/sort.h>
#include <linux/statfs.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <net/sock.h>

#include "sa_seed.h"

/* Long enough for a thread to die of it, and for the report. */
#define AWHILE_MS 1500

static struct seed_box box;
static struct seed_outer outer = { .box = &box };
static seed_t current_seed;

static noinline __noclone int seed_directly(seed_t seed, struct seed_outer *from)
{
	return seed(from) + 1;
}

static noinline __noclone int seed_thread(void *argument)
{
	return READ_ONCE(current_seed)(argument) + 1;
}

static int run_thread(seed_t seed, struct seed_outer *from)
{
	struct task_struct *task = kthread_run(seed_thread, from, "sa_seed");

	msleep(AWHILE_MS);
	return PTR_ERR_OR_ZERO(task);
}

static noinline __noclone int seed_notify(struct notifier_block *block, unsigned long action,
					  void *argument)
{
	return READ_ONCE(current_seed)(argument) + 1;
}

static struct notifier_block notifier = { .notifier_call = seed_notify };
static ATOMIC_NOTIFIER_HEAD(notifiers);

static int run_notifier(seed_t seed, struct seed_outer *from)
{
	return atomic_notifier_call_chain(&notifiers, 0, from);
}

static noinline __noclone int seed_compare(const void *a, const void *b)
{
	return READ_ONCE(current_seed)(READ_ONCE(*(struct seed_outer **)a)) + 1;
}

static int run_sort(seed_t seed, struct seed_outer *from)
{
	struct seed_outer *array[2] = { from, from };

	sort(array, ARRAY_SIZE(array), sizeof(array[0]), seed_compare, NULL);
	return 0;
}

/* A filesystem with a broken super_block op. */
static noinline __noclone int seed_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	return READ_ONCE(current_seed)(READ_ONCE(dentry->d_sb->s_fs_info)) + 1;
}

static const struct super_operations super_operations = { .statfs = seed_statfs };

static int fill_super(struct super_block *super, struct fs_context *context)
{
	static const struct tree_descr files[] = { { "" } };
	int ret = simple_fill_super(super, 0x5eed, files);

	super->s_op = &super_operations;
	super->s_fs_info = &outer;
	return ret;
}

static int get_tree(struct fs_context *context)
{
	return get_tree_single(context, fill_super);
}

static const struct fs_context_operations context_operations = { .get_tree = get_tree };

static int init_context(struct fs_context *context)
{
	context->ops = &context_operations;
	return 0;
}

static struct file_system_type filesystem = {
	.owner = THIS_MODULE, .name = "sa_seed", .init_fs_context = init_context,
	.kill_sb = kill_litter_super,
};

static int run_statfs(seed_t seed, struct seed_outer *from)
{
	struct vfsmount *mount = kern_mount(&filesystem);
	struct path path;
	struct kstatfs buf;

	if (IS_ERR(mount))
		return PTR_ERR(mount);
	path.mnt = mount;
	path.dentry = mount->mnt_root;
	return vfs_statfs(&path, &buf);
}

/* A socket op, by the kernel's own way to it: of a socket that is good but for the op. */
static noinline __noclone int seed_sendmsg(struct socket *socket, struct msghdr *message,
					   size_t count)
{
	return READ_ONCE(current_seed)(READ_ONCE(socket->sk->sk_user_data)) + 1;
}

static const struct proto_ops socket_operations = { .sendmsg = seed_sendmsg };

/* Who dies of it leaves its socket behind: it is given another for the next. */
static int run_socket(seed_t seed, struct seed_outer *from)
{
	struct msghdr message = { .msg_flags = 0 };
	const struct proto_ops *good;
	struct socket *socket;
	struct kvec nothing = {};
	int ret = sock_create_kern(&init_net, AF_UNIX, SOCK_DGRAM, 0, &socket);

	if (ret)
		return ret;
	good = socket->ops;
	socket->sk->sk_user_data = from;
	socket->ops = &socket_operations;
	kernel_sendmsg(socket, &message, &nothing, 0, 0);
	socket->ops = good;
	sock_release(socket);
	return 0;
}

static ssize_t seed_file_read(struct file *file, char __user *to, size_t count, loff_t *at)
{
	READ_ONCE(current_seed)(READ_ONCE(file->private_data));
	/* A warning comes back: anything but an end would be read again, for ever. */
	return 0;
}

static int seed_file_open(struct inode *inode, struct file *file)
{
	file->private_data = &outer;
	return 0;
}

static const struct file_operations file_operations = {
	.owner = THIS_MODULE, .open = seed_file_open, .read = seed_file_read,
};

/* A timer's callback, which finds what the timer is a part of. */
static struct seed_timer {
	struct seed_outer *outer;
	struct timer_list timer;
} seed_timer;

static noinline __noclone void seed_expire(struct timer_list *timer)
{
	struct seed_timer *of = container_of(timer, struct seed_timer, timer);

	READ_ONCE(current_seed)(READ_ONCE(of->outer));
	barrier();
}

static int run_timer(seed_t seed, struct seed_outer *from)
{
	seed_timer.outer = from;
	timer_setup(&seed_timer.timer, seed_expire, 0);
	mod_timer(&seed_timer.timer, jiffies + 1);
	return 0;
}

/* The file is read by the shell, in a later step of its own. */
static int run_file(seed_t seed, struct seed_outer *from)
{
	return 0;
}

const struct seed_route seed_routes[] = {
	{ "direct", seed_directly, "argument:2:seed_directly" },
	{ "thread", run_thread, "argument:1:seed_thread" },
	{ "notifier", run_notifier, "argument:3:seed_notify" },
	{ "sort", run_sort, "load:0x0:seed_compare" },
	{ "statfs", run_statfs, "load:any:seed_statfs load:any:seed_statfs" },
	{ "socket", run_socket, "load:any:seed_sendmsg load:any:seed_sendmsg" },
	{ "file", run_file, "load:any:seed_file_read" },
	{ "timer", run_timer, "load:any:seed_expire", .in_interrupt = true },
};

const unsigned int seed_route_count = ARRAY_SIZE(seed_routes);

/*
 * All seeds directly, and each by some of the other ways. None by a work queue: the pool
 * of a worker that died goes wrong after a few. An oops in a timer is the machine's end.
 */
static bool is_run(unsigned int seed, unsigned int route)
{
	if (seed_routes[route].in_interrupt)
		return seeds[seed].warns;
	return !route || (seed + route) % 5 < 2;
}

static void show_pair(struct seq_file *file, const struct seed *seed,
		      const struct seed_route *route)
{
	seq_printf(file, "%s %s %s %s", seed->name, route->name, seed->way,
		   seed->ends ? "" : route->way);
	if (seed->first)
		seq_printf(file, " / %s", seed->first);
	seq_putc(file, '\n');
}

static int truth_show(struct seq_file *file, void *unused)
{
	unsigned int seed, route;

	for (seed = 0; seed < seed_count; seed++)
		for (route = 0; route < seed_route_count; route++)
			if (is_run(seed, route))
				show_pair(file, &seeds[seed], &seed_routes[route]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

static int trigger_pair(const char *name, const char *way)
{
	unsigned int seed, route;

	for (seed = 0; seed < seed_count && strcmp(seeds[seed].name, name); seed++)
		;
	for (route = 0; route < seed_route_count && strcmp(seed_routes[route].name, way); route++)
		;
	if (seed == seed_count || route == seed_route_count)
		return -EINVAL;
	seeds[seed].set(&box);
	WRITE_ONCE(current_seed, seeds[seed].run);
	return seed_routes[route].run(seeds[seed].run, &outer);
}

static ssize_t trigger_write(struct file *file, const char __user *from, size_t count,
			     loff_t *position)
{
	char text[64], *name, *rest = text;
	int ret;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	text[count] = 0;
	name = strsep(&rest, "\n ");
	ret = rest ? trigger_pair(name, strim(rest)) : -EINVAL;
	return ret < 0 ? ret : count;
}

static const struct file_operations trigger_operations = {
	.owner = THIS_MODULE, .open = simple_open, .write = trigger_write,
};

static struct dentry *directory;

static int __init sa_seed_init(void)
{
	atomic_notifier_chain_register(&notifiers, &notifier);
	directory = debugfs_create_dir("sa_seed", NULL);
	debugfs_create_file("trigger", 0200, directory, NULL, &trigger_operations);
	debugfs_create_file("truth", 0400, directory, NULL, &truth_fops);
	debugfs_create_file_unsafe("file", 0400, directory, NULL, &file_operations);
	return 0;
}

module_init(sa_seed_init);
MODULE_DESCRIPTION("Faults whose way is known");
MODULE_LICENSE("GPL");
