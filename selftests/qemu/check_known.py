# SPDX-License-Identifier: GPL-2.0-only
"""What the test modules knew of their stacks, against what a report says of them."""

import re

_LINE = re.compile(r"sa_known: (.*)")


class Facts:
    """The sa_known lines of one chain, by their kind: lists of dicts."""

    def __init__(self, console, who):
        self.who = who
        self.kinds = {}
        for text in _LINE.findall(console):
            fact = dict(word.partition("=")[::2] for word in text.split())
            if fact.get("who") != who or "value" not in fact:
                continue
            fact["addr"], fact["value"] = int(fact["addr"], 16), int(fact["value"], 16)
            self.kinds.setdefault(fact["kind"], []).append(fact)

    def of(self, kind):
        """Return the facts of a kind."""
        return self.kinds.get(kind, [])

    def one(self, kind):
        """Return the only fact of a kind; raises ValueError when there are more or none."""
        (fact,) = self.of(kind)
        return fact


def _mismatch(report, fact, wanted):
    """Return why the word of a fact is not labelled certainly with the label wanted, or ''."""
    word = report.words.get(fact["addr"])
    if word is None:
        return f"{fact}: the report has no such word"
    if word.value != fact["value"]:
        return f"{fact}: the report says {word}"
    if wanted is not None and not (re.match(wanted, word.label) and word.is_certain()):
        return f"{fact}: the report says {word}"
    return ""


def _assert_all(run, facts, what, problems):
    """Note one assertion over facts; there must be some."""
    problems = [text for text in problems if text]
    run.expect(facts and not problems, f"{what} ({len(facts)})",
               "\n".join(problems[:12]) or "nothing is known of any")


def check_returns(run, report, facts, *, replaced=None):
    """Assert that each return address is labelled, and stands in the header of its frame.

    replaced: facts of a run without probes. A return address that differs from
    the one there was replaced on the stack; the header must have the one there.
    """
    # The chain's levels call one another, and the last its leaf, from the same places.
    true = {fact["name"]: fact["value"] for fact in replaced.of("ret")} if replaced else {}
    true = {name: value for name, value in true.items() if name.startswith("sa_level")}
    leaf = [fact["value"] for fact in replaced.of("ret") if fact["into"] == "sa_level8"] \
        if replaced else []
    slots = {frame.slot: frame for frame in report.frames}
    labels, headers, swapped = [], [], 0
    for fact in facts.of("ret"):
        real = true.get(fact["name"], fact["value"])
        if leaf and fact["into"] == "sa_level8":
            real = leaf[0]
        swapped += real != fact["value"]
        into = "" if fact["into"] == "-" else re.escape(fact["into"]) + r"\+0x"
        labels.append(_mismatch(report, fact, f"ret {into}"))
        frame = slots.get(fact["addr"])
        if frame is None:
            headers.append(f"{fact}: no frame has its ip there")
        elif frame.ip not in (None, real) or not frame.certain or \
                (fact["into"] != "-" and frame.name != fact["into"]):
            headers.append(f"{fact}: {frame}, ip should be {real:016x}")
    _assert_all(run, facts.of("ret"), f"{facts.who}: return addresses are labelled as such",
                labels)
    _assert_all(run, facts.of("ret"), f"{facts.who}: each leads to the header of its frame",
                headers)
    order = [slots[fact["addr"]].number for fact in facts.of("ret") if fact["addr"] in slots]
    run.expect(order and order == sorted(order, reverse=True),
               f"{facts.who}: frames are numbered from the innermost out", order)
    if replaced:
        run.expect(swapped, f"{facts.who}: return addresses were in fact replaced", swapped)


def check_locals(run, report, facts):
    """Assert that locals are shown with their values, and not taken for anything certain."""
    problems = []
    for fact in facts.of("word"):
        word = report.words.get(fact["addr"])
        if word is None or word.value != fact["value"]:
            problems.append(f"{fact}: the report says {word}")
        elif re.match(r"(ret|canary|magic|r\d+|[a-z]x|bp|sp|ip)\b", word.label):
            problems.append(f"{fact}: a local is not that: {word}")
    _assert_all(run, facts.of("word"), f"{facts.who}: locals have their values", problems)


