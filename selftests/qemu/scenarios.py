# SPDX-License-Identifier: GPL-2.0-only
"""The table of scenarios: each way to bring a kernel down, and what must come of it.

A row names a trigger and what is expected, as data; what the expectations mean
stands in check.py and in the files it draws on.
"""

import functools

import check_argument
import check_asked
import check_cost
import check_frame
import check_kexec
import check_load
import check_memory
import check_nested
import check_offline
import check_patched
import check_pstore
import check_seed
import check_suspect
import check_symbols
import check_truth
import check_types
import check_values
from check import Crash, check_crash, check_hidden, check_loud
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


def crash(name, trigger="", *, fast=False, long=False, only=(), cmdline="", parameters="",
          **expected):
    """Return the scenario of a crash that the machine survives."""
    crashed = Crash(**expected)
    return Scenario(name=name, modules=("sa_crash",), fast=fast, long=long, only=only,
                    cmdline=cmdline, parameters=parameters, trigger=f"{SHELL}{trigger or f'crash {name}'}\n",
                    check=functools.partial(check_crash, crash=crashed))


def fatal(name, trigger="", *, setup="", cmdline="", parameters=LOUD, **expected):
    """Return the scenario of a crash that ends in a panic."""
    expected.setdefault("console", "full" if "full" in parameters else "brief")
    crashed = Crash(panics=True, **expected)
    return Scenario(name=name, modules=("sa_crash",), ends="reset", setup=setup, cmdline=cmdline,
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
    crash("null-read", kind="null", fast=True,
          holds=('{path="/sa_crash/trigger", sb="debugfs"}',)),
    crash("null-call", kind="null", holds=("called through a NULL pointer",), decode=True),
    crash("data-call", kind="page", holds=("not in kernel text",),
          block="exception frame: page fault, instruction fetch"),
    crash("memory", kind="null", more=check_memory.check_memory),
    crash("memory-kfence", "crash memory", kind="null", cmdline="kfence.sample_interval=1",
          only=("6.12",), more=check_memory.check_fenced),
    crash("compiled", kind="null", more=check_frame.check_compiled),
    crash("values", kind="null", more=check_values.check_values),
    crash("arguments", kind="null", more=check_argument.check_arguments),
    crash("suspect-pointer", kind="null", suspects=2, more=check_suspect.check_pointer),
    crash("suspect-constant", kind="null", suspects=2, more=check_suspect.check_constant),
    crash("suspect-return", kind="null", suspects=2, more=check_suspect.check_return),
    crash("suspect-edge", kind="null", suspects=1, more=check_suspect.check_edge),
    crash("suspect-argument", kind="null", suspects=2, more=check_suspect.check_argument),
    crash("suspect-size", kind="null", suspects=2, more=check_suspect.check_size),
    crash("suspect-registers", kind="warn", reason="warn", who="probe", suspects=1,
          block="exception frame: breakpoint", more=check_suspect.check_registers),
    crash("tail-call", kind="null", more=check_suspect.check_tail),
    crash("overrun", kind="null", suspects=2, more=check_frame.check_overrun_console),
    fatal("overrun-return", kind="panic", reason="panic", block="", suspects=2,
          more=check_frame.check_overrun),
    crash("loud", "crash null-read", parameters=LOUD, kind="null", console="full",
          more=check_loud),
    crash("redact-all", "crash null-read", parameters="redact=all", kind="null",
          more=check_hidden),
    crash("rodata-write", kind="page", block="exception frame: page fault, write"),
    crash("gpf", kind="gpf", block="exception frame: general protection"),
    crash("divide", kind="divide", block="exception frame: divide error"),
    crash("bug", kind="bug", block="exception frame: invalid.opcode"),
    crash("warn", kind="warn", reason="warn", block="exception frame: invalid.opcode"),
    crash("kfence", "crash freed-read", kind="kfence", reason="kfence", only=("6.12",),
          cmdline="kfence.sample_interval=1"),
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
    # One byte behind the breakpoint, where the registers point, the frame is another one.
    crash("kprobe-push", kind="warn", reason="warn", who="probe", interrupted="outer",
          block="exception frame: breakpoint", more=check_patched.check_push),
    fatal("panic", kind="panic", reason="panic", block="", decode=True),
    fatal("panic-brief", "crash panic", parameters="", kind="panic", reason="panic"),
    # So much at once that the log would drop lines before the console had them.
    fatal("overflow", cmdline="log_buf_len=1M", kind="overflow",
          block="exception frame: double fault",
          stack_end="(intact|BROKEN), OVERFLOWED"),
    fatal("irq", kind="null", who="irq", interrupted="interrupted",
          holds=("hard irq", "interrupt frame: ")),
    fatal("irq-in-user-mode", "taskset 2 sh -c 'echo irq-later > "
          "/sys/kernel/debug/sa_crash/trigger; while :; do :; done'", kind="null", who="irq",
          calls="", holds=("interrupt frame: ", "user mode", "hard irq")),
    fatal("broken-end", kind="null", stack_end="BROKEN", suspects=1,
          holds=("its end magic is broken",)),
    fatal("softirq", kind="null", who="softirq", interrupted="interrupted",
          holds=("softirq", "interrupt frame: ")),
    fatal("nmi", "crash nmi & sleep 3; ask nmi; wait", kind="null", who="nmi",
          interrupted="interrupted", holds=("NMI",)),
    fatal("kprobe-inside-crash", kind="null", who="probe"),
    fatal("oops-then-panic", "crash null-read", setup="echo 1 > /proc/sys/kernel/panic_on_oops",
          parameters="", kind="null"),
    fatal("warn-then-panic", "crash warn", setup="echo 1 > /proc/sys/kernel/panic_on_warn",
          kind="warn-panic", reason="panic", block="exception frame: invalid.opcode"),
    asked("sleeper", """crash sleep; pid=$(task sa_sleeper)
                        annotate "pid $pid"; last by-pid; annotate "tid $pid"; last by-tid
                        crash end""", check_asked.check_sleeper),
    asked("spinner", """crash spin; pid=$(task sa_spinner)
                        annotate cpu 1; last by-cpu; annotate "pid $pid"; last by-pid
                        crash end""", check_asked.check_spinner),
    # Now and then a worker has something to do there.
    asked("idle-cpu", """taskset -p 1 $$ > /dev/null; number=0
                         while [ $((number += 1)) -le 20 ]; do
                                 annotate cpu 1
                                 grep -q 'comm "swapper/1"' /sys/kernel/debug/stackanno/last && break
                                 sleep 0.2
                         done; last by-cpu""",
          check_asked.check_idle),
    asked("self", "annotate self; last self", check_asked.check_self),
    asked("user-task", """sleep 1000 & pid=$!; sleep 1; annotate "pid $pid"; last by-pid
                          put /proc/$pid/syscall; put /proc/$pid/stack; kill $pid""",
          check_asked.check_user_task),
    asked("reading", """(number=0; while [ $((number += 1)) -le 300 ]; do annotate self; done) &
                        number=0
                        while [ $((number += 1)) -le 12 ]; do
                                cat /sys/kernel/debug/stackanno/raw; sleep 0.2
                        done > /tmp/raws; put /tmp/raws; wait""", check_asked.check_reading),
    asked("warn-off", """crash warn; sleep 1; put /sys/kernel/debug/stackanno/records records-off
                         echo 1 > /sys/module/stackanno/parameters/warn
                         crash warn; sleep 1""", check_asked.check_warn_off,
          parameters="warn=0"),
    asked("blocked", "crash sleep; annotate clear; annotate blocked",
          check_asked.check_blocked),
    asked("churner", """crash churn; pid=$(task sa_churner); number=0
                        while [ $((number += 1)) -le 100 ]; do
                                annotate "pid $pid"; cat /sys/kernel/debug/stackanno/last
                        done > /tmp/all; put /tmp/all; crash end""", check_asked.check_churner),
    asked("hang", "crash sleep; sleep 7; crash end", check_asked.check_hang,
          setup="""echo 2 > /proc/sys/kernel/hung_task_timeout_secs
                   echo 1 > /proc/sys/kernel/hung_task_warnings"""),
    asked("sysrq", """key=$(sed -n 's/^trigger_sysrq.//p' /sys/kernel/debug/stackanno/stats)
                      echo ${key%: 1} > /proc/sysrq-trigger; sleep 1""", check_asked.check_sysrq),
    asked("two-cpus", "crash two-cpus", check_asked.check_two),
    asked("crash-meanwhile", """crash meanwhile stackanno_role_frame
                                taskset -p 1 $$ > /dev/null; annotate self""",
          check_asked.check_meanwhile),
    asked("first-kept", """crash null-read; number=0
                           while [ $((number += 1)) -lt 10 ]; do crash gpf; done""",
          check_asked.check_first_kept),
    asked("records-1", """crash null-read; number=0
                          while [ $((number += 1)) -lt 10 ]; do crash gpf; done""",
          check_asked.check_first_kept, parameters="records=1"),
    asked("silent", "crash null-read", check_asked.check_silent, parameters="console=off"),
    asked("lockdown", """mount -t securityfs securityfs /sys/kernel/security
                         exec 7> /sys/kernel/debug/sa_crash/trigger
                         exec 8< /sys/kernel/debug/stackanno/last
                         echo confidentiality > /sys/kernel/security/lockdown || exit 1
                         sh -c 'echo null-read >&7'; cat <&8 > /tmp/last-open
                         put /tmp/last-open; cat /sys/kernel/debug/stackanno/raw""",
          check_asked.check_lockdown, parameters=LOUD),
    asked("budget", "crash null-read", check_asked.check_budget, parameters="budget_us=1"),
    asked("cost", """echo 0 > /proc/sys/kernel/printk
                     crash cost
                     dmesg | sed -n 's/.*sa_cost: //p' > /tmp/cost; put /tmp/cost; last last
                     echo 7 > /proc/sys/kernel/printk""",
          check_cost.check_cost, parameters="console=off"),
    asked("parameters", check_asked.TRY_PARAMETERS, check_asked.check_parameters),
    Scenario(name="crash-kernel", modules=("sa_crash",), ends="reset", memory=1024, timeout=300,
             cmdline="crashkernel=256M", setup="echo 1 > /proc/sys/kernel/panic_on_oops",
             files=check_kexec.FILES, check=check_kexec.check_takeover,
             trigger=f"{SHELL}/payload/crash_kernel /payload/vmlinuz && crash null-read"),
    # crash of Debian 12 knows the tasks of an idle CPU alone, and four-level page tables.
    Scenario(name="offline", modules=("sa_crash",), ends="reset", parameters=LOUD, memory=256,
             cpu="max,la57=off", dump=True, only=("6.1",), check=check_offline.check_dump,
             trigger="taskset 2 sh -c 'echo irq-later > /sys/kernel/debug/sa_crash/trigger'"
             "; sleep 30"),
    Scenario(name="memory-truth", modules=("sa_crash",), ends="reset", memory=256, cpu="max,la57=off",
             dump=True, only=("6.1",), check=check_memory.check_truth, parameters=LOUD,
             setup="echo 1 > /proc/sys/kernel/panic_on_oops",
             trigger=f"{SHELL}{check_memory.BUSY}put /tmp/tasks; "
             "taskset 2 sh -c 'echo irq-later > /sys/kernel/debug/sa_crash/trigger'; sleep 30"),
    Scenario(name="module-types", modules=("sa_crash",), stock_modules=("uhid",),
             trigger=f"{SHELL}{check_types.TRIGGER}", check=check_types.check_types),
    asked("symbols", "crash null-read; cat /proc/kallsyms > /tmp/kallsyms; put /tmp/kallsyms",
          check_symbols.check_symbols),
    asked("kallsyms", """put /sys/kernel/debug/stackanno/stats stats-found; rmmod stackanno
                         address=$(sed -n 's/ T kallsyms_lookup_name$//p' /proc/kallsyms)
                         insmod /payload/stackanno.ko kallsyms=0x$address
                         put /sys/kernel/debug/stackanno/stats stats-given
                         annotate self; last self""", check_asked.check_kallsyms),
    asked("nested-asked", """crash nested stackanno_identify_words
                             annotate self; crash hits; echo after > /dev/kmsg""",
          check_nested.check_asked),
    asked("nested-oops", """crash nested stackanno_identify_words
                            crash null-read; crash hits; echo after > /dev/kmsg""",
          check_nested.check_oops),
    asked("nested-print", """crash nested stackanno_console_print
                             crash null-read; crash hits; echo after > /dev/kmsg""",
          check_nested.check_print),
    asked("open-reader", """exec 5< /sys/kernel/debug/stackanno/last
                            exec 6< /sys/kernel/debug/stackanno/raw
                            annotate self
                            rmmod stackanno 2>&1; echo "unloaded while open: $?"
                            cat <&5 > /tmp/read; put /tmp/read; exec 5<&- 6<&-
                            rmmod stackanno; echo "unloaded: $?"
                            ls /sys/kernel/debug/stackanno 2>&1""",
          check_load.check_open_reader),
    asked("kprobe-breakpoints", check_patched.BREAKPOINTS, check_patched.check_breakpoints),
    asked("kprobe-jumps", check_patched.JUMPS, check_patched.check_jumps),
    asked("kprobe-garbage", check_patched.GARBAGE, check_patched.check_garbage),
    asked("traced", check_patched.TRACED, check_patched.check_traced),
    asked("mitigations-auto", check_patched.PLAIN, check_patched.check_plain,
          cmdline="mitigations=auto", parameters="records=64"),
    asked("mitigations-off", check_patched.PLAIN, check_patched.check_plain,
          cmdline="mitigations=off", parameters="records=64"),
    asked("livepatch", check_patched.LIVEPATCH, check_patched.check_livepatch),
    asked("bpf-calls", "crash warn-in bpf_skb_load_bytes; /payload/bpf_filter calls; sleep 1",
          check_patched.check_bpf, files=check_patched.FILES),
    asked("bpf-classic", """crash warn-in bpf_skb_load_helper_32
                            /payload/bpf_filter classic; sleep 1""",
          check_patched.check_classic, files=check_patched.FILES),
    asked("healthy", check_asked.WATCH_ALL, check_asked.check_healthy, timeout=600),
    asked("frames", check_frame.CRASHES, check_frame.check_frames, timeout=600),
    Scenario(name="live-truth", modules=("sa_truth",), parameters="records=64", timeout=1200,
             only=("6.1",), files=check_truth.FILES, trigger=check_truth.SAMPLE,
             check=check_truth.check_sample),
    Scenario(name="live-truth-full", modules=("sa_truth",), parameters="records=64",
             timeout=9000, long=True, files=check_truth.FILES, trigger=check_truth.FULL,
             check=check_truth.check_full),
    Scenario(name="live-watch-full", parameters="records=64", timeout=9000, long=True,
             files=check_truth.FILES, trigger=check_truth.WATCH, check=check_truth.check_watch),
    Scenario(name="seeds", modules=("sa_crash", "sa_seed_faults"), parameters="console=off",
             cmdline="slub_debug=P,kmalloc-256", trigger=f"{SHELL}{check_seed.SEEDS}",
             check=check_seed.check_seeds, timeout=600),
    asked("load-1000", check_load.LOADS, check_load.check_loads, timeout=1800),
    Scenario(name="pstore-die", modules=("sa_crash",), stock_modules=(check_pstore.RAMOOPS,),
             cmdline=check_pstore.CMDLINE, ends="reset", after_reset=check_pstore.COLLECT,
             trigger=f"{SHELL}{check_pstore.BEHIND_US}crash null-read; ask reset; sleep 60",
             check=functools.partial(check_pstore.check_report, kind="null", who="self")),
    Scenario(name="pstore-panic", modules=("sa_crash",), stock_modules=(check_pstore.RAMOOPS,),
             cmdline=check_pstore.CMDLINE, ends="reset", after_reset=check_pstore.COLLECT,
             trigger=f"{SHELL}{check_pstore.BEHIND_US}crash panic",
             check=functools.partial(check_pstore.check_report, kind="panic", who="self")),
]
