import pytest

from cnn_course import plots


def documented(x):
    """Double x.

    Args:
        x: number.
    """
    return 2 * x


def bare(x):
    return 3 * x


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (documented, "def documented(x):\n    return 2 * x"),
        (bare, "def bare(x):\n    return 3 * x"),
    ],
)
def test_source_is_the_code_without_its_docstring(function, code, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    assert plots.source(function) is None
    assert [markdown.data for markdown in shown] == [f"```python\n{code}\n```"]
