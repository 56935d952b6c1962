"""The exercises of notebook 21, region proposals."""

import numpy as np

from cnn_course.check.judge import FunctionExercise

region_costs = FunctionExercise(
    "region_costs",
    right=lambda regions, crop, whole, head: (
        regions * (crop + head),
        whole + regions * head,
    ),
    cases=(
        (2000, 50, 900, 2),
        (24, 5_000_000, 20_000_000, 200_000),
        (1, 7, 11, 3),
        (300, 10, 40, 1),
    ),
    mistakes=(
        (
            lambda n, crop, whole, head: (n * crop + head, whole + n * head),
            "in R-CNN, too, the head classifies every region.",
        ),
        (
            lambda n, crop, whole, head: (n * (crop + head), whole + head),
            "the head of Fast R-CNN looks at each region.",
        ),
        (
            lambda n, crop, whole, head: (
                n * (crop + head),
                n * (whole + head),
            ),
            "Fast R-CNN looks at the whole picture once.",
        ),
        (
            lambda n, crop, whole, head: (n * crop, whole),
            "and the heads? Each region needs one.",
        ),
        (
            lambda n, crop, whole, head: (
                whole + n * head,
                n * (crop + head),
            ),
            "R-CNN comes first.",
        ),
    ),
    hint="R-CNN: for each region a crop and a head. Fast R-CNN: the whole "
    "picture once, and for each region a head.",
)

anchor_count = FunctionExercise(
    "anchor_count",
    right=lambda height, width, stride, shapes: (
        (height // stride) * (width // stride) * shapes
    ),
    cases=(
        (96, 96, 8, 5),
        (640, 960, 16, 9),
        (32, 64, 32, 3),
        (48, 48, 4, 1),
    ),
    mistakes=(
        (
            lambda height, width, stride, shapes: (
                height * width // stride * shapes
            ),
            "the stride divides both sides, so the places stride² times.",
        ),
        (
            lambda height, width, stride, shapes: (
                (height // stride) * (width // stride)
            ),
            "each place has an anchor of every shape.",
        ),
        (
            lambda height, width, stride, shapes: height * width * shapes,
            "there is one place for every stride × stride pixels.",
        ),
        (
            lambda height, width, stride, shapes: (
                (height // stride) * (width // stride) * shapes**2
            ),
            "`shapes` counts pairs of width and height already.",
        ),
    ),
    hint="places: (height / stride) · (width / stride); at each, one anchor "
    "of every shape.",
)


def _deltas(box, anchor):
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    a, b = (anchor[0] + anchor[2]) / 2, (anchor[1] + anchor[3]) / 2
    w, h = box[2] - box[0], box[3] - box[1]
    v, u = anchor[2] - anchor[0], anchor[3] - anchor[1]
    return (x - a) / v, (y - b) / u, np.log(w / v), np.log(h / u)


def _changed(change):
    return lambda box, anchor: change(_deltas(box, anchor), box, anchor)


box_deltas = FunctionExercise(
    "box_deltas",
    right=_deltas,
    cases=(
        ((12, 10, 32, 20), (10, 10, 20, 30)),
        ((5, 5, 9, 13), (5, 5, 9, 13)),
        ((0, 0, 10, 40), (20, 10, 60, 30)),
        ((3.5, 1, 8, 7), (2, 2, 6, 12)),
    ),
    mistakes=(
        (
            lambda box, anchor: _deltas(anchor, box),
            "that is the way from the box to the anchor.",
        ),
        (
            _changed(lambda t, box, anchor: (*t[:2], *np.exp(t[2:]))),
            "sizes are compared by the logarithm of their ratio.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    t[0] * (anchor[2] - anchor[0]),
                    t[1] * (anchor[3] - anchor[1]),
                    *t[2:],
                )
            ),
            "that way is in pixels: divide it by the anchor's width and "
            "height.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    t[0] / np.exp(t[2]),
                    t[1] / np.exp(t[3]),
                    *t[2:],
                )
            ),
            "divide the way by the anchor's size, not the box's.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    (box[0] - anchor[0]) / (anchor[2] - anchor[0]),
                    (box[1] - anchor[1]) / (anchor[3] - anchor[1]),
                    *t[2:],
                )
            ),
            "measure from centre to centre, not from corner to corner.",
        ),
        (
            _changed(lambda t, *_: (*t[:2], *np.divide(t[2:], np.log(2)))),
            "the natural logarithm, np.log.",
        ),
    ),
    hint="t_x = (x − x_a) / w_a, t_y likewise with h_a, both from centre to "
    "centre; t_w = log(w / w_a), t_h = log(h / h_a).",
)  # fmt: skip


