// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/kfence.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>

#include "sa_fault.h"
#include "sa_known.h"

/* What every general register but bx, bp and sp holds at the fault. */
#define VALUE_R15	0x1515151515151515
#define VALUE_R14	0x1414141414141414
#define VALUE_R13	0x1313131313131313
#define VALUE_R12	0x1212121212121212
#define VALUE_R11	0x1111111111111111
#define VALUE_R10	0x1010101010101010
#define VALUE_R9	0x0909090909090909
#define VALUE_R8	0x0808080808080808
#define VALUE_AX	0x0a0a0a0a0a0a0a0a
#define VALUE_CX	0x0c0c0c0c0c0c0c0c
#define VALUE_DX	0x0d0d0d0d0d0d0d0d
#define VALUE_SI	0x5151515151515151
#define VALUE_DI	0xd1d1d1d1d1d1d1d1

#define LOAD(register, value) "movabsq $" __stringify(value) ", %%" register "\n\t"

/* The one input is what bx gets, and lies in memory: no register is free. */
#define LOAD_REGISTERS			\
	"movq %[bx], %%rbx\n\t"	\
	LOAD("r15", VALUE_R15)	\
	LOAD("r14", VALUE_R14)	\
	LOAD("r13", VALUE_R13)	\
	LOAD("r12", VALUE_R12)	\
	LOAD("r11", VALUE_R11)	\
	LOAD("r10", VALUE_R10)	\
	LOAD("r9", VALUE_R9)	\
	LOAD("r8", VALUE_R8)	\
	LOAD("rax", VALUE_AX)	\
	LOAD("rcx", VALUE_CX)	\
	LOAD("rdx", VALUE_DX)	\
	LOAD("rsi", VALUE_SI)	\
	LOAD("rdi", VALUE_DI)

#define CLOBBERS								\
	"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",	\
	"r12", "r13", "r14", "r15", "memory", "cc"

#define LABEL_ADDRESS(label)							\
({										\
	unsigned long address;							\
										\
	asm("leaq " label "(%%rip), %0" : "=r" (address));			\
	address;								\
})

/* sp of the function this stands in: constant from its prologue on. */
#define STACK_POINTER()								\
({										\
	unsigned long sp;							\
										\
	asm volatile("movq %%rsp, %0" : "=r" (sp));				\
	sp;									\
})

#define REGISTER(field, value) { #field, offsetof(struct pt_regs, field), value }

static const struct {
	const char *name;
	size_t offset;
	unsigned long value;
} constants[] = {
	REGISTER(r15, VALUE_R15),
	REGISTER(r14, VALUE_R14),
	REGISTER(r13, VALUE_R13),
	REGISTER(r12, VALUE_R12),
	REGISTER(r11, VALUE_R11),
	REGISTER(r10, VALUE_R10),
	REGISTER(r9, VALUE_R9),
	REGISTER(r8, VALUE_R8),
	REGISTER(ax, VALUE_AX),
	REGISTER(cx, VALUE_CX),
	REGISTER(dx, VALUE_DX),
	REGISTER(si, VALUE_SI),
	REGISTER(di, VALUE_DI),
};

static const unsigned long constant = 0xc0;
static unsigned long null;
static unsigned long freed;
static unsigned long data_address = (unsigned long)&null;
static unsigned long constant_address = (unsigned long)&constant;
/* Neither half of the address space, with 48 bits as with 57. */
static unsigned long non_canonical = 0x5a5a000000000000;

static void known_register(const char *who, const char *name, unsigned long regs,
			   size_t offset, unsigned long value)
{
	sa_known_at(who, "reg", name, regs ? regs + offset : 0, value);
}

/*
 * What the registers will hold. @regs is where they will be saved, 0 when that
 * is on another stack.
 */
