"""COCO's twelve figures for a detector, such as its AP (or mAP), in NumPy.

Detections are matched with annotations one rank at a time: first the best
detection of every image and class, then all the second best, and so on. One
step works on all images at once, because they cannot disturb each other.
"""

from typing import NamedTuple

import numpy as np

from cnn_course.detection.coco_input import (
    MOST_DETECTIONS,
    is_known,
    read_evaluation,
)
from cnn_course.detection.masks import mask_area, shared_pixels

FIGURES = (
    "AP",
    "AP50",
    "AP75",
    "AP_small",
    "AP_medium",
    "AP_large",
    "AR1",
    "AR10",
    "AR100",
    "AR_small",
    "AR_medium",
    "AR_large",
)
IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
AREAS = {  # pixels: from, to, both included
    "": (0, 1e5**2),
    "_small": (0, 32**2),
    "_medium": (32**2, 96**2),
    "_large": (96**2, 1e5**2),
}


class Curve(NamedTuple):
    """Precision and recall as the score threshold sinks.

    One entry for each detection that counts, best first.
    """

    recall: np.ndarray
    precision: np.ndarray
    score: np.ndarray


def _near_pairs(found, truth, least):
    """Pairs of one class and image that overlap by at least `least`.

    Returns places in found, places in truth, and the overlap: the shared area
    divided by the joint area; for a crowd, by the detection's own. Sorted by
    detection, large overlap first; of equals, the last annotation first.
    """
    first = np.searchsorted(truth.group, found.group)
    count = np.searchsorted(truth.group, found.group, side="right") - first
    d = np.repeat(np.arange(len(count)), count)
    g = np.arange(len(d)) + np.repeat(first - count.cumsum() + count, count)

    shared_by = _boxes_share if found.shape.ndim == 2 else _masks_share
    shared, area1, area2 = shared_by(found.shape, truth.shape, d, g)
    whole = np.where(truth.crowd[g], area1, area1 + area2 - shared)
    overlap = np.divide(shared, whole, out=shared, where=shared > 0)
    near = np.flatnonzero(overlap >= least)
    near = near[np.lexsort((-g[near], -overlap[near], d[near]))]
    return d[near], g[near], overlap[near]


def _boxes_share(found, truth, d, g):
    """For each pair of boxes: the shared area, and each one's own."""
    x1, y1, width1, height1 = found.take(d, axis=0).T
    x2, y2, width2, height2 = truth.take(g, axis=0).T
    width = np.minimum(x1 + width1, x2 + width2) - np.maximum(x1, x2)
    height = np.minimum(y1 + height1, y2 + height2) - np.maximum(y1, y2)
    return width.clip(0) * height.clip(0), width1 * height1, width2 * height2


def _masks_share(found, truth, d, g):
    """For each pair of masks: the shared pixels, and each one's own."""
    shared = np.zeros(len(d))
    by_truth = np.argsort(g, kind="stable")
    starts = np.flatnonzero(np.diff(g[by_truth])) + 1
    for some in np.split(by_truth, starts) if len(d) else ():
        others = [found[i] for i in d[some]]
        shared[some] = shared_pixels(truth[g[some[0]]], others)
    area1, area2 = (
        np.array([mask_area(mask) for mask in masks], float)
        for masks in (found, truth)
    )
    return shared, area1.take(d), area2.take(g)


def _turns(d, g, found, ignored):
    """Split pairs into steps in which nobody is met twice.

    A detection is offered its annotations in this order: those that count,
    before those that are ignored; large overlap first; of equals, the last.
    Detections of one rank have different images or classes, so all their
    first offers can be made at once; then all second ones.
    """
    # d is sorted already, and stays so.
    order = np.argsort(2 * d + ignored[g], kind="stable")
    offer = np.arange(len(d)) - np.searchsorted(d, d)
    turn = found.rank[d] * len(d) + offer
    by_turn = np.argsort(turn, kind="stable")
    starts = np.flatnonzero(np.diff(turn[by_turn])) + 1
    return np.split(order[by_turn], starts)


