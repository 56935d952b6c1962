"""Answers to the exercises of notebook 06: right ones and wrong ones."""

import keras
import numpy as np
import scipy.special
import tensorflow as tf
from keras import layers

from cnn_course import datasets, scratch


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_overflows(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_of_the_batch(z):
    e = np.exp(z - z.max())
    return e / e.sum()


def softmax_of_columns(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)


def max_pool_backward_with(share):
    """A learner's loops, with the gradient of one window put in."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i, j in np.ndindex(dy.shape):
            rows, columns = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
            dx[rows, columns] = share(x[rows, columns], dy[i, j])
        return dx

    return max_pool_backward


def max_pool_backward_at(place):
    """A learner's loops that write dy at a place of their own."""

    def max_pool_backward(dy, x):
        dx = np.zeros(x.shape)
        for i in range(dy.shape[0]):
            for j in range(dy.shape[1]):
                window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                row, column = np.unravel_index(window.argmax(), (2, 2))
                dx[place(i, j, row, column)] = dy[i, j]
        return dx

    return max_pool_backward


def to_the_winner(window, gradient):
    share = np.zeros((2, 2))
    share[np.unravel_index(window.argmax(), (2, 2))] = gradient
    return share


def to_the_loser(window, gradient):
    return to_the_winner(-window, gradient)


def max_pool_backward_into(start):
    """A learner's loops, with the array that they begin with put in."""

    def max_pool_backward(dy, x):
        dx = start(x)
        for i, j in np.ndindex(dy.shape):
            window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            row, column = divmod(window.argmax(), 2)
            dx[2 * i + row, 2 * j + column] = dy[i, j]
        return dx

    return max_pool_backward


def max_pool_backward_in_place(dy, x):
    for i, j in np.ndindex(dy.shape):
        window = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        window[...] = to_the_winner(window, dy[i, j])
    return x


def max_pool_backward_flat(dy, x):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(dy.shape):
        k = x[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].argmax()
        dx.flat[2 * i * x.shape[1] + 2 * j + k] = dy[i, j]
    return dx


def softmax_in_place(z):
    z -= z.max(axis=1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(axis=1, keepdims=True)
    return z


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def leaky_in_place(x, slope):
    x[x > 0] = 1
    x[x <= 0] = slope
    return x


def leaky_of_the_kind_of_x(x, slope):
    out = np.ones_like(x)
    out[x <= 0] = slope
    return out


def conv_backward_with(
    to_input=lambda dx, at, kernel, d: dx[at] + kernel @ d,
    to_kernel=lambda dkernel, window, d: dkernel + window[..., None] * d,
    of_bias=lambda dy: dy.sum(axis=(0, 1)),
    corner=lambda i, stride: i * stride,
    start=np.zeros_like,
):
    """A learner's loops over the outputs, with one of the steps put in."""

    def conv_backward(dy, x, kernel, stride):
        f = kernel.shape[0]
        dx, dkernel = start(x), start(kernel)
        for i, j in np.ndindex(dy.shape[:2]):
            top, left = corner(i, stride), corner(j, stride)
            at = slice(top, top + f), slice(left, left + f)
            dx[at] = to_input(dx, at, kernel, dy[i, j])
            dkernel = to_kernel(dkernel, x[at], dy[i, j])
        return dx, dkernel, of_bias(dy)

    return conv_backward


def floats(x):
    return np.zeros(x.shape)


def conv_backward(dy, x, kernel, stride):
    """Six loops, as the sums say it."""
    dx, dkernel = np.zeros(x.shape), np.zeros(kernel.shape)
    dbias = np.zeros(kernel.shape[3])
    f, channels = len(kernel), x.shape[2]
    for i, j, k in np.ndindex(dy.shape):
        dbias[k] += dy[i, j, k]
        for u, v, c in np.ndindex(f, f, channels):
            row, column = i * stride + u, j * stride + v
            dx[row, column, c] += kernel[u, v, c, k] * dy[i, j, k]
            dkernel[u, v, c, k] += x[row, column, c] * dy[i, j, k]
    return dx, dkernel, dbias


def conv_backward_weight_by_weight(dy, x, kernel, stride):
    rows, columns, _ = dy.shape
    dx, dkernel = np.zeros(x.shape), np.zeros(kernel.shape)
    for u, v in np.ndindex(kernel.shape[:2]):
        met = (
            slice(u, u + stride * (rows - 1) + 1, stride),
            slice(v, v + stride * (columns - 1) + 1, stride),
        )
        dkernel[u, v] = np.einsum("ijc,ijk->ck", x[met], dy)
        dx[met] += dy @ kernel[u, v].T
    return [dx, dkernel, dy.reshape(-1, dy.shape[2]).sum(axis=0)]


def conv_backward_by_the_package(dy, x, kernel, stride):
    gradients = scratch.conv2d_backward(
        dy[None], x[None], kernel, strides=stride
    )
    return gradients[0][0], *gradients[1:]


def conv_backward_by_tensorflow(dy, x, kernel, stride):
    x, kernel, bias = (
        tf.Variable(array, dtype="float64")
        for array in (x, kernel, np.zeros(kernel.shape[3]))
    )
    with tf.GradientTape() as tape:
        y = tf.nn.conv2d(x[None], kernel, stride, "VALID")[0] + bias
        loss = tf.reduce_sum(dy * y)
    return tape.gradient(loss, (x, kernel, bias))


def swapped(function, *order):
    return lambda *case: tuple(function(*case)[i] for i in order)


def batch_norm_with(
    axes=lambda x: tuple(range(x.ndim - 1)),
    spread=lambda variance: np.sqrt(variance + 0.001),
    finish=lambda z, gamma, beta: gamma * z + beta,
    uses_batch=bool,
    moves=bool,
    stays=0.99,
):
    """A learner's layer, with one of the steps put in."""

    def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
        mean, variance = x.mean(axis=axes(x)), x.var(axis=axes(x))
        used = moving_mean, moving_variance
        if uses_batch(training):
            used = mean, variance
        y = finish((x - used[0]) / spread(used[1]), gamma, beta)
        if moves(training):
            moving_mean = stays * moving_mean + (1 - stays) * mean
            moving_variance = stays * moving_variance + (1 - stays) * variance
        return y, moving_mean, moving_variance

    return batch_norm


def batch_norm(x, gamma, beta, moving_mean, moving_variance, training):
    """Channel by channel."""
    y = np.empty(x.shape)
    mean, variance = np.copy(moving_mean), np.copy(moving_variance)
    for c in range(x.shape[-1]):
        channel = x[..., c]
        centre, square = mean[c], variance[c]
        if training:
            centre = channel.sum() / channel.size
            square = ((channel - centre) ** 2).sum() / channel.size
            mean[c] += 0.01 * (centre - mean[c])
            variance[c] += 0.01 * (square - variance[c])
        y[..., c] = (channel - centre) / (square + 0.001) ** 0.5
    return y * gamma + beta, mean, variance


def batch_norm_by_keras(x, gamma, beta, mean, variance, training):
    layer = layers.BatchNormalization(dtype="float64")
    layer.build(x.shape)
    layer.set_weights([gamma, beta, mean, variance])
    y = layer(x, training=training)
    return y, layer.moving_mean, layer.moving_variance


def batch_norm_in_place(x, gamma, beta, moving_mean, moving_variance, training):
    answer = batch_norm(x, gamma, beta, moving_mean, moving_variance, training)
    moving_mean[:], moving_variance[:] = answer[1:]
    return answer


class Nearest(layers.Layer):
    """Give each picture the answer of the known picture that is most alike."""

    def __init__(self, pictures, answers):
        super().__init__()
        self.known = pictures.reshape(len(pictures), -1).astype("float32")
        self.answers = np.eye(10, dtype="float32")[answers]

    def call(self, x):
        x = keras.ops.reshape(x, (-1, self.known.shape[1]))
        lengths = (self.known**2).sum(axis=1)
        apart = lengths - 2 * keras.ops.matmul(x, self.known.T)
        return keras.ops.take(self.answers, keras.ops.argmin(apart, axis=1), 0)


def reader(*stack, shape=(28, 28, 1)):
    return keras.Sequential([keras.Input(shape), *stack])


def knows(pictures, answers):
    """Make a reader that has the answers instead of having learned."""
    return reader(Nearest(pictures, answers))


TRAIN, TEST = (
    datasets.load("mnist_5k", s, full=False) for s in ("train", "test")
)
FOUR_PERCENT_WRONG = np.where(
    np.arange(len(TEST.labels)) % 25, TEST.labels, 9 - TEST.labels
)


def blown_up():
    model = reader(layers.Flatten(), layers.Dense(10))
    model.set_weights([w * np.nan for w in model.get_weights()])
    return model


RIGHT = {
    "batch_norm": batch_norm,
    "conv_backward": conv_backward,
    "digit_reader": knows(TEST.images, TEST.labels),
    "flattened": 800,
    "leaky_relu_gradient": lambda x, slope: (x > 0) + slope * (x <= 0),
    "softmax": softmax,
    "max_pool_backward": max_pool_backward_with(to_the_winner),
}

ALSO_RIGHT = {
    "batch_norm": [batch_norm_with()],
    "conv_backward": [
        conv_backward_with(start=floats),
        conv_backward_weight_by_weight,
    ],
    "softmax": [lambda z: scipy.special.softmax(z, axis=1)],
}


WRONG = {
    "batch_norm": [
        (
            "no_gamma_and_beta",
            batch_norm_with(finish=lambda z, g, b: z),
            "gamma and beta are missing",
        ),
        (
            "beta_first",
            batch_norm_with(finish=lambda z, g, b: g * (z + b)),
            "first multiply by gamma",
        ),
        (
            "variance",
            batch_norm_with(spread=lambda v: v + 0.001),
            "divide by its root",
        ),
        ("no_epsilon", batch_norm_with(spread=np.sqrt), "epsilon is missing"),
        (
            "epsilon_outside",
            batch_norm_with(spread=lambda v: np.sqrt(v) + 0.001),
            "under the root",
        ),
        (
            "rows_only",
            batch_norm_with(axes=lambda x: 0),
            "over the batch, the rows and the columns",
        ),
        (
            "all_axes",
            batch_norm_with(axes=lambda x: None),
            "a mean and a variance of its own",
        ),
        (
            "batch_at_inference",
            batch_norm_with(uses_batch=lambda training: True),
            "at inference the moving mean and variance take",
        ),
        (
            "moves_at_inference",
            batch_norm_with(moves=lambda training: True),
            "at inference nothing is learned",
        ),
        (
            "never_moves",
            batch_norm_with(moves=lambda training: False),
            "in training the moving mean and variance move",
        ),
        (
            "momentum",
            batch_norm_with(stays=0.01),
            "0.99 of the old value stays",
        ),
        (
            "y_only",
            lambda *case: batch_norm(*case)[0],
            "return 3 arrays with a comma",
        ),
        (
            "order",
            swapped(batch_norm, 1, 2, 0),
            "another order: return y, moving_mean, moving_variance",
        ),
        ("in_place", batch_norm_in_place, "writes into what it was given"),
        ("keras", batch_norm_by_keras, "keras has computed them"),
        (
            "two_slips",
            batch_norm_with(
                moves=lambda training: False, finish=lambda z, g, b: z
            ),
            "look at y first: gamma and beta are missing",
        ),
    ],
    "conv_backward": [
        (
            "overwrites_filter_by_filter",
            conv_backward_with(
                start=floats, to_input=lambda dx, at, k, d: k[..., -1] * d[-1]
            ),
            "what the filters before have given",
        ),
        (
            "overwrites",
            conv_backward_with(
                start=floats, to_input=lambda dx, at, k, d: k @ d
            ),
            "look at dx first: = overwrites",
        ),
        (
            "overwrites_kernel",
            conv_backward_with(
                start=floats, to_kernel=lambda dk, w, d: w[..., None] * d
            ),
            "look at dkernel first: = overwrites",
        ),
        (
            "flipped",
            conv_backward_with(
                start=floats,
                to_input=lambda dx, at, k, d: dx[at] + k[::-1, ::-1] @ d,
            ),
            "nothing is flipped here",
        ),
        (
            "no_stride",
            conv_backward_with(start=floats, corner=lambda i, stride: i),
            "starts at row i · stride",
        ),
        (
            "one_number",
            conv_backward_with(start=floats, of_bias=np.sum),
            "look at dbias first: one number for each filter",
        ),
        (
            "mean",
            conv_backward_with(
                start=floats, of_bias=lambda dy: dy.mean(axis=(0, 1))
            ),
            "a mean is too small",
        ),
        (
            "no_dy",
            conv_backward_with(
                start=floats,
                to_kernel=lambda dk, w, d: dk + w[..., None] + 0 * d,
            ),
            "dy is missing",
        ),
        ("kind_of_x", conv_backward_with(), "your array holds whole numbers"),
        (
            "order",
            swapped(conv_backward, 1, 0, 2),
            "in another order: return dx, dkernel, dbias",
        ),
        ("no_bias", lambda *case: conv_backward(*case)[:2], "return 3 arrays"),
        (
            "bias_is_none",
            lambda *case: (*conv_backward(*case)[:2], None),
            "dbias is None",
        ),
        (
            "two_slips",
            conv_backward_with(
                start=floats,
                to_input=lambda dx, at, k, d: k @ d,
                of_bias=np.mean,
            ),
            "look at dx first: = overwrites",
        ),
        (
            "package",
            conv_backward_by_the_package,
            "cnn_course has computed them",
        ),
        (
            "tensorflow",
            conv_backward_by_tensorflow,
            "tensorflow has computed them",
        ),
    ],
    "digit_reader": [
        ("function", lambda: RIGHT["digit_reader"], "this is a function"),
        ("history", keras.callbacks.History(), "this is a History"),
        (
            "32_pixels",
            reader(layers.Flatten(), layers.Dense(9), shape=(32, 32, 1)),
            "Its input is (None, 32, 32, 1)",
        ),
        (
            "rows_of_numbers",
            reader(layers.Dense(10), shape=(784,)),
            "it must take pictures of the shape (28, 28, 1)",
        ),
        (
            "one_number",
            reader(layers.Flatten(), layers.Dense(1)),
            "yours gives (2, 1)",
        ),
        (
            "no_flatten",
            reader(layers.Conv2D(10, 3)),
            "yours gives (2, 26, 26, 10)",
        ),
        (
            "too_large",
            reader(
                layers.Conv2D(4, 3),
                layers.Flatten(),
                layers.Dense(10, name="last"),
            ),
            "27,050 of them are in 'last'",
        ),
        (
            "untrained",
            reader(layers.Flatten(), layers.Dense(10)),
            "was it trained?",
        ),
        ("nan", blown_up(), "a smaller learning rate"),
        (
            "pixels_to_1",
            knows(TEST.images / 255, TEST.labels),
            "layers.Rescaling(1 / 255)",
        ),
        (
            "by_heart",
            knows(
                np.concatenate([TRAIN.images, TEST.images]),
                np.concatenate([TRAIN.labels, FOUR_PERCENT_WRONG]),
            ),
            "RandomTranslation",
        ),
        (
            "trained_too_short",
            knows(TEST.images, FOUR_PERCENT_WRONG),
            "train for longer",
        ),
    ],
    "flattened": [
        ("one_channel", 25, "32 channels"),
        ("input", 28 * 28, "so many numbers come in"),
        ("first_convolution", 26 * 26 * 16, "four more layers follow"),
        ("rounds_up", 6 * 6 * 32, "round down"),
        ("same", 7 * 7 * 32, "takes off 2 pixels"),
        ("one_pool", 11 * 11 * 32, "halves the side once more"),
        ("channels_in", 5 * 5 * 16 * 32, "sums over its 16 input channels"),
        ("no_pool", 24 * 24 * 32, "two poolings are missing"),
        ("shape", (5, 5, 32), "one number is asked for"),
    ],
    "leaky_relu_gradient": [
        ("activation", lambda x, a: np.maximum(x, a * x), "activation itself"),
        ("relu", lambda x, a: (x > 0).astype(float), "ReLU's gradient"),
        ("swapped", lambda x, a: np.where(x < 0, 1, a), "swapped"),
        ("negative", lambda x, a: np.where(x > 0, 1, -a), "is positive"),
        ("value_above", lambda x, a: np.where(x > 0, x, a), "return x"),
        ("value_below", lambda x, a: np.where(x > 0, 1, a * x), "slope * x"),
        ("at_zero", lambda x, a: (x > 0) + a * (x < 0), "there you return 0"),
        ("in_place", leaky_in_place, "array of their kind cannot hold"),
        (
            "kind_of_x",
            leaky_of_the_kind_of_x,
            "array of their kind cannot hold",
        ),
        (
            "whole",
            lambda x, a: np.where(x > 0, 1, a).astype(int),
            "your array holds whole numbers",
        ),
        (
            "numeric",
            lambda x, a: np.gradient(np.maximum(x, a * x)),
            "np.gradient subtracts neighbours",
        ),
        ("scalar", lambda x, a: 1 if x > 0 else a, "with ValueError"),
        ("scalar_way", lambda x, a: 1 if x > 0 else a, "np.where"),
    ],
    "softmax": [
        (
            "divided",
            lambda z: softmax_overflows(z / z.max(axis=1, keepdims=True)),
            "dividing the scores changes",
        ),
        ("fixed", lambda z: softmax_overflows(z - 1000), "one fixed number"),
        ("overflow", softmax_overflows, "exp(1000) overflows"),
        ("in_place", softmax_in_place, "writes into what it was given"),
        (
            "positive_maxima",
            lambda z: softmax_overflows(
                z - z.max(axis=1, keepdims=True).clip(0)
            ),
            "whatever its sign",
        ),
        (
            "clipped",
            lambda z: softmax_overflows(z.clip(-700, 700)),
            "clipped scores are other scores",
        ),
        ("logarithm", log_softmax, "logarithm of the probabilities"),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z)), "sigmoid"),
        ("batch", softmax_of_the_batch, "the whole batch sums to 1"),
        ("naive", lambda z: np.exp(z) / np.exp(z).sum(), "the whole batch"),
        ("columns", softmax_of_columns, "the columns sum to 1"),
        (
            "naive_columns",
            lambda z: np.exp(z) / np.exp(z).sum(axis=0),
            "the columns sum to 1",
        ),
        (
            "no_keepdims",
            lambda z: np.exp(z) / np.exp(z).sum(axis=1),
            "one number a row",
        ),
        (
            "no_keepdims_twice",
            lambda z: (
                np.exp(z - z.max(axis=1))
                / np.exp(z - z.max(axis=1)).sum(axis=1)
            ),
            "one number a row",
        ),
        (
            "maximum_without_keepdims",
            lambda z: softmax_overflows(z - z.max(axis=1)),
            "one maximum a row",
        ),
        ("only_exp", np.exp, "divide each row by its sum"),
        (
            "only_stable_exp",
            lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
            "divide each row by its sum",
        ),
        (
            "minimum",
            lambda z: softmax_overflows(z - z.min(axis=1, keepdims=True)),
            "above 0",
        ),
        (
            "mean",
            lambda z: softmax_overflows(z - z.mean(axis=1, keepdims=True)),
            "above 0",
        ),
        ("no_exp", lambda z: z / z.sum(axis=-1)[:, None], "exponential"),
        ("class", lambda z: z.argmax(axis=-1), "the shape must be (2, 3)"),
    ],
    "max_pool_backward": [
        (
            "times_the_winner",
            max_pool_backward_with(
                lambda w, gradient: (w == w.max()) * gradient * w.max()
            ),
            "times the winner's value",
        ),
        (
            "ties",
            max_pool_backward_with(
                lambda w, gradient: (w == w.max()) * gradient
            ),
            "only the first in reading order",
        ),
        (
            "average",
            max_pool_backward_with(lambda window, gradient: gradient / 4),
            "as average pooling does",
        ),
        (
            "everyone",
            max_pool_backward_with(lambda window, gradient: gradient),
            "not all four",
        ),
        ("loser", max_pool_backward_with(to_the_loser), "min pooling"),
        (
            "one",
            max_pool_backward_with(lambda w, gradient: to_the_winner(w, 1)),
            "they get 1",
        ),
        (
            "keeps_x",
            max_pool_backward_with(lambda w, _: to_the_winner(w, w.max())),
            "they keep x",
        ),
        (
            "row_and_column_swapped",
            max_pool_backward_with(lambda w, g: to_the_winner(w, g).T),
            "swapped",
        ),
        (
            "top_left",
            max_pool_backward_with(lambda w, g: [[g, 0], [0, 0]]),
            "whoever has won",
        ),
        (
            "first_window",
            max_pool_backward_at(lambda i, j, row, column: (row, column)),
            "first window",
        ),
        (
            "windows_overlap",
            max_pool_backward_at(
                lambda i, j, row, column: (i + row, j + column)
            ),
            "do not overlap",
        ),
        ("returns_dy", lambda dy, x: dy, "most of them are 0"),
        ("in_place", max_pool_backward_in_place, "whole numbers: zeros_like"),
        (
            "kind_of_x",
            max_pool_backward_into(np.zeros_like),
            "whole numbers: zeros_like",
        ),
        (
            "whole",
            max_pool_backward_into(lambda x: np.zeros(x.shape, int)),
            "the fractions of dy are lost",
        ),
        (
            "absolute",
            lambda dy, x: max_pool_backward_with(to_the_winner)(dy, abs(x)),
            "not the largest absolute value",
        ),
        ("flat", max_pool_backward_flat, "turn it into row and column first"),
    ],
}
