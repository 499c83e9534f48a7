/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Leaves that crash. Each prints its frame and what every register will hold,
 * loads the registers and executes one instruction that faults.
 */
#ifndef SA_FAULT_H
#define SA_FAULT_H

/**
 * sa_fault_plain() - read through a NULL pointer, and tell nothing of it
 *
 * Context: any. Does not return.
 */
void sa_fault_plain(void);

/**
 * sa_fault_null_read() - read at 0x18 behind a NULL pointer
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_null_read(const char *who);

/**
 * sa_fault_null_call() - call a NULL function pointer
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_null_call(const char *who);

/**
 * sa_fault_data_call() - call a function pointer that points to data
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_data_call(const char *who);

/**
 * sa_fault_rodata_write() - write to a constant
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_rodata_write(const char *who);

/**
 * sa_fault_non_canonical() - read at an address that no mapping can have
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_non_canonical(const char *who);

/**
 * sa_fault_freed() - read memory that was freed, under KFENCE's eyes
 * @who: name of the chain
 *
 * Context: task. Returns; without KFENCE, having done nothing.
 */
void sa_fault_freed(const char *who);

/**
 * sa_fault_divide() - divide by zero
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_divide(const char *who);

/**
 * sa_fault_bug() - BUG()
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_bug(const char *who);

/**
 * sa_fault_warn() - WARN_ON()
 * @who: name of the chain
 *
 * Context: any. Returns.
 */
void sa_fault_warn(const char *who);

/**
 * sa_fault_panic() - panic()
 * @who: name of the chain
 *
 * Context: any. Does not return.
 */
void sa_fault_panic(const char *who);

/**
 * sa_fault_overflow() - call oneself until the stack ends
 * @who: name of the chain
 *
 * Context: task. Does not return.
 */
void sa_fault_overflow(const char *who);

/**
 * sa_fault_together() - as sa_fault_null_read(), on two CPUs at once
 * @who: name of the chain
 *
 * Waits for the other CPU before it reads.
 *
 * Context: two tasks, each bound to a CPU of its own. Does not return.
 */
void sa_fault_together(const char *who);

/**
 * sa_fault_spin() - loop over known registers until told to stop
 * @who: name of the chain
 * @stop: loops while this is zero
 *
 * Context: any.
 */
void sa_fault_spin(const char *who, const int *stop);

#endif /* SA_FAULT_H */
