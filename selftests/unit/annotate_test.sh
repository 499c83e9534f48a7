#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# stackanno annotate on the listing that the program began with: a timer's interrupt
# that crash took for a page fault, five instructions, and all that follows of them.

set -uo pipefail
export LC_ALL=C

: "${O:?the directory with the built programs}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
reader=$O/stackanno
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

# Their first lines are the licence.
tail -n +2 "$here/listings/timer.bt" >"$work/bt"
tail -n +2 "$here/listings/timer.dis" >"$work/dis"

echo "TAP version 13"

# verdict NAME: by what stands in $problem.
verdict() {
	count=$((count + 1))
	if [[ -z $problem ]]; then
		echo "ok $count annotate: $1"
	else
		echo "not ok $count annotate: $1"
		echo "# $problem"
		sed 's/^/# err: /' "$work/err"
	fi
	problem=
}

# run STATUS ARGUMENT...
run() {
	local expected=$1 status

	shift
	problem=
	"$reader" annotate "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	[[ $status -eq $expected ]] || problem="status $status, not $expected"
}

holds() {
	grep -qF -- "$2" "$work/$1" || problem="${problem:-no \"$2\" in std$1}"
}

lacks() {
	! grep -qF -- "$2" "$work/$1" || problem="${problem:-\"$2\" in std$1}"
}

# words: `ADDRESS WORD` of each word in $work/out, label and all.
words() {
	/usr/bin/python3 - "$work/out" <<'PY'
import re, sys
label = r"\[(?:[^\[\]]|\[[^\]]*\])*\]"
for line in open(sys.argv[1]):
    found = re.match(r"    ([0-9a-f]{16}): (.*)", line)
    if found:
        for place, word in enumerate(re.findall(rf"[0-9a-f]{{16}}(?:{label})?", found[2])):
            print(f"{int(found[1], 16) + 8 * place:016x} {word}")
PY
}

# word ADDRESS WORD: the word of an address, label and all.
word() {
	[[ $(words | sed -n "s/^$1 //p") == "$2" ]] ||
		problem="${problem:-$1: $(words | sed -n "s/^$1 //p"), not $2}"
}

run 0 --dis="$work/dis" "$work/bt"
cp "$work/out" "$work/labelled"

address=$((0xffffadd8a8a27a78))
while read -r name value; do
	word "$(printf %016x $address)" "$value"
	[[ $problem ]] || [[ $value == *"[$name"[\ \]]* ]] || problem="$name: $value"
	address=$((address + 8))
