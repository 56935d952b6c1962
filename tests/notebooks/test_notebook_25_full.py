"""Notebook 25 on photographs with ImageNet weights (CNN_COURSE_FULL=1)."""

import re

import pytest
from full_notebook import code_cells, exchange, go_offline, run_cells
from official_weights import link_weights, needs_weights

LAST = "What speaks for the name"  # the figure of the photographs
NOT_NEEDED = "knows", "found[", "drops", "kinds"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the cells, and what they have printed."""
    go_offline(tmp_path, monkeypatch)

    def execute():
        code = code_cells(25, LAST)
        needed = [
            cell
            for cell in code
            if not any(word in cell.source for word in NOT_NEEDED)
        ]
        exchange(needed, "grey=in_grey)", "grey=in_grey, max_side=320)")
        printed = run_cells(needed, tmp_path)
        assert "image/png" in str(code[-1].outputs)
        return printed

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
