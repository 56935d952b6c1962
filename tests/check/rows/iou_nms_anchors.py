"""Answers to the exercises of notebook 19: right ones and wrong ones."""

import numpy as np
import tensorflow as tf

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


def by_package(a, b):
    return iou([a], [b])[0, 0]


def as_size(a, b):
    """Take the last two numbers for width and height."""
    corners = [
        np.array([*box[:2], *np.add(box[:2], box[2:])]) for box in (a, b)
    ]
    return iou_of_two(*corners)


def y_first_for_the_shared_part(a, b):
    w = max(0, min(a[3], b[3]) - max(a[0], b[0]))
    h = max(0, min(a[2], b[2]) - max(a[1], b[1]))
    _, areas = shared_by_all(a, b)
    return w * h / (sum(areas) - w * h)


def by_painting(a, b):
    """Count pixels; a box that ends within one is cut there."""
    grids = np.zeros((2, 20, 20), bool)
    for grid, box in zip(grids, (a, b), strict=True):
        x, y, x_end, y_end = map(int, box)
        grid[y:y_end, x:x_end] = True
    return (grids[0] & grids[1]).sum() / (grids[0] | grids[1]).sum()


def absolute(a, b):
    w, h = np.abs(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]))
    return w * h / (sum(shared_by_all(a, b)[1]) - w * h)


def only_one_side_clipped(side):
    def answer(a, b):
        sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
        sides[side] = max(0, sides[side])
        return sides.prod() / (sum(shared_by_all(a, b)[1]) - sides.prod())

    return answer


def frame(a, b):
    return np.prod(np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2]))


def min_and_max_mixed_up(a, b):
    return frame(a, b) / (sum(shared_by_all(a, b)[1]) - frame(a, b))


def no_brackets(a, b):
    shared, (area_a, area_b) = shared_by_all(a, b)
    return shared / area_a + area_b - shared


def strict(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-scores):
        if all(by_package(boxes[i], boxes[k]) < iou_threshold for k in kept):
            kept.append(i)
    return kept


def removes_while_looping(boxes, scores, iou_threshold):
    waiting, kept = sorted(range(len(boxes)), key=lambda i: -scores[i]), []
    while waiting:
        kept.append(waiting.pop(0))
        for i in waiting:
            if by_package(boxes[kept[-1]], boxes[i]) > iou_threshold:
                waiting.remove(i)
    return kept


def deletes_by_place(boxes, scores, iou_threshold):
    waiting, kept = list(np.argsort(-scores)), []
    while len(waiting) > 0:
        best = waiting[0]
        kept.append(best)
        del waiting[0]
        for j in range(len(waiting)):
            if by_package(boxes[best], boxes[waiting[j]]) > iou_threshold:
                waiting.pop(j)
    return kept


def removes_from_its_own(boxes, scores, iou_threshold):
    waiting = list(np.argsort(-scores))
    for i in waiting:
        for j in waiting:
            if i != j and by_package(boxes[i], boxes[j]) > iou_threshold:
                waiting.remove(j)
    return waiting


def far_from_any(boxes, scores, iou_threshold):
    kept = []
    for i in np.argsort(-scores):
        if not kept or iou(boxes[[i]], boxes[kept]).min() <= iou_threshold:
            kept.append(i)
    return kept


def only_the_one_before(boxes, scores, iou_threshold):
    order = np.argsort(-scores)
    return [
        row
        for place, row in enumerate(order)
        if place == 0
        or by_package(boxes[row], boxes[order[place - 1]]) <= iou_threshold
    ]


def with_the_last_only(boxes, scores, iou_threshold):
    order = np.argsort(scores)[::-1]
    kept = [order[0]]
    for i in order[1:]:
        if by_package(boxes[kept[-1]], boxes[i]) <= iou_threshold:
            kept.append(i)
    return kept


def keeps_the_near(boxes, scores, iou_threshold):
    waiting, kept = np.argsort(-scores), []
    while len(waiting):
        kept.append(waiting[0])
        near = iou(boxes[waiting[:1]], boxes[waiting[1:]])[0] > iou_threshold
        waiting = waiting[1:][near]
    return kept


