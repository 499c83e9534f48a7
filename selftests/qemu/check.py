# SPDX-License-Identifier: GPL-2.0-only
"""What must hold of a scenario's run. The table in scenarios.py picks from here."""

import dataclasses
import json
import pathlib
import re
import subprocess

import check_decode
import check_known
import check_log
import check_record
import check_text
from check_known import Facts

READER = pathlib.Path(__file__).resolve().parents[2] / "build/host/stackanno"


@dataclasses.dataclass(frozen=True)
class Crash:
    """What is expected of a run in which the kernel crashed.

    kind:        what the kernel prints, a key of check_log.SEQUENCES
    who:         the chain that crashed
    reason:      of the record
    user:        the chain ran for a process, whose registers of user mode are on its stack
    calls:       the system call that it is in; "" for none
    panics:      the machine did not survive it
    console:     "brief": the console holds a report within its budget; "full": all of it
    reports:     how many reports stand on the console
    block:       a pattern of a bracketed line: what laid down the registers
    stack_end:   what is said of the end of the task's stack
    interrupted: the chain which that interrupted, in a loop with known registers
    rehearsed:   the chain ran before, without the probes: return addresses are compared with it
    holds, lacks: texts which some line of the report holds, or none
    suspects:    how many words and notes are suspect
    decode:      decode_stacktrace.sh is tried on the log, which takes long
    more:        called as more(run, report, facts) for what is special
    """

    kind: str
    who: str = "self"
    reason: str = "oops"
    user: bool = True
    calls: str = "write"
    panics: bool = False
    console: str = "brief"
    reports: int = 1
    block: str = "exception frame: page fault"
    stack_end: str = "intact"
    interrupted: str = ""
    rehearsed: bool = False
    holds: tuple = ()
    lacks: tuple = ()
    suspects: int = 0
    decode: bool = False
    more: object = None


def check_crash(run, crash):
    """Assert all that is expected of a crash."""
    check_log.check_kernel(run, crash.kind, panics=crash.panics, crashes=crash.reports)
    check_log.check_places(run, crash.kind)
    check_log.check_readers(run)
    if crash.decode:
        check_decode.check_decode(run)
    if crash.console == "brief":
        check_log.check_brief(run, crash.reports)
        check_log.check_redacted(run, Facts(run.console, crash.who))
    report = the_report(run, crash)
    if report is None:
        return
    facts = Facts(run.console, crash.who)
    run.expect(report.reason == crash.reason, f"the reason is {crash.reason}", report.lines[:1])
    # The end of a stack that overflowed may have been overwritten, or not; where the
    # stack was used down to it, the word is shown, and suspect beside the note.
    broken = crash.stack_end != "BROKEN" and report.has("end magic BROKEN")
    shown = sum("[magic BROKEN" in line for line in report.lines)
    suspects = crash.suspects + (1 + shown if broken else 0)
    run.expect(report.counts[2] == suspects, f"there are {suspects} suspects",
               "\n".join(line for line in report.lines
                         if re.search(r"^suspect: |BROKEN|SUSPECT", line)))
    check_chain(run, report, facts, crash)
    check_blocks(run, report, crash)
    for text in crash.holds:
        run.expect(report.has(text), f"the report says '{text}'", "\n".join(report.lines[:40]))
    for text in crash.lacks:
        run.expect(not report.has(text), f"the report does not say '{text}'",
                   "\n".join(line for line in report.lines if text in line))
    if not crash.panics:
        check_files(run, report, facts)
    if crash.more:
        crash.more(run, report, facts)


def the_report(run, crash):
    """Return the one report to look at, from debugfs or the console; None when there is none."""
    if crash.panics and crash.console == "brief":
        return None
    if crash.panics:
        found = check_text.console(run.console)
        found = [report for report in found if report.words]
    else:
        found = check_text.parse(run.out("last").splitlines())
    if not run.expect(len(found) == 1, "there is one report to look at",
                      f"{len(found)}: {[report.lines[0] for report in found]}"):
        return None
    return found[0]


def check_chain(run, report, facts, crash):
    """Assert what is known of the chain that crashed, and of the one it interrupted."""
    check_known.check_not_twice(run, report)
    check_known.check_task(run, report, facts)
    check_known.check_stack(run, report, facts, crash.stack_end)
    if crash.rehearsed:
        check_known.check_returns(run, report, facts,
                                  replaced=Facts(run.console, "rehearsal"))
        check_known.check_registers(run, report, facts)
    else:
        check_known.check_fault(run, report, facts, user=crash.user)
        check_known.check_expressions(run, report, facts)
    if crash.interrupted:
        before = Facts(run.console, crash.interrupted)
        check_known.check_returns(run, report, before)
        check_known.check_locals(run, report, before)
        check_known.check_user(run, report, before)


def check_blocks(run, report, crash):
    """Assert that what laid down the registers is named."""
    if crash.block:
        run.expect(any(re.match(crash.block, block) for block in report.blocks),
                   f"there is an '{crash.block}'", report.blocks)
    if crash.user and crash.calls:
        named = [block for block in report.blocks
                 if re.match(rf"syscall frame: .*\b{crash.calls}\b", block)]
        run.expect(named, "the system call is named", report.blocks)
        check_gap(run, report)