static void known_registers(const char *who, unsigned long regs, unsigned long bx,
			    unsigned long bp, unsigned long sp, unsigned long ip)
{
	unsigned int i, ss;

	for (i = 0; i < ARRAY_SIZE(constants); i++)
		known_register(who, constants[i].name, regs, constants[i].offset,
			       constants[i].value);
	known_register(who, "bx", regs, offsetof(struct pt_regs, bx), bx);
	known_register(who, "bp", regs, offsetof(struct pt_regs, bp), bp);
	known_register(who, "sp", regs, offsetof(struct pt_regs, sp), sp);
	known_register(who, "cs", regs, offsetof(struct pt_regs, cs), __KERNEL_CS);
	/* An NMI may have left it empty. */
	savesegment(ss, ss);
	known_register(who, "ss", regs, offsetof(struct pt_regs, ss), ss);
	if (!ip)
		return;
	known_register(who, "ip", regs, offsetof(struct pt_regs, ip), ip);
	/* The entry code of every exception used here leaves -1 in its place. */
	known_register(who, "orig_ax", regs, offsetof(struct pt_regs, orig_ax), -1UL);
	sa_known_at(who, "ip", "-", 0, ip);
}

/* The CPU aligns sp before it pushes; the entry code goes on right below. */
static unsigned long regs_below(unsigned long sp)
{
	return (sp & ~0xfUL) - sizeof(struct pt_regs);
}

noinline __noclone void sa_fault_null_read(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	sa_known_at(who, "fault", "-", 0, 0x18);
	known_registers(who, regs_below(sp), null,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_null_read"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_null_read:\n\t"
		     "movq 0x18(%%rbx), %%rax\n\t"
		     : : [bx] "m" (null) : CLOBBERS);
}
EXPORT_SYMBOL_GPL(sa_fault_null_read);

noinline __noclone void sa_fault_plain(void)
{
	READ_ONCE(*(const unsigned long *)READ_ONCE(null));
}

/*
 * The call has pushed its return address: all that is saved of the registers is
 * one word lower, and ip is where it led to.
 */
static void known_call(const char *who, unsigned long target, unsigned long bp,
		       unsigned long sp, unsigned long next)
{
	unsigned long regs = regs_below(sp - 8);

	sa_known_at(who, "fault", "-", 0, target);
	known_registers(who, regs, target, bp, sp - 8, 0);
	known_register(who, "ip", regs, offsetof(struct pt_regs, ip), target);
	sa_known_at(who, "call", "-", sp - 8, next);
}

noinline __noclone void sa_fault_null_call(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	known_call(who, null, (unsigned long)__builtin_frame_address(0), sp,
		   LABEL_ADDRESS(".Lsa_null_call"));
	asm volatile(LOAD_REGISTERS
		     ANNOTATE_RETPOLINE_SAFE
		     "call *%%rbx\n\t"
		     ".Lsa_null_call:\n\t"
		     : ASM_CALL_CONSTRAINT : [bx] "m" (null) : CLOBBERS);
}

noinline __noclone void sa_fault_data_call(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	known_call(who, data_address, (unsigned long)__builtin_frame_address(0), sp,
		   LABEL_ADDRESS(".Lsa_data_call"));
	asm volatile(LOAD_REGISTERS
		     ANNOTATE_RETPOLINE_SAFE
		     "call *%%rbx\n\t"
		     ".Lsa_data_call:\n\t"
		     : ASM_CALL_CONSTRAINT : [bx] "m" (data_address) : CLOBBERS);
}

noinline __noclone void sa_fault_rodata_write(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	sa_known_at(who, "fault", "-", 0, constant_address);
	known_registers(who, regs_below(sp), constant_address,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_rodata_write"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_rodata_write:\n\t"
		     "movq %%rax, (%%rbx)\n\t"
		     : : [bx] "m" (constant_address) : CLOBBERS);
}

noinline __noclone void sa_fault_non_canonical(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	known_registers(who, regs_below(sp), non_canonical,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_non_canonical"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_non_canonical:\n\t"
		     "movq 0x18(%%rbx), %%rax\n\t"
		     : : [bx] "m" (non_canonical) : CLOBBERS);
}

/* KFENCE takes one allocation in each of its intervals. */
#define KFENCE_TRIES 2000

static unsigned long kfence_freed(void)
{
	unsigned long address = 0;
	unsigned int i;
	void *object;

	for (i = 0; i < KFENCE_TRIES && !address; i++) {
		object = kmalloc(64, GFP_KERNEL);
		if (object && is_kfence_address(object))
			address = (unsigned long)object;
		kfree(object);
		usleep_range(1000, 2000);
	}
	return address;
}

noinline __noclone void sa_fault_freed(const char *who)
{
	unsigned long sp = STACK_POINTER();

	freed = kfence_freed();
	if (!freed)
		return;
	SA_KNOWN_FRAME(who, "sa_level8");
	known_registers(who, regs_below(sp), freed,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_freed"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_freed:\n\t"
		     "movq (%%rbx), %%rax\n\t"
		     : : [bx] "m" (freed) : CLOBBERS);
}

