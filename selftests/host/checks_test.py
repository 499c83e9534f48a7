# SPDX-License-Identifier: GPL-2.0-only
"""The checks of reports find each kind of wrong report."""

import unittest

import check_frame
import check_known
import check_log
import check_text
from scenario import Run

# (kind, name, addr, value, into)
KNOWN = [
    ("task", "sh", 0xff00000000001000, 93, ""),
    ("stack", "task", 0xff00000000010000, 0xff00000000014000, ""),
    ("magic", "-", 0xff00000000010000, 0x57ac6e9d, ""),
    ("ret", "outer", 0xff00000000013f80, 0xffffffff81000030, " into=-"),
    ("ret", "inner", 0xff00000000013f68, 0xffffffffc0000020, " into=outer"),
    ("word", "local", 0xff00000000013f70, 0x10ca100000000001, ""),
    ("reg", "r12", 0xff00000000013f58, 0x1212121212121212, ""),
]
CONSOLE = "".join(
    f"[    1.000000] sa_known: who=self kind={kind} name={name} addr={addr:016x} "
    f"value={value:016x}{into}\n" for kind, name, addr, value, into in KNOWN)

REPORT = """\
record 7: oops "Oops" at 1.000000, cpu 1, pid 93 tgid 93 comm "sh", task ff00000000001000, kernel x
fault: page fault, error 0000, address 0000000000000018, signal 11
8 words, 6 explained, 0 suspect, 3 frames
stack 0: task ff00000000010000-ff00000000014000, 16384 bytes, 168 used, 16216 free, end magic intact
    [exception frame: page fault, read of 0x18]
    ff00000000013f58: 1212121212121212[r12] ffffffffc0000010[ip {inner+0x10 [mod]}]
 #0 [ff00000000013f60] inner at ffffffffc0000010 [mod]
    ff00000000013f68: ffffffffc0000020[ret outer+0x20 [mod]]
 #1 [ff00000000013f68] outer at ffffffffc0000020 [mod]
    ff00000000013f70: 10ca100000000001 ffffffff81000040[{stale_one+0x20}]
    ff00000000013f80: ffffffff81000030[ret caller+0x30]
 #2 [ff00000000013f80] caller at ffffffff81000030
"""


def results(check, *arguments, console=CONSOLE, report=REPORT):
    """Run one check on a console and a report. Return {behaviour: whether it holds}."""
    run = Run(None, "", "", "")
    found = check_text.parse(report.splitlines())
    check(run, found[0], check_known.Facts(console, "self"), *arguments)
    return {what: holds for holds, what, _ in run.results}


# (what is wrong, check, old text, new text)
MUTANTS = [
    ("a value", check_known.check_returns, "13f80: ffffffff81000030", "13f80: ffffffff81000031"),
    ("a role", check_known.check_returns, "[ret caller+0x30]", "[{caller+0x30}]"),
    ("a function", check_known.check_returns, "[ret outer+", "[ret other+"),
    ("a doubt", check_known.check_returns, "[ret caller+0x30]", "[ret caller+0x30 ?]"),
    ("a word less", check_known.check_returns, "    ff00000000013f80:", "    ff00000000013f90:"),
    ("a frame's name", check_known.check_returns, "] outer at", "] other at"),
    ("a frame's ip", check_known.check_returns, "outer at ffffffffc0000020",
     "outer at ffffffffc0000021"),
    ("a frame's slot", check_known.check_returns, "#1 [ff00000000013f68]",
     "#1 [ff00000000013f70]"),
    ("the frames' order", check_known.check_returns, " #1 [", " #3 ["),
    ("a local's value", check_known.check_locals, "10ca100000000001", "10ca100000000002"),
    ("a local's role", check_known.check_locals, "10ca100000000001 ",
     "10ca100000000001[ret outer+0x1] "),
    ("a register's value", check_known.check_registers, "1212121212121212", "1212121212121213"),
    ("a register's name", check_known.check_registers, "[r12]", "[r13]"),
    ("a register in doubt", check_known.check_registers, "[r12]", "[r12 ??]"),
    ("the task", check_known.check_task, "task ff00000000001000", "task ff00000000001008"),
    ("the pid", check_known.check_task, "pid 93", "pid 94"),
    ("the stack", check_known.check_stack, "ff00000000010000-", "ff00000000010008-"),
    ("the stack's end", check_known.check_stack, "magic intact", "magic BROKEN"),
]

# A frame that was laid by hand: (kind, addr, value, mask and label).
LAID = "".join(
    f"[    1.000000] sa_known: who=self kind={kind} name=inner addr={addr:016x} "
    f"value={value:016x}{more}\n" for kind, addr, value, more in (
        ("slot", 0xff00000000013f60, 0x0b0b, " mask=000000000000ffff label=rbx"),
        ("slot", 0xff00000000013f58, 0x10ca, " mask=ffffffffffffffff label=rsp+0x0_?|out7_?"),
        ("slot", 0xff00000000013f50, 0, " mask=0000000000000000 label=-"),
        ("cfa", 0xff00000000013f70, 1, "")))
