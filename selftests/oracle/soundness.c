// SPDX-License-Identifier: GPL-2.0-only
/*
 * Oracle 2: real functions run under Unicorn, from random registers and memory,
 * branches forced either way; at every instruction each claim of the analysis is
 * checked against the machine. The emulator decides which instruction comes next
 * but for branches, so that a missing edge shows as an instruction without a state.
 *
 * Every other run leaves the branches to the data. Random data, and branches forced
 * past the checks of it, lead some functions over their own frame, by an index or a
 * pointer: what such a store did to a saved register, the canary or the return address
 * is counted apart. Claims that are not said to be certain ("soft") are counted apart
 * as well.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claims.h"
#include "machine.h"

#define STEPS_MAX 2000
#define REPEAT_MAX 4096
#define MACHINE_LIFE 2000
/* Times that the emulator itself may crash. */
#define CRASHES_MAX 8
/* Of an object that a callee was shown, behind the first. */
#define OBJECT_WORDS 4
#define FIRST_SEED 88172645463325252ULL

/* What is known to be at odds with the emulator, and why. */
static const struct {
	const char *name, *reason;
} excused[] = {
	{ "retbleed_untrain_ret", "jumps into the middle of an instruction of its own" },
};
static bool in_function(const struct function *function, u64 address)
{
	const struct function *cold = function->cold == NO_FUNCTION ? NULL :
		&image.function[function->cold];
	u32 i;

	if (address - function->begin < function->size ||
	    (cold && address - cold->begin < cold->size))
		return true;
	for (i = 0; i < image.sections; i++)
		if (image.section[i].detour && address >= image.section[i].begin &&
		    address < image.section[i].end)
			return true;
	return false;
}

/*
 * An object may be as small as a byte. One that holds an address of the frame is
 * larger: of such an address a byte is never changed, for what came of it would
 * lead the function over its own frame.
 */
static void write_object(u64 address)
{
	u64 value = machine_random_word(), now = 0, at = address & ~7ULL;

	uc_mem_read(machine.uc, at, &now, sizeof(now));
	if (now - STACK >= STACK_BYTES)
		uc_mem_write(machine.uc, address, &value, 1);
	else if (at == address)
		uc_mem_write(machine.uc, address, &value, sizeof(value));
}

/*
 * Nothing that a callee may write to lies over a saved register or the canary: such
 * an address is the end of a buffer, which string instructions and forced loops leave
 * behind, or the frame pointer, as a mark for the unwinder.
 */
static bool is_behind_objects(u64 address)
{
	const struct stackanno_flow_state *state = claims_state(machine.ip);
	u64 base = claims_base();
	u32 i;

	for (i = 0; state && i < state->slots; i++) {
		const struct stackanno_flow_slot *slot = &state->slot[i];
		u64 at = (slot->base ? base : CFA_AT) + (u64)(s64)slot->offset;

		if (address - at < slot->size && claims_linkage(slot->value))
			return true;
	}
	return false;
}

/*
 * The words behind the first of an object, as far as it may reach. One that leads into
 * the frame goes on from word to word, as a va_list does.
 */
static void write_behind(u64 address)
{
	u64 now, at = (address & ~7ULL) + 8;
	u32 i;

	for (i = 0; i < OBJECT_WORDS && machine_random() & 1; i++, at += 8) {
		if (at >= CFA_AT - 8 || is_behind_objects(at) ||
		    uc_mem_read(machine.uc, at, &now, sizeof(now)))
			return;
		now = now - STACK < STACK_BYTES ? now + 8 : machine_random_word();
		uc_mem_write(machine.uc, at, &now, sizeof(now));
	}
}

