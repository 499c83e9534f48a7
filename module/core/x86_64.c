// SPDX-License-Identifier: GPL-2.0-only
/* The names and layouts of x86-64, by Intel's and AMD's manuals. */
#include "arch.h"
#include "text.h"

static const char * const fields[] = {
	[STACKANNO_X86_R15] = "r15",
	[STACKANNO_X86_R14] = "r14",
	[STACKANNO_X86_R13] = "r13",
	[STACKANNO_X86_R12] = "r12",
	[STACKANNO_X86_BP] = "bp",
	[STACKANNO_X86_BX] = "bx",
	[STACKANNO_X86_R11] = "r11",
	[STACKANNO_X86_R10] = "r10",
	[STACKANNO_X86_R9] = "r9",
	[STACKANNO_X86_R8] = "r8",
	[STACKANNO_X86_AX] = "ax",
	[STACKANNO_X86_CX] = "cx",
	[STACKANNO_X86_DX] = "dx",
	[STACKANNO_X86_SI] = "si",
	[STACKANNO_X86_DI] = "di",
	[STACKANNO_X86_ORIG_AX] = "orig_ax",
	[STACKANNO_X86_IP] = "ip",
	[STACKANNO_X86_CS] = "cs",
	[STACKANNO_X86_FLAGS] = "flags",
	[STACKANNO_X86_SP] = "sp",
	[STACKANNO_X86_SS] = "ss",
};
static_assert(ARRAY_SIZE(fields) == STACKANNO_X86_FIELDS);

static const char * const events[] = {
	[STACKANNO_X86_EVENT_DATA] = "event_data",
	[STACKANNO_X86_EVENT_RESERVED] = "event_reserved",
};
static_assert(ARRAY_SIZE(events) == STACKANNO_X86_EVENTS);

static const char * const registers[STACKANNO_X86_FIELDS] = {
	[STACKANNO_X86_R15] = "r15",
	[STACKANNO_X86_R14] = "r14",
	[STACKANNO_X86_R13] = "r13",
	[STACKANNO_X86_R12] = "r12",
	[STACKANNO_X86_BP] = "rbp",
	[STACKANNO_X86_BX] = "rbx",
	[STACKANNO_X86_R11] = "r11",
	[STACKANNO_X86_R10] = "r10",
	[STACKANNO_X86_R9] = "r9",
	[STACKANNO_X86_R8] = "r8",
	[STACKANNO_X86_AX] = "rax",
	[STACKANNO_X86_CX] = "rcx",
	[STACKANNO_X86_DX] = "rdx",
	[STACKANNO_X86_SI] = "rsi",
	[STACKANNO_X86_DI] = "rdi",
	[STACKANNO_X86_SP] = "rsp",
};

enum vector {
	VECTOR_INVALID_TSS = 10,
	VECTOR_SEGMENT_NOT_PRESENT = 11,
	VECTOR_STACK_SEGMENT = 12,
	VECTOR_PROTECTION = 13,
	VECTOR_PAGE_FAULT = 14,
	VECTOR_CONTROL_PROTECTION = 21,
};

/*
 * Exceptions, and the system vectors whose numbers all supported kernels share.
 * Vector 13 goes without the last word of its usual name: parsers of kernel
 * logs take that for the start of a report.
 */
static const char * const vectors[256] = {
	[0] = "divide error",
	[1] = "debug",
	[2] = "NMI",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range",
	[6] = "invalid opcode",
	[7] = "device not available",
	[8] = "double fault",
	[9] = "coprocessor overrun",
	[VECTOR_INVALID_TSS] = "invalid TSS",
	[VECTOR_SEGMENT_NOT_PRESENT] = "segment not present",
	[VECTOR_STACK_SEGMENT] = "stack segment",
	[VECTOR_PROTECTION] = "general protection",
	[VECTOR_PAGE_FAULT] = "page fault",
	[16] = "x87 error",
	[17] = "alignment check",
	[18] = "machine check",
	[19] = "SIMD error",
	[20] = "virtualization exception",
	[VECTOR_CONTROL_PROTECTION] = "control protection",
	[28] = "hypervisor injection",
	[29] = "VMM communication",
	[30] = "security exception",
	[0x80] = "int 0x80 system call",
	[0xec] = "local timer",
	[0xed] = "Hyper-V timer",
	[0xee] = "Hyper-V reenlightenment",
	[0xef] = "managed irq shutdown",
	[0xf0] = "posted interrupt nested",
	[0xf1] = "posted interrupt wakeup",
	[0xf2] = "posted interrupt",
	[0xf3] = "hypervisor callback",
	[0xf4] = "deferred error",
	[0xf6] = "irq work",
	[0xf7] = "platform IPI",
	[0xf8] = "reboot",
	[0xf9] = "machine check threshold",
	[0xfa] = "thermal",
	[0xfb] = "call function single",
	[0xfc] = "call function",
	[0xfd] = "reschedule",
	[0xfe] = "APIC error",
	[0xff] = "spurious interrupt",
};

