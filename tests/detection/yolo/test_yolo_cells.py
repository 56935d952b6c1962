"""What both ways of writing boxes into a grid have in common."""

from functools import partial

import numpy as np
import pytest
from yolo_grids import random_grids

from cnn_course.detection import yolo


def test_centre_on_the_last_edge():
    for encode in (yolo.encode, partial(yolo.encode_free, radius=0)):
        values = encode(
            [[90, 90, 110, 110]], [0], classes=1, image_size=100, grid=4
        )
        assert np.argwhere(values.any(axis=-1)).tolist() == [[3, 3]]


@pytest.mark.parametrize("encode", [yolo.encode, yolo.encode_free])
@pytest.mark.parametrize(
    ("boxes", "labels", "message"),
    [
        ([[5, 5, 20, 20], [40, 10, 20, 30]], [0, 0], "row 1 is"),
        ([[5, 5, np.nan, 20]], [0], "must be finite; row 0"),
        ([[0.1, 0.1, 0.3, 0.5]] * 3, [0] * 3, "boxes must be in pixels"),
        (
            [[5, 5, 20, 20], [90, 5, 130, 20]],
            [0, 0],
            "their centres in .* row 1",
        ),
        ([[5, 5, 20, 20]], [0, 1], "one row for each object; got 1 and 2"),
        ([[5, 5, 20, 20], [5, 5, 9, 9]], [0, 3], "from 0 to 2 .* row 1 is 3"),
        ([[5, 5, 20, 20]], [1.7], "whole numbers .* row 0 is 1.7"),
        ([[5, 5, 20, 20]], [np.nan], "whole numbers .* row 0 is nan"),
        ([[5, 5, 20, 20]], [-1], "from 0 to 2 .* row 0 is -1"),
    ],
)
def test_boxes_that_are_none(encode, boxes, labels, message):
    with pytest.raises(ValueError, match=message):
        encode(boxes, labels, classes=3, image_size=100, grid=3)


def test_other_bad_input():
    with pytest.raises(ValueError, match="grid must be an int >= 1"):
        yolo.encode([], [], classes=3, image_size=100, grid=0)
    with pytest.raises(ValueError, match="image_size must be an int >= 1"):
        yolo.encode_free([], [], classes=3, image_size=(1, 2, 3), grid=3)
    with pytest.raises(ValueError, match="8 channels for classes=3; got 15"):
        yolo.decode(np.zeros((3, 3, 15)), classes=3, image_size=100)


def test_perfect_answers_cost_nothing():
    y_true, _, y_free, _ = random_grids(2)
    assert float(yolo.grid_loss(y_true, y_true, classes=3)) < 1e-6
    assert abs(float(yolo.box_loss(y_free, y_free))) < 1e-5
    assert float(yolo.free_loss(y_free, y_free)) < 1e-4


def test_boxes_do_not_count_where_nothing_is():
    y_true, y_pred, y_free, free_pred = random_grids(3)
    empty, other = y_true[..., 0] == 0, y_pred.copy()
    other[..., 1:][empty] = 77
    np.testing.assert_array_equal(
        yolo.grid_loss(y_true, other, classes=3),
        yolo.grid_loss(y_true, y_pred, classes=3),
    )
    empty, other = ~y_free[..., 4:].any(axis=-1), free_pred.copy()
    other[..., :4][empty] = 77
    np.testing.assert_array_equal(
        yolo.free_loss(y_free, other), yolo.free_loss(y_free, free_pred)
    )


def test_pictures_without_objects_have_finite_losses():
    y_true, y_pred, y_free, free_pred = random_grids(5)
    assert np.isfinite(yolo.grid_loss(0 * y_true, y_pred, classes=3))
    assert np.isfinite(yolo.free_loss(0 * y_free, free_pred))
