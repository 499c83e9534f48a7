# SPDX-License-Identifier: GPL-2.0-only
"""What well-known readers of kernel logs make of a log, restated from their behaviour.

abrt's extractor with satyr's frame parser, kerneloops' daemon, and syzkaller's
report parser decide by simple rules which lines are a crash, what it is called
and which functions it ran through. The rules are restated here as far as an x86
log of an oops, a warning or a panic can reach them; a report must change none of
their answers. host/logrules_test.py holds the rules to logs of known outcome.
"""

import dataclasses
import re

OURS = "stackanno: "

_STAMP = re.compile(r"^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[CT]\d+\])? ?")
END_MARKER = "---[ end trace"


def body(line):
    """Return a line of the log without the kernel's time stamp."""
    return _STAMP.sub("", line.rstrip("\r\n"))


def is_ours(line):
    """Tell whether a line of the log was printed by stackanno."""
    return body(line).startswith(OURS)


def without_ours(lines):
    """Return the lines of a log which are not stackanno's."""
    return [line for line in lines if not is_ours(line)]


@dataclasses.dataclass(frozen=True)
class Finding:
    """One crash as a reader of logs sees it.

    title:  its first line, or the name the reader gives it
    frames: (function, module, reliable) of its trace, as far as the reader has a notion of them
    lines:  the lines of the log it keeps, without those of stackanno
    flaw:   why the reader distrusts it; empty when it does not
    """

    title: str
    frames: tuple
    lines: tuple = ()
    flaw: str = ""


# --- satyr: which lines are frames ---

_FRAME = re.compile(r"""^[ \t]*(?:\[<[0-9a-f]+>\])?[ \t]*(?P<doubt>\?)?[ \t]*
                        \(?(?P<name>[^ \t)+]+)(?:\+(?:0x[0-9a-f]+)?/(?:0x[0-9a-f]+)?)?
                        [ \t]*(?:\[(?P<module>[^ \t\]]+)\])?[ \t]*\)?[ \t]*$""", re.VERBOSE)


def satyr_frames(lines):
    """Return (function, module, reliable) of each line that satyr takes for a frame."""
    found = []
    for line in lines:
        match = _FRAME.match(body(line))
        if match:
            found.append((match["name"], match["module"], not match["doubt"]))
    return tuple(found)


# --- abrt and kerneloops: which lines are an oops ---

@dataclasses.dataclass(frozen=True)
class _Extractor:
    """How one of the two extractors decides.

    starts:       a line that holds one of these begins an oops
    never:        unless it holds one of these
    early:        (text, n): an oops began n lines before a line with this text
    keeps_marker: whether the end marker belongs to the oops
    trace_lines:  a line that holds one of these goes on with a trace
    any_case:     whether "Call Trace:" may be written in any case
    longest, longest_without_trace: lines, beyond which an oops is given up
    one_line:     whether one without a trace is still kept, by its first line
    shortest:     characters
    """

    starts: tuple
    trace_lines: tuple
    longest: int
    longest_without_trace: int
    shortest: int
    never: tuple = ()
    early: tuple | None = None
    keeps_marker: bool = False
    any_case: bool = False
    one_line: bool = False


_ABRT = _Extractor(
    starts=("BUG:", "WARNING: at", "WARNING: CPU:", "INFO: possible recursive locking detected",
            "ernel BUG at", "list_del corruption", "list_add corruption",
            "do_IRQ: stack overflow:", "ear stack overflow (cur:", "eneral protection fault",
            "nable to handle kernel", "ouble fault:", "RTNL: assertion failed", "adness at",
            "NETDEV WATCHDOG", ": nobody cared", "IRQ handler type mismatch",
            "Kernel panic - not syncing:", "Machine Check Exception:",
            "Machine check events logged", "divide error:", "bounds:", "invalid TSS:",
            "segment not present:", "invalid opcode", "alignment check:", "stack segment:",
            "fpu exception:", "simd exception:", "iret exception:"),
    never=("DEBUG:",),
    trace_lines=("] [", "--- Exception", "<#DF>", "<IRQ>", "<EOI>", "<NMI>", "<<EOE>>", "Comm:",
                 "Hardware name:", "Backtrace:"),
    any_case=True, longest=80, longest_without_trace=40, one_line=True, shortest=30)