const char *stackanno_arch_field_name(unsigned int field)
{
	return field < ARRAY_SIZE(fields) ? fields[field] : NULL;
}

const char *stackanno_arch_event_name(unsigned int event)
{
	return event < ARRAY_SIZE(events) ? events[event] : NULL;
}

const char *stackanno_arch_register_name(unsigned int field)
{
	return field < ARRAY_SIZE(registers) ? registers[field] : NULL;
}

const char *stackanno_arch_vector_name(unsigned int vector)
{
	return vector < ARRAY_SIZE(vectors) ? vectors[vector] : NULL;
}

/* Error code of a page fault. */
#define PF_PROTECTION	(1ULL << 0)
#define PF_WRITE	(1ULL << 1)
#define PF_USER		(1ULL << 2)
#define PF_RESERVED	(1ULL << 3)
#define PF_FETCH	(1ULL << 4)
#define PF_KEY		(1ULL << 5)
#define PF_SHADOW_STACK	(1ULL << 6)
#define PF_SGX		(1ULL << 15)
#define PF_RMP		(1ULL << 31)

const char *stackanno_arch_access_name(unsigned int vector, u64 error)
{
	if (vector != VECTOR_PAGE_FAULT)
		return NULL;
	if (error & PF_FETCH)
		return "instruction fetch";
	return error & PF_WRITE ? "write" : "read";
}

static void page_fault_text(u64 error, struct stackanno_text *text)
{
	const char *page = "not-present page";

	if (error & PF_RESERVED)
		page = "page with reserved bits set";
	else if (error & PF_KEY)
		page = "page closed by its protection key";
	else if (error & PF_RMP)
		page = "page closed by the RMP";
	else if (error & PF_SGX)
		page = "page closed by SGX";
	else if (error & PF_PROTECTION)
		page = "protected page";
	stackanno_text_string(text, error & PF_USER ? "user " : "kernel ");
	if (error & PF_SHADOW_STACK)
		stackanno_text_string(text, "shadow stack ");
	stackanno_text_string(text, stackanno_arch_access_name(VECTOR_PAGE_FAULT, error));
	stackanno_text_string(text, " of ");
	stackanno_text_string(text, page);
}

/* Error code that names a segment: bit 0 external, bits 1 and 2 the table. */
static void selector_text(u64 error, struct stackanno_text *text)
{
	static const char * const tables[] = { "GDT", "IDT", "LDT", "IDT" };

	if (!error)
		return;
	if (error & 1)
		stackanno_text_string(text, "external ");
	stackanno_text_string(text, tables[(error >> 1) & 3]);
	stackanno_text_string(text, " selector 0x");
	stackanno_text_hex(text, error & 0xfff8, 1);
}

static void control_protection_text(u64 error, struct stackanno_text *text)
{
	static const char * const causes[] = {
		[1] = "near return", [2] = "far return or iret", [3] = "missing endbr",
		[4] = "rstorssp", [5] = "setssbsy",
	};
	u64 cause = error & 0x7fff;

	if (cause < ARRAY_SIZE(causes) && causes[cause])
		stackanno_text_string(text, causes[cause]);
}

int stackanno_arch_error_text(unsigned int vector, u64 error, char *buf, size_t size)
{
	struct stackanno_text text;

	stackanno_text_begin(&text, buf, size);
	switch (vector) {
	case VECTOR_PAGE_FAULT:
		page_fault_text(error, &text);
		break;
	case VECTOR_INVALID_TSS:
	case VECTOR_SEGMENT_NOT_PRESENT:
	case VECTOR_STACK_SEGMENT:
	case VECTOR_PROTECTION:
		selector_text(error, &text);
		break;
	case VECTOR_CONTROL_PROTECTION:
		control_protection_text(error, &text);
		break;
	default:
		break;
	}
	return text.len;
}

