#!/usr/bin/env python3
"""Rules of this project's structure that a machine keeps, over what git tracks.

Usage: structure.py LINT [SOURCE]    LINT: one of those in LINTS below, or `all`

Every violation is a line "file:line: what is wrong; what to do". Exit status: 0 none, 1 some,
2 wrong usage, 77 skipped: SOURCE is no git checkout."""

import re
import statistics
import sys

import c_text
import circles
import layers
from tree import NoGit, Tree, folder, git

FOLDER_FILES = 20   # source files of a folder, at most
FILE_LINES = 500
FUNCTION_LINES = 60  # from the opening brace to the closing one
FUNCTION_MEDIAN = 12
README_LINES = 180
README_WORDS = 1300
SUBJECT_LENGTH = 72
COMMITS = 50  # that are looked at where there is no tag, but none up to this one
COMMITS_AFTER = "e206d05"

TESTS = ("tests/", "examples/")
SAYS = re.compile(r"\b(?:stdout|stderr|(?:printf|vprintf|puts|putchar|perror|exit)(?=\s*\()"
                  r"|(?:say|message)_\w+(?=\s*\())")
ASSERT = re.compile(r"\bassert\s*\(")
TYPE = re.compile(r"\b(?:struct|enum|union)\s+(\w+)\s*\{|^\}\s*(\w+);"
                  r"|^typedef\b(?:[^;{(]*\(\*(\w+)\)|[^;{(]*?(\w+);)", re.MULTILINE)
MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
ARROW = re.compile(r"Arrow(?:Schema|Array|ArrayStream)|ARROW_C_(?:DATA|STREAM)_INTERFACE"
                   r"|ARROW_FLAG_(?:DICTIONARY_ORDERED|NULLABLE|MAP_KEYS_SORTED)")
SUBJECT = re.compile(r"[a-z0-9][\w/.+ -]*(?:, [a-z0-9][\w/.+ -]*)*: \S.*")


def matches(tree, name, pattern):
    """(line, text) of every match in the file's code."""
    code = tree.code(name)
    for match in pattern.finditer(code):
        yield c_text.line_of(code, match.start()), match.group()


def printing(tree):
    for name in tree.program():
        if name.startswith(("cli/", "bench/selftest/")):
            continue
        own = {function.name for function in c_text.functions(tree.code(name))}
        for line, word in matches(tree, name, SAYS):
            if word not in own:
                what = "end the process" if word == "exit" else "print"
                yield (f"{name}:{line}: {word}: only cli/ may {what}; return a pkt_err, or write to "
                       "a FILE * of the caller")


def guards(tree):
    for name in tree.sources():
        if name.startswith(TESTS):
            continue
        for line, _ in matches(tree, name, ASSERT):
            yield (f"{name}:{line}: assert() does nothing in a release build; check with an error "
                   "path, or use static_assert")


def folder_sizes(tree):
    folders = {}
    for name in tree.sources(".c", ".h", ".cpp", ".py", ".js"):
        folders.setdefault(folder(name), []).append(name)
    for room, names in sorted(folders.items()):
        if len(names) > FOLDER_FILES:
            yield (f"{names[FOLDER_FILES]}:1: {room} holds {len(names)} source files; at most "
                   f"{FOLDER_FILES}: divide the folder")


def file_sizes(tree):
    for name in tree.sources(".c", ".h", ".cpp", ".py", ".js"):
        lines = tree.text(name).count("\n")
        if lines > FILE_LINES:
            yield f"{name}:{lines}: {lines} lines; at most {FILE_LINES}: divide the file"


def function_sizes(tree):
    sizes = []
    for name in tree.sources(".c"):
        for function in c_text.functions(tree.code(name)):
            if function.lines > FUNCTION_LINES:
                yield (f"{name}:{function.line}: {function.name}() has {function.lines} lines; at "
                       f"most {FUNCTION_LINES}: divide it")
            if not name.startswith("tests/"):
                sizes.append(function.lines)
    if sizes and statistics.median(sizes) > FUNCTION_MEDIAN:
        yield (f".:1: half of the functions have more than {FUNCTION_MEDIAN} lines (the median is "
               f"{statistics.median(sizes):g}); divide the longer ones")


