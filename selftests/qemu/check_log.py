# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own report: that it is whole, and that ours keeps to its places."""

import re

import logrules

LONGEST = 199
BRIEF_LINES, BRIEF_BYTES = 32, 4096
# Two lines could stand there, but abrt loses the trace of a log that is long as it is.
INSIDE, INSIDE_LAST_CHANCE = 0, 7
FORBIDDEN = ("BUG:", "WARNING:", "INFO:", "panic:", "UBSAN:", "KASAN:", "Kernel panic",
             "general protection fault", "Call Trace", "Backtrace:", "Allocated by task", "Code:",
             "Comm:", "---[ end")

_PAGE_FAULT = [r"^#PF: (supervisor|user) (read|write|instruction fetch)",
               r"^#PF: error_code\(0x[0-9a-f]{4}\) - ", r"^PGD "]
_HASH = r"0000 \[#\d+\] "
_DIE = r"^(Oops: )?"
_WHO = [r"^CPU: \d+ (UID: \d+ )?PID: \d+ Comm: ", r"^Hardware name: "]
_REGISTERS = [r"^Code: ", r"^RSP: ", r"^RAX: ", r"^RDX: ", r"^RBP: ", r"^R10: ", r"^R13: ",
              r"^FS: ", r"^CS: ", r"^CR2: "]
_TRACE = [r"^Call Trace:$", r"^ <(TASK|IRQ|NMI|#DF|SOFTIRQ)>$", r"^ </TASK>$"]
_MODULES = [r"^Modules linked in: "]
END = r"^---\[ end trace [0-9a-f]{16} \]---$"
_SUMMARY = [r"^RIP: 0010:", *_REGISTERS]
_OOPS = [*_WHO, r"^RIP: 0010:", *_REGISTERS, *_TRACE, *_MODULES]

# What the kernel prints of each kind of crash, in order. A page fault repeats CR2.
SEQUENCES = {
    "null": [r"^BUG: kernel NULL pointer dereference, address: [0-9a-f]{16}$", *_PAGE_FAULT,
             _DIE + r"Oops: [0-9a-f]{4} \[#\d+\] ", *_OOPS, r"^CR2: ", END, *_SUMMARY],
    "page": [r"^BUG: unable to handle page fault for address: [0-9a-f]{16}$", *_PAGE_FAULT,
             _DIE + r"Oops: [0-9a-f]{4} \[#\d+\] ", *_OOPS, r"^CR2: ", END, *_SUMMARY],
    "gpf": [_DIE + r"general protection fault, probably for non-canonical address "
            r"0x[0-9a-f]+: " + _HASH, *_OOPS, END, *_SUMMARY],
    "divide": [_DIE + r"divide error: " + _HASH, *_OOPS, END, *_SUMMARY],
    "bug": [r"^------------\[ cut here \]------------$", r"^kernel BUG at .*!$",
            _DIE + r"invalid opcode: " + _HASH, *_OOPS, END, *_SUMMARY],
    "warn": [r"^------------\[ cut here \]------------$", r"^WARNING: CPU: \d+ PID: \d+ at ",
             *_MODULES, *_WHO, r"^RIP: 0010:", *_REGISTERS, *_TRACE, END],
    "overflow": [r"^BUG: (TASK )?stack guard page was hit at ",
                 _DIE + r"stack guard page: " + _HASH, *_WHO, r"^RIP: 0010:", *_REGISTERS,
                 r"^Call Trace:$", r"^ <TASK>$", r"^ </TASK>$",
                 *_MODULES, END, *_SUMMARY],
    # With panic_on_warn: no end marker, a panic's trace behind the warning's.
    "warn-panic": [r"^------------\[ cut here \]------------$",
                   r"^WARNING: CPU: \d+ PID: \d+ at ", *_MODULES, *_WHO, r"^RIP: 0010:",
                   *_REGISTERS, *_TRACE, r"^Kernel panic - not syncing: .*panic_on_warn set",
                   *_WHO, *_TRACE],
    "kfence": [r"^BUG: KFENCE: use-after-free read in sa_fault_freed\+",
               r"^Use-after-free read at 0x", r"^ sa_fault_freed\+", r"^kfence-#\d+: ",
               r"^allocated by task ", r"^freed by task ", r"^CPU: \d+ ", r"^={20,}$"],
    "panic": [r"^Kernel panic - not syncing: ", *_WHO, r"^Call Trace:$", r"^ <TASK>$",
              r"^ </TASK>$"],
    "hang": [r"^INFO: task .* blocked for more than \d+ seconds\.$", r"^task:", r"^Call Trace:$",
             r"^ <TASK>$", r"^ </TASK>$"],
}

# What follows when the kernel does not survive it. It resets at once: that is the last line.
PANIC_END = [r"^Kernel panic - not syncing: ", r"^Kernel Offset: "]


def split(text):
    """Return the bodies of a console's lines, less what the test modules print."""
    bodies = [logrules.body(line) for line in text.splitlines()]
    return [line for line in bodies if not line.startswith(("sa_known: ", "sa_crash: "))]


def missing(bodies, sequence):
    """Return the first pattern of a sequence which no line matches in its turn, or None."""
    at = 0
    for pattern in sequence:
        while at < len(bodies) and not re.search(pattern, bodies[at]):
            at += 1
        if at == len(bodies):
            return pattern
        at += 1
    return None


