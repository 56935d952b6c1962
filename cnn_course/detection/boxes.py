"""Boxes: their formats, and how much two of them overlap.

A box is a row of four numbers. Unless a name says otherwise it is "xyxy",
(x_min, y_min, x_max, y_max), in pixels from the picture's upper left corner.
"""

import numpy as np

from cnn_course.geometry import whole_number

_CACHE_BYTES = 2**18  # what is worked on at a time: a share of a CPU's cache
_NO_RELATIVE_BOX = 16  # times the picture's side: such numbers are pixels
_LAYOUTS = ("xyxy", "yxyx", "xywh", "center_xywh")
FORMATS = _LAYOUTS + tuple(f"rel_{layout}" for layout in _LAYOUTS)


def _show(row):
    return "(" + ", ".join(f"{number:g}" for number in row) + ")"


def _as_rows(name, boxes, dtype):
    try:
        boxes = np.asarray(boxes)
        if boxes.dtype.kind != "f":
            boxes = boxes.astype(float)
        dtype = dtype or np.result_type(boxes, np.float32)
        if boxes.dtype != dtype:
            with np.errstate(over="ignore"):  # inf is refused below
                boxes = boxes.astype(dtype)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be numbers of shape (n, 4).") from None
    if boxes.shape == (0,):  # an empty list
        boxes = boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(
            f"{name} must have shape (n, 4); got {boxes.shape}. For one box: "
            "[box]."
        )
    finite = np.isfinite(boxes)
    if not finite.all():
        row = int(np.argmin(finite.all(axis=1)))
        raise ValueError(
            f"{name} must be finite; row {row} is {_show(boxes[row])}."
        )
    return boxes


def _check_order(name, corners, way_out):
    x_min, y_min, x_max, y_max = corners.T
    wrong = (x_min > x_max) | (y_min > y_max)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"{name} must have x_min <= x_max and y_min <= y_max; row {row} "
            f"is {_show(corners[row])}. {way_out}"
        )


def check_boxes(name, boxes, dtype=None):
    """Return boxes as an array of corners that are in order.

    Args:
        name: str, the argument's name for the message.
        boxes: (n, 4) x_min, y_min, x_max, y_max in any unit; [] has n = 0.
        dtype: float type; None: the boxes' own, float64 for integers.

    Returns:
        Array (n, 4) of floats.

    Raises:
        ValueError: another shape, NaN or infinity, or a corner out of order;
            the message names the row.
    """
    boxes = _as_rows(name, boxes, dtype)
    _check_order(name, boxes, "For other formats call convert_boxes first.")
    return boxes


def check_sizes(name, sizes, what):
    """Return the sizes of anchors as an array.

    Args:
        name: str, the argument's name for the message.
        sizes: (A, 2) numbers above 0.
        what: str, what a pair holds, for the message.

    Returns:
        float array (A, 2).

    Raises:
        ValueError: another shape, or a number that is not above 0.
    """
    pairs = np.asarray(sizes, float)
    if pairs.ndim != 2 or pairs.shape[1] != 2 or not (pairs > 0).all():
        raise ValueError(f"{name} must be pairs {what}; got {sizes!r}.")
    return pairs


def look_relative(boxes, *, at_least=3):
    """Tell whether all boxes lie within 0-1 and are not whole numbers.

    One thing can be smaller than a pixel and lie in the corner, once a large
    picture is shrunk; several alone in a set can't.

    Args:
        boxes: array (n, 4), any format.
        at_least: int; so many boxes it takes. 1 if they are a whole set.

    Returns:
        bool; False for fewer boxes.
    """
    if len(boxes) < max(at_least, 1) or boxes.max() > 1 or boxes.min() < 0:
        return False
    return bool((boxes % 1).any())


