#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The samples in Documentation/output-format.rst are what the programs write: the
# comment above each says what make-sample is to be asked for. And each report of
# a real crash that is kept here comes back whole from the reader.

set -uo pipefail
export LC_ALL=C

: "${O:?the directory with the built programs}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
document=$here/../../Documentation/output-format.rst
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

echo "TAP version 13"

verdict() {
	count=$((count + 1))
	if [[ -s $work/diff ]]; then
		echo "not ok $count document: $1"
		sed 's/^/# /' "$work/diff"
	else
		echo "ok $count document: $1"
	fi
}

# The literal block behind the comment that asks for "$1".
block_of() {
	awk -v mark=".. sample: $1" '
		$0 == mark { found = 1; next }
		found && /^::$/ { inside = 1; next }
		inside && /^[^ ]/ { exit }
		inside' "$document" | sed 's/^  //' | sed -e '1{/^$/d}' | sed -e '${/^$/d}'
}

mapfile -t wanted < <(sed -n 's/^\.\. sample: //p' "$document")
for words in "${wanted[@]}"; do
	read -r sample form redact lines bytes <<<"$words"
	case $form in
	list)	"$O/make-sample" "$sample" 1 list ;;
	*)	"$O/make-sample" "$sample" 1 "$form" "${redact:-none}" "${lines:-0}" \
			"${bytes:-0}" ;;
	esac >"$work/written"
	block_of "$words" >"$work/documented"
	if [[ -s $work/written ]]; then
		diff -u "$work/documented" "$work/written" >"$work/diff"
	else
		echo "make-sample wrote nothing for $words" >"$work/diff"
	fi
	verdict "sample $words"
done

for crash in "$here"/crashes/*.txt; do
	# Its first line is the licence.
	tail -n +2 "$crash" >"$work/crash"
	"$O/stackanno" -i "$work/crash" >"$work/again" 2>"$work/err"
	{ cat "$work/err"; diff -u "$work/crash" "$work/again"; } >"$work/diff"
	verdict "crash $(basename "$crash" .txt)"
done

echo "1..$count"
