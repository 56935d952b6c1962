"""The exercises of notebook 06, The first convnet."""

import numpy as np

from cnn_course import scratch
from cnn_course.check.classifier import ClassifierExercise
from cnn_course.check.judge import (
    LIBRARIES,
    FunctionExercise,
    ValueExercise,
)
from cnn_course.check.samples import ramp

flattened = ValueExercise(
    "flattened",
    right=5 * 5 * 32,
    mistakes=(
        (
            28 * 28,
            "so many numbers come in. Follow the side through the four layers.",
        ),
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
        (
            26 * 26 * 16,
            "those come out of the first convolution; four more layers follow.",
        ),
        (
            13 * 13 * 16,
            "those come out of the first pooling; three more layers follow.",
        ),
        (5.5 * 5.5 * 32, "11 pixels hold 5 whole windows of 2: round down."),
        (32, "flatten keeps all numbers of a channel, not one of each."),
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
        (np.array([-2, -1, 1, 3]), 0.25),
    ),
    mistakes=(
        (
            lambda x, slope: np.gradient(_relu(x, slope)),
            "np.gradient subtracts neighbours in the array, but the slope at "
            "a number depends on that number alone: on its sign.",
        ),
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
            "below zero. (If yours has `slope` in it, your array holds whole "
            "numbers.)",
        ),
        (
            lambda x, slope: np.where(x > 0, 1.0, slope).astype(x.dtype),
            "right, but not where x holds whole numbers: an array of their "
            "kind cannot hold `slope`.",
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


def _log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


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
        (np.array([[-1000.0, -1001.0], [2.0, 0.0]]),),
    ),
    mistakes=(
        (
            lambda z: _softmax(z, -1, np.maximum(z.max(-1, keepdims=True), 0)),
            "right until all scores of a row are far below 0: then every exp "
            "is 0. Subtract the row's maximum whatever its sign.",
        ),
        (
            lambda z: _softmax(np.clip(z, -700, 700), -1, 0),
            "exp does not overflow any more, but clipped scores are other "
            "scores: 1000 and 1002 become equal. Take the same number off all "
            "scores of a row.",
        ),
        (
            _log_softmax,
            "that is the logarithm of the probabilities.",
        ),
        (
            lambda z: 2.0**z / (2.0**z).sum(axis=-1, keepdims=True),
            "the powers are of e, not of 2: np.exp.",
        ),
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
        (
            lambda z: _softmax(z / z.max(axis=-1, keepdims=True), -1, 0),
            "the rows sum to 1, but dividing the scores changes the fractions; "
            "subtracting one number from a whole row does not.",
        ),
        (
            lambda z: _softmax(z, -1, 1000),
            "one fixed number does not suit every row: exp(1 - 1000) is 0, and "
            "0 / 0 is nan. Subtract each row's own maximum.",
        ),
    ),
    hint="which row of scores is wrong, and what do its probabilities sum to? "
    "The formula stands above, for one row.",
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


def _to_flat_places(dy, x):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dy.shape):
        k = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
        dx.flat[2 * i * x.shape[1] + 2 * j + k] = dy[i, j]
    return dx


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
        (np.array([[-1.0, 2.0, 0.5]]), ramp(2, 6) - 8),
        (
            np.array([[5.0, -2.0]]),
            np.array([[3.0, 3.0, 1.0, 0.0], [1.0, 3.0, 4.0, 4.0]]),
        ),
        (np.array([[0.5, -2.5]]), np.array([[1, 2, 7, 5], [4, 3, 6, 8]])),
    ),
    mistakes=(
        (
            lambda dy, x: _max_pool_backward(dy, abs(x)),
            "the largest number wins, not the largest absolute value.",
        ),
        (
            lambda dy, x: _max_pool_backward(dy, x) * x,
            "the right places, but times the winner's value. The output is a "
            "copy of it: how steep is a copy?",
        ),
        (
            lambda dy, x: np.trunc(_max_pool_backward(dy, x)),
            "the right places, but the fractions of dy are lost: your array "
            "holds whole numbers. np.zeros(x.shape) holds fractions.",
        ),
        (
            lambda dy, x: _max_pool_backward(dy, x).astype(x.dtype),
            "right, but not where x holds whole numbers: zeros_like(x) holds "
            "no fractions then. np.zeros(x.shape) does.",
        ),
        (
            _to_flat_places,
            "argmax() counts inside the window, and its lower row, 2 3, lies "
            "a whole row of x further on: turn it into row and column first.",
        ),
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
    hint="take one window by itself: which of its four numbers reached the "
    "output, and what does a small change of the others do?",
)