def check_pixels(boxes):
    """Raise ValueError if the boxes of all pictures together are relative.

    Args:
        boxes: list of arrays (k, 4), xyxy, those of a whole set.
    """
    arrays = [np.asarray(one) for one in boxes]
    if all(one.shape[1:] == (4,) and one.dtype.kind == "f" for one in arrays):
        whole = np.concatenate([*arrays, np.zeros((0, 4))])
        if look_relative(whole, at_least=1):
            first = next(i for i, one in enumerate(arrays) if len(one))
            raise ValueError(
                "boxes must be in pixels; those of all pictures lie within "
                f"0-1, the first of picture {first} is "
                f"{_show(arrays[first][0])}. Call convert_boxes(boxes, "
                '"rel_xyxy", "xyxy", height=..., width=...) first.'
            )


def _check_same_unit(boxes1, boxes2):
    both = {"boxes1": boxes1, "boxes2": boxes2}
    for small, large in (("boxes1", "boxes2"), ("boxes2", "boxes1")):
        if not look_relative(both[small]) or len(both[large]) == 0:
            continue
        if both[large].max() > _NO_RELATIVE_BOX:
            row = int(np.argmax(both[large].max(axis=1)))
            raise ValueError(
                f"boxes1 and boxes2 must be in the same unit; {small} lies "
                f"within 0-1, row 0 is {_show(both[small][0])}, and row {row} "
                f"of {large} is {_show(both[large][row])}. For pixels call "
                f'convert_boxes({small}, "rel_xyxy", "xyxy", height=..., '
                "width=...)."
            )


def as_columns(boxes):
    """Lay boxes out as five rows: x_min, y_min, x_max, y_max and area.

    Arithmetic on whole columns reads memory in one go.

    Args:
        boxes: float array (n, 4), xyxy.

    Returns:
        Array (5, n), the area in squares of the boxes' unit; in place of 0
        the smallest float, so that `overlaps` never divides 0 by 0.
    """
    columns = np.empty((5, len(boxes)), boxes.dtype)
    columns[:4] = boxes.T
    x_min, y_min, x_max, y_max, area = columns
    np.multiply(x_max - x_min, y_max - y_min, out=area)
    np.maximum(area, np.finfo(area.dtype).tiny, out=area)
    return columns


def overlaps(columns1, columns2, out=None):
    """Divide the shared area of each pair of boxes by their joint area.

    Args:
        columns1: array (5, n) from `as_columns`.
        columns2: array (5, m) from `as_columns`.
        out: array (n, m) to write to, or None.

    Returns:
        Array (n, m) of 0-1; 0 where a box has no area.
    """
    left1, top1, right1, bottom1, area1 = columns1[..., np.newaxis]
    left2, top2, right2, bottom2, area2 = columns2
    # In place: a new array for every step costs as much as the arithmetic.
    left = np.maximum(left1, left2)
    width = np.minimum(right1, right2, out=out)
    np.maximum(width, left, out=width)  # boxes side by side share no width
    width -= left
    top = np.maximum(top1, top2, out=left)
    height = np.minimum(bottom1, bottom2)
    np.maximum(height, top, out=height)
    height -= top
    shared = np.multiply(width, height, out=width)
    union = np.add(area1, area2, out=height)
    union -= shared
    return np.divide(shared, union, out=shared)


def iou(boxes1, boxes2):
    """Compare every box of one set with every box of another.

    Intersection over union: the area two boxes share, divided by the area
    they cover together. 1 for equal boxes, 0 for boxes that do not meet and
    for boxes without area. The unit does not matter, if it is the same.

    Source: Everingham et al. 2010, sec. 4.2.
    Differs: `keras.utils.bounding_boxes.compute_iou` adds 1e-7 to the union,
    which lowers its result for tiny boxes.

    Args:
        boxes1: (n, 4) x_min, y_min, x_max, y_max.
        boxes2: (m, 4), in the same unit.

    Returns:
        Array (n, m) of 0-1, float32 if both sets are, else float64.

    Raises:
        ValueError: a set is not (n, 4) finite numbers with corners in order,
            or one set is relative (0-1) and the other in pixels; the message
            names the row.
    """
    boxes1 = check_boxes("boxes1", boxes1)
    boxes2 = check_boxes("boxes2", boxes2)
    _check_same_unit(boxes1, boxes2)
    columns1, columns2 = as_columns(boxes1), as_columns(boxes2)
    dtype = np.result_type(boxes1, boxes2)
    table = np.empty((len(boxes1), len(boxes2)), dtype)
    # A few rows at a time, so that what is worked on stays in the cache.
    rows = 1 + _CACHE_BYTES // (dtype.itemsize * len(boxes2) + 1)
    for first in range(0, len(boxes1), rows):
        some = slice(first, first + rows)
        overlaps(columns1[:, some], columns2, out=table[some])
    return table


