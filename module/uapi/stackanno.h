/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The stackanno record: one annotated stack, as the module keeps it, as
 * debugfs' "raw" hands it out, and as every reader takes it.
 *
 * A record is one run of bytes without pointers. It begins with struct
 * stackanno_record; at header_size stands the table of sections; a section is
 * an array of fixed-size entries at an offset from the record's first byte.
 * Entries name one another by index and strings by offset into the section of
 * strings, whose first byte is always NUL: offset 0 is "no string".
 *
 * All fields are little-endian. Structures hold no implicit padding, and every
 * section begins at a multiple of 8. A newer minor version may append fields
 * to a structure (header_size and entry_size tell) and add kinds of sections;
 * readers skip what they do not know. A newer major version is refused.
 *
 * Documentation/record-format.rst describes it byte by byte.
 */
#ifndef _UAPI_STACKANNO_H
#define _UAPI_STACKANNO_H

#include <linux/types.h>

/* "STKANNO" and a newline: a file that went through a text filter shows it. */
#define STACKANNO_MAGIC		0x0a4f4e4e414b5453ULL
#define STACKANNO_VERSION_MAJOR	1
#define STACKANNO_VERSION_MINOR	1

/* "No such entry", in every field that holds an index. */
#define STACKANNO_NONE		0xffffffffU
#define STACKANNO_NONE16	0xffffU

/* Limits that a validator enforces: no honest record comes near them. */
#define STACKANNO_MAX_SIZE	(4U << 20)
#define STACKANNO_MAX_SECTIONS	32U
#define STACKANNO_MAX_STRING	1024U

/* What brought the record about. */
enum stackanno_reason {
	STACKANNO_REASON_NONE,
	STACKANNO_REASON_OOPS,		/* die notifier */
	STACKANNO_REASON_PANIC,		/* panic notifier, no oops before it */
	STACKANNO_REASON_WARN,		/* error_report_end: WARN */
	STACKANNO_REASON_KASAN,		/* error_report_end: KASAN */
	STACKANNO_REASON_KFENCE,	/* error_report_end: KFENCE */
	STACKANNO_REASON_REPORT,	/* error_report_end: a detector unknown here */
	STACKANNO_REASON_HANG,		/* sched_process_hang */
	STACKANNO_REASON_SYSRQ,		/* the sysrq key */
	STACKANNO_REASON_TASK,		/* asked for: one task by its pid */
	STACKANNO_REASON_SELF,		/* asked for: the asking task */
	STACKANNO_REASON_CPU,		/* asked for: what runs on one CPU */
	STACKANNO_REASON_BLOCKED,	/* asked for: uninterruptible tasks */
	STACKANNO_REASON_OFFLINE,	/* made by a reader from a listing */
	STACKANNO_REASON_COUNT
};

/* stackanno_record.flags */
#define STACKANNO_RECORD_FATAL		(1U << 0)  /* an oops or a panic */
#define STACKANNO_RECORD_FAULT		(1U << 1)  /* trap, error, signal hold */
#define STACKANNO_RECORD_FAULT_ADDRESS	(1U << 2)  /* fault_address holds */
#define STACKANNO_RECORD_TORN		(1U << 3)  /* task ran while copied */
#define STACKANNO_RECORD_TRUNCATED	(1U << 4)  /* some section ran full */
#define STACKANNO_RECORD_WITHHELD	(1U << 5)  /* lockdown: no raw values */
#define STACKANNO_RECORD_IN_IRQ		(1U << 6)  /* hard interrupt context */
#define STACKANNO_RECORD_IN_SOFTIRQ	(1U << 7)
#define STACKANNO_RECORD_IN_NMI		(1U << 8)
#define STACKANNO_RECORD_ADDRESS_HIDDEN	(1U << 9)  /* there was one; withheld */

/* stackanno_record.arch: which table of registers and fields applies */
enum stackanno_arch {
	STACKANNO_ARCH_NONE,
	STACKANNO_ARCH_X86_64,
	STACKANNO_ARCH_COUNT
};

