import numpy as np
from figure_reading import drawn, frames, words
from matplotlib.patches import Polygon

from cnn_course import plots


def test_volumes_are_blocks_with_their_shapes():
    shapes = [(32, 32, 3), (16, 16, 6), (120,)]
    plots.volumes(shapes, ["conv 3×3", "dense"])
    (axis,) = drawn().axes
    said = [text for text in words(axis) if text]
    assert set(said) == {
        "32 × 32 × 3",
        "16 × 16 × 6",
        "120",
        "conv 3×3",
        "dense",
    }
    faces = [p for p in axis.patches if isinstance(p, Polygon)][::3]
    assert len(faces) == len(shapes)
    widths, heights = np.array([np.ptp(face.xy, axis=0) for face in faces]).T
    assert heights[0] > heights[1]  # the side of the picture
    assert widths[1] > widths[0]  # the number of channels
    bounds = np.array([[face.xy.min(), face.xy.max()] for face in faces])
    assert bounds.min() >= min(axis.get_xlim()[0], axis.get_ylim()[0])
    assert bounds.max() <= axis.get_xlim()[1]


def test_volumes_of_two_figures_are_compared_by_the_tallest():
    def heights(side, **options):
        plots.volumes(
            [(side, side, 3), (side // 2, side // 2, 3)], [""], **options
        )
        (axis,) = drawn().axes
        faces = [p for p in axis.patches if isinstance(p, Polygon)][::3]
        return [np.ptp(face.xy[:, 1]) for face in faces]

    assert heights(14) == heights(28)
    assert heights(14, tallest=28)[0] == heights(28)[1]


def test_volume_convolution_frames_window_and_result():
    x = np.random.default_rng(0).normal(size=(6, 7, 3))
    y = np.random.default_rng(1).normal(size=(4, 5, 2))
    plots.volume_convolution(
        x,
        y,
        kernel_size=3,
        place=(1, 2),
        label="2 filters",
        names=["red", "green", "blue"],
    )
    (axis,) = drawn().axes
    shown = [picture.get_array() for picture in axis.images]
    channels = [*np.moveaxis(x, -1, 0), *np.moveaxis(y, -1, 0)]
    assert len(shown) == len(channels)
    for channel in channels:
        assert sum(np.array_equal(channel, picture) for picture in shown) == 1
    said = words(axis)
    for word in ("red", "green", "blue", "2 filters", "6 × 7 × 3", "4 × 5 × 2"):
        assert word in said
    assert {"channel 0", "channel 1"} <= set(said)
    # Each sheet's frame: its place measured from the sheet's own corner.
    found = set()
    for picture in axis.images:
        left, _, _, top = picture.get_extent()
        for row, column, height, width in frames(axis):
            place = round(row - 0.5 - top, 6), round(column - 0.5 - left, 6)
            if place == (1, 2):
                found.add((picture.get_array().shape, height, width))
    assert found == {((6, 7), 3, 3), ((4, 5), 1, 1)}
    assert len(frames(axis)) == 5
