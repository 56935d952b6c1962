"""The exercises of notebook 05, Pooling."""

import numpy as np

from cnn_course import scratch
from cnn_course.check.judge import FunctionExercise, ValueExercise
from cnn_course.check.samples import ramp


def _pool(x, strides, mode):
    return scratch.pool2d(x[None, ..., None], 2, strides=strides, mode=mode)[
        0, ..., 0
    ]


def _pool_half_windows_too(x):
    odd = [(0, side % 2) for side in x.shape]
    return _pool(np.pad(x, odd, constant_values=-np.inf), 2, "max")


def _pool_even_sides_only(error):
    def pool(x):
        if x.shape[0] % 2 or x.shape[1] % 2:
            raise error
        return _pool(x, 2, "max")

    return pool


def _pool_in_loops(*, columns_of, corner=lambda i: 2 * i):
    """A learner's loops, with as many columns as they say."""

    def pool(x):
        rows, columns = len(x) // 2, columns_of(x)
        out = np.zeros((rows, columns))
        for i, j in np.ndindex(rows, columns):
            top, left = corner(i), corner(j)
            out[i, j] = x[top : top + 2, left : left + 2].max()
        return out

    return pool


def _pool_reshaped(x):
    rows, columns = (side // 2 for side in x.shape)
    x = x[: 2 * rows, : 2 * columns]
    return x.reshape(rows, columns, 4).max(axis=2)


_TOP_LEFT = "that keeps the top-left pixel of each window, not the largest."
_ODD_SIDE = (
    "right for even sides. On an odd side the last pixel is alone: it fills "
    "no window of 2, so leave it out."
)
max_pool = FunctionExercise(
    "max_pool",
    right=lambda x: _pool(x, 2, "max"),
    cases=(
        (np.array([[2.0, 3, 1, 9], [4, 7, 3, 5], [8, 2, 2, 2], [1, 3, 4, 5]]),),
        ((ramp(6, 4) - 9) / 4,),
        (-1 - ramp(2, 2),),
        (ramp(5, 7),),
    ),
    mistakes=(
        (
            lambda x: _pool(x, 2, "average"),
            "that is average pooling; keep the largest of the four.",
        ),
        (
            lambda x: _pool(x, 2, "min"),
            "that is the smallest of the four; keep the largest.",
        ),
        (
            lambda x: _pool(x, 1, "max"),
            "the window must move by 2, not by 1.",
        ),
        (lambda x: x[::2, ::2], _TOP_LEFT),
        (
            lambda x: x[: x.shape[0] // 2 * 2 : 2, : x.shape[1] // 2 * 2 : 2],
            _TOP_LEFT,
        ),
        (lambda x: x.max(), "one maximum for each 2×2 window, not one in all."),
        (
            lambda x: np.maximum(_pool(x, 2, "max"), 0),
            "negative numbers count too: do not start from 0.",
        ),
        (lambda x: _pool(x, 2, "max").T, "rows and columns are swapped."),
        (
            lambda x: np.trunc(_pool(x, 2, "max")),
            "right, but for the fractions: your output array holds whole "
            "numbers. np.zeros(shape) holds fractions.",
        ),
        (
            lambda x: _pool(abs(x), 2, "max"),
            "the largest number, with its sign, not the largest absolute "
            "value.",
        ),
        (
            _pool_in_loops(
                columns_of=lambda x: x.shape[1] // 2, corner=lambda i: i
            ),
            "the shape is right, but the windows overlap: that of output "
            "(i, j) starts at row 2i, column 2j.",
        ),
        (
            _pool_in_loops(columns_of=lambda x: len(x) // 2),
            "the picture need not be square: the width has a number of "
            "windows of its own.",
        ),
        (
            _pool_reshaped,
            "reshape takes the numbers row by row, so those four are "
            "neighbours in a row, no 2×2 window. Give each side of the window "
            "an axis of its own: (rows, 2, columns, 2).",
        ),
        (_pool_half_windows_too, _ODD_SIDE),
        (_pool_even_sides_only(ValueError()), _ODD_SIDE),
        (_pool_even_sides_only(IndexError()), _ODD_SIDE),
    ),
    hint="which four numbers does the output at row i, column j come from?",
)
global_average_pool = FunctionExercise(
    "global_average_pool",
    right=lambda x: x.mean(axis=(0, 1)),
    cases=((ramp(2, 3, 4),), (ramp(5, 5, 2),), (ramp(1, 4, 3),)),
    mistakes=(
        (
            lambda x: x.mean(axis=(0, 1)).round(),
            "those are rounded: keep the fractions of the mean.",
        ),
        (
            lambda x: x.sum(axis=(0, 1)) // (x.shape[0] * x.shape[1]),
            "those are rounded down: / divides, // divides and rounds.",
        ),
        (
            lambda x: x.sum(axis=(0, 1)) / len(x),
            "you divide by the height; a channel has height · width pixels.",
        ),
        (
            lambda x: np.median(x, axis=(0, 1)),
            "that is the median; take the mean.",
        ),
        (
            lambda x: x.mean(),
            "each channel keeps its own mean: average over height and width "
            "only.",
        ),
        (
            lambda x: x.mean(axis=-1),
            "that averages over the channels; average over height and width.",
        ),
        (
            lambda x: x.mean(axis=(1, 2)),
            "those axes are right for a batch; this picture has no batch "
            "axis, so its height is axis 0.",
        ),
        (
            lambda x: x.mean(axis=0),
            "that averages over the height only; the width must go as well.",
        ),
        (
            lambda x: x.mean(axis=1),
            "that averages over the width only; the height must go as well.",
        ),
        (
            lambda x: x.mean(axis=(0, 1), keepdims=True),
            "the right numbers, but the two averaged axes are still there: "
            "leave keepdims out.",
        ),
        (
            lambda x: x.max(axis=(0, 1)),
            "that is global max pooling; take the mean.",
        ),
        (
            lambda x: x.sum(axis=(0, 1)),
            "that is the sum; divide by the number of pixels.",
        ),
    ),
    hint="one number is left of each channel. Which axes must go?",
)
pool_parameters = ValueExercise(
    "pool_parameters",
    right=0,
    mistakes=(
        (4, "a 2×2 window has four places. Is there a weight in any of them?"),
        (5, "where would the maximum of four numbers use weights or a bias?"),
        (
            256,
            "four places in each of 64 channels. Is there a weight in any of "
            "them?",
        ),
        (
            320,
            "that would be one 2×2 filter and one bias for each channel. Which "
            "filter and which bias does a maximum have?",
        ),
        (
            16_384,
            "so many numbers come out (and so many weights has a 2×2 "
            "convolution with 64 filters). Which of them does training change?",
        ),
        (
            16_448,
            "that is a 2×2 convolution with 64 filters and their biases. Is a "
            "maximum a sum of products?",
        ),
        (
            65_536,
            "so many numbers come in. Which of them does training change?",
        ),
        (64, "one for each channel? What would it be used for in a maximum?"),
        (
            2,
            "size and stride are two numbers, but who chooses them: you, or "
            "gradient descent?",
        ),
        (
            1,
            "the size is a number, but you chose it: gradient descent did not.",
        ),
    ),
    hint="what could gradient descent change in a maximum?",
)
