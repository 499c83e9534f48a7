// SPDX-License-Identifier: GPL-2.0-only
#include "literal.h"
#include "../uapi/stackanno.h"

/* An offset from a poison that is larger is no field of what was poisoned. */
#define FIELDS_SIZE	4096

/* Of a number of one digit there is nothing to say, nor of one too long to be read. */
#define NUMBER_MIN	10
#define NUMBER_MAX	9999999

/* Fewer characters than that occur by chance, and say little; from how many on they do not. */
#define TEXT_MIN	4
#define TEXT_LIKELY	7

/* include/uapi/asm-generic/errno.h and include/linux/errno.h */
static const char * const errors[] = {
	[1] = "EPERM", [2] = "ENOENT", [3] = "ESRCH", [4] = "EINTR", [5] = "EIO", [6] = "ENXIO",
	[7] = "E2BIG", [8] = "ENOEXEC", [9] = "EBADF", [10] = "ECHILD", [11] = "EAGAIN",
	[12] = "ENOMEM", [13] = "EACCES", [14] = "EFAULT", [15] = "ENOTBLK", [16] = "EBUSY",
	[17] = "EEXIST", [18] = "EXDEV", [19] = "ENODEV", [20] = "ENOTDIR", [21] = "EISDIR",
	[22] = "EINVAL", [23] = "ENFILE", [24] = "EMFILE", [25] = "ENOTTY", [26] = "ETXTBSY",
	[27] = "EFBIG", [28] = "ENOSPC", [29] = "ESPIPE", [30] = "EROFS", [31] = "EMLINK",
	[32] = "EPIPE", [33] = "EDOM", [34] = "ERANGE", [35] = "EDEADLK", [36] = "ENAMETOOLONG",
	[37] = "ENOLCK", [38] = "ENOSYS", [39] = "ENOTEMPTY", [40] = "ELOOP", [42] = "ENOMSG",
	[43] = "EIDRM", [44] = "ECHRNG", [45] = "EL2NSYNC", [46] = "EL3HLT", [47] = "EL3RST",
	[48] = "ELNRNG", [49] = "EUNATCH", [50] = "ENOCSI", [51] = "EL2HLT", [52] = "EBADE",
	[53] = "EBADR", [54] = "EXFULL", [55] = "ENOANO", [56] = "EBADRQC", [57] = "EBADSLT",
	[59] = "EBFONT", [60] = "ENOSTR", [61] = "ENODATA", [62] = "ETIME", [63] = "ENOSR",
	[64] = "ENONET", [65] = "ENOPKG", [66] = "EREMOTE", [67] = "ENOLINK", [68] = "EADV",
	[69] = "ESRMNT", [70] = "ECOMM", [71] = "EPROTO", [72] = "EMULTIHOP", [73] = "EDOTDOT",
	[74] = "EBADMSG", [75] = "EOVERFLOW", [76] = "ENOTUNIQ", [77] = "EBADFD",
	[78] = "EREMCHG", [79] = "ELIBACC", [80] = "ELIBBAD", [81] = "ELIBSCN", [82] = "ELIBMAX",
	[83] = "ELIBEXEC", [84] = "EILSEQ", [85] = "ERESTART", [86] = "ESTRPIPE",
	[87] = "EUSERS", [88] = "ENOTSOCK", [89] = "EDESTADDRREQ", [90] = "EMSGSIZE",
	[91] = "EPROTOTYPE", [92] = "ENOPROTOOPT", [93] = "EPROTONOSUPPORT",
	[94] = "ESOCKTNOSUPPORT", [95] = "EOPNOTSUPP", [96] = "EPFNOSUPPORT",
	[97] = "EAFNOSUPPORT", [98] = "EADDRINUSE", [99] = "EADDRNOTAVAIL", [100] = "ENETDOWN",
	[101] = "ENETUNREACH", [102] = "ENETRESET", [103] = "ECONNABORTED", [104] = "ECONNRESET",
	[105] = "ENOBUFS", [106] = "EISCONN", [107] = "ENOTCONN", [108] = "ESHUTDOWN",
	[109] = "ETOOMANYREFS", [110] = "ETIMEDOUT", [111] = "ECONNREFUSED", [112] = "EHOSTDOWN",
	[113] = "EHOSTUNREACH", [114] = "EALREADY", [115] = "EINPROGRESS", [116] = "ESTALE",
	[117] = "EUCLEAN", [118] = "ENOTNAM", [119] = "ENAVAIL", [120] = "EISNAM",
	[121] = "EREMOTEIO", [122] = "EDQUOT", [123] = "ENOMEDIUM", [124] = "EMEDIUMTYPE",
	[125] = "ECANCELED", [126] = "ENOKEY", [127] = "EKEYEXPIRED", [128] = "EKEYREVOKED",
	[129] = "EKEYREJECTED", [130] = "EOWNERDEAD", [131] = "ENOTRECOVERABLE",
	[132] = "ERFKILL", [133] = "EHWPOISON",
	[512] = "ERESTARTSYS", [513] = "ERESTARTNOINTR",
	[514] = "ERESTARTNOHAND", [515] = "ENOIOCTLCMD", [516] = "ERESTART_RESTARTBLOCK",
	[517] = "EPROBE_DEFER", [518] = "EOPENSTALE", [519] = "ENOPARAM", [521] = "EBADHANDLE",
	[522] = "ENOTSYNC", [523] = "EBADCOOKIE", [524] = "ENOTSUPP", [525] = "ETOOSMALL",
	[526] = "ESERVERFAULT", [527] = "EBADTYPE", [528] = "EJUKEBOX", [529] = "EIOCBQUEUED",
	[530] = "ERECALLCONFLICT", [531] = "ENOGRACE",
};

