/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only file that knows one kernel from another. Each entry names the
 * commit that made the difference, its subject, and the release it came with.
 */
#ifndef STACKANNO_COMPAT_H
#define STACKANNO_COMPAT_H

#include <linux/bug.h>
#include <linux/kallsyms.h>
#include <linux/kasan.h>
#include <linux/kfence.h>
#include <linux/kmsg_dump.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/page-flags.h>
#include <linux/percpu.h>
#include <linux/randomize_kstack.h>
#include <linux/sysrq.h>
#include <linux/uaccess.h>
#include <asm/kasan.h>
#include <linux/version.h>
#include <asm/ptrace.h>
#include <asm/unwind.h>

#include "core/page.h"

#if !defined(CONFIG_X86_64)
#error "stackanno knows x86-64 only"
#endif

#if !defined(CONFIG_UNWINDER_ORC)
#error "stackanno needs the ORC unwinder (CONFIG_UNWINDER_ORC)"
#endif

/*
 * e1a261ba599e ("printk: Add a short description string to kmsg_dump()"), v6.10:
 * dumpers get a struct instead of the bare reason.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define STACKANNO_DUMP_ARG struct kmsg_dump_detail *detail
#define STACKANNO_DUMP_REASON (detail->reason)
#else
#define STACKANNO_DUMP_ARG enum kmsg_dump_reason detail
#define STACKANNO_DUMP_REASON (detail)
#endif

/*
 * bd5d54eb7958 ("tty: sysrq: rename and re-type i in sysrq_handle_loglevel()")
 * and the series around it, v6.6: handlers take u8 instead of int.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define STACKANNO_SYSRQ_KEY u8
#else
#define STACKANNO_SYSRQ_KEY int
#endif

/*
 * 3703bd54cd37 ("kallsyms: Delete an unused parameter related to
 * {module_}kallsyms_on_each_symbol()"), v6.4.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define STACKANNO_SYMBOL_ARGS void *data, const char *name, unsigned long address
#else
#define STACKANNO_SYMBOL_ARGS \
	void *data, const char *name, struct module *owner, unsigned long address
#endif

/* A module's memory, as ranges of one use each. */
enum stackanno_module_use {
	STACKANNO_MODULE_TEXT,
	STACKANNO_MODULE_RODATA,
	STACKANNO_MODULE_DATA,
	STACKANNO_MODULE_INIT_TEXT,
	STACKANNO_MODULE_USES
};

/*
 * ac3b43283923 ("module: replace module_layout with module_memory"), v6.4.
 * Before it, one block held text, then read-only data, then the rest.
 */
static inline void stackanno_compat_module_range(const struct module *mod,
						 enum stackanno_module_use use,
						 unsigned long *begin, unsigned long *end)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	static const enum mod_mem_type type[STACKANNO_MODULE_USES] = {
		[STACKANNO_MODULE_TEXT] = MOD_TEXT,
		[STACKANNO_MODULE_RODATA] = MOD_RODATA,
		[STACKANNO_MODULE_DATA] = MOD_DATA,
		[STACKANNO_MODULE_INIT_TEXT] = MOD_INIT_TEXT,
	};

	*begin = (unsigned long)mod->mem[type[use]].base;
	*end = *begin + mod->mem[type[use]].size;
#else
	unsigned long base = (unsigned long)mod->core_layout.base;
	const unsigned long edge[] = {
		0, mod->core_layout.text_size, mod->core_layout.ro_after_init_size,
		mod->core_layout.size,
	};

	if (use == STACKANNO_MODULE_INIT_TEXT) {
		*begin = (unsigned long)mod->init_layout.base;
		*end = *begin + mod->init_layout.text_size;
		return;
	}
	*begin = base + edge[use];
	*end = base + edge[use + 1];
#endif
}

/*
 * struct jump_entry, where the kernel has such: each offset is from itself.
 * 50ff18ab497a ("jump_label: Implement generic support for relative
 * references"), v4.19.
 */
