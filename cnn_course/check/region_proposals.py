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
        (
            lambda n, crop, whole, head: (n * crop + head, whole + head),
            "the head looks at every region, in both.",
        ),
        (
            lambda n, crop, whole, head: (crop + n * head, whole + n * head),
            "R-CNN sends every region's crop through the network, not one.",
        ),
        (
            lambda n, crop, whole, head: (n * (crop + head), n * whole + head),
            "Fast R-CNN looks at the whole picture once, and its head at "
            "every region.",
        ),
        (
            lambda n, crop, whole, head: (
                whole + n * (crop + head),
                whole + n * head,
            ),
            "R-CNN never sends the whole picture through the network.",
        ),
        (
            lambda n, crop, whole, head: (n * crop * head, whole * n * head),
            "what is done one after the other adds up: crop + head.",
        ),
        (
            lambda n, crop, whole, head: (n * crop, whole + n * head),
            "in R-CNN, too, the head classifies every region.",
        ),
        (
            lambda n, crop, whole, head: (
                n * (whole + head),
                whole + n * head,
            ),
            "R-CNN sends the crop through the network, not the whole picture.",
        ),
        (
            lambda n, crop, whole, head: (
                n * (crop + head),
                whole + n * (crop + head),
            ),
            "Fast R-CNN has no crops to look at: it cuts the regions out of "
            "the map that it has already.",
        ),
        (
            lambda n, crop, whole, head: n * (crop + head) / (whole + n * head),
            "both costs are asked for, not their quotient.",
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
            "divide the height by the stride, and the width as well; you "
            "divide once.",
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
        (
            lambda height, width, stride, shapes: (
                (height // stride + width // stride) * shapes
            ),
            "rows and columns of places multiply; you add them.",
        ),
        (
            lambda height, width, stride, shapes: (
                (height // stride) * (width // stride) + shapes
            ),
            "each place has all the shapes: multiply by them.",
        ),
        (
            lambda height, width, stride, shapes: (
                (height // stride + 1) * (width // stride + 1) * shapes
            ),
            "96 pixels with a stride of 8 have 12 places, not 13.",
        ),
        (
            lambda height, width, stride, shapes: (
                (height // stride) ** 2 * shapes
            ),
            "the width has a number of places of its own.",
        ),
        (
            lambda height, width, stride, shapes: (
                ((height - stride) // stride * ((width - stride) // stride))
                * shapes
            ),
            "96 pixels with a stride of 8 have 12 places, not 11.",
        ),
        (
            lambda height, width, stride, shapes: (
                4 * (height // stride) * (width // stride) * shapes
            ),
            "that is how many numbers the anchors have; how many are they?",
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
        *(
            (
                _changed(
                    lambda t, *_, base=base: (
                        *t[:2],
                        *np.divide(t[2:], np.log(base)),
                    )
                ),
                "the natural logarithm, np.log.",
            )
            for base in (2, 10)
        ),
        (
            _changed(lambda t, *_: (t[1], t[0], t[3], t[2])),
            "x comes before y, and the width before the height.",
        ),
        (
            _changed(lambda t, *_: (t[0], t[1], t[3], t[2])),
            "t_w comes before t_h.",
        ),
        (_changed(lambda t, *_: (*t[2:], *t[:2])), "t_x and t_y come first."),
        (
            _changed(lambda t, *_: (-t[0], -t[1], t[2], t[3])),
            "the way goes from the anchor to the box: box less anchor.",
        ),
        (
            _changed(lambda t, *_: (t[0], t[1], -t[2], -t[3])),
            "the size of the box stands above, that of the anchor below.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    *t[:2],
                    box[2] - box[0] - (anchor[2] - anchor[0]),
                    box[3] - box[1] - (anchor[3] - anchor[1]),
                )
            ),
            "sizes are compared by the logarithm of their ratio, not by their "
            "difference.",
        ),
        (
            _changed(lambda t, *_: (*t[:2], *(np.exp(t[2:]) - 1))),
            "sizes are compared by the logarithm of their ratio.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    t[0] * (anchor[2] - anchor[0]) / (anchor[3] - anchor[1]),
                    t[1] * (anchor[3] - anchor[1]) / (anchor[2] - anchor[0]),
                    *t[2:],
                )
            ),
            "x is measured in widths of the anchor, and y in heights.",
        ),
        (
            _changed(lambda t, *_: (t[0] / 2, t[1] / 2, *t[2:])),
            "measure the way in whole widths and heights of the anchor.",
        ),
        (
            _changed(lambda t, *_: (2 * t[0], 2 * t[1], *t[2:])),
            "t_x and t_y come out twice as large: a centre is (x_min + x_max) "
            "/ 2, and the way is divided by the whole width.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    *t[:2],
                    np.log(box[2] - box[0]),
                    np.log(box[3] - box[1]),
                )
            ),
            "the logarithm of the *ratio*: divide the box's width by the "
            "anchor's first.",
        ),
        (
            _changed(lambda t, *_: (*t[:2], *np.log1p(np.exp(t[2:])))),
            "the logarithm of the ratio itself, without 1 more.",
        ),
        (
            _changed(
                lambda t, box, anchor: (
                    (box[0] - anchor[0]) / (anchor[2] - anchor[0]),
                    (box[1] - anchor[1]) / (anchor[3] - anchor[1]),
                    *np.exp(t[2:]),
                )
            ),
            "the way goes from centre to centre, and sizes are compared by "
            "the logarithm of their ratio.",
        ),
        (
            lambda box, anchor: (
                (box[0] - anchor[0]) / anchor[2],
                (box[1] - anchor[1]) / anchor[3],
                np.log(box[2] / anchor[2]),
                np.log(box[3] / anchor[3]),
            ),
            "the last two numbers of a box are a corner, not a size: its "
            "width is x_max − x_min.",
        ),
    ),
    hint="t_x = (x − x_a) / w_a, t_y likewise with h_a, both from centre to "
    "centre; t_w = log(w / w_a), t_h = log(h / h_a).",
    by_hand=("cnn_course.detection.",),
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
        ([0.6, 0.1],),
        ([0.3, 0.2],),
        ([0.9, 0.2],),
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
            "the highest IoU decides, not the mean of all.",
        ),
        (
            lambda ious: _kind(ious, sum),
            "the highest IoU decides, not the sum.",
        ),
        (
            lambda ious: {1: 1, 0: -1, -1: 0}[_kind(ious)],
            "0 is background, −1 is neither.",
        ),
        (
            lambda ious: (
                1 if max(ious) >= 0.7 else 0 if min(ious) < 0.3 else -1
            ),
            "one low IoU does not make it background: it overlaps little "
            "only if *all* are below 0.3.",
        ),
        (
            lambda ious: (
                1 if min(ious) >= 0.7 else 0 if max(ious) < 0.3 else -1
            ),
            "one object is enough: the highest IoU decides.",
        ),
        (
            lambda ious: 1 if max(ious) >= 0.5 else 0,
            "0.5 is the limit for regions; an anchor is an object from 0.7 "
            "on, background below 0.3, and −1 in between.",
        ),
        (
            lambda ious: 1 if max(ious) > 0.5 else 0,
            "0.5 is the limit for regions; an anchor is an object from 0.7 "
            "on, background below 0.3, and −1 in between.",
        ),
        (
            lambda ious: np.select(
                [np.array(ious) >= 0.7, np.array(ious) < 0.3], [1, 0], -1
            ),
            "one answer for the anchor, not one for each IoU: the highest "
            "decides.",
        ),
        (
            lambda ious: _kind(ious[:1]),
            "look at all its IoUs, not at the first alone: the highest "
            "decides.",
        ),
        (
            lambda ious: _kind(ious[-1:]),
            "look at all its IoUs, not at the last alone: the highest "
            "decides.",
        ),
        (
            lambda ious: (
                1 if max(ious) > 0.7 else 0 if max(ious) <= 0.3 else -1
            ),
            "both limits are on the wrong side: 0.7 itself is an object, and "
            "0.3 itself is no background.",
        ),
        *(
            (
                lambda ious, between=between: (
                    between if _kind(ious) == -1 else _kind(ious)
                ),
                "between 0.3 and 0.7 the answer is −1.",
            )
            for between in (2, 0.5)
        ),
        (
            lambda ious: sum(iou >= 0.7 for iou in ious),
            "that counts the objects it fits; 1, 0 or −1 is asked for.",
        ),
        (
            lambda ious: int(np.argmax(ious)),
            "that is which object it fits best; how well does it fit?",
        ),
        (
            lambda ious: max(ious),
            "the highest IoU, right; compare it with 0.7 and with 0.3.",
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
        (np.array([[0.0, 10], [20, 70]]), 0.25, 0.4),
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
        (
            lambda corners, x, y: (1 - x) * corners[0, 0] + x * corners[1, 1],
            "two of the four corners are left out.",
        ),
        (
            lambda corners, x, y: (
                _between(corners[[0, 0]], x, y)
                + _between(corners[:, [1, 1]], x, y)
                - corners[0, 1]
            ),
            "the lower left corner is left out.",
        ),
        (
            lambda corners, x, y: _between(corners[[0, 0]], x, y),
            "that is the upper row alone; go on to the lower one by y.",
        ),
        (
            lambda corners, x, y: _between(corners[[1, 1]], x, y),
            "that is the lower row alone; the upper one has the share 1 − y.",
        ),
        (
            lambda corners, x, y: _between(corners[:, [0, 0]], x, y),
            "that is the left column alone; go on to the right one by x.",
        ),
        (
            lambda corners, x, y: _between(corners, 1 - x, y),
            "x = 0 is the left column: its share is 1 − x.",
        ),
        (
            lambda corners, x, y: _between(corners, x, 1 - y),
            "y = 0 is the upper row: its share is 1 − y.",
        ),
        (
            lambda corners, x, y: _between(corners, x, y) / 4,
            "the four shares add up to 1, so don't divide the sum.",
        ),
        (
            lambda corners, x, y: (
                _between(corners[[0, 0]], x, y)
                + _between(corners[[1, 1]], x, y)
            ),
            "the rows have shares as well: 1 − y and y.",
        ),
        (
            lambda corners, x, y: corners.sum(),
            "each corner has a share of its own, by how near it is.",
        ),
    ),
    hint="go along both rows by x first; between the two values, go down "
    "by y. Each share is 1 less the distance.",
)