done <<'FIELDS'
r15 000000000000000c[r15]
r14 000000000000000d[r14]
r13 ffff94753a820900[r13]
r12 000000000000000d[r12]
bp ffffadd8a8a27b70[bp {#6+0x70}]
bx ffff9474b11c0000[bx]
r11 001dd4e7b30b38c0[r11]
r10 0000000000000000[r10]
r9 0000000000d01f7b[r9]
r8 0000000000d01f7b[r8]
ax 0000000000000000[ax]
cx 0000000000000830[cx]
dx 0000000000000001[dx]
si 00000000000008fb[si]
di 0000000000000830[di]
orig_ax ffffffffffffff13[orig_ax {vector 236 local timer}]
ip ffffffffab34ba2e[ip {into smp_call_function_single}]
cs 0000000000000010[cs {kernel code}]
flags 0000000000000202[flags {IF}]
sp ffffadd8a8a27b20[sp {#6+0x20}]
ss 0000000000000018[ss {kernel data}]
FIELDS
[[ $address -eq $((0xffffadd8a8a27b20)) ]] || problem="${problem:-not 21 fields}"
verdict "the 21 saved registers, each on its word"

holds out "    [interrupt frame: vector 236, local timer]"
holds out "interrupt vector 236, local timer, not of a page fault"
lacks out "[exception frame"
verdict "it is the timer's interrupt, and no page fault"

word ffffadd8a8a27b70 "ffffadd8a8a27c80[rbp]"
word ffffadd8a8a27b78 "ffffffffc35dfe83[ret {into vmx_vcpu_load}]"
verdict "the saved rbp and the return address"

for ((i = 0; i < 8; i++)); do
	at=$(printf %016x $((0xffffadd8a8a27b20 + 8 * i)))
	[[ $(words | sed -n "s/^$at //p") =~ \[rsp\+$(printf 0x%x $((8 * i)))(\ [^]]*)?\]$ ]] ||
		problem="${problem:-$at: $(words | sed -n "s/^$at //p")}"
done
verdict "0x40 bytes of locals"

word ffffadd8a8a27b60 "0000000000000046[align]"
word ffffadd8a8a27b68 "0000000000000000[align]"
verdict "the gap of the alignment"

holds out "note: #6: its bp ffffadd8a8a27b70 agrees with its code (the saved rbp is there)"
holds out "note: #6: its sp ffffadd8a8a27b20 agrees with its code ((rbp & ~0x1f) - 0x40)"
verdict "the two agreements"

holds out "suspect: #7 is not a frame: what would be its return address, at ffffadd8a8a27b50, is a stale word within #6 smp_call_function_single"
holds out " #7 [ffffadd8a8a27b50] search_extable at ffffffffaba42ce2 ??"
holds out "    (not a frame: "
verdict "search_extable is not a frame"

sed -n '/ #8 /,$p' "$work/out" >"$work/last"
[[ $(grep -c '^    [0-9a-f]*: ' "$work/last") -eq 13 ]] || problem="its words are not all there"
grep -q '^    .*: .*\[' "$work/last" && problem="$(grep '^    .*\[' "$work/last" | head -n 1)"
verdict "nothing is claimed of a function that was not given"

mapfile -t values < <(grep '^    [0-9a-f]*:' "$work/bt" | sed 's/^.\{22\}//; s/\[[^]]*\]//g' |
	tr -s ' ' '\n' | grep .)
[[ $(words | sed 's/^[^ ]* //; s/\[.*//') == "$(printf '%s\n' "${values[@]}")" ]] ||
	problem="other words than the listing's"
verdict "all words of the listing, in its order"

"$reader" -i "$work/labelled" >"$work/again" 2>"$work/err"
cmp -s "$work/labelled" "$work/again" || problem="it is not read back alike"
verdict "the text is a report like any other"

run 0 --dis="$work/dis" "$work/labelled"
cmp -s "$work/labelled" "$work/out" || problem="${problem:-it differs}"
verdict "what was labelled can be labelled again"

run 0 -o json --dis="$work/dis" "$work/bt"
/usr/bin/python3 - "$work/out" <<'PY' || problem=JSON
import json, sys
record = json.load(open(sys.argv[1]))
assert record["reason"] == "offline"
assert {n["kind"] for n in record["notes"]} >= {"bp agrees", "sp agrees", "not a frame"}
assert [f["number"] for f in record["frames"] if f["kind"] == "call"] == [5, 6, 7, 8]
assert "not a frame" in [f for f in record["frames"] if f["number"] == 7][0]["flags"]
PY
verdict "JSON"

"$reader" annotate --dis="$work/dis" -o raw "$work/bt" >"$work/raw" 2>"$work/err"
"$reader" -i "$work/raw" >"$work/again" 2>>"$work/err"
cmp -s "$work/labelled" "$work/again" || problem="it differs"
verdict "raw"

"$reader" annotate --dis="$work/dis" <"$work/bt" >"$work/out" 2>"$work/err"
cmp -s "$work/labelled" "$work/out" || problem="it differs"
verdict "a listing on standard input"

# One of the two agreements gone: nothing that rests on it is left.
sed 's/ffffadd8a8a27a98: ffffadd8a8a27b70/ffffadd8a8a27a98: ffffadd8a8a27b60/' "$work/bt" >"$work/moved"
run 0 --dis="$work/dis" "$work/moved"
lacks out "agrees with its code"
lacks out "[rbp]"
verdict "a frame pointer that points elsewhere agrees with nothing"

sed 's/27b10: ffffadd8a8a27b20/27b10: ffffadd8a8a20000/' "$work/bt" >"$work/moved"
run 0 --dis="$work/dis" "$work/moved"
lacks out "[r15]"
lacks out "interrupt frame"
verdict "registers whose stack pointer cannot be are none"

# Bad input.
printf '    ffffadd8a8a27c48: 00000000\n' | cat "$work/bt" - >"$work/bad"
run 4 --dis="$work/dis" "$work/bad"
holds err "bad:38: \"00000000\" is no word of 16 hexadecimal digits"
holds out " #6 [ffffadd8a8a27af8]"
verdict "a damaged line is told, the rest is shown"

run 4 --dis="$work/dis" "$work/dis"
holds err "no frame of crash's bt -f is in it"
verdict "another text than a listing"

run 3 --dis="$work/dis" "$work/none"
holds err "none: No such file or directory"
verdict "no listing"

run 3 --dis="$work/none" "$work/bt"
holds err "none: No such file or directory"
verdict "no dis text"

run 4 --dis="$work/bt" "$work/bt"
holds err "bt:1: no line of crash's dis"
verdict "another text than dis'"

sed '3s/mov .*/mov    %rsp,%rbq/' "$work/dis" >"$work/bad"
run 4 --dis="$work/bad" "$work/bt"
holds err "bad:3: Error: "
verdict "what does not assemble"

sed '3s/mov .*/.incbin "\/etc\/passwd"/' "$work/dis" >"$work/bad"
run 4 --dis="$work/bad" "$work/bt"
holds err "bad:3: \".incbin"
verdict "as gets nothing but instructions"

PATH=/nowhere "$reader" annotate --dis="$work/dis" "$work/bt" >"$work/out" 2>"$work/err"
[[ $? -eq 3 ]] || problem=status
holds err "as (of binutils) cannot be run"
verdict "no assembler"

run 4 --vmlinux="$work/dis" "$work/bt"
holds err "dis: is no image of an x86-64 kernel"
verdict "no vmlinux"

run 4 --vmlinux="$reader" "$work/bt"
holds err "stackanno: is no image of an x86-64 kernel"
verdict "another program than a kernel"

while IFS='|' read -r title arguments message; do
	# shellcheck disable=SC2086 # several words are meant
	run 2 $arguments
	holds err "$message"
	verdict "$title"
done <<'CASES'
neither code|x|give either --vmlinux or --dis
both codes|--vmlinux=x --dis=y x|give either --vmlinux or --dis
modules without their kernel|--dis=x --module=y z|--module goes with --vmlinux
two listings|--dis=x y z|one listing at a time
a record|--dis=x -n 1 z|neither --input nor --record
CASES

[[ -z $(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'stackanno.*' -newer "$work/dis") ]] ||
	problem="a directory was left behind"
verdict "as leaves nothing behind"

echo "1..$count"
