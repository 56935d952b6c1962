"""YOLO with anchors: a cell names the class and the box whose centre it holds.

Redmon et al. 2015, https://arxiv.org/abs/1506.02640 (the grid); Redmon and
Farhadi 2016, https://arxiv.org/abs/1612.08242 (anchors).
"""

import numpy as np
from keras import ops

from cnn_course.detection.boxes import check_sizes
from cnn_course.detection.yolo.cells import (
    TINY,
    cell_size,
    check_things,
    read_out,
    two_numbers,
)


def check_anchors(anchors):
    return check_sizes("anchors", anchors, "(height, width) > 0 in cells")


def _alike(sizes1, sizes2):
    """IoU of boxes that share their centre, from (height, width)."""
    shared = np.minimum(sizes1, sizes2).prod(axis=-1)
    union = sizes1.prod(axis=-1) + sizes2.prod(axis=-1) - shared
    return shared / np.maximum(union, TINY)


def encode(boxes, labels, *, classes, image_size, grid, anchors=((1, 1),)):
    """Write one picture's boxes into the grid, as the network shall say it.

    The cell in which a box has its centre holds, for one of its anchors,

        p_c, b_x, b_y, b_h, b_w, c_1, ..., c_classes

    p_c is 1, b_x and b_y in [0, 1] are the centre, from the cell's upper left
    corner, b_h and b_w the size, all four **in cells**; the size may exceed
    1. The box's class is 1. All else is 0. A box takes the free anchor that
    is most like it in height and width; if its cell has none free, it is
    left out.

    Source: Redmon et al. 2015, sec. 2; 2016, sec. 2, for the anchors.
    Differs: v1 measures sizes in pictures, not cells.

    Args:
        boxes: (n, 4) x_min, y_min, x_max, y_max in pixels.
        labels: (n,) ints from 0 to classes - 1.
        classes: int >= 1.
        image_size: int, or (height, width), in pixels.
        grid: int, or (rows, columns), of cells.
        anchors: (A, 2) heights and widths in cells. One anchor, whatever its
            size: one box a cell.

    Returns:
        float32 array (rows, columns, A * (5 + classes)).

    Raises:
        ValueError: boxes that are none, relative (0-1) or outside, labels
            that are none, the message names the row; anchors that are none.
    """
    boxes, labels = check_things(boxes, labels, classes, image_size)
    rows, columns = two_numbers("grid", grid)
    anchors = check_anchors(anchors)
    cell = cell_size(image_size, rows, columns)
    values = np.zeros((rows, columns, len(anchors), 5 + classes), np.float32)
    for box, label in zip(boxes, labels, strict=True):
        x, y = (box[:2] + box[2:]) / 2 / cell
        w, h = (box[2:] - box[:2]) / cell
        # A centre on the picture's last edge belongs to the last cell.
        row, column = min(int(y), rows - 1), min(int(x), columns - 1)
        slots = values[row, column]
        free = slots[:, 0] == 0
        if free.any():
            likeness = _alike(np.array([h, w]), anchors)
            best = np.argmax(np.where(free, likeness, -1))
            slots[best, :5] = 1, x - column, y - row, h, w
            slots[best, 5 + label] = 1
    return values.reshape(rows, columns, -1)


def decode(values, *, classes, image_size, score_threshold=0.5):
    """Read the boxes out of a grid: the way back from `encode`.

    A box scores p_c times its class's number; one that scores enough in two
    classes is read twice.

    Args:
        values: array (rows, columns, A * (5 + classes)), from `encode` or
            from a network with `grid_head`.
        classes: int >= 1.
        image_size: int, or (height, width), in pixels.
        score_threshold: 0-1; boxes with more than this are read.

    Returns:
        boxes (n, 4) xyxy in pixels, scores (n,) 0-1, labels (n,) ints.

    Raises:
        ValueError: the channels are no multiple of 5 + classes.
    """
    values = np.asarray(values)
    rows, columns, channels = values.shape
    if channels % (5 + classes):
        raise ValueError(
            f"values must have a multiple of {5 + classes} channels for "
            f"classes={classes}; got {channels}."
        )
    values = values.reshape(rows, columns, -1, 5 + classes)
    p_c, b_x, b_y, b_h, b_w = np.moveaxis(values[..., :5], -1, 0)
    row, column, _ = np.indices(p_c.shape)
    centre = np.stack([column + b_x, row + b_y], axis=-1)
    half = np.stack([b_w, b_h], axis=-1) / 2
    boxes = np.concatenate([centre - half, centre + half], axis=-1)
    boxes *= np.tile(cell_size(image_size, rows, columns), 2)
    return read_out(boxes, p_c[..., None] * values[..., 5:], score_threshold)


def grid_terms(y_true, y_pred, *, classes):
    """Measure each thing that a grid with p_c can get wrong: squared errors.

    Where p_c is 0 there is no box: only p_c itself counts there. The square
    root makes one cell too wide worse for a small box than for a large one.

    Source: Redmon et al. 2015, sec. 2.2.
    Differs: p_c shall be 1, not the IoU; sizes are in cells.

    Args:
        y_true: tensor (batch, rows, columns, A * (5 + classes)) as from
            `encode`.
        y_pred: tensor of the same shape, from a network with `grid_head`.
        classes: int >= 1.

    Returns:
        Dict of scalars, sums over the cells for each object: "object",
        "no object", "centre", "size", "class".
    """
    anchors = y_true.shape[-1] // (5 + classes)
    y_true = ops.split(
        ops.reshape(y_true, (-1, anchors, 5 + classes)), [1, 3, 5], -1
    )
    y_pred = ops.split(
        ops.reshape(y_pred, (-1, anchors, 5 + classes)), [1, 3, 5], -1
    )
    p_c = y_true[0]
    objects = ops.maximum(ops.sum(p_c), 1.0)

    def squared(i, change=lambda values: values):
        return ops.square(change(y_true[i]) - change(y_pred[i]))

    def root(size):
        return ops.sqrt(ops.maximum(size, TINY))

    return {
        "object": ops.sum(p_c * squared(0)) / objects,
        "no object": ops.sum((1 - p_c) * squared(0)) / objects,
        "centre": ops.sum(p_c * squared(1)) / objects,
        "size": ops.sum(p_c * squared(2, root)) / objects,
        "class": ops.sum(p_c * squared(3)) / objects,
    }


def grid_loss(y_true, y_pred, *, classes):
    """Add up `grid_terms`, with the weights of the first YOLO.

    Most cells are empty, so that the empty ones together would outweigh the
    few that matter: they count half. Where an object is counts five times.

    Source: Redmon et al. 2015, eq. 3.

    Args:
        y_true: as for `grid_terms`.
        y_pred: likewise.
        classes: int >= 1.

    Returns:
        Scalar.
    """
    terms = grid_terms(y_true, y_pred, classes=classes)
    place = 5 * (terms["centre"] + terms["size"])
    return place + terms["object"] + 0.5 * terms["no object"] + terms["class"]