noinline __noclone void sa_fault_divide(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	known_registers(who, regs_below(sp), null,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_divide"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_divide:\n\t"
		     "divq %%rbx\n\t"
		     : : [bx] "m" (null) : CLOBBERS);
}

noinline __noclone void sa_fault_bug(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	known_registers(who, regs_below(sp), null,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_bug"));
	/* BUG()'s instruction is the next one: it takes no operand. */
	asm volatile(LOAD_REGISTERS
		     ".Lsa_bug:\n\t"
		     : : [bx] "m" (null) : CLOBBERS);
	BUG();
}

noinline __noclone void sa_fault_warn(const char *who)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	known_registers(who, regs_below(sp), null,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_warn"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_warn:\n\t"
		     : : [bx] "m" (null) : CLOBBERS);
	WARN_ON(1);
}

noinline __noclone void sa_fault_panic(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	panic("sa_crash: asked for");
}

/* Room that is left to print from, in bytes. */
#define OVERFLOW_MARGIN 6144

struct overflow {
	bool rehearsal;
	unsigned int depth;
	unsigned long frame[THREAD_SIZE / 128];
	unsigned long value[THREAD_SIZE / 128];
};

static struct overflow overflow;

static noinline __noclone unsigned long sa_overflow(unsigned int depth)
{
	const unsigned long *frame = __builtin_frame_address(0);
	unsigned long block[16];

	block[0] = depth;
	barrier_data(block);
	if (overflow.rehearsal) {
		overflow.depth = depth;
		overflow.frame[depth] = (unsigned long)(frame + 1);
		overflow.value[depth] = READ_ONCE(frame[1]);
		if ((unsigned long)frame - (unsigned long)task_stack_page(current) <
		    OVERFLOW_MARGIN)
			return 0;
	}
	return sa_overflow(depth + 1) + block[0];
}

/*
 * Near the end of the stack nothing can be printed, so the way down is gone
 * twice: first to note where each frame will lie, then to the end.
 */
noinline __noclone void sa_fault_overflow(const char *who)
{
	int round;
	unsigned int i;

	SA_KNOWN_FRAME(who, "sa_level8");
	for (round = 0; round < 2; round++) {
		/* One call for both: the return address must be the same. */
		OPTIMIZER_HIDE_VAR(round);
		overflow.rehearsal = round == 0;
		sa_overflow(0);
		for (i = 0; i <= overflow.depth; i++)
			pr_info("sa_known: who=%s kind=ret name=sa_overflow addr=%016lx value=%016lx into=%s\n",
				who, overflow.frame[i], overflow.value[i],
				i ? "sa_overflow" : "sa_fault_overflow");
	}
}

noinline __noclone void sa_fault_together(const char *who)
{
	static atomic_t arrived;
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "sa_level8");
	sa_known_at(who, "fault", "-", 0, 0x18);
	known_registers(who, regs_below(sp), null,
			(unsigned long)__builtin_frame_address(0), sp,
			LABEL_ADDRESS(".Lsa_together"));
	atomic_inc(&arrived);
	while (atomic_read(&arrived) < 2)
		cpu_relax();
	asm volatile(LOAD_REGISTERS
		     ".Lsa_together:\n\t"
		     "movq 0x18(%%rbx), %%rax\n\t"
		     : : [bx] "m" (null) : CLOBBERS);
}

noinline __noclone void sa_fault_spin(const char *who, const int *stop)
{
	unsigned long sp = STACK_POINTER();

	SA_KNOWN_FRAME(who, "leaf_spin");
	known_registers(who, regs_below(sp), (unsigned long)stop,
			(unsigned long)__builtin_frame_address(0), sp, 0);
	sa_known_at(who, "span", "-", LABEL_ADDRESS(".Lsa_spin"),
		    LABEL_ADDRESS(".Lsa_spin_end"));
	asm volatile(LOAD_REGISTERS
		     ".Lsa_spin:\n\t"
		     "pause\n\t"
		     "cmpl $0, (%%rbx)\n\t"
		     ".Lsa_spin_end:\n\t"
		     "je .Lsa_spin\n\t"
		     : : [bx] "m" (stop) : CLOBBERS);
}