int stackanno_arch_flags_text(u64 flags, char *buf, size_t size)
{
	/* Bit 1 is always set, and bits 12 and 13 are a number: the IOPL. */
	static const char * const bits[] = {
		[0] = "CF", [2] = "PF", [4] = "AF", [6] = "ZF", [7] = "SF", [8] = "TF",
		[9] = "IF", [10] = "DF", [11] = "OF", [14] = "NT", [16] = "RF", [17] = "VM",
		[18] = "AC", [19] = "VIF", [20] = "VIP", [21] = "ID",
	};
	unsigned int iopl = (flags >> 12) & 3;
	struct stackanno_text text;
	unsigned int bit;

	stackanno_text_begin(&text, buf, size);
	for (bit = 0; bit < ARRAY_SIZE(bits); bit++) {
		if (!(flags & (1ULL << bit)) || !bits[bit])
			continue;
		stackanno_text_string(&text, text.len ? " " : "");
		stackanno_text_string(&text, bits[bit]);
	}
	if (iopl) {
		stackanno_text_string(&text, text.len ? " IOPL=" : "IOPL=");
		stackanno_text_decimal(&text, iopl, 0);
	}
	return text.len;
}

bool stackanno_arch_may_be_flags(u64 value)
{
	/* CF PF AF ZF SF and OF are what an operation left; IF is on, bit 1 always. */
	const u64 left = 0x8d5, on = 0x202;

	return (value & ~left) == on;
}

bool stackanno_arch_may_be_text(u64 address)
{
	/* Code is compiled for the top 2 GiB; modules share them. */
	return address >= 0xffffffff80000000ULL;
}

const char *stackanno_arch_segment_name(u64 selector)
{
	/* Linux' GDT on x86-64; the low two bits are the privilege level. */
	switch (selector) {
	case 0x10:
		return "kernel code";
	case 0x18:
		return "kernel data";
	case 0x23:
		return "user code 32";
	case 0x2b:
		return "user data";
	case 0x33:
		return "user code";
	default:
		return NULL;
	}
}

/* Bits of the flags that are never set, and the one that always is. */
#define FLAGS_CLEAR (~0x3fffffULL | 0x28028ULL)
#define FLAGS_SET 2

bool stackanno_arch_saves(unsigned int field, u64 value)
{
	/* FRED has more to say in the words of the selectors, above them. */
	switch (field) {
	case STACKANNO_X86_CS:
		return (u16)value == 0x10 || (u16)value == 0xe030;	/* that of Xen */
	case STACKANNO_X86_SS:
		return (u16)value == 0x18 || (u16)value == 0 || (u16)value == 0xe02b;
	case STACKANNO_X86_FLAGS:
		return !(value & FLAGS_CLEAR) && value & FLAGS_SET;
	default:
		return true;
	}
}

/*
 * struct inactive_task_frame: what __switch_to_asm pushed, low address first.
 *	push	%rbp
 *	push	%rbx
 *	push	%r12
 *	push	%r13
 *	push	%r14
 *	push	%r15
 */
static const u8 switch_fields[] = {
	STACKANNO_X86_R15, STACKANNO_X86_R14, STACKANNO_X86_R13,
	STACKANNO_X86_R12, STACKANNO_X86_BX, STACKANNO_X86_BP,
};

int stackanno_arch_switch_field(unsigned int slot)
{
	return slot < ARRAY_SIZE(switch_fields) ? switch_fields[slot] : -1;
}

#define EXCEPTION_PREFIX "asm_exc_"
#define INTERRUPT_PREFIX "asm_sysvec_"

struct named_vector {
	const char *name;
	u32 vector;
};

/* Behind EXCEPTION_PREFIX, as arch/x86/include/asm/idtentry.h names them. */
static const struct named_vector exceptions[] = {
	{ "divide_error", 0 }, { "debug", 1 }, { "int3", 3 }, { "overflow", 4 },
	{ "bounds", 5 }, { "invalid_op", 6 }, { "device_not_available", 7 },
	{ "double_fault", 8 }, { "coproc_segment_overrun", 9 }, { "invalid_tss", 10 },
	{ "segment_not_present", 11 }, { "stack_segment", 12 },
	{ "general_protection", 13 }, { "page_fault", 14 }, { "coprocessor_error", 16 },
	{ "alignment_check", 17 }, { "machine_check", 18 }, { "simd_coprocessor_error", 19 },
	{ "virtualization_exception", 20 }, { "control_protection", 21 },
	{ "vmm_communication", 29 },
};

