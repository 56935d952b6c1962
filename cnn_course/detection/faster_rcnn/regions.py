"""The regions worth a second look, and their part of the feature map.

Proposals: Ren et al. 2015, section 3.3; RoI align: He et al. 2017 (Mask
R-CNN), https://arxiv.org/abs/1703.06870, section 3.
"""

from keras import ops

from cnn_course.detection.faster_rcnn.anchors import pairwise_iou
from cnn_course.geometry import whole_number


def rows_of(values, which):
    """Pick rows: (batch, m, k) by (batch, n) -> (batch, n, k)."""
    return ops.take_along_axis(values, which[..., None], axis=1)


def propose(boxes, scores, *, count, iou_threshold=0.7):
    """Keep the best boxes of each picture by non-max suppression.

    One box a step, in all pictures of the batch at the same time, so that
    every picture has as many.

    Source: Ren et al. 2015, sec. 3.3.

    Args:
        boxes: tensor (batch, n, 4), xyxy.
        scores: tensor (batch, n), 0-1.
        count: int >= 1, boxes to keep.
        iou_threshold: 0-1; boxes that overlap a kept one more are dropped.

    Returns:
        boxes (batch, count, 4) and scores (batch, count), best first; where
        too few are left, zeros.
    """
    places = ops.arange(count)

    def step(i, state):
        left, kept, kept_scores = state
        best = ops.argmax(left, axis=1)[:, None]
        score = ops.take_along_axis(left, best, axis=1)
        box = rows_of(boxes, best) * ops.cast(score[..., None] > 0, boxes.dtype)
        near = pairwise_iou(boxes, box)[..., 0] > iou_threshold
        is_best = ops.arange(ops.shape(left)[1]) == best
        left = ops.where(near | is_best, 0.0, left)
        here = ops.cast(places == i, boxes.dtype)
        kept = kept + here[:, None] * box
        return left, kept, kept_scores + here * score

    batch = ops.shape(boxes)[0]
    empty = ops.zeros((batch, count, 4)), ops.zeros((batch, count))
    _, kept, kept_scores = ops.fori_loop(0, count, step, (scores, *empty))
    return kept, kept_scores


def hats(start, end, size, cells, samples):
    """How much of each row (or column) of cells each bin takes.

    Bilinear interpolation takes max(0, 1 - distance) of a cell, a hat over
    its centre.
    """
    steps = (ops.arange(size * samples, dtype="float32") + 0.5) / samples
    bin_size = ops.maximum(end - start, 0.0)[..., None] / size
    places = start[..., None] + steps * bin_size  # (batch, n, size * samples)
    places = ops.clip(places - 0.5, 0.0, cells - 1.0)  # the centres' numbers
    centres = ops.arange(cells, dtype="float32")
    hats = ops.maximum(0.0, 1 - ops.abs(places[..., None] - centres))
    shape = (-1, ops.shape(hats)[1], size, samples, cells)
    return ops.mean(ops.reshape(hats, shape), axis=3)


def roi_align(features, boxes, size, *, samples=2):
    """Cut boxes out of a feature map, all to one size, without rounding.

    A box is cut into size x size bins. Each bin has samples x samples points,
    whose values are interpolated bilinearly between the four nearest cells,
    and takes their mean. Cell 0 goes from 0 to 1, its centre is at 0.5.

    Source: He et al. 2017, sec. 3, "RoIAlign".
    Differs: points outside take the value at the nearest edge.

    Args:
        features: tensor (batch, rows, columns, channels).
        boxes: tensor (batch, n, 4), xyxy in **cells**.
        size: int >= 1, bins along each side.
        samples: int >= 1, points along each side of a bin.

    Returns:
        Tensor (batch, n, size, size, channels).

    Raises:
        ValueError: size or samples is no int >= 1, or a shape doesn't fit.
    """
    size = whole_number("size", size, 1)
    samples = whole_number("samples", samples, 1)
    features = ops.convert_to_tensor(features)
    boxes = ops.convert_to_tensor(boxes)
    if len(features.shape) != 4 or len(boxes.shape) != 3:
        raise ValueError(
            "features must be (batch, rows, columns, channels) and boxes "
            f"(batch, n, 4); got {tuple(features.shape)} and "
            f"{tuple(boxes.shape)}."
        )
    rows, columns = features.shape[1:3]
    down = hats(boxes[..., 1], boxes[..., 3], size, rows, samples)
    along = hats(boxes[..., 0], boxes[..., 2], size, columns, samples)
    # A point's share of a cell is its row's share times its column's.
    strips = ops.einsum("bnsr,brcf->bnscf", down, features)
    # einsum would move the channels to the front and back, at twice the cost.
    return ops.matmul(along[:, :, None], strips)
