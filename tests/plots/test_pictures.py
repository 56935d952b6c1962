import matplotlib.pyplot as plt
import numpy as np
import pytest
from figure_reading import colour_bars, drawn, frames, panels, words
from matplotlib.colors import to_hex, to_rgb

from cnn_course import plots


def test_images_shows_each_picture_with_its_title(caplog):
    rng = np.random.default_rng(0)
    pictures = [
        rng.integers(0, 256, (4, 6, 3), dtype=np.uint8),
        rng.integers(0, 256, (4, 6, 1), dtype=np.uint8),
        rng.normal(size=(5, 3)),
        rng.normal(size=(4, 4, 3)),
    ]
    plots.images(pictures, list("abcd"), columns=3, suptitle="Four")
    figure = drawn()
    assert figure.get_suptitle() == "Four"
    assert not caplog.records  # matplotlib logs colours out of range
    shown = [axis for axis in panels(figure) if axis.images]
    assert [axis.get_title() for axis in shown] == list("abcd")
    assert len(figure.axes) == 6  # two rows of three, two of them empty
    assert not any(axis.axison for axis in figure.axes)
    expected = [pictures[0], pictures[1][..., 0], pictures[2]]
    expected.append(np.clip(pictures[3], 0, 1))
    for axis, picture in zip(shown, expected, strict=True):
        np.testing.assert_array_equal(axis.images[0].get_array(), picture)
        assert axis.images[0].get_interpolation() == "nearest"


def test_signed_images_share_one_scale_with_grey_at_zero():
    pictures = [np.array([[0, -3.0]]), np.array([[1.0, 0.5]])]
    plots.images(pictures, signed=True, label="weight")
    figure = drawn()
    for axis in panels(figure):
        assert axis.images[0].get_clim() == (-3, 3)
    (bar,) = colour_bars(figure)
    assert bar.get_ylabel() == "weight"
    shade = panels(figure)[0].images[0].to_rgba(np.array([[0.0]]))[0, 0, :3]
    np.testing.assert_allclose(shade, 0.5, atol=0.01)


def test_images_limits_compare_grey_pictures():
    plots.images([np.eye(2), 5 * np.eye(2)], limits=(0, 10))
    assert [axis.images[0].get_clim() for axis in drawn().axes] == [(0, 10)] * 2
    plots.images([np.eye(2), 5 * np.eye(2)])
    clims = [axis.images[0].get_clim() for axis in drawn().axes]
    assert clims == [(0, 1), (0, 5)]


def test_frame_encloses_its_pixels():
    plots.images([np.zeros((9, 9))])
    axis = plt.gca()
    plots.frame(axis, row=2, column=3, height=4, width=5)
    plots.frame(axis, row=0, column=0, height=1, width=1, colour="blue")
    assert frames(axis) == [(2, 3, 4, 5)]
    assert frames(axis, to_rgb("blue")) == [(0, 0, 1, 1)]
    (patch, _) = axis.patches
    # Pixel (i, j) is drawn from j - 0.5 to j + 0.5.
    assert patch.get_bbox().extents.tolist() == [2.5, 1.5, 7.5, 5.5]


def drawn_boxes(axis):
    """(x_min, y_min, x_max, y_max, colour, line) of each box drawn."""
    return [
        (*patch.get_bbox().extents, to_hex(patch.get_edgecolor()), line)
        for patch in axis.patches
        for line in [patch.get_linestyle()]
        if to_hex(patch.get_edgecolor()) != "#000000"
    ]


def test_boxes_lie_where_their_numbers_say():
    picture = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    rows = [(1, 2, 5, 6), (0.5, 0, 3, 3.25)]
    plots.boxes(picture, rows, [7, "b"], [0.9, 0.256], title="Found")
    (axis,) = drawn().axes
    np.testing.assert_array_equal(axis.images[0].get_array(), picture)
    assert axis.images[0].get_extent() == [0, 8, 6, 0]  # a pixel is 1 wide
    assert axis.get_title() == "Found"
    assert words(axis) == ["7 0.90", "b 0.26"]
    assert drawn_boxes(axis) == [(*row, "#d55e00", "-") for row in rows]
    corners = [text.get_position() for text in axis.texts]
    assert corners == [row[:2] for row in rows]
    assert not axis.axison


def test_boxes_with_looks_of_their_own():
    _, (left, right) = plt.subplots(1, 2)
    rows = [(0, 0, 2, 2), (1, 1, 3, 3)]
    plots.boxes(
        np.eye(4)[..., None],
        rows,
        colours=["white", "red"],
        lines=["--", ":"],
        axis=right,
    )
    assert not left.images
    assert words(right) == []
    white, red = drawn_boxes(right)
    assert white[4:] == ("#ffffff", "--")
    assert red[4:] == ("#ff0000", ":")
    plots.boxes(None, rows[:1], scores=[1], axis=right)  # over the others
    assert len(right.images) == 1
    assert len(drawn_boxes(right)) == 3
    assert words(right) == ["1.00"]


@pytest.mark.parametrize("none", [[], np.empty((0, 4))])
def test_no_boxes(none):
    plots.boxes(np.eye(4), none, [], [])
    (axis,) = drawn().axes
    assert len(axis.images) == 1
    assert not axis.patches


def test_boxes_and_labels_of_another_length():
    for extra in ({"labels": ["a"]}, {"scores": [1]}, {"lines": ["-"] * 3}):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            plots.boxes(np.eye(4), [(0, 0, 1, 1)] * 2, **extra)
