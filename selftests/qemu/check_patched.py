# SPDX-License-Identifier: GPL-2.0-only
"""Text that is patched while it runs: what is said of a frame must not change with it."""

import re

import check
import check_frame
import check_known
import check_record
from check_kexec import Program

# Shell functions for the triggers. A stack is annotated, its functions are patched, and it
# is annotated again.
SHELL = """
cd /sys/kernel/tracing
# shot NAME: annotate the sleeper, and keep the report.
shot() { annotate "pid $pid"; last "$1"; }
# plant STEP [NAME]: a kprobe on every instruction of the functions that the sleeper is in,
# the next one at least STEP bytes behind the last. Where no instruction begins, the kernel
# has none.
plant() {
	sed -n 's/^[^ ]* \\([^+. ]*\\)+0x[0-9a-f]*.\\(0x[0-9a-f]*\\).*/\\1 \\2/p' /proc/$pid/stack |
	sort -u | while read -r name size; do
		at=0
		while [ $at -lt $((size)) ]; do
			if echo "p:kprobes/${2:-p}_${name}_$at $name+$at" >> kprobe_events; then
				at=$((at + $1))
			else
				at=$((at + 1))
			fi
		done
	done 2> /dev/null
}
enable() { echo $1 > events/kprobes/enable; }
probes() { put /sys/kernel/debug/kprobes/list "$1"; }
# settle: wait until as many probes are jumps as are going to be.
settle() {
	before=-1
	while now=$(grep -c OPTIMIZED /sys/kernel/debug/kprobes/list); [ $now != $before ]; do
		before=$now; sleep 2
	done
}
crash sleep; pid=$(task sa_sleeper)
"""


def _labels(report):
    """Return what is said of a stack: {address: word}, and its frames."""
    return report.words, report.frames


def _place(word):
    """Return what a word is by its place; what its value leads to may change meanwhile."""
    return word and (word.value, word.block, check_frame.bare(word.label).partition("=")[0])


def _shots(run, *names):
    """Return the reports of those names; None when one is missing."""
    reports = [check.asked(run, name, reason="task") for name in names]
    return None if None in reports else reports


def _expect_same(run, before, after, how):
    """Assert that two reports of one stack say the same."""
    words, frames = _labels(before)
    certain = sum(word.is_certain() for word in words.values())
    run.expect(certain > 40 and certain * 10 > len(words) * 7,
               "most of the stack is certain to begin with", f"{certain} of {len(words)}")
    odd = [f"{address:016x}: {words.get(address)} became {after.words.get(address)}"
           for address in sorted(words.keys() | after.words.keys())
           if _place(words.get(address)) != _place(after.words.get(address))]
    run.expect(not odd, f"every word is labelled as before, {how}", "\n".join(odd[:12]))
    run.expect(frames == after.frames, f"and so is every frame, {how}",
               "\n".join(f"{one}\n{other}" for one, other in
                         zip(frames, after.frames) if one != other))


def _kinds(run, name, lines):
    """Return how many kprobes a list holds: (all, made jumps, disabled, on a tracer's call)."""
    text = run.out(name).splitlines()
    found = [sum(sign in line for line in text)
             for sign in ("", "[OPTIMIZED]", "[DISABLED]", "[FTRACE]")]
    run.expect(found[0] > lines, f"{name}: probes are planted", found)
    return found


def _expect_all_seen(run):
    """Assert that no probe was left out."""
    unseen = check.stats(run)["probes_unseen"]
    run.expect(unseen == "0", "no probe was left out", unseen)


def check_breakpoints(run):
    """A breakpoint on every instruction of every function of a stack; two on one; disarmed."""
    check.check_quiet(run)
    shots = _shots(run, "before", "planted", "twice", "disarmed", "gone")
    if not shots:
        return
    before, planted, twice, disarmed, gone = shots
    every, jumps, disabled, tracer = _kinds(run, "probes-planted", 100)
    run.expect(not jumps and not disabled and tracer > 4, "they are breakpoints",
               (every, jumps, disabled, tracer))
    _expect_same(run, before, planted, "under breakpoints")
    again = _kinds(run, "probes-twice", 100)
    run.expect(again[0] >= 2 * every - 8, "then there are two on each", again)
    _expect_same(run, before, twice, "under two on one instruction")
    off = _kinds(run, "probes-disarmed", 100)
    run.expect(off[2] == off[0], "all are disarmed", off)
    _expect_same(run, before, disarmed, "under probes that are disarmed")
    _expect_same(run, before, gone, "when they are gone")
    _expect_all_seen(run)


BREAKPOINTS = f"""{SHELL}
echo 0 > /proc/sys/debug/kprobes-optimization
shot before
plant 1; enable 1; probes probes-planted; shot planted
enable 0; plant 1 q; enable 1; probes probes-twice; shot twice
enable 0; probes probes-disarmed; shot disarmed
echo > kprobe_events; shot gone
crash end
"""


