# SPDX-License-Identifier: GPL-2.0-only
"""Each symbol that a report names, against the kernel's own list of symbols."""

import bisect
import re

import check

_MEANING = re.compile(r"(?P<kind>rodata |data |percpu )?(?P<name>[\w.$]+)\+0x(?P<offset>[0-9a-f]+)"
                      r"(?: \[(?P<module>\w+)\])?(?: cpu \d+)?$")


class Symbols:
    """/proc/kallsyms: names by address."""

    def __init__(self, text):
        self.names = {}
        for line in text.splitlines():
            address, _, name, *module = line.split()
            self.names.setdefault(int(address, 16), set()).add(
                (name, module[0].strip("[]") if module else None))
        self.addresses = sorted(self.names)

    def holds(self, value, name, module, offset, *, returns):
        """Tell whether value is offset into the symbol, and no other lies nearer to it."""
        if (name, module) not in self.names.get(value - offset, ()):
            return False
        where = bisect.bisect_right(self.addresses, value - returns) - 1
        return self.addresses[where] == value - offset


def _parts(label):
    """Return (role's symbol or None, meanings) of a label."""
    role, _, rest = label.partition("{")
    role = role.strip()
    role = role.removeprefix("ret ") if role.startswith("ret ") else None
    return role, [part for part in rest.partition("}")[0].split(", ") if part]


def check_symbols(run):
    """Assert that every symbol of a report is the one that lies there."""
    report = check.asked(run, "last", reason="oops")
    if not report:
        return
    symbols, wrong, seen = Symbols(run.out("kallsyms")), [], 0
    for address, word in report.words.items():
        role, meanings = _parts(word.label)
        for part, returns in [(role, 1)] * bool(role) + [(part, 0) for part in meanings]:
            match = _MEANING.match(part.removesuffix(" ?"))
            if not match or match["kind"] == "percpu ":
                continue
            seen += 1
            if not symbols.holds(word.value, match["name"], match["module"],
                                 int(match["offset"], 16), returns=returns):
                wrong.append(f"{address:016x}: {word}")
    run.expect(seen > 15, "symbols are named", seen)
    run.expect(not wrong, f"each is the one that lies there ({seen})", "\n".join(wrong[:8]))
    heads = [frame for frame in report.frames if frame.ip and frame.name != "??"]
    astray = [frame for number, frame in enumerate(heads)
              if not any((frame.name, frame.module) in symbols.names[start] for start in
                         symbols.addresses[bisect.bisect_right(
                             symbols.addresses, frame.ip - bool(number)) - 1:][:1])]
    run.expect(len(heads) > 12 and not astray, f"and so is each frame's ({len(heads)})", astray)
