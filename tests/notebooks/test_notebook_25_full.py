"""Notebook 25 on photographs with ImageNet weights (CNN_COURSE_FULL=1)."""

import re

import pytest
from full_notebook import code_cells, go_offline, run_cells
from official_weights import link_weights, needs_weights

LAST = "What speaks for the name"  # the figure of the photographs
NEEDED = (
    "import cnn_course",
    "lite = efficientnet_lite0",
    "def middle",
    "things = [",
    "def lit",
    "def before_softmax",
    "def mobilenet_on_things",
    "photo_net, words = lite",
    "def agreement",
    LAST,
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs the cells, and what they have printed."""
    go_offline(tmp_path, monkeypatch)

    def execute():
        code = code_cells(25, LAST)
        needed = [
            cell for cell in code if any(word in cell.source for word in NEEDED)
        ]
        assert len(needed) == len(NEEDED)
        printed = run_cells(needed, tmp_path)
        assert "image/png" in str(code[-1].outputs)
        return printed

    return execute


def photographs(printed):
    """What each photograph is taken for, and how the maps correlate."""
    rows = re.findall(r"(\w+): taken for (.+), correlation ([-\d.]+)", printed)
    said, numbers = ({row[0]: row[k] for row in rows} for k in (1, 2))
    assert list(said) == ["cat", "china", "coffee"]
    return said, numbers


@needs_weights
def test_photographs_by_mobilenet(run, tmp_path):
    link_weights(tmp_path / "home")
    printed = run()
    assert "Going on" not in printed
    found = re.search(r"MobileNet v2 finds (\d+)% of the test", printed)
    assert int(found[1]) > 70, printed  # 79; guessing: 17
    said, correlations = photographs(printed)
    assert set(said.values()) <= {"bird", "building", "fish", "flower"} | {
        "mammal",
        "tool",
    }
    assert said["china"] == "building", printed
    assert all(-1 <= float(number) <= 1 for number in correlations.values())


def test_no_weights_and_no_network(run):
    printed = run()
    going_on = re.findall("Going on with Lite0: .*", printed)
    assert len(going_on) == 1
    assert "could not be downloaded" in going_on[0]
    said, correlations = photographs(printed)
    assert said["cat"] in ("tiger cat", "Egyptian cat", "tabby")
    assert (said["china"], said["coffee"]) == ("palace", "espresso")
    assert float(correlations["china"]) > 0.5