struct stackanno_jump {
	s32 code;
	s32 target;
	long key;
};

/* Whether code is patched at jumps that a table lists. */
static inline bool stackanno_compat_jumps(void)
{
	return IS_ENABLED(CONFIG_JUMP_LABEL);
}

/* Table of a module's patched jumps. Return: how many there are. */
static inline unsigned int stackanno_compat_module_jumps(const struct module *mod,
							 const struct stackanno_jump **begin)
{
#ifdef CONFIG_JUMP_LABEL
	*begin = (const void *)READ_ONCE(mod->jump_entries);
	return READ_ONCE(mod->num_jump_entries);
#else
	*begin = NULL;
	return 0;
#endif
}

/* As struct static_call_site, which kernels without inline static calls do not have. */
struct stackanno_static_site {
	s32 code;	/* from the entry itself */
	s32 key;
};

/* Whether calls of static calls are patched where they stand. */
static inline bool stackanno_compat_static_sites(void)
{
	return IS_ENABLED(CONFIG_HAVE_STATIC_CALL_INLINE);
}

/* Table of a module's static calls. Return: how many there are. */
static inline unsigned int
stackanno_compat_module_statics(const struct module *mod,
				const struct stackanno_static_site **begin)
{
#ifdef CONFIG_HAVE_STATIC_CALL_INLINE
	*begin = (const void *)READ_ONCE(mod->static_call_sites);
	return READ_ONCE(mod->num_static_call_sites);
#else
	*begin = NULL;
	return 0;
#endif
}

/* Whether the kernel keeps a table of its traps. */
static inline bool stackanno_compat_bugs(void)
{
	return IS_ENABLED(CONFIG_GENERIC_BUG);
}

/*
 * The trap that an entry of __bug_table is about; @at is where it lies, of which
 * @copy is a copy. The layout is that of the headers in use, as other releases
 * have other fields behind the first.
 */
static inline u64 stackanno_compat_bug_address(const struct bug_entry *copy,
					       const struct bug_entry *at)
{
#ifdef CONFIG_GENERIC_BUG_RELATIVE_POINTERS
	return (unsigned long)&at->bug_addr_disp + copy->bug_addr_disp;
#else
	return copy->bug_addr;
#endif
}

/* Whether code goes on behind the trap. */
static inline bool stackanno_compat_bug_warns(const struct bug_entry *copy)
{
	return copy->flags & BUGFLAG_WARNING;
}

/* Table of a module's traps. Return: how many there are. */
static inline unsigned int stackanno_compat_module_bugs(const struct module *mod,
							const struct bug_entry **begin)
{
#ifdef CONFIG_GENERIC_BUG
	*begin = READ_ONCE(mod->bug_table);
	return READ_ONCE(mod->num_bugs);
#else
	*begin = NULL;
	return 0;
#endif
}

/* A node of the kernel's table of kprobes. */
struct stackanno_probe {
	unsigned long next;	/* 0: the last */
	u64 address;
	u8 opcode;		/* what stood there */
	bool traced;		/* by the function tracer's call: nothing is patched for it */
};

/* Return: 0; -EFAULT when @node cannot be read. */
static inline int stackanno_compat_probe(unsigned long node, struct stackanno_probe *to)
{
#ifdef CONFIG_KPROBES
	const struct kprobe *at = (void *)(node - offsetof(struct kprobe, hlist));
	struct kprobe probe;

	if (copy_from_kernel_nofault(&probe, at, sizeof(probe)))
		return -EFAULT;
	to->next = (unsigned long)probe.hlist.next;
	to->address = (unsigned long)probe.addr;
	to->opcode = probe.opcode;
	to->traced = probe.flags & KPROBE_FLAG_FTRACE;
	return 0;
#else
	return -EFAULT;
#endif
}

/*
 * Where a probe that was made a jump leads, and the four bytes that lay behind
 * the first. @node may be of a probe that never was one: nothing tells but the
 * text. Return: 0; -EFAULT when it surely was not.
 */
