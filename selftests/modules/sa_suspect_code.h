/* SPDX-License-Identifier: GPL-2.0-only */
/* What sa_suspect_code.S and sa_suspect.c have of one another. */
#ifndef SA_SUSPECT_CODE_H
#define SA_SUSPECT_CODE_H

#include <linux/linkage.h>

extern unsigned long sa_suspect_cfa;

asmlinkage void sa_suspect_enter(void (*run)(void));
asmlinkage void sa_suspect_crash(void);
asmlinkage void sa_suspect_caller(void);
asmlinkage void sa_suspect_odd(void);
asmlinkage void sa_suspect_other(void);
asmlinkage void sa_suspect_five(void);
asmlinkage void sa_suspect_tails(void);
asmlinkage void sa_suspect_given(void);
asmlinkage void sa_suspect_size(void);

#endif /* SA_SUSPECT_CODE_H */