struct stackanno_record {
	__u64 magic;
	__u16 version_major;
	__u16 version_minor;
	__u32 header_size;	/* of this structure; the sections follow */
	__u32 total_size;	/* of the whole record, a multiple of 8 */
	__u32 section_count;
	__u64 id;		/* counts from 1 since the module was loaded */
	__u64 time_boot_ns;	/* as printk's stamps: local_clock() */
	__u64 time_real_ns;	/* since 1970 UTC; 0 when it could not be read */
	__u32 reason;		/* enum stackanno_reason */
	__u32 flags;		/* STACKANNO_RECORD_* */
	__u32 arch;		/* enum stackanno_arch */
	__u32 cpu;
	__s32 pid;		/* of the thread */
	__s32 tgid;
	__u8 comm[16];		/* NUL-padded, any bytes */
	__u32 release;		/* string: the kernel's release */
	__u32 title;		/* string: the kernel's word for it ("Oops") */
	__u32 trap;		/* vector of the exception */
	__u32 signal;
	__u64 error;		/* the exception's error code */
	__u64 fault_address;	/* CR2 */
	__u64 task;		/* address of the task_struct */
	__u32 words;		/* counts, as the list of records shows them */
	__u32 explained;
	__u32 suspect;
	__u32 frames;		/* numbered ones */
};

enum stackanno_section_kind {
	STACKANNO_SECTION_NONE,
	STACKANNO_SECTION_STRINGS,	/* bytes, NUL-terminated strings */
	STACKANNO_SECTION_STACKS,	/* struct stackanno_stack */
	STACKANNO_SECTION_FRAMES,	/* struct stackanno_frame, inner first */
	STACKANNO_SECTION_WORDS,	/* struct stackanno_word, in print order */
	STACKANNO_SECTION_MEANINGS,	/* struct stackanno_meaning */
	STACKANNO_SECTION_REGS,		/* struct stackanno_regs */
	STACKANNO_SECTION_CODES,	/* struct stackanno_code */
	STACKANNO_SECTION_BYTES,	/* bytes: what the codes point into */
	STACKANNO_SECTION_NOTES,	/* struct stackanno_note */
	STACKANNO_SECTION_FINDINGS,	/* struct stackanno_finding, in print order; since 1.1 */
	STACKANNO_SECTION_COUNT
};

struct stackanno_section {
	__u32 kind;		/* enum stackanno_section_kind, each at most once */
	__u32 entry_size;
	__u32 offset;		/* from the record's first byte */
	__u32 count;		/* of entries */
};

enum stackanno_stack_kind {
	STACKANNO_STACK_UNKNOWN,
	STACKANNO_STACK_TASK,
	STACKANNO_STACK_IRQ,
	STACKANNO_STACK_SOFTIRQ,
	STACKANNO_STACK_ENTRY,		/* entry trampoline */
	STACKANNO_STACK_EXCEPTION,	/* an IST stack; "name" says which */
	STACKANNO_STACK_COUNT
};

/* stackanno_stack.flags */
#define STACKANNO_STACK_MAGIC_KNOWN	(1U << 0)  /* the end word was read */
#define STACKANNO_STACK_MAGIC_INTACT	(1U << 1)
#define STACKANNO_STACK_OVERFLOWED	(1U << 2)  /* sp was below its end */

struct stackanno_stack {
	__u64 begin;		/* lowest address */
	__u64 end;		/* one past the highest */
	__u64 live;		/* lowest address copied */
	__u32 kind;		/* enum stackanno_stack_kind */
	__u32 flags;		/* STACKANNO_STACK_* */
	__u32 name;		/* string: "#DF", "NMI" ...; 0 for none */
	__u32 cpu;		/* whose it is; STACKANNO_NONE for a task's */
};

enum stackanno_frame_kind {
	STACKANNO_FRAME_NONE,
	STACKANNO_FRAME_CALL,		/* a function; numbered */
	STACKANNO_FRAME_ENTRY,		/* pt_regs laid down by an entry; not numbered */
	STACKANNO_FRAME_REST,		/* words that no frame covers; not numbered */
	STACKANNO_FRAME_KIND_COUNT
};

/* What laid down the pt_regs of a STACKANNO_FRAME_ENTRY. */
enum stackanno_entry {
	STACKANNO_ENTRY_UNKNOWN,
	STACKANNO_ENTRY_EXCEPTION,	/* vector, and error and address if flagged */
	STACKANNO_ENTRY_INTERRUPT,	/* vector, or STACKANNO_NONE */
	STACKANNO_ENTRY_NMI,
	STACKANNO_ENTRY_SYSCALL,	/* vector: number; detail: its name */
	STACKANNO_ENTRY_PROBE,		/* kprobe, ftrace, rethook: detail says */
	STACKANNO_ENTRY_UNUSED,		/* a kernel thread's, kept for an exec */
	STACKANNO_ENTRY_SWITCH,		/* no pt_regs: what a switched-out task left */
	STACKANNO_ENTRY_COUNT
};

