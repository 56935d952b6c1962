"""Notebook 24 with the networks of CNN_COURSE_FULL=1."""

import re

import pytest
from full_notebook import code_cells, exchange, go_offline, run_cells
from official_weights import link_weights, needs_weights

LAST = "distance to the style"  # the assertions about the painting


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the cells, and what they have printed."""
    go_offline(tmp_path, monkeypatch)

    def execute():
        wanted = "import", "datasets.photo", "load_extractor", "STEPS", LAST
        needed = [
            cell
            for cell in code_cells(24, LAST)
            if any(word in cell.source for word in wanted)
        ]
        assert len(needed) == 5
        exchange(needed, "max_side=192", "max_side=96")
        return run_cells(needed, tmp_path)

    return execute


def share_left(printed):
    return float(re.search(LAST + r": ([\d.]+)% of that", printed)[1])


@needs_weights
def test_mobilenet_when_its_weights_are_at_hand(run, tmp_path):
    link_weights(tmp_path / "home")
    printed = run()
    assert "this run uses: MobileNet v2, ImageNet" in printed
    assert share_left(printed) < 20


def test_no_weights_and_no_network(run):
    printed = run()
    assert "Official ImageNet weights are not here" in printed
    assert "this run uses: VGG-16, ImageNet and outlines" in printed
    assert share_left(printed) < 20