def check_gap(run, report):
    """Assert that the gap of the random stack offset ends where the saved registers begin.

    The module takes the gap's size from the task, and the registers' places from the code
    of the function that made it: two derivations, which must meet.
    """
    at = next((i for i, frame in enumerate(report.frames) if frame.name == "do_syscall_64"), None)
    if not run.expect(at is not None and at + 1 < len(report.frames),
                      "the frame that makes the stack's random offset is there"):
        return
    words = range(report.frames[at].slot + 8, report.frames[at + 1].slot, 8)
    labels = [report.words[address].label or "" for address in words]
    saved = next((i for i, label in enumerate(labels) if re.match(r"r(bx|bp|1[2-5])\b", label)),
                 len(labels))
    # An offset of 0 leaves the one word that its rounding takes.
    run.expect(saved < len(labels) and
               (saved <= 1 or all(label.startswith("gap") for label in labels[:saved])),
               "all words below its saved registers are the offset's gap", labels)
    run.expect(not any(label.startswith("gap") for label in labels[saved:]),
               "and none above is", labels)


def check_files(run, report, facts):
    """Assert that raw, records and stats agree with last, and that the reader does."""
    records = check_record.read(run.raw())
    record = next((one for one in records if one.head["id"] == report.id), None)
    if not run.expect(record, "raw holds the record that last shows"):
        return
    words = record.words()
    shown = {address: word.value for address, word in report.words.items()}
    run.expect(shown == {address: value for address, (value, _, _) in words.items()},
               "raw and last hold the same words", f"{len(shown)} and {len(words)}")
    odd = [f"{address:016x}: {role} {report.words[address]}"
           for address, (_, role, _) in words.items() if address in report.words and
           (role == "RETURN") != report.words[address].label.startswith("ret")]
    run.expect(not odd, "and the same return addresses", "\n".join(odd[:8]))
    numbered = [frame for frame in record.entries("FRAMES") if frame["number"] != 0xffff]
    run.expect(report.counts == (len(words), record.head["explained"], record.head["suspect"],
                                 len(numbered)), "the counts are right", report.counts)
    lines = run.out("records").splitlines()
    run.expect([line.split()[0] for line in lines[1:]] == [str(one.head["id"]) for one in records],
               "records has a line for each", "\n".join(lines))
    check_code(run, record, facts)
    check_reader(run, report)


def check_code(run, record, facts):
    """Assert that the record holds the code which the kernel printed of the fault."""
    code = re.search(r"Code: (?:[0-9a-f]{2} )*<([0-9a-f]{2})>((?: [0-9a-f]{2}){6})", run.console)
    for fact in facts.of("ip") if code else ():
        held = [frame["code"] for frame in record.entries("FRAMES") if frame["ip"] == fact["value"]
                and frame["code"] != check_record.CONSTANTS["STACKANNO_NONE"]]
        run.expect(held and record.code_at(held[0], fact["value"], 7) ==
                   bytes.fromhex(code[1] + code[2]), "the record holds the code that faulted",
                   f"{held} {code[0]}")


def check_reader(run, report):
    """Assert that the reader prints what was saved as debugfs does, and as JSON."""
    if not run.expect(READER.exists(), "the reader is built"):
        return
    shown = rendered(run, report.id)
    run.expect(shown == run.out("last"), "the reader prints the saved record as debugfs does",
               shown[:400])
    again = subprocess.run([READER, "show", "-i", str(run.path("last"))], capture_output=True,
                           text=True, check=False)
    run.expect(again.returncode == 0 and again.stdout == run.out("last"),
               "and the saved text", f"status {again.returncode}: {again.stderr}")
    data = subprocess.run([READER, "show", "-o", "json", "-i", str(run.path("raw")), "-n",
                           str(report.id)], capture_output=True, text=True, check=False)
    run.expect(data.returncode == 0 and json.loads(data.stdout), "and as JSON",
               f"status {data.returncode}: {data.stderr}")


def rendered(run, number):
    """Return what the reader prints of a record of the saved raw file, '' when it cannot."""
    done = subprocess.run([READER, "show", "-i", str(run.path("raw")), "-n", str(number)],
                          capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def listed(run, name):
    """Return the lines in which the reader lists the records of a saved raw file."""
    done = subprocess.run([READER, "list", "-i", str(run.path(name))], capture_output=True,
                          text=True, check=False)
    return done.stdout.splitlines()[1:] if done.returncode == 0 else []


def stats(run, name="stats"):
    """Return {name: value} of a stats file that the guest sent; values are strings."""
    return dict(line.split(": ", 1) for line in run.out(name).splitlines())


def check_quiet(run):
    """Assert that the kernel had nothing to complain of."""
    bad = [line for line in check_log.split(run.console)
           if any(sign in line for sign in ("BUG:", "WARNING:", "Oops", "INFO: rcu", "panic"))]
    run.expect(not bad, "the kernel has nothing to complain of", "\n".join(bad))


def asked(run, name, *, reason):
    """Return the report that the guest sent under a name, with its reason asserted, or None."""
    found = check_text.parse(run.out(name).splitlines())
    if not run.expect(len(found) == 1 and found[0].reason == reason,
                      f"{name} is one report, of reason {reason}",
                      [report.lines[0] for report in found]):
        return None
    check_known.check_not_twice(run, found[0])
    run.expect(found[0].counts[2] == 0, f"{name}: nothing is suspect", found[0].lines[2])
    return found[0]


def check_loud(run, report, _facts):
    """Assert that the console, told to show all, shows what debugfs shows."""
    printed = [one for one in check_text.console(run.console) if one.words]
    run.expect(len(printed) == 1 and
               {address: word.value for address, word in printed[0].words.items()} ==
               {address: word.value for address, word in report.words.items()},
               "the console has every word that debugfs has", len(printed))


def check_hidden(run, report, facts):
    """Assert that the console shows no address at all, and debugfs all of them."""
    bad = [line for line in check_log.split(run.console)
           if line.startswith("stackanno: ") and re.search("[0-9a-f]{16}", line)]
    run.expect(not bad, "the console shows no address and no value", "\n".join(bad[:4]))
    run.expect(facts.one("task")["addr"] == report.task, "debugfs shows them", report.lines[:1])
