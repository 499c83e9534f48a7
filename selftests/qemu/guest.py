# SPDX-License-Identifier: GPL-2.0-only
"""From a scenario to a guest: its kernel, what it gets in /payload, its boot."""

import pathlib
import subprocess

import initramfs
import verdict
import vm

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent


def _output(*command):
    return subprocess.run([TOP / command[0], *command[1:]], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def known_lines():
    """Return the release lines there are kernels of, as ["6.1", ...]."""
    return _output("scripts/kernel", "--list").split()


def build_reader():
    """Build the reader on the host, build/host/stackanno, which checks call.

    Raises subprocess.CalledProcessError when it does not build.
    """
    subprocess.run(["make", "-s", "--no-print-directory", "-C", TOP / "userspace", "all"],
                   check=True, stdout=subprocess.DEVNULL)


class Kernel:
    """A kernel of a release line, fetched, and the modules, built for it.

    Raises subprocess.CalledProcessError when one of the two cannot be had.
    """

    def __init__(self, line):
        self.line = line
        self.directory = pathlib.Path(_output("scripts/kernel", line))
        self.release = (self.directory / "release").read_text().strip()
        self.objects = pathlib.Path(_output("scripts/build-module", line))


def payload(scenario, kernel, with_stackanno=True):
    """Return what the guest of a scenario gets in /payload, as initramfs.build() takes it.

    Raises OSError for a file that is not there, KeyError for a stock module.
    """
    found, load = {}, []
    parameters = dict(entry.partition(" ")[::2] for entry in scenario.stock_modules)
    for path in initramfs.stock_modules(kernel.directory, list(parameters)):
        name = path.name.removesuffix(".xz").removesuffix(".ko")
        found[path.name] = path
        load.append(f"{name} {parameters.get(name.replace('-', '_'), '')}")
    if with_stackanno:
        found["stackanno.ko"] = kernel.objects / "stackanno.ko"
        load.append(f"stackanno {scenario.parameters}")
    # All test modules are in the guest: a trigger may load one itself.
    for path in (kernel.objects / "selftests/modules").glob("*.ko"):
        found[path.name] = path
    load += scenario.modules
    for name, source in scenario.files.items():
        found[name] = TOP / source
    for name, text in (("setup", scenario.setup), ("trigger", scenario.trigger),
                       ("after-reset", scenario.after_reset or ""), ("ends", scenario.ends),
                       ("load", "\n".join(load)), ("collect", " ".join(scenario.collect))):
        found[name] = text + "\n"
    found["stage.sh"] = HERE / "guest/stage.sh"
    for stage in (1, 2):
        found[f"stage-{stage}"] = f"sh /payload/stage.sh {stage}\n"
    return found


def boot(scenario, kernel, directory, with_stackanno=True):
    """Run one machine of a scenario, its results in directory. Return as verdict.judge()."""
    image = initramfs.build(payload(scenario, kernel, with_stackanno))
    stages = 2 if scenario.after_reset is not None else 1
    machine = vm.Machine(kernel.directory, image, directory, options=scenario.cmdline,
                         stages=stages, timeout=scenario.timeout, memory=scenario.memory,
                         cpus=scenario.cpus, cpu=scenario.cpu, dump=scenario.dump).run()
    return verdict.judge(machine, "poweroff" if stages == 2 else scenario.ends)
