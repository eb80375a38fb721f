"""Rights of a live capture: they are needed to open the interface, and are given up before the first
packet is read. No other command has them.

Usage: test_rights.py PKTBENCH SEND"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from wire import (BACKENDS, INSIDE, PATIENCE, PKTBENCH, Run, file_rows, main_on_wire, pktbench,
                  read_rows)

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
LEAKS = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # not allowed with capabilities


def status(pid):
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return {key: value.split() for key, value in (line.split(":", 1) for line in lines)}


def check_confined(run, kept=0, user=None):
    """No capability but the `kept` ones, no new privileges, system calls filtered."""
    found = status(run.process.pid)
    for key in ("CapInh", "CapAmb"):
        assert int(found[key][0], 16) == 0, (key, found[key])
    for key in ("CapEff", "CapPrm"):
        assert int(found[key][0], 16) == kept, (key, found[key])
    assert found["NoNewPrivs"] == ["1"], found["NoNewPrivs"]
    assert found["Seccomp"] == ["2"] or not seccomp_offered(), found
    if user is not None:
        assert found["Uid"] == [str(user)] * 4 and found["Gid"] == [str(user)] * 4, found
        assert user == 0 or found["Groups"] in ([], [str(user)]), found["Groups"]


def seccomp_offered():
    return Path("/proc/sys/kernel/seccomp/actions_avail").exists()


def is_root():
    if os.environ[INSIDE] == "root" and shutil.which("setpriv"):
        return True
    print("SKIP: capture without root: this needs root and setpriv")
    return False


def copy_with_capability():
    """A copy of the program with CAP_NET_RAW; None if that is not possible here."""
    program = str(Path("pktbench-copy").resolve())
    shutil.copy(PKTBENCH, program)
    if shutil.which("setcap") and \
            subprocess.run(["setcap", "cap_net_raw+ep", program], check=False).returncode == 0:
        return program
    print("SKIP: capture by file capability: setcap does not work here")
    return None


def capture(far, backend, prefix, program, *options, **checks):
    run = Run("-i", "vA", "--backend", backend, *options, "-c", "5", prefix=prefix, program=program,
              env=LEAKS)
    if run.process.poll() is None:
        check_confined(run, **checks)
    assert far.send("benign.pcap", 5).wait() == 0
    run.ended()
    assert read_rows() == file_rows("benign.pcap")[:5]
    Path("out.csv").unlink()


def test_without_root(far):
    """Without CAP_NET_RAW, an error with advice; with it, root is not needed."""
    if not is_root():
        return
    program = str(Path("pktbench-plain").resolve())
    shutil.copy(PKTBENCH, program)
    for backend in BACKENDS:
        done = subprocess.run([*AS_NOBODY, program, "extract", "-i", "vA", "--backend", backend],
                              capture_output=True, text=True, check=False, env=LEAKS)
        assert done.returncode == 2 and f"setcap cap_net_raw+ep {program}`" in done.stderr, done
        capture(far, backend, (*AS_NOBODY, "--inh-caps=+net_raw", "--ambient-caps=+net_raw"),
                program, user=NOBODY)


def test_file_capability(far):
    """The capability of the program's file is gone when packets are read."""
    program = copy_with_capability() if is_root() else None
    for backend in BACKENDS if program else ():
        capture(far, backend, AS_NOBODY, program, user=NOBODY)


def test_setuid(far):
    """A setuid program runs as its caller when packets are read."""
    if not is_root():
        return
    program = str(Path("pktbench-setuid").resolve())
    shutil.copy(PKTBENCH, program)
    os.chmod(program, 0o4755)
    for backend in BACKENDS:
        capture(far, backend, AS_NOBODY, program, user=NOBODY)


def test_root(far):
    """Root keeps access to files, but only if the output cannot be written without it."""
    if not is_root():
        return
    for backend in BACKENDS:
        capture(far, backend, (), PKTBENCH, user=0, kept=0)
        os.chown(".", NOBODY, NOBODY)
        os.chmod(".", 0o755)
        capture(far, backend, (), PKTBENCH, user=0, kept=0xf)
        capture(far, backend, (), PKTBENCH, "-Z", "nobody", user=NOBODY)
        os.chown(".", 0, 0)
        os.chmod(".", 0o777)


def test_options(_far):
    if not is_root():
        return
    for words, message in (
            (["-i", "vA", "-Z", "no-such-user"], "-Z no-such-user: no such user"),
            (["benign.pcap", "-Z", "nobody"], "-Z requires -i"),
            (["--follow", "benign.pcap", "-Z", "nobody"], "-Z requires -i"),
            (["-i", "vA", "--backend", "wireshark"], "does not support -i; use raw or libpcap")):
        said = pktbench("extract", *words, status=2)
        assert said.count("\n") == 1 and message in said, said
    done = subprocess.run([*AS_NOBODY, PKTBENCH, "extract", "-i", "vA", "-Z", "root"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "only root can run as another user" in done.stderr, done


def test_plugin(_far):
    """No code of others is loaded with the rights of the program's file."""
    program = copy_with_capability() if is_root() else None
    if not program:
        return
    for words in (["--plugin", "./any.so"], ["--backend", "any", "--plugin=./any.so"]):
        done = subprocess.run([*AS_NOBODY, program, "extract", "-i", "vA", *words],
                              capture_output=True, text=True, check=False, env=LEAKS)
        assert done.returncode == 2 and "--plugin cannot be combined with -i" in done.stderr, done


def test_other_commands(_far):
    """A command that does not capture has no capability, and none that it can get back."""
    program = copy_with_capability() if is_root() else None
    if not program:
        return
    for words in (["extract", "--follow", "benign.pcap", "-o", "rows.csv"],
                  ["worker", "raw"], ["info", "-"]):
        process = subprocess.Popen([*AS_NOBODY, program, *words], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=LEAKS)
        until = time.monotonic() + PATIENCE
        while Path(f"/proc/{process.pid}/comm").read_text(encoding="utf-8") != "pktbench-copy\n" or \
                status(process.pid)["NoNewPrivs"] != ["1"]:
            assert time.monotonic() < until and process.poll() is None, words
            time.sleep(0.01)
        found = status(process.pid)
        assert all(int(found[key][0], 16) == 0 for key in ("CapEff", "CapPrm", "CapInh")), found
        process.kill()
        process.wait()


def test_worker(_far):
    """A worker is confined before its backend is used."""
    process = subprocess.Popen([PKTBENCH, "worker", "raw"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    process.stdin.write(b'{"op": "describe"}\n')
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    found = status(process.pid)
    process.stdin.close()
    assert process.wait() == 0 and answer["ok"], answer
    process.stdout.close()
    assert found["NoNewPrivs"] == ["1"], found
    assert found["Seccomp"] == ["2"] or not seccomp_offered(), found


if __name__ == "__main__":
    sys.exit(main_on_wire(globals()))
