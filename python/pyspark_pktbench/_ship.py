"""What executors are sent by value, so that one without this package can say so."""


def restore(version, name, state):
    """Make the object of class `name` of _source that the driver sent."""
    import pickle
    import socket
    import sys
    here = f"the executor on {socket.gethostname()} ({sys.executable})"
    how = ("Install the wheel of the driver there (pip install pktbench-*.whl), or send an "
           "environment with it: spark.archives, see doc/spark.md")
    try:
        import pktbench
        from pyspark_pktbench import _source
    except ImportError as error:
        raise RuntimeError(f"the Python package pktbench {version} cannot be imported by {here}: "
                           f"{error}. {how}") from error
    if pktbench.__version__ != version:
        raise RuntimeError(f"the driver has pktbench {version}, {here} has "
                           f"{pktbench.__version__}. {how}")
    made = object.__new__(getattr(_source, name))
    made.__dict__.update(pickle.loads(state))
    return made
