"""Memory of extract and mix does not depend on the size of the capture: equal peaks for a capture and
one with ten times its packets; with Parquet, twice its packets.

Usage: test_memory.py PKTBENCH PEAK [REPEATS]; default 10 repeats of 10 MB."""

import os
import subprocess
import sys
import tempfile

PKTBENCH, PEAK = (os.path.abspath(path) for path in sys.argv[1:3])
REPEATS = int(sys.argv[3]) if len(sys.argv) > 3 else 10
FILE_HEADER = 24
# Blocks of Parquet have 131,072 rows, and two threads have four of them: the smaller capture fills
# them too.
PARQUET_REPEATS = REPEATS // 2
MAX_DIFFERENCE = 8e6  # of the peaks, bytes: less than 8 per additional packet
FLOWS = ("--level", "flows", "--max-flows", "100000")
CASES = (
    ("--format", "csv"), ("--format", "arrow"), ("--format", "parquet"), ("--format", "none"),
    ("--format", "csv", "--threads", "2"), ("--format", "parquet", "--threads", "2"),
    ("--backend", "libpcap"), ("--join",),
    ("-f", "tcp"), ("-f", "tcp", "--format", "none"),
    FLOWS, (*FLOWS, "--threads", "2"), (*FLOWS, "--format", "none"),
    ("--features", "ciciot46"), ("--features", "ciciot39", "--window", "2", "--format", "parquet"),
    ("--features", "ciciot-fixed", "--by", "flow", "--max-flows", "10000"),
    ("--features", "ciciot-fixed", "--by", "flow", "--window", "1s", "--max-flows", "10000",
     "--format", "none"))


MIX_MAX = 64e6  # bytes
MIX_CASES = (("--truth", "truth.csv"), ("--truth", "truth.csv", "--comments"), ("--truth", "truth.parquet"))


def peak(*words, command="extract"):
    """Peak resident memory of a process, bytes."""
    done = subprocess.run([PEAK, PKTBENCH, command, "-o", "/dev/null", *words],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{words}: {done.returncode}: {done.stderr}")
    return int(done.stdout)


def report(bad, small, large, words):
    print(f"{'FAIL' if bad else 'ok  '} {small / 1e6:6.1f} {large / 1e6:6.1f}  {' '.join(words)}", flush=True)


def check_mix():
    """Mixtures with a small and a large capture."""
    failed = 0
    subprocess.run([PKTBENCH, "gen", "benign-iot", "-o", "other.pcap"], check=True)
    for case in MIX_CASES:
        first = "half.pcap" if "truth.parquet" in case else "small.pcap"
        small, large = (peak(path, "other.pcap", *case, command="mix") for path in (first, "large.pcap"))
        bad = large - small > MAX_DIFFERENCE or large > MIX_MAX
        failed += bad
        report(bad, small, large, ("mix", *case))
    return failed


def main():
    failed = 0
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as work:
        os.chdir(work)
        subprocess.run([PKTBENCH, "gen", "tcp-flood", "-o", "small.pcap"], check=True)
        with open("small.pcap", "rb") as small:
            content = small.read()
        for name, repeats in ("half.pcap", PARQUET_REPEATS), ("large.pcap", REPEATS):
            with open(name, "wb") as file:
                file.write(content[:FILE_HEADER])
                for _ in range(repeats):
                    file.write(content[FILE_HEADER:])
        print(f"peak memory, MB, of {os.path.getsize('small.pcap') / 1e6:.0f} MB (Parquet: "
              f"{os.path.getsize('half.pcap') / 1e6:.0f} MB) and {os.path.getsize('large.pcap') / 1e6:.0f} MB")
        for case in CASES:
            parquet = "parquet" in case
            small, large = (peak(path, *case) for path in ("half.pcap" if parquet else "small.pcap", "large.pcap"))
            bad = large - small > MAX_DIFFERENCE / (2 if parquet else 1)
            failed += bad
            report(bad, small, large, case)
        failed += check_mix()
        os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