def _match(found, truth, pairs, area_range, iou_thresholds):
    """Match detections with annotations, best first, each at most once.

    Annotations outside the area range, and crowds, are ignored: they need
    not be found, and what finds them is neither right nor wrong. A crowd may
    be found many times.

    Returns:
        hits (T, D), misses (T, D), ignored (G,): bool.
    """
    low, high = area_range
    ignored = truth.crowd | (truth.area < low) | (truth.area > high)
    # All thresholds at once: an int has a bit for each, and a pair meets the
    # lower ones up to its overlap.
    d, g, overlap = pairs
    met = (1 << np.searchsorted(iou_thresholds, overlap, side="right")) - 1
    matched, excused = np.zeros((2, len(found.score)), int)
    taken = np.zeros(len(ignored), int)
    for turn in _turns(d, g, found, ignored):
        here, there = d[turn], g[turn]
        meets = met[turn] & ~matched[here] & ~taken[there]
        matched[here] |= meets
        excused[here] |= np.where(ignored[there], meets, 0)
        taken[there] |= np.where(truth.crowd[there], 0, meets)
    bits = 1 << np.arange(len(iou_thresholds))[:, None]
    outside = (found.area < low) | (found.area > high)
    hits = matched & ~excused & bits > 0
    return hits, (matched & bits == 0) & ~outside, ignored


def interpolate_precision(recall, precision):
    """Read precision off at COCO's 101 recalls, 0, 0.01, ..., 1.

    At each recall stands the best precision that is reached there or further
    right; 0 where the detector does not get. Their mean is the average
    precision.

    Source: pycocotools 2.0, COCOeval.accumulate; Everingham et al. 2010,
    sec. 4.2, with 11 recalls.

    Args:
        recall: (n,) 0-1, not falling.
        precision: (n,) 0-1.

    Returns:
        Array (101,) of 0-1, not rising.

    Raises:
        ValueError: the two are not of one length.
    """
    recall, precision = np.asarray(recall), np.asarray(precision)
    if recall.ndim != 1 or recall.shape != precision.shape:
        raise ValueError(
            "recall and precision must be (n,), of one length; got shapes "
            f"{recall.shape} and {precision.shape}."
        )
    best_from_here = np.maximum.accumulate(precision[::-1])[::-1]
    first = np.searchsorted(recall, RECALLS)
    return np.append(best_from_here, 0)[first]


def _interpolate(hits, misses, positives):
    """`interpolate_precision` of many curves at once: (T, D) -> (T, 101).

    Between two hits the precision only falls, so that the hits are enough.
    """
    curve, place = np.divmod(np.flatnonzero(hits), hits.shape[1])
    starts = np.searchsorted(curve, np.arange(len(hits)))
    count = np.arange(len(curve)) - starts[curve] + 1  # hits so far
    wrong = misses.cumsum(axis=1, dtype=np.int32)[curve, place]
    precision = np.zeros((len(hits), positives + 1))  # after 1, 2, ... hits
    precision[curve, count - 1] = count / (count + wrong)
    best_from_here = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    recall = np.arange(1, positives + 1) / positives
    return best_from_here[:, np.searchsorted(recall, RECALLS)]


def _by_category(found, truth, ignored):
    """Yield where each class's detections stand, and how many to find.

    Classes with nothing to find are left out of every mean.
    """
    positives = np.bincount(truth.category[~ignored])
    for category in np.flatnonzero(positives):
        ends = np.searchsorted(found.category, [category, category + 1])
        yield slice(*ends), positives[category]


def _score_classes(found, truth, pairs, area_range, limits):
    """Precision at 101 recalls and final recall, for each class.

    Returns:
        precisions: list of (T, 101) arrays; recalls: for each limit, how many
        detections of a class in an image count, a list of (T,) arrays.
    """
    hits, misses, ignored = _match(
        found, truth, pairs, area_range, IOU_THRESHOLDS
    )
    precisions, recalls = [], {limit: [] for limit in limits}
    for some, positives in _by_category(found, truth, ignored):
        right, wrong = hits[:, some], misses[:, some]
        precisions.append(_interpolate(right, wrong, positives))
        for limit, values in recalls.items():
            first = right & (found.rank[some] < limit)
            values.append(np.count_nonzero(first, axis=1) / positives)
    return precisions, recalls


def _mean(values):
    return float(np.mean(values)) if len(values) else -1.0


