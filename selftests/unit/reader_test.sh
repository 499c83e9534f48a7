#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader as people call it: on saved files, and on a directory that looks
# like debugfs. Every case checks the exit status and what was written where.

set -uo pipefail
export LC_ALL=C
unset NO_COLOR

: "${O:?the directory with the built programs}"
reader=$O/stackanno
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0

echo "TAP version 13"

# case_of NAME STATUS ARGUMENT... : run the reader; the outcome is in $work/out
# and $work/err. Checks of those follow, by `holds` and `lacks`, then `done_case`.
case_of() {
	name=$1
	expected=$2
	shift 2
	problem=
	"$reader" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	[[ $status -eq $expected ]] || problem="status $status, not $expected"
}

holds() {
	grep -qF -- "$2" "$work/$1" || problem="${problem:-no \"$2\" in std$1}"
}

lacks() {
	! grep -qF -- "$2" "$work/$1" || problem="${problem:-\"$2\" in std$1}"
}

empty() {
	[[ ! -s $work/$1 ]] || problem="${problem:-std$1 is not empty}"
}

same() {
	cmp -s "$1" "$2" || problem="${problem:-$1 and $2 differ}"
}

done_case() {
	count=$((count + 1))
	if [[ -z $problem ]]; then
		echo "ok $count reader: $name"
	else
		echo "not ok $count reader: $name"
		echo "# $problem"
		sed 's/^/# err: /' "$work/err"
	fi
}

"$O/make-sample" oops 3 >"$work/3.raw"
"$O/make-sample" everything 7 >"$work/7.raw"
"$O/make-sample" hostile 12 >"$work/12.raw"
# Not in the order of their ids: the module's ring is not either.
cat "$work/7.raw" "$work/12.raw" "$work/3.raw" >"$work/all.raw"

case_of "help" 0 --help
holds out "Usage: stackanno"
empty err
done_case

case_of "version" 0 --version
holds out "record format 1.1"
done_case

case_of "the newest record is shown" 0 -i "$work/all.raw"
holds out "record 12: oops"
lacks out "record 3:"
empty err
done_case

case_of "a record by its id" 0 show -i "$work/all.raw" -n 3
holds out "record 3: oops"
holds out " #0 [ffa0000000013b30] sa_null_read at"
lacks out "record 12:"
done_case

case_of "all records, oldest first" 0 -i "$work/all.raw" --record=all
[[ $(grep -o '^record [0-9]*' "$work/out" | tr '\n' ' ') == "record 3 record 7 record 12 " ]] ||
	problem=${problem:-order}
cp "$work/out" "$work/all.txt"
done_case

case_of "an id that is not there" 1 -i "$work/all.raw" -n 5
holds err "there is no record 5"
empty out
done_case

case_of "text is read back" 0 -i "$work/all.txt" -n all
same "$work/out" "$work/all.txt"
empty err
done_case

case_of "text becomes a raw record" 0 -i "$work/all.txt" -n 3 -o raw
cp "$work/out" "$work/3.again"
done_case

case_of "and that is shown alike" 0 -i "$work/3.again"
cp "$work/out" "$work/3.again.txt"
"$reader" -i "$work/3.raw" >"$work/3.txt"
same "$work/3.again.txt" "$work/3.txt"
done_case

case_of "raw output is the record" 0 -i "$work/all.raw" -n 3 -o raw
same "$work/out" "$work/3.raw"
done_case

case_of "standard input" 1 -i -
holds err "there is no record"
done_case

case_of "list" 0 list -i "$work/all.raw"
holds out "   ID           TIME REASON   TASK"
[[ $(awk 'NR > 1 { print $1 }' "$work/out" | tr '\n' ' ') == "3 7 12 " ]] ||
	problem=${problem:-ids}
[[ $(awk 'NR == 2 { print $3, $4, $5, $6, $7, $8, $9 }' "$work/out") == "oops sh/123 1 5 57 55 0" ]] ||
	problem=${problem:-columns}
done_case

case_of "list of nothing" 0 list -i /dev/null
holds out "   ID           TIME"
done_case

