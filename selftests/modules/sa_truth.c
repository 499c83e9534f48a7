// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notes what functions were entered with, and has stackanno annotate the task that
 * runs, from within such an entry or a timer's interrupt: what it says of the frames
 * can then be held against the notes.
 *
 * A stack has its notes, outermost first. An entry at or above a note's place says that
 * the note's function has returned. The kernel misses a probe that is hit within another
 * one's handler; such a frame is gone by the next hit that is noted, and what was noted
 * in its place before is dropped by the hit around it. That holds for one stack: in an
 * interrupt that came in the midst of a handler, what lies on the interrupts' stack may
 * be of an older one, so that a timer hands out the notes of the task's stack alone.
 *
 * stackanno must stay loaded as long as this.
 */
#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/static_call.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "sa_truth.h"

#define PROBES_MAX 4096
#define STACKS 2048
#define NOTES_MAX 48
/* As many as stackanno keeps records. */
#define SHOTS_MAX 64
#define SHOT_BYTES (sizeof(struct sa_truth_shot) + 2 * NOTES_MAX * sizeof(struct sa_truth_note))

#define ENDBR_BYTES 4
#define CALL_BYTES 5

static bool corrupt;
module_param(corrupt, bool, 0600);
MODULE_PARM_DESC(corrupt, "note a wrong register now and then, to see whether it is found out");

struct point {
	struct kprobe probe;
	u64 function;
	enum sa_truth_moment kind;
};

struct shadow {
	unsigned long stack;	/* its lowest address; 0: of none */
	u32 notes;
	struct sa_truth_note note[NOTES_MAX];
};

struct sa_cpu {
	struct hrtimer timer;
	struct shadow shadow;	/* of the stack of interrupts */
	u32 random;
	u32 left;		/* hits until the next annotation */
	bool busy;		/* in a handler */
};

enum counter {
	COUNT_HITS,
	COUNT_TOO_DEEP,		/* more notes of a stack than there is room for */
	COUNT_NO_STACK,		/* more stacks than there is room for */
	COUNT_FORGOTTEN,		/* all stacks, since they had become too many */
	COUNT_SHOTS,
	COUNT_REFUSED,		/* by stackanno */
	COUNT_HELD_UP,		/* timers that found a handler under way */
	COUNTERS
};

static const char * const counter_names[] = {
	[COUNT_HITS] = "hits",
	[COUNT_TOO_DEEP] = "too_deep",
	[COUNT_NO_STACK] = "no_stack",
	[COUNT_FORGOTTEN] = "forgotten",
	[COUNT_SHOTS] = "shots",
	[COUNT_REFUSED] = "refused",
	[COUNT_HELD_UP] = "held_up",
};
static_assert(ARRAY_SIZE(counter_names) == COUNTERS);

static DEFINE_PER_CPU(unsigned long [COUNTERS], counters);
static DEFINE_PER_CPU(struct sa_cpu, cpus);

static DEFINE_MUTEX(lock);
static struct point *points[PROBES_MAX];
static unsigned int point_count;
static struct shadow *shadows;
static atomic_t stacks_used;
static u8 *shots;
static size_t shots_bytes;
static unsigned int shot_count;
static atomic_t shooting;
static bool noting, armed;
static u32 hits_between = 1000, us_between = 20000;
static struct dentry *directory;

static void count(enum counter counter)
{
	raw_cpu_inc(counters[counter]);
}

/*
 * stackanno's own, by static call as it calls the kernel's: a kernel with
 * X86_KERNEL_IBT may not be called there by pointer.
 */
DEFINE_STATIC_CALL_RET0(annotate_self, int (void));
DEFINE_STATIC_CALL_RET0(newest_record, u64 (void));

/* ---- the notes ---- */

static u32 random_of(struct sa_cpu *cpu)
{
	cpu->random ^= cpu->random << 13;
	cpu->random ^= cpu->random >> 17;
	cpu->random ^= cpu->random << 5;
	return cpu->random;
}

static unsigned long task_stack(void)
{
	return (unsigned long)task_stack_page(current);
}

static struct shadow *find_shadow(unsigned long stack, bool add)
{
	u32 at = hash_long(stack, ilog2(STACKS)), tries;
	unsigned long found;

	for (tries = 0; tries < STACKS; tries++, at = (at + 1) % STACKS) {
		found = READ_ONCE(shadows[at].stack);
		if (found == stack)
			return &shadows[at];
		if (found)
			continue;
		if (!add)
			return NULL;
		if (!cmpxchg(&shadows[at].stack, 0, stack)) {
			atomic_inc(&stacks_used);
			return &shadows[at];
		}
		/* Another CPU's task took it. */
		tries--;
		at = (at + STACKS - 1) % STACKS;
	}
	return NULL;
}

