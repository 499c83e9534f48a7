# SPDX-License-Identifier: GPL-2.0-only
"""What a scenario is, and what its check is given. The table is scenarios.py."""

import dataclasses
import pathlib
import typing


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One way to bring a kernel down, or nearly, and what must come of it.

    name:          unique, of letters, digits and '-'
    trigger:       shell commands, run in the guest as a process of their own, which
                   may die; what they print becomes diagnostics in ktap.log
    check:         called as check(run) once the machine came to the expected end
    cmdline:       words for the kernel's command line
    parameters:    parameters of stackanno.ko
    modules:       test modules, each "name [parameters]", loaded after stackanno
    stock_modules: the kernel's own modules to have in the guest and to load first, each
                   "name [parameters]"
    setup:         shell commands before any module is loaded; a failure ends the scenario
    collect:       files of the guest to send beside the usual ones
    ends:          "poweroff", or "reset" where the trigger is to panic the machine
    after_reset:   shell commands for a second boot after that reset (RAM survives it),
                   whose machine then is to end in poweroff
    files:         {path below /payload: host's path below the top of the tree}
    control:       boot once more, the same but without stackanno; check finds that run
                   in run.control
    timeout:       seconds for one machine
    memory:        MiB
    cpus:          number of them
    cpu:           QEMU's name of their model, with what is switched on and off
    dump:          keep the memory as it is in the end, as an ELF file "dump"
    only:          release lines to run on; empty for all
    fast:          belongs to make check-fast
    long:          runs only when it is named: it has a command of its own
    """

    name: str
    trigger: str
    check: typing.Callable
    cmdline: str = ""
    parameters: str = ""
    modules: tuple = ()
    stock_modules: tuple = ()
    setup: str = ""
    collect: tuple = ()
    ends: str = "poweroff"
    after_reset: str | None = None
    files: dict = dataclasses.field(default_factory=dict)
    control: bool = False
    timeout: int = 180
    memory: int = 512
    cpus: int = 2
    cpu: str = "max"
    dump: bool = False
    only: tuple = ()
    fast: bool = False
    long: bool = False


class Run:
    """One run of a scenario on one kernel, for its check to look at.

    line, release: of the kernel, as "6.1" and the full release
    dir:           the directory with console.log, ktap.log and out/
    control:       the Run without stackanno, or None
    objects:       directory with the unstripped stackanno.ko and selftests/modules/*.ko
    kernel:        directory of scripts/kernel
    """

    def __init__(self, scenario, line, release, directory, *, control=None, objects=None,
                 kernel=None):
        self.scenario = scenario
        self.line = line
        self.release = release
        self.dir = pathlib.Path(directory)
        self.control = control
        self.objects = objects
        self.kernel = kernel
        self.results = []

    @property
    def console(self):
        """The kernel's log as the serial console showed it, from the trigger on."""
        return (self.dir / "console.log").read_text(encoding="utf-8", errors="replace").replace(
            "\r", "")

    @property
    def ktap(self):
        """What the guest printed on ttyS1: KTAP, with the trigger's output as diagnostics."""
        return (self.dir / "ktap.log").read_text(encoding="utf-8", errors="replace")

    def path(self, name):
        """Return the path of a file that the guest sent, whether it is there or not."""
        return self.dir / "out" / name

    def out(self, name):
        """Return the text of a file that the guest sent; raises FileNotFoundError."""
        return self.path(name).read_text(encoding="utf-8", errors="replace")

    def raw(self, name="raw"):
        """Return the bytes of a file that the guest sent; raises FileNotFoundError."""
        return self.path(name).read_bytes()

    def expect(self, holds, what, detail=""):
        """Note one assertion: what is the behaviour that must hold. Return whether it does."""
        self.results.append((bool(holds), what, str(detail)))
        return bool(holds)
