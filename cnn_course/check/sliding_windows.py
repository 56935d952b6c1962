"""The exercises of notebook 18, sliding windows."""

import numpy as np

from cnn_course.check.judge import FunctionExercise


def _along(side, size, stride):
    return (side - size) // stride + 1


count_windows = FunctionExercise(
    "count_windows",
    right=lambda height, width, size, stride: (
        _along(height, size, stride) * _along(width, size, stride)
    ),
    cases=(
        (64, 64, 14, 2),
        (16, 16, 14, 2),
        (17, 23, 14, 2),
        (480, 640, 25, 4),
        (25, 25, 25, 4),
    ),
    mistakes=(
        (
            lambda height, width, size, stride: (
                _along(height, size, stride) ** 2
            ),
            "the picture need not be square: count rows and columns apart.",
        ),
        (
            lambda height, width, size, stride: (
                _along(height, size, stride) + _along(width, size, stride)
            ),
            "each row has all columns: multiply.",
        ),
        (
            lambda height, width, size, stride: (
                ((height - size) // stride) * ((width - size) // stride)
            ),
            "those are the steps; the window at the start counts too.",
        ),
        (
            lambda height, width, size, stride: (
                (height // stride) * (width // stride)
            ),
            "a window must lie within the picture: its size matters.",
        ),
        (
            lambda height, width, size, stride: (
                ((height - size) / stride + 1) * ((width - size) / stride + 1)
            ),
            "a part of a step is none: round down with //.",
        ),
        (
            lambda height, width, size, stride: (
                (height - size + 1) * (width - size + 1)
            ),
            "that is a stride of 1.",
        ),
    ),
    hint="(side − size) // stride + 1 along each side.",
)


def _steps(height, width, channels, units):
    """Weights of a dense layer that can be told apart."""
    count = height * width * channels * units
    return np.arange(count, dtype=float).reshape(-1, units)


dense_to_kernel = FunctionExercise(
    "dense_to_kernel",
    right=lambda weights, height, width: weights.reshape(
        height, width, -1, weights.shape[1]
    ),
    cases=(
        (_steps(2, 2, 1, 3), 2, 2),
        (_steps(2, 3, 2, 2), 2, 3),
        (_steps(1, 1, 4, 2), 1, 1),
        (_steps(3, 1, 2, 1), 3, 1),
    ),
    mistakes=(
        (
            lambda weights, height, width: weights.reshape(
                -1, height, width, weights.shape[1]
            ),
            "Flatten takes the channels of one pixel first, then the next "
            "pixel: the channels come after height and width.",
        ),
        (
            lambda weights, height, width: weights.reshape(
                width, height, -1, weights.shape[1]
            ),
            "Flatten goes row by row: height comes before width.",
        ),
        (
            lambda weights, height, width: weights.T.reshape(
                height, width, -1, weights.shape[1]
            ),
            "no transposing: the units are last in both.",
        ),
        (
            lambda weights, height, width: weights.T.reshape(
                weights.shape[1], height, width, -1
            ),
            "Keras wants a kernel as (height, width, channels, filters).",
        ),
        (
            lambda weights, height, width: weights.reshape(height, width, -1),
            "channels and units have one axis together; give each its own.",
        ),
    ),
    hint="reshape to (height, width, channels, units); the units are the "
    "weights' last axis.",
)


def _box(row, column, size, stride, scale):
    x, y = stride * column, stride * row
    return tuple(value / scale for value in (x, y, x + size, y + size))


window_in_photo = FunctionExercise(
    "window_in_photo",
    right=_box,
    cases=(
        (0, 3, 25, 4, 0.5),
        (2, 0, 25, 4, 0.5),
        (5, 7, 14, 2, 1.0),
        (1, 1, 25, 4, 0.25),
    ),
    mistakes=(
        (
            lambda row, column, size, stride, scale: _box(
                column, row, size, stride, scale
            ),
            "the column says how far to the right it is: it gives x.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, stride, 1
            ),
            "that is the box in the small copy; divide by the scale.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, stride, 1 / scale
            ),
            "the photograph is larger than its copy: divide by the scale.",
        ),
        (
            lambda row, column, size, stride, scale: (
                *_box(row, column, size, stride, scale)[:2],
                stride * column / scale + size,
                stride * row / scale + size,
            ),
            "the window itself covers more of the photograph, too.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, 1, scale
            ),
            "windows lie stride pixels apart.",
        ),
        (
            lambda row, column, size, stride, scale: _box(
                row, column, size, size, scale
            ),
            "windows lie stride pixels apart, not their own size.",
        ),
        (
            lambda row, column, size, stride, scale: (
                *_box(row, column, size, stride, scale)[:2],
                size / scale,
                size / scale,
            ),
            "x_max and y_max are asked for, not width and height.",
        ),
    ),
    hint="in the copy x_min is stride · column and y_min is stride · row; "
    "x_max and y_max are size more; all four are divided by the scale.",
)


def _hard(logits, has_face, most):
    wrong = np.flatnonzero((logits > 0) & ~has_face)
    return wrong[np.argsort(-logits[wrong], kind="stable")][:most]


_LOGITS = np.array([-3.0, 2.5, 0.5, 4.0, -0.1, 1.5, 3.0, 0.2])
_FACES = np.array([0, 0, 0, 1, 1, 0, 0, 1], bool)

hard_negatives = FunctionExercise(
    "hard_negatives",
    right=_hard,
    cases=(
        (_LOGITS, _FACES, 2),
        (_LOGITS, _FACES, 20),
        (-_LOGITS, _FACES, 3),
        (np.array([-1.0, -2.0]), np.array([False, False]), 3),
    ),
    mistakes=(
        (
            lambda logits, has_face, most: np.argsort(
                -np.where(has_face, -np.inf, logits), kind="stable"
            )[: min(most, int((~has_face).sum()))],
            "a negative logit says 'no face', and is right: those are easy.",
        ),
        (
            lambda logits, has_face, most: _hard(
                logits, np.zeros_like(has_face), most
            ),
            "a window with a face that fires is no mistake.",
        ),
        (
            lambda logits, has_face, most: np.flatnonzero(
                (logits > 0) & ~has_face
            )[:most],
            "put the hardest first: the highest logit.",
        ),
        (
            lambda logits, has_face, most: _hard(logits, has_face, len(logits))[
                ::-1
            ][:most],
            "the highest logit is the hardest.",
        ),
        (
            lambda logits, has_face, most: _hard(logits, ~has_face, most),
            "those are the windows with a face.",
        ),
        (
            lambda logits, has_face, most: logits[
                _hard(logits, has_face, most)
            ],
            "those are the logits; the places are asked for.",
        ),
        (
            lambda logits, has_face, most: _hard(logits, has_face, len(logits)),
            "at most that many are asked for.",
        ),
    ),
    hint="the places where logits > 0 and has_face is False, sorted by "
    "falling logit, and of these the first ones.",
)