def writes_into_the_scores(boxes, scores, iou_threshold):
    kept = []
    while scores.max() > 0:
        kept.append(scores.argmax())
        scores[iou(boxes[[kept[-1]]], boxes)[0] > iou_threshold] = 0
    return kept


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
        ("distance", lambda a, b: 1 - iou_of_two(a, b), "two differ"),
        ("package", by_package, "cnn_course has computed them"),
        ("as_size", as_size, "not a width and a height"),
        ("axes", y_first_for_the_shared_part, "numbers 0 and 2 are x"),
        ("abs", absolute, "the gap between"),
        ("width_clipped", only_one_side_clipped(0), "the height must be"),
        ("height_clipped", only_one_side_clipped(1), "the width must be"),
        ("min_max", min_and_max_mixed_up, "around both. The shared one"),
        (
            "by_frame",
            lambda a, b: shared_by_all(a, b)[0] / frame(a, b),
            "corners that neither covers",
        ),
        (
            "by_second",
            lambda a, b: shared_by_all(a, b)[0] / shared_by_all(a, b)[1][1],
            "of the second box",
        ),
        (
            "off_twice",
            lambda a, b: (
                shared_by_all(a, b)[0]
                / (sum(shared_by_all(a, b)[1]) - 2 * shared_by_all(a, b)[0])
            ),
            "off twice",
        ),
        ("brackets", no_brackets, "whole union in brackets"),
        ("per_cent", lambda a, b: 100 * iou_of_two(a, b), "per cent"),
        (
            "rounded",
            lambda a, b: round(iou_of_two(a, b), 2),
            "itself: not rounded",
        ),
        ("floor", lambda a, b: iou_of_two(a, b) // 1, "not by //"),
        ("pixels", by_painting, "leave the fractions"),
        (
            "plus",
            lambda a, b: (
                shared_by_all(a, b)[0]
                / (sum(shared_by_all(a, b)[1]) + shared_by_all(a, b)[0])
            ),
            "you add it",
        ),
        (
            "corner_areas",
            lambda a, b: (
                shared_by_all(a, b)[0]
                / (a[2] * a[3] + b[2] * b[3] - shared_by_all(a, b)[0])
            ),
            "x_max − x_min wide",
        ),
        ("list", lambda a, b: [iou_of_two(a, b)], "one number is asked for"),
        ("other", lambda a, b: 0.25, "at least 0"),
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
        (
            "where",
            lambda best, others, t: np.nonzero(iou([best], others)[0] <= t),
            "np.where gives a tuple",
        ),
        (
            "argwhere",
            lambda best, others, t: np.argwhere(iou([best], others)[0] <= t),
            "a list of its own",
        ),
        (
            "half",
            lambda best, others, t: survivors(best, others, 0.5),
            "not always with 0.5",
        ),
        (
            "count",
            lambda best, others, t: len(survivors(best, others, t)),
            "how many stay",
        ),
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
        ("all", never_drops, "no box is dropped"),
        (
            "package",
            lambda b, s, t: nms(b, s, iou_threshold=t),
            "cnn_course has computed them",
        ),
        (
            "tensorflow",
            lambda b, s, t: tf.image.non_max_suppression(b, s, len(b), t),
            "tensorflow has computed them",
        ),
        ("strict", strict, "is not more"),
        ("removes", removes_while_looping, "steps over the next one"),
        ("deletes", deletes_by_place, "steps over the next one"),
        ("one_list", removes_from_its_own, "steps over the next one"),
        ("any", far_from_any, "far from all, not from any"),
        ("before", only_the_one_before, "not with the one before"),
        ("last", with_the_last_only, "with every box that was kept"),
        ("near", keeps_the_near, "the others are left"),
        ("half", lambda b, s, t: greedy_nms(b, s, 0.5), "always with 0.5"),
        ("worst", lambda b, s, t: greedy_nms(b, s, t)[::-1], "worst first"),
        ("scores", lambda b, s, t: s[greedy_nms(b, s, t)], "the scores of"),
        (
            "mask",
            lambda b, s, t: [i in greedy_nms(b, s, t) for i in range(len(b))],
            "a True or False for each",
        ),
        ("returns_early", lambda b, s, t: [s.argmax()], "inside the loop"),
        ("spoils", writes_into_the_scores, "writes into what it was given"),
        ("other", lambda b, s, t: [0], "and repeat"),
    ],
    "soft_scores": [
        ("other_way", lambda a, b, s: s * iou([a], b)[0], "the lower must"),
        ("minus", lambda a, b, s: s - iou([a], b)[0], "multiply"),
        ("hard", lambda a, b, s: s * (iou([a], b)[0] <= 0.5), "hard form"),
        ("factor", lambda a, b, s: 1 - iou([a], b)[0], "is the factor"),
        ("unchanged", lambda a, b, s: s, "1 − IoU"),
        (
            "gauss",
            lambda a, b, s: s * np.exp(-(iou([a], b)[0] ** 2) / 0.5),
            "other form in their paper",
        ),
        (
            "cut",
            lambda a, b, s: np.maximum(s - iou([a], b)[0], 0),
            "cut off at 0",
        ),
        ("brackets", lambda a, b, s: 1 - iou([a], b)[0] * s, "brackets"),
        ("quotient", lambda a, b, s: s / (1 + iou([a], b)[0]), "you divide"),
    ],
    "target_depth": [
        ("one", lambda a, c: c + 5, "one anchor"),
        ("classes_once", lambda a, c: a * 5 + c, "classes are repeated"),
        ("box_once", lambda a, c: a * c + 5, "the 5 are"),
        ("no_confidence", lambda a, c: a * (c + 4), "four numbers"),
        ("all_cells", lambda a, c: 9 * a * (c + 5), "has one cell"),
        ("sum", lambda a, c: a + c + 5, "so they multiply"),
        ("product", lambda a, c: a * 5 * c, "numbers add up"),
        ("one_class", lambda a, c: a * 6, "one for each class"),
        ("six", lambda a, c: a * (6 + c), "one number too many"),
        ("other", lambda a, c: 100, "is there one"),
    ],
}
