import numpy as np
import pytest
from figure_reading import drawn, frames, words
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from cnn_course import plots


@pytest.mark.parametrize(
    ("centre", "middle"), [(None, (20, 15)), ((10, 12), (10, 12))]
)
def test_receptive_fields_are_centred(centre, middle):
    fields = {"layer 1": 3, "layer 2": 9}
    plots.receptive_fields(np.zeros((40, 30)), fields, centre=centre)
    (axis,) = drawn().axes
    white = frames(axis, to_rgb("white"))
    assert [height for *_, height, _ in white] == [3, 9]
    for row, column, height, width in white:
        assert height == width
        centre_of_frame = (row - 0.5 + height / 2, column - 0.5 + width / 2)
        assert centre_of_frame == middle
    legend = axis.get_legend()
    said = [text.get_text() for text in legend.get_texts()]
    assert said == ["layer 1: 3", "layer 2: 9"]
    beside = legend.get_window_extent()
    assert beside.x0 >= axis.get_window_extent().x1
    assert axis.get_xlabel() == "column (pixels)"
    assert axis.get_ylabel() == "row (pixels)"


def windows_drawn(axis):
    """The pixels under each window, from top to bottom."""
    windows = [
        sorted(int(x) for x, _ in dots.get_offsets())
        for dots in sorted(
            axis.collections, key=lambda d: d.get_offsets()[0, 1]
        )
    ]
    assert len(axis.lines) == len(windows)
    return windows


@pytest.mark.parametrize(
    ("case", "windows", "padding", "unmet"),
    [
        (
            {"n": 7, "kernel_size": 3, "stride": 2},
            [[0, 1, 2], [2, 3, 4], [4, 5, 6]],
            [],
            [],
        ),
        (
            {"n": 8, "kernel_size": 3, "stride": 3},
            [[0, 1, 2], [3, 4, 5]],
            [],
            [6, 7],
        ),
        (
            {"n": 6, "kernel_size": 3, "stride": 2, "padding": "same"},
            [[0, 1, 2], [2, 3, 4], [4, 5, 6]],
            [6],
            [],
        ),
        (
            {"n": 4, "kernel_size": 2, "padding": "same"},
            [[0, 1], [1, 2], [2, 3], [3, 4]],
            [4],
            [],
        ),
        (
            {"n": 6, "kernel_size": 3, "dilation": 2},
            [[0, 2, 4], [1, 3, 5]],
            [],
            [],
        ),
        (
            {"n": 4, "kernel_size": 3, "padding": 1, "stride": 3},
            [[-1, 0, 1], [2, 3, 4]],
            [-1, 4],
            [],
        ),
    ],
    ids=["stride", "unmet", "same", "even", "dilation", "padding"],
)
def test_windows_along_a_side(case, windows, padding, unmet):
    plots.windows_along_a_side({"the case": case})
    (axis,) = drawn().axes
    assert windows_drawn(axis) == windows
    squares = [p for p in axis.patches if isinstance(p, Rectangle)]
    middle = {square: int(square.get_center()[0]) for square in squares}
    dotted = [
        middle[s] for s in squares if s.get_linestyle() in (":", "dotted")
    ]
    hatched = [middle[s] for s in squares if s.get_hatch()]
    assert dotted == padding
    assert hatched == unmet
    assert len(squares) == case["n"] + len(padding)
    assert "the case" in [*words(axis), axis.get_title()]
    left, right = axis.get_xlim()
    assert left < min(middle.values()) - 0.5
    assert right > max(middle.values()) + 0.5


@pytest.mark.parametrize(
    ("kernel_size", "big"), [(1, 0), (2, None), (3, 1), (4, None), (5, 2)]
)
def test_only_an_odd_window_has_a_big_dot(kernel_size, big):
    case = {"n": 6, "kernel_size": kernel_size}
    plots.windows_along_a_side({"a": case})
    (axis,) = drawn().axes
    for dots in axis.collections:
        sizes = dots.get_sizes()
        assert len(sizes) == kernel_size
        larger = np.flatnonzero(sizes > 20)
        assert larger.tolist() == ([] if big is None else [big])


def test_windows_of_several_cases():
    case = {"n": 5, "kernel_size": 3}
    plots.windows_along_a_side({"a": case, "b": {**case, "padding": "same"}})
    figure = drawn()
    said = [word for axis in figure.axes for word in words(axis)]
    said += [axis.get_title() for axis in figure.axes]
    assert {"a", "b"} <= set(said)
    assert sum(len(axis.lines) for axis in figure.axes) == 3 + 5