def _kind(ious, decide=max):
    most = decide(ious)
    return 1 if most >= 0.7 else 0 if most < 0.3 else -1


anchor_kind = FunctionExercise(
    "anchor_kind",
    right=_kind,
    cases=(
        ([0.1, 0.8],),
        ([0.2, 0.0, 0.1],),
        ([0.1, 0.5],),
        ([0.7],),
        ([0.3, 0.2],),
        ([0.0, 0.75, 0.72],),
        ([0.4, 0.4, 0.4],),
    ),
    mistakes=(
        (
            lambda ious: 1 if max(ious) >= 0.7 else 0,
            "between 0.3 and 0.7 an anchor is neither: −1.",
        ),
        (
            lambda ious: 1 if max(ious) > 0.7 else 0 if max(ious) < 0.3 else -1,
            "0.7 itself is enough.",
        ),
        (
            lambda ious: (
                1 if max(ious) >= 0.7 else 0 if max(ious) <= 0.3 else -1
            ),
            "background is below 0.3; 0.3 itself is neither.",
        ),
        (
            lambda ious: _kind(ious, min),
            "one object is enough: the highest IoU decides.",
        ),
        (
            lambda ious: _kind(ious, np.mean),
            "the highest IoU decides, not the mean.",
        ),
        (
            lambda ious: _kind(ious, sum),
            "the highest IoU decides, not the sum.",
        ),
        (
            lambda ious: {1: 1, 0: -1, -1: 0}[_kind(ious)],
            "0 is background, −1 is neither.",
        ),
    ),
    hint="take the highest IoU: at least 0.7 is 1, below 0.3 is 0, else −1.",
)  # fmt: skip


def _between(corners, x, y):
    (a, b), (c, d) = corners
    return (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d)


between_four = FunctionExercise(
    "between_four",
    right=_between,
    cases=(
        (np.array([[0.0, 10], [20, 70]]), 0.25, 0.5),
        (np.array([[1.0, 2], [3, 5]]), 0.0, 0.0),
        (np.array([[4.0, 4], [4, 4]]), 0.3, 0.9),
        (np.array([[1.0, -1], [-2, 8]]), 1.0, 0.4),
        (np.array([[0.0, 0], [0, 1]]), 0.5, 0.25),
    ),
    mistakes=(
        (
            lambda corners, x, y: _between(corners, y, x),
            "x goes along a row, to the next column; y goes down.",
        ),
        (
            lambda corners, x, y: _between(corners, 1 - x, 1 - y),
            "the nearer a corner, the larger its share: the first one has "
            "(1 − x) · (1 − y).",
        ),
        (
            lambda corners, x, y: corners[round(y)][round(x)],
            "that rounds to one corner; all four take part.",
        ),
        (
            lambda corners, x, y: corners.mean(),
            "each corner has a share of its own, by how near it is.",
        ),
        (
            lambda corners, x, y: (
                corners[0][0]
                + x * (corners[0][1] - corners[0][0])
                + y * (corners[1][0] - corners[0][0])
            ),
            "the fourth corner is left out.",
        ),
    ),
    hint="the shares are (1 − x)(1 − y), x (1 − y), (1 − x) y and x y.",
)
