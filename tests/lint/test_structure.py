"""Every rule of structure.py: a clean small tree passes, and each planted violation is found, with
its place and what to do.

Usage: test_structure.py"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LINT = Path(__file__).resolve().parent / "structure.py"

CLEAN = {
    "CMakeLists.txt": "project(small)\n",
    "README.md": "# small\n\nA few words.\n\n```sh\n" + "word " * 2000 + "\n```\n",
    "tests/lint/layers.txt": "# A comment.\n"
                             "include:\nparsers/core: include\nbench: parsers/core\n"
                             "cli: parsers/core bench\n",
    "include/pktbench.h": """#ifndef PKTBENCH_H
#define PKTBENCH_H
/* A struct of Arrow keeps its name. */
struct ArrowSchema {
    const char *format;
};
typedef struct pkt_thing {
    int value;
} pkt_thing;
typedef int (*pkt_call)(int value);
int pkt_double(int value);
#endif
""",
    "parsers/core/core.h": "#include \"pktbench.h\"\nint pkt_core(int value);\n",
    "parsers/core/core.c": """#include "parsers/core/core.h"

#define TWICE 2

/* This comment says printf("x") and assert(x). */
static int helper(int value)
{
    return value * TWICE;
}

int pkt_core(int value)
{
    const char *text = "stdout, exit(1); assert(0)";
    return helper(value) + text[0];
}
""",
    "bench/run.h": "int run(int value);\n",
    "bench/run.c": """#include "bench/run.h"

#include <stdio.h>
#include <unistd.h>

#include "parsers/core/core.h"
#include "revision.h"

static void message_add(int value)
{
    (void)value;
}

int run(int value)
{
    char text[10];
    _Static_assert(sizeof text == 10, "");
    message_add(snprintf(text, sizeof text, "%d", value));
    if (value == 7)
        _exit(1);
    return pkt_core(value);
}
""",
    "cli/main.c": """#include <assert.h>
#include <stdio.h>

#include "bench/run.h"
#include "parsers/core/core.h"

