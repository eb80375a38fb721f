"""Options of the source, which are texts, as arguments of pktbench.read() and its own choices."""

import json
import os
import re
from dataclasses import dataclass, replace

import pktbench
from pktbench import OptionError

from ._remote import is_remote

TEXTS = ("columns", "level", "filter", "features", "window", "by", "reset_every", "label",
         "label_by", "backend", "plugin", "flow_rule", "idle", "active")
NUMBERS = ("max_flows", "count", "batch_rows")
FLAGS = ("join", "inner", "recursive")
OWN = ("mode", "split", "whole_state", "push_filters", "complete", "labels")
MODES = ("FAILFAST", "PERMISSIVE")
COMPLETE = ("later", "renamed")
ERROR = "_error"  # the column that PERMISSIVE adds

_SIZE = re.compile(r"(\d+)\s*([kKMGT]i?)?B?")
_POWERS = {"k": 1, "K": 1, "M": 2, "G": 3, "T": 4}


@dataclass(frozen=True)
class Options:
    """What a query reads, and how.

    paths: files, folders and patterns; read: arguments of pktbench.read(); split: bytes of a part,
    at least, or None: one task a file.
    """

    paths: tuple
    read: dict
    permissive: bool = False
    split: int | None = None
    whole_state: bool = False
    recursive: bool = False
    push_filters: bool = False
    predicates: tuple = ()  # that were pushed
    renamed: bool = False  # a stream reads a file as soon as it is there
    chosen: tuple = ()  # columns of a schema that was given, _error too, in its order

    @property
    def columns(self):
        """Names of the columns that Spark gets, in their order."""
        return self.chosen or (*self.rows().columns, *([ERROR] if self.permissive else []))

    def rows(self, source=("a.pcap",), **more):
        """pktbench.Rows, of which nothing is opened before they are read."""
        return pktbench.read(source, **{**self.read, **more})

    def selecting(self, names):
        """The same, with these columns. Labels are not read for others; those that are read have
        columns that may not be among these."""
        read = dict(self.read, columns=[name for name in names if name != ERROR or not self.permissive])
        if not {"label", "label_share"}.intersection(names):
            read = {name: value for name, value in read.items()
                    if name not in ("label", "labels", "label_by")}
        return replace(self, read=read, chosen=tuple(names))


def _flag(name, text):
    value = str(text).lower()
    if value not in ("true", "false", "1", "0"):
        raise OptionError(f"{name}: must be true or false, not '{text}'")
    return value in ("true", "1")


def _number(name, text):
    if not re.fullmatch(r"\d+", str(text)):
        raise OptionError(f"{name}: must be a whole number, not '{text}'")
    return int(text)


def size(name, text):
    """Bytes: "64000000", "64MB", "64MiB"."""
    match = _SIZE.fullmatch(str(text).strip())
    unit = match and match.group(2)
    bytes_ = int(match.group(1)) if match else 0
    if unit:
        bytes_ *= (1024 if unit.endswith("i") else 1000) ** _POWERS[unit[0]]
    if not 0 < bytes_ < 2**63:
        raise OptionError(f"{name}: must be a size such as 128MB or 128MiB, not '{text}'")
    return bytes_


def _path(text):
    """A path; file:/x is one too. Other URIs are left as they are."""
    return "/" + text[len("file:"):].lstrip("/") if re.match("file:/", text, re.IGNORECASE) else text


def _paths(given):
    paths = [given["path"]] if given.get("path") else json.loads(given.get("paths") or "[]")
    if not paths:
        raise OptionError("no capture is given: load(PATH), where PATH is a file, a folder or a "
                          "pattern")
    return tuple(_path(str(path)) for path in paths)


def _check_split(options):
    """Rows that depend on packets of other parts are refused before a capture is opened."""
    read = options.read
    alone = "leave split out: then one task reads each file"
    if read.get("label_by") == "stream":
        raise OptionError(f"split: labels of streams depend on all packets; {alone}")
    if read.get("join") or read.get("count") is not None:
        raise OptionError(f"split: count and join are of whole captures; {alone}")
    if read.get("level") == "dissect":
        raise OptionError(f"split: a dissector may need packets of other parts; {alone}")
    numbered = {column.name for column in pktbench.columns() if column.level == "flows"}
    numbered = read.get("level") == "flows" or numbered.intersection(options.rows().columns)
    if numbered and not read.get("features") and not options.whole_state:
        raise OptionError("split: numbers of streams depend on all packets before; with "
                          "whole_state=true each part reads those too (P parts read P/2 times the "
                          f"file), or {alone}")


def _choice(given, name, known):
    """One of the known words; the first is the default."""
    word = given.get(name, known[0])
    for choice in known:
        if choice.lower() == word.lower():
            return choice
    raise OptionError(f"{name}: must be {' or '.join(known)}, not '{word}'")


def _check_remote(options, stream):
    """What needs files of the machine."""
    labels = options.read.get("labels", "")
    for uri in filter(is_remote, (*options.paths, labels)):
        if stream or options.read.get("join") or uri == labels:
            what = "a stream reads" if stream else "join reads" if uri != labels else "labels are in"
            raise OptionError(f"{uri}: {what} files of the machine: mount the storage, or copy it")


def _labels(text):
    """Where the labels are, for every executor."""
    path = _path(text)
    return path if is_remote(path) else os.path.abspath(path)


def _known(given):
    known = (*TEXTS, *NUMBERS, *FLAGS, *OWN)
    for name in given:
        if name == "strict":
            raise OptionError("strict: use mode=FAILFAST, the default, or mode=PERMISSIVE")
        if name not in (*known, "path", "paths"):
            raise OptionError(f"unknown option '{name}'; known: {', '.join(sorted(known))}")


def parse(given, files=True, stream=False):
    """Options of a dict of texts, as Spark gives them. files: there must be a path."""
    given = {name.lower(): value for name, value in given.items() if value is not None}
    _known(given)
    read = {name: given[name] for name in TEXTS if name in given}
    if "labels" in given:
        read["labels"] = _labels(given["labels"])
    read |= {name: _number(name, given[name]) for name in NUMBERS if name in given}
    read |= {name: _flag(name, given[name]) for name in ("join", "inner") if name in given}
    options = Options(
        paths=_paths(given) if files else (), read=read,
        permissive=_choice(given, "mode", MODES) == "PERMISSIVE",
        split=size("split", given["split"]) if "split" in given else None,
        whole_state=_flag("whole_state", given.get("whole_state", "false")),
        recursive=_flag("recursive", given.get("recursive", "false")),
        push_filters=_flag("push_filters", given.get("push_filters", "false")),
        renamed=_choice(given, "complete", COMPLETE) == "renamed")
    _check_remote(options, stream)
    if stream and "labels" in read:
        raise OptionError("labels: a stream reads several captures, and labels are of the packets of "
                          "one: join its rows with the labels by file and packet")
    if options.split:
        _check_split(options)
    if stream and read.get("join"):
        raise OptionError("join: a stream reads each file of a folder by itself")
    options.rows()  # checks the rest
    return options
