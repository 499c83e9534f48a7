// SPDX-License-Identifier: GPL-2.0-only
#include "label.h"

static const char * const reasons[] = {
	[STACKANNO_REASON_NONE] = "none",
	[STACKANNO_REASON_OOPS] = "oops",
	[STACKANNO_REASON_PANIC] = "panic",
	[STACKANNO_REASON_WARN] = "warn",
	[STACKANNO_REASON_KASAN] = "kasan",
	[STACKANNO_REASON_KFENCE] = "kfence",
	[STACKANNO_REASON_REPORT] = "report",
	[STACKANNO_REASON_HANG] = "hang",
	[STACKANNO_REASON_SYSRQ] = "sysrq",
	[STACKANNO_REASON_TASK] = "task",
	[STACKANNO_REASON_SELF] = "self",
	[STACKANNO_REASON_CPU] = "cpu",
	[STACKANNO_REASON_BLOCKED] = "blocked",
	[STACKANNO_REASON_OFFLINE] = "offline",
};
static_assert(ARRAY_SIZE(reasons) == STACKANNO_REASON_COUNT);

static const char * const sections[] = {
	[STACKANNO_SECTION_NONE] = "none",
	[STACKANNO_SECTION_STRINGS] = "strings",
	[STACKANNO_SECTION_STACKS] = "stacks",
	[STACKANNO_SECTION_FRAMES] = "frames",
	[STACKANNO_SECTION_WORDS] = "words",
	[STACKANNO_SECTION_MEANINGS] = "meanings",
	[STACKANNO_SECTION_REGS] = "regs",
	[STACKANNO_SECTION_CODES] = "codes",
	[STACKANNO_SECTION_BYTES] = "bytes",
	[STACKANNO_SECTION_NOTES] = "notes",
	[STACKANNO_SECTION_FINDINGS] = "findings",
};
static_assert(ARRAY_SIZE(sections) == STACKANNO_SECTION_COUNT);

static const char * const stacks[] = {
	[STACKANNO_STACK_UNKNOWN] = "unknown",
	[STACKANNO_STACK_TASK] = "task",
	[STACKANNO_STACK_IRQ] = "hard irq",
	[STACKANNO_STACK_SOFTIRQ] = "softirq",
	[STACKANNO_STACK_ENTRY] = "entry",
	[STACKANNO_STACK_EXCEPTION] = "exception",
};
static_assert(ARRAY_SIZE(stacks) == STACKANNO_STACK_COUNT);

static const char * const frames[] = {
	[STACKANNO_FRAME_NONE] = "none",
	[STACKANNO_FRAME_CALL] = "call",
	[STACKANNO_FRAME_ENTRY] = "entry",
	[STACKANNO_FRAME_REST] = "rest",
};
static_assert(ARRAY_SIZE(frames) == STACKANNO_FRAME_KIND_COUNT);

static const char * const entries[] = {
	[STACKANNO_ENTRY_UNKNOWN] = "unknown",
	[STACKANNO_ENTRY_EXCEPTION] = "exception",
	[STACKANNO_ENTRY_INTERRUPT] = "interrupt",
	[STACKANNO_ENTRY_NMI] = "NMI",
	[STACKANNO_ENTRY_SYSCALL] = "syscall",
	[STACKANNO_ENTRY_PROBE] = "probe",
	[STACKANNO_ENTRY_UNUSED] = "unused",
	[STACKANNO_ENTRY_SWITCH] = "switch",
};
static_assert(ARRAY_SIZE(entries) == STACKANNO_ENTRY_COUNT);

static const char * const evidences[] = {
	[STACKANNO_EVIDENCE_NONE] = "none",
	[STACKANNO_EVIDENCE_CERTAIN] = "certain",
	[STACKANNO_EVIDENCE_LIKELY] = "likely",
	[STACKANNO_EVIDENCE_GUESS] = "guess",
};
static_assert(ARRAY_SIZE(evidences) == STACKANNO_EVIDENCE_COUNT);

static const char * const roles[] = {
	[STACKANNO_ROLE_NONE] = "none",
	[STACKANNO_ROLE_RETURN] = "ret",
	[STACKANNO_ROLE_REGS] = "regs",
	[STACKANNO_ROLE_EVENT] = "event",
	[STACKANNO_ROLE_SAVED] = "saved",
	[STACKANNO_ROLE_SPILL] = "spill",
	[STACKANNO_ROLE_LOCAL] = "local",
	[STACKANNO_ROLE_BUFFER] = "buf",
	[STACKANNO_ROLE_OUTGOING] = "out",
	[STACKANNO_ROLE_CANARY] = "canary",
	[STACKANNO_ROLE_PADDING] = "pad",
	[STACKANNO_ROLE_REALIGN] = "align",
	[STACKANNO_ROLE_OFFSET_GAP] = "gap",
	[STACKANNO_ROLE_UNWRITTEN] = "unwritten",
	[STACKANNO_ROLE_STALE] = "stale",
	[STACKANNO_ROLE_STACK_END] = "magic",
	[STACKANNO_ROLE_STACK_TOP] = "top",
	[STACKANNO_ROLE_STACK_LINK] = "link",
};
static_assert(ARRAY_SIZE(roles) == STACKANNO_ROLE_COUNT);

