// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table of modules, filled by the notifier, read without a lock. An entry is
 * written before it is made live and taken out before the module's memory goes;
 * a reader that races with that is at worst told of a module that just went.
 */
#include "modules.h"

#include <linux/mutex.h>
#include <linux/pgtable.h>
#include <linux/rculist.h>
#include <linux/vmalloc.h>

#include "counter.h"

struct entry {
	bool live;
	struct module *mod;
	char name[MODULE_NAME_LEN];
	unsigned long begin[STACKANNO_MODULE_USES];
	unsigned long end[STACKANNO_MODULE_USES];
	struct stackanno_module_tables tables;
};

static struct entry *entries;
/* Between the notifier and the first walk of the list; readers take none. */
static DEFINE_MUTEX(entries_lock);

static struct entry *entry_of(const struct module *mod)
{
	unsigned int i;

	for (i = 0; i < STACKANNO_MODULES_MAX; i++)
		if (entries[i].live && entries[i].mod == mod)
			return &entries[i];
	return NULL;
}

static void set_ranges(struct entry *entry, const struct module *mod)
{
	enum stackanno_module_use use;

	for (use = 0; use < STACKANNO_MODULE_USES; use++)
		stackanno_compat_module_range(mod, use, &entry->begin[use], &entry->end[use]);
}

static void set_tables(struct stackanno_module_tables *tables, const struct module *mod)
{
	tables->jump_count = stackanno_compat_module_jumps(mod, &tables->jumps);
	tables->bug_count = stackanno_compat_module_bugs(mod, &tables->bugs);
	tables->fixups = READ_ONCE(mod->extable);
	tables->fixup_count = READ_ONCE(mod->num_exentries);
	tables->static_count = stackanno_compat_module_statics(mod, &tables->statics);
}

static void add(struct module *mod)
{
	unsigned int i;

	if (entry_of(mod))
		return;
	for (i = 0; i < STACKANNO_MODULES_MAX; i++) {
		if (entries[i].live)
			continue;
		entries[i].mod = mod;
		strscpy(entries[i].name, mod->name, sizeof(entries[i].name));
		set_ranges(&entries[i], mod);
		set_tables(&entries[i].tables, mod);
		/* Pairs with the acquire in stackanno_modules_find(). */
		smp_store_release(&entries[i].live, true);
		return;
	}
	stackanno_counter_add(STACKANNO_COUNT_MODULES_UNSEEN, 1);
}

static void forget_init(const struct module *mod)
{
	struct entry *entry = entry_of(mod);

	if (!entry)
		return;
	WRITE_ONCE(entry->end[STACKANNO_MODULE_INIT_TEXT], 0);
	WRITE_ONCE(entry->begin[STACKANNO_MODULE_INIT_TEXT], 0);
}

static void forget(const struct module *mod)
{
	struct entry *entry = entry_of(mod);

	if (entry)
		WRITE_ONCE(entry->live, false);
}

static int module_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct module *mod = data;

	mutex_lock(&entries_lock);
	switch (event) {
	case MODULE_STATE_COMING:
		add(mod);
		break;
	case MODULE_STATE_LIVE:
		forget_init(mod);
		break;
	case MODULE_STATE_GOING:
		forget(mod);
		break;
	}
	mutex_unlock(&entries_lock);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = module_event };

/*
 * The modules that were there first. Our own is on the kernel's list of them;
 * the list's head is the one node that does not lie where modules do.
 */
static void add_present(void)
{
	const struct list_head *own = &THIS_MODULE->list;
	const struct list_head *pos;
	unsigned int n = 0;

	mutex_lock(&entries_lock);
	/* The list is changed by list_*_rcu, and its modules freed after a grace period. */
	rcu_read_lock();
	preempt_disable();
	add(THIS_MODULE);
	for (pos = rcu_dereference(list_next_rcu(own)); pos != own && n < STACKANNO_MODULES_MAX;
	     pos = rcu_dereference(list_next_rcu(pos)), n++) {
		struct module *mod = list_entry_rcu(pos, struct module, list);
		unsigned long address = (unsigned long)pos;

		if (address < MODULES_VADDR || address >= MODULES_END)
			continue;
		if (mod->state == MODULE_STATE_LIVE || mod->state == MODULE_STATE_COMING)
			add(mod);
	}
	preempt_enable();
	rcu_read_unlock();
	mutex_unlock(&entries_lock);
}

int stackanno_modules_init(void)
{
	int ret;

	entries = vzalloc(array_size(STACKANNO_MODULES_MAX, sizeof(*entries)));
	if (!entries)
		return -ENOMEM;
	ret = register_module_notifier(&notifier);
	if (ret) {
		vfree(entries);
		return ret;
	}
	add_present();
	return 0;
}

void stackanno_modules_exit(void)
{
	unregister_module_notifier(&notifier);
	vfree(entries);
}

struct module *stackanno_modules_pin(unsigned int index)
{
	struct module *mod = NULL;

	mutex_lock(&entries_lock);
	/* The notifier takes it out, under the lock, before it goes. */
	if (entries[index].live && try_module_get(entries[index].mod))
		mod = entries[index].mod;
	mutex_unlock(&entries_lock);
	return mod;
}

static struct entry *find_entry(unsigned long address, enum stackanno_module_use *use)
{
	unsigned int i;

	if (address < MODULES_VADDR || address >= MODULES_END)
		return NULL;
	for (i = 0; i < STACKANNO_MODULES_MAX; i++) {
		/* Pairs with the release in add(). */
		if (!smp_load_acquire(&entries[i].live))
			continue;
		for (*use = 0; *use < STACKANNO_MODULE_USES; (*use)++)
			if (address >= READ_ONCE(entries[i].begin[*use]) &&
			    address < READ_ONCE(entries[i].end[*use]))
				return &entries[i];
	}
	return NULL;
}

int stackanno_modules_find(unsigned long address, enum stackanno_module_use *use,
			   const char **name, unsigned long *offset)
{
	const struct entry *entry = find_entry(address, use);

	if (!entry)
		return -ENOENT;
	*name = entry->name;
	*offset = address - READ_ONCE(entry->begin[*use]);
	return 0;
}

int stackanno_modules_tables(unsigned long address, struct stackanno_module_tables *tables)
{
	enum stackanno_module_use use;
	const struct entry *entry = find_entry(address, &use);

	if (!entry)
		return -ENOENT;
	*tables = entry->tables;
	return 0;
}
