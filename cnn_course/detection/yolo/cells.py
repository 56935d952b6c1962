"""From pixels to cells of a grid, and back: what both kinds of YOLO share.

Pictures' boxes are in pixels. In a grid's arrays every length is in cells.
"""

import numpy as np

from cnn_course.detection.boxes import check_boxes, look_relative
from cnn_course.geometry import whole_number

TINY = 1e-7


def two_numbers(name, value):
    try:
        sides = np.broadcast_to(value, 2).tolist()
    except ValueError:
        sides = [value]
    return [whole_number(name, side, 1) for side in sides]


def cell_size(image_size, rows, columns):
    """Width and height of a cell in pixels."""
    height, width = two_numbers("image_size", image_size)
    return np.array([width / columns, height / rows])


def check_things(boxes, labels, classes, image_size):
    """Return boxes and labels as arrays, or name the row that is wrong."""
    boxes, labels = check_boxes("boxes", boxes, float), np.asarray(labels)
    if len(labels) != len(boxes):
        raise ValueError(
            "boxes and labels must have one row for each object; got "
            f"{len(boxes)} and {len(labels)}."
        )
    if look_relative(boxes):
        raise ValueError(
            "boxes must be in pixels; all lie within 0-1, row 0 is "
            f"{tuple(boxes[0].tolist())}. Call convert_boxes(boxes, "
            '"rel_xyxy", "xyxy", height=..., width=...) first.'
        )
    height, width = two_numbers("image_size", image_size)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    outside = ((centres < 0) | (centres > [width, height])).any(axis=1)
    if outside.any():
        row = int(np.argmax(outside))
        raise ValueError(
            f"boxes must have their centres in the picture, {width}x{height} "
            f"pixels; row {row} is {tuple(boxes[row].tolist())}."
        )
    right = (labels >= 0) & (labels < classes) & (labels % 1 == 0)
    if not right.all():
        row = int(np.argmin(right))
        raise ValueError(
            f"labels must be whole numbers from 0 to {classes - 1} for "
            f"classes={classes}; row {row} is {labels[row]}."
        )
    return boxes, labels.astype(int)


def read_out(boxes, class_scores, score_threshold):
    """List each box once for every class that scores enough.

    Args:
        boxes: array (..., 4).
        class_scores: array (..., classes), of the same places.
        score_threshold: number; scores above it count.

    Returns:
        boxes (n, 4), scores (n,), labels (n,) ints.
    """
    *place, labels = np.nonzero(class_scores > score_threshold)
    return boxes[*place], class_scores[*place, labels], labels
