"""The exercises of notebook 09, Inception."""

import math
from functools import partial

import numpy as np

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.judge import FunctionExercise, ValueExercise


def _ramp(*shape):
    """A small array of both signs whose neighbours are all different."""
    return np.arange(math.prod(shape), dtype=float).reshape(shape) ** 2 % 17 - 8


one_by_one = FunctionExercise(
    "one_by_one",
    right=lambda x, weights: x @ weights,
    cases=(
        (_ramp(2, 3, 4), _ramp(4, 2) / 4),
        (_ramp(3, 3, 3).astype(int), _ramp(3, 3) / 4),
        (_ramp(4, 2, 1), _ramp(1, 5)),
        (_ramp(2, 2, 5), _ramp(5, 1)),
    ),
    mistakes=(
        (
            lambda x, weights: x @ weights.T,
            "weights is (channels, filters) already: its first axis meets "
            "the last one of x.",
        ),
        (
            lambda x, weights: np.trunc(x @ weights),
            "your maps hold whole numbers, so fractions are cut off. np.zeros "
            "makes floats; zeros_like and dtype=int may not.",
        ),
        (
            lambda x, weights: (x @ weights).reshape(
                x.shape[1], x.shape[0], -1
            ),
            "height comes first: bring the rows back by x.shape[0].",
        ),
        (
            lambda x, weights: (x @ weights).reshape(-1, weights.shape[1]),
            "the numbers are right, in one long column; the maps have height "
            "and width.",
        ),
        (
            lambda x, weights: x * weights,
            "that multiplies element by element and adds nothing up. Each "
            "output is a sum over the channels.",
        ),
        (
            lambda x, weights: np.maximum(x @ weights, 0),
            "no activation is asked for: negative sums stay.",
        ),
        (
            lambda x, weights: x @ weights[:, 0],
            "that is the first filter alone; each filter gives a map.",
        ),
        (
            lambda x, weights: (x @ weights).sum(axis=-1),
            "that adds the maps of all filters up; each filter keeps its own.",
        ),
        (
            lambda x, weights: np.moveaxis(x @ weights, -1, 0),
            "the numbers are right, but the maps' axis must come last.",
        ),
        (
            lambda x, weights: x @ weights / x.shape[-1],
            "that is the mean of the products; take their sum.",
        ),
    ),
    hint="at each position the channels are a vector, and weights a matrix: "
    "what a dense layer does with the two.",
)


def _two_convs(side, channels, bottleneck, filters, kernel_size):
    down = side**2 * channels * bottleneck
    return down, side**2 * kernel_size**2 * bottleneck * filters


bottleneck_cost = FunctionExercise(
    "bottleneck_cost",
    right=lambda *sizes: sum(_two_convs(*sizes)),
    cases=(
        (28, 192, 16, 32, 5),
        (14, 8, 3, 10, 3),
        (7, 6, 2, 5, 1),
        (1, 9, 4, 7, 3),
    ),
    mistakes=(
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                side**2 * kernel_size**2 * channels * filters
            ),
            "that is the direct way, without a bottleneck.",
        ),
        (
            lambda *sizes: _two_convs(*sizes)[0],
            "that is the 1×1 convolution alone; add the other one.",
        ),
        (
            lambda *sizes: _two_convs(*sizes)[1],
            "that is the second convolution alone; add the 1×1.",
        ),
        (
            lambda *sizes: sum(_two_convs(*sizes)) // sizes[0] ** 2,
            "that is the cost at one position; there are side · side.",
        ),
        (
            lambda *sizes: sum(_two_convs(*sizes)) // sizes[0],
            "the maps have side · side positions, not side.",
        ),
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                side**2 * bottleneck * (channels + kernel_size * filters)
            ),
            "a kernel has kernel_size · kernel_size pixels.",
        ),
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                side**2 * bottleneck * (channels + filters)
            ),
            "kernel_size is missing: the second kernel has kernel_size · "
            "kernel_size pixels.",
        ),
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                side**2 * channels * (bottleneck + kernel_size**2 * filters)
            ),
            "the second convolution reads the bottleneck's channels, not all "
            "of them.",
        ),
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                side**2 * kernel_size**2 * bottleneck * (channels + filters)
            ),
            "the first kernel is 1×1: it has one pixel.",
        ),
        (
            lambda *sizes: math.prod(_two_convs(*sizes)),
            "one convolution comes after the other: their costs add up.",
        ),
        (
            lambda *sizes: (
                sum(_two_convs(*sizes)) + sizes[0] ** 2 * (sizes[2] + sizes[3])
            ),
            "that counts the biases too; a bias is added, not multiplied.",
        ),
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                (channels + 1) * bottleneck
                + (kernel_size**2 * bottleneck + 1) * filters
            ),
            "those are parameters. Each weight is used at side · side "
            "positions, and a bias is not multiplied.",
        ),
        (
            lambda side, channels, bottleneck, filters, kernel_size: (
                side**2 * bottleneck * (kernel_size**2 * channels + filters)
            ),
            "the other way round: the 1×1 comes first, the large kernel reads "
            "its channels.",
        ),
    ),
    hint="a convolution costs, at each output position, height · width · "
    "input channels · filters of its kernel. Write that for both, and add.",
)

