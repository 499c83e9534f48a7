#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader on a running module: it prints what the kernel prints, byte for byte,
# and says why where it cannot. The reader is the one beside this file, the one
# that STACKANNO names, or the one in PATH.
# shellcheck shell=dash source=/dev/null

. "${KSFT_DIR:?is to name tools/testing/selftests of a kernel source tree}/kselftest/ktap_helpers.sh"

DIR=/sys/kernel/debug/stackanno
OUT=$(mktemp)
ERR=$(mktemp)

if [ -z "$STACKANNO" ]; then
	STACKANNO=stackanno
	[ ! -x ./stackanno ] || STACKANNO=./stackanno
fi

# gives STATUS WORDS...: run the reader; what it wrote is in OUT and ERR.
gives() {
	local want=$1 got

	shift
	"$STACKANNO" "$@" > "$OUT" 2> "$ERR"
	got=$?
	[ "$got" -eq "$want" ] && return 0
	ktap_print_msg "stackanno $*: status $got, not $want: $(cat "$ERR")"
	return 1
}

prints_the_file() {
	local file=$1

	shift
	gives 0 "$@" && cmp "$OUT" "$DIR/$file" > "$ERR" 2>&1 && return 0
	ktap_print_msg "stackanno $* and $DIR/$file differ: $(cat "$ERR")"
	return 1
}

# What is read back from text, or from a copy, is the same again.
reads_back() {
	gives 0 || return 1
	cp "$OUT" "$OUT.text"
	gives 0 -i "$OUT.text" && cmp "$OUT" "$OUT.text"
}

reads_a_copy() {
	cat $DIR/raw > "$OUT.raw"
	gives 0 -i "$OUT.raw" && cmp "$OUT" $DIR/last
}

json_has_every_word() {
	local words

	words=$(sed -n 's/^\([0-9]*\) words, .*/\1/p' $DIR/last)
	gives 0 -o json && [ "$(grep -c '"unreadable"' "$OUT")" -eq "$words" ]
}

shows_a_sleeping_task() {
	local pid status

	sleep 100 &
	pid=$!
	# It must have gone to sleep: a running one is refused.
	while ! grep -q '^State:.S' "/proc/$pid/status"; do
		:
	done
	gives 0 task "$pid" && grep -q "pid $pid tgid $pid comm \"sleep\"" "$OUT"
	status=$?
	kill "$pid"
	return "$status"
}

shows_two_tasks() {
	gives 0 task 1 2 && [ "$(grep -c '^record [0-9]*: task' "$OUT")" -eq 2 ]
}

misses_a_task() {
	local pid

	pid=$(cat /proc/sys/kernel/pid_max)
	while pid=$((pid - 1)); [ -d "/proc/$pid" ]; do
		:
	done
	gives 1 task "$pid" && grep -q "there is no task $pid" "$ERR"
}

misses_a_record() {
	gives 1 -n 999999 && grep -q "there is no record 999999" "$ERR"
}

has_nothing_to_show() {
	echo clear > $DIR/annotate
	gives 1 && grep -q "there is no record" "$ERR" && gives 0 list
}

ktap_print_header
if [ ! -d $DIR ]; then
	ktap_skip_all "no $DIR: the module is not loaded, or debugfs not mounted, or not root"
	exit "$KSFT_SKIP"
fi
if ! command -v "$STACKANNO" > /dev/null; then
	ktap_skip_all "no reader: build it (make reader) and give STACKANNO=, or install it"
	exit "$KSFT_SKIP"
fi
ktap_set_plan 12

echo self > $DIR/annotate

ktap_test_result "show is what last holds" prints_the_file last
ktap_test_result "list is what records holds" prints_the_file records list
ktap_test_result "stats is what stats holds" prints_the_file stats stats
ktap_test_result "raw output is what raw holds" prints_the_file raw -o raw -n all
ktap_test_result "its own text is read back" reads_back
ktap_test_result "a saved file is read" reads_a_copy
ktap_test_result "JSON has every word" json_has_every_word
ktap_test_result "a sleeping task is shown" shows_a_sleeping_task
ktap_test_result "two tasks are shown" shows_two_tasks
ktap_test_result "a task that there is not is told" misses_a_task
ktap_test_result "a record that there is not is told" misses_a_record
ktap_test_result "without records there is nothing to show" has_nothing_to_show

rm -f "$OUT" "$OUT.text" "$OUT.raw" "$ERR"
ktap_finished
