"""The exercises of notebook 15, augmentation."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _ramp(*shape):
    return np.arange(np.prod(shape)).reshape(shape)


mirror_picture = FunctionExercise(
    "mirror_picture",
    right=lambda picture: picture[:, ::-1],
    cases=((_ramp(2, 3),), (_ramp(3, 3),), (_ramp(2, 4, 3),)),
    mistakes=(
        (
            lambda picture: picture[::-1],
            "that is upside down; exchange left and right, so reverse the "
            "columns, not the rows.",
        ),
        (
            lambda picture: picture[::-1, ::-1],
            "that is half a turn: rows and columns are reversed. Reverse the "
            "columns only.",
        ),
        (
            lambda picture: np.swapaxes(picture, 0, 1),
            "that is the transpose, which mirrors along the diagonal.",
        ),
        (
            lambda picture: picture[..., ::-1],
            "right for a grey picture; of a colour picture that reverses the "
            "channels, for the last axis is not the width.",
        ),
        (
            lambda picture: np.rot90(picture),
            "that is a quarter of a turn; reverse the columns.",
        ),
        (lambda picture: picture, "that is the picture as it was."),
    ),
    hint="the first axis is the height, the second the width: reverse the "
    "second one, picture[:, …].",
)

_PLACES = 256 - 224 + 1
different_crops = ValueExercise(
    "different_crops",
    right=2 * _PLACES**2,
    mistakes=(
        (
            2048,
            "that is the paper's number, 2 · 32 · 32; but a window of 224 has "
            "256 − 224 + 1 places along a side.",
        ),
        (1024, "32 is 256 − 224; there is one place more, and mirror images."),
        (_PLACES**2, "each crop can be mirrored as well."),
        (
            2 * _PLACES,
            "a crop has a place along the height and one along the width.",
        ),
        (
            4 * _PLACES**2,
            "mirrored or not: that is a factor of 2.",
        ),
        (_PLACES, "those are the places along one side."),
    ),
    hint="count the places of the window along one side, square, and double "
    "for the mirror images.",
)


def _mirror_box(box, width):
    x_min, y_min, x_max, y_max = box
    return width - x_max, y_min, width - x_min, y_max


mirror_box = FunctionExercise(
    "mirror_box",
    right=_mirror_box,
    cases=(
        ((10, 20, 40, 60), 100),
        ((0, 0, 30, 50), 30),
        ((5, 1, 6, 9), 8),
        ((0.5, 2, 3.5, 4), 10),
    ),
    mistakes=(
        (
            lambda box, width: (width - box[0], box[1], width - box[2], box[3]),
            "then x_min is larger than x_max: what was the right edge is the "
            "left one now.",
        ),
        (
            lambda box, width: (
                width - 1 - box[2],
                box[1],
                width - 1 - box[0],
                box[3],
            ),
            "that is for indices of pixels; edges go from 0 to width.",
        ),
        (
            lambda box, width: (box[2], box[1], box[0], box[3]),
            "that exchanges the two edges where they are; each also moves to "
            "width minus its place.",
        ),
        (
            lambda box, width: (box[0], width - box[3], box[2], width - box[1]),
            "mirroring left and right changes x, not y.",
        ),
        (
            lambda box, width: tuple(box),
            "that is the box as it was; the picture has been mirrored.",
        ),
    ),
    hint="a point at x goes to width − x, y stays; and the smaller x comes "
    "first.",
)

brighten = FunctionExercise(
    "brighten",
    right=lambda picture, amount, low, high: np.clip(
        picture + amount * (high - low), low, high
    ),
    cases=(
        (np.array([[0.0, 100], [200, 255]]), 0.2, 0, 255),
        (np.array([[0.0, 0.3], [0.7, 1]]), 0.5, 0, 1),
        (np.array([[-1.0, 0.2], [0.5, 1]]), 0.3, -1, 1),
        (np.array([[0.0, 100], [200, 255]]), -0.4, 0, 255),
    ),
    mistakes=(
        (
            lambda picture, amount, low, high: picture + amount * (high - low),
            "numbers leave the range; keep them within it (np.clip).",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount, low, high
            ),
            "the amount is a part of the range: multiply it by high − low.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * high, low, high
            ),
            "the range is high − low; high alone is right only if low is 0.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture * (1 + amount), low, high
            ),
            "that multiplies, which changes the contrast; add the same to "
            "every number.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * 255, low, high
            ),
            "the range is not always 255 wide: use low and high.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * (high - low), 0, 255
            ),
            "clip to low and high; 0 and 255 are one range of several.",
        ),
    ),
    hint="add amount · (high − low) to every number, then clip to low and "
    "high.",
)
