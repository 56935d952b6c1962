"""Explorers of boxes: their overlap, and which of them are kept."""

from functools import partial

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from cnn_course import plots
from cnn_course.detection import iou, nms
from cnn_course.plots.explore.explorer import Explorer, fraction, slider


def draw_overlap(x, y, width, height):
    """Draw a fixed box, another one, and their intersection over union.

    Args:
        x: number, left edge of the other box, in pixels of 0 to 100.
        y: number, its upper edge.
        width: number > 0.
        height: number > 0.
    """
    fixed = np.array([30.0, 30, 70, 70])
    other = np.array([x, y, x + width, y + height], float)
    left, top = np.maximum(fixed[:2], other[:2])
    right, bottom = np.minimum(fixed[2:], other[2:])
    shared = max(right - left, 0) * max(bottom - top, 0)
    union = 1600 + width * height - shared
    value = iou(fixed[None], other[None])[0, 0]
    _, axis = plt.subplots(figsize=(4, 4.3))
    axis.set(xlim=(0, 120), ylim=(120, 0), xlabel="x (pixels)")
    axis.set(ylabel="y (pixels)", aspect="equal")
    if shared:
        corners = (left, top), right - left, bottom - top
        axis.add_patch(plt.Rectangle(*corners, color="0.8"))
    plots.boxes(None, [fixed, other], lines=["-", "--"], axis=axis)
    axis.set_title(f"IoU = {shared:g} / {union:g} = {value:.2f}")


def overlap():
    """Move and stretch a box, and watch its overlap with another.

    Returns:
        Explorer.
    """
    return Explorer(
        draw_overlap,
        x=slider(0, 80, 45, "left edge"),
        y=slider(0, 80, 40, "upper edge"),
        width=slider(5, 40, 40, "width"),
        height=slider(5, 40, 30, "height"),
    )


def draw_suppression(
    picture, boxes, scores, names, score_threshold, iou_threshold, per_class
):
    """Draw the boxes that non-max suppression keeps, the others faintly.

    Args:
        picture: array (height, width, 3).
        boxes: (n, 4) in pixels.
        scores: (n,).
        names: (n,) classes.
        score_threshold: 0-1.
        iou_threshold: 0-1.
        per_class: bool.
    """
    kept = nms(
        boxes,
        scores,
        iou_threshold=iou_threshold,
        score_threshold=score_threshold,
        classes=names if per_class else None,
    )
    dropped = np.setdiff1d(np.arange(len(boxes)), kept)
    _, axes = plt.subplots(1, 2, figsize=(9, 4.6))
    plots.boxes(
        picture, boxes[dropped], colours="0.7", lines=":", axis=axes[0],
        title=f"{len(dropped)} dropped",
    )  # fmt: skip
    plots.boxes(
        picture, boxes[kept], names[kept], scores[kept], axis=axes[1],
        title=f"{len(kept)} of {len(boxes)} kept",
    )  # fmt: skip


def suppression(picture, boxes, scores, names):
    """Change the thresholds of non-max suppression on a prediction.

    Args:
        picture: array (height, width, 3).
        boxes: (n, 4) in pixels.
        scores: (n,).
        names: (n,) classes.

    Returns:
        Explorer.
    """
    boxes, scores, names = map(np.asarray, (boxes, scores, names))

    return Explorer(
        partial(draw_suppression, picture, boxes, scores, names),
        score_threshold=fraction(0.3, "score above"),
        iou_threshold=fraction(0.5, "IoU at most"),
        per_class=ipywidgets.Checkbox(True, description="each class by itself"),
    )