case_of "list as JSON" 0 list -i "$work/all.raw" -o json
/usr/bin/python3 - "$work/out" <<'PY' || problem=${problem:-JSON}
import json, sys
heads = json.load(open(sys.argv[1]))
assert [h["id"] for h in heads] == [3, 7, 12]
assert heads[0]["counts"] == {"words": 57, "explained": 55, "suspect": 0, "frames": 5}
assert heads[0]["comm"] == "sh" and heads[0]["cpu"] == 1 and heads[0]["pid"] == 123
PY
done_case

case_of "a record as JSON" 0 -i "$work/3.raw" -o json
/usr/bin/python3 - "$work/out" <<'PY' || problem=${problem:-JSON}
import json, sys
record = json.load(open(sys.argv[1]))
assert record["id"] == 3 and record["reason"] == "oops" and record["format"] == "1.1"
assert record["fault"]["vector"] == 14 and record["fault"]["address"] == "0x0000000000000018"
words = [w for f in record["frames"] for w in f["words"]]
assert len(words) == record["counts"]["words"] == 57
by_address = {w["address"]: w for w in words}
ret = by_address["0xffa0000000013b68"]
assert ret["role"] == "ret" and ret["evidence"] == "certain"
assert ret["value"] == "0xffffffffc0207182"
assert ret["label"] == "[ret sa_level1+0x82 [sa_crash]]"
assert ret["meanings"][0] == {"kind": "text", "evidence": "certain", "name": "sa_level1",
                              "module": "sa_crash", "offset": 0x82, "size": 0x100}
assert by_address["0xffa0000000013ab0"]["arg"] == "r15"
frame = record["frames"][2]
assert frame["number"] == 1 and frame["function"] == "sa_level1" and frame["kind"] == "call"
assert record["frames"][0]["entry"]["kind"] == "exception"
assert record["stacks"][0]["magic"] == "intact" and record["stacks"][0]["used"] == 1360
stopped = record["frames"][1]
assert stopped["flags"] == ["interrupted"] and stopped["regs"]["address"] == "0xffa0000000013ab0"
assert stopped["regs"]["values"]["r15"] == "0x1515151515151515"
assert list(stopped["regs"]["values"])[-1] == "ss" and len(stopped["regs"]["values"]) == 21
assert stopped["code"] == {"address": "0xffffffffc0207082", "bytes": "488b4318c3"}
assert frame["regs"] is None and frame["code"] is None
PY
done_case

case_of "every record as JSON, every sample" 0 -i "$work/all.raw" -n all -o json
/usr/bin/python3 - "$work/out" <<'PY' || problem=${problem:-JSON}
import json, sys
records = json.load(open(sys.argv[1]))
assert [r["id"] for r in records] == [3, 7, 12]
assert {n["kind"] for n in records[1]["notes"]} >= {"torn", "bad regs", "text", "nested"}
assert records[1]["context"] == ["hard irq", "softirq", "NMI"]
PY
done_case

case_of "JSON hides what text hides" 0 -i "$work/3.raw" -o json --redact=data
/usr/bin/python3 - "$work/out" <<'PY' || problem=${problem:-JSON}
import json, sys
words = {w["address"]: w for f in json.load(open(sys.argv[1]))["frames"] for w in f["words"]}
assert words["0xffa0000000013b70"]["role"] == "canary"
assert words["0xffa0000000013b70"]["value"] is None
assert words["0xffa0000000013b68"]["value"] == "0xffffffffc0207182"
PY
lacks out "1515151515151515"
lacks out "55d0c0ffee"
done_case

case_of "JSON of each sort of meaning" 0 -i "$work/all.raw" -n all -o json
/usr/bin/python3 - "$work/out" <<'PY' || problem=${problem:-JSON}
import json, sys
meanings = [m for r in json.load(open(sys.argv[1])) for f in r["frames"] for w in f["words"]
            for m in w["meanings"]]
has = {kind: {tuple(sorted(k for k, v in m.items() if v is not None)) for m in meanings
              if m["kind"] == kind} for kind in {m["kind"] for m in meanings}}
