// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers copy records and render the copy: nothing here keeps a crash from a
 * slot, or sees half a record.
 */
#include "debugfs.h"

#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "areas.h"
#include "ask.h"
#include "core/render.h"
#include "counter.h"
#include "guard.h"
#include "ksyms.h"
#include "module_btf.h"
#include "objects.h"
#include "pages.h"
#include "percpu.h"
#include "policy.h"
#include "prototypes.h"
#include "store.h"
#include "trigger.h"

/* The longest request is "blocked" or a number: anything longer is none. */
#define REQUEST_MAX 32

static struct dentry *directory;
static size_t memory_taken;

struct seq_sink {
	struct stackanno_sink sink;
	struct seq_file *file;
};

static void seq_line(struct stackanno_sink *sink, const char *line, size_t len)
{
	struct seq_file *file = container_of(sink, struct seq_sink, sink)->file;

	seq_write(file, line, len);
	seq_putc(file, '\n');
}

/* A copy of the record that is first behind an id, and what renders it. */
struct copy {
	struct stackanno_view view;
	struct stackanno_render_buffer render;
	u8 bytes[];
};

static struct copy *copy_alloc(void)
{
	return vzalloc(struct_size((struct copy *)NULL, bytes, stackanno_store_record_bytes()));
}

/* 1 when there is one, 0 when not, or an error. */
static int copy_take(struct copy *copy, u64 after)
{
	int ret = stackanno_store_copy(after, copy->bytes, stackanno_store_record_bytes());

	if (ret <= 0)
		return ret;
	ret = stackanno_record_open(copy->bytes, ret, &copy->view);
	return ret ? ret : 1;
}

static int last_show(struct seq_file *file, void *unused)
{
	struct stackanno_render_options options = { .form = STACKANNO_FORM_FULL };
	struct seq_sink sink = { .sink.line = seq_line, .file = file };
	u64 newest = stackanno_store_newest();
	struct copy *copy;
	int ret;

	if (!newest)
		return 0;
	copy = copy_alloc();
	if (!copy)
		return -ENOMEM;
	if (stackanno_policy_withheld())
		options.redact = STACKANNO_REDACT_ALL;
	ret = copy_take(copy, newest - 1);
	if (ret > 0)
		stackanno_render(&copy->view, &options, &copy->render, &sink.sink);
	vfree(copy);
	return min(ret, 0);
}
DEFINE_SHOW_ATTRIBUTE(last);