static inline int stackanno_compat_probe_detour(unsigned long node, u64 *detour, u8 *rest)
{
#ifdef CONFIG_OPTPROBES
	const struct optimized_kprobe *at =
		(void *)(node - offsetof(struct optimized_kprobe, kp.hlist));
	struct arch_optimized_insn insn;

	if (copy_from_kernel_nofault(&insn, &at->optinsn, sizeof(insn)))
		return -EFAULT;
	*detour = (unsigned long)insn.insn;
	memcpy(rest, insn.copied_insn, sizeof(insn.copied_insn));
	return 0;
#else
	return -EFAULT;
#endif
}

/* What the stack protector puts below the return addresses of @task's functions. */
static inline bool stackanno_compat_canary(const struct task_struct *task, u64 *canary)
{
#ifdef CONFIG_STACKPROTECTOR
	*canary = READ_ONCE(task->stack_canary);
	return true;
#else
	return false;
#endif
}

/*
 * Bytes that a system call of @task lowered its stack by at random. They are
 * alloca()'d, which gcc rounds, for a stack that is aligned to 8, to
 *	add	$0xf,%rax
 *	and	$0x7f8,%eax
 *	sub	%rax,%rsp
 * An offset of 0 is also what a kernel that does not randomise has: no gap is
 * claimed for it.
 * 39218ff4c625 ("stack: Optionally randomize kernel stack offset each
 * syscall"), v5.13; the mask: 9c573cd31343 ("randomize_kstack: Improve entropy
 * diffusion"), v6.10. The field in task_struct is probed for by Kbuild: it
 * came and went in stable releases.
 */
static inline unsigned int stackanno_compat_stack_offset(const struct task_struct *task)
{
#if defined(STACKANNO_HAVE_KSTACK_OFFSET) && defined(CONFIG_RANDOMIZE_KSTACK_OFFSET)
	unsigned int offset = KSTACK_OFFSET_MAX(READ_ONCE(task->kstack_offset));

	return offset ? (offset + 15) & ~7U : 0;
#else
	return 0;
#endif
}

/*
 * Whether the CPU pushes FRED's two event words above each pt_regs.
 * 65c9cc9e2c14 ("x86/fred: Reserve space for the FRED stack frame"), v6.9.
 */
static inline bool stackanno_compat_fred(void)
{
#if defined(CONFIG_X86_FRED) && defined(X86_FEATURE_FRED)
	return boot_cpu_has(X86_FEATURE_FRED);
#else
	return false;
#endif
}

/*
 * Where the unwinder found the address it stands at, and where that frame's
 * words begin. unwind_get_return_address_ptr() is not exported; these fields
 * are what it reads, unchanged since ee9f8fce9964 ("x86/unwind: Add the ORC
 * unwinder"), v4.14.
 */
static inline unsigned long stackanno_compat_unwind_slot(const struct unwind_state *state)
{
	if (state->regs)
		return (unsigned long)&state->regs->ip;
	return state->sp ? state->sp - sizeof(long) : 0;
}

static inline unsigned long stackanno_compat_unwind_sp(const struct unwind_state *state)
{
	return state->sp;
}

static inline unsigned long stackanno_compat_unwind_ip(const struct unwind_state *state)
{
	return state->ip;
}

/* Go on from another address than the one that the unwinder found. */
static inline void stackanno_compat_unwind_set_ip(struct unwind_state *state, unsigned long ip)
{
	state->ip = ip;
}

/* Take back an error that the unwinder marked before its first step. */
static inline void stackanno_compat_unwind_forgive(struct unwind_state *state)
{
	state->error = false;
}

/*
 * The task that runs on a CPU. Between e57ef2ed97c1 ("x86: Put hot per CPU
 * variables into a struct"), v6.2, and a1e4cc0155ad ("x86/percpu: Move
 * current_task to percpu hot section"), v6.15, it stands in a struct.
 */
