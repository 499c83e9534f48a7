# SPDX-License-Identifier: GPL-2.0-only
"""Reports that were asked for, and other runs in which nothing crashes."""

import re

import check
import check_known
import check_log
import check_record
import check_text
from check_known import Facts


def _chain(run, report, who, *, registers=False, task=True):
    """Assert all that is known of a chain of a task that is alive; return its facts."""
    facts = Facts(run.console, who)
    if task:
        check_known.check_task(run, report, facts)
    check_known.check_stack(run, report, facts)
    check_known.check_returns(run, report, facts)
    check_known.check_locals(run, report, facts)
    if registers:
        check_known.check_registers(run, report, facts, span=True)
    return facts


def check_sleeper(run):
    """A task in uninterruptible sleep, by its number as a process and as a thread."""
    check.check_quiet(run)
    for name in ("by-pid", "by-tid"):
        report = check.asked(run, name, reason="task")
        if report:
            _chain(run, report, "sleeper")
            run.expect(not report.has("at the time") and not report.has("doubtful"),
                       "nothing about it is doubtful", "\n".join(report.lines[:8]))
            # Whoever sleeps has set its own state.
            held = [word for word in report.words.values() if "=current" in word.label]
            run.expect(any(word.value == report.task and word.is_certain() for word in held),
                       f"{name}: a word is its task, by its functions' code", held)


def check_spinner(run):
    """A task that runs on another CPU, by the CPU's number and by its own."""
    check.check_quiet(run)
    for name, reason in (("by-cpu", "cpu"), ("by-pid", "task")):
        report = check.asked(run, name, reason=reason)
        if report:
            _chain(run, report, "spinner", registers=True)
            run.expect(any(block.startswith("interrupt frame") for block in report.blocks),
                       "the interrupt that asked it is named", report.blocks)


def check_idle(run):
    """A CPU that has nothing to do."""
    check.check_quiet(run)
    report = check.asked(run, "by-cpu", reason="cpu")
    if report:
        run.expect(report.comm.startswith("swapper/"), "the idle task is shown", report.lines[:1])
        run.expect(report.frames and not report.has("doubtful"), "its frames are known",
                   "\n".join(report.lines[:12]))


def check_self(run):
    """The task that asks."""
    check.check_quiet(run)
    report = check.asked(run, "self", reason="self")
    if not report:
        return
    names = {frame.name for frame in report.frames}
    run.expect({"vfs_write", "ksys_write"} <= names, "it is in its write", names)
    mode = [word for word in report.words.values() if word.label == "cs {user code}"]
    run.expect(len(mode) == 1, "its registers of user mode are there", mode)
    run.expect(any(word.label == "orig_ax {syscall 1 write}" for word in report.words.values()),
               "with the system call that it is in", "")


def check_user_task(run):
    """A process that waits in a system call, against what the kernel itself says of it."""
    check.check_quiet(run)
    report = check.asked(run, "by-pid", reason="task")
    if not report:
        return
    said = run.out("syscall").split()
    names = ("orig_ax", "di", "si", "dx", "r10", "r8", "r9", "sp", "ip")
    labelled = {word.label.split()[0]: word.value for word in report.words.values()
                if word.label and word.block.startswith("syscall frame")}
    wrong = [(name, text, labelled.get(name)) for name, text in zip(names, said)
             if labelled.get(name) != int(text, 0)]
    run.expect(len(said) == len(names) and not wrong,
               "its registers of user mode are those that the kernel knows", f"{said} {wrong}")
    kernels = [line.split()[1].partition("+")[0] for line in run.out("stack").splitlines()]
    ours = [frame.name for frame in report.frames if frame.certain]
    run.expect(kernels and ours[-len(kernels):] == kernels,
               "its frames are those that the kernel knows", f"{kernels}\n{ours}")


def check_reading(run):
    """Files that are read while records are made: each record is whole."""
    check.check_quiet(run)
    data, records = run.raw("raws"), []
    try:
        records = check_record.read(data)
    except (check_record.Damaged, ValueError) as error:
        run.expect(False, "every record that was read is whole", error)
    run.expect(len(records) > 20, "records were read", len(records))
    ids = {record.head["id"] for record in records}
    run.expect(len(ids) > 8, "while others were made", len(ids))
    counted = [record for record in records
               if record.head["words"] != len(record.entries("WORDS"))]
    run.expect(not counted, "each has the words that it says it has", len(counted))
    listed = check.listed(run, "raws")
    run.expect(len(listed) == len(records), "the reader takes them all",
               f"{len(listed)} of {len(records)}")


