"""The files of a checkout, as the lints see them."""

import functools
import posixpath
import subprocess
from pathlib import Path

import c_text

C_SUFFIXES = (".c", ".h", ".cpp")
# Where the program and its libraries live.
ROOTS = ("bench/", "cli/", "datasets/", "include/", "parsers/", "python/", "report/",
         "results/")


class NoGit(Exception):
    pass


def git(root, *arguments):
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], check=True, text=True,
                              capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoGit from error


class Tree:
    """What git tracks below a root; names are paths from there."""

    def __init__(self, root):
        self.root = Path(root)
        # A folder that is unpacked inside of another checkout is not tracked there.
        git(root, "ls-files", "--error-unmatch", "CMakeLists.txt")
        names = git(root, "ls-files", "-z").split("\0")
        self.files = sorted({n for n in names if n and (self.root / n).is_file()})
        self.known = set(self.files)

    @functools.lru_cache(maxsize=None)
    def text(self, name):
        return (self.root / name).read_text(encoding="utf-8", errors="replace")

    @functools.lru_cache(maxsize=None)
    def code(self, name):
        return c_text.code_of(self.text(name))

    def sources(self, *suffixes):
        return [name for name in self.files if name.endswith(suffixes or C_SUFFIXES)]

    def program(self):
        """C files of the program: no tests, no examples."""
        return [name for name in self.sources() if name.startswith(ROOTS)]

    @functools.lru_cache(maxsize=None)
    def includes(self, name):
        """(line, file) of what the file includes, by its path from the root or from include/. What
        is no file of the tree is made by the build, or left to the compiler."""
        found = []
        for line, path in c_text.includes(self.text(name)):
            for place in (path, "include/" + path):
                if place in self.known:
                    found.append((line, place))
        return found


def folder(name):
    return posixpath.dirname(name)


def module(name):
    """X.c and X.h are one module, X."""
    return posixpath.splitext(name)[0]
