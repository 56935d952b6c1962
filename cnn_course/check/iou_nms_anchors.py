"""The exercises of notebook 19, overlapping boxes and anchors."""

from itertools import pairwise
from operator import truediv

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


def _iou_with(sides):
    """A wrong answer: the shared part has other sides."""

    def wrong(a, b):
        width, height = sides(
            min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
        )
        _, area_a, area_b = _areas(a, b)
        return width * height / (area_a + area_b - width * height)

    return wrong


def _frame(a, b):
    """The area of the smallest box around both."""
    width = max(a[2], b[2]) - min(a[0], b[0])
    return width * (max(a[3], b[3]) - min(a[1], b[1]))


def _iou_of_frame(a, b):
    _, area_a, area_b = _areas(a, b)
    return _frame(a, b) / (area_a + area_b - _frame(a, b))


def _iou_by_size(a, b):
    """A wrong answer: the last two numbers are taken for a size."""
    width = max(0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
    height = max(0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


def _iou_out_of_order(a, b):
    """A wrong answer: the order is taken for x_min, x_max, y_min, y_max."""
    a, b = ((box[0], box[2], box[1], box[3]) for box in (a, b))
    return _iou(a, b)


def _iou_of_mixed_axes(a, b):
    width = max(0, min(a[3], b[3]) - max(a[0], b[0]))
    height = max(0, min(a[2], b[2]) - max(a[1], b[1]))
    _, area_a, area_b = _areas(a, b)
    return width * height / (area_a + area_b - width * height)


def _iou_over(below):
    """A wrong answer: the shared part is divided by something else."""
    return lambda a, b: _areas(a, b)[0] / below(a, b)


def _iou_plus_one(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]) + 1)
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]) + 1)
    _, area_a, area_b = _areas(a, b)
    return width * height / (area_a + area_b - width * height)


def _iou_without_brackets(a, b):
    shared, area_a, area_b = _areas(a, b)
    return shared / area_a + area_b - shared


