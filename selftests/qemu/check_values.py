# SPDX-License-Identifier: GPL-2.0-only
"""What the values of words are said to be, against what the test module made them."""

import re


def meanings(label):
    """Return what stands in a label's braces: a list, empty without them.

    Where only braces stand in the label, the doubt of what is in them is behind them.
    """
    found = re.fullmatch(r"(?P<role>[^{]*?) ?\{(?P<inner>.*)\}(?P<mark>[ ?]*)", label)
    if not found:
        return []
    mark = "" if found["role"] else found["mark"]
    return [meaning + mark for meaning in found["inner"].split(", ")]


def _problem(report, fact):
    """Return why a word is not said to be what it is, or ''."""
    word = report.words.get(fact["addr"])
    if word is None or word.value != fact["value"]:
        return f"{fact['addr']:016x} holds {fact['value']:016x}, the report says {word}"
    wanted = [] if fact["label"] == "-" else fact["label"].replace("_", " ").split("|")
    said = meanings(word.label)
    # A name of two words is one that holds a blank here.
    if [meaning.replace("_", " ") for meaning in said] == wanted:
        return ""
    return f"{fact['value']:016x} is {wanted or 'nothing known'}, and called {said or 'nothing'}"


def check_values(run, report, facts):
    """Assert of each value in the frame that it is said to be what it is, and no more."""
    known = facts.of("means")
    problems = [problem for problem in (_problem(report, fact) for fact in known) if problem]
    run.expect(known and not problems, f"each of {len(known)} values is said to be what it is",
               "\n".join(problems))
    kinds = [fact for fact in known if fact["label"] != "-"]
    run.expect(len(kinds) > 30 and len(known) - len(kinds) > 8,
               "there are all sorts of them, and some that are none", len(kinds))