/* Behind INTERRUPT_PREFIX; vectors from arch/x86/include/asm/irq_vectors.h. */
static const struct named_vector interrupts[] = {
	{ "spurious_apic_interrupt", 255 }, { "error_interrupt", 254 },
	{ "reschedule_ipi", 253 }, { "call_function", 252 },
	{ "call_function_single", 251 }, { "thermal", 250 }, { "threshold", 249 },
	{ "reboot", 248 }, { "x86_platform_ipi", 247 }, { "irq_work", 246 },
	{ "deferred_error", 244 }, { "apic_timer_interrupt", 236 },
};

/* Other names, which may go on behind what stands here. */
static const struct {
	const char *prefix;
	unsigned int entry;
} entries[] = {
	{ "asm_exc_nmi", STACKANNO_ENTRY_NMI },
	{ "end_repeat_nmi", STACKANNO_ENTRY_NMI },
	{ "asm_common_interrupt", STACKANNO_ENTRY_INTERRUPT },
	{ "common_interrupt_return", STACKANNO_ENTRY_INTERRUPT },
	{ "asm_spurious_interrupt", STACKANNO_ENTRY_INTERRUPT },
	{ "entry_SYSCALL", STACKANNO_ENTRY_SYSCALL },
	{ "entry_SYSENTER", STACKANNO_ENTRY_SYSCALL },
	{ "entry_INT80", STACKANNO_ENTRY_SYSCALL },
	{ "asm_int80_emulation", STACKANNO_ENTRY_SYSCALL },
	{ "arch_rethook_trampoline", STACKANNO_ENTRY_PROBE },
	{ "__kretprobe_trampoline", STACKANNO_ENTRY_PROBE },
	{ "ftrace_regs_call", STACKANNO_ENTRY_PROBE },
	{ "ftrace_call", STACKANNO_ENTRY_PROBE },
};

static u32 find_vector(const struct named_vector *table, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(table[i].name, name))
			return table[i].vector;
	return STACKANNO_NONE;
}

unsigned int stackanno_arch_entry(const char *name, u32 *vector)
{
	size_t i;

	*vector = STACKANNO_NONE;
	for (i = 0; i < ARRAY_SIZE(entries); i++)
		if (!strncmp(name, entries[i].prefix, strlen(entries[i].prefix)))
			return entries[i].entry;
	if (!strncmp(name, EXCEPTION_PREFIX, strlen(EXCEPTION_PREFIX))) {
		*vector = find_vector(exceptions, ARRAY_SIZE(exceptions),
				      name + strlen(EXCEPTION_PREFIX));
		return STACKANNO_ENTRY_EXCEPTION;
	}
	if (!strncmp(name, INTERRUPT_PREFIX, strlen(INTERRUPT_PREFIX))) {
		*vector = find_vector(interrupts, ARRAY_SIZE(interrupts),
				      name + strlen(INTERRUPT_PREFIX));
		return STACKANNO_ENTRY_INTERRUPT;
	}
	return STACKANNO_ENTRY_UNKNOWN;
}

#define OPCODE_CALL_NEAR 0xe8	/* call rel32 */
#define OPCODE_GROUP_5 0xff	/* with reg 2 of ModRM: call r/m64 */
#define GROUP_5_CALL 2

/* Bytes that an operand takes behind its opcode: ModRM, SIB and displacement. */
static size_t operand_bytes(const u8 *modrm, size_t len)
{
	u8 mod = modrm[0] >> 6, rm = modrm[0] & 7;
	size_t bytes = 1;

	if (mod == 3)
		return bytes;
	if (rm == 4) {
		bytes++;
		/* SIB without a base: a displacement of 32 bits. */
		if (mod == 0 && len > 1 && (modrm[1] & 7) == 5)
			bytes += 4;
	} else if (mod == 0 && rm == 5) {
		bytes += 4;
	}
	if (mod == 1)
		bytes += 1;
	else if (mod == 2)
		bytes += 4;
	return bytes;
}

bool stackanno_arch_ends_in_call(const u8 *code, size_t len)
{
	size_t operand;

	if (len >= 5 && code[len - 5] == OPCODE_CALL_NEAR)
		return true;
	/* The longest operand is ModRM, SIB and four bytes. */
	for (operand = 1; operand <= 6 && operand < len; operand++) {
		const u8 *modrm = code + len - operand;

		if (modrm[-1] == OPCODE_GROUP_5 && (modrm[0] >> 3 & 7) == GROUP_5_CALL &&
		    operand_bytes(modrm, operand) == operand)
			return true;
	}
	return false;
}