enum stackanno_evidence {
	STACKANNO_EVIDENCE_NONE,
	STACKANNO_EVIDENCE_CERTAIN,	/* printed bare */
	STACKANNO_EVIDENCE_LIKELY,	/* " ?" */
	STACKANNO_EVIDENCE_GUESS,	/* " ??" */
	STACKANNO_EVIDENCE_COUNT
};

/* stackanno_frame.flags */
#define STACKANNO_FRAME_USER		(1U << 0)  /* ip and pt_regs of user mode */
#define STACKANNO_FRAME_INTERRUPTED	(1U << 1)  /* ip is an instruction, no return address */
#define STACKANNO_FRAME_REPLACED	(1U << 2)  /* stack_ip is a trampoline's, ip the real one */
#define STACKANNO_FRAME_NULL_CALL	(1U << 3)  /* ip is 0: a NULL function pointer was called */
#define STACKANNO_FRAME_BAD_IP		(1U << 4)  /* ip is not in kernel text */
#define STACKANNO_FRAME_UNRELIABLE	(1U << 5)  /* the unwinder had an error before here */
#define STACKANNO_FRAME_PARTIAL_REGS	(1U << 6)  /* only ip..ss of the pt_regs are there */
#define STACKANNO_FRAME_ERROR		(1U << 7)  /* error holds */
#define STACKANNO_FRAME_ADDRESS		(1U << 8)  /* address holds */
#define STACKANNO_FRAME_LAST_UNEXPECTED	(1U << 9)  /* the chain ends here and should not */
#define STACKANNO_FRAME_TAIL_CALL	(1U << 10) /* hidden by the trace, found by code */
#define STACKANNO_FRAME_SCANNED		(1U << 11) /* found by scanning, not by the unwinder */
#define STACKANNO_FRAME_CODE_UNREADABLE	(1U << 12)
#define STACKANNO_FRAME_ADDRESS_HIDDEN	(1U << 13) /* there was one; withheld */
#define STACKANNO_FRAME_IP_HIDDEN	(1U << 14) /* ip was withheld; it is 0 */
#define STACKANNO_FRAME_SIZE_DIFFERS	(1U << 15) /* from what its code says */
/* Why words of it have no role: */
#define STACKANNO_FRAME_NO_FUNCTION	(1U << 16) /* none is known at ip */
#define STACKANNO_FRAME_NO_END		(1U << 17) /* no return address ends it */
#define STACKANNO_FRAME_NOT_REACHED	(1U << 18) /* no path in its code leads to ip */
#define STACKANNO_FRAME_BEYOND_LIMITS	(1U << 19) /* of the analysis, its code is */
#define STACKANNO_FRAME_BUSY		(1U << 20) /* the analysis was in use elsewhere */
#define STACKANNO_FRAME_LATE		(1U << 21) /* the budget ended before it */
#define STACKANNO_FRAME_NO_DECODER	(1U << 22) /* of instructions was found */
#define STACKANNO_FRAME_TOO_DEEP	(1U << 23) /* for the analysis' tables, the words are */
/* Of a record made of a listing: */
#define STACKANNO_FRAME_NOT_ONE		(1U << 24) /* listed, but its ip is a stale word of another frame */
#define STACKANNO_FRAME_UNLISTED	(1U << 25) /* not in the listing */

struct stackanno_frame {
	__u64 ip;		/* return address, or where it was stopped */
	__u64 ip_slot;		/* address of the word that holds ip; 0: none does */
	__u64 stack_ip;		/* what that word holds */
	__u64 low;		/* words [low, high) lie on its stack */
	__u64 high;
	__u64 func;		/* start of the function; 0: unknown */
	__u32 func_size;	/* bytes; 0: unknown */
	__u32 name;		/* string: of the function */
	__u32 module;		/* string; 0: the kernel itself */
	__u32 args;		/* string: "c=.., np=.."; 0: not known */
	__u16 number;		/* as printed; STACKANNO_NONE16: not numbered */
	__u8 kind;		/* enum stackanno_frame_kind */
	__u8 evidence;		/* enum stackanno_evidence, of the frame being real */
	__u8 entry;		/* enum stackanno_entry, for ENTRY frames */
	__u8 reserved;
	__u16 stack;		/* index; STACKANNO_NONE16: none */
	__u32 flags;		/* STACKANNO_FRAME_* */
	__u32 first_word;	/* index of its first word */
	__u32 word_count;
	__u32 regs;		/* index of its registers; STACKANNO_NONE */
	__u32 code;		/* index of its code bytes; STACKANNO_NONE */
	__u32 vector;		/* for ENTRY frames, see enum stackanno_entry */
	__u32 detail;		/* string, see enum stackanno_entry */
	__u32 reserved2;
	__u64 error;		/* error code of an exception */
	__u64 address;		/* address that an exception is about */
};

