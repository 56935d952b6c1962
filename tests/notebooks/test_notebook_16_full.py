"""Notebook 16 on a folder of one's own (CNN_COURSE_FULL=1)."""

import re

import pytest
from full_notebook import code_cells, go_offline, run_cells

from cnn_course import datasets


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs code cells, and what they have printed."""
    go_offline(tmp_path, monkeypatch)
    monkeypatch.setenv("CNN_COURSE_FOLDER", "photographs")
    return lambda cells=None: run_cells(code_cells(16)[:cells], tmp_path)


def photographs(folder, per_class):
    crops = datasets.surfaces(grey=False, size=96, per_class=per_class)
    datasets.save_as_folder(crops, folder / "photographs", suffix=".jpg")


def fell_back(printed, because):
    """Tell if there is one sentence, and then the bundled photographs."""
    said = re.findall("Going on with the bundled photographs: (.*)", printed)
    assert len(said) == 1
    assert because in said[0]
    return printed.endswith("160 pictures to choose from, 61 to test\n")


def test_own_photographs(run, tmp_path):
    photographs(tmp_path, per_class=11)
    printed = run()
    assert "Going on" not in printed
    assert "54 pictures to choose from, 12 to test" in printed
    rows = re.findall(
        r"(\d+) pictures a class:\n"
        r" +from scratch +([\d.]+) .*\n +frozen +([\d.]+) ",
        printed,
    )
    assert [row[0] for row in rows] == ["5"]  # each class has nine
    for _, scratch, frozen in rows:
        assert float(frozen) >= float(scratch)
        assert float(frozen) > 60  # guessing: 17


def test_no_such_folder(run):
    assert fell_back(run(cells=3), "'photographs' is not a folder")


def test_too_few_photographs(run, tmp_path):
    photographs(tmp_path, per_class=4)
    assert fell_back(run(cells=3), "must have more pictures of each class")
