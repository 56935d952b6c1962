"""Every figure of the course, readable in grey.

The functions draw and return nothing, so that a cell may end with one; to add
to a figure, take it from `plt.gcf()`.
"""

import ast
import inspect
import textwrap
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle

from cnn_course.geometry import output_size, padding_amounts
from cnn_course.plots.diagrams import block_diagram

__all__ = [
    "bars",
    "block_diagram",
    "boxes",
    "confusion_matrix",
    "curves",
    "equation",
    "frame",
    "heatmap",
    "images",
    "receptive_fields",
    "set_style",
    "sliding_window",
    "source",
    "volume_convolution",
    "volumes",
    "windows_along_a_side",
]

_INK = "#1a1a1a"
_MARK = "#d55e00"  # orange that stays distinct in grey and to the colour-blind
_LINES = ("-", "--", "-.", ":")
_FRAMES = (*_LINES, (0, (7, 3)), (0, (7, 2, 1, 2, 1, 2)))
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_MARKERS = ("", "o", "s", "^")
_TINT = "#b5d5ee"  # pale blue, for zeros that are no part of the picture
_SHEET_SHIFT = 1.7  # squares from one channel of a volume to the next


def set_style():
    """Set the course's figure style for this session."""
    plt.rcParams.update(
        {
            "figure.dpi": 80,
            "savefig.bbox": "tight",
            "font.size": 11,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.constrained_layout.use": True,
            "image.cmap": "gray",
        }
    )


def _is_colour(picture):
    return picture.ndim == 3 and picture.shape[-1] == 3


def _prepare(picture):
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
    pictures = [_prepare(picture) for picture in pictures]
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


def frame(axis, *, row, column, height, width, colour=_MARK):
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
    colours=_MARK,
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
            _prepare(picture),
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
                color="white" if dark else _INK,
            )
    axis.set_xticks(np.arange(-0.5, width), [])
    axis.set_yticks(np.arange(-0.5, height), [])
    axis.grid(color=_INK, linewidth=0.6)
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
        for colour, width in (("white", 5), (_INK, 1.8)):  # seen on any grey
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


def heatmap(
    values, *, title, label, fmt=None, axis=None, cell=0.4, limits=None
):
    """Draw a matrix as shades of grey, with a bar that says what they mean.

    Args:
        values: 2-D array.
        title: str.
        label: str, what a shade counts, with its unit.
        fmt: format of the number written into each square; None: none.
        axis: matplotlib Axes to draw in; None: a new figure.
        cell: inches along the side of one square of a new figure.
        limits: (value drawn black, value drawn white), to compare figures;
            None: the smallest and the largest value.
    """
    values = np.asarray(values, float)
    low, high = limits or (values.min(), values.max())
    if axis is None:
        height, width = (max(2.4, cell * side) for side in values.shape)
        _, axis = plt.subplots(figsize=(width + 1.4, height + 0.6))
    drawn = axis.imshow(
        values, cmap="gray", interpolation="nearest", vmin=low, vmax=high
    )
    if fmt is not None:
        middle = (low + high) / 2
        for (i, j), value in np.ndenumerate(values):
            colour = _INK if value > middle else "white"
            axis.text(
                j, i, fmt.format(value), ha="center", va="center", color=colour
            )
    axis.set(title=title, xlabel="column", ylabel="row")
    axis.figure.colorbar(drawn, ax=axis, label=label, shrink=0.8)