/* Pointers that lead nowhere, as offsets from POISON_POINTER_DELTA. */
static const struct {
	u32 offset;
	const char *name;
} pointers[] = {
	{ 0x100, "list 1" },	/* hlists have the same two */
	{ 0x122, "list 2" },
	{ 0x300, "timer entry" },
	{ 0x400, "tail page mapping" },
	{ 0xeb9f, "bpf pointer" },
};
#define LIST_POINTERS 2

static const struct {
	u8 byte;
	bool fields;	/* read through a pointer: an offset may have been added */
	const char *name;
} fills[] = {
	{ STACKANNO_FILL_SLAB_FREE, true, "slab free" },
	{ STACKANNO_FILL_SLAB_INUSE, true, "slab not initialised" },
	{ STACKANNO_FILL_RED_INACTIVE, false, "redzone of free" },
	{ STACKANNO_FILL_RED_ACTIVE, false, "redzone or freed init" },
	{ STACKANNO_FILL_PAGE, true, "page free" },
};

static const struct {
	u64 value;
	const char *name;
} magics[] = {
	{ STACKANNO_STACK_END_MAGIC, "stack end" },
	{ 0x41b58ab3, "KASAN frame" },
	/* 0xaa, each byte XORed with the low three bits of its address. */
	{ 0xadacafaea9a8abaaULL, "KFENCE canary" },
	/* An object's last byte differs from the rest of its poison. */
	{ 0xa56b6b6b6b6b6b6bULL, "slab object end" },
};

static void set(struct stackanno_literal *literal, enum stackanno_meaning_kind kind,
		enum stackanno_evidence evidence, const char *name)
{
	memset(literal, 0, sizeof(*literal));
	literal->kind = kind;
	literal->evidence = evidence;
	literal->aux = STACKANNO_NONE;
	literal->name = name;
}

/* All ones is -EPERM, but a mask, an end or "none" far more often: not claimed. */
static bool take_errno(u64 value, struct stackanno_literal *literal)
{
	/* Of a function that returns an int, 32 bits are left. */
	bool is_int = value >> 32 == 0;
	u64 number = is_int ? (u32)(0 - (u32)value) : 0 - value;

	if (number < 2 || number > STACKANNO_ERRNO_MAX || !stackanno_literal_errno((u32)number))
		return false;
	/* A power of two, negated, is as often a mask that aligns. */
	set(literal, STACKANNO_MEANING_ERRNO, number & (number - 1) ? STACKANNO_EVIDENCE_LIKELY :
	    STACKANNO_EVIDENCE_GUESS, NULL);
	literal->aux = (u32)number;
	literal->size = is_int ? sizeof(u32) : sizeof(u64);
	return true;
}

