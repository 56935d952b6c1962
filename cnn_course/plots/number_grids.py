"""Small matrices as squares with numbers: equations, a window that slides."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from cnn_course.plots.pictures import frame
from cnn_course.plots.style import INK

_TINT = "#b5d5ee"  # pale blue, for zeros that are no part of the picture


def _number_grid(axis, values, *, window=None, fmt="{:g}"):
    """Draw a small matrix as a grid of grey squares with its numbers."""
    values = np.atleast_2d(values).astype(float)
    height, width = values.shape
    spread = np.nanmax(np.abs(values)) or 1
    axis.imshow(
        values,
        cmap="gray",
        vmin=-1.6 * spread,
        vmax=1.1 * spread,
        aspect="equal",
    )
    for (i, j), value in np.ndenumerate(values):
        if not np.isnan(value):
            dark = value < -0.25 * spread
            axis.text(
                j,
                i,
                fmt.format(value),
                ha="center",
                va="center",
                color="white" if dark else INK,
            )
    axis.set_xticks(np.arange(-0.5, width), [])
    axis.set_yticks(np.arange(-0.5, height), [])
    axis.grid(color=INK, linewidth=0.6)
    axis.tick_params(length=0)
    for spine in axis.spines.values():
        spine.set_visible(True)
    if window is not None:
        row, column, height, width = window
        frame(axis, row=row, column=column, height=height, width=width)


def equation(terms, titles=None, *, fmt="{:g}", cell=0.45):
    """Draw small matrices with signs between them, such as x * k = y.

    Args:
        terms: list of 2-D arrays and str, in reading order.
        titles: list of str, one for each array.
        fmt: format of a number.
        cell: inches along the side of one square.
    """
    widths = [
        0.9 if isinstance(term, str) else np.atleast_2d(term).shape[1]
        for term in terms
    ]
    tallest = max(
        np.atleast_2d(term).shape[0]
        for term in terms
        if not isinstance(term, str)
    )
    _, axes = plt.subplots(
        1,
        len(terms),
        figsize=(cell * (sum(widths) + 1.2), cell * tallest + 0.5),
        width_ratios=widths,
        squeeze=False,
    )
    titles = iter(titles or [])
    for axis, term in zip(axes[0], terms, strict=True):
        if isinstance(term, str):
            axis.axis("off")
            axis.text(0.5, 0.5, term, ha="center", va="center", fontsize=18)
        else:
            _number_grid(axis, term, fmt=fmt)
            axis.set_title(next(titles, ""))


def sliding_window(
    image,
    kernel,
    output,
    steps,
    *,
    padding=0,
    stride=1,
    dilation=1,
    columns=4,
    cell=0.32,
):
    """Draw a kernel at several positions, with the sum written out.

    Args:
        image: 2-D array, padded already if it is to be.
        kernel: 2-D array.
        output: 2-D array, the finished output; it fills up step by step.
        steps: list of (row, column) of the output to draw, in reading order.
        padding: int, or a (before, after) pair for each axis: how many of the
            image's rows and columns are padding, and are tinted.
        stride: int >= 1, pixels between neighbouring positions.
        dilation: int >= 1, pixels between neighbouring kernel weights.
        columns: int >= 1, steps in a row.
        cell: inches along the side of one square.
    """
    rows = -(-len(steps) // columns)
    (height, width), (height_out, width_out) = image.shape, output.shape
    spans = [dilation * (side - 1) + 1 for side in kernel.shape]
    figure = plt.figure(
        figsize=(
            cell * columns * (width + 2),
            cell * rows * (height + height_out + 4),
        )
    )
    panels = np.atleast_1d(figure.subfigures(rows, columns)).ravel()
    for (row, column), panel in zip(steps, panels, strict=False):
        above, below = panel.subplots(2, 1, height_ratios=[height, height_out])
        top, left = row * stride, column * stride
        _number_grid(above, image, window=(top, left, *spans))
        _tint_padding(above, image.shape, padding)
        if dilation > 1:
            _mark_weights(above, top, left, kernel.shape, dilation)
        seen = np.full(output.shape, np.nan)
        count = row * width_out + column + 1
        seen.flat[:count] = output.flat[:count]
        _number_grid(below, seen, window=(row, column, 1, 1))
        window = image[
            top : top + spans[0] : dilation, left : left + spans[1] : dilation
        ]
        below.set_xlabel(_sum_written_out(window, kernel), fontsize=9)
    for panel in panels[len(steps) :]:
        panel.set_visible(False)


def _tint_padding(axis, shape, padding):
    """Tint the squares of a grid that are padding."""
    sides = np.broadcast_to(padding, (2, 2))
    for place in np.ndindex(shape):
        if any(
            not before <= i < n - after
            for i, n, (before, after) in zip(place, shape, sides, strict=True)
        ):
            corner = (place[1] - 0.5, place[0] - 0.5)
            # Over the grey of the grid, under its lines, numbers and window.
            axis.add_patch(Rectangle(corner, 1, 1, facecolor=_TINT, zorder=0.5))


def _mark_weights(axis, top, left, shape, dilation):
    """Draw a small frame round each pixel that meets a dilated kernel."""
    for i, j in np.ndindex(shape):
        corner = (left + j * dilation - 0.36, top + i * dilation - 0.36)
        for colour, width in (("white", 5), (INK, 1.8)):  # seen on any grey
            axis.add_patch(
                Rectangle(
                    corner,
                    0.72,
                    0.72,
                    fill=False,
                    edgecolor=colour,
                    linewidth=width,
                )
            )


def _sum_written_out(window, kernel):
    """The products of one window, those with a zero weight left out."""
    products = [
        f"{value:g}·{weight:g}" if weight >= 0 else f"{value:g}·({weight:g})"
        for value, weight in zip(window.ravel(), kernel.ravel(), strict=True)
        if weight
    ]
    lines = [
        " + ".join(products[i : i + 3]) for i in range(0, len(products), 3)
    ]
    return " +\n".join(lines) + f" = {(window * kernel).sum():g}"
