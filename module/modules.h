/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where modules lie: our own table of ranges, so that a crash need not walk the
 * kernel's tree of modules, which may be what is broken.
 */
#ifndef STACKANNO_MODULES_H
#define STACKANNO_MODULES_H

#include <linux/module.h>

#include "compat.h"

/* Modules beyond these are counted, and not known. */
#define STACKANNO_MODULES_MAX 512

/**
 * stackanno_modules_init() - note the modules there are, and those to come
 *
 * Context: process, may sleep.
 * Return: 0; -ENOMEM, or what register_module_notifier() said.
 */
int stackanno_modules_init(void);

/**
 * stackanno_modules_exit() - stop noting
 *
 * Context: process, may sleep.
 */
void stackanno_modules_exit(void);

/**
 * stackanno_modules_find() - the module that an address lies in
 * @address: any
 * @use: set to what that part of the module is for
 * @name: set to the module's name, which stays readable as long as this module
 *	is loaded
 * @offset: set to the distance from the part's begin
 *
 * Context: any.
 * Return: 0; -ENOENT when it lies in none.
 */
int stackanno_modules_find(unsigned long address, enum stackanno_module_use *use,
			   const char **name, unsigned long *offset);

/* What a module brings along of its text; to be read with nofault reads. */
struct stackanno_module_tables {
	const struct stackanno_jump *jumps;
	unsigned int jump_count;
	const struct bug_entry *bugs;
	unsigned int bug_count;
	const struct exception_table_entry *fixups;
	unsigned int fixup_count;
	const struct stackanno_static_site *statics;
	unsigned int static_count;
};

/**
 * stackanno_modules_tables() - the tables of the module around an address
 * @address: any
 * @tables: set; a count is 0 where the module has none
 *
 * Context: any.
 * Return: 0; -ENOENT when @address lies in no module.
 */
int stackanno_modules_tables(unsigned long address, struct stackanno_module_tables *tables);

/**
 * stackanno_modules_pin() - hold on to a module that is loaded
 * @index: below STACKANNO_MODULES_MAX
 *
 * Context: process, may sleep.
 * Return: the module, for module_put(); NULL when there is none at @index, or it is
 * going.
 */
struct module *stackanno_modules_pin(unsigned int index);

#endif /* STACKANNO_MODULES_H */
