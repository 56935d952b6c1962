"""Pictures side by side, with frames and boxes on them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnn_course.plots.style import MARK


def _is_colour(picture):
    return picture.ndim == 3 and picture.shape[-1] == 3


def prepare(picture):
    """Drop a single channel; bring colour into matplotlib's range."""
    picture = np.asarray(picture)
    if picture.ndim == 3 and picture.shape[-1] == 1:
        picture = picture[..., 0]
    if _is_colour(picture) and np.issubdtype(picture.dtype, np.floating):
        picture = np.clip(picture, 0, 1)
    return picture


def images(
    pictures,
    titles=None,
    *,
    columns=None,
    size=2.4,
    signed=False,
    suptitle=None,
    label="output of the filter",
    limits=None,
):
    """Draw pictures side by side without axes.

    Args:
        pictures: list of arrays (height, width), (height, width, 1) or
            (height, width, 3); colour is uint8 or float in 0 to 1.
        titles: list of str, one a picture.
        columns: int >= 1, pictures in a row; None: all in one row.
        size: inches along a picture's side.
        signed: bool, grey means zero, white positive and black negative, on
            one scale for all pictures, drawn as a bar.
        suptitle: str over all pictures.
        label: str beside the bar of a signed figure.
        limits: (value drawn black, value drawn white), to compare grey
            pictures that are not signed; None: each picture's smallest and
            largest value.
    """
    pictures = [prepare(picture) for picture in pictures]
    columns = columns or len(pictures)
    rows = -(-len(pictures) // columns)
    tallest = max(picture.shape[0] / picture.shape[1] for picture in pictures)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(size * columns, (size * tallest + 0.35) * rows),
        squeeze=False,
    )
    low, high = limits or (None, None)
    if signed:
        high = max(np.abs(picture).max() for picture in pictures)
        low = -high
    for axis in axes.flat:
        axis.axis("off")
    for i, (axis, picture) in enumerate(zip(axes.flat, pictures, strict=False)):
        drawn = axis.imshow(
            picture, interpolation="nearest", vmin=low, vmax=high
        )
        if titles is not None:
            axis.set_title(titles[i])
    if signed:
        figure.colorbar(drawn, ax=axes, shrink=0.7, label=label)
    if suptitle:
        figure.suptitle(suptitle)


def frame(axis, *, row, column, height, width, colour=MARK):
    """Frame a rectangle of pixels in a picture.

    Args:
        axis: matplotlib Axes that shows the picture.
        row: pixel row of the rectangle's top.
        column: pixel column of the rectangle's left side.
        height: rows framed.
        width: columns framed.
        colour: matplotlib colour of the frame.
    """
    axis.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            width,
            height,
            fill=False,
            edgecolor=colour,
            linewidth=3.5,
        )
    )


def _each(value, count):
    """A list with a value for each; given is one for all, or that list."""
    return value if isinstance(value, list) else [value] * count


def boxes(
    picture,
    boxes,
    labels=None,
    scores=None,
    *,
    title="",
    colours=MARK,
    lines="-",
    width=2,
    axis=None,
    size=3.2,
):
    """Draw boxes on a picture, each with its label and score.

    A box is drawn where its numbers say: pixel 0 goes from 0 to 1.

    Args:
        picture: array (height, width), (height, width, 1) or (height, width,
            3); None: draw on what the axis shows already.
        boxes: (n, 4) x_min, y_min, x_max, y_max in pixels.
        labels: n str or numbers, or None.
        scores: n numbers, written with two decimals, or None.
        title: str over the picture.
        colours: matplotlib colour, or a list with one for each box.
        lines: matplotlib line style such as "--" or (0, (2, 3)), or a list
            with one for each box.
        width: points, of the lines.
        axis: matplotlib Axes to draw in; None: a new figure.
        size: inches along the width of a new figure.
    """
    boxes = np.asarray(boxes, float).reshape(-1, 4)
    count = len(boxes)
    words = [[] for _ in range(count)]
    if labels is not None:
        words = [[f"{label}"] for label in labels]
    if scores is not None:
        for word, score in zip(words, scores, strict=True):
            word.append(f"{score:.2f}")
    if axis is None:
        tall = 1 if picture is None else picture.shape[0] / picture.shape[1]
        _, axis = plt.subplots(figsize=(size, size * tall + 0.35))
    if picture is not None:
        high, wide = picture.shape[:2]
        axis.imshow(
            prepare(picture),
            interpolation="nearest",
            extent=(0, wide, high, 0),
        )
        axis.axis("off")
    if title:
        axis.set_title(title)
    looks = zip(
        boxes, words, _each(colours, count), _each(lines, count), strict=True
    )
    for (left, top, right, bottom), word, colour, line in looks:
        place = (left, top), right - left, bottom - top
        # Black below, so that a line is seen on any ground.
        for edge, style, points in (
            ("black", "-", 1.8 * width),
            (colour, line, width),
        ):
            axis.add_patch(
                Rectangle(*place, fill=False, ec=edge, ls=style, lw=points)
            )
        if word:
            axis.text(
                left,
                top,
                " ".join(word),
                color="white",
                fontsize=9,
                va="bottom",
                bbox={"color": "black", "pad": 1},
            )
