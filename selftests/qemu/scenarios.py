# SPDX-License-Identifier: GPL-2.0-only
"""The table of scenarios: each way to bring a kernel down, and what must come of it.

A row names a trigger and what is expected, as data; what the expectations mean
stands in check.py and in the files it draws on.
"""

import functools

import check_asked
from check import Crash, check_crash
from scenario import Scenario

# Shell functions for the triggers.
SHELL = """
crash() { sh -c "echo '$*' > /sys/kernel/debug/sa_crash/trigger"; }
annotate() { sh -c "echo '$*' > /sys/kernel/debug/stackanno/annotate"; }
last() { put /sys/kernel/debug/stackanno/last "$1"; }
task() { for d in /proc/[0-9]*; do [ "$(cat $d/comm)" != "$1" ] || echo "${d#/proc/}"; done; }
# refused WORD...: print what comes of asking for something that is not to be had.
refused() { annotate "$@" 2>&1; echo "status $? of $*"; }
"""

# All of a report, readable, where nothing but the console survives.
LOUD = "console=full redact=none"


def crash(name, trigger="", *, fast=False, **expected):
    """Return the scenario of a crash that the machine survives."""
    crashed = Crash(**expected)
    return Scenario(name=name, modules=("sa_crash",), fast=fast, ends="poweroff",
                    trigger=f"{SHELL}{trigger or f'crash {name}'}\n",
                    check=functools.partial(check_crash, crash=crashed))


def fatal(name, trigger="", *, setup="", parameters=LOUD, **expected):
    """Return the scenario of a crash that ends in a panic."""
    expected.setdefault("console", "full" if "full" in parameters else "brief")
    crashed = Crash(panics=True, **expected)
    return Scenario(name=name, modules=("sa_crash",), ends="reset", setup=setup,
                    parameters=parameters, trigger=f"{SHELL}{trigger or f'crash {name}'}\n",
                    check=functools.partial(check_crash, crash=crashed))


def asked(name, trigger, check, **fields):
    """Return the scenario of a machine that does not crash."""
    return Scenario(name=name, modules=("sa_crash",), trigger=f"{SHELL}{trigger}", check=check,
                    **fields)


# The function-graph tracer on the chain, as an administrator switches it on.
FGRAPH = """cd /sys/kernel/tracing
echo 'sa_level*' > set_ftrace_filter
echo function_graph > current_tracer
"""

SCENARIOS = [
    crash("null-read", kind="null", fast=True),
    crash("null-call", kind="null", holds=("NULL",)),
    crash("rodata-write", kind="page", block="exception frame: page fault, write"),
    crash("gpf", kind="gpf", block="exception frame: general protection"),
    crash("divide", kind="divide", block="exception frame: divide error"),
    crash("bug", kind="bug", block="exception frame: invalid opcode"),
    crash("warn", kind="warn", reason="warn", block="exception frame: invalid opcode"),
    crash("kthread", kind="null", who="thread", user=False),
    crash("module-init", "insmod /payload/sa_init.ko", kind="null", who="init", user=False),
    crash("kprobe", "crash rehearse; crash kprobe; crash null-read; crash hits", kind="null"),
    crash("kretprobe", "crash rehearse; crash kretprobe; crash null-read", kind="null",
          rehearsed=True, holds=("return address replaced",)),
    crash("function-graph", f"crash rehearse\n{FGRAPH}crash null-read", kind="null",
          rehearsed=True, holds=("return address replaced",)),
    crash("all-probes", f"crash rehearse; crash kprobe; crash kretprobe\n{FGRAPH}crash null-read",
          kind="null", rehearsed=True, holds=("return address replaced",)),
    crash("kprobe-entry-crash", kind="null", who="probe"),
    crash("kretprobe-crash", kind="null", who="probe"),
    fatal("panic", kind="panic", reason="panic", block=""),
    fatal("panic-brief", "crash panic", parameters="", kind="panic", reason="panic"),
    fatal("overflow", kind="overflow", block="exception frame: double fault",
          stack_end="(intact|BROKEN), OVERFLOWED"),
    fatal("irq", kind="null", who="irq", interrupted="interrupted",
          holds=("hard irq", "interrupt frame: ")),
    fatal("softirq", kind="null", who="softirq", interrupted="interrupted",
          holds=("softirq", "interrupt frame: ")),
    fatal("nmi", "crash nmi & sleep 3; ask nmi; wait", kind="null", who="nmi",
          interrupted="interrupted", holds=("NMI",)),
    fatal("kprobe-inside-crash", kind="null", who="probe"),
    fatal("oops-then-panic", "crash null-read", setup="echo 1 > /proc/sys/kernel/panic_on_oops",
          parameters="", kind="null"),
    fatal("warn-then-panic", "crash warn", setup="echo 1 > /proc/sys/kernel/panic_on_warn",
          kind="warn-panic", reason="panic", block="exception frame: invalid opcode"),
]
