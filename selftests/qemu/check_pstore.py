# SPDX-License-Identifier: GPL-2.0-only
"""A report that is still there when the machine comes up again."""

import check_log
import check_text
import logrules
from check_known import Facts

# Memory that the kernel leaves alone, and that a reset does not touch.
_ADDRESS = 0x10000000
CMDLINE = f"memmap=2M${_ADDRESS:#x}"
RAMOOPS = f"ramoops mem_address={_ADDRESS:#x} mem_size=0x200000 record_size=0x20000"

# Dumpers run in the order they came: pstore keeps our report when it comes behind us.
BEHIND_US = f"rmmod ramoops; insmod /payload/{RAMOOPS.replace(' ', '.ko ', 1)}\n"
COLLECT = "for file in /sys/fs/pstore/*; do put $file kept-${file##*/}; done\n"


def check_report(run, kind, who):
    """Assert that what pstore kept holds the kernel's report and all of ours."""
    kept = sorted(run.path("").glob("kept-dmesg-ramoops-*"))
    if not run.expect(kept, "pstore has kept a log", [path.name for path in
                                                      run.path("").iterdir()]):
        return
    text = "\n".join(path.read_text(errors="replace") for path in kept)
    bodies = check_log.split(text)
    sequence = check_log.SEQUENCES[kind]
    sequence = sequence[:sequence.index(check_log.END) + 1] if check_log.END in sequence \
        else sequence
    lost = check_log.missing(logrules.without_ours(bodies), sequence)
    run.expect(lost is None, "the kernel's own report is kept", f"no line for {lost}")
    heads, lines = check_log.reports(bodies)
    run.expect(len(heads) == 1, "our report is kept, once", heads)
    first = [line for line in run.console.splitlines() if "Linux version" not in line]
    _, printed = check_log.reports(check_log.split("\n".join(first)))
    run.expect(printed and lines == printed, "every line of it that the console had",
               "\n".join(sorted(set(printed) - set(lines))))
    reports = [report for report in check_text.console(text) if report.frames]
    if run.expect(len(reports) == 1, "it can be read", len(reports)):
        names = {frame.slot: frame.name for frame in reports[0].frames}
        known = [fact for fact in Facts(run.console, who).of("ret") if fact["into"] != "-"]
        wrong = [fact for fact in known if names.get(fact["addr"]) != fact["into"]]
        run.expect(known and not wrong, "its frames are those of the chain", wrong[:4])