iou_of_two = FunctionExercise(
    "iou_of_two",
    right=_iou,
    cases=(
        ((1, 1, 7, 5), (3, 2, 9, 6)),
        ((0, 0, 4, 3), (0, 0, 4, 3)),
        ((0, 0, 2, 2), (5, 5, 9, 9)),  # apart in both directions,
        ((0, 0, 4, 4), (6, 1, 9, 3)),  # in x,
        ((1, 0, 3, 4), (0, 6, 4, 9)),  # in y
        ((0, 0, 10, 10), (2, 2, 7, 4)),
        ((2, 3, 6, 5), (1, 1, 9, 9)),
        ((3, 4, 6, 8), (0, 5, 3, 9)),
        ((0.5, 0, 1.5, 2), (1, 0.5, 3, 1)),
    ),
    mistakes=(
        (
            _unclipped_iou,
            "boxes that lie apart share a negative width and a negative "
            "height, and their product is positive: neither may be below 0.",
        ),
        (
            _iou_with(lambda width, height: (abs(width), abs(height))),
            "abs turns the gap between two boxes into an overlap: what is "
            "below 0 must become 0.",
        ),
        (
            _iou_with(lambda width, height: (max(0, width), height)),
            "the width is at least 0; the height must be, too.",
        ),
        (
            _iou_with(lambda width, height: (width, max(0, height))),
            "the height is at least 0; the width must be, too.",
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
            lambda a, b: _areas(a, b)[0] / _areas(a, b)[2],
            "that is the covered share of the second box; divide by the area "
            "that the two cover together.",
        ),
        (
            lambda a, b: _areas(a, b)[0] / max(_areas(a, b)[1:]),
            "that is the covered share of the larger box; divide by the area "
            "that the two cover together.",
        ),
        (
            lambda a, b: _areas(a, b)[0] / _frame(a, b),
            "you divide by the smallest box around both, which has corners "
            "that neither covers; the union is what at least one covers.",
        ),
        *(
            (
                lambda a, b, divide=divide: divide(
                    _areas(a, b)[0], sum(_areas(a, b)[1:]) - 2 * _areas(a, b)[0]
                ),
                "you take the shared part off twice, so that it is not in the "
                "union at all; take it off once.",
            )
            for divide in (truediv, np.divide)  # one raises for equal boxes
        ),
        (
            _iou_of_frame,
            "that is the smallest box around both. The shared one begins "
            "where the later one begins, so with max, and ends where the "
            "earlier one ends, with min.",
        ),
        (
            _iou_by_size,
            "the last two numbers of a box are a corner, x_max and y_max, not "
            "a width and a height.",
        ),
        (
            lambda a, b: _iou(tuple(map(int, a)), tuple(map(int, b))),
            "a box may begin and end within a pixel: leave the fractions of "
            "its corners.",
        ),
        *(
            (
                wrong,
                "a box is x_min, y_min, x_max, y_max: numbers 0 and 2 are x, "
                "numbers 1 and 3 are y.",
            )
            for wrong in (_iou_out_of_order, _iou_of_mixed_axes)
        ),
        (
            _iou_over(lambda a, b: sum(_areas(a, b))),
            "the union is both areas *less* the shared one; you add it.",
        ),
        (
            _iou_over(lambda a, b: a[2] * a[3] + b[2] * b[3] - _areas(a, b)[0]),
            "a box is x_max − x_min wide and y_max − y_min high; its area is "
            "the product of those.",
        ),
        (
            _iou_over(
                lambda a, b: (
                    sum(box[2] - box[0] + box[3] - box[1] for box in (a, b))
                    - _areas(a, b)[0]
                )
            ),
            "an area is width times height; you add the two.",
        ),
        (
            _iou_over(lambda a, b: sum(_areas(a, b)[1:]) - _areas(a, b)[0] + 1),
            "you add 1 below; boxes with an area have a union above 0.",
        ),
        (
            _iou_without_brackets,
            "put the whole union in brackets: a / b + c divides by b alone.",
        ),
        (
            lambda a, b: sum(_areas(a, b)[1:]) - _areas(a, b)[0],
            "that is the union; divide the intersection by it.",
        ),
        (
            lambda a, b: 1 - _iou(a, b),
            "that is how much the two differ, 1 − IoU; the IoU itself is "
            "asked for.",
        ),
        (
            lambda a, b: 100 * _iou(a, b),
            "that is in per cent; the IoU is a number from 0 to 1.",
        ),
        *(
            (
                lambda a, b, digits=digits: round(_iou(a, b), digits),
                "return the quotient itself: not rounded, and not by //.",
            )
            for digits in (0, 1, 2, 3)
        ),
        (
            lambda a, b: _areas(a, b)[0],
            "that is the intersection; now divide by the union.",
        ),
        (
            _iou_plus_one,
            "x_max and y_max are where the box ends: the shared width is "
            "without 1 more.",
        ),
        (
            _iou_of_last_pixels,
            "x_max and y_max are where the box ends: its width is x_max − "
            "x_min, without 1 more.",
        ),
    ),
    hint="shared width: min of the x_max − max of the x_min, at least 0; the "
    "height likewise. Union: both areas less the shared one.",
    by_hand=("cnn_course.detection.",),
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
        (
            lambda best, others, iou_threshold: np.where(
                _ious(best, others) <= iou_threshold
            ),
            "np.where gives a tuple, with the rows as its first part: take "
            "[0] of it, or use np.flatnonzero.",
        ),
        (
            lambda best, others, iou_threshold: np.argwhere(
                _ious(best, others) <= iou_threshold
            ),
            "np.argwhere puts each row in a list of its own; np.flatnonzero "
            "gives them in one.",
        ),
        (
            lambda best, others, iou_threshold: np.flatnonzero(
                _ious(best, others) <= 0.5
            ),
            "compare with iou_threshold, not always with 0.5.",
        ),
        (
            lambda best, others, iou_threshold: (
                1 + np.flatnonzero(_ious(best, others) <= iou_threshold)
            ),
            "the first of `others` is row 0; `best` is not among them.",
        ),
        (
            lambda best, others, iou_threshold: np.sum(
                _ious(best, others) <= iou_threshold
            ),
            "that is how many stay; which rows are they?",
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


def _pops_while_looping(boxes, scores, iou_threshold, remove):
    """A wrong answer: takes rows from the list that it is looping over."""
    waiting = np.argsort(-np.asarray(scores), kind="stable").tolist()
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(best)
        for place, other in remove(waiting):
            if _iou(boxes[best], boxes[other]) > iou_threshold:
                del waiting[place]
    return kept


def _removes_from_its_own(boxes, scores, iou_threshold):
    """A wrong answer: one list both to go through and to take from."""
    order = np.argsort(-np.asarray(scores), kind="stable").tolist()
    visited = []
    for best in order:
        visited.append(best)
        for other in order:
            near = _iou(boxes[best], boxes[other]) > iou_threshold
            if other != best and near:
                order.remove(other)
    return visited, order


def _before_in_order(boxes, scores, iou_threshold):
    order = np.argsort(-np.asarray(scores), kind="stable").tolist()
    return order[:1] + [
        i
        for before, i in pairwise(order)
        if _iou(boxes[i], boxes[before]) <= iou_threshold
    ]


def _far_from_one(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-np.asarray(scores), kind="stable"):
        if not kept or any(
            _iou(boxes[i], boxes[k]) <= iou_threshold for k in kept
        ):
            kept.append(int(i))
    return kept


def _by_place(waiting):
    for place in range(len(waiting)):
        yield place, waiting[place]


def _last_kept_only(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-np.asarray(scores), kind="stable"):
        if not kept or _iou(boxes[i], boxes[kept[-1]]) <= iou_threshold:
            kept.append(int(i))
    return kept


def _keeps_the_near(boxes, scores, iou_threshold):
    waiting = np.argsort(-np.asarray(scores), kind="stable").tolist()
    kept = []
    while waiting:
        best = waiting.pop(0)
        kept.append(best)
        waiting = [
            i for i in waiting if _iou(boxes[best], boxes[i]) > iou_threshold
        ]
    return kept


def _less_than(boxes, scores, iou_threshold):
    return _greedy(boxes, scores, iou_threshold - 1e-9)


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
_HALF = np.array([(0, 0, 10, 10), (0, 0, 10, 20)], float)

greedy_nms = FunctionExercise(
    "greedy_nms",
    right=_greedy,
    cases=(
        (_ROW, np.array([0.7, 0.8, 0.9]), 0.4),  # the middle one is dropped
        (_TWO_HEAPS, np.array([6, 9, 2, 3, 5, 8, 4, 7, 1]) / 10, 0.4),
        (_TWO_HEAPS, np.array([1, 2, 8, 4, 5, 7, 3, 6, 9]) / 10, 0.1),
        (_TWO_HEAPS, np.array([1, 2, 8, 4, 5, 7, 3, 6, 9]) / 10, 0.9),
        (_HALF, np.array([0.9, 0.8]), 0.5),  # just the threshold
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
        *(
            (
                wrong,
                "rows are taken out of the list that the loop goes through, "
                "so it steps over the next one. Make a new list of those "
                "that stay.",
            )
            for wrong in (
                lambda *case: _pops_while_looping(*case, enumerate),
                lambda *case: _pops_while_looping(*case, _by_place),
                lambda *case: _removes_from_its_own(*case)[0],
                lambda *case: _removes_from_its_own(*case)[1],
            )
        ),
        (
            _less_than,
            "a box goes if its IoU is more than the threshold; just the "
            "threshold is not more.",
        ),
        (
            _last_kept_only,
            "compare with every box that was kept, not with the last one "
            "alone.",
        ),
        (
            _before_in_order,
            "compare with every box that was kept, not with the one before "
            "alone.",
        ),
        (
            _far_from_one,
            "a box goes if it overlaps *one* of those that were kept: it must "
            "be far from all, not from any.",
        ),
        (
            _keeps_the_near,
            "that goes on with the boxes that overlap; those are to be "
            "dropped, and the others are left.",
        ),
        (
            lambda boxes, scores, iou_threshold: _greedy(
                boxes, scores, iou_threshold
            )[::-1],
            "the right boxes, worst first; put the best one first.",
        ),
        (
            lambda boxes, scores, iou_threshold: scores[
                _greedy(boxes, scores, iou_threshold)
            ],
            "those are the scores of the right boxes; their rows are asked "
            "for.",
        ),
        (
            lambda boxes, scores, iou_threshold: np.isin(
                np.arange(len(boxes)), _greedy(boxes, scores, iou_threshold)
            ),
            "that is a True or False for each box; give back the rows, best "
            "first.",
        ),
        (
            lambda boxes, scores, iou_threshold: np.argsort(-scores)[:1],
            "one row, and then it ends: is the `return` inside the loop?",
        ),
        (
            lambda boxes, scores, iou_threshold: np.argsort(-scores),
            "no box is dropped: compare the others with the best one, and "
            "leave only those that overlap it little.",
        ),
        (
            lambda boxes, scores, iou_threshold: _greedy(boxes, scores, 0.5),
            "compare with iou_threshold, not always with 0.5.",
        ),
    ),
    hint="take the row with the highest score, keep it, leave only the rows "
    "with an IoU of at most the threshold, and repeat.",
    by_hand=("cnn_course.detection.nms.", "tensorflow.python.ops.image_ops"),
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
        (
            lambda best, boxes, scores: (scores - _ious(best, boxes)).clip(0),
            "multiply by 1 − IoU; you subtract the IoU, and cut off at 0.",
        ),
        (
            lambda best, boxes, scores: 1 - scores * _ious(best, boxes),
            "take the IoU from 1 before you multiply: put 1 − IoU in brackets.",
        ),
        *(
            (
                lambda best, boxes, scores, width=width: (
                    scores * np.exp(-(_ious(best, boxes) ** 2) / width)
                ),
                "that is the other form in their paper, with e to the power "
                "of −IoU²; here the factor is 1 − IoU.",
            )
            for width in (0.5, 1)
        ),
        (
            lambda best, boxes, scores: scores / (1 + _ious(best, boxes)),
            "you divide by 1 + IoU; here the score is multiplied by 1 − IoU.",
        ),
        (
            lambda best, boxes, scores: scores * (1 - _ious(best, boxes)) ** 2,
            "the factor is 1 − IoU once, not squared.",
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
        (
            lambda anchors, classes: anchors + 5 + classes,
            "you add the anchors; each of them has its 5 numbers and its "
            "classes, so they multiply.",
        ),
        (
            lambda anchors, classes: anchors * 5 * classes,
            "an anchor's numbers add up: its 5, and 1 for each class.",
        ),
        (
            lambda anchors, classes: anchors * (6 + classes),
            "one number too many for each anchor: 1 says whether there is a "
            "thing, 4 are its box.",
        ),
        (
            lambda anchors, classes: anchors * 6,
            "the class is not one number: it is one for each class.",
        ),
    ),
    hint="an anchor takes 1 number for 'is there one', 4 for its box and 1 "
    "for each class.",
)
