"""A system of this release without a compiler and without the source of pktbench: made by debootstrap, entered by
chroot in namespaces of its own, so that nothing is left mounted when a command has ended."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

SETUP = """mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --rbind /sys "$0/sys" || exit 2
exec chroot --userspec="$1" "$0" env -i HOME="$2" USER="$1" LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c 'cd "$0" && eval "$1"' "$3" "$4" """
SUITES = {"debian12": "bookworm", "debian13": "trixie", "ubuntu24.04": "noble"}
UBUNTU = ("noble",)


def mirror():
    """What apt has for this release, or an empty text."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    found = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {codename}",
                            "Component: main", "Created-By: Packages"], capture_output=True, text=True, check=False)
    return next(iter(found.stdout.split()), "")


def lacking():
    """Why no such system can be made here, or an empty text."""
    if os.geteuid() != 0:
        return "this is not root"
    for tool in ("debootstrap", "unshare", "chroot", "apt-get"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True, check=False).returncode:
        return "namespaces are not allowed"
    return "" if mirror() else "apt has no mirror of this release"


class NoSystem(Exception):
    """Why a bare system cannot be made."""


class Failed(Exception):
    """A command had another exit status than it should have."""


def make_base(folder, suite):
    """The system, as debootstrap makes it: there when it is complete."""
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    components = "main,universe" if suite in UBUNTU else "main"
    done = subprocess.run(["debootstrap", "--variant=minbase", f"--components={components}", suite, new, mirror()],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise NoSystem(f"debootstrap: {done.stdout.strip().splitlines()[-1]}")
    for name in ("etc/resolv.conf", "etc/hosts"):
        shutil.copy(f"/{name}", new / name)
    for part in Path("/etc/apt/apt.conf.d").iterdir():  # how the mirror is reached
        if re.search("Proxy|https", part.read_text(errors="replace")):
            shutil.copy(part, new / "etc/apt/apt.conf.d")
    new.rename(folder)


class Bare:
    def __init__(self, base, folder):
        self.folder = Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", base, self.folder], check=True)
        self.root("useradd --create-home --shell /bin/bash user && apt-get -qq update")

    def copy(self, path, where):
        """A file, readable by everyone."""
        target = self.folder / where.lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
        os.chmod(target / Path(path).name, 0o644)

    def run(self, user, command, where=None, allowed=(0,), limit=900):
        """Both outputs of a shell command."""
        home = "/root" if user == "root" else f"/home/{user}"
        done = subprocess.run(["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "sh", "-c", SETUP,
                               self.folder, user, home, where or home, command], text=True, errors="replace",
                              check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=limit)
        if done.returncode not in allowed:
            raise Failed(f"$ {command}    # as {user}: exit status {done.returncode}\n{done.stdout[-4000:]}")
        return done.stdout

    def root(self, command, **options):
        return self.run("root", command, **options)

    def user(self, command, **options):
        return self.run("user", command, **options)

    def files(self):
        """Paths of all files outside of homes and of what apt and dpkg keep."""
        leave = "proc|sys|dev|home|root|tmp|run|dist|older|var/lib/apt|var/lib/dpkg|var/cache|var/log"
        listed = subprocess.run(["find", self.folder, "-xdev", "-regextype", "egrep", "-regex",
                                 f"{self.folder}/({leave})", "-prune", "-o", "-not", "-type", "d", "-printf", "%P\n"],
                                capture_output=True, text=True, check=True)
        return set(listed.stdout.splitlines())
