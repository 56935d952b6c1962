import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yolo_grids import assert_same_objects, pictures, random_grids

from cnn_course.detection import yolo


def test_the_notes_grid_by_hand():
    # A car of 50 x 80 pixels with its centre at (50, 70); cells of 33.3.
    values = yolo.encode(
        [[25, 30, 75, 110]], [2], classes=3, image_size=100, grid=3
    )
    assert values.shape == (3, 3, 8)
    np.testing.assert_allclose(
        values[2, 1], [1, 0.5, 0.1, 2.4, 1.5, 0, 0, 1], atol=1e-6
    )
    values[2, 1] = 0
    assert not values.any()


def test_two_anchors_hold_two_objects_of_one_cell():
    boxes = [[40, 20, 60, 80], [10, 40, 90, 60], [49, 49, 51, 51]]
    options = {"classes": 3, "image_size": 100, "grid": 3}
    anchors = [(1, 2), (2, 1)]  # heights and widths: a wide one, a tall one
    values = yolo.encode(boxes, [0, 1, 2], **options, anchors=anchors)
    assert values.shape == (3, 3, 16)
    wide, tall = values[1, 1].reshape(2, 8)
    np.testing.assert_allclose(wide, [1, 0.5, 0.5, 0.6, 2.4, 0, 1, 0])
    np.testing.assert_allclose(tall, [1, 0.5, 0.5, 1.8, 0.6, 1, 0, 0])
    one = yolo.encode(boxes, [0, 1, 2], **options)[1, 1]
    np.testing.assert_allclose(one, tall)  # the first of them has the cell
    # The first takes the tall one, though the wide one was free as well.
    assert yolo.decode(values, classes=3, image_size=100)[2].tolist() == [1, 0]


def test_second_best_anchor_if_the_best_is_taken():
    boxes = [[40, 20, 60, 80], [41, 21, 59, 79]]  # both tall
    options = {"classes": 2, "image_size": 100}
    values = yolo.encode(
        boxes, [0, 1], grid=1, anchors=[(0.1, 0.8), (0.8, 0.2)], **options
    )
    found, _, labels = yolo.decode(values, **options)
    np.testing.assert_allclose(found, boxes[::-1], atol=1e-4)
    assert labels.tolist() == [1, 0]  # the first has the tall anchor, slot 1


@settings(max_examples=200, deadline=None)
@given(pictures(), st.integers(1, 4))
def test_encode_then_decode_is_the_identity(picture, count):
    boxes, labels, classes, options = picture
    anchors = np.random.default_rng(count).uniform(0.2, 3, (count, 2))
    values = yolo.encode(
        boxes, labels, classes=classes, anchors=anchors, **options
    )
    assert values.shape == (*options["grid"], count * (5 + classes))
    size = options["image_size"]
    found = yolo.decode(values, classes=classes, image_size=size)
    assert_same_objects(found, boxes, labels, size)
    p_c, b_x, b_y = values.reshape(-1, 5 + classes)[:, :3].T
    assert set(p_c) <= {0, 1}
    assert 0 <= min(b_x.min(), b_y.min()) <= max(b_x.max(), b_y.max()) <= 1


@pytest.mark.parametrize("anchors", [(1, 1), [(1, 0)], [(1, 2, 3)]])
def test_anchors_must_be_pairs(anchors):
    options = {"classes": 3, "image_size": 100, "grid": 3}
    with pytest.raises(ValueError, match="anchors must be pairs"):
        yolo.encode([], [], anchors=anchors, **options)
    with pytest.raises(ValueError, match="anchors must be pairs"):
        yolo.grid_head(keras.Input((4, 5, 8)), 3, anchors)


@pytest.mark.parametrize("anchors", [1, 2])
def test_grid_terms_are_as_in_a_loop(anchors):
    y_true, y_pred, *_ = random_grids(1, anchors=anchors)
    terms = dict.fromkeys(["object", "no object", "centre", "size", "class"], 0)
    for true, pred in zip(
        y_true.reshape(-1, 8), y_pred.reshape(-1, 8), strict=True
    ):
        kind = "object" if true[0] else "no object"
        terms[kind] += (true[0] - pred[0]) ** 2
        if true[0]:
            terms["centre"] += sum((true[1:3] - pred[1:3]) ** 2)
            terms["size"] += sum((true[3:5] ** 0.5 - pred[3:5] ** 0.5) ** 2)
            terms["class"] += sum((true[5:] - pred[5:]) ** 2)
    objects = y_true.reshape(-1, 8)[:, 0].sum()
    found = yolo.grid_terms(y_true, y_pred, classes=3)
    for name, value in terms.items():
        np.testing.assert_allclose(found[name], value / objects, rtol=1e-4)
    total = (
        5 * (terms["centre"] + terms["size"])
        + terms["object"]
        + 0.5 * terms["no object"]
        + terms["class"]
    )
    loss = yolo.grid_loss(y_true, y_pred, classes=3)
    np.testing.assert_allclose(loss, total / objects, rtol=1e-4)
