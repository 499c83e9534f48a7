# SPDX-License-Identifier: GPL-2.0-only
"""The raw record as its header file describes it, read by that description alone."""

import pathlib
import re
import struct

HEADER = pathlib.Path(__file__).resolve().parents[2] / "module/uapi/stackanno.h"
_FORMATS = {"__u8": "B", "__u16": "H", "__u32": "I", "__s32": "i", "__u64": "Q"}


class Damaged(Exception):
    """The bytes are no record."""


def _constants(text):
    found = {name: int(value.rstrip("UL"), 0) for name, value in re.findall(
        r"#define\s+(STACKANNO_\w+)\s+(0x[0-9a-f]+U?L*|\d+U?)\b(?!\s*<<)", text)}
    found |= {name: 1 << int(bit) for name, bit in
              re.findall(r"#define\s+(STACKANNO_\w+)\s+\(1U << (\d+)\)", text)}
    for body in re.findall(r"enum \w+ \{(.*?)\};", text, re.DOTALL):
        names = re.findall(r"^\s*(STACKANNO_\w+)\s*,?", re.sub(r"/\*.*?\*/", "", body, flags=re.S),
                           re.MULTILINE)
        found |= {name: number for number, name in enumerate(names)}
    return found


def _structures(text, constants):
    """Return {name: [(field, format, offset)]}; the header promises no implicit padding."""
    found = {}
    for name, body in re.findall(r"struct (stackanno_\w+) \{(.*?)\n\};", text, re.DOTALL):
        fields, offset = [], 0
        for kind, field, count in re.findall(r"(__[us]\d+)\s+(\w+)(?:\[(\w+)\])?;", body):
            times = int(constants.get(count, count)) if count else 1
            layout = "<" + (f"{times}{_FORMATS[kind]}" if count else _FORMATS[kind])
            fields.append((field, layout, offset))
            offset += struct.calcsize(layout)
        found[name] = fields
    return found


_TEXT = HEADER.read_text(encoding="utf-8")
CONSTANTS = _constants(_TEXT)
STRUCTURES = _structures(_TEXT, CONSTANTS)


def name_of(prefix, value):
    """Return the name, less its prefix, of an enum's value; its number where it has none."""
    for name, number in CONSTANTS.items():
        if name.startswith(prefix) and number == value and not name.endswith("_COUNT"):
            return name.removeprefix(prefix)
    return str(value)


def _unpack(name, data, offset):
    entry = {}
    for field, layout, at in STRUCTURES[name]:
        values = struct.unpack_from(layout, data, offset + at)
        entry[field] = values[0] if layout[1:].isalpha() else values
    return entry


class Record:
    """One record: head, and its sections as lists of dicts by their kind's name."""

    def __init__(self, data):
        self.head = _unpack("stackanno_record", data, 0)
        if self.head["magic"] != CONSTANTS["STACKANNO_MAGIC"]:
            raise Damaged("no magic")
        self.sections, self.strings, self.bytes = {}, b"", b""
        for number in range(self.head["section_count"]):
            self._section(data, _unpack("stackanno_section", data, self.head["header_size"] +
                                        16 * number))

    def _section(self, data, section):
        kind = name_of("STACKANNO_SECTION_", section["kind"])
        begin, size = section["offset"], section["entry_size"]
        if begin + size * section["count"] > self.head["total_size"]:
            raise Damaged(f"section {kind} reaches beyond the record")
        if kind == "STRINGS":
            self.strings = data[begin:begin + section["count"]]
        elif kind == "BYTES":
            self.bytes = data[begin:begin + section["count"]]
        entry = {"STACKS": "stack", "FRAMES": "frame", "WORDS": "word", "MEANINGS": "meaning",
                 "REGS": "regs", "CODES": "code", "NOTES": "note"}.get(kind)
        if entry:
            self.sections[kind] = [_unpack(f"stackanno_{entry}", data, begin + size * number)
                                   for number in range(section["count"])]

    def string(self, offset):
        """Return the string at an offset of the section of strings."""
        return self.strings[offset:self.strings.index(b"\0", offset)].decode("utf-8", "replace")

    def entries(self, kind):
        """Return the entries of a section, none when it is not there."""
        return self.sections.get(kind, [])

    def code_at(self, index, address, size):
        """Return size bytes of code at an address, from the entry of CODES at index."""
        code = self.sections["CODES"][index]
        at = code["offset"] + address - code["address"]
        return self.bytes[at:at + size] if code["address"] <= address else b""

    def words(self):
        """Return {address: (value, role's name, flags)} of all words."""
        return {word["address"]: (word["value"], name_of("STACKANNO_ROLE_", word["role"]),
                                  word["flags"])
                for word in self.entries("WORDS")}

    @property
    def reason(self):
        """The reason's name, in small letters."""
        return name_of("STACKANNO_REASON_", self.head["reason"]).lower()


def read(data):
    """Return the Records of a raw file, in its order; raises Damaged or struct.error."""
    found, at = [], 0
    while at < len(data):
        record = Record(data[at:])
        size = record.head["total_size"]
        if size < record.head["header_size"] or at + size > len(data):
            raise Damaged(f"record {record.head['id']} is cut off")
        found.append(record)
        at += size
    return found
