"""The notebook runs, and its outputs are those that are stored in it."""

import importlib.util
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "examples/notebooks").glob("*.ipynb"))
NEEDS = ("nbclient", "ipykernel", "matplotlib", "river")


def texts(notebook):
    """The outputs of each cell; of a figure, only that there is one."""
    return [[output.get("text") or ("image/png" in output["data"]
                                    or output["data"]["text/plain"])
             for output in cell.get("outputs", ())] for cell in notebook.cells]


@pytest.mark.skipif(any(not importlib.util.find_spec(name) for name in NEEDS),
                    reason="nbclient, ipykernel, matplotlib or river is not installed")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook(path, tmp_path, monkeypatch):
    import nbclient
    import nbformat
    monkeypatch.delenv("INTERFACE", raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # of an environment that is not activated
    notebook = nbformat.read(path, as_version=4)
    stored = texts(notebook)
    assert any(stored)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3",
                            resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert texts(notebook) == stored


def test_there_is_a_notebook():
    assert NOTEBOOKS