def check_push(run, report, _facts):
    """A breakpoint in the place of a push: the function's frame is as it is before it."""
    stopped = [one.number for one in report.frames if one.name == "sa_probe_pushes"]
    behind = [one for one in report.frames if stopped and one.number > stopped[0]]
    run.expect(stopped and behind and behind[0].name == "sa_push_leaf",
               "the function that was stopped has returned to its caller", report.frames)
    run.expect(behind and all(one.certain for one in behind if one.slot), "none is doubted",
               behind)
    run.expect(check.stats(run)["frame_size_differs"] == "0", "no size differs")


GARBLED = ("opcode", "poison", "loop", "address")
GARBAGE = f"""{SHELL}
shot before
for how in {" ".join(GARBLED)}; do
	# The first instruction behind the tracer's call, with or without a landing mark.
	crash "garble $how sa_level5+5" || crash "garble $how sa_level5+9"
	shot $how
	crash mend
done
shot mended
crash end
"""


def check_garbage(run):
    """A probe of which the kernel's own record is garbage: what it hides is doubted."""
    check.check_quiet(run)
    shots = _shots(run, "before", *GARBLED, "mended")
    if not shots:
        return
    before, mended = shots[0], shots[-1]
    for how, report in zip(GARBLED, shots[1:-1]):
        sure = [f"{address:016x}: {word}" for address, word in report.words.items()
                if re.match(r"r(?!et)\w\w|buf|canary|pad", word.label) and word.is_certain() and
                word.block == _block_of(before, "sa_level5")]
        run.expect(not sure, f"{how}: nothing is certain of its function", "\n".join(sure))
        odd = [f"{address:016x}: {word} became {report.words[address]}"
               for address, word in before.words.items()
               if word.block != _block_of(before, "sa_level5") and
               _place(word) != _place(report.words[address])]
        run.expect(not odd, f"{how}: all is said of the others", "\n".join(odd[:12]))
    _expect_same(run, before, mended, "when it is gone")
    stats = check.stats(run)
    run.expect(int(stats["probes_unseen"]) > 2, "lists that end in garbage are counted",
               stats["probes_unseen"])


def _block_of(report, name):
    """Return the block that the words of a function's frame are shown in."""
    return next(f"#{frame.number}" for frame in report.frames if frame.name == name)


def check_jumps(run):
    """Probes that the kernel made jumps, with the instructions below them gone."""
    check.check_quiet(run)
    shots = _shots(run, "before", "planted", "back")
    if not shots:
        return
    every, jumps, _, _ = _kinds(run, "probes-planted", 20)
    run.expect(jumps > 15, "many are jumps", (every, jumps))
    _expect_same(run, shots[0], shots[1], "under jumps")
    run.expect(not _kinds(run, "probes-back", 20)[1], "then none is a jump any more")
    _expect_same(run, shots[0], shots[2], "under breakpoints again")
    _expect_all_seen(run)


JUMPS = f"""{SHELL}
shot before
plant 5; enable 1; settle; probes probes-planted; shot planted
echo 0 > /proc/sys/debug/kprobes-optimization; probes probes-back; shot back
enable 0; echo > kprobe_events
crash end
"""


TRACED = f"""{SHELL}
shot before
sed -n 's/^[^ ]* \\([^+. ]*\\)+0x.*/\\1/p' /proc/$pid/stack > /tmp/names
echo schedule >> /tmp/names; echo __schedule >> /tmp/names
cat /tmp/names > set_ftrace_filter; cat enabled_functions | wc -l
echo function > current_tracer; cat enabled_functions; shot traced
mkdir instances/second; cat /tmp/names > instances/second/set_ftrace_filter
echo function > instances/second/current_tracer; cat enabled_functions; shot twice
echo function_graph > current_tracer; shot graph
echo nop > current_tracer; echo nop > instances/second/current_tracer; shot nop
echo 1 > events/sched/enable; echo 1 > /proc/sys/kernel/sched_schedstats; shot keys
crash end
"""


def check_traced(run):
    """Tracers on every function of a stack, alone and together; static keys switched."""
    check.check_quiet(run)
    shots = _shots(run, "before", "traced", "twice", "graph", "nop", "keys")
    if not shots:
        return
    for how, report in zip(("the function tracer", "two of it", "the graph tracer", "none",
                            "other static keys"), shots[1:]):
        _expect_same(run, shots[0], report, f"under {how}")


PLAIN = f"""{SHELL}
cat /sys/devices/system/cpu/vulnerabilities/spectre_v2
annotate blocked; number=0
while [ $((number += 1)) -le 8 ]; do annotate cpu $((number % 2)); annotate self; done
crash null-read
crash end
"""


LIVEPATCH = """insmod /payload/sa_patch.ko
while [ "$(cat /sys/kernel/livepatch/sa_patch/transition)" != 0 ]; do sleep 0.2; done
cat /proc/cmdline; sleep 1
"""