static const char * const meanings[] = {
	[STACKANNO_MEANING_NONE] = "none",
	[STACKANNO_MEANING_TEXT] = "text",
	[STACKANNO_MEANING_RODATA] = "rodata",
	[STACKANNO_MEANING_DATA] = "data",
	[STACKANNO_MEANING_PERCPU] = "percpu",
	[STACKANNO_MEANING_MODULE] = "module",
	[STACKANNO_MEANING_OWN_SLOT] = "slot",
	[STACKANNO_MEANING_STACK] = "stack",
	[STACKANNO_MEANING_SYSCALL] = "syscall",
	[STACKANNO_MEANING_VECTOR] = "vector",
	[STACKANNO_MEANING_NO_SYSCALL] = "no syscall",
	[STACKANNO_MEANING_ERROR_CODE] = "error code",
	[STACKANNO_MEANING_SEGMENT] = "segment",
	[STACKANNO_MEANING_FLAGS] = "flags",
	[STACKANNO_MEANING_NAMED] = "named",
	[STACKANNO_MEANING_ERRNO] = "error",
	[STACKANNO_MEANING_POISON] = "poison",
	[STACKANNO_MEANING_STRING] = "string",
	[STACKANNO_MEANING_FLIPPED] = "flipped",
	[STACKANNO_MEANING_TASK] = "task",
	[STACKANNO_MEANING_TASK_STACK] = "task stack",
	[STACKANNO_MEANING_DIRECT_MAP] = "direct map",
	[STACKANNO_MEANING_VMEMMAP] = "vmemmap",
	[STACKANNO_MEANING_VMALLOC] = "vmalloc",
	[STACKANNO_MEANING_MODULE_AREA] = "module area",
	[STACKANNO_MEANING_FIXMAP] = "fixmap",
	[STACKANNO_MEANING_CPU_ENTRY_AREA] = "cpu entry area",
	[STACKANNO_MEANING_USER] = "user",
	[STACKANNO_MEANING_KASAN_SHADOW] = "KASAN shadow",
	[STACKANNO_MEANING_NUMBER] = "number",
	[STACKANNO_MEANING_CHANGED] = "changed",
	[STACKANNO_MEANING_SLAB] = "slab",
	[STACKANNO_MEANING_KFENCE] = "kfence",
	[STACKANNO_MEANING_AREA] = "area",
};
static_assert(ARRAY_SIZE(meanings) == STACKANNO_MEANING_COUNT);

static const char * const objects[] = {
	[STACKANNO_OBJECT_UNKNOWN] = "unknown",
	[STACKANNO_OBJECT_ALLOCATED] = "allocated",
	[STACKANNO_OBJECT_FREE] = "free",
};
static_assert(ARRAY_SIZE(objects) == STACKANNO_OBJECT_STATES);

static const char * const areas[] = {
	[STACKANNO_AREA_UNKNOWN] = "area",
	[STACKANNO_AREA_VMALLOC] = "vmalloc",
	[STACKANNO_AREA_VMAP] = "vmap",
	[STACKANNO_AREA_IOREMAP] = "ioremap",
	[STACKANNO_AREA_VM_MAP_RAM] = "vm_map_ram",
	[STACKANNO_AREA_GUARD] = "guard page of area",
};
static_assert(ARRAY_SIZE(areas) == STACKANNO_AREA_COUNT);

