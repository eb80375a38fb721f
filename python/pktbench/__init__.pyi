from collections.abc import Iterable, Iterator
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, NamedTuple, overload

from ._core import Batch
from ._errors import CaptureError, CaptureWarning, Error, OptionError
from ._rows import Rows
from ._sniffer import Sniffer

if TYPE_CHECKING:
    import polars

__version__: str
__all__: list[str]

_Path = str | bytes | PathLike[Any]
_Source = _Path | Iterable[_Path] | BinaryIO
_Columns = str | Iterable[str] | None

class Feature(NamedTuple):
    name: str
    unit: str
    aggregate: str
    meaning: str
    defect: str

class FeatureSet(NamedTuple):
    name: str
    summary: str
    columns: list[Feature]

class Column(NamedTuple):
    name: str
    level: str
    meaning: str

class Part(NamedTuple):
    start: int
    stop: int
    packets: int
    skip: int
    preface: bytes
    reset_every: int = 0

def read(
    source: _Source,
    *,
    columns: _Columns = None,
    level: str = "headers",
    filter: str | None = None,
    features: str | None = None,
    window: int | str | None = None,
    by: Literal["all", "pair", "flow"] | None = None,
    reset_every: int | str | None = None,
    label: str | None = None,
    backend: str = "raw",
    plugin: str | PathLike[str] | None = None,
    flow_rule: str | None = None,
    max_flows: int | None = None,
    join: bool = False,
    recursive: bool = False,
    count: int | None = None,
    strict: bool = False,
    batch_rows: int | None = None,
    part: Part | None = None,
    inner: bool = False,
    threads: int = 1,
    idle: float | str | None = None,
    active: float | str | None = None,
    labels: str | PathLike[str] | None = None,
    label_by: Literal["packet", "stream"] | None = None,
) -> Rows: ...
def plan(path: _Path, bytes_a_part: int | str = ..., **options: Any) -> list[Part]: ...
def captures(source: _Path | Iterable[_Path], *, recursive: bool = False) -> list[str]: ...
def scan_polars(source: _Source, **options: Any) -> polars.LazyFrame: ...
def packets(source: _Source, **options: Any) -> Iterator[tuple[float, Any]]: ...
@overload
def sniff(
    interface: str,
    *,
    columns: _Columns = None,
    level: str = "headers",
    filter: str | None = None,
    features: str | None = None,
    window: int | str | None = None,
    by: Literal["all", "pair", "flow"] | None = None,
    reset_every: int | str | None = None,
    label: str | None = None,
    backend: str = "raw",
    max_flows: int | None = None,
    count: int | None = None,
    duration: float | str | None = None,
    flush_every: float | str = 0.1,
    snaplen: int | None = None,
    buffer: int | str | None = None,
    immediate: bool = False,
    batches: Literal[False] = False,
    inner: bool = False,
    idle: float | str | None = None,
    active: float | str | None = None,
) -> Sniffer[Any]: ...
@overload
def sniff(interface: str, *, batches: Literal[True], **options: Any) -> Sniffer[Batch]: ...
def features() -> list[FeatureSet]: ...
def columns(level: str | None = None, backend: str = "raw") -> list[Column]: ...
def bench(*captures: _Path, **options: Any) -> dict[str, Any]: ...
def choose(results: _Path | dict[str, Any], **options: Any) -> dict[str, Any]: ...
