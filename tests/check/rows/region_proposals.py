"""Answers to the exercises of notebook 21: right ones and wrong ones."""

import math

import numpy as np

from cnn_course.detection.faster_rcnn import decode_deltas, encode_deltas


def region_costs(regions, crop, whole, head):
    heads = regions * head
    return regions * crop + heads, whole + heads


def middle(box):
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def size(box):
    return box[2] - box[0], box[3] - box[1]


def box_deltas(box, anchor):
    moved = [
        (to - from_) / side
        for to, from_, side in zip(
            middle(box), middle(anchor), size(anchor), strict=True
        )
    ]
    grown = [
        math.log(new / old)
        for new, old in zip(size(box), size(anchor), strict=True)
    ]
    return [*moved, *grown]


def from_corners(box, anchor):
    w, h = size(anchor)
    x, y = (box[0] - anchor[0]) / w, (box[1] - anchor[1]) / h
    return [x, y, *box_deltas(box, anchor)[2:]]


def in_pixels(box, anchor):
    x, y = np.subtract(middle(box), middle(anchor))
    return [x, y, *box_deltas(box, anchor)[2:]]


def by_own_size(box, anchor):
    way = np.subtract(middle(box), middle(anchor)) / size(box)
    return [*way, *box_deltas(box, anchor)[2:]]


def without_log(box, anchor):
    t = box_deltas(box, anchor)
    return [t[0], t[1], math.exp(t[2]), math.exp(t[3])]


def log_of_two(box, anchor):
    t = box_deltas(box, anchor)
    return [t[0], t[1], t[2] / math.log(2), t[3] / math.log(2)]


def anchor_kind(ious):
    if any(value >= 0.7 for value in ious):
        return 1
    return 0 if all(value < 0.3 for value in ious) else -1


def kind_of(number):
    return 1 if number >= 0.7 else 0 if number < 0.3 else -1


def between_four(corners, x, y):
    return np.array([1 - y, y]) @ corners @ np.array([1 - x, x])


def best_proposals(scores, deltas, anchors, side, count):
    boxes = []
    for t, anchor in zip(deltas, anchors, strict=True):
        (x, y), (w, h) = middle(anchor), size(anchor)
        x, y = x + t[0] * w, y + t[1] * h
        w, h = w * math.exp(t[2]), h * math.exp(t[3])
        corners = x - w / 2, y - h / 2, x + w / 2, y + h / 2
        boxes.append([min(max(corner, 0), side) for corner in corners])
    order = sorted(range(len(scores)), key=lambda i: scores[i], reverse=True)
    return [boxes[i] for i in order[:count]]


def with_deltas(change):
    return lambda scores, deltas, *rest: best_proposals(
        scores, change(deltas), *rest
    )


def not_cut(scores, deltas, anchors, side, count):
    best = np.argsort(scores)[::-1][:count]
    return np.array(decode_deltas(deltas, anchors))[best]


def cut_too_early(scores, deltas, anchors, side, count):
    return not_cut(scores, deltas, np.clip(anchors, 0, side), side, count)


def ratio_not_log(scores, deltas, anchors, side, count):
    with np.errstate(invalid="ignore"):
        deltas = np.concatenate(
            [deltas[:, :2], np.log(1 + deltas[:, 2:])], axis=1
        )
    return best_proposals(scores, deltas, anchors, side, count)


def way_in_pixels(scores, deltas, anchors, side, count):
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2]
    half = (anchors[:, 2:] - anchors[:, :2]) * np.exp(deltas[:, 2:]) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    return np.clip(boxes, 0, side)[np.argsort(-scores)[:count]]


def from_the_corner(scores, deltas, anchors, side, count):
    start, length = anchors[:, :2], anchors[:, 2:] - anchors[:, :2]
    start = start + deltas[:, :2] * length
    boxes = np.hstack([start, start + length * np.exp(deltas[:, 2:])])
    return boxes.clip(0, side)[np.argsort(-scores)[:count]]


def by_the_new_size(scores, deltas, anchors, side, count):
    length = (anchors[:, 2:] - anchors[:, :2]) * np.exp(deltas[:, 2:])
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * length
    boxes = np.hstack([centre - length / 2, centre + length / 2])
    return boxes.clip(0, side)[np.argsort(-scores)[:count]]


def whole_sizes(scores, deltas, anchors, side, count):
    length = (anchors[:, 2:] - anchors[:, :2]) * np.exp(deltas[:, 2:])
    old = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * old
    boxes = np.hstack([centre - length, centre + length])
    return boxes.clip(0, side)[np.argsort(-scores)[:count]]


RIGHT = {
    "region_costs": region_costs,
    "anchor_count": lambda height, width, stride, shapes: (
        shapes * height * width // stride**2
    ),
    "box_deltas": box_deltas,
    "anchor_kind": anchor_kind,
    "between_four": between_four,
    "best_proposals": best_proposals,
}

