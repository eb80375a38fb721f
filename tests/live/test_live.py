"""Live capture over a veth pair between two network namespaces of the test's own: rows are those of
the same packets from a file, nothing that was received is lost, and what was dropped is counted.
And captures that grow, full disks, readers that go away.

Usage: test_live.py PKTBENCH SEND"""

import csv
import io
import json
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
PATIENCE = 60  # s, for what must happen at all
RATE = 20000  # packets/s, that any machine sustains


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def enter_namespace():
    """Start this test again in namespaces of its own, where it may do all that it needs to."""
    for tool in ("unshare", "nsenter", "ip"):
        if not shutil.which(tool):
            skip(f"there is no {tool}")
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
    """Packets, as the interface itself counts them."""
    for line in Path("/proc/net/dev").read_text(encoding="utf-8").splitlines():
        if line.strip().startswith(f"{interface}:"):
            return int(line.split(":")[1].split()[1])
    raise AssertionError(f"no {interface}")


class Far:
    """The namespace at the other end of the wire."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            time.sleep(0.01)
        self.enter = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        quiet = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6;" \
                "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"
        sh("sh", "-c", f"[ ! -e /proc/sys/net/ipv6 ] || {{ {quiet}; }}")
        sh(*self.enter, "sh", "-c", f"[ ! -e /proc/sys/net/ipv6 ] || {{ {quiet}; }}")
        sh("ip", "link", "add", "vA", "type", "veth", "peer", "name", "vB", "netns",
           str(self.holder.pid))
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "set", "vA", "up")
        sh(*self.enter, "ip", "link", "set", "vB", "up")

    def send(self, capture, packets, rate=RATE):
        return subprocess.Popen([*self.enter, SEND, "vB", capture, str(packets), str(rate)],
                                stdout=subprocess.DEVNULL)

    def close(self):
        self.holder.kill()
        self.holder.wait()


class Run:
    """A pktbench extract that goes on."""

    def __init__(self, *arguments, out="out.csv", wait="ing with", stdout=None, prefix=(),
                 **options):
        self.errors = open("stderr", "w+", encoding="utf-8")
        output = () if stdout else ("-o", out)
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
    """Rows of CSV, without the columns that differ from one time to the other."""
    rows = list(csv.reader(io.StringIO(text)))
    kept = [i for i, name in enumerate(rows[0]) if name not in ("ts_ns", *without)]
    return [[row[i] for i in kept] for row in rows[1:]]


def read_rows(path="out.csv", *without):
    return rows_of(Path(path).read_text(encoding="utf-8"), *without)


def file_rows(capture, *options):
    return rows_of(pktbench("extract", capture, *options))


def counts(said):
    """Rows, packets received, packets dropped, as they are said at the end."""
    line = next(line for line in said.splitlines() if "the kernel received" in line)
    words = line.replace("none", "0").split()
    rows = int(words[words.index("rows;") - 1])
    return rows, int(words[words.index("received") + 1]), int(words[words.index("dropped") + 1])


def test_same_rows(far):
    """Rows are those of the file, in order, VLAN tags included; -c ends it."""
    for capture in ("benign.pcap", "flood.pcap", "worst.pcap"):
        wanted = file_rows(capture, "-f", "greater 14")
        for backend in BACKENDS:
            begin = time.time_ns()
            run = Run("-i", "vA", "--backend", backend, "-c", str(len(wanted)))
            assert far.send(capture, len(wanted) + 10).wait() == 0
            rows, _, _ = counts(run.ended())
            assert rows == len(wanted), (rows, len(wanted))
            assert read_rows() == wanted, (capture, backend)
            with open("out.csv", encoding="utf-8") as file:
                times = [int(row["ts_ns"]) for row in csv.DictReader(file)]
            assert times == sorted(times) and begin < times[0] <= times[-1] < time.time_ns()
            assert any(t % 1000 for t in times), "no nanoseconds"
    assert any(row for row in csv.DictReader(io.StringIO(pktbench(
        "extract", "worst.pcap", "--columns", "vlan_id"))) if row["vlan_id"]), "no tag was tested"


def test_signal(far):
    """A signal in the middle of traffic loses nothing that the kernel has received."""
    wanted = file_rows("flood.pcap")
    for backend in BACKENDS:
        for by, options in ((signal.SIGTERM, ()), (signal.SIGINT, ("--threads", "2"))):
            run = Run("-i", "vA", "--backend", backend, *options)
            before = received_by("vA")
            sender = far.send("flood.pcap", 1000000)
            while received_by("vA") < before + 5000:
                time.sleep(0.01)
            rows, received, dropped = counts(run.stop(by=by))
            assert sender.poll() is None, "the sender has ended before the signal"
            sender.kill()
            sender.wait()
            got = read_rows()
            assert 0 < len(got) == rows == received, (backend, len(got), rows, received)
            if not dropped:
                cycle = wanted * (len(got) // len(wanted) + 1)
                assert got == cycle[:len(got)], f"{backend}: not the first packets that were sent"


def test_drops(far):
    """What finds no room is counted: packets sent are rows and drops."""
    sent = 20000
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--buffer", "1MB")
        run.process.send_signal(signal.SIGSTOP)
        assert far.send("flood.pcap", sent, 100000).wait() == 0
        run.process.send_signal(signal.SIGCONT)
        said = run.stop()
        rows, received, dropped = counts(said)
        assert dropped > 0 and rows == received == len(read_rows()), (backend, said)
        assert rows + dropped == sent, (backend, said)
        assert "warning: vA: packets are dropped" in said, said


def test_filter(far):
    """The kernel applies the filter, also to tags that are no longer in the packet."""
    for capture, text in (("benign.pcap", "udp port 53 or tcp"), ("worst.pcap", "vlan"),
                          ("benign.pcap", "arp")):
        wanted = file_rows(capture, "-f", f"({text}) and greater 14")
        everything = len(file_rows(capture, "-f", "greater 14"))
        assert 0 < len(wanted) < everything
        for backend in BACKENDS:
            run = Run("-i", "vA", "--backend", backend, "-f", text)
            assert far.send(capture, everything).wait() == 0
            rows, received, dropped = counts(run.stop())
            assert (rows, received, dropped) == (len(wanted), len(wanted), 0), (text, backend)
            assert read_rows() == wanted, (text, backend)
    for backend in BACKENDS:
        said = pktbench("extract", "-i", "vA", "--backend", backend, "-f", "no such thing",
                        status=2)
        assert said.startswith("pktbench: error: vA: filter 'no such thing'"), said


def test_snaplen(far):
    """Both keep as much of a packet, the tag included."""
    results = []
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--snaplen", "64")
        assert far.send("worst.pcap", 500).wait() == 0
        run.stop()
        results.append(read_rows())
        assert max(int(row[0]) for row in results[-1]) == 64
    assert results[0] == results[1]


def test_flush(far):
    """A quiet link feeds its reader: rows come though no block is full, and no packet follows."""
    for backend in BACKENDS:
        for options in (("--format", "csv"), ("--format", "arrow"), ("--immediate",)):
            run = Run("-i", "vA", "--backend", backend, "--flush-every", "50ms", *options,
                      stdout=subprocess.PIPE)
            out = run.process.stdout
            assert far.send("benign.pcap", 3).wait() == 0
            if "arrow" in options:
                got = b""
                while got.count(b"\xff\xff\xff\xff") < 2:  # the schema, and a batch
                    got += os.read(out.fileno(), 65536)
            else:
                lines = [out.readline() for _ in range(4)]
                assert rows_of(b"".join(lines).decode()) == file_rows("benign.pcap")[:3]
            assert run.process.poll() is None
            run.stop()
            out.close()


def test_duration(far):
    """It ends by itself, with and without packets; the output is complete either way."""
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, "--duration", "200ms")
        assert counts(run.ended()) == (0, 0, 0)
        assert read_rows() == [] and Path("out.csv").stat().st_size > 0
        before = received_by("vA")
        sender = far.send("flood.pcap", 1000000)
        while received_by("vA") == before:
            time.sleep(0.01)
        run = Run("-i", "vA", "--backend", backend, "--duration", "500ms", "--format", "none")
        rows, received, _ = counts(run.ended())
        sender.kill()
        sender.wait()
        assert 0 < rows == received


def send_twice(far, packets, suffix):
    """The second half once a file of the first has appeared, however slow the machine is."""
    assert far.send("flood.pcap", packets).wait() == 0
    until = time.monotonic() + PATIENCE
    while not list(Path(".").glob(f"piece-*-0*.{suffix}")):
        assert time.monotonic() < until, "no file was finished"
        time.sleep(0.01)
    assert far.send("flood.pcap", packets).wait() == 0


def pieces(suffix):
    found = sorted(Path(".").glob(f"piece-*-0*.{suffix}"))
    assert len(found) > 1, "not rotated"
    numbers = [int(path.stem.rsplit("-", 1)[1]) for path in found]
    assert sorted(numbers) == list(range(1, len(found) + 1)), numbers
    return sorted(found, key=lambda path: path.stem.rsplit("-", 1)[1])


def test_rotation(far):
    """Every piece is complete by itself, and together they are all rows."""
    half = file_rows("flood.pcap", "--columns", "ts_ns,src,dst")[:6000]
    wanted = [[str(i + 1), *row] for i, row in enumerate(half + half)]
    options = ("-i", "vA", "--columns", "packet,ts_ns,src,dst")
    for backend, rotate in (("raw", ("--rotate-size", "200kB")),
                            ("libpcap", ("--rotate-every", "300ms", "--threads", "2"))):
        run = Run(*options, "--backend", backend, *rotate, out="piece.csv")
        send_twice(far, len(half), "csv")
        rows, received, _ = counts(run.stop())
        found = pieces("csv")
        assert rows == received == len(wanted)
        assert [row for path in found for row in read_rows(path)] == wanted
        if "--rotate-size" in rotate:
            assert all(path.stat().st_size >= 200000 for path in found[:-1])
        for path in found:
            path.unlink()
    for form, head, tail in (("parquet", b"PAR1", b"PAR1"),
                             ("arrow", b"\xff" * 4, b"\xff" * 4 + b"\0" * 4)):
        run = Run(*options, "--rotate-every", "200ms", "--format", form, out=f"piece.{form}")
        send_twice(far, 3000, form)
        run.stop()
        for path in pieces(form):
            content = path.read_bytes()
            assert content.startswith(head) and content.endswith(tail), path
            path.unlink()
    assert not list(Path(".").glob("piece*")), "something else was left"


def test_links(far):
    """Loopback shows a packet once; raw IP has its own link type; all at once is libpcap's."""
    wanted = file_rows("benign.pcap")[:300]
    for backend in BACKENDS:
        run = Run("-i", "lo", "--backend", backend)
        subprocess.run([SEND, "lo", "benign.pcap", "300", str(RATE)], check=True,
                       stdout=subprocess.DEVNULL)
        run.stop()
        assert read_rows() == wanted, backend
    run = Run("-i", "any", "--backend", "libpcap")
    assert far.send("benign.pcap", 300).wait() == 0
    run.stop()
    assert len(read_rows()) == 300
    said = pktbench("extract", "-i", "any", status=2)
    assert "any: this backend captures from a single interface" in said, said
    if not os.access("/dev/net/tun", os.W_OK):
        print("skipped: raw IP: there is no /dev/net/tun")
        return
    import fcntl
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH", b"tun0", 0x1001))  # TUNSETIFF: no header
    sh("ip", "link", "set", "tun0", "up")
    packet = bytes.fromhex("4500001c000100004011000001020304050607080035003500080000")
    for backend in BACKENDS:
        run = Run("-i", "tun0", "--backend", backend, "-c", "1", "--columns",
                  "link_type,verdict,src,dst,src_port")
        os.write(tun, packet)
        run.ended()
        assert read_rows() == [["101", "ok", "1.2.3.4", "5.6.7.8", "53"]], backend
    run = Run("-i", "tun0")
    os.close(tun)  # and the interface is gone
    said = run.ended(2)
    assert "tun0: the interface is gone, or down" in said, said
    assert read_rows() == []