assert len(has) == 33, sorted(has)
for kind, key in (("error", "number"), ("number", "number"), ("flipped", "bit"), ("task", "pid"),
                  ("task stack", "pid"), ("percpu", "cpu"), ("slot", "frame"), ("slab", "state"),
                  ("area", "area"), ("changed", "was")):
    assert any(key in keys for keys in has[kind]), (kind, key, has[kind])
PY
done_case

case_of "JSON without any address" 0 -i "$work/3.raw" -o json -r all
! grep -qE '0x[0-9a-f]{12}' "$work/out" || problem=${problem:-an address}
done_case

case_of "redacted text" 0 -i "$work/3.raw" --redact=data
holds out "----------------[canary]"
lacks out "359851eca901cb00"
done_case

case_of "no colour in a file" 0 -i "$work/3.raw"
lacks out $'\033'
done_case

case_of "colour when asked for" 0 -i "$work/3.raw" --color=always
holds out $'\033['
sed 's/\x1b\[[0-9]*m//g' "$work/out" >"$work/plain"
same "$work/plain" "$work/3.txt"
done_case

case_of "no colour when told so" 0 -i "$work/3.raw" --color=never
lacks out $'\033'
done_case

# On a terminal: colour, unless NO_COLOR is set.
name="colour on a terminal"
problem=
status=0
script -qec "$reader -i $work/3.raw" /dev/null >"$work/out" 2>"$work/err" </dev/null
holds out $'\033['
done_case

name="NO_COLOR on a terminal"
problem=
NO_COLOR=1 script -qec "$reader -i $work/3.raw" /dev/null >"$work/out" 2>"$work/err" </dev/null
lacks out $'\033'
holds out "record 3: oops"
done_case

name="raw is not written to a terminal"
problem=
script -qec "$reader -i $work/3.raw -o raw" /dev/null >"$work/out" 2>"$work/err" </dev/null
[[ $? -eq 2 ]] || problem="status"
holds out "not written to a terminal"
done_case

# Bad usage.
while IFS='|' read -r title words message; do
	# shellcheck disable=SC2086 # several words are meant
	case_of "$title" 2 $words
	holds err "$message"
	empty out
	done_case
done <<'CASES'
an unknown command|frobnicate|there is no command "frobnicate"
an unknown option|--frobnicate|unrecognized option
an unknown format|-o xml|"xml" is none of text json raw
an unknown redaction|--redact=some|"some" is none of none data all
an unknown colour|--color=maybe|"maybe" is none of auto always never
a bad id|-n x|"x" is no number of a record
a negative id|-n -1|"-1" is no number of a record
id zero|-n 0|"0" is no number of a record
too many words|show list|too many words
task without a pid|task|which one?
task with a bad pid|task 1 sh|"sh" is no process id
task with pid zero|task 0|"0" is no process id
task from a file|task 1 -i x|neither --input nor --record
stats from a file|stats -i x|takes no --input
list of one|list -n 3|--record is for show
redacted raw records|-o raw --redact=data|raw records hold everything
raw list|list -o raw|raw output is for show and task
CASES

# Damaged input: what can be read is shown, the rest is told.
case_of "a file that is not there" 3 -i "$work/nothing"
holds err "No such file or directory"
done_case

head -c 200 /dev/urandom >"$work/garbage"
case_of "a file that holds something else" 4 -i "$work/garbage"
holds err "record at byte 0: no record: magic"
empty out
done_case

head -c 1000 "$work/3.raw" >"$work/cut.raw"
case_of "a record cut short" 4 -i "$work/cut.raw"
holds err "shorter than it says"
done_case

# The reason, at byte 48 of the record in the middle.
{ cat "$work/7.raw"; head -c 48 "$work/12.raw"; printf '\377'; tail -c +50 "$work/12.raw"
  cat "$work/3.raw"; } >"$work/damaged.raw"
case_of "a damaged record among good ones" 4 -i "$work/damaged.raw" list
holds err "record at byte $(stat -c %s "$work/7.raw"): reason"
[[ $(awk 'NR > 1 { print $1 }' "$work/out" | tr '\n' ' ') == "3 7 " ]] || problem=${problem:-ids}
done_case