def _moved(deltas, anchors, grow=np.exp, half=0.5):
    """Boxes from deltas, not cut at the picture's edges."""
    size = anchors[:, 2:] - anchors[:, :2]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2 + deltas[:, :2] * size
    size = size * grow(deltas[:, 2:])
    return np.concatenate([centre - half * size, centre + half * size], axis=1)


def _proposals(
    scores,
    deltas,
    anchors,
    side,
    count,
    move=_moved,
    cut=lambda boxes, side: boxes.clip(0, side),
    pick=lambda scores, count: np.argsort(-scores)[:count],
):
    return cut(move(deltas, anchors), side)[pick(scores, count)]


def _but(**options):
    """A wrong answer: the right one with another step."""
    return lambda *case: _proposals(*case, **options)


def _by_pixels(deltas, anchors):
    size = anchors[:, 2:] - anchors[:, :2]
    way = deltas[:, :2] / size
    return _moved(np.concatenate([way, deltas[:, 2:]], axis=1), anchors)


def _from_corner(deltas, anchors):
    size = anchors[:, 2:] - anchors[:, :2]
    start = anchors[:, :2] + deltas[:, :2] * size
    return np.concatenate([start, start + size * np.exp(deltas[:, 2:])], axis=1)


def _by_new_size(deltas, anchors):
    way = deltas[:, :2] * np.exp(deltas[:, 2:])
    return _moved(np.concatenate([way, deltas[:, 2:]], axis=1), anchors)


