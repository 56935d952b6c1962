"""What a figure shows, read from its Matplotlib objects."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

MARK = to_rgb("#d55e00")


def drawn():
    """The current figure, laid out: that is when matplotlib warns."""
    figure = plt.gcf()
    figure.draw_without_rendering()
    return figure


def panels(figure):
    """The axes that hold something, without colour bars."""
    return [axis for axis in figure.axes if axis.get_label() != "<colorbar>"]


def colour_bars(figure):
    return [axis for axis in figure.axes if axis.get_label() == "<colorbar>"]


def words(axis):
    return [text.get_text() for text in axis.texts]


def written(axis):
    """The numbers in an axis's squares, as an array; nan where none is."""
    (picture,) = axis.images
    numbers = np.full(picture.get_array().shape[:2], np.nan)
    for text in axis.texts:
        x, y = text.get_position()
        numbers[int(y), int(x)] = float(text.get_text())
    return numbers


def frames(axis, colour=MARK):
    """(row, column, height, width) in pixels of each frame of a colour."""
    return [
        (
            patch.get_y() + 0.5,
            patch.get_x() + 0.5,
            patch.get_height(),
            patch.get_width(),
        )
        for patch in axis.patches
        if isinstance(patch, Rectangle)
        and not patch.get_fill()
        and np.allclose(patch.get_edgecolor()[:3], colour)
    ]


def least_contrast(axis):
    """The smallest difference in grey between a number and its square."""
    (picture,) = axis.images
    shades = picture.to_rgba(picture.get_array())[..., :3].mean(axis=-1)
    return min(
        abs(np.mean(to_rgb(text.get_color())) - shades[int(y), int(x)])
        for text in axis.texts
        for x, y in [text.get_position()]
    )
