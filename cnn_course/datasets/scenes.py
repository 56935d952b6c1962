"""Scenes to find things in: real handwritten digits on real photographs.

Every scene is made on demand from a seed, with all that a detector or a
segmenter may learn from: boxes, classes, a class for each pixel, landmarks.
Test scenes show other digits on other parts of the photographs.
"""

import random
from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnn_course.datasets.bundled import photo
from cnn_course.datasets.handwriting import draw_digit, glyphs, landmarks, paint
from cnn_course.datasets.placing import place_freely, place_in_row, random_int
from cnn_course.geometry import whole_number

BACKGROUNDS = (
    "astronaut", "brick", "camera", "cat", "china", "coffee", "coins",
    "flower", "gravel", "tissue",
)  # fmt: skip
CLASS_NAMES = tuple("0123456789")
_TURN = 15  # degrees to either side
_TRIES = 50  # arrangements tried before there is no room


class Scenes(NamedTuple):
    """Pictures of digits, and where each digit lies.

    images: uint8 array (n, size, size, 3), 0 to 255.
    boxes: list of n float32 arrays (k, 4), x_min, y_min, x_max, y_max in
        pixels, tight around the digit's ink.
    labels: list of n int arrays (k,), indices into class_names.
    masks: uint8 array (n, size, size), label + 1 where there is ink, else 0.
    instances: uint8 array (n, size, size), 1 for the ink of the scene's first
        digit, 2 for the second, ..., else 0.
    landmarks: list of n float32 arrays (k, 5, 2), x and y in pixels of the
        points named in `handwriting.LANDMARKS`.
    class_names: tuple of str.
    """

    images: np.ndarray
    boxes: list
    labels: list
    masks: np.ndarray
    instances: np.ndarray
    landmarks: list
    class_names: tuple


@cache
def _backgrounds(split, size):
    """Halves of the photographs, at full and at half size, if large enough."""
    halves = []
    for name in BACKGROUNDS:
        picture = Image.fromarray(photo(name)).convert("RGB")
        middle = picture.width // 2
        ends = (middle, picture.width) if split == "test" else (0, middle)
        half = picture.crop((ends[0], 0, ends[1], picture.height))
        halves += [half, half.reduce(2)]
    return [half for half in halves if min(half.size) >= size]


def _pick(rng, things):
    return things[random_int(rng, 0, len(things) - 1)]


def _crop_background(rng, split, size):
    picture = _pick(rng, _backgrounds(split, size))
    x = random_int(rng, 0, picture.width - size)
    y = random_int(rng, 0, picture.height - size)
    return picture.crop((x, y, x + size, y + size))


def _row_sizes(rng, low, high, size, count):
    """Limits between which the digits of a row differ little, and may fit."""
    largest = rng.uniform(low, max(low, min(high, 1.4 * size / count)))
    return max(low, 0.9 * largest), largest


def _arrange(rng, known, size, count, digit_size, single_row, max_overlap):
    """Draw digits, and boxes that hold them: a list of pairs."""
    sizes = digit_size
    for _ in range(_TRIES):
        if single_row:
            sizes = _row_sizes(rng, *digit_size, size, count)
        digits = [
            draw_digit(
                _pick(rng, known),
                rng.uniform(*sizes),
                rng.uniform(-_TURN, _TURN),
            )
            for _ in range(count)
        ]
        inks = [digit.ink for digit in digits]
        if single_row:
            boxes = place_in_row(rng, inks, size)
        else:
            boxes = place_freely(rng, inks, size, max_overlap)
        if boxes is not None:
            return list(zip(digits, boxes, strict=True))
    raise ValueError(
        f"digits must fit into a scene: {count} of {digit_size[0]} to "
        f"{digit_size[1]} pixels found no room in {size}x{size}. Ask for "
        "fewer or smaller ones, or for a larger size."
    )


def _check_range(name, values, least, most):
    ends = np.asarray(values)
    ok = ends.shape == (2,) and ends.dtype.kind in "iu"
    if not ok or not least <= ends[0] <= ends[1] <= most:
        raise ValueError(
            f"{name} must be (from, to), ints from {least} to {most}; got "
            f"{values!r}."
        )
    return ends.tolist()


def make_scenes(
    n,
    *,
    split="train",
    size=96,
    digits=(1, 5),
    digit_size=(16, 32),
    seed=0,
    single_row=False,
    max_overlap=0.1,
):
    """Draw handwritten digits on crops of photographs.

    A digit is enlarged from 8x8 pixels, turned by up to 15 degrees, and
    blended in by its ink, darker or lighter than what lies under it. Boxes
    may overlap a little, ink never does.

    Training scenes show the training digits on the left halves of the
    photographs, test scenes the test digits on the right halves. Scene i is
    the same for every n.

    Args:
        n: int >= 1, how many.
        split: "train" or "test".
        size: int 32 to 256, pixels along a side of a scene.
        digits: (from, to), how many digits a scene has, both included.
        digit_size: (from, to), pixels along the longer side of a digit's
            box before it is turned.
        seed: int >= 0; another seed gives other scenes.
        single_row: bool; True puts the digits side by side, from left to
            right, so that the labels are a number's digits in order.
        max_overlap: 0-1, the part of a box that another may cover.

    Returns:
        Scenes(images, boxes, labels, masks, instances, landmarks,
        class_names).

    Raises:
        ValueError: an argument is out of range, or the digits find no room.
    """
    n, seed = whole_number("n", n, 1), whole_number("seed", seed, 0)
    if whole_number("size", size, 32) > 256:
        raise ValueError(f"size must be an int from 32 to 256; got {size!r}.")
    counts = _check_range("digits", digits, 1, 99)
    digit_size = _check_range("digit_size", digit_size, 8, size)
    if not 0 <= max_overlap <= 1:
        raise ValueError(f"max_overlap must be 0 to 1; got {max_overlap!r}.")
    known = glyphs(split)
    images = np.empty((n, size, size, 3), np.uint8)
    instances, masks = np.zeros((2, n, size, size), np.uint8)
    boxes, labels, points = [], [], []
    for i in range(n):
        # As text, which is hashed: related ints can give equal streams.
        rng = random.Random(f"{split} {seed} {i}")
        picture = _crop_background(rng, split, size)
        count = random_int(rng, *counts)
        placed = _arrange(
            rng, known, size, count, digit_size, single_row, max_overlap
        )
        for number, (digit, (x, y, right, bottom)) in enumerate(placed, 1):
            paint(picture, digit, x, y, rng)
            instances[i, y:bottom, x:right][digit.ink] = number
            masks[i, y:bottom, x:right][digit.ink] = digit.label + 1
        images[i] = picture
        boxes.append(np.array([box for _, box in placed], np.float32))
        labels.append(np.array([digit.label for digit, _ in placed]))
        ends = [landmarks(digit.ink) + box[:2] for digit, box in placed]
        points.append(np.array(ends, np.float32))
    return Scenes(images, boxes, labels, masks, instances, points, CLASS_NAMES)