def _places(dy, stride, f):
    """The outputs (i, j), and the window that each of them saw."""
    for i, j in np.ndindex(dy.shape[:2]):
        top, left = i * stride, j * stride
        yield i, j, (slice(top, top + f), slice(left, left + f))


def _conv_backward(
    dy,
    x,
    kernel,
    stride,
    *,
    to_input=lambda dx, at, kernel, d: dx[at] + kernel @ d,
    to_kernel=lambda dkernel, window, d: dkernel + window[..., None] * d,
    of_bias=lambda dy: dy.sum(axis=(0, 1)),
    step=None,
):
    """The three gradients of one layer, with a learner's steps put in."""
    dx, dkernel = np.zeros(x.shape), np.zeros(kernel.shape)
    for i, j, at in _places(dy, step or stride, len(kernel)):
        dx[at] = to_input(dx, at, kernel, dy[i, j])
        dkernel = to_kernel(dkernel, x[at], dy[i, j])
    return dx, dkernel, of_bias(dy)


def _backward_with(**change):
    return lambda *case: _conv_backward(*case, **change)


def _whole_gradients(dy, x, kernel, stride):
    return tuple(map(np.trunc, _conv_backward(dy, x, kernel, stride)))


conv_backward = FunctionExercise(
    "conv_backward",
    right=_conv_backward,
    cases=(
        (
            np.array([[[1.0, 0.0], [0.0, 2.0]]]),
            ramp(2, 3, 1),
            ramp(2, 2, 1, 2) - 6,
            1,
        ),
        (ramp(2, 2, 3) - 7, ramp(4, 4, 2), ramp(3, 3, 2, 3) - 5, 1),
        (ramp(2, 3, 2) - 4, ramp(5, 8, 3) - 6, ramp(3, 3, 3, 2) / 4, 2),
        (ramp(2, 1, 1) / 8, ramp(6, 3, 2).astype(int), ramp(2, 2, 2, 1), 3),
    ),
    mistakes=(
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: kernel[..., -1] * d[-1],
            ),
            "look at dx first: = overwrites what the filters before have "
            "given; all of it adds up, so +=.",
        ),
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: kernel @ d,
                to_kernel=lambda dkernel, window, d: window[..., None] * d,
            ),
            "= overwrites what the places before have given: gradients of "
            "all places add up, so +=.",
        ),
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: (
                    dx[at] + kernel[::-1, ::-1] @ d
                ),
                to_kernel=lambda dkernel, window, d: (
                    dkernel + window[::-1, ::-1, :, None] * d
                ),
            ),
            "nothing is flipped here: weight K[u, v] has met pixel (u, v) of "
            "its window. (The flip comes by itself when the windows overlap.)",
        ),
        (
            _backward_with(step=1),
            "the window of output (i, j) starts at row i · stride, column "
            "j · stride.",
        ),
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: (
                    dx[at] + kernel[..., 0] * d[0]
                ),
                to_kernel=lambda dkernel, window, d: (
                    dkernel + window[..., None] * d * (np.arange(len(d)) == 0)
                ),
                of_bias=lambda dy: (
                    dy.sum(axis=(0, 1)) * (np.arange(dy.shape[2]) == 0)
                ),
            ),
            "only filter 0 counts; a loss depends on the outputs of all "
            "filters.",
        ),
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: (
                    dx[at] + kernel.sum(axis=3) * d.sum()
                ),
                to_kernel=lambda dkernel, window, d: (
                    dkernel + window[..., None] * d.sum()
                ),
                of_bias=lambda dy: np.full(dy.shape[2], dy.sum()),
            ),
            "each filter goes with its own dy: kernel[..., k] with "
            "dy[i, j, k].",
        ),
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: dx[at] + kernel.sum(axis=3),
                to_kernel=lambda dkernel, window, d: (
                    dkernel + window[..., None] * np.ones(len(d))
                ),
                of_bias=lambda dy: np.full(
                    dy.shape[2], float(dy.shape[0] * dy.shape[1])
                ),
            ),
            "dy is missing: it says how much each output matters to the loss.",
        ),
        (
            _backward_with(
                to_input=lambda dx, at, kernel, d: (
                    dx[at] + kernel @ d / kernel.shape[3]
                ),
                to_kernel=lambda dkernel, window, d: (
                    dkernel + window[..., None] * d / window.size
                ),
                of_bias=lambda dy: dy.mean(axis=(0, 1)),
            ),
            "a mean is too small: the gradients of all places add up.",
        ),
        (
            lambda dy, x, kernel, stride: tuple(
                total / (dy.shape[0] * dy.shape[1])
                for total in _conv_backward(dy, x, kernel, stride)
            ),
            "a mean is too small: the gradients of all places add up.",
        ),
        (
            _backward_with(of_bias=lambda dy: dy.sum()),
            "one number for each filter: the sum runs over rows and columns "
            "only.",
        ),
        (
            _whole_gradients,
            "the fractions are lost: your array holds whole numbers. "
            "np.zeros(shape) holds fractions.",
        ),
        (
            lambda *case: tuple(-part for part in _conv_backward(*case)),
            "the sign: a gradient says how the loss grows. The step against "
            "it comes later.",
        ),
    ),
    hint="what has output (i, j, k) been made of? A window of x, times "
    "kernel[..., k], plus bias[k]. So dy[i, j, k] goes to all three.",
    results=("dx", "dkernel", "dbias"),
    by_hand=LIBRARIES,
)

