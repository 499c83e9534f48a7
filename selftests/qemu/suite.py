# SPDX-License-Identifier: GPL-2.0-only
"""The kselftest suite in a booted kernel, as one more entry of the table."""

import pathlib
import subprocess

import initramfs
import verdict
import vm
from scenario import Scenario

TOP = pathlib.Path(__file__).resolve().parents[2]
HELPERS = "kselftest/ktap_helpers.sh"

SUITE = Scenario(name="kselftest", trigger="", check=None, fast=True)

# Prints each test's KTAP as subtests. A test's exit status counts as well.
_STAGE = """\
. /guest/lib.sh
export KSFT_DIR=/payload
echo 'KTAP version 1'
echo 1..{plan}
if ! insmod /payload/stackanno.ko > /tmp/insmod.log 2>&1; then
	echo "Bail out! insmod stackanno.ko: $(cat /tmp/insmod.log)"
	exit
fi
cd /payload
number=0
for test in {tests}; do
	number=$((number + 1))
	{{ ./$test 2>&1; echo $? > /tmp/status; }} | indent
	if [ "$(cat /tmp/status)" = 0 ]; then
		echo "ok $number - $test"
	else
		echo "not ok $number - $test # exit status $(cat /tmp/status)"
	fi
done
dmesg > /tmp/dmesg
put /tmp/dmesg
"""


def _programs():
    """Build the suite. Return {name: path} of its tests, in their order."""
    make = ["make", "-s", "--no-print-directory", "-C", str(TOP / "selftests")]
    subprocess.run([*make, "all"], check=True, stdout=subprocess.DEVNULL)
    listing = subprocess.run([*make, "emit_tests", "COLLECTION=suite"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    found = {}
    for line in listing.split():
        name = line.removeprefix("suite:")
        script = TOP / "selftests" / name
        found[name] = script if script.exists() else TOP / "build/selftests" / name
    return found


def run_suite(scenario, kernel, directory):
    """Run the suite on one kernel. Return (verdict, assertions, sentences)."""
    programs = _programs()
    helpers = subprocess.run([TOP / "scripts/kernel", "--source", "6.12"], check=True, text=True,
                             stdout=subprocess.PIPE).stdout.strip()
    payload = {
        **programs,
        "stackanno.ko": kernel.objects / "stackanno.ko",
        HELPERS: pathlib.Path(helpers) / "tools/testing/selftests" / HELPERS,
        "stage-1": _STAGE.format(plan=len(programs), tests=" ".join(programs)),
    }
    machine = vm.Machine(kernel.directory, initramfs.build(payload), directory,
                         timeout=scenario.timeout).run()
    lost, _ = verdict.judge(machine, "poweroff")
    if lost:
        return "lost", [], lost
    console = (directory / "console.log").read_text(encoding="utf-8", errors="replace")
    results = _assertions(verdict.documents(machine)[0], console)
    return ("passed" if all(holds for holds, _, _ in results) else "failed"), results, []


def _assertions(document, console):
    """Return (holds, what, detail) for each test of the suite, and for the kernel's log."""
    # A bad access in the kernel need not show in any one test.
    clean = not any(sign in console for sign in ("BUG:", "WARNING:", "Oops:"))
    results = [(clean, "the kernel has nothing to complain of", console)]
    for program in document.results:
        for test in program.subtests.results if program.subtests else ():
            # The module is loaded here: what skips nevertheless has tested nothing.
            results.append((test.passed and not test.skipped, f"{program.name}: {test.name}",
                            "\n".join([test.why, *test.notes]).strip()))
        results.append((program.passed and not program.skipped, program.name,
                        "\n".join(program.subtests.notes if program.subtests else ())))
    return results
