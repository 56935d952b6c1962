"""YOLO without anchors: a cell says how far it is to the four sides.

Tian et al. 2019, https://arxiv.org/abs/1904.01355, and YOLOv8 (2023).
"""

import numpy as np
from keras import ops

from cnn_course.detection.yolo.cells import (
    TINY,
    cell_size,
    check_things,
    read_out,
    two_numbers,
)


def encode_free(boxes, labels, *, classes, image_size, grid, radius=1.0):
    """Write one picture's boxes into the grid, without anchors or p_c.

    A cell that answers for a box holds

        left, top, right, bottom, c_1, ..., c_classes

    the four distances from the **cell's centre** to the box's sides, in
    cells, and 1 for its class; all other cells hold 0. The cell with the
    box's centre answers for it, and so do the cells around whose centres lie
    in the box and, along x and y, within `radius` of the box's centre. Where
    boxes meet, the smaller one has the cell, but each keeps the cell of its
    centre from the others' neighbours.

    Source: Tian et al. 2019, sec. 3.1; YOLOv8's head.
    Differs: YOLOv8 lets the network's own answers choose the cells. A box that
    misses the centre of its own cell, being smaller than a cell, has a negative
    distance there, and `decode_free` needs it; `free_head`, never below 0, can
    say no box that small.

    Args:
        boxes: (n, 4) x_min, y_min, x_max, y_max in pixels.
        labels: (n,) ints from 0 to classes - 1.
        classes: int >= 1.
        image_size: int, or (height, width), in pixels.
        grid: int, or (rows, columns), of cells.
        radius: number >= 0, in cells; 0: the cell of the centre alone.

    Returns:
        float32 array (rows, columns, 4 + classes).

    Raises:
        ValueError: as for `encode`.
    """
    boxes, labels = check_things(boxes, labels, classes, image_size)
    rows, columns = two_numbers("grid", grid)
    boxes = boxes / np.tile(cell_size(image_size, rows, columns), 2)
    y, x = np.ogrid[0.5:rows, 0.5:columns]  # the cells' centres
    left, top, right, bottom = boxes.T[..., None, None]  # each (n, 1, 1)
    sides = np.broadcast_arrays(x - left, y - top, right - x, bottom - y)
    distances = np.stack(sides, axis=-1)  # (n, rows, columns, 4)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    answers = (abs(x - middle_x) < radius) & (abs(y - middle_y) < radius)
    answers &= (distances > 0).all(axis=-1)
    owner = np.full((rows, columns), -1)
    smallest_last = np.argsort(-(boxes[:, 2:] - boxes[:, :2]).prod(axis=1))
    for i in smallest_last:
        owner[answers[i]] = i
    for i in smallest_last:  # neighbours first, then each its own cell
        row = min(int(middle_y[i, 0, 0]), rows - 1)
        owner[row, min(int(middle_x[i, 0, 0]), columns - 1)] = i
    values = np.zeros((rows, columns, 4 + classes), np.float32)
    row, column = np.nonzero(owner >= 0)
    who = owner[row, column]
    values[row, column, :4] = distances[who, row, column]
    values[row, column, 4 + labels[who]] = 1
    return values


def decode_free(values, *, image_size, score_threshold=0.5):
    """Read the boxes out of a grid without anchors.

    Args:
        values: array (rows, columns, 4 + classes), from `encode_free` or from
            a network with `free_head`.
        image_size: int, or (height, width), in pixels.
        score_threshold: 0-1; boxes with more than this are read.

    Returns:
        boxes (n, 4) xyxy in pixels, scores (n,) 0-1, labels (n,) ints; a box
        for each cell that answers, so several for one object.
    """
    values = np.asarray(values)
    rows, columns, _ = values.shape
    y, x = np.mgrid[0.5:rows, 0.5:columns]
    left, top, right, bottom = np.moveaxis(values[..., :4], -1, 0)
    boxes = np.stack([x - left, y - top, x + right, y + bottom], axis=-1)
    boxes *= np.tile(cell_size(image_size, rows, columns), 2)
    return read_out(boxes, values[..., 4:], score_threshold)


def distance_iou(y_true, y_pred):
    """Compare two boxes a cell, each given by distances from the same point.

    Source: Rezatofighi et al. 2019, https://arxiv.org/abs/1902.09630.

    Args:
        y_true: tensor (..., 4 or more), left, top, right, bottom first.
        y_pred: likewise.

    Returns:
        iou, giou: tensors (...). GIoU is IoU less the part of the smallest
        box around both that neither covers: below 0 for boxes far apart, so
        that its gradient brings them together where IoU is flat.
    """
    true, pred = y_true[..., :4], y_pred[..., :4]
    near, far = ops.minimum(true, pred), ops.maximum(true, pred)

    def area(sides):
        sides = ops.maximum(sides[..., :2] + sides[..., 2:], 0.0)
        return sides[..., 0] * sides[..., 1]  # width times height

    shared, around = area(near), area(far)
    union = area(true) + area(pred) - shared
    iou = shared / (union + TINY)
    return iou, iou - (around - union) / (around + TINY)


def box_loss(y_true, y_pred):
    """Tell how badly the boxes fit: mean 1 - GIoU of the cells that answer.

    Args:
        y_true: tensor (batch, rows, columns, 4 + classes) as from
            `encode_free`.
        y_pred: tensor of the same shape, from a network with `free_head`.

    Returns:
        Scalar, 0 to 2.
    """
    answers = ops.sum(y_true[..., 4:], axis=-1)
    _, giou = distance_iou(y_true, y_pred)
    return ops.sum(answers * (1 - giou)) / ops.maximum(ops.sum(answers), 1.0)


def class_loss(y_true, y_pred):
    """Tell how wrong the scores are: cross-entropy, summed over all cells.

    A class shall score what its box is worth: the IoU of the cell's own
    answer, and 0 in all other cells and classes. So a high score says both
    "a 7" and "the box fits", and no p_c is needed.

    Source: Li et al. 2020, https://arxiv.org/abs/2006.04388, sec. 3.1.
    Differs: plain cross-entropy, without their focal weights.

    Args:
        y_true: as for `box_loss`.
        y_pred: likewise.

    Returns:
        Scalar, for each cell that answers.
    """
    iou, _ = distance_iou(y_true, y_pred)
    right = y_true[..., 4:] * ops.stop_gradient(iou)[..., None]
    wrong = ops.binary_crossentropy(right, y_pred[..., 4:])
    return ops.sum(wrong) / ops.maximum(ops.sum(y_true[..., 4:]), 1.0)


def free_loss(y_true, y_pred):
    """Add up the two terms: 2 * box_loss + class_loss.

    Args:
        y_true: as for `box_loss`.
        y_pred: likewise.

    Returns:
        Scalar.
    """
    return 2 * box_loss(y_true, y_pred) + class_loss(y_true, y_pred)
