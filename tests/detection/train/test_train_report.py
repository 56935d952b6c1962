import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_course.detection import precision_recall
from cnn_course.detection.annotated import BoxedImages, Crowds
from cnn_course.detection.train.report import best_threshold, mistakes
from cnn_course.detection.writers import detections_to_coco, to_coco

NOBODY = Crowds(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))


def scene(boxes, labels, crowds=NOBODY):
    return BoxedImages(
        np.zeros((1, 50, 50, 3), np.uint8),
        [np.array(boxes, float).reshape(-1, 4)],
        [np.array(labels, int)],
        None,
        None,
        ("cup", "spoon"),
        None,
        [crowds],
    )


def found(*rows):
    """Lists as from `yolo.predict`, of one picture: (box, score, label)."""
    boxes, scores, labels = zip(*rows, strict=True) if rows else ((), (), ())
    boxes = np.array(boxes, float).reshape(-1, 4)
    return [boxes], [np.array(scores)], [np.array(labels, int)]


def test_each_kind_of_mistake():
    pictures = scene(
        [[0, 0, 10, 10], [20, 0, 30, 10], [0, 30, 10, 40]], [0, 1, 1]
    )
    said = found(
        ([0, 0, 10, 9], 0.9, 0),  # right
        ([20, 0, 30, 10], 0.8, 0),  # a spoon
        ([40, 40, 50, 50], 0.7, 1),  # nothing there
        ([40, 0, 50, 10], 0.2, 1),  # not sure enough to count
    )
    listed = mistakes(pictures, said, 0.5)
    assert [(s, i, words) for s, i, _, words in listed] == [
        (0.8, 0, "spoon taken for cup"),
        (0.7, 0, "made up: spoon"),
        (0.0, 0, "missed: spoon"),
    ]
    np.testing.assert_array_equal(listed[2][2], [0, 30, 10, 40])


def test_no_mistake_in_a_crowd_nor_without_boxes():
    crowd = Crowds(np.array([[0, 0, 20, 20.0]]), np.array([0]), np.array([400]))
    assert (
        mistakes(scene([], [], crowd), found(([0, 0, 20, 20], 0.9, 0)), 0) == []
    )
    assert mistakes(scene([], []), found(), 0.5) == []
    (missed,) = mistakes(scene([[0, 0, 9, 9]], [0]), found(), 0.5)
    assert missed[3] == "missed: cup"


@given(st.integers(0, 10**6))
def test_no_threshold_has_a_better_f1(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    corners = rng.integers(0, 30, (n, 2))
    boxes = np.hstack([corners, corners + 10])
    pictures = scene(boxes, rng.integers(2, size=n))
    k = int(rng.integers(1, 12))
    places = boxes[rng.integers(n, size=k)] + rng.integers(0, 6, (k, 1))
    said = found(
        *zip(places, rng.random(k), rng.integers(2, size=k), strict=True)
    )
    truth, listed = to_coco(pictures), detections_to_coco(*said)
    counts = np.bincount(pictures.labels[0], minlength=2)
    curves = {
        i: precision_recall(truth, listed, category_id=i)
        for i in range(2)
        if counts[i]
    }
    threshold, precision, recall = best_threshold(
        list(curves.values()), [counts[i] for i in curves]
    )

    def f1(least):
        kept = [row for row in listed if row["score"] > least]
        right = wrong = 0
        for i in curves:
            curve = precision_recall(truth, kept, category_id=i)
            hits = (
                round(curve.recall[-1] * counts[i]) if len(curve.recall) else 0
            )
            right += hits
            wrong += len(curve.score) - hits
        return 2 * right / max(n + right + wrong, 1)

    best = max(f1(least) for least in (0, *said[1][0]))
    assert f1(threshold) == pytest.approx(best)
    if precision + recall:
        mine = 2 * precision * recall / (precision + recall)
        assert mine == pytest.approx(best)
