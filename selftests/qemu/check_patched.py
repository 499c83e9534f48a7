# SPDX-License-Identifier: GPL-2.0-only
"""Text that is patched while it runs: what is said of a frame must not change with it."""

import re

import check

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
           if words.get(address) != after.words.get(address)]
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
               word != report.words[address]]
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