WRONG = {
    "region_costs": [
        ("one_head", lambda n, c, w, h: (n * c + h, w + n * h), "R-CNN, too"),
        (
            "one_fast_head",
            lambda n, c, w, h: (n * c + n * h, w + h),
            "looks at each",
        ),
        (
            "whole_each",
            lambda n, c, w, h: (n * c + n * h, n * w + n * h),
            "picture once",
        ),
        ("no_heads", lambda n, c, w, h: (n * c, w), "and the heads"),
        (
            "swapped",
            lambda n, c, w, h: region_costs(n, c, w, h)[::-1],
            "comes first",
        ),
        ("other", lambda n, c, w, h: (n, n), "a crop and a head"),
        ("no_heads_loop", lambda n, c, w, h: (n * c + h, w + h), "in both"),
        ("no_first_head", lambda n, c, w, h: (n * c, w + n * h), "R-CNN, too"),
        ("whole", lambda n, c, w, h: (n * (w + h), w + n * h), "the crop thr"),
        (
            "crops",
            lambda n, c, w, h: (n * (c + h), w + n * (c + h)),
            "no crops",
        ),
        ("quotient", lambda n, c, w, h: n * (c + h) / (w + n * h), "quotient"),
    ],
    "anchor_count": [
        (
            "once",
            lambda height, width, stride, shapes: (
                shapes * (height * width // stride)
            ),
            "you divide once",
        ),
        (
            "places",
            lambda height, width, stride, shapes: height * width // stride**2,
            "every shape",
        ),
        (
            "pixels",
            lambda height, width, stride, shapes: shapes * height * width,
            "stride × stride",
        ),
        (
            "squared",
            lambda height, width, stride, shapes: (
                shapes * shapes * height * width // stride**2
            ),
            "pairs of width",
        ),
        ("other", lambda *_: 9, "places:"),
        ("sum", lambda h, w, s, n: (h // s + w // s) * n, "you add them"),
        ("one_more", lambda h, w, s, n: (h // s + 1) * (w // s + 1) * n, "13"),
        ("square", lambda h, w, s, n: (h // s) ** 2 * n, "the width has"),
        ("plus", lambda h, w, s, n: (h // s) * (w // s) + n, "multiply by"),
    ],
    "box_deltas": [
        ("turned", lambda box, anchor: box_deltas(anchor, box), "to the anch"),
        ("ratio", without_log, "logarithm of their ratio"),
        ("pixels", in_pixels, "in pixels"),
        ("own", by_own_size, "not the box's"),
        ("corners", from_corners, "from corner to corner"),
        ("log2", log_of_two, "natural"),
        (
            "log10",
            lambda box, anchor: [
                *box_deltas(box, anchor)[:2],
                *np.log10(np.divide(size(box), size(anchor))),
            ],
            "natural",
        ),
        (
            "height_first",
            lambda *pair: np.array(box_deltas(*pair))[[0, 1, 3, 2]],
            "t_w comes before t_h",
        ),
        (
            "y_first",
            lambda *pair: np.array(box_deltas(*pair))[[1, 0, 3, 2]],
            "x comes before y",
        ),
        (
            "sign",
            lambda *pair: np.multiply(box_deltas(*pair), [-1, -1, 1, 1]),
            "box less anchor",
        ),
        (
            "inverse",
            lambda *pair: np.multiply(box_deltas(*pair), [1, 1, -1, -1]),
            "stands above",
        ),
        (
            "doubled",
            lambda *pair: np.multiply(box_deltas(*pair), [2, 2, 1, 1]),
            "twice as large",
        ),
        (
            "as_size",
            lambda box, anchor: [
                *np.subtract(box[:2], anchor[:2]) / anchor[2:],
                *np.log(np.divide(box[2:], anchor[2:])),
            ],
            "a corner, not a size",
        ),
        (
            "difference",
            lambda box, anchor: [
                *box_deltas(box, anchor)[:2],
                *np.subtract(size(box), size(anchor)),
            ],
            "not by their difference",
        ),
        (
            "relative",
            lambda box, anchor: [
                *box_deltas(box, anchor)[:2],
                *(np.divide(size(box), size(anchor)) - 1),
            ],
            "logarithm of their ratio",
        ),
        (
            "package",
            lambda box, anchor: np.array(
                encode_deltas(np.array(box, float), np.array(anchor, float))
            ),
            "cnn_course has computed them",
        ),
        ("other", lambda box, anchor: [0, 0, 1, 1], "t_x ="),
    ],
    "anchor_kind": [
        ("two", lambda ious: int(max(ious) >= 0.7), "neither: −1"),
        (
            "more",
            lambda ious: -1 if max(ious) == 0.7 else anchor_kind(ious),
            "0.7 itself",
        ),
        (
            "less",
            lambda ious: 0 if max(ious) == 0.3 else anchor_kind(ious),
            "0.3 itself",
        ),
        ("min", lambda ious: kind_of(min(ious)), "one object"),
        ("mean", lambda ious: kind_of(sum(ious) / len(ious)), "not the mean"),
        ("sum", lambda ious: kind_of(sum(ious)), "not the sum"),
        (
            "names",
            lambda ious: {1: 1, 0: -1, -1: 0}[anchor_kind(ious)],
            "0 is background",
        ),
        ("other", lambda ious: 2, "at least 0.7"),
        (
            "any_low",
            lambda ious: (
                1
                if any(iou >= 0.7 for iou in ious)
                else 0
                if any(iou < 0.3 for iou in ious)
                else -1
            ),
            "one low IoU",
        ),
        (
            "both_limits",
            lambda ious: (
                -1
                if max(ious) == 0.7
                else 0
                if max(ious) == 0.3
                else anchor_kind(ious)
            ),
            "on the wrong side",
        ),
        (
            "another_number",
            lambda ious: 2 if anchor_kind(ious) < 0 else anchor_kind(ious),
            "the answer is −1",
        ),
        ("half", lambda ious: int(max(ious) >= 0.5), "limit for regions"),
        ("over_half", lambda ious: int(max(ious) > 0.5), "limit for regions"),
        ("first", lambda ious: anchor_kind(ious[:1]), "the first alone"),
        ("last", lambda ious: anchor_kind([ious[-1]]), "the last alone"),
        (
            "each",
            lambda ious: [kind_of(value) for value in ious],
            "not one for each",
        ),
    ],
    "between_four": [
        ("turned", lambda c, x, y: between_four(c.T, x, y), "goes along"),
        (
            "far",
            lambda c, x, y: between_four(c[::-1, ::-1], x, y),
            "the nearer",
        ),
        ("rounded", lambda c, x, y: c[round(y), round(x)], "that rounds"),
        ("mean", lambda c, x, y: np.mean(c), "share of its own"),
        (
            "three",
            lambda c, x, y: (1 - x - y) * c[0, 0] + x * c[0, 1] + y * c[1, 0],
            "fourth corner",
        ),
        ("other", lambda c, x, y: 99.0, "go along both rows"),
        ("diagonal", lambda c, x, y: (1 - x) * c[0, 0] + x * c[1, 1], "two of"),
        ("upper", lambda c, x, y: (1 - x) * c[0, 0] + x * c[0, 1], "upper row"),
        ("lower", lambda c, x, y: (1 - x) * c[1, 0] + x * c[1, 1], "lower row"),
        ("left", lambda c, x, y: (1 - y) * c[0, 0] + y * c[1, 0], "left col"),
        ("far_x", lambda c, x, y: between_four(c, 1 - x, y), "share is 1 − x"),
        ("far_y", lambda c, x, y: between_four(c, x, 1 - y), "share is 1 − y"),
        ("quarter", lambda c, x, y: between_four(c, x, y) / 4, "add up to 1"),
        (
            "both_rows",
            lambda c, x, y: (1 - x) * c[:, 0].sum() + x * c[:, 1].sum(),
            "the rows have shares",
        ),
    ],
    "best_proposals": [
        (
            "ascending",
            lambda scores, *rest: best_proposals(-scores, *rest),
            "the lowest scores",
        ),
        (
            "worst_first",
            lambda *case: best_proposals(*case)[::-1],
            "worst first",
        ),
        (
            "unsorted",
            lambda scores, *rest: best_proposals(-np.arange(99), *rest),
            "the first boxes",
        ),
        (
            "all",
            lambda *case: best_proposals(*case[:4], len(case[0])),
            "all boxes, best first",
        ),
        (
            "rows",
            lambda scores, deltas, anchors, side, count: scores.argsort()[::-1][
                :count
            ],
            "those are the rows",
        ),
        ("not_cut", not_cut, "cut them to 0 … side"),
        ("cut_too_early", cut_too_early, "cut them after that"),
        (
            "one_less",
            lambda *case: np.minimum(best_proposals(*case), case[3] - 1),
            "not at side − 1",
        ),
        ("ratio", ratio_not_log, "t_w is a logarithm"),
        (
            "off_by_one",
            lambda *case: best_proposals(*case[:4], case[4] + 1)[1:],
            "best one is left out",
        ),
        (
            "added",
            lambda scores, deltas, anchors, side, count: np.clip(
                anchors + deltas, 0, side
            )[np.argsort(-scores)[:count]],
            "not added to corners",
        ),
        ("pixels", way_in_pixels, "multiply by them"),
        ("corner", from_the_corner, "to both sides of it"),
        ("new_size", by_the_new_size, "not of the stretched box"),
        ("whole", whole_sizes, "half the width"),
        (
            "not_moved",
            with_deltas(lambda t: t * [0, 0, 1, 1]),
            "not moved: t_x",
        ),
        (
            "not_stretched",
            with_deltas(lambda t: t * [1, 1, 0, 0]),
            "not stretched",
        ),
        ("sign", with_deltas(lambda t: t * [-1, -1, 1, 1]), "to the right"),
        ("log", with_deltas(lambda t: t * [1, 1, -1, -1]), "without minus"),
        ("y_first", with_deltas(lambda t: t[:, [1, 0, 3, 2]]), "t_x comes b"),
        (
            "package",
            lambda *case: np.clip(not_cut(*case), 0, case[3]),
            "cnn_course has computed them",
        ),
        ("scores", lambda *case: np.sort(case[0])[::-1], "the shape must be"),
        ("other", lambda *case: np.zeros((case[4], 4)), "move the anchors fi"),
    ],
}
