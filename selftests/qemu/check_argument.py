# SPDX-License-Identifier: GPL-2.0-only
"""Arguments in headers, against what the functions were called with."""

import re

REGISTERS = ("rdi", "rsi", "rdx", "rcx", "r8", "r9")
# Constants of 64 bits, which a value of the analysis has no room for, and which the callee
# did not keep: nobody can tell.
LOST = {"sa_argument_result rdx", "sa_argument_structs rsi", "sa_argument_structs rcx",
        "sa_argument_dropped rsi", "sa_argument_dropped rdx", "sa_argument_kept rsi",
        "sa_argument_kept rdx"}
# Where the module has BTF: which parameter, and which of its words, came in each register.
PARAMETERS = {
    "sa_argument_kept": ("who", "b", "c"),
    "sa_argument_dropped": ("who", "b", "c", "local"),
    "sa_argument_narrow": ("who", "b", "c", "d"),
    "sa_argument_structs": ("who", "pair", "pair:1", "last"),
    "sa_argument_result": ("", "who", "b"),
    "sa_argument_many": ("who",),
    "sa_argument_nine": ("who", "b", "c", "d", "e", "f"),
    "sa_argument_crash": ("who",),
}
# An argument: low digits of a register, an address' word, doubt.
ARGUMENT = re.compile(r"\b(\w+)=((?:\.\.|-)?[0-9a-f?:]+)(?:\|[0-9a-f]+)?"
                      r"( \{[^}]*\})?( \?\??)?(?=, |$)")


def _value(text):
    """Return (number, mask of what is told of it)."""
    if text.startswith(".."):
        return int(text[2:], 16), (1 << (4 * len(text[2:]))) - 1
    base = 16 if len(text) == 16 else 10
    return int(text, base) & (1 << 64) - 1, (1 << 64) - 1


def _is_named(arguments):
    """Tell whether a header has the names of parameters, and not of registers."""
    return not re.search(r"\br(di|si)=", arguments)


def _arguments(report, name):
    """Return {register: (number, mask, doubt)} of the header of a function's frame."""
    for line in report.lines:
        match = re.match(rf" *#\d+ \[[0-9a-f]+\] {name}\((.*)\) at ", line)
        if not match:
            continue
        said = {}
        for parameter, text, _slot, doubt in ARGUMENT.findall(match[1]):
            for word, part in enumerate(text.split(":")):
                key = f"{parameter}:{word}" if word else parameter
                if key in PARAMETERS[name] and _is_named(match[1]):
                    key = REGISTERS[PARAMETERS[name].index(key)]
                if part and part != "?":
                    said[key] = (*_value(part), doubt)
        return said
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
        number, mask, doubt = said[register]
        told += 1
        certain += not doubt
        if number & mask != fact["value"] & mask:
            wrong.append(f"{fact}: {register} is {said[register]}")
    known = len(facts.of("arg"))
    run.expect(known >= 20 and not wrong, f"{known} arguments: none is told wrong",
               "\n".join(wrong))
    run.expect(set(missed) <= LOST, f"{told} are told, and it is known why others are not",
               "\n".join(missed))
    run.expect(certain > told / 2, "most for certain", f"{certain} of {told}")
