# SPDX-License-Identifier: GPL-2.0-only
"""check-calls finds each way to call a resolved address by pointer."""

import pathlib
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]

# As the kernel's static calls come out: a trampoline that is a function, a table
# of setters, and direct calls.
GOOD = """
asm(".pushsection .static_call.text, \\"ax\\"\\n"
    ".globl __SCT__resolved_f\\n.type __SCT__resolved_f, @function\\n"
    "__SCT__resolved_f: ret\\n.size __SCT__resolved_f, 1\\n.popsection");
extern int __SCT__resolved_f(long);
extern void update(int (*trampoline)(long), unsigned long address);
extern void foreign(unsigned long address);
void set_f(unsigned long address) { update(__SCT__resolved_f, address); }
const struct { const char *name; void (*set)(unsigned long); } wanted[] = {
	{ "f", WANTED },
};
unsigned long address;
void stackanno_ksyms_init(int i) { wanted[i].set(address); }
int use(long x) { return __SCT__resolved_f(x) + 1; }
"""

# (what, code that is added, a part of the complaint)
BAD = [
    ("a call through a pointer", "int bad(long x) { return ((int (*)(long))address)(x) + 1; }",
     "bad: call"),
    ("a tail call through a pointer", "int bad(long x) { return ((int (*)(long))address)(x); }",
     "bad: jmp"),
    ("a call through a parameter", "int bad(int (*f)(long)) { return f(2) + 1; }", "bad: call"),
    ("a trampoline's address in a variable", "int (*bad)(long) = __SCT__resolved_f;",
     "holds the address"),
    ("an address asked for where pointers are called",
     "extern unsigned long stackanno_ksyms_address(int);\n"
     "int write_line(void) { return ((int (*)(void))stackanno_ksyms_address(1))() + 1; }",
     "write_line: calls by pointer, and asks"),
    ("a trampoline's address handed out", "void *bad(void) { return __SCT__resolved_f; }",
     "takes the address of __SCT__resolved_f"),
]


def check(code, *, wanted="set_f", flags=()):
    """Compile code, and return check-calls' status and output on it."""
    with tempfile.TemporaryDirectory() as directory:
        sample = pathlib.Path(directory) / "sample.o"
        subprocess.run(["gcc", "-O2", "-fno-pic", "-mcmodel=kernel", "-c", "-xc", "-", "-o", sample,
                        f"-DWANTED={wanted}", *flags], input=code, text=True, check=True)
        done = subprocess.run([TOP / "scripts/check-calls", sample], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


RETPOLINES = ("-mindirect-branch=thunk-extern", "-mindirect-branch-register")


class Calls(unittest.TestCase):
    def test_direct_calls_are_taken(self):
        for flags in ((), RETPOLINES):
            with self.subTest(flags=flags):
                status, output = check(GOOD, flags=flags)
                self.assertEqual(status, 0, output)
                self.assertIn("1 static calls of resolved functions, 2 pointers", output)

    def test_each_way_around_is_found(self):
        for flags in ((), RETPOLINES):
            for what, code, complaint in BAD:
                with self.subTest(what, flags=flags):
                    status, output = check(GOOD + code, flags=flags)
                    self.assertEqual(status, 1)
                    self.assertIn(complaint, output)

    def test_a_foreign_function_in_the_table_is_found(self):
        status, output = check(GOOD, wanted="foreign")
        self.assertEqual(status, 1)
        self.assertIn("foreign, which is not ours", output)

    def test_a_module_without_static_calls_proves_nothing(self):
        status, output = check("int x;\n")
        self.assertEqual(status, 1)
        self.assertIn("proves nothing", output)
