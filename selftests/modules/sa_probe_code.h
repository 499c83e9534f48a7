/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SA_PROBE_CODE_H
#define SA_PROBE_CODE_H

#include <linux/linkage.h>

asmlinkage void sa_probe_pushes(void);

#endif /* SA_PROBE_CODE_H */