def test_bad_input(_far):
    """One line that says what and where, and what to do."""
    for backend in BACKENDS:
        said = pktbench("extract", "-i", "vC", "--backend", backend, status=2)
        assert said.count("\n") == 1 and "vC: there is no such interface" in said, said
        assert "lo" in said and "vA" in said, said
        sh("ip", "link", "add", "down0", "type", "veth", "peer", "name", "down1")
        said = pktbench("extract", "-i", "down0", "--backend", backend, status=2)
        assert "down0: the interface is down: `ip link set down0 up`" in said, said
        sh("ip", "link", "del", "down0")
    for arguments, words in (
            (["benign.pcap", "-c", "3"], "-c is for -i and --follow"),
            (["benign.pcap", "-i", "vA"], "-i and a CAPTURE exclude each other"),
            (["-i", "vA", "--join"], "--join is for captures that are whole"),
            (["-i", "vA", "--rotate-size", "1MB"], "need a file"),
            (["-i", "vA", "--backend", "read-all", "--level", "frames"],
             "read-all does not capture from an interface"),
            (["-i", "vA", "--rotate-size", "big", "-o", "x"], "--rotate-size big: must be a size"),
            (["-i", "vA", "-c", "1", "--count", "2"], "are the same"),
            (["--follow"], "one CAPTURE"),
            (["--follow", "-f", "tcp", "benign.pcap"], "-f does not go with --follow"),
            (["--follow", "--backend", "libpcap", "benign.pcap"], "does not follow"),
            (["--follow", "--snaplen", "100", "benign.pcap"], "--snaplen is for -i"),
            ([], "an operand is missing")):
        said = pktbench("extract", *arguments, status=2)
        assert said.count("\n") == 1 and words in said, said