def curves(lines, *, xlabel, ylabel, title, x=None, axis=None, log=False):
    """Draw lines that differ in dash as well as in colour.

    From the fifth line on the dashes come again, with markers and in other
    colours; 16 lines can be told apart.

    Args:
        lines: dict from label to 1-D array.
        xlabel: str with unit.
        ylabel: str with unit.
        title: str.
        x: 1-D array shared by all lines; None: 1, 2, 3, ...
        axis: matplotlib Axes to draw in; None: a new figure.
        log: bool, logarithmic y axis.
    """
    if axis is None:
        _, axis = plt.subplots(figsize=(6, 3.4))
    for number, (label, y) in enumerate(lines.items()):
        turn, place = divmod(number, len(_LINES))
        axis.plot(
            np.arange(1, len(y) + 1) if x is None else x,
            y,
            linestyle=_LINES[place],
            color=_COLOURS[(place + turn) % len(_COLOURS)],
            marker=_MARKERS[turn % len(_MARKERS)],
            markevery=len(y) // 10 + 1,  # at most ten markers a line
            linewidth=2,
            label=label,
        )
    axis.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if log:
        axis.set_yscale("log")
    if len(lines) > 1:
        axis.legend(frameon=False)
    axis.grid(alpha=0.3)


def bars(values, *, xlabel, title, log=False, fmt="{:,.0f}"):
    """Draw horizontal bars with their numbers.

    Args:
        values: dict from label to number, drawn from top to bottom.
        xlabel: str with unit.
        title: str.
        log: bool, logarithmic axis.
        fmt: format of the number behind each bar.
    """
    _, axis = plt.subplots(figsize=(6.5, 0.5 * len(values) + 1.1))
    drawn = axis.barh(list(values), list(values.values()), color="#777777")
    axis.bar_label(drawn, [fmt.format(v) for v in values.values()], padding=4)
    axis.invert_yaxis()
    axis.margins(x=0.2)
    if log:
        axis.set_xscale("log")
    axis.set(xlabel=xlabel, title=title)


def confusion_matrix(labels, predictions, class_names):
    """Draw how often each true class was taken for each class.

    Args:
        labels: int array (n,), the true classes.
        predictions: int array (n,), the predicted classes.
        class_names: list of str.
    """
    count = len(class_names)
    matrix = np.zeros((count, count), int)
    np.add.at(matrix, (labels, predictions), 1)
    _, axis = plt.subplots(figsize=(0.48 * count + 1, 0.48 * count + 0.8))
    axis.imshow(np.sqrt(matrix), cmap="gray_r")
    dark = 0.5 * np.sqrt(matrix.max())
    for (i, j), value in np.ndenumerate(matrix):
        if value:
            colour = "white" if np.sqrt(value) > dark else _INK
            axis.text(j, i, value, ha="center", va="center", color=colour)
    axis.set_xticks(range(count), class_names)
    axis.set_yticks(range(count), class_names)
    if max(map(len, class_names)) > 5:  # they would run into each other
        axis.tick_params("x", rotation=90)
    right = np.trace(matrix) / matrix.sum()
    axis.set(
        xlabel="predicted class",
        ylabel="true class",
        title=f"{right:.1%} of {matrix.sum()} test pictures on the diagonal",
    )


def receptive_fields(picture, fields, *, centre=None):
    """Frame the parts of a photograph that outputs of several layers see.

    Args:
        picture: array (height, width) or (height, width, 3).
        fields: dict from label to side in pixels.
        centre: (row, column) in pixels; None: the middle.
    """
    picture = _prepare(picture)
    row, column = centre or (picture.shape[0] / 2, picture.shape[1] / 2)
    _, axis = plt.subplots(
        figsize=(7, 5.5 * picture.shape[0] / picture.shape[1])
    )
    axis.imshow(picture)
    samples = []
    for side, dash in zip(fields.values(), cycle(_FRAMES), strict=False):
        corner, sample = (column - side / 2, row - side / 2), []
        # Black below, so that a line is seen on any ground.
        for colour, width, line in (("black", 4.5, "-"), ("white", 2.5, dash)):
            look = {"color": colour, "linewidth": width, "linestyle": line}
            axis.add_patch(Rectangle(corner, side, side, fill=False, **look))
            sample.append(Line2D([], [], **look))
        samples.append(tuple(sample))
    axis.set(xlabel="column (pixels)", ylabel="row (pixels)")
    # Beside the picture: frames may be too close to each other for words.
    axis.legend(
        samples,
        [f"{label}: {side}" for label, side in fields.items()],
        handlelength=4,
        frameon=False,
        loc="upper left",
        bbox_to_anchor=(1, 1),
    )


