// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel keeps of a module's BTF is out of reach, and goes with the module. It
 * shows a copy in sysfs, of what it has checked against its own types and, where a
 * module brought a base of its own, adapted to them; that copy is taken.
 *
 * A crash reads the table without a lock. An entry is taken out before the module goes,
 * and given back when nobody who had preemption off can still look at it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "module_btf.h"

#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sched/task.h>
#include <linux/vmalloc.h>

#include "counter.h"
#include "kernel_btf.h"
#include "modules.h"

#define ENTRIES STACKANNO_MODULES_MAX
/* Ten times what the largest of Debian's modules, amdgpu, has. */
#define BYTES_MAX (32U << 20)
#define DIRECTORY "/sys/kernel/btf/"
#define PATH_BYTES (sizeof(DIRECTORY) + MODULE_NAME_LEN)

struct entry {
	struct stackanno_module_types types;
	const struct module *mod;
	char name[MODULE_NAME_LEN];
	void *blob;
	u32 blob_bytes;
	u32 *index;
	u8 *symbols;
	size_t bytes;
};

static struct entry __rcu *entries[ENTRIES];
/* Whoever changes the table, and what is told of it; readers take no lock. */
static DEFINE_MUTEX(entries_lock);
static unsigned int taken;
/* Entries are below; it only grows. */
static unsigned int entries_end;
static size_t bytes_taken;
static bool watching;

static struct entry *held(unsigned int index)
{
	return rcu_dereference_protected(entries[index], lockdep_is_held(&entries_lock));
}

static void give_back(struct entry *entry)
{
	vfree(entry->symbols);
	vfree(entry->index);
	vfree(entry->blob);
	kfree(entry);
}

/*
 * BTF knows functions by their names alone, and may hold one of several: the symbols say
 * how many there are. Those of a module's init part are there as long as that is.
 */
static void count_symbols(struct entry *entry, const struct mod_kallsyms *table)
{
	unsigned int i;
	u32 at;

	for (i = 0; i < table->num_symtab; i++) {
		at = stackanno_btf_named(&entry->types.btf,
					 table->strtab + table->symtab[i].st_name);
		if (at != STACKANNO_BTF_NONE && entry->symbols[at] < U8_MAX)
			entry->symbols[at]++;
	}
}

/* As init sees it: whoever loads the module may live where there is no sysfs. */
static struct file *open_file(const char *name)
{
	char text[PATH_BYTES];
	struct file *file;
	struct path root;

	scnprintf(text, sizeof(text), DIRECTORY "%s", name);
	task_lock(&init_task);
	get_fs_root(init_task.fs, &root);
	task_unlock(&init_task);
	file = file_open_root(&root, text, O_RDONLY, 0);
	path_put(&root);
	return file;
}

/*
 * kernel_read_file() would do, but that security modules want to know what for, and one
 * of them warns of whatever it has no rule for.
 */
static int read_blob(struct entry *entry, struct file *file)
{
	loff_t size = i_size_read(file_inode(file)), pos = 0;

	if (size <= 0)
		return -ENOENT;
	if (size > BYTES_MAX - bytes_taken)
		return -EFBIG;
	entry->blob = vmalloc(size);
	if (!entry->blob)
		return -ENOMEM;
	entry->blob_bytes = size;
	while (pos < size) {
		if (kernel_read(file, entry->blob + pos, size - pos, &pos) <= 0)
			return -ENOENT;
	}
	return 0;
}

/* Return: 0; -ENOENT where there is no BTF, or none that is of use. */
static int take_blob(struct entry *entry)
{
	struct file *file = open_file(entry->name);
	int ret;

	if (IS_ERR(file))
		return -ENOENT;
	ret = read_blob(entry, file);
	filp_close(file, NULL);
	return ret;
}

static int open_blob(struct entry *entry)
{
	u32 words;

	if (stackanno_btf_measure(entry->blob, entry->blob_bytes, &words))
		return -ENOENT;
	entry->index = vmalloc_array(words, sizeof(*entry->index));
	if (!entry->index)
		return -ENOMEM;
	entry->bytes = sizeof(*entry) + entry->blob_bytes + words * sizeof(*entry->index);
	return stackanno_btf_open(entry->blob, entry->blob_bytes, stackanno_kernel_btf(),
				  entry->index, words, &entry->types.btf);
}