static inline const struct task_struct *stackanno_compat_running(unsigned int cpu)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	return READ_ONCE(per_cpu(pcpu_hot.current_task, cpu));
#else
	return READ_ONCE(per_cpu(current_task, cpu));
#endif
}

/* Where code reads that: as an address in the segment of per-CPU memory. */
static inline unsigned long stackanno_compat_current(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
	return (__force unsigned long)&pcpu_hot.current_task;
#else
	return (__force unsigned long)&current_task;
#endif
}

/* Where KASAN keeps its shadow. Return: whether it does. */
static inline bool stackanno_compat_kasan_shadow(unsigned long *begin, unsigned long *end)
{
#ifdef CONFIG_KASAN
	*begin = KASAN_SHADOW_START;
	*end = KASAN_SHADOW_END;
	return true;
#else
	return false;
#endif
}

/* on_cpu is there on SMP kernels only; on others a task that is not current sleeps. */
static inline bool stackanno_compat_on_cpu(const struct task_struct *task)
{
#ifdef CONFIG_SMP
	return READ_ONCE(task->on_cpu);
#else
	return task == current;
#endif
}

/*
 * How page_type tells what a page is, where the kernel's BTF has no enumerators for
 * it. Before 4ffca5a96678 ("mm: support only one page_type per page"), v6.12, each
 * type is a bit that is cleared of what is all ones else.
 */
static inline void stackanno_compat_page_types(struct stackanno_page_type *types)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	types[STACKANNO_PAGE_FREE] = (struct stackanno_page_type){
		PAGE_TYPE_BASE | PG_buddy, PAGE_TYPE_BASE };
	types[STACKANNO_PAGE_OFFLINE] = (struct stackanno_page_type){
		PAGE_TYPE_BASE | PG_offline, PAGE_TYPE_BASE };
	types[STACKANNO_PAGE_TABLE] = (struct stackanno_page_type){
		PAGE_TYPE_BASE | PG_table, PAGE_TYPE_BASE };
	types[STACKANNO_PAGE_GUARD] = (struct stackanno_page_type){
		PAGE_TYPE_BASE | PG_guard, PAGE_TYPE_BASE };
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	/* 46df8e73a4a3 ("mm: free up PG_slab"), v6.10. */
	types[STACKANNO_PAGE_SLAB] = (struct stackanno_page_type){
		PAGE_TYPE_BASE | PG_slab, PAGE_TYPE_BASE };
#endif
}

/* Bytes of KFENCE's pool; 0 where the kernel has none. */
static inline unsigned long stackanno_compat_kfence_bytes(void)
{
#ifdef CONFIG_KFENCE
	return KFENCE_POOL_SIZE;
#else
	return 0;
#endif
}

/* What KASAN's shadow says of an object's first bytes. */
enum stackanno_shadow {
	STACKANNO_SHADOW_NONE,		/* there is no shadow, or it cannot be read */
	STACKANNO_SHADOW_ACCESSIBLE,
	STACKANNO_SHADOW_FREED,
	STACKANNO_SHADOW_OTHER,		/* it may not be accessed, for whatever reason */
};

/* The values are those of mm/kasan/kasan.h since v5.8, unchanged. */
static inline enum stackanno_shadow stackanno_compat_shadow(unsigned long address)
{
#ifdef CONFIG_KASAN_GENERIC
	const u8 *shadow = kasan_mem_to_shadow((void *)address);
	u8 value;

	if (copy_from_kernel_nofault(&value, shadow, sizeof(value)))
		return STACKANNO_SHADOW_OTHER;
	if (value < 8)
		return STACKANNO_SHADOW_ACCESSIBLE;
	return value == 0xfa || value == 0xfb ? STACKANNO_SHADOW_FREED : STACKANNO_SHADOW_OTHER;
#else
	return STACKANNO_SHADOW_NONE;
#endif
}

#endif /* STACKANNO_COMPAT_H */
