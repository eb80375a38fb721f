"""The driver's process: CPU time, memory, memory limit, end with its parent."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import time
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


def cpu_ns() -> int:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time_ns() + round((children.ru_utime + children.ru_stime) * 1e9)
