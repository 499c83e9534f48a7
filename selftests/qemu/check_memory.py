# SPDX-License-Identifier: GPL-2.0-only
"""Addresses of memory whose kind a test module knows, against what a report says of them."""

import re
import subprocess

import check_offline
import check_text
from check_values import meanings


def _problem(report, fact):
    word = report.words.get(fact["addr"])
    if word is None or word.value != fact["value"]:
        return f"{fact}: the report says {word}"
    wanted = fact["label"].replace("_", " ")
    for meaning in meanings(word.label):
        if re.fullmatch(rf"{wanted}( \?)?", meaning):
            return ""
    return f"{fact}: the report says {word}"


def check_fenced(run, report, facts):
    """The same, where KFENCE is switched on: some are its objects."""
    names = {fact["name"] for fact in facts.of("holds")}
    run.expect({"fenced", "fenced-freed", "fence"} <= names, "some are objects of KFENCE", names)
    check_memory(run, report, facts)


def check_memory(run, report, facts):
    """Assert that each address is said to be of what it is of."""
    known = facts.of("holds")
    problems = [text for text in (_problem(report, fact) for fact in known) if text]
    run.expect(len(known) >= 19 and not problems,
               f"addresses of memory mean what lies there ({len(known)})",
               "\n".join(problems))
    stats = dict(line.split(": ", 1) for line in run.out("stats").splitlines() if ": " in line)
    for part in ("pages", "objects", "areas", "vmas"):
        run.expect(stats.get(f"knows_{part}") == "1", f"what is known of {part} proved right",
                   stats.get(f"knows_{part}"))


# Tasks that read, write and talk, and what is said of each of them, and of all others.
BUSY = """dd if=/dev/zero of=/tmp/file bs=4k count=2000 2> /dev/null &
while :; do find / -xdev > /dev/null 2>&1; done &
finder=$!
sleep 100 | cat > /dev/null &
nc -l -p 999 > /dev/null 2>&1 &
sleep 1
kill -STOP $finder
for task in /proc/[0-9]*; do
	annotate pid ${task#/proc/} 2> /dev/null && cat /sys/kernel/debug/stackanno/last
done > /tmp/tasks
"""

_OBJECT = re.compile(r"slab (?P<cache>\S+)\+0x(?P<offset>[0-9a-f]+)(?: of 0x[0-9a-f]+)?"
                     r"(?: (?P<state>allocated|free))?(?: \?)?")
_SAMPLE = 400


def _objects(reports):
    """Return {address: (cache, begin, state)} of the words that are said to be of objects."""
    found = {}
    for report in reports:
        for word in report.words.values():
            for meaning in meanings(word.label):
                match = _OBJECT.fullmatch(meaning)
                if match:
                    found[word.value] = (match["cache"], word.value - int(match["offset"], 16),
                                         match["state"])
    return dict(sorted(found.items())[:_SAMPLE])


def _ask_crash(run, vmlinux, addresses):
    """Return what crash's kmem -s prints of each address."""
    commands = run.dir / "crash-commands"
    commands.write_text("".join(f"!echo == {address:x}\nkmem -s {address:x}\n"
                                for address in addresses) + "quit\n")
    done = subprocess.run(["crash", "-s", "-i", commands, vmlinux, run.dir / "dump"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=900)
    (run.dir / "kmem-s.txt").write_text(done.stdout + done.stderr)
    parts = re.split(r"^== ([0-9a-f]+)\n", done.stdout, flags=re.MULTILINE)[1:]
    return {int(address, 16): text for address, text in zip(parts[::2], parts[1::2])}


def _crash_says(text):
    """Return (cache, begin, state) out of what kmem -s printed, or None."""
    match = re.match(r"CACHE .*\n.* (\S+)\n(?:.*\n)*?  FREE / \[ALLOCATED\]\n"
                     r"  (\[|\s)([0-9a-f]{16})", text)
    if not match:
        return None
    return match[1], int(match[3], 16), "allocated" if match[2] == "[" else "free"


def check_truth(run):
    """Assert of a machine's tasks that crash finds in its dump the objects that were told."""
    vmlinux = check_offline.vmlinux(run.line)
    told = _objects(check_text.parse(run.out("tasks").splitlines()))
    try:
        says = {address: _crash_says(text)
                for address, text in _ask_crash(run, vmlinux, told).items()}
    finally:
        (run.dir / "dump").unlink(missing_ok=True)
    known = {address: says[address] for address in told if says.get(address)}
    run.expect(len(told) > 100 and len(known) > 0.97 * len(told),
               "crash knows the objects that were told", f"{len(known)} of {len(told)}")
    other = [f"{address:016x}: {told[address]}, crash {known[address]}" for address in known
             if told[address][:2] != known[address][:2]]
    run.expect(not other, f"their caches and begins agree ({len(known)})", "\n".join(other[:8]))
    # The machine ran on between the two.
    state = [f"{address:016x}: {told[address]}, crash {known[address]}" for address in known
             if told[address][2] and told[address][2] != known[address][2]]
    untold = sum(not what[2] for what in told.values())
    run.expect(len(state) <= 0.03 * len(known) and untold <= 0.05 * len(told),
               f"and whether they are free ({len(state)} differ, {untold} were not told)",
               "\n".join(state))
