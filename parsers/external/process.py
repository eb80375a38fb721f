"""The driver's process: memory, memory limit, end with its parent."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
from typing import Any

# The limit of `pktbench worker`. A memory leak then fails without affecting the machine.
MEMORY_BYTES = 8 << 30
CACHE_LINE = 64
INTERPRETER = "Python " + platform.python_version()
PR_SET_PDEATHSIG = 1
try:
    libc: Any = ctypes.CDLL(None)
except OSError:
    libc = None


def die_with_parent() -> None:
    """Kill this process when its parent ends (Linux only). Can be used between fork and exec."""
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def memory_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard, MEMORY_BYTES) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))


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