block_channels = FunctionExercise(
    "block_channels",
    right=lambda filters: filters[0] + sum(filters[2::2]) + filters[5],
    cases=(
        ((64, 96, 128, 16, 32, 32),),
        ((1, 2, 4, 8, 16, 32),),
        ((112, 144, 288, 32, 64, 64),),
    ),
    mistakes=(
        (
            sum,
            "the bottlenecks stay inside: only the last convolution of each "
            "branch is concatenated.",
        ),
        (
            lambda filters: filters[0] + filters[2] + filters[4],
            "the branch of the pool is missing.",
        ),
        (
            lambda filters: filters[2] + filters[4] + filters[5],
            "the first branch is missing: its 1×1 is its last convolution.",
        ),
        (
            lambda filters: filters[0] + filters[1] + filters[3] + filters[5],
            "you took the bottlenecks; what counts is the 3×3 and 5×5 behind "
            "them.",
        ),
        (
            lambda filters: filters[0] + filters[2] + filters[4] + filters[0],
            "the last of the six numbers belongs to the pool's branch.",
        ),
        (
            lambda filters: filters[0] + filters[2] + filters[4] + 192,
            "a 1×1 follows the pool: it puts out the last of the six numbers.",
        ),
        (
            max,
            "that would be right if the branches were added; they are "
            "concatenated.",
        ),
        (
            lambda filters: filters[5],
            "that is the last branch alone.",
        ),
    ),
    hint="four branches, so four numbers to add: which of the six stand at "
    "the end of a branch?",
)

widest_bottleneck = ValueExercise(
    "widest_bottleneck",
    right=(9 * 256 - 1) // 10,
    mistakes=(
        (
            231,
            "so wide, the two cost more than the 3×3 alone. Try both "
            "neighbours of your bound.",
        ),
        (229, "that pays, but it is not the largest number that does."),
        (
            255,
            "fewer than 256 is not enough: the 1×1 costs something, too.",
        ),
        (256, "then the 3×3 costs the same as before, and the 1×1 is extra."),
        (
            128,
            "the second kernel has nine pixels, and so has the one that you "
            "compare with.",
        ),
        (
            64,
            "a quarter is what one often takes. Up to where does it pay?",
        ),
        (
            25,
            "the 3×3 alone has nine pixels, too: 9 · 256 · 256 at each "
            "position.",
        ),
        (
            1152,
            "the 3×3 behind the bottleneck has nine pixels, too. More than "
            "256 channels would be no bottleneck.",
        ),
    ),
    hint="call the bottleneck's channels b, and write down what both cost at "
    "one position: a 1×1 from 256 to b, a 3×3 from b to 256. Which whole "
    "numbers b keep that below the 3×3 alone?",
)