def _check_format(name, value):
    if value not in FORMATS:
        raise ValueError(f"{name} must be one of {FORMATS}; got {value!r}.")
    return value.removeprefix("rel_"), value.startswith("rel_")


def _to_corners(boxes, layout):
    if layout == "xyxy":
        return boxes
    if layout == "yxyx":
        return boxes[:, [1, 0, 3, 2]]
    start, size = boxes[:, :2], boxes[:, 2:]
    negative = (size < 0).any(axis=1)
    if negative.any():
        row = int(np.argmax(negative))
        raise ValueError(
            "boxes must have width >= 0 and height >= 0; row "
            f"{row} is {_show(boxes[row])}. Corners are "
            'source="xyxy".'
        )
    if layout == "center_xywh":
        start = start - size / 2
    return np.concatenate([start, start + size], axis=1)


def _from_corners(corners, layout):
    if layout == "xyxy":
        return corners.copy()
    if layout == "yxyx":
        return corners[:, [1, 0, 3, 2]]
    start, size = corners[:, :2], corners[:, 2:] - corners[:, :2]
    if layout == "center_xywh":
        start = start + size / 2
    return np.concatenate([start, size], axis=1)


def _check_unit(boxes, relative):
    """The unit decides only where it changes; a wrong one is silent there."""
    if not relative and look_relative(boxes):
        raise ValueError(
            "boxes must be in pixels for a source without rel_; all lie "
            f"within 0-1, row 0 is {_show(boxes[0])}. They are relative "
            "already: put rel_ before the source."
        )
    if relative and len(boxes) and boxes.max() > _NO_RELATIVE_BOX:
        row = int(np.argmax(boxes.max(axis=1)))
        raise ValueError(
            "boxes must be relative (0-1) for a source with rel_; row "
            f"{row} is {_show(boxes[row])}. They are in pixels already: "
            "leave rel_ out of the source."
        )


def convert_boxes(boxes, source, target, *, height=None, width=None):
    """Write boxes in another format.

    "xyxy"         x_min, y_min, x_max, y_max
    "yxyx"         y_min, x_min, y_max, x_max (TensorFlow's)
    "xywh"         x_min, y_min, width, height (COCO's)
    "center_xywh"  x and y of the centre, width, height (YOLO's)

    These are in pixels. With rel_ before them, as in "rel_xyxy", x is a share
    of the picture's width and y of its height.

    Source: the formats and names of keras.utils.bounding_boxes.convert_format.
    Differs: boxes in the wrong unit, or with corners out of order, are errors.

    Args:
        boxes: (n, 4), pixels or 0-1 as source says.
        source: str, the format they are in.
        target: str, the format to write.
        height: int >= 1, the picture's in pixels; needed where one format is
            relative and the other is not.
        width: int >= 1, likewise.

    Returns:
        Array (n, 4) of floats.

    Raises:
        ValueError: an unknown format, no size where one is needed, a wrong
            shape or unit, or a box that is none; the message names the row.
    """
    source_layout, source_relative = _check_format("source", source)
    target_layout, target_relative = _check_format("target", target)
    boxes = _as_rows("boxes", boxes, None)
    corners = _to_corners(boxes, source_layout)
    _check_order("boxes", corners, f"Is the source {source!r}?")
    if source_relative != target_relative:
        _check_unit(boxes, source_relative)
        sides = [
            whole_number("width", width, 1),
            whole_number("height", height, 1),
        ]
        sides = np.array(sides * 2, corners.dtype)
        corners = corners * sides if source_relative else corners / sides
    return _from_corners(corners, target_layout)
