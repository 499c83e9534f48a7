# SPDX-License-Identifier: GPL-2.0-only
"""Frames that were laid by hand: each of their words, against what laid them."""

import re

import check_log
import check_text
from check_known import Facts

# All cases of the test module, one report each.
CRASHES = """
names=$(cat /sys/kernel/debug/sa_crash/frames)
echo "$names" > /tmp/cases; put /tmp/cases
for name in $names; do crash frame "$name"; last "frame-$name"; done
"""


def bare(label):
    """Return a label without what is said of the value, in braces."""
    if label.startswith("{"):
        return ""
    head, brace, rest = label.partition(" {")
    return head + rest[rest.rindex("}") + 1:] if brace else head


def _label_problem(fact, word):
    """Return why a word's label is not the one that a fact wants, or ''."""
    wanted = ["" if label == "-" else label.replace("_", " ")
              for label in fact["label"].split("|")]
    label = bare(word.label)
    # What is said of the value, behind the role, is no matter of the frame's.
    if label in wanted or label.partition("=")[0] in wanted:
        return ""
    sure = "certainly " if label and word.is_certain() else ""
    return f"it is {' or '.join(wanted) or 'nothing known'}, and {sure}called {label or 'nothing'}"


def _word_problem(report, fact):
    """Return what is wrong with the word of a fact, or ''."""
    word = report.words.get(fact["addr"])
    if word is None:
        return "the report has no such word"
    mask = int(fact["mask"], 16)
    if word.value is None or (word.value ^ fact["value"]) & mask:
        return f"it holds {fact['value']:016x} (in {mask:016x}), not {word}"
    return _label_problem(fact, word)


def _extent_problem(report, frame, low, cfa, facts, stopped):
    """Return what is wrong with which words a frame has, or ''."""
    known = {fact["addr"] for fact in facts}
    there = {address for address in report.words if low <= address < cfa - 8}
    if there != known:
        return "words " + ", ".join(f"{address:016x}" for address in sorted(there ^ known)) + \
            " are not in both"
    if not stopped:
        return "" if frame.slot == low - 8 else f"its words begin above {frame.slot:016x}"
    pointers = [word.value for address, word in report.words.items()
                if frame.slot < address < low and word.label.split(" ")[0] == "sp"]
    return "" if pointers == [low] else f"its stack pointer is {pointers}, not {low:016x}"


def _frame_problems(report, name, facts, cfa, stopped):
    """Return all that is wrong with one function's frame."""
    frames = [frame for frame in report.frames if frame.name == name]
    if len(frames) != 1:
        return [f"{name}: there are {len(frames)} frames of it"]
    low = min([fact["addr"] for fact in facts] + [cfa - 8])
    end = report.words.get(cfa - 8)
    problems = [_extent_problem(report, frames[0], low, cfa, facts, stopped)]
    if not end or not end.label.startswith("ret ") or not end.is_certain():
        problems.append(f"its last word is {end}")
    for fact in facts:
        problem = _word_problem(report, fact)
        problems.append(problem and f"CFA{fact['addr'] - cfa:+#x}: {problem}")
    return [f"{name}: {problem}" for problem in problems if problem]


def check_words(run, report, facts):
    """Assert that every word of the frames that were laid by hand is what it was laid for."""
    problems = []
    for end in facts.of("cfa"):
        own = [fact for fact in facts.of("slot") if fact["name"] == end["name"]]
        problems += _frame_problems(report, end["name"], own, end["addr"], end["value"] == 0)
    run.expect(facts.of("cfa") and not problems,
               f"{facts.who}: every word is what it was laid for", "\n".join(problems))


def _check_case(run, name):
    """Assert all that is known of one case. Return how many words that are."""
    found = check_text.parse(run.out(f"frame-{name}").splitlines())
    facts = Facts(run.console, name)
    if not run.expect(len(found) == 1, f"{name}: there is one report", len(found)):
        return 0
    check_words(run, found[0], facts)
    run.expect(found[0].counts[2] == 0, f"{name}: nothing is suspect", found[0].lines[2])
    return len(facts.of("slot"))


