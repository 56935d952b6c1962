"""The exercises of notebook 19, overlapping boxes and anchors."""

import numpy as np

from cnn_course.check.judge import FunctionExercise


def _areas(a, b):
    """The area two boxes share, and the area of each."""
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    each = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height, *each


def _iou(a, b):
    shared, area_a, area_b = _areas(a, b)
    return shared / (area_a + area_b - shared)


def _unclipped_iou(a, b):
    shared = (min(a[2], b[2]) - max(a[0], b[0])) * (
        min(a[3], b[3]) - max(a[1], b[1])
    )
    _, area_a, area_b = _areas(a, b)
    return shared / (area_a + area_b - shared)


def _iou_of_last_pixels(a, b):
    return _iou((*a[:2], a[2] + 1, a[3] + 1), (*b[:2], b[2] + 1, b[3] + 1))


iou_of_two = FunctionExercise(
    "iou_of_two",
    right=_iou,
    cases=(
        ((1, 1, 7, 5), (3, 2, 9, 6)),
        ((0, 0, 4, 3), (0, 0, 4, 3)),
        ((0, 0, 2, 2), (5, 5, 9, 9)),
        ((0, 0, 10, 10), (2, 2, 7, 4)),
        ((3, 4, 6, 8), (0, 4, 3, 8)),
        ((0.5, 0, 1.5, 2), (1, 0.5, 3, 1)),
    ),
    mistakes=(
        (
            _unclipped_iou,
            "boxes that lie apart share a negative width and a negative "
            "height, and their product is positive: neither may be below 0.",
        ),
        (
            lambda a, b: _areas(a, b)[0] / sum(_areas(a, b)[1:]),
            "the shared part is counted twice below: take it off once.",
        ),
        (
            lambda a, b: 2 * _areas(a, b)[0] / sum(_areas(a, b)[1:]),
            "that is Dice's coefficient; divide by the area that the two "
            "cover together.",
        ),
        (
            lambda a, b: _areas(a, b)[0] / min(_areas(a, b)[1:]),
            "that is the covered share of the smaller box; divide by the "
            "area that the two cover together.",
        ),
        (
            lambda a, b: _areas(a, b)[0] / _areas(a, b)[1],
            "that is the covered share of the first box; divide by the area "
            "that the two cover together.",
        ),
        (
            lambda a, b: _areas(a, b)[0],
            "that is the intersection; now divide by the union.",
        ),
        (
            _iou_of_last_pixels,
            "x_max and y_max are where the box ends: its width is x_max − "
            "x_min, without 1 more.",
        ),
    ),
    hint="shared width: min of the x_max − max of the x_min, at least 0; the "
    "height likewise. Union: both areas less the shared one.",
)


def _ious(best, others):
    return np.array([_iou(best, other) for other in others])


_HEAP = np.array(
    [(2, 0, 12, 10), (5, 0, 15, 10), (9, 0, 19, 10), (0, 0, 10, 20)], float
)

survivors = FunctionExercise(
    "survivors",
    right=lambda best, others, iou_threshold: np.flatnonzero(
        _ious(best, others) <= iou_threshold
    ),
    cases=(
        (np.array([0.0, 0, 10, 10]), _HEAP, 0.4),
        (np.array([0.0, 0, 10, 10]), _HEAP, 0.5),  # the last has just that
        (np.array([0.0, 0, 10, 10]), _HEAP, 0.1),
        (np.array([40.0, 40, 50, 50]), _HEAP, 0.0),
    ),
    mistakes=(
        (
            lambda best, others, iou_threshold: np.flatnonzero(
                _ious(best, others) > iou_threshold
            ),
            "those are the boxes to drop.",
        ),
        (
            lambda best, others, iou_threshold: np.flatnonzero(
                _ious(best, others) < iou_threshold
            ),
            "a box goes if its IoU is more than the threshold; just the "
            "threshold is not more.",
        ),
        (
            lambda best, others, iou_threshold: (
                _ious(best, others) <= iou_threshold
            ),
            "that is a True or False for each box; np.flatnonzero turns it "
            "into rows.",
        ),
        (
            lambda best, others, iou_threshold: others[
                _ious(best, others) <= iou_threshold
            ],
            "those are the right boxes; their rows are asked for.",
        ),
        (
            lambda best, others, iou_threshold: _ious(best, others),
            "that is each box's IoU; compare it with the threshold.",
        ),
    ),
    hint="iou([best], others)[0] has an IoU for each of the others; the rows "
    "where it is at most the threshold stay.",
)


def _greedy(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-np.asarray(scores), kind="stable"):
        if all(_iou(boxes[i], boxes[k]) <= iou_threshold for k in kept):
            kept.append(int(i))
    return kept


def _in_given_order(boxes, scores, iou_threshold):
    return _greedy(boxes, -np.arange(len(boxes)), iou_threshold)


def _worst_first(boxes, scores, iou_threshold):
    return _greedy(boxes, -np.asarray(scores), iou_threshold)


def _places_when_sorted(boxes, scores, iou_threshold):
    order = np.argsort(-np.asarray(scores), kind="stable").tolist()
    return [order.index(i) for i in _greedy(boxes, scores, iou_threshold)]