def test_rights(far):
    """Without the right it says what to do; with it no root is needed."""
    if os.environ[INSIDE] != "root" or not shutil.which("setpriv"):
        print("skipped: rights: not root, or no setpriv")
        return
    program = str(Path("pktbench-copy").resolve())
    shutil.copy(PKTBENCH, program)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    leaks = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # it may not be looked into

    def captures(prefix):
        run = Run("-i", "vA", "--backend", backend, "-c", "5", prefix=prefix, program=program,
                  env=leaks)
        assert far.send("benign.pcap", 5).wait() == 0
        run.ended()
        assert read_rows() == file_rows("benign.pcap")[:5]
        Path("out.csv").unlink()

    for backend in BACKENDS:
        done = subprocess.run([*nobody, program, "extract", "-i", "vA", "--backend", backend],
                              capture_output=True, text=True, check=False, env=leaks)
        assert done.returncode == 2 and f"setcap cap_net_raw+ep {program}`" in done.stderr, done
        captures((*nobody, "--inh-caps=+net_raw", "--ambient-caps=+net_raw"))
    if not shutil.which("setcap") or \
            subprocess.run(["setcap", "cap_net_raw+ep", program], check=False).returncode != 0:
        print("skipped: setcap does not work here")
        return
    for backend in BACKENDS:
        captures(nobody)