/* A callee: spoils its registers, and writes to what it was ever shown. */
static void call_stub(void)
{
	u64 sp = machine.reg[stackanno_arch_abi.sp], value;
	u32 i;

	for (i = 0; i < stackanno_arch_abi.arguments; i++) {
		value = machine.reg[stackanno_arch_abi.argument[i]];
		if (value - STACK < STACK_BYTES && value >= sp && value < CFA_AT - 8 &&
		    machine.pointers < POINTERS_MAX && !is_behind_objects(value))
			machine.pointer[machine.pointers++] = value;
	}
	for (i = 0; i < machine.pointers; i++)
		if (machine.pointer[i] >= sp) {
			write_object(machine.pointer[i]);
			write_behind(machine.pointer[i]);
		}
	for (i = 0; i < REGISTERS; i++) {
		value = machine_random_word();
		if (!(stackanno_arch_abi.saved >> i & 1))
			uc_reg_write(machine.uc, machine_regs[i], &value);
	}
}

static void go(u64 ip)
{
	/* Writing it makes the emulator leave the block it is in. */
	uc_reg_write(machine.uc, UC_X86_REG_RIP, &ip);
}

/* A branch either way; what leaves the function ends the run. */
static void go_either(const struct function *function, u64 a, u64 b)
{
	u64 ip = machine_random() & 1 ? a : b;

	if (in_function(function, ip))
		go(ip);
	else
		uc_emu_stop(machine.uc);
}

/* Data are not mapped: a word of the table, which has 256 where there is one. */
static void go_by_table(const struct function *function)
{
	u64 ip = image.ops.constant(&image.ops, machine.table + machine_random() % 256 * 8);

	machine.table = 0;
	if (in_function(function, ip))
		go(ip);
	else
		uc_emu_stop(machine.uc);
}

static bool is_endless(const struct stackanno_ir_list *list)
{
	const struct stackanno_ir *ir = &list->op[0];

	return list->count && ir->op == STACKANNO_IR_FILL && ir->src != STACKANNO_IR_NO_REG &&
	       machine.reg[ir->src] > REPEAT_MAX;
}

/* What the instruction at @ip does is the emulator's business, but for control. */
static void steer(const struct function *function, u64 ip)
{
	struct stackanno_ir_list list;
	u64 next, other;

	if (claims_lift(ip, &list)) {
		uc_emu_stop(machine.uc);
		return;
	}
	next = ip + list.length;
	if (list.table)
		machine.table = list.table;
	if (list.exit == STACKANNO_EXIT_JUMP && machine.table &&
	    !in_function(function, list.target)) {
		go_by_table(function);
		return;
	}
	other = image.ops.jump_label(&image.ops, ip);
	if (other) {
		go_either(function, other, next);
	} else if (list.exit == STACKANNO_EXIT_CALL) {
		if (!list.target || list.target != image.tracer)
			call_stub();
		if (list.target && image.ops.noreturn(&image.ops, list.target))
			uc_emu_stop(machine.uc);
		else
			go(next);
	} else if (list.exit == STACKANNO_EXIT_BRANCH && !list.count && machine.forced) {
		go_either(function, list.target, next);
	} else if (list.exit == STACKANNO_EXIT_TRAP && image.ops.warns(&image.ops, ip)) {
		go(next);
	} else if ((list.exit != STACKANNO_EXIT_NEXT && list.exit != STACKANNO_EXIT_JUMP &&
		    list.exit != STACKANNO_EXIT_BRANCH) || is_endless(&list)) {
		uc_emu_stop(machine.uc);
	}
}

/*
 * An exception of the instruction at @ip, that is mended: now and then, where it would
 * not come by itself. Return: whether there was one.
 */
static bool raise_at(const struct function *function, u64 ip)
{
	struct stackanno_fixup fixup;
	u64 value;
	u32 i;

	if (!machine.forced || machine_random() & 3 || !image.ops.fixup(&image.ops, ip, &fixup))
		return false;
	for (i = 0; i < REGISTERS; i++) {
		value = fixup.cleared >> i & 1 ? 0 : machine_random_word();
		if (i == fixup.given)
			value = (u64)(s64)fixup.value;
		else if (!((fixup.cleared | fixup.spoiled) >> i & 1))
			continue;
		uc_reg_write(machine.uc, machine_regs[i], &value);
	}
	counts->exceptions++;
	if (in_function(function, fixup.landing))
		go(fixup.landing);
	else
		uc_emu_stop(machine.uc);
	return true;
}