def check_warn_off(run):
    """Warnings that are not to be recorded, until they are."""
    check_log.check_kernel(run, "warn", crashes=2)
    run.expect(len(run.out("records-off").splitlines()) == 1, "with warn=0 there is no record",
               run.out("records-off"))
    lines = run.out("records").splitlines()
    run.expect(len(lines) == 2 and " warn " in lines[1], "with warn=1 there is one", lines)
    check_log.check_brief(run, 1)


def check_blocked(run):
    """All tasks in uninterruptible sleep: one record each."""
    check.check_quiet(run)
    records = check_record.read(run.raw())
    run.expect(records and all(record.reason == "blocked" for record in records),
               "there are records, of blocked tasks alone", [one.reason for one in records])
    names = [bytes(record.head["comm"]).rstrip(b"\0").decode() for record in records]
    run.expect(names.count("sa_sleeper") == 1, "one of them is the sleeper", names)
    facts = Facts(run.console, "sleeper")
    for record in records:
        if bytes(record.head["comm"]).rstrip(b"\0") != b"sa_sleeper":
            continue
        words = record.words()
        wrong = [fact for fact in facts.of("ret")
                 if words.get(fact["addr"], (0, ""))[:2] != (fact["value"], "RETURN")]
        run.expect(facts.of("ret") and not wrong, "its return addresses are known", wrong)


def check_churner(run):
    """A task that keeps changing its stack: what is said of it holds, or is doubted."""
    check.check_quiet(run)
    facts = Facts(run.console, "churner")
    reports = check_text.parse(run.out("all").splitlines())
    run.expect(len(reports) >= 50, "it was asked for often enough", len(reports))
    true = {fact["addr"]: fact for fact in facts.of("ret")}
    whole, wrong = 0, []
    for report in reports:
        if any(word in line for line in report.lines[:12] for word in ("belong together",)):
            continue
        frames = {frame.slot: frame for frame in report.frames if frame.certain}
        whole += set(true) <= set(frames)
        wrong += [f"{report.lines[0]}: {fact} {frames[slot]}" for slot, fact in true.items()
                  if slot in frames and fact["into"] not in ("-", frames[slot].name)
                  and frames[slot].ip == fact["value"]]
    run.expect(whole >= 10, "many of its pictures are whole", f"{whole} of {len(reports)}")
    run.expect(not wrong, "no frame of it is called what it is not", "\n".join(wrong[:8]))


def check_hang(run):
    """A task that the kernel finds hung."""
    check_log.check_kernel(run, "hang", crashes=0)
    check_log.check_places(run, "hang")
    check_log.check_readers(run)
    heads, _ = check_log.reports(check_log.split(run.console))
    run.expect(heads, "a report stands on the console")
    report = check.asked(run, "last", reason="hang")
    if report:
        facts = _chain(run, report, "sleeper")
        check.check_files(run, report, facts)


def check_sysrq(run):
    """The key that asks for the running task."""
    check.check_quiet(run)
    check_log.check_brief(run, 1)
    report = check.asked(run, "last", reason="sysrq")
    if report:
        run.expect(any(re.match(r"syscall frame: .*write", block) for block in report.blocks),
                   "with the system call that it is in", report.blocks)
        names = {frame.name for frame in report.frames}
        run.expect("write_sysrq_trigger" in names, "the task that pressed it is shown", names)
        check.check_files(run, report, Facts(run.console, ""))


def check_two(run):
    """Two CPUs that crash at once: each has a record, and each its report."""
    check_log.check_kernel(run, "null", crashes=2)
    check_log.check_places(run, "null")
    check_log.check_brief(run, 2)
    records = check_record.read(run.raw())
    run.expect(sorted(record.head["cpu"] for record in records) == [0, 1],
               "there is a record of each CPU", [record.head["cpu"] for record in records])
    for record in records:
        text = check.rendered(run, record.head["id"])
        report = check_text.parse(text.splitlines())
        if run.expect(len(report) == 1, "the reader shows it", text[:200]):
            who = f"cpu{record.head['cpu']}"
            facts = _chain(run, report[0], who)
            check_known.check_fault(run, report[0], facts, user=False)
    excuse = "(words without a role: another CPU was using the analysis)"
    run.expect((int(check.stats(run)["analysis_busy"]) > 0) ==
               any(excuse in check.rendered(run, record.head["id"]) for record in records),
               "one that went without the analysis says so", check.stats(run)["analysis_busy"])