def test_disk_full(far):
    """The rows written so far are told, and no half-written file is left."""
    Path("small").mkdir()
    sh("mount", "-t", "tmpfs", "-o", "size=1000k", "tmpfs", "small")
    for backend in BACKENDS:
        run = Run("-i", "vA", "--backend", backend, out="small/out.csv")
        assert far.send("flood.pcap", 10000).wait() == 0
        said = run.ended(2)
        rows = int(said.split(", after ")[1].split()[0])
        assert "small/out.csv: cannot write: No space left on device" in said, said
        assert 0 < rows < 10000 and os.listdir("small") == [], said
    run = Run("-i", "vA", "--rotate-size", "400kB", out="small/out.csv")
    assert far.send("flood.pcap", 10000).wait() == 0
    said = run.ended(2)
    assert "files that were finished stay" in said, said
    rows = int(said.split(", after ")[1].split()[0])
    kept = sum(len(read_rows(path)) for path in Path("small").iterdir())
    assert 0 < kept <= rows, (kept, said)
    sh("umount", "small")
    said = pktbench("extract", "flood.pcap", "-o", "/dev/full", status=2)
    assert "/dev/full: cannot write: No space left on device, after 0 rows" in said, said


def test_reader_gone(far):
    """Whoever reads the rows goes away: a quiet end, also where no packet comes."""
    for backend in BACKENDS:
        for packets in (0, 100):
            run = Run("-i", "vA", "--backend", backend, "--flush-every", "20ms",
                      stdout=subprocess.PIPE)
            if packets:
                assert far.send("benign.pcap", packets).wait() == 0
                run.process.stdout.readline()
            else:  # the output is opened with its first row
                assert far.send("benign.pcap", 1).wait() == 0
                run.process.stdout.readline()
            run.process.stdout.close()
            said = run.ended(0)
            assert said == f"pktbench: vA: capturing with {backend}\n", said


