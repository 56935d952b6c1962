"""The exercises of notebook 10, MobileNet."""

import math

import numpy as np

from cnn_course.check.judge import FunctionExercise
from cnn_course.scratch import conv2d


def _ramp(*shape):
    """A small array whose numbers are all different."""
    return np.arange(math.prod(shape), dtype=float).reshape(shape) ** 2 % 17


separable_share = FunctionExercise(
    "separable_share",
    right=lambda f, filters: 1 / filters + 1 / f**2,
    cases=((3, 5), (3, 64), (5, 5), (1, 4)),
    mistakes=(
        (
            lambda f, filters: 1 - 1 / filters - 1 / f**2,
            "that is the share that is saved; the question is the share that "
            "is left.",
        ),
        (
            lambda f, filters: 1 / f**2,
            "that is the pointwise convolution alone; the depthwise one costs "
            "something, too.",
        ),
        (
            lambda f, filters: 1 / filters,
            "that is the depthwise convolution alone; the pointwise one costs "
            "something, too.",
        ),
        (
            lambda f, filters: 1 / filters + 1 / f,
            "a filter has f · f pixels, not f.",
        ),
        (
            lambda f, filters: 1 / (filters * f**2),
            "the two convolutions come one after the other: their costs add "
            "up, they are not multiplied.",
        ),
        (
            lambda f, filters: 1 / (1 / filters + 1 / f**2),
            "upside down: divide the separable cost by the full one.",
        ),
        (
            lambda f, filters: 100 * (1 / filters + 1 / f**2),
            "give the share as a fraction, not in per cent.",
        ),
        (
            lambda f, filters: round(1 / filters + 1 / f**2, 2),
            "do not round: return the share as it comes out.",
        ),
    ),
    hint="for C input channels, divide f·f·C + C·filters by f·f·C·filters.",
)


def _depthwise(x, kernel):
    planes = [
        conv2d(x[None, ..., [c]], kernel[:, :, [c], None])[0]
        for c in range(x.shape[-1])
    ]
    return np.concatenate(planes, axis=-1)


def _depthwise_square(x, kernel):
    if x.shape[0] > x.shape[1]:
        raise ValueError("the last windows stick out on the right")
    return _depthwise(x, kernel)[:, : len(x) - len(kernel) + 1]


depthwise_convolve = FunctionExercise(
    "depthwise_convolve",
    right=_depthwise,
    cases=(
        (_ramp(5, 4, 3), _ramp(3, 3, 3)),
        (_ramp(4, 4, 1), _ramp(3, 3, 1)),
        (_ramp(3, 5, 2), _ramp(2, 2, 2)),
    ),
    mistakes=(
        (
            lambda x, kernel: _depthwise(x, kernel).sum(axis=-1),
            "you sum over the channels, as a full convolution does. Sum over "
            "rows and columns only: .sum(axis=(0, 1)).",
        ),
        (
            lambda x, kernel: _depthwise(x, kernel).sum(axis=-1, keepdims=True),
            "you sum over the channels, as a full convolution does. Sum over "
            "rows and columns only: .sum(axis=(0, 1)).",
        ),
        (
            lambda x, kernel: np.repeat(
                _depthwise(x, kernel).sum(axis=-1, keepdims=True),
                kernel.shape[-1],
                axis=-1,
            ),
            "you sum over the channels, as a full convolution does. Sum over "
            "rows and columns only: .sum(axis=(0, 1)).",
        ),
        (
            _depthwise_square,
            "the picture need not be a square: it has x.shape[0] rows and "
            "x.shape[1] columns.",
        ),
        (
            lambda x, kernel: _depthwise(
                x, np.broadcast_to(kernel[..., :1], kernel.shape)
            ),
            "every channel has a filter of its own; yours all use the first.",
        ),
        (
            lambda x, kernel: _depthwise(x, kernel[::-1, ::-1]),
            "your kernel is flipped; deep learning lays it on as it is.",
        ),
        (
            lambda x, kernel: _depthwise(x, kernel) / kernel[..., 0].size,
            "that is the mean of the products; take their sum.",
        ),
        (
            lambda x, kernel: _depthwise(x, kernel)[:-1, :-1],
            "the last row and column are missing: a kernel fits at n − f + 1 "
            "positions.",
        ),
    ),
    hint="each output pixel is (window * kernel).sum(axis=(0, 1)): one number "
    "for each channel.",
)


