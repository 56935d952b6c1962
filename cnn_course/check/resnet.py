"""The exercises of notebook 08, ResNet."""

import math
from functools import partial

import numpy as np

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.judge import FunctionExercise, ValueExercise

# --- Depth -------------------------------------------------------------------


resnet_layers = FunctionExercise(
    "resnet_layers",
    right=lambda num_blocks, convolutions: convolutions * sum(num_blocks) + 2,
    cases=(
        ((2, 2, 2, 2), 2),
        ((3, 4, 6, 3), 3),
        ((3, 8, 36, 3), 3),
        ((7, 7, 7), 2),
        ((1,), 2),
    ),
    mistakes=(
        (
            lambda num_blocks, convolutions: convolutions * sum(num_blocks),
            "the stem's convolution and the dense layer are missing.",
        ),
        (
            lambda num_blocks, convolutions: convolutions * sum(num_blocks) + 1,
            "one layer is missing: the stem has a convolution, and at the end "
            "there is a dense layer.",
        ),
        (
            lambda num_blocks, convolutions: sum(num_blocks) + 2,
            "that counts each block as one layer; it has several convolutions.",
        ),
        (
            lambda num_blocks, convolutions: convolutions * len(num_blocks) + 2,
            "that is one block a stage: sum(num_blocks) counts them all.",
        ),
        (
            lambda num_blocks, convolutions: 2 * sum(num_blocks) + 2,
            "right for basic blocks; a bottleneck has three convolutions.",
        ),
        (
            lambda num_blocks, convolutions: 3 * sum(num_blocks) + 2,
            "right for bottlenecks; a basic block has two convolutions.",
        ),
        (
            lambda num_blocks, convolutions: (
                convolutions * (sum(num_blocks) + 2)
            ),
            "brackets: the stem and the dense layer are one layer each.",
        ),
        (
            lambda num_blocks, convolutions: (
                convolutions * sum(num_blocks) + len(num_blocks) + 1
            ),
            "that counts the projections as well; the paper does not.",
        ),
        (
            lambda num_blocks, convolutions: (
                convolutions * sum(num_blocks) + len(num_blocks) + 2
            ),
            "that counts one projection a stage as well; the paper counts "
            "none.",
        ),
        (
            lambda num_blocks, convolutions: (
                (convolutions + 1) * sum(num_blocks) + 2
            ),
            "one layer too many for each block: the sum has no weights, and "
            "projections are not counted.",
        ),
        (
            lambda num_blocks, convolutions: (
                convolutions * math.prod(num_blocks) + 2
            ),
            "the stages come one after the other: their blocks add up.",
        ),
        (
            lambda num_blocks, convolutions: convolutions * sum(num_blocks) + 3,
            "one too many: pooling has no weights and is not counted.",
        ),
        (
            lambda num_blocks, convolutions: convolutions * sum(num_blocks) + 4,
            "two too many: the two poolings have no weights and are not "
            "counted.",
        ),
    ),
    hint="the convolutions of all blocks, and one layer at each end.",
)


# --- What a block computes ---------------------------------------------------


def _residual_output(a, W, b, W_s):
    return np.maximum(W @ a + b + (a if W_s is None else W_s @ a), 0)


def _shortcut(a, W_s):
    return a if W_s is None else W_s @ a


def _output_by_equality(a, W, b, W_s):
    if W_s == None:  # noqa: E711
        return _residual_output(a, W, b, None)
    return _residual_output(a, W, b, W_s)


