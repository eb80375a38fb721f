"""The program and its modules are built with full RELRO, and the program as a position-independent
executable with stack protector and _FORTIFY_SOURCE.

Usage: test_hardening.py PKTBENCH [MODULE...]"""

import shutil
import subprocess
import sys


def readelf(*words):
    return subprocess.run(["readelf", "-W", *words], capture_output=True, text=True,
                          check=True).stdout


def test(program, modules):
    for path in (program, *modules):
        assert "GNU_RELRO" in readelf("-l", path), f"{path}: no RELRO"
        assert "BIND_NOW" in readelf("-d", path), f"{path}: symbols are bound late"
    assert " PIE" in readelf("-d", program), "not position-independent"
    names = readelf("--dyn-syms", program)
    for name in ("__stack_chk_fail", "__snprintf_chk"):
        assert name in names, f"{name} is not used"


if not shutil.which("readelf"):
    print("SKIP: readelf is not installed")
    sys.exit(77)
test(sys.argv[1], sys.argv[2:])
