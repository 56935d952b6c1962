import contextlib
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as peer_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import coco_evaluate
from cnn_course.detection.coco import FIGURES
from cnn_course.detection.polygons import mask_to_polygons, polygons_to_mask
from cnn_course.detection.writers import detections_to_coco, to_coco

# --- Polygons ----------------------------------------------------------------

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))


def drawn(rows):
    return np.array([[pixel == "#" for pixel in row] for row in rows])


def peer_pixels(polygons, height, width):
    """The pixels that pycocotools finds in polygons."""
    if not polygons:
        return np.zeros((height, width), bool)
    flat = [points.ravel().tolist() for points in polygons]
    coded = peer_mask.merge(peer_mask.frPyObjects(flat, height, width))
    return peer_mask.decode(coded).astype(bool)


@settings(deadline=None)
@given(MASKS)
def test_mask_to_polygons_and_back(mask):
    polygons = mask_to_polygons(mask)
    np.testing.assert_array_equal(polygons_to_mask(polygons, *mask.shape), mask)
    np.testing.assert_array_equal(peer_pixels(polygons, *mask.shape), mask)


def test_outline_by_hand():
    (outline,) = mask_to_polygons(drawn(["....", ".##.", ".##.", ".#.."]))
    corners = {(1, 1), (3, 1), (3, 3), (2, 3), (2, 4), (1, 4)}
    assert {tuple(corner) for corner in outline.tolist()} == corners
    assert len(outline) == 6
    assert mask_to_polygons(drawn(["..", ".."])) == []
    # A ring: top, two sides, bottom.
    assert len(mask_to_polygons(drawn(["####", "#..#", "####"]))) == 4


def test_pixel_is_in_if_its_centre_is():
    triangle = np.array([(0, 0), (4.2, 0), (0, 4.2)])
    expected = drawn(["####", "###.", "##..", "#..."])
    np.testing.assert_array_equal(polygons_to_mask([triangle], 4, 4), expected)
    square = np.array([(0.6, 0.6), (2.4, 0.6), (2.4, 2.4), (0.6, 2.4)])
    np.testing.assert_array_equal(
        polygons_to_mask([square], 3, 3), drawn(["...", ".#.", "..."])
    )


def test_polygon_beyond_the_picture_is_cut():
    big = np.array([(-9, -9), (2, -9), (2, 9), (-9, 9)])
    away = big + np.array([99, 0])
    expected = drawn(["##.", "##."])
    np.testing.assert_array_equal(polygons_to_mask([big], 2, 3), expected)
    assert not polygons_to_mask([away, big[:2] + 50], 2, 3).any()
    assert not polygons_to_mask([], 2, 3).any()


def test_slanted_sides_are_cut_not_moved():
    triangle = np.array([(9.75, 0), (29.75, 20), (9.75, 20)])
    y, x = np.mgrid[0.5:20, 0.5:20]
    np.testing.assert_array_equal(
        polygons_to_mask([triangle], 20, 20), (x > 9.75) & (x - 9.75 < y)
    )


@pytest.mark.parametrize(
    "polygon",
    [
        [1, 2, 3, 4, 5, 6],
        [(0, 0), (1, np.nan), (1, 1)],
        np.empty((0, 2)),
        [(1, 1)],
    ],
)
def test_polygon_must_be_points(polygon):
    with pytest.raises(ValueError, match=r"polygons must be arrays \(m, 2\)"):
        polygons_to_mask([polygon], 4, 4)


# --- to_coco, detections_to_coco ---------------------------------------------


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(30, split="test")