def check_meanwhile(run):
    """A CPU that crashes while another analyses what somebody asked for: both have roles."""
    check_log.check_kernel(run, "null")
    run.expect("sa_crash: the other CPU is done: 1" in run.console,
               "the crash was over before the other annotation went on")
    texts = [check.rendered(run, record.head["id"]) for record in check_record.read(run.raw())]
    reports = check_text.parse("".join(texts).splitlines())
    if not run.expect(sorted(report.reason for report in reports) == ["oops", "self"],
                      "there are two reports", [report.lines[0] for report in reports]):
        return
    for report in reports:
        saved = [word for word in report.words.values()
                 if re.match(r"r(bx|bp|1[2-5])\b", word.label) and word.is_certain() and
                 word.block.startswith("#")]
        run.expect(len(saved) > 5, f"{report.reason}: the roles of its words are known",
                   f"{len(saved)} saved registers in {len(report.frames)} frames")
    run.expect(check.stats(run)["analysis_busy"] == "0", "neither was refused",
               check.stats(run)["analysis_busy"])


def check_first_kept(run):
    """More crashes than there are records: the first is not lost."""
    records = check_record.read(run.raw())
    slots = int(check.stats(run)["slots"])
    run.expect(len(records) == slots, "every slot holds a record", f"{len(records)} {slots}")
    ids = [record.head["id"] for record in records]
    run.expect(ids and ids[0] == 1 and records[0].string(records[0].head["title"]) == "Oops",
               "the first crash is kept", ids)
    crashed = run.console.count("---[ end trace")
    run.expect(crashed == 10, "there were more crashes than slots", crashed)
    run.expect(ids and max(ids) <= crashed and sorted(ids) == ids, "each has its number", ids)


def check_silent(run):
    """A console that is not to be written to."""
    check_log.check_kernel(run, "null")
    ours = [line for line in check_log.split(run.console) if line.startswith("stackanno: record")
            or line.startswith("stackanno: fault")]
    run.expect(not ours, "nothing of ours stands on the console", "\n".join(ours))
    report = check.asked(run, "last", reason="oops")
    if report:
        check_known.check_fault(run, report, Facts(run.console, "self"))


def check_kallsyms(run):
    """The symbols' address given by hand."""
    check.check_quiet(run)
    found, given = check.stats(run, "stats-found"), check.stats(run, "stats-given")
    missing = [{name for name in one if name.startswith("missing_")} for one in (found, given)]
    run.expect(missing[0] == missing[1], "as many symbols are found as by probing", missing)
    check_self(run)


def check_lockdown(run):
    """A kernel locked down for confidentiality: a report, but no value and no address."""
    check_log.check_kernel(run, "null")
    check_log.check_places(run, "null")
    ours = [line for line in check_log.split(run.console) if line.startswith("stackanno: ")]
    said = "values and addresses are withheld"
    for where, lines in (("console", ours), ("last", run.out("last-open").splitlines())):
        run.expect(any(said in line for line in lines), f"{where} says what is withheld",
                   "\n".join(lines[:8]))
        run.expect(any("sa_level8" in line for line in lines), f"{where} has the frames",
                   "\n".join(lines[:8]))
        shown = [line for line in lines if re.search("[0-9a-f]{16}", line)]
        run.expect(not shown, f"{where} has no value and no address", "\n".join(shown[:8]))
    run.expect(re.search("raw'?: Operation not permitted", run.ktap), "raw is refused", run.ktap)


