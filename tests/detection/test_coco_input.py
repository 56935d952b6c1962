import numpy as np
import pytest
from coco_sets import A, B, C, one_image

from cnn_course.detection import coco_evaluate


def changed(part, row, **values):
    """A good set of three rows each, with one of them changed."""
    ground_truth, detections = one_image(
        [A, B, C], [(A, 0.9), (B, 0.8), (C, 1)]
    )
    rows = {**ground_truth, "detections": detections}[part]
    rows[row].update(values)
    return ground_truth, detections


@pytest.mark.parametrize("part", ["annotations", "detections"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"image_id": 99}, 'image_id 99, which .*ground_truth."images"'),
        ({"image_id": "1"}, "image_id '1', which"),
        ({"image_id": [1]}, r"image_id \[1\], which"),
        ({"category_id": 7}, 'category_id 7, which .*"categories"'),
        ({"bbox": [30, 10, -5, 9]}, r"width >= 0 .*got \[30, 10, -5, 9\]"),
        ({"bbox": [30, 10, 5]}, r"4 finite numbers as bbox; got \[30, 10, 5\]"),
        ({"bbox": [30, 10, np.nan, 5]}, "4 finite numbers as bbox; got"),
        ({"bbox": None}, "4 finite numbers as bbox; got None"),
        ({"bbox": ["a", 1, 2, 3]}, "4 finite numbers as bbox; got"),
    ],
)
def test_a_bad_row_is_named(part, values, message):
    with pytest.raises(ValueError, match=rf"{part}\[1\] (must )?ha.*{message}"):
        coco_evaluate(*changed(part, 1, **values))


@pytest.mark.parametrize(
    ("part", "values", "message"),
    [
        ("detections", {"score": np.nan}, "a finite number as score; got nan"),
        ("detections", {"score": [0.5]}, r"a finite number as score; got \[0"),
        ("annotations", {"area": np.inf}, "a finite number as area; got inf"),
    ],
)
def test_a_bad_number_is_named(part, values, message):
    with pytest.raises(ValueError, match=rf"{part}\[2\] must have {message}"):
        coco_evaluate(*changed(part, 2, **values))


@pytest.mark.parametrize("part", ["annotations", "detections"])
def test_relative_boxes_are_an_error(part):
    found = [(A, 0.9), (C, 0.8), (A, 0.1)]
    ground_truth, detections = one_image([A, C], found)
    for row in {**ground_truth, "detections": detections}[part]:
        row["bbox"] = [value / 400 for value in row["bbox"]]
    message = rf"{part} must have boxes in pixels; .*rel_xywh"
    with pytest.raises(ValueError, match=message):
        coco_evaluate(ground_truth, detections)


def test_a_small_detection_in_a_corner_is_one():
    ground_truth, detections = one_image([A], [(A, 0.3)])
    detections[0]["bbox"] = [0.1, 0.2, 0.5, 0.4]
    assert coco_evaluate(ground_truth, detections)["AP"] == 0


@pytest.mark.parametrize("key", ["image_id", "category_id", "bbox", "score"])
def test_a_missing_key_is_named(key):
    ground_truth, detections = one_image([A, B], [(A, 0.9), (B, 0.8)])
    del detections[1][key]
    with pytest.raises(ValueError, match=rf"detections\[1\] must .*{key}.*got"):
        coco_evaluate(ground_truth, detections)


@pytest.mark.parametrize("key", ["images", "categories", "annotations"])
def test_a_missing_part_is_named(key):
    ground_truth, detections = one_image([A], [(A, 0.9)])
    del ground_truth[key]
    with pytest.raises(ValueError, match=f"COCO dict with '{key}'"):
        coco_evaluate(ground_truth, detections)


@pytest.mark.parametrize("key", ["images", "categories"])
@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([1, 1], r"\[1\] must have an id of its own; 1 is that of .*\[0\]"),
        ([1, "2"], "all numbers or all text; got int, str"),
        ([[1], [2]], "all numbers or all text; got list"),
    ],
)
def test_ids_of_images_and_categories(key, ids, message):
    ground_truth, detections = one_image([A], [(A, 0.9)])
    ground_truth[key] = [{"id": one} for one in ids]
    with pytest.raises(ValueError, match=rf"{key}'\].*{message}"):
        coco_evaluate(ground_truth, detections)


def test_other_things_are_errors():
    ground_truth, detections = one_image([A], [(A, 0.9)])
    with pytest.raises(ValueError, match=r"got str. From a file: json.load"):
        coco_evaluate("instances.json", detections)
    with pytest.raises(ValueError, match=r"detections\[0\] must be a dict"):
        coco_evaluate(ground_truth, "detections.json")
    with pytest.raises(ValueError, match=r"detections must be a list.*None"):
        coco_evaluate(ground_truth, None)
    ground_truth["images"] = [{"file_name": "a.png"}]
    with pytest.raises(ValueError, match=r"images'\]\[0\] must be a dict with"):
        coco_evaluate(ground_truth, detections)