/* A word's role: by location, never by its value. */
enum stackanno_role {
	STACKANNO_ROLE_NONE,
	STACKANNO_ROLE_RETURN,		/* return address; meaning: the symbol */
	STACKANNO_ROLE_REGS,		/* field of pt_regs; arg: which */
	STACKANNO_ROLE_EVENT,		/* FRED's words above pt_regs; arg: which */
	STACKANNO_ROLE_SAVED,		/* callee-saved register; arg: which */
	STACKANNO_ROLE_SPILL,		/* entry value of a register; arg: which */
	STACKANNO_ROLE_LOCAL,		/* arg: words above rsp */
	STACKANNO_ROLE_BUFFER,		/* arg: words above its lowest known one */
	STACKANNO_ROLE_OUTGOING,	/* outgoing argument; arg: its number */
	STACKANNO_ROLE_CANARY,
	STACKANNO_ROLE_PADDING,
	STACKANNO_ROLE_REALIGN,		/* gap left by aligning rsp */
	STACKANNO_ROLE_OFFSET_GAP,	/* gap of the randomised stack offset */
	STACKANNO_ROLE_UNWRITTEN,	/* written on no path to here */
	STACKANNO_ROLE_STALE,		/* left over; belongs to no one now */
	STACKANNO_ROLE_STACK_END,	/* STACK_END_MAGIC */
	STACKANNO_ROLE_STACK_TOP,	/* room kept free at the top */
	STACKANNO_ROLE_STACK_LINK,	/* address on the stack left behind */
	STACKANNO_ROLE_COUNT
};

/* stackanno_word.flags */
#define STACKANNO_WORD_SUSPECT		(1U << 0)  /* holds what it should not */
#define STACKANNO_WORD_UNREADABLE	(1U << 1)  /* the read was refused; value is 0 */
#define STACKANNO_WORD_WITHHELD		(1U << 2)  /* value withheld when recorded */

struct stackanno_word {
	__u64 address;
	__u64 value;
	__u16 role;		/* enum stackanno_role */
	__u16 arg;		/* see enum stackanno_role */
	__u8 evidence;		/* enum stackanno_evidence, of the role */
	__u8 flags;		/* STACKANNO_WORD_* */
	__u16 frame;		/* index of its frame; STACKANNO_NONE16 */
	__u32 meaning;		/* index of what the value is; STACKANNO_NONE */
	__u32 expression;	/* string: "file->f_mapping"; 0: none */
	__u32 where;		/* instruction that says so, offset in the function; STACKANNO_NONE */
	__u32 reserved;
};