_MOMENTUM, _EPSILON = 0.99, 0.001  # as in Keras


def _batch_norm(
    x,
    gamma,
    beta,
    moving_mean,
    moving_variance,
    training,
    *,
    axes=lambda x: tuple(range(x.ndim - 1)),
    variance_of=np.var,
    root=lambda variance: np.sqrt(variance + _EPSILON),
    uses_batch=lambda training: training,
    updates=lambda training: training,
    momentum=_MOMENTUM,
    finish=lambda z, gamma, beta: gamma * z + beta,
):
    """One batch through batch normalisation, with a learner's steps put in."""
    mean, variance = x.mean(axis=axes(x)), variance_of(x, axis=axes(x))
    if not uses_batch(training):
        mean, variance = moving_mean, moving_variance
    y = finish((x - mean) / root(variance), gamma, beta)
    if updates(training):
        batch = x.mean(axis=axes(x)), variance_of(x, axis=axes(x))
        moving_mean = momentum * moving_mean + (1 - momentum) * batch[0]
        moving_variance = momentum * moving_variance + (1 - momentum) * batch[1]
    return y, moving_mean, moving_variance


def _norm_with(**change):
    return lambda *case: _batch_norm(*case, **change)


def _uses_new_statistics(x, gamma, beta, mean, variance, training):
    _, mean, variance = _batch_norm(x, gamma, beta, mean, variance, training)
    y, _, _ = _batch_norm(x, gamma, beta, mean, variance, training=False)
    return y, mean, variance