# Every task, again and again, while the machine has something to do.
WATCH_ALL = """
(while :; do find /proc /sys -maxdepth 3 > /dev/null 2>&1; sync; done) &
(while :; do echo x | cat | cat > /dev/null; done) &
(while :; do dd if=/dev/zero of=/tmp/filled bs=64k count=20 2> /dev/null; sleep 0.01; done) &
dir=/sys/kernel/debug/stackanno; round=0
# watch REQUEST: the first report with a suspect is kept, to be looked at.
watch() {
        echo "$1" > $dir/annotate || return
        grep -E '^suspect|BROKEN|SUSPECT| suspect, ' $dir/last
        [ -e /tmp/suspect ] || ! grep -q '^suspect' $dir/last || cat $dir/last > /tmp/suspect
}
while [ $((round += 1)) -le 25 ]; do
        for task in /proc/[0-9]*; do watch "pid ${task#/proc/}"; done
        for cpu in 0 1; do watch "cpu $cpu"; done
done > /tmp/counts 2> /tmp/refused
put /tmp/counts; [ ! -e /tmp/suspect ] || put /tmp/suspect; kill $!
"""


def check_healthy(run):
    """Tasks of a machine that is well, under load: nothing about them is suspect."""
    check.check_quiet(run)
    lines = run.out("counts").splitlines()
    counts = [line for line in lines
              if re.search(r"^\d+ words, \d+ explained, 0 suspect, ", line)]
    odd = [line for line in lines if line not in counts]
    run.expect(len(counts) >= 1000, "many tasks were looked at", len(counts))
    run.expect(not odd, "and nothing was suspect", "\n".join(odd[:8]))
    words, explained = (sum(int(line.split()[at]) for line in counts) for at in (0, 2))
    run.expect(0.99 * words < explained <= words, "nearly every word has a role",
               f"{explained} of {words}")


def check_budget(run):
    """A budget that is too small for anything: the words are there, and why no more is said."""
    report = check.asked(run, "last", reason="oops")
    if not report:
        return
    facts = Facts(run.console, "self")
    wrong = [fact for fact in facts.of("word") + facts.of("ret")
             if fact["addr"] not in report.words or
             report.words[fact["addr"]].value != fact["value"]]
    run.expect(facts.of("ret") and not wrong, "the words are there", wrong[:4])
    run.expect(report.has("budget") or report.has("time"), "the report says that time ran out",
               "\n".join(report.lines[:10]))
    run.expect(report.has("(words without a role: the budget was used up"),
               "and so does each frame whose words have no role for that",
               "\n".join(report.lines[:40]))
    run.expect(report.counts[1] == sum(not re.match(r"$|\{", word.label)
                                       for word in report.words.values()) < report.counts[0],
               "those are not counted as explained", report.counts)
    run.expect(int(check.stats(run)["budget_hits"]) > 0, "and it is counted",
               check.stats(run)["budget_hits"])


# What is refused at load, and what of it the log must name.
BAD_PARAMETERS = (("console=loud", "console"), ("redact=x", "redact"), ("records=0", "records"),
                  ("records=65", "records"), ("kallsyms=0x1234", "kallsyms"))
TRY_PARAMETERS = "".join(f"""
rmmod stackanno 2> /dev/null
echo 'trying {words}' > /dev/kmsg
insmod /payload/stackanno.ko {words} 2>&1; echo "{words}: $?"
""" for words, _ in BAD_PARAMETERS) + """
insmod /payload/stackanno.ko
cd /sys/module/stackanno/parameters
for name in console redact; do
	echo "trying $name" > /dev/kmsg
	echo bogus > $name; echo "$name: $?, $(cat $name)"
done 2>&1
"""


def check_parameters(run):
    """Parameters that make no sense: refused, and named."""
    log = run.out("dmesg")
    for words, name in BAD_PARAMETERS:
        run.expect(re.search(rf"{words}: [1-9]", run.ktap) and
                   re.search(r"'?\S*stackanno.ko'?: [Ii]nvalid (parameter|argument)", run.ktap),
                   f"{words} is refused", run.ktap)
        part = log.partition(f"trying {words}")[2].partition("trying ")[0]
        run.expect(re.search(rf"stackanno: .*{name}", part), f"the log names {words}", part)
    for name, stays in (("console", "brief"), ("redact", "data")):
        run.expect(re.search(rf"{name}: [1-9]\d*, {stays}$", run.ktap, re.MULTILINE),
                   f"so is a bad {name} at run time, and the old one stays", run.ktap)
        part = log.rpartition(f"trying {name}\n")[2]
        run.expect(re.search(rf"stackanno: {name}=bogus: not", part), "and named", part[:300])
    check.check_quiet(run)
