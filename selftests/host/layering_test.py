# SPDX-License-Identifier: GPL-2.0-only
"""check-layering finds each violation that it is there for."""

import pathlib
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]

GOOD = {
    "main.c": '#include "trigger.h"\n#include "compat.h"\n',
    "trigger.c": '#include "trigger.h"\n#include "pipeline.h"\n',
    "trigger.h": "struct pt_regs;\n",
    "policy.c": "module_param(warn, bool, 0644);\n",
    "pipeline.h": '#include "capture.h"\n',
    "capture.h": '#include "core/frame.h"\n',
    "compat.h": "#if LINUX_VERSION_CODE > KERNEL_VERSION(6, 4, 0)\n#ifdef CONFIG_X86\n",
    "ksyms.c": '/* CONFIG_KPROBES */\nconst char *s = "CONFIG_X";\nregister_kprobe(&kp);\n',
    "core/env.h": "#ifdef __KERNEL__\n#include <linux/types.h>\n#endif\n",
    "core/frame.h": '#include "core/env.h"\n#include "uapi/stackanno.h"\n',
    "uapi/stackanno.h": "#include <linux/types.h>\n",
}

# (what, file, its text, a part of the complaint)
BAD = [
    ("a stage includes the pipeline", "capture.h", '#include "pipeline.h"\n', "above it"),
    ("core includes a stage", "core/frame.h", '#include "compat.h"\n', "above it"),
    ("core includes the kernel", "core/frame.h", "#include <linux/slab.h>\n", "core/env.h"),
    ("uapi includes the kernel", "uapi/stackanno.h", "#include <linux/slab.h>\n", "alone"),
    ("a second __KERNEL__", "core/env.h", "#ifdef __KERNEL__\n#elif defined(__KERNEL__)\n",
     "no more"),
    ("__KERNEL__ elsewhere in core", "core/frame.h", "#if defined(__KERNEL__)\n", "env.h's"),
    ("a version test", "capture.c", "#if LINUX_VERSION_CODE\n", "compat.h"),
    ("a config test", "capture.c", "#ifdef CONFIG_KASAN\n", "compat.h"),
    ("a config test by macro", "capture.c", "if (IS_ENABLED(CONFIG_KASAN))\n", "compat.h"),
    ("a module parameter", "capture.c", "module_param_named(a, b, int, 0);\n", "policy.c"),
    ("a search for symbols", "capture.c", "register_kprobe(&kp);\n", "ksyms.c"),
    ("includes in a ring", "capture.h", '#include "store.h"\n', "includes itself"),
    ("a quoted file that is not there", "capture.h", '#include "gone.h"\n', "not a file"),
    ("a drawer", "util.c", "\n", "named after"),
]


def complaints(files):
    """Return what check-layering prints of a module/ with these files."""
    with tempfile.TemporaryDirectory() as top:
        for name, text in files.items():
            path = pathlib.Path(top) / "module" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([TOP / "scripts/check-layering", top], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


class Layering(unittest.TestCase):
    def test_a_layered_module_is_taken(self):
        self.assertEqual(complaints(GOOD), (0, ""))

    def test_each_violation_is_found(self):
        ring = {"store.h": '#include "capture.h"\n'}
        for what, name, text, complaint in BAD:
            with self.subTest(what):
                extra = ring if "ring" in what else {}
                status, output = complaints({**GOOD, **extra, name: text})
                self.assertEqual(status, 1)
                self.assertIn(complaint, output)
                self.assertIn("module/", output)

    def test_an_empty_module_is_no_success(self):
        self.assertEqual(complaints({})[0], 1)