/* What a value is. */
enum stackanno_meaning_kind {
	STACKANNO_MEANING_NONE,
	STACKANNO_MEANING_TEXT,		/* name + offset / size, module */
	STACKANNO_MEANING_RODATA,	/* name + offset, module */
	STACKANNO_MEANING_DATA,		/* name + offset, module */
	STACKANNO_MEANING_PERCPU,	/* name + offset, module; aux: CPU, or STACKANNO_NONE */
	STACKANNO_MEANING_MODULE,	/* within a module, no symbol: module + offset */
	STACKANNO_MEANING_OWN_SLOT,	/* on this record's stacks; aux: frame index; offset from its low */
	STACKANNO_MEANING_STACK,	/* on a stack of this record, in no frame; aux: stack index */
	STACKANNO_MEANING_SYSCALL,	/* aux: number; name */
	STACKANNO_MEANING_VECTOR,	/* aux: vector; name */
	STACKANNO_MEANING_NO_SYSCALL,	/* orig_ax of -1 */
	STACKANNO_MEANING_ERROR_CODE,	/* an exception's error code; name: in words */
	STACKANNO_MEANING_SEGMENT,	/* a selector; name: "kernel code" */
	STACKANNO_MEANING_FLAGS,	/* flags register; name: "IF ZF" */
	STACKANNO_MEANING_NAMED,	/* anything else that has but a name */
	STACKANNO_MEANING_ERRNO,	/* an error; aux: which, positive; STACKANNO_NONE: withheld; size: of its type */
	STACKANNO_MEANING_POISON,	/* a constant that marks memory; name; 0: withheld; offset: signed */
	STACKANNO_MEANING_STRING,	/* text; name: its characters; 0: withheld */
	STACKANNO_MEANING_FLIPPED,	/* an address but for one bit; aux: which; name: of what */
	STACKANNO_MEANING_TASK,		/* a task_struct; name: comm, aux: pid; offset in it */
	STACKANNO_MEANING_TASK_STACK,	/* another task's stack; the same; offset from its begin */
	STACKANNO_MEANING_DIRECT_MAP,	/* offset: physical address; aux: 0, or STACKANNO_NONE: withheld */
	STACKANNO_MEANING_VMEMMAP,	/* a struct page; offset: pfn << 12 | offset in it; aux: the same */
	STACKANNO_MEANING_VMALLOC,
	STACKANNO_MEANING_MODULE_AREA,	/* where modules lie, in none that is loaded */
	STACKANNO_MEANING_FIXMAP,
	STACKANNO_MEANING_CPU_ENTRY_AREA,
	STACKANNO_MEANING_USER,		/* an address of user space */
	STACKANNO_MEANING_KASAN_SHADOW,	/* offset: the address that it is the shadow of; aux: 0; STACKANNO_NONE: withheld */
	STACKANNO_MEANING_NUMBER,	/* a small one; offset: it; aux: the same */
	STACKANNO_MEANING_CHANGED,	/* expression; size: what was loaded, offset: what is there now; aux: 0, or STACKANNO_NONE: withheld */
	STACKANNO_MEANING_SLAB,		/* object of a slab cache: name + offset; size: the object's; aux: enum stackanno_object_state */
	STACKANNO_MEANING_KFENCE,	/* the same, in the pool of KFENCE; no name: what guards its objects */
	STACKANNO_MEANING_AREA,		/* offset in an area of vmalloc, size: its; name, module: who made it; aux: enum stackanno_area */
	STACKANNO_MEANING_COUNT
};

/* stackanno_meaning.aux of an object of a cache: what the allocator says of it. */
enum stackanno_object_state {
	STACKANNO_OBJECT_UNKNOWN,
	STACKANNO_OBJECT_ALLOCATED,
	STACKANNO_OBJECT_FREE,
	STACKANNO_OBJECT_STATES
};

/* stackanno_meaning.aux of an area of vmalloc: what it was made by. */
enum stackanno_area {
	STACKANNO_AREA_UNKNOWN,
	STACKANNO_AREA_VMALLOC,
	STACKANNO_AREA_VMAP,
	STACKANNO_AREA_IOREMAP,
	STACKANNO_AREA_VM_MAP_RAM,
	STACKANNO_AREA_GUARD,		/* the page behind it, which is not mapped */
	STACKANNO_AREA_COUNT
};

struct stackanno_meaning {
	__u16 kind;		/* enum stackanno_meaning_kind */
	__u16 evidence;		/* enum stackanno_evidence */
	__u32 aux;
	__u32 name;		/* string */
	__u32 module;		/* string; 0: the kernel itself */
	__u64 offset;
	__u64 size;		/* of the symbol; 0: unknown */
	__u32 next;		/* a further meaning of the same value; STACKANNO_NONE. Greater than its own index: chains end */
	__u32 reserved;
};

/* A register file, in the order of the architecture's table of fields. */
#define STACKANNO_REGS_MAX	24
struct stackanno_regs {
	__u64 value[STACKANNO_REGS_MAX];
	__u64 known;		/* bit n: value[n] holds */
	__u64 address;		/* where it lies; 0: nowhere in memory */
};

struct stackanno_code {
	__u64 address;		/* of the first byte, in the kernel */
	__u32 offset;		/* in the section of bytes */
	__u32 size;
};

