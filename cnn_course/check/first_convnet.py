"""The exercises of notebook 06, The first convnet."""

import numpy as np

from cnn_course import scratch
from cnn_course.check.classifier import ClassifierExercise
from cnn_course.check.judge import FunctionExercise, ValueExercise
from cnn_course.check.samples import ramp

flattened = ValueExercise(
    "flattened",
    right=5 * 5 * 32,
    mistakes=(
        (5 * 5, "each of the 5×5 places holds 32 channels."),
        (6 * 6 * 32, "11 pixels hold 5 whole windows of 2: round down."),
        (7 * 7 * 32, "both convolutions are valid: each takes off 2 pixels."),
        (11 * 11 * 32, "the second pooling halves the side once more."),
        (5 * 5 * 16, "the second convolution has twice as many filters."),
        (
            5 * 5 * 16 * 32,
            "the second convolution sums over its 16 input channels; only its "
            "own filters count at the end.",
        ),
        (24 * 24 * 32, "the two poolings are missing; each halves the side."),
    ),
    hint="follow the side of the picture layer by layer, then multiply "
    "height, width and channels.",
)


def _relu(x, slope):
    return np.where(x > 0, x, slope * x)


leaky_relu_gradient = FunctionExercise(
    "leaky_relu_gradient",
    right=lambda x, slope: np.where(x > 0, 1.0, slope),
    cases=(
        (np.array([-2.0, -0.5, 0.5, 3.0]), 0.1),
        (np.array([[-1.0, 4.0], [2.0, -3.0]]), 0.01),
        (np.array([-1.0, 1.0]), 0.0),
        (np.array([0.0]), 0.2),
    ),
    mistakes=(
        (_relu, "that is the activation itself; its slope is asked for."),
        (
            lambda x, slope: np.where(x > 0, x, slope),
            "right below zero. Above it you return x, the value; how steep is "
            "the curve there?",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, slope * x),
            "right above zero. Below it you return slope * x, the value; how "
            "steep is the curve there?",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, np.where(x < 0, slope, 0.0)),
            "right except at 0 itself: there you return 0, and the slope of "
            "the negative side is asked for.",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, 0.0),
            "that is ReLU's gradient; the leaky one lets `slope` through "
            "below zero.",
        ),
        (
            lambda x, slope: np.where(x > 0, slope, 1.0),
            "the two sides are swapped.",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, -slope),
            "the function rises below zero too: the slope is positive.",
        ),
        (
            lambda x, slope: np.where(x >= 0, 1.0, slope),
            "right except at 0 itself: there the slope of the negative side "
            "is asked for.",
        ),
    ),
    hint="two straight lines meet at zero: how steep is each? np.where(…, a, "
    "b) takes a where a condition holds and b elsewhere, for a whole array.",
)


def _softmax(z, axis, subtract):
    e = np.exp(z - subtract)
    return e / e.sum(axis=axis, keepdims=True)


def _softmax_without_keepdims(subtract):
    def softmax(z):
        e = np.exp(z - subtract(z))
        return e / e.sum(axis=-1)

    return softmax


_SUBTRACT = (  # what learners take off the scores before exp
    lambda z: 0,
    lambda z: z.max(),
    lambda z: z.max(axis=-1, keepdims=True),
    lambda z: z.max(axis=-1),  # without keepdims, like the sum
)
softmax = FunctionExercise(
    "softmax",
    right=lambda z: _softmax(z, -1, z.max(axis=-1, keepdims=True)),
    cases=(
        (np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 4.0]]),),
        (np.array([[0.0, 0.0]]),),
        (np.array([[1000.0, 1001.0], [1000.0, 1002.0]]),),
        (np.array([[1000.0, 1001.0], [-1.0, 1.0]]),),
        (np.array([[-1000.0, 1000.0]]),),
    ),
    mistakes=(
        (
            lambda z: 1 / (1 + np.exp(-z)),
            "that is the sigmoid: each number by itself. Softmax's rows sum "
            "to 1.",
        ),
        *(
            (
                lambda z, subtract=subtract: _softmax(z, None, subtract(z)),
                "the whole batch sums to 1; each row must (axis=-1, "
                "keepdims=True).",
            )
            for subtract in _SUBTRACT
        ),
        *(
            (
                lambda z, subtract=subtract: _softmax(z, 0, subtract(z)),
                "the columns sum to 1; the rows must (axis=-1).",
            )
            for subtract in _SUBTRACT
        ),
        *(
            (
                _softmax_without_keepdims(subtract),
                "axis=-1 gives one number a row, in one dimension, and NumPy "
                "lays them along a row. keepdims=True keeps them in a column.",
            )
            for subtract in _SUBTRACT
        ),
        (
            lambda z: _softmax(z, -1, z.max(axis=-1)),
            "axis=-1 gives one maximum a row, in one dimension, and NumPy lays "
            "them along a row. keepdims=True keeps them in a column.",
        ),
        (
            lambda z: np.exp(z - z.max(axis=-1, keepdims=True)),
            "those are not yet fractions: divide each row by its sum.",
        ),
        (
            np.exp,
            "those are not yet fractions: divide each row by its sum.",
        ),
        (
            lambda z: z / z.sum(axis=-1, keepdims=True),
            "the exponential is missing.",
        ),
        (
            lambda z: _softmax(z, -1, 0),
            "right for small numbers, but exp(1000) overflows: subtract each "
            "row's maximum first.",
        ),
        (
            lambda z: _softmax(z, -1, z.max()),
            "the largest score of the whole batch is subtracted, and a row of "
            "far smaller scores becomes 0 / 0: subtract each row's own.",
        ),
        *(
            (
                lambda z, take=take: _softmax(
                    z, -1, take(z, -1, keepdims=True)
                ),
                "right until a row's scores lie far apart: then exp overflows "
                "all the same. After the subtraction, no score may be above 0.",
            )
            for take in (np.min, np.mean)
        ),
    ),
    hint="exp of each number, divided by the sum of its row.",
)


