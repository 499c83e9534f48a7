# SPDX-License-Identifier: GPL-2.0-only
"""A machine that is lost is told from one that passed, and from one that failed."""

import base64
import gzip
import os
import pathlib
import random
import tempfile
import unittest

import verdict
import vm

PASSED = "KTAP version 1\n1..1\nok 1 a\n"
FAILED = "KTAP version 1\n1..1\nnot ok 1 a\n"
CUT = "KTAP version 1\n1..2\nok 1 a\n"

# (what, how the machine ended, ktap.log, stages, is lost, has failed)
VERDICTS = [
    ("all well", "poweroff", PASSED, 1, False, False),
    ("a failed test", "poweroff", FAILED, 1, False, True),
    ("no KTAP", "poweroff", "", 1, True, False),
    ("a cut document", "poweroff", CUT, 1, True, False),
    ("a panic where none was to be", "reset", PASSED, 1, True, False),
    ("a time limit behind a complete plan", "timeout", PASSED, 1, True, False),
    ("a dead QEMU behind a complete plan", "died", PASSED, 1, True, False),
    ("the second stage missing", "poweroff", PASSED, 2, True, False),
    ("both stages", "poweroff", PASSED + PASSED, 2, False, False),
]


def file_lines(name, data, end=True):
    body = base64.encodebytes(gzip.compress(data))
    return b"@file %s\n" % name + body + (b"@end %s\n" % name if end else b"")


class Lost(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.path = pathlib.Path(self.directory.name)

    def machine(self, **options):
        return vm.Machine(self.path, b"", self.path / "results", **options)

    def qemu(self, script):
        """Put a program in QEMU's place."""
        fake = self.path / "qemu-system-x86_64"
        fake.write_text("#!/bin/sh\n" + script)
        fake.chmod(0o755)
        before = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        os.environ["PATH"] = f"{self.path}:{before}"

    def test_verdicts(self):
        for what, ended, log, stages, lost, failed in VERDICTS:
            with self.subTest(what):
                machine = self.machine(stages=stages)
                machine.results.mkdir(exist_ok=True)
                machine.ended = ended
                (machine.results / "ktap.log").write_text(log)
                found = verdict.judge(machine, "poweroff")
                self.assertEqual((bool(found[0]), bool(found[1])), (lost, failed))

    def test_a_problem_on_the_way_is_lost(self):
        machine = self.machine()
        machine.results.mkdir()
        machine.ended = "poweroff"
        machine.problems.append("file last was cut short")
        (machine.results / "ktap.log").write_text(PASSED)
        self.assertEqual(verdict.judge(machine, "poweroff")[0], ["file last was cut short"])

    def test_a_qemu_that_cannot_start_died(self):
        self.qemu("echo no such machine >&2; exit 1\n")
        machine = self.machine().run()
        self.assertEqual(machine.ended, "died")
        self.assertIn("no such machine", " ".join(machine.problems))

    def test_a_qemu_that_says_nothing_runs_into_the_time_limit(self):
        self.qemu("exec sleep 60\n")
        machine = self.machine(timeout=1).run()
        self.assertEqual(machine.ended, "timeout")
        self.assertLess(machine.seconds, 10)

    def test_files_arrive_whole(self):
        machine = self.machine()
        (machine.results / "out").mkdir(parents=True)
        data = bytes(range(256)) * 100
        (machine.results / "files.log").write_bytes(
            file_lines(b"raw", data) + file_lines(b"empty", b""))
        machine._unpack_files()
        self.assertEqual(machine.problems, [])
        self.assertEqual((machine.results / "out/raw").read_bytes(), data)
        self.assertEqual((machine.results / "out/empty").read_bytes(), b"")

    def test_a_file_that_did_not_arrive_whole_is_a_problem(self):
        whole = file_lines(b"raw", random.Random(1).randbytes(500))
        first = whole.split(b"\n")[1] + b"\n"
        for what, log in (("no end", file_lines(b"raw", b"x", end=False)),
                          ("another begins", file_lines(b"raw", b"x", end=False) + whole),
                          ("a line is missing", whole.replace(first, b"")),
                          ("all lines are missing", b"@file raw\n@end raw\n"),
                          ("a path", file_lines(b"../raw", b"x"))):
            with self.subTest(what):
                machine = self.machine()
                (machine.results / "out").mkdir(parents=True, exist_ok=True)
                (machine.results / "files.log").write_bytes(log)
                machine._unpack_files()
                self.assertEqual(len(machine.problems), 1)
                self.assertFalse((machine.results / "raw").exists())