static void on_code(uc_engine *uc, uint64_t address, uint32_t size, void *data)
{
	const struct function *function = data;
	const struct stackanno_flow_state *state;
	const char *what = "no state";
	int at = 0;

	/* A repeated string instruction comes by once for each time. */
	if (address == machine.ip) {
		if (machine.repeats++ >= REPEAT_MAX)
			uc_emu_stop(uc);
		else
			raise_at(function, address);
		return;
	}
	machine.repeats = 0;
	if (!in_function(function, address) || machine.steps++ >= STEPS_MAX) {
		uc_emu_stop(uc);
		return;
	}
	machine.ip = address;
	state = claims_state(address);
	counts->checkpoints++;
	if (!state || !claims_hold(state, &what, &at)) {
		machine.violated = what;
		if (what)
			printf("%s+0x%llx: %s %d\n", function->name,
			       (unsigned long long)(address - function->begin), what, at);
		uc_emu_stop(uc);
		return;
	}
	if (!raise_at(function, address))
		steer(function, address);
}

static bool run(const struct function *function)
{
	uc_hook hook;

	machine_reset();
	machine.ip = 0;
	machine.steps = 0;
	machine.violated = false;
	machine.forced = counts->runs % 2;
	counts->runs++;
	if (uc_hook_add(machine.uc, &hook, UC_HOOK_CODE, (void *)on_code, (void *)function, 1, 0)) {
		fprintf(stderr, "soundness: the emulator takes no hook\n");
		exit(2);
	}
	if (uc_emu_start(machine.uc, function->begin, 0, 0, 0))
		counts->ended_by_emulator++;
	uc_hook_del(machine.uc, hook);
	return !machine.violated;
}

static bool is_excused(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(excused); i++)
		if (!strcmp(name, excused[i].name))
			return true;
	return false;
}

struct plan {
	u32 every, runs;
	bool mended;	/* functions alone of which exceptions are mended */
	const char *only;
	time_t end;
};

static void run_function(const struct function *function, u32 runs)
{
	u32 i;

	if (stackanno_flow_run(&flow, &image.ops, function->begin, function->size))
		return;
	claims_forget();
	/* Of the code it translated the emulator forgets nothing by itself. */
	if (++counts->functions % MACHINE_LIFE == 0) {
		uc_close(machine.uc);
		machine_open();
	}
	for (i = 0; i < runs && run(function); i++)
		;
	if (i == runs)
		return;
	if (is_excused(function->name))
		counts->excuses++;
	else
		counts->broken++;
}

static bool is_mended(const struct function *function)
{
	u32 i;

	for (i = 0; i < image.mendeds; i++)
		if (image.mended[i].code - function->begin < function->size)
			return true;
	return false;
}

static bool is_planned(const struct plan *plan, const struct function *function)
{
	return function->parent == NO_FUNCTION &&
	       (!plan->only || !strcmp(plan->only, function->name)) &&
	       (!plan->mended || is_mended(function));
}

static void run_all(const struct plan *plan)
{
	const struct function *function;

	machine_open();
	for (; counts->at < image.functions && time(NULL) < plan->end;
	     counts->at += plan->only ? 1 : plan->every) {
		function = &image.function[counts->at];
		if (is_planned(plan, function))
			run_function(function, plan->runs);
	}
	counts->done = true;
}

/*
 * In a process of its own: Unicorn's translated code faults now and then, which is
 * said, and the rest goes on behind the function that it was.
 * Return: 0; -errno when there is no such process.
 */
