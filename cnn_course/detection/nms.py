"""Non-max suppression: of boxes that overlap, keep the one with most score."""

import numpy as np

from cnn_course.detection.boxes import as_columns, check_boxes, overlaps
from cnn_course.geometry import whole_number

_FIRST_BLOCK, _LARGEST_BLOCK = 128, 512  # candidates looked at together


def _check_number(name, value, least, most):
    try:
        if least <= value <= most:  # NaN never is
            return float(value)
    except TypeError:
        pass
    raise ValueError(
        f"{name} must be a number between {least} and {most}; got {value!r}."
    )


def _check_per_box(name, values, boxes, dtype=None):
    try:
        values = np.asarray(values, dtype=dtype)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} must hold one number for each box; got {values!r:.200}."
        ) from None
    if len(boxes) == values.size == 0:
        values = values.reshape(0)
    if values.shape != (len(boxes),):
        raise ValueError(
            f"{name} must hold one value for each of the {len(boxes)} boxes; "
            f"got shape {values.shape}."
        )
    return values


def _check_scores(scores, boxes):
    scores = _check_per_box("scores", scores, boxes, np.float32)
    finite = np.isfinite(scores)
    if not finite.all():
        row = int(np.argmin(finite))
        raise ValueError(f"scores must be finite; row {row} is {scores[row]}.")
    return scores


def _best_first(scores):
    """Rows by score, the highest first; of equal scores, the first row."""
    order = np.argsort(-scores)  # fast, with equal scores in any order
    ranked = scores[order]
    if (ranked[1:] != ranked[:-1]).all():
        return order
    # One number says both: which of the scores, and which row.
    places = np.append(0, np.cumsum(ranked[1:] != ranked[:-1]))
    return np.sort(places * len(scores) + order) % len(scores)


def _not_covered(columns, block, kept, iou_threshold):
    """The candidates of a block that no kept box overlaps too much."""
    for first in range(0, len(kept), _FIRST_BLOCK):
        some = columns.take(kept[first : first + _FIRST_BLOCK], axis=1)
        covered = overlaps(some, columns.take(block, axis=1)) > iou_threshold
        block = block[~covered.any(axis=0)]
    return block


def _greedy(columns, iou_threshold, max_boxes):
    """Places of the boxes to keep, of boxes sorted best first."""
    count = columns.shape[1]
    kept, first, size = np.empty(0, int), 0, _FIRST_BLOCK
    while first < count and len(kept) < max_boxes:
        block = np.arange(first, min(first + size, count))
        block = _not_covered(columns, block, kept, iou_threshold)
        some = columns.take(block, axis=1)
        apart = overlaps(some, some) <= iou_threshold
        apart.flat[:: len(block) + 1] = True  # no box drops itself
        stays = np.ones(len(block), bool)
        for i in np.flatnonzero(~apart.all(axis=1)).tolist():  # best first
            if stays[i]:  # those kept before it are apart from it anyway
                stays &= apart[i]
        kept = np.append(kept, block[stays])
        first, size = first + size, min(2 * size, _LARGEST_BLOCK)
    return kept[:max_boxes]


def nms(
    boxes,
    scores,
    *,
    iou_threshold=0.5,
    score_threshold=None,
    classes=None,
    max_boxes=None,
):
    """Keep the best box of each heap of overlapping boxes.

    Take the box with the highest score, drop all boxes that overlap it by
    more than iou_threshold, and go on with the best box that is left. Boxes
    are taken in blocks: what earlier blocks kept is compared with a whole
    block at once, and the work ends as soon as max_boxes are found.

    Returns what `tf.image.non_max_suppression` returns, box by box: like it,
    compares in float32, takes the first of equal scores first, and never
    drops a box for one without area.

    Source: Felzenszwalb et al. 2010, sec. 7.2.
    Differs: a box whose corners are out of order is an error.

    Args:
        boxes: (n, 4) x_min, y_min, x_max, y_max, in pixels or 0-1.
        scores: (n,), higher is better.
        iou_threshold: 0-1; boxes that overlap more than this are one thing.
        score_threshold: number; only boxes with more than this score count.
            None: all boxes.
        classes: (n,) ints or names, or None. If given, a box drops only
            boxes of its own class.
        max_boxes: int >= 0, how many to keep at most, all classes together;
            None: as many as are left.

    Returns:
        Array of ints, the kept boxes' rows, best first.

    Raises:
        ValueError: boxes that are no boxes, scores or classes of another
            length, NaN, or an option outside its range; the message names
            the argument and the row.
    """
    boxes = check_boxes("boxes", boxes, np.float32)
    scores = _check_scores(scores, boxes)
    iou_threshold = _check_number("iou_threshold", iou_threshold, 0, 1)
    if score_threshold is not None:
        score_threshold = _check_number(
            "score_threshold", score_threshold, -np.inf, np.inf
        )
    if max_boxes is None:
        max_boxes = len(boxes)
    max_boxes = whole_number("max_boxes", max_boxes, 0)

    order = _best_first(scores)
    if score_threshold is not None:
        order = order[scores[order] > score_threshold]
    columns = as_columns(boxes.take(order, axis=0))
    if classes is None:
        return order[_greedy(columns, iou_threshold, max_boxes)]

    classes = _check_per_box("classes", classes, boxes)[order]
    names, numbers = np.unique(classes, return_inverse=True)
    kept = [np.empty(0, int)]
    for number in range(len(names)):
        members = np.flatnonzero(numbers == number)
        places = _greedy(columns[:, members], iou_threshold, max_boxes)
        kept.append(members[places])
    # A place in the order is a rank: sorted, the classes merge best first.
    return order[np.sort(np.concatenate(kept))[:max_boxes]]


def suppress_each(pictures, *, iou_threshold=0.5, per_class=True, max_boxes):
    """Apply `nms` to picture after picture, as a detector's last step.

    Args:
        pictures: iterable of boxes (n, 4), scores (n,) and labels (n,).
        iou_threshold: 0-1; boxes that overlap more are one thing.
        per_class: bool; True: only if they are of one class.
        max_boxes: int >= 0, at most so many a picture.

    Returns:
        boxes, scores, labels: lists with an array for each picture, best
        first.
    """
    kept = [], [], []
    for boxes, scores, labels in pictures:
        rows = nms(
            boxes,
            scores,
            iou_threshold=iou_threshold,
            classes=labels if per_class else None,
            max_boxes=max_boxes,
        )
        for values, some in zip(kept, (boxes, scores, labels), strict=True):
            values.append(some[rows])
    return kept
