"""Volumes with many channels: blocks of a network, sheets of one step."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Polygon, Rectangle

from cnn_course.plots.style import INK, MARK

_SHEET_SHIFT = 1.7  # squares from one channel of a volume to the next


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
        axis.add_patch(Polygon(corners, facecolor=colour, edgecolor=INK))


def volumes(shapes, labels, *, tallest=None):
    """Draw a network as blocks: height is the side, depth the channels.

    Args:
        shapes: list of (height, width, channels) or (units,).
        labels: list of str, one for each step between two shapes.
        tallest: int, the side that is drawn at full height, the same for
            figures to be compared; None: the largest of these shapes.
    """
    _, axis = plt.subplots(figsize=(1.75 * len(shapes), 3.4))
    if tallest is None:
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
                arrowprops={"arrowstyle": "->", "color": INK},
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
            ((x, y), (width, height), {"ec": INK, "lw": 1.2}),
            ((x + column, y + row), (side, side), {"ec": MARK, "lw": 3.0}),
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
        arrowprops={"arrowstyle": "->", "color": INK},
    )
    axis.text(far + gap / 2 + 0.8, middle - 0.3, label, ha="center")
    right = far + gap + y.shape[1] + _SHEET_SHIFT * (filters - 1) + 2.6
    top = -_SHEET_SHIFT * (max(channels, filters) - 1) - 0.3
    axis.set(xlim=(-0.3, right), ylim=(height + 1.4, top))
    axis.set_aspect("equal")
    axis.axis("off")
