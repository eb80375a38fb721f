"""Shared by the tests of live capture: network namespaces with a veth pair, a running pktbench, its
rows. Each test runs as: TEST.py PKTBENCH SEND"""

import csv
import io
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PKTBENCH, SEND = (os.path.abspath(path) for path in sys.argv[1:3])
INSIDE = "PKTBENCH_TEST_NAMESPACE"
BACKENDS = ("raw", "libpcap")
PATIENCE = 60  # time limit of everything that must happen, s
RATE = 20000  # packets/s; low enough for any machine


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def enter_namespace():
    """Restart this test in its own namespaces, where it has all permissions that it needs."""
    for tool in ("unshare", "nsenter", "ip"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")
    unshare = ["unshare", "--net", "--mount"]
    if os.geteuid() != 0:
        unshare.insert(1, "--map-root-user")
    tried = subprocess.run([*unshare, "ip", "link", "add", "vA", "type", "veth", "peer", "name",
                            "vB"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        skip(f"network namespaces and veth pairs are not allowed: {tried.stderr.strip()}")
    os.environ[INSIDE] = "root" if os.geteuid() == 0 else "mapped"
    os.execvp("unshare", [*unshare, sys.executable, *sys.argv])


def sh(*words):
    subprocess.run(words, check=True)


def received_by(interface):
    """Packets received, by the interface's counter."""
    for line in Path("/proc/net/dev").read_text(encoding="utf-8").splitlines():
        if line.strip().startswith(f"{interface}:"):
            return int(line.split(":")[1].split()[1])
    raise AssertionError(f"no {interface}")


class Far:
    """The namespace at the far end of the veth pair."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            time.sleep(0.01)
        self.enter = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        quiet = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6;" \
                "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"
        sh("sh", "-c", f"[ ! -e /proc/sys/net/ipv6 ] || {{ {quiet}; }}")
        sh(*self.enter, "sh", "-c", f"[ ! -e /proc/sys/net/ipv6 ] || {{ {quiet}; }}")
        sh("ip", "link", "set", "lo", "up")
        self.connect()

    def connect(self):
        """Create the veth pair: vA here, vB at the far end."""
        sh("ip", "link", "add", "vA", "type", "veth", "peer", "name", "vB", "netns",
           str(self.holder.pid))
        sh("ip", "link", "set", "vA", "up")
        sh(*self.enter, "ip", "link", "set", "vB", "up")

    def send(self, capture, packets, rate=RATE, **options):
        return subprocess.Popen([*self.enter, SEND, "vB", capture, str(packets), str(rate)],
                                stdout=subprocess.DEVNULL, **options)

    def close(self):
        self.holder.kill()
        self.holder.wait()


class Run:
    """A running pktbench extract."""

    def __init__(self, *arguments, out="out.csv", wait="ing with", stdout=None, prefix=(),
                 **options):
        self.errors = open("stderr", "w+", encoding="utf-8")
        output = () if stdout or not out else ("-o", out)
        self.process = subprocess.Popen(
            [*prefix, options.pop("program", PKTBENCH), "extract", *arguments, *output],
            stderr=self.errors, stdout=stdout, **options)
        until = time.monotonic() + PATIENCE
        while wait not in self.said() and self.process.poll() is None:
            assert time.monotonic() < until, self.said()
            time.sleep(0.01)

    def said(self):
        return Path("stderr").read_text(encoding="utf-8")

    def ended(self, status=0):
        got = self.process.wait(PATIENCE)
        assert got == status, (got, self.said())
        return self.said()

    def stop(self, status=0, by=signal.SIGTERM):
        self.process.send_signal(by)
        return self.ended(status)


def pktbench(*arguments, status=0):
    done = subprocess.run([PKTBENCH, *arguments], capture_output=True, text=True, check=False,
                          timeout=PATIENCE)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done.stdout if status == 0 else done.stderr


def rows_of(text, *without):
    """Rows of CSV, without ts_ns and the columns `without`."""
    rows = list(csv.reader(io.StringIO(text)))
    columns = [i for i, name in enumerate(rows[0]) if name not in ("ts_ns", *without)]
    return [[row[i] for i in columns] for row in rows[1:]]


def read_rows(path="out.csv", *without):
    return rows_of(Path(path).read_text(encoding="utf-8"), *without)


def file_rows(capture, *options):
    return rows_of(pktbench("extract", capture, *options))


def first_packets(source, count, path):
    """Write a capture of `count` packets: those of the source, repeated as needed."""
    content = Path(source).read_bytes()
    records, at = [], 24
    while at < len(content):
        size = 16 + struct.unpack_from("<I", content, at + 8)[0]
        records.append(content[at:at + size])
        at += size
    cycle = records * (count // len(records) + 1)
    Path(path).write_bytes(content[:24] + b"".join(cycle[:count]))


def counts(said):
    """Rows, packets received and packets dropped, from the message at the end."""
    line = next(line for line in said.splitlines() if "the kernel received" in line)
    words = line.replace("none", "0").split()
    rows = int(words[words.index("rows;") - 1])
    return rows, int(words[words.index("received") + 1]), int(words[words.index("dropped") + 1])


def captures_make():
    pktbench("gen", "benign-iot", "--size", "1000000", "-o", "benign.pcap")
    pktbench("gen", "benign-iot", "--size", "1000000", "--format", "pcapng", "-o",
             "benign.pcapng")
    pktbench("gen", "tcp-flood", "--size", "1000000", "-o", "flood.pcap")
    pktbench("gen", "worst-parse", "--size", "300000", "-o", "worst.pcap")


def tests_run(tests, *arguments):
    """Run all tests, also after a failure. Returns the exit status."""
    failed = 0
    for name, test in list(tests.items()):
        if not name.startswith("test_"):
            continue
        begin = time.monotonic()
        try:
            test(*arguments)
            print(f"ok   {name} ({time.monotonic() - begin:.1f} s)", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}", flush=True)
    return 1 if failed else 0


def main_on_files(tests):
    """Run tests without arguments in a temporary folder."""
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        captures_make()
        status = tests_run(tests)
        os.chdir("/")
    return status


def main_on_wire(tests):
    """Run tests in network namespaces; their argument is the far end."""
    if INSIDE not in os.environ:
        enter_namespace()
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.chmod(work, 0o777)
        sh("mount", "-t", "tmpfs", "tmpfs", work)
        os.chdir(work)
        os.chmod(work, 0o777)
        captures_make()
        far = Far()
        status = tests_run(tests, far)
        far.close()
        os.chdir("/")
        sh("umount", "--lazy", "--recursive", work)
    return status
