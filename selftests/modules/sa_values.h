/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SA_VALUES_H
#define SA_VALUES_H

/* Crash with a value of each sort in the frame, and tell of each what it is. */
void sa_values_crash(const char *who);

#endif /* SA_VALUES_H */