static int run_apart(const struct plan *plan)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		fprintf(stderr, "soundness: fork: %s\n", strerror(errno));
		return -errno;
	}
	if (!pid) {
		run_all(plan);
		fflush(NULL);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	if (WIFEXITED(status) && WEXITSTATUS(status)) {
		return -EIO;
	} else if (!counts->done) {
		printf("%s: the emulator crashed (signal %d)\n",
		       image.function[counts->at].name, WTERMSIG(status));
		counts->at += plan->only ? 1 : plan->every;
	}
	return 0;
}

static void usage(FILE *to)
{
	fprintf(to,
		"Usage: soundness [--every N] [--runs N] [--seconds N] [--only FUNCTION] VMLINUX\n"
		"\n"
		"Runs functions of VMLINUX under Unicorn and checks each claim of the analysis.\n"
		"\n"
		"  --every N        one function in N (default 16), from a random one on\n"
		"  --runs N         times that each is run (default 8)\n"
		"  --seconds N      end after so long (default 120)\n"
		"  --only FUNCTION  this one and no other\n"
		"  --mended         all with entries in the table of exceptions, and no others\n"
		"\n"
		"Exit status: 0 when nothing was violated, 1 when something was, 2 for errors.\n");
}

static u32 number(const char *name, const char *text)
{
	char *rest;
	unsigned long value = strtoul(text, &rest, 10);

	if (*rest || rest == text || !value || value > 1000000) {
		fprintf(stderr, "soundness: --%s %s: not within 1 to 1000000\n", name, text);
		exit(2);
	}
	return (u32)value;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "every", required_argument, NULL, 'e' },
		{ "runs", required_argument, NULL, 'r' },
		{ "seconds", required_argument, NULL, 's' },
		{ "only", required_argument, NULL, 'o' },
		{ "mended", no_argument, NULL, 'm' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct plan plan = { .every = 16, .runs = 8 };
	u32 seconds = 120, crashes;
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'e':
			plan.every = number("every", optarg);
			break;
		case 'r':
			plan.runs = number("runs", optarg);
			break;
		case 's':
			seconds = number("seconds", optarg);
			break;
		case 'o':
			plan.only = optarg;
			break;
		case 'm':
			plan.mended = true;
			plan.every = 1;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind + 1 != argc) {
		usage(stderr);
		return 2;
	}
	if (image_open(&image, argv[optind])) {
		fprintf(stderr, "soundness: %s\n", image.error);
		return 2;
	}
	plan.end = time(NULL) + seconds;
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (counts == MAP_FAILED) {
		fprintf(stderr, "soundness: out of memory\n");
		return 2;
	}
	counts->seed = FIRST_SEED;
	counts->at = plan.only ? 0 : (u32)(machine_random() % plan.every);
	for (crashes = 0; !counts->done && crashes <= CRASHES_MAX; crashes += !counts->done)
		if (run_apart(&plan))
			return 2;
	printf("%llu functions, %llu runs, %llu checkpoints, %llu claims, %llu runs ended by the emulator\n",
	       (unsigned long long)counts->functions, (unsigned long long)counts->runs,
	       (unsigned long long)counts->checkpoints, (unsigned long long)counts->claims,
	       (unsigned long long)counts->ended_by_emulator);
	printf("%llu soft claims untrue; %llu runs over their own frame; %u crashes of the emulator\n",
	       (unsigned long long)counts->soft, (unsigned long long)counts->overruns, crashes);
	printf("%llu exceptions mended\n", (unsigned long long)counts->exceptions);
	printf("violations in %u functions, and in %u of those that are excused\n",
	       counts->broken, counts->excuses);
	if (!counts->done) {
		fprintf(stderr, "soundness: the emulator crashed %u times: given up\n", crashes);
		return 2;
	}
	/* A function takes some twenty instructions on its way through. */
	if (counts->checkpoints < counts->runs * 10) {
		fprintf(stderr, "soundness: hardly anything was checked\n");
		return 2;
	}
	return counts->broken ? 1 : 0;
}