static const char * const notes[] = {
	[STACKANNO_NOTE_NONE] = "none",
	[STACKANNO_NOTE_CHAIN_ENDS_EARLY] = "chain ends early",
	[STACKANNO_NOTE_UNWIND_ERROR] = "unwind error",
	[STACKANNO_NOTE_NO_UNWIND] = "no unwind",
	[STACKANNO_NOTE_TORN] = "torn",
	[STACKANNO_NOTE_RUNNING] = "running",
	[STACKANNO_NOTE_TRUNCATED] = "truncated",
	[STACKANNO_NOTE_NULL_CALL] = "null call",
	[STACKANNO_NOTE_BAD_IP] = "bad ip",
	[STACKANNO_NOTE_REPLACED_RETURN] = "replaced return",
	[STACKANNO_NOTE_STACK_OVERFLOW] = "stack overflow",
	[STACKANNO_NOTE_END_MAGIC_BROKEN] = "end magic broken",
	[STACKANNO_NOTE_BAD_REGS] = "bad regs",
	[STACKANNO_NOTE_NESTED] = "nested",
	[STACKANNO_NOTE_TEXT] = "text",
	[STACKANNO_NOTE_CANARY_BROKEN] = "canary broken",
	[STACKANNO_NOTE_OVERRUN] = "overrun",
	[STACKANNO_NOTE_BP_AGREES] = "bp agrees",
	[STACKANNO_NOTE_SP_AGREES] = "sp agrees",
	[STACKANNO_NOTE_NOT_A_FRAME] = "not a frame",
	[STACKANNO_NOTE_CALL_EDGE] = "call edge",
	[STACKANNO_NOTE_TAIL_AMBIGUOUS] = "tail call ambiguous",
	[STACKANNO_NOTE_NO_CALL] = "no call",
	[STACKANNO_NOTE_OTHER_VALUE] = "other value",
	[STACKANNO_NOTE_ARGUMENTS_DIFFER] = "arguments differ",
	[STACKANNO_NOTE_SIZE_DIFFERS] = "size differs",
};
static_assert(ARRAY_SIZE(notes) == STACKANNO_NOTE_COUNT);

static const char * const sentences[] = {
	[STACKANNO_NOTE_NONE] = "",
	[STACKANNO_NOTE_CHAIN_ENDS_EARLY] = "the chain of frames ends early, after %f",
	[STACKANNO_NOTE_UNWIND_ERROR] = "the unwinder met an error: doubtful from %f on",
	[STACKANNO_NOTE_NO_UNWIND] = "the unwinder refused this task",
	[STACKANNO_NOTE_TORN] =
		"the task ran while its stack was copied (%d tries): words may not belong together",
	[STACKANNO_NOTE_RUNNING] =
		"the task was running meanwhile: words may not belong together",
	[STACKANNO_NOTE_TRUNCATED] = "the section of %s ran full: %D entries dropped",
	[STACKANNO_NOTE_NULL_CALL] = "%f: a NULL function pointer was called",
	[STACKANNO_NOTE_BAD_IP] = "%f: ip %x is not in kernel text",
	[STACKANNO_NOTE_REPLACED_RETURN] =
		"%f: return address replaced on the stack by %x (%t)",
	[STACKANNO_NOTE_STACK_OVERFLOW] = "stack %d overflowed: sp was %X",
	[STACKANNO_NOTE_END_MAGIC_BROKEN] = "stack %d: its end magic is broken: %X found",
	[STACKANNO_NOTE_BAD_REGS] = "%f: impossible registers: %t",
	[STACKANNO_NOTE_NESTED] = "%d oopses inside this annotation were contained",
	[STACKANNO_NOTE_TEXT] = "%t",
	[STACKANNO_NOTE_CANARY_BROKEN] = "%f: the canary at %x is broken (%t)",
	[STACKANNO_NOTE_OVERRUN] = "%f: the canary at %x is broken; the buffer below it: %X (%t)",
	[STACKANNO_NOTE_BP_AGREES] = "%f: its bp %x agrees with its code (%t)",
	[STACKANNO_NOTE_SP_AGREES] = "%f: its sp %x agrees with its code (%t)",
	[STACKANNO_NOTE_NOT_A_FRAME] = "%f is not a frame: what would be its return address, at %x, is %t",
	[STACKANNO_NOTE_CALL_EDGE] = "%f: call edge: %t",
	[STACKANNO_NOTE_TAIL_AMBIGUOUS] = "%f: several chains of tail calls lead on: %t",
	[STACKANNO_NOTE_NO_CALL] = "%f: no call precedes its return address, at %x",
	[STACKANNO_NOTE_OTHER_VALUE] = "%f: the word at %x holds %X, and should hold %t",
	[STACKANNO_NOTE_ARGUMENTS_DIFFER] =
		"%f: by itself it was given %x, by its caller %X, in %t",
	[STACKANNO_NOTE_SIZE_DIFFERS] = "%f: its frame begins at %x, by its code at %X",
};
static_assert(ARRAY_SIZE(sentences) == STACKANNO_NOTE_COUNT);

static const char * const findings[] = {
	[STACKANNO_FINDING_NONE] = "none",
	[STACKANNO_FINDING_INSN] = "insn",
	[STACKANNO_FINDING_ACCESS] = "access",
	[STACKANNO_FINDING_CAUSE] = "cause",
	[STACKANNO_FINDING_CONDITION] = "condition",
	[STACKANNO_FINDING_OBJECT] = "object",
	[STACKANNO_FINDING_ORIGIN] = "origin",
	[STACKANNO_FINDING_END] = "origin ends",
};
static_assert(ARRAY_SIZE(findings) == STACKANNO_FINDING_COUNT);

