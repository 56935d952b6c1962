"""The exercises of notebook 10, MobileNet."""

import math
from functools import partial

import numpy as np

from cnn_course.check.block import BlockExercise, Shape
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
            lambda f, filters: (f**2 + filters) // (f**2 * filters),
            "// cuts the fraction off; / divides.",
        ),
        (
            lambda f, filters: 1 / filters + 1 / (f ^ 2),
            "in Python ^ is no power; write f**2.",
        ),
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
    hint="count the multiplications for one pixel of the output: of the "
    "depthwise step, of the pointwise one, and of the full convolution. What "
    "do you divide by what?",
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


def _depthwise_three(x, kernel):
    if len(kernel) != 3:
        raise ValueError("the windows are 3×3")
    return _depthwise(x, kernel)


depthwise_convolve = FunctionExercise(
    "depthwise_convolve",
    right=_depthwise,
    cases=(
        (_ramp(5, 4, 3), _ramp(3, 3, 3) / 4),
        (_ramp(4, 4, 1).astype(int), _ramp(3, 3, 1) / 4),
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
            lambda x, kernel: np.trunc(_depthwise(x, kernel)),
            "your maps hold whole numbers, so fractions are cut off. np.zeros "
            "makes floats; zeros_like and dtype=int may not.",
        ),
        (
            _depthwise_three,
            "the kernel need not be 3×3: it has len(kernel) rows.",
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
    hint="multiply each window by the kernel. Over which axes do you add up, "
    "if each channel is to keep a number of its own?",
)


bottleneck_weights = FunctionExercise(
    "bottleneck_weights",
    right=lambda c_in, expansion, c_out: c_in * expansion * (c_in + 9 + c_out),
    cases=((32, 6, 32), (16, 6, 24), (24, 3, 40), (8, 2, 8)),
    mistakes=(
        (
            lambda c_in, expansion, c_out: (
                c_in
                ^ (
                    2 * expansion
                    + 9 * c_in * expansion
                    + c_in * expansion * c_out
                )
            ),
            "in Python ^ is no power; write c_in**2.",
        ),
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
    hint="count the three convolutions one by one. How many channels has the "
    "map between them, and how many weights has a depthwise filter?",
)


def _hard_sigmoid(x):
    return np.clip(x + 3, 0, 6) / 6


def _one_number_only(x):
    raise ValueError("the truth value of an array is ambiguous")


hard_swish = FunctionExercise(
    "hard_swish",
    right=lambda x: x * _hard_sigmoid(x),
    cases=(
        (np.array([-5.0, -3, -1.5, 0, 0.5, 1, 3, 8]),),
        (_ramp(2, 3) - 7,),
        (np.array([-4, -2, -1, 0, 2, 4]),),
    ),
    mistakes=(
        (
            lambda x: x * np.clip(x, 0, 1),
            "the gate goes from 0 at −3 to 1 at 3; yours does from 0 to 1.",
        ),
        (
            lambda x: x * np.clip(x + 3, 0, 6) // 6,
            "// rounds down; / divides.",
        ),
        (
            lambda x: (
                np.trunc(x * _hard_sigmoid(x))
                if x.dtype == int
                else x * _hard_sigmoid(x)
            ),
            "zeros_like of whole numbers holds whole numbers: the fractions "
            "are cut off.",
        ),
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


def _inverted_residual(x, filters, strides, expansion, *, slip=""):
    """Build the block; a slip is what one of the mistakes does otherwise."""
    from keras import layers

    def norm(y):
        return layers.BatchNormalization()(y)

    def relu(y):
        return layers.ReLU(None if slip == "relu" else 6)(y)

    def conv(y, filters, strides=1):
        return layers.Conv2D(filters, 1, strides, use_bias=False)(y)

    wide = expansion * (filters if slip == "expands filters" else x.shape[-1])
    if slip == "expansion channels":
        wide = expansion
    early = strides if slip == "stride in the expansion" else 1
    late = strides if slip == "stride in the projection" else 1
    middle = 1 if slip == "no stride" or early * late > 1 else strides
    y = x
    if (expansion > 1 or slip == "always expands") and slip != "no expansion":
        y = norm(conv(y, wide, early))
        y = y if slip == "no relu after expansion" else relu(y)
    looks = layers.DepthwiseConv2D(3, middle, "same", use_bias=False)
    if slip == "full":
        looks = layers.Conv2D(wide, 3, middle, "same", use_bias=False)
    y = norm(looks(y))
    y = y if slip == "no relu after depthwise" else relu(y)
    y = conv(y, filters, late)
    y = y if slip == "bare projection" else norm(y)
    y = relu(y) if slip == "relu after projection" else y
    fits = strides == 1 and x.shape[-1] == filters
    fits = {
        "never adds": False,
        "always adds": True,
        "adds by stride": strides == 1,
        "adds by channels": x.shape[-1] == filters,
    }.get(slip, fits)
    if fits and slip == "concatenates":
        return layers.Concatenate()([x, y])
    if slip == "projects the shortcut" and not fits:
        return layers.Add()([norm(conv(x, filters, strides)), y])
    y = layers.Add()([x, y]) if fits else y
    return relu(y) if slip == "relu after the sum" else y


inverted_residual = BlockExercise(
    "inverted_residual",
    right=_inverted_residual,
    cases=(  # odd sides: there all ways to pad for a stride agree
        (Shape((7, 5, 4)), 4, 1, 3),
        (Shape((7, 5, 4)), 6, 2, 2),
        (Shape((5, 5, 1)), 5, 1, 3),
        (Shape((5, 5, 4)), 4, 2, 3),
        (Shape((5, 5, 4)), 4, 1, 1),
    ),
    mistakes=tuple(
        (partial(_inverted_residual, slip=slip), hint)
        for slip, hint in {
            "relu after projection": "the projection is linear: no ReLU on "
            "the narrow map.",
            "relu after the sum": "no ReLU after the addition: the narrow map "
            "stays as it is.",
            "relu": "ReLU is cut off at 6 in this block: layers.ReLU(6).",
            "no relu after expansion": "ReLU6 follows the expansion, too.",
            "no relu after depthwise": "ReLU6 follows the depthwise "
            "convolution, too.",
            "no expansion": "what makes the map wide? The 1×1 convolution in "
            "front is missing.",
            "always expands": "with expansion=1 the block begins with the "
            "depthwise convolution: there is nothing to expand.",
            "expands filters": "the expansion multiplies the channels that "
            "come in, not `filters`.",
            "expansion channels": "the wide map has expansion · channels, not "
            "`expansion` of them.",
            "full": "the 3×3 in the middle is depthwise: each channel by "
            "itself.",
            "bare projection": "batch normalisation follows the projection, "
            "too.",
            "never adds": "where the shapes agree the input is added.",
            "always adds": "the input is added only where it has the output's "
            "shape; there is no projection of it.",
            "adds by stride": "with stride 1 the channels may differ as well; "
            "then nothing is added.",
            "adds by channels": "with a stride the sides differ, even if the "
            "channels agree; then nothing is added.",
            "projects the shortcut": "this shortcut has no projection: where "
            "the shapes differ, nothing is added.",
            "concatenates": "the input is added, as in ResNet, not "
            "concatenated.",
            "no stride": "the stride is missing: the depthwise convolution "
            "takes it.",
            "stride in the expansion": "the stride belongs to the depthwise "
            "convolution, which looks at all pixels of the wide map.",
            "stride in the projection": "the stride belongs to the depthwise "
            "convolution; the projection keeps the sides.",
        }.items()
    ),
    hint="expand, look, project, add: which of the four has a ReLU6 behind it, "
    "and where does the stride belong?",
)
