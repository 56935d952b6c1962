"""Ground truth and detections for COCO's figures, and the peer's answer."""

import contextlib
import copy
import io

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def pycocotools_eval(ground_truth, detections, iou_type="bbox"):
    """The peer's evaluation, on copies: it writes into what it is given."""
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = copy.deepcopy(ground_truth)
        truth.createIndex()
        found = truth.loadRes(copy.deepcopy(detections))
        peer = COCOeval(truth, found, iou_type)
        peer.evaluate()
        peer.accumulate()
        peer.summarize()
    return peer


def random_set(
    seed,
    images=4,
    classes=3,
    most=6,
    false_alarms=3,
    crowds=0.1,
    whole=False,
    ties=True,
):
    """Boxes of all sizes, found never to four times, and false alarms."""
    rng = np.random.default_rng(seed)
    annotations, detections = [], []

    def box(sides):
        values = np.concatenate([rng.uniform(0, 400, 2), sides])
        return np.round(values) if whole else values

    def detect(image_id, category, box):
        score = round(rng.uniform(), 1) if ties else rng.uniform()
        detections.append(
            {
                "image_id": image_id,
                "category_id": 2 * category + 1,
                "bbox": box.tolist(),
                "score": score,
            }
        )

    for image_id in 7 + 3 * np.arange(images).astype(int):
        image_id = int(image_id)
        for _ in range(rng.integers(most + 1)):
            true = box(np.exp(rng.uniform(2, 5.5, 2)))
            category = int(rng.integers(classes))
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": 2 * category + 1,
                    "bbox": true.tolist(),
                    "area": float(true[2] * true[3] * rng.uniform(0.6, 1)),
                    "iscrowd": int(rng.uniform() < crowds),
                }
            )
            for _ in range(rng.integers(5)):
                near = true + 0.1 * rng.normal(size=4) * true[[2, 3, 2, 3]]
                near[2:] = abs(near[2:])
                detect(image_id, category, np.round(near) if whole else near)
        for _ in range(rng.integers(false_alarms + 1)):
            alarm = box(np.exp(rng.uniform(2, 5.5, 2)))
            detect(image_id, int(rng.integers(classes)), alarm)
    rng.shuffle(annotations)
    rng.shuffle(detections)
    ground_truth = {
        "images": [{"id": 7 + 3 * i} for i in reversed(range(images))],
        "categories": [{"id": 2 * i + 1} for i in range(classes)],
        "annotations": annotations,
    }
    return ground_truth, detections


def one_image(boxes, found, classes=None, **more):
    """A set of one image; found: (box, score) or (box, score, class)."""
    classes = classes or [1] * len(boxes)
    ground_truth = {
        "images": [{"id": 1}],
        "categories": [{"id": 1}, {"id": 2}],
        "annotations": [
            {
                "id": i,
                "image_id": 1,
                "category_id": category,
                "bbox": list(box),
                "area": box[2] * box[3],
                "iscrowd": 0,
                **more,
            }
            for i, (box, category) in enumerate(
                zip(boxes, classes, strict=True), start=1
            )
        ],
    }
    detections = [
        {
            "image_id": 1,
            "category_id": (*category, 1)[0],
            "bbox": list(box),
            "score": score,
        }
        for box, score, *category in found
    ]
    return ground_truth, detections


A, B, C = (0, 0, 10, 10), (50, 0, 100, 100), (0, 200, 40, 40)