_KERNELOOPS = _Extractor(
    starts=("general protection fault:", "BUG:", "kernel BUG at", "do_IRQ: stack overflow:",
            "RTNL: assertion failed", "near stack overflow (cur:", "double fault:", "Badness at",
            "NETDEV WATCHDOG", "WARNING:", "Unable to handle kernel",
            "------------[ cut here ]------------", "list_del corruption.",
            "list_add corruption."),
    early=("Oops:", 3), keeps_marker=True,
    trace_lines=("] [", "--- Exception", "<#DF>", "<IRQ>", "<EOI>", "<<EOE>>"),
    longest=50, longest_without_trace=30, shortest=100)

# Both look no further than this for the end marker, from the line that tells an oops.
MARKER_REACH = 50


def _start(rules, bodies, here):
    """Return the index where an oops begins that the line at here tells of, or None."""
    text = bodies[here]
    if rules.early and rules.early[0] in text and here >= rules.early[1]:
        return here - rules.early[1]
    if any(sign in text for sign in rules.starts) and \
       not any(sign in text for sign in rules.never):
        return here
    return None


def _enters_trace(rules, text):
    if "Call Trace:" in text or (rules.any_case and "call trace:" in text.lower()):
        return True
    return text.lstrip().startswith("[<") and ">]" in text and "+0x" in text and "/0x" in text


def _goes_on(rules, text):
    """Tell whether a line still belongs to a trace that has no end marker in reach."""
    stripped = text.lstrip(" ")
    if len(stripped) < 8:
        return False
    return stripped.startswith("[") or any(sign in text for sign in rules.trace_lines) or \
        stripped.startswith(("Code: ", "RIP ", "RSP "))


def _follow(rules, bodies, start, here):
    """Return (end, next): the oops is start..end, or none for end None; go on at next."""
    for index in range(here + 1, min(here + MARKER_REACH, len(bodies))):
        if END_MARKER in bodies[index]:
            return (index if rules.keeps_marker else index - 1), index + 1
    in_trace = False
    for index in range(here, len(bodies)):
        if index - start > (rules.longest if in_trace else rules.longest_without_trace):
            return (start if rules.one_line and not in_trace else None), index
        if not in_trace:
            in_trace = _enters_trace(rules, bodies[index])
        elif END_MARKER in bodies[index] or not _goes_on(rules, bodies[index]) or \
                _start(rules, bodies, index) is not None:
            return index - 1, index
    last = len(bodies) - 1
    if in_trace:
        return last, len(bodies)
    return (start if rules.one_line else None), len(bodies)


def _extract(rules, lines):
    bodies = [body(line) for line in lines if line.strip()]
    found, here = [], 0
    while here < len(bodies):
        start = _start(rules, bodies, here)
        if start is None:
            here += 1
            continue
        end, after = _follow(rules, bodies, start, here)
        here = max(after, here + 1)
        block = bodies[start:end + 1] if end is not None else []
        if sum(len(text) + 1 for text in block) > rules.shortest:
            found.append(Finding(title=block[0], frames=satyr_frames(block),
                                 lines=tuple(without_ours(block))))
    return found


def abrt(lines):
    """Return a Finding for each oops that abrt would extract."""
    return _extract(_ABRT, lines)


def kerneloops(lines):
    """Return a Finding for each oops that kerneloops' daemon would extract."""
    return _extract(_KERNELOOPS, lines)


# --- syzkaller: what a crash is called ---

# A line with one of these begins a report; the patterns behind it except lines.
_HEADERS = (
    ("BUG:", ()),
    ("WARNING:", ("workqueue cpumask: online intersect",)),
    ("INFO:", ("lockdep is turned off", "Stall ended before state dump start",
               "INFO: NMI handler", "took too long", "_INFO::")),
    ("Unable to handle kernel paging request", ()),
    ("general protection fault", ()),
    ("stack segment: ", ()),
    ("Kernel panic", ()),
    ("PANIC: double fault", ()),
    ("kernel BUG", ()),
    ("Kernel BUG", ()),
    ("divide error:", ()),
    ("invalid opcode:", ()),
    ("UBSAN:", ()),
    ("panic:", ("_panic:", "onpanic:")),
)

# These may stand within another's report without beginning a second one.
_NO_SECOND = ("invalid opcode: 0000", "Kernel panic - not syncing", "PANIC: double fault")

_FUNCTION = r"([a-zA-Z0-9_]+)[.+]"
_RIP = re.compile(r"N?IP:? (?:(?:\d+:)?(?:\[<?(?:0x)?[0-9a-f]+>?\] +){0,2}" + _FUNCTION +
                  r"|\d+:0x[0-9a-f]+)")
