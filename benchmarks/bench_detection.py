"""Time the NumPy core of detection beside its rivals: `make bench`.

All contestants of a row run in turn, round after round, and the medians are
compared: a machine that slows down slows all of them down. Each row first
asserts that all contestants give the same.
"""

import contextlib
import io
import os

import cv2
import numpy as np
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import cnn_course.console.quiet
import tensorflow as tf
from cnn_course.detection import coco_evaluate, iou, nms
from timing import aim, finish, interleaved

CLASSES = 20


def report(title, contestants, rounds, at_most=None):
    """Print one row; the first contestant is the reference."""
    medians = interleaved(contestants, rounds)
    reference = medians[next(iter(contestants))]
    print(f"\n{title}")
    for name, median in medians.items():
        ratio = median / reference
        note = aim(title, ratio, at_most=at_most) if name == "ours" else ""
        print(f"  {name:<12}{1e3 * median:>9.2f} ms  ×{ratio:.2f}{note}")
    return reference / medians["ours"]


# --- Non-max suppression ---


def random_boxes(count, clusters):
    """Boxes with scores, float32, in heaps or (clusters=0) far apart."""
    rng = np.random.default_rng(0)
    side = 30 * (clusters or count) ** 0.5 * 2
    centers = rng.uniform(0, side, (clusters or count, 2))
    sides = rng.uniform(16, 64, (clusters or count, 2))
    if clusters:
        member = rng.integers(clusters, size=count)
        centers = centers[member] + 3 * rng.normal(size=(count, 2))
        sides = sides[member] * rng.uniform(0.8, 1.2, (count, 2))
    boxes = np.concatenate([centers - sides / 2, centers + sides / 2], axis=1)
    scores = rng.permutation(count) / count  # no ties
    return boxes.astype("float32"), scores.astype("float32")


def opencv_nms(boxes, scores):
    """OpenCV's, which wants x, y, width, height."""
    xywh = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    return lambda: cv2.dnn.NMSBoxes(xywh, scores, 0.0, 0.5)


def suppression(count, clusters, at_most, max_boxes=None, rounds=25):
    """One set of boxes, all three; the IoU threshold is 0.5."""
    boxes, scores = random_boxes(count, clusters)
    tensors = tf.constant(boxes), tf.constant(scores)
    contestants = {
        "tensorflow": lambda: tf.image.non_max_suppression(
            *tensors, max_boxes or count
        ).numpy(),
        "ours": lambda: nms(boxes, scores, max_boxes=max_boxes),
    }
    kept = contestants["tensorflow"]()
    np.testing.assert_array_equal(contestants["ours"](), kept)
    if max_boxes is None:  # OpenCV has no such limit, only one before the work
        contestants["opencv"] = opencv_nms(boxes, scores)
        # OpenCV's overlap is rounded otherwise.
        assert abs(len(contestants["opencv"]()) - len(kept)) <= 1
    kind = f"{clusters} clusters" if clusters else "sparse"
    limit = f", max_boxes={max_boxes}" if max_boxes else ""
    report(
        f"nms, {count} boxes, {kind}{limit}: {len(kept)} kept",
        contestants,
        rounds,
        at_most,
    )


def suppression_per_class(count, clusters, rounds=10):
    """The same boxes in classes: one call of ours, one a class of theirs."""
    boxes, scores = random_boxes(count, clusters)
    classes = np.random.default_rng(1).integers(CLASSES, size=count)

    def tensorflow():
        kept = []
        for one in range(CLASSES):
            some = np.flatnonzero(classes == one)
            kept.append(
                some[
                    tf.image.non_max_suppression(
                        boxes[some], scores[some], len(some)
                    ).numpy()
                ]
            )
        kept = np.concatenate(kept)
        return kept[np.argsort(-scores[kept], kind="stable")]

    contestants = {
        "tensorflow": tensorflow,
        "ours": lambda: nms(boxes, scores, classes=classes),
    }
    np.testing.assert_array_equal(contestants["ours"](), tensorflow())
    report(
        f"nms, {count} boxes, {clusters} clusters, {CLASSES} classes",
        contestants,
        rounds,
    )


# --- Intersection over union ---


