# SPDX-License-Identifier: GPL-2.0-only
"""The commands of the Makefile and of scripts/, and what they say when something is missing."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]


def run(*command, cwd=TOP, path=None, **environment):
    """Run a command, path's programs before all others. Return (status, output)."""
    variables = {**os.environ, **environment}
    # A test that make itself runs is not to hand make's own variables on.
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "KDIR", "DESTDIR"):
        variables.pop(name, None)
    variables.update(environment)
    if path:
        variables["PATH"] = f"{path}:{variables['PATH']}"
    done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=variables)
    return done.returncode, done.stdout


class Temporary(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = pathlib.Path(directory.name)

    def program(self, name, script):
        """Put a program in the place of another one, for run(path=self.path / "bin")."""
        file = self.path / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def copy_tree(self):
        """Copy the sources, without anything that was built. Return where to."""
        tree = self.path / "tree"
        names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=TOP,
                               check=True, text=True, stdout=subprocess.PIPE).stdout
        for name in filter(None, names.split("\0")):
            source, target = TOP / name, tree / name
            if source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(source.read_bytes())
                target.chmod(source.stat().st_mode)
        return tree


class Missing(Temporary):
    """What is said where something is missing."""

    def test_deps_without_root_names_the_packages(self):
        self.program("dpkg-query", "exit 1")
        self.program("id", "echo 1000")
        status, output = run("scripts/deps", "qemu", path=self.path / "bin")
        self.assertEqual(status, 1)
        self.assertRegex(output, r"not root.*apt-get install .*qemu-system-x86")

    def test_deps_without_apt_says_so(self):
        for name in ("dpkg-query", "apt-get"):
            self.program(name, "exit 1")
        status, output = run("scripts/deps", "qemu", path=self.path / "bin")
        self.assertEqual(status, 1)
        self.assertRegex(output, r"apt-get could not install: .*qemu-system-x86")

    def test_deps_without_any_package_manager_names_what_is_needed(self):
        bare = self.path / "bare"
        bare.mkdir()
        for name in ("bash", "cat", "id", "sort", "tr"):
            (bare / name).symlink_to(shutil.which(name))
        status, output = run("/bin/bash", "scripts/deps", "qemu", PATH=str(bare))
        self.assertEqual(status, 1)
        self.assertRegex(output, r"no dpkg here.*busybox-static.*qemu-system-x86")

    def test_deps_of_an_unknown_job(self):
        status, output = run("scripts/deps", "nonsense")
        self.assertEqual(status, 2)
        self.assertIn("unknown job 'nonsense'", output)

    def test_deps_installs_only_what_is_missing(self):
        self.program("dpkg-query", 'case "$*" in *busybox*) exit 1;; esac; echo installed')
        self.program("id", "echo 0")
        self.program("apt-get", f'echo "$@" >> {self.path}/asked')
        status, _ = run("scripts/deps", "qemu", path=self.path / "bin")
        self.assertEqual(status, 0)
        self.assertEqual((self.path / "asked").read_text().split()[-1], "busybox-static")
        self.assertNotIn("qemu", (self.path / "asked").read_text())

    def test_the_module_without_headers(self):
        status, output = run("make", "module", f"KDIR={self.path}/none")
        self.assertNotEqual(status, 0)
        self.assertRegex(output, r"none holds no kernel headers.*linux-headers-")

    def test_an_unknown_kernel(self):
        for command in (("scripts/kernel", "5.99"), ("selftests/qemu/run", "--kernel", "5.99"),
                        ("scripts/demo", "--kernel", "5.99")):
            with self.subTest(command[0]):
                status, output = run(*command)
                self.assertNotEqual(status, 0)
                self.assertRegex(output, r"5\.99.*known: 6\.1, 6\.12")

    def test_an_unknown_demo(self):
        status, output = run("scripts/demo", "earthquake")
        self.assertNotEqual(status, 0)
        self.assertRegex(output, r"earthquake.*known: oops, panic, warn, task")

    def test_a_demo_whose_machine_does_not_start(self):
        self.program("qemu-system-x86_64", "echo out of order >&2; exit 1")
        status, output = run("scripts/demo", path=self.path / "bin")
        self.assertEqual(status, 1)
        self.assertIn("out of order", output)

    def test_an_unknown_scenario(self):
        status, output = run("selftests/qemu/run", "--only", "nonsense")
        self.assertNotEqual(status, 0)
        self.assertIn("no scenario 'nonsense'", output)

    def test_help_names_every_target(self):
        status, output = run("make", "help")
        self.assertEqual(status, 0)
        phony = re.search(r"^\.PHONY: (.*)$", (TOP / "Makefile").read_text(), re.MULTILINE)[1]
        for target in phony.split():
            self.assertRegex(output, rf"(?m)^  {target} +\S")


