# SPDX-License-Identifier: GPL-2.0-only
"""Parameters of a module's functions, out of the BTF that came with it."""

import re

import check

# A task that sleeps in a function of the module: which was loaded before us, and, once more,
# behind us.
SIZE = 4321
TRIGGER = f"""
# slept NAME: a report of such a task, what it asked the kernel for, and what is kept of types.
slept() {{
	dd if=/dev/uhid of=/dev/null bs={SIZE} count=1 2> /dev/null & pid=$!; sleep 1
	annotate "pid $pid"; last "$1"; put /proc/$pid/syscall "syscall-$1"
	put /sys/kernel/debug/stackanno/stats "stats-$1"; kill $pid; wait
}}
slept before
rmmod uhid; put /sys/kernel/debug/stackanno/stats stats-gone
insmod /payload/uhid.ko
slept behind
"""


def _check_arguments(run, name):
    """Compare the arguments of the module's function with those of the system call."""
    report = check.asked(run, name, reason="task")
    if not report:
        return
    header = next((line for line in report.lines
                   if re.match(r" ?#\d+ .* uhid_char_read\(.*\[uhid\]$", line)), "")
    call = [int(word, 16) for word in run.out(f"syscall-{name}").split()[1:4]]
    given = dict(re.findall(r"(\w+)=(\w+)", header.partition("uhid_char_read(")[2]))
    run.expect(list(given)[:3] == ["file", "buffer", "count"], f"{name}: the parameters are named",
               header)
    run.expect(int(given.get("buffer", "0"), 16) == call[1] and call[2] == SIZE and
               given.get("count") == str(SIZE), f"{name}: and are those of the system call",
               f"{header}: {call}")
    run.expect(re.search(r"file=\w+ \{path=\"/uhid\", sb=\"devtmpfs\"\}", header),
               f"{name}: a pointer says what it leads to", header)


def check_types(run):
    """The types of a module come and go with it."""
    check.check_quiet(run)
    for name in ("before", "behind"):
        _check_arguments(run, name)
    before, gone, behind = (check.stats(run, f"stats-{name}")
                            for name in ("before", "gone", "behind"))
    modules, size = ([int(one[f"module_btf_{what}"]) for one in (before, gone, behind)]
                     for what in ("modules", "bytes"))
    run.expect(modules[0] == modules[1] + 1 == modules[2], "each module's types are counted",
               modules)
    run.expect(size[0] - size[1] > 1000 and size[0] == size[2],
               "their memory is given back with the module", size)
    run.expect(behind["modules_untyped"] == "0", "there was room for all", behind)