static const struct stackanno_flag_words contexts[] = {
	{ STACKANNO_RECORD_IN_IRQ, "hard irq" },
	{ STACKANNO_RECORD_IN_SOFTIRQ, "softirq" },
	{ STACKANNO_RECORD_IN_NMI, "NMI" },
};

static const struct stackanno_flag_words remarks[] = {
	{ STACKANNO_FRAME_USER, "user mode" },
	{ STACKANNO_FRAME_NULL_CALL, "called through a NULL pointer" },
	{ STACKANNO_FRAME_BAD_IP, "not in kernel text" },
	{ STACKANNO_FRAME_TAIL_CALL, "tail call: not in the trace, found by code" },
	{ STACKANNO_FRAME_SCANNED, "found by scanning the stack, not by the unwinder" },
	{ STACKANNO_FRAME_UNRELIABLE, "doubtful: the unwinder had an error before here" },
	{ STACKANNO_FRAME_PARTIAL_REGS, "registers ip to ss only" },
	{ STACKANNO_FRAME_CODE_UNREADABLE, "its code could not be read" },
	{ STACKANNO_FRAME_NO_FUNCTION, "words without a role: no function is known there" },
	{ STACKANNO_FRAME_NO_END, "words without a role: where its frame ends is not known" },
	{ STACKANNO_FRAME_NOT_REACHED, "words without a role: no path in its code leads there" },
	{ STACKANNO_FRAME_BEYOND_LIMITS, "words without a role: its code is beyond the analysis' limits" },
	{ STACKANNO_FRAME_BUSY, "words without a role: another CPU was using the analysis" },
	{ STACKANNO_FRAME_LATE, "words without a role: the budget was used up before its code was read" },
	{ STACKANNO_FRAME_NO_DECODER, "words without a role: the kernel's decoder was not found" },
	{ STACKANNO_FRAME_TOO_DEEP, "words without a role: too far below the frame's end" },
	{ STACKANNO_FRAME_SIZE_DIFFERS, "by its code its frame is of another size" },
	{ STACKANNO_FRAME_NOT_ONE, "not a frame: a stale word was taken for its return address" },
	{ STACKANNO_FRAME_UNLISTED, "not in the listing: found by code and saved registers" },
	{ STACKANNO_FRAME_LAST_UNEXPECTED, "the chain of frames ends here, and should not" },
};

static const char *entry_of(const char * const *table, u32 count, u32 index)
{
	return index < count ? table[index] : NULL;
}

const char *stackanno_label_reason(u32 reason)
{
	return entry_of(reasons, ARRAY_SIZE(reasons), reason);
}

const char *stackanno_label_section(u32 kind)
{
	return entry_of(sections, ARRAY_SIZE(sections), kind);
}

const char *stackanno_label_stack(u32 kind)
{
	return entry_of(stacks, ARRAY_SIZE(stacks), kind);
}

const char *stackanno_label_frame(u32 kind)
{
	return entry_of(frames, ARRAY_SIZE(frames), kind);
}

const char *stackanno_label_entry(u32 entry)
{
	return entry_of(entries, ARRAY_SIZE(entries), entry);
}

const char *stackanno_label_evidence(u32 evidence)
{
	return entry_of(evidences, ARRAY_SIZE(evidences), evidence);
}

const char *stackanno_label_role(u32 role)
{
	return entry_of(roles, ARRAY_SIZE(roles), role);
}

const char *stackanno_label_meaning(u32 kind)
{
	return entry_of(meanings, ARRAY_SIZE(meanings), kind);
}

const char *stackanno_label_object(u32 state)
{
	return entry_of(objects, ARRAY_SIZE(objects), state);
}

const char *stackanno_label_area(u32 area)
{
	return entry_of(areas, ARRAY_SIZE(areas), area);
}

const char *stackanno_label_note(u32 kind)
{
	return entry_of(notes, ARRAY_SIZE(notes), kind);
}

const char *stackanno_label_note_sentence(u32 kind)
{
	return entry_of(sentences, ARRAY_SIZE(sentences), kind);
}

const char *stackanno_label_finding(u32 kind)
{
	return entry_of(findings, ARRAY_SIZE(findings), kind);
}

const struct stackanno_flag_words *stackanno_label_context(u32 index)
{
	return index < ARRAY_SIZE(contexts) ? &contexts[index] : NULL;
}

const struct stackanno_flag_words *stackanno_label_remark(u32 index)
{
	return index < ARRAY_SIZE(remarks) ? &remarks[index] : NULL;
}
