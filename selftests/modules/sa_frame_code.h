/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What sa_frame_code.S and sa_frame.c have in common: what the hand-laid frames
 * find in registers and put into locals, the functions, and what tells them where to crash.
 */
#ifndef SA_FRAME_CODE_H
#define SA_FRAME_CODE_H

#define MAGIC_RBX	0x5afe000000000b0b
#define MAGIC_RBP	0x5afe000000000505
#define MAGIC_R12	0x5afe000000001212
#define MAGIC_R13	0x5afe000000001313
#define MAGIC_R14	0x5afe000000001414
#define MAGIC_R15	0x5afe000000001515
#define MAGIC_RDI	0x5afe000000000707
#define MAGIC_RSI	0x5afe000000000606
#define MAGIC_RDX	0x5afe000000000202
#define MAGIC_RCX	0x5afe000000000101
#define MAGIC_R8	0x5afe000000000808
#define MAGIC_R9	0x5afe000000000909
#define MAGIC_LOCAL	0x10ca10000000f00d

#ifndef __ASSEMBLER__
#include <linux/linkage.h>

#define STOPS 32

/* What each stop reads through; NULL is where to crash. */
extern const unsigned long *sa_frame_stops[STOPS];
/* The CFA of the function that sa_frame_enter() calls. */
extern unsigned long sa_frame_cfa;
/* What sa_frame_alloca() makes. */
extern unsigned long sa_frame_room;

/* In sa_frame.c, called from assembly. */
asmlinkage void sa_frame_tell(void);
asmlinkage void sa_frame_callee(void);

asmlinkage void sa_frame_enter(asmlinkage void (*function)(void));
asmlinkage void sa_frame_pushes(void);
asmlinkage void sa_frame_locals(void);
asmlinkage void sa_frame_spills(void);
asmlinkage void sa_frame_moves(void);
asmlinkage void sa_frame_filled(void);
asmlinkage void sa_frame_objects(void);
asmlinkage void sa_frame_canary(void);
asmlinkage void sa_frame_arguments(void);
asmlinkage void sa_frame_realigned(void);
asmlinkage void sa_frame_described(void);
asmlinkage void sa_frame_drap(void);
asmlinkage void sa_frame_alloca(void);
asmlinkage void sa_frame_leave(void);
asmlinkage void sa_frame_ways(void);
asmlinkage void sa_frame_split(void);
asmlinkage void sa_frame_tail(void);
asmlinkage void sa_frame_huge(void);
#endif /* !__ASSEMBLER__ */

#endif /* SA_FRAME_CODE_H */