residual_output = FunctionExercise(
    "residual_output",
    right=_residual_output,
    cases=(
        (
            np.array([1.0, 2.0]),
            np.array([[1.0, -3.0], [0.0, 1.0]]),
            np.array([0.5, -1.5]),
            None,
        ),
        (
            np.array([2.0, 1.0, -1.0]),
            np.array([[1.0, 0.0, 2.0], [-2.0, 1.0, 0.0]]),
            np.array([1.0, 0.25]),
            np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 3.0]]),
        ),
        (
            np.array([3.0, 1.0]),
            np.array([[-1.0, 0.5], [2.0, -4.0]]),
            np.array([0.0, -3.0]),
            np.array([[0.5, 0.0], [0.0, 0.25]]),
        ),
        (np.array([1.5, 0.0]), np.zeros((2, 2)), np.zeros(2), None),
    ),
    mistakes=(
        (
            lambda a, W, b, W_s: np.maximum(W @ a + b, 0) + _shortcut(a, W_s),
            "the shortcut is added after ReLU; it must be added before.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(
                np.maximum(W @ a + b, 0) + _shortcut(a, W_s), 0
            ),
            "one ReLU too many: none between W a + b and the plus.",
        ),
        (
            lambda a, W, b, W_s: W @ a + b + _shortcut(a, W_s),
            "ReLU is missing: np.maximum(..., 0).",
        ),
        (
            lambda a, W, b, W_s: np.maximum(W @ a + b, 0),
            "that is a plain layer: the shortcut is missing.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(W @ a + _shortcut(a, W_s), 0),
            "b is missing.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(
                W @ a + b + (0 if W_s is None else W_s @ a), 0
            ),
            "without W_s there is a shortcut all the same: a itself.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(
                W @ a + b + (a if len(a) == len(b) else W_s @ a), 0
            ),
            "a W_s may come although the sizes agree; then it counts. Ask "
            "whether W_s is None.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(W @ a + b + a, 0),
            "right without W_s; with it, the shortcut is W_s @ a.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(W @ a + b + W_s @ a, 0),
            "right with W_s; where it is None, the shortcut is a itself.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(
                W * a + b + (a if W_s is None else W_s * a), 0
            ),
            "* multiplies number by number and gives a matrix; a matrix times "
            "a vector is W @ a.",
        ),
        (
            _output_by_equality,
            "a matrix is neither true nor false, and == compares each of its "
            "numbers: write `W_s is None`.",
        ),
        (
            lambda a, W, b, W_s: np.max(W @ a + b + _shortcut(a, W_s)),
            "np.max gives the largest number of all; np.maximum(..., 0) "
            "compares each number with 0.",
        ),
        (
            lambda a, W, b, W_s: max(0, W @ a + b + _shortcut(a, W_s)),
            "Python's max wants single numbers; np.maximum(..., 0) takes each "
            "number of a vector.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(a @ W + b + _shortcut(a, W_s), 0),
            "a @ W takes the columns of W; W @ a takes its rows.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(
                W @ a + b + (a if W_s is None else W_s @ a + b), 0
            ),
            "b is added once: the shortcut is W_s @ a alone.",
        ),
        (
            lambda a, W, b, W_s: np.maximum(
                W @ _shortcut(a, W_s) + b + _shortcut(a, W_s), 0
            ),
            "W meets a itself, not W_s @ a: keep the shortcut in a variable of "
            "its own.",
        ),
    ),
    hint="g(W @ a + b + shortcut); the shortcut is a, or W_s @ a.",
)


# --- Parameters --------------------------------------------------------------


def _parameters(c_in, filters, strides, *, when=None, bn=4, bias=0, own_bn=4):
    """Count a basic block; the keywords are for the mistakes."""
    needed = strides != 1 or c_in != filters
    if when is not None:
        needed = when(c_in, filters, strides)
    count = (9 * c_in + 9 * filters + 2 * (bn + bias)) * filters
    if needed:
        count += (c_in + own_bn + bias) * filters
    return count


def _by_flag(**keywords):
    return lambda c_in, filters, strides: _parameters(
        c_in, filters, strides, **keywords
    )


