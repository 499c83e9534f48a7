// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's unexported symbols.
 *
 * Resolved functions are called by static call, never by pointer: a kernel
 * built with X86_KERNEL_IBT overwrites the ENDBR of functions whose address
 * nobody takes, and an indirect call of one is a control protection fault on a
 * CPU that has IBT. A static call is a direct call, patched in at load.
 * scripts/check-calls proves that of the linked module.
 */
#include "ksyms.h"

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/sched/task_stack.h>
#include <linux/static_call.h>
#include <linux/string.h>

#include "compat.h"

/*
 * Only the type of @symbol is used, so that nothing is left to link. The
 * address may be that of the function's first instruction or, from a kprobe,
 * of the one behind its ENDBR: alike to a direct call.
 */
#define RESOLVED(symbol)						\
	DEFINE_STATIC_CALL_RET0(resolved_##symbol, symbol);		\
	static void set_##symbol(unsigned long address)			\
	{								\
		static_call_update(resolved_##symbol, (typeof(&symbol))address); \
	}

RESOLVED(kallsyms_lookup_name)
RESOLVED(kallsyms_lookup)
RESOLVED(kallsyms_on_each_symbol)
RESOLVED(get_stack_info)
RESOLVED(stack_type_name)
RESOLVED(__kernel_text_address)
RESOLVED(put_task_stack)
RESOLVED(ftrace_graph_ret_addr)
RESOLVED(insn_decode)

static const struct {
	const char *name;
	const char *serves;
	void (*set)(unsigned long address);
} wanted[] = {
	[STACKANNO_KSYM_LOOKUP_NAME] = {
		"kallsyms_lookup_name", "every other symbol", set_kallsyms_lookup_name },
	[STACKANNO_KSYM_LOOKUP] = {
		"kallsyms_lookup", "names of data", set_kallsyms_lookup },
	[STACKANNO_KSYM_EACH_SYMBOL] = {
		"kallsyms_on_each_symbol", "names of per-CPU variables",
		set_kallsyms_on_each_symbol },
	[STACKANNO_KSYM_STACK_INFO] = {
		"get_stack_info", "registers on exception stacks", set_get_stack_info },
	[STACKANNO_KSYM_STACK_NAME] = {
		"stack_type_name", "names of exception stacks", set_stack_type_name },
	[STACKANNO_KSYM_TEXT_ADDRESS] = {
		"__kernel_text_address", "text of JITs and trampolines",
		set___kernel_text_address },
	[STACKANNO_KSYM_PUT_STACK] = {
		"put_task_stack", "annotation of other tasks", set_put_task_stack },
	[STACKANNO_KSYM_GRAPH_RETURN] = {
		"ftrace_graph_ret_addr", "chains that two tracers changed",
		set_ftrace_graph_ret_addr },
	[STACKANNO_KSYM_INSN_DECODE] = {
		"insn_decode", "roles of the words of frames", set_insn_decode },
	[STACKANNO_KSYM_STEXT] = { "_stext", "meaning by symbol" },
	[STACKANNO_KSYM_ETEXT] = { "_etext", "meaning by symbol" },
	[STACKANNO_KSYM_SINITTEXT] = { "_sinittext", "frames of the kernel's start" },
	[STACKANNO_KSYM_EINITTEXT] = { "_einittext", "frames of the kernel's start" },
	[STACKANNO_KSYM_NOINSTR_START] = {
		"__noinstr_text_start", "telling functions without parameters from assembly"
	},
	[STACKANNO_KSYM_NOINSTR_END] = {
		"__noinstr_text_end", "telling functions without parameters from assembly"
	},
	[STACKANNO_KSYM_START_RODATA] = { "__start_rodata", "read-only data" },
	[STACKANNO_KSYM_END_RODATA] = { "__end_rodata", "read-only data" },
	[STACKANNO_KSYM_SDATA] = { "_sdata", "data" },
	[STACKANNO_KSYM_EDATA] = { "_edata", "data" },
	[STACKANNO_KSYM_BSS_START] = { "__bss_start", "zeroed data" },
	[STACKANNO_KSYM_BSS_STOP] = { "__bss_stop", "zeroed data" },
	[STACKANNO_KSYM_PERCPU_START] = { "__per_cpu_start", "per-CPU variables" },
	[STACKANNO_KSYM_PERCPU_END] = { "__per_cpu_end", "per-CPU variables" },
	[STACKANNO_KSYM_SYSCALLS] = { "sys_call_table", "names of system calls" },
	[STACKANNO_KSYM_SYSCALLS_32] = {
		"ia32_sys_call_table", "names of 32-bit system calls" },
	[STACKANNO_KSYM_PANIC_ON_OOPS] = {
		"panic_on_oops", "printing before a crash kernel starts" },
	[STACKANNO_KSYM_POST_NOTIFIERS] = {
		"crash_kexec_post_notifiers", "printing before a crash kernel starts" },
	[STACKANNO_KSYM_LOCKED_DOWN] = {
		"kernel_locked_down", "noticing a lockdown after load" },
	[STACKANNO_KSYM_PANIC] = { "panic", "leaving out the panic's own frames" },
	[STACKANNO_KSYM_VPANIC] = { "vpanic", "leaving out the panic's own frames" },
	[STACKANNO_KSYM_NMI_PANIC] = { "nmi_panic", "leaving out the panic's own frames" },
	[STACKANNO_KSYM_BREAKPOINT_ENTRY] = {
		"asm_exc_int3", "the way on from a function that a probe stopped"
	},
	[STACKANNO_KSYM_RETURN_TO_HANDLER] = {
		"return_to_handler", "chains that two tracers changed" },
	[STACKANNO_KSYM_RETHOOK_TRAMPOLINE] = {
		"arch_rethook_trampoline", "chains that two tracers changed" },
	[STACKANNO_KSYM_JUMPS_START] = {
		"__start___jump_table", "certainty about functions with patched jumps" },
	[STACKANNO_KSYM_JUMPS_STOP] = {
		"__stop___jump_table", "certainty about functions with patched jumps" },
	[STACKANNO_KSYM_BUGS_START] = { "__start___bug_table", "code behind warnings" },
	[STACKANNO_KSYM_BUGS_STOP] = { "__stop___bug_table", "code behind warnings" },
	[STACKANNO_KSYM_FIXUPS_START] = {
		"__start___ex_table", "certainty about functions that exceptions lead through" },
	[STACKANNO_KSYM_FIXUPS_STOP] = {
		"__stop___ex_table", "certainty about functions that exceptions lead through" },
	[STACKANNO_KSYM_KPROBE_TABLE] = {
		"kprobe_table", "certainty about functions with probes" },
	[STACKANNO_KSYM_BTF_START] = { "__start_BTF", "what lies where in memory" },
	[STACKANNO_KSYM_BTF_STOP] = { "__stop_BTF", "what lies where in memory" },
	[STACKANNO_KSYM_KMEM_CACHE] = { "kmem_cache", "objects of slab caches" },
};
static_assert(ARRAY_SIZE(wanted) == STACKANNO_KSYMS);

static unsigned long addresses[STACKANNO_KSYMS];

bool stackanno_ksyms_found(enum stackanno_ksym ksym)
{
	/* Where per-CPU variables are linked at 0, their begin is, and not missing. */
	if (ksym == STACKANNO_KSYM_PERCPU_START)
		ksym = STACKANNO_KSYM_PERCPU_END;
	return addresses[ksym] != 0;
}

/*
 * sprint_symbol() is exported, and says of an address what it is the start of.
 * So a wrong hint is found out without ever calling it.
 */
static int check_hint(unsigned long hint)
{
	static const char start[] = "kallsyms_lookup_name+0x0/";
	char *buf;
	int ret = 0;

	buf = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	sprint_symbol(buf, hint);
	if (strncmp(buf, start, strlen(start))) {
		pr_err("stackanno: kallsyms=%#lx: not the address of kallsyms_lookup_name\n",
		       hint);
		ret = -EINVAL;
	}
	kfree(buf);
	return ret;
}

static unsigned long probe_lookup_name(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long address;

	if (register_kprobe(&probe))
		return 0;
	address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return address;
}

int stackanno_ksyms_init(unsigned long hint)
{
	unsigned long lookup = hint;
	unsigned int i;
	int ret;

	if (hint) {
		ret = check_hint(hint);
		if (ret)
			return ret;
	} else {
		lookup = probe_lookup_name();
	}
	if (!lookup)
		return 0;

	addresses[STACKANNO_KSYM_LOOKUP_NAME] = lookup;
	set_kallsyms_lookup_name(lookup);
	for (i = STACKANNO_KSYM_LOOKUP_NAME + 1; i < STACKANNO_KSYMS; i++) {
		addresses[i] = static_call(resolved_kallsyms_lookup_name)(wanted[i].name);
		if (addresses[i] && wanted[i].set)
			wanted[i].set(addresses[i]);
	}
	return 0;
}

const char *stackanno_ksyms_name(enum stackanno_ksym ksym)
{
	return wanted[ksym].name;
}

const char *stackanno_ksyms_serves(enum stackanno_ksym ksym)
{
	return wanted[ksym].serves;
}

unsigned long stackanno_ksyms_address(enum stackanno_ksym ksym)
{
	return addresses[ksym];
}

/*
 * What sprint_symbol() wrote, "name+0x1c/0x20 [module]", taken apart in place.
 * The way when kallsyms_lookup() itself could not be had.
 */
static int parse_symbol(struct stackanno_symbol *symbol)
{
	char *plus = strrchr(symbol->name, '+');
	char *open = strchr(symbol->name, '[');
	unsigned long offset, size;

	if (!plus || sscanf(plus, "+%lx/%lx", &offset, &size) != 2)
		return -ENOENT;
	symbol->module[0] = '\0';
	if (open && open > plus) {
		strscpy(symbol->module, open + 1, sizeof(symbol->module));
		strreplace(symbol->module, ']', '\0');
		strreplace(symbol->module, ' ', '\0');
	}
	*plus = '\0';
	symbol->offset = offset;
	symbol->size = size;
	return 0;
}

void stackanno_ksyms_forget(struct stackanno_symbol *symbol)
{
	symbol->next = 0;
	symbol->kept = 0;
}

static bool recall(unsigned long address, struct stackanno_symbol *symbol)
{
	const struct stackanno_symbol_kept *kept;
	unsigned int i;

	for (i = 0; i < symbol->kept; i++) {
		kept = &symbol->last[i];
		if (address - kept->begin >= kept->size)
			continue;
		memcpy(symbol->name, kept->name, sizeof(kept->name));
		memcpy(symbol->module, kept->module, sizeof(kept->module));
		symbol->offset = address - kept->begin;
		symbol->size = kept->size;
		return true;
	}
	return false;
}

/*
 * The kernel's own are found by halves, and need no place. Of a module's data the size is
 * what lies between it and the end of text, which is before it.
 */
static void keep(unsigned long address, struct stackanno_symbol *symbol)
{
	struct stackanno_symbol_kept *kept = &symbol->last[symbol->next];

	if (!symbol->module[0] || symbol->offset >= symbol->size || (long)symbol->size < 0 ||
	    strlen(symbol->name) >= sizeof(kept->name))
		return;
	kept->begin = address - symbol->offset;
	kept->size = symbol->size;
	strscpy(kept->name, symbol->name, sizeof(kept->name));
	memcpy(kept->module, symbol->module, sizeof(kept->module));
	symbol->next = (symbol->next + 1) % STACKANNO_SYMBOLS_KEPT;
	symbol->kept = min(symbol->kept + 1, (unsigned int)STACKANNO_SYMBOLS_KEPT);
}

int stackanno_ksyms_symbol(unsigned long address, struct stackanno_symbol *symbol)
{
	const char *name;
	char *module = NULL;

	if (recall(address, symbol))
		return 0;
	if (!stackanno_ksyms_found(STACKANNO_KSYM_LOOKUP)) {
		sprint_symbol(symbol->name, address);
		return parse_symbol(symbol);
	}
	name = static_call(resolved_kallsyms_lookup)(address, &symbol->size, &symbol->offset,
						     &module, symbol->name);
	if (!name)
		return -ENOENT;
	/* BPF and ftrace hand out names of their own without filling the buffer. */
	if (name != symbol->name)
		strscpy(symbol->name, name, sizeof(symbol->name));
	symbol->name[sizeof(symbol->name) - 1] = '\0';
	symbol->module[0] = '\0';
	if (module)
		strscpy(symbol->module, module, sizeof(symbol->module));
	keep(address, symbol);
	return 0;
}

int stackanno_ksyms_text(unsigned long address)
{
	if (!stackanno_ksyms_found(STACKANNO_KSYM_TEXT_ADDRESS))
		return -ENOENT;
	/* That much needs none of the kernel's lists and trees. */
	if (address >= addresses[STACKANNO_KSYM_STEXT] &&
	    address < addresses[STACKANNO_KSYM_ETEXT])
		return 1;
	return static_call(resolved___kernel_text_address)(address) != 0;
}

int stackanno_ksyms_stack_info(unsigned long address, struct task_struct *task,
			       struct stack_info *info)
{
	unsigned long mask = 0;

	if (!stackanno_ksyms_found(STACKANNO_KSYM_STACK_INFO))
		return -ENOENT;
	if (static_call(resolved_get_stack_info)((unsigned long *)address, task, info, &mask))
		return -ENOENT;
	return 0;
}

const char *stackanno_ksyms_stack_name(enum stack_type type)
{
	if (!stackanno_ksyms_found(STACKANNO_KSYM_STACK_NAME))
		return NULL;
	return static_call(resolved_stack_type_name)(type);
}

void stackanno_ksyms_put_task_stack(struct task_struct *task)
{
	static_call(resolved_put_task_stack)(task);
}

unsigned long stackanno_ksyms_graph_return(struct task_struct *task, unsigned long slot)
{
	unsigned long handler = addresses[STACKANNO_KSYM_RETURN_TO_HANDLER];
	unsigned long real;
	int index = 0;

	if (!handler || !stackanno_ksyms_found(STACKANNO_KSYM_GRAPH_RETURN))
		return 0;
	real = static_call(resolved_ftrace_graph_ret_addr)(task, &index, handler,
							   (unsigned long *)slot);
	return real == handler ? 0 : real;
}

unsigned long stackanno_ksyms_find(const char *name)
{
	return static_call(resolved_kallsyms_lookup_name)(name);
}

int stackanno_ksyms_decode(struct insn *insn, const void *bytes, int len)
{
	if (!stackanno_ksyms_found(STACKANNO_KSYM_INSN_DECODE))
		return -ENOENT;
	return static_call(resolved_insn_decode)(insn, bytes, len, INSN_MODE_64) < 0 ? -EINVAL : 0;
}

struct visit {
	stackanno_ksyms_visit visit;
	void *data;
};

static int visit_symbol(STACKANNO_SYMBOL_ARGS)
{
	struct visit *visit = data;

	return visit->visit(visit->data, name, address);
}

int stackanno_ksyms_each(stackanno_ksyms_visit visit, void *data)
{
	struct visit context = { .visit = visit, .data = data };

	if (!stackanno_ksyms_found(STACKANNO_KSYM_EACH_SYMBOL))
		return -ENOENT;
	return static_call(resolved_kallsyms_on_each_symbol)(visit_symbol, &context);
}