static int records_show(struct seq_file *file, void *unused)
{
	struct seq_sink sink = { .sink.line = seq_line, .file = file };
	struct copy *copy = copy_alloc();
	u64 after = 0;
	int ret;

	if (!copy)
		return -ENOMEM;
	stackanno_render_summary(NULL, &copy->render, &sink.sink);
	while ((ret = copy_take(copy, after)) > 0) {
		stackanno_render_summary(&copy->view, &copy->render, &sink.sink);
		after = copy->view.head.id;
	}
	vfree(copy);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(records);

static int stats_show(struct seq_file *file, void *unused)
{
	enum stackanno_counter counter;
	enum stackanno_ksym ksym;
	unsigned int i, modules;
	size_t bytes;
	const char *name;
	bool open;

	seq_printf(file, "version: %s\n", THIS_MODULE->version);
	seq_printf(file, "stopped: %d\n", stackanno_guard_stopped());
	seq_printf(file, "withheld: %d\n", stackanno_policy_withheld());
	seq_printf(file, "slots: %u\n", stackanno_store_count());
	seq_printf(file, "memory_bytes: %zu\n", memory_taken);
	seq_printf(file, "prototypes_bytes: %zu\n", stackanno_prototypes_bytes());
	bytes = stackanno_module_btf_taken(&modules);
	seq_printf(file, "module_btf_modules: %u\n", modules);
	seq_printf(file, "module_btf_bytes: %zu\n", bytes);
	seq_printf(file, "knows_pages: %d\n", stackanno_pages_known());
	seq_printf(file, "knows_objects: %d\n", stackanno_objects_known());
	seq_printf(file, "knows_areas: %d\n", stackanno_areas_known());
	seq_printf(file, "knows_vmas: %d\n", stackanno_vmas_known());
	for (counter = 0; counter < STACKANNO_COUNTERS; counter++)
		seq_printf(file, "%s: %lu\n", stackanno_counter_name(counter),
			   stackanno_counter_read(counter));
	for (i = 0; stackanno_trigger_describe(i, &name, &open); i++)
		seq_printf(file, "trigger_%s: %d\n", name, open);
	for (ksym = 0; ksym < STACKANNO_KSYMS; ksym++)
		if (!stackanno_ksyms_found(ksym))
			seq_printf(file, "missing_%s: %s\n", stackanno_ksyms_name(ksym),
				   stackanno_ksyms_serves(ksym));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/* All records, one behind the other, as they were when the file was opened. */
struct raw {
	size_t bytes;
	u8 data[];
};

static size_t raw_fill(struct raw *raw, size_t room)
{
	u64 after = 0;
	int ret;

	while ((ret = stackanno_store_copy(after, raw->data + raw->bytes,
					   room - raw->bytes)) > 0) {
		after = ((struct stackanno_record *)(raw->data + raw->bytes))->id;
		raw->bytes += ret;
	}
	return raw->bytes;
}

static int raw_open(struct inode *inode, struct file *file)
{
	size_t room = stackanno_store_count() * stackanno_store_record_bytes();
	struct raw *raw;

	if (stackanno_policy_withheld())
		return -EPERM;
	raw = vzalloc(struct_size((struct raw *)NULL, data, room));
	if (!raw)
		return -ENOMEM;
	raw_fill(raw, room);
	file->private_data = raw;
	return 0;
}

static ssize_t raw_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	const struct raw *raw = file->private_data;

	return simple_read_from_buffer(buf, size, pos, raw->data, raw->bytes);
}

static int raw_release(struct inode *inode, struct file *file)
{
	vfree(file->private_data);
	return 0;
}

static const struct file_operations raw_fops = {
	.owner = THIS_MODULE,
	.open = raw_open,
	.read = raw_read,
	.llseek = default_llseek,
	.release = raw_release,
};

static int request_self(unsigned int unused)
{
	return stackanno_ask_self();
}

static int request_pid(unsigned int pid)
{
	/* No task has such a number, and pid_t is signed. */
	if (!pid || pid > INT_MAX)
		return -EINVAL;
	return stackanno_ask_pid(pid);
}

static int request_cpu(unsigned int cpu)
{
	return stackanno_ask_cpu(cpu);
}

static int request_blocked(unsigned int unused)
{
	return min(stackanno_ask_blocked(), 0);
}

static int request_clear(unsigned int unused)
{
	return stackanno_store_clear();
}

static const struct {
	const char *verb;
	bool takes_number;
	int (*run)(unsigned int number);
} requests[] = {
	{ "pid", true, request_pid },
	{ "tid", true, request_pid },
	{ "cpu", true, request_cpu },
	{ "self", false, request_self },
	{ "blocked", false, request_blocked },
	{ "clear", false, request_clear },
};

static int run_request(const char *verb, const char *argument)
{
	unsigned int number = 0, i;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		if (strcmp(verb, requests[i].verb))
			continue;
		if (requests[i].takes_number != !!argument ||
		    (argument && kstrtouint(argument, 10, &number)))
			return -EINVAL;
		return requests[i].run(number);
	}
	return -EINVAL;
}

static ssize_t annotate_write(struct file *file, const char __user *buf, size_t size,
			      loff_t *pos)
{
	char text[REQUEST_MAX], *verb, *argument;
	int ret;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, size))
		return -EFAULT;
	text[size] = '\0';
	if (strlen(text) != size)
		return -EINVAL;
	argument = strim(text);
	verb = strsep(&argument, " \t");
	if (argument)
		argument = skip_spaces(argument);
	ret = run_request(verb, argument);
	return ret ? ret : size;
}

static const struct file_operations annotate_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.write = annotate_write,
};

void stackanno_debugfs_init(size_t memory)
{
	memory_taken = memory;
	directory = debugfs_create_dir("stackanno", NULL);
	debugfs_create_file("last", 0400, directory, NULL, &last_fops);
	debugfs_create_file("records", 0400, directory, NULL, &records_fops);
	debugfs_create_file("raw", 0400, directory, NULL, &raw_fops);
	debugfs_create_file("annotate", 0200, directory, NULL, &annotate_fops);
	debugfs_create_file("stats", 0400, directory, NULL, &stats_fops);
}

void stackanno_debugfs_exit(void)
{
	debugfs_remove(directory);
}
