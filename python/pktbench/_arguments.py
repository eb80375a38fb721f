"""Arguments of the functions, as the library takes them: a wrong type is a TypeError that says what is wanted."""

import os
import re
from numbers import Integral, Real

from . import _core
from ._errors import OptionError

_SECONDS = {"": 1, "s": 1, "ms": 1e-3, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
          "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}


def text(name, value, wanted="str"):
    """A text, or None."""
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name}: must be {wanted}, not {value!r}")
    return value


def amount(name, value):
    """A number or a text with a unit, or None: a text."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name}: must be a number, or a text such as \"1s\", not {value!r}")
    return str(value)


def path(name, value):
    """A path, or None."""
    if value is not None and not isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(f"{name}: must be a path, not {value!r}")
    return None if value is None else os.fsdecode(value)


def paths(source):
    """The paths of a source, a list of bytes."""
    if isinstance(source, (bytearray, memoryview)) or isinstance(source, bytes) and b"\0" in source:
        raise TypeError("bytes are taken for a path: for those of a capture give io.BytesIO(...)")
    if isinstance(source, (str, bytes, os.PathLike)):
        source = [source]
    try:
        found = list(source)
    except TypeError:
        raise TypeError("the source must be a path, a list of paths, or a binary file object, "
                        f"not {source!r}") from None
    for one in found:
        if hasattr(one, "read"):
            raise TypeError("a list of file objects is not read: read one at a time, or give paths")
        if not isinstance(one, (str, bytes, os.PathLike)):
            raise TypeError(f"a list of captures must be one of paths, not of {one!r}")
    if not found:
        raise OptionError("no capture is given: the list is empty")
    return [os.fsencode(one) for one in found]


def columns(names):
    """Names with commas between them, or None."""
    if names is None:
        return None
    if isinstance(names, str):
        names = names.split(",")
    try:
        names = list(names)
    except TypeError:
        raise TypeError(f"columns: must be names of columns, not {names!r}") from None
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"columns: must be names of columns, not {name!r}")
    names = [name.strip() for name in names]
    if not any(names):
        raise OptionError("columns: there is no name; leave columns out for all of the level")
    return ",".join(names)


def part(value):
    """A part of plan(), or None."""
    if value is not None and not (isinstance(value, tuple) and len(value) in (5, 6)):
        raise TypeError(f"part: must be a Part, one of those that plan() gives, not {value!r}")
    return value


def threads(number):
    """How many threads."""
    if not isinstance(number, Integral) or isinstance(number, bool) or number < 1:
        raise OptionError(f"threads: must be a whole number from 1 on, not {number!r}")
    return int(number)


def _with_unit(name, value, units, wanted):
    """A number, of a text too."""
    if isinstance(value, Real) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise TypeError(f"{name}: must be {wanted}, not {value!r}")
    match = re.fullmatch(r"(\d+(?:\.\d*)?)([A-Za-z]*)", value)
    if not match or match.group(2) not in units:
        raise OptionError(f"{name}: must be {wanted}, not {value!r}")
    return float(match.group(1)) * units[match.group(2)]


def nanoseconds(name, value):
    """Seconds, or a text such as "500ms", or None."""
    if value is None:
        return None
    seconds = _with_unit(name, value, _SECONDS, "seconds, or a text such as \"500ms\"")
    if not 0 < seconds < 1e9:
        raise OptionError(f"{name}: must be above 0 and below 1e9 seconds")
    return max(int(seconds * 1e9), 1)


def octets(name, value):
    """Bytes, or a text such as "2MB", or None."""
    if value is None or isinstance(value, Integral) and not isinstance(value, bool):
        return value if value is None else int(value)
    size = _with_unit(name, value, _BYTES, "a number of bytes, or a text such as \"2MB\"")
    if size != int(size):
        raise OptionError(f"{name}: must be a whole number of bytes, not {value!r}")
    return int(size)


def known(function, options, names):
    """Options that a function passes on have names that are known."""
    for name in options:
        if name not in names:
            raise TypeError(f"{function}() got an unexpected keyword argument {name!r}")


def names_of(query):
    """The columns of a query; why there is none of a name that others would have."""
    asked = (query["columns"] or "").split(",")
    if "label" in asked and not query["label"] and not query.get("labels"):
        raise OptionError("columns: the column label needs label= or labels=")
    if "label_share" in asked and not (query.get("labels") and query["features"]):
        raise OptionError("columns: the column label_share needs features= and labels=")
    try:
        return _core.names(query)
    except OptionError:
        if query["columns"] and query["features"] and query["by"] in (None, "all"):
            missing = [name for name in asked if not _is_there(query, name, None)]
            for by in ("pair", "flow"):
                if missing and all(_is_there(query, name, by) for name in missing):
                    raise OptionError(f"columns: {' and '.join(missing)}: needs by=\"{by}\"") from None
        raise


def _is_there(query, column, by):
    try:
        return bool(_core.names({**query, "columns": column, "by": by}))
    except OptionError:
        return False
