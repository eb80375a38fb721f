"""extract's memory does not grow with the capture: ten times the packets, the same peak.

Usage: test_memory.py PKTBENCH [REPEATS]; default 10 repeats of 10 MB."""

import os
import subprocess
import sys
import tempfile

PKTBENCH = os.path.abspath(sys.argv[1])
REPEATS = int(sys.argv[2]) if len(sys.argv) > 2 else 10
FILE_HEADER = 24
MOST = 8e6  # bytes that the peaks may differ by: less than 8 a packet more
FLOWS = ("--level", "flows", "--max-flows", "100000")
CASES = (
    ("--format", "csv"), ("--format", "arrow"), ("--format", "parquet"), ("--format", "none"),
    ("--format", "csv", "--threads", "2"), ("--format", "parquet", "--threads", "2"),
    ("--backend", "libpcap"), ("--join",),
    ("-f", "tcp"), ("-f", "tcp", "--format", "none"),
    FLOWS, (*FLOWS, "--threads", "2"), (*FLOWS, "--format", "none"),
    ("--features", "ciciot46"), ("--features", "ciciot39", "--format", "parquet"),
    ("--features", "ciciot-fixed", "--by", "flow", "--max-flows", "10000"),
    ("--features", "ciciot-fixed", "--by", "flow", "--window", "1s", "--max-flows", "10000",
     "--format", "none"))


def peak(*words):
    """Bytes that an extract needed at most; a whole process."""
    process = subprocess.Popen([PKTBENCH, "extract", "-o", "/dev/null", *words],
                               stderr=subprocess.PIPE)
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        sys.exit(f"{words}: {process.returncode}: {said}")
    return usage.ru_maxrss * 1024


def main():
    failed = 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as work:
        os.chdir(work)
        subprocess.run([PKTBENCH, "gen", "tcp-flood", "-o", "small.pcap"], check=True)
        with open("small.pcap", "rb") as small, open("large.pcap", "wb") as large:
            content = small.read()
            large.write(content[:FILE_HEADER])
            for _ in range(REPEATS):
                large.write(content[FILE_HEADER:])
        print(f"peak memory, MB, of {os.path.getsize('small.pcap') / 1e6:.0f} MB and "
              f"{os.path.getsize('large.pcap') / 1e6:.0f} MB")
        for case in CASES:
            small, large = (peak(path, *case) for path in ("small.pcap", "large.pcap"))
            bad = large - small > MOST
            failed += bad
            print(f"{'FAIL' if bad else 'ok  '} {small / 1e6:6.1f} {large / 1e6:6.1f}  "
                  f"{' '.join(case)}", flush=True)
        os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
