"""Notebook 25 on photographs with ImageNet weights (CNN_COURSE_FULL=1)."""

import re
from pathlib import Path

import nbformat
import pytest
from execute_notebooks import kernel_config
from nbclient import NotebookClient
from official_weights import link_weights, needs_weights

NOTEBOOK = next(
    (Path(__file__).resolve().parent.parent / "notebooks").glob("25_*.ipynb")
)
LAST = "What speaks for the name"  # the figure of the photographs
NOT_NEEDED = "knows", "found[", "drops", "kinds"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the cells, and what they have printed."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CNN_COURSE_FULL", "1")
    for name in ("http_proxy", "https_proxy"):  # nothing listens there
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / "home").mkdir()

    def execute():
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        code = [c for c in notebook.cells if c.cell_type == "code"]
        last = next(i for i, c in enumerate(code) if LAST in c.source)
        notebook.cells = [
            cell
            for cell in code[: last + 1]
            if not any(word in cell.source for word in NOT_NEEDED)
        ]
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            config=kernel_config(),
            resources={"metadata": {"path": tmp_path}},
        )
        client.execute()  # raises what a cell raises
        outputs = [o for cell in notebook.cells for o in cell.outputs]
        assert not [o for o in outputs if o.get("name") == "stderr"]
        assert "image/png" in str(code[last].outputs)
        return "".join(output.get("text", "") for output in outputs)

    return execute


def photographs(printed):
    """For each photograph what it is taken for, and how the maps correlate."""
    rows = re.findall(r"(\w+): taken for (\w+), correlation ([-\d.]+)", printed)
    assert [name for name, _, _ in rows] == ["cat", "china"]
    return [(name == said, float(number)) for name, said, number in rows]


@needs_weights
def test_photographs_in_colour(run, tmp_path):
    link_weights(tmp_path / "home")
    printed = run()
    assert "Going on" not in printed
    found = re.search(r"MobileNet v2 finds (\d+)% of the test crops", printed)
    assert int(found[1]) > 80  # guessing: 17
    assert all(right for right, _ in photographs(printed))


def test_no_weights_and_no_network(run):
    printed = run()
    said = re.findall("Going on with the course's own network: .*", printed)
    assert len(said) == 1
    assert "could not be downloaded" in said[0]
    assert min(number for _, number in photographs(printed)) > 0.4
