# SPDX-License-Identifier: GPL-2.0-only
"""A report as text, taken apart by address: debugfs' last, or the console's lines."""

import dataclasses
import re

import logrules

_HEAD = re.compile(r"^record (?P<id>\d+): (?P<reason>\w+)(?: \"(?P<title>(?:[^\"\\]|\\.)*)\")? at "
                   r".* pid (?P<pid>-?\d+) tgid -?\d+ comm \"(?P<comm>[^\"]*)\"")
_TASK = re.compile(r", task ([0-9a-f]{16})")
_COUNTS = re.compile(r"^(\d+) words, (\d+) explained, (\d+) suspect, (\d+) frames$")
_FAULT = re.compile(r"^fault: (.*)")
_FRAME = re.compile(r"^ ?#(?P<number>\d+) \[(?P<slot>[0-9a-f?-]{16}|no word|)\](?P<rest> .*)")
_AT = re.compile(r"^ (?P<name>[^ (]+)(?:\(.*\))? at (?P<ip>[0-9a-f?-]{16})"
                 r"(?: \[(?P<module>[^\]]+)\])?(?P<doubt> \?\??)?$")
_SYMBOL = re.compile(r"(?P<name>[^ +]+)\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[(?P<module>[^\]]+)\])?$")
_WORDS = re.compile(r"^ *(?:#\d+ |-- )?(?P<address>[0-9a-f]{16}): (?P<words>.*)")
_BLOCK = re.compile(r"^ {4}\[(.*)\]$")
_STACK = re.compile(r"^stack \d+: .*?([0-9a-f]{16})-([0-9a-f]{16})(.*)")


@dataclasses.dataclass(frozen=True)
class Word:
    """One word: its value (None: not shown), its label without brackets, and its block."""

    value: int | None
    label: str
    block: str

    def is_certain(self):
        """Tell whether the label is one that nothing doubts."""
        return bool(self.label) and not self.label.endswith("?")


@dataclasses.dataclass(frozen=True)
class Frame:
    """A numbered frame; slot and ip are None where the text has none."""

    number: int
    slot: int | None
    ip: int | None
    name: str
    module: str | None
    certain: bool


@dataclasses.dataclass
class Report:
    """One record's text. words is by address, blocks the bracketed lines in their order."""

    id: int = 0
    reason: str = ""
    title: str = ""
    pid: int = 0
    comm: str = ""
    task: int | None = None
    counts: tuple = ()
    fault: str = ""
    words: dict = dataclasses.field(default_factory=dict)
    frames: list = dataclasses.field(default_factory=list)
    blocks: list = dataclasses.field(default_factory=list)
    stacks: list = dataclasses.field(default_factory=list)
    lines: list = dataclasses.field(default_factory=list)
    twice: list = dataclasses.field(default_factory=list)

    def has(self, text):
        """Tell whether some line of the report holds text."""
        return any(text in line for line in self.lines)


def _number(digits):
    return int(digits, 16) if re.fullmatch("[0-9a-f]{16}", digits or "") else None


def _label(text):
    """Return (label, rest) of a text which begins behind a word's value."""
    if not text.startswith("["):
        return "", text
    depth = 0
    for index, letter in enumerate(text):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if not depth:
            return text[1:index], text[index + 1:]
    return text[1:], ""


def _add_words(report, match, block):
    address, text = int(match["address"], 16), match["words"]
    while text:
        value, text = text[:16], text[16:]
        if text.startswith(" ? "):
            label, text = text[1:], ""
        else:
            label, text = _label(text)
        if address in report.words:
            report.twice.append(address)
        report.words[address] = Word(_number(value), label, block)
        address, text = address + 8, text.removeprefix(" ")


def _add_frame(report, match):
    at = _AT.match(match["rest"])
    symbol = at or _SYMBOL.search(match["rest"])
    report.frames.append(Frame(
        number=int(match["number"]), slot=_number(match["slot"]),
        ip=_number(at["ip"]) if at else None, name=symbol["name"] if symbol else "",
        module=symbol["module"] if symbol else None,
        certain=" ?" not in re.sub(r"\(.*\) ", "", match["rest"], count=1)))
    return f"#{match['number']}"


def parse(lines):
    """Return a list of Reports, one for each record in the text's lines."""
    found, block = [], ""
    for line in lines:
        head = _HEAD.match(line)
        if head:
            task = _TASK.search(line)
            found.append(Report(id=int(head["id"]), reason=head["reason"],
                                title=head["title"] or "", pid=int(head["pid"]),
                                comm=head["comm"], task=_number(task[1]) if task else None))
            block = ""
        if not found:
            continue
        report = found[-1]
        report.lines.append(line)
        if match := _COUNTS.match(line):
            report.counts = tuple(map(int, match.groups()))
        elif match := _FAULT.match(line):
            report.fault = match[1]
        elif match := _FRAME.match(line):
            block = _add_frame(report, match)
        elif match := _BLOCK.match(line):
            block = match[1]
            report.blocks.append(block)
        elif match := _WORDS.match(line):
            _add_words(report, match, block)
        elif match := _STACK.match(line):
            report.stacks.append((int(match[1], 16), int(match[2], 16), match[3]))
    return found


def console(text):
    """Return the Reports that stand on a console: its stackanno lines, less their prefix."""
    bodies = [logrules.body(line) for line in text.splitlines()]
    return parse([line.removeprefix(logrules.OURS) for line in bodies
                  if line.startswith(logrules.OURS)])