residual_parameters = FunctionExercise(
    "residual_parameters",
    right=_parameters,
    cases=(
        (64, 64, 1),
        (64, 128, 2),
        (1, 8, 1),
        (4, 4, 2),
        (16, 8, 1),
    ),
    mistakes=(
        (
            _by_flag(when=lambda c_in, filters, strides: False),
            "right for an identity block; the projection is missing.",
        ),
        (
            _by_flag(when=lambda c_in, filters, strides: True),
            "an identity block has no projection: stride 1, and as many "
            "channels out as in.",
        ),
        (
            _by_flag(when=lambda c_in, filters, strides: strides != 1),
            "with stride 1 a projection is needed too, if the number of "
            "channels changes.",
        ),
        (
            _by_flag(when=lambda c_in, filters, strides: c_in != filters),
            "with as many channels out as in, a projection is needed all the "
            "same if the stride makes the sides smaller.",
        ),
        (
            _by_flag(
                when=lambda c_in, filters, strides: (
                    strides != 1 and c_in != filters
                )
            ),
            "`or`, not `and`: another stride or another number of channels "
            "is enough for a projection.",
        ),
        (
            _by_flag(bn=2, own_bn=2),
            "batch normalisation has four numbers a channel: two are "
            "trained, and two are measured (mean and variance).",
        ),
        (
            _by_flag(bn=0, own_bn=0),
            "the batch normalisations are missing: four numbers a channel.",
        ),
        (
            _by_flag(own_bn=0),
            "the projection has a batch normalisation too.",
        ),
        (
            _by_flag(bias=1),
            "these convolutions have no biases: batch normalisation follows.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(filters, filters, strides, when=lambda *_: False)
                + (strides != 1 or c_in != filters) * (c_in + 4) * filters
            ),
            "the first convolution has c_in channels in, not `filters`.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides)
                - 9 * filters**2
                + 9 * c_in * filters
            ),
            "the second convolution has `filters` channels in, not c_in.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides)
                + (strides != 1 or c_in != filters) * 8 * c_in * filters
            ),
            "the projection is a 1×1 convolution, not a 3×3 one.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides, own_bn=0)
                + (strides != 1 or c_in != filters) * 8 * c_in * filters
            ),
            "the projection is a 1×1 convolution, not a 3×3 one, and has a "
            "batch normalisation too.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides, bn=0, own_bn=0)
                + 8
                + (strides != 1 or c_in != filters) * 4
            ),
            "batch normalisation has four numbers for each channel, not four "
            "in all.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides)
                - 6 * (c_in + filters) * filters
            ),
            "a 3×3 kernel has nine weights for each channel in and out, not "
            "three.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides)
                - 8 * (c_in + filters) * filters
            ),
            "a 3×3 kernel has nine weights for each channel in and out, not "
            "one.",
        ),
        (
            lambda c_in, filters, strides: (
                _parameters(c_in, filters, strides) - 4 * filters
            ),
            "each of the two 3×3 convolutions has its own batch normalisation.",
        ),
    ),
    hint="add up both 3×3 convolutions, their batch normalisations, and, if "
    "there is one, the projection with its own.",
)


# --- Biases that do nothing --------------------------------------------------


_FILTERS = (64, 128, 256, 512)
_NUM_BLOCKS = (3, 4, 6, 3)


def _biases(of_block=6, of_projection=4, stem=64):
    pairs = zip(_FILTERS, _NUM_BLOCKS, strict=True)
    return stem + sum(n * of_block * f + of_projection * f for f, n in pairs)


useless_biases = ValueExercise(
    "useless_biases",
    right=_biases(),
    mistakes=(
        (_biases(stem=0), "the stem's 64 are missing."),
        (
            _biases() - 4 * _FILTERS[0],
            "one projection is missing: the first stage has one, too, from 64 "
            "to 256 channels, though its stride is 1.",
        ),
        (_biases(of_projection=0), "the projections are missing."),
        (
            _biases(of_projection=0, stem=0),
            "the projections and the stem are missing.",
        ),
        (
            _biases(of_block=10, of_projection=0),
            "only the first block of each stage has a projection.",
        ),
        (
            _biases(of_projection=1),
            "the projection has as many filters as the block's output has "
            "channels: 4 f.",
        ),
        (53, "a convolution has a bias for each of its filters, not one."),
        (
            _biases(of_block=3, of_projection=1),
            "the third convolution and the projection have 4 f filters.",
        ),
        (
            _biases(of_block=3),
            "the third convolution has 4 f filters, so a block has 6 f.",
        ),
        (
            _biases() + 1000,
            "the dense layer's 1 000 are useful: nothing subtracts them.",
        ),
        (
            _biases(of_block=0, of_projection=10),
            "that is one block a stage; there are 3, 4, 6 and 3.",
        ),
        (
            25_636_712 - 25_583_592,
            "those are the means and variances that batch normalisation "
            "measures.",
        ),
    ),
    hint="add up, for each stage, its blocks and its one projection; then "
    "the stem.",
)


# --- The block in Keras ------------------------------------------------------


