/* SPDX-License-Identifier: GPL-2.0-only */
/* Crashing elsewhere than in the task that asked for it. */
#ifndef SA_CONTEXT_H
#define SA_CONTEXT_H

/**
 * sa_context_irq() - crash in a hard interrupt that stops a known loop
 *
 * Context: task. Does not return when the kernel panics over it, as it should.
 * Return: -ETIMEDOUT when the interrupt did not come.
 */
int sa_context_irq(void);

/**
 * sa_context_irq_later() - crash in a hard interrupt a second from now
 *
 * By then the CPU may well be in user mode.
 *
 * Context: task.
 * Return: 0.
 */
int sa_context_irq_later(void);

/**
 * sa_context_softirq() - crash in a softirq that stops a known loop
 *
 * Context: task. Does not return when the kernel panics over it, as it should.
 * Return: -ETIMEDOUT when the softirq did not come.
 */
int sa_context_softirq(void);

/**
 * sa_context_nmi() - loop on CPU 0, and crash in the first NMI to come
 *
 * Context: task. Does not return when the kernel panics over it, as it should.
 * Return: -ETIMEDOUT when no NMI came; errors of register_nmi_handler().
 */
int sa_context_nmi(void);

/**
 * sa_context_kthread() - crash in a kernel thread
 *
 * Context: task.
 * Return: 0 when the thread died, -ETIMEDOUT when it did not; errors of
 * kthread_run().
 */
int sa_context_kthread(void);

/**
 * sa_context_two() - crash on two CPUs at once
 *
 * Context: task.
 * Return: 0 when both threads died, -ETIMEDOUT when not; -ENODEV with one CPU;
 * errors of kthread_create().
 */
int sa_context_two(void);

/**
 * sa_context_broken_end() - crash with the end of the task's stack overwritten
 *
 * Context: task. Does not return.
 * Return: 0.
 */
int sa_context_broken_end(void);

#endif /* SA_CONTEXT_H */