def _inception_module(x, filters, *, slip=""):
    """Build the block; a slip is what one of the mistakes does otherwise."""
    from keras import layers

    one, reduce_3, three, reduce_5, five, after_pool = filters
    if slip == "kernels and bottlenecks swapped":
        reduce_3, three, reduce_5, five = three, reduce_3, five, reduce_5
    activation = None if slip == "no relu" else "relu"
    padding = "valid" if slip == "valid" else "same"
    of_convs = "valid" if slip.startswith("valid") else "same"

    def conv(x, filters, size, activation=activation):
        layer = layers.Conv2D(
            filters, size, padding=of_convs, activation=activation
        )
        return layer(x)

    def reduced(count):
        if slip == "no bottlenecks":
            return x
        return conv(x, count, 1, None if slip == "bare bottleneck" else "relu")

    pool = {
        "average": layers.AveragePooling2D,
    }.get(slip, layers.MaxPooling2D)
    strides = {"pool strides": 3, "pool 2": 1}.get(slip, 1)
    pooled = pool(2 if slip == "pool 2" else 3, strides, padding)(x)
    if slip == "1×1 before the pool":
        pooled = pool(3, 1, padding)(conv(x, after_pool, 1))
    elif slip != "bare pool":
        pooled = conv(pooled, after_pool, 1)
    branches = [
        conv(x, one, 1),
        conv(reduced(reduce_3), three, 3),
        conv(reduced(reduce_5), five, 3 if slip == "5×5 as 3×3" else 5),
        pooled,
    ]
    if slip == "in a row":
        y = conv(conv(conv(x, one, 1), reduce_3, 1), three, 3)
        y = conv(conv(y, reduce_5, 1), five, 5)
        return conv(pool(3, 1, padding)(y), after_pool, 1)
    if slip == "one branch fewer":
        branches.pop()
    if slip == "another order":
        branches.reverse()
    if slip == "adds":
        return layers.Add()(branches)
    return layers.Concatenate(1 if slip == "axis" else -1)(branches)


inception_module = BlockExercise(
    "inception_module",
    right=_inception_module,
    cases=(
        (Shape((6, 5, 3)), (4, 2, 5, 3, 6, 7)),
        (Shape((5, 5, 4)), (1, 2, 3, 4, 5, 6)),
    ),
    mistakes=tuple(
        (partial(_inception_module, slip=slip), hint)
        for slip, hint in {
            "bare pool": "the pool keeps all channels of x: the last of the "
            "six numbers belongs to a 1×1 behind it.",
            "1×1 before the pool": "in this branch the pool comes first, and "
            "the 1×1 after it.",
            "pool strides": "a pool's stride is its own size unless you set "
            "it: to keep the sides, strides=1.",
            "pool 2": "the pool looks at 3×3 pixels.",
            "average": "the pool takes the maximum, not the mean.",
            "no bottlenecks": "where are the two 1×1 convolutions before the "
            "3×3 and the 5×5?",
            "bare bottleneck": "a bottleneck is a convolution like any other: "
            "ReLU follows it, too.",
            "no relu": "each convolution is followed by ReLU.",
            "valid": "the four maps must have the same sides to be "
            "concatenated: every layer pads.",
            "valid convolutions": "the four maps must have the same sides to "
            "be concatenated: every convolution pads, too.",
            "adds": "the branches are concatenated, not added.",
            "axis": "concatenate along the channels, the last axis.",
            "another order": "the branches come in the order of the list: 1×1, "
            "3×3, 5×5, pool.",
            "one branch fewer": "there are four branches; the pool's is "
            "missing.",
            "kernels and bottlenecks swapped": "of each pair of numbers the "
            "first belongs to the 1×1 and the second to the large kernel.",
            "5×5 as 3×3": "the third branch has a 5×5 kernel.",
            "in a row": "the four branches stand side by side: each of them "
            "begins at x.",
        }.items()
    ),
    hint="four branches, each from x, with a ReLU behind every convolution. "
    "Follow each of them in the diagram.",
)
