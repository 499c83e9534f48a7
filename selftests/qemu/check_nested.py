# SPDX-License-Identifier: GPL-2.0-only
"""A fault within stackanno itself: contained, counted, and the kernel goes on."""

import check
import check_log


def _contained(run, faults=1):
    """Assert that the fault was ours, that it is counted, and that we have stopped."""
    run.expect("sa_crash: crashing within " in run.console, "the fault was in fact provoked")
    numbers = check.stats(run)
    run.expect(int(numbers["nested_faults"]) == faults, "the fault within is counted",
               numbers["nested_faults"])
    run.expect(numbers["stopped"] == "1", "nothing more is annotated", numbers["stopped"])
    said = [line for line in check_log.split(run.console)
            if line.startswith("stackanno: a fault inside")]
    run.expect(len(said) == faults, "one line says so", "\n".join(said))


def _lives(run):
    run.expect("after" in check_log.split(run.console), "the machine lived on",
               run.console[-300:])


def check_asked(run):
    """A fault while a task is annotated that asked for it: that task dies, and that is all."""
    check_log.check_kernel(run, "null")
    check_log.check_readers(run)
    _contained(run)
    _lives(run)


def check_oops(run):
    """A fault while an oops is annotated: the kernel reports ours, and does not hang."""
    check_log.check_kernel(run, "null", crashes=2)
    _contained(run)
    _lives(run)


def check_print(run):
    """A fault while a report is printed: both of the kernel's own are complete."""
    check_log.check_kernel(run, "null", crashes=2)
    _contained(run)
    _lives(run)
    ends = run.console.count("---[ end trace")
    run.expect(ends == 2, "both of the kernel's reports came to their end", ends)
