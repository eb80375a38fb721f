#!/usr/bin/env python3
"""What `./run package` made works where nothing else is: in a bare system of this release, without a compiler and
without the source, the Debian packages are installed, and the tarball is unpacked; the commands of README.md and doc/
run from them, as an ordinary user and as root; an upgrade and a removal leave nothing behind.

Usage: test_bare.py [-v] [--suite SUITE] SOURCE DIST WORK [deb|tarball]; DIST has what was made. Needs root and
debootstrap. A release other than this one is that of the packages, for the tarball SUITE."""

import argparse
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import pages
from bare import SUITES, Bare, Failed, NoSystem, lacking, make_base

parser = argparse.ArgumentParser()
parser.add_argument("-v", action="store_true", help="also what the commands print")
parser.add_argument("--suite", help="where the tarball runs (default: in this release)")
parser.add_argument("folders", nargs=3, type=Path)
parser.add_argument("kinds", nargs="*", default=["deb", "tarball"])
given = parser.parse_args()
SOURCE, DIST, WORK = (folder.resolve() for folder in given.folders)
INSTALL = "apt-get install -y -qq --no-install-recommends"
MODULES = ("wireshark", "libtins", "libtrace")
VERIFY = "pktbench gen tcp-flood --size 200kB -o first.pcap && pktbench verify first.pcap"
# What no bare system has.
ABSENT = ("cc", "gcc", "cmake", "git", "python3", "pktbench", "tshark")


class Check:
    """Goes on after a failure: one run says all that fails."""

    def __init__(self):
        self.failed, self.passed = [], 0

    def that(self, condition, what):
        if condition:
            self.passed += 1
        else:
            self.failed.append(what)
            print(f"FAIL: {what}", flush=True)
        return condition

    def command(self, run, command, **options):
        """The output, or an empty text if it failed."""
        try:
            text = run(command, **options)
        except (Failed, subprocess.TimeoutExpired) as error:
            self.that(False, str(error))
            return ""
        self.passed += 1
        print(f"== {command}\n{text}" if given.v else f"ok: {command}", flush=True)
        return text


check = Check()


def run_pages(bare, program, expected=None):
    """Every command of the pages; live capture as root. Expected: words of commands, and their exit status here."""
    folder = f"export PATH={program}:$PATH;"
    check.command(bare.user, f"{folder} mkdir pages && cd pages && {pages.FILES}")
    check.command(bare.user, f"{folder} cd pages && {pages.RESULTS}")
    last = ""
    for page, command in pages.commands(SOURCE):
        why = pages.left_out(command)
        if why:
            print(f"not run: {command}: {why}")
            continue
        if page != last:
            bare.user(f"cp -r pages {page}")
            last = page
        short = pages.stand_in(command)
        run = bare.root if "-i lo" in short else bare.user
        if any(word in short for word in pages.ENDLESS):
            short = f"timeout --foreground --preserve-status --signal=INT 4 {short}"
        allowed = (0, 1) if any(word in short for word in pages.ANSWERS) else (0,)
        for words, status in (expected or {}).items():
            allowed = (status,) if words in command else allowed
        check.command(run, f"{folder} {short}", where=f"/home/user/{page}", allowed=allowed)


def check_live(bare):
    """live.md: a user without the right is told what is missing; the file capability gives it."""
    live = "timeout --foreground --preserve-status --signal=INT 4 pktbench extract -i lo -o live.csv"
    said = check.command(bare.user, live, allowed=(2,))
    check.that("sudo setcap cap_net_raw+ep /usr/bin/pktbench" in said, f"a capture without rights: {said}")
    line = re.search(r'^sudo (setcap \S+) "\$\(command -v pktbench\)"', (SOURCE / "doc/live.md").read_text("utf-8"), re.M)[1]
    check.command(bare.root, f"{INSTALL} libcap2-bin && {line} /usr/bin/pktbench")
    check.command(bare.user, f"{live} && grep -q ts_ns live.csv")