def repeated(bodies, sequence):
    """Return patterns of the sequence's title and end that more than one line matches."""
    marks = [sequence[0], *(pattern for pattern in sequence if pattern == END)]
    return [pattern for pattern in marks
            if sum(bool(re.search(pattern, line)) for line in bodies) > 1]


def check_kernel(run, kind, *, panics=False, crashes=1):
    """Assert that the kernel's report of a crash of this kind is complete."""
    bodies = split(run.console)
    theirs = logrules.without_ours(bodies)
    ends = PANIC_END[kind.endswith("panic"):] if panics else []
    sequence = SEQUENCES[kind] + ends
    run.expect(missing(theirs, sequence) is None, "the kernel's own report is complete",
               f"no line for {missing(theirs, sequence)}")
    if crashes == 1:
        run.expect(not repeated(theirs, sequence), "and it stands there once",
                   repeated(theirs, sequence))


def inside(bodies, kind):
    """Return our lines between the first and the last line of the kernel's report."""
    sequence = SEQUENCES[kind]
    begin = next((n for n, line in enumerate(bodies) if re.search(sequence[0], line)), None)
    if begin is None:
        return []
    end, at = begin, 0
    for number in range(begin, len(bodies)):
        if at < len(sequence) and re.search(sequence[at], bodies[number]):
            end, at = number, at + 1
        if at and sequence[at - 1] == END:
            break
    return [line for line in bodies[begin:end] if line.startswith(logrules.OURS)]


def reports(bodies):
    """Return (heads, lines): the first lines of our reports, and all lines of them.

    What is said inside the kernel's own report, to alert, does not belong to them.
    """
    heads, lines, alert = [], [], True
    for line in bodies:
        if not line.startswith(logrules.OURS) or is_loading(line):
            continue
        if re.match(logrules.OURS + r"record \d+: .* at \d+\.\d+", line):
            heads.append(line)
            alert = False
        elif re.match(logrules.OURS + r"record \d+: ", line):
            alert = True
            continue
        if not alert:
            lines.append(line)
        alert = False if not alert or "fault: " in line else alert
    return heads, lines


def check_places(run, kind, *, crash_kernel=False):
    """Assert that our lines keep to their places and their form."""
    bodies = split(run.console)
    ours = [line for line in bodies if line.startswith(logrules.OURS)]
    allowed = INSIDE_LAST_CHANCE if crash_kernel else INSIDE
    between = inside(bodies, kind)
    run.expect(len(between) <= allowed,
               f"at most {allowed} lines of ours stand inside the kernel's report",
               "\n".join(between))
    long = [line for line in ours if len(line) > LONGEST]
    run.expect(not long, f"no line of ours has more than {LONGEST} columns", "\n".join(long))
    bad = [line for line in ours if any(sign in line for sign in FORBIDDEN)]
    run.expect(not bad, "no line of ours holds what parsers look for", "\n".join(bad))
    late = [line for line in ours
            if re.search(r"[^+ ]+\+0x[0-9a-f]+/0x[0-9a-f]+", line) and
            not re.search(r"\+0x[0-9a-f]+/0x[0-9a-f]+( \[[\w-]+\])?$", line)]
    run.expect(not late, "a symbol with offset and size stands last in its line", "\n".join(late))
    stray = [line for line in bodies if "stackanno" in line and not is_expected_mention(line)]
    run.expect(not stray, "no other line speaks of us", "\n".join(stray))


def is_expected_mention(line):
    """Tell whether a line may hold our name: our own, or the kernel's list of modules."""
    return line.startswith((logrules.OURS, "Modules linked in: ", "Command line: "))


def is_loading(line):
    """Tell whether a line with our prefix is the kernel's, about a module that it loads."""
    return re.match(r"^stackanno: (loading out-of-tree|module verification) ", line)


def check_brief(run, expected):
    """Assert that each report was printed once, within the budget of a brief one.

    Reports of several CPUs may stand between one another: they share their budgets.
    """
    heads, lines = reports(split(run.console))
    run.expect(len(heads) == expected,
               f"{expected} reports stand on the console, no more and no less", "\n".join(heads))
    size = sum(len(line) + 1 for line in lines)
    run.expect(len(lines) <= BRIEF_LINES * expected and size <= BRIEF_BYTES * expected,
               f"a brief report has at most {BRIEF_LINES} lines and {BRIEF_BYTES} bytes",
               f"{len(lines)} lines, {size} bytes")
    often = sorted({line for line in lines if lines.count(line) > expected})
    run.expect(not often, "no line of a report is printed twice", "\n".join(often))


def check_readers(run):
    """Assert that readers of logs make the same of it with and without our lines."""
    lines = [line for line in run.console.splitlines() if "sa_known: " not in line]
    bare = logrules.without_ours(lines)
    run.expect(len(bare) < len(lines), "there are lines of ours to be left out")
    for name, reader in logrules.READERS.items():
        with_us, without_us = reader(lines), reader(bare)
        run.expect(with_us == without_us, f"{name} makes the same of the log as without us",
                   f"{with_us}\nwithout us:\n{without_us}")


def check_redacted(run, facts):
    """Assert that the console shows no value which is data: a local, or a user's register."""
    data = {f"{fact['value']:016x}" for kind in ("word", "user", "reg") for fact in facts.of(kind)
            if 0x1000 <= fact["value"] < 0xff00000000000000}
    ours = [line for line in split(run.console) if line.startswith(logrules.OURS)]
    shown = [line for line in ours if any(value in line for value in data)]
    run.expect(data and not shown, "no data is shown on the console", "\n".join(shown))
