import copy

import numpy as np
import pytest
from coco_sets import A, B, C, one_image, pycocotools_eval, random_set
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.detection import (
    coco_evaluate,
    interpolate_precision,
    precision_recall,
)
from cnn_course.detection.coco import FIGURES

CLOSE = {"rtol": 0, "atol": 1e-12}


def assert_equal_to_pycocotools(ground_truth, detections):
    got = coco_evaluate(ground_truth, detections)
    assert tuple(got) == FIGURES
    assert all(type(value) is float for value in got.values())
    expected = pycocotools_eval(ground_truth, detections).stats
    np.testing.assert_allclose(list(got.values()), expected, **CLOSE)
    return got


@st.composite
def sets(draw):
    """Options of `random_set`, some with over 100 detections an image."""
    return {
        "seed": draw(st.integers(0, 99_999)),
        "images": draw(st.integers(1, 6)),
        "classes": draw(st.integers(1, 4)),
        "most": draw(st.sampled_from([0, 2, 6, 15])),
        "false_alarms": draw(st.sampled_from([0, 3, 20, 400])),
        "crowds": draw(st.sampled_from([0, 0.1, 0.5, 1])),
        "whole": draw(st.booleans()),
        "ties": draw(st.booleans()),
    }


@settings(max_examples=150, deadline=None, derandomize=True)
@given(sets())
def test_figures_equal_pycocotools(options):
    ground_truth, detections = random_set(**options)
    if detections:
        assert_equal_to_pycocotools(ground_truth, detections)


def test_many_images_equal_pycocotools():
    figures = assert_equal_to_pycocotools(*random_set(0, images=150, classes=8))
    assert all(0.01 < value < 0.99 for value in figures.values())


def test_more_than_100_detections_an_image_equal_pycocotools():
    ground_truth, detections = random_set(
        3, images=2, classes=1, most=40, false_alarms=700, ties=False
    )
    per_image = np.bincount([row["image_id"] for row in detections])
    assert per_image.max() > 300
    assert_equal_to_pycocotools(ground_truth, detections)


def test_absent_sizes_and_classes_equal_pycocotools():
    ground_truth, detections = random_set(5, classes=3, crowds=0)
    rows = ground_truth["annotations"]
    rows[:] = [
        row for row in rows if row["area"] < 96**2 and row["category_id"] != 3
    ]
    figures = assert_equal_to_pycocotools(ground_truth, detections)
    assert figures["AP_large"] == figures["AR_large"] == -1
    assert figures["AP"] > 0


@pytest.mark.parametrize("area", [0, 32**2, 96**2, 1e5**2, 1e5**2 + 1])
def test_areas_at_their_limits_equal_pycocotools(area):
    ground_truth, detections = random_set(8, crowds=0)
    for row in ground_truth["annotations"]:
        row["area"] = area
    assert_equal_to_pycocotools(ground_truth, detections)


@pytest.mark.parametrize("step", [1, -1])
def test_of_equal_overlaps_the_last_counts_as_in_pycocotools(step):
    # The first detection meets both alike, the second only (4, 0, 10, 10).
    boxes = [(0, 0, 10, 10), (4, 0, 10, 10)][::step]
    case = one_image(boxes, [((2, 0, 10, 10), 0.9), ((6, 0, 10, 10), 0.8)])
    figures = assert_equal_to_pycocotools(*case)
    assert figures["AR100"] == pytest.approx(0.2 if step == 1 else 0.4)


def test_found_exactly_scores_one():
    boxes = [A, B, C]
    case = one_image(boxes, [(box, 0.5) for box in boxes])
    figures = coco_evaluate(*case)
    assert figures.pop("AR1") == pytest.approx(1 / 3)
    assert set(figures.values()) == {1.0}


def test_half_found_after_a_false_alarm():
    # Ranks: wrong, right. Precision 0 then 1/2, recall 0 then 1/2: 51 of the
    # 101 recalls have precision 1/2.
    case = one_image([A, C], [(B, 0.9), (A, 0.8)])
    figures = coco_evaluate(*case)
    assert figures["AP50"] == pytest.approx(51 / 101 / 2)
    assert figures["AR100"] == 0.5
    assert figures["AR1"] == 0
    assert figures["AP_small"] == 1  # the alarm is large, so not counted there
    assert figures["AP_large"] == -1


def test_overlap_decides_which_thresholds_count():
    # 10 x 8 of 10 x 10: overlap 0.8, right at 7 of the 10 thresholds.
    figures = coco_evaluate(*one_image([A], [((0, 0, 10, 8), 0.5)]))
    assert figures["AP"] == pytest.approx(0.7)
    assert figures["AR100"] == pytest.approx(0.7)
    assert figures["AP50"] == figures["AP75"] == 1


def test_a_second_detection_of_one_thing_is_wrong():
    figures = coco_evaluate(*one_image([A, C], [(A, 0.9), (A, 0.8), (C, 0.7)]))
    assert figures["AP50"] == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_the_wrong_class_is_wrong():
    figures = coco_evaluate(*one_image([A], [(A, 0.9, 2)]))
    assert figures["AP"] == figures["AR100"] == 0


