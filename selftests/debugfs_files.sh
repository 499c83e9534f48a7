#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The debugfs files: which there are, with what modes, what they take and what
# they refuse.
# shellcheck shell=dash source=/dev/null

. "${KSFT_DIR:?is to name tools/testing/selftests of a kernel source tree}/kselftest/ktap_helpers.sh"

DIR=/sys/kernel/debug/stackanno

# no_such_pid: print a number which no task has.
no_such_pid() {
	local pid

	# Not by read: byte by byte this file ends behind its first.
	pid=$(cat /proc/sys/kernel/pid_max)
	while pid=$((pid - 1)); [ -d "/proc/$pid" ]; do
		:
	done
	echo "$pid"
}

# mode_is FILE MODE
mode_is() {
	[ "$(stat -c %a "$DIR/$1" 2> /dev/null)" = "$2" ]
}

# annotate WORDS: ask for it; print nothing, or the error's text.
annotate() {
	sh -c 'echo "$1" > "$2"' sh "$*" "$DIR/annotate" 2>&1
}

accepts() {
	[ -z "$(annotate "$@")" ]
}

# refuses ERRNO WORDS... (ktap_test_result splits its words: the name of the error
# stands for its text)
refuses() {
	local want got

	case $1 in
	EINVAL)	want="Invalid argument" ;;
	ESRCH)	want="No such process" ;;
	esac
	shift
	got=$(annotate "$@")
	case $got in
	*"$want"*)	return 0 ;;
	esac
	ktap_print_msg "annotate '$*': wanted '$want', got '$got'"
	return 1
}

# A heading, and a line for each record, which begins with its id.
records() {
	grep -c '^ *[0-9]' $DIR/records
}

last_is_empty() {
	[ -z "$(cat $DIR/last)" ] && [ "$(records)" -eq 0 ]
}

last_is_not_empty() {
	[ -n "$(cat $DIR/last)" ] && [ "$(records)" -eq 1 ]
}

stats_are_name_and_value() {
	[ -n "$(cat $DIR/stats)" ] &&
		! grep -qvE '^[a-z][a-z0-9_ ]*: .+$' $DIR/stats
}

keeps_last() {
	local before

	before=$(cat $DIR/last)
	annotate no such word > /dev/null
	[ "$before" = "$(cat $DIR/last)" ]
}

ktap_print_header
if [ ! -d $DIR ]; then
	ktap_skip_all "no $DIR: the module is not loaded, or debugfs not mounted, or not root"
	exit "$KSFT_SKIP"
fi
ktap_set_plan 19

ktap_test_result "last has mode 0400" mode_is last 400
ktap_test_result "records has mode 0400" mode_is records 400
ktap_test_result "raw has mode 0400" mode_is raw 400
ktap_test_result "stats has mode 0400" mode_is stats 400
ktap_test_result "annotate has mode 0200" mode_is annotate 200
ktap_test_result "clear is taken" accepts clear
ktap_test_result "after clear there is no record" last_is_empty
ktap_test_result "self is taken" accepts self
ktap_test_result "self leaves a record" last_is_not_empty
ktap_test_result "an unknown word is -EINVAL" refuses EINVAL nonsense
ktap_test_result "an empty request is -EINVAL" refuses EINVAL
ktap_test_result "pid without a number is -EINVAL" refuses EINVAL pid
ktap_test_result "a pid which is no number is -EINVAL" refuses EINVAL pid 1x
ktap_test_result "words behind a pid are -EINVAL" refuses EINVAL pid 1 2
ktap_test_result "pid of no task is -ESRCH" refuses ESRCH pid "$(no_such_pid)"
ktap_test_result "tid of no task is -ESRCH" refuses ESRCH tid "$(no_such_pid)"
ktap_test_result "a cpu which there is not is -EINVAL" refuses EINVAL cpu 100000
ktap_test_result "a refused request loses no record" keeps_last
ktap_test_result "stats are lines of name: value" stats_are_name_and_value

ktap_finished
