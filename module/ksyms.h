/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel has but does not export. Found once, at load; nothing
 * outside ksyms.c knows how. A symbol that is not there costs the feature that
 * needs it and nothing else.
 */
#ifndef STACKANNO_KSYMS_H
#define STACKANNO_KSYMS_H

#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <asm/insn.h>
#include <asm/stacktrace.h>

/* Symbols by what is done with them: called, or read. */
enum stackanno_ksym {
	/* functions */
	STACKANNO_KSYM_LOOKUP_NAME,
	STACKANNO_KSYM_LOOKUP,
	STACKANNO_KSYM_EACH_SYMBOL,
	STACKANNO_KSYM_STACK_INFO,
	STACKANNO_KSYM_STACK_NAME,
	STACKANNO_KSYM_TEXT_ADDRESS,
	STACKANNO_KSYM_PUT_STACK,
	STACKANNO_KSYM_GRAPH_RETURN,
	STACKANNO_KSYM_INSN_DECODE,
	STACKANNO_KSYM_FUNCTIONS,
	/* data, and functions of which only the address is wanted */
	STACKANNO_KSYM_STEXT = STACKANNO_KSYM_FUNCTIONS,
	STACKANNO_KSYM_ETEXT,
	STACKANNO_KSYM_SINITTEXT,
	STACKANNO_KSYM_EINITTEXT,
	STACKANNO_KSYM_NOINSTR_START,
	STACKANNO_KSYM_NOINSTR_END,
	STACKANNO_KSYM_START_RODATA,
	STACKANNO_KSYM_END_RODATA,
	STACKANNO_KSYM_SDATA,
	STACKANNO_KSYM_EDATA,
	STACKANNO_KSYM_BSS_START,
	STACKANNO_KSYM_BSS_STOP,
	STACKANNO_KSYM_PERCPU_START,
	STACKANNO_KSYM_PERCPU_END,
	STACKANNO_KSYM_SYSCALLS,
	STACKANNO_KSYM_SYSCALLS_32,
	STACKANNO_KSYM_PANIC_ON_OOPS,
	STACKANNO_KSYM_POST_NOTIFIERS,
	STACKANNO_KSYM_LOCKED_DOWN,
	STACKANNO_KSYM_PANIC,
	STACKANNO_KSYM_VPANIC,
	STACKANNO_KSYM_NMI_PANIC,
	STACKANNO_KSYM_BREAKPOINT_ENTRY,
	STACKANNO_KSYM_RETURN_TO_HANDLER,
	STACKANNO_KSYM_RETHOOK_TRAMPOLINE,
	STACKANNO_KSYM_JUMPS_START,
	STACKANNO_KSYM_JUMPS_STOP,
	STACKANNO_KSYM_BUGS_START,
	STACKANNO_KSYM_BUGS_STOP,
	STACKANNO_KSYM_FIXUPS_START,
	STACKANNO_KSYM_FIXUPS_STOP,
	STACKANNO_KSYM_KPROBE_TABLE,
	STACKANNO_KSYM_BTF_START,
	STACKANNO_KSYM_BTF_STOP,
	STACKANNO_KSYM_KMEM_CACHE,
	STACKANNO_KSYMS
};

/* Symbols of modules that were looked up last: they are searched for one by one. */
#define STACKANNO_SYMBOLS_KEPT 24
#define STACKANNO_SYMBOL_KEPT_LEN 56

struct stackanno_symbol_kept {
	unsigned long begin;
	unsigned long size;
	char name[STACKANNO_SYMBOL_KEPT_LEN];
	char module[MODULE_NAME_LEN];
};

/* A symbol around an address. */
struct stackanno_symbol {
	char name[KSYM_SYMBOL_LEN];	/* as wide as what sprint_symbol() may write */
	char module[MODULE_NAME_LEN];	/* "" for the kernel itself */
	unsigned long offset;
	unsigned long size;
	unsigned int next;	/* place for the next one to be kept */
	unsigned int kept;
	struct stackanno_symbol_kept last[STACKANNO_SYMBOLS_KEPT];
};

/**
 * stackanno_ksyms_forget() - let go of what was looked up before
 * @symbol: modules may have come and gone since
 *
 * Context: any.
 */
void stackanno_ksyms_forget(struct stackanno_symbol *symbol);

/**
 * stackanno_ksyms_init() - find the symbols
 * @hint: address of kallsyms_lookup_name as the administrator gave it; 0 to
 *	find it by a kprobe
 *
 * Context: process, may sleep.
 * Return: 0, also when nothing was found; -EINVAL when @hint is not the address
 * of that function (checked before it is ever called).
 */
int stackanno_ksyms_init(unsigned long hint);

/**
 * stackanno_ksyms_name() - name of a symbol in the table
 * @ksym: which
 *
 * Return: its name.
 */
const char *stackanno_ksyms_name(enum stackanno_ksym ksym);

/**
 * stackanno_ksyms_serves() - what is lost without a symbol
 * @ksym: which
 *
 * Return: the feature, in words.
 */
const char *stackanno_ksyms_serves(enum stackanno_ksym ksym);

/**
 * stackanno_ksyms_address() - address of a symbol in the table
 * @ksym: which
 *
 * Context: any.
 * Return: the address; 0 when it was not found. Never to be called through.
 */