int main(void)
{
    return printf("%d\\n", run(pkt_core(1))) < 0;
}
""",
}


def function(name, lines, static="static "):
    """A function whose body has so many lines, its braces included."""
    return f"{static}int {name}(void)\n{{\n" + "    ;\n" * (lines - 3) + "    return 0;\n}\n"


def git(root, *arguments):
    subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=n@example.org", "-C", root,
                    *arguments], check=True, capture_output=True,
                   env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})


class Small:
    """The small tree with some files added or replaced (None: removed), as a checkout."""

    def __init__(self, changes, subject="core: a first commit"):
        self.folder = tempfile.TemporaryDirectory()
        for name, text in {**CLEAN, **changes}.items():
            if text is not None:
                path = Path(self.folder.name) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        git(self.folder.name, "init", "--quiet")
        git(self.folder.name, "add", "--all")
        git(self.folder.name, "commit", "--quiet", "--message", subject)

    def lint(self, name):
        done = subprocess.run([sys.executable, "-B", LINT, name, self.folder.name], capture_output=True,
                              text=True, check=False)
        self.folder.cleanup()
        return done.returncode, done.stdout


def plus(name, text):
    return {name: CLEAN[name] + text}


def changed(name, old, new):
    assert old in CLEAN[name], old
    return {name: CLEAN[name].replace(old, new)}


LAYERS = "tests/lint/layers.txt"
UPWARD = changed("parsers/core/core.c", "core.h\"\n", "core.h\"\n#include \"bench/run.h\"\n")
CIRCLE = {"bench/other.h": "int other(void);\n",
          "bench/other.c": "#include \"bench/run.h\"\n" + function("other", 5, static=""),
          **changed("bench/run.c", "\"revision.h\"", "\"bench/other.h\"")}
# Two files that share a header and call each other.
SHARED = {"bench/parts.h": "int first(void);\nint second(void);\n",
          "bench/first.c": "#include \"bench/parts.h\"\n\nint first(void)\n{\n"
                           "    return second();\n}\n",
          "bench/second.c": "#include \"bench/parts.h\"\n\nint second(void)\n{\n"
                            "    return first();\n}\n"}
MEDIAN = {f"datasets/{n}.c": function(f"f{n}", 13) for n in range(8)}
FULL = {f"bench/{n}.py": "" for n in range(19)}
SHORT = "#include \"parsers/core/core.h\"\n\n"

# What is planted, the lint, and the places and words that it must name.
PLANTED = [
    ("an upward include", UPWARD, "layers",
     ["parsers/core/core.c:2: parsers/core may not include bench;"]),
    ("a room without a line", changed(LAYERS, "bench: parsers/core\n", ""), "layers",
     ["bench/run.c:1: the room bench has no line", f"{LAYERS}:4: cli names bench"]),
    ("a line without a room", plus(LAYERS, "report: bench\n"), "layers",
     [f"{LAYERS}:6: report holds no C file"]),
    ("an edge that nobody uses", changed(LAYERS, "bench: ", "bench: include "), "layers",
     [f"{LAYERS}:4: bench includes nothing of include"]),
    ("rooms in a circle",
     {**UPWARD, **changed(LAYERS, "core: include", "core: include bench")}, "layers",
     [f"{LAYERS}:3: parsers/core names bench, which has no line above"]),
    ("a line that is no rule", plus(LAYERS, "report\n"), "layers", [f"{LAYERS}:6: this is no rule"]),
    ("a room of two lines", plus(LAYERS, "bench: include\n"), "layers",
     [f"{LAYERS}:6: bench has two lines"]),
    ("an include circle", CIRCLE, "circles",
     ["include circle of bench/other and bench/run", "bench/run.c:7 includes bench/other.h",
      "bench/other.c:1 includes bench/run.h"]),
    ("a circle of calls", SHARED, "circles",
     ["bench/first.c:5: include circle of bench/first and bench/second", "uses second",
      "bench/second.c:5 uses first"]),
    ("a printf in bench/", plus("bench/run.c", "\nvoid f(void)\n{\n    printf(\"\");\n}\n"),
     "printing", ["bench/run.c:26: printf: only cli/ may print"]),
    ("stderr in bench/", plus("bench/run.c", "void *f(void)\n{\n    return stderr;\n}\n"),
     "printing", ["bench/run.c:25: stderr: only cli/ may print"]),
    ("a message in bench/", plus("bench/run.c", "void f(void)\n{\n    message_error(\"\");\n}\n"),
     "printing", ["bench/run.c:25: message_error: only cli/ may print"]),
    ("an exit in bench/", plus("bench/run.c", "void f(void)\n{\n    exit(1);\n}\n"),
     "printing", ["bench/run.c:25: exit: only cli/ may end the process"]),
    ("a 21st file", FULL, "sizes", ["bench holds 21 source files; at most 20"]),
    ("a file of 501 lines", plus("bench/run.h", "\n" * 500), "sizes",
     ["bench/run.h:501: 501 lines; at most 500"]),
    ("a function of 61 lines", plus("bench/run.c", function("long", 61)), "sizes",
     ["bench/run.c:23: long() has 61 lines; at most 60"]),
    ("functions of 13 lines", MEDIAN, "sizes", ["the median is 13"]),
    ("a README of 181 lines", {"README.md": "\n" * 181}, "sizes",
     ["README.md:181: 181 lines; at most 180"]),
    ("a README of 1,301 words", {"README.md": "word " * 1301 + "\n"}, "sizes",
     ["README.md:1: 1301 words", "at most 1300"]),
    ("an assert", plus("cli/main.c", "void f(int i)\n{\n    assert(i < 3);\n}\n"), "guards",
     ["cli/main.c:13: assert() does nothing in a release build"]),
    ("a public function", plus("include/pktbench.h", "int twice(int value);\n"), "names",
     ["include/pktbench.h:13: twice has no prefix"]),
    ("a public type", plus("include/pktbench.h", "typedef struct thing thing;\n"), "names",
     ["include/pktbench.h:13: thing has no prefix"]),
    ("a public type for calls", plus("include/pktbench.h", "typedef int (*call)(void);\n"), "names",
     ["include/pktbench.h:13: call has no prefix"]),
    ("a public macro", plus("include/pktbench.h", "#define MOST 3\n"), "names",
     ["include/pktbench.h:13: MOST has no prefix"]),
    ("an exported function", plus("parsers/core/core.c", function("twice", 5, static="")), "names",
     ["parsers/core/core.c:16: twice has no prefix"]),
    ("an exported table", plus("parsers/core/core.c", "const int table[] = {1, 2};\n"), "names",
     ["parsers/core/core.c:16: table has no prefix"]),
]
# What is right, though it looks alike.
ALLOWED = [
    ("the longest function", plus("bench/run.c", function("long", 60)), "sizes"),
    ("a folder that is full", {**FULL, "bench/18.py": None}, "sizes"),
    ("the longest README", {"README.md": "\n" * 180}, "sizes"),
    ("an inlined function",
     plus("parsers/core/core.c", function("twice", 5, static="ALWAYS_INLINE ")), "names"),
    ("a static table", plus("parsers/core/core.c", "static const int table[] = {1};\n"), "names"),
    ("a header that others share", {**SHARED, "bench/second.c": "#include \"bench/parts.h\"\n"},
     "circles"),
    ("a table of another file",
     {"bench/run.h": CLEAN["bench/run.h"] + "extern const int table[];\n",
      "bench/table.c": "#include \"bench/run.h\"\n\nconst int table[] = {1, 2};\n",
      **changed("bench/run.c", "return pkt_core(value)", "return table[value]")}, "circles"),
]
SUBJECTS = {"core: a subject": 0, "core, bench/run: a subject": 0, "core: " + "x" * 66: 0,
            "core: " + "x" * 67: 1, "a subject without an area": 1, "Core: a subject": 1,
            "core:": 1}


def check(what, status, output, expected_status, words=()):
    missing = [word for word in words if word not in output]
    if status != expected_status or missing:
        print(f"{what}: exit status {status}, expected {expected_status}; "
              f"missing {missing}\n{output}")
        return 1
    return 0


def subject_checks():
    failed = 0
    for subject, expected in SUBJECTS.items():
        status, output = Small({}, subject).lint("subjects")
        words = ["at most 72" if len(subject) > 72 else "is not 'area: what'"] if expected else []
        failed += check(f"the subject '{subject}'", status, output, expected, words)
    return failed


def no_git_check():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-B", LINT, "sizes", folder], capture_output=True,
                              text=True, check=False)
        return check("no checkout", done.returncode, done.stdout, 77, ["SKIP"])


def main():
    if not shutil.which("git"):
        print("SKIP: there is no git")
        return 77
    status, output = Small({}).lint("all")
    failed = check("a clean tree", status, output, 0)
    for what, changes, lint, words in PLANTED:
        status, output = Small(changes).lint(lint)
        failed += check(what, status, output, 1, words)
    for what, changes, lint in ALLOWED:
        status, output = Small(changes).lint(lint)
        failed += check(what, status, output, 0)
    failed += subject_checks() + no_git_check()
    print(f"{failed} of {len(PLANTED) + len(ALLOWED) + len(SUBJECTS) + 2} checks failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