class Kernels(Temporary):
    """The cache of kernels."""

    def tree_without_network(self):
        tree = self.path / "tree"
        (tree / "scripts").mkdir(parents=True)
        (tree / "scripts/kernel").write_bytes((TOP / "scripts/kernel").read_bytes())
        (tree / "scripts/kernel").chmod(0o755)
        for name in ("apt-get", "apt-cache"):
            self.program(name, "echo no network >&2; exit 100")
        return tree

    def test_a_second_run_needs_no_network(self):
        tree = self.tree_without_network()
        (tree / "build").mkdir()
        (tree / "build/kernels").symlink_to(TOP / "build/kernels")
        (tree / "build/source").mkdir()
        for line in ("6.1", "6.12"):
            status, output = run(tree / "scripts/kernel", line, path=self.path / "bin")
            self.assertEqual(status, 0, output)
            directory = pathlib.Path(output.strip())
            for name in ("vmlinuz", "config", "modules/modules.dep", "build/Makefile"):
                self.assertTrue((directory / name).exists(), name)
            self.assertTrue((directory / "release").read_text().startswith(line + "."))

    def test_the_first_run_without_network_leaves_nothing_behind(self):
        tree = self.tree_without_network()
        status, output = run(tree / "scripts/kernel", "6.1", path=self.path / "bin")
        self.assertEqual(status, 1)
        self.assertIn("6.1: not in the cache, and not to be had from apt", output)
        self.assertEqual(list((tree / "build/kernels").iterdir()), [])

    def test_headers_work_from_the_cache_alone(self):
        for line in ("6.1", "6.12"):
            makefile = (TOP / "build/kernels" / line / "build/Makefile").read_text()
            self.assertNotIn(" /usr/src", makefile)


@unittest.skipIf(os.environ.get("CHECK_FAST"), "it takes long")
class Demo(unittest.TestCase):
    """make demo, each way in."""

    # (the demo, what must stand in what it prints, in this order)
    VIEWS = [
        ("oops", ["BUG: kernel NULL pointer dereference", "---[ end trace", "sa_level8+0x",
                  "stackanno: ", "/last", "at ffff", "[ret sa_level7+0x"]),
        ("panic", ["Kernel panic", "stackanno: ", "sa_level8+0x"]),
        ("warn", ["WARNING: ", "---[ end trace", "stackanno: ", "/last", "[ret sa_level7+0x"]),
        ("task", ["/last", 'comm "sa_sleeper"', "[ret sa_level7+0x"]),
    ]

    def test_each_shows_its_views(self):
        for line in ("6.1", "6.12"):
            for what, views in self.VIEWS:
                with self.subTest(what, kernel=line):
                    status, output = run("scripts/demo", "--kernel", line, what)
                    self.assertEqual(status, 0, output)
                    at = 0
                    for view in views:
                        self.assertIn(view, output[at:])
                        at = output.index(view, at) + len(view)


@unittest.skipIf(os.environ.get("CHECK_FAST"), "it takes long")
class Build(Temporary):
    """As any out-of-tree module."""

    def test_build_install_clean(self):
        tree = self.copy_tree()
        before = sorted(path.relative_to(tree) for path in tree.rglob("*"))
        for line in ("6.1", "6.12"):
            kernel = TOP / "build/kernels" / line
            release = (kernel / "release").read_text().strip()
            headers = f"KDIR={kernel}/build"
            with self.subTest(line):
                status, output = run("make", headers, cwd=tree)
                self.assertEqual(status, 0, output)
                self.assertTrue((tree / "stackanno.ko").exists())
                root = self.path / f"root-{line}"
                status, output = run("make", headers, f"DESTDIR={root}", "prefix=/usr", "install",
                                     cwd=tree)
                self.assertEqual(status, 0, output)
                found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
                self.assertTrue(any(re.match(rf"lib/modules/{re.escape(release)}/.*/stackanno\.ko",
                                             name) for name in found), found)
                self.assertIn("usr/sbin/stackanno", found)
                self.assertTrue(any(re.match(r"usr/share/man/man\d/stackanno\.\d", name)
                                    for name in found), found)
                status, output = run("make", headers, "clean", cwd=tree)
                self.assertEqual(status, 0, output)
                after = sorted(path.relative_to(tree) for path in tree.rglob("*")
                               if path.name != "build" and tree / "build" not in path.parents)
                self.assertEqual(after, before)
