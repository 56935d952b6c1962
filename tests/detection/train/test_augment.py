import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnn_course.detection import yolo
from cnn_course.detection.train import augment

seeds = st.integers(0, 10**6)


def white_on_black(box, size=(60, 80)):
    picture = np.zeros((*size, 3), np.uint8)
    left, top, right, bottom = box
    picture[top:bottom, left:right] = 255
    return picture


def edges(picture):
    """The box around all that is white, to half a pixel."""
    weight = picture[..., 0] / 255
    down, across = weight.max(axis=1), weight.max(axis=0)
    sides = []
    for line in (across, down):
        seen = np.flatnonzero(line > 0.75)
        sides.append((seen[0], seen[-1] + 1))
    (left, right), (top, bottom) = sides
    return [left, top, right, bottom]


@given(seeds)
def test_the_box_goes_where_the_picture_goes(seed):
    rng = np.random.default_rng(seed)
    left, top = rng.integers(0, (60, 40))
    box = [left, top, left + rng.integers(8, 20), top + rng.integers(8, 20)]
    picture, boxes, labels = augment.vary(
        white_on_black(box), np.array([box], float), np.array([7]), rng
    )
    assert picture.shape == (60, 80, 3)
    if len(boxes):
        assert labels.tolist() == [7]
        np.testing.assert_allclose(boxes[0], edges(picture), atol=1.5)


def test_each_thing_that_is_cut_too_far_is_dropped():
    rng = np.random.default_rng(0)
    kept = 0
    for _ in range(200):
        box = np.array([[0, 0, 30.0, 30]])
        _, boxes, labels = augment.vary(
            white_on_black([0, 0, 30, 30]), box, np.array([0]), rng
        )
        assert len(boxes) == len(labels)
        kept += len(boxes)
        for x_min, y_min, x_max, y_max in boxes:
            assert 0 <= x_min < x_max <= 80
            assert 0 <= y_min < y_max <= 60
    assert 100 < kept < 200


@given(seeds)
def test_no_sliver_is_taken_for_relative(seed):
    # In the corner, tiny boxes would look like shares of the picture.
    box = np.array([[0.0, 0, 1.4, 1.4]])
    _, boxes, _ = augment.vary(
        white_on_black([0, 0, 1, 1]),
        box,
        np.array([0]),
        np.random.default_rng(seed),
    )
    targets = yolo.encode_free(
        boxes, [0] * len(boxes), classes=1, image_size=(60, 80), grid=(8, 10)
    )
    assert (targets[..., 4].sum() > 0) == (len(boxes) > 0)


@given(seeds)
def test_without_mirroring_left_stays_left(seed):
    boxes = np.array([[10.0, 20, 20, 30], [60.0, 20, 70, 30]])
    _, moved, labels = augment.vary(
        white_on_black([10, 20, 20, 30]),
        boxes,
        np.array([0, 1]),
        np.random.default_rng(seed),
        flip=False,
    )
    if len(labels) == 2:
        assert moved[0, 0] < moved[1, 0]


def test_half_are_mirrored():
    boxes = np.array([[10.0, 20, 20, 30], [60.0, 20, 70, 30]])
    rng, turned, total = np.random.default_rng(0), 0, 0
    for _ in range(300):
        _, moved, labels = augment.vary(
            white_on_black([10, 20, 20, 30]), boxes, np.array([0, 1]), rng
        )
        if len(labels) == 2:
            total += 1
            turned += moved[0, 0] > moved[1, 0]
    assert 0.4 < turned / total < 0.6


def test_pictures_without_things():
    picture, boxes, labels = augment.vary(
        white_on_black([5, 5, 9, 9]),
        np.zeros((0, 4), np.float32),
        np.zeros(0, int),
        np.random.default_rng(1),
    )
    assert boxes.shape == (0, 4)
    assert labels.shape == (0,)
    assert picture.dtype == np.uint8


@given(seeds)
def test_colours_change_and_stay_colours(seed):
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (3, 8, 8, 3)).astype("float32")
    changed = augment.recolour(images, rng)
    assert changed.dtype == np.float32
    assert changed.shape == images.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert not np.allclose(changed, images)
    grey = np.repeat(images[..., :1], 3, axis=-1)
    out = augment.recolour(grey, rng)
    np.testing.assert_allclose(out[..., 0], out[..., 2], atol=1e-3)