static void take_registers(struct sa_truth_note *note, const struct pt_regs *regs)
{
	const u64 values[SA_TRUTH_REGISTERS] = {
		regs->di, regs->si, regs->dx, regs->cx, regs->r8, regs->r9,
		regs->bx, regs->bp, regs->r12, regs->r13, regs->r14, regs->r15,
	};

	memcpy(note->reg, values, sizeof(values));
}

static void add_note(struct sa_cpu *cpu, u64 function, const struct pt_regs *regs)
{
	bool own = regs->sp - task_stack() < THREAD_SIZE;
	struct shadow *shadow = own ? find_shadow(task_stack(), true) : &cpu->shadow;
	struct sa_truth_note *note;

	if (!shadow) {
		count(COUNT_NO_STACK);
		return;
	}
	while (shadow->notes && shadow->note[shadow->notes - 1].slot <= regs->sp)
		shadow->notes--;
	if (shadow->notes == NOTES_MAX) {
		count(COUNT_TOO_DEEP);
		return;
	}
	note = &shadow->note[shadow->notes++];
	note->function = function;
	note->slot = regs->sp;
	note->returns = *(unsigned long *)regs->sp;
	take_registers(note, regs);
	if (unlikely(READ_ONCE(corrupt)) && random_of(cpu) % 8 == 0)
		note->reg[random_of(cpu) % SA_TRUTH_REGISTERS] ^= 0x100;
}

/* ---- annotating ---- */

static u32 copy_notes(const struct shadow *shadow, struct sa_truth_note *to)
{
	u64 word;
	u32 i, copied = 0;

	for (i = 0; shadow && i < shadow->notes; i++)
		if (!get_kernel_nofault(word, (u64 *)shadow->note[i].slot) &&
		    word == shadow->note[i].returns)
			to[copied++] = shadow->note[i];
	return copied;
}

/* Nothing of this CPU is noted meanwhile: either a handler runs, or interrupts are off. */
static void shoot(struct sa_cpu *cpu, enum sa_truth_moment moment, u64 stopped)
{
	struct sa_truth_shot *shot;
	struct sa_truth_note *notes;

	if (atomic_cmpxchg(&shooting, 0, 1))
		return;
	if (!READ_ONCE(armed) || shot_count == SHOTS_MAX)
		goto out;
	if (static_call(annotate_self)()) {
		count(COUNT_REFUSED);
		goto out;
	}
	count(COUNT_SHOTS);
	shot = (struct sa_truth_shot *)(shots + shots_bytes);
	notes = (struct sa_truth_note *)(shot + 1);
	shot->record = static_call(newest_record)();
	shot->moment = moment;
	shot->stopped = stopped;
	shot->notes = copy_notes(find_shadow(task_stack(), false), notes);
	if (moment != SA_TRUTH_TIMER)
		shot->notes += copy_notes(&cpu->shadow, notes + shot->notes);
	shots_bytes += sizeof(*shot) + shot->notes * sizeof(*notes);
	shot_count++;
out:
	atomic_set_release(&shooting, 0);
}

static int entered(struct kprobe *probe, struct pt_regs *regs)
{
	struct point *point = container_of(probe, struct point, probe);
	struct sa_cpu *cpu = raw_cpu_ptr(&cpus);

	if (!READ_ONCE(noting))
		return 0;
	cpu->busy = true;
	barrier();
	count(COUNT_HITS);
	add_note(cpu, point->function, regs);
	if (READ_ONCE(armed) && !--cpu->left) {
		cpu->left = 1 + random_of(cpu) % (2 * READ_ONCE(hits_between));
		shoot(cpu, point->kind, regs->sp);
	}
	barrier();
	cpu->busy = false;
	return 0;
}

