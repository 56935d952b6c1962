"""Run cells of a notebook as with CNN_COURSE_FULL=1 and no network."""

import tempfile
from pathlib import Path

import nbformat
from execute_notebooks import kernel_config
from fresh_process import environment
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def code_cells(number, last=""):
    """Return a notebook's code cells, to the first that has the text last."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    cells = [cell for cell in cells if cell.cell_type == "code"]
    if not last:
        return cells
    end = next(i for i, cell in enumerate(cells) if last in cell.source)
    return cells[: end + 1]


def exchange(cells, old, new):
    """Exchange a piece of code, which some cell must have: for less work."""
    found = [cell for cell in cells if old in cell.source]
    assert found, old
    for cell in found:
        cell.source = cell.source.replace(old, new)


def go_offline(folder, monkeypatch):
    """Ask for the full data; KERAS_HOME is folder/home, still empty."""
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KERAS_HOME", str(folder / "home"))
    monkeypatch.setenv("CNN_COURSE_FULL", "1")
    for name in ("http_proxy", "https_proxy"):  # nothing listens there
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (folder / "home").mkdir()


def run_cells(cells, folder):
    """Run cells in a folder; return what they have printed."""
    with tempfile.TemporaryDirectory() as sockets:
        client = NotebookClient(
            nbformat.v4.new_notebook(cells=cells),
            timeout=600,
            kernel_name="python3",
            config=kernel_config(sockets),
            resources={"metadata": {"path": folder}},
        )
        client.execute()  # raises what a cell raises
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    return "".join(output.get("text", "") for output in outputs)
