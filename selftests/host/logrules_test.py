# SPDX-License-Identifier: GPL-2.0-only
"""The rules of readers of kernel logs, held to logs of known outcome."""

import unittest

import logrules

REGISTERS = ["RSP: 0018:ffffc90000123d00 EFLAGS: 00010246"] + [
    f"R{n:02}: 0000000000000000 R{n + 1:02}: 0000000000000000" for n in range(10, 16)]


def oops(title, depth, *, ours=(), doubtful=0, stamp=True):
    """Return the lines of an x86 oops with a trace of depth frames, ours before its end."""
    lines = [title, "#PF: supervisor read access in kernel mode", "PGD 0 P4D 0",
             "Oops: 0000 [#1] PREEMPT SMP", "CPU: 1 PID: 93 Comm: sh Not tainted 1.2.3-4 #1",
             "Hardware name: none", "RIP: 0010:first_function+0x1/0x2 [mod]",
             "Code: 00 <48> 8b", *REGISTERS, "Call Trace:", " <TASK>"]
    lines += [f" ? guess_{n}+0x1/0x2" for n in range(doubtful)]
    lines += [f" frame_{n}+0x1f/0x2a0 [mod]" for n in range(depth)]
    lines += [" </TASK>", "Modules linked in: mod", *ours, "CR2: 0000000000000018",
              "---[ end trace 0000000000000000 ]---", "RIP: 0010:first_function+0x1/0x2 [mod]"]
    return [f"[{n + 5:5}.123456] {line}" if stamp else line for n, line in enumerate(lines)]


NULL = "BUG: kernel NULL pointer dereference, address: 0000000000000018"
PREFIXED = ["stackanno: record 1: oops, 170 words, 120 explained",
            "stackanno: #1 [ffffc90000123d08] frame_0+0x1f/0x2a0 [mod]"]

# (title of the log, name that syzkaller gives it)
NAMES = [
    (NULL, "BUG: unable to handle kernel NULL pointer dereference in first_function"),
    ("BUG: unable to handle page fault for address: ffffffffc0000000",
     "BUG: unable to handle kernel paging request in first_function"),
    ("general protection fault, probably for non-canonical address 0x5a: 0000 [#1]",
     "general protection fault in first_function"),
    ("divide error: 0000 [#1] PREEMPT SMP", "divide error in first_function"),
    ("WARNING: CPU: 0 PID: 1 at a.c:1 first_function+0x1/0x2", "WARNING in first_function"),
    ("kernel BUG at a.c:1!", "kernel BUG at a.c:1!"),
    ("Kernel panic - not syncing: asked for", "kernel panic: asked for"),
]


def answers(lines):
    """Return what each reader makes of a log."""
    return {name: reader(lines) for name, reader in logrules.READERS.items()}


class Rules(unittest.TestCase):
    def test_a_plain_oops_is_found_by_all(self):
        for stamp in (True, False):
            for name, found in answers(oops(NULL, 5, stamp=stamp)).items():
                with self.subTest(reader=name, stamp=stamp):
                    self.assertEqual(len(found), 1)
                    self.assertFalse(found[0].flaw)
                    names = [frame[0] if isinstance(frame, tuple) else frame
                             for frame in found[0].frames]
                    self.assertIn("frame_0", names)
                    self.assertIn("frame_4", names)

    def test_names(self):
        for title, name in NAMES:
            with self.subTest(title):
                self.assertEqual(logrules.syzkaller(oops(title, 3))[0].title, name)

    def test_a_log_without_a_crash(self):
        lines = ["[    1.000000] foo: bar", "[    2.000000] note: sh[93] exited"]
        self.assertEqual(answers(lines), {"abrt": [], "kerneloops": [], "syzkaller": []})

    def test_prefixed_lines_change_nothing(self):
        self.assertEqual(answers(oops(NULL, 5, ours=PREFIXED)), answers(oops(NULL, 5)))

    def test_a_doubtful_frame_is_known_as_such(self):
        frames = logrules.abrt(oops(NULL, 1, doubtful=1))[0].frames
        self.assertIn(("guess_0", None, False), frames)
        self.assertIn(("frame_0", "mod", True), frames)

    def test_lines_beyond_the_reach_of_the_end_marker_cost_the_frames(self):
        # As long as can be: one more line, and the marker is out of reach.
        depth = next(n for n in range(60, 0, -1)
                     if ("frame_0", "mod", True) in logrules.abrt(oops(NULL, n))[0].frames)
        self.assertEqual(len(logrules.abrt(oops(NULL, depth))[0].lines),
                         logrules.MARKER_REACH - 1)
        for reader in (logrules.abrt, logrules.kerneloops):
            with self.subTest(reader.__name__):
                found = reader(oops(NULL, depth, ours=PREFIXED[:1]))
                self.assertNotEqual([f.frames for f in found],
                                    [f.frames for f in reader(oops(NULL, depth))])

    def test_a_bare_frame_line_is_taken_for_the_kernels(self):
        bare = ["our_guess+0x1/0x2"]
        self.assertNotEqual(logrules.abrt(oops(NULL, 5, ours=bare)),
                            logrules.abrt(oops(NULL, 5)))

    def test_a_second_title_before_the_first_changes_the_name(self):
        before = ["[    1.000000] stackanno: BUG: something"]
        for reader in (logrules.abrt, logrules.syzkaller):
            with self.subTest(reader.__name__):
                self.assertNotEqual(reader(before + oops(NULL, 5))[0].title,
                                    reader(oops(NULL, 5))[0].title)

    def test_a_second_title_within_cuts_the_trace_off(self):
        lines = oops(NULL, 5)
        trace = next(n for n, line in enumerate(lines) if "Call Trace" in line)
        lines.insert(trace, "[    9.000000] stackanno: INFO: something")
        self.assertNotEqual(logrules.syzkaller(lines), logrules.syzkaller(oops(NULL, 5)))

    def test_a_panic_without_an_oops_is_kept_by_its_first_line(self):
        lines = ["Kernel panic - not syncing: asked for", "CPU: 0 PID: 1 Comm: sh", "Call Trace:",
                 " <TASK>", " panic+0x1/0x2", " </TASK>", "Kernel Offset: disabled"]
        self.assertEqual(logrules.abrt(lines)[0].title, lines[0])
        self.assertEqual(logrules.kerneloops(lines), [])


if __name__ == "__main__":
    unittest.main()