def readme_size(tree):
    text = tree.text("README.md")
    lines = text.count("\n")
    prose = re.sub(r"^```.*?^```[^\n]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    words = len(prose.split())
    if lines > README_LINES:
        yield (f"README.md:{lines}: {lines} lines; at most {README_LINES}: move details to doc/")
    if words > README_WORDS:
        yield (f"README.md:{lines}: {words} words as wc -w counts them, without fenced code; at "
               f"most {README_WORDS}: move details to doc/")


def sizes(tree):
    for part in (folder_sizes, file_sizes, function_sizes, readme_size):
        yield from part(tree)


def header_names(tree, name):
    """(line, name) of all that the public header declares."""
    code = tree.code(name)
    yield from ((f.line, f.name) for f in c_text.functions(code))
    yield from c_text.prototypes(code)
    for pattern in (TYPE, MACRO):
        for match in pattern.finditer(code):
            word = next(filter(None, match.groups()))
            yield c_text.line_of(code, match.start()), word


def public_names(tree):
    for name in tree.sources(".h"):
        if not name.startswith("include/"):
            continue
        for line, word in header_names(tree, name):
            if not word.startswith(("pkt_", "PKT")) and not ARROW.fullmatch(word):
                yield (f"{name}:{line}: {word} has no prefix; the public header declares pkt_... "
                       "and PKT_... only")


def exported_names(tree):
    """What a static library puts into the program that links it. Modules are shared objects."""
    for name in tree.sources(".c"):
        if not name.startswith("parsers/") or name.startswith("parsers/modules/"):
            continue
        code = tree.code(name)
        names = [(f.line, f.name) for f in c_text.functions(code) if not f.static]
        for line, word in names + c_text.data(code):
            if not word.startswith("pkt_"):
                yield (f"{name}:{line}: {word} has no prefix, and the static library exports it; "
                       "name it pkt_..., or make it static")


def names(tree):
    yield from public_names(tree)
    yield from exported_names(tree)


def commits(root):
    """`hash subject` of the commits since the last tag, or of the last ones."""
    def log(*which):
        return git(root, "log", "--no-merges", "--format=%h %s", *which, "--").splitlines()
    try:
        return log(git(root, "describe", "--tags", "--abbrev=0").strip() + "..HEAD")
    except NoGit:
        pass
    try:
        return log(f"-{COMMITS}", f"{COMMITS_AFTER}..HEAD")
    except NoGit:  # a shallow clone, or another history
        return log(f"-{COMMITS}")


def subjects(tree):
    for commit in commits(tree.root):
        number, _, subject = commit.partition(" ")
        if len(subject) > SUBJECT_LENGTH:
            yield (f"commit {number}:1: the subject has {len(subject)} characters; at most "
                   f"{SUBJECT_LENGTH}: say it shorter: {subject}")
        if not SUBJECT.fullmatch(subject):
            yield f"commit {number}:1: the subject is not 'area: what'; rewrite it: {subject}"


LINTS = {"layers": layers.lint, "circles": circles.lint, "printing": printing, "sizes": sizes,
         "guards": guards, "names": names, "subjects": subjects}


def main(arguments):
    if len(arguments) not in (2, 3) or arguments[1] not in (*LINTS, "all"):
        print(__doc__, file=sys.stderr)
        print("Lints:", " ".join(LINTS), file=sys.stderr)
        return 2
    try:
        tree = Tree(arguments[2] if len(arguments) == 3 else ".")
        wanted = LINTS if arguments[1] == "all" else [arguments[1]]
        found = [line for lint in wanted for line in LINTS[lint](tree)]
    except NoGit:
        print("SKIP: this is no git checkout")
        return 77
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
