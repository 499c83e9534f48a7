/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels for the test modules, and nothing else. Kbuild
 * probes for the feature; the commit that made the difference and the first
 * version with it stand here.
 */
#ifndef SA_COMPAT_H
#define SA_COMPAT_H

#include <linux/hrtimer.h>

/*
 * 908a1d775422 ("hrtimers: Introduce hrtimer_setup() to replace
 * hrtimer_init()"), v6.13; hrtimer_init() went away in v6.15.
 */
#ifndef SA_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *timer),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* SA_COMPAT_H */
