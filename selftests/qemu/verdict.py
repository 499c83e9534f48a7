# SPDX-License-Identifier: GPL-2.0-only
"""What a machine's end and its KTAP are worth."""

import ktap


def documents(machine):
    """Return the KTAP documents that a machine's guest printed."""
    log = machine.results / "ktap.log"
    return ktap.parse(log.read_text(encoding="utf-8") if log.exists() else "")


def judge(machine, ends):
    """Judge a machine that ran, and was to end in ends (vm.Machine.ended).

    Return (lost, failed), two lists of sentences: why nothing is known of what was
    tested, and what the guest itself says has failed.
    """
    lost = list(machine.problems)
    if machine.ended != ends:
        lost.append(f"the machine was to end in {ends}, not {machine.ended}"
                    f" (after {machine.seconds:.0f} s)")
    found = documents(machine)
    if len(found) != machine.stages:
        lost.append(f"{len(found)} of {machine.stages} KTAP documents arrived")
    failed = []
    for document in found:
        lost += document.problems()
        failed += [f"in the guest: {name}" for name in document.failures()]
    return lost, failed
