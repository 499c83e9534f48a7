# SPDX-License-Identifier: GPL-2.0-only
"""The KTAP parser: what is passed, what failed, and what is incomplete."""

import unittest

import ktap

# (what it shows, text, (passed, failed, skipped), complete, passed)
CASES = [
    ("two results", "KTAP version 1\n1..2\nok 1 a\nok 2 - b\n", (2, 0, 0), True, True),
    ("a failure", "TAP version 13\n1..2\nok 1 a\nnot ok 2 b\n", (1, 1, 0), True, False),
    ("a skip", "KTAP version 1\n1..2\nok 1 a # SKIP no hardware\nok 2\n", (1, 0, 1), True, True),
    ("a failed skip", "KTAP version 1\n1..1\nnot ok 1 a # SKIP\n", (0, 1, 0), True, False),
    ("the plan at the end", "KTAP version 1\nok 1 a\n1..1\n", (1, 0, 0), True, True),
    ("carriage returns", "KTAP version 1\r\n1..1\r\nok 1 a\r\n", (1, 0, 0), True, True),
    ("noise", "boot\nKTAP version 1\n1..1\n# x\nhello\nok 1 a\nbye\n", (1, 0, 0), True, True),
    ("no plan", "KTAP version 1\nok 1 a\n", (1, 1, 0), False, False),
    ("a cut document", "KTAP version 1\n1..3\nok 1 a\nok 2 b\n", (2, 1, 0), False, False),
    ("a missing number", "KTAP version 1\n1..2\nok 1 a\nok 3 b\n", (2, 1, 0), False, False),
    ("one result too many", "KTAP version 1\n1..1\nok 1 a\nok 2 b\n", (2, 1, 0), False, False),
    ("a number twice", "KTAP version 1\n1..2\nok 1 a\nok 1 a\n", (2, 1, 0), False, False),
    ("two plans", "KTAP version 1\n1..1\nok 1 a\n1..1\n", (1, 1, 0), False, False),
    ("a bail-out", "KTAP version 1\n1..1\nok 1 a\nBail out! lost\n", (1, 1, 0), False, False),
    ("an empty plan", "KTAP version 1\n1..0\n", (0, 0, 0), True, False),
    ("all skipped", "TAP version 13\n1..0 # SKIP no module\n", (0, 0, 0), True, False),
    ("subtests", "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\n  ok 2 b\nok 1 c\n",
     (1, 0, 0), True, True),
    ("a failed subtest under a passed test",
     "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nok 1 c\n",
     (0, 1, 0), True, False),
    ("cut subtests", "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a\nok 1 c\n",
     (0, 2, 0), False, False),
    ("subtests without their test", "KTAP version 1\n1..0\n  KTAP version 1\n  1..1\n  ok 1 a\n",
     (0, 1, 0), False, False),
    ("three levels", "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n    KTAP version 1\n"
     "    1..1\n    ok 1 x\n  ok 1 y\nok 1 z\n", (1, 0, 0), True, True),
]


class Ktap(unittest.TestCase):
    def test_table(self):
        for what, text, counts, complete, passed in CASES:
            with self.subTest(what):
                documents = ktap.parse(text)
                self.assertEqual(len(documents), 1)
                self.assertEqual(documents[0].counts(), counts)
                self.assertEqual(documents[0].complete(), complete)
                self.assertEqual(documents[0].passed(), passed)

    def test_every_cut_of_a_document_is_incomplete(self):
        text = "KTAP version 1\n1..2\n  KTAP version 1\n  1..1\n  ok 1 a\nok 1 b\nok 2 c\n"
        self.assertTrue(ktap.parse(text)[0].passed())
        lines = text.splitlines(keepends=True)
        for end in range(len(lines)):
            with self.subTest(lines=end):
                self.assertFalse(any(d.passed() for d in ktap.parse("".join(lines[:end]))))

    def test_nothing_is_no_document(self):
        self.assertEqual(ktap.parse("ok 1 a\n1..1\n"), [])

    def test_documents_one_behind_the_other(self):
        text = "KTAP version 1\n1..1\nok 1 a\nnoise\nTAP version 13\n1..1\nnot ok 1 b\n"
        self.assertEqual([d.counts() for d in ktap.parse(text)], [(1, 0, 0), (0, 1, 0)])

    def test_failures_are_named_with_their_parents(self):
        text = "KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n  not ok 1 a\nnot ok 1 b\n"
        self.assertEqual(list(ktap.parse(text)[0].failures()), ["b: a", "b"])

    def test_the_reason_of_a_skip_is_kept(self):
        result = ktap.parse("KTAP version 1\n1..1\nok 1 a # SKIP no hardware\n")[0].results[0]
        self.assertEqual((result.name, result.skipped, result.why), ("a", True, "no hardware"))
