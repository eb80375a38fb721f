"""DataFrames of the data source `pktbench`. Tests that import it are skipped where there is no Spark."""

import shutil

import pyarrow
import pytest

pytest.importorskip("pyspark", reason="PySpark is not installed (./run setup spark installs it)")
if not shutil.which("java"):
    pytest.skip("there is no Java (./run setup spark installs a JDK)", allow_module_level=True)


def load(spark, path, **options):
    return spark.read.format("pktbench").options(**options).load(str(path))


def stream(spark, folder, **options):
    return spark.readStream.format("pktbench").options(**options).load(str(folder))


def table(frame):
    """The rows as pyarrow has them, with the types of `pktbench extract`."""
    return frame.toArrow().replace_schema_metadata(None)


def same(frame, expected):
    found = table(frame)
    expected = pyarrow.table(expected.columns, names=expected.column_names)  # any cell may be null
    assert found.column_names == expected.column_names
    assert found.cast(expected.schema).equals(expected)
