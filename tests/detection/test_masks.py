import copy

import numpy as np
import pytest
from coco_sets import pycocotools_eval
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as peer

from cnn_course.detection import coco_evaluate
from cnn_course.detection.masks import (
    mask_area,
    read_segmentation,
    shared_pixels,
)

HEIGHT, WIDTH = 23, 17
KINDS = ["polygons", "packed", "text", "runs"]


def to_pixels(edges, height=HEIGHT, width=WIDTH):
    flat = np.zeros(height * width + 1, int)
    np.add.at(flat, edges, np.resize([1, -1], len(edges)))
    return np.cumsum(flat)[:-1].reshape(width, height).T.astype(bool)


def as_runs(pixels):
    """Uncompressed run lengths, counted pixel by pixel."""
    counts, last = [0], False
    for pixel in pixels.T.ravel().tolist():
        if pixel != last:
            counts.append(0)
            last = pixel
        counts[-1] += 1
    return {"size": list(pixels.shape), "counts": counts}


def as_packed(pixels):
    return peer.encode(np.asfortranarray(pixels.astype(np.uint8)))


PLACES = st.one_of(
    st.integers(-8, 30).map(float),
    st.integers(-80, 300).map(lambda tenths: tenths / 10),
    st.floats(-8, 30),
)
POLYGONS = st.lists(
    st.integers(3, 9).flatmap(
        lambda n: st.lists(PLACES, min_size=2 * n, max_size=2 * n)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=500, deadline=None)
@given(POLYGONS)
def test_polygons_are_filled_as_pycocotools_does(polygons):
    """Any corners: outside, on one line, crossing, one on the other."""
    runs = peer.merge(peer.frPyObjects(polygons, HEIGHT, WIDTH))
    edges = read_segmentation(polygons, HEIGHT, WIDTH)
    assert (np.diff(edges) > 0).all()
    np.testing.assert_array_equal(to_pixels(edges), peer.decode(runs))
    assert mask_area(edges) == peer.area(runs)


@given(st.binary(min_size=HEIGHT * WIDTH, max_size=HEIGHT * WIDTH), st.data())
def test_run_lengths_are_read_in_all_forms(noise, data):
    least = data.draw(st.sampled_from([0, 40, 128, 250, 256]))
    pixels = np.frombuffer(noise, np.uint8).reshape(HEIGHT, WIDTH) >= least
    packed = as_packed(pixels)
    text = packed | {"counts": packed["counts"].decode()}
    for drawn in (as_runs(pixels), packed, text):
        edges = read_segmentation(drawn, HEIGHT, WIDTH)
        np.testing.assert_array_equal(to_pixels(edges), pixels)


@given(st.integers(0, 2**32 - 1))
def test_shared_pixels_are_counted(seed):
    rng = np.random.default_rng(seed)
    shares = rng.choice([0, 0.02, 0.5, 0.98, 1], 5)
    masks = [rng.random((HEIGHT, WIDTH)) < share for share in shares]
    first, *others = (
        read_segmentation(as_runs(mask), HEIGHT, WIDTH) for mask in masks
    )
    assert shared_pixels(first, others).tolist() == [
        np.count_nonzero(masks[0] & other) for other in masks[1:]
    ]


def random_masks(seed, images=3, classes=2, most=5, crowds=0.2, kinds=KINDS):
    """Blobs in pictures of several sizes, found well, badly and where none is.

    Each segmentation is written in one of the kinds; a detection's never as
    polygons or bare runs, which pycocotools does not take there.
    """
    rng = np.random.default_rng(seed)

    def blob(centre, radii, height, width):
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(5, 12)))
        wave = rng.uniform(0.6, 1.2, len(angles))[:, None]
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return [(centre + wave * radii * circle).round(2).ravel().tolist()]

    def written(polygons, height, width, kinds):
        kind = rng.choice(kinds)
        if kind == "polygons":
            return polygons
        runs = peer.merge(peer.frPyObjects(polygons, height, width))
        if kind == "runs":
            return as_runs(peer.decode(runs).astype(bool))
        text = runs | {"counts": runs["counts"].decode()}
        return text if kind == "text" else runs

    rows, annotations, detections = [], [], []
    for image_id in range(1, images + 1):
        height, width = rng.integers(30, 300, 2).tolist()
        rows.append({"id": image_id, "height": height, "width": width})
        size = height, width
        for _ in range(rng.integers(most + 1)):
            centre = rng.uniform(0, (width, height))
            radii = rng.uniform(2, 100, 2)
            category = int(rng.integers(1, classes + 1))
            true = blob(centre, radii, *size)
            one = {"image_id": image_id, "category_id": category}
            area = peer.area(peer.merge(peer.frPyObjects(true, *size)))
            annotations.append(
                one
                | {
                    "id": len(annotations) + 1,
                    "segmentation": written(true, *size, kinds),
                    "bbox": [0, 0, 1, 1],
                    "area": int(area),
                    "iscrowd": int(rng.random() < crowds),
                }
            )
            for _ in range(rng.integers(4)):
                off = centre + 0.2 * rng.normal(size=2) * radii
                near = true if rng.random() < 0.2 else blob(off, radii, *size)
                detections.append(
                    one
                    | {
                        "segmentation": written(
                            near, *size, ["packed", "text"]
                        ),
                        "score": round(rng.random(), 1),
                    }
                )
    rng.shuffle(detections)
    categories = [{"id": i} for i in range(1, classes + 1)]
    return {
        "images": rows,
        "annotations": annotations,
        "categories": categories,
    }, detections