def _block(axis, left, bottom, width, height, slant):
    """Draw a box seen from the front right: a face, a top and a side."""
    right, top, rise = left + width, bottom + height, slant / 2
    faces = {
        "#dddddd": [(left, bottom), (right, bottom), (right, top), (left, top)],
        "#f2f2f2": [
            (left, top),
            (left + slant, top + rise),
            (right + slant, top + rise),
            (right, top),
        ],
        "#bbbbbb": [
            (right, bottom),
            (right + slant, bottom + rise),
            (right + slant, top + rise),
            (right, top),
        ],
    }
    for colour, corners in faces.items():
        axis.add_patch(Polygon(corners, facecolor=colour, edgecolor=_INK))


def volumes(shapes, labels):
    """Draw a network as blocks: height is the side, depth the channels.

    Args:
        shapes: list of (height, width, channels) or (units,).
        labels: list of str, one for each step between two shapes.
    """
    _, axis = plt.subplots(figsize=(1.75 * len(shapes), 3.4))
    tallest = max(shape[0] for shape in shapes if len(shape) == 3)
    deepest = (
        0.05 * max(shape[-1] for shape in shapes if len(shape) == 3) ** 0.6
    )
    for i, shape in enumerate(shapes):
        if len(shape) == 3:
            side = 0.25 + 1.75 * shape[0] / tallest
            # At most 1.3, so that the arrow to the next one has room.
            depth = 0.06 + 0.05 * shape[2] ** 0.6 / max(1, deepest / 1.24)
        else:
            # Not so tall that a long vector reaches the words.
            side, depth = min(0.3 + 0.15 * np.log2(shape[0]), 2.6), 0.08
        left, bottom, slant = 2 * i, 1.2 - side / 2, 0.22
        _block(axis, left, bottom, depth, side, slant)
        axis.text(
            left + depth / 2 + slant / 2,
            -0.25,
            " × ".join(map(str, shape)),
            ha="center",
            va="top",
        )
        if i < len(labels):
            axis.annotate(
                "",
                xy=(left + 1.9, 1.2),
                xytext=(left + depth + slant + 0.1, 1.2),
                arrowprops={"arrowstyle": "->", "color": _INK},
            )
            axis.text(
                left + depth / 2 + slant / 2 + 1,
                2.55,
                labels[i],
                ha="center",
                va="center",
                fontsize=9,
            )
    axis.set(xlim=(-0.5, 2 * len(shapes) - 0.6), ylim=(-0.7, 2.9))
    axis.set_aspect("equal")
    axis.axis("off")


def _pixel_row(axis, y, n, before, after, met):
    """Draw one side of a picture: pixels, padding, pixels never met."""
    for i in range(-before, n + after):
        real, seen = 0 <= i < n, i in met
        axis.add_patch(
            Rectangle(
                (i - 0.5, y - 0.5),
                1,
                1,
                facecolor="#dddddd" if real and seen else "white",
                edgecolor=_INK,
                linestyle="-" if real else ":",
                hatch="////" if real and not seen else None,
            )
        )
        axis.text(
            i,
            y,
            i if real else "0",
            ha="center",
            va="center",
            color=_INK if real else "#777777",
            bbox={"color": "white", "pad": 1} if real and not seen else None,
        )


