# SPDX-License-Identifier: GPL-2.0-only
"""One virtual machine from its start to its end, and what it said on the way."""

import base64
import gzip
import json
import os
import pathlib
import re
import selectors
import socket
import subprocess
import time
import zlib

BOOT_OPTIONS = "console=ttyS0,115200 loglevel=4 panic=-1 no_timer_check"


def qemu_command(kernel, image, options, *, memory=512, cpus=2, cpu="max"):
    """Return QEMU's command line for the directory of a kernel, without its serial ports.

    TCG's own "max" has five-level page tables, and KASLR stays on: what a customer's
    machine may have, a report must cope with. All CPUs take turns in one thread: before
    QEMU 8.1 a thread of its own for each may run code as it was before another CPU
    patched it, and a kernel dies now and then of an int3 that is no longer there. (The
    translator read the code before it locked the page.)
    """
    return ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none",
            "-machine", "q35", "-accel", "tcg,thread=single", "-cpu", cpu,
            "-smp", str(cpus), "-m", str(memory), "-kernel", str(kernel / "vmlinuz"),
            "-initrd", str(image), "-append", options]


class Machine:
    """A guest under QEMU's TCG.

    kernel:   directory of scripts/kernel
    image:    bytes of the initial RAM file system
    results:  directory that gets console.log, ktap.log, qemu.log and out/
    options:  appended to the kernel's command line
    stages:   how often the guest may boot; a reset after the last ends the run
    timeout:  seconds for all of it
    dump:     keep the memory as it is when the guest ends, as an ELF file "dump"

    After run(), ended is one of
      poweroff  the guest switched itself off
      reset     the guest reset itself (a panic does), in its last stage
      timeout   it was still running at the time limit
      died      QEMU went away by itself, or could not start
    """

    def __init__(self, kernel, image, results, *, options="", stages=1, timeout=120,
                 memory=512, cpus=2, cpu="max", dump=False):
        self.kernel = pathlib.Path(kernel)
        self.image = image
        self.results = pathlib.Path(results)
        self.options = options
        self.stages = stages
        self.timeout = timeout
        self.memory, self.cpus, self.cpu = memory, cpus, cpu
        self.dump = dump
        self.boots = 0
        self.ended = None
        self.said_end = False
        self.problems = []
        self.seconds = 0.0
        self._reason = None
        self._process = None
        self._sockets = {}
        self._pending = {}

    def _command(self, ends):
        command = ["setpriv", "--pdeathsig", "KILL",
                   *qemu_command(self.kernel, self.results / "initrd",
                                 f"{BOOT_OPTIONS} rdinit=/init {self.options}".strip(),
                                 memory=self.memory, cpus=self.cpus, cpu=self.cpu),
                   "-chardev", f"file,id=console,path={self.results / 'console.log'}",
                   "-serial", "chardev:console"]
        for name in ("control", "files", "qmp"):
            command += ["-chardev", f"socket,id={name},fd={ends[name].fileno()}"]
        command += ["-serial", "chardev:control", "-serial", "chardev:files",
                    "-mon", "chardev=qmp,mode=control"]
        if self.dump:
            command += ["-action", "reboot=shutdown,shutdown=pause"]
        elif self.stages == 1:
            command.append("-no-reboot")
        return command

    def _start(self):
        self.results.mkdir(parents=True, exist_ok=True)
        (self.results / "out").mkdir(exist_ok=True)
        (self.results / "initrd").write_bytes(self.image)
        ends = {}
        for name in ("control", "files", "qmp"):
            self._sockets[name], ends[name] = socket.socketpair()
            self._pending[name] = b""
        with (self.results / "qemu.log").open("wb") as log:
            self._process = subprocess.Popen(
                self._command(ends), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                pass_fds=[end.fileno() for end in ends.values()])
        for end in ends.values():
            end.close()
        self._command_qmp("qmp_capabilities")

    def _send(self, name, data):
        try:
            self._sockets[name].sendall(data)
        except OSError as error:
            self.problems.append(f"{name}: {error}")

    def _command_qmp(self, command, **arguments):
        self._send("qmp", json.dumps({"execute": command, "arguments": arguments,
                                      "id": command}).encode() + b"\n")

    def _answer(self, text):
        self._send("control", text.encode() + b"\n")

    def _request(self, words):
        """Do what a line that begins with @ on ttyS1 asks for."""
        if words == ["boot"]:
            self.boots += 1
            if self.boots > self.stages:
                self.problems.append(f"the guest booted {self.boots} times, not {self.stages}")
            self._answer(f"stage {self.boots}")
        elif words == ["nmi"]:
            self._command_qmp("inject-nmi")
            self._answer("done")
        elif words == ["reset"]:
            self._answer("done")
            self._command_qmp("system_reset")
        elif words == ["end"]:
            self.said_end = True
            self._answer("done")
        elif words and words[0] == "error":
            self.problems.append(" ".join(words[1:]))
        else:
            return False
        return True

    def _on_control(self, line):
        text = line.decode("utf-8", "replace").rstrip("\r")
        if not (text.startswith("@") and self._request(text[1:].split())):
            with (self.results / "ktap.log").open("a", encoding="utf-8") as log:
                log.write(text + "\n")

    def _on_qmp(self, line):
        message = json.loads(line)
        if message.get("event") == "SHUTDOWN":
            if self.dump and self._reason:
                return  # our own "quit"
            self._reason = message["data"]["reason"]
            if self.dump:
                # It stands still, with all as it was.
                self._command_qmp("dump-guest-memory", paging=False,
                                  protocol=f"file:{self.results / 'dump'}")
        elif message.get("id") == "dump-guest-memory":
            self._command_qmp("quit")
            if "error" in message:
                self.problems.append(f"no dump: {message['error'].get('desc')}")
        elif message.get("event") == "RESET" and self.boots >= self.stages > 1 and \
                message["data"]["guest"]:
            self._reason = "guest-reset"
            self._command_qmp("quit")
        elif "error" in message:
            self.problems.append(f"QEMU refused: {message['error'].get('desc')}")

    def _on_files(self, line):
        with (self.results / "files.log").open("ab") as log:
            log.write(line + b"\n")

    def _receive(self, name):
        data = self._sockets[name].recv(1 << 16)
        if not data:
            return False
        *lines, self._pending[name] = (self._pending[name] + data).split(b"\n")
        handler = getattr(self, f"_on_{name}")
        for line in lines:
            handler(line)
        return True

    def _watch(self, deadline):
        with selectors.DefaultSelector() as selector:
            for name, end in self._sockets.items():
                selector.register(end, selectors.EVENT_READ, name)
            while selector.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    return "timeout"
                for key, _ in selector.select(left):
                    try:
                        alive = self._receive(key.data)
                    except ConnectionError:
                        alive = False
                    if not alive:
                        selector.unregister(key.fileobj)
        return None

    def run(self):
        """Run the guest to its end. Return self."""
        begun = time.monotonic()
        try:
            self._start()
            self.ended = self._watch(begun + self.timeout)
            if self.ended is None:
                self._process.wait(10)
        except (OSError, subprocess.TimeoutExpired) as error:
            self.problems.append(str(error))
        finally:
            if self._process and self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            for end in self._sockets.values():
                end.close()
            (self.results / "initrd").unlink(missing_ok=True)
        if self.ended is None:
            reasons = {"guest-shutdown": "poweroff", "guest-reset": "reset"}
            self.ended = reasons.get(self._reason, "died")
        if self.ended == "died":
            words = (self.results / "qemu.log").read_text(errors="replace").strip()
            self.problems.append(f"QEMU: {words or 'no message'}")
        self._unpack_files()
        self.seconds = time.monotonic() - begun
        return self

    def _unpack_files(self):
        """Turn files.log into out/; a file that did not arrive whole is a problem, and left out."""
        log = self.results / "files.log"
        name, body = None, []
        for line in log.read_bytes().split(b"\n") if log.exists() else []:
            words = line.decode("ascii", "replace").split()
            if words[:1] == ["@file"] and len(words) == 2:
                if name is not None:
                    self.problems.append(f"file {name} was cut short")
                name, body = words[1], []
            elif words == ["@end", name]:
                self._keep_file(name, b"".join(body))
                name = None
            elif name is not None:
                body.append(line)
        if name is not None:
            self.problems.append(f"file {name} was cut short")
        log.unlink(missing_ok=True)

    def _keep_file(self, name, encoded):
        # gzip carries the length and a checksum of what it holds; but to Python
        # nothing at all is an empty file.
        try:
            packed = base64.b64decode(encoded)
            if not packed:
                raise EOFError("nothing of it came")
            data = gzip.decompress(packed)
        except (ValueError, EOFError, OSError, zlib.error) as error:
            self.problems.append(f"file {name} arrived damaged: {error}")
            return
        if re.fullmatch(r"\w[\w.+-]*", name):
            (self.results / "out" / name).write_bytes(data)
        else:
            self.problems.append(f"file {name!r}: not a plain name")


def find_kernel(line, top):
    """Return the directory of a release line or release in the cache; raise FileNotFoundError."""
    directory = pathlib.Path(top) / "build/kernels" / line
    if not (directory / "vmlinuz").exists():
        raise FileNotFoundError(f"no kernel '{line}' in the cache; run scripts/kernel {line}")
    return pathlib.Path(os.path.realpath(directory))
