"""Arguments of a wrong type or value: the exception says what is wanted. Warnings: where they are given."""

import io
import os
import warnings

import numpy
import pytest

import pktbench
from conftest import extracted, given_warning


@pytest.mark.parametrize("arguments, message", [
    ({"columns": 1}, "columns: must be names of columns, not 1"),
    ({"columns": ["src", 1]}, "columns: must be names of columns, not 1"),
    ({"filter": 5}, "filter: must be str, not 5"),
    ({"level": 5}, "level: must be str, not 5"),
    ({"label": 5}, "label: must be str, not 5"),
    ({"features": 5}, "features: must be str, not 5"),
    ({"backend": b"raw"}, "backend: must be str, not b'raw'"),
    ({"window": b"10"}, "window: must be a number, or a text such as \"1s\", not b'10'"),
    ({"idle": [1]}, r"idle: must be a number, or a text such as \"1s\", not \[1\]"),
    ({"plugin": 5}, "plugin: must be a path, not 5"),
    ({"labels": 5}, "labels: must be a path, not 5"),
    ({"part": (1, 2)}, r"part: must be a Part, one of those that plan\(\) gives, not \(1, 2\)"),
    ({"part": 1}, "part: must be a Part"),
])
def test_types(flood, arguments, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        pktbench.read(flood, **arguments)


@pytest.mark.parametrize("source, message", [
    (3, "must be a path, a list of paths, or a binary file object, not 3"),
    (None, "must be a path, a list of paths, or a binary file object, not None"),
    ([3], "must be one of paths, not of 3"),
    (bytearray(b"x"), "give io.BytesIO"),
])
def test_sources(source, message):
    for function in (pktbench.read, pktbench.captures, pktbench.packets, pktbench.plan):
        with pytest.raises(TypeError, match=message):
            function(source)


def test_sources_of_bytes(flood):
    data = flood.read_bytes()
    with pytest.raises(TypeError, match=r"give io.BytesIO\(...\)"):
        pktbench.read(data)
    assert pktbench.read(io.BytesIO(data)).to_arrow().equals(extracted(flood))
    assert pktbench.read(os.fsencode(flood)).to_arrow().equals(extracted(flood))
    with flood.open("rb") as file:
        with pytest.raises(TypeError, match="a list of file objects is not read"):
            pktbench.read([file])
        with pytest.raises(TypeError, match="path of a capture, not a file object"):
            pktbench.plan(file)


@pytest.mark.parametrize("function", ["packets", "plan", "scan_polars"])
def test_unknown_names(flood, function):
    with pytest.raises(TypeError, match=rf"^{function}\(\) got an unexpected keyword argument 'filtre'"):
        getattr(pktbench, function)(flood, filtre="tcp")


@pytest.mark.parametrize("arguments, message", [
    ({"columns": []}, "columns: there is no name; leave columns out"),
    ({"columns": " "}, "columns: there is no name; leave columns out"),
    ({"columns": "packet,label"}, "the column label needs label= or labels="),
    ({"columns": ["label_share"]}, "the column label_share needs features= and labels="),
    ({"features": "ciciot-fixed", "columns": ["src"]}, "columns: src: needs by=\"pair\""),
    ({"features": "ciciot-fixed", "columns": "dst_port,packet"}, "columns: dst_port: needs by=\"flow\""),
    ({"features": "ciciot-fixed", "columns": "scr"}, "unknown column 'scr'"),
])
def test_columns(flood, arguments, message):
    with pytest.raises(pktbench.OptionError, match=message):
        pktbench.read(flood, **arguments)


def test_columns_with_spaces(flood):
    for names in ("ts_ns, src", " ts_ns ,src", ["ts_ns ", " src"]):
        assert pktbench.read(flood, columns=names).columns == ["ts_ns", "src"]
    assert pktbench.read(flood, columns="packet, label", label="x").columns == ["packet", "label"]


def test_units(flood):
    parts = pktbench.plan(flood, "500kB")
    assert parts == pktbench.plan(flood, 500_000) == pktbench.plan(flood, numpy.int64(500_000))
    assert len(parts) > 2
    for size in ("5 apples", "1e6", "0.5B"):
        with pytest.raises(pktbench.OptionError, match="bytes_a_part: must be a .*number of bytes"):
            pktbench.plan(flood, size)
    with pytest.raises(TypeError, match="bytes_a_part: must be a number of bytes, or a text such as"):
        pktbench.plan(flood, [1])
    named = [pktbench.read(flood, features="ciciot39", window=window).to_arrow()
             for window in (numpy.int32(100), 100, "100")]
    assert named[0].equals(named[1]) and named[1].equals(named[2])


@pytest.mark.parametrize("arguments, error, message", [
    ({"duration": "1 day"}, pktbench.OptionError, "duration: must be seconds, or a text such as \"500ms\""),
    ({"duration": "0s"}, pktbench.OptionError, "duration: must be above 0"),
    ({"duration": [1]}, TypeError, "duration: must be seconds"),
    ({"flush_every": "soon"}, pktbench.OptionError, "flush_every: must be seconds"),
    ({"buffer": "2XB"}, pktbench.OptionError, "buffer: must be a number of bytes, or a text such as \"2MB\""),
    ({"buffer": 1.5}, pktbench.OptionError, "buffer: must be a whole number of bytes"),
    ({"filter": 5}, TypeError, "filter: must be str"),
    ({"duration": "1h", "buffer": "2MB", "columns": "scr"}, pktbench.OptionError, "unknown column"),
    ({"duration": "500ms", "buffer": "2MB", "columns": "scr"}, pktbench.OptionError, "unknown column"),
])
def test_sniff(arguments, error, message):
    with pytest.raises(error, match=message):
        pktbench.sniff("lo", **arguments)
    for interface in (None, 5):
        with pytest.raises(TypeError, match="interface: must be the name of an interface"):
            pktbench.sniff(interface)


def test_program_without_its_files(flood, tmp_path):
    none = tmp_path / "none.pcap"
    for call in (lambda: pktbench.bench(none), lambda: pktbench.bench(flood, none, backends="raw"),
                 lambda: pktbench.choose(none)):
        with pytest.raises(FileNotFoundError) as raised:
            call()
        assert raised.value.filename == str(none)
    with pytest.raises(pktbench.Error, match="no file has a name that matches"):
        pktbench.bench(tmp_path / "*.pcap")


def test_place_of_warnings(cut):
    """Also of libraries that read in threads of their own."""
    frame = pktbench.scan_polars(cut, columns="packet,src")
    for call in (frame.collect, lambda: frame.collect(engine="streaming"),
                 lambda: list(pktbench.packets(cut)), lambda: pktbench.read(cut).to_polars()):
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            call()
        warning = given_warning(given, "truncated")
        assert warning.filename == __file__
        with open(__file__, encoding="utf-8") as file:
            line = file.read().splitlines()[warning.lineno - 1]
        assert "call()" in line or "lambda" in line
