/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes on the chain, and crashes inside probes. */
#ifndef SA_PROBE_H
#define SA_PROBE_H

/**
 * sa_probe_call() - probe the chain by kprobes
 *
 * Context: task.
 * Return: 0, or an error of register_kprobe().
 */
int sa_probe_call(void);

/**
 * sa_probe_return() - probe the chain by kretprobes
 *
 * Context: task.
 * Return: 0, or an error of register_kretprobe().
 */
int sa_probe_return(void);

/**
 * sa_probe_crash_entry() - crash in a kprobe's handler at a function's entry
 *
 * Context: task. Does not return, unless registering fails.
 * Return: error of register_kprobe().
 */
int sa_probe_crash_entry(void);

/**
 * sa_probe_crash_inside() - crash in a kprobe's handler within a function
 *
 * Context: task. Does not return, unless registering fails.
 * Return: error of register_kprobe().
 */
int sa_probe_crash_inside(void);

/**
 * sa_probe_warn_at_push() - warn in a kprobe's handler, at a push of one byte
 *
 * Context: task.
 * Return: 0, or an error of register_kprobe().
 */
int sa_probe_warn_at_push(void);

/**
 * sa_probe_warn_of_registers() - the same, with the probe's registers spoiled meanwhile
 *
 * Context: task.
 * Return: 0, or an error of register_kprobe().
 */
int sa_probe_warn_of_registers(void);

/**
 * sa_probe_crash_return() - crash in a kretprobe's handler
 *
 * Context: task. Does not return, unless registering fails.
 * Return: error of register_kretprobe().
 */
int sa_probe_crash_return(void);

/**
 * sa_probe_nested() - make the next call of a function crash, once
 * @symbol: the function
 *
 * Context: task.
 * Return: 0, or an error of register_kprobe().
 */
int sa_probe_nested(const char *symbol);

/**
 * sa_probe_warn() - make the next call of a function warn, once
 * @symbol: the function
 *
 * Context: task.
 * Return: 0, or an error of register_kprobe().
 */
int sa_probe_warn(const char *symbol);

/**
 * sa_probe_meanwhile() - have CPU 1 crash while another is in the next call of a function
 * @symbol: the function; the call goes on when that crash is over
 *
 * Context: task.
 * Return: 0; errors of kthread_create() and register_kprobe().
 */
int sa_probe_meanwhile(const char *symbol);

/**
 * sa_probe_garble() - plant a probe, and spoil what the kernel knows of it
 * @text: "opcode", "poison", "loop" or "address", and "function+offset"
 *
 * Nothing may run into the probe, nor plant another, until sa_probe_mend().
 *
 * Context: task.
 * Return: 0; -EINVAL for another text; or an error of register_kprobe().
 */
int sa_probe_garble(const char *text);

/**
 * sa_probe_mend() - repair that probe, and remove it
 *
 * Context: task.
 * Return: 0; -ENOENT when there is none.
 */
int sa_probe_mend(void);

/**
 * sa_probe_hits() - print how often each probe was hit
 *
 * Context: task.
 * Return: 0.
 */
int sa_probe_hits(void);

/**
 * sa_probe_end() - remove all probes
 *
 * Context: task.
 */
void sa_probe_end(void);

#endif /* SA_PROBE_H */