def _max_pool_backward(dy, x):
    return scratch.pool2d_backward(dy[None, ..., None], x[None, ..., None])[
        0, ..., 0
    ]


def _spread(dy):
    return np.kron(dy, np.ones((2, 2)))


def _to_places(place):
    """Two loops that write dy where `place` says, not where they should."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dy.shape):
            window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            dx[place(i, j, *divmod(window.argmax(), 2))] = dy[i, j]
        return dx

    return max_pool_backward


max_pool_backward = FunctionExercise(
    "max_pool_backward",
    right=_max_pool_backward,
    cases=(
        (
            np.array([[10.0, 20.0], [30.0, 40.0]]),
            np.array(
                [[2.0, 3, 1, 9], [4, 7, 3, 5], [8, 2, 1, 2], [1, 3, 4, 5]]
            ),
        ),
        (np.array([[-1.0, 2.0, 0.5]]), ramp(2, 6) - 20),
        (
            np.array([[5.0, -2.0]]),
            np.array([[3.0, 3.0, 1.0, 0.0], [1.0, 3.0, 4.0, 4.0]]),
        ),
    ),
    mistakes=(
        (
            lambda dy, x: _spread(dy) / 4,
            "that shares the gradient equally, as average pooling does; here "
            "only the winner gets it.",
        ),
        (
            lambda dy, x: _spread(dy),
            "only the largest of the four gets the gradient, not all four.",
        ),
        (
            lambda dy, x: _max_pool_backward(dy, -x),
            "that is min pooling's: the gradient goes to the largest.",
        ),
        (
            lambda dy, x: _max_pool_backward(np.ones(dy.shape), x),
            "the right places, but they get 1: they must get dy.",
        ),
        (
            lambda dy, x: x * _max_pool_backward(np.ones(dy.shape), x),
            "the right places, but they keep x: they must get dy.",
        ),
        (
            lambda dy, x: np.where(
                x == _spread(scratch.pool2d(x[None, ..., None])[0, ..., 0]),
                _spread(dy),
                0,
            ),
            "where two numbers of a window are equally large, only the first "
            "in reading order gets the gradient.",
        ),
        (
            lambda dy, x: _max_pool_backward(dy[::-1, ::-1], x[::-1, ::-1])[
                ::-1, ::-1
            ],
            "of equally large numbers the first in reading order wins, not "
            "the last.",
        ),
        (
            _to_places(lambda i, j, row, column: (2 * i + column, 2 * j + row)),
            "row and column are swapped inside the window: argmax() counts "
            "0 1 in its upper row and 2 3 in its lower one.",
        ),
        (
            _to_places(lambda i, j, row, column: (2 * i, 2 * j)),
            "dy lands in the top-left corner of each window, whoever has won.",
        ),
        (
            _to_places(lambda i, j, row, column: (row, column)),
            "all gradients land in the first window: the window of dy[i, j] "
            "starts at row 2i, column 2j.",
        ),
        (
            _to_places(lambda i, j, row, column: (i + row, j + column)),
            "windows do not overlap: the one of dy[i, j] starts at row 2i, "
            "column 2j.",
        ),
        (
            lambda dy, x: dy,
            "the gradient of x has one number for each number of x; most of "
            "them are 0.",
        ),
    ),
    hint="each window has one winner; it gets that window's dy, the other "
    "three get 0.",
)

digit_reader = ClassifierExercise(
    "digit_reader", data="mnist_5k", max_parameters=10_000, accuracy=0.97
)
