# SPDX-License-Identifier: GPL-2.0-only
#
# One stage of a scenario, as run sets it out in /payload: setup, load, trigger,
# collect, ends, after-reset. Prints KTAP. The first argument is the stage.
# shellcheck shell=dash source=/dev/null

. /guest/lib.sh

# load: each line of /payload/load is a module's name and its parameters.
load() {
	local name parameters

	while read -r name parameters; do
		[ -n "$name" ] || continue
		# shellcheck disable=SC2086 # parameters are words
		insmod "/payload/$name.ko" $parameters 2>&1 || {
			echo "insmod $name $parameters failed"
			return 1
		}
	done < /payload/load
}

# commands FILE: run a script as a process of its own, with lib.sh's functions.
commands() {
	sh -c '. /guest/lib.sh; . "$1"' "$1" "$1"
}

# collect: send what there is of the usual files and of the scenario's own.
collect() {
	local file

	dmesg > /tmp/dmesg
	for file in /tmp/dmesg /tmp/status /sys/kernel/debug/stackanno/last \
		/sys/kernel/debug/stackanno/records /sys/kernel/debug/stackanno/raw \
		/sys/kernel/debug/stackanno/stats $(cat /payload/collect); do
		[ ! -e "$file" ] || put "$file"
	done
}

prepare() {
	{ commands /payload/setup && load; } > /tmp/prepare.log 2>&1
}

first_stage() {
	local ends

	read -r ends < /payload/ends
	[ "$ends" = reset ] && echo 1..1 || echo 1..2
	if ! prepare; then
		note < /tmp/prepare.log
		echo "not ok 1 - setup and modules: $(tail -n 1 /tmp/prepare.log)"
		[ "$ends" = reset ] || echo "not ok 2 - the trigger was not run"
		collect
		return
	fi
	note < /tmp/prepare.log
	echo "ok 1 - setup and modules"
	if [ "$ends" = reset ]; then
		# Nothing after this line is sure to come out.
		commands /payload/trigger 2>&1
		echo "# the machine outlived the trigger"
		return
	fi
	# Not a pipe: what the trigger leaves behind would keep it open.
	commands /payload/trigger > /tmp/trigger.log 2>&1
	echo $? > /tmp/status
	note < /tmp/trigger.log
	echo "ok 2 - the machine outlived the trigger"
	collect
}

second_stage() {
	echo 1..1
	if load > /tmp/load.log 2>&1 && commands /payload/after-reset > /tmp/after.log 2>&1; then
		echo "ok 1 - after the reset"
	else
		echo "not ok 1 - after the reset"
	fi
	cat /tmp/load.log /tmp/after.log | note
	collect
}

echo "KTAP version 1"
case $1 in
1)	first_stage ;;
2)	second_stage ;;
esac