def coco_evaluate(ground_truth, detections, *, kind="boxes"):
    """Score a detector with COCO's twelve figures.

    A detection is right if it overlaps an annotation of its class, that no
    better detection has taken, by at least the IoU threshold. AP is the mean
    precision over 101 recalls, the IoU thresholds and the classes; AR the
    mean share of annotations that are found.

    Source: Lin et al. 2014; pycocotools 2.0, COCOeval with iouType "bbox" or
    "segm".
    Differs: an annotation with id 0 counts like any other (pycocotools takes
    its detections for wrong); without "area" it has its box's or mask's,
    without "iscrowd" it is none; an unknown id is an error; no detections
    score 0. A detection's area, as a mask, is the mask's (pycocotools takes the
    box's if the row has a bbox, too).

    Args:
        ground_truth: dict in COCO's format: "images" with id, "categories"
            with id, "annotations" with image_id, category_id, bbox (x_min,
            y_min, width, height in pixels), area (pixels) and iscrowd.
        detections: list of dicts with image_id, category_id, bbox, score.
        kind: "boxes" or "masks": what must overlap. Masks stand in the rows'
            segmentation in place of bbox, as polygons or run lengths; the
            images need a height and a width in pixels.

    Returns:
        Dict of floats 0-1, or -1 where there is nothing to find:
        AP (mean over the IoU thresholds 0.50, 0.55, ..., 0.95), AP50, AP75
        (at one threshold), AP_small, AP_medium, AP_large (annotations up to
        32x32 pixels, up to 96x96, larger), AR1, AR10, AR100 (with so many
        detections of a class in an image), AR_small, AR_medium, AR_large.

    Raises:
        ValueError: a key is missing, an id unknown or given twice, a box or
            score no number, all boxes lie within 0-1, or a mask is none or not
            of its picture's size; the message names the row or the id.
    """
    truth, found, _ = read_evaluation(ground_truth, detections, kind)
    pairs = _near_pairs(found, truth, IOU_THRESHOLDS[0])
    figures = {}
    for name, area_range in AREAS.items():
        limits = (MOST_DETECTIONS,) if name else (1, 10, MOST_DETECTIONS)
        precisions, recalls = _score_classes(
            found, truth, pairs, area_range, limits
        )
        figures[f"AP{name}"] = _mean(precisions)
        for limit, values in recalls.items():
            figures[f"AR{name or limit}"] = _mean(values)
        if not name:
            figures["AP50"] = _mean([rows[0] for rows in precisions])
            figures["AP75"] = _mean([rows[5] for rows in precisions])
    return {name: figures[name] for name in FIGURES}


def precision_recall(
    ground_truth, detections, *, category_id, iou_threshold=0.5
):
    """Follow precision and recall of one class as the score threshold sinks.

    `interpolate_precision` of the curve is what `coco_evaluate` averages.

    Args:
        ground_truth: dict in COCO's format, as for `coco_evaluate`.
        detections: list of dicts, as for `coco_evaluate`.
        category_id: id of the class.
        iou_threshold: above 0, at most 1; overlap that makes a detection
            right.

    Returns:
        Curve (recall, precision, score): arrays with one entry for each
        detection that counts, best first; those of crowds do not count.

    Raises:
        ValueError: as for `coco_evaluate`; or the class is unknown or has
            nothing to find, or the threshold is outside its range.
    """
    if not 0 < iou_threshold <= 1:
        raise ValueError(
            f"iou_threshold must be above 0, at most 1; got {iou_threshold!r}."
        )
    truth, found, categories = read_evaluation(ground_truth, detections)
    if not is_known(category_id, categories):
        raise ValueError(
            f"category_id must be one of {list(categories)}; got "
            f"{category_id!r}."
        )
    least = min(iou_threshold, 1 - 1e-10)  # as pycocotools: 1 can be met
    pairs = _near_pairs(found, truth, least)
    hits, misses, ignored = _match(
        found, truth, pairs, AREAS[""], np.array([least])
    )
    place = categories[category_id]
    positives = np.count_nonzero(truth.category[~ignored] == place)
    if not positives:
        raise ValueError(
            f"category_id {category_id!r} has no annotation to find, so it "
            "has no recall."
        )
    counts = (found.category == place) & (hits | misses)[0]
    right, wrong = hits[0, counts].cumsum(), misses[0, counts].cumsum()
    recall, precision = right / positives, right / np.maximum(right + wrong, 1)
    return Curve(recall, precision, found.score[counts])
