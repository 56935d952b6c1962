import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.detection import nms
from cnn_course.detection.faster_rcnn import propose, roi_align


@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7]))
@settings(max_examples=8, deadline=None)
def test_propose_keeps_what_nms_keeps(seed, iou_threshold):
    rng = np.random.default_rng(seed)
    corners = np.sort(rng.uniform(0, 40, (2, 9, 2, 2)), axis=2)
    boxes = corners.reshape(2, 9, 4).astype("float32")
    scores = rng.uniform(0.01, 1, (2, 9)).astype("float32")
    kept, kept_scores = propose(
        boxes, scores, count=9, iou_threshold=iou_threshold
    )
    for i in range(2):
        rows = nms(boxes[i], scores[i], iou_threshold=iou_threshold)
        n = len(rows)
        np.testing.assert_allclose(kept[i][:n], boxes[i][rows])
        np.testing.assert_allclose(kept_scores[i][:n], scores[i][rows])
        np.testing.assert_array_equal(kept[i][n:], 0)
        np.testing.assert_array_equal(kept_scores[i][n:], 0)


def value_at(feature, x, y):
    """Bilinear interpolation at a point in cells, one corner at a time."""
    rows, columns, channels = feature.shape
    x, y = np.clip(x - 0.5, 0, columns - 1), np.clip(y - 0.5, 0, rows - 1)
    total = np.zeros(channels)
    for row in {int(np.floor(y)), int(np.ceil(y))}:
        for column in {int(np.floor(x)), int(np.ceil(x))}:
            share = (1 - abs(y - row)) * (1 - abs(x - column))
            total += share * feature[row, column]
    return total


def roi_align_slowly(feature, box, size, samples):
    x_min, y_min, x_max, y_max = box
    out = np.zeros((size, size, feature.shape[-1]))
    for i, j in np.ndindex(size, size):
        for a, b in np.ndindex(samples, samples):
            y = y_min + (i + (a + 0.5) / samples) * (y_max - y_min) / size
            x = x_min + (j + (b + 0.5) / samples) * (x_max - x_min) / size
            out[i, j] += value_at(feature, x, y) / samples**2
    return out


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_roi_align_agrees_with_a_loop(seed, size, samples):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(2, 5, 7, 3)).astype("float32")
    corners = np.sort(rng.uniform(-1, 8, (2, 4, 2, 2)), axis=2)
    boxes = corners.reshape(2, 4, 4).astype("float32")
    ours = roi_align(features, boxes, size, samples=samples)
    assert ours.shape == (2, 4, size, size, 3)
    for picture, box in np.ndindex(2, 4):
        np.testing.assert_allclose(
            ours[picture, box],
            roi_align_slowly(
                features[picture], boxes[picture, box], size, samples
            ),
            atol=1e-4,
        )


def test_roi_align_where_crop_and_resize_means_the_same():
    # One point a bin; TensorFlow's box ends at the outermost points, and
    # counts from centre to centre, in shares.
    rng = np.random.default_rng(0)
    features = rng.normal(size=(1, 9, 9, 2)).astype("float32")
    boxes = np.array([[1.2, 2.0, 6.7, 8.0], [0.5, 0.5, 8.5, 8.5]], "float32")
    size = 4
    ours = roi_align(features, boxes[None], size, samples=1)[0]
    start, end = boxes[:, :2], boxes[:, 2:]
    inset = (end - start) / size / 2
    first, last = (start + inset - 0.5) / 8, (end - inset - 0.5) / 8
    theirs = tf.image.crop_and_resize(
        features,
        np.concatenate([first[:, ::-1], last[:, ::-1]], axis=1),  # y first
        [0, 0],
        [size, size],
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_roi_align_of_a_slope_is_exact():
    # Bilinear interpolation keeps a plane: each bin is the plane's value at
    # its middle, wherever the box lies.
    y, x = np.mgrid[0.5:6, 0.5:6]
    plane = (3 * x - 2 * y + 1).astype("float32")[None, ..., None]
    box = np.array([[[0.9, 1.3, 4.1, 5.2]]], "float32")
    got = np.asarray(roi_align(plane, box, 3))[0, 0, ..., 0]
    middle_x = 0.9 + (np.arange(3) + 0.5) * 3.2 / 3
    middle_y = 1.3 + (np.arange(3) + 0.5) * 3.9 / 3
    expected = 3 * middle_x - 2 * middle_y[:, None] + 1
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_gradient_flows_to_the_cells_below_the_box_alone():
    features = tf.Variable(tf.ones((1, 6, 6, 1)))
    box = tf.constant([[[1.0, 1.0, 3.0, 3.0]]])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(roi_align(features, box, 2))
    slope = np.asarray(tape.gradient(total, features))[0, ..., 0]
    assert (slope[1:3, 1:3] > 0).all()
    assert np.isclose(slope.sum(), 4)  # each of four bins has a mean
    assert not slope[4:].any()
    assert not slope[:, 4:].any()


def test_roi_align_refuses_what_it_cannot_cut():
    features, boxes = np.zeros((1, 4, 4, 1)), np.zeros((1, 2, 4))
    with pytest.raises(ValueError, match="size must be an int >= 1"):
        roi_align(features, boxes, 0)
    with pytest.raises(ValueError, match="samples must be an int >= 1"):
        roi_align(features, boxes, 2, samples=0.5)
    with pytest.raises(ValueError, match=r"boxes \(batch, n, 4\)"):
        roi_align(features, boxes[0], 2)