/* Keeps a probe a breakpoint: one with a handler behind is never made a jump. */
static void keep_breakpoint(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static ktime_t pause_of(struct sa_cpu *cpu)
{
	return ns_to_ktime((u64)(1 + random_of(cpu) % (2 * READ_ONCE(us_between))) * NSEC_PER_USEC);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	struct sa_cpu *cpu = container_of(timer, struct sa_cpu, timer);

	if (READ_ONCE(cpu->busy))
		count(COUNT_HELD_UP);
	else
		shoot(cpu, SA_TRUTH_TIMER, 0);
	hrtimer_forward_now(timer, pause_of(cpu));
	return HRTIMER_RESTART;
}

static void start_timer(void *unused)
{
	struct sa_cpu *cpu = this_cpu_ptr(&cpus);

	cpu->left = 1 + random_of(cpu) % (2 * READ_ONCE(hits_between));
	hrtimer_start(&cpu->timer, pause_of(cpu), HRTIMER_MODE_REL_PINNED_HARD);
}

/* What comes in while nothing is noted is in no shadow: so all of them begin anew. */
static void forget(void)
{
	int cpu;

	WRITE_ONCE(noting, false);
	synchronize_rcu();
	memset(shadows, 0, STACKS * sizeof(*shadows));
	atomic_set(&stacks_used, 0);
	for_each_possible_cpu(cpu)
		per_cpu_ptr(&cpus, cpu)->shadow.notes = 0;
	count(COUNT_FORGOTTEN);
	WRITE_ONCE(noting, true);
}

static void disarm(void)
{
	int cpu;

	WRITE_ONCE(armed, false);
	for_each_possible_cpu(cpu)
		hrtimer_cancel(&per_cpu_ptr(&cpus, cpu)->timer);
	/* Handlers run with preemption off. */
	synchronize_rcu();
	if (atomic_read(&stacks_used) > STACKS * 3 / 4)
		forget();
}

static void arm(void)
{
	disarm();
	shot_count = 0;
	shots_bytes = 0;
	WRITE_ONCE(armed, true);
	on_each_cpu(start_timer, NULL, 1);
}

/* ---- probes ---- */

static const char * const kinds[] = {
	[SA_TRUTH_BREAKPOINT] = "breakpoint",
	[SA_TRUTH_JUMP] = "jump",
	[SA_TRUTH_TRACED] = "traced",
};

/* Return: bytes before the first instruction of a function's own; 0 when no tracer's call is. */
static unsigned int preamble(unsigned long function)
{
	static const u8 nop[CALL_BYTES] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	/* What a kernel with IBT begins functions with, and what it makes of it at boot. */
	static const u8 endbr[][ENDBR_BYTES] = {
		{ 0xf3, 0x0f, 0x1e, 0xfa }, { 0x66, 0x0f, 0x1f, 0x00 } };
	u8 code[ENDBR_BYTES + CALL_BYTES];
	unsigned int at = 0;

	if (copy_from_kernel_nofault(code, (void *)function, sizeof(code)))
		return 0;
	if (!memcmp(code, endbr[0], ENDBR_BYTES) || !memcmp(code, endbr[1], ENDBR_BYTES))
		at = ENDBR_BYTES;
	return memcmp(code + at, nop, CALL_BYTES) ? 0 : at + CALL_BYTES;
}

static int add_point(enum sa_truth_moment kind, unsigned long function)
{
	unsigned int bytes = preamble(function);
	struct point *point;
	int ret;

	if (!bytes)
		return -EINVAL;
	if (point_count == PROBES_MAX)
		return -ENOSPC;
	point = kzalloc(sizeof(*point), GFP_KERNEL);
	if (!point)
		return -ENOMEM;
	point->function = function;
	point->kind = kind;
	point->probe.pre_handler = entered;
	if (kind == SA_TRUTH_BREAKPOINT)
		point->probe.post_handler = keep_breakpoint;
	/* A tracer's call leaves all registers alone: behind it they are as they were. */
	point->probe.addr = (kprobe_opcode_t *)(function + (kind == SA_TRUTH_TRACED ? 0 : bytes));
	ret = register_kprobe(&point->probe);
	if (ret) {
		kfree(point);
		return ret;
	}
	points[point_count++] = point;
	return 0;
}

static int add_by_text(char *text)
{
	char *word = strsep(&text, " ");
	unsigned long function;
	int kind;

	kind = match_string(kinds, ARRAY_SIZE(kinds), word);
	if (kind < 0 || !text || kstrtoul(text, 16, &function))
		return -EINVAL;
	return add_point(kind, function);
}

/* ---- files ---- */

static ssize_t take_line(const char __user *buf, size_t size, int (*run)(char *text))
{
	char text[64];
	int ret;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, size))
		return -EFAULT;
	text[size] = '\0';
	mutex_lock(&lock);
	ret = run(strim(text));
	mutex_unlock(&lock);
	return ret ? ret : size;
}

static ssize_t probe_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	return take_line(buf, size, add_by_text);
}

static int set_every(char *text)
{
	u32 hits, us;

	if (sscanf(text, "%u %u", &hits, &us) != 2 || !hits || !us || hits > 1 << 30 || us > 1 << 30)
		return -EINVAL;
	WRITE_ONCE(hits_between, hits);
	WRITE_ONCE(us_between, us);
	return 0;
}

