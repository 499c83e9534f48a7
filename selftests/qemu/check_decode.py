# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's own decode_stacktrace.sh makes of a log that holds our lines.

A distribution's vmlinux with symbols is a download of its own, of most of a GB. The
script asks of it no more than where its functions lie and which lines they came
from, so one is made that has the functions of the log, each on a line of its own.
The test modules are the real ones.
"""

import pathlib
import re
import subprocess
import tempfile

import check_log
import logrules

TOP = pathlib.Path(__file__).resolve().parents[2]
_SYMBOL = re.compile(r"(?<![^ :(])([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x([0-9a-f]+)\b(?! \[)")
_OURS_LAST = re.compile(r"([A-Za-z_][\w.]*)\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[([\w-]+)\])?$")


def _script(run):
    source = subprocess.run([TOP / "scripts/kernel", "--source", run.line], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.strip()
    return pathlib.Path(source) / "scripts/decode_stacktrace.sh"


def _make_vmlinux(bodies, directory):
    """Write directory/vmlinux with the functions that the lines name outside of modules."""
    sizes = {}
    for line in bodies:
        for name, size in _SYMBOL.findall(line):
            sizes[name] = max(sizes.get(name, 1), int(size, 16))
    source = directory / "log.s"
    source.write_text(".text\n" + "".join(
        f".type {name}, @function\n{name}:\n.rept {size}\nnop\n.endr\n.size {name}, {size}\n"
        for name, size in sorted(sizes.items())))
    subprocess.run(["as", "-g", "-o", "vmlinux", "log.s"], cwd=directory, check=True)
    return directory / "vmlinux"


def _decode(run, vmlinux, bodies):
    modules = run.objects / "selftests/modules"
    done = subprocess.run(["bash", _script(run), vmlinux, str(vmlinux.parent), modules],
                          input="\n".join(bodies) + "\n", text=True, check=False,
                          capture_output=True)
    return done.stdout.splitlines()


def check_decode(run):
    """Assert that the script resolves the kernel's lines as without us, and ours as well."""
    # Lines of code are disassembled, which takes long, and none of them is ours.
    bodies = [line for line in check_log.split(run.console) if not line.startswith("Code: ")]
    bare = logrules.without_ours(bodies)
    with tempfile.TemporaryDirectory() as name:
        vmlinux = _make_vmlinux(bodies, pathlib.Path(name))
        with_us, without_us = _decode(run, vmlinux, bodies), _decode(run, vmlinux, bare)
    theirs = [line for line in with_us if logrules.OURS.strip() not in line]
    without_us = [line for line in without_us if logrules.OURS.strip() not in line]
    run.expect(theirs == without_us, "decode_stacktrace.sh makes the same of the kernel's lines",
               "\n".join(sorted(set(theirs) ^ set(without_us))[:8]))
    resolved = [line for line in without_us if re.search(r" \(\S+:\d+\)", line)]
    run.expect(resolved, "of which it resolves some", len(without_us))
    ours = [line for line in bodies if line.startswith(logrules.OURS)]
    wanted = [match for match in map(_OURS_LAST.search, ours) if match]
    decoded = "\n".join(line for line in with_us if line.startswith(logrules.OURS.strip()))
    missed = [match[0] for match in wanted
              if not re.search(rf" {re.escape(match[1])} \([^)]+:\d+\) *{match[2] or ''}", decoded)]
    run.expect(wanted and not missed, f"and it resolves ours ({len(wanted)})",
               "\n".join(missed[:8]))