LAID_REPORT = """\
record 7: oops "Oops" at 1.000000, cpu 1, pid 93 tgid 93 comm "sh", task ff00000000001000, kernel x
 #0 [ff00000000013f48] inner at ffffffffc0000010 [mod]
    ff00000000013f50: 0000000000000000[{outer+0x1}] 00000000000010ca[rsp+0x0 {#0+0x8} ?]
    ff00000000013f60: 5afe000000000b0b[rbx] ffffffffc0000020[ret outer+0x20 [mod]]
 #1 [ff00000000013f68] outer at ffffffffc0000020 [mod]
    ff00000000013f70: ffffffff81000030[ret caller+0x30]
"""
LAID_MUTANTS = [
    ("a role", "[rbx]", "[r12]"),
    ("a doubt", "[rbx]", "[rbx ?]"),
    ("a certainty", "} ?]", "}]"),
    ("a role where there is none", "[{outer+0x1}]", "[pad]"),
    ("no role", "[rbx]", ""),
    ("a value", "5afe000000000b0b", "5afe000000000b0c"),
    ("a word less", "00000000000010ca[rsp+0x0 {#0+0x8} ?]", ""),
    ("where it begins", "#0 [ff00000000013f48]", "#0 [ff00000000013f40]"),
    ("the function", "] inner at", "] other at"),
    ("its end", "[ret outer+0x20 [mod]]", "[ret outer+0x20 [mod] ?]"),
]

# (what is wrong, a line of ours in the kernel's report)
BAD_LINES = [
    ("too long", "stackanno: " + "x" * 199),
    ("a word for parsers", "stackanno: BUG: unable"),
    ("a symbol that is not last", "stackanno: #1 sa_level1+0x1/0x2 [mod] and more"),
    ("no prefix", "a line about stackanno"),
]

OOPS = """\
divide error: 0000 [#1] PREEMPT SMP
CPU: 1 PID: 93 Comm: sh
Hardware name: none
RIP: 0010:f+0x1/0x2
Code: 00
RSP: 0018:ffffc90000123d00 EFLAGS: 00010246
RAX: 0
RDX: 0
RBP: 0
R10: 0
R13: 0
FS:  0
CS:  0
CR2: 0
Call Trace:
 <TASK>
 f+0x1/0x2
 </TASK>
Modules linked in: mod
---[ end trace 0000000000000000 ]---
stackanno: record 1: oops at 1.000000, cpu 1
RIP: 0010:f+0x1/0x2
Code: 00
RSP: 0018:ffffc90000123d00 EFLAGS: 00010246
RAX: 0
RDX: 0
RBP: 0
R10: 0
R13: 0
FS:  0
CS:  0
CR2: 0
"""


class FixedRun(Run):
    """A run whose console is a text."""

    text = OOPS

    @property
    def console(self):
        return self.text


def log_results(check, text, *arguments):
    """Run a check of the log on a console. Return {behaviour: whether it holds}."""
    run = FixedRun(None, "", "", "")
    run.text = text
    check(run, *arguments)
    return {what: holds for holds, what, _ in run.results}


class Checks(unittest.TestCase):
    def test_a_right_report_passes(self):
        for check in {check for _, check, _, _ in MUTANTS}:
            with self.subTest(check.__name__):
                found = results(check)
                self.assertTrue(found and all(found.values()), found)

    def test_each_wrong_report_fails(self):
        for what, check, old, new in MUTANTS:
            with self.subTest(what):
                self.assertIn(old, REPORT)
                found = results(check, report=REPORT.replace(old, new))
                self.assertFalse(all(found.values()), found)

    def test_frames_that_were_laid_by_hand(self):
        check = check_frame.check_words
        self.assertTrue(all(results(check, console=LAID, report=LAID_REPORT).values()))
        for what, old, new in LAID_MUTANTS:
            with self.subTest(what):
                self.assertIn(old, LAID_REPORT)
                report = LAID_REPORT.replace(old, new)
                self.assertFalse(all(results(check, console=LAID, report=report).values()))

    def test_nothing_known_is_a_failure(self):
        for check in (check_frame.check_words, check_known.check_returns, check_known.check_locals,
                      check_known.check_user, check_known.check_registers):
            with self.subTest(check.__name__):
                self.assertFalse(all(results(check, console="").values()))

    def test_the_kernels_report(self):
        found = log_results(check_log.check_kernel, OOPS, "divide")
        self.assertTrue(all(found.values()), found)
        for number in range(len(OOPS.splitlines())):
            lines = OOPS.splitlines()
            line = lines.pop(number)
            if line.startswith((" f+", "stackanno")):
                continue
            with self.subTest(without=line, number=number):
                found = log_results(check_log.check_kernel, "\n".join(lines), "divide")
                self.assertFalse(all(found.values()), found)

    def test_a_report_that_is_printed_twice(self):
        self.assertFalse(all(log_results(check_log.check_kernel, OOPS + OOPS, "divide").values()))
        self.assertFalse(all(log_results(check_log.check_brief, OOPS + OOPS, 1).values()))

    def test_our_places(self):
        found = log_results(check_log.check_places, OOPS, "divide")
        self.assertTrue(all(found.values()), found)
        for what, line in BAD_LINES:
            with self.subTest(what):
                text = OOPS.replace("Modules linked in:", f"{line}\nModules linked in:")
                self.assertFalse(all(log_results(check_log.check_places, text,
                                                 "divide").values()))
        three = "stackanno: a\nstackanno: b\nstackanno: c\nModules linked in:"
        text = OOPS.replace("Modules linked in:", three)
        self.assertFalse(all(log_results(check_log.check_places, text, "divide").values()))

    def test_a_brief_report_has_a_budget(self):
        for lines, width, holds in ((31, 20, True), (32, 20, False), (31, 140, False)):
            text = OOPS + "".join(f"stackanno: {number:0{width}}\n" for number in range(lines))
            with self.subTest(lines=lines, width=width):
                found = log_results(check_log.check_brief, text, 1)
                self.assertEqual(all(found.values()), holds, found)


if __name__ == "__main__":
    unittest.main()
