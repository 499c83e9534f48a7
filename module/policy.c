// SPDX-License-Identifier: GPL-2.0-only
/*
 * Module parameters, and what follows from them.
 */
#include "policy.h"

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/ratelimit.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "counter.h"
#include "ksyms.h"

#define RECORDS_MAX 64

/* Warnings and the like that are recorded: so many, per so many jiffies. */
#define WARN_BURST 10
#define WARN_INTERVAL (5 * HZ)

/* The console contract: 32 lines and 4 KB, seven lines inside an oops. */
#define BRIEF_LINES 32
#define BRIEF_BYTES 4096
#define LAST_CHANCE_LINES 7

enum console_level {
	CONSOLE_OFF,
	CONSOLE_BRIEF,
	CONSOLE_FULL,
	CONSOLE_LEVELS
};

/* Of a word that is none of them, in the log. */
#define SHOWN_MAX 32

/* A parameter that takes one of a few words. */
struct choice {
	const char * const *words;
	size_t count;
	int value;
};

static const char * const console_words[] = {
	[CONSOLE_OFF] = "off",
	[CONSOLE_BRIEF] = "brief",
	[CONSOLE_FULL] = "full",
};
static_assert(ARRAY_SIZE(console_words) == CONSOLE_LEVELS);

static const char * const redact_words[] = {
	[STACKANNO_REDACT_NONE] = "none",
	[STACKANNO_REDACT_DATA] = "data",
	[STACKANNO_REDACT_ALL] = "all",
};
static_assert(ARRAY_SIZE(redact_words) == STACKANNO_REDACT_COUNT);

static int choice_set(const char *text, const struct kernel_param *kp)
{
	struct choice *choice = kp->arg;
	int i = __sysfs_match_string(choice->words, choice->count, text);

	if (i < 0) {
		pr_err("stackanno: %s=%.*s: not one of %s, %s, %s\n", kp->name,
		       min_t(int, strcspn(text, "\n"), SHOWN_MAX), text,
		       choice->words[0], choice->words[1], choice->words[2]);
		return i;
	}
	WRITE_ONCE(choice->value, i);
	return 0;
}

static int choice_get(char *buf, const struct kernel_param *kp)
{
	const struct choice *choice = kp->arg;

	return sysfs_emit(buf, "%s\n", choice->words[READ_ONCE(choice->value)]);
}

static const struct kernel_param_ops choice_ops = {
	.set = choice_set,
	.get = choice_get,
};

static struct choice console = { console_words, CONSOLE_LEVELS, CONSOLE_BRIEF };
module_param_cb(console, &choice_ops, &console, 0644);
MODULE_PARM_DESC(console, "what is printed of a record: off, brief (default), full");

static struct choice redact = { redact_words, STACKANNO_REDACT_COUNT, STACKANNO_REDACT_DATA };
module_param_cb(redact, &choice_ops, &redact, 0644);
MODULE_PARM_DESC(redact, "what the console hides: none, data (default), all");

static bool warn = true;
module_param(warn, bool, 0644);
MODULE_PARM_DESC(warn, "record what warnings, KASAN and KFENCE report (default 1)");

static bool hang = true;
module_param(hang, bool, 0644);
MODULE_PARM_DESC(hang, "record tasks that the kernel finds hung (default 1)");

static unsigned int records = 8;
module_param(records, uint, 0444);
MODULE_PARM_DESC(records, "records kept, 1 to 64 (default 8)");

static unsigned int budget_us;
module_param(budget_us, uint, 0644);
MODULE_PARM_DESC(budget_us, "microseconds one annotation may take, 0 for no limit (default)");

static unsigned long kallsyms;
module_param(kallsyms, ulong, 0400);
MODULE_PARM_DESC(kallsyms, "address of kallsyms_lookup_name, for kernels without kprobes");

static bool locked_down_at_load;

int stackanno_policy_init(void)
{
	if (!records || records > RECORDS_MAX) {
		pr_err("stackanno: records=%u: not 1 to %u\n", records, RECORDS_MAX);
		return -EINVAL;
	}
	locked_down_at_load = security_locked_down(LOCKDOWN_KCORE) != 0;
	return 0;
}

/*
 * A driver that warns on every interrupt must not be slowed down by our looking
 * at each of them. The limit takes its lock by trylock only.
 */
static bool keeps_pace(void)
{
	static struct ratelimit_state limit =
		RATELIMIT_STATE_INIT_FLAGS("stackanno", WARN_INTERVAL, WARN_BURST,
					   RATELIMIT_MSG_ON_RELEASE);

	if (__ratelimit(&limit))
		return true;
	stackanno_counter_add(STACKANNO_COUNT_RATE_LIMITED, 1);
	return false;
}

bool stackanno_policy_wants(enum stackanno_reason reason)
{
	switch (reason) {
	case STACKANNO_REASON_WARN:
	case STACKANNO_REASON_KASAN:
	case STACKANNO_REASON_KFENCE:
	case STACKANNO_REASON_REPORT:
		return READ_ONCE(warn) && keeps_pace();
	case STACKANNO_REASON_HANG:
		return READ_ONCE(hang);
	default:
		return true;
	}
}

/* Who asked through debugfs reads debugfs: the console is for the unforeseen. */
static bool asked_for(enum stackanno_reason reason)
{
	return reason == STACKANNO_REASON_TASK || reason == STACKANNO_REASON_SELF ||
	       reason == STACKANNO_REASON_CPU || reason == STACKANNO_REASON_BLOCKED;
}

bool stackanno_policy_console(enum stackanno_reason reason,
			      struct stackanno_render_options *options)
{
	enum console_level level = READ_ONCE(console.value);

	if (level == CONSOLE_OFF || asked_for(reason))
		return false;

	memset(options, 0, sizeof(*options));
	options->redact = READ_ONCE(redact.value);
	if (level == CONSOLE_FULL) {
		options->form = STACKANNO_FORM_CONSOLE_FULL;
		return true;
	}
	options->form = STACKANNO_FORM_CONSOLE_BRIEF;
	options->max_lines = BRIEF_LINES;
	options->max_bytes = BRIEF_BYTES;
	return true;
}

bool stackanno_policy_last_chance(struct stackanno_render_options *options)
{
	if (!stackanno_policy_console(STACKANNO_REASON_OOPS, options))
		return false;
	options->form = STACKANNO_FORM_CONSOLE_BRIEF;
	options->max_lines = LAST_CHANCE_LINES;
	options->max_bytes = BRIEF_BYTES;
	return true;
}

bool stackanno_policy_withheld(void)
{
	unsigned long address = stackanno_ksyms_address(STACKANNO_KSYM_LOCKED_DOWN);
	enum lockdown_reason reason;

	if (!address || get_kernel_nofault(reason, (enum lockdown_reason *)address))
		return locked_down_at_load;
	return reason >= LOCKDOWN_CONFIDENTIALITY_MAX;
}

unsigned int stackanno_policy_records(void)
{
	return records;
}

void stackanno_policy_request(struct stackanno_request *request, enum stackanno_reason reason,
			      enum stackanno_start start, struct task_struct *task)
{
	memset(request, 0, sizeof(*request));
	request->reason = reason;
	request->origin.start = start;
	request->origin.task = task;
	request->cause.vector = STACKANNO_NONE;
	request->trap = STACKANNO_NONE;
	request->budget_us = READ_ONCE(budget_us);
	request->withhold = stackanno_policy_withheld();
}

unsigned long stackanno_policy_kallsyms(void)
{
	return kallsyms;
}