static bool take_pointer(u64 value, u64 delta, struct stackanno_literal *literal)
{
	u32 i;

	/* Without a delta they are small numbers, as many others. */
	for (i = 0; delta && i < ARRAY_SIZE(pointers); i++) {
		if (value != delta + pointers[i].offset)
			continue;
		set(literal, STACKANNO_MEANING_POISON, STACKANNO_EVIDENCE_CERTAIN, pointers[i].name);
		return true;
	}
	/*
	 * Fields of what a list entry points at, or of what holds the entry. Which one it
	 * was is told by the lowest bits, since fields are aligned.
	 */
	for (i = 0; delta && i < LIST_POINTERS; i++) {
		u64 offset = value - delta - pointers[i].offset;

		if (offset % 4 || offset + FIELDS_SIZE >= 2 * FIELDS_SIZE)
			continue;
		set(literal, STACKANNO_MEANING_POISON, STACKANNO_EVIDENCE_LIKELY, pointers[i].name);
		literal->offset = offset;
		return true;
	}
	return false;
}

static bool take_magic(u64 value, struct stackanno_literal *literal)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(magics); i++) {
		if (value != magics[i].value)
			continue;
		set(literal, STACKANNO_MEANING_POISON, STACKANNO_EVIDENCE_LIKELY, magics[i].name);
		return true;
	}
	return false;
}

static bool take_fill(u64 value, struct stackanno_literal *literal)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fills); i++) {
		u64 offset = value - fills[i].byte * 0x0101010101010101ULL;

		if (offset >= (fills[i].fields ? FIELDS_SIZE : 1))
			continue;
		set(literal, STACKANNO_MEANING_POISON, STACKANNO_EVIDENCE_LIKELY, fills[i].name);
		literal->offset = offset;
		return true;
	}
	return false;
}

/* The first character lies lowest. Behind a NUL all must be NUL. */
static bool take_text(u64 value, struct stackanno_literal *literal)
{
	char text[sizeof(literal->text)];
	u32 len;

	for (len = 0; value && len < sizeof(value); len++, value >>= 8) {
		u8 byte = (u8)value;

		if (byte < ' ' || byte > '~')
			return false;
		text[len] = (char)byte;
	}
	if (len < TEXT_MIN)
		return false;
	set(literal, STACKANNO_MEANING_STRING, len < TEXT_LIKELY ? STACKANNO_EVIDENCE_GUESS :
	    STACKANNO_EVIDENCE_LIKELY, NULL);
	memcpy(literal->text, text, len);
	return true;
}

static bool take_number(u64 value, struct stackanno_literal *literal)
{
	if (value < NUMBER_MIN || value > NUMBER_MAX)
		return false;
	set(literal, STACKANNO_MEANING_NUMBER, STACKANNO_EVIDENCE_CERTAIN, NULL);
	literal->aux = 0;
	literal->offset = value;
	return true;
}

int stackanno_literal_classify(u64 value, u64 delta, struct stackanno_literal *literal)
{
	if (take_errno(value, literal) || take_pointer(value, delta, literal) ||
	    take_magic(value, literal) || take_fill(value, literal) || take_text(value, literal) ||
	    take_number(value, literal))
		return 0;
	return -ENOENT;
}

const char *stackanno_literal_errno(u32 number)
{
	return number < ARRAY_SIZE(errors) ? errors[number] : NULL;
}

int stackanno_literal_flipped(u64 value, u32 bits)
{
	u64 clear = ~value & ~0ULL << (bits - 1);
	u32 bit;

	if (!clear || clear & (clear - 1))
		return -ENOENT;
	for (bit = bits - 1; !(clear >> bit & 1); bit++)
		;
	return (int)bit;
}
