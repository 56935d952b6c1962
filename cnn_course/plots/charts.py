"""Charts of measurements: curves, bars, heatmaps, confusion matrices."""

import matplotlib.pyplot as plt
import numpy as np

from cnn_course.plots.style import INK, LINES

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_MARKERS = ("", "o", "s", "^")


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
            colour = INK if value > middle else "white"
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
        turn, place = divmod(number, len(LINES))
        axis.plot(
            np.arange(1, len(y) + 1) if x is None else x,
            y,
            linestyle=LINES[place],
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
            colour = "white" if np.sqrt(value) > dark else INK
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