def _check_excuse(run, name, words):
    """Assert that the report of a case says why its words have no role."""
    report = check_text.parse(run.out(f"frame-{name}").splitlines())[0]
    run.expect(report.has(f"(words without a role: {words})"), f"{name}: it says why",
               "\n".join(report.lines[:40]))


def check_frames(run):
    """Assert all that is known of the hand-laid frames."""
    names = run.out("cases").split()
    words = sum(_check_case(run, name) for name in names)
    run.expect(len(names) >= 40 and words >= 550, "these were many", f"{len(names)} {words}")
    for name in ("huge-1", "huge-call"):
        _check_excuse(run, name, "its code is beyond the analysis' limits")


def _value_problems(report, fact):
    """Return what is wrong with the words of a frame that hold a known value."""
    begin, end = None, None
    for frame, caller in zip(report.frames, report.frames[1:]):
        # The compiler may have put the part with the call elsewhere.
        if frame.name in (fact["name"], fact["name"] + ".cold"):
            begin, end = frame.slot + 8, caller.slot
    if begin is None:
        return [f"{fact['name']}: there is no frame of it"]
    wanted = fact["label"].replace("_", " ")
    there = [word for address, word in report.words.items()
             if begin <= address < end and word.value == fact["value"]]
    return [f"{fact}: {word}" for word in there if not re.match(wanted, bare(word.label))] + \
        ([] if there or fact["name"] in SPREAD else [f"{fact}: no word of the frame holds it"])


# Some of its values are in registers.
SPREAD = ("sa_compiled_locals",)


def check_compiled(run, report, facts):
    """Assert that words with known values, in frames that the compiler laid, are what they are."""
    known = facts.of("value")
    problems = [text for fact in known for text in _value_problems(report, fact)]
    run.expect(len(known) == 22 and not problems, "known values are labelled as what they are",
               f"{len(known)}\n" + "\n".join(problems))
    spread = {fact["value"] for fact in known if fact["name"] in SPREAD}
    shown = [word for word in report.words.values()
             if word.value in spread and re.match(r"rsp\+", word.label)]
    run.expect(len(shown) >= 2, "some of those kept across calls are in the frame", len(shown))


def check_overrun(run, report, facts):
    """Assert that a broken canary is told, with the buffer that was written past its end."""
    array, guard, broken = (facts.one(kind) for kind in ("array", "guard", "broken"))
    word = report.words.get(broken["addr"])
    run.expect(word and word.value == broken["value"] and word.label.startswith("canary BROKEN"),
               "the canary is called broken", word)
    size = array["value"] - array["addr"]
    frames = [frame for frame in report.frames if frame.name.startswith("sa_overrun_") and
              frame.slot < array["addr"]]
    told = [line for line in report.lines if line.startswith("suspect: ")]
    wanted = (f"suspect: #{frames[-1].number if frames else None}: "
              f"the canary at {broken['addr']:016x} is broken; the buffer below it: "
              f"{array['addr']:016x} ({size} bytes; the canary's low 5 bytes differ; "
              f"in {frames[-1].name if frames else None})")
    run.expect(told == [wanted], "a suspect names the buffer, and nothing else is suspect",
               f"{told}\n{wanted}")
    rest = [line for line in report.lines if f"{guard['value']:016x}" in line and
            not line.startswith("  ")]
    run.expect(not rest, "what the canary should be is not told", "\n".join(rest))


def check_overrun_console(run, report, facts):
    """The same; and that the console's brief report says it, and not what the canary is."""
    check_overrun(run, report, facts)
    ours = [line for line in check_log.split(run.console) if line.startswith("stackanno: ")]
    run.expect(any("stackanno: suspect: " in line and "the buffer below it: " in line
                   for line in ours), "the console has it", "\n".join(ours[:6]))
    secret = f"{facts.one('guard')['value']:016x}"
    run.expect(not any(secret in line for line in ours), "and not what the canary should be",
               "\n".join(line for line in ours if secret in line))