def check_livepatch(run):
    """A warning in a function that was patched in: it and what lies around it are certain."""
    report = check.asked(run, "last", reason="warn")
    if not report:
        return
    run.expect("patched 10ca1000000000ff" in run.ktap, "the patch was run", run.ktap[-300:])
    (frame,) = _frames_of(report, ("sa_patch_show",))
    facts = check_known.Facts(run.console, "patched")
    run.expect(frame and frame.module == "sa_patch", "the new function is named", report.frames)
    check_known.check_returns(run, report, facts)
    check_known.check_locals(run, report, facts)
    # A tail call that the trace hides is likely at most.
    run.expect(all(one.certain for one in report.frames if one.slot), "no frame is doubted",
               report.frames)
    words = [word for word in report.words.values()
             if frame and word.block == f"#{frame.number}"]
    run.expect(words and all(re.match(r"(r\w\w|rsp|buf|canary|pad)", word.label)
                             for word in words), "each of its words has a role", words)
    numbers = check.stats(run)
    run.expect(numbers["frame_size_differs"] == "0", "no size differs")


# Assembly that no function begins with, and text that is freed after boot.
UNSEEN = re.compile(r"entry_|asm_|ret_from_fork|secondary_startup|start_kernel|"
                    r"arch_call_rest_init|x86_64_start|rest_init|common_startup")


def check_plain(run):
    """What runs and what sleeps on a kernel: its code and its unwinder agree on every frame."""
    numbers = check.stats(run)
    for name in ("frame_size_differs", "functions_refused", "probes_unseen", "dropped", "reused"):
        run.expect(numbers[name] == "0", f"{name} is 0", numbers[name])
    names = [record.string(frame["name"]) for record in check_record.read(run.raw())
             for frame in record.entries("FRAMES") if frame["number"] != 0xffff]
    unseen = [name for name in names if UNSEEN.match(name)]
    run.expect(len(names) > 100, "there are many frames", len(names))
    run.expect(int(numbers["frames_not_reached"]) <= len(unseen),
               "every function's code leads to where it is, but for the entry's",
               f"{numbers['frames_not_reached']} of {sorted(set(unseen))}")


FILES = {"bpf_filter": Program("bpf_filter")}


def _frames_of(report, names):
    """Return the frames, one of each pattern of a name."""
    return [next((frame for frame in report.frames if re.fullmatch(name, frame.name)), None)
            for name in names]


def check_bpf(run):
    """Compiled programs on a stack: named, every word has its role, and none is doubted."""
    report = check.asked(run, "last", reason="warn")
    if not report:
        return
    main, other = _frames_of(report, (r"bpf_prog_[0-9a-f]{16}_sa_filter",
                                      r"bpf_prog_[0-9a-f]{16}_\w+(?<!_sa_filter)"))
    if not run.expect(main and other and other.number + 1 == main.number,
                      "both functions of the program are named", report.frames):
        return
    for frame, saved, local in ((main, {"r15", "r14", "r13", "rbx", "rbp"}, {0xca1, 0xca2}),
                                (other, {"r13", "rbx", "rbp"}, {0xca3})):
        words = [word for word in report.words.values() if word.block == f"#{frame.number}"]
        labels = {re.split("[ =]", word.label)[0] for word in words if word.is_certain()}
        run.expect(saved <= labels, f"{frame.name}: what it saved is certain", words)
        held = {word.value for word in words if re.match(r"rsp\+|buf", word.label)}
        run.expect(local <= held, f"{frame.name}: what it keeps is its own", words)
        run.expect(all(re.match(r"r\w\w|rsp|buf|pad|unused|never|dead", word.label)
                       for word in words),
                   f"{frame.name}: each word has a role", words)
    behind = [frame for frame in report.frames if frame.number >= other.number]
    inside = [frame for frame in behind if frame.slot and not frame.name.startswith("entry_")]
    run.expect(len(inside) > 5 and all(frame.certain for frame in inside),
               "nothing is doubted behind them", inside)
    user = [word for word in report.words.values() if re.match(r"orig_ax.*sendto", word.label)]
    run.expect(len(user) == 1 and user[0].is_certain(), "nor are the user's registers", user)
    run.expect(check.stats(run)["frame_size_differs"] == "0", "no size differs")


def check_classic(run):
    """A program that the kernel keeps no name of: what lies behind it is a guess."""
    report = check.asked(run, "last", reason="warn")
    if not report:
        return
    (caller,) = _frames_of(report, ("sk_filter_trim_cap",))
    run.expect(caller and not caller.certain, "the frame behind it is doubted", report.frames)
    run.expect(report.has("doubtful: the unwinder had an error"), "and why is said", "")
    user = [word for word in report.words.values() if re.match(r"orig_ax.*sendto", word.label)]
    run.expect(len(user) == 1 and user[0].is_certain(), "the user's registers are not", user)
    run.expect(check.stats(run)["frame_size_differs"] == "0", "no size differs")