unsigned long stackanno_ksyms_address(enum stackanno_ksym ksym);

/* Whether an address lies between two of them; not where they were not found. */
static inline bool stackanno_ksyms_between(u64 address, enum stackanno_ksym begin,
					   enum stackanno_ksym end)
{
	unsigned long low = stackanno_ksyms_address(begin);

	return low && address >= low && address < stackanno_ksyms_address(end);
}

/*
 * Whether an address is of a function that booted the kernel: its memory was given away
 * before the first module was loaded, and holds anything. Frames of such functions stay
 * on the stacks of the first tasks for good.
 */
static inline bool stackanno_ksyms_is_gone(u64 address)
{
	return stackanno_ksyms_between(address, STACKANNO_KSYM_SINITTEXT,
				       STACKANNO_KSYM_EINITTEXT);
}

/* Whether an address lies where the kernel's own image has symbols. */
static inline bool stackanno_ksyms_in_image(u64 address)
{
	return stackanno_ksyms_between(address, STACKANNO_KSYM_STEXT, STACKANNO_KSYM_ETEXT) ||
	       stackanno_ksyms_between(address, STACKANNO_KSYM_START_RODATA,
				       STACKANNO_KSYM_END_RODATA) ||
	       stackanno_ksyms_between(address, STACKANNO_KSYM_SDATA, STACKANNO_KSYM_EDATA) ||
	       stackanno_ksyms_between(address, STACKANNO_KSYM_BSS_START,
				       STACKANNO_KSYM_BSS_STOP);
}

/**
 * stackanno_ksyms_found() - whether a symbol of the table is there
 * @ksym: which
 *
 * Context: any.
 * Return: true when it was found, be it at address 0.
 */
bool stackanno_ksyms_found(enum stackanno_ksym ksym);

/**
 * stackanno_ksyms_symbol() - the symbol around an address
 * @address: any
 * @symbol: set on success; large, so not on the stack. It was all zero before its first
 *	use, and keeps what was found until stackanno_ksyms_forget()
 *
 * Takes the RCU read lock at most. Symbols of modules are found by the kernel's
 * tree of modules: ask only of addresses in ranges that are known to be a
 * module's, or that the unwinder took for text.
 *
 * Context: any.
 * Return: 0; -ENOENT when there is none.
 */
int stackanno_ksyms_symbol(unsigned long address, struct stackanno_symbol *symbol);

/**
 * stackanno_ksyms_text() - whether an address is text of kernel, module or JIT
 * @address: any
 *
 * Context: any.
 * Return: 1 or 0; -ENOENT when the kernel's own test was not found.
 */
int stackanno_ksyms_text(unsigned long address);

/**
 * stackanno_ksyms_stack_info() - the stack that an address lies on
 * @address: any
 * @task: whose; current for the stacks of this CPU
 * @info: set on success
 *
 * Context: any, preemption off.
 * Return: 0; -ENOENT when it lies on none, or the function was not found.
 */
int stackanno_ksyms_stack_info(unsigned long address, struct task_struct *task,
			       struct stack_info *info);

/**
 * stackanno_ksyms_stack_name() - the kernel's name of a kind of stack
 * @type: as the unwinder's stack_info says
 *
 * Context: any.
 * Return: "IRQ", "#DF" and so on; NULL when it has none.
 */
const char *stackanno_ksyms_stack_name(enum stack_type type);

/**
 * stackanno_ksyms_put_task_stack() - let go of a stack that was pinned
 * @task: whose stack try_get_task_stack() pinned
 *
 * Context: process. Only when STACKANNO_KSYM_PUT_STACK was found.
 */
void stackanno_ksyms_put_task_stack(struct task_struct *task);

/**
 * stackanno_ksyms_graph_return() - what the function graph tracer replaced
 * @task: whose stack it is
 * @slot: address of a word that holds, or held, the tracer's own return address
 *
 * Context: any.
 * Return: the return address that belongs there; 0 when it is not known.
 */
unsigned long stackanno_ksyms_graph_return(struct task_struct *task, unsigned long slot);

/**
 * stackanno_ksyms_find() - the address of a symbol by its name
 * @name: of the kernel's own, or of a module's
 *
 * Context: any.
 * Return: the address; 0 when there is none. Never to be called through.
 */
unsigned long stackanno_ksyms_find(const char *name);

/**
 * stackanno_ksyms_decode() - decode an instruction with the kernel's decoder
 * @insn: set on success
 * @bytes: where it begins
 * @len: how many there are
 *
 * Context: any.
 * Return: 0; -EINVAL when they are no instruction; -ENOENT when the decoder was
 * not found.
 */
int stackanno_ksyms_decode(struct insn *insn, const void *bytes, int len);

/* What stackanno_ksyms_each() calls; non-zero ends the walk. */
typedef int (*stackanno_ksyms_visit)(void *data, const char *name, unsigned long address);

/**
 * stackanno_ksyms_each() - walk the kernel's own symbols
 * @visit: called for each
 * @data: handed to it
 *
 * Context: process, may sleep.
 * Return: 0; -ENOENT when the function was not found; else what @visit said.
 */
int stackanno_ksyms_each(stackanno_ksyms_visit visit, void *data);

#endif /* STACKANNO_KSYMS_H */