def overlap(count, rounds=7):
    """Every box with every other, ours in both float types."""
    boxes1, boxes2 = random_boxes(2 * count, 0)[0].reshape(2, count, 4)
    xywh = [
        np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        for boxes in (boxes1.astype(float), boxes2.astype(float))
    ]
    no_crowd = np.zeros(count, "uint8")
    doubles = boxes1.astype(float), boxes2.astype(float)
    contestants = {
        "pycocotools": lambda: mask.iou(*xywh, no_crowd),
        "ours": lambda: iou(boxes1, boxes2),
        "our float64": lambda: iou(*doubles),
    }
    expected = contestants["pycocotools"]()
    for name in ("ours", "our float64"):
        np.testing.assert_allclose(contestants[name](), expected, atol=1e-5)
    report(f"iou, {count} × {count} boxes, float32", contestants, rounds)


# --- COCO's figures ---


def random_coco(images, classes):
    """About 7 boxes an image and 15 detections, near them and elsewhere."""
    rng = np.random.default_rng(0)
    annotations, detections = [], []

    def box():
        sides = np.exp(rng.uniform(2, 5.3, 2))
        return np.concatenate([rng.uniform(0, 400, 2), sides])

    def detect(image_id, category_id, box):
        detections.append(
            {
                "image_id": image_id,
                "category_id": category_id,
                "bbox": box.tolist(),
                "score": rng.uniform(),
            }
        )

    for image_id in range(1, images + 1):
        for _ in range(rng.integers(15)):
            true, category_id = box(), int(rng.integers(1, classes + 1))
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": category_id,
                    "bbox": true.tolist(),
                    "area": float(true[2] * true[3]),
                    "iscrowd": int(rng.uniform() < 0.02),
                }
            )
            for _ in range(rng.integers(4)):
                near = true + 0.1 * rng.normal(size=4) * true[[2, 3, 2, 3]]
                detect(image_id, category_id, abs(near))
        for _ in range(rng.integers(11)):
            detect(image_id, int(rng.integers(1, classes + 1)), box())
    ground_truth = {
        "images": [{"id": i} for i in range(1, images + 1)],
        "categories": [{"id": i} for i in range(1, classes + 1)],
        "annotations": annotations,
    }
    return ground_truth, detections


def evaluation(images, classes, least, rounds=7):
    """From a COCO dict and a result list to the twelve figures."""
    ground_truth, detections = random_coco(images, classes)
    # The peer writes into its rows: it has its own.
    their_truth, their_detections = random_coco(images, classes)

    def pycocotools():
        with contextlib.redirect_stdout(io.StringIO()):
            truth = COCO()
            truth.dataset = their_truth
            truth.createIndex()
            found = truth.loadRes(their_detections)
            peer = COCOeval(truth, found, "bbox")
            peer.evaluate()
            peer.accumulate()
            peer.summarize()
        return peer.stats

    contestants = {
        "pycocotools": pycocotools,
        "ours": lambda: coco_evaluate(ground_truth, detections),
    }
    figures = list(contestants["ours"]().values())
    np.testing.assert_allclose(figures, pycocotools(), rtol=0, atol=1e-12)
    times = report(
        f"coco_evaluate, {images} images, {classes} classes, "
        f"{len(ground_truth['annotations'])} boxes, "
        f"{len(detections)} detections",
        contestants,
        rounds,
    )
    note = aim(f"coco_evaluate, {images} images", times, at_least=least)
    print(f"  {times:.0f} times as fast{note}")


if __name__ == "__main__":
    print(f"numpy {np.__version__}, tensorflow {tf.__version__},", end=" ")
    print(f"opencv {cv2.__version__}, {os.cpu_count()} cores; medians")
    suppression(100, 10, at_most=2)  # fixed costs of NumPy's calls
    suppression(100, 0, at_most=1)
    suppression(1_000, 50, at_most=1)
    suppression(1_000, 0, at_most=1)
    suppression(10_000, 200, at_most=1, rounds=15)
    suppression(10_000, 0, at_most=1, rounds=5)
    suppression(10_000, 200, at_most=1, max_boxes=100)
    suppression(10_000, 0, at_most=1, max_boxes=100)
    suppression_per_class(10_000, 200)
    overlap(5_000)
    evaluation(1_000, 10, least=50)  # a third of it reads Python's dicts
    evaluation(5_000, 80, least=40, rounds=1)
    finish()
