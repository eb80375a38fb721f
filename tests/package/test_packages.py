#!/usr/bin/env python3
"""What `./run package` makes of the last commit: the same bytes in two folders; fields and files of the
Debian packages; that their program and library work, and the program of the tarball.

Usage: test_packages.py SOURCE WORK [deb|tarball]"""

import filecmp
import gzip
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE, WORK = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
KINDS = sys.argv[3:] or ["deb", "tarball"]
MODULES = {"wireshark": "libwireshark", "libtins": "libtins", "libtrace": "libtrace"}
DRIVERS = 15


def run(*words, **options):
    done = subprocess.run([str(w) for w in words], text=True, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    assert done.returncode == 0, f"{' '.join(map(str, words))}: {done.returncode}\n{done.stdout}"
    return done.stdout


def skip(why):
    print(f"SKIP: {why}")
    sys.exit(77)


def clones():
    """Two checkouts of the last commit, whose paths differ in length."""
    shutil.rmtree(WORK, ignore_errors=True)
    found = [WORK / "one", WORK / "a/longer/path/two"]
    for clone in found:
        run("git", "clone", "-q", SOURCE, clone)
    return found


def build(clone, kind):
    """The files that were made, or None where the tarball's sources cannot be fetched."""
    environment = {**os.environ, "PKTBENCH_NO_INSTALL": "1"}
    done = subprocess.run([clone / "run", "package", kind], text=True, check=False, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0 and kind == "tarball" and re.search(
            "compiler of the tarball cannot|static libraries were not", done.stderr):
        print(f"SKIP: the tarball: {done.stderr.strip().splitlines()[-1]}")
        return None
    if "required packages are missing" in done.stderr:
        skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    pattern = "*.deb" if kind == "deb" else "*.tar.gz"
    made = sorted((clone / "dist").glob(pattern))
    assert done.stdout.split() == [m.name for m in made], f"{done.stdout} is not what was made"
    return made


def check_same(one, two):
    assert [p.name for p in one] == [p.name for p in two]
    for a, b in zip(one, two):
        assert filecmp.cmp(a, b, shallow=False), f"two builds differ: {a} {b}"


def control(deb):
    text = run("dpkg-deb", "-f", deb)
    return dict(re.findall(r"^([\w-]+): (.*(?:\n .*)*)", text, re.M))


def files(deb):
    """Paths to (mode, owner)."""
    found = {}
    for line in run("dpkg-deb", "-c", deb).splitlines():
        mode, owner, _, _, _, path = line.split(None, 5)
        found[path.split(" -> ")[0].removeprefix(".")] = (mode, owner)
    return found


def check_fields(fields, name):
    for field in ("Maintainer", "Description", "Section", "Priority", "Architecture", "Installed-Size"):
        assert fields.get(field), f"{name} has no {field}"
    assert re.fullmatch(r".+ <\S+@\S+>", fields["Maintainer"]), fields["Maintainer"]
    assert "\n " in fields["Description"], f"{name}: no long description"
    assert re.fullmatch(r"\d+\.\d+\.\d+(~git\d{14}\.[0-9a-f]{12,})?-1~\w+[\d.]+", fields["Version"]), fields["Version"]


def check_depends(packages):
    def needs(name, *wanted):
        depends = packages[name]["Depends"]
        for word in wanted:
            assert re.search(rf"(^|, ){word}( |,|$)", depends), f"{name} does not depend on {word}: {depends}"
    same = re.escape(f"(= {packages['pktbench']['Version']})")
    needs("pktbench", "libc6", "libjansson4", r"libpcap0\.8(t64)?", "libxxhash0", "zlib1g", "libzstd1", "liblzma5")
    needs("libpktbench0", "libc6", r"libpcap0\.8(t64)?")
    needs("libpktbench-dev", f"libpktbench0 {same}", "libpcap-dev", "libxxhash-dev", "zlib1g-dev",
          "libzstd-dev", "liblzma-dev")
    for module, library in MODULES.items():
        if f"pktbench-{module}" in packages:
            needs(f"pktbench-{module}", f"pktbench {same}", rf"{library}[\d.a-z]+")
        else:
            print(f"SKIP: the package pktbench-{module}: its library is not installed")
    assert "wireshark" not in packages["pktbench"]["Depends"], "the program depends on libwireshark"


def check_debs(made):
    packages, held = {}, {}
    for deb in made:
        fields = control(deb)
        name = fields["Package"]
        assert deb.name == f"{name}_{fields['Version']}_{fields['Architecture']}.deb", deb.name
        check_fields(fields, name)
        packages[name], held[name] = fields, files(deb)
        for text in ("copyright", "changelog.Debian.gz"):
            assert f"/usr/share/doc/{name}/{text}" in held[name], f"{name} has no {text}"
        for path, (mode, owner) in held[name].items():
            assert owner == "root/root" and mode[7] == mode[4] == "r" and "w" not in mode[3:] \
                or mode[0] == "l", f"{name}: {path} {mode} {owner}"
            assert path.startswith("/usr/") or path in ("/", "/usr"), f"{name}: {path}"
        assert "_CPack" not in run("dpkg-deb", "-I", deb)
    check_depends(packages)
    for path in ("bin/pktbench", "share/man/man1/pktbench.1.gz", "share/zsh/vendor-completions/_pktbench",
                 "share/bash-completion/completions/pktbench", "share/doc/pktbench/changelog.gz",
                 "share/doc/pktbench/README.md", "share/doc/pktbench/doc/install.md",
                 "share/doc/pktbench/examples/plugin/mine.c"):
        assert f"/usr/{path}" in held["pktbench"], f"pktbench has no {path}"
    drivers = [p for p in held["pktbench"] if re.search(r"/pktbench/external/\w+\.py$", p)]
    assert len(drivers) >= DRIVERS, drivers
    development = "\n".join(held["libpktbench-dev"])
    for ending in ("include/pktbench.h", "libpktbench.a", "libpktbench.so", "pkgconfig/pktbench.pc",
                   "cmake/pktbench/pktbenchConfig.cmake"):
        assert re.search(rf"{re.escape(ending)}$", development, re.M), f"libpktbench-dev has no {ending}"
    # Each file is in one package.
    plain = [p for h in held.values() for p, (mode, _) in h.items() if mode[0] != "d"]
    assert len(plain) == len(set(plain)), "two packages hold the same file"


def check_program(program, folder, environment=None):
    """Traffic, its rows against the truth, a short measurement."""
    def pktbench(*words):
        return run(program, *words, cwd=folder, env={**os.environ, "LC_ALL": "C", **(environment or {})})
    pktbench("gen", "tcp-flood", "--size", "200000", "-o", "flood.pcap", "--truth", "truth.csv")
    header = (folder / "truth.csv").read_text().split("\n", 1)[0]
    pktbench("extract", "flood.pcap", "--columns", header, "--backend", "raw", "-o", "rows.csv")
    assert filecmp.cmp(folder / "truth.csv", folder / "rows.csv", shallow=False), "other rows"
    table = pktbench("bench", "flood.pcap", "--backends", "raw,libpcap", "--levels", "headers", "--processes",
                     "1", "--rounds", "1", "--budget", "1s", "-o", "out.json")
    assert re.search(r"^libpcap +headers +[\d.,]+ ", table, re.M), table
    return pktbench("list", "backends")


def check_paths(folder):
    for path in (WORK / "one", WORK / "a/longer"):
        named = subprocess.run(["grep", "-rlF", path, folder], capture_output=True, text=True, check=False)
        assert not named.stdout, f"these files name a folder of this machine:\n{named.stdout}"


def check_installed(made):
    """Without root: all packages unpacked into one folder."""
    root = WORK / "root"
    for deb in made:
        run("dpkg-deb", "-x", deb, root)
    backends = check_program(root / "usr/bin/pktbench", WORK)
    for module in MODULES:
        if any(m.name.startswith(f"pktbench-{module}_") for m in made):
            assert re.search(rf"^{module}: .*\n    version ", backends, re.M), backends
    assert gzip.decompress((root / "usr/share/man/man1/pktbench.1.gz").read_bytes()).startswith(b".")
    where = next(root.glob("usr/lib/*/pkgconfig"))
    flags = run("pkg-config", "--cflags", "--libs", "pktbench", env={**os.environ, "PKG_CONFIG_PATH": str(where)})
    assert str(WORK) in flags, flags
    run("cc", "-std=c11", SOURCE / "examples/count_packets/count_packets.c", *flags.split(), "-o", WORK / "count")
    run(WORK / "count", WORK / "flood.pcap", env={**os.environ, "LD_LIBRARY_PATH": str(where.parent)})
    check_paths(root)


def check_tarball(made):
    (tarball,) = made
    run("tar", "-xzf", tarball, "-C", WORK)
    folder = WORK / tarball.name.removesuffix(".tar.gz")
    program = folder / "bin/pktbench"
    versions = re.findall(r"@GLIBC_([\d.]+)", run("readelf", "-W", "--dyn-syms", program))
    assert max(tuple(map(int, v.split("."))) for v in versions) <= (2, 28), sorted(set(versions))
    dynamic = run("readelf", "-d", program)
    assert "PATH" not in dynamic and "BIND_NOW" in dynamic, dynamic
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    assert needed and all(re.fullmatch(r"lib(c|m|dl|rt|pthread)\.so\.\d|ld-linux.*", n) for n in needed), needed
    backends = check_program(program, WORK, {"PATH": "/usr/bin:/bin"})
    for module in MODULES:
        assert re.search(rf"^{module}: .*\n    unavailable: module .* not found: .*tarball", backends, re.M), backends
    check_paths(folder)
    readme = (folder / "README.md").read_text()
    assert "libwireshark" in readme and "@" not in readme, readme
    licences = {p.name for p in (folder / "share/doc/pktbench/libraries").iterdir()}
    assert licences == {"jansson", "libpcap", "libzstd", "xxhash", "xz-utils", "zlib"}, licences
    assert (folder / "share/doc/pktbench/LICENSE").exists()
    # Every command of its README.md works, from a folder of any name.
    (WORK / "tarball").mkdir()
    moved = (WORK / "tarball" / "any where").resolve()
    folder.rename(moved)
    for line in re.search(r"```sh\n(.*?)```", readme, re.S)[1].splitlines():
        run("sh", "-c", line + (" --processes 1 --budget 30s" if " bench " in line else ""), cwd=moved)


def main():
    if not shutil.which("dpkg-deb") or not shutil.which("git"):
        skip("dpkg-deb or git is not installed")
    if subprocess.run(["git", "-C", SOURCE, "ls-files", "--error-unmatch", "CMakeLists.txt"],
                      capture_output=True, check=False).returncode != 0:
        skip("this is no git checkout")
    one, two = clones()
    for kind in KINDS:
        made = build(one, kind)
        if made is None:
            continue
        if kind == "deb":
            check_debs(made)
            check_installed(made)
        else:
            check_tarball(made)
        check_same(made, build(two, kind))
    print("all good")


main()
