# SPDX-License-Identifier: GPL-2.0-only
#
# What the guest's scripts share. Sourced by init and by each stage.
# shellcheck shell=dash source=/dev/null

# say TEXT: one line to the host.
say() {
	printf '%s\n' "$*" > /dev/ttyS1
}

# ask REQUEST: have the host do something, and wait for its answer, which is
# printed. Requests: boot, nmi, reset, end.
ask() {
	local answer=

	exec 8<> /dev/ttyS1
	printf '@%s\n' "$*" >&8
	# shellcheck disable=SC3045 # busybox has -t
	read -r -t 60 answer <&8
	exec 8>&-
	printf '%s\n' "$answer"
}

# put FILE [NAME]: send a file to the host, which keeps it as out/NAME.
put() {
	local file=$1 name=${2:-${1##*/}} copy=/tmp/put.$$

	# A debugfs file may change under us, and has no size: take it once.
	if ! cat "$file" > $copy; then
		say "# put: $file cannot be read"
		rm -f $copy
		return 1
	fi
	{
		printf '@file %s\n' "$name"
		gzip -1 -c $copy | base64
		printf '@end %s\n' "$name"
	} > /dev/ttyS2
	rm -f $copy
}

# indent: the filter that makes a program's KTAP a subtest's.
indent() {
	while IFS= read -r line; do
		printf '  %s\n' "$line"
	done
}

# note: the filter that makes any text KTAP diagnostics.
note() {
	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done
}
