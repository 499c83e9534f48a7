# SPDX-License-Identifier: GPL-2.0-only
"""Arguments in headers, against what the functions were called with."""

import re

REGISTERS = ("rdi", "rsi", "rdx", "rcx", "r8", "r9")
# Constants of 64 bits, which a value of the analysis has no room for, and which the callee
# did not keep: nobody can tell.
LOST = {"sa_argument_result rdx", "sa_argument_structs rsi", "sa_argument_structs rcx",
        "sa_argument_dropped rsi", "sa_argument_dropped rdx", "sa_argument_kept rsi",
        "sa_argument_kept rdx"}
# An argument by its register: low digits, an address' word, doubt.
ARGUMENT = re.compile(r"\b(r\w+)=(\.\.)?([0-9a-f]+)(\|[0-9a-f]+)?( \{[^}]*\})?( \?\??)?(?=, |$)")


def _arguments(report, name):
    """Return what the header of a function's frame says of its registers."""
    for line in report.lines:
        match = re.match(rf" *#\d+ \[[0-9a-f]+\] {name}\((.*)\) at ", line)
        if match:
            return {found[0]: found[1:] for found in ARGUMENT.findall(match[1])}
    return None


def check_arguments(run, report, facts):
    """Assert that no argument is told wrong, that most are told, and that they are certain."""
    wrong, told, certain, missed = [], 0, 0, []
    for fact in facts.of("arg"):
        said = _arguments(report, fact["name"])
        if said is None:
            wrong.append(f"{fact}: no such header")
            continue
        register = REGISTERS[fact["addr"]]
        if register not in said:
            missed.append(f"{fact['name']} {register}")
            continue
        _low, digits, _other, _slot, doubt = said[register]
        mask = (1 << (4 * len(digits))) - 1
        told += 1
        certain += not doubt
        if int(digits, 16) != fact["value"] & mask:
            wrong.append(f"{fact}: {register} is {said[register]}")
    known = len(facts.of("arg"))
    run.expect(known >= 20 and not wrong, f"{known} arguments: none is told wrong",
               "\n".join(wrong))
    run.expect(set(missed) <= LOST, f"{told} are told, and it is known why others are not",
               "\n".join(missed))
    run.expect(certain > told / 2, "most for certain", f"{certain} of {told}")
