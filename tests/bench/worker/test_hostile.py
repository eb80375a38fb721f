#!/usr/bin/env python3
"""Backends that do harm: each is ended in time with the status that says what it did, nothing of it
is left, and the backend beside it is timed.

Usage: test_hostile.py PKTBENCH PLUGIN [KIND...]
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

PKTBENCH, PLUGIN = sys.argv[1:3]
KINDS = sys.argv[3:]
LIMIT, LIMIT_LARGE = 2, 60  # seconds of a run
LIMIT_BUSY = 20  # on a machine where raw takes longer than LIMIT
# A file of the user, outside of the folder of temporary files.
KEPT = tempfile.NamedTemporaryFile(dir=os.getcwd())
MARK = f"PKTBENCH_HOSTILE_MARK={os.getpid()}"
# Kind: status, and what the reason says. A run with a status but these has no time.
TIMED = ("ok", "unchecked")
WANTED = {
    "close-hang": ("crashed", "closed its answers"),
    "hang": ("timed-out", "no answer within LIMIT s"),
    "ignore-hang": ("timed-out", "no answer within LIMIT s"),
    "fork-crash": ("crashed", "signal 6"),
    "exit": ("crashed", "exit status 0"),
    "exit-at-once": ("crashed", "exit status 0"),
    "flood": ("timed-out", "no answer within LIMIT s: xxx"),
    "forge": (("failed", "disagrees", "crashed"), ""),  # no row of the answer is there
    "escape": ("crashed", r"signal 6 (Aborted): \x1b]0;owned\x07 | ok | 1.0 <b>x</b>"),
    "kill-parent": ("crashed", "exit status 5"),
    "stop": ("timed-out", "no answer within LIMIT s"),
    "disk": ("crashed", "File size limit exceeded"),
    "code": ("failed", "x"),
    "message": ("failed", "AAAA"),
    "rows-many": ("failed", ""),
    "rows-negative": ("failed", ""),
    "rows-most": ("failed", ""),
    "batch-rows": (TIMED, ""),
    "batch-all": ("crashed", "signal"),  # the worker's own memory
    "close-crash": ("crashed", "signal 6"),
    "load-hang": ("timed-out", "no answer within LIMIT s"),
    "load-exit": ("crashed", "exit status 0"),
    "unload-hang": ("timed-out", "did not end after its last answer"),
    "unload-crash": ("crashed", "signal 6 (Aborted) when it was unloaded"),
    "unload-exit": ("crashed", "exit status 0 when it was unloaded"),
    "unload-exit-at-once": ("crashed", "exit status 0 when it was unloaded"),
    "stdout": (TIMED, ""),
    "none": (TIMED, ""),
    "fork-ok": ("unfaithful", "has started another process"),
    "metadata": (TIMED, ""),
    "cut-sample": (("failed", "unfaithful"), ""),
}
# Only by name: they take all memory that a worker may have.
LARGE = {
    "memory": ("crashed", "out of memory: its limit is"),
    "memory-shared": ("crashed", "out of memory: its limit is"),
}
# Before a backend is known, it cannot be measured; nor beside one that changes the slice: an error.
REFUSED = {
    "module-exit": "exit status 0",
    "module-crash": "signal 6",
    "cut-slice": "hostile has changed slice, which all backends read",
}


def left():
    """Ids and names of processes with the mark, except this one."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if MARK.encode() in file.read().split(b"\0") and int(pid) != os.getpid():
                    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                        found.append(stat.read()[:60])
        except OSError:
            continue
    return found