def _covered_by_any_better(boxes, scores, iou_threshold):
    order = np.argsort(-np.asarray(scores), kind="stable")
    return [
        int(i)
        for place, i in enumerate(order)
        if all(_iou(boxes[i], boxes[k]) <= iou_threshold for k in order[:place])
    ]


def _only_one_step(boxes, scores, iou_threshold):
    order = np.argsort(-np.asarray(scores), kind="stable")
    best = boxes[order[0]]
    return [
        int(i)
        for i in order
        if i == order[0] or _iou(boxes[i], best) <= iou_threshold
    ]


_ROW = np.array([(0, 0, 10, 10), (4, 0, 14, 10), (8, 0, 18, 10)], float)
_TWO_HEAPS = np.concatenate([_ROW + 1, _ROW + 40, _ROW])

greedy_nms = FunctionExercise(
    "greedy_nms",
    right=_greedy,
    cases=(
        (_ROW, np.array([0.7, 0.8, 0.9]), 0.4),  # the middle one is dropped
        (_TWO_HEAPS, np.array([6, 9, 2, 3, 5, 8, 4, 7, 1]) / 10, 0.4),
        (_TWO_HEAPS, np.array([1, 2, 8, 4, 5, 7, 3, 6, 9]) / 10, 0.1),
        (_TWO_HEAPS, np.array([1, 2, 8, 4, 5, 7, 3, 6, 9]) / 10, 0.9),
        (_ROW[:1], np.array([0.3]), 0.5),
    ),
    mistakes=(
        (_in_given_order, "take the boxes by score, not as they come."),
        (_worst_first, "the highest score comes first: np.argsort(-scores)."),
        (
            _places_when_sorted,
            "those are places among the sorted boxes; give back the rows of "
            "`boxes`.",
        ),
        (
            _covered_by_any_better,
            "a box that is dropped drops no others: compare with those that "
            "were kept only.",
        ),
        (
            _only_one_step,
            "that is one step. Go on with the best of those that are left, "
            "until none is.",
        ),
        (
            lambda boxes, scores, iou_threshold: sorted(
                _greedy(boxes, scores, iou_threshold)
            ),
            "the right boxes; put the best one first.",
        ),
        (
            lambda boxes, scores, iou_threshold: boxes[
                _greedy(boxes, scores, iou_threshold)
            ],
            "those are the right boxes; their rows are asked for.",
        ),
    ),
    hint="take the row with the highest score, keep it, leave only the rows "
    "with an IoU of at most the threshold, and repeat.",
)


soft_scores = FunctionExercise(
    "soft_scores",
    right=lambda best, boxes, scores: scores * (1 - _ious(best, boxes)),
    cases=(
        (np.array([0.0, 0, 10, 10]), _HEAP, np.array([0.8, 0.6, 0.9, 0.5])),
        (np.array([9.0, 0, 19, 10]), _HEAP, np.array([0.1, 0.2, 0.3, 0.4])),
        (np.array([40.0, 40, 50, 50]), _HEAP, np.array([0.8, 0.6, 0.9, 0.5])),
    ),
    mistakes=(
        (
            lambda best, boxes, scores: scores * _ious(best, boxes),
            "the more a box overlaps the best one, the lower must its score "
            "become.",
        ),
        (
            lambda best, boxes, scores: scores - _ious(best, boxes),
            "multiply: a score must not fall below 0.",
        ),
        (
            lambda best, boxes, scores: np.where(
                _ious(best, boxes) > 0.5, 0, scores
            ),
            "that is the hard form, which drops. Here each score is lowered.",
        ),
        (
            lambda best, boxes, scores: np.where(
                _ious(best, boxes) > 0.5,
                scores * (1 - _ious(best, boxes)),
                scores,
            ),
            "no threshold here: every score is lowered, however little.",
        ),
        (
            lambda best, boxes, scores: 1 - _ious(best, boxes),
            "that is the factor; multiply the scores by it.",
        ),
    ),
    hint="multiply each score by 1 − IoU with the best box.",
)


target_depth = FunctionExercise(
    "target_depth",
    right=lambda anchors, classes: anchors * (5 + classes),
    cases=((2, 3), (5, 20), (3, 80), (1, 10)),
    mistakes=(
        (
            lambda anchors, classes: 5 + classes,
            "that is one anchor; each has a box and classes of its own.",
        ),
        (
            lambda anchors, classes: 5 * anchors + classes,
            "each anchor has its own class, so the classes are repeated too.",
        ),
        (
            lambda anchors, classes: 5 + anchors * classes,
            "each anchor has its own box and confidence, so the 5 are "
            "repeated too.",
        ),
        (
            lambda anchors, classes: anchors * (4 + classes),
            "four numbers are the box; what says whether there is one?",
        ),
        (
            lambda anchors, classes: anchors * classes,
            "where are the boxes, and whether there is one?",
        ),
        (
            lambda anchors, classes: 9 * anchors * (5 + classes),
            "those are all numbers on a 3×3 grid; how many has one cell?",
        ),
    ),
    hint="an anchor takes 1 number for 'is there one', 4 for its box and 1 "
    "for each class.",
)