bottleneck_weights = FunctionExercise(
    "bottleneck_weights",
    right=lambda c_in, expansion, c_out: c_in * expansion * (c_in + 9 + c_out),
    cases=((32, 6, 32), (16, 6, 24), (24, 3, 40), (8, 2, 8)),
    mistakes=(
        (
            lambda c_in, expansion, c_out: (
                c_in * expansion * (c_in + 9 * c_in * expansion + c_out)
            ),
            "that is a full 3×3 convolution between the two; a depthwise one "
            "has nine weights a channel.",
        ),
        (
            lambda c_in, expansion, c_out: c_in * expansion * (c_in + 9),
            "the projection is missing: 1×1, from the wide map to c_out.",
        ),
        (
            lambda c_in, expansion, c_out: c_in * expansion * (9 + c_out),
            "the expansion is missing: 1×1, from c_in to the wide map.",
        ),
        (
            lambda c_in, expansion, c_out: c_in * expansion * (c_in + c_out),
            "the depthwise convolution is missing: nine weights a channel.",
        ),
        (
            lambda c_in, expansion, c_out: (
                c_in * expansion * c_in + 9 * c_in + c_in * expansion * c_out
            ),
            "the depthwise convolution works on the wide map: c_in · expansion "
            "channels.",
        ),
        (
            lambda c_in, expansion, c_out: (
                c_out * expansion * (c_in + 9 + c_out)
            ),
            "the expansion multiplies the channels that come in.",
        ),
        (
            lambda c_in, expansion, c_out: (
                c_in * expansion * (c_in + 9 + c_out)
                + 2 * c_in * expansion
                + c_out
            ),
            "no biases: batch normalisation follows each convolution.",
        ),
        (
            lambda c_in, expansion, c_out: (
                c_in * expansion * (c_in + 9 + c_out)
                + 8 * c_in * expansion
                + 4 * c_out
            ),
            "that counts batch normalisation too; the question is the three "
            "convolutions.",
        ),
        (
            lambda c_in, expansion, c_out: expansion * (c_in + 9 + c_out),
            "the wide map has c_in · expansion channels, not expansion.",
        ),
    ),
    hint="with E = c_in · expansion: c_in·E for the expansion, 9·E for the "
    "depthwise convolution, E·c_out for the projection.",
)


def _hard_sigmoid(x):
    return np.clip(x + 3, 0, 6) / 6


def _one_number_only(x):
    raise ValueError("the truth value of an array is ambiguous")


hard_swish = FunctionExercise(
    "hard_swish",
    right=lambda x: x * _hard_sigmoid(x),
    cases=((np.array([-5.0, -3, -1.5, 0, 1, 3, 8]),), (_ramp(2, 3) - 7,)),
    mistakes=(
        (
            _hard_sigmoid,
            "that is the gate; the number that it lets through is missing.",
        ),
        (
            lambda x: x * np.maximum(x + 3, 0) / 6,
            "the gate must stop at 1: cut x + 3 off at 6 as well.",
        ),
        (
            lambda x: x * np.minimum(x + 3, 6) / 6,
            "the gate must not go below 0: cut x + 3 off at 0 as well.",
        ),
        (
            lambda x: x * np.clip(x + 3, 0, 6),
            "divide by 6, so that the gate goes from 0 to 1.",
        ),
        (
            lambda x: x * np.clip(x, 0, 6) / 6,
            "the gate is one half at zero: shift x by 3 first.",
        ),
        (
            lambda x: x * np.clip(x + 3, 0, 1),
            "divide by 6 before you cut off at 1, or cut off at 6.",
        ),
        (
            _one_number_only,
            "Python's min, max and if take a single number; for an array use "
            "np.minimum, np.maximum, np.clip or np.where.",
        ),
        (
            lambda x: np.clip(x, 0, 6),
            "that is ReLU cut off at 6; hard swish is x times a gate.",
        ),
        (
            lambda x: x / (1 + np.exp(-x)),
            "that is swish itself; the hard form replaces the sigmoid by "
            "straight lines.",
        ),
        (
            lambda x: np.maximum(x, 0),
            "that is ReLU; between −3 and 3 hard swish bends.",
        ),
    ),
    hint="x times a gate; the gate is 0 up to −3, 1 from 3 on, and a straight "
    "line between them.",
)
