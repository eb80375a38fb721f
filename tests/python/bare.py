"""The package without any other, with any CPython from 3.11 on.

Usage: bare.py CAPTURE, with the Python that has the package"""

import os
import sys
import tempfile
import warnings

import pktbench


def raised(error, call):
    try:
        call()
    except error as seen:
        return seen
    raise AssertionError(f"no {error.__name__}")


def main(path):
    others = {"numpy", "pandas", "polars", "pyarrow"}.intersection(sys.modules)
    assert not others, others
    names = ["packet", "src", "dst_port", "wire_len"]
    rows = list(pktbench.read(path, columns=names))
    assert len(rows) > 1000 and rows[0]._fields == tuple(names) and rows[-1].packet == len(rows)
    assert [row.wire_len for _, row in pktbench.packets(path)] == [row.wire_len for row in rows]
    batches = list(pktbench.read(path, columns=names, batch_rows=100).batches())
    assert [cells for batch in batches for cells in batch.tuples()] == [tuple(row) for row in rows]
    with open(path, "rb") as file:
        assert list(pktbench.read(file, columns=names)) == rows
    parts = pktbench.plan(path, 20000)
    assert len(parts) > 1
    assert sum(1 for part in parts for _ in pktbench.read(path, part=part)) == len(rows)
    assert len(next(iter(pktbench.read(path, features="ciciot46")))) >= 46
    assert raised(pktbench.OptionError, lambda: pktbench.read(path, columns="srcc"))
    raised(FileNotFoundError, lambda: list(pktbench.read(path + ".none")))
    raised(ModuleNotFoundError, pktbench.read(path).to_arrow)
    with tempfile.TemporaryDirectory() as folder:
        cut = os.path.join(folder, "cut.pcap")
        with open(path, "rb") as whole, open(cut, "wb") as file:
            file.write(whole.read()[:-7])
        with warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            assert len(list(pktbench.read(cut))) == len(rows) - 1
        assert "truncated" in [w.message.code for w in given]
        error = raised(pktbench.CaptureError, lambda: list(pktbench.read(cut, strict=True)))
        assert error.path == cut and error.offset
    assert os.system(f"{sys.executable} -m pktbench --version") == 0


if __name__ == "__main__":
    warnings.simplefilter("ignore", pktbench.CaptureWarning)
    main(sys.argv[1])
