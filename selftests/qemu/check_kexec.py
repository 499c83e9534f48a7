# SPDX-License-Identifier: GPL-2.0-only
"""A crash kernel that takes over: what is printed before it does is all there will be."""

import pathlib
import subprocess
import tempfile

import check_log

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent


class Program:
    """A program for the guest, of one C file; it is built when its path is asked for."""

    def __init__(self, name):
        self.source = HERE / f"{name}.c"
        self.path = TOP / "build/selftests" / name

    def __fspath__(self):
        if not self.path.exists() or self.path.stat().st_mtime < self.source.stat().st_mtime:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Two machines may need it at once: each builds its own, and the last one stays.
            with tempfile.TemporaryDirectory(dir=self.path.parent) as directory:
                part = pathlib.Path(directory) / self.path.name
                subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-O2", "-static", "-o",
                                part, self.source], check=True)
                part.replace(self.path)
        return str(self.path)


# Which kernel takes over is all the same.
FILES = {"crash_kernel": Program("crash_kernel"), "vmlinuz": "build/kernels/6.1/vmlinuz"}


def check_takeover(run):
    """Assert that our last chance was used, in few lines, within the kernel's report."""
    bodies = check_log.split(run.console)
    taken = next((number for number, line in enumerate(bodies)
                  if line.startswith("Linux version ")), None)
    if not run.expect(taken, "the crash kernel has taken over", "\n".join(bodies[-8:])):
        return
    before, after = bodies[:taken], bodies[taken:]
    cut = check_log.SEQUENCES["null"]
    cut = cut[:cut.index(check_log.END) - 1]
    run.expect(check_log.missing(before, cut) is None, "the kernel's own report is complete",
               check_log.missing(before, cut))
    run.expect(not any(line.startswith("---[ end trace") for line in before),
               "it ended before its end marker", "\n".join(before[-8:]))
    ours = [line for line in before if line.startswith("stackanno: ")
            and not check_log.is_loading(line)]
    run.expect(0 < len(ours) <= check_log.INSIDE_LAST_CHANCE,
               f"at most {check_log.INSIDE_LAST_CHANCE} lines of ours stand there",
               "\n".join(ours))
    run.expect(any(line.startswith("stackanno: record 1: oops") for line in ours) and
               any("0000000000000018" in line for line in ours),
               "they name the record and the fault", "\n".join(ours))
    run.expect(not any("stackanno" in line for line in after), "nothing of ours follows", "")