/* Things said once, above the frames. Arguments as each kind says. */
enum stackanno_note_kind {
	STACKANNO_NOTE_NONE,
	STACKANNO_NOTE_CHAIN_ENDS_EARLY,	/* frame: the last one good */
	STACKANNO_NOTE_UNWIND_ERROR,		/* frame: from here on doubtful */
	STACKANNO_NOTE_NO_UNWIND,		/* the unwinder refused the task */
	STACKANNO_NOTE_TORN,			/* value[0]: tries */
	STACKANNO_NOTE_RUNNING,			/* the task ran elsewhere */
	STACKANNO_NOTE_TRUNCATED,		/* value[0]: section kind, value[1]: entries dropped */
	STACKANNO_NOTE_NULL_CALL,		/* frame */
	STACKANNO_NOTE_BAD_IP,			/* frame; value[0]: ip */
	STACKANNO_NOTE_REPLACED_RETURN,		/* frame; value[0]: what the stack holds; text: by what */
	STACKANNO_NOTE_STACK_OVERFLOW,		/* value[0]: stack index, value[1]: sp */
	STACKANNO_NOTE_END_MAGIC_BROKEN,	/* suspect; value[0]: stack index, value[1]: found */
	STACKANNO_NOTE_BAD_REGS,		/* suspect; frame; text: what is impossible */
	STACKANNO_NOTE_NESTED,			/* value[0]: oopses inside an annotation */
	STACKANNO_NOTE_TEXT,			/* text */
	STACKANNO_NOTE_CANARY_BROKEN,		/* suspect; frame, word; value[0]: its address; text: how */
	STACKANNO_NOTE_OVERRUN,			/* the same; value[1]: address of the buffer below */
	STACKANNO_NOTE_BP_AGREES,		/* frame; value[0]: bp; text: what it agrees with */
	STACKANNO_NOTE_SP_AGREES,		/* frame; value[0]: sp; text: what it agrees with */
	STACKANNO_NOTE_NOT_A_FRAME,		/* suspect; frame; value[0]: its ip's word; text: whose word that is */
	STACKANNO_NOTE_CALL_EDGE,		/* suspect; frame: the caller; value[0]: what it calls; text: who calls whom */
	STACKANNO_NOTE_TAIL_AMBIGUOUS,		/* the same, and no suspect: there are several ways */
	STACKANNO_NOTE_NO_CALL,			/* suspect; frame, word; value[0]: address of the return address */
	STACKANNO_NOTE_OTHER_VALUE,		/* suspect; frame, word; value[0]: its address, value[1]: found; text: expected */
	STACKANNO_NOTE_ARGUMENTS_DIFFER,	/* suspect; frame; value[0]: by itself, value[1]: by its caller; text: which */
	STACKANNO_NOTE_SIZE_DIFFERS,		/* suspect; frame; value[0]: where it begins, value[1]: by its code */
	STACKANNO_NOTE_COUNT
};

/* stackanno_note.flags */
#define STACKANNO_NOTE_SUSPECT		(1U << 0)
#define STACKANNO_NOTE_HIDDEN		(1U << 1)  /* its address was withheld */

struct stackanno_note {
	__u16 kind;		/* enum stackanno_note_kind */
	__u16 flags;		/* STACKANNO_NOTE_* flags */
	__u32 frame;		/* index; STACKANNO_NONE */
	__u32 word;		/* index; STACKANNO_NONE */
	__u32 text;		/* string */
	__u64 value[2];
};

/* What was found of the fault that brought the record about. */
enum stackanno_finding_kind {
	STACKANNO_FINDING_NONE,
	STACKANNO_FINDING_INSN,		/* the instruction */
	STACKANNO_FINDING_ACCESS,	/* what of memory it touched */
	STACKANNO_FINDING_CAUSE,	/* why that failed */
	STACKANNO_FINDING_CONDITION,	/* what was compared before a BUG or WARN */
	STACKANNO_FINDING_OBJECT,	/* what a report of the kernel's own is about */
	STACKANNO_FINDING_ORIGIN,	/* where a bad value came from, one step */
	STACKANNO_FINDING_END,		/* why it is followed no further */
	STACKANNO_FINDING_COUNT
};

struct stackanno_finding {
	__u16 kind;		/* enum stackanno_finding_kind */
	__u16 evidence;		/* enum stackanno_evidence */
	__u32 frame;		/* index; STACKANNO_NONE */
	__u32 text;		/* string: numbers of 16 digits in it, and what is quoted, are values */
	__u32 where;		/* instruction that says so, offset in the function; STACKANNO_NONE */
};

#endif /* _UAPI_STACKANNO_H */