def assert_equal_to_pycocotools(ground_truth, detections):
    got = coco_evaluate(ground_truth, detections, kind="masks")
    expected = pycocotools_eval(ground_truth, detections, "segm").stats
    np.testing.assert_allclose(list(got.values()), expected, rtol=0, atol=1e-12)
    return got


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 99_999),
    images=st.integers(1, 5),
    classes=st.integers(1, 3),
    most=st.sampled_from([1, 5, 12]),
    crowds=st.sampled_from([0, 0.2, 1]),
)
def test_figures_equal_pycocotools(seed, images, classes, most, crowds):
    case = random_masks(seed, images, classes, most, crowds)
    if case[1]:
        assert_equal_to_pycocotools(*case)


def test_figures_of_many_pictures_equal_pycocotools():
    figures = assert_equal_to_pycocotools(*random_masks(0, 60, 3, 8))
    assert all(0.01 < value < 0.99 for value in figures.values())


def test_masks_and_boxes_are_not_the_same():
    """An L and its mirror: one box, nearly nothing in common."""
    tall, mirrored = np.zeros((2, 20, 20), bool)
    tall[:, :5] = tall[15:] = True
    mirrored[:, 15:] = mirrored[:5] = True
    one = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 20, 20]}
    ground_truth = {
        "images": [{"id": 1, "height": 20, "width": 20}],
        "categories": [{"id": 1}],
        "annotations": [one | {"id": 1, "segmentation": as_runs(tall)}],
    }
    found = [one | {"score": 1, "segmentation": as_runs(mirrored)}]
    assert coco_evaluate(ground_truth, found)["AP"] == 1
    assert coco_evaluate(ground_truth, found, kind="boxes")["AP"] == 1
    assert coco_evaluate(ground_truth, found, kind="masks")["AP"] == 0
    found[0]["segmentation"] = as_runs(tall)
    figures = coco_evaluate(ground_truth, found, kind="masks")
    assert figures["AP"] == figures["AP_small"] == 1  # 175 pixels


def test_no_detection_scores_zero():
    ground_truth, _ = random_masks(1, crowds=0)
    assert coco_evaluate(ground_truth, [], kind="masks")["AP"] == 0


def one_mask():
    pixels = np.zeros((12, 9), bool)
    pixels[2:7, 3:8] = True
    one = {"image_id": 1, "category_id": 1, "segmentation": as_runs(pixels)}
    ground_truth = {
        "images": [{"id": 1, "height": 12, "width": 9}],
        "categories": [{"id": 1}],
        "annotations": [one | {"id": i} for i in range(3)],
    }
    return ground_truth, [one | {"score": 0.5} for _ in range(3)]


@pytest.mark.parametrize("part", ["annotations", "detections"])
@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        ({"size": [9, 12], "counts": [108]}, r"\[9, 12\], that .*\[12, 9\]"),
        ({"size": [12, 9], "counts": [100]}, "add up to 12 · 9"),
        ({"size": [12, 9], "counts": [-1, 109]}, "ints >= 0 that add up"),
        ({"size": [12, 9], "counts": "2"}, "add up to 12 · 9"),
        ({"counts": [108]}, r"a dict with \['counts'\]"),
        ([[1, 2, 3, 4]], r"three corners or more; got \[1, 2, 3, 4\]"),
        ([[1, 2, 3, 4, 5, 6, 7]], "three corners or more"),
        ([[[1, 2], [3, 4], [5, 6]]], "three corners or more"),
        ([[1, 2, 3, 4, 5, np.nan]], "a polygon must be finite"),
        ([], r"got \[\]"),
        (None, "got None"),
    ],
)
def test_what_is_no_mask(part, drawn, message):
    ground_truth, detections = one_mask()
    assert coco_evaluate(ground_truth, detections, kind="masks")["AR1"] > 0
    rows = {**ground_truth, "detections": detections}[part]
    rows[1] = rows[1] | {"segmentation": drawn}
    said = rf"{part}\[1\] must have polygons .* as segmentation; .*{message}"
    with pytest.raises(ValueError, match=said):
        coco_evaluate(ground_truth, detections, kind="masks")


def test_what_masks_need():
    ground_truth, detections = one_mask()
    with pytest.raises(ValueError, match="'boxes' or 'masks'; got 'segm'"):
        coco_evaluate(ground_truth, detections, kind="segm")
    changed = copy.deepcopy(ground_truth)
    del changed["images"][0]["width"]
    with pytest.raises(ValueError, match=r"a dict with id, height, width; got"):
        coco_evaluate(changed, detections, kind="masks")
    changed = copy.deepcopy(ground_truth)
    del changed["annotations"][2]["segmentation"]
    said = r"annotations\[2\] must be a dict with segmentation; got"
    with pytest.raises(ValueError, match=said):
        coco_evaluate(changed, detections, kind="masks")
