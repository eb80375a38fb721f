#!/usr/bin/env python3
"""The tshark driver where tshark does not have all fields of tags: the rows are the same.

Usage: test_tshark.py PKTBENCH FOLDER_OF_EXTERNAL_PY"""

import os
import shutil
import subprocess
import sys
import tempfile

PKTBENCH, FOLDER = (os.path.abspath(argument) for argument in sys.argv[1:3])
MISSING = "hbbak.etype"
OLDER = f"""#!/bin/sh
# As a tshark without the field: it refuses all.
for word; do
    [ "$word" != {MISSING} ] || {{ printf "tshark: Some fields aren't valid:\\n\\t{MISSING}\\n" >&2; exit 1; }}
done
exec TSHARK "$@"
"""
ROWS = """
import sys
import tshark_driver
driver = tshark_driver.Tshark()
driver.check()
print(*sorted(driver.missing))
run = driver.open(sys.argv[1], "headers", True)
for packet in run.packets:
    print(run.cells(packet))
run.close()
"""


def rows(capture, folders):
    environment = {**os.environ, "PYTHONPATH": FOLDER, "PYTHONDONTWRITEBYTECODE": "1",
                   "PATH": os.pathsep.join([*folders, os.environ["PATH"]])}
    done = subprocess.run([sys.executable, "-c", ROWS, capture], capture_output=True, text=True,
                          check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def main():
    tshark = shutil.which("tshark")
    if not tshark:
        print("SKIP: tshark is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "capture.pcap")
        subprocess.run([PKTBENCH, "gen", "benign-iot", "--size", "100kB", "-o", capture], check=True)
        whole, older = rows(capture, []), os.path.join(folder, "tshark")
        with open(older, "w", encoding="ascii") as file:
            file.write(OLDER.replace("TSHARK", tshark))
        os.chmod(older, 0o755)
        fewer = rows(capture, [folder])
    assert MISSING in fewer[0].split() and len(whole) > 100, fewer[0]
    assert whole[1:] == fewer[1:], "the rows differ"
    return 0


if __name__ == "__main__":
    sys.exit(main())
