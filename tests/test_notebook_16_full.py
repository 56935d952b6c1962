"""Notebook 16 on a folder of one's own (CNN_COURSE_FULL=1)."""

import re
from pathlib import Path

import nbformat
import pytest
from execute_notebooks import kernel_config
from nbclient import NotebookClient
from official_weights import link_weights, needs_weights

from cnn_course import datasets

NOTEBOOK = next(
    (Path(__file__).resolve().parent.parent / "notebooks").glob("16_*.ipynb")
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs code cells, and what they have printed."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CNN_COURSE_FULL", "1")
    monkeypatch.setenv("CNN_COURSE_FOLDER", "photographs")
    for name in ("http_proxy", "https_proxy"):  # nothing listens there
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / "home").mkdir()

    def execute(cells=None):
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        code = [c for c in notebook.cells if c.cell_type == "code"][:cells]
        notebook.cells = code
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            config=kernel_config(),
            resources={"metadata": {"path": tmp_path}},
        )
        client.execute()  # raises what a cell raises
        outputs = [output for cell in code for output in cell.outputs]
        assert not [o for o in outputs if o.get("name") == "stderr"]
        return "".join(output.get("text", "") for output in outputs)

    return execute


def photographs(folder, per_class=20):
    crops = datasets.surfaces(grey=False, size=96, per_class=per_class)
    datasets.save_as_folder(crops, folder / "photographs", suffix=".jpg")


def fell_back(printed, because):
    """Tell if there is one sentence, and then the bundled crops."""
    said = re.findall("Going on with the bundled photographs: (.*)", printed)
    assert len(said) == 1
    assert because in said[0]
    return printed.endswith("2400 pictures to choose from, 600 to test\n")


@needs_weights
def test_own_photographs(run, tmp_path):
    link_weights(tmp_path / "home")
    photographs(tmp_path)
    printed = run()
    assert "Going on" not in printed
    assert "96 pictures to choose from, 24 to test" in printed
    assert "base: 2,257,984 parameters, 1280 features" in printed
    rows = re.findall(
        r"(\d+) a class: from scratch ([\d.]+) %, frozen ([\d.]+) %", printed
    )
    assert [row[0] for row in rows] == ["5"]  # more would take minutes
    for _, scratch, frozen in rows:
        assert float(frozen) >= float(scratch)
        assert float(frozen) > 60  # guessing: 17


@needs_weights
def test_no_such_folder(run, tmp_path):
    link_weights(tmp_path / "home")
    assert fell_back(run(cells=3), "'photographs' is not a folder")


@needs_weights
def test_too_few_photographs(run, tmp_path):
    link_weights(tmp_path / "home")
    photographs(tmp_path, per_class=4)
    assert fell_back(run(cells=3), "must have more pictures of each class")


def test_no_weights_and_no_network(run, tmp_path):
    photographs(tmp_path, per_class=12)
    assert fell_back(run(cells=3), "could not be downloaded")
