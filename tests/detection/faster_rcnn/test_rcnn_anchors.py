import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn_course.detection import iou
from cnn_course.detection.faster_rcnn import (
    decode_deltas,
    encode_deltas,
    make_anchors,
    match,
    pairwise_iou,
)


def boxes_of(draw, n, least=0.5):
    """Boxes of n rows, with an area."""
    start = draw(
        arrays(np.float32, (n, 2), elements=st.floats(2, 80, width=32))
    )
    size = draw(
        arrays(np.float32, (n, 2), elements=st.floats(least, 40, width=32))
    )
    return np.concatenate([start, start + size], axis=1)


@st.composite
def two_sets(draw):
    return boxes_of(draw, draw(st.integers(1, 6))), boxes_of(
        draw, draw(st.integers(1, 6))
    )


def test_anchors_by_hand():
    anchors = make_anchors(2, 3, stride=8, shapes=[(4, 6), (10, 2)])
    assert anchors.shape == (12, 4)
    np.testing.assert_array_equal(anchors[0], [2, 1, 6, 7])  # centre (4, 4)
    np.testing.assert_array_equal(anchors[1], [-1, 3, 9, 5])
    np.testing.assert_array_equal(anchors[2], [10, 1, 14, 7])  # to the right
    np.testing.assert_array_equal(anchors[6], [2, 9, 6, 15])  # the next row


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rows": 0}, "rows must be an int >= 1"),
        ({"columns": 1.5}, "columns must be an int >= 1"),
        ({"shapes": [(3, 0)]}, "shapes must be pairs"),
        ({"shapes": [3, 4]}, "shapes must be pairs"),
    ],
)
def test_anchors_that_are_none(arguments, words):
    with pytest.raises(ValueError, match=words):
        make_anchors(**{"rows": 2, "columns": 2} | arguments)


def test_deltas_by_hand():
    anchor = np.array([[10, 10, 20, 30]], np.float32)
    box = np.array([[12, 10, 32, 20]], np.float32)  # centre 7, −5 away
    expected = [[0.7, -0.25, np.log(2), np.log(0.5)]]
    np.testing.assert_allclose(encode_deltas(box, anchor), expected, rtol=1e-6)


@st.composite
def pairs(draw):
    n = draw(st.integers(1, 8))
    return boxes_of(draw, n, least=1), boxes_of(draw, n, least=1)


@given(pairs())
@settings(deadline=None)
def test_decode_undoes_encode(case):
    boxes, anchors = case
    back = decode_deltas(encode_deltas(boxes, anchors), anchors)
    np.testing.assert_allclose(back, boxes, atol=1e-3)
    np.testing.assert_array_equal(encode_deltas(boxes, boxes), 0)


@given(pairs(), st.floats(0.1, 10), st.floats(-50, 50))
@settings(deadline=None)
def test_deltas_do_not_see_scale_and_place(case, scale, shift):
    boxes, anchors = case
    np.testing.assert_allclose(
        encode_deltas(scale * boxes + shift, scale * anchors + shift),
        encode_deltas(boxes, anchors),
        rtol=1e-3,
        atol=1e-3,
    )


def test_wild_deltas_stay_finite():
    anchors = np.array([[0, 0, 8, 8]], np.float32)
    assert np.isfinite(decode_deltas([[0.0, 0.0, 1e9, -1e9]], anchors)).all()
    assert np.isfinite(encode_deltas([[5.0, 5.0, 5.0, 5.0]], anchors)).all()


@given(two_sets())
@settings(deadline=None)
def test_pairwise_iou_is_the_courses_iou(case):
    np.testing.assert_allclose(pairwise_iou(*case), iou(*case), atol=1e-4)


def test_pairwise_iou_of_no_boxes_is_0():
    zero = np.zeros((1, 2, 4), np.float32)
    np.testing.assert_array_equal(pairwise_iou(zero, zero), 0)


def match_slowly(boxes, truth, positive, negative, best_too):
    table = iou(boxes, truth)
    kind = []
    for i in range(len(boxes)):
        value = table[i].max()
        this = 1 if value >= positive else 0 if value < negative else -1
        for j in range(len(truth)):
            if best_too and table[i, j] == table[:, j].max() > 0:
                this = 1
        kind.append(this)
    return kind, table.argmax(axis=1)


@given(st.integers(0, 10_000), st.booleans())
@settings(deadline=None)
def test_match_agrees_with_a_loop(seed, best_too):
    rng = np.random.default_rng(seed)
    boxes, truth = (
        np.sort(rng.uniform(0, 40, (n, 2, 2)), axis=1).reshape(n, 4)
        for n in (12, 3)
    )
    options = {"positive": 0.5, "negative": 0.2, "best_too": best_too}
    kind, which = match_slowly(boxes, truth, 0.5, 0.2, best_too)
    padded = np.concatenate([truth, np.zeros((2, 4))]).astype("float32")
    ours = match(boxes[None].astype("float32"), padded[None], **options)
    np.testing.assert_array_equal(ours[0][0], kind)
    chosen = np.array(kind) == 1
    np.testing.assert_array_equal(np.asarray(ours[1][0])[chosen], which[chosen])


def test_without_objects_all_is_background():
    anchors = make_anchors(2, 2)[None]
    kind, _ = match(
        anchors, np.zeros((1, 3, 4), "float32"), positive=0.7, negative=0.3,
        best_too=True,
    )  # fmt: skip
    np.testing.assert_array_equal(kind, 0)
