# SPDX-License-Identifier: GPL-2.0-only
"""Words that were written over, and what calls say of the functions that run."""

import re

from check_frame import bare

MAGIC = "5a" * 8


def _told(report):
    """Return the lines about what is suspect."""
    return [line for line in report.lines if line.startswith("suspect: ")]


def _number(report, name):
    """Return the number of the one frame of a function."""
    numbers = [frame.number for frame in report.frames if frame.name == name]
    return numbers[0] if len(numbers) == 1 else None


def _expect(run, report, pattern):
    """Assert that one thing is told, and that it is what the pattern says."""
    told = _told(report)
    run.expect(len(told) == 1 and re.fullmatch(pattern, told[0]), "the suspect is told",
               f"{told}\n{pattern}")


def _expect_word(run, report, label):
    """Assert that the word that was written over is called a suspect."""
    words = [word for word in report.words.values() if word.value == int(MAGIC, 16)]
    run.expect(len(words) == 1 and re.fullmatch(label, bare(words[0].label)),
               "and the word is called one", words)


def check_pointer(run, report, _facts):
    """A saved register that should hold an address in the caller's frame."""
    number = _number(report, "sa_suspect_caller")
    _expect(run, report, f"suspect: #{number}: the word at [0-9a-f]{{16}} holds {MAGIC}, "
            rf"and should hold #{number}\+0x0")
    _expect_word(run, report, "rbx SUSPECT")


def check_constant(run, report, _facts):
    """A word that the code has set to 5."""
    number = _number(report, "sa_suspect_five")
    _expect(run, report, f"suspect: #{number}: the word at [0-9a-f]{{16}} holds {MAGIC}, "
            "and should hold 0x5")
    _expect_word(run, report, r"rsp\+0x0 SUSPECT")


def check_return(run, report, _facts):
    """A return address that was never pushed by a call."""
    number = _number(report, "sa_suspect_odd")
    _expect(run, report, f"suspect: #{number}: no call precedes its return address, "
            "at [0-9a-f]{16}")


def check_edge(run, report, _facts):
    """A return address behind a call of another function, which does not lead to ours."""
    number = _number(report, "sa_suspect_other")
    _expect(run, report, f"suspect: #{number}: call edge: sa_suspect_other calls "
            "sa_suspect_never, trace says sa_suspect_callee")


def check_argument(run, report, _facts):
    """What a function kept of its argument is not what its caller gave it.

    The one that crashed was given the same by it, and still has it.
    """
    given = "000000000000091e"
    expected = [f"suspect: #0: by itself it was given {given}, by its caller {MAGIC}, in rdi",
                f"suspect: #{_number(report, 'sa_suspect_keeper')}: by itself it was given "
                f"{MAGIC}, by its caller {given}, in rdi"]
    run.expect(_told(report) == expected, "both suspects are told", _told(report))


def check_size(run, report, _facts):
    """A frame that is larger by its code than the unwinder was told.

    What it made of the callers is no better: only that this one is told, and how, is asserted.
    """
    number = _number(report, "sa_suspect_size")
    told = re.match(rf"suspect: #{number}: its frame begins at ([0-9a-f]{{16}}), "
                    r"by its code at ([0-9a-f]{16})$", _told(report)[0])
    run.expect(told and int(told[1], 16) - int(told[2], 16) == 8,
               "a frame is told that begins 8 bytes further down", _told(report))


def check_registers(run, report, _facts):
    """Registers of an exception in which cs is no selector of the kernel's code."""
    number = _number(report, "sa_probe_pushes")
    _expect(run, report, f"suspect: #{number}: impossible registers: cs")


def check_tail(run, report, _facts):
    """A function that jumped to the next is in the report, with what it was called with."""
    names = [frame.name for frame in report.frames]
    at = names.index("sa_suspect_first") if "sa_suspect_first" in names else 0
    run.expect(names[at - 1:at + 2] == ["sa_suspect_second", "sa_suspect_first",
                                        "sa_suspect_tails"],
               "it stands between the two that are on the stack", names)
    lines = [i for i, line in enumerate(report.lines) if "] sa_suspect_first(" in line]
    run.expect(len(lines) == 1 and
               "(rdi=0000000000007a11" in report.lines[lines[0]] and
               report.lines[lines[0] + 1] ==
               "    (tail call: not in the trace, found by code)",
               "it has its argument, and is marked",
               "\n".join(report.lines[lines[0]:lines[0] + 2]) if lines else "")
    numbers = [frame.number for frame in report.frames]
    run.expect(numbers == list(range(len(numbers))), "frames are numbered without a gap", numbers)
