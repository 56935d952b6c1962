"""Answers to the exercises of notebook 19: right ones and wrong ones."""

import numpy as np

from cnn_course.detection import iou, nms


def iou_of_two(a, b):
    left, top = np.maximum(a[:2], b[:2])
    right, bottom = np.minimum(a[2:], b[2:])
    shared = max(right - left, 0) * max(bottom - top, 0)
    (x, y, x_end, y_end), (u, v, u_end, v_end) = a, b
    union = (x_end - x) * (y_end - y) + (u_end - u) * (v_end - v) - shared
    return shared / union


def survivors(best, others, iou_threshold):
    overlap = iou([best], others)[0]
    return [i for i in range(len(others)) if overlap[i] <= iou_threshold]


def greedy_nms(boxes, scores, iou_threshold):
    waiting, kept = list(np.argsort(scores)), []
    while waiting:
        best = waiting.pop()
        kept.append(best)
        waiting = [
            i
            for i in waiting
            if iou(boxes[[best]], boxes[[i]])[0, 0] <= iou_threshold
        ]
    return kept


def without_max(a, b):
    width, height = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    areas = np.prod([np.subtract(c[2:], c[:2]) for c in (a, b)], axis=1)
    return width * height / (areas.sum() - width * height)


def shared_by_all(a, b):
    both = iou_of_two(a, b)
    areas = [np.prod(np.subtract(c[2:], c[:2])) for c in (a, b)]
    return both * sum(areas) / (1 + both), areas


def never_drops(boxes, scores, iou_threshold):
    return np.argsort(scores)[::-1]


def dropped_drop_too(boxes, scores, iou_threshold):
    covers = iou(boxes, boxes) > iou_threshold
    better = np.subtract.outer(scores, scores) > 0
    stays = np.flatnonzero(~(covers & better).any(axis=0))
    return stays[np.argsort(-scores[stays])]


RIGHT = {
    "iou_of_two": iou_of_two,
    "survivors": survivors,
    "greedy_nms": greedy_nms,
    "soft_scores": lambda best, boxes, scores: (
        scores - scores * iou(best[None], boxes)[0]
    ),
    "target_depth": lambda anchors, classes: anchors * len(range(-5, classes)),
}

WRONG = {
    "iou_of_two": [
        ("apart", without_max, "neither may be below 0"),
        (
            "twice",
            lambda a, b: shared_by_all(a, b)[0] / sum(shared_by_all(a, b)[1]),
            "take it off once",
        ),
        (
            "smaller",
            lambda a, b: shared_by_all(a, b)[0] / min(shared_by_all(a, b)[1]),
            "of the smaller box",
        ),
        ("shared", lambda a, b: shared_by_all(a, b)[0], "is the intersection"),
        ("distance", lambda a, b: 1 - iou_of_two(a, b), "at least 0"),
    ],
    "survivors": [
        (
            "dropped",
            lambda best, others, t: np.flatnonzero(iou([best], others)[0] > t),
            "to drop",
        ),
        (
            "less",
            lambda best, others, t: np.flatnonzero(iou([best], others)[0] < t),
            "is not more",
        ),
        ("mask", lambda best, others, t: iou([best], others)[0] <= t, "rows"),
        (
            "boxes",
            lambda best, others, t: others[iou([best], others)[0] <= t],
            "rows are asked for",
        ),
        ("all", lambda best, others, t: np.arange(len(others)), "at most"),
    ],
    "greedy_nms": [
        (
            "unsorted",
            lambda b, s, t: greedy_nms(b, -np.arange(len(b)), t),
            "not as they come",
        ),
        ("ascending", lambda b, s, t: greedy_nms(b, -s, t), "highest score"),
        ("chain", dropped_drop_too, "that were kept only"),
        (
            "boxes",
            lambda b, s, t: b[nms(b, s, iou_threshold=t)],
            "rows are asked for",
        ),
        (
            "by_row",
            lambda b, s, t: np.sort(nms(b, s, iou_threshold=t)),
            "best one first",
        ),
        ("all", never_drops, "and repeat"),
    ],
    "soft_scores": [
        ("other_way", lambda a, b, s: s * iou([a], b)[0], "the lower must"),
        ("minus", lambda a, b, s: s - iou([a], b)[0], "multiply"),
        ("hard", lambda a, b, s: s * (iou([a], b)[0] <= 0.5), "hard form"),
        ("factor", lambda a, b, s: 1 - iou([a], b)[0], "is the factor"),
        ("unchanged", lambda a, b, s: s, "1 − IoU"),
    ],
    "target_depth": [
        ("one", lambda a, c: c + 5, "one anchor"),
        ("classes_once", lambda a, c: a * 5 + c, "classes are repeated"),
        ("box_once", lambda a, c: a * c + 5, "the 5 are"),
        ("no_confidence", lambda a, c: a * (c + 4), "four numbers"),
        ("all_cells", lambda a, c: 9 * a * (c + 5), "has one cell"),
        ("sum", lambda a, c: a + c + 5, "is there one"),
    ],
}
