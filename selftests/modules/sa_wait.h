/* SPDX-License-Identifier: GPL-2.0-only */
/* Tasks that stand still in a known place, to be annotated from outside. */
#ifndef SA_WAIT_H
#define SA_WAIT_H

/**
 * sa_wait_sleep() - start a thread that sleeps uninterruptibly, named sa_sleeper
 *
 * Context: task. Returns once the thread sleeps.
 * Return: 0, -EBUSY when there is one, -ETIMEDOUT when it did not come to sleep;
 * errors of kthread_create().
 */
int sa_wait_sleep(void);

/**
 * sa_wait_spin() - start a thread that loops on CPU 1, named sa_spinner
 *
 * Context: task. Returns once the thread loops.
 * Return: 0, -EBUSY when there is one, -ENODEV without a CPU 1, -ETIMEDOUT when
 * it did not come to loop; errors of kthread_create().
 */
int sa_wait_spin(void);

/**
 * sa_wait_churn() - start a thread that keeps changing its stack, named sa_churner
 *
 * It runs through the chain, sleeping for a moment at the bottom of it, again
 * and again, with the same frames each time.
 *
 * Context: task.
 * Return: 0, -EBUSY when there is one; errors of kthread_create().
 */
int sa_wait_churn(void);

/**
 * sa_wait_end() - end all of these threads
 *
 * Context: task. Returns when they are gone.
 * Return: 0.
 */
int sa_wait_end(void);

#endif /* SA_WAIT_H */
