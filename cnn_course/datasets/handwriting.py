"""Handwritten digits as ink: drawn at any size, turned, put on a picture."""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnn_course.datasets.bundled import bundled_digits

LANDMARKS = ("top", "bottom", "left", "right", "centroid")
_ENLARGE = 4  # times; digits are kept smooth and large, and drawn smaller
_VISIBLE = 96  # of 255: opacity above which a pixel is ink
_CONTRAST = 55, 127  # grey levels between the ink and what lies under it
_TINT = 40  # grey levels by which the ink's colours differ from its grey


class Glyph(NamedTuple):
    """An enlarged digit: opacity, the box of its ink in there, and label."""

    opacity: Image.Image
    box: tuple
    label: int


class Digit(NamedTuple):
    """A digit as it is drawn.

    opacity: grey picture, 0 to 255, with room around the ink.
    offset: x and y of the ink's box in there.
    ink: bool array (height, width) of the box, True where it is inked.
    label: int.
    """

    opacity: Image.Image
    offset: tuple
    ink: np.ndarray
    label: int


@cache
def glyphs(split):
    """Enlarge the bundled digits smoothly.

    Args:
        split: "train" or "test".

    Returns:
        List of Glyph, the digits of `datasets.load("digits", split)`.
    """
    digits = bundled_digits(split)
    padded = np.pad(digits.images[..., 0], ((0, 0), (2, 2), (2, 2)))
    side = _ENLARGE * padded.shape[1]
    sharper = [min(max(3 * v // 2 - 48, 0), 255) for v in range(256)]
    is_ink = [255 * (v > _VISIBLE) for v in range(256)]
    made = []
    for image, label in zip(padded, digits.labels, strict=True):
        opacity = Image.fromarray(image).resize(
            (side, side), Image.Resampling.BICUBIC
        )
        opacity = opacity.point(sharper)
        made.append(Glyph(opacity, opacity.point(is_ink).getbbox(), int(label)))
    return made


def draw_digit(glyph, size, degrees):
    """Scale a glyph and turn it.

    Args:
        glyph: Glyph.
        size: number >= 1, pixels along the longer side of the ink's box
            before it is turned.
        degrees: number, counterclockwise.

    Returns:
        Digit.
    """
    left, top, right, bottom = glyph.box
    scale = max(right - left, bottom - top) / size
    cos = scale * math.cos(math.radians(degrees))
    sin = scale * math.sin(math.radians(degrees))
    side = math.ceil(1.3 * size) + 4  # room for the turn and the faint edge
    x = (left + right - side * (cos - sin)) / 2
    y = (top + bottom - side * (cos + sin)) / 2
    opacity = glyph.opacity.transform(
        (side, side),
        Image.Transform.AFFINE,
        (cos, -sin, x, sin, cos, y),
        Image.Resampling.BILINEAR,
    )
    ink = np.asarray(opacity) > _VISIBLE
    rows, columns = ink.any(axis=1).nonzero()[0], ink.any(axis=0).nonzero()[0]
    top, left = int(rows[0]), int(columns[0])
    ink = ink[top : rows[-1] + 1, left : columns[-1] + 1]
    return Digit(opacity, (left, top), ink, glyph.label)


def _ink_colour(rng, under):
    """A colour clearly darker or lighter than what lies under the ink."""
    grey = 0.299 * under[0] + 0.587 * under[1] + 0.114 * under[2]
    contrast = rng.uniform(*_CONTRAST)
    ink = grey + contrast if rng.random() < 0.5 else grey - contrast
    if not 0 <= ink <= 255:
        ink = 2 * grey - ink
    tint = [rng.uniform(-_TINT, _TINT) for _ in under]
    colour = (ink + t - sum(tint) / 3 for t in tint)
    return tuple(round(min(max(v, 0), 255)) for v in colour)


def paint(picture, digit, x, y, rng):
    """Blend a digit into a picture, in a colour that can be seen.

    Args:
        picture: PIL picture, colour; it is changed.
        digit: Digit.
        x: int, left edge of its ink in pixels.
        y: int, top edge.
        rng: random.Random, picks the colour.
    """
    height, width = digit.ink.shape
    box = x, y, x + width, y + height
    under = picture.resize((1, 1), Image.Resampling.BOX, box).getpixel((0, 0))
    corner = x - digit.offset[0], y - digit.offset[1]
    picture.paste(_ink_colour(rng, under), corner, digit.opacity)


def landmarks(ink):
    """Find five points of a digit.

    Args:
        ink: bool array (height, width), tight around the ink.

    Returns:
        Array (5, 2), x and y in pixels, in the order of LANDMARKS: the centres
        of the topmost, bottommost, leftmost and rightmost ink pixel (of several
        the middle one), and the mean of all ink pixels' centres.
    """

    def middle(line):
        inked = line.nonzero()[0]
        return inked[len(inked) // 2] + 0.5

    height, width = ink.shape
    rows, columns = ink.nonzero()
    return np.array(
        [
            (middle(ink[0]), 0.5),
            (middle(ink[-1]), height - 0.5),
            (0.5, middle(ink[:, 0])),
            (width - 0.5, middle(ink[:, -1])),
            (columns.mean() + 0.5, rows.mean() + 0.5),
        ]
    )
