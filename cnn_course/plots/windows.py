"""What a window covers: along one side of a picture, and layer after layer."""

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from cnn_course.geometry import output_size, padding_amounts
from cnn_course.plots.pictures import prepare
from cnn_course.plots.style import INK, LINES, MARK

_FRAMES = (*LINES, (0, (7, 3)), (0, (7, 2, 1, 2, 1, 2)))


def receptive_fields(picture, fields, *, centre=None):
    """Frame the parts of a photograph that outputs of several layers see.

    Args:
        picture: array (height, width) or (height, width, 3).
        fields: dict from label to side in pixels.
        centre: (row, column) in pixels; None: the middle.
    """
    picture = prepare(picture)
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
                edgecolor=INK,
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
            color=INK if real else "#777777",
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
            axis.plot([window[0], window[-1]], [y, y], color=MARK, lw=3)
            axis.scatter(window, np.full(len(window), y), sizes, INK, zorder=3)
            y += 0.6
        y += 0.4
    figure.set_size_inches(cell * (left + right + 1), cell * (y + 0.6))
    axis.set(xlim=(-left - 0.6, right - 0.4), ylim=(y - 0.4, -0.6))
    axis.set_aspect("equal")
    axis.axis("off")