static ssize_t every_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	return take_line(buf, size, set_every);
}

static int set_armed(char *text)
{
	bool on;

	if (kstrtobool(text, &on))
		return -EINVAL;
	if (on)
		arm();
	else
		disarm();
	return 0;
}

static ssize_t armed_write(struct file *file, const char __user *buf, size_t size, loff_t *pos)
{
	return take_line(buf, size, set_armed);
}

static ssize_t shots_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	ssize_t ret = -EBUSY;

	mutex_lock(&lock);
	if (!READ_ONCE(armed))
		ret = simple_read_from_buffer(buf, size, pos, shots, shots_bytes);
	mutex_unlock(&lock);
	return ret;
}

static ssize_t stats_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	unsigned long missed = 0;
	unsigned int i, at = 0;
	unsigned long sum;
	char text[512];
	int cpu, counter;

	for (counter = 0; counter < COUNTERS; counter++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += per_cpu(counters, cpu)[counter];
		at += scnprintf(text + at, sizeof(text) - at, "%s: %lu\n", counter_names[counter], sum);
	}
	mutex_lock(&lock);
	for (i = 0; i < point_count; i++)
		missed += READ_ONCE(points[i]->probe.nmissed);
	at += scnprintf(text + at, sizeof(text) - at, "probes: %u\nmissed: %lu\n",
			point_count, missed);
	mutex_unlock(&lock);
	at += scnprintf(text + at, sizeof(text) - at, "stacks: %d\n", atomic_read(&stacks_used));
	return simple_read_from_buffer(buf, size, pos, text, at);
}

#define FILE_OPERATIONS(name, ...)			\
	static const struct file_operations name = {	\
		.owner = THIS_MODULE,			\
		.open = simple_open,			\
		.llseek = default_llseek,		\
		__VA_ARGS__				\
	}

FILE_OPERATIONS(probe_fops, .write = probe_write);
FILE_OPERATIONS(every_fops, .write = every_write);
FILE_OPERATIONS(armed_fops, .write = armed_write);
FILE_OPERATIONS(shots_fops, .read = shots_read);
FILE_OPERATIONS(stats_fops, .read = stats_read);

static unsigned long address_of(const char *name)
{
	struct kprobe probe = { .symbol_name = name };

	if (register_kprobe(&probe))
		return 0;
	unregister_kprobe(&probe);
	return (unsigned long)probe.addr;
}

static int find_stackanno(void)
{
	unsigned long self = address_of("stackanno_ask_self");
	unsigned long newest = address_of("stackanno_store_newest");

	if (!self || !newest)
		return -ENOENT;
	static_call_update(annotate_self, (int (*)(void))self);
	static_call_update(newest_record, (u64 (*)(void))newest);
	return 0;
}

static int __init sa_truth_init(void)
{
	int ret = find_stackanno(), cpu;

	if (ret) {
		pr_err("sa_truth: stackanno is not loaded\n");
		return ret;
	}
	shadows = vzalloc(array_size(STACKS, sizeof(*shadows)));
	shots = vzalloc(SHOTS_MAX * SHOT_BYTES);
	if (!shadows || !shots) {
		vfree(shadows);
		vfree(shots);
		return -ENOMEM;
	}
	for_each_possible_cpu(cpu) {
		hrtimer_setup(&per_cpu_ptr(&cpus, cpu)->timer, timer_fired, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED_HARD);
		per_cpu_ptr(&cpus, cpu)->random = get_random_u32() | 1;
		per_cpu_ptr(&cpus, cpu)->left = 1;
	}
	WRITE_ONCE(noting, true);
	directory = debugfs_create_dir("sa_truth", NULL);
	debugfs_create_file("probe", 0200, directory, NULL, &probe_fops);
	debugfs_create_file("every", 0200, directory, NULL, &every_fops);
	debugfs_create_file("armed", 0200, directory, NULL, &armed_fops);
	debugfs_create_file("shots", 0400, directory, NULL, &shots_fops);
	debugfs_create_file("stats", 0400, directory, NULL, &stats_fops);
	return 0;
}
module_init(sa_truth_init);

static void __exit sa_truth_exit(void)
{
	debugfs_remove(directory);
	disarm();
	while (point_count) {
		unregister_kprobe(&points[--point_count]->probe);
		kfree(points[point_count]);
	}
	vfree(shadows);
	vfree(shots);
}
module_exit(sa_truth_exit);

MODULE_DESCRIPTION("notes what functions are entered with, to hold stackanno's reports against");
MODULE_LICENSE("GPL");
