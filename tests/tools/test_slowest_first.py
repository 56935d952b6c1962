from pathlib import Path

import pytest
import slowest_first

TESTS = Path(__file__).resolve().parent.parent
NOTEBOOKS = TESTS.parent / "notebooks"


@pytest.mark.parametrize("file", slowest_first.SECONDS)
def test_a_slow_file_is_still_there(file):
    assert (TESTS / file).exists()
    assert slowest_first.seconds(TESTS / file) > 15


@pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=str
)
def test_a_notebook_says_how_long_it_runs(path):
    assert slowest_first.seconds(path) >= 5


def test_the_rest_is_quick():
    for path in (Path(__file__), TESTS.parent / "conftest.py"):
        assert slowest_first.seconds(path) == 0
    assert slowest_first.seconds(NOTEBOOKS / "glossary.ipynb") == 0


def test_this_run_begins_with_the_longest(request):
    seconds = [slowest_first.seconds(i.path) for i in request.session.items]
    assert seconds == sorted(seconds, reverse=True)
    assert request.config.option.loadscopereorder is False
