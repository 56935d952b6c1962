import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.detection import iou, nms
from cnn_course.detection.nms import _FIRST_BLOCK, _LARGEST_BLOCK

THRESHOLDS = [0, 0.1, 1 / 3, 0.5, 0.7, 0.95, 1]


def random_case(seed, count):
    """Boxes and scores: clusters or not, whole pixels or not, ties or not."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 100, (1 + rng.integers(1 + count), 2))
    centers = centers[rng.integers(len(centers), size=count)]
    centers = centers + rng.normal(size=(count, 2)) * rng.choice([0, 1, 5])
    half = rng.uniform(2, 30, (count, 2))
    boxes = np.concatenate([centers - half, centers + half], axis=1)
    scores = rng.permutation(count) / max(count, 1)
    if rng.integers(2):  # equal boxes, overlaps that are just the threshold
        boxes = np.round(boxes / 5) * 5
    if rng.integers(2):
        scores = np.round(scores, 1)
    if rng.integers(2):  # without area
        flat = rng.uniform(size=count) < 0.3
        boxes[flat, 2:] = boxes[flat, :2]
    if rng.integers(2):
        boxes = boxes / 200
    return boxes, scores, rng


def tf_nms(boxes, scores, *, iou_threshold, score_threshold, max_boxes):
    return tf.image.non_max_suppression(
        np.asarray(boxes, "float32").reshape(-1, 4),
        np.asarray(scores, "float32"),
        len(boxes) if max_boxes is None else max_boxes,
        float(iou_threshold),
        -np.inf if score_threshold is None else float(score_threshold),
    ).numpy()


def random_options(rng, count):
    most = rng.integers(count + 2)
    return {
        "iou_threshold": float(rng.choice([*THRESHOLDS, rng.uniform()])),
        "score_threshold": rng.choice([None, 0.0, 0.3, 1.0]),
        "max_boxes": None if rng.integers(2) else int(most),
    }


@pytest.mark.parametrize("part", range(4))
def test_nms_equals_tensorflow_on_a_thousand_cases(part):
    for seed in range(1000 * part, 1000 * (part + 1)):
        count = seed % 40
        boxes, scores, rng = random_case(seed, count)
        options = random_options(rng, count)
        np.testing.assert_array_equal(
            nms(boxes, scores, **options),
            tf_nms(boxes, scores, **options),
            err_msg=f"seed {seed}, {options}",
        )


@pytest.mark.parametrize("iou_threshold", THRESHOLDS)
def test_nms_equals_tensorflow_over_many_blocks(iou_threshold):
    for seed in range(12):
        count = [_FIRST_BLOCK + 1, 3 * _FIRST_BLOCK, 2 * _LARGEST_BLOCK][
            seed % 3
        ] + seed
        boxes, scores, rng = random_case(seed, count)
        options = random_options(rng, count)
        options["iou_threshold"] = iou_threshold
        np.testing.assert_array_equal(
            nms(boxes, scores, **options), tf_nms(boxes, scores, **options)
        )


def test_nms_equals_tensorflow_on_many_boxes():
    rng = np.random.default_rng(0)
    boxes = rng.uniform(0, 3000, (6000, 4))
    boxes[:, 2:] = boxes[:, :2] + rng.uniform(8, 80, (6000, 2))
    options = {"score_threshold": None, "max_boxes": None, "iou_threshold": 0.2}
    scores = rng.uniform(size=6000)
    kept = nms(boxes, scores, **options)
    assert 10 * _LARGEST_BLOCK > len(kept) > 4 * _LARGEST_BLOCK
    np.testing.assert_array_equal(kept, tf_nms(boxes, scores, **options))


def test_nms_compares_in_float32_as_tensorflow():
    # The overlap is just the threshold, so the last bit decides.
    options = {"score_threshold": None, "max_boxes": None}
    for width in range(2, 30):
        for part in range(1, width):
            boxes = np.array([(0, 0, width, 1), (0, 0, part, 1)]) / 7
            options["iou_threshold"] = part / width
            np.testing.assert_array_equal(
                nms(boxes, [0.9, 0.8], **options),
                tf_nms(boxes, [0.9, 0.8], **options),
                err_msg=f"{part} / {width}",
            )


@pytest.mark.parametrize("number", [float, np.float32, np.float64])
def test_any_kind_of_number_is_taken_as_float32(number):
    # 0.1 in float32 is a little more than in float64: nothing is above it.
    boxes, scores = [(0, 0, 10, 10), (0, 0, 10, 1)], np.array([0.2, 0.1])
    for options in (
        {"iou_threshold": number(0.1), "score_threshold": None},
        {"iou_threshold": number(0.5), "score_threshold": number(0.1)},
    ):
        options["max_boxes"] = None
        np.testing.assert_array_equal(
            nms(boxes, scores, **options), tf_nms(boxes, scores, **options)
        )
    # Equal in float32, so the first comes first.
    assert nms(boxes, [0.69999999, 0.7], iou_threshold=1).tolist() == [0, 1]


def per_class(boxes, scores, classes, *, max_boxes, **options):
    """TensorFlow class by class, then merged best first."""
    kept = []
    for one in set(classes):
        members = np.flatnonzero(np.array(classes) == one)
        chosen = tf_nms(
            boxes[members], scores[members], max_boxes=None, **options
        )
        kept.extend(members[chosen])
    kept.sort(key=lambda i: (-np.float32(scores[i]), i))
    return kept[:max_boxes]


def test_nms_with_classes_equals_a_call_for_each_class():
    for seed in range(600):
        count = seed % 50
        boxes, scores, rng = random_case(seed, count)
        options = random_options(rng, count)
        classes = rng.integers(-1, 4, count)
        expected = per_class(boxes, scores, classes, **options)
        got = nms(boxes, scores, classes=classes, **options)
        np.testing.assert_array_equal(got, expected, err_msg=f"seed {seed}")
        names = np.array(["zero", "one", "two", "three", "last"])[classes]
        got = nms(boxes, scores, classes=names, **options)
        np.testing.assert_array_equal(got, expected)


def test_nms_with_one_class_equals_none():
    boxes, scores, _ = random_case(3, 50)
    np.testing.assert_array_equal(
        nms(boxes, scores, classes=np.zeros(50)), nms(boxes, scores)
    )


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.integers(0, 9999),
    st.integers(0, 300),
    st.floats(0, 1, width=32),
)
def test_kept_boxes_are_apart_and_cover_the_dropped_ones(seed, count, most):
    boxes, scores, _ = random_case(seed, count)
    boxes, scores = boxes.astype("float32"), scores.astype("float32")
    kept = nms(boxes, scores, iou_threshold=most)
    among = iou(boxes[kept], boxes[kept])
    np.fill_diagonal(among, 0)
    assert (among <= most).all()
    assert (np.diff(scores[kept]) <= 0).all()
    dropped = np.setdiff1d(np.arange(count), kept)
    covers = iou(boxes[dropped], boxes[kept]) > most
    covers &= scores[dropped, None] <= scores[kept]
    assert covers.any(axis=1).all()


def test_nms_by_hand():
    # The second overlaps the first by 80 / 120, the third by 20 / 180; the
    # second would have covered the fourth, but is gone.
    boxes = [(0, 0, 10, 10), (2, 0, 12, 10), (8, 0, 18, 10), (4, 0, 14, 10)]
    scores = [0.9, 0.8, 0.7, 0.6]
    assert nms(boxes, scores).tolist() == [0, 2, 3]
    assert nms(boxes, scores, iou_threshold=0.4).tolist() == [0, 2]
    assert nms(boxes, scores, iou_threshold=0).tolist() == [0]
    assert nms(boxes, scores, iou_threshold=1).tolist() == [0, 1, 2, 3]
    assert nms(boxes, scores, max_boxes=2).tolist() == [0, 2]
    assert nms(boxes, scores, score_threshold=0.7).tolist() == [0]
    assert nms(boxes, scores, classes=list("abab")).tolist() == [0, 1, 2]
    assert nms(boxes[::-1], scores).tolist() == [0, 1, 3]


def test_equal_scores_keep_the_first():
    assert nms([(0, 0, 4, 4)] * 3, [0.5, 0.7, 0.7]).tolist() == [1]


def test_no_boxes_and_one():
    for options in ({}, {"classes": []}, {"max_boxes": 3}):
        kept = nms([], [], **options)
        assert kept.shape == (0,)
        assert np.issubdtype(kept.dtype, np.integer)
    assert nms([(1, 1, 2, 2)], [0.1], classes=["cat"]).tolist() == [0]
    assert nms([(1, 1, 1, 1)], [0.1]).tolist() == [0]
    assert nms([(1, 1, 2, 2)], [0.1], max_boxes=0).tolist() == []


def test_nms_leaves_its_arguments_alone():
    boxes, scores, _ = random_case(1, 30)
    boxes, scores = boxes.astype("float32"), scores.astype("float32")
    copies = boxes.copy(), scores.copy()
    nms(boxes, scores)
    np.testing.assert_array_equal(boxes, copies[0])
    np.testing.assert_array_equal(scores, copies[1])


TWO = [(0, 0, 1, 1), (0, 0, 2, 2)]


@pytest.mark.parametrize(
    ("boxes", "scores", "options", "message"),
    [
        ([(3, 0, 1, 1)], [1], {}, r"boxes must have x_min.*row 0 is \(3,"),
        (
            [TWO[0], (0, 0, np.nan, 1)],
            [1, 1],
            {},
            "boxes must be finite; row 1",
        ),
        (
            TWO,
            [1, 2, 3],
            {},
            r"scores .* each of the 2 boxes; got shape \(3,\)",
        ),
        (TWO, [[1], [2]], {}, r"scores must hold .* got shape \(2, 1\)"),
        (TWO, [1, np.nan], {}, "scores must be finite; row 1 is nan"),
        (TWO, [np.inf, 1], {}, "scores must be finite; row 0 is inf"),
        (TWO, [1, 2], {"classes": [1]}, r"classes must hold .*shape \(1,\)"),
        (TWO, [1, 2], {"iou_threshold": 1.1}, "between 0 and 1; got 1.1"),
        (TWO, [1, 2], {"iou_threshold": -0.1}, "iou_threshold must be"),
        (TWO, [1, 2], {"iou_threshold": np.nan}, "iou_threshold must be"),
        (TWO, [1, 2], {"iou_threshold": "0.5"}, "iou_threshold .* got '0.5'"),
        (TWO, [1, 2], {"iou_threshold": None}, "iou_threshold .* got None"),
        (TWO, [1, 2], {"score_threshold": np.nan}, "score_threshold .*got nan"),
        (TWO, [1, 2], {"score_threshold": "1"}, "score_threshold .* got '1'"),
        (TWO, ["a", "b"], {}, r"scores must hold .*; got \['a', 'b'\]"),
        (TWO, [1, 2], {"max_boxes": -1}, "max_boxes must be an int >= 0"),
        (TWO, [1, 2], {"max_boxes": 1.5}, "max_boxes must be an int >= 0"),
        (TWO, [], {}, r"scores must hold .* got shape \(0,\)"),
    ],
)
def test_nms_errors(boxes, scores, options, message):
    with pytest.raises(ValueError, match=message):
        nms(boxes, scores, **options)