def _basic_block(x, filters, strides, *, slip=""):
    """Build the block; a slip is what one of the mistakes does otherwise."""
    from keras import layers

    def conv(x, kernel_size=3, strides=1, padding="same"):
        conv = layers.Conv2D(
            filters, kernel_size, strides, padding, use_bias=False
        )
        return conv(x)

    def norm(x):
        return layers.BatchNormalization()(x)

    def relu(x):
        return layers.ReLU()(x)

    needed = {
        "never projects": False,
        "always projects": True,
        "projects by stride": strides != 1,
        "projects by channels": x.shape[-1] != filters,
        "projects if both": strides != 1 and x.shape[-1] != filters,
    }.get(slip, strides != 1 or x.shape[-1] != filters)
    first, second = {
        "stride in the second": (1, strides),
        "stride in both": (strides, strides),
    }.get(slip, (strides, 1))
    if slip == "valid":
        y = norm(conv(relu(norm(conv(x, padding="valid"))), padding="valid"))
    elif slip == "norm after relu":
        y = norm(conv(norm(relu(conv(x, strides=first)))))
    elif slip == "pre-activation":
        y = conv(relu(norm(conv(relu(norm(x)), strides=first))))
    elif slip == "one convolution":
        y = norm(conv(x, strides=first))
    else:
        y = norm(conv(x, strides=first))
        y = y if slip == "no relu inside" else relu(y)
        middle, y = y, norm(conv(y, strides=second))
    if slip in ("relu before", "relu before only"):
        y = relu(y)
    shortcut = x
    if needed:
        source = y if slip == "projects the branch" else x
        size, step = 3 if slip == "3×3 projection" else 1, strides
        if slip == "projects the branch" or slip == "projection without stride":
            step = 1
        shortcut = conv(source, size, step)
        if slip != "bare projection":
            shortcut = norm(shortcut)
        if slip == "relu on projection":
            shortcut = relu(shortcut)
    if slip == "x overwritten":
        shortcut = middle
    if slip == "branch twice":
        shortcut = y
    if slip == "no shortcut":
        return relu(y)
    if slip == "concatenates":
        return relu(layers.Concatenate()([shortcut, y]))
    if slip == "multiplies":
        return relu(layers.Multiply()([shortcut, y]))
    y = layers.Add()([shortcut, y])
    return y if slip in ("no last relu", "relu before only") else relu(y)


basic_block = BlockExercise(
    "basic_block",
    right=_basic_block,
    cases=(  # odd sides: there "same" pads as the paper does
        (Shape((7, 5, 4)), 4, 1),
        (Shape((7, 5, 4)), 6, 2),
        (Shape((5, 5, 1)), 6, 1),
        (Shape((5, 5, 4)), 4, 2),
    ),
    mistakes=tuple(
        (partial(_basic_block, slip=slip), hint)
        for slip, hint in {
            "relu before": "one ReLU too many: the branch ends with its "
            "second batch normalisation, and ReLU comes after the sum.",
            "relu before only": "the last ReLU comes after the addition, not "
            "before.",
            "no last relu": "ReLU is missing after the addition.",
            "no relu inside": "ReLU is missing between the two convolutions.",
            "no shortcut": "that is a plain block: where does the shortcut "
            "come in?",
            "x overwritten": "the shortcut is what came into the block. Did "
            "you overwrite x on the way?",
            "branch twice": "the branch is added to itself; the shortcut "
            "begins at the block's input.",
            "concatenates": "that concatenates, as DenseNet does; a residual "
            "block adds.",
            "multiplies": "that multiplies; a residual block adds.",
            "valid": "without padding each 3×3 convolution loses a row at each "
            'end, and the sum does not fit: padding="same".',
            "one convolution": "the branch has two convolutions.",
            "norm after relu": "in this block batch normalisation stands "
            "right behind the convolution, before ReLU.",
            "pre-activation": "that is the order of the later ResNet v2; here "
            "convolution, batch normalisation, ReLU.",
            "never projects": "where the shapes differ, the sum does not fit: "
            "what brings x into the right shape?",
            "always projects": "where the shape stays the same, x is added as "
            "it is, without a projection.",
            "projects by stride": "a change of the channels needs a projection "
            "as well, at stride 1 too.",
            "projects by channels": "a stride needs a projection as well: it "
            "changes the sides, though not the channels.",
            "projects if both": "`or`, not `and`: another number of channels "
            "or a stride is enough for a projection.",
            "bare projection": "the projection has a batch normalisation, too.",
            "3×3 projection": "the projection is a 1×1 convolution.",
            "relu on projection": "the projection has no ReLU of its own.",
            "projection without stride": "one side of the sum has the stride "
            "and the other has not: the projection takes it, and the branch's "
            "first convolution.",
            "projects the branch": "the projection reads x, the block's input, "
            "not what the branch has made of it.",
            "stride in the second": "the stride belongs to the first "
            "convolution of the branch.",
            "stride in both": "only the first convolution of the branch has "
            "the stride; the second keeps the sides.",
        }.items()
    ),
    hint="go along the diagram from x to the sum, on both ways: which layer "
    "comes after which?",
)
