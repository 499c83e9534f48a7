// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/wait.h>

#include "sa_chain.h"
#include "sa_fault.h"
#include "sa_known.h"
#include "sa_wait.h"

#define PATIENCE_MS 5000

static DEFINE_MUTEX(lock);
static DECLARE_WAIT_QUEUE_HEAD(release);
static struct task_struct *sleeper, *spinner, *churner;
static int released, stop;
static bool spinning;

static noinline __noclone void sa_leaf_sleep(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	wait_event(release, READ_ONCE(released));
}

static int sleep_thread(void *unused)
{
	sa_chain_run("sleeper", sa_leaf_sleep);
	return 0;
}

static void leaf_spin(const char *who)
{
	WRITE_ONCE(spinning, true);
	sa_fault_spin(who, &stop);
}

static int spin_thread(void *unused)
{
	sa_chain_run("spinner", leaf_spin);
	return 0;
}

static noinline __noclone void sa_leaf_nap(const char *who)
{
	SA_KNOWN_FRAME(who, "sa_level8");
	schedule_timeout_uninterruptible(1);
}

static int churn_thread(void *unused)
{
	const char *who = "churner";

	/* Prints the first time; from then on every frame lies where it lay. */
	while (!kthread_should_stop()) {
		sa_chain_run(who, sa_leaf_nap);
		who = NULL;
	}
	return 0;
}

/* Sets *@task to a new thread, with a reference of ours; it is not yet woken. */
static int create(struct task_struct **task, int (*thread)(void *), const char *name)
{
	struct task_struct *new;

	if (*task)
		return -EBUSY;
	new = kthread_create(thread, NULL, "%s", name);
	if (IS_ERR(new))
		return PTR_ERR(new);
	get_task_struct(new);
	*task = new;
	return 0;
}

static int await_sleep(struct task_struct *task)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(PATIENCE_MS);

	/* The kthread's first sleep, before it is woken, is not meant. */
	while (!wq_has_sleeper(&release) || task_is_running(task)) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		msleep(20);
	}
	return 0;
}

int sa_wait_sleep(void)
{
	int ret;

	mutex_lock(&lock);
	WRITE_ONCE(released, 0);
	ret = create(&sleeper, sleep_thread, "sa_sleeper");
	if (!ret) {
		wake_up_process(sleeper);
		ret = await_sleep(sleeper);
	}
	mutex_unlock(&lock);
	return ret;
}

static int await_spin(void)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(PATIENCE_MS);

	while (!READ_ONCE(spinning)) {
		if (time_after(jiffies, deadline))
			return -ETIMEDOUT;
		msleep(20);
	}
	/* It prints once more before it loops, maybe to a slow console. */
	msleep(500);
	return 0;
}

int sa_wait_spin(void)
{
	int ret;

	if (num_possible_cpus() < 2 || !cpu_online(1))
		return -ENODEV;
	mutex_lock(&lock);
	WRITE_ONCE(stop, 0);
	WRITE_ONCE(spinning, false);
	ret = create(&spinner, spin_thread, "sa_spinner");
	if (!ret) {
		kthread_bind(spinner, 1);
		wake_up_process(spinner);
		ret = await_spin();
	}
	mutex_unlock(&lock);
	return ret;
}

int sa_wait_churn(void)
{
	int ret;

	mutex_lock(&lock);
	ret = create(&churner, churn_thread, "sa_churner");
	if (!ret)
		wake_up_process(churner);
	mutex_unlock(&lock);
	return ret;
}

static void end(struct task_struct **task)
{
	if (!*task)
		return;
	kthread_stop(*task);
	put_task_struct(*task);
	*task = NULL;
}

int sa_wait_end(void)
{
	mutex_lock(&lock);
	WRITE_ONCE(stop, 1);
	WRITE_ONCE(released, 1);
	wake_up(&release);
	end(&sleeper);
	end(&spinner);
	end(&churner);
	mutex_unlock(&lock);
	return 0;
}
