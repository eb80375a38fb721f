"""Captures that are no files of the machine: URIs of object stores and other file systems that pyarrow
or fsspec has. A task reads each as a stream, from its beginning."""

import fnmatch
import re
from urllib.parse import quote, unquote

from pktbench import CaptureError, OptionError, _errors

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_AS_S3 = ("s3a", "s3n")  # names that Hadoop has for it
_INDEX = ".pktindex"  # lies beside a capture
_CAPTURE = re.compile(r"\.(?:pcap|pcapng|cap|dmp)\d*(?:\.(?:gz|zst|xz))?$")


def is_remote(path):
    """Whether it is a URI, not the path of a file."""
    return bool(_URI.match(path))


def _file_system(uri):
    """(pyarrow.fs.FileSystem, path in it)"""
    import pyarrow
    from pyarrow import fs
    scheme = _URI.match(uri).group(1)
    if scheme.lower() in _AS_S3:
        uri = "s3" + uri[len(scheme):]
    try:
        return fs.FileSystem.from_uri(uri)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError) as error:
        reason = error
    try:
        import fsspec
        found, path = fsspec.core.url_to_fs(uri)
    except (ImportError, ValueError) as error:
        raise OptionError(f"{uri}: neither pyarrow ({reason}) nor fsspec ({error}) can open it: "
                          "install what fsspec needs for it, or mount the storage") from error
    return fs.PyFileSystem(fs.FSSpecHandler(found)), path


def _split(uri, system):
    """(the URI without it, "?" and what follows). Names are quoted before it. What fsspec opens has
    names as they are."""
    from pyarrow import fs
    if isinstance(system, fs.PyFileSystem) and isinstance(system.handler, fs.FSSpecHandler):
        return uri, None
    base, mark, query = uri.partition("?")
    return base, mark + query


def _numbers(path):
    """Numbers in names are in the order of their values."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part)
            for part in re.split(r"(\d+)", path) if part]


def _missing(uri):
    return FileNotFoundError(2, "No such file or folder", uri)


class Remote:
    """A capture of a URI: a binary file object, which is opened when it is read."""

    def __init__(self, uri):
        self._system, self._path = _file_system(uri)
        self._file = None
        # In messages, and for the columns `file` and `label`.
        base, query = _split(uri, self._system)
        self.name = base if query is None else unquote(base)

    def stamp(self, head_bytes):
        """(size, time of change in ns, its first bytes)"""
        from pyarrow.fs import FileType
        info = self._system.get_file_info(self._path)
        if info.type != FileType.File:
            raise _missing(self.name)
        with self._system.open_input_stream(self._path, compression=None) as file:
            return info.size, info.mtime_ns or 0, file.read(head_bytes)

    def read(self, size):
        """Up to so many bytes; none at the end."""
        if self._file is None:
            self._file = self._system.open_input_stream(self._path, compression=None)
        return self._file.read(size)

    def rows(self, options):
        """Its rows."""
        return options.rows(self, strict=True)


def _is_passed_over(name, pattern):
    """As on the disk: names that begin with a dot, and indexes."""
    hidden = any(part.startswith(".") for part in name.split("/"))
    return name.endswith(_INDEX) or (hidden and not (pattern and pattern.startswith(".")))


def _names(system, info, recursive, pattern):
    """Names of the files in a folder, relative to it."""
    from pyarrow.fs import FileSelector, FileType
    found = system.get_file_info(FileSelector(info.path, recursive=recursive and not pattern))
    names = (file.path[len(info.path):].lstrip("/") for file in found if file.type == FileType.File)
    return [name for name in names if not _is_passed_over(name, pattern)]


def captures(uri, recursive):
    """URIs of the capture, of those of a folder, or of a pattern of names in a folder."""
    from pyarrow.fs import FileType
    system, path = _file_system(uri)
    base, query = _split(uri, system)
    folder, slash, pattern = path.rpartition("/")
    if "*" in pattern:
        base, path = base.rpartition("/")[0], folder or slash
    else:
        base, path, pattern = base.rstrip("/"), path.rstrip("/") or path, None
    info = system.get_file_info(path)
    if info.type == FileType.File and not pattern:
        return [uri]
    if info.type != FileType.Directory:
        raise _missing(uri)
    names = _names(system, info, recursive, pattern)
    taken = [name for name in names
             if (fnmatch.fnmatchcase(name, pattern) if pattern else _CAPTURE.search(name))]
    if not taken:
        raise CaptureError(uri, None, "format", "there are no captures", 0)
    if not pattern and len(names) > len(taken):
        _errors.warn(_errors.NO_CAPTURES, len(names) - len(taken), _errors.NO_OFFSET, "",
                     f"{uri}: {len(names) - len(taken)} files have no names of captures, and were "
                     "passed over")
    return [f"{base}/{name}" if query is None else f"{base}/{quote(name)}{query}"
            for name in sorted(taken, key=_numbers)]