def windows_along_a_side(cases, *, cell=0.4):
    """Draw where a kernel lies along one side of a picture.

    A square is a pixel with its index; a dotted one is padding, a hatched one
    is met by no weight. Each line below is one position of the kernel, each
    dot a weight. The big dot is the middle one, which an even kernel lacks.

    Args:
        cases: dict from title to a dict of the arguments of
            `geometry.output_size`, n and kernel_size among them.
        cell: inches along the side of one square.
    """
    figure, axis = plt.subplots()
    y, left, right = 0, 0, 0
    for title, case in cases.items():
        n, before, after = case["n"], *padding_amounts(**case)
        starts = case.get("stride", 1) * np.arange(output_size(**case)) - before
        weights = case.get("dilation", 1) * np.arange(case["kernel_size"])
        places = np.add.outer(starts, weights)
        left, right = max(left, before), max(right, n + after)
        axis.text(-0.5, y, title, va="center")
        _pixel_row(axis, y + 1, n, before, after, set(places.flat))
        y += 2
        for window in places:
            sizes = np.full(len(window), 20)
            if len(window) % 2:
                sizes[len(window) // 2] = 70
            axis.plot([window[0], window[-1]], [y, y], color=_MARK, lw=3)
            axis.scatter(window, np.full(len(window), y), sizes, _INK, zorder=3)
            y += 0.6
        y += 0.4
    figure.set_size_inches(cell * (left + right + 1), cell * (y + 0.6))
    axis.set(xlim=(-left - 0.6, right - 0.4), ylim=(y - 0.4, -0.6))
    axis.set_aspect("equal")
    axis.axis("off")


def _sheets(axis, volume, left, window, *, names):
    """Draw the channels of a volume as sheets, the first one in front."""
    height, width, channels = volume.shape
    row, column, side = window
    for channel in reversed(range(channels)):
        x, y = left + _SHEET_SHIFT * channel, -_SHEET_SHIFT * channel
        layer = 2 * (channels - channel)  # back to front
        axis.imshow(
            volume[..., channel],
            extent=(x, x + width, y + height, y),
            vmin=volume.min(),
            vmax=volume.max(),
            zorder=layer,
        )
        for place, size, line in (
            ((x, y), (width, height), {"ec": _INK, "lw": 1.2}),
            ((x + column, y + row), (side, side), {"ec": _MARK, "lw": 3.0}),
        ):
            axis.add_patch(
                Rectangle(place, *size, fill=False, zorder=layer + 1, **line)
            )
        axis.text(x + width + 0.15, y + height, names[channel], fontsize=9)
    axis.text(
        left + width / 2,
        height + 0.4,
        " × ".join(map(str, volume.shape)),
        ha="center",
        va="top",
    )


def volume_convolution(x, y, *, kernel_size, place=(0, 0), label="", names=()):
    """Draw a window through all channels, and the numbers it makes.

    Args:
        x: array (height, width, channels), the input.
        y: array (height', width', filters), its convolution at stride 1,
            without padding.
        kernel_size: int >= 1, side of the window in pixels.
        place: (row, column) of the output to frame.
        label: str over the arrow.
        names: list of str, one for each channel of x; empty: their numbers.
    """
    gap, (height, width, channels), (*_, filters) = 6.5, x.shape, y.shape
    far = width + _SHEET_SHIFT * (channels - 1)
    numbers = [f"channel {c}" for c in range(max(channels, filters))]
    _, axis = plt.subplots(figsize=(7.6, 3.6))
    _sheets(axis, x, 0, (*place, kernel_size), names=list(names) or numbers)
    _sheets(axis, y, far + gap, (*place, 1), names=numbers)
    middle = y.shape[0] / 2
    axis.annotate(
        "",
        xy=(far + gap - 0.4, middle),
        xytext=(far + 2, middle),
        arrowprops={"arrowstyle": "->", "color": _INK},
    )
    axis.text(far + gap / 2 + 0.8, middle - 0.3, label, ha="center")
    right = far + gap + y.shape[1] + _SHEET_SHIFT * (filters - 1) + 2.6
    top = -_SHEET_SHIFT * (max(channels, filters) - 1) - 0.3
    axis.set(xlim=(-0.3, right), ylim=(height + 1.4, top))
    axis.set_aspect("equal")
    axis.axis("off")


def source(function):
    """Show a function's own source in a notebook, without its docstring.

    Args:
        function: any Python function or class.
    """
    from IPython.display import Markdown, display

    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    first = ast.parse("\n".join(lines)).body[0].body[0]
    if isinstance(getattr(getattr(first, "value", 0), "value", 0), str):
        del lines[first.lineno - 1 : first.end_lineno]
    code = "\n".join(lines)
    display(Markdown(f"```python\n{code}\n```"))