static int fill(struct entry *entry, const struct mod_kallsyms *table)
{
	int ret = take_blob(entry);

	if (!ret)
		ret = open_blob(entry);
	if (ret)
		return ret;
	/* One more, as a module may have types and no functions. */
	entry->symbols = vzalloc(entry->types.btf.functions + 1);
	if (!entry->symbols)
		return -ENOMEM;
	entry->bytes += entry->types.btf.functions + 1;
	if (entry->bytes > BYTES_MAX - bytes_taken)
		return -EFBIG;
	count_symbols(entry, table);
	entry->types.symbols = entry->symbols;
	return 0;
}

static struct entry *make(const struct module *mod, const struct mod_kallsyms *table)
{
	struct entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	int ret;

	if (entry) {
		entry->mod = mod;
		strscpy(entry->name, mod->name, sizeof(entry->name));
		ret = fill(entry, table);
		if (!ret)
			return entry;
		give_back(entry);
		if (ret != -EFBIG && ret != -ENOMEM)
			return NULL;
	}
	stackanno_counter_add(STACKANNO_COUNT_MODULES_UNTYPED, 1);
	return NULL;
}

/* The module cannot go meanwhile. */
static void add(const struct module *mod, const struct mod_kallsyms *table)
{
	unsigned int i, empty = ENTRIES;
	struct entry *entry;

	lockdep_assert_held(&entries_lock);
	for (i = 0; i < ENTRIES; i++) {
		entry = held(i);
		if (!entry)
			empty = min(empty, i);
		else if (entry->mod == mod)
			return;
	}
	entry = empty < ENTRIES ? make(mod, table) : NULL;
	if (!entry)
		return;
	rcu_assign_pointer(entries[empty], entry);
	WRITE_ONCE(entries_end, max(entries_end, empty + 1));
	taken++;
	bytes_taken += entry->bytes;
}

static struct entry *take_out(unsigned int index)
{
	struct entry *entry = held(index);

	RCU_INIT_POINTER(entries[index], NULL);
	if (entry) {
		taken--;
		bytes_taken -= entry->bytes;
	}
	return entry;
}

static void forget(const struct module *mod)
{
	struct entry *entry;
	unsigned int i;

	for (i = 0; i < ENTRIES; i++) {
		entry = held(i);
		if (!entry || entry->mod != mod)
			continue;
		take_out(i);
		/* Whoever found it has preemption off. */
		synchronize_rcu();
		give_back(entry);
	}
}

static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct module *mod = data;

	mutex_lock(&entries_lock);
	/* The kernel's own notifier, which was registered first, has taken the BTF by now. */
	if (event == MODULE_STATE_COMING)
		add(mod, rcu_dereference_protected(mod->kallsyms, true));
	else if (event == MODULE_STATE_GOING)
		forget(mod);
	mutex_unlock(&entries_lock);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = module_event };

void stackanno_module_btf_init(void)
{
	struct module *mod;
	unsigned int i;

	if (!stackanno_kernel_btf())
		return;
	watching = !register_module_notifier(&notifier);
	if (!watching) {
		pr_info("parameters of modules' functions will have no names: out of memory\n");
		return;
	}
	for (i = 0; i < ENTRIES; i++) {
		mod = stackanno_modules_pin(i);
		if (!mod)
			continue;
		mutex_lock(&entries_lock);
		add(mod, &mod->core_kallsyms);
		mutex_unlock(&entries_lock);
		module_put(mod);
	}
}

void stackanno_module_btf_exit(void)
{
	struct entry *entry;
	unsigned int i;

	if (!watching)
		return;
	unregister_module_notifier(&notifier);
	mutex_lock(&entries_lock);
	for (i = 0; i < ENTRIES; i++) {
		entry = take_out(i);
		if (entry)
			give_back(entry);
	}
	mutex_unlock(&entries_lock);
}

const struct stackanno_module_types *stackanno_module_btf(u64 address)
{
	enum stackanno_module_use use;
	const struct entry *entry;
	unsigned long offset;
	const char *name;
	unsigned int i;

	if (stackanno_modules_find(address, &use, &name, &offset))
		return NULL;
	for (i = 0; i < READ_ONCE(entries_end); i++) {
		entry = rcu_dereference_sched_check(entries[i], true);
		if (entry && !strcmp(entry->name, name))
			return &entry->types;
	}
	return NULL;
}

size_t stackanno_module_btf_taken(unsigned int *modules)
{
	size_t bytes;

	mutex_lock(&entries_lock);
	*modules = taken;
	bytes = bytes_taken;
	mutex_unlock(&entries_lock);
	return bytes;
}