_TRACE_FRAME = re.compile(r"^ *(?:\[<?(?:0x)?[0-9a-f]+>?\] ){0,2}" + _FUNCTION)
_TRACE_STARTS = ("Call Trace", "Allocated:", "Allocated by task ", "Freed:", "Freed by task ")
_PLAIN_FRAME = re.compile(r"^ *(?:\[<?[0-9a-f]+>?\] ?){0,2}[ \t]+[a-zA-Z0-9_.]+"
                          r"\+0x[0-9a-f]+/0x[0-9a-f]+")
# Functions that a report is never called after, of those that a log here can hold.
_SKIP = re.compile("panic|invalid_op|report_bug|fixup_bug|do_error|_trap|dump_stack|__warn|"
                   "lockdep|perf_trace|spin_lock|spin_unlock|mutex_lock|memcpy|memset|printk|"
                   "copy_to_user|copy_from_user|string|pointer|_indirect_thunk_")

# What the name of a report is made of: (how it is told, its name, where the function is
# looked for). "rip": the first RIP line, then the trace; "rip only"; "trace"; "": nowhere.
_NAMES = (
    (r"BUG: (?:unable to handle kernel paging request|unable to handle page fault for address)",
     "BUG: unable to handle kernel paging request in {}", "rip"),
    (r"BUG: (?:unable to handle )?kernel NULL pointer dereference",
     "BUG: unable to handle kernel NULL pointer dereference in {}", "rip"),
    (r"BUG: soft lockup", "BUG: soft lockup in {}", "rip"),
    (r"WARNING: .* at ", "WARNING in {}", "rip"),
    (r"INFO: task .* blocked for more than [0-9]+ seconds", "INFO: task hung in {}", "trace"),
    (r"general protection fault.*:", "general protection fault in {}", "rip"),
    (r"stack segment: ", "stack segment fault in {}", "rip"),
    (r"Kernel panic - not syncing: (Fatal exception|panic_on_warn set).*",
     "kernel panic: {0}", ""),
    (r"Kernel panic - not syncing: (.*)", "kernel panic: {0}", ""),
    (r"PANIC: double fault", "PANIC: double fault in {}", "rip only"),
    (r"kernel BUG at (.*)", "kernel BUG at {0}", ""),
    (r"divide error: ", "divide error in {}", "rip only"),
    (r"invalid opcode: ", "invalid opcode in {}", "rip only"),
)


def _begins_report(text):
    return any(header in text and not any(sign in text for sign in excepted)
               for header, excepted in _HEADERS)


def _report_lines(bodies, start):
    """Return the lines that syzkaller takes for the report which begins at start."""
    kept = []
    for index in range(start, len(bodies)):
        text = bodies[index]
        if index > start and _begins_report(text) and \
           not any(sign in text for sign in _NO_SECOND):
            break
        # A frame with a question mark before it is not read at all.
        if index == start or " ? " not in f" {text}" or "<EOI>" in text:
            kept.append(text)
    return kept


def _first_function(report, where):
    """Return the name of the function that a report is called after, or None."""
    names, state = [], "rip" if where.startswith("rip") else "before trace"
    for text in report:
        if state == "rip":
            match = _RIP.search(text)
            if match:
                names += [match[1]] if match[1] else []
                state = "end" if where == "rip only" else "before trace"
        elif state == "before trace":
            if "Call Trace:" in text:
                state = "trace"
        elif state == "trace":
            if any(sign in text for sign in _TRACE_STARTS):
                break
            match = _TRACE_FRAME.match(text)
            names += [match[1]] if match else []
    return next((name for name in names if not _SKIP.search(name)), None)


def _trace_flaw(report):
    """Return why a report's traces look corrupted, or ''."""
    for number, text in enumerate(report):
        if any(sign in text for sign in _TRACE_STARTS):
            if not any(_PLAIN_FRAME.match(line) for line in report[number + 1:number + 16]):
                return "no frames in a stack trace"
            return ""
    return "no stack trace in report"


def syzkaller(lines):
    """Return a Finding for the first report that syzkaller would find, as a list."""
    bodies = [body(line) for line in lines]
    start = next((index for index, text in enumerate(bodies) if _begins_report(text)), None)
    if start is None:
        return []
    report = _report_lines(bodies, start)
    title, flaw = report[0], ""
    for pattern, name, where in _NAMES:
        match = re.search(pattern, report[0])
        if match:
            function = _first_function(report, where) if where else None
            flaw = "no function" if where and not function else _trace_flaw(report)
            title = name.format(function or (match[1] if match.groups() else "corrupted"))
            break
    frames = tuple(match[1] for match in map(_TRACE_FRAME.match, report) if match)
    return [Finding(title=title, frames=frames, flaw=flaw)]


READERS = {"abrt": abrt, "kerneloops": kerneloops, "syzkaller": syzkaller}