def check_user(run, report, facts):
    """Assert that the registers of user mode are labelled, all 21."""
    known = facts.of("user")
    _assert_all(run, known, f"{facts.who}: the registers of user mode are labelled",
                [_mismatch(report, fact, rf"{fact['name']}( |$)") for fact in known])
    run.expect(len(known) == 21, f"{facts.who}: all 21 of them", len(known))
    for place in ("ip", "sp"):
        word = next((report.words.get(fact["addr"]) for fact in known if fact["name"] == place),
                    None)
        run.expect(word and re.match(place + r" \{user\b", word.label),
                   f"{facts.who}: {place} is an address of the program, and no number", word)


def check_registers(run, report, facts, *, span=False):
    """Assert that the registers which were loaded before a fault or a loop are labelled."""
    known = [fact for fact in facts.of("reg") if fact["addr"]]
    _assert_all(run, known, f"{facts.who}: the registers it had are labelled",
                [_mismatch(report, fact, rf"{fact['name']}( |$)") for fact in known])
    if not span:
        return
    # One that was interrupted in a loop: ip lies just below cs.
    loop = facts.one("span")
    (selector,) = [fact["addr"] for fact in known if fact["name"] == "cs"]
    word = report.words.get(selector - 8)
    run.expect(word and word.label.startswith("ip") and
               loop["addr"] <= word.value <= loop["value"],
               f"{facts.who}: it was interrupted in its loop", f"{loop} {word}")


def check_task(run, report, facts):
    """Assert that the report is of the task that ran the chain."""
    task = facts.one("task")
    run.expect(report.task == task["addr"] and report.pid == task["value"] and
               report.comm == task["name"], f"{facts.who}: the report is of this task",
               report.lines[:1])


def check_stack(run, report, facts, end="intact"):
    """Assert that a task's stack is among the report's, and what its end is like.

    end: what is said of the magic number at its end; a pattern.
    """
    stack, magic = facts.one("stack"), facts.one("magic")
    rests = [rest for begin, last, rest in report.stacks
             if (begin, last) == (stack["addr"], stack["value"])]
    run.expect(len(rests) == 1 and re.search(f"end magic {end}", rests[0]),
               f"{facts.who}: its stack is known, and what its end is like",
               f"{facts.of('stack')} {report.stacks}")
    word = report.words.get(magic["addr"])
    if word and rests:
        run.expect((word.value == magic["value"]) == ("magic intact" in rests[0]),
                   f"{facts.who}: the word at its end agrees with that", f"{word} {rests}")


def check_fault(run, report, facts, *, user=True):
    """Assert all that is known of a chain which crashed in its own task's context."""
    for fault in facts.of("fault"):
        run.expect(f"{fault['value']:016x}" in report.fault,
                   f"{facts.who}: the fault's address is named", report.fault)
    check_returns(run, report, facts)
    if facts.of("word"):
        check_locals(run, report, facts)
    if user:
        check_user(run, report, facts)
    if facts.of("reg"):
        check_registers(run, report, facts)
    for call in facts.of("call"):
        # Whether it was a call or a jump that led astray is not on the stack: likely will do.
        word = report.words.get(call["addr"])
        run.expect(word and word.value == call["value"] and
                   re.match(r"ret \S+( \[\w+\])?( \?)?$", word.label),
                   f"{facts.who}: what the call pushed is a return address", f"{call} {word}")
    for fact in facts.of("ip"):
        ips = [frame for frame in report.frames if frame.ip == fact["value"]]
        run.expect(len(ips) == 1 or report.frames[0].ip is None,
                   f"{facts.who}: one frame stands at the instruction that faulted", ips)


# STACKANNO_CHAIN_FRAMES of module/core/chain.h
CHAIN_FRAMES = 64


def check_expressions(run, report, facts):
    """Assert that words told as an expression which the chain knew have its value."""
    # Frames beyond those have no arguments, and no names for what they gave.
    if len(report.frames) > CHAIN_FRAMES:
        return
    for fact in facts.of("expression"):
        ending = re.compile(re.escape(f"={fact['name']}") + r"\??( |$)")
        told = [word for word in report.words.values() if ending.search(word.label)]
        run.expect(told and all(word.value == fact["value"] for word in told),
                   f"{facts.who}: what is told as {fact['name']} has its value ({len(told)})",
                   f"{fact} {told}")


def check_not_twice(run, report):
    """Assert that each word stands in the report once, and that current is its task."""
    run.expect(report.words and not report.twice, "each word is shown once",
               [f"{address:016x}" for address in report.twice[:8]])
    odd = [word for word in report.words.values()
           if re.search(r"=current( \{|\??$| \?)", word.label) and word.value != report.task]
    run.expect(not odd, "what is told as current is the task", odd)