def _by_centre_and_size(deltas, anchors):
    boxes = _moved(deltas, anchors)
    start, end = boxes[:, :2], boxes[:, 2:]
    return np.concatenate([(start + end) / 2, end - start], axis=1)


def _from_centres(deltas, anchors):
    """A wrong answer: the anchors are taken for centre and size."""
    centre, size = anchors[:, :2], anchors[:, 2:]
    corners = np.concatenate([centre - size / 2, centre + size / 2], axis=1)
    return _moved(deltas, corners)


def _only_inside(scores, deltas, anchors, side, count):
    boxes = _moved(deltas, anchors)[np.argsort(-scores)]
    inside = ((boxes >= 0) & (boxes <= side)).all(axis=1)
    return boxes[inside][:count]


def _as_size(boxes, side):
    boxes = boxes.clip(0, side)
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


def _case(seed, n, count, side):
    rng = np.random.default_rng(seed)
    start = rng.integers(0, side - 20, (n, 2))
    anchors = np.concatenate([start, start + rng.integers(10, 20, (n, 2))], 1)
    deltas = rng.uniform(-1, 1, (n, 4)).round(1)
    return rng.permutation(n) / n, deltas, anchors.astype(float), side, count


best_proposals = FunctionExercise(
    "best_proposals",
    right=_proposals,
    cases=(
        (
            np.array([0.2, 0.9, 0.6, 0.7]),
            np.array(
                [(0, 0, 0, 0), (0.5, -1, 0, 0.7), (0, 0, 0, 0), (1, 0, 0.4, 0)]
            ),
            np.array(
                [
                    (8, 8, 24, 40),
                    (2, 4, 18, 36),
                    (0, 8, 16, 56),
                    (50, 8, 70, 40),
                ],
                float,
            ),
            64,
            2,
        ),
        _case(0, 6, 3, 48),
        _case(3, 40, 15, 64),
        _case(2, 12, 1, 32),
    ),
    mistakes=(
        (
            _but(pick=lambda scores, count: np.argsort(scores)[:count]),
            "those are the lowest scores: np.argsort(-scores).",
        ),
        (
            _but(pick=lambda scores, count: np.argsort(scores)[-count:]),
            "the right boxes, worst first; put the best one first.",
        ),
        (
            _but(
                pick=lambda scores, count: np.sort(np.argsort(-scores)[:count])
            ),
            "the right boxes, in the order of their rows; put the best one "
            "first.",
        ),
        (
            _but(pick=lambda scores, count: slice(count)),
            "those are the first boxes; which have the highest scores?",
        ),
        (
            _but(pick=lambda scores, count: np.argsort(-scores)),
            "those are all boxes, best first; return `count` of them.",
        ),
        (
            _but(pick=lambda scores, count: np.argsort(-scores)[1 : count + 1]),
            "the best one is left out: rows start at 0.",
        ),
        (
            _but(pick=lambda scores, count: np.argsort(-scores[:count])),
            "those are the first boxes, sorted; sort all first, then take "
            "`count`.",
        ),
        (
            _but(pick=lambda scores, count: scores > 0.5),
            "no limit for the score here: the `count` best, whatever their "
            "score.",
        ),
        (
            _only_inside,
            "boxes that leave the picture are cut, not dropped.",
        ),
        (
            _but(move=lambda deltas, anchors: anchors + deltas),
            "deltas are not added to corners: t_x is in widths of the anchor, "
            "t_w a logarithm.",
        ),
        (
            _but(move=_by_centre_and_size),
            "those are centre and size; the box's two corners are asked.",
        ),
        (
            _but(move=_from_centres),
            "an anchor is two corners: its centre is their mean, its width "
            "x_max − x_min.",
        ),
        (
            lambda scores, deltas, anchors, side, count: np.argsort(-scores)[
                :count
            ],
            "those are the rows; their boxes are asked for.",
        ),
        (
            _but(cut=lambda boxes, side: boxes),
            "some boxes go beyond the picture: cut them to 0 … side.",
        ),
        (
            _but(cut=lambda boxes, side: np.minimum(boxes, side)),
            "boxes begin outside the picture, too: nothing may be below 0.",
        ),
        (
            _but(cut=lambda boxes, side: np.maximum(boxes, 0)),
            "boxes end outside the picture, too: nothing may be above `side`.",
        ),
        (
            _but(cut=lambda boxes, side: boxes.clip(0, side - 1)),
            "a box that reaches the edge ends at `side` itself, not at "
            "side − 1.",
        ),
        (
            _but(cut=lambda boxes, side: boxes.clip(0, 1)),
            "boxes are in pixels: cut them to 0 … side.",
        ),
        (
            lambda scores, deltas, anchors, side, count: _proposals(
                scores,
                deltas,
                anchors.clip(0, side),
                side,
                count,
                cut=lambda boxes, side: boxes,
            ),
            "the boxes leave the picture when they are moved: cut them after "
            "that, not the anchors before.",
        ),
        (
            _but(move=lambda deltas, anchors: anchors),
            "those are the anchors; move them as the deltas say.",
        ),
        (
            _but(move=lambda deltas, anchors: deltas),
            "deltas are no boxes yet: start from the anchors, and move them.",
        ),
        (
            _but(move=lambda *case: _moved(*case, grow=lambda t: 1 + t)),
            "t_w is a logarithm: the new width is the anchor's times "
            "np.exp(t_w).",
        ),
        (
            _but(move=lambda *case: _moved(*case, grow=lambda t: t)),
            "t_w is a logarithm: the new width is the anchor's times "
            "np.exp(t_w).",
        ),
        (
            _but(move=lambda *case: _moved(*case, grow=lambda t: 2**t)),
            "the logarithm is the natural one: np.exp(t_w).",
        ),
        (
            _but(move=lambda *case: _moved(*case, grow=lambda t: np.exp(-t))),
            "a positive t_w makes the box wider: np.exp(t_w), without minus.",
        ),
        (
            _but(move=lambda *case: _moved(*case, grow=np.ones_like)),
            "the boxes are moved, but not stretched: t_w and t_h.",
        ),
        (
            _but(
                move=lambda deltas, anchors: _moved(
                    deltas * np.array([0, 0, 1, 1]), anchors
                )
            ),
            "the boxes are stretched, but not moved: t_x and t_y.",
        ),
        (
            _but(
                move=lambda deltas, anchors: _moved(
                    deltas * np.array([-1, -1, 1, 1]), anchors
                )
            ),
            "a positive t_x moves to the right: add it.",
        ),
        (
            _but(move=_by_pixels),
            "t_x is in widths of the anchor, t_y in heights: multiply by them.",
        ),
        (
            _but(move=_by_new_size),
            "t_x is in widths of the anchor, not of the stretched box.",
        ),
        (
            _but(move=_from_corner),
            "the centre is moved, and the box grows to both sides of it, not "
            "from its corner.",
        ),
        (
            _but(move=lambda *case: _moved(*case, half=1)),
            "from the centre to a side it is half the width.",
        ),
        (
            _but(
                move=lambda deltas, anchors: _moved(
                    deltas[:, [1, 0, 3, 2]], anchors
                )
            ),
            "t_x comes before t_y, and t_w before t_h.",
        ),
        (
            _but(cut=_as_size),
            "the last two are width and height; x_max and y_max are asked.",
        ),
    ),
    hint="move the anchors first (the way back from exercise 4), then cut "
    "with np.clip, then take the rows with the best scores.",
    by_hand=("cnn_course.detection.",),
)
