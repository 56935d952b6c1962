"""Answers to the exercises of notebook 21: right ones and wrong ones."""

import math

import numpy as np


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


RIGHT = {
    "region_costs": region_costs,
    "anchor_count": lambda height, width, stride, shapes: (
        shapes * height * width // stride**2
    ),
    "box_deltas": box_deltas,
    "anchor_kind": anchor_kind,
    "between_four": between_four,
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
    ],
    "anchor_count": [
        (
            "once",
            lambda height, width, stride, shapes: (
                shapes * (height * width // stride)
            ),
            "both sides",
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
    ],
    "box_deltas": [
        ("turned", lambda box, anchor: box_deltas(anchor, box), "to the anch"),
        ("ratio", without_log, "logarithm of their ratio"),
        ("pixels", in_pixels, "in pixels"),
        ("own", by_own_size, "not the box's"),
        ("corners", from_corners, "from corner to corner"),
        ("log2", log_of_two, "natural"),
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
        ("other", lambda c, x, y: 99.0, "the shares are"),
    ],
}