def test_follow(_far):
    """A capture that grows, in steps that end inside records."""
    for source in ("benign.pcap", "benign.pcapng"):
        content = Path(source).read_bytes()
        wanted = file_rows(source)
        with open("grows", "wb") as grows:
            run = Run("grows", "--follow", "--flush-every", "20ms", stdout=subprocess.PIPE)
            out = run.process.stdout
            steps = [0, 10, 30, 100, 3333, 100001, len(content) // 2 + 7, len(content)]
            for begin, end in zip(steps, steps[1:]):
                grows.write(content[begin:end])
                grows.flush()
                time.sleep(0.05)
            lines = [out.readline() for _ in range(len(wanted) + 1)]
            assert rows_of(b"".join(lines).decode()) == wanted
            assert run.process.poll() is None
            grows.write(content[:10])  # the beginning of a record
            grows.flush()
            run.process.send_signal(signal.SIGTERM)
            assert out.read() == b""
            said = run.ended(0)
            assert said.count("\n") == 2 and "following" in said, said
            out.close()
        run = Run("grows", "--follow", "-c", "7")
        assert "dropped" not in run.ended() and read_rows() == wanted[:7]
    run = Run("benign.pcap", "--follow", "--duration", "100ms", "--label", "from-folder",
              "--columns", "file,packet")
    run.ended()
    assert read_rows()[0] == ["benign.pcap", "1", Path(".").resolve().name]
    Path("lies").write_bytes(Path("benign.pcap").read_bytes()[:24] + b"\xff" * 16)
    assert "lies: record claims" in pktbench("extract", "--follow", "lies", status=2)


def test_list(_far):
    listed = json.loads(pktbench("list", "backends", "--format", "json"))
    backends = listed["backends"] if isinstance(listed, dict) else listed
    for backend in backends:
        if backend["name"] in BACKENDS:
            assert {"name": "live", "how": "tested"} in backend["features"], backend


def main():
    if INSIDE not in os.environ:
        enter_namespace()
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        os.chmod(work, 0o777)
        sh("mount", "-t", "tmpfs", "tmpfs", work)
        os.chdir(work)
        os.chmod(work, 0o777)
        pktbench("gen", "benign-iot", "--size", "1000000", "-o", "benign.pcap")
        pktbench("gen", "benign-iot", "--size", "1000000", "--format", "pcapng", "-o",
                 "benign.pcapng")
        pktbench("gen", "tcp-flood", "--size", "1000000", "-o", "flood.pcap")
        pktbench("gen", "worst-parse", "--size", "300000", "-o", "worst.pcap")
        far = Far()
        failed = 0
        for name, test in list(globals().items()):
            if not name.startswith("test_"):
                continue
            begin = time.monotonic()
            try:
                test(far)
                print(f"ok   {name} ({time.monotonic() - begin:.1f} s)", flush=True)
            except Exception as error:  # every test is run
                failed += 1
                print(f"FAIL {name}: {type(error).__name__}: {error}", flush=True)
        far.close()
        os.chdir("/")
        sh("umount", "--lazy", "--recursive", work)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
