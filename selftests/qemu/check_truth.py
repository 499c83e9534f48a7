# SPDX-License-Identifier: GPL-2.0-only
"""What functions of a running kernel were entered with, and what is said of their frames.

The comparison is made in the machine, by selftests/truth/truth; here is what must come of it.
"""

import pathlib
import subprocess

import check

TOP = pathlib.Path(__file__).resolve().parents[2]

# What must be compared for the sample of make check, and for the bar of accuracy.rst.
SAMPLE_FRAMES, SAMPLE_ANNOTATIONS = 3000, 2000
FULL_FRAMES, FULL_ANNOTATIONS = 100000, 100000
MUTANT_FRAMES = 300
PROBES, SUBSYSTEMS = 500, 15


class Built:
    """A program of selftests/truth, which is built when its path is asked for."""

    def __init__(self, name):
        self.path = TOP / "build/truth" / name

    def __fspath__(self):
        subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP / "selftests/truth",
                        "all"], check=True, stdout=subprocess.DEVNULL)
        return str(self.path)


# The scenario has a file "load" of its own.
FILES = {"truth": Built("truth"), "busy": Built("load")}

SHELL = """
# truth NAME WORD...: what the program prints is sent as NAME, and how far it is at once.
truth() {
	name=$1; shift
	/payload/truth "$@" > /tmp/$name 2> /dev/ttyS1 || echo "truth $* failed"
	put /tmp/$name
}
# Segments that fault are a part of the load.
echo 0 > /proc/sys/debug/exception-trace
/payload/busy > /tmp/busy.log 2>&1 &
sleep 1
"""
SEND = """
put /sys/kernel/debug/kprobes/list kprobes
put /sys/kernel/debug/sa_truth/stats truth-stats
for file in /tmp/wrong-*.raw /tmp/suspect-*.raw; do [ ! -e $file ] || put $file; done
"""
COMPARE = """
truth probed probe --probes {probes} --traced {traced}
truth compared compare --frames {frames} --seconds {seconds}
truth shifted compare --shifted --frames {mutant} --seconds 60
echo 1 > /sys/module/sa_truth/parameters/corrupt
truth corrupted compare --quiet --frames {mutant} --seconds 60
"""

SAMPLE = (SHELL + f"truth watched watch --annotations {SAMPLE_ANNOTATIONS} --seconds 300\n" +
          COMPARE.format(probes=600, traced=60, frames=SAMPLE_FRAMES, seconds=500,
                         mutant=MUTANT_FRAMES) + SEND)
FULL = SHELL + COMPARE.format(probes=1500, traced=300, frames=FULL_FRAMES, seconds=7200,
                              mutant=MUTANT_FRAMES) + SEND
WATCH = SHELL + f"truth watched watch --annotations {FULL_ANNOTATIONS} --seconds 7200\n" + SEND


def table(run, name):
    """Return ({what: number}, [lines that complain]) of what the program printed."""
    numbers, bad = {}, []
    for line in run.out(name).splitlines():
        what, *values = line.split("\t")
        if what == "row":
            numbers[values[0]] = [int(value) for value in values[1:]]
        elif len(values) == 1:
            numbers[what] = float(values[0])
        else:
            bad.append(line)
    return numbers, bad


def _check_probes(run):
    probed, _ = table(run, "probed")
    run.expect(probed["probes"] >= PROBES, f"at least {PROBES} functions are probed", probed)
    run.expect(probed["subsystems"] >= SUBSYSTEMS, f"of at least {SUBSYSTEMS} subsystems", probed)
    listed = run.out("kprobes").splitlines()
    for sign, least in (("[OPTIMIZED]", 100), ("[FTRACE]", 30)):
        count = sum(sign in line for line in listed)
        run.expect(count >= least, f"some are {sign}", count)
    stats = check.stats(run)
    run.expect(stats["probes_unseen"] == "0", "no probe hid text from the analysis",
               stats["probes_unseen"])


def _check_compared(run, least):
    compared, bad = table(run, "compared")
    run.expect(compared["compared"] >= least, f"at least {least} frames were compared", compared)
    run.expect(compared["wrong"] == 0, "nothing that is certain is wrong", "\n".join(bad))
    run.expect(compared["suspects"] == 0, "and nothing suspect", "\n".join(bad))
    moments = [compared[f"moments: {name}"] for name in ("breakpoint", "jump", "traced", "timer")]
    run.expect(all(moments), "tasks were annotated in each kind of probe, and in a timer",
               moments)
    # A register that was never found would be one that nothing could be wrong about.
    for name in ("rbx", "rbp", "r12", "r13", "r14", "r15"):
        run.expect(compared.get(f"saved {name}", [0, 0])[1] > least / 20,
                   f"saved {name} was compared", compared)
    for name in ("rdi", "rsi", "rdx", "rcx"):
        run.expect(compared.get(f"argument {name}", [0, 0])[1] > 0, f"argument {name} was compared",
                   compared)
    run.expect(compared["odd"] == 0, "every argument could be read", compared)
    for name in ("shifted", "corrupted"):
        mutant, _ = table(run, name)
        run.expect(mutant["wrong"] > 0, f"what is {name} on purpose is found out", mutant)


def _check_watched(run, least):
    watched, bad = table(run, "watched")
    run.expect(watched["annotations"] >= least, f"at least {least} annotations were made", watched)
    run.expect(watched["suspects"] == 0, "nothing about tasks of a healthy machine is suspect",
               "\n".join(bad))
    run.expect(watched["torn"] * 100 <= watched["annotations"], "few ran while they were copied",
               watched)
    run.expect(watched["explained"] > 0.99 * watched["words"], "nearly every word has a role",
               watched)


def check_sample(run):
    """A sample of both, in one machine."""
    check.check_quiet(run)
    _check_watched(run, SAMPLE_ANNOTATIONS)
    _check_probes(run)
    _check_compared(run, SAMPLE_FRAMES)


def check_full(run):
    """What functions were entered with, as accuracy.rst has it."""
    check.check_quiet(run)
    _check_probes(run)
    _check_compared(run, FULL_FRAMES)


def check_watch(run):
    """Tasks of a machine that is well, under load, as accuracy.rst has it."""
    check.check_quiet(run)
    _check_watched(run, FULL_ANNOTATIONS)