def test_crowds_need_not_be_found_and_excuse_what_finds_them():
    ground_truth, found = one_image([A, B], [(C, 0.1), (A, 0.5)])
    ground_truth["annotations"][1]["iscrowd"] = 1
    inside = {**found[0], "bbox": [60, 10, 20, 20], "score": 0.9}
    figures = coco_evaluate(ground_truth, [*found, inside, inside])
    assert figures["AP"] == 1


def test_nothing_found_scores_zero_and_nothing_to_find_minus_one():
    ground_truth, detections = one_image([A], [(A, 0.9)])
    figures = coco_evaluate(ground_truth, [])
    assert figures["AP"] == figures["AR100"] == figures["AP_small"] == 0
    assert figures["AP_medium"] == -1
    ground_truth["annotations"] = []
    assert set(coco_evaluate(ground_truth, detections).values()) == {-1.0}
    assert set(coco_evaluate(ground_truth, []).values()) == {-1.0}


def test_id_area_and_iscrowd_may_be_missing():
    ground_truth, detections = random_set(2, crowds=0)
    for row in ground_truth["annotations"]:
        row["area"] = row["bbox"][2] * row["bbox"][3]
    full = coco_evaluate(ground_truth, detections)
    for row in ground_truth["annotations"]:
        for key in ("id", "area", "iscrowd"):
            del row[key]
    assert coco_evaluate(ground_truth, detections) == full


def test_an_annotation_with_id_0_counts():
    ground_truth, detections = one_image([A], [(A, 0.9)])
    ground_truth["annotations"][0]["id"] = 0
    assert coco_evaluate(ground_truth, detections)["AP"] == 1


def test_ids_may_be_names():
    ground_truth, detections = random_set(2)
    expected = coco_evaluate(ground_truth, detections)
    for row in ground_truth["images"] + ground_truth["categories"]:
        row["id"] = f"{row['id']:03}"
    for row in ground_truth["annotations"] + detections:
        row["image_id"] = f"{row['image_id']:03}"
        row["category_id"] = f"{row['category_id']:03}"
    assert coco_evaluate(ground_truth, detections) == expected


def test_arguments_stay_as_they_are():
    case = random_set(4)
    before = copy.deepcopy(case)
    coco_evaluate(*case)
    assert case == before


@pytest.mark.parametrize("place", [0, 5, 9])
def test_curves_average_to_pycocotools_precision(place):
    ground_truth, detections = random_set(11, images=12)
    peer = pycocotools_eval(ground_truth, detections)
    for k, category in enumerate(sorted(peer.params.catIds)):
        curve = precision_recall(
            ground_truth,
            detections,
            category_id=category,
            iou_threshold=peer.params.iouThrs[place],
        )
        np.testing.assert_allclose(
            interpolate_precision(curve.recall, curve.precision),
            peer.eval["precision"][place, :, k, 0, 2],
            **CLOSE,
        )
        assert curve.recall[-1] == peer.eval["recall"][place, k, 0, 2]


def test_curve_by_hand():
    case = one_image(
        [A, C], [(A, 0.5), (B, 0.7), (C, 0.9), (A, 0.3), (A, 1, 2)]
    )
    recall, precision, score = precision_recall(*case, category_id=1)
    np.testing.assert_array_equal(score, [0.9, 0.7, 0.5, 0.3])
    np.testing.assert_array_equal(recall, [0.5, 0.5, 1, 1])
    np.testing.assert_allclose(precision, [1, 1 / 2, 2 / 3, 2 / 4])
    np.testing.assert_allclose(
        interpolate_precision(recall, precision), [1] * 51 + [2 / 3] * 50
    )


@pytest.mark.parametrize(("iou_threshold", "right"), [(0.8, 1), (0.81, 0)])
def test_curve_at_any_threshold(iou_threshold, right):
    case = one_image([A], [((0, 0, 10, 8), 0.5)])
    curve = precision_recall(*case, category_id=1, iou_threshold=iou_threshold)
    assert curve.recall == right
    exact = precision_recall(
        *one_image([A], [(A, 0.5)]), category_id=1, iou_threshold=1
    )
    assert exact.recall == 1


def test_curve_leaves_out_what_a_crowd_excuses():
    ground_truth, detections = one_image([A, B], [(A, 0.5), (B, 0.9)])
    ground_truth["annotations"][1]["iscrowd"] = 1
    curve = precision_recall(ground_truth, detections, category_id=1)
    assert curve.score == 0.5


def test_curve_without_detections():
    ground_truth, _ = one_image([A], [])
    curve = precision_recall(ground_truth, [], category_id=1)
    assert [len(values) for values in curve] == [0, 0, 0]
    assert not interpolate_precision(curve.recall, curve.precision).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"category_id": 9}, r"category_id must be one of \[1, 2\]; got 9"),
        ({"category_id": 2}, "category_id 2 has no annotation to find"),
        ({"category_id": 1, "iou_threshold": 0}, "iou_threshold .* got 0"),
        ({"category_id": 1, "iou_threshold": 1.1}, "iou_threshold .* got 1.1"),
    ],
)
def test_curve_errors(options, message):
    with pytest.raises(ValueError, match=message):
        precision_recall(*one_image([A], [(A, 0.5)]), **options)


def test_interpolate_errors():
    with pytest.raises(ValueError, match=r"shapes \(2,\) and \(1,\)"):
        interpolate_precision([0, 1], [1])
