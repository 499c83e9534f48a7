# SPDX-License-Identifier: GPL-2.0-only
"""The module's coming and going."""

import re

import check

# Before the first measure the machine settles; a leak shows over the thousand after it.
LOADS = """
measure() {
	echo 3 > /proc/sys/vm/drop_caches
	sleep 2
	cat /proc/meminfo > "/tmp/meminfo-$1"
	cat /proc/vmallocinfo > "/tmp/vmallocinfo-$1"
	put "/tmp/meminfo-$1"
	put "/tmp/vmallocinfo-$1"
}
again() {
	number=0
	while [ $number -lt "$1" ]; do
		insmod /payload/stackanno.ko || { echo "load $number failed"; break; }
		read version < /sys/module/stackanno/version
		if [ $((number % 10)) = 0 ]; then
			exec 5< /sys/kernel/debug/stackanno/raw
			rmmod stackanno 2> /dev/null || busy=$((busy + 1))
			exec 5<&-
		fi
		# The readers have files open as well: they will not for long.
		until rmmod stackanno 2> /dev/null || [ ! -e /sys/module/stackanno ]; do
			sleep 0.02
		done
		number=$((number + 1))
	done
	loaded=$number
}
reading() {
	while [ -e /tmp/go ]; do
		for name in last records stats; do
			cat /sys/kernel/debug/stackanno/$name
		done
		echo self > /sys/kernel/debug/stackanno/annotate
		cat /sys/kernel/debug/stackanno/raw
		sleep 0.05
	done > /dev/null 2>&1
}
warning() {
	while [ -e /tmp/go ]; do
		echo warn > /sys/kernel/debug/sa_crash/trigger
		sleep 0.5
	done
}
busy=0
# Each unload waits for readers several times: that is what takes its time.
echo 1 > /sys/kernel/rcu_expedited
rmmod stackanno
echo 1 > /proc/sys/kernel/printk
again 20
measure before
touch /tmp/go
reading & reader=$!
warning & warner=$!
again 100
rm /tmp/go
wait $reader $warner
echo "loaded $loaded times among readers and warnings, busy $busy times"
again 900
echo "loaded $loaded times more"
measure after
echo 7 > /proc/sys/kernel/printk
insmod /payload/stackanno.ko && cat /sys/kernel/debug/stackanno/stats > /tmp/stats-end
put /tmp/stats-end
"""

# A leak of a KiB a load would be a thousand; what else moves on a machine is less.
MOST_KIB = 1000
GROWING = ("Slab", "SUnreclaim", "VmallocUsed", "Percpu", "KernelStack", "PageTables")


def _meminfo(run, name):
    return {key: int(value) for key, value in
            re.findall(r"^(\w+):\s+(\d+) kB", run.out(f"meminfo-{name}"), re.MULTILINE)}


def _vmalloc(run, name):
    return sum(map(int, re.findall(r"^\S+\s+(\d+) ", run.out(f"vmallocinfo-{name}"),
                                   re.MULTILINE))) // 1024


def check_loads(run):
    """A thousand loads and unloads under readers and warnings, without a leak."""
    found = re.search(r"loaded (\d+) times among .*, busy (\d+) times", run.ktap)
    run.expect(found and int(found[1]) == 100, "it was loaded a hundred times in use", run.ktap)
    run.expect(found and int(found[2]) >= 10, "where an open file kept it from going", run.ktap)
    run.expect("loaded 900 times more" in run.ktap, "and nine hundred times more", run.ktap)
    before, after = _meminfo(run, "before"), _meminfo(run, "after")
    for key in GROWING:
        run.expect(after[key] - before[key] < MOST_KIB, f"{key} has not grown",
                   f"{before[key]} kB, then {after[key]} kB")
    run.expect(_vmalloc(run, "after") - _vmalloc(run, "before") < MOST_KIB,
               "what is mapped by vmalloc has not grown",
               f"{_vmalloc(run, 'before')} KiB, then {_vmalloc(run, 'after')} KiB")
    bad = [line for line in run.out("dmesg").splitlines()
           if any(sign in line for sign in ("BUG:", "Oops", "refcount", "still in use"))]
    run.expect(not bad, "the kernel has nothing to complain of but the warnings", bad[:5])
    warned = run.out("dmesg").count("WARNING: CPU")
    run.expect(warned > 0, "warnings were raised meanwhile", warned)
    run.expect(check.stats(run, "stats-end").get("records") == "0",
               "loaded once more, it begins anew", "")


def check_open_reader(run):
    """A file that is open keeps the module, and loses nothing; closed, it may go."""
    check.check_quiet(run)
    run.expect(re.search(r"unloaded while open: [1-9]", run.ktap), "it stays while a file is open",
               run.ktap)
    run.expect(run.out("read").startswith("record 1: self"), "the open file can be read",
               run.out("read")[:100])
    run.expect("unloaded: 0" in run.ktap, "it goes once the file is closed", run.ktap)
    run.expect("No such file or directory" in run.ktap, "and leaves no directory behind", run.ktap)
