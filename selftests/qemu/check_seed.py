# SPDX-License-Identifier: GPL-2.0-only
"""Seeded faults: the steps back that a report names, against those that the source takes."""

import re

# All pairs of the module's table, one report each.
SEEDS = """
seed() { sh -c "echo '$*' > /sys/kernel/debug/sa_seed/trigger"; }
put /sys/kernel/debug/sa_seed/truth
while read -r name route rest; do
	annotate clear
	echo 1 > /sys/kernel/debug/clear_warn_once
	seed "$name" "$route"
	[ "$route" != file ] || sh -c 'cat /sys/kernel/debug/sa_seed/file > /dev/null'
	sleep 0.3
	last "seed-$name-$route"
done < /sys/kernel/debug/sa_seed/truth
"""

# What must at least be reached, of all rows.
FIRST = 0.95
WHOLE = 0.75

_LINE = re.compile(r"^(origin|origin ends): (?:#\d+|block \d+|no frame): (.*?)( \?\??)?$")


def _pattern(step):
    """Return what a line that says a step of the truth looks like."""
    kind, _, rest = step.partition(":")
    number, _, function = rest.partition(":")
    if kind == "load":
        place = {"any": r"-?(?:0x[0-9a-f]+)?", "0x0": ""}.get(number, number)
        # A value that was added to memory's in the same instruction is loaded as well.
        return rf" <- \w+ {place}\(%\w+\),.* at {function}\+"
    if kind == "call":
        return rf"^ip <- call .* at {number}\+"
    if kind == "argument":
        return rf" is argument {number}(?: \+ 0x[0-9a-f]+)?(?: \(.*\))?$"
    return ""


def _judge(lines, steps):
    """Return how many steps are right, and the first line that is wrong and certain."""
    right = 0
    for kind, text, doubt in lines:
        if right == len(steps):
            break
        if steps[right] == "some":
            # As many as the kernel's own functions take.
            if right + 1 < len(steps) and re.search(_pattern(steps[right + 1]), text):
                right += 2
            continue
        if re.search(_pattern(steps[right]), text):
            right += 1
            continue
        return right, text if kind == "origin" and not doubt else ""
    return right, ""


def _judge_row(run, row):
    """Return (steps right, steps, the wrong line, all lines) of a row of the truth."""
    name, route, *steps = row.split()
    try:
        report = run.out(f"seed-{name}-{route}").splitlines()
    except FileNotFoundError:
        report = []
    lines = [match.groups() for match in map(_LINE.match, report) if match]
    way, _, other = " ".join(steps).partition(" / ")
    steps = way.split()
    right, wrong = _judge(lines, steps)
    if not right and other:
        # Of two values that were compared it may go by either, and is right of that one.
        right, wrong = _judge(lines, other.split())
    return right, len(steps), wrong, lines


def check_seeds(run):
    """Assert that the steps back are right as often as is promised, and never wrong."""
    rows = run.out("truth").splitlines()
    first = whole = 0
    wrong, short = [], []
    for row in rows:
        right, count, line, lines = _judge_row(run, row)
        first += right > 0
        whole += right == count
        if line:
            wrong.append(f"{row}: {line}")
        if right < count:
            short.append(f"{row}: {right} of {count}: " + "; ".join(text for _, text, _ in lines))
    total = f"{len(rows)} seeded faults: first step right of {first}, all of {whole}"
    print(f"# {run.line}: {total}, wrong and certain {len(wrong)}")
    run.expect(len(rows) >= 60, "there are many", len(rows))
    run.expect(first >= FIRST * len(rows), f"{first} of {len(rows)}: the first step is right",
               "\n".join(short))
    run.expect(whole >= WHOLE * len(rows), f"{whole} of {len(rows)}: each step is",
               "\n".join(short))
    run.expect(not wrong, "no step is wrong and certain", "\n".join(wrong))
    # As the kernel's own functions have it, whether the test module came with BTF or not.
    for seed, route, said in (("freed", "statfs", r"origin: .*\(path->dentry\)"),
                              ("error", "direct", r"cause: .* is ERR_PTR\(-ENOMEM\), or")):
        report = run.out(f"seed-{seed}-{route}").splitlines()
        run.expect(any(re.match(said, line) for line in report),
                   f"{seed}, by {route}: a line says '{said}'", "\n".join(report[:12]))
