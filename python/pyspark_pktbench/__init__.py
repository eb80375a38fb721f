"""Captures as DataFrames of PySpark 4: ``spark.read.format("pktbench").load("capture.pcap")``.

Spark finds the class DefaultSource of this package by the package's name. Options are the arguments
of pktbench.read(), and those of doc/spark.md.
"""


def __getattr__(name):
    if name == "DefaultSource":
        from ._source import DefaultSource  # needs PySpark, which the rest does not
        return DefaultSource
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
