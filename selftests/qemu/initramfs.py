# SPDX-License-Identifier: GPL-2.0-only
"""Write a guest's initial RAM file system: busybox, guest/, and a payload."""

import lzma
import pathlib
import re
import stat
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUSYBOX = pathlib.Path("/usr/bin/busybox")


class Archive:
    """A cpio archive in the "newc" format, built in memory."""

    def __init__(self):
        self.parts = []
        self.directories = set()
        self.inode = 0

    def _entry(self, path, mode, data=b""):
        name = path.encode() + b"\0"
        self.inode += 1
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        header = b"070701" + b"".join(b"%08x" % field for field in fields)
        for part in (header + name, data):
            self.parts.append(part + b"\0" * (-len(part) % 4))

    def _parents(self, path):
        for parent in reversed(pathlib.PurePosixPath(path).parents):
            name = str(parent)
            if name != "." and name not in self.directories:
                self.directories.add(name)
                self._entry(name, stat.S_IFDIR | 0o755)

    def add(self, path, data, mode=0o644):
        """Add a regular file; path is relative to the root, without a leading slash."""
        self._parents(path)
        self._entry(path, stat.S_IFREG | mode, data)

    def add_from(self, path, source):
        """Add the host's file source, with its permissions."""
        source = pathlib.Path(source)
        self.add(path, source.read_bytes(), stat.S_IMODE(source.stat().st_mode))

    def directory(self, path):
        """Add an empty directory."""
        self._parents(path + "/.")

    def finish(self):
        """Return the archive's bytes."""
        self._entry("TRAILER!!!", 0)
        return b"".join(self.parts)


def stock_modules(kernel, names):
    """Return the files of the kernel's own modules names, each behind what it depends on.

    kernel is a directory of scripts/kernel. Raises KeyError, with the module's
    name, when the kernel has no such module.
    """
    root = pathlib.Path(kernel) / "modules"
    paths, needs = {}, {}
    for line in (root / "modules.dep").read_text().splitlines():
        path, _, rest = line.partition(":")
        name = re.sub(r"\.ko(\.xz)?$", "", path.rsplit("/", 1)[-1]).replace("-", "_")
        paths[name] = root / path
        needs[name] = [root / other for other in rest.split()]
    order = []
    for name in names:
        for path in reversed([paths[name], *needs[name]]):
            if path not in order:
                order.append(path)
    return order


def module_bytes(path):
    """Return a module without its debug sections, which a guest has no use for."""
    path = pathlib.Path(path)
    if path.suffix == ".xz":
        return lzma.decompress(path.read_bytes())
    stripped = path.with_name(f".{path.name}.stripped")
    if not stripped.exists() or stripped.stat().st_mtime_ns < path.stat().st_mtime_ns:
        # Others may be at it as well: each makes its own, and the last one stays.
        with tempfile.TemporaryDirectory(dir=path.parent) as directory:
            part = pathlib.Path(directory) / path.name
            subprocess.run(["objcopy", "--strip-debug", path, part], check=True)
            part.replace(stripped)
    return stripped.read_bytes()


def _libraries(program):
    """Return the shared libraries of a dynamically linked program, loader included."""
    found = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return re.findall(r"(/\S+) \(0x", found.stdout) if found.returncode == 0 else []


def build(payload):
    """Return an image whose /payload holds payload: {path: host's Path, bytes or text}.

    A module (.ko) is stripped, a program brings its libraries along, and text
    is executable.
    """
    archive = Archive()
    for name in ("proc", "sys", "dev", "tmp", "usr/bin", "usr/sbin", "sbin", "payload"):
        archive.directory(name)
    archive.add_from("bin/busybox", BUSYBOX)
    archive.add("init", (HERE / "guest/init").read_bytes(), 0o755)
    archive.add("guest/shell", (HERE / "guest/shell").read_bytes(), 0o755)
    for name in ("lib.sh", "mounts.sh"):
        archive.add(f"guest/{name}", (HERE / "guest" / name).read_bytes())
    libraries = set()
    for name, source in sorted(payload.items()):
        path = f"payload/{name}"
        if isinstance(source, str):
            archive.add(path, source.encode(), 0o755)
        elif isinstance(source, bytes):
            archive.add(path, source)
        elif re.search(r"\.ko(\.xz)?$", source.name):
            archive.add(path.removesuffix(".xz"), module_bytes(source))
        else:
            archive.add_from(path, source)
            with source.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    libraries.update(_libraries(source))
    for library in sorted(libraries):
        archive.add_from(library.lstrip("/"), library)
    return archive.finish()
