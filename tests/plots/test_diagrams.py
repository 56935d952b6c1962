import keras
import pytest
from figure_reading import drawn
from keras import layers
from networks_to_draw import branches

from cnn_course import plots


def boxes_and_labels(axis):
    """The boxes' texts, and the shapes that stand on the arrows."""
    boxes, labels = [], []
    for text in axis.texts:
        if text.get_text():
            size = text.get_fontsize()
            (boxes if size > 8 else labels).append(text.get_text())
    return boxes, labels


def test_block_diagram_says_what_each_box_does():
    plots.block_diagram(branches(), "The title")
    (axis,) = drawn().axes
    assert axis.get_title() == "The title"
    boxes, labels = boxes_and_labels(axis)
    assert sorted(boxes) == sorted(
        [
            "input",
            "3×3 convolution, 6, stride 2\nReLU · batch norm · hard swish",
            "3×3 depthwise",
            "1×1 convolution, 6, stride 2",
            "3×3 max-pool, stride 2",
            "+",
            "concatenate",
            "global average",
            "dense, 3\nsoftmax",
        ]
    )
    assert sorted(labels) == sorted(
        ["9×8×4"] * 3 + ["5×4×6"] * 4 + ["5×4×4", "5×4×10", "10"]
    )


def test_block_diagram_has_no_two_boxes_in_one_place():
    plots.block_diagram(branches())
    (axis,) = drawn().axes
    areas = [
        text.get_bbox_patch().get_window_extent()
        for text in axis.texts
        if text.get_text() and text.get_fontsize() > 8
    ]
    for i, area in enumerate(areas):
        assert not any(area.overlaps(other) for other in areas[:i])


def test_block_diagram_arrows_run_downwards():
    plots.block_diagram(branches())
    (axis,) = drawn().axes
    ways = [text for text in axis.texts if not text.get_text()]
    assert len(ways) >= 10
    for way in ways:
        assert way.xy[1] > way.xyann[1]  # the y axis points down


def test_block_diagram_of_a_sequential_model_is_a_column():
    plots.block_diagram(
        keras.Sequential(
            [keras.Input((4, 4, 1)), layers.Flatten(), layers.Dense(2)]
        )
    )
    (axis,) = drawn().axes
    boxes, labels = boxes_and_labels(axis)
    assert boxes == ["input", "flatten", "dense, 2"]
    assert labels == ["4×4×1", "16"]


def test_block_diagram_shows_open_sides():
    x = keras.Input((None, None, 3))
    plots.block_diagram(keras.Model(x, layers.Conv2D(2, 1)(x)))
    assert "?×?×3" in boxes_and_labels(drawn().axes[0])[1]


def test_block_diagram_of_an_unbuilt_model():
    with pytest.raises(ValueError, match="needs a built"):
        plots.block_diagram(keras.Sequential([layers.Dense(1)]))
