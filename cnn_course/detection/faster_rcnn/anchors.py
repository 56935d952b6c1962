"""Anchors, boxes relative to them, and which box each is to find.

Ren et al. 2015, https://arxiv.org/abs/1506.01497, section 3.1.
"""

import numpy as np
from keras import ops

from cnn_course.detection.boxes import check_sizes
from cnn_course.geometry import whole_number

STRIDE = 8  # pixels from one place of the feature map to the next
SHAPES = ((7, 20), (11, 17), (13, 23), (17, 28), (21, 22))  # width, height
TINY = 1e-7
_LARGEST = 4.0  # of a size's delta: e**4 = 55 times as large


def make_anchors(rows, columns, *, stride=STRIDE, shapes=SHAPES):
    """Lay boxes of each shape round every place of a feature map.

    Source: Ren et al. 2015, sec. 3.1.1.
    Differs: they take three sizes in three ratios each.

    Args:
        rows: int >= 1, of the feature map.
        columns: int >= 1, likewise.
        stride: number > 0, pixels from one place to the next.
        shapes: (A, 2) widths and heights in pixels.

    Returns:
        float32 array (rows * columns * A, 4), xyxy in pixels: row by row,
        place by place, shape by shape.

    Raises:
        ValueError: rows or columns is no int >= 1, or a shape is no shape.
    """
    rows = whole_number("rows", rows, 1)
    columns = whole_number("columns", columns, 1)
    sizes = check_sizes("shapes", shapes, "(width, height) > 0 in pixels")
    y, x = np.mgrid[0.5:rows, 0.5:columns] * stride
    centres = np.stack([x, y], axis=-1)[:, :, None]
    corners = centres - sizes / 2, centres + sizes / 2
    return np.concatenate(corners, axis=-1).reshape(-1, 4).astype(np.float32)


def _centre_and_size(boxes):
    start, end = boxes[..., :2], boxes[..., 2:]
    return (start + end) / 2, end - start


def encode_deltas(boxes, anchors):
    """Say how to get from anchors to boxes: t_x, t_y, t_w, t_h.

    The way from centre to centre is measured in widths and heights of the
    anchor; sizes are compared by the logarithm of their ratio.

    Source: Ren et al. 2015, eq. 2.

    Args:
        boxes: tensor (..., n, 4), xyxy in pixels.
        anchors: tensor (..., n, 4), xyxy in pixels, with an area.

    Returns:
        Tensor (..., n, 4), without unit; all 0 where the two are equal.
    """
    centre, size = _centre_and_size(ops.convert_to_tensor(boxes))
    anchor_centre, anchor_size = _centre_and_size(
        ops.convert_to_tensor(anchors)
    )
    anchor_size = ops.maximum(anchor_size, TINY)
    moved = (centre - anchor_centre) / anchor_size
    grown = ops.log(ops.maximum(size, TINY) / anchor_size)
    return ops.concatenate([moved, grown], axis=-1)


def decode_deltas(deltas, anchors):
    """Move and stretch anchors: the way back from `encode_deltas`.

    Args:
        deltas: tensor (..., n, 4), t_x, t_y, t_w, t_h.
        anchors: tensor (..., n, 4), xyxy in pixels.

    Returns:
        Tensor (..., n, 4), xyxy in pixels, not cut at the picture's edges.
    """
    deltas = ops.convert_to_tensor(deltas)
    centre, size = _centre_and_size(ops.convert_to_tensor(anchors))
    grown = ops.clip(deltas[..., 2:], -_LARGEST, _LARGEST)
    half = size * ops.exp(grown) / 2
    centre = centre + deltas[..., :2] * size
    return ops.concatenate([centre - half, centre + half], axis=-1)


def pairwise_iou(boxes1, boxes2):
    """Compare every box of one set with every box of the other, batch-wise.

    Args:
        boxes1: tensor (..., n, 4), xyxy.
        boxes2: tensor (..., m, 4), xyxy in the same unit.

    Returns:
        Tensor (..., n, m), 0-1; 0 for boxes without area.
    """
    boxes1 = ops.convert_to_tensor(boxes1)[..., :, None, :]
    boxes2 = ops.convert_to_tensor(boxes2)[..., None, :, :]

    def area(start, end):
        sides = ops.maximum(end - start, 0.0)
        return sides[..., 0] * sides[..., 1]

    shared = area(
        ops.maximum(boxes1[..., :2], boxes2[..., :2]),
        ops.minimum(boxes1[..., 2:], boxes2[..., 2:]),
    )
    areas = [area(boxes[..., :2], boxes[..., 2:]) for boxes in (boxes1, boxes2)]
    return shared / (areas[0] + areas[1] - shared + TINY)


def match(boxes, truth, *, positive, negative, best_too=False):
    """Give each box the true box that it overlaps most, if enough.

    Source: Ren et al. 2015, sec. 3.1.2 (positive 0.7, negative 0.3 and
    best_too for anchors); Girshick 2015, sec. 2.3 (0.5 for regions).

    Args:
        boxes: tensor (..., n, 4), xyxy in pixels.
        truth: tensor (..., m, 4) likewise; rows of zeros are no boxes.
        positive: 0-1; an IoU of at least this is an object.
        negative: 0-1; an IoU of less is background.
        best_too: bool; True: the boxes that a true box overlaps most are an
            object as well, so that each true box has one.

    Returns:
        kind: tensor (..., n), 1 object, 0 background, -1 neither.
        which: int tensor (..., n), row of truth with the highest IoU.
    """
    table = pairwise_iou(boxes, truth)
    most = ops.max(table, axis=-1)
    kind = ops.where(most < negative, 0.0, -1.0)
    kind = ops.where(most >= positive, 1.0, kind)
    if best_too:
        best = ops.max(table, axis=-2, keepdims=True)
        is_best = (table >= best - TINY) & (best > TINY)
        kind = ops.where(ops.any(is_best, axis=-1), 1.0, kind)
    return kind, ops.argmax(table, axis=-1)