def peer_reads(truth, tmp_path):
    """Let pycocotools read a dict from a file."""
    path = tmp_path / "truth.json"
    path.write_text(json.dumps(truth), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def test_peer_reads_the_same(scenes, tmp_path):
    names = [f"{i}.png" for i in range(30)]
    truth = to_coco(scenes, file_names=names, polygons=True)
    peer = peer_reads(truth, tmp_path)
    assert sorted(peer.getImgIds()) == list(range(30))
    for i in range(30):
        assert peer.loadImgs(i)[0]["file_name"] == names[i]
        found = peer.loadAnns(peer.getAnnIds(imgIds=[i]))
        assert len(found) == len(scenes.boxes[i])
        for number, annotation in enumerate(found):
            x, y, width, height = annotation["bbox"]
            box = [x, y, x + width, y + height]
            assert box == scenes.boxes[i][number].tolist()
            (category,) = peer.loadCats(annotation["category_id"])
            label = scenes.labels[i][number]
            assert category["name"] == scenes.class_names[label]
            ink = scenes.instances[i] == number + 1
            np.testing.assert_array_equal(peer.annToMask(annotation), ink)
            assert annotation["area"] == ink.sum()


def test_peer_gives_the_same_figures(scenes, tmp_path):
    rng = np.random.default_rng(0)
    boxes, scores, labels = [], [], []
    for true, label in zip(scenes.boxes, scenes.labels, strict=True):
        shift = rng.normal(size=(len(true), 2))
        false = rng.uniform(0, 40, (2, 2))
        boxes.append(
            np.concatenate(
                [true + np.tile(shift, 2), np.hstack([false, false + 30])]
            )
        )
        scores.append(rng.random(len(true) + 2))
        labels.append(np.append(label, [0, 1]))
    detections = detections_to_coco(boxes, scores, labels)
    for polygons in (False, True):
        truth = to_coco(scenes, polygons=polygons)
        figures = coco_evaluate(truth, detections)
        peer = peer_reads(truth, tmp_path)
        with contextlib.redirect_stdout(io.StringIO()):
            evaluation = COCOeval(peer, peer.loadRes(detections), "bbox")
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        assert 0.2 < figures["AP"] < 0.95
        np.testing.assert_allclose(
            [figures[name] for name in FIGURES], evaluation.stats, atol=1e-9
        )


def test_truth_found_is_perfect(scenes):
    scores = [np.ones(len(labels)) for labels in scenes.labels]
    found = detections_to_coco(scenes.boxes, scores, scenes.labels)
    assert coco_evaluate(to_coco(scenes), found)["AP"] == 1
    json.dumps(found)


def test_box_area_without_polygons(scenes):
    for annotation in to_coco(scenes)["annotations"]:
        assert "segmentation" not in annotation
        assert annotation["area"] == np.prod(annotation["bbox"][2:])


def test_lists_of_other_lengths(scenes):
    short = scenes._replace(labels=scenes.labels[:-1])
    with pytest.raises(ValueError, match=r"images and labels .* got 30 and 29"):
        to_coco(short)
    with pytest.raises(ValueError, match=r"images and file_names .* 30 and 1"):
        to_coco(scenes, file_names=["a"])
    box = [(0, 0, 5, 5)]
    with pytest.raises(ValueError, match=r"boxes and scores .* 2 and 1"):
        detections_to_coco([box, box], [[1]], [[1], [1]])
    with pytest.raises(ValueError, match=r"boxes\[1\] and scores\[1\] .*1 and"):
        detections_to_coco([box, box], [[1], [1, 1]], [[1], [1]])


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((5, 0, 2, 5), r"boxes\[1\] must have x_min <= x_max .* row 1 is \(5,"),
        ((0, 0, np.nan, 5), r"boxes\[1\] must be finite; row 1 is \(0, 0, nan"),
    ],
)
def test_box_that_is_none(box, message, scenes):
    good = [(0, 0, 5, 5)]
    boxes, ones = [good, [*good, box]], [[1], [1, 1]]
    with pytest.raises(ValueError, match=message):
        detections_to_coco(boxes, ones, ones)
    two = scenes._replace(images=scenes.images[:2], boxes=boxes, labels=ones)
    with pytest.raises(ValueError, match=message):
        to_coco(two)