def wait_until(condition, seconds=5):
    """False: the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def metadata(path):
    found = os.stat(path)
    return (oct(found.st_mode), found.st_uid, found.st_gid, found.st_mtime_ns, found.st_ctime_ns,
            os.listxattr(path))


def start(kind, capture, out, limit):
    name, value = MARK.split("=")
    return subprocess.Popen(
        [PKTBENCH, "bench", capture, "--plugin", PLUGIN, "--backends", "raw", "--levels", "headers",
         "--reference", "raw", "--processes", "1", "--rounds", "1", "--timeout", f"{limit}s",
         "--format", "markdown", "-o", out],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "HARM": kind, "HARM_FILE": KEPT.name, name: value})


def bench(kind, capture, folder, limit):
    """What is wrong; None if nothing is."""
    out = os.path.join(folder, "results.json")
    kept = metadata(KEPT.name)
    began = time.monotonic()
    process = start(kind, capture, out, limit)
    shown, said = process.communicate()
    took = time.monotonic() - began
    wait_until(lambda: not left())  # the process that removes the scratch folder ends, too
    if left():
        return f"left behind: {left()}"
    if metadata(KEPT.name) != kept:
        return f"a file of the user was changed: {kept}, now {metadata(KEPT.name)}"
    # A hang has one time limit where it is met; the rest of the run is short.
    if took > (2 * limit if kind in LARGE else limit + 60):
        return f"took {took:.1f} s"
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", shown + said):
        return f"control codes in the output: {shown + said!r}"
    if kind in REFUSED:
        good = process.returncode == 2 and REFUSED[kind] in said
        return None if good else f"exit status {process.returncode}: {said}"
    if process.returncode not in (0, 1):
        return f"exit status {process.returncode}: {said}"
    with open(out, encoding="utf-8") as file:
        runs = {run["backend"]: run for run in json.load(file)["runs"]}
    status, reason = {**WANTED, **LARGE}[kind]
    run = runs["hostile"]
    reason = reason.replace("LIMIT", str(limit))
    statuses = status if isinstance(status, tuple) else (status,)
    if run["status"] not in statuses or reason not in (run["reason"] or ""):
        return f"{run['status']}: {run['reason']}"
    if (run["wall_ns"] is not None) != (run["status"] in TIMED):
        return f"{run['status']} and its time is {run['wall_ns']}"
    if runs["raw"]["wall_ns"] is None:
        return f"raw has no time beside it: {runs['raw']['reason']}"
    return None


def interrupted(number, capture, folder):
    """A signal ends the program and its workers while one of them hangs."""
    process = start("ignore-hang", capture, os.path.join(folder, "results.json"), LIMIT)

    def hangs():
        """The program, its process for the folder, and a worker that stays: others end at once."""
        before = [line.split()[0] for line in left()]
        time.sleep(0.3)
        return len(before) > 2 and before == [line.split()[0] for line in left()]

    if not wait_until(hangs, 30):
        return f"no worker to end: {left()}"
    process.send_signal(number)
    process.communicate()
    wait_until(lambda: not left())
    if process.returncode != -number or left():
        return f"ended with {process.returncode}, left: {left()}"
    return None


def kinds():
    """Without confinement, nothing refuses to kill the parent, or to change a file's mode."""
    with open(PKTBENCH, "rb") as program:
        sanitized = b"__asan_init" in program.read()
    confined = os.path.exists("/proc/sys/kernel/seccomp/actions_avail") and not sanitized
    if not confined:
        print("SKIP: kill-parent, metadata: the worker is not confined")
    return [kind for kind in [*WANTED, *REFUSED]
            if confined or kind not in ("kill-parent", "metadata")]


def main():
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "slice.pcap")
        subprocess.run([PKTBENCH, "gen", "tcp-flood", "--size", "200000", "-o", capture],
                       check=True, capture_output=True)
        for kind in KINDS or kinds():
            began = time.monotonic()
            wrong = bench(kind, capture, folder, LIMIT_LARGE if kind in LARGE else LIMIT)
            if wrong and wrong.startswith("raw has no time beside it: no answer"):
                wrong = bench(kind, capture, folder, LIMIT_BUSY)
            print(f"{kind}: {wrong or 'as it must be'}, {time.monotonic() - began:.1f} s")
            if wrong:
                failures.append(f"{kind}: {wrong}")
        for number in () if KINDS else (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            wrong = interrupted(number, capture, folder)
            if wrong:
                failures.append(f"{number.name}: {wrong}")
    if failures:
        sys.exit("FAIL:\n" + "\n".join(failures))


main()
