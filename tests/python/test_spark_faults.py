"""The data source of PySpark where something fails: workers, executors. It takes minutes:
`./run test --all`."""

import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from conftest import extracted
from spark_frames import load


def descends(process, ancestor):
    """Whether a process is a child of the other one, or a child of its children."""
    while str(process) not in ("0", "1"):
        status = Path("/proc", str(process), "stat").read_text(encoding="utf-8", errors="replace")
        process = status.rpartition(")")[2].split()[1]
        if process == str(ancestor):
            return True
    return False


def reader_of(path, children_of):
    """The id of a process that has this file open and descends from another one."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(link) == str(path) for link in (folder / "fd").iterdir()):
                if descends(folder.name, children_of):
                    return int(folder.name)
        except OSError:
            continue
    return None


def test_a_killed_worker_is_replaced(spark, flood):
    killed = []

    def kill():
        end = time.monotonic() + 60
        while not killed and time.monotonic() < end:
            found = reader_of(flood, os.getpid())
            if found:
                os.kill(found, signal.SIGKILL)
                killed.append(found)
    rdd = load(spark, flood, batch_rows=4).rdd
    assert rdd.getNumPartitions() == 1  # it is planned
    killer = threading.Thread(target=kill)
    killer.start()
    count = rdd.count()
    killer.join()
    assert killed and count == extracted(flood).num_rows


HIDE = """
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("pktbench", "pyspark_pktbench"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
"""


def test_a_process_without_the_package(home):
    from pyspark import cloudpickle
    from pyspark_pktbench import DefaultSource
    source = DefaultSource({"path": str(home)})
    for made in (source, source.reader(source.schema()), source.streamReader(source.schema())):
        assert type(pickle.loads(cloudpickle.dumps(made))) is type(made)
        code = HIDE + f"import pickle\npickle.loads({cloudpickle.dumps(made)!r})"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert re.search("RuntimeError: the Python package pktbench .* cannot be imported by the executor on .*spark.archives",
                         done.stderr), done.stderr
    code = "import pktbench\npktbench.__version__ = '9.9'\nimport pickle\n" + (
        f"pickle.loads({cloudpickle.dumps(source)!r})")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "the executor on" in done.stderr and "has 9.9" in done.stderr


CLUSTER = """
import sys
from pyspark.sql import SparkSession
path, hide = sys.argv[1:]
builder = SparkSession.builder.master("local-cluster[2,1,1024]").config("spark.ui.enabled", "false")
if hide:
    builder = builder.config("spark.executorEnv.PYTHONPATH", hide)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")
frame = spark.read.format("pktbench").option("split", "200kB").load(path)
print("parts", frame.rdd.getNumPartitions(), "rows", frame.count())
spark.stop()
"""


def test_executors_that_are_processes(flood, tmp_path):
    import pyspark
    (tmp_path / "cluster.py").write_text(CLUSTER)
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide" / "sitecustomize.py").write_text(HIDE)
    environment = dict(os.environ, SPARK_HOME=os.path.dirname(pyspark.__file__))

    def cluster(hide):
        return subprocess.run([sys.executable, tmp_path / "cluster.py", flood, hide], capture_output=True, text=True,
                              env=environment, cwd=tmp_path, timeout=300, check=False)
    done = cluster("")
    rows = extracted(flood).num_rows
    assert re.search(rf"parts \d+ rows {rows}\n", done.stdout), done.stdout + done.stderr
    done = cluster(str(tmp_path / "hide"))
    assert done.returncode == 1
    assert "cannot be imported by the executor on" in done.stderr, done.stdout + done.stderr
