# SPDX-License-Identifier: GPL-2.0-only
"""The one parser of KTAP and TAP 13: plans, nested subtests, skips, bail-outs.

A document that is cut short, has no plan, or whose results do not match its
plan is incomplete, and incomplete is never passed.
"""

import dataclasses
import re

_VERSION = re.compile(r"(?:KTAP version 1|TAP version 1[34])$")
_PLAN = re.compile(r"1\.\.(\d+)(?:\s*#\s*(?P<directive>.*))?$")
_RESULT = re.compile(r"(?P<ok>ok|not ok)\s+(?P<number>\d+)(?:\s+(?:-\s*)?(?P<rest>.*))?$")
_DIRECTIVE = re.compile(r"(?:^|\s)#\s*(?P<word>skip|todo|xfail|xpass|timeout|error)\b[:\s]*(?P<why>.*)$",
                        re.IGNORECASE)
_BAIL_OUT = re.compile(r"Bail out!\s*(?P<why>.*)$")


@dataclasses.dataclass
class Result:
    """One result line, with the subtests that stood before it."""

    number: int
    passed: bool
    name: str
    skipped: bool = False
    why: str = ""
    subtests: "Document | None" = None
    notes: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Document:
    """A version line, a plan and the results up to the end of its nesting."""

    plan: int | None = None
    skip_all: str | None = None
    results: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    bailed_out: str | None = None
    faults: list = dataclasses.field(default_factory=list)

    def problems(self, prefix=""):
        """Return why this document is incomplete, as a list of sentences."""
        found = [prefix + fault for fault in self.faults]
        if self.bailed_out is not None:
            found.append(f"{prefix}bailed out: {self.bailed_out or 'no reason given'}")
        if self.plan is None:
            found.append(f"{prefix}no plan")
        elif [r.number for r in self.results] != list(range(1, self.plan + 1)):
            numbers = " ".join(str(r.number) for r in self.results) or "none"
            found.append(f"{prefix}plan 1..{self.plan}, but the results are: {numbers}")
        for result in self.results:
            if result.subtests:
                found += result.subtests.problems(f"{prefix}{result.name}: ")
        return found

    def complete(self):
        return not self.problems()

    def passed(self):
        """Whether the document is complete, ran something and nothing in it failed."""
        return (self.complete() and self.plan > 0 and
                all(_passed(result) for result in self.results))

    def counts(self):
        """Return (passed, failed, skipped) of the top level; an incomplete one fails once more."""
        skipped = sum(1 for r in self.results if r.skipped and r.passed)
        passed = sum(1 for r in self.results if _passed(r)) - skipped
        failed = len(self.results) - passed - skipped
        return passed, failed + (0 if self.complete() else 1), skipped

    def failures(self, prefix=""):
        """Yield the full name of each failed result, deepest first."""
        for result in self.results:
            name = prefix + (result.name or str(result.number))
            if result.subtests:
                yield from result.subtests.failures(name + ": ")
            if not result.passed:
                yield name


def _passed(result):
    return result.passed and (result.subtests is None or result.skipped or
                              result.subtests.passed() or result.subtests.skip_all is not None)


def _result(match):
    rest = match["rest"] or ""
    result = Result(int(match["number"]), match["ok"] == "ok", rest.strip())
    directive = _DIRECTIVE.search(rest)
    if directive:
        result.name = rest[:directive.start()].strip()
        result.skipped = directive["word"].lower() == "skip"
        result.why = directive["why"].strip()
    return result


class _Parser:
    def __init__(self, text):
        self.lines = text.replace("\r", "").split("\n")
        self.at = 0

    def documents(self):
        """Return each top-level document; lines before the first are ignored."""
        found = []
        while self.at < len(self.lines):
            if _VERSION.match(self.lines[self.at]):
                self.at += 1
                found.append(self.document(0))
            else:
                self.at += 1
        return found

    def document(self, indent):
        document = Document()
        subtests = None
        while self.at < len(self.lines):
            line = self.lines[self.at]
            depth = len(line) - len(line.lstrip(" "))
            text = line.strip()
            if text and depth < indent and _belongs_to_parent(text):
                break
            if _VERSION.match(text):
                if depth <= indent:
                    break
                self.at += 1
                if subtests:
                    document.faults.append("two subtest documents before one result")
                subtests = self.document(depth)
                continue
            self.at += 1
            if depth == indent:
                subtests = self.line(document, text, subtests)
            elif text:
                document.notes.append(line)
        if subtests:
            document.faults.append("subtests without a result of their own")
        return document

    def line(self, document, text, subtests):
        """Take one line of this level; return the subtests still waiting for their result."""
        if match := _RESULT.match(text):
            result = _result(match)
            result.subtests = subtests
            document.results.append(result)
            return None
        if match := _PLAN.match(text):
            if document.plan is not None:
                document.faults.append("two plans")
            document.plan = int(match[1])
            directive = _DIRECTIVE.search("# " + (match["directive"] or ""))
            if document.plan == 0 and directive:
                document.skip_all = directive["why"]
        elif match := _BAIL_OUT.match(text):
            document.bailed_out = match["why"]
        elif text:
            target = document.results[-1].notes if document.results else document.notes
            target.append(text)
        return subtests


def _belongs_to_parent(text):
    return bool(_RESULT.match(text) or _PLAN.match(text) or _VERSION.match(text) or
                _BAIL_OUT.match(text))


def parse(text):
    """Parse text into its top-level documents, in order; an empty list when there is none."""
    return _Parser(text).documents()