def base_for(version):
    """The bare system that packages of this version are for; by default, this release."""
    here = platform.freedesktop_os_release()
    name = re.search(r"~([a-z]+[\d.]+)$", version)
    name = name[1] if name else here["ID"] + here.get("VERSION_ID", "")
    suite = given.suite if given.suite and not version else SUITES.get(name)
    if not suite:
        raise NoSystem(f"no suite is known for {name}")
    folder = WORK / f"base-{suite}"
    if not folder.exists():
        make_base(folder, suite)
    return folder


def fields(deb):
    text = subprocess.run(["dpkg-deb", "-f", deb], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^([\w-]+): (.*)", text, re.M))


def older(debs, folder):
    """The packages as an earlier version of which one file is no longer there."""
    folder.mkdir(parents=True)
    for deb in debs:
        tree = folder / "tree"
        subprocess.run(["dpkg-deb", "-R", deb, tree], check=True)
        control = tree / "DEBIAN/control"
        control.write_text(control.read_text().replace(fields(deb)["Version"], "0.0.1-1"))
        doc = tree / "usr/share/doc" / fields(deb)["Package"]
        (doc / "gone").write_text("a file of an earlier version\n")
        subprocess.run(["dpkg-deb", "-Zgzip", "--root-owner-group", "-b", tree, folder / deb.name], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.rmtree(tree)
    return sorted(folder.glob("*.deb"))


def install_line():
    """What install.md says, as root and without questions."""
    text = (SOURCE / "doc/install.md").read_text(encoding="utf-8")
    return re.search(r"^sudo apt install (.*)$", text, re.M)[1]


def check_modules(bare):
    listed = check.command(bare.user, "pktbench list backends")
    for module in MODULES:
        check.that(re.search(rf"^{module}: .*\n    version ", listed, re.M), f"{module} is not available: {listed}")
    check.command(bare.user, "cd pages && pktbench verify capture.pcap --backends raw,libpcap," + ",".join(MODULES),
                  allowed=(0, 1))


def check_texts(bare, names):
    """Manual page, completion, licences, as a reader gets them."""
    check.command(bare.root, f"{INSTALL} man-db bash-completion groff-base lintian")
    page = check.command(bare.user, "man pktbench | cat")
    check.that("pktbench extract" in page and "PKTBENCH_MODULES" in page, f"man pktbench: {page[:300]}")
    load = "{ _comp_load pktbench || _completion_loader pktbench; } 2>/dev/null"  # by the version of bash-completion
    complete = check.command(
        bare.user, f"bash -c '. /usr/share/bash-completion/bash_completion; {load}; complete -p pktbench'")
    check.that("pktbench" in complete, f"bash does not complete pktbench: {complete}")
    for name in names:
        text = check.command(bare.user, f"cat /usr/share/doc/{name}/copyright")
        check.that("The pktbench authors" in text, f"copyright of {name}: {text[:300]}")
    # The names hold the time and the commit; CPack writes the scripts.
    known = "package-has-long-file-name,maintscript-calls-ldconfig"
    check.command(bare.user, f"lintian --fail-on error,warning --suppress-tags {known} /dist/*.deb")


def check_development(bare):
    """The packages are enough for a plug-in and for a program."""
    check.command(bare.root, f"{INSTALL} gcc g++ libc6-dev make cmake pkg-config")
    check.command(bare.user, "cp -r /usr/share/doc/pktbench/examples .")
    check.command(bare.user, "cmake -S examples/plugin -B build/plugin && cmake --build build/plugin")
    check.command(bare.user, "cmake -S examples/count_packets -B build/count && cmake --build build/count")
    check.command(bare.user, "cc $(pkg-config --cflags pktbench) examples/count_packets/count_packets.c "
                  "$(pkg-config --libs pktbench) -o count && ./count pages/capture.pcap")
    check.command(bare.user, "build/count/count_packets pages/capture.pcap")
    check.command(bare.user, "pktbench verify pages/traffic.pcap --plugin build/plugin/libmine.so --backends raw,mine "
                  "--reference raw", allowed=(0, 1))


def check_external(bare):
    """What pktbench suggests, as this release has it."""
    check.command(bare.root, f"{INSTALL} python3")
    said = check.command(bare.user, "pktbench list backends")
    check.that("dpkt is not installed for this Python; install tshark" in said and "./run" not in said,
               f"advice for a system without a checkout: {said}")
    check.command(bare.root, f"{INSTALL} python3-dpkt python3-scapy python3-cryptography tshark")
    for name in ("dpkt", "scapy", "tshark"):
        text = check.command(bare.user, f"pktbench verify pages/capture.pcap --levels headers --backends raw,{name}")
        check.that(re.search(rf"^ *{name} +headers +ok ", text, re.M), f"{name}: {text}")


def check_debs(debs):
    names = [fields(deb)["Package"] for deb in debs]
    bare = Bare(base_for(fields(debs[0])["Version"]), WORK / "deb")
    for tool in ABSENT:
        check.command(bare.user, f"! command -v {tool}")
    shutil.rmtree(WORK / "older", ignore_errors=True)
    for deb in older(debs, WORK / "older"):
        bare.copy(deb, "/older")
    for deb in debs:
        bare.copy(deb, "/dist")
    bare.root("ln -s /dist dist", where="/root")
    # The line of the page in a system that never had them, then over older ones.
    check.command(bare.root, f"apt-get install -y {install_line()}")
    check.that(" ok " in check.command(bare.user, VERIFY), "verify by the first installation")
    check.command(bare.root, "apt-get purge -y -qq 'pktbench*'")
    check.command(bare.root, f"{INSTALL} /older/*.deb")
    check.command(bare.root, f"apt-get install -y {install_line()}")
    check.command(bare.root, f"{INSTALL} /dist/*.deb")
    check.that(not any(path.endswith("/gone") for path in bare.files()), "the upgrade left files")
    said = check.command(bare.user, "dpkg-query -W 'pktbench*' 'libpktbench*'")
    check.that(not re.search(r"\t0\.0\.1-1$", said, re.M), f"an old package is left: {said}")
    run_pages(bare, "/usr/bin")
    check_modules(bare)
    check_live(bare)
    check_texts(bare, names)
    check_development(bare)
    check_external(bare)
    check.command(bare.root, "apt-get purge -y -qq pktbench libpktbench0")  # install.md
    left = [path for path in bare.files() if "pktbench" in path]
    check.that(not left, f"a removal leaves {left}")


def check_tarball(tarball):
    bare = Bare(base_for(""), WORK / "tarball")
    bare.copy(tarball, "/home/user/dist")
    text = (SOURCE / "doc/install.md").read_text(encoding="utf-8")
    for line in re.search(r"^(tar -xzf .*\n(?:.+\n)*?)```", text, re.M)[1].splitlines():
        check.command(bare.user, line)
    name = tarball.name.removesuffix(".tar.gz")
    # Nothing decodes captures of one's own a second time.
    run_pages(bare, f"/home/user/{name}/bin", {"--backend wireshark": 2, "pktbench verify capture.pcap": 1})


def main():
    why = lacking()
    if why:
        print(f"SKIP: {why}")
        return 77
    for kind in given.kinds:
        found = sorted(DIST.glob("*.deb" if kind == "deb" else "pktbench-*.tar.gz"))
        if not found:
            print(f"SKIP: {kind}: {DIST} has none")
            continue
        try:
            if kind == "deb":
                check_debs(found)
            else:
                check_tarball(found[0])
        except NoSystem as error:
            print(f"SKIP: {kind}: {error}")
    print(f"{check.passed} checks passed, {len(check.failed)} failed")
    return 1 if check.failed else 0 if check.passed else 77


if __name__ == "__main__":
    sys.exit(main())
