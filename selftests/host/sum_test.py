# SPDX-License-Identifier: GPL-2.0-only
"""make check's sum: nothing that went wrong in a part is lost in it."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]

GOOD = "printf 'KTAP version 1\\n1..2\\nok 1 a\\nok 2 b\\n'"

# (what one of the eight parts does, what the last line is then to say)
PARTS = [
    ("all pass", GOOD, "16 passed, 0 failed"),
    ("one test fails", "printf 'KTAP version 1\\n1..2\\nok 1 a\\nnot ok 2 b\\n'; exit 1",
     "15 passed, 1 failed"),
    ("one test is skipped", "printf 'KTAP version 1\\n1..2\\nok 1 a\\nok 2 b # SKIP why\\n'",
     "15 passed, 0 failed, 1 skipped"),
    ("a failure is kept silent by the status", "printf 'KTAP version 1\\n1..1\\nnot ok 1 a\\n'",
     "14 passed, 1 failed"),
    ("it ends badly behind good results", GOOD + "; exit 3", "16 passed, 1 failed"),
    ("it is cut short", "printf 'KTAP version 1\\n1..2\\nok 1 a\\n'", "15 passed, 1 failed"),
    ("it says nothing", "true", "14 passed, 1 failed"),
    ("it plans nothing", "printf 'KTAP version 1\\n1..0\\n'", "14 passed, 1 failed"),
    ("it is killed", "kill -9 $$", "14 passed, 1 failed"),
    ("it adds up by itself", GOOD + "; echo '2 passed, 0 failed'", "16 passed, 0 failed"),
]


class Sum(unittest.TestCase):
    def run_check(self, part, kernel="echo 6.1"):
        """Run scripts/check in a tree whose parts are GOOD, but for one."""
        with tempfile.TemporaryDirectory() as directory:
            tree = pathlib.Path(directory)
            for name, script in (("scripts/kernel", kernel), ("scripts/check-style", GOOD),
                                 ("selftests/host/run", GOOD), ("selftests/qemu/run", part),
                                 ("selftests/fuzz/run", GOOD), ("selftests/fuzz/mutants", GOOD),
                                 ("scripts/bars", GOOD)):
                path = tree / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"#!/bin/sh\n{script}\n")
                path.chmod(0o755)
            (tree / "selftests/unit").mkdir()
            (tree / "selftests/unit/Makefile").write_text(f"check:\n\t@{GOOD}\n")
            (tree / "selftests/fuzz/Makefile").write_text("all:\n")
            for name in ("scripts/check", "selftests/qemu/ktap.py"):
                shutil.copy(TOP / name, tree / name)
            done = subprocess.run([tree / "scripts/check"], text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            return done.returncode, done.stdout.splitlines()[-1]

    def test_the_sum(self):
        for what, part, last in PARTS:
            with self.subTest(what):
                status, line = self.run_check(part)
                self.assertEqual(line, last)
                self.assertEqual(status, 0 if ", 0 failed" in last else 1)

    def test_without_kernels_nothing_has_passed(self):
        status, line = self.run_check(GOOD, kernel='[ "$1" = --list ] && echo 6.1 || exit 1')
        self.assertEqual((status, line), (1, "0 passed, 1 failed"))