_TWO = (
    np.array([2.0, -1.0]),
    np.array([0.5, 10.0]),
    np.array([1.0, 4.0]),
    np.array([4.0, 0.25]),
)
batch_norm = FunctionExercise(
    "batch_norm",
    right=_batch_norm,
    cases=(
        (np.array([[1.0, 5.0], [3.0, 5.0], [8.0, 8.0]]), *_TWO, True),
        (np.array([[1.0, 5.0], [3.0, 5.0], [8.0, 8.0]]), *_TWO, False),
        (ramp(2, 2, 3, 2), *_TWO, True),
        (ramp(2, 2, 3, 2), *_TWO, False),
        (np.array([[3.0, 3.0]]), *_TWO, False),
        (np.array([[3.0, 3.0], [3.0, 3.01]]), *_TWO, True),
    ),
    mistakes=(
        (
            _norm_with(finish=lambda z, gamma, beta: z),
            "gamma and beta are missing: y = gamma · normalised + beta.",
        ),
        (
            _norm_with(finish=lambda z, gamma, beta: beta * z + gamma),
            "gamma multiplies and beta is added, not the other way round.",
        ),
        (
            _norm_with(finish=lambda z, gamma, beta: gamma * (z + beta)),
            "first multiply by gamma, then add beta.",
        ),
        (
            _norm_with(finish=lambda z, gamma, beta: gamma * z),
            "beta is missing.",
        ),
        (
            _norm_with(finish=lambda z, gamma, beta: z + beta),
            "gamma is missing.",
        ),
        (
            _norm_with(root=lambda variance: variance + _EPSILON),
            "you divide by the variance; divide by its root.",
        ),
        (
            _norm_with(root=np.sqrt),
            "epsilon is missing: without it a channel whose numbers are all "
            "equal gives 0 / 0.",
        ),
        (
            _norm_with(root=lambda variance: np.sqrt(variance) + _EPSILON),
            "epsilon is added to the variance, under the root.",
        ),
        (
            _norm_with(
                variance_of=lambda x, axis: np.std(x, axis=axis),
                root=lambda deviation: np.sqrt(deviation + _EPSILON),
            ),
            "np.std is the root already; the variance is asked for: np.var.",
        ),
        (
            _norm_with(
                variance_of=lambda x, axis: np.var(x, axis=axis, ddof=1)
            ),
            "the variance is the mean of the squares: divide by n, not by "
            "n − 1.",
        ),
        (
            _norm_with(axes=lambda x: 0),
            "right for rows of numbers. Of a picture, each channel has one "
            "mean: over the batch, the rows and the columns.",
        ),
        (
            _norm_with(axes=lambda x: None),
            "each channel has a mean and a variance of its own: average over "
            "all axes but the last.",
        ),
        (
            _norm_with(uses_batch=lambda training: True),
            "at inference the moving mean and variance take the place of the "
            "batch's own.",
        ),
        (
            _norm_with(uses_batch=lambda training: not training),
            "the wrong way round: training uses the batch's own mean and "
            "variance, inference the moving ones.",
        ),
        (
            _norm_with(uses_batch=lambda training: False),
            "in training the batch's own mean and variance are used; the "
            "moving ones are only brought up to date.",
        ),
        (
            _uses_new_statistics,
            "in training the batch's own mean and variance are used; the "
            "moving ones are only brought up to date.",
        ),
        (
            _norm_with(updates=lambda training: True),
            "at inference nothing is learned: the moving mean and variance "
            "stay as they are.",
        ),
        (
            _norm_with(updates=lambda training: False),
            "in training the moving mean and variance move, by 0.01 of the "
            "way to the batch's.",
        ),
        (
            _norm_with(updates=lambda training: not training),
            "the wrong way round: the moving mean and variance move in "
            "training, and stay at inference.",
        ),
        (
            _norm_with(momentum=1 - _MOMENTUM),
            "0.99 of the old value stays, and 0.01 of the batch's is added.",
        ),
        (
            _norm_with(momentum=0),
            "the old value is not replaced: 0.99 of it stays.",
        ),
    ),
    hint="in training: the batch's mean and variance, one a channel; y from "
    "them; then the moving ones. At inference: y from the moving ones.",
    results=("y", "moving_mean", "moving_variance"),
    by_hand=LIBRARIES,
)

digit_reader = ClassifierExercise(
    "digit_reader", data="mnist_5k", max_parameters=10_000, accuracy=0.97
)
