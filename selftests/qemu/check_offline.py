# SPDX-License-Identifier: GPL-2.0-only
"""What the reader makes of crash's bt -f, against what was said in the machine itself."""

import subprocess

import check
import check_known
import check_text
from guest import TOP


def vmlinux(line):
    """Return the file vmlinux of a kernel's -dbg package."""
    found = subprocess.run([TOP / "scripts/kernel", "--debug", line], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.strip()
    return f"{found}/vmlinux"


def _listing(run, symbols):
    """Return what crash's bt -f prints of the CPU that crashed; keeps it as bt-f.txt."""
    commands = run.dir / "crash-commands"
    commands.write_text("bt -f -c 1\nquit\n")
    done = subprocess.run(["crash", "-s", "-i", commands, symbols, run.dir / "dump"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                          timeout=600)
    (run.dir / "bt-f.txt").write_text(done.stdout)
    run.expect("sa_level8 at" in done.stdout, "crash lists the stack", done.stdout[-400:] +
               done.stderr[-400:])


def _role(label):
    """Return the role of a label, without marks, values and meanings; '' when it has none."""
    return label.partition("{")[0].partition("=")[0].strip().removesuffix("??").strip(" ?")


def _compare(run, report, live, above):
    """Assert that both say the same of each word from an address on."""
    both = [(address, word, live.words[address]) for address, word in
            sorted(report.words.items()) if address in live.words and address >= above]
    other = [f"{address:016x}: {word}, in the machine {known}" for address, word, known in both
             if word.value != known.value or _role(word.label) != _role(known.label)]
    roles = sum(bool(_role(word.label)) for _, word, _ in both)
    run.expect(roles >= 60, "words were explained in the machine and are explained here", roles)
    run.expect(not other, f"and alike ({roles} of {len(both)} have roles)",
               "\n".join(other[:12]))


def check_dump(run):
    """Assert that a listing out of a dump is explained as the stack was when it crashed."""
    symbols = vmlinux(run.line)
    try:
        _listing(run, symbols)
    finally:
        (run.dir / "dump").unlink(missing_ok=True)
    done = subprocess.run([check.READER, "annotate", f"--vmlinux={symbols}",
                           f"--module={run.objects}/selftests/modules/sa_crash.ko",
                           run.dir / "bt-f.txt"], capture_output=True, text=True, check=False)
    (run.dir / "annotated.txt").write_text(done.stdout)
    if not run.expect(done.returncode == 0 and not done.stderr, "the reader explains it",
                      f"status {done.returncode}: {done.stderr}"):
        return
    (report,) = check_text.parse(done.stdout.splitlines())
    again = subprocess.run([check.READER, "-i", run.dir / "annotated.txt"], capture_output=True,
                           text=True, check=False)
    run.expect(again.stdout == done.stdout, "and reads it back", again.stderr)
    facts = check_known.Facts(run.console, "irq")
    check_known.check_not_twice(run, report)
    check_known.check_returns(run, report, facts)
    check_known.check_locals(run, report, facts)
    check_known.check_registers(run, report, facts)
    run.expect("    [interrupt frame: vector 236, local timer]" in report.lines,
               "crash misplaces the registers of the interrupt; they are found",
               [line for line in report.lines if line.startswith("    [")])
    run.expect(not any(line.startswith("suspect: ") for line in report.lines),
               "nothing is suspect of a healthy stack", report.lines[:8])
    reports = [one for one in check_text.console(run.console) if one.words]
    if run.expect(len(reports) == 1, "the console has the report of that crash", len(reports)):
        _compare(run, report, reports[0], min(fact["addr"] for fact in facts.of("reg")
                                              if fact["addr"]))