# The kind of the second stack: the sections' table is 144 bytes from the start.
offset=$(/usr/bin/python3 - "$work/7.raw" <<'PY'
import struct, sys
record = open(sys.argv[1], "rb").read()
count = struct.unpack_from("<I", record, 20)[0]
for i in range(count):
    kind, size, offset, entries = struct.unpack_from("<4I", record, 144 + 16 * i)
    if kind == 2:
        print(offset + size + 24)
PY
)
{ head -c "$offset" "$work/7.raw"; printf '\377'
  tail -c "+$((offset + 2))" "$work/7.raw"; } >"$work/entry.raw"
case_of "a damaged entry of a record" 4 -i "$work/entry.raw"
holds err "entry.raw: record at byte 0: stacks, entry 1: kind"
empty out
done_case

{ cat "$work/3.raw"; printf 'rubbish behind it'; } >"$work/tail.raw"
case_of "rubbish behind a record" 4 -i "$work/tail.raw"
holds out "record 3: oops"
holds err "what follows byte $(stat -c %s "$work/3.raw") cannot be read"
done_case

sed '20s/ffa0/zzz0/' "$work/3.txt" >"$work/damaged.txt"
case_of "damaged text" 4 -i "$work/damaged.txt"
holds err "damaged.txt:20: no address where one belongs"
done_case

{ cat "$work/damaged.txt"; "$reader" -i "$work/7.raw"; } >"$work/two.txt"
case_of "damaged text before good text" 4 -i "$work/two.txt" list
holds err "two.txt:20:"
[[ $(awk 'NR > 1 { print $1 }' "$work/out") == 7 ]] || problem=${problem:-ids}
done_case

case_of "a directory" 3 -i "$work"
holds err "Is a directory"
done_case

name="a full disk"
problem=
"$reader" -i "$work/3.raw" >/dev/full 2>"$work/err"
[[ $? -eq 3 ]] || problem="status"
: >"$work/out"
holds err "cannot write: No space left on device"
done_case

# What the running system may lack.
mkdir -p "$work/fs/stackanno" "$work/empty"
cp "$work/all.raw" "$work/fs/stackanno/raw"
printf 'records: 3\ndrops: 0\nunresolved: find_vm_area\n' >"$work/fs/stackanno/stats"

case_of "records of the running kernel" 0 --debugfs="$work/fs"
holds out "record 12: oops"
done_case

case_of "stats" 0 --debugfs="$work/fs" stats
same "$work/out" "$work/fs/stackanno/stats"
done_case

case_of "stats as JSON" 0 --debugfs="$work/fs" stats -o json
/usr/bin/python3 - "$work/out" <<'PY' || problem=${problem:-JSON}
import json, sys
assert json.load(open(sys.argv[1])) == {"records": 3, "drops": 0, "unresolved": "find_vm_area"}
PY
done_case

case_of "no module" 3 --debugfs="$work/empty"
holds err "the stackanno module is not loaded"
done_case

case_of "no debugfs" 3 --debugfs="$work/not/there" list
holds err "debugfs is not mounted at $work/not/there"
done_case

: >"$work/fs/stackanno/annotate"
case_of "a task whose record does not come" 1 --debugfs="$work/fs" task 4711
holds err "task 4711 was annotated, but its record is gone"
[[ $(cat "$work/fs/stackanno/annotate") == "pid 4711" ]] || problem=${problem:-what was written}
done_case

ln -sf /dev/full "$work/fs/stackanno/annotate"
case_of "a task that the module refuses" 3 --debugfs="$work/fs" task 1
holds err "task 1: No space left on device"
done_case

name="not root"
problem=
if ((EUID == 0)) && command -v setpriv >/dev/null; then
	chmod 711 "$work"
	mkdir -m 700 "$work/root"
	mkdir "$work/root/stackanno"
	cp "$reader" "$work/reader"
	chmod 755 "$work/reader"
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$work/reader" --debugfs="$work/root" list >"$work/out" 2>"$work/err"
	[[ $? -eq 3 ]] || problem="status"
	holds err "not root"
	done_case
else
	count=$((count + 1))
	echo "ok $count reader: $name # SKIP needs root and setpriv"
fi

echo "1..$count"
