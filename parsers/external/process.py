"""The driver's process: its memory, its end with its parent, messages of programs that it starts.

The harness limits memory, files and time of a driver and of all that it starts: a driver need not."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import threading
from typing import Any

# What is kept of the messages of a program, at the end.
MESSAGES_BYTES = 64 << 10
# How long a pipe is read on after the end of its program: others may hold it open.
MESSAGES_SECONDS = 1.0
CACHE_LINE = 64
INTERPRETER = "Python " + platform.python_version()
# What to do if a library is missing, by the folder above that of the drivers: that of the Python package, of an
# installation, or of a build.
INSTALL = {
    "_program": "run `pip install dpkt scapy cryptography pyshark`, and install tshark",
    "pktbench": "install tshark, and dpkt, scapy, cryptography and pyshark for the Python that PKTBENCH_PYTHON names "
                "(default: python3)",
}.get(os.path.basename(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "run `./run setup externals`")
PR_SET_PDEATHSIG = 1
try:
    libc: Any = ctypes.CDLL(None)
except OSError:
    libc = None


def die_with_parent() -> None:
    """Kill this process when its parent ends (Linux only). Can be used between fork and exec."""
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


class Messages:
    """The standard error of a program: a pipe, of which a thread keeps the end. A program that
    writes without end is neither blocked nor fills a disk."""

    def __init__(self) -> None:
        self.kept = b""
        self.read_end, self.write_end = os.pipe()  # give write_end to the program
        self.thread = threading.Thread(target=self.read, daemon=True)

    def read(self) -> None:
        with open(self.read_end, "rb", buffering=0) as pipe:
            while more := pipe.read(MESSAGES_BYTES):
                self.kept = (self.kept + more)[-MESSAGES_BYTES:]

    def started(self) -> None:
        """The program has its end of the pipe now."""
        os.close(self.write_end)
        self.thread.start()  # not before: a process with one thread can be forked safely

    def lines(self) -> list[str]:
        """After the end of the program: what it wrote last."""
        self.thread.join(MESSAGES_SECONDS)
        return self.kept.decode(errors="replace").strip().splitlines()


def stdout_redirect() -> int:
    """Redirect standard output, where libraries may print, to standard error. Returns a descriptor
    of the original standard output."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return answers


def peak_rss_bytes() -> int:
    """Peak resident memory of this process. Not ru_maxrss, which starts at the parent's value."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def peak_bytes() -> int:
    """Peak memory of this process and of its largest child that has ended."""
    own = peak_rss_bytes()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    # If not larger, it may be this process's, which the child has before exec.
    return own + (largest if largest > own else 0)


_memory = bytearray()


def caches_evict(size: int) -> None:
    """Read memory to evict data of the previous run from the caches."""
    global _memory
    if len(_memory) != size:
        _memory = bytearray(b"\1") * size  # not zeros, which share one page
    _ = _memory[::CACHE_LINE]
